"""The one-way plan: pure decisions over source, links and target. Preview and apply both follow it.

A record that compares equal is unchanged, whatever the status filter; what lies outside a filter is skipped, never
deactivated; absence means something only in a complete listing that no filter narrows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from sincronia.answers import Problem
from sincronia.engine.fingerprint import changed_fields, fingerprint
from sincronia.engine.flow import Content, Flow, Identity, Lane, LinkStatus, Record, TargetRecord, status_of
from sincronia.engine.state import Link, OutcomeKind


@dataclass(frozen=True, slots=True)
class Action:
    """What a run means to do with one record.

    `target_id` is empty where the record must be created. Links are as they were when the plan was made.
    """

    kind: OutcomeKind
    source_id: str
    label: str
    content: Content
    natural_key: str = ""
    fingerprint: str = ""
    target_id: str = ""
    identities: tuple[Identity, ...] = ()
    changed: tuple[str, ...] = ()
    problem: Problem | None = None
    link: Link | None = None
    takes_over: Link | None = None  # of somebody who left the source, and whose target record this record gets
    before: Content = field(default_factory=dict)  # in a preview: what the target has in the fields that differ

    @property
    def status(self) -> LinkStatus:
        """The status that people see of the record, as it is before the run."""
        return status_of(self.link.synced if self.link else None, self.fingerprint or None)


@dataclass(frozen=True, slots=True)
class Known:
    """What decisions are taken against. `target` is asked only for records without a link."""

    links: Mapping[str, Link]
    holders: Mapping[str, Link]  # the same, by target id
    sharing: Mapping[str, tuple[str, ...]]  # natural keys that several records have, with their source ids
    listed: Set[str]  # source ids of the listing's records that have not left
    left: Set[str]  # source ids that the listing says have left
    whole: bool  # the listing is complete and no filter narrows it, so who is absent has left
    target: Callable[[str], TargetRecord | None]
    left_out: Mapping[str, Problem] = field(default_factory=dict)  # parents that are not sent: what it is for children

    def leaves(self, link: Link) -> bool:
        """Whether the record of a link has left the source, as far as is known."""
        return link.source_id not in self.listed and (self.whole or link.source_id in self.left)


def natural_keys_shared(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """The natural keys that more than one record has, with the source ids that share each."""
    first: dict[str, str] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for record in records:
        key = "" if record.left else record.natural_key
        if key and first.setdefault(key, record.source_id) != record.source_id:
            shared[key] = (*shared.get(key, (first[key],)), record.source_id)
    return shared


def decide(record: Record, known: Known, lane: Lane, flow: Flow) -> Action:
    """What to do with one record of the listing. Of one that has left, only that it is there: see `deactivations`."""
    link = known.links.get(record.source_id)
    print_ = fingerprint(record.content) if not record.problem else ""
    action = Action(
        kind=OutcomeKind.UNCHANGED,
        source_id=record.source_id,
        label=record.label,
        content=record.content,
        natural_key=record.natural_key,
        fingerprint=print_,
        identities=record.identities,
        link=link,
        target_id=link.target_id if link else "",
    )
    if record.left:
        return action
    if kept_back := _kept_back(record, known, lane):
        kind, problem = kept_back
        return replace(action, kind=kind, problem=problem)
    if link is None:
        return _first_time(action, known, lane, flow)
    if link.synced == print_ and link.active:
        return replace(action, kind=OutcomeKind.UPDATED) if flow.force else action
    if LinkStatus.RESYNC_PENDING not in flow.statuses:
        return _not_selected(action, LinkStatus.RESYNC_PENDING)
    return replace(action, kind=OutcomeKind.UPDATED, changed=changed_fields(link.synced, print_))


def _kept_back(record: Record, known: Known, lane: Lane) -> tuple[OutcomeKind, Problem] | None:
    """Why a record isn't sent, whatever its link says."""
    if record.problem:
        return OutcomeKind.REJECTED, record.problem
    if problem := known.left_out.get(record.parent):  # before what it shares: its parent's trouble may be the cause
        return OutcomeKind.SKIPPED, problem
    if sharing := known.sharing.get(record.natural_key):
        return OutcomeKind.REJECTED, _shared(record.source_id, sharing, lane)
    return None


def _first_time(action: Action, known: Known, lane: Lane, flow: Flow) -> Action:
    if LinkStatus.NOT_SYNCED not in flow.statuses:
        return _not_selected(action, LinkStatus.NOT_SYNCED)
    found = known.target(action.natural_key)
    if found is None:
        return replace(action, kind=OutcomeKind.CREATED)
    holder = known.holders.get(found.target_id)
    if holder is not None and not known.leaves(holder):
        problem = _shared(action.source_id, [holder.source_id], lane)
        return replace(action, kind=OutcomeKind.REJECTED, problem=problem)
    changed = changed_fields(fingerprint(found.content), action.fingerprint)
    kind = OutcomeKind.UPDATED if changed or holder else OutcomeKind.UNCHANGED
    return replace(action, kind=kind, target_id=found.target_id, changed=changed, takes_over=holder)


def deactivations(known: Known, passed_on: Set[str]) -> Iterator[Action]:
    """An action for each active link whose record has left; not where somebody else gets its target record."""
    for link in known.links.values():
        if link.active and known.leaves(link) and link.source_id not in passed_on:
            yield Action(
                kind=OutcomeKind.DEACTIVATED,
                source_id=link.source_id,
                label=link.label,
                content={},
                fingerprint=link.synced,
                target_id=link.target_id,
                identities=link.identities,
                link=link,
            )


def needs_step(action: Action) -> bool:
    """False for what is only counted: unchanged, with a link that already says so."""
    return action.kind != OutcomeKind.UNCHANGED or action.link is None or action.link.seen is not None


def _shared(source_id: str, sharing: Iterable[str], lane: Lane) -> Problem:
    others = ", ".join(other for other in sharing if other != source_id)
    return Problem(lane.shared_key_code, {"code": source_id, "others": others})


def _not_selected(action: Action, status: LinkStatus) -> Action:
    return replace(action, kind=OutcomeKind.SKIPPED, problem=Problem("status_not_selected", {"status": status.value}))


def link_after(action: Action, kind: OutcomeKind, target_id: str, at: str) -> Link | None:
    """The link row to write after an action ended as `kind`, None where it stays as it is.

    What was applied moves `synced`; what was not applied keeps it and notes what was seen.
    """
    link = action.link
    if kind in {OutcomeKind.SKIPPED, OutcomeKind.REJECTED, OutcomeKind.FAILED}:
        if link is None or not action.fingerprint or action.kind == OutcomeKind.DEACTIVATED:
            return None
        seen = action.fingerprint if action.fingerprint != link.synced else None
        return None if seen == link.seen else replace(link, seen=seen, at=at)
    return Link(
        source_id=action.source_id,
        target_id=target_id,
        synced=action.fingerprint,
        label=action.label,
        version=(link.version if link else 0) + (kind != OutcomeKind.UNCHANGED),
        active=kind != OutcomeKind.DEACTIVATED,
        identities=action.identities,
        at=at,
    )


def most_rows(action: Action) -> int:
    """The most rows that committing this action can take: outcome, link, identities, and what goes."""
    before = action.link.identities if action.link else ()
    over = 1 + len(action.takes_over.identities) if action.takes_over else 0
    return 2 + len({*before} ^ {*action.identities}) + over
