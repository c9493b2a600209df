"""The hints' state and queue in another process, as the measured function sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from bench.light_store_client import LightStoreClient
from sincronia.engine.hints import Hint
from sincronia.engine.state import Link


class LightHintsClient(LightStoreClient):
    """Implements sincronia.engine.hint_ports.HintStore: what is not here is asked of the store's process as it is."""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return partial(self.ask, method)

    def kept(self, connection: str, entity: str) -> KeptClient:
        return KeptClient(self, connection, entity)


class KeptClient:
    """Implements sincronia.engine.hints.Kept."""

    def __init__(self, store: LightStoreClient, connection: str, entity: str) -> None:
        self._store, self._connection, self._entity = store, connection, entity

    def named(self, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self._store.ask("kept_named", self._connection, prefix)
        return found

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        self._store.ask("keep_value", self._connection, name, value)

    def link(self, record: str) -> Link | None:
        found: Link | None = self._store.ask("link", self._connection, self._entity, record)
        return found


class HintQueueClient:
    """Implements sincronia.engine.hint_ports.HintQueue: the bench takes what is queued, and delivers it."""

    def __init__(self, store: LightStoreClient) -> None:
        self._store = store

    def send(self, hint: Hint, turn: str = "") -> None:
        self._store.ask("queue_hints", [hint], turn)

    def send_many(self, hints: Iterable[Hint]) -> None:
        self._store.ask("queue_hints", list(hints), "")
