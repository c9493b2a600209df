"""Connections as an operator puts them: configuration, secret and scheduled flows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import uuid4

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import Connection, ScheduledFlow
from sincronia.store.aws import secrets_manager
from sincronia.store.connected import dynamodb
from sincronia.store.connections import LISTED, ConnectionItem


def put_connection(
    connection: Connection, flows: Iterable[ScheduledFlow], secret: Mapping[str, str], secret_prefix: str
) -> Connection:
    """Makes the connection or changes it, its secret and its flows; gives it with its secret's name.

    A connection keeps its secret's name, and its flows keep when they are due; a new flow is due at its own wake_at.
    Never due: flows of a connection that is not enabled, without a schedule, or no longer among them.
    """
    try:
        known = ConnectionItem.get(connection.id, "CONFIG", consistent_read=True).secret_name
    except ConnectionItem.DoesNotExist:
        known = None
    secret_name = known or f"{secret_prefix}{uuid4().hex}"
    if known:
        secrets_manager().put_secret_value(SecretId=secret_name, SecretString=json.dumps(dict(secret)))
    else:
        secrets_manager().create_secret(Name=secret_name, SecretString=json.dumps(dict(secret)))
    by_item = {f"FLOW#{flow.flow}": flow for flow in flows}
    scheduled = ConnectionItem.query(connection.id, ConnectionItem.item.startswith("FLOW#"), consistent_read=True)
    dropped = [row.item for row in scheduled if row.item not in by_item]
    with TransactWrite(connection=dynamodb) as transaction:
        transaction.save(
            ConnectionItem(
                connection.id,
                "CONFIG",
                integration=connection.integration,
                name=connection.name,
                settings=dict(connection.settings),
                secret_name=secret_name,
                responsible=connection.responsible,
                enabled=connection.enabled,
                listed=LISTED,
            )
        )
        for item in dropped:
            transaction.update(ConnectionItem(connection.id, item), [ConnectionItem.wake_at.remove()])
        for item, flow in by_item.items():
            transaction.update(
                ConnectionItem(connection.id, item),
                [
                    ConnectionItem.integration.set(flow.integration),
                    ConnectionItem.title.set(flow.title),
                    ConnectionItem.filters.set(dict(flow.filters)),
                    *_scheduled(flow, enabled=connection.enabled),
                ],
            )
    return replace(connection, secret_name=secret_name)


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
