"""What the hints' worker and tick ask of DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from pynamodb.exceptions import PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sincronia import clock
from sincronia.answers import problem_out
from sincronia.engine.days import Day
from sincronia.engine.flow import Identity
from sincronia.engine.hint_ports import Commit, Event
from sincronia.engine.hints import Hint, HintState, Kept, Period, StoredHint, compact
from sincronia.engine.state import Connection, Link, Notification, Outcome, Phase, Run, RunKey, ScheduledFlow
from sincronia.store.connected import dynamodb
from sincronia.store.connections import ConnectionItem, connection_in, stands
from sincronia.store.hints import (
    HintItem,
    KeptValues,
    hint_item,
    known_event,
    not_done,
    stored_hint,
    stored_hint_in,
    stored_link,
)
from sincronia.store.identities import identity_out
from sincronia.store.links import LinkItem, link_out
from sincronia.store.notifications import notification_out
from sincronia.store.outcomes import outcome_rows
from sincronia.store.runs import Counted, RunItem, run_in, run_item, run_out
from sincronia.store.scheduling import DynamoSchedule, move_on, started_last
from sincronia.store.working import differences

_CONFLICTS = 6  # with other workers' transactions on the day's row, before the message has to come again


def stored_day(key: RunKey) -> Day | None:
    """A day's run, read consistently."""
    try:
        return day_in(RunItem.get(key.connection, key.run_id, consistent_read=True))
    except RunItem.DoesNotExist:
        return None


def day_in(item: RunItem) -> Day:
    """The day of a run's item."""
    return Day(
        run=run_in(item),
        removed=len(item.removed or ()),
        held=frozenset(item.held or ()),
        links=None if item.links is None else int(item.links),
        approved=bool(item.let_through),
    )


@dataclass(frozen=True, slots=True)
class DynamoHintStore:
    """Implements sincronia.engine.hint_ports.HintStore for one integration."""

    integration: str

    def connection(self, connection: str) -> Connection | None:
        item = _standing(connection)
        return connection_in(item) if item else None

    def hint(self, connection: str, hint_id: str) -> StoredHint | None:
        return stored_hint(connection, hint_id)

    def known(self, hint: Hint) -> Event:
        return known_event(hint)

    def link(self, connection: str, entity: str, source_id: str) -> Link | None:
        return stored_link(connection, entity, source_id)

    def keep(self, stored: StoredHint) -> bool:
        try:
            hint_item(stored, self.integration).save(condition=not_done())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def conclude(
        self,
        stored: StoredHint,
        day: RunKey | None,
        outcome: Outcome | None,
        link: Link | None,
        forgotten: tuple[Identity, ...] = (),
    ) -> Commit:
        connection = stored.hint.connection
        stopped: TransactWriteError | None = None
        for attempt in range(_CONFLICTS):
            try:
                with TransactWrite(connection=dynamodb) as transaction:
                    transaction.save(hint_item(stored, self.integration), condition=not_done())
                    transaction.condition_check(ConnectionItem, connection, "CONFIG", stands())
                    if day and outcome:
                        transaction.update(run_item(day), _counting(outcome), condition=_is_open())
                        for row in outcome_rows((outcome,), day, clock.moment()):
                            transaction.save(row)
                    if outcome and link:
                        transaction.save(link_out(link, connection, outcome.entity))
                        for identity in dict.fromkeys(link.identities):
                            transaction.save(identity_out(identity, connection, outcome.entity, link.source_id))
                        for identity in dict.fromkeys(forgotten):
                            transaction.delete(identity_out(identity, connection, outcome.entity, link.source_id))
            except TransactWriteError as error:
                commit = self._refused(error, stored, day)
                if commit is not None:
                    return commit
                stopped = error
                _pause(attempt)
                continue
            return Commit.DONE
        message = "the day's row never stood still"
        raise RuntimeError(message) from stopped

    @staticmethod
    def _refused(error: TransactWriteError, stored: StoredHint, day: RunKey | None) -> Commit | None:
        """Why the transaction was cancelled; None where it met another one, and can be tried again."""
        if error.cause_response_code != "TransactionCanceledException":
            raise error
        before = stored_hint(stored.hint.connection, stored.hint.id)
        if before is not None and before.state == HintState.DONE:
            return Commit.DONE
        if _standing(stored.hint.connection) is None:
            return Commit.ERASED
        standing = stored_day(day) if day else None
        if day and (standing is None or standing.run.phase == Phase.DONE):
            return Commit.NO_DAY
        return None

    def day(self, key: RunKey) -> Day | None:
        return stored_day(key)

    def open_day(self, run: Run, notification: Notification) -> bool:
        item = run_out(run)
        item.counted = Counted()  # type: ignore[no-untyped-call]
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.save(item, condition=RunItem.run_id.does_not_exist())
                transaction.condition_check(ConnectionItem, run.key.connection, "CONFIG", stands())
                transaction.save(notification_out(notification))
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            return _standing(run.key.connection) is not None
        return True

    def claim_removal(self, key: RunKey, record: str, allowed: int) -> bool:
        removed = RunItem.removed
        room: Condition = removed.does_not_exist() | (size(removed) < allowed)
        lets: Condition = room | removed.contains(record) | (RunItem.let_through == True)  # noqa: E712
        try:
            run_item(key).update([removed.add({record})], condition=RunItem.run_id.exists() & lets)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def count_links(self, key: RunKey, entity: str) -> int:
        day = stored_day(key)
        if day is not None and day.links is not None:
            return day.links
        there: Condition = (LinkItem.active == True) & LinkItem.target_id.exists()  # noqa: E712
        active = LinkItem.count(f"{key.connection}#{entity}", filter_condition=there)
        links = active + (day.removed if day else 0)
        run_item(key).update([RunItem.links.set(RunItem.links | links)], condition=RunItem.run_id.exists())
        return links

    def hold(self, stored: StoredHint, before: Day, after: Run, notification: Notification, link: Link | None) -> bool:
        held = RunItem.held
        as_many: Condition = (size(held) == len(before.held)) if before.held else held.does_not_exist()
        undecided: Condition = RunItem.let_through.does_not_exist() | (RunItem.let_through == False)  # noqa: E712
        same = _in_phase(before) & as_many & undecided
        changes: list[Action] = [
            RunItem.phase.set(after.phase.value),
            RunItem.brakes.set([problem_out(problem) for problem in after.brakes]),
            RunItem.wake_at.remove(),
            held.add({stored.hint.id}),
        ]
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.save(hint_item(stored, self.integration), condition=not_done())
                transaction.update(run_item(after.key), changes, condition=same)
                if link:
                    transaction.save(link_out(link, stored.hint.connection, stored.hint.entity))
                transaction.save(notification_out(notification))
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            now = stored_day(after.key)
            if now is not None and stored.hint.id in now.held:
                return True  # a first try went through, and its answer was lost
            _pause(0)
            return False
        return True

    def received(self, connection: str, period: Period, after: str) -> Iterator[StoredHint]:
        first = f"{after}." if after else compact(period.since)  # "." comes right after an id that ends in hex
        within = HintItem.id.between(first, compact(period.until))
        yield from map(stored_hint_in, HintItem.query(connection, within))

    def kept(self, connection: str, entity: str) -> Kept:
        return KeptValues(connection, entity)

    def let_go(self, key: RunKey, hints: frozenset[str]) -> None:
        run_item(key).update([RunItem.held.delete(set(hints))], condition=RunItem.run_id.exists())


