"""The light store in a process of its own, so that the measured process holds the engine's memory and nothing else.

Run it as `python -m bench.light_store_process SOCKET`; its first line on standard output is `{"socket": …}`.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import Listener
from typing import Any

from bench.light_store_client import KEY
from local.light_hints import LightHintQueue, LightHints
from local.light_store import LightQueue
from sincronia.engine.days import Day
from sincronia.engine.flow import Identity
from sincronia.engine.hint_ports import Commit
from sincronia.engine.hints import Hint, StoredHint
from sincronia.engine.state import Connection, Link, Mode, Notification, Outcome, Run, RunKey, ScheduledFlow
from sincronia.engine.tick import tick

BATCH = 500  # links in one message


@dataclass
class ServedStore(LightHints):
    """The light store, and what the bench prepares and asks."""

    hint_queue: LightHintQueue = field(default_factory=LightHintQueue)

    def connect(self, connection: Connection) -> None:
        """Puts a connection."""
        self.connections[connection.id] = connection

    def conclude(
        self,
        stored: StoredHint,
        day: RunKey | None,
        outcome: Outcome | None,
        link: Link | None,
        forgotten: tuple[Identity, ...] = (),
    ) -> Commit:
        commit = super().conclude(stored, day, outcome, link, forgotten)
        if commit == Commit.DONE:
            self.counts["link writes"] += link is not None
            self.counts["outcome writes"] += outcome is not None
        return commit

    def open_day(self, run: Run, notification: Notification) -> bool:
        self.counts["days opened"] += 1
        return super().open_day(run, notification)

    def day(self, key: RunKey) -> Day | None:
        self.counts["day reads"] += 1
        return super().day(key)

    def kept_named(self, connection: str, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        """As Kept.named."""
        self.counts["kept queries"] += 1
        return self.kept(connection, "").named(prefix)

    def keep_value(self, connection: str, name: str, value: Mapping[str, Any]) -> None:
        """As Kept.keep."""
        self.counts["kept writes"] += 1
        self.kept(connection, "").keep(name, value)

    def queue_hints(self, hints: list[Hint], turn: str) -> None:
        """Queues hints, as SQS does."""
        for hint in hints:
            self.hint_queue.send(hint, turn)

    def take_hints(self) -> list[Hint]:
        """What is queued, in its order; it is in the queue no more."""
        taken, self.hint_queue.messages = self.hint_queue.messages, []
        return taken

    def hints_of(self, connection: str) -> list[StoredHint]:
        """The log of a connection, the oldest first."""
        return [stored for (of, _), stored in sorted(self.hints.items()) if of == connection]

    def counted(self) -> dict[str, int]:
        """What was asked since the last call; counting begins anew."""
        counts, self.counts = dict(self.counts), type(self.counts)()
        return counts

    def put_links(self, connection: str, entity: str, links: list[Link]) -> None:
        """Adds links as a finished run would have left them."""
        self.link_rows.setdefault((connection, entity), {}).update((link.source_id, link) for link in links)

    def start(self, connection: Connection, flow: ScheduledFlow, mode: Mode) -> RunKey:
        """The run that a tick makes of the flow, which is due, in this mode; counting begins anew after it."""
        self.connections[connection.id] = connection
        self.flows[connection.id, flow.flow] = flow
        queue = LightQueue()
        tick(connection.integration, {}, self, queue)
        (key,) = queue.messages
        self.runs[key] = replace(self.runs[key], mode=mode)
        self.counts.clear()
        return key

    def state_of(self, key: RunKey) -> tuple[Run, dict[str, int]]:
        """A run, and what was asked since the last start."""
        return self.runs[key], dict(self.counts)

    def link_batches(self, connection: str, entity: str) -> Iterator[list[Link]]:
        """All links, BATCH at once, then an empty list."""
        links = self.links(connection, entity)
        while batch := list(islice(links, BATCH)):
            yield batch
        yield []


def serve(store: ServedStore, pipe: Pipe) -> None:
    """Answers a client until it leaves: `(method, arguments)` → what the method gives, an iterator part by part."""
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        answer = getattr(store, method)(*arguments)
        for part in answer if isinstance(answer, Iterator) else (answer,):
            pipe.send(part)


def main() -> None:
    """Serves until it is ended."""
    store = ServedStore()
    with Listener(sys.argv[1], "AF_UNIX", authkey=KEY) as listener:
        print(json.dumps({"socket": sys.argv[1]}), flush=True)
        while True:
            threading.Thread(target=serve, args=(store, listener.accept()), daemon=True).start()


if __name__ == "__main__":
    main()
