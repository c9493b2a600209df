"""All that is kept of a connection with hints, to be erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sincronia.engine.hints import HintState
from sincronia.engine.worker import LEASE_SECONDS
from sincronia.store.hints import HintItem
from sincronia.store.remains import DynamoRemains, deleted, objects_deleted


class HintRemains(DynamoRemains):
    """Implements sincronia.engine.erasing.Remains where there are hints, too."""

    def held_until(self, connection: str) -> float:
        working = HintItem.by_state.query(f"{connection}#{HintState.WORKING.value}")
        moved = (datetime.fromisoformat(item.at).timestamp() + LEASE_SECONDS for item in working)
        return max((super().held_until(connection), *moved))

    def erased(self, connection: str) -> Iterator[None]:
        yield from deleted(HintItem.query(connection, consistent_read=True))
        yield from objects_deleted(f"hints/{connection}/")
        yield from super().erased(connection)
