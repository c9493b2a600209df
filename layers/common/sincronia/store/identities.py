"""The table of identities: which records have a value that people know them by."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from sincronia.engine.flow import Identity
from sincronia.settings import table
from sincronia.store.connected import Table


class IdentityItem(Table):
    """Which records have a value that people know them by. `identity` is kind#value, `holder` connection#entity#id.

    Where one record of a connection at most may have a value, `holder` is connection#kind, and `record` entity#id. Of a
    record without a link it expires, as the outcome does that it was written with.
    """

    class Meta:
        table_name = table("identities")

    identity = UnicodeAttribute(hash_key=True)
    holder = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)


def identity_out(identity: Identity, connection: str, entity: str, source_id: str) -> IdentityItem:
    """The item that says which record has an identity."""
    return IdentityItem(f"{identity.kind}#{identity.value}", f"{connection}#{entity}#{source_id}")


def lock_out(identity: Identity, connection: str, entity: str, source_id: str) -> IdentityItem:
    """The item of a value that one record of the connection at most may have: whose it is."""
    return IdentityItem(
        f"{identity.kind}#{identity.value}", f"{connection}#{identity.kind}", record=f"{entity}#{source_id}"
    )


def delete_identities(rows: Iterable[IdentityItem]) -> None:
    """Deletes items; those that are gone already are no error."""
    for row in rows:
        row.delete()


def holders_of(identity: Identity, connection: str, most: int) -> list[str]:
    """The records of a connection that have a value, as entity#id; so many at most."""
    mine = f"{connection}#"
    rows = IdentityItem.query(
        f"{identity.kind}#{identity.value}", IdentityItem.holder.startswith(mine), limit=most, consistent_read=True
    )
    return [str(row.record or row.holder.removeprefix(mine)) for row in rows]


def holder_of(identity: Identity, connection: str) -> str:
    """Whose a value is that one record of the connection at most may have, as entity#id; empty where it is nobody's."""
    try:
        row = IdentityItem.get(
            f"{identity.kind}#{identity.value}", f"{connection}#{identity.kind}", consistent_read=True
        )
    except IdentityItem.DoesNotExist:
        return ""
    return str(row.record)
