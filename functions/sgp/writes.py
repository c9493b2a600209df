"""The writes that OZmap can be brought in line with, each one call, and the fields that people see of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sgp.contracts import Coordinates
from sgp.fibre_map import Box, ClientStatus, NewClient, Property, PropertyChange
from sgp.placement import at
from sincronia.engine.hints import Effect


class Shown(StrEnum):
    """A field by the name that people know it by."""

    CLIENT = "Cliente"
    STATUS = "Situação"
    NAME = "Nome"
    PROPERTY = "Imóvel"
    COORDINATES = "Coordenadas"
    PLACE = "Caixa e porta"
    POWER = "Potência lida"


@dataclass(frozen=True, slots=True)
class UpdateClient:
    """A client gets another status, another name, or both; None leaves what there is."""

    client_id: str
    status: ClientStatus | None
    name: str | None


@dataclass(frozen=True, slots=True)
class UpdateProperty:
    """A property changes; its client may come in or go out."""

    property_id: str
    change: PropertyChange


@dataclass(frozen=True, slots=True)
class RemoveProperty:
    """A property goes, with its client."""

    property_id: str


@dataclass(frozen=True, slots=True)
class CreateProperty:
    """A new property with its client, a new one or one that OZmap has (its id)."""

    box: Box
    address: str
    coordinates: Coordinates
    connection: tuple[str, int] | None
    client: NewClient | str
    received_power: float | None


Write = UpdateClient | UpdateProperty | RemoveProperty | CreateProperty


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a contract."""

    effect: Effect
    writes: tuple[Write, ...] = ()
    target_id: str = ""  # the property, as far as it is known before the writes; empty where there is none after them
    connection: tuple[str, int] | None = None  # OZmap's port for what SGP says, where it was found
    applied: bool = True  # afterwards OZmap has what SGP says, or is to have nothing
    cancelled: bool = False  # afterwards the contract is off the map, as SGP wants it
    removes: bool = False
    image: Mapping[str, Any] | None = field(default=None, repr=False)


def place_of(one: Property) -> str | None:
    """Where a property is, as people read it."""
    if one.connection is None:
        return one.box_name or None
    return at(one.box_name, one.connection.splitter_name, one.connection.port)


def degrees(place: Coordinates | None) -> str | None:
    """Coordinates as people read them: latitude, longitude."""
    return f"{place.latitude:.6f}, {place.longitude:.6f}" if place else None


def decibels(power: float | None) -> str | None:
    """A received power as people read it: `-21,40 dBm`."""
    return None if power is None else f"{power:.2f} dBm".replace(".", ",")
