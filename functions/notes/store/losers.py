"""The conflict history in DynamoDB: contents that were overwritten, until they are erased with the connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynamodb.expressions.condition import Condition

from notes.ports import Loser
from notes.record_json import record_in, record_out
from notes.records import Module
from notes.store.rows import MailboxRow, scope_of, stored_row
from sincronia.engine.two_way import Side
from sincronia.store.listing import After, Listed, listed

_TEXTS = ("record_id", "label", "why", "at", "run_id")


def stored_loser(connection: str, entry: str) -> Loser | None:
    """An entry, read consistently."""
    row = stored_row(connection, "losers", entry)
    return _loser_in(row) if row else None


def losers_page(
    connection: str, limit: int, after: After | None, *, user: str = "", module: Module | None = None
) -> Listed[Loser]:
    """A page of entries, those of the newest run first; of one user or module alone, where they are named."""
    scope, wanted = scope_of(connection, "losers"), _wanted(user, module)
    return listed(
        lambda start: MailboxRow.query(
            scope,
            filter_condition=wanted,
            limit=limit,
            last_evaluated_key=start,
            scan_index_forward=False,
            consistent_read=True,
        ),
        _loser_in,
        after,
        partition={"scope": scope},
        names=frozenset({"id"}),
    )


def loser_change(connection: str, loser: Loser) -> Callable[[Any], None]:
    """What keeps an entry; of one that is there nothing changes."""
    value = {name: getattr(loser, name) for name in _TEXTS}
    value |= {"side": loser.side.value, "content": record_out(loser.content)}
    if loser.stands is not None:
        value["stands"] = record_out(loser.stands)
    actions = [
        MailboxRow.value.set(MailboxRow.value | value),
        MailboxRow.version.set(MailboxRow.version | loser.version),
        MailboxRow.user.set(MailboxRow.user | loser.user),
        MailboxRow.module.set(MailboxRow.module | loser.module.value),
    ]
    if loser.brought_back_at:
        actions += [
            MailboxRow.brought_back_at.set(MailboxRow.brought_back_at | loser.brought_back_at),
            MailboxRow.brought_back_by.set(MailboxRow.brought_back_by | loser.brought_back_by),
        ]
    row = MailboxRow(scope_of(connection, "losers"), loser.id)
    return lambda transaction: transaction.update(row, actions)


def brought_back_change(connection: str, loser: Loser, by: str, at: str) -> Callable[[Any], None]:
    """What marks an entry as brought back, while it is as it was read."""
    actions = [
        MailboxRow.brought_back_at.set(at),
        MailboxRow.brought_back_by.set(by),
        MailboxRow.version.set(loser.version + 1),
    ]
    row = MailboxRow(scope_of(connection, "losers"), loser.id)
    return lambda transaction: transaction.update(row, actions, condition=MailboxRow.version == loser.version)


def _wanted(user: str, module: Module | None) -> Condition | None:
    wanted: Condition | None = MailboxRow.user == user if user else None
    if module is not None:
        of_module: Condition = MailboxRow.module == module.value
        wanted = of_module if wanted is None else wanted & of_module
    return wanted


def _loser_in(row: MailboxRow) -> Loser:
    value = row.value
    return Loser(
        id=row.id,
        user=row.user or "",
        module=Module(row.module),
        side=Side(value["side"]),
        content=record_in(value["content"]),
        brought_back_by=row.brought_back_by or "",
        brought_back_at=row.brought_back_at or "",
        version=int(row.version or 1),
        stands=record_in(value["stands"]) if "stands" in value else None,
        **{name: value[name] for name in _TEXTS},
    )
