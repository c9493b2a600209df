"""What OZmap has of a contract and around it: clients, properties, boxes, splitters. Plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sgp.contracts import Coordinates


class ClientStatus(IntEnum):
    """The status of a client in OZmap."""

    OK = 0
    ERROR = 1


@dataclass(frozen=True, slots=True)
class Client:
    """A client (FTTHClient). `code` is the contract's id in SGP."""

    id: str
    code: str
    name: str
    status: ClientStatus
    implanted: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """A property's connection to a splitter's port."""

    splitter_id: str
    splitter_name: str
    port: int  # 1 is the first


@dataclass(frozen=True, slots=True)
class Property:
    """A property (imóvel). `whole` is all that OZmap said of it: what is kept before it is removed."""

    id: str
    address: str
    coordinates: Coordinates | None
    box_id: str  # empty where it is in none
    box_name: str  # filled in where the box was read; else empty
    client: Client | None
    connection: Connection | None
    received_power: float | None  # "Potência lida", dBm
    in_building: bool  # its place is the building's
    whole: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Box:
    """A box (caixa, CTO)."""

    id: str
    name: str
    project_id: str
    coordinates: Coordinates | None


@dataclass(frozen=True, slots=True)
class Splitter:
    """A splitter in a box. `outputs` has an entry for each port: whether something is connected to it."""

    id: str
    name: str
    box_id: str
    attends: bool  # isDrop: clients are connected to it
    outputs: tuple[bool, ...]  # True: taken
    blocked: frozenset[int] = frozenset()  # ports that nobody may be connected to


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is on a port."""

    property_id: str
    client_code: str  # empty where a bare property holds it
    name: str  # the client's, or the property's address

    @staticmethod
    def of(held_by: Property) -> Holder:
        """A property as the one on a port."""
        client = held_by.client
        return Holder(held_by.id, client.code if client else "", client.name if client else held_by.address)


@dataclass(frozen=True, slots=True)
class BoxContents:
    """A box with its splitters and the properties in it."""

    box: Box
    splitters: tuple[Splitter, ...]  # those that attend clients, by name
    properties: tuple[Property, ...]

    def holder(self, splitter_id: str, port: int) -> Holder | None:
        """Who is on a port, as far as the box's properties tell."""
        for one in self.properties:
            if one.connection and (one.connection.splitter_id, one.connection.port) == (splitter_id, port):
                return Holder.of(one)
        return None


@dataclass(frozen=True, slots=True)
class OnTheMap:
    """All that OZmap has of one contract. Where it has the client in no property, `property` is None."""

    client: Client | None
    property: Property | None


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client that OZmap is to make, inside a property."""

    code: str  # the contract's id in SGP
    name: str
    status: ClientStatus
    implanted: bool
    login: str = ""
    onu_serial: str = ""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What is to be changed of a property, in one write; what isn't named stays."""

    coordinates: Coordinates | None = None
    received_power: float | None = None  # dBm
    box_id: str = ""
    connection: tuple[str, int] | None = None  # a splitter's id and its port, 1 is the first
    disconnect: bool = False  # off its port
    client: NewClient | str | None = None  # who is to be in it: a new one, or the id of one that OZmap has
    client_out: bool = False
