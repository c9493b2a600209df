"""What a person decides of a run at the brake. Pure but for the clock; the store's fence says who decided first."""

from __future__ import annotations

from collections import Counter
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
    counters = Counter(run.counters)
    counters[OutcomeKind.SKIPPED] += run.remaining
    ended = closed(replace(run, position=run.planned, counters=dict(counters)), Problem("brake_rejected", {"by": by}))
    return replace(ended, result=Result.CANCELLED, decided_by=by, decided_at=clock.now())
