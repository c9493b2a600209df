"""What a request chooses from a catalogue: entries that there are, and that are active."""

from __future__ import annotations

from collections.abc import Iterable

from asms.catalogues import TITLES, Catalogue, Entry
from asms.store.catalogues import stored_entries
from sincronia.answers import Problem
from sincronia.web.run_answers import RequestProblemError


def chosen(connection: str, catalogue: Catalogue, ids: Iterable[str], field: str) -> dict[str, Entry]:
    """The entries that are newly chosen, by id; `field` is the request's field that names them.

    Raises RequestProblemError(asms.entry_unknown, asms.entry_inactive).
    """
    found = known(connection, catalogue, ids, field)
    check_active(found.values(), field)
    return found


def known(connection: str, catalogue: Catalogue, ids: Iterable[str], field: str) -> dict[str, Entry]:
    """The entries, active or not, by id. Raises RequestProblemError(asms.entry_unknown)."""
    wanted = list(dict.fromkeys(ids))
    found = stored_entries(connection, catalogue, wanted)
    if len(found) < len(wanted):
        raise RequestProblemError(Problem("asms.entry_unknown", {"catalogue": TITLES[catalogue]}), field=field)
    return {one: found[one] for one in wanted}


def check_active(entries: Iterable[Entry], field: str) -> None:
    """Raises RequestProblemError(asms.entry_inactive) where one can't be chosen any more."""
    for entry in entries:
        if not entry.active:
            details = {"catalogue": TITLES[entry.catalogue], "name": entry.name}
            raise RequestProblemError(Problem("asms.entry_inactive", details), field=field)
