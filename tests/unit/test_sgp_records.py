"""Contracts read at SGP's simulator and brought in line at OZmap's: what is written, and what a second look says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import Contract, provider
from local.vendors.sgp import SgpSimulator
from sgp import ports
from sgp.actions import TITLES, Action
from sgp.answers import ANSWERS
from sgp.records import ContractRecords, open_contracts
from sincronia import clock, vendor_http
from sincronia.answers import explain
from sincronia.engine.flow import Opening
from sincronia.engine.hints import Cause, Change, Hint
from sincronia.engine.state import Link, OutcomeKind

TOWN = provider(contracts=40)
ALL_ON = {"cancel_clients": True, "create_clients": True, "create_around_box": True}


@dataclass(slots=True)
class Remembered:
    """Implements sincronia.engine.hints.Kept."""

    values: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    def named(self, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        return {name: value for name, value in self.values.items() if name.startswith(prefix)}

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        self.values[name] = value

    def link(self, record: str) -> Link | None:
        return self.links.get(record)


@dataclass(slots=True)
class World:
    """Both vendors, and what is remembered of them. `act` does what the engine's worker does."""

    sgp: SgpSimulator
    ozmap: OzmapSimulator
    kept: Remembered = field(default_factory=Remembered)
    received_at: float = 0.0

    def records(self, **switches: Any) -> ContractRecords:
        settings = {"sgp_address": self.sgp.url, "sgp_app": self.sgp.app, "ozmap_address": self.ozmap.url}
        secret = {"sgp_token": self.sgp.token, "ozmap_key": self.ozmap.key}
        return open_contracts(Opening({**settings, **switches}, secret, {}, clock.now() + 60), self.kept)

    def look(self, contract: int | str, **switches: Any) -> Change:
        self.received_at = clock.now()
        hint = Hint("provedor", "h", "contract", str(contract), Cause.WEBHOOK, self.received_at)
        return self.records(**switches).change(hint, self.kept.link(str(contract)))

    def act(self, contract: int | str, **switches: Any) -> Change:
        change = self.look(contract, **switches)
        target_id = ""
        for step in change.steps:
            target_id = step()
        if change.link:
            kept = replace(change.link, target_id=target_id or change.link.target_id)
            self.kept.links[str(contract)] = kept
        return change

    def contract(self, **wanted: Any) -> Contract:
        """The first contract of these columns that OZmap has, with a client who is implanted."""
        for one in self.sgp.contracts():
            client = self.ozmap.client_of(str(one.id))
            if client and client["implanted"] and all(getattr(one, name) == value for name, value in wanted.items()):
                return one
        raise AssertionError


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    ports.readings.clear()
    with SgpSimulator(TOWN) as sgp, OzmapSimulator(TOWN) as ozmap:
        yield World(sgp, ozmap)


def test_second_look_has_nothing_to_do(world: World) -> None:
    """Every contract of the town once, and once more: no step is left, and what is told has a sentence."""
    told: set[tuple[str, str]] = set()
    for contract in TOWN.contracts:
        change = world.act(contract.id, **ALL_ON)
        assert change.effect.action == "" or change.effect.action in TITLES
        if problem := change.effect.problem:
            assert explain(problem, ANSWERS)
        told.add((change.effect.kind, change.effect.action))
    assert {"", Action.CREATED_CONNECTED, Action.PROPERTY_REMOVED} >= {action for _, action in told}
    writes = world.ozmap.writes
    assert writes > 0
    for contract in TOWN.contracts:
        again = world.look(contract.id, **ALL_ON)
        assert again.steps == ()
        assert again.link is None
        assert again.effect.kind in {OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED, OutcomeKind.REJECTED}
    assert world.ozmap.writes == writes
