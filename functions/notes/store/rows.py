"""The table of mailboxes: what is kept of a connection's sync beside its links.

| scope | id | row |
| --- | --- | --- |
| connection#settings | SETTINGS | what is kept in step |
| connection#roster | USERS | `version` counts the users, for the licence |
| connection#users | user's id | the user; `leaving` while a removal looks whether anything is linked |
| connection#lanes | module:user | catalogues and cursors of a lane |
| connection#losers | entry's id | an overwritten content; ids begin with the run's moment, so they sort by time |
"""

from __future__ import annotations

from collections.abc import Iterator

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from sincronia.settings import table
from sincronia.store.connected import Table


class MailboxRow(Table):
    """A row. `value` is what it holds, as JSON; the rest are what is asked for, or changed, by itself."""

    class Meta:
        table_name = table("mailboxes")

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    value = JSONAttribute(null=True)
    version = NumberAttribute(null=True)
    leaving = BooleanAttribute(null=True)
    user = UnicodeAttribute(null=True)
    module = UnicodeAttribute(null=True)
    brought_back_at = UnicodeAttribute(null=True)
    brought_back_by = UnicodeAttribute(null=True)


def scope_of(connection: str, kind: str) -> str:
    """The scope of a kind of rows."""
    return f"{connection}#{kind}"


def stored_row(connection: str, kind: str, row_id: str) -> MailboxRow | None:
    """A row, read consistently."""
    try:
        return MailboxRow.get(scope_of(connection, kind), row_id, consistent_read=True)
    except MailboxRow.DoesNotExist:
        return None


def all_rows(connection: str, kind: str) -> Iterator[MailboxRow]:
    """All rows of a kind in the order of their ids, read consistently."""
    yield from MailboxRow.query(scope_of(connection, kind), consistent_read=True)
