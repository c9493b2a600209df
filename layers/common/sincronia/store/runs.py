"""The table of runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from sincronia import clock
from sincronia.answers import problem_in, problem_out
from sincronia.engine.hints import Period, compact
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run, RunKey, Tally
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.listing import After, Listed, listed

KEPT_DAYS = 400  # runs, outcomes and notifications
ID_DAYS = 8  # how much later than its id says a run may have been started: one that applies a preview has its id
_DAY_QUERIES = 8  # of 1 MB at most: all that a connection starts in so many days, many times over


class DueRuns(GlobalSecondaryIndex["RunItem"]):
    """Runs that wait to be queued, by when."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    integration = UnicodeAttribute(hash_key=True)
    wake_at = NumberAttribute(range_key=True)


class RecentRuns(GlobalSecondaryIndex["RunItem"]):
    """Every connection's runs by month, in the order of their start."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    month = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute(range_key=True)


class Counted(MapAttribute[str, Any]):
    """What hints came to in a day, each added by its own transaction."""

    received = NumberAttribute(default=0)
    created = NumberAttribute(default=0)
    updated = NumberAttribute(default=0)
    unchanged = NumberAttribute(default=0)
    deactivated = NumberAttribute(default=0)
    removed = NumberAttribute(default=0)
    skipped = NumberAttribute(default=0)
    rejected = NumberAttribute(default=0)
    failed = NumberAttribute(default=0)


class RunItem(Table):
    """A run. `tallies` are the lanes', by entity, in the plan's order; `left_out` is what a preview's people deselect.

    A day's run counts in `counted`; `removed` names the records that something was taken away from, `held` the hints
    that the brake holds, `links` says how many the connection had, `let_through` whether a person approved the rest.
    """

    class Meta:
        table_name = table("runs")

    connection = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute(range_key=True)
    integration = UnicodeAttribute()
    month = UnicodeAttribute()
    flow = UnicodeAttribute()
    trigger = UnicodeAttribute()
    filters = JSONAttribute()
    audience = UnicodeAttribute()
    started_at = NumberAttribute()
    mode = UnicodeAttribute()
    preview = UnicodeAttribute(null=True)
    deselected = UnicodeAttribute(null=True)
    retried = UnicodeAttribute(null=True)
    phase = UnicodeAttribute()
    lane = NumberAttribute()
    position = NumberAttribute()
    tallies = JSONAttribute()
    source_manifests = JSONAttribute()
    plan_manifests = JSONAttribute()
    lease = UnicodeAttribute(null=True)
    lease_until = NumberAttribute()
    attempts = NumberAttribute()
    look_until = NumberAttribute()
    progress = JSONAttribute(null=True)
    wake_at = NumberAttribute(null=True)
    problem = JSONAttribute(null=True)
    brakes = JSONAttribute(null=True)
    corrections = UnicodeSetAttribute(null=True)
    left_out = UnicodeSetAttribute(null=True)
    cancelled_by = UnicodeAttribute(null=True)
    result = UnicodeAttribute(null=True)
    concluded_at = NumberAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_at = NumberAttribute(null=True)
    counted = Counted(null=True)  # type: ignore[no-untyped-call]
    removed = UnicodeSetAttribute(null=True)
    held = UnicodeSetAttribute(null=True)
    links = NumberAttribute(null=True)
    let_through = BooleanAttribute(null=True)
    expires_at = NumberAttribute()
    due = DueRuns()
    recent = RecentRuns()


def run_item(key: RunKey) -> RunItem:
    """An item with the run's key alone, to update."""
    return RunItem(key.connection, key.run_id)


def stored_run(key: RunKey) -> Run | None:
    """The run of that key, read consistently."""
    try:
        return run_in(RunItem.get(key.connection, key.run_id, consistent_read=True))
    except RunItem.DoesNotExist:
        return None


def attributes(run: Run) -> dict[str, Any]:
    """A run's attributes; what is empty is None, and not stored."""
    values: dict[str, Any] = {field.name: getattr(run, field.name) for field in fields(run) if field.name != "key"}
    return values | {
        "mode": run.mode.value,
        "preview": run.preview or None,
        "deselected": run.deselected or None,
        "retried": run.retried or None,
        "phase": run.phase.value,
        "filters": dict(run.filters),
        "tallies": {entity: _tally_out(tally) for entity, tally in run.tallies.items()},
        "source_manifests": dict(run.source_manifests),
        "plan_manifests": dict(run.plan_manifests),
        "lease": run.lease or None,
        "progress": dict(run.progress) or None,
        "problem": problem_out(run.problem),
        "brakes": [problem_out(problem) for problem in run.brakes] or None,
        "corrections": set(run.corrections) or None,
        "cancelled_by": run.cancelled_by or None,
        "result": run.result.value if run.result else None,
        "decided_by": run.decided_by or None,
    }


