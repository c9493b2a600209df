"""How a run's steps are committed under its lease, and what keeps a run from going on.

Who was overtaken finds at the commit that the cursor or the lease is no longer theirs, and drops what it did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.answers import Answers, OutOfTimeError, Problem, ProblemError, Retry, explain
from sincronia.engine.decisions import cancelled
from sincronia.engine.ports import RunQueue, Store
from sincronia.engine.report import closed, released
from sincronia.engine.state import Connection, Notification, Phase, Rows, Run, Step

PUT_OFF_SECONDS = 300  # until a vendor that is down is asked again, where it did not say when
STEP_ATTEMPTS = 10  # attempts to read or plan without progress, then the run is closed
RUN_HOURS = 24  # a run that still is not done after that is closed; what it waited for a person does not count

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Steps:
    """Where the steps of one kind of run go. `told` is the notification of a run that ends or waits."""

    store: Store
    queue: RunQueue
    answers: Answers
    told: Callable[[Run], Notification]

    def commit(self, before: Run, step: Step) -> Run | None:
        """Writes the step, and tells people where the run ends or waits. None where somebody else holds the run now."""
        after = settled(before, step, self.answers)
        if self.store.commit(before, after, self._with_notification(after, step.rows)):
            return self._committed(before, after)
        now = self.store.run(before.key)
        if now is None or not now.cancelled_by or replace(now, cancelled_by="", wake_at=before.wake_at) != before:
            logger.info("overtaken", phase=before.phase, position=before.position)
            return None
        # Still ours, and a person wants it to end: what this step did is kept, and nothing more is done.
        ended = after if after.phase == Phase.DONE else cancelled(after, now.cancelled_by)
        ended = replace(ended, cancelled_by=now.cancelled_by)
        if not self.store.commit(now, ended, self._with_notification(ended, step.rows)):
            return None
        return self._committed(now, ended)

    def _with_notification(self, after: Run, rows: Rows) -> Rows:
        if after.lease or _goes_on_at_once(after):
            return rows
        return replace(rows, notification=self.told(after))

    def _committed(self, before: Run, after: Run) -> Run:
        logger.info("step", phase=before.phase, position=after.position, result=after.result, problem=_code(after))
        if not after.lease and _goes_on_at_once(after):
            self.queue.send(after.key)
        return after


def going_on(run: Run, answers: Answers, store: Store) -> Connection:
    """The connection of a run that may go on. Raises ProblemError where the run has to end here."""
    if clock.now() > (run.decided_at or run.started_at) + RUN_HOURS * 3600:
        cause = explain(run.problem, answers) if run.problem else "interrupções repetidas."
        raise ProblemError(Problem("run_too_old", {"hours": str(RUN_HOURS), "cause": cause}))
    if run.phase != Phase.APPLY and run.attempts > STEP_ATTEMPTS:
        raise ProblemError(Problem("run_exhausted", {"attempts": str(STEP_ATTEMPTS)}))
    connection = store.connection(run.key.connection)
    if connection is None or not connection.enabled:
        raise ProblemError(Problem("connection_missing"))
    return connection


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


def _goes_on_at_once(run: Run) -> bool:
    return run.wake_at is not None and run.wake_at <= clock.now()


def _code(run: Run) -> str | None:
    return run.problem.code if run.problem else None
