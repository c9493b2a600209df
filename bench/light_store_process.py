"""The light store in a process of its own, so that the measured process holds the engine's memory and nothing else.

Run it as `python -m bench.light_store_process SOCKET`; its first line on standard output is `{"socket": …}`.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import Listener

from bench.light_store_client import KEY
from local.light_store import LightQueue, LightStore
from sincronia.engine.state import Connection, Link, Mode, Run, RunKey, ScheduledFlow
from sincronia.engine.tick import tick

BATCH = 500  # links in one message


class ServedStore(LightStore):
    """The light store, and what the bench prepares and asks."""

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
