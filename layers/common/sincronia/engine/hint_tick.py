"""The one-minute tick of an integration with hints: sweeps that are due, hints that waited, days that are over."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.engine import days
from sincronia.engine.hint_ports import HintQueue, HintSchedule
from sincronia.engine.hints import Cause, Hint, HintKind, HintState, StoredHint, hint_id
from sincronia.engine.ports import RunQueue
from sincronia.engine.starting import QUEUED_SECONDS
from sincronia.engine.state import Phase, RunKey, ScheduledFlow
from sincronia.engine.tick import Ticked, next_due

QUIET_SECONDS = 3600  # longer than it takes to deliver a message as often as SQS does: whoever had the sweep is gone

logger = Logger(child=True)


def hint_tick(kind: HintKind, schedule: HintSchedule, hints: HintQueue, runs: RunQueue) -> Ticked:
    """Queues what is due. Delivered twice, or by two at once, it makes each sweep and closes each day once."""
    started = passed_over = queued = 0
    now = clock.now()
    for flow in schedule.due_flows(kind.integration, now):
        sweep = StoredHint(_sweep_of(flow, now), HintState.WAITING, wake_at=now + QUEUED_SECONDS, at=clock.iso(now))
        if not _at_work(flow, schedule, now) and schedule.start_sweep(flow, sweep, next_due(flow, now)):
            hints.send(sweep.hint)
            started += 1
        else:
            schedule.pass_over(flow, next_due(flow, now))
            passed_over += 1
    for stored in schedule.due_hints(kind.integration, now):
        hints.send(stored.hint, turn=str(stored.wake_at))
        schedule.wake_hint_later(stored, now + QUEUED_SECONDS)
        queued += 1
    for key in schedule.due_runs(kind.integration, now):
        if not _closed(key, kind, schedule):
            runs.send(key)
            schedule.wake_later(key, now + QUEUED_SECONDS)
            queued += 1
    return Ticked(started, passed_over, queued)


def _sweep_of(flow: ScheduledFlow, now: float) -> Hint:
    """The same sweep for the same due time. What it may take as read lately, and its day, go by when it begins."""
    due = flow.wake_at or now
    return Hint(
        connection=flow.connection,
        id=hint_id(due, flow.connection, flow.flow),
        entity=flow.flow,
        record="",
        cause=Cause.SCHEDULE,
        received_at=now,
    )


def _at_work(flow: ScheduledFlow, schedule: HintSchedule, now: float) -> bool:
    """Whether the sweep that was started last is still on its way: it waits, or has moved not long ago."""
    last = schedule.hint(flow.connection, flow.active_run) if flow.active_run else None
    if last is None or last.state == HintState.DONE:
        return False
    return last.wake_at is not None or last.at > clock.iso(now - QUIET_SECONDS)


def _closed(key: RunKey, kind: HintKind, schedule: HintSchedule) -> bool:
    """Whether the run is a day's, which ends here; while something of it is held it stays open."""
    day = schedule.day(key)
    if day is None or day.run.flow != kind.day_flow:
        return False
    if day.run.phase == Phase.APPLY:
        ended = days.ended(day)
        if schedule.close_day(day, ended, days.told(ended, kind)):
            logger.info("day_closed", connection=key.connection, run_id=key.run_id, result=ended.result)
    return True
