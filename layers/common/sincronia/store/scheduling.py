"""What the tick asks of DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import Run, RunKey, ScheduledFlow, Start
from sincronia.store.connected import Table, dynamodb
from sincronia.store.connections import ConnectionItem, flow_in
from sincronia.store.notifications import notification_out
from sincronia.store.runs import RunItem, run_item, run_out, stored_run


class DynamoSchedule:
    """Implements sincronia.engine.ports.Schedule."""

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        yield from map(flow_in, ConnectionItem.due.query(integration, ConnectionItem.wake_at <= now))

    def due_runs(self, integration: str, now: float) -> Iterator[RunKey]:
        for item in RunItem.due.query(integration, RunItem.wake_at <= now):
            yield RunKey(item.connection, item.run_id)

    def run(self, key: RunKey) -> Run | None:
        return stored_run(key)

    def flow(self, connection: str, flow: str) -> ScheduledFlow | None:
        try:
            return flow_in(ConnectionItem.get(connection, f"FLOW#{flow}", consistent_read=True))
        except ConnectionItem.DoesNotExist:
            return None

    def start_run(self, start: Start) -> bool:
        flow, run = start.flow, start.run
        changes: list[Action] = [
            ConnectionItem.active_run.set(run.key.run_id),
            # A flow that nobody put, because it has no schedule, is made with its first run.
            ConnectionItem.integration.set(ConnectionItem.integration | flow.integration),
            ConnectionItem.title.set(ConnectionItem.title | flow.title),
        ]
        if start.next_due is not None:
            changes.append(ConnectionItem.wake_at.set(start.next_due))
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.save(run_out(run), condition=RunItem.run_id.does_not_exist())
                transaction.update(_flow_item(flow), changes, condition=started_last(flow))
                for other in start.apart:
                    name = f"FLOW#{other.flow}"
                    transaction.condition_check(ConnectionItem, other.connection, name, started_last(other))
                transaction.save(notification_out(start.notification))
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            return False
        return True

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        move_on(_flow_item(flow), ConnectionItem.wake_at, next_due)

    def wake_later(self, key: RunKey, later: float) -> None:
        move_on(run_item(key), RunItem.wake_at, later)


def _flow_item(flow: ScheduledFlow) -> ConnectionItem:
    return ConnectionItem(flow.connection, f"FLOW#{flow.flow}")


def started_last(flow: ScheduledFlow) -> Condition:
    """The run that the flow has started last is still the one that was read with it."""
    attribute = ConnectionItem.active_run
    still: Condition = attribute == flow.active_run if flow.active_run else attribute.does_not_exist()
    return still


def move_on(item: Table, wake_at: Any, later: float) -> None:
    """Moves when an item is due on; never back, and not of one that is not due at all."""
    try:
        item.update([wake_at.set(later)], condition=wake_at < later)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
