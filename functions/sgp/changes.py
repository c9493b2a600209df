"""What a contract's truth in SGP asks of OZmap, for the connection's switches. Pure: everything was read before.

Seed 004, "Resumo das funcionalidades". ASSUMPTION, in `_cancel` alone: a client who is not implanted goes with the
property. ASSUMPTION, in `_coordinates` alone: when SGP's coordinates count, which the vendor doesn't publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sgp.actions import Action
from sgp.connection import Switches
from sgp.contracts import Contract, Coordinates
from sgp.fibre_map import BoxContents, Client, NewClient, Property, PropertyChange
from sgp.placement import Spot, around, metres
from sgp.statuses import CLIENT_STATUSES, TABLE, Course, Meaning
from sgp.writes import (
    CreateProperty,
    Decision,
    RemoveProperty,
    Shown,
    UpdateClient,
    UpdateProperty,
    Write,
    decibels,
    degrees,
    place_of,
)
from sincronia.answers import Problem
from sincronia.engine.hints import Effect
from sincronia.engine.state import OutcomeKind

MOVED_METRES = 1.0  # coordinates that are closer are the same place
POWER_TOLERANCE = 0.01  # dB
GONE = "absent"  # the goal of a cancelled contract


@dataclass(frozen=True, slots=True)
class Situation:
    """All that was read for one contract."""

    contract: Contract
    client: Client | None = None
    found: Property | None = None  # the property that its client is in
    kept: Property | None = None  # where it is in none: the one that it was in, if nobody else is in that now
    cancelled: bool = False  # by us
    # Where OZmap is to have it, or why it can't. None where SGP has no port for it, or the port was seen in place.
    place: Spot | Problem | None = None
    contents: BoxContents | None = None  # of the box of that place

    @property
    def label(self) -> str:
        """What people call the contract."""
        return " – ".join(part for part in (self.contract.id, self.contract.name) if part)


def decide(seen: Situation, switches: Switches) -> Decision:
    """What is to be done."""
    meaning = TABLE[seen.contract.status]
    if meaning.course == Course.LOG:
        return _left(seen, Problem("sgp.not_feasible"), applied=True)
    if meaning.course == Course.CANCEL:
        return _cancel(seen, switches)
    if seen.found:
        return _bring_in_line(seen, seen.found, meaning)
    if not switches.create_clients:
        return _left(seen, Problem("sgp.reactivation_off" if seen.cancelled else "sgp.create_off"))
    if seen.kept:
        return _put_back(seen, seen.kept, meaning)
    return _create(seen, meaning, switches)


def received_power(contract: Contract) -> float | None:
    """What OZmap is told of the power: hundredths of dBm."""
    power = contract.port.received_power if contract.port else None
    return None if power is None else round(power, 2)


def _left(seen: Situation, problem: Problem, *, applied: bool = False) -> Decision:
    return _nothing(seen, Effect(OutcomeKind.SKIPPED, label=seen.label, problem=problem), applied=applied)


def _rejected(seen: Situation, problem: Problem) -> Decision:
    return _nothing(seen, Effect(OutcomeKind.REJECTED, label=seen.label, problem=problem), applied=False)


def _nothing(seen: Situation, effect: Effect, *, applied: bool = True, cancelled: bool = False) -> Decision:
    there = seen.found or seen.kept
    return Decision(
        effect,
        target_id=there.id if there else "",
        applied=applied,
        cancelled=cancelled or (seen.cancelled and not seen.found),
    )


def _cancel(seen: Situation, switches: Switches) -> Decision:
    """The only way that anything is removed. What stays in OZmap keeps its port unless the switch says otherwise."""
    if not switches.cancel_clients:
        return _left(seen, Problem("sgp.cancel_off"))
    found, client = seen.found, seen.client
    if found is None or client is None:
        return _nothing(seen, Effect(OutcomeKind.UNCHANGED, label=seen.label, goal=GONE), cancelled=True)
    place = place_of(found)
    stays = client.implanted and not switches.remove_property
    leaves_port = found.connection is not None and (not stays or switches.disconnect_property)
    action = Action.PROPERTY_REMOVED
    before = {Shown.CLIENT: seen.label}
    if stays:
        action = Action.CLIENT_TAKEN_OUT_DISCONNECTED if leaves_port else Action.CLIENT_TAKEN_OUT
    else:
        before[Shown.PROPERTY] = found.address
    if leaves_port and place:
        before[Shown.PLACE] = place
    effect = Effect(
        OutcomeKind.DEACTIVATED if stays else OutcomeKind.REMOVED,
        action,
        seen.label,
        before=_texts(before),
        after=_texts(dict.fromkeys(before)),
        freed=(place,) if leaves_port and place else (),
        goal=GONE,
    )
    out = PropertyChange(client_out=True, disconnect=leaves_port)
    return Decision(
        effect,
        (UpdateProperty(found.id, out) if stays else RemoveProperty(found.id),),
        target_id=found.id if stays else "",
        cancelled=True,
        removes=True,
        image=None if stays else found.whole,
    )


@dataclass(slots=True)
class _Line:
    """What of a client and its property differs from what it should be."""

    seen: Situation
    meaning: Meaning
    change: PropertyChange = field(default_factory=PropertyChange)
    writes: list[Write] = field(default_factory=list)
    before: dict[Shown, str | None] = field(default_factory=dict)
    after: dict[Shown, str | None] = field(default_factory=dict)
    freed: tuple[str, ...] = ()

    def differs(self, name: Shown, before: str | None, after: str | None) -> None:
        """One more field that differs."""
        self.before[name], self.after[name] = before, after

    def client(self, client: Client) -> None:
        """Status and name: SGP wins."""
        status = self.meaning.client if client.status != self.meaning.client else None
        name = self.seen.contract.name
        if status is not None:
            self.differs(Shown.STATUS, CLIENT_STATUSES[client.status], CLIENT_STATUSES[status])
        if name and name != client.name:
            self.differs(Shown.NAME, client.name, name)
        else:
            name = ""
        if status is not None or name:
            self.writes.append(UpdateClient(client.id, status, name or None))

    def property(self, found: Property) -> None:
        """Coordinates, received power, box and port, in one write."""
        contract = self.seen.contract
        if coordinates := _coordinates(contract, found):
            self.change = replace(self.change, coordinates=coordinates)
            self.differs(Shown.COORDINATES, degrees(found.coordinates), degrees(coordinates))
        power, had = received_power(contract), found.received_power
        if power is not None and (had is None or abs(power - had) > POWER_TOLERANCE + 1e-9):
            self.change = replace(self.change, received_power=power)
            self.differs(Shown.POWER, decibels(had), decibels(power))
        if isinstance(self.seen.place, Spot):
            self._move(found, self.seen.place)
        if self.change != PropertyChange():
            self.writes.append(UpdateProperty(found.id, self.change))

    def _move(self, found: Property, spot: Spot) -> None:
        held = (found.connection.splitter_id, found.connection.port) if found.connection else None
        box_id = spot.box.id if found.box_id != spot.box.id else ""
        # With another box the port is said again: OZmap may well disconnect what leaves a box.
        connection = spot.connection if box_id or spot.connection != held else None
        if not box_id and not connection:
            return
        leaves = held is not None and spot.connection != held
        self.change = replace(
            self.change, box_id=box_id, connection=connection, disconnect=leaves and spot.connection is None
        )
        self.differs(Shown.PLACE, place_of(found), str(spot))
        if leaves and (freed := place_of(found)):
            self.freed = (freed,)

    def decision(self, found: Property, action: Action) -> Decision:
        """All of it; what can't be done is said beside what is."""
        problem = self.seen.place if isinstance(self.seen.place, Problem) else None
        kind = OutcomeKind.UPDATED if self.writes else OutcomeKind.UNCHANGED
        effect = Effect(
            OutcomeKind.REJECTED if problem else kind,
            action if self.writes else "",
            self.seen.label,
            problem,
            before=_texts(self.before),
            after=_texts(self.after),
            freed=self.freed,
        )
        spot = self.seen.place if isinstance(self.seen.place, Spot) else None
        return Decision(
            effect,
            tuple(self.writes),
            target_id=found.id,
            connection=spot.connection if spot else None,
            applied=problem is None,
        )


