"""SGP's functions in this process: one internet provider, its vendors simulated, on the AWS server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import provider
from local.vendors.sgp import SgpSimulator
from tests.hints_on_aws import HintsOnAws
from tests.office_on_aws import START, AwsServer, Sandbox, clock_of, sandbox_as_new

CONNECTION = "provedor-modelo"
ALL_ON = {
    "cancel_clients": True,
    "create_clients": True,
    "create_around_box": True,
}


class ProviderOnAws(HintsOnAws):
    """One internet provider on the AWS server, one connection. Time is the test's."""

    integration = "sgp"

    def __init__(
        self, aws: AwsServer, sgp: SgpSimulator, ozmap: OzmapSimulator, sandbox: Sandbox | None = None
    ) -> None:
        self.aws, self.sgp, self.ozmap = aws, sgp, ozmap
        self.now = START
        self.changes: Callable[[Sandbox], None] | None = None
        self.sandbox = sandbox or self.new_sandbox()
        self.sandbox.of("sincronia.clock").now = clock_of(self)
        self.hints = 0

    def new_sandbox(self) -> Sandbox:
        """A new execution environment, with the mutant's changes where there is one."""
        return sandbox_as_new(clock_of(self), self.changes, "sgp")

    def connect(
        self, *, secret: dict[str, str] | None = None, flows: dict[str, int] | None = None, **settings: Any
    ) -> None:
        """Puts the connection; `flows` are the sweeps that are due at START, with their minutes; switches by name."""
        given = {"sgp_address": self.sgp.url, "sgp_app": self.sgp.app, "ozmap_address": self.ozmap.url}
        state = self.sandbox.of("sincronia.engine.state")
        whole = {**given, **ALL_ON, **settings}
        connection = state.Connection(CONNECTION, "sgp", "Provedor Modelo", whole, "", "ana", enabled=True)
        scheduled = [
            state.ScheduledFlow(CONNECTION, "sgp", name, self.sandbox.flows[name].title, {}, minutes, self.now, "")
            for name, minutes in (flows or {}).items()
        ]
        fields = {"sgp_token": self.sgp.token, "ozmap_key": self.ozmap.key} | (secret or {})
        self.sandbox.registering.put_connection(connection, scheduled, fields, "sincronia/test/")

    def hint(self, contract: int | str, *, event_id: str = "", body_hash: str = "") -> Any:
        """A hint as the webhook makes one, not yet queued."""
        hints, names = self.sandbox.of("sincronia.engine.hints"), self.sandbox.of("sgp.flow_names")
        self.hints += 1
        return hints.Hint(
            connection=CONNECTION,
            id=hints.hint_id(self.now, str(self.hints)),
            entity=names.CONTRACT,
            record=str(contract),
            cause=hints.Cause.WEBHOOK,
            received_at=self.now,
            event_id=event_id,
            body_hash=body_hash,
        )

    def send(self, *contracts: int | str) -> None:
        """Queues a hint for each."""
        queue = self.sandbox.of("sincronia.store.hint_queue").SqsHintQueue()
        for contract in contracts:
            queue.send(self.hint(contract))

    def work_off(self, *contracts: int | str) -> list[dict[str, Any]]:
        """Queues hints, delivers all that waits, and gives the log."""
        self.send(*contracts)
        while self.deliver():
            pass
        return self.log()


@contextmanager
def provider_on_aws(
    aws: AwsServer, contracts: int = 24, splitters: int | None = None, sandbox: Sandbox | None = None
) -> Iterator[ProviderOnAws]:
    """A provider of so many contracts, those that can be are on the map already but every fifth.

    sandbox: an execution environment that is there already, on an AWS that is only emptied; quicker than a new one.
    """
    if sandbox:
        aws.clear()
        sandbox.on_queue.outside.resting.clear()
    else:
        aws.emptied("sgp")
    town = provider(contracts, splitters)
    with OzmapSimulator(town) as ozmap:
        whole: ProviderOnAws | None = None
        with SgpSimulator(town, now=lambda: datetime.fromtimestamp(whole.now if whole else START, UTC)) as sgp:
            whole = ProviderOnAws(aws, sgp, ozmap, sandbox)
            yield whole
