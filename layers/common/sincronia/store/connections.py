"""The table of connections: a connection's configuration, and its scheduled flows."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia.connection_checks import LastCheck
from sincronia.engine.state import Connection, ScheduledFlow
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.listing import After, Listed, listed

LISTED = "connection"


class DueConnections(GlobalSecondaryIndex["ConnectionItem"]):
    """Flows by the time they are due. A flow that is not scheduled has no wake_at, and is not in it."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    integration = UnicodeAttribute(hash_key=True)
    wake_at = NumberAttribute(range_key=True)


class ListedConnections(GlobalSecondaryIndex["ConnectionItem"]):
    """Connections by name. Flows have no `listed`, and are not in it."""

    class Meta:
        index_name = "listed"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    connection = UnicodeAttribute(range_key=True)


class ConnectionItem(Table):
    """A connection's `CONFIG`, or one of its `FLOW#…`. A CONFIG's `listed` is LISTED.

    A CONFIG's `revision` rises with every change of the connection or its flows' definitions; `deleting` is true while
    all that is the connection's is being erased. `checked` is its last test, until the connection changes.
    """

    class Meta:
        table_name = table("connections")

    connection = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    integration = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    settings = JSONAttribute(null=True)
    secret_name = UnicodeAttribute(null=True)
    responsible = UnicodeAttribute(null=True)
    enabled = BooleanAttribute(null=True)
    title = UnicodeAttribute(null=True)
    filters = JSONAttribute(null=True)
    every_minutes = NumberAttribute(null=True)
    wake_at = NumberAttribute(null=True)
    active_run = UnicodeAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    revision = NumberAttribute(null=True)
    deleting = BooleanAttribute(null=True)
    checked = JSONAttribute(null=True)
    due = DueConnections()
    by_name = ListedConnections()


@dataclass(frozen=True, slots=True)
class Registered:
    """A connection as it was read. One that is `deleting` is on its way out, and nothing may be changed any more."""

    connection: Connection
    revision: int
    deleting: bool


def connection_in(item: ConnectionItem) -> Connection:
    """The connection of a CONFIG item."""
    return Connection(
        id=item.connection,
        integration=item.integration,
        name=item.name,
        settings=item.settings,
        secret_name=item.secret_name,
        responsible=item.responsible,
        enabled=item.enabled,
    )


def registered(connection_id: str) -> Registered | None:
    """The connection of that id, read consistently."""
    try:
        item = ConnectionItem.get(connection_id, "CONFIG", consistent_read=True)
    except ConnectionItem.DoesNotExist:
        return None
    return Registered(connection_in(item), int(item.revision or 0), bool(item.deleting))


def stands() -> Condition:
    """The connection is there, and not on its way out."""
    there: Condition = ConnectionItem.item.exists() & ConnectionItem.deleting.does_not_exist()
    return there


def flow_in(item: ConnectionItem) -> ScheduledFlow:
    """The scheduled flow of a FLOW#… item."""
    return ScheduledFlow(
        connection=item.connection,
        integration=item.integration,
        flow=item.item.removeprefix("FLOW#"),
        title=item.title or "",
        filters=item.filters or {},
        every_minutes=None if item.every_minutes is None else int(item.every_minutes),
        wake_at=None if item.wake_at is None else float(item.wake_at),
        active_run=item.active_run or "",
    )


def connections_by_name(limit: int, after: After | None) -> Listed[Connection]:
    """All connections, by their ids."""
    return listed(
        lambda start: ConnectionItem.by_name.query(LISTED, limit=limit, last_evaluated_key=start),
        connection_in,
        after,
        partition={"listed": LISTED},
        names=frozenset({"connection", "item"}),
    )


@dataclass(frozen=True, slots=True)
class CheckedConnection:
    """A connection, and its last test; None where it has had none since it was changed."""

    connection: Connection
    last_check: LastCheck | None


def checked_connections(limit: int, after: After | None, connection_id: str = "") -> Listed[CheckedConnection]:
    """All connections with their last tests, by their ids; `connection_id` narrows it to one."""
    only = ConnectionItem.connection == connection_id if connection_id else None
    return listed(
        lambda start: ConnectionItem.by_name.query(LISTED, only, limit=limit, last_evaluated_key=start),
        _checked_in,
        after,
        partition={"listed": LISTED},
        names=frozenset({"connection", "item"}),
    )


def keep_check(connection_id: str, check: LastCheck) -> None:
    """Keeps a connection's last test on its row, until the connection is changed. One that is gone keeps none."""
    try:
        ConnectionItem(connection_id, "CONFIG").update([ConnectionItem.checked.set(asdict(check))], condition=stands())
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def _checked_in(item: ConnectionItem) -> CheckedConnection:
    return CheckedConnection(connection_in(item), LastCheck(**item.checked) if item.checked else None)
