"""The phases `read` and `plan`: the source's listing and what is to be done with it go to objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.brake import Judged, judge
from sincronia.engine.flow import Flow, Record, SourcePage, TargetRecord
from sincronia.engine.lines import (
    Manifest,
    Part,
    StoredRecords,
    key_of,
    line_from_record,
    read_manifest,
    write_actions,
    write_manifest,
)
from sincronia.engine.plan import Action, Known, deactivations, decide, natural_keys_shared, needs_step
from sincronia.engine.ports import Objects, Store
from sincronia.engine.state import OutcomeKind, Phase, Run, Step


def read(run: Run, flow: Flow, objects: Objects) -> Step:
    """Stores the listing from the run's cursor on; gives the run in phase `plan`.

    When it has to stop, the step's cursor is after the last stored page. A listing that was resumed is not complete:
    between two visits records can move from a page not yet read to one already read.
    """
    before = read_manifest(objects, run.source_manifest)
    listing = _Listing(parts=before.parts, ids={record.source_id for record in StoredRecords(objects, before)})
    resumed, position, declared = run.position > 0, run.position, None
    try:
        for page in flow.source.pages(run.position):
            if not page.follows or (declared is not None and page.declared != declared):
                listing.whole = False
            declared = page.declared
            listing.store(page, run, position, objects)
            position = page.next_position or position
    except (ProblemError, OutOfTimeError) as stop:
        return Step(replace(_stored(run, listing.parts, objects, complete=False), position=position), stop=stop)
    complete = listing.whole and not resumed and len(listing.ids) == declared
    return Step(replace(_stored(run, listing.parts, objects, complete=complete), phase=Phase.PLAN, position=0))


@dataclass(slots=True)
class _Listing:
    """The distinct records so far, and whether every row could be told apart."""

    parts: tuple[Part, ...]
    ids: set[str]
    whole: bool = True

    def store(self, page: SourcePage, run: Run, position: int, objects: Objects) -> None:
        lines = []
        for offset, record in enumerate(page.records):
            source_id = record.source_id or f"linha-{position + offset + 1}"
            if not record.source_id or record.source_id in self.ids:
                self.whole = False
            if source_id not in self.ids:
                self.ids.add(source_id)
                lines.append(line_from_record(replace(record, source_id=source_id)))
        if lines:
            key = key_of(run, f"source-{position:08}")
            objects.write_lines(key, lines)
            self.parts = (*self.parts, Part(key, len(lines)))


def _stored(run: Run, parts: tuple[Part, ...], objects: Objects, *, complete: bool) -> Run:
    key = key_of(run, "source-manifest")
    write_manifest(objects, key, Manifest(parts, complete))
    return replace(run, source_manifest=key)


def plan(run: Run, flow: Flow, objects: Objects, store: Store) -> Step:
    """Stores the plan; gives the run in phase `apply`, or `brake` with the reason. Stops with the run as it was.

    Source twice (shared keys first), links once by Query, the target's listing once where a record has no link.
    """
    manifest = read_manifest(objects, run.source_manifest)
    records = StoredRecords(objects, manifest)
    links = {link.source_id: link for link in store.links(run.key.connection, flow.entity)}

    listed: set[str] = set()

    def noted() -> Iterator[Record]:
        for record in records:
            listed.add(record.source_id)
            yield record

    @cache
    def target() -> dict[str, TargetRecord]:
        return {record.natural_key: record for record in flow.target.listing()}

    known = Known(
        links=links,
        holders={link.target_id: link for link in links.values()},
        sharing=natural_keys_shared(noted()),
        listed=listed,
        whole=manifest.complete and not flow.narrowed,
        target=lambda natural_key: target().get(natural_key),
    )
    tally = _Tally()
    try:
        actions = write_actions(objects, run, tally.kept(records, known, flow))
    except (ProblemError, OutOfTimeError) as stop:
        return Step(run, stop=stop)
    key = key_of(run, "plan-manifest")
    write_manifest(objects, key, actions)
    after = replace(
        run,
        phase=Phase.APPLY,
        position=0,
        plan_manifest=key,
        planned=actions.received,
        received=actions.received + tally.unchanged,
        counters={OutcomeKind.UNCHANGED: tally.unchanged} if tally.unchanged else {},
    )
    reason = _brake(tally, known, manifest, flow)
    return Step(replace(after, phase=Phase.BRAKE, problem=reason) if reason else after)


class _Tally:
    """Counts decisions as they stream by into the plan."""

    def __init__(self) -> None:
        self.unchanged = 0
        self.changes: list[str] = []
        self.absent: list[str] = []

    def kept(self, records: StoredRecords, known: Known, flow: Flow) -> Iterator[Action]:
        for record in records:
            action = decide(record, known, flow)
            if action.link and action.changed:
                self.changes.append(action.label)
            if needs_step(action):
                yield action
            else:
                self.unchanged += 1
        for action in deactivations(known.links, known.listed):
            self.absent.append(action.label)
            if known.whole:
                yield action


def _brake(tally: _Tally, known: Known, manifest: Manifest, flow: Flow) -> Problem | None:
    judged = Judged(
        listed=len(known.listed),
        complete=manifest.complete,
        narrowed=flow.narrowed,
        active_links=sum(link.active for link in known.links.values()),
        absent=tuple(tally.absent),
        changes=tuple(tally.changes),
    )
    return judge(judged, flow.brake)
