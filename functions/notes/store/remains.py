"""All that is kept of a connection's sync, to be erased; the records in Notes and in the CRM stay."""

from __future__ import annotations

from collections.abc import Iterator

from notes.flow_names import entity
from notes.records import Module
from notes.store.rows import all_rows
from sincronia.store.links import LinkItem
from sincronia.store.remains import DynamoRemains, deleted
from sincronia.store.secrets import delete_secret


class MailboxRemains(DynamoRemains):
    """Implements sincronia.engine.erasing.Remains where there are mailboxes. Catalogues are objects of runs."""

    def __init__(self) -> None:
        super().__init__(entities=())  # links are by user, whom only the connection's own rows tell

    def erased(self, connection: str) -> Iterator[None]:
        for row in all_rows(connection, "users"):  # each after all that is known by it alone
            for module in Module:
                yield from deleted(LinkItem.query(f"{connection}#{entity(module, row.id)}", consistent_read=True))
            delete_secret(row.value["secret_name"])
            row.delete()
            yield
        for kind in ("settings", "roster", "lanes", "losers"):
            yield from deleted(all_rows(connection, kind))
        yield from super().erased(connection)
