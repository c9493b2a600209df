"""Runs of a flow where the simulated DynamoDB would be too slow: the light store takes its place.

The worker's handler and its runtime are the real ones, S3 and secrets are moto's. Users' links can be prepared as a
first run would have left them, with the fingerprints of what Questor lists.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from types import TracebackType
from typing import Self

from bench import function_process
from bench.flows import Changed, MeasuredFlow
from bench.light_function import LightFunction, MeasurementError
from bench.measured import Measured, called
from bench.on_stack import CONNECTION, WORKER, check_counters, message_of
from bench.vendors import Vendors
from local.stack import Stack
from sincronia import clock
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.flow import Opening, Record
from sincronia.engine.state import Connection, Link, Mode, Phase, Run, RunKey, ScheduledFlow
from zen import zen_client
from zen.flows import FLOWS
from zen.lanes import OFFICE_USER

HANDLER = "bench.light_on_queue.handler"
FIRST_IN_ZEN = 1001  # the code that the simulator gives first
INVOCATIONS = 20  # of the worker for one run, at most


class OfficeOnLightStore:
    """One office of N, connected. `measure` runs a sync; the seed of the others is its first run, or link_users."""

    def __init__(self, flow: MeasuredFlow, number: int, stack: Stack, vendors: Vendors) -> None:
        self._flow = flow
        self._number = number
        self._stack = stack
        self._vendors = vendors
        self._due = count(int(clock.now()) - 3600)  # a run's id follows from it
        self._function = LightFunction(stack, WORKER, HANDLER)

    def __enter__(self) -> Self:
        self._function.__enter__()
        self._store = self._function.store
        self._connection, self._scheduled = self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._function.__exit__(kind, error, trace)

    def measure(self, changed: Changed) -> Measured:
        """Changes so many records, and runs one sync in a fresh process of the function."""
        for kind, change in self._flow.edits(self._number, changed).items():
            self._vendors.questor.edit(kind, change)
        function_process.end_all(HANDLER)
        self._invoke(RunKey(CONNECTION, "none"))
        self._vendors.reset()
        self._stack.calls(reset=True)
        begun = function_process.processor_seconds(HANDLER)
        run, counts = self._run_to_its_end(changed)
        expected = self._flow.expected(self._number, changed)
        check_counters(run.phase, {kind.value: number for kind, number in run.counters.items()}, changed, expected)
        record = self._stack.calls()
        questor_reads, target_reads, writes = self._vendors.counted()
        return Measured(
            flow=self._flow,
            number=self._number,
            changed=changed,
            expected=expected,
            light_store=True,
            questor_reads=questor_reads,
            target_reads=target_reads,
            vendor_writes=writes,
            dynamodb={
                "Query": counts["link queries"],
                "GetItem": counts["run reads"] + counts["connection reads"],
                "UpdateItem": counts["lease writes"],
                "TransactWriteItems": counts["run writes"],
            },
            rows={
                "links": counts.get("link writes", 0),
                "outcomes": counts.get("outcome writes", 0),
                "notifications": counts["notification writes"],
                "runs": counts["run writes"] + counts["lease writes"],
            },
            objects=sum(called(record, "s3").values()),
            others=sum(called(record, "secretsmanager").values()),
            seconds=(run.concluded_at or 0) - run.started_at,
            processor_seconds=function_process.processor_seconds(HANDLER) - begun,
            peak_megabytes=function_process.peak_megabytes(HANDLER),
        )

    def link_users(self) -> None:
        """Puts all users whom Questor lists into Zen, and the links that a first run would have made."""
        codes = count(FIRST_IN_ZEN)
        opening = Opening(self._vendors.settings, self._vendors.secret, {}, deadline=clock.now() + 600)
        (listing,) = FLOWS[self._flow.name].open(opening).listings
        fields = {"name": zen_client.NAME, "email": zen_client.EMAIL, "group": zen_client.GROUP}
        for page in listing.source.pages(0):
            content = [record.content for record in page.records]
            added = [{key: one[name] for key, name in fields.items()} for one in content]
            self._vendors.zen.edit("users", {"add": added})
            links = [_link(record, str(next(codes))) for record in page.records]
            self._store.ask("put_links", CONNECTION, OFFICE_USER, links)

    def _connect(self) -> tuple[Connection, ScheduledFlow]:
        name = "sincronia/bench/light-store"
        secrets = self._stack.client("secretsmanager")
        secrets.create_secret(Name=name, SecretString=json.dumps(self._vendors.secret))
        settings = self._vendors.settings
        connection = Connection(CONNECTION, "zen", "Escritório medido", settings, name, "ana", enabled=True)
        flow = self._flow
        return connection, ScheduledFlow(CONNECTION, "zen", flow.name, flow.title, flow.filters, 60, clock.now(), "")

    def _run_to_its_end(self, changed: Changed) -> tuple[Run, dict[str, int]]:
        """The run as it ended, and what the worker asked of the store."""
        scheduled = replace(self._scheduled, wake_at=next(self._due))
        mode = Mode.PREVIEW if changed == Changed.PREVIEW else Mode.APPLY
        key: RunKey = self._store.ask("start", self._connection, scheduled, mode)
        for _ in range(INVOCATIONS):
            self._invoke(key)
            run, counts = self._store.ask("state_of", key)
            if run.phase in {Phase.DONE, Phase.BRAKE}:
                return run, counts
        raise MeasurementError(f"The run did not end in {INVOCATIONS} invocations.")

    def _invoke(self, key: RunKey) -> None:
        self._function.invoke(message_of(key.run_id))


def _link(record: Record, target_id: str) -> Link:
    return Link(
        source_id=record.source_id,
        target_id=target_id,
        synced=fingerprint(record.content),
        label=record.label,
        identities=record.identities,
        at=clock.moment(),
    )
