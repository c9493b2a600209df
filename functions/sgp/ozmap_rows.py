"""OZmap's objects as its API v2 gives them, and as it wants them.

From the vendor's own schema: the field names, `coords` as [longitude, latitude], ports from 1 on, a client as an
object in a listed property and as an id in one just made, `connections`, and occupancy by `connectables.output`.
ASSUMPTION, here alone: an object with `deletedAt` is gone; `ports` stand in the order of the outputs; a property's
connection to a splitter is the first of kind "Splitter"; a property read by its id has the same as a listed one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter

from sgp.contracts import Coordinates
from sgp.fibre_map import (
    Box,
    Client,
    ClientStatus,
    Connection,
    NewClient,
    Property,
    PropertyChange,
    Splitter,
)
from sincronia.vendor_answers import Part

CODE, NAME, STATUS, PROJECT, BOX, PARENT, CLIENT = "code", "name", "status", "project", "box", "parent", "client"
CONNECTOR, PORT, POWER = "connector", "port", "potencyRead"
CONNECTED_TO = "connections.id"  # ASSUMPTION: that properties can be asked for by it

_Row = TypeVar("_Row")


def _text(value: Any) -> Any:
    """A text; numbers are texts too, and null is an empty one."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]
_Id = Annotated[str, Field(min_length=1)]


class Stored(Part):
    """What every object has."""

    id: _Id
    deleted_at: str | None = Field(alias="deletedAt", default=None)


class Made(Part):
    """What is read of an object just made."""

    id: _Id


class _Named(Part):
    """An object inside another, where OZmap has filled it in."""

    id: _Id
    name: Text = ""


def _reference(value: Any) -> Any:
    """An object inside another: its id alone, or filled in; an empty id is none."""
    return ({"id": value} if value else None) if isinstance(value, str) else value


_Reference = Annotated[_Named, BeforeValidator(_reference)]
_OptionalReference = Annotated[_Named | None, BeforeValidator(_reference)]


class _Placed(Stored):
    coords: list[float | None] | None = None  # [longitude, latitude]
    lng: float | None = None
    lat: float | None = None

    def coordinates(self) -> Coordinates | None:
        longitude, latitude = self.coords if self.coords and len(self.coords) == 2 else (self.lng, self.lat)
        return None if longitude is None or latitude is None else Coordinates.of(latitude, longitude)


class ClientRow(Stored):
    """An FTTHClient."""

    code: Text
    name: Text = ""
    status: ClientStatus | None = None
    implanted: bool | None = None

    def value(self) -> Client:
        """The client. One without a status is in order, as OZmap's own default has it."""
        return Client(self.id, self.code, self.name, self.status or ClientStatus.OK, bool(self.implanted))


class ProjectRow(Stored):
    """A project."""

    name: Text


class BoxRow(_Placed):
    """A box."""

    name: Text
    project: _Reference

    def value(self) -> Box:
        """The box."""
        return Box(self.id, self.name, self.project.id, self.coordinates())


class _Connection(Part):
    id: _Id
    name: Text = ""
    kind: Text = ""
    port: int | None = Field(default=None, ge=1)


class PropertyRow(_Placed):
    """A property."""

    address: Text = ""
    box: _OptionalReference = None
    client: ClientRow | str | None = None
    parent: _OptionalReference = None
    received_power: float | None = Field(alias=POWER, default=None)
    connections: list[_Connection] | None = None

    def is_on(self, splitter_id: str, port: int) -> bool:
        """Whether the property is on this port."""
        return any((one.id, one.port) == (splitter_id, port) for one in self.connections or ())

    def value(self, client: Client | None, whole: Mapping[str, Any]) -> Property:
        """The property with the client that is in it, and all that OZmap said of it."""
        places = [one for one in self.connections or () if one.kind == "Splitter" and one.port]
        return Property(
            id=self.id,
            address=self.address,
            coordinates=self.coordinates(),
            box_id=self.box.id if self.box else "",
            box_name=self.box.name if self.box else "",
            client=client,
            connection=Connection(places[0].id, places[0].name, places[0].port or 0) if places else None,
            received_power=self.received_power,
            in_building=self.parent is not None,
            whole=whole,
        )


class _Ratio(Part):
    output: int = Field(ge=0)


class _Connectables(Part):
    output: list[Any]


class _Port(Part):
    blocked: bool | None = None


