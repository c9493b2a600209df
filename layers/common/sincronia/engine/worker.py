"""The worker: takes a run's lease, moves it on step by step, and commits each step under that lease.

Who dies leaves a lease that expires; who was overtaken finds at the commit that the cursor or the lease is no longer
theirs, and drops what it did. After an attempt that did not commit, records are looked for before they are created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.answers import Answers, OutOfTimeError, Problem, ProblemError, Retry, explain
from sincronia.engine import applying, planning, reading
from sincronia.engine.decisions import cancelled
from sincronia.engine.erasing import DELETION, Erasing, Remains
from sincronia.engine.flow import Flow, Opening, RunFlow
from sincronia.engine.lines import StoredActions, stored_plan
from sincronia.engine.ports import Objects, RunQueue, Secrets, Store
from sincronia.engine.report import closed, released, told
from sincronia.engine.state import Phase, Rows, Run, RunKey, Step

LEASE_SECONDS = 330  # longer than the function may run, shorter than the queue hides a message
WORK_SECONDS = 240  # what one invocation works at most
PUT_OFF_SECONDS = 300  # until a vendor that is down is asked again, where it did not say when
STEP_ATTEMPTS = 10  # attempts to read or plan without progress, then the run is closed
RUN_HOURS = 24  # a run that still is not done after that is closed; what it waited for a person does not count

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a worker works with. `flows` are an integration's, by name."""

    store: Store
    objects: Objects
    queue: RunQueue
    secrets: Secrets
    flows: Mapping[str, RunFlow]
    remains: Remains | None = None  # what deletions erase


def work(key: RunKey, outside: Outside, seconds_left: float) -> Run | None:
    """Moves a run on until it is done, waits, or time is up; gives it as it was left, None where it was not ours.

    None also for a deletion, which leaves nothing. A run that is done, waits at the brake, or is held by somebody else
    is left alone: its message is spent.
    """
    run = outside.store.run(key)
    if run is None or _rests(run) or clock.now() < run.lease_until:
        logger.info("run_left_alone", phase=run.phase if run else None)
        return None
    held = _leased(run)
    if not outside.store.take_lease(run, held):
        logger.info("lease_not_taken")
        return None
    deadline = clock.now() + min(seconds_left, WORK_SECONDS)
    if held.flow == DELETION and outside.remains is not None:
        Erasing(outside.store, outside.queue, outside.remains).go_on(held, deadline)
        return None
    kind = outside.flows[held.flow]
    if held.cancelled_by:
        return _commit(held, Step(cancelled(held, held.cancelled_by)), kind, outside)
    try:
        flow = _opened(held, kind, outside, deadline)
    except ProblemError as error:
        return _commit(held, Step(held, stop=error), kind, outside)
    return _go_on(held, flow, kind, outside)


def _rests(run: Run) -> bool:
    return run.phase == Phase.DONE or (run.phase == Phase.BRAKE and not run.cancelled_by)


def _leased(run: Run) -> Run:
    """The run under a new lease. Attempts are left where a holder died: it may have written beyond the cursor."""
    until = clock.now() + LEASE_SECONDS
    died_writing = run.attempts > 0 and run.phase == Phase.APPLY
    look_until = max(run.look_until, run.position + applying.BLOCK_SIZE) if died_writing else run.look_until
    return replace(
        run,
        lease=uuid4().hex,
        lease_until=until,
        attempts=run.attempts + 1,
        look_until=look_until,
        wake_at=until,
    )


def _opened(run: Run, kind: RunFlow, outside: Outside, deadline: float) -> Flow:
    """The flow, ready to go on. Raises ProblemError where the run has to end here."""
    if clock.now() > (run.decided_at or run.started_at) + RUN_HOURS * 3600:
        cause = explain(run.problem, kind.answers) if run.problem else "interrupções repetidas."
        raise ProblemError(Problem("run_too_old", {"hours": str(RUN_HOURS), "cause": cause}))
    if run.phase != Phase.APPLY and run.attempts > STEP_ATTEMPTS:
        raise ProblemError(Problem("run_exhausted", {"attempts": str(STEP_ATTEMPTS)}))
    connection = outside.store.connection(run.key.connection)
    if connection is None or not connection.enabled:
        raise ProblemError(Problem("connection_missing"))
    secret = outside.secrets.fields(connection.secret_name)
    return kind.open(Opening(connection.settings, secret, run.filters, deadline))


def _go_on(run: Run, flow: Flow, kind: RunFlow, outside: Outside) -> Run | None:
    actions: StoredActions | None = None
    while True:
        if run.phase == Phase.READ:
            step = reading.read(run, flow, outside.objects)
        elif run.phase == Phase.PLAN:
            step = planning.plan(run, flow, outside.objects, outside.store)
        else:
            actions = actions or stored_plan(run, outside.objects)
            step = applying.apply(run, flow, kind.answers, actions)
        after = _commit(run, step, kind, outside)
        if after is None or not after.lease:
            return after
        run = after


def _commit(before: Run, step: Step, kind: RunFlow, outside: Outside) -> Run | None:
    """Writes the step, and tells people where the run ends or waits. None where somebody else holds the run now."""
    after = settled(before, step, kind.answers)
    if outside.store.commit(before, after, _with_notification(after, step.rows, kind)):
        return _committed(before, after, outside)
    now = outside.store.run(before.key)
    if now is None or not now.cancelled_by or replace(now, cancelled_by="", wake_at=before.wake_at) != before:
        logger.info("overtaken", phase=before.phase, position=before.position)
        return None
    # Still ours, and a person wants it to end: what this step did is kept, and nothing more is done.
    ended = after if after.phase == Phase.DONE else cancelled(after, now.cancelled_by)
    ended = replace(ended, cancelled_by=now.cancelled_by)
    if not outside.store.commit(now, ended, _with_notification(ended, step.rows, kind)):
        return None
    return _committed(now, ended, outside)


def _with_notification(after: Run, rows: Rows, kind: RunFlow) -> Rows:
    if after.lease or _goes_on_at_once(after):
        return rows
    return replace(rows, notification=told(after, kind.title, kind.answers))


def _goes_on_at_once(run: Run) -> bool:
    return run.wake_at is not None and run.wake_at <= clock.now()


def _committed(before: Run, after: Run, outside: Outside) -> Run:
    logger.info("step", phase=before.phase, position=after.position, result=after.result, problem=_code(after))
    if not after.lease and _goes_on_at_once(after):
        outside.queue.send(after.key)
    return after


def settled(before: Run, step: Step, answers: Answers) -> Run:
    """Where a run stands after a step: it goes on under its lease, pauses, waits, or ends. Pure but for the clock."""
    run, stop = step.run, step.stop
    if stop is None:
        return _onward(run)
    if isinstance(stop, OutOfTimeError):
        moved = (run.phase, run.lane, run.position) != (before.phase, before.lane, before.position)
        return replace(released(run, wake_at=clock.now()), attempts=0 if moved else run.attempts)
    if answers[stop.problem.code].retry != Retry.PUT_OFF:
        return closed(run, stop.problem)
    later = stop.retry_at if stop.retry_at is not None else clock.now() + PUT_OFF_SECONDS
    return replace(released(run, wake_at=later), problem=stop.problem)


def _onward(run: Run) -> Run:
    """Where a run stands that nothing stopped."""
    if run.phase == Phase.DONE:
        return run
    if run.phase == Phase.BRAKE:
        return released(run, wake_at=None)
    if run.phase == Phase.APPLY and not run.remaining:
        return closed(run)
    return replace(run, attempts=1, problem=None)


def _code(run: Run) -> str | None:
    return run.problem.code if run.problem else None
