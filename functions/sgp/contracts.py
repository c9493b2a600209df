"""What SGP says of a contract: the truth that OZmap is brought in line with. Plain values, no I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Literal


class Status(IntEnum):
    """A contract's status in SGP (`contratoStatus`)."""

    ACTIVE = 1
    INACTIVE = 2
    CANCELLED = 3
    SUSPENDED = 4
    NOT_FEASIBLE = 5
    NEW = 6
    REDUCED_SPEED = 7


TITLES: Mapping[Status, str] = MappingProxyType(
    {
        Status.ACTIVE: "Ativo",
        Status.INACTIVE: "Inativo",
        Status.CANCELLED: "Cancelado",
        Status.SUSPENDED: "Suspenso",
        Status.NOT_FEASIBLE: "Inviabilidade Técnica",
        Status.NEW: "Novo",
        Status.REDUCED_SPEED: "Ativo V. Reduzida",
    }
)
_BY_TITLE = {title.casefold(): status for status, title in TITLES.items()}


def status_of_title(title: str) -> Status | None:
    """The status that SGP shows as this, whatever the case and the spaces around; None where it is none of them."""
    return _BY_TITLE.get(title.strip().casefold())


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A place on earth, in degrees."""

    latitude: float
    longitude: float

    @staticmethod
    def of(latitude: float, longitude: float) -> Coordinates | None:
        """The place; None where it is none on earth, and for 0, 0, which systems say where they know no place."""
        on_earth = (
            math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude) and abs(longitude) <= 180
        )
        return Coordinates(latitude, longitude) if on_earth and (latitude or longitude) else None


@dataclass(frozen=True, slots=True)
class SplitterPort:
    """Where SGP says that a contract is connected. SGP calls a box (CTO) a splitter; OZmap has a box of that name."""

    splitter_id: int
    box: str  # the splitter's `ident`
    port: int  # 1 is the first
    received_power: float | None  # RX in dBm; None where SGP has none


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as SGP has it now."""

    id: str
    name: str  # without spaces around, and single ones inside; empty where SGP has none
    status: Status
    point_of_presence: str  # the POP's name; empty where SGP has none
    address: str  # one line
    coordinates: Coordinates | None
    port: SplitterPort | None  # None: SGP has no splitter for it
    login: str = ""  # PPPoE
    onu_serial: str = ""


@dataclass(frozen=True, slots=True)
class SgpSplitter:
    """A box (CTO) as SGP lists it."""

    id: int
    ident: str  # the box's name
    ports: int  # 0 where SGP doesn't say
    busy_ports: tuple[int, ...]  # empty where they weren't asked for
    onu_count: int


@dataclass(frozen=True, slots=True)
class Onu:
    """A contract's ONU on a port of a splitter of SGP."""

    contract_id: str
    port: int  # 1 is the first
    received_power: float | None  # RX in dBm
    serial: str


# Which of SGP's dates a listing goes by: the client's or address's change, or the contract's change of status.
ChangeFilter = Literal["data_alteracao", "data_contrato_status"]


@dataclass(frozen=True, slots=True)
class ListedContract:
    """A contract as far as SGP's listing of clients tells."""

    id: str
    name: str
    status: Status | None  # None: a title that is none of those known
    login: str
    received_power: float | None  # RX in dBm
    onu_serial: str


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page of SGP's listing. Offsets and the total count clients, who may have several contracts each."""

    rows: tuple[ListedContract, ...]
    next_offset: int | None  # None after the last page
    total: int | None  # None where SGP doesn't say
