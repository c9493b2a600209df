"""Catalogues in DynamoDB: an entry, and the row by which its name is its own."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from asms.catalogues import Address, Catalogue, Entry
from asms.names import name_key
from asms.store.rows import DirectoryRow
from sincronia.store.connected import dynamodb
from sincronia.store.listing import After, Listed, listed

_BY_NAME = frozenset({"name_key", "item"})


class KeptEntry(StrEnum):
    """What became of a change."""

    DONE = "done"
    NAME_TAKEN = "name_taken"
    OVERTAKEN = "overtaken"  # somebody else has changed the entry since it was read


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


def entry_named(connection: str, catalogue: Catalogue, name: str) -> Entry | None:
    """The entry of a name, however it is written."""
    try:
        row = DirectoryRow.get(names_scope(connection, catalogue), name_key(name), consistent_read=True)
    except DirectoryRow.DoesNotExist:
        return None
    return stored_entry(connection, catalogue, row.value["id"])


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


def keep_entry(connection: str, before: Entry | None, after: Entry) -> KeptEntry:
    """Writes an entry and its name, if it still is as it was read; None before: if there is none yet."""
    version: Condition = (
        DirectoryRow.item.does_not_exist() if before is None else DirectoryRow.version == before.version
    )
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.save(_entry_out(connection, after), condition=version)
            if before is None or name_key(before.name) != name_key(after.name):
                transaction.save(_name_out(connection, after), condition=DirectoryRow.item.does_not_exist())
                if before is not None:
                    transaction.delete(_name_out(connection, before))
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        now = stored_entry(connection, after.catalogue, after.id)
        if now == after:
            return KeptEntry.DONE  # a first try went through, and its answer was lost
        if (now.version if now else 0) != (before.version if before else 0):
            return KeptEntry.OVERTAKEN
        holder = entry_named(connection, after.catalogue, after.name)
        if holder is None or holder.id == after.id:
            raise  # it met another transaction; whoever asks again finds it over
        return KeptEntry.NAME_TAKEN
    return KeptEntry.DONE


def entries_scope(connection: str, catalogue: Catalogue) -> str:
    """The scope of a catalogue's entries."""
    return f"{connection}#{catalogue.value}"


def names_scope(connection: str, catalogue: Catalogue) -> str:
    """The scope of the names that a catalogue's entries have."""
    return f"{connection}#names#{catalogue.value}"


def _name_out(connection: str, entry: Entry) -> DirectoryRow:
    return DirectoryRow(names_scope(connection, entry.catalogue), name_key(entry.name), value={"id": entry.id})


def _entry_out(connection: str, entry: Entry) -> DirectoryRow:
    value: dict[str, Any] = {"name": entry.name, "active": entry.active}
    if not entry.address.is_empty:
        value["address"] = {name: text for name in Address.__slots__ if (text := getattr(entry.address, name))}
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
        projects=frozenset(value.get("projects", ())),
        version=int(row.version),
    )
