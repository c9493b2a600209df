"""How a run is made, by the tick or by whoever asks: one run of a flow at a time, also one that waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sincronia.engine.ports import Schedule
from sincronia.engine.report import started
from sincronia.engine.state import Notification, Phase, Run, RunKey, ScheduledFlow, Start

QUEUED_SECONDS = 120  # how long a message is given to arrive before the tick queues its run again

# By flow: the flows that may not be at work together with it, because they carry the same records.
Apart = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Why no run was made: this one is at work; or, where `made_before`, it is the very run that was asked for."""

    run: RunKey
    made_before: bool


def start(
    run: Run,
    flow: ScheduledFlow,
    apart: Apart,
    schedule: Schedule,
    next_due: float | None = None,
    *,
    notification: Notification | None = None,
) -> NotStarted | None:
    """Makes a run of a flow; None where it was made. Whoever asks at the same time makes none beside it.

    notification: as people first see it; a sync's where there is none.
    """
    others = tuple(_flow(flow, name, schedule) for name in sorted(apart.get(flow.flow, ())))
    busy = _at_work((flow, *others), schedule)
    if busy is None:
        told = notification or started(run, flow.title)
        if schedule.start_run(Start(flow, run, told, others, next_due)):
            return None
        busy = _at_work(tuple(_flow(flow, name, schedule) for name in (flow.flow, *apart.get(flow.flow, ()))), schedule)
    if schedule.run(run.key) is not None:
        return NotStarted(run.key, made_before=True)
    return NotStarted(busy or RunKey(flow.connection, flow.active_run), made_before=False)


def _flow(beside: ScheduledFlow, name: str, schedule: Schedule) -> ScheduledFlow:
    """Another flow of the connection; one that was never put has started nothing."""
    return schedule.flow(beside.connection, name) or ScheduledFlow(
        connection=beside.connection,
        integration=beside.integration,
        flow=name,
        title="",
        filters={},
        every_minutes=None,
        wake_at=None,
        active_run="",
    )


def _at_work(flows: tuple[ScheduledFlow, ...], schedule: Schedule) -> RunKey | None:
    for flow in flows:
        key = RunKey(flow.connection, flow.active_run)
        run = schedule.run(key) if flow.active_run else None
        if run is not None and run.phase != Phase.DONE:
            return key
    return None
