"""The engine's state and objects in memory, behind the same ports as DynamoDB and S3.

For rules that are tested on plain values, and, in a process of its own, for measuring the engine without the cost of
a simulated DynamoDB. Counts what it is asked.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any

from sincronia import clock
from sincronia.engine.flow import Identity
from sincronia.engine.state import (
    Connection,
    Link,
    Notification,
    Outcome,
    OutcomeKind,
    Phase,
    Rows,
    Run,
    RunKey,
    ScheduledFlow,
    Start,
)


@dataclass
class LightStore:
    """Implements sincronia.engine.ports.Store and Schedule."""

    connections: dict[str, Connection] = field(default_factory=dict)
    flows: dict[tuple[str, str], ScheduledFlow] = field(default_factory=dict)
    runs: dict[RunKey, Run] = field(default_factory=dict)
    link_rows: dict[tuple[str, str], dict[str, Link]] = field(default_factory=dict)
    outcomes_by_seq: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    identities: set[tuple[Identity, str, str, str]] = field(default_factory=set)
    notifications: dict[tuple[str, str], Notification] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=RLock)

    def connection(self, connection: str) -> Connection | None:
        self.counts["connection reads"] += 1
        return self.connections.get(connection)

    def run(self, key: RunKey) -> Run | None:
        self.counts["run reads"] += 1
        return self.runs.get(key)

    def take_lease(self, run: Run, held: Run) -> bool:
        with self.lock:
            self.counts["lease writes"] += 1
            if not self._still(run):
                return False
            self.runs[run.key] = held
            return True

    def commit(self, before: Run, after: Run, rows: Rows) -> bool:
        with self.lock:
            self.counts["run writes"] += 1
            if not self._still(before):
                return self.runs.get(before.key) == after
            self.runs[before.key] = after
            self._write(after, rows)
            return True

    def ask_to_cancel(self, key: RunKey, by: str) -> bool:
        """As DynamoStore's."""
        with self.lock:
            run = self.runs[key]
            if run.phase != Phase.DONE:
                self.runs[key] = replace(run, cancelled_by=run.cancelled_by or by, wake_at=clock.now())
            return run.phase != Phase.DONE

    def links(self, connection: str, entity: str) -> Iterator[Link]:
        self.counts["link queries"] += 1
        rows = self.link_rows.get((connection, entity), {})
        yield from (rows[source_id] for source_id in sorted(rows))

    def outcomes_of(self, run_id: str) -> list[Outcome]:
        """A run's outcomes in the order of its plan."""
        return [self.outcomes_by_seq[key] for key in sorted(self.outcomes_by_seq) if key[0] == run_id]

    def outcomes(self, run_id: str, kind: OutcomeKind) -> Iterator[Outcome]:
        yield from (outcome for outcome in self.outcomes_of(run_id) if outcome.kind == kind)

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        for flow in list(self.flows.values()):
            if flow.integration == integration and flow.wake_at is not None and flow.wake_at <= now:
                yield flow

    def due_runs(self, integration: str, now: float) -> Iterator[RunKey]:
        for run in list(self.runs.values()):
            if run.integration == integration and run.wake_at is not None and run.wake_at <= now:
                yield run.key

    def flow(self, connection: str, flow: str) -> ScheduledFlow | None:
        return self.flows.get((connection, flow))

    def start_run(self, start: Start) -> bool:
        with self.lock:
            run, flow = start.run, self.flows.get((start.flow.connection, start.flow.flow), start.flow)
            if run.key in self.runs or not all(map(self._started_last, (start.flow, *start.apart))):
                return False
            self.runs[run.key] = run
            due = flow.wake_at if start.next_due is None else start.next_due
            self.flows[flow.connection, flow.flow] = replace(flow, wake_at=due, active_run=run.key.run_id)
            self.notifications[start.notification.audience, start.notification.id] = start.notification
            return True

    def _started_last(self, flow: ScheduledFlow) -> bool:
        held = self.flows.get((flow.connection, flow.flow))
        return flow.active_run == (held.active_run if held else "")

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        with self.lock:
            held = self.flows[flow.connection, flow.flow]
            if held.wake_at is not None and held.wake_at < next_due:
                self.flows[flow.connection, flow.flow] = replace(held, wake_at=next_due)

    def wake_later(self, key: RunKey, later: float) -> None:
        with self.lock:
            run = self.runs[key]
            if run.wake_at is not None and run.wake_at < later:
                self.runs[key] = replace(run, wake_at=later)

    def _still(self, run: Run) -> bool:
        now = self.runs.get(run.key)
        return now is not None and _fence(now) == _fence(run)

    def _write(self, run: Run, rows: Rows) -> None:
        scope = (run.key.connection, rows.entity)
        for link in rows.links:
            self.counts["link writes"] += 1
            self.link_rows.setdefault(scope, {})[link.source_id] = link
        self.identities |= {(identity, *scope, source_id) for source_id, identity in rows.known_by}
        self.identities -= {(identity, *scope, source_id) for source_id, identity in rows.forgotten}
        for source_id in rows.unlinked:
            del self.link_rows[scope][source_id]
        for outcome in rows.outcomes:
            self.counts["outcome writes"] += 1
            self.outcomes_by_seq[run.key.run_id, outcome.seq] = outcome
        if rows.notification:
            self.counts["notification writes"] += 1
            self.notifications[rows.notification.audience, rows.notification.id] = rows.notification


def _fence(run: Run) -> tuple[object, ...]:
    return (run.phase, run.lane, run.position, run.lease, run.cancelled_by)


@dataclass
class LightObjects:
    """Implements sincronia.engine.ports.Objects."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def write_lines(self, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self.bodies[key] = gzip.compress(text.encode(), compresslevel=1)

    def read_lines(self, key: str) -> Iterator[dict[str, Any]]:
        yield from map(json.loads, gzip.decompress(self.bodies[key]).decode().split("\n")[:-1])

    def found_lines(self, key: str) -> Iterator[dict[str, Any]]:
        """As Objects.found_lines of the layer: nothing where there is none."""
        if key in self.bodies:
            yield from self.read_lines(key)


@dataclass
class LightQueue:
    """Implements sincronia.engine.ports.RunQueue."""

    messages: list[RunKey] = field(default_factory=list)

    def send(self, key: RunKey) -> None:
        self.messages.append(key)


@dataclass
class LightSecrets:
    """Implements sincronia.engine.ports.Secrets."""

    secrets: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def fields(self, name: str) -> Mapping[str, str]:
        return self.secrets[name]
