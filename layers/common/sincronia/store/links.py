"""The table of links."""

from __future__ import annotations

from sys import intern
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from sincronia.engine.flow import Identity
from sincronia.engine.state import Link
from sincronia.settings import table
from sincronia.store.connected import Table


class LinksByTarget(GlobalSecondaryIndex["LinkItem"]):
    """Links by the id that the record has in the target."""

    class Meta:
        index_name = "target"
        projection = KeysOnlyProjection()

    scope = UnicodeAttribute(hash_key=True)
    target_id = UnicodeAttribute(range_key=True)


class LinkItem(Table):
    """A link. `scope` is connection#entity."""

    class Meta:
        table_name = table("links")

    scope = UnicodeAttribute(hash_key=True)
    source_id = UnicodeAttribute(range_key=True)
    target_id = UnicodeAttribute(null=True)  # none where the target has nothing of the record: no key can be empty
    synced = UnicodeAttribute()
    seen = UnicodeAttribute(null=True)
    label = UnicodeAttribute()
    version = NumberAttribute()
    active = BooleanAttribute()
    identities = ListAttribute[Any](default=list)
    at = UnicodeAttribute()
    kept = JSONAttribute(null=True)
    held = UnicodeAttribute(null=True)
    target = LinksByTarget()


def link_item(connection: str, entity: str, source_id: str) -> LinkItem:
    """An item with the link's key alone."""
    return LinkItem(f"{connection}#{entity}", source_id)


def link_in(item: LinkItem) -> Link:
    """The link of an item."""
    return Link(
        source_id=item.source_id,
        target_id=item.target_id or "",
        synced=item.synced,
        label=item.label,
        version=int(item.version),
        seen=item.seen,
        active=item.active,
        identities=tuple(map(_identity_in, item.identities)),
        at=item.at,
        kept=item.kept or {},
        held=item.held or "",
    )


def _identity_in(text: str) -> Identity:
    kind, value = text.split("#", 1)
    return Identity(intern(kind), value)  # links are held by the 100,000, and kinds are few


def link_out(link: Link, connection: str, entity: str) -> LinkItem:
    """The item of a link."""
    return LinkItem(
        f"{connection}#{entity}",
        link.source_id,
        target_id=link.target_id or None,
        synced=link.synced,
        seen=link.seen,
        label=link.label,
        version=link.version,
        active=link.active,
        identities=[f"{identity.kind}#{identity.value}" for identity in link.identities],
        at=link.at,
        kept=dict(link.kept) or None,
        held=link.held or None,
    )
