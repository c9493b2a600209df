"""What the engine asks of the outside: state, objects, queue, secrets. AWS is behind them in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from sincronia.engine.state import Connection, Link, Outcome, OutcomeKind, Rows, Run, RunKey, ScheduledFlow, Start


class RowsOvertakenError(Exception):
    """What an integration wrote beside a run's step is no longer as it was read: nothing was written."""


class Store(Protocol):
    """State as the worker needs it. Every write is conditional; a condition that fails is an answer, not an error."""

    def connection(self, connection: str) -> Connection | None:
        """The connection's configuration."""
        ...

    def run(self, key: RunKey) -> Run | None:
        """The run, read consistently."""
        ...

    def take_lease(self, run: Run, held: Run) -> bool:
        """Writes `held`'s lease if the run's cursor and lease still are as in `run`. False: another was faster."""
        ...

    def commit(self, before: Run, after: Run, rows: Rows) -> bool:
        """Writes the run's step and its rows in one transaction, if cursor and lease still are as in `before`.

        False: another holder has committed. True also where this very commit had gone through before.
        Raises RowsOvertakenError.
        """
        ...

    def links(self, connection: str, entity: str) -> Iterator[Link]:
        """All links of one kind of record, by source id."""
        ...

    def outcomes(self, run_id: str, kind: OutcomeKind) -> Iterator[Outcome]:
        """A run's outcomes of one kind, in the order of its plan."""
        ...


class Schedule(Protocol):
    """State as the tick needs it."""

    def run(self, key: RunKey) -> Run | None:
        """The run, read consistently."""
        ...

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        """Flows of enabled connections whose time has come."""
        ...

    def due_runs(self, integration: str, now: float) -> Iterator[RunKey]:
        """Runs whose wake_at has come."""
        ...

    def flow(self, connection: str, flow: str) -> ScheduledFlow | None:
        """A connection's flow, read consistently."""
        ...

    def start_run(self, start: Start) -> bool:
        """Makes the run and its notification and moves the flow's due time, all or nothing.

        False: one of the flows has started a run since it was read, or this very run was made before.
        """
        ...

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        """Moves the flow's due time on without a run; never back."""
        ...

    def wake_later(self, key: RunKey, later: float) -> None:
        """Moves a run's wake_at on, never back; a run that has none any more stays so."""
        ...


class Objects(Protocol):
    """Private objects under one prefix: JSON lines, gzip."""

    def write_lines(self, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Writes one JSON object a line; an object of that key is replaced."""
        ...

    def read_lines(self, key: str) -> Iterator[dict[str, Any]]:
        """The JSON objects of a key, in order."""
        ...


class RunQueue(Protocol):
    """The queue that runs are worked off from."""

    def send(self, key: RunKey) -> None:
        """Queues a run. It may be delivered more than once."""
        ...


class Secrets(Protocol):
    """The connections' secrets."""

    def fields(self, name: str) -> Mapping[str, str]:
        """A secret's named fields. Raises ProblemError(secret_missing) where there is none of that name."""
        ...
