"""What the worker asks of DynamoDB: every write is fenced by the run's cursor and lease."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from sincronia import clock
from sincronia.engine.ports import RowsOvertakenError
from sincronia.engine.state import Connection, Link, Outcome, OutcomeKind, Phase, Rows, Run, RunKey
from sincronia.store.connected import dynamodb
from sincronia.store.connections import ConnectionItem, connection_in
from sincronia.store.identities import identity_out
from sincronia.store.links import LinkItem, link_in, link_item, link_out
from sincronia.store.notifications import notification_out
from sincronia.store.outcomes import outcome_rows, stored_outcomes
from sincronia.store.runs import RunItem, attributes, run_in, run_item, run_out, stored_run


class DynamoStore:
    """Implements sincronia.engine.ports.Store."""

    def connection(self, connection: str) -> Connection | None:
        try:
            return connection_in(ConnectionItem.get(connection, "CONFIG"))
        except ConnectionItem.DoesNotExist:
            return None

    def run(self, key: RunKey) -> Run | None:
        return stored_run(key)

    def take_lease(self, run: Run, held: Run) -> bool:
        try:
            run_item(run.key).update(differences(run, held), condition=_still(run))
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            now = self.run(run.key)  # ours, where a first try went through and its answer was lost
            return now is not None and now.lease == held.lease
        return True

    def commit(self, before: Run, after: Run, rows: Rows) -> bool:
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.update(run_item(before.key), differences(before, after), condition=_still(before))
                _add_rows(transaction, after, rows)
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            now = self.run(before.key)
            if now == run_in(run_out(after)):
                return True  # a first try went through, and its answer was lost
            if now is not None and _fence(now) == _fence(before):
                if rows.beside:
                    raise RowsOvertakenError from error
                raise  # nobody overtook us: a conflict with a reader, or a defect; the message comes again
            return False
        return True

    def links(self, connection: str, entity: str) -> Iterator[Link]:
        yield from map(link_in, LinkItem.query(f"{connection}#{entity}"))

    def outcomes(self, run_id: str, kind: OutcomeKind) -> Iterator[Outcome]:
        return stored_outcomes(run_id, kind)

    def ask_to_cancel(self, key: RunKey, by: str) -> bool:
        """Notes who wants a run to end, and has it queued; its holder or the next one ends it. False: it is done."""
        wanted = RunItem.cancelled_by.set(RunItem.cancelled_by | by)
        try:
            run_item(key).update(
                [wanted, RunItem.wake_at.set(clock.now())], condition=RunItem.phase != Phase.DONE.value
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _fence(run: Run) -> tuple[Any, ...]:
    return (run.phase, run.lane, run.position, run.lease, run.cancelled_by)


def _still(run: Run) -> Condition:
    """The run's cursor and lease are what its holder believes, and nobody wants it to end that it does not know of."""
    cursor: Condition = (
        (RunItem.phase == run.phase.value) & (RunItem.lane == run.lane) & (RunItem.position == run.position)
    )
    still: Condition = cursor & _is(RunItem.lease, run.lease) & _is(RunItem.cancelled_by, run.cancelled_by)
    return still


def _is(attribute: UnicodeAttribute, text: str) -> Condition:
    """What is empty is not stored."""
    condition: Condition = attribute == text if text else attribute.does_not_exist()
    return condition


def differences(before: Run, after: Run) -> list[Any]:
    """Update actions for the attributes that differ."""
    old, new = attributes(before), attributes(after)
    differing = [(getattr(RunItem, name), new[name]) for name in new if new[name] != old[name]]
    return [attribute.remove() if value is None else attribute.set(value) for attribute, value in differing]


def _add_rows(transaction: TransactWrite, run: Run, rows: Rows) -> None:
    connection, now = run.key.connection, clock.moment()
    for link in rows.links:
        transaction.save(link_out(link, connection, rows.entity))
    for source_id, identity in rows.known_by:
        transaction.save(identity_out(identity, connection, rows.entity, source_id))
    for source_id, identity in rows.forgotten:
        transaction.delete(identity_out(identity, connection, rows.entity, source_id))
    for source_id in rows.unlinked:
        transaction.delete(link_item(connection, rows.entity, source_id))
    for row in outcome_rows(rows.outcomes, run.key, now):
        transaction.save(row)
    for write in rows.beside:
        write(transaction)
    if rows.notification:
        transaction.save(notification_out(rows.notification))
