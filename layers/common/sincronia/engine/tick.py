"""The one-minute tick of an integration: makes the runs that are due, and queues what waits.

Delivered twice, or by two at once, it makes each run once: a run's id follows from connection, flow and due time.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.engine.ports import RunQueue, Schedule
from sincronia.engine.starting import QUEUED_SECONDS, Apart, start
from sincronia.engine.state import Run, RunKey, ScheduledFlow

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did."""

    started: int
    passed_over: int
    queued: int


def tick(integration: str, apart: Apart, schedule: Schedule, queue: RunQueue) -> Ticked:
    """Starts what is due, then queues every run whose time has come, the new ones among them."""
    started_runs = passed_over = queued = 0
    now = clock.now()
    for flow in schedule.due_flows(integration, now):
        run = _run_of(flow, now)
        refused = start(run, flow, apart, schedule, next_due(flow, now))
        if refused is None:
            queue.send(run.key)
            started_runs += 1
            continue
        # At work, or dealt with already; a flow whose due time was set back by hand would else be due for ever.
        schedule.pass_over(flow, next_due(flow, now))
        if not refused.made_before:
            passed_over += 1
            logger.info("passed_over", connection=flow.connection, flow=flow.flow)
    for key in schedule.due_runs(integration, now):
        queue.send(key)
        schedule.wake_later(key, now + QUEUED_SECONDS)
        queued += 1
    return Ticked(started_runs, passed_over, queued)


def next_due(flow: ScheduledFlow, now: float) -> float:
    """The first moment after now on the flow's own grid: what was missed is made up by one run."""
    period = (flow.every_minutes or 1) * 60
    due = flow.wake_at or now
    missed = int((now - due) // period)
    return due + (missed + 1) * period


def _run_of(flow: ScheduledFlow, now: float) -> Run:
    return Run(
        key=RunKey(flow.connection, run_id_of(flow, flow.wake_at or now)),
        integration=flow.integration,
        flow=flow.flow,
        trigger="schedule",
        filters=flow.filters,
        audience=flow.connection,
        started_at=now,
        wake_at=now + QUEUED_SECONDS,
    )


def run_id_of(flow: ScheduledFlow, due: float) -> str:
    """Sortable by time, unique by connection, flow and due time (milliseconds)."""
    at = clock.iso(due).replace("-", "").replace(":", "").replace(".", "")
    digest = blake2b(f"{flow.connection}\n{flow.flow}\n{at}".encode(), digest_size=8).hexdigest()
    return f"{at}-{digest}"