class SplitterRow(Stored):
    """A splitter."""

    name: Text = ""
    parent: _Reference
    attends: bool | None = Field(alias="isDrop", default=None)
    ratio: _Ratio | None = None
    connectables: _Connectables
    ports: list[_Port] | None = None

    def value(self) -> Splitter:
        """The splitter; outputs that OZmap doesn't list are free."""
        taken = [output is not None for output in self.connectables.output]
        taken += [False] * ((self.ratio.output if self.ratio else 0) - len(taken))
        blocked = frozenset(number for number, port in enumerate(self.ports or (), start=1) if port.blocked)
        return Splitter(self.id, self.name, self.parent.id, bool(self.attends), tuple(taken), blocked)


class Page(Part, Generic[_Row]):
    """A page of a listing."""

    rows: list[_Row]
    total: int  # of all pages, under the filter
    more: bool = Field(alias="hasNextPage")


@dataclass(frozen=True, slots=True)
class Route(Generic[_Row]):
    """A kind of objects: where they are, and how a page of them and one alone are read."""

    path: str
    page: TypeAdapter[Page[_Row]]
    one: TypeAdapter[_Row]


CLIENTS = Route("/ftth-clients", TypeAdapter(Page[ClientRow]), TypeAdapter(ClientRow))
PROJECTS = Route("/projects", TypeAdapter(Page[ProjectRow]), TypeAdapter(ProjectRow))
BOXES = Route("/boxes", TypeAdapter(Page[BoxRow]), TypeAdapter(BoxRow))
PROPERTIES = Route("/properties", TypeAdapter(Page[PropertyRow]), TypeAdapter(PropertyRow))
SPLITTERS = Route("/splitters", TypeAdapter(Page[SplitterRow]), TypeAdapter(SplitterRow))
MADE = TypeAdapter(Made)


def equal(field: str, value: str) -> dict[str, Any]:
    """A filter: the field has this value."""
    return {"property": field, "operator": "=", "value": value}


def among(field: str, values: Collection[str]) -> dict[str, Any]:
    """A filter: the field has one of these values."""
    return {"property": field, "operator": "in", "value": sorted(values)}


def new_property(
    *,
    box: Box,
    address: str,
    coordinates: Coordinates | None,
    connection: tuple[str, int] | None,
    client: NewClient | str,
    received_power: float | None,
) -> dict[str, Any]:
    """A new property as its POST, after the vendor's own recipe. Nothing is ever forced onto a port."""
    return {
        PROJECT: box.project_id,
        BOX: box.id,
        "address": address,
        "auto_connect": False,
        "force": connection is None,
        CLIENT: _client(client),
        **({"coords": _degrees(coordinates)} if coordinates else {}),
        **(_on_port(connection) if connection else {}),
        **({} if received_power is None else {POWER: received_power}),
    }


def changed_property(change: PropertyChange) -> dict[str, Any]:
    """A change of a property as its PATCH. OZmap may never choose a port of its own accord."""
    fields: dict[str, Any] = {}
    if change.box_id:
        fields[BOX] = change.box_id
    if change.connection:
        fields |= _on_port(change.connection)
    elif change.disconnect:
        fields[CONNECTOR] = None  # ASSUMPTION: frees the port; `port` takes no null
    if change.client:
        fields[CLIENT] = _client(change.client)
    elif change.client_out:
        fields[CLIENT] = None
    if fields:
        fields["auto_connect"] = False
    if change.coordinates:
        fields["coords"] = _degrees(change.coordinates)
    if change.received_power is not None:
        fields[POWER] = change.received_power
    return fields


def _client(client: NewClient | str) -> dict[str, Any] | str:
    """A client as it goes into a property: a new one, or the id of one that OZmap has."""
    if isinstance(client, str):
        return client
    fields = {CODE: client.code, NAME: client.name, STATUS: int(client.status), "implanted": client.implanted}
    onu = {"user_PPPoE": client.login, "serial_number": client.onu_serial}
    known = {name: value for name, value in onu.items() if value}
    return {**fields, **({"onu": known} if known else {})}


def _degrees(place: Coordinates) -> list[float]:
    return [place.longitude, place.latitude]


def _on_port(connection: tuple[str, int]) -> dict[str, Any]:
    splitter_id, port = connection
    return {CONNECTOR: splitter_id, PORT: port}
