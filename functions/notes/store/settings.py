"""Configurações de Sincronização in DynamoDB; the first that are saved give the sync its schedule."""

from __future__ import annotations

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from notes.flow_names import SYNC
from notes.store.rows import MailboxRow, scope_of, stored_row
from notes.sync_settings import SyncSettings, settings_in, settings_out
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import ScheduledFlow
from sincronia.store.connections import ConnectionItem, registered, stands
from sincronia.store.registering import still
from sincronia.store.scheduling import DynamoSchedule
from sincronia.store.writing import written

_ITEM = "SETTINGS"


def stored_settings(connection: str) -> SyncSettings:
    """As saved; the defaults, of version 0, where nobody saved them."""
    row = stored_row(connection, "settings", _ITEM)
    return settings_in(row.value) if row else SyncSettings()


def keep_settings(connection: str, settings: SyncSettings, schedule: ScheduledFlow) -> None:
    """Saves settings in the place of the version before theirs; the first give the sync `schedule` if it has none.

    Raises ProblemError(notes.settings_changed_meanwhile, connection_unknown) where that isn't the last any more, or the
    connection goes.
    """

    def write(transaction: TransactWrite) -> None:
        first = settings.version == 1
        before = MailboxRow.id.does_not_exist() if first else MailboxRow.version == settings.version - 1
        row = MailboxRow(
            scope_of(connection, "settings"), _ITEM, value=settings_out(settings), version=settings.version
        )
        transaction.save(row, condition=before)
        _scheduled(transaction, connection, schedule if first else None)

    def refused() -> Problem | None:
        now = registered(connection)
        if now is None or now.deleting:
            return Problem("connection_unknown")
        stored = stored_settings(connection)
        if stored == settings:
            return _SAVED  # a first try went through, and its answer was lost
        return Problem("notes.settings_changed_meanwhile") if stored.version != settings.version - 1 else None

    problem = written(write, _SAVED, refused)
    if problem is not _SAVED:
        raise ProblemError(problem)


_SAVED = Problem("saved")


def _scheduled(transaction: TransactWrite, connection: str, schedule: ScheduledFlow | None) -> None:
    """The connection stands, and its sync is due where it never had a schedule."""
    before = registered(connection)
    now = DynamoSchedule().flow(connection, SYNC) if schedule else None
    if before is None or schedule is None or schedule.every_minutes is None or (now and now.every_minutes):
        transaction.condition_check(ConnectionItem, connection, "CONFIG", stands())
        return
    revision = ConnectionItem.revision.set(before.revision + 1)
    transaction.update(ConnectionItem(connection, "CONFIG"), [revision], condition=still(before))
    actions: list[Action] = [
        ConnectionItem.integration.set(schedule.integration),
        ConnectionItem.title.set(schedule.title),
        ConnectionItem.filters.set(dict(schedule.filters)),
        ConnectionItem.every_minutes.set(schedule.every_minutes),
    ]
    if before.connection.enabled and schedule.wake_at is not None:
        actions.append(ConnectionItem.wake_at.set(schedule.wake_at))
    transaction.update(
        ConnectionItem(connection, f"FLOW#{SYNC}"), actions, condition=ConnectionItem.every_minutes.does_not_exist()
    )
