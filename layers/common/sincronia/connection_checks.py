"""The test of a connection: what of it works, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening

SECONDS = 8.0  # for each vendor


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the connection that was tried; no problem where it works."""

    what: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class LastCheck:
    """How a connection's last test ended, at `at` (seconds since 1970): what failed first, and why; empty: nothing."""

    at: float
    failed: str = ""
    reason: str = ""


def tried(probes: Iterable[tuple[str, Callable[[], None]]]) -> tuple[Check, ...]:
    """Each part, tried whatever is wrong with the others. Raises OutOfTimeError."""
    return tuple(Check(what, _problem_of(probe)) for what, probe in probes)


def soon(opening: Opening) -> Opening:
    """The opening, for one vendor: it is waited for SECONDS at most."""
    return replace(opening, deadline=min(opening.deadline, clock.now() + SECONDS))


def _problem_of(probe: Callable[[], None]) -> Problem | None:
    try:
        probe()
    except ProblemError as error:
        return error.problem
    return None
