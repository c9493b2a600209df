"""SGP and OZmap simulated, and what the product remembers of them, for tests of what a hint leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import Contract, provider
from local.vendors.sgp import SgpSimulator
from sgp.records import ContractRecords, open_contracts
from sincronia import clock
from sincronia.engine.flow import Opening
from sincronia.engine.hints import Cause, Change, Hint
from sincronia.engine.state import Link

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


def reason(change: Change) -> str:
    return change.effect.problem.code if change.effect.problem else ""


def whole(world: World, contract: int) -> tuple[str, Any]:
    """The id of the contract's property, and its connections."""
    home = world.ozmap.property_of(str(contract))
    assert home
    return home["id"], ports_of(home)


def ports_of(home: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["id"], one["port"]) for one in home["connections"]]


def splitter_of(contract: Contract) -> str:
    assert contract.splitter_id
    return TOWN.splitter(contract.splitter_id).ident


def free_port(world: World, splitter: int) -> int:
    """The first port that neither SGP nor OZmap has anybody on."""
    taken = {one.port for one in world.sgp.contracts() if one.splitter_id == splitter}
    for box in world.ozmap.boxes_named(TOWN.splitter(splitter).ident):
        for inside in world.ozmap.splitters_in(box["id"]):
            taken |= {port for port, output in enumerate(inside["connectables"]["output"], 1) if output}
    return next(port for port in range(1, 9) if port not in taken)


def added(world: World, splitter: int, **columns: Any) -> int:
    """A contract that OZmap doesn't have, on a free port of a splitter."""
    port = free_port(world, splitter)
    return world.sgp.add(**{"splitter_id": splitter, "port": port, "rx": -20.0, "status": 1, **columns})
