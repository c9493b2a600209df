"""A contract of SGP and what OZmap may have of it, as plain values for tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sgp.changes import Situation
from sgp.connection import Switches
from sgp.contracts import Contract, Coordinates, SplitterPort, Status
from sgp.fibre_map import Box, BoxContents, Client, ClientStatus, Connection, Property, Splitter
from sgp.placement import Spot
from sgp.writes import Decision
from sincronia.answers import Problem

HERE, THERE = Coordinates(-26.8715, -52.6432), Coordinates(-26.8725, -52.6432)  # some 111 m apart
OLD, NEW = Box("b1", "CTO-030", "p1", HERE), Box("b2", "CTO-031", "p1", THERE)
SPLITTER, OTHER = (Splitter(f"s{n}", f"Splitter {n}", f"b{n}", True, (False,) * 8) for n in (1, 2))
OK, ERROR = ClientStatus.OK, ClientStatus.ERROR
CONTRACT = Contract(
    "308", "NOVA SOLUTECH", Status.ACTIVE, "POP Centro", "Rua A, 1", HERE,
    SplitterPort(30, "CTO-030", 3, -21.4), "nova.308", "ALCLB0000308",
)  # fmt: skip
CLIENT = Client("c1", "308", "NOVA SOLUTECH", OK, True)
ON_PORT = Connection("s1", "Splitter 1", 3)
PROPERTY = Property("i1", "Rua A, 1", HERE, "b1", "CTO-030", CLIENT, ON_PORT, -21.4, False, {"id": "i1", "all": 1})
IN_PLACE = Situation(CONTRACT, CLIENT, PROPERTY, place=Spot(OLD, SPLITTER, 3), contents=BoxContents(OLD, (), ()))
TAKEN = Problem("sgp.port_held", {"place": "CTO-030, Splitter 1, porta 3"})
ALL_ON = Switches(cancel_clients=True, create_clients=True, create_around_box=True)
PORT = "CTO-030, Splitter 1, porta 3"


def missing(**columns: Any) -> Situation:
    """The contract where OZmap has nothing of it."""
    return replace(IN_PLACE, client=None, found=None, **columns)


def said(contract: Contract = CONTRACT, **columns: Any) -> Contract:
    return replace(contract, **columns)


def reason(decision: Decision) -> str:
    return decision.effect.problem.code if decision.effect.problem else ""
