"""Where a scenario is performed, again and again from the same beginning, while something befalls one of its calls."""

from __future__ import annotations

import copy
import datetime
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, Generic, Self

import pytest
from aws_lambda_powertools.utilities.idempotency import base as idempotency
from aws_lambda_powertools.utilities.idempotency.persistence import base as idempotency_rows
from aws_lambda_powertools.utilities.idempotency.persistence import datarecord as idempotency_row
from aws_lambda_powertools.utilities.idempotency.persistence import dynamodb as idempotency_table

from local.vendors.server import Simulator
from tests.crash.choke import Choke, choked
from tests.crash.drives import Drive, until_quiet
from tests.crash.scenario import OnAws, Place, Scenario
from tests.office_on_aws import AwsServer, Sandbox

_KEPT = {"_rows", "_tables", "_contracts", "store"}  # where simulators keep their rows


class Stage(Generic[Place]):
    """The AWS server and the scenario's place; each performance begins where the scenario was prepared to."""

    def __init__(self, aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario[Place]) -> None:
        self.aws = aws
        self.monkeypatch = monkeypatch
        self.scenario = scenario
        self.changes: Callable[[Sandbox], None] | None = None
        self.creates: Counter[str] = Counter()  # requests to create, by vendor, resource and natural key
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self.place = place = self._ends.enter_context(self.scenario.opened(self.aws))
        self.vendors = self.scenario.vendors(place)
        due = [float(row["wake_at"]) for row in place.rows("connections") if "wake_at" in row]
        self._now = max([place.now, *due])
        self._items = self.aws.items()
        self._kept = {name: _data(simulator) for name, simulator in self.vendors.items()}
        for name, simulator in self.vendors.items():
            self._count_creates(name, simulator)
        clock = SimpleNamespace(**{**vars(datetime), "datetime": _clock_of(place)})
        for module in (idempotency, idempotency_row, idempotency_rows, idempotency_table):
            self.monkeypatch.setattr(module, "dt", clock)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def perform(self, choke: Choke, drive: Drive[Place] | None = None) -> dict[str, Any]:
        """Lets the scenario's acts happen under the choke, and gives the world at its quiet end."""
        place = self.place
        self.aws.clear()
        self.aws.put(self._items)
        for name, simulator in self.vendors.items():
            vars(simulator).update(copy.deepcopy(self._kept[name]))
        self.creates.clear()
        self.scenario.begin(place)
        place.now = self._now
        place.changes = self._changed
        place.sandbox = place.new_sandbox()
        with choked(choke, self.monkeypatch):
            (drive or until_quiet)(place, choke, self.scenario)
        return self.scenario.world(place, self.creates)

    def _changed(self, sandbox: Sandbox) -> None:
        self.scenario.arrange(self.place, sandbox)
        if self.changes:
            self.changes(sandbox)

    def _count_creates(self, vendor: str, simulator: Simulator) -> None:
        whole = simulator.handle

        def handle(operation: str, request: Any) -> Any:
            if operation == "create":
                subject = simulator.subject(request)
                key = self.scenario.created(vendor, subject, request.get_json())
                self.creates[f"{vendor} {subject} {key}"] += 1
            return whole(operation, request)

        self.monkeypatch.setattr(simulator, "handle", handle)


def _data(simulator: Simulator) -> dict[str, Any]:
    """What a simulator keeps of its rows."""
    return copy.deepcopy({name: value for name, value in vars(simulator).items() if name in _KEPT})


def _clock_of(place: OnAws) -> type[datetime.datetime]:
    """The place's clock, for Powertools' idempotency, which has no seam for one."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(place.now, tz)

    return Clock
