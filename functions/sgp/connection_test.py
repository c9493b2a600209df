"""The test of a connection: what of it works, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sgp import ozmap_client, sgp_client
from sgp.connection import ozmap_of, sgp_of
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening

SECONDS = 8.0  # for each vendor


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the connection that was tried; no problem where it works."""

    what: str
    problem: Problem | None


def checks(opening: Opening) -> tuple[Check, ...]:
    """Tries both vendors, whatever is wrong with the other. Raises OutOfTimeError.

    Each is asked once, for at most SECONDS.
    """
    return tuple(Check(what, _problem_of(probe)) for what, probe in _probes(opening))


def _problem_of(probe: Callable[[], None]) -> Problem | None:
    try:
        probe()
    except ProblemError as error:
        return error.problem
    return None


def _probes(opening: Opening) -> Iterator[tuple[str, Callable[[], None]]]:
    def soon() -> Opening:
        return replace(opening, deadline=min(opening.deadline, clock.now() + SECONDS))

    yield sgp_client.VENDOR, lambda: sgp_of(soon()).check()
    yield ozmap_client.VENDOR, lambda: ozmap_of(soon()).check()
