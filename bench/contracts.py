"""What is measured of SGP → OZmap: a provider of N contracts, what changes in it, and what that must come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from typing import Any

from local.vendors import provider as invented
from local.vendors.ozmap_kinds import PROPERTIES
from local.vendors.ozmap_objects import FibreMap
from local.vendors.ozmap_seed import map_of
from local.vendors.provider import Provider, provider
from sgp import links
from sgp.connection import Switches
from sgp.contracts import Contract, Coordinates, SplitterPort, Status
from sgp.flow_names import POWER, RECONCILE
from sgp.sgp_client import PAGE_LENGTH
from sgp.statuses import TABLE, Course
from sgp.writes import Decision
from sincronia.engine.hints import Effect
from sincronia.engine.state import Link, OutcomeKind

WEBHOOKS = 300  # that come at once
SWITCHES = Switches(cancel_clients=True, create_clients=True)


class Happening(StrEnum):
    """What happened at SGP since everything was in step, and what looks at it."""

    QUIET = "reconcile, 0"  # nothing changed
    STATUS = "reconcile, 1 %"  # of the contracts were suspended
    TOUCHED = "reconcile, all touched"  # SGP lists every contract as changed, and nothing differs
    POWER_QUIET = "power, 0"
    POWER = "power, 1 %"  # of the contracts are read with another power
    WEBHOOKS = "webhooks, nothing new"

    @property
    def sweep(self) -> str:
        """The sweep that finds it; empty for webhooks."""
        return {"reconcile": RECONCILE, "power": POWER}.get(self.partition(",")[0], "")


@dataclass(frozen=True, slots=True)
class Due:
    """What must be called, if each page is read once and each contract that differs is looked at once."""

    hints: int
    pages: int  # of SGP's listing of clients
    splitters: int  # SGP's listing of splitters, and those that are read
    writes: int  # to OZmap
    compared: int


@dataclass(frozen=True, slots=True)
class MeasuredProvider:
    """A provider, all of whose contracts are in step with the map as far as that has them."""

    town: Provider
    fibre_map: FibreMap

    @staticmethod
    def of(number: int) -> MeasuredProvider:
        """A provider of so many contracts, as both simulators make it."""
        whole = provider(number)
        return MeasuredProvider(whole, map_of(whole))

    def links(self) -> list[Link]:
        """What the product would have left of each contract that it had looked at."""
        return [self._link(one) for one in self.town.contracts]

    def differing(self, happening: Happening) -> tuple[invented.Contract, ...]:
        """The contracts that are to be looked at."""
        on_map = [one for one in self.town.contracts if self._property(one) and one.status == Status.ACTIVE]
        some = len(self.town.contracts) // 100
        number = {Happening.STATUS: some, Happening.POWER: some, Happening.WEBHOOKS: WEBHOOKS}.get(happening, 0)
        # From the end: a status that was changed before is no matter for the power that is changed later.
        found = on_map[::-1][:number] if happening == Happening.POWER else on_map[:number]
        assert len(found) == number
        return tuple(found)

    def edits(self, happening: Happening, now: float) -> dict[str, dict[str, Any]]:
        """What to change by hand in SGP: columns by contract."""
        differing, at = self.differing(happening), datetime.fromtimestamp(now, UTC).isoformat()
        if happening == Happening.STATUS:
            return {str(one.id): {"status": Status.SUSPENDED.value} for one in differing}
        if happening == Happening.POWER:
            return {str(one.id): {"rx": (one.rx or 0) - 1} for one in differing}
        every = self.town.contracts if happening == Happening.TOUCHED else ()
        return {str(one.id): {"changed_at": at} for one in every}

    def due(self, happening: Happening) -> Due:
        """What it must come to, on the day of Happening.STATUS, and in the order of Happening."""
        differing = self.differing(happening)
        concerned = len({one.splitter_id for one in differing})
        connected = [one for one in self.town.contracts if one.splitter_id is not None]
        used = len({one.splitter_id for one in connected})
        writes = 0 if happening == Happening.WEBHOOKS else len(differing)
        if happening == Happening.WEBHOOKS:
            return Due(len(differing), 0, concerned, writes, 0)
        if happening.sweep == POWER:
            return Due(len(differing), 0, 1 + used, writes, len(connected))
        suspended = () if happening == Happening.QUIET else self._clients(self.differing(Happening.STATUS))
        touched = self._clients(self.town.contracts) if happening == Happening.TOUCHED else ()
        compared = sum(self._contracts_of(clients) for clients in (touched, suspended))
        return Due(len(differing), _pages(touched) + _pages(suspended), concerned, writes, compared)

    @staticmethod
    def _clients(contracts: Iterable[invented.Contract]) -> frozenset[int]:
        return frozenset(one.client_id for one in contracts)

    def _contracts_of(self, clients: frozenset[int] | tuple[()]) -> int:
        """SGP lists a client with all contracts."""
        return sum(one.client_id in clients for one in self.town.contracts)

    def _property(self, one: invented.Contract) -> Mapping[str, Any] | None:
        number = self.fibre_map.property_of(str(one.id))
        return self.fibre_map.row(PROPERTIES, number) if number else None

    def _link(self, one: invented.Contract) -> Link:
        found = self._property(one)
        contract = self._contract(one)
        live = TABLE[contract.status].course == Course.LIVE
        connection = found["connections"][0] if found else None
        decision = Decision(
            Effect(OutcomeKind.UNCHANGED, label=f"{one.id} – {one.name}"),
            target_id=found["id"] if found else "",
            connection=(connection["id"], connection["port"]) if connection else None,
            applied=found is not None or not live,
            cancelled=contract.status == Status.CANCELLED,
        )
        link = links.link_after(contract, decision, None, SWITCHES)
        assert link is not None
        return link

    def _contract(self, one: invented.Contract) -> Contract:
        port = None
        if one.splitter_id is not None and one.port is not None:
            box = self.town.splitter(one.splitter_id).ident
            port = SplitterPort(one.splitter_id, box, one.port, one.rx)
        place = None if one.lat is None or one.lng is None else Coordinates.of(one.lat, one.lng)
        name, pop = " ".join(one.name.split()), self.town.pop(one.pop_id).name
        return Contract(str(one.id), name, Status(one.status), pop, "", place, port, one.login, one.onu_serial)


def _pages(clients: frozenset[int] | tuple[()]) -> int:
    """Of SGP's listing by one of its dates; an empty one is a page too."""
    return max(1, ceil(len(clients) / PAGE_LENGTH))
