"""The test of a connection ("Próximo" in Configurações Zen): what of it works, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sincronia.connection_checks import Check, soon, tried
from sincronia.engine.flow import Opening
from zen import questor_client, tareffa_client, zen_client
from zen.connection import check_administrator_key, questor_of, tareffa_of, zen_of
from zen.office_users import record_of
from zen.questor_client import Users

ADMINISTRATOR_KEY = "Chave de Acesso do usuário 0"


def checks(opening: Opening) -> tuple[Check, ...]:
    """Tries every part of the connection, whatever is wrong with the others. Raises OutOfTimeError.

    Each vendor is asked once.
    """
    return tried(_probes(opening))


def check(opening: Opening) -> None:
    """Raises what is wrong with the first part that doesn't work, and OutOfTimeError."""
    for _, probe in _probes(opening):
        probe()


def _probes(opening: Opening) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is tried, in the order of the screen."""
    yield questor_client.VENDOR, lambda: questor_of(soon(opening)).listing(Users.CONSULTATION, {}, record_of).check()
    yield zen_client.VENDOR, lambda: zen_of(soon(opening)).records(zen_client.OFFICE_USERS).check()
    yield ADMINISTRATOR_KEY, lambda: check_administrator_key(opening.secret)
    if opening.settings.get("tareffa_address"):
        yield tareffa_client.VENDOR, lambda: tareffa_of(soon(opening)).records(tareffa_client.USERS).check()
