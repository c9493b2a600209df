"""What a person decides of a run: at the brake, or that it is to end.

Pure but for the clock; the store's fence says who decided first.
"""

from __future__ import annotations

from dataclasses import replace

from sincronia import clock
from sincronia.answers import Problem
from sincronia.engine.report import closed, released
from sincronia.engine.state import OutcomeKind, Phase, Result, Run


def approved(run: Run, by: str) -> Run:
    """The run as it goes on: the tick queues it, and its plan is applied as it was made."""
    return replace(
        released(run, wake_at=clock.now()), phase=Phase.APPLY, problem=None, decided_by=by, decided_at=clock.now()
    )


def rejected(run: Run, by: str) -> Run:
    """The run at its end: nothing of its plan is written, and all of it is counted as skipped."""
    return replace(_ended(run, "brake_rejected", by), decided_by=by, decided_at=clock.now())


def cancelled(run: Run, by: str) -> Run:
    """The run at its end: what was written stays written, and the rest of the plan is counted as skipped."""
    return replace(_ended(run, "cancelled", by), cancelled_by=by)


def _ended(run: Run, code: str, by: str) -> Run:
    ended = closed(run.with_remaining(OutcomeKind.SKIPPED), Problem(code, {"by": by}))
    return replace(ended, result=Result.CANCELLED)
