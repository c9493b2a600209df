"""What SGP says of a contract: the truth that OZmap is brought in line with. Plain values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Status(IntEnum):
    """A contract's status in SGP (`contratoStatus`)."""

    ACTIVE = 1
    INACTIVE = 2
    CANCELLED = 3
    SUSPENDED = 4
    NOT_FEASIBLE = 5
    NEW = 6
    REDUCED_SPEED = 7


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A place on earth, in degrees."""

    latitude: float
    longitude: float


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
    name: str
    status: Status
    point_of_presence: str  # the POP's name; empty where SGP has none
    address: str  # one line
    coordinates: Coordinates | None
    port: SplitterPort | None  # None: SGP has no splitter for it
    login: str = ""  # PPPoE
    onu_serial: str = ""
