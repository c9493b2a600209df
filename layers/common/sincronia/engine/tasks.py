"""Work that runs carry out and that is no sync: the deletion of a connection, an export, an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sincronia.answers import OutOfTimeError, ProblemError
from sincronia.engine.decisions import cancelled
from sincronia.engine.ports import RowsOvertakenError
from sincronia.engine.state import Run, Step
from sincronia.engine.steps import Steps, going_on


class Task(Protocol):
    """One kind of work. A worker has its run under a lease, as any other."""

    def go_on(self, held: Run, deadline: float) -> Run | None:
        """Brings it on until it is done, waits, or time is up; gives the run as it was left.

        deadline: in seconds since 1970. None where the run is gone, or somebody else holds it now.
        """
        ...


@dataclass(frozen=True, slots=True)
class SteppedTask:
    """Work that goes on step by step, each committed as a sync's is: it can be cancelled, put off, and grow too old.

    `step` does what follows the run's cursor, and moves it. Raises ProblemError, and OutOfTimeError after the deadline,
    where nothing of the step counts. Where what it read has changed by the commit, it is asked again.
    """

    steps: Steps
    step: Callable[[Run, float], Step]

    def go_on(self, held: Run, deadline: float) -> Run | None:
        """Implements Task."""
        run, step = held, self._first(held, deadline)
        while True:
            try:
                after = self.steps.commit(run, step)
            except RowsOvertakenError:
                after = run
            if after is None or not after.lease:
                return after
            run, step = after, self._next(after, deadline)

    def _first(self, held: Run, deadline: float) -> Step:
        if held.cancelled_by:
            return Step(cancelled(held, held.cancelled_by))
        try:
            going_on(held, self.steps.answers, self.steps.store)
        except ProblemError as stop:
            return Step(held, stop=stop)
        return self._next(held, deadline)

    def _next(self, run: Run, deadline: float) -> Step:
        try:
            return self.step(run, deadline)
        except (ProblemError, OutOfTimeError) as stop:
            return Step(run, stop=stop)
