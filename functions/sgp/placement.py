"""Where a contract goes in OZmap: the splitter and port that SGP's port means, and a place around a box. Pure.

ASSUMPTION, in `numbered` alone: in a box of several attending splitters SGP's ports are counted through them in the
order of their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from sgp.contracts import Coordinates
from sgp.fibre_map import Box, BoxContents, Holder, Property, Splitter
from sincronia.answers import Problem

APART = 5.0  # metres between properties around a box (seed 004 as issue 4 has it)

_DECIMALS = 7  # of a degree: a centimetre
_STEP = APART + 0.03  # so that rounding brings nobody closer than APART
_EARTH = 6_371_008.8  # metres


@dataclass(frozen=True, slots=True)
class Spot:
    """Where OZmap is to have a contract. Without a splitter, in the box and on no port."""

    box: Box
    splitter: Splitter | None
    port: int

    @property
    def connection(self) -> tuple[str, int] | None:
        """The splitter's id and its port."""
        return (self.splitter.id, self.port) if self.splitter else None

    def __str__(self) -> str:
        return at(self.box.name, self.splitter.name, self.port) if self.splitter else self.box.name


def at(box: str, splitter: str, port: int) -> str:
    """A port as people read it: `CTO-030, Splitter 1, porta 3`."""
    return ", ".join(part for part in (box, splitter, f"porta {port}") if part)


def numbered(splitters: Sequence[Splitter], port: int) -> tuple[Splitter, int] | None:
    """The splitter and its own port that a box's port means, counted from 1; None where there is none."""
    for splitter in sorted(splitters, key=lambda one: (one.name, one.id)):
        if 1 <= port <= len(splitter.outputs):
            return splitter, port
        port -= len(splitter.outputs)
    return None


def spot_of(
    contents: BoxContents, port: int, own: Property | None, elsewhere: Callable[[str, int], Holder | None]
) -> Spot | Problem:
    """The spot that SGP's port means in a box, or why it can't be had.

    `own` is the contract's property, which may hold the port already. `elsewhere` finds who of another box holds one.
    """
    box = contents.box
    if not contents.splitters:
        return Spot(box, None, port)
    found = numbered(contents.splitters, port)
    if found is None:
        total = sum(len(splitter.outputs) for splitter in contents.splitters)
        return Problem("sgp.port_missing", {"box": box.name, "port": str(port), "ports": str(total)})
    splitter, number = found
    spot = Spot(box, splitter, number)
    if own and own.connection and (own.connection.splitter_id, own.connection.port) == spot.connection:
        return spot
    holder = contents.holder(splitter.id, number)
    taken = splitter.outputs[number - 1]
    if holder is None and taken:
        holder = elsewhere(splitter.id, number)
    if holder or taken:
        return _held(holder, str(spot))
    return Problem("sgp.port_blocked", {"place": str(spot)}) if number in splitter.blocked else spot


def _held(holder: Holder | None, place: str) -> Problem:
    if holder is None:
        return Problem("sgp.port_held", {"place": place})
    if holder.client_code:
        client = f"{holder.client_code} – {holder.name}"
        return Problem("sgp.port_held_by_client", {"place": place, "client": client})
    return Problem("sgp.port_held_by_property", {"place": place, "address": holder.name or holder.property_id})


def chosen_box(
    boxes: Collection[Box], name: str, current_box_id: str, project_ids: Collection[str] | None
) -> Box | Problem:
    """The one box of that name: where the contract is already, else the only one, of those projects where given."""
    for box in boxes:
        if box.id == current_box_id:
            return box
    within = [box for box in boxes if project_ids is None or box.project_id in project_ids]
    if len(within) == 1:
        return within[0]
    if within:
        return Problem("sgp.box_doubled", {"box": name, "number": str(len(within))})
    return Problem("sgp.box_missing" if not boxes else "sgp.box_outside_projects", {"box": name})


def around(centre: Coordinates, taken: Collection[Coordinates]) -> Coordinates:
    """The first place around a box that is APART from it and from all that are taken, ring by ring."""
    return next(place for place in _rings(centre) if all(metres(place, other) >= APART for other in taken))


def metres(one: Coordinates, other: Coordinates) -> float:
    """How far two places are from each other."""
    latitudes = math.radians(one.latitude), math.radians(other.latitude)
    half = math.radians(other.latitude - one.latitude) / 2, math.radians(other.longitude - one.longitude) / 2
    square = math.sin(half[0]) ** 2 + math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(half[1]) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(square))


def _rings(centre: Coordinates) -> Iterator[Coordinates]:
    """Places around a centre: rings a step apart, on each as many as are a step from one another; the north first."""
    for ring in count(1):
        slots = int(math.pi / math.asin(1 / (2 * ring)) + 1e-9)
        for slot in range(slots):
            yield _moved(centre, ring * _STEP, math.tau * slot / slots)


def _moved(centre: Coordinates, distance: float, angle: float) -> Coordinates:
    north, east = distance * math.cos(angle), distance * math.sin(angle)
    latitude = centre.latitude + math.degrees(north / _EARTH)
    longitude = centre.longitude + math.degrees(east / (_EARTH * math.cos(math.radians(centre.latitude))))
    return Coordinates(round(latitude, _DECIMALS), round(longitude, _DECIMALS))
