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

from sincronia.engine.flow import Identity
from sincronia.engine.state import Connection, Link, Notification, Outcome, Rows, Run, RunKey, ScheduledFlow


@dataclass
class LightStore:
    """Implements sincronia.engine.ports.Store and Schedule."""

    connections: dict[str, Connection] = field(default_factory=dict)
    flows: dict[tuple[str, str], ScheduledFlow] = field(default_factory=dict)
    runs: dict[RunKey, Run] = field(default_factory=dict)
    link_rows: dict[tuple[str, str], dict[str, Link]] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
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

    def links(self, connection: str, entity: str) -> Iterator[Link]:
        self.counts["link queries"] += 1
        rows = self.link_rows.get((connection, entity), {})
        yield from (rows[source_id] for source_id in sorted(rows))

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        yield from [flow for flow in self.flows.values() if flow.integration == integration and flow.wake_at <= now]

    def due_runs(self, integration: str, now: float) -> Iterator[RunKey]:
        for run in list(self.runs.values()):
            if run.integration == integration and run.wake_at is not None and run.wake_at <= now:
                yield run.key

    def start_run(self, flow: ScheduledFlow, run: Run, notification: Notification, next_due: float) -> bool:
        with self.lock:
            held = self.flows[flow.connection, flow.flow]
            if run.key in self.runs or held.active_run != flow.active_run:
                return False
            self.runs[run.key] = run
            self.flows[flow.connection, flow.flow] = replace(held, wake_at=next_due, active_run=run.key.run_id)
            self.notifications[notification.audience, notification.id] = notification
            return True

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        with self.lock:
            held = self.flows[flow.connection, flow.flow]
            if held.wake_at < next_due:
                self.flows[flow.connection, flow.flow] = replace(held, wake_at=next_due)

    def wake_later(self, key: RunKey, later: float) -> None:
        with self.lock:
            run = self.runs[key]
            if run.wake_at is not None and run.wake_at < later:
                self.runs[key] = replace(run, wake_at=later)

    def _still(self, run: Run) -> bool:
        now = self.runs.get(run.key)
        return now is not None and (now.phase, now.position, now.lease) == (run.phase, run.position, run.lease)

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
            self.outcomes[run.key.run_id, outcome.seq] = outcome
        if rows.notification:
            self.counts["notification writes"] += 1
            self.notifications[rows.notification.audience, rows.notification.id] = rows.notification


@dataclass
class LightObjects:
    """Implements sincronia.engine.ports.Objects."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def write_lines(self, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self.bodies[key] = gzip.compress(text.encode(), compresslevel=1)

    def read_lines(self, key: str) -> Iterator[dict[str, Any]]:
        yield from map(json.loads, gzip.decompress(self.bodies[key]).decode().splitlines())


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