def _bring_in_line(seen: Situation, found: Property, meaning: Meaning) -> Decision:
    line = _Line(seen, meaning)
    if seen.client:
        line.client(seen.client)
    line.property(found)
    return line.decision(found, Action.UPDATED)


def _put_back(seen: Situation, kept: Property, meaning: Meaning) -> Decision:
    """The kept property gets its client back, and its port where that is free."""
    line = _Line(seen, meaning)
    if seen.client:
        line.client(seen.client)
    line.change = PropertyChange(client=_client_for(seen, meaning))
    line.differs(Shown.CLIENT, None, seen.label)
    line.property(kept)
    return line.decision(kept, Action.REACTIVATED if seen.cancelled else Action.PUT_BACK)


def _create(seen: Situation, meaning: Meaning, switches: Switches) -> Decision:
    contract, spot = seen.contract, seen.place
    if isinstance(spot, Problem):
        return _rejected(seen, spot)
    if spot is None or seen.contents is None:
        return _left(seen, Problem("sgp.splitter_missing"))
    coordinates = _place_for(contract, seen.contents, switches)
    if isinstance(coordinates, Problem):
        return _rejected(seen, coordinates)
    line = _Line(seen, meaning)
    if seen.client:
        line.client(seen.client)
    power = received_power(contract)
    client = _client_for(seen, meaning)
    line.writes.append(CreateProperty(spot.box, contract.address, coordinates, spot.connection, client, power))
    after = {
        Shown.CLIENT: seen.label,
        Shown.STATUS: CLIENT_STATUSES[meaning.client],
        Shown.PROPERTY: contract.address,
        Shown.COORDINATES: degrees(coordinates),
        Shown.PLACE: str(spot),
        Shown.POWER: decibels(power),
    }
    connected = Action.CREATED_CONNECTED if spot.splitter else Action.CREATED_UNCONNECTED
    effect = Effect(
        OutcomeKind.CREATED,
        Action.REACTIVATED if seen.cancelled else connected,
        seen.label,
        before=_texts(line.before),
        after=_texts(line.after | {name: text for name, text in after.items() if text}),
    )
    return Decision(
        effect,
        tuple(line.writes),
        connection=spot.connection,
    )


