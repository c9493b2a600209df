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
    wanted = list(dict.fromkeys(ids))
    found = stored_entries(connection, catalogue, wanted)
    for one in wanted:
        entry = found.get(one)
        if entry is None:
            raise RequestProblemError(Problem("asms.entry_unknown", {"catalogue": TITLES[catalogue]}), field=field)
        if not entry.active:
            details = {"catalogue": TITLES[catalogue], "name": entry.name}
            raise RequestProblemError(Problem("asms.entry_inactive", details), field=field)
    return found
