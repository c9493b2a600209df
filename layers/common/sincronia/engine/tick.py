"""The one-minute tick of an integration: makes the runs that are due, and queues what waits.

Delivered twice, or by two at once, it makes each run once: a run's id follows from connection, flow and due time.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.engine.ports import RunQueue, Schedule
from sincronia.engine.report import started
from sincronia.engine.state import Phase, Run, RunKey, ScheduledFlow

QUEUED_SECONDS = 120  # how long a message is given to arrive before the tick queues its run again

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did."""

    started: int
    passed_over: int
    queued: int


def tick(integration: str, schedule: Schedule, queue: RunQueue) -> Ticked:
    """Starts what is due, then queues every run whose time has come, the new ones among them."""
    started_runs = passed_over = queued = 0
    now = clock.now()
    for flow in schedule.due_flows(integration, now):
        if _still_at_work(flow, schedule):
            schedule.pass_over(flow, next_due(flow, now))
            passed_over += 1
            logger.info("passed_over", connection=flow.connection, flow=flow.flow)
        elif _start(flow, schedule, queue, now):
            started_runs += 1
        else:  # dealt with already; a flow whose due time was set back by hand would else be due for ever
            schedule.pass_over(flow, next_due(flow, now))
    for key in schedule.due_runs(integration, now):
        queue.send(key)
        schedule.wake_later(key, now + QUEUED_SECONDS)
        queued += 1
    return Ticked(started_runs, passed_over, queued)


def next_due(flow: ScheduledFlow, now: float) -> float:
    """The first moment after now on the flow's own grid: what was missed is made up by one run."""
    period = flow.every_minutes * 60
    missed = int((now - flow.wake_at) // period)
    return flow.wake_at + (missed + 1) * period


def run_id_of(flow: ScheduledFlow) -> str:
    """Sortable by time, unique by connection, flow and due time (milliseconds)."""
    due = clock.iso(flow.wake_at).replace("-", "").replace(":", "").replace(".", "")
    digest = blake2b(f"{flow.connection}\n{flow.flow}\n{due}".encode(), digest_size=8).hexdigest()
    return f"{due}-{digest}"


def _still_at_work(flow: ScheduledFlow, schedule: Schedule) -> bool:
    """One run of a flow at a time: also one that waits for a person."""
    if not flow.active_run:
        return False
    run = schedule.run(RunKey(flow.connection, flow.active_run))
    return run is not None and run.phase != Phase.DONE


def _start(flow: ScheduledFlow, schedule: Schedule, queue: RunQueue, now: float) -> bool:
    run = Run(
        key=RunKey(flow.connection, run_id_of(flow)),
        integration=flow.integration,
        flow=flow.flow,
        trigger="schedule",
        filters=flow.filters,
        audience=flow.connection,
        started_at=now,
        wake_at=now + QUEUED_SECONDS,
    )
    if not schedule.start_run(flow, run, started(run, flow.title), next_due(flow, now)):
        return False
    queue.send(run.key)
    return True
