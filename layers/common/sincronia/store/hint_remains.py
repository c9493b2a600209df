"""All that is kept of a connection with hints, to be erased."""

from __future__ import annotations

from collections.abc import Iterator

from sincronia.engine.erasing import RUN_ID
from sincronia.engine.state import RunKey
from sincronia.engine.worker import LEASE_SECONDS
from sincronia.store.hints import HintItem
from sincronia.store.remains import DynamoRemains, deleted, objects_deleted
from sincronia.store.runs import stored_run


class HintRemains(DynamoRemains):
    """Implements sincronia.engine.erasing.Remains where there are hints, too."""

    def held_until(self, connection: str) -> float:
        """Hints have no lease: a worker that saw the connection before it was marked may take as long as one."""
        marked = stored_run(RunKey(connection, RUN_ID))
        return max(super().held_until(connection), marked.started_at + LEASE_SECONDS if marked else 0.0)

    def erased(self, connection: str) -> Iterator[None]:
        yield from deleted(HintItem.query(connection, consistent_read=True))
        yield from objects_deleted(f"hints/{connection}/")
        yield from super().erased(connection)
