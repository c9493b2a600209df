"""Connections as they are made and changed: configuration, secret and scheduled flows, each change on what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import uuid4

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sincronia.engine.erasing import RUN_ID, deletion
from sincronia.engine.state import Connection, ScheduledFlow
from sincronia.store.connected import dynamodb
from sincronia.store.connections import LISTED, ConnectionItem, Registered, flow_in, registered, stands
from sincronia.store.runs import RunItem, run_out
from sincronia.store.secrets import keep_secret


class ConnectionTakenError(Exception):
    """The connection is not, or no longer, as it was read: somebody else has made, changed or deleted it."""


def flows_of(connection_id: str) -> dict[str, ScheduledFlow]:
    """A connection's flows by name."""
    rows = ConnectionItem.query(connection_id, ConnectionItem.item.startswith("FLOW#"), consistent_read=True)
    return {flow.flow: flow for flow in map(flow_in, rows)}


def create_connection(
    connection: Connection, flows: Iterable[ScheduledFlow], secret: Mapping[str, str], secret_prefix: str
) -> Registered:
    """Makes the connection with its flows, then its secret; gives it with the secret's name.

    Who dies between leaves a connection whose runs say that its keys are missing; change_connection brings them.
    Raises ConnectionTakenError where there is one of that id.
    """
    named = replace(connection, secret_name=f"{secret_prefix}{uuid4().hex}")
    _write(None, named, flows, dropped=())
    keep_secret(named.secret_name, secret)
    return Registered(named, 1, deleting=False)


def change_connection(
    before: Registered, after: Connection, flows: Iterable[ScheduledFlow], secret: Mapping[str, str] | None = None
) -> Registered:
    """Changes the connection, its secret where one is given, and the given flows; the others keep what they have.

    A flow keeps when it is due; one that has no time is due at its own wake_at. Raises ConnectionTakenError.
    """
    _write(before, after, flows, dropped=())
    if secret is not None:
        keep_secret(after.secret_name, secret)
    return Registered(after, before.revision + 1, deleting=False)


def delete_connection(before: Registered, by: str) -> None:
    """Marks the connection for deletion and makes the run that erases it; nothing of it is due any more.

    Raises ConnectionTakenError.
    """
    connection = before.connection
    run = run_out(deletion(connection.id, connection.integration, by))
    run.month = "-"  # no month lists it
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.update(
                ConnectionItem(connection.id, "CONFIG"),
                [
                    ConnectionItem.enabled.set(False),
                    ConnectionItem.deleting.set(True),
                    ConnectionItem.listed.remove(),
                    ConnectionItem.revision.set(before.revision + 1),
                ],
                condition=still(before),
            )
            for name in flows_of(connection.id):
                transaction.update(ConnectionItem(connection.id, f"FLOW#{name}"), [ConnectionItem.wake_at.remove()])
            transaction.save(run)
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        raise ConnectionTakenError from None


def put_connection(
    connection: Connection, flows: Iterable[ScheduledFlow], secret: Mapping[str, str], secret_prefix: str
) -> Connection:
    """Makes the connection or changes it, its secret and its flows; gives it with its secret's name.

    A connection keeps its secret's name, and its flows keep when they are due; a new flow is due at its own wake_at.
    Never due: flows of a connection that is not enabled, without a schedule, or no longer among them. Raises
    ConnectionTakenError where it is changed by somebody else meanwhile, or is being deleted.
    """
    before, flows = registered(connection.id), tuple(flows)
    if before is not None and before.deleting:
        raise ConnectionTakenError
    secret_name = before.connection.secret_name if before else f"{secret_prefix}{uuid4().hex}"
    keep_secret(secret_name, secret)
    named = replace(connection, secret_name=secret_name)
    dropped = flows_of(connection.id).keys() - {flow.flow for flow in flows}
    _write(before, named, flows, dropped)
    return named


def _write(
    before: Registered | None, after: Connection, flows: Iterable[ScheduledFlow], dropped: Iterable[str]
) -> None:
    """The connection's row and its flows', if the connection still is as it was read."""
    revision = before.revision if before else 0
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.save(
                ConnectionItem(
                    after.id,
                    "CONFIG",
                    integration=after.integration,
                    name=after.name,
                    settings=dict(after.settings),
                    secret_name=after.secret_name,
                    responsible=after.responsible,
                    enabled=after.enabled,
                    listed=LISTED,
                    revision=revision + 1,
                ),
                condition=still(before),
            )
            if before is None:  # one of that id may still be on its way out, to its last row
                transaction.condition_check(RunItem, after.id, RUN_ID, RunItem.run_id.does_not_exist())
            for name in dropped:
                transaction.update(ConnectionItem(after.id, f"FLOW#{name}"), [ConnectionItem.wake_at.remove()])
            for flow in flows:
                transaction.update(
                    ConnectionItem(after.id, f"FLOW#{flow.flow}"),
                    [
                        ConnectionItem.integration.set(flow.integration),
                        ConnectionItem.title.set(flow.title),
                        ConnectionItem.filters.set(dict(flow.filters)),
                        *_scheduled(flow, enabled=after.enabled),
                    ],
                )
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        raise ConnectionTakenError from None


def still(before: Registered | None) -> Condition:
    """The CONFIG row is as it was read; None: there is none."""
    if before is None:
        missing: Condition = ConnectionItem.item.does_not_exist()
        return missing
    attribute = ConnectionItem.revision
    same: Condition = attribute == before.revision if before.revision else attribute.does_not_exist()
    unchanged: Condition = same & stands()
    return unchanged


def _scheduled(flow: ScheduledFlow, *, enabled: bool) -> list[Action]:
    """When the flow is due. One that has a time keeps it; without a schedule, or disabled, it has none."""
    if flow.every_minutes is None:
        return [ConnectionItem.every_minutes.remove(), ConnectionItem.wake_at.remove()]
    due = (
        ConnectionItem.wake_at.set(ConnectionItem.wake_at | flow.wake_at)
        if enabled
        else ConnectionItem.wake_at.remove()
    )
    return [ConnectionItem.every_minutes.set(flow.every_minutes), due]
