"""Customers, stores and users: each is one row, with the values that no other of its kind may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from pynamodb.transactions import TransactWrite

from promob.customers import Customer
from promob.store.keeping import Change, Kept, Lock, Taken
from promob.store.rows import (
    Row,
    row_of,
    scope_of,
    stored_row,
    stored_value,
    stored_values,
    values_changed,
    values_page,
)
from promob.stores import Store, User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.engine.hints import Hint
from sincronia.store.identities import IdentityItem, holder_of
from sincronia.store.listing import After, Listed
from sincronia.store.writing import written

_TRIES = 8

Record = TypeVar("Record", Customer, Store, User)


def _no_hints(_connection: str, _before: Record | None, _after: Record, _by: str) -> tuple[Hint, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Records(Generic[Record]):
    """A kind of record of a connection. `identities` are the values that it alone may have.

    `taken` and `unknown` are codes of problems: a value of that kind is another's (its name), there is no such record.
    """

    entity: str
    place: str  # in the scope
    form: TypeAdapter[Record]
    identities: Callable[[Record], Iterable[Identity]]
    taken: Mapping[str, str]
    unknown: str
    hints: Callable[[str, Record | None, Record, str], tuple[Hint, ...]] = _no_hints
    is_followed: bool = False  # it is listed by change

    def stored(self, connection: str, record_id: str) -> Record | None:
        """A record, read consistently."""
        return stored_value(self.form, self.scope(connection), record_id)

    def needed(self, connection: str, record_id: str) -> Record:
        """A record, read consistently. Raises ProblemError(`unknown`)."""
        found = self.stored(connection, record_id)
        if found is None:
            raise ProblemError(Problem(self.unknown))
        return found

    def all(self, connection: str) -> list[Record]:
        """All of a connection, read consistently."""
        return stored_values(self.form, self.scope(connection))

    def page(self, connection: str, limit: int, after: After | None) -> Listed[Record]:
        """A page of them, in the order of their ids."""
        return values_page(self.form, self.scope(connection), limit, after)

    def changed_since(self, connection: str, since: float | None, limit: int, after: After | None) -> Listed[Record]:
        """See values_changed."""
        return values_changed(self.form, self.scope(connection), since, limit, after)

    def having(self, connection: str, identity: Identity) -> Record | None:
        """The record that has a value."""
        holder = holder_of(identity, connection)
        return self.stored(connection, holder.partition("#")[2]) if holder else None

    def keep(self, connection: str, before: Record | None, after: Record, by: str) -> Kept | Taken:
        """Writes a record, if it still is as it was read; None before: if there is none yet."""
        had, has = self.locks(before) if before else (), self.locks(after)
        row = row_of(
            self.form,
            self.scope(connection),
            after.id,
            after,
            version=after.version,
            changed_at=after.changed_at if self.is_followed else None,
        )
        return Change(
            connection,
            row,
            before.version if before else 0,
            locks=tuple(one for one in has if one not in had),
            freed=tuple(one for one in had if one not in has),
            hints=self.hints(connection, before, after, by),
        ).kept()

    def made(self, connection: str, new: Record, by: str) -> tuple[Record, bool]:
        """A record that is new, and that it is; or the one of that id, where it was made before.

        Raises ProblemError where another has one of its values.
        """
        now = clock.now()
        new = replace(new, version=1, created_at=now, changed_at=now, changed_by=by)
        kept = self.keep(connection, None, new, by)
        if kept == Kept.DONE:
            return new, True
        self._check_free(connection, kept)
        return self.needed(connection, new.id), False

    def changed(self, connection: str, record_id: str, by: str, rule: Callable[[Record], Record]) -> Record:
        """A record after a rule, which may be asked several times; nothing is written where it changes nothing.

        Raises ProblemError(`unknown`, promob.changed_meanwhile), what the rule raises, and where another record has a
        value that this one is to have.
        """
        for _ in range(_TRIES):
            before = self.needed(connection, record_id)
            after = rule(before)
            if after == before:
                return before
            after = replace(after, version=before.version + 1, changed_at=clock.now(), changed_by=by)
            kept = self.keep(connection, before, after, by)
            if kept == Kept.DONE:
                return after
            self._check_free(connection, kept)
        raise ProblemError(Problem("promob.changed_meanwhile"))

    def remove(self, connection: str, record: Record) -> Kept:
        """Takes a record out with the values that it has, if it still is as it was read."""
        scope = self.scope(connection)

        def write(transaction: TransactWrite) -> None:
            transaction.delete(Row(scope, record.id), condition=Row.version == record.version)
            for lock in self.locks(record):
                transaction.delete(lock.row(connection), condition=IdentityItem.record == lock.holder)

        def refused() -> Kept | None:
            now = stored_row(scope, record.id)
            if now is None:
                return Kept.DONE  # a first try went through, and its answer was lost
            return Kept.OVERTAKEN if now.version != record.version else None

        return written(write, Kept.DONE, refused)

    def scope(self, connection: str) -> str:
        """The scope of a connection's."""
        return scope_of(connection, self.place)

    def locks(self, record: Record) -> tuple[Lock, ...]:
        """The values that a record has."""
        return tuple(Lock(one, self.entity, record.id) for one in self.identities(record))

    def _check_free(self, connection: str, kept: Kept | Taken) -> None:
        if isinstance(kept, Taken):
            other = self.stored(connection, kept.holder.partition("#")[2])
            raise ProblemError(Problem(self.taken[kept.identity.kind], {"name": other.name if other else ""}))
