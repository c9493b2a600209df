"""The test of a connection ("Próximo" in Configurações Zen): what of it works, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening
from zen import questor_client, tareffa_client, zen_client
from zen.connection import check_administrator_key, questor_of, tareffa_of, zen_of
from zen.office_users import record_of
from zen.questor_client import Users

SECONDS = 8.0  # for each vendor
ADMINISTRATOR_KEY = "Chave de Acesso do usuário 0"


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the connection that was tried; no problem where it works."""

    what: str
    problem: Problem | None


def checks(opening: Opening) -> tuple[Check, ...]:
    """Tries every part of the connection, whatever is wrong with the others. Raises OutOfTimeError.

    Each vendor is asked once, for at most SECONDS.
    """
    return tuple(Check(what, _problem_of(probe)) for what, probe in _probes(opening))


def check(opening: Opening) -> None:
    """Raises what is wrong with the first part that doesn't work, and OutOfTimeError."""
    for _, probe in _probes(opening):
        probe()


def _problem_of(probe: Callable[[], None]) -> Problem | None:
    try:
        probe()
    except ProblemError as error:
        return error.problem
    return None


def _probes(opening: Opening) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is tried, in the order of the screen."""

    def soon() -> Opening:
        return replace(opening, deadline=min(opening.deadline, clock.now() + SECONDS))

    yield questor_client.VENDOR, lambda: questor_of(soon()).listing(Users.CONSULTATION, {}, record_of).check()
    yield zen_client.VENDOR, lambda: zen_of(soon()).records(zen_client.OFFICE_USERS).check()
    yield ADMINISTRATOR_KEY, lambda: check_administrator_key(opening.secret)
    if opening.settings.get("tareffa_address"):
        yield tareffa_client.VENDOR, lambda: tareffa_of(soon()).records(tareffa_client.USERS).check()
