"""Domino's part of the test of a connection: the server, and each database and view that an enabled module needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from notes.domino_client import CALENDAR, DATA, VENDOR, Domino
from sincronia.connection_checks import Check, tried

_Probe = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Need:
    """Where a module's records are in Notes. `calendar`: they are read by the calendar service, not as documents.

    An empty `view` isn't asked for.
    """

    database: str
    view: str
    calendar: bool = False


def checks(domino: Domino, needs: Sequence[Need]) -> tuple[Check, ...]:
    """Tries all that the enabled modules need, whatever is wrong with the rest. Raises OutOfTimeError.

    Where the server itself doesn't do, nothing else is asked; of a database that doesn't, neither views nor documents.
    """
    services = {DATA} | {CALENDAR for need in needs if need.calendar}
    server = tried([(VENDOR, lambda: domino.check_services(services))])
    if server[0].problem is not None:
        return server
    databases = dict.fromkeys(need.database for need in needs)
    return server + tuple(check for database in databases for check in _of_database(domino, database, needs))


def _of_database(domino: Domino, database: str, needs: Sequence[Need]) -> tuple[Check, ...]:
    known = tried([(f"Banco de dados {database}", lambda: domino.check_database(database))])
    if known[0].problem is not None:
        return known
    return known + tried(_probes(domino, database, [need for need in needs if need.database == database]))


def _probes(domino: Domino, database: str, needs: Sequence[Need]) -> Iterator[_Probe]:
    if not all(need.calendar for need in needs):
        yield f"Documentos de {database}", lambda: domino.check_documents(database)
    for view in dict.fromkeys(need.view for need in needs if need.view):
        yield f"Visualização {view} de {database}", _view_probe(domino, database, view)
    if any(need.calendar for need in needs):
        yield f"Calendário de {database}", lambda: domino.check_calendar(database)


def _view_probe(domino: Domino, database: str, view: str) -> Callable[[], None]:
    return lambda: domino.check_view(database, view)