class DynamoHintSchedule(DynamoSchedule):
    """Implements sincronia.engine.hint_ports.HintSchedule for one integration."""

    def __init__(self, integration: str) -> None:
        self._integration = integration

    def start_sweep(self, flow: ScheduledFlow, stored: StoredHint, next_due: float) -> bool:
        row = ConnectionItem(flow.connection, f"FLOW#{flow.flow}")
        moved: list[Action] = [ConnectionItem.active_run.set(stored.hint.id), ConnectionItem.wake_at.set(next_due)]
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                transaction.save(hint_item(stored, self._integration), condition=HintItem.id.does_not_exist())
                transaction.update(row, moved, condition=started_last(flow) & (ConnectionItem.wake_at == flow.wake_at))
                transaction.condition_check(ConnectionItem, flow.connection, "CONFIG", stands())
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            return False
        return True

    def hint(self, connection: str, hint_id: str) -> StoredHint | None:
        return stored_hint(connection, hint_id)

    def due_hints(self, integration: str, now: float) -> Iterator[StoredHint]:
        yield from map(stored_hint_in, HintItem.due.query(integration, HintItem.wake_at <= now))

    def wake_hint_later(self, stored: StoredHint, later: float) -> None:
        move_on(HintItem(stored.hint.connection, stored.hint.id), HintItem.wake_at, later)

    def day(self, key: RunKey) -> Day | None:
        return stored_day(key)

    def close_day(self, before: Day, after: Run, notification: Notification) -> bool:
        as_counted: Condition = RunItem.counted["received"] == before.run.received
        return _change_day(differences(before.run, after), _in_phase(before) & as_counted, notification)


def decide_day(before: Day, after: Run, sweep: StoredHint, notification: Notification, *, let_through: bool) -> bool:
    """Writes what a person decided of a day's held hints, with the sweep that carries it out.

    False: somebody else has decided since the day was read. What came to an end in it meanwhile does not matter.
    """
    changes = [*differences(before.run, after), RunItem.let_through.set(let_through)]
    return _change_day(changes, _in_phase(before), notification, hint_item(sweep, after.integration))


def _change_day(
    changes: list[Action], condition: Condition, notification: Notification, sweep: HintItem | None = None
) -> bool:
    """Changes the day that the notification tells of, where the condition holds."""
    day = RunKey(notification.connection, notification.id)
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.update(run_item(day), changes, condition=condition)
            transaction.save(notification_out(notification))
            if sweep is not None:
                transaction.save(sweep, condition=HintItem.id.does_not_exist())
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        return False
    return True


def _standing(connection: str) -> ConnectionItem | None:
    """The connection's row, read consistently; None where it is gone, or on its way out."""
    try:
        item = ConnectionItem.get(connection, "CONFIG", consistent_read=True)
    except ConnectionItem.DoesNotExist:
        return None
    return None if item.deleting else item


def _is_open() -> Condition:
    """The day's run is there, and has not come to its end."""
    is_open: Condition = RunItem.run_id.exists() & (RunItem.phase != Phase.DONE.value)
    return is_open


def _in_phase(before: Day) -> Condition:
    """The day's phase is what was read."""
    same: Condition = RunItem.phase == before.run.phase.value
    return same


def _counting(outcome: Outcome) -> list[Action]:
    """One more received, and one more of its kind."""
    received, kind = RunItem.counted["received"], RunItem.counted[outcome.kind.value]
    return [received.set(received + 1), kind.set(kind + 1)]


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  # only spreads workers
