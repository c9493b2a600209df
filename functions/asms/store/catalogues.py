"""Catalogues in DynamoDB: an entry, and the row by which its name is its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asms.catalogues import Address, Catalogue, Entry, Geolocation
from asms.store.named_rows import KeptNamed, holder_of, keep_named
from asms.store.rows import DirectoryRow
from sincronia.names import name_key
from sincronia.store.listing import After, Listed, listed

_BY_NAME = frozenset({"name_key", "item"})


def stored_entry(connection: str, catalogue: Catalogue, entry_id: str) -> Entry | None:
    """An entry, read consistently."""
    try:
        return _entry_in(DirectoryRow.get(entries_scope(connection, catalogue), entry_id, consistent_read=True))
    except DirectoryRow.DoesNotExist:
        return None


def stored_entries(connection: str, catalogue: Catalogue, ids: Iterable[str]) -> dict[str, Entry]:
    """Those of the ids that there are, by id."""
    keys = [(entries_scope(connection, catalogue), one) for one in dict.fromkeys(ids)]
    rows = DirectoryRow.batch_get(keys, consistent_read=True) if keys else ()
    return {row.item: _entry_in(row) for row in rows}


def all_entries(connection: str, catalogue: Catalogue) -> list[Entry]:
    """A catalogue, read consistently."""
    return list(map(_entry_in, DirectoryRow.query(entries_scope(connection, catalogue), consistent_read=True)))


def entry_named(connection: str, catalogue: Catalogue, name: str) -> Entry | None:
    """The entry of a name, however it is written."""
    holder = holder_of(entries_scope(connection, catalogue), name_key(name))
    return stored_entry(connection, catalogue, holder) if holder else None


def entries_by_name(
    connection: str, catalogue: Catalogue, beginning: str, limit: int, after: After | None
) -> Listed[Entry]:
    """Entries whose name begins so, in the order of names."""
    scope, key = entries_scope(connection, catalogue), name_key(beginning)
    condition = DirectoryRow.name_key.startswith(key) if key else None
    return listed(
        lambda start: DirectoryRow.by_name.query(scope, condition, limit=limit, last_evaluated_key=start),
        _entry_in,
        after,
        partition={"scope": scope},
        names=_BY_NAME,
    )


def keep_entry(connection: str, before: Entry | None, after: Entry) -> KeptNamed:
    """Writes an entry and its name, if it still is as it was read; None before: if there is none yet."""
    return keep_named(_entry_out(connection, before) if before else None, _entry_out(connection, after))


def entries_scope(connection: str, catalogue: Catalogue) -> str:
    """The scope of a catalogue's entries."""
    return f"{connection}#{catalogue.value}"


def _entry_out(connection: str, entry: Entry) -> DirectoryRow:
    value: dict[str, Any] = {"name": entry.name, "active": entry.active}
    if not entry.address.is_empty:
        value["address"] = {name: text for name in Address.__slots__ if (text := getattr(entry.address, name))}
    if entry.geolocation:
        value["geolocation"] = [entry.geolocation.latitude, entry.geolocation.longitude]
    if entry.projects:
        value["projects"] = sorted(entry.projects)
    return DirectoryRow(
        entries_scope(connection, entry.catalogue),
        entry.id,
        name_key=name_key(entry.name),
        value=value,
        version=entry.version,
    )


def _entry_in(row: DirectoryRow) -> Entry:
    value = row.value
    return Entry(
        id=row.item,
        catalogue=Catalogue(row.scope.rpartition("#")[2]),
        name=value["name"],
        active=value["active"],
        address=Address(**value.get("address", {})),
        geolocation=Geolocation(*value["geolocation"]) if "geolocation" in value else None,
        projects=frozenset(value.get("projects", ())),
        version=int(row.version),
    )
