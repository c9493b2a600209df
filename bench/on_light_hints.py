"""Hints and sweeps of SGP → OZmap on the light store: the worker's handler and its runtime are the real ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench import function_process
from bench.contracts import SWITCHES, Due, Happening, MeasuredProvider
from bench.light_function import LightFunction, MeasurementError
from bench.measured import called
from bench.vendors import started
from local import processes
from local.stack import Stack
from local.vendors import sgp as sgp_simulator
from sgp.flow_names import CONTRACT, POWER
from sincronia import clock
from sincronia.engine.hints import Cause, Hint, HintState, hint_id
from sincronia.engine.state import Connection

CONNECTION = "provedor-medido"
WORKER, HANDLER = "SgpOnQueue", "bench.light_hints_on_queue.handler"
EVENT = processes.ROOT / "events" / "sgp" / "on_queue" / "hint.json"
SECRET = "sincronia/bench/light-hints"  # noqa: S105  # its name


@dataclass(frozen=True, slots=True)
class MeasuredContracts:
    """One row: a sweep with the hints that it queued, or webhooks' hints; measured of a process is the worker's."""

    number: int  # contracts of the provider
    happening: Happening
    due: Due
    routes: Mapping[str, int]  # SGP's requests, by route
    ozmap_reads: int
    ozmap_writes: int
    store: Mapping[str, int]  # what was asked of it
    objects: int  # calls to S3
    hints: int  # log rows of contracts
    sweeps: int  # log rows of sweeps
    compared: int
    kinds: frozenset[str]  # how the hints ended
    seconds: float
    processor_seconds: float
    peak_megabytes: float

    @property
    def splitter_calls(self) -> int:
        """SGP's listing of splitters, and those that were read."""
        return self.routes.get(sgp_simulator.SPLITTERS, 0) + self.routes.get(sgp_simulator.ONUS, 0)

    @property
    def pages(self) -> int:
        """Of SGP's listing of clients."""
        return self.routes.get(sgp_simulator.CLIENTS, 0)

    @property
    def consulted(self) -> int:
        """Contracts that SGP was asked for, one by one."""
        return self.routes.get(sgp_simulator.CONTRACT, 0)

    @property
    def dynamodb(self) -> Mapping[str, int]:
        """The calls that what was asked of the store is, on DynamoDB."""
        asked = self.store.get
        return {
            "Query": asked("kept queries", 0),
            "GetItem": sum(asked(f"{name} reads", 0) for name in ("hint", "connection", "link", "day")),
            "PutItem": sum(asked(f"{name} writes", 0) for name in ("hint", "event", "kept")),
            "TransactWriteItems": asked("conclusions", 0) + asked("days opened", 0),
        }

    @property
    def calls(self) -> int:
        """All calls of the worker."""
        vendors = self.pages + self.consulted + self.splitter_calls + self.ozmap_reads + self.ozmap_writes
        return vendors + sum(self.dynamodb.values()) + self.objects


class ProviderOnLightStore:
    """A provider of N contracts, connected, everything in step. `measure` makes something happen and works it off."""

    def __init__(self, number: int, stack: Stack, logs: Path) -> None:
        self._number = number
        self._provider = MeasuredProvider.of(number)
        self._stack = stack
        self._logs = logs
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            of = ["--contracts", str(self._number)]
            self._sgp = started("sgp", of, self._logs, opening)
            self._ozmap = started("ozmap", of, self._logs, opening)
            self._function = opening.enter_context(LightFunction(self._stack, WORKER, HANDLER))
            self._connect()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def measure(self, happening: Happening) -> MeasuredContracts:
        """Changes what changes, and works everything off in a fresh process of the function that is already warm."""
        edits = self._provider.edits(happening, clock.now())
        if edits:
            self._sgp.edit("contracts", {"change": edits})
        function_process.end_all(HANDLER)
        self._invoke(_hint("warm", "", "none"))  # of a connection that isn't there: it is left alone
        self._sgp.reset()
        self._ozmap.reset()
        self._stack.calls(reset=True)
        self._function.store.ask("counted")
        begun, processor = clock.now(), function_process.processor_seconds(HANDLER)
        ids = self._worked_off(self._first_hints(happening))
        seconds = clock.now() - begun
        counts: dict[str, int] = self._function.store.ask("counted")
        log = [stored for stored in self._function.store.ask("hints_of", CONNECTION) if stored.hint.id in ids]
        if {stored.state for stored in log} != {HintState.DONE}:
            raise MeasurementError(f"Hints are not at their end: {happening.value}.")
        ozmap_reads, ozmap_writes = self._ozmap.counted()
        return MeasuredContracts(
            number=self._number,
            happening=happening,
            due=self._provider.due(happening),
            routes=self._sgp.state()["routes"],
            ozmap_reads=ozmap_reads,
            ozmap_writes=ozmap_writes,
            store=counts,
            objects=sum(called(self._stack.calls(), "s3").values()),
            hints=sum(bool(stored.hint.record) for stored in log),
            sweeps=sum(not stored.hint.record for stored in log),
            compared=sum(stored.compared for stored in log),
            kinds=frozenset(stored.effect.kind.value for stored in log if stored.hint.record and stored.effect),
            seconds=seconds,
            processor_seconds=function_process.processor_seconds(HANDLER) - processor,
            peak_megabytes=function_process.peak_megabytes(HANDLER),
        )

    def _connect(self) -> None:
        """Puts the connection and the links that the product would have left, and has the splitters known."""
        secret = {"sgp_token": self._sgp.credentials["token"], "ozmap_key": self._ozmap.credentials["key"]}
        self._stack.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps(secret))
        settings = {
            **SWITCHES.model_dump(),
            "sgp_address": self._sgp.url,
            "sgp_app": self._sgp.credentials["app"],
            "ozmap_address": self._ozmap.url,
        }
        connection = Connection(CONNECTION, "sgp", "Provedor medido", settings, SECRET, "ana", enabled=True)
        self._function.store.ask("connect", connection)
        self._function.store.ask("put_links", CONNECTION, CONTRACT, self._provider.links())
        self._worked_off([_hint(POWER, "", CONNECTION)])

    def _first_hints(self, happening: Happening) -> list[Hint]:
        if happening.sweep:
            return [_hint(happening.sweep, "", CONNECTION)]
        hints = (_hint(CONTRACT, str(one.id), CONNECTION) for one in self._provider.differing(happening))
        return [replace(hint, event_id=hint.id) for hint in hints]  # as each delivery has one

    def _worked_off(self, hints: Iterable[Hint]) -> set[str]:
        """Delivers them, and what they queue, one after the other; gives the ids of all."""
        ids, waiting = set[str](), list(hints)
        while waiting:
            for hint in waiting:
                ids.add(hint.id)
                self._invoke(hint)
            waiting = self._function.store.ask("take_hints")
        return ids

    def _invoke(self, hint: Hint) -> None:
        event: dict[str, Any] = json.loads(EVENT.read_text(encoding="utf-8"))
        event["Records"][0]["body"] = json.dumps(asdict(hint))
        if self._function.invoke(event)["batchItemFailures"]:
            raise MeasurementError(f"The worker gave a message back; see {self._logs / WORKER}.log.")


def _hint(entity: str, record: str, connection: str) -> Hint:
    now = clock.now()
    cause = Cause.WEBHOOK if record else Cause.SCHEDULE
    return Hint(connection, hint_id(now, connection, entity, record), entity, record, cause, now)
