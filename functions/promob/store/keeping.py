"""How a row is changed with all that belongs to it: its own values, hints, rows beside it. One transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from promob.store.rows import Row, stored_row
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.engine.hints import Hint, waiting
from sincronia.store.connections import ConnectionItem, registered, stands
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.store.hints import hint_item
from sincronia.store.identities import IdentityItem, holder_of, lock_out
from sincronia.store.writing import Writes, written

INTEGRATION = "promob"


class Kept(StrEnum):
    """What became of a change that did not fail on a value of somebody else's."""

    DONE = "done"
    OVERTAKEN = "overtaken"  # somebody else has changed the row since it was read, or has made it


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that another record has. `holder` is entity#id."""

    identity: Identity
    holder: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A value that one record of the connection at most may have, and the record: entity and id."""

    identity: Identity
    entity: str
    id: str

    @property
    def holder(self) -> str:
        """The record, as the lock's row names it."""
        return f"{self.entity}#{self.id}"

    def row(self, connection: str) -> IdentityItem:
        """The lock's row."""
        return lock_out(self.identity, connection, self.entity, self.id)


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it is to stand, and all that is written with it. `before` is the version that was read; 0: none."""

    connection: str
    row: Row
    before: int
    locks: tuple[Lock, ...] = ()  # values that become its own
    freed: tuple[Lock, ...] = ()  # values that no longer are
    hints: tuple[Hint, ...] = ()  # that the change is to be carried out there
    beside: Writes = field(default_factory=Writes)

    def kept(self) -> Kept | Taken:
        """Writes it, if the row still is as it was read, and then queues its hints; who dies between leaves them
        to the tick. Raises ProblemError(connection_unknown) where the connection is gone, or on its way out.
        """
        done: Kept | Taken = Kept.DONE
        kept = written(self._write, done, self._refused)
        if kept == Kept.DONE:
            SqsHintQueue().send_many(self.hints)
        return kept

    def _write(self, transaction: TransactWrite) -> None:
        version: Condition = Row.version == self.before if self.before else Row.item.does_not_exist()
        transaction.save(self.row, condition=version)
        transaction.condition_check(ConnectionItem, self.connection, "CONFIG", stands())
        for lock in self.locks:
            free: Condition = IdentityItem.identity.does_not_exist() | (IdentityItem.record == lock.holder)
            transaction.save(lock.row(self.connection), condition=free)
        for lock in self.freed:
            transaction.delete(lock.row(self.connection), condition=IdentityItem.record == lock.holder)
        for hint in self.hints:
            transaction.save(hint_item(waiting(hint), INTEGRATION))
        for write in self.beside.actions:
            write(transaction)

    def _refused(self) -> Kept | Taken | None:
        """Why the transaction was cancelled; None where it met another one, and can be tried again."""
        connection = registered(self.connection)
        if connection is None or connection.deleting:
            raise ProblemError(Problem("connection_unknown"))
        now = stored_row(self.row.scope, self.row.item)
        if now and (now.version, now.value) == (self.row.version, self.row.value):
            return Kept.DONE  # a first try went through, and its answer was lost
        if (now.version if now else 0) != self.before:
            return Kept.OVERTAKEN
        for lock in self.locks:
            holder = holder_of(lock.identity, self.connection)
            if holder not in {"", lock.holder}:
                return Taken(lock.identity, holder)
        return None
