"""The engine's store in another process, as the measured function sees it: one connection, answers as they come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from multiprocessing.connection import Client
from typing import Any

from sincronia.engine.state import Connection, Link, Outcome, OutcomeKind, Rows, Run, RunKey

ADDRESS = "LIGHT_STORE"  # the environment variable that holds the path of the socket
KEY = b"bench"  # both ends are ours, in a directory of ours


class LightStoreClient:
    """Implements sincronia.engine.ports.Store. Connects with the first call."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connected: Any = None

    def connection(self, connection: str) -> Connection | None:
        found: Connection | None = self.ask("connection", connection)
        return found

    def run(self, key: RunKey) -> Run | None:
        found: Run | None = self.ask("run", key)
        return found

    def take_lease(self, run: Run, held: Run) -> bool:
        return bool(self.ask("take_lease", run, held))

    def commit(self, before: Run, after: Run, rows: Rows) -> bool:
        return bool(self.ask("commit", before, after, rows))

    def links(self, connection: str, entity: str) -> Iterator[Link]:
        batch: list[Link] = self.ask("link_batches", connection, entity)
        while batch:
            yield from batch
            batch = self._connected.recv()

    def outcomes(self, run_id: str, kind: OutcomeKind) -> Iterator[Outcome]:
        every: list[Outcome] = self.ask("outcomes_of", run_id)
        yield from (outcome for outcome in every if outcome.kind == kind)

    def ask(self, method: str, *arguments: Any) -> Any:
        """The first answer of the store's process to a call."""
        if self._connected is None:
            self._connected = Client(self._address, "AF_UNIX", authkey=KEY)
        self._connected.send((method, arguments))
        return self._connected.recv()


def from_environment() -> LightStoreClient:
    """The client of the store that this process was told of."""
    return LightStoreClient(os.environ[ADDRESS])