def _tally_out(tally: Tally) -> dict[str, Any]:
    counters = {kind.value: number for kind, number in tally.counters.items()}
    return {"received": tally.received, "planned": tally.planned, "counters": counters}


def _tally_in(value: dict[str, Any], counted: Counted | None) -> Tally:
    if counted is not None:  # a day's run has one kind of record
        numbers = {kind: int(getattr(counted, kind.value)) for kind in OutcomeKind}
        return Tally(int(counted.received), counters={kind: number for kind, number in numbers.items() if number})
    counters = {OutcomeKind(kind): number for kind, number in value["counters"].items()}
    return Tally(value["received"], value["planned"], counters)


def run_out(run: Run) -> RunItem:
    """The item of a run."""
    return RunItem(
        run.key.connection,
        run.key.run_id,
        month=clock.month(run.started_at),
        expires_at=expiry(),
        **attributes(run),
    )


def run_in(item: RunItem) -> Run:
    """The run of an item."""
    return Run(
        key=RunKey(item.connection, item.run_id),
        integration=item.integration,
        flow=item.flow,
        trigger=item.trigger,
        filters=item.filters,
        audience=item.audience,
        started_at=float(item.started_at),
        mode=Mode(item.mode),
        preview=item.preview or "",
        deselected=item.deselected or "",
        retried=item.retried or "",
        phase=Phase(item.phase),
        lane=int(item.lane),
        position=int(item.position),
        tallies={entity: _tally_in(value, item.counted) for entity, value in item.tallies.items()},
        source_manifests=item.source_manifests,
        plan_manifests=item.plan_manifests,
        lease=item.lease or "",
        lease_until=float(item.lease_until),
        attempts=int(item.attempts),
        look_until=int(item.look_until),
        progress=item.progress or {},
        wake_at=float(item.wake_at) if item.wake_at is not None else None,
        problem=problem_in(item.problem),
        brakes=tuple(problem for value in item.brakes or () if (problem := problem_in(value))),
        corrections=frozenset(item.corrections or ()),
        cancelled_by=item.cancelled_by or "",
        result=Result(item.result) if item.result else None,
        concluded_at=float(item.concluded_at) if item.concluded_at is not None else None,
        decided_by=item.decided_by or "",
        decided_at=float(item.decided_at) if item.decided_at is not None else None,
    )


def expiry() -> int:
    """When a row that is written now goes, in seconds since 1970."""
    return int(clock.now()) + KEPT_DAYS * 86400


def recent_runs(month: str, limit: int, after: After | None) -> Listed[Run]:
    """Every connection's runs of a month (yyyy-mm), the newest first."""
    return listed(
        lambda start: RunItem.recent.query(month, limit=limit, scan_index_forward=False, last_evaluated_key=start),
        run_in,
        after,
        partition={"month": month},
        names=frozenset({"connection", "run_id"}),
    )


def runs_of(connection: str, month: str, limit: int, after: After | None) -> Listed[Run]:
    """A connection's runs of a month (yyyy-mm), the newest first."""
    return listed(
        lambda start: RunItem.query(
            connection,
            RunItem.run_id.between(*clock.month_bounds(month)),
            limit=limit,
            scan_index_forward=False,
            last_evaluated_key=start,
        ),
        run_in,
        after,
        partition={"connection": connection},
        names=frozenset({"run_id"}),
    )


def newest_runs(connection: str, limit: int) -> tuple[Run, ...]:
    """A connection's runs, the newest first; without those whose id is no moment, which carry no records."""
    moments = RunItem.run_id < ":"  # behind the digits
    return tuple(map(run_in, RunItem.query(connection, moments, limit=limit, scan_index_forward=False)))


def stored_runs(keys: Iterable[RunKey]) -> dict[RunKey, Run]:
    """Those of the runs that there are."""
    wanted = [(key.connection, key.run_id) for key in dict.fromkeys(keys)]
    return {run.key: run for run in map(run_in, RunItem.batch_get(wanted) if wanted else ())}


@dataclass(frozen=True, slots=True)
class StartedRuns:
    """A connection's runs that were started in a period, the newest first; whether they are all of them."""

    runs: tuple[Run, ...]
    complete: bool


def runs_started(connection: str, period: Period) -> StartedRuns:
    """In a bounded number of Queries: of more than that can read, the newest."""
    pages = RunItem.query(
        connection,
        RunItem.run_id.between(compact(period.since - ID_DAYS * 86400), compact(period.until)),
        filter_condition=RunItem.started_at.between(period.since, period.until),
        scan_index_forward=False,
    ).page_iter
    read = islice(pages, _DAY_QUERIES)
    runs = tuple(run_in(RunItem.from_raw_data(item)) for page in read for item in page["Items"])
    return StartedRuns(tuple(run for run in runs if run.started_at < period.until), pages.last_evaluated_key is None)