def _client_for(seen: Situation, meaning: Meaning) -> NewClient | str:
    """Who comes into a property: the client that OZmap has, else a new one."""
    if seen.client:
        return seen.client.id
    contract = seen.contract
    return NewClient(contract.id, contract.name, meaning.client, meaning.implanted, contract.login, contract.onu_serial)


def _coordinates(contract: Contract, found: Property) -> Coordinates | None:
    """SGP's coordinates, where they count: it has some, the place isn't a building's, and they are another place."""
    if contract.coordinates is None or found.in_building:
        return None
    near = found.coordinates and metres(contract.coordinates, found.coordinates) <= MOVED_METRES
    return None if near else contract.coordinates


def _place_for(contract: Contract, contents: BoxContents, switches: Switches) -> Coordinates | Problem:
    """Where a new property stands."""
    if contract.coordinates:
        return contract.coordinates
    box = {"box": contents.box.name}
    if not switches.create_around_box:
        return Problem("sgp.coordinates_missing", box)
    if contents.box.coordinates is None:
        return Problem("sgp.box_without_coordinates", box)
    return around(contents.box.coordinates, [one.coordinates for one in contents.properties if one.coordinates])


def _texts(fields: Mapping[Shown, str | None]) -> dict[str, Any]:
    return {str(name): text for name, text in fields.items()}
