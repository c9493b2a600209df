"""What the tick asks of DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import Notification, Run, RunKey, ScheduledFlow
from sincronia.store.connected import dynamodb
from sincronia.store.connections import ConnectionItem, flow_in
from sincronia.store.notifications import notification_out
from sincronia.store.runs import RunItem, run_in, run_item, run_out


class DynamoSchedule:
    """Implements sincronia.engine.ports.Schedule."""

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        yield from map(flow_in, ConnectionItem.due.query(integration, ConnectionItem.wake_at <= now))

    def due_runs(self, integration: str, now: float) -> Iterator[tuple[RunKey, float]]:
        for item in RunItem.due.query(integration, RunItem.wake_at <= now):
            yield RunKey(item.connection, item.run_id), float(item.wake_at)

    def run(self, key: RunKey) -> Run | None:
        try:
            return run_in(RunItem.get(key.connection, key.run_id, consistent_read=True))
        except RunItem.DoesNotExist:
            return None

    def start_run(self, flow: ScheduledFlow, run: Run, notification: Notification, next_due: float) -> bool:
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.save(run_out(run), condition=RunItem.run_id.does_not_exist())
                transaction.update(
                    _flow_item(flow),
                    [ConnectionItem.wake_at.set(next_due), ConnectionItem.active_run.set(run.key.run_id)],
                    condition=ConnectionItem.wake_at == flow.wake_at,
                )
                transaction.save(notification_out(notification))
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            return False
        return True

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        _move(_flow_item(flow), ConnectionItem.wake_at, flow.wake_at, next_due)

    def wake_later(self, key: RunKey, wake_at: float, later: float) -> None:
        _move(run_item(key), RunItem.wake_at, wake_at, later)


def _flow_item(flow: ScheduledFlow) -> ConnectionItem:
    return ConnectionItem(flow.connection, f"FLOW#{flow.flow}")


def _move(item: ConnectionItem | RunItem, attribute: Any, was: float, becomes: float) -> None:
    """Sets the attribute, if it still is what it was."""
    try:
        item.update([attribute.set(becomes)], condition=attribute == was)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
