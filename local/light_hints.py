"""The hints' state and queue in memory, behind the same ports as DynamoDB and SQS. Counts what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.light_store import LightStore
from sincronia import clock
from sincronia.engine.days import Day
from sincronia.engine.flow import Identity
from sincronia.engine.hint_ports import Commit, Event
from sincronia.engine.hints import Hint, HintState, Period, StoredHint, compact
from sincronia.engine.state import Connection, Link, Notification, Outcome, Phase, Run, RunKey, ScheduledFlow

DEDUPLICATED_SECONDS = 300  # how long SQS knows a message


@dataclass
class LightHints(LightStore):
    """Implements sincronia.engine.hint_ports.HintStore and HintSchedule."""

    deleting: set[str] = field(default_factory=set)
    hints: dict[tuple[str, str], StoredHint] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    values: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    removed: dict[RunKey, set[str]] = field(default_factory=dict)
    held: dict[RunKey, frozenset[str]] = field(default_factory=dict)
    counted_links: dict[RunKey, int] = field(default_factory=dict)
    let_through: set[RunKey] = field(default_factory=set)

    def connection(self, connection: str) -> Connection | None:
        return None if connection in self.deleting else super().connection(connection)

    def hint(self, connection: str, hint_id: str) -> StoredHint | None:
        self.counts["hint reads"] += 1
        return self.hints.get((connection, hint_id))

    def known(self, hint: Hint) -> Event:
        with self.lock:
            self.counts["event writes"] += 1
            return self.events.setdefault((hint.connection, hint.event_id), Event(hint.id, hint.body_hash))

    def link(self, connection: str, entity: str, source_id: str) -> Link | None:
        self.counts["link reads"] += 1
        return self.link_rows.get((connection, entity), {}).get(source_id)

    def keep(self, stored: StoredHint) -> bool:
        with self.lock:
            self.counts["hint writes"] += 1
            if self._is_done(stored):
                return False
            self.hints[stored.hint.connection, stored.hint.id] = stored
            return True

    def conclude(
        self,
        stored: StoredHint,
        day: RunKey | None,
        outcome: Outcome | None,
        link: Link | None,
        forgotten: tuple[Identity, ...] = (),
    ) -> Commit:
        with self.lock:
            self.counts["conclusions"] += 1
            connection = stored.hint.connection
            if self._is_done(stored):
                return Commit.DONE
            if not self._stands(connection):
                return Commit.ERASED
            if day and outcome:
                run = self.runs.get(day)
                if run is None or run.phase == Phase.DONE:
                    return Commit.NO_DAY
                ((kind, tally),) = run.tallies.items()  # a day counts all that hints are about as one
                counted = replace(tally, received=tally.received + 1).counting(outcome.kind, 1)
                self.runs[day] = replace(run, tallies={kind: counted})
                self.outcomes_by_seq[day.run_id, outcome.seq] = outcome
                scope = (connection, outcome.entity)
                if link:
                    self.link_rows.setdefault(scope, {})[link.source_id] = link
                    self.identities |= {(identity, *scope, link.source_id) for identity in link.identities}
                    self.identities -= {(identity, *scope, link.source_id) for identity in forgotten}
            self.hints[connection, stored.hint.id] = stored
            return Commit.DONE

    def day(self, key: RunKey) -> Day | None:
        with self.lock:
            run = self.runs.get(key)
            if run is None:
                return None
            return Day(
                run=run,
                removed=len(self.removed.get(key, ())),
                held=self.held.get(key, frozenset()),
                links=self.counted_links.get(key),
                approved=key in self.let_through,
            )

    def open_day(self, run: Run, notification: Notification) -> bool:
        with self.lock:
            if not self._stands(run.key.connection):
                return False
            if run.key not in self.runs:
                self.runs[run.key] = run
                self.notifications[notification.audience, notification.id] = notification
            return True

    def claim_removal(self, key: RunKey, record: str, allowed: int) -> bool:
        with self.lock:
            self.counts["claims"] += 1
            removed = self.removed.setdefault(key, set())
            may = len(removed) < allowed or record in removed or key in self.let_through
            if key not in self.runs or not may:
                return False
            removed.add(record)
            return True

    def count_links(self, key: RunKey, entity: str) -> int:
        with self.lock:
            if key not in self.counted_links:
                self.counts["links counted"] += 1
                links = self.link_rows.get((key.connection, entity), {}).values()
                self.counted_links[key] = sum(link.active and bool(link.target_id) for link in links) + len(
                    self.removed.get(key, ())
                )
            return self.counted_links[key]

    def hold(self, stored: StoredHint, before: Day, after: Run, notification: Notification, link: Link | None) -> bool:
        with self.lock:
            key = after.key
            now = self.day(key)
            if now is None or self._is_done(stored):
                return False
            if stored.hint.id in now.held:
                return True
            if (now.run.phase, len(now.held)) != (before.run.phase, len(before.held)) or now.approved:
                return False
            self.runs[key] = replace(now.run, phase=after.phase, brakes=after.brakes, wake_at=None)
            self.held[key] = now.held | {stored.hint.id}
            self.hints[stored.hint.connection, stored.hint.id] = stored
            self.notifications[notification.audience, notification.id] = notification
            if link:
                self.link_rows.setdefault((key.connection, stored.hint.entity), {})[link.source_id] = link
            return True

    def let_go(self, key: RunKey, hints: frozenset[str]) -> None:
        with self.lock:
            self.held[key] = self.held.get(key, frozenset()) - hints

    def received(self, connection: str, period: Period, after: str) -> Iterator[StoredHint]:
        self.counts["log queries"] += 1
        first, end = compact(period.since), compact(period.until)
        for of, hint_id in sorted(self.hints):
            if of == connection and first <= hint_id < end and hint_id > after:
                yield self.hints[of, hint_id]

    def kept(self, connection: str, entity: str) -> LightKept:
        return LightKept(self, connection, entity)

    def start_sweep(self, flow: ScheduledFlow, stored: StoredHint, next_due: float) -> bool:
        with self.lock:
            place = (flow.connection, flow.flow)
            held = self.flows.get(place)
            if held is None or (held.active_run, held.wake_at) != (flow.active_run, flow.wake_at):
                return False
            if not self._stands(flow.connection) or (flow.connection, stored.hint.id) in self.hints:
                return False
            self.hints[flow.connection, stored.hint.id] = stored
            self.flows[place] = replace(held, active_run=stored.hint.id, wake_at=next_due)
            return True

    def due_hints(self, integration: str, now: float) -> Iterator[StoredHint]:
        for stored in list(self.hints.values()):
            of = self.connections.get(stored.hint.connection)
            if of and of.integration == integration and stored.wake_at is not None and stored.wake_at <= now:
                yield stored

    def wake_hint_later(self, stored: StoredHint, later: float) -> None:
        with self.lock:
            place = (stored.hint.connection, stored.hint.id)
            now = self.hints[place]
            if now.wake_at is not None and now.wake_at < later:
                self.hints[place] = replace(now, wake_at=later)

    def close_day(self, before: Day, after: Run, notification: Notification) -> bool:
        with self.lock:
            now = self.runs[after.key]
            if (now.phase, now.received) != (before.run.phase, before.run.received):
                return False
            return self._change_day(after, notification)

    def decide_day(
        self, before: Day, after: Run, sweep: StoredHint, notification: Notification, *, let_through: bool
    ) -> bool:
        """As sincronia.store.hinting.decide_day."""
        with self.lock:
            if self.runs[after.key].phase != before.run.phase:
                return False
            self.let_through = self.let_through | {after.key} if let_through else self.let_through - {after.key}
            self.hints[sweep.hint.connection, sweep.hint.id] = sweep
            return self._change_day(after, notification)

    def _change_day(self, after: Run, notification: Notification) -> bool:
        """What was counted since the day was read stays counted."""
        self.runs[after.key] = replace(after, tallies=self.runs[after.key].tallies)
        self.notifications[notification.audience, notification.id] = notification
        return True

    def _stands(self, connection: str) -> bool:
        return connection in self.connections and connection not in self.deleting

    def _is_done(self, stored: StoredHint) -> bool:
        now = self.hints.get((stored.hint.connection, stored.hint.id))
        return now is not None and now.state == HintState.DONE


@dataclass(frozen=True)
class LightKept:
    """Implements sincronia.engine.hints.Kept."""

    store: LightHints
    connection: str
    entity: str

    def named(self, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        return {
            name: value
            for (of, name), value in sorted(self.store.values.items(), key=lambda each: each[0])
            if of == self.connection and name.startswith(prefix)
        }

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        self.store.values[self.connection, name] = dict(value)

    def link(self, record: str) -> Link | None:
        return self.store.link(self.connection, self.entity, record)


@dataclass
class LightHintQueue:
    """Implements sincronia.engine.hint_ports.HintQueue; knows a message for as long as SQS does."""

    messages: list[Hint] = field(default_factory=list)
    sent: dict[tuple[str, str, str], float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def send(self, hint: Hint, turn: str = "") -> None:
        self.counts["sends"] += 1
        once = (hint.id, hint.body_hash, turn)
        if clock.now() - self.sent.get(once, -DEDUPLICATED_SECONDS) >= DEDUPLICATED_SECONDS:
            self.sent[once] = clock.now()
            self.messages.append(hint)

    def send_many(self, hints: Iterable[Hint]) -> None:
        for hint in hints:
            self.send(hint)
