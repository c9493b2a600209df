"""The phase `plan`: what is to be done with what was read goes to objects, one lane after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.agreed import Agreement, agreement, left_out_parents
from sincronia.engine.brake import Judged, judge
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.flow import Content, Flow, Lane, Record, TargetRecord
from sincronia.engine.lines import (
    Manifest,
    StoredActions,
    StoredRecords,
    key_of,
    read_manifest,
    write_actions,
    write_manifest,
)
from sincronia.engine.plan import Action, Known, deactivations, decide, natural_keys_shared, needs_step
from sincronia.engine.ports import Objects, Store
from sincronia.engine.state import Link, Mode, OutcomeKind, Phase, Run, RunKey, Step, Tally


def plan(run: Run, flow: Flow, objects: Objects, store: Store) -> Step:
    """Stores the plan of the cursor's lane; gives the run before the next lane, in `apply`, or at the brake.

    Source twice (shared keys first), links once by Query, the target's listing once where a record has no link; of
    that listing, no more stays in memory than what is asked for. Stops with the run as it was.
    """
    lane = flow.lanes[run.lane]
    try:
        planner = _planner(run, lane, flow, objects, store)
        actions = write_actions(objects, run, lane.entity, planner.kept())
    except (ProblemError, OutOfTimeError) as stop:
        return Step(run, stop=stop)
    key = key_of(run, f"plan-{lane.entity}-manifest")
    write_manifest(objects, key, actions)
    reason = judge(planner.judged(), flow.brake)
    after = replace(
        run,
        lane=run.lane + 1,
        plan_manifests={**run.plan_manifests, lane.entity: key},
        tallies={**run.tallies, lane.entity: planner.tally(actions)},
        brakes=(*run.brakes, reason) if reason else run.brakes,
    )
    if after.lane < len(flow.lanes):
        return Step(after)
    after = replace(after, phase=Phase.APPLY, lane=0, position=0)
    if after.brakes and after.mode == Mode.APPLY:
        after = replace(after, phase=Phase.BRAKE, problem=after.brakes[0])
    return Step(after)


def _planner(run: Run, lane: Lane, flow: Flow, objects: Objects, store: Store) -> _Planner:
    listing = flow.listing(lane.listing)
    manifest = read_manifest(objects, run.source_manifests[lane.listing])
    records = StoredRecords(objects, manifest, lane.shape)
    links = {link.source_id: link for link in store.links(run.key.connection, lane.entity)}
    preview = run.mode == Mode.PREVIEW
    survey = _Survey(links, with_differing=preview)
    sharing = natural_keys_shared(survey.noted(records))
    deselected = _deselected(run, flow, objects)

    @cache
    def target() -> _Listed:
        found = [record for record in lane.target.listing() if survey.asks_for(record)]
        by_key = {record.natural_key: record for record in found}
        return _Listed(by_key, {record.target_id: record for record in found})

    known = Known(
        links=links,
        holders={link.target_id: link for link in links.values()},
        sharing=sharing,
        listed=survey.listed,
        left=survey.left,
        whole=manifest.complete and not listing.narrowed,
        target=lambda natural_key: target().by_key.get(natural_key),  # noqa: PLW0108  # asked only where needed
        left_out=left_out_parents(_planned(run, lane.parent, objects), deselected.get(lane.parent, set())),
    )
    return _Planner(
        lane=lane,
        flow=flow,
        records=records,
        manifest=manifest,
        known=known,
        narrowed=listing.narrowed,
        preview=preview,
        agreed=_agreement(run, lane, objects, store, deselected[lane.entity]) if run.preview else None,
        wanted=_tried_again(run, lane, store) if run.retried else None,
        target=target,
    )


def _planned(run: Run, entity: str, objects: Objects) -> Iterator[Action]:
    """The stored plan of one lane; nothing for no lane, or one that is not planned."""
    manifest = read_manifest(objects, run.plan_manifests.get(entity, ""))
    for _, action in StoredActions(objects, {entity: manifest}).from_position(0):
        yield action


def _deselected(run: Run, flow: Flow, objects: Objects) -> dict[str, set[str]]:
    """By entity: the source ids that a person deselected; what is deselected is so for each of its targets."""
    by_listing: dict[str, set[str]] = {lane.listing: set() for lane in flow.lanes}
    if run.deselected:
        for line in objects.read_lines(run.deselected):
            by_listing[flow.lane(line["entity"]).listing].add(line["id"])
    return {lane.entity: by_listing[lane.listing] for lane in flow.lanes}


def _agreement(run: Run, lane: Lane, objects: Objects, store: Store, deselected: set[str]) -> Agreement:
    preview = store.run(RunKey(run.key.connection, run.preview))
    if preview is None:
        raise ProblemError(Problem("preview_missing"))
    return agreement(lane.entity, preview, _planned(preview, lane.entity, objects), deselected)


def _tried_again(run: Run, lane: Lane, store: Store) -> set[str]:
    """The source ids of a lane that an earlier run rejected, failed, or left out with their parent."""
    wanted = set[str]()
    for kind in (OutcomeKind.REJECTED, OutcomeKind.FAILED, OutcomeKind.SKIPPED):
        for outcome in store.outcomes(run.retried, kind):
            code = outcome.problem.code if outcome.problem else ""
            if outcome.entity == lane.entity and (kind != OutcomeKind.SKIPPED or code == "parent_left_out"):
                wanted.add(outcome.source_id)
    return wanted


@dataclass(slots=True)
class _Survey:
    """What must be known of all records before the first is decided on."""

    links: Mapping[str, Link]
    with_differing: bool  # a preview shows what the target has of the linked records that differ
    listed: set[str] = field(default_factory=set)  # source ids
    left: set[str] = field(default_factory=set)  # source ids of those that the source says have left
    unlinked: set[str] = field(default_factory=set)  # natural keys to look for in the target
    differing: set[str] = field(default_factory=set)  # target ids

    def noted(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, noted as they go by."""
        for record in records:
            link = self.links.get(record.source_id)
            source_id = link.source_id if link else record.source_id  # one text for both, where there are 100,000
            (self.left if record.left else self.listed).add(source_id)
            if link and self.with_differing and link.synced != fingerprint(record.content):
                self.differing.add(link.target_id)
            if not link and record.natural_key:
                self.unlinked.add(record.natural_key)
            yield record

    def asks_for(self, record: TargetRecord) -> bool:
        """Whether a decision can be about this record of the target."""
        return record.natural_key in self.unlinked or record.target_id in self.differing


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the target has of the records that are asked for, by natural key and by id."""

    by_key: Mapping[str, TargetRecord]
    by_id: Mapping[str, TargetRecord]


@dataclass(slots=True)
class _Planner:
    """Decides record by record, and counts the decisions as they stream by into the plan."""

    lane: Lane
    flow: Flow
    records: StoredRecords
    manifest: Manifest
    known: Known
    narrowed: bool
    preview: bool  # what is in step is part of the plan too, and what the target has is shown
    agreed: Agreement | None
    wanted: set[str] | None  # nothing else is looked at
    target: Callable[[], _Listed]
    counted: Counter[OutcomeKind] = field(default_factory=Counter)  # of all decisions
    unplanned: int = 0  # decisions that need no step
    changes: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)

    def kept(self) -> Iterator[Action]:
        """The actions of the plan."""
        passed_on = set[str]()
        for record in self.records:
            if self.wanted is not None and record.source_id not in self.wanted:
                continue
            link = self.known.links.get(record.source_id)
            if record.left and link and link.active:
                continue  # below, when it is known whether somebody takes over
            action = self._held(decide(record, self.known, self.lane, self.flow))
            if action.takes_over and action.kind == OutcomeKind.UPDATED:
                passed_on.add(action.takes_over.source_id)
            if action.kind == OutcomeKind.UPDATED and (action.takes_over or (action.link and action.changed)):
                self.changes.append(action.label)
            yield from self._counted(action, step=needs_step(action) and not record.left)
        for action in deactivations(self.known, passed_on):
            if self.wanted is None or action.source_id in self.wanted:
                held = self._held(action)
                if held.kind == OutcomeKind.DEACTIVATED:
                    self.leaving.append(held.label)
                yield from self._counted(held, step=True)
        for source_id in passed_on & self.known.left:
            if self.known.links[source_id].active:
                self.counted[OutcomeKind.UNCHANGED] += 1
                self.unplanned += 1
        if not self.known.whole and not self.narrowed and self.wanted is None:
            self.leaving += [link.label for link in self.known.links.values() if self._missing(link)]

    def _missing(self, link: Link) -> bool:
        """Absent from a listing that is not complete: perhaps it has left, perhaps it was just not told."""
        return link.active and link.source_id not in self.known.listed and link.source_id not in self.known.left

    def _held(self, action: Action) -> Action:
        return self.agreed.held(action) if self.agreed else action

    def _counted(self, action: Action, *, step: bool) -> Iterator[Action]:
        self.counted[action.kind] += 1
        if self.preview:
            yield replace(action, before=self._before(action)) if action.changed else action
        elif step:
            yield action
        else:
            self.unplanned += 1

    def _before(self, action: Action) -> Content:
        """What the target has now in the fields that differ."""
        found = self.target().by_id.get(action.target_id)
        return {name: found.content.get(name) for name in action.changed} if found else {}

    def tally(self, actions: Manifest) -> Tally:
        """The lane's tally: of a preview, what would be done; of an apply, what is done already by comparing."""
        if self.preview:
            return Tally(self.counted.total(), 0, dict(self.counted))
        unchanged = {OutcomeKind.UNCHANGED: self.unplanned} if self.unplanned else {}
        return Tally(actions.received + self.unplanned, actions.received, unchanged)

    def judged(self) -> Judged:
        """The lane as the brake looks at it, after the plan was made."""
        return Judged(
            lane=f"{self.lane.title} no {self.lane.target_name}",
            listed=len(self.known.listed) + len(self.known.left),
            complete=self.manifest.complete,
            narrowed=self.narrowed,
            active_links=sum(link.active for link in self.known.links.values()),
            leaving=tuple(self.leaving),
            changes=tuple(self.changes),
        )
