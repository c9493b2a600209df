"""A connection's deletion: a run of its own, which erases all that is the connection's and, in the end, itself.

It waits until every request and every holder that still knew the connection is done. What it erases it erases in the
same order each time, so that whoever dies is followed by somebody who goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.engine.ports import RunQueue, Store
from sincronia.engine.report import released
from sincronia.engine.state import Rows, Run, RunKey

DELETION = "excluir_conexao"  # the flow that such a run is kept under
RUN_ID = "exclusao"
PATIENCE_SECONDS = 120  # longer than a request or a tick may run that still saw the connection

logger = Logger(child=True)


class Remains(Protocol):
    """All that is kept of connections."""

    def being_deleted(self, connection: str) -> bool:
        """Whether the connection is marked for it, or gone already."""
        ...

    def held_until(self, connection: str) -> float:
        """Until when somebody may be working on one of its other runs, in seconds since 1970."""
        ...

    def erased(self, connection: str) -> Iterator[None]:
        """Erases all but the deletion's own run, the connection's row last; yields after each bit of it."""
        ...

    def conclude(self, connection: str) -> None:
        """Erases the deletion's own run: the connection can be made again."""
        ...


def deletion(connection: str, integration: str, by: str) -> Run:
    """The run that deletes a connection."""
    now = clock.now()
    return Run(
        key=RunKey(connection, RUN_ID),
        integration=integration,
        flow=DELETION,
        trigger=by,
        filters={},
        audience=connection,
        started_at=now,
        wake_at=now + PATIENCE_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class Erasing:
    """Implements sincronia.engine.tasks.Task: a deletion; it is never given up."""

    store: Store
    queue: RunQueue
    remains: Remains

    def go_on(self, held: Run, deadline: float) -> None:
        """Erases on until all is gone, somebody else has to finish first, or time is up. Leaves no run."""
        connection = held.key.connection
        if not self.remains.being_deleted(connection):
            logger.error("deletion of a connection that is not marked for it", connection=connection)
            return
        ready = max(held.started_at + PATIENCE_SECONDS, self.remains.held_until(connection))
        if clock.now() < ready:
            self._release(held, ready)
            return
        for _ in self.remains.erased(connection):
            if clock.now() >= deadline:
                self._release(held, clock.now())
                self.queue.send(held.key)
                return
        self.remains.conclude(connection)
        logger.info("connection_erased", connection=connection)

    def _release(self, held: Run, wake_at: float) -> None:
        self.store.commit(held, released(held, wake_at), Rows())
