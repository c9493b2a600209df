"""Rows that have a name of their own in their scope: each is written with the row by which the name is taken."""

from __future__ import annotations

from enum import StrEnum

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from asms.store.rows import DirectoryRow
from sincronia.store.writing import written


class KeptNamed(StrEnum):
    """What became of a change."""

    DONE = "done"
    NAME_TAKEN = "name_taken"
    OVERTAKEN = "overtaken"  # somebody else has changed the row since it was read


def keep_named(before: DirectoryRow | None, after: DirectoryRow) -> KeptNamed:
    """Writes a row, and its `name_key` as its name, if it still is as it was read.

    None before: if there is none yet.
    """
    version: Condition = (
        DirectoryRow.item.does_not_exist() if before is None else DirectoryRow.version == before.version
    )

    def write(transaction: TransactWrite) -> None:
        transaction.save(after, condition=version)
        if before is None or before.name_key != after.name_key:
            transaction.save(_name_of(after), condition=DirectoryRow.item.does_not_exist())
            if before is not None:
                transaction.delete(_name_of(before))

    def refused() -> KeptNamed | None:
        now = _stored(after.scope, after.item)
        if now is not None and now.attribute_values == after.attribute_values:
            return KeptNamed.DONE  # a first try went through, and its answer was lost
        if (now.version if now else 0) != (before.version if before else 0):
            return KeptNamed.OVERTAKEN
        if holder_of(after.scope, after.name_key) not in {None, after.item}:
            return KeptNamed.NAME_TAKEN
        return None

    return written(write, KeptNamed.DONE, refused)


def holder_of(scope: str, name_key: str) -> str | None:
    """The item of the row that has a name in a scope."""
    found = _stored(names_scope(scope), name_key)
    return str(found.value["id"]) if found else None


def names_scope(scope: str) -> str:
    """The scope of the names that a scope's rows have."""
    connection, _, rest = scope.partition("#")
    return f"{connection}#names#{rest}"


def _name_of(row: DirectoryRow) -> DirectoryRow:
    return DirectoryRow(names_scope(row.scope), row.name_key, value={"id": row.item})


def _stored(scope: str, item: str) -> DirectoryRow | None:
    try:
        return DirectoryRow.get(scope, item, consistent_read=True)
    except DirectoryRow.DoesNotExist:
        return None
