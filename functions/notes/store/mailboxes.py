"""What the sync keeps, in DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from notes.flow_names import entity
from notes.mailbox_users import MailboxUser
from notes.ports import LaneState, Loser, StoredPair
from notes.records import Module
from notes.store.losers import brought_back_change, loser_change, stored_loser
from notes.store.pairs import pair_changes, stored_pairs
from notes.store.rows import MailboxRow, scope_of, stored_row
from notes.store.settings import stored_settings
from notes.store.users import users_to_sync
from notes.sync_settings import SyncSettings
from sincronia.engine.two_way import Pair, Side


class DynamoMailboxes:
    """Implements notes.ports.Mailboxes; beside it, entries of the conflict history as they are brought back."""

    def settings(self, connection: str) -> SyncSettings:
        return stored_settings(connection)

    def users(self, connection: str) -> Sequence[MailboxUser]:
        return users_to_sync(connection)

    def lane(self, connection: str, user: str, module: Module) -> LaneState | None:
        row = stored_row(connection, "lanes", entity(module, user))
        if row is None:
            return None
        catalogues, cursors, origins = (
            {Side(side): text for side, text in row.value[name].items()}
            for name in ("catalogues", "cursors", "origins")
        )
        return LaneState(catalogues, cursors, origins)

    def pairs(self, connection: str, user: str, module: Module) -> Iterator[StoredPair]:
        return stored_pairs(connection, user, module)

    def lane_kept(self, connection: str, user: str, module: Module, state: LaneState) -> Callable[[Any], None]:
        texts = {"catalogues": state.catalogues, "cursors": state.cursors, "origins": state.origins}
        value = {name: {side.value: text for side, text in of_sides.items()} for name, of_sides in texts.items()}
        row = MailboxRow(scope_of(connection, "lanes"), entity(module, user), value=value)
        return lambda transaction: transaction.save(row)

    def pair_kept(
        self, connection: str, user: str, module: Module, before: Pair | None, after: StoredPair | None
    ) -> Sequence[Callable[[Any], None]]:
        return pair_changes(connection, user, module, before, after)

    def loser_kept(self, connection: str, loser: Loser) -> Callable[[Any], None]:
        return loser_change(connection, loser)

    def loser(self, connection: str, entry: str) -> Loser | None:
        """An entry of the conflict history."""
        return stored_loser(connection, entry)

    def loser_brought_back(self, connection: str, loser: Loser, by: str, at: str) -> Callable[[Any], None]:
        """Marks an entry as brought back, while it is as it was read. `at`: ISO 8601."""
        return brought_back_change(connection, loser, by, at)
