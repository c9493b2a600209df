"""The table of identities: which records have a value that people know them by."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from sincronia.engine.flow import Identity
from sincronia.settings import table
from sincronia.store.connected import Table


class IdentityItem(Table):
    """Which records have a value that people know them by. `identity` is kind#value, `holder` connection#entity#id."""

    class Meta:
        table_name = table("identities")

    identity = UnicodeAttribute(hash_key=True)
    holder = UnicodeAttribute(range_key=True)


def identity_out(identity: Identity, connection: str, entity: str, source_id: str) -> IdentityItem:
    """The item that says which record has an identity."""
    return IdentityItem(f"{identity.kind}#{identity.value}", f"{connection}#{entity}#{source_id}")
