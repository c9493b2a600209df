"""What a contract's truth asks of OZmap: every status in every situation under every switch. Plain values only."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgp.actions import TITLES, Action
from sgp.answers import ANSWERS
from sgp.changes import Situation, decide
from sgp.connection import Switches
from sgp.contracts import Contract, Coordinates, SplitterPort, Status
from sgp.fibre_map import (
    Box,
    BoxContents,
    Client,
    ClientStatus,
    Connection,
    NewClient,
    Property,
    PropertyChange,
    Splitter,
)
from sgp.placement import Spot
from sgp.statuses import TABLE, Course
from sgp.writes import CreateProperty, Decision, RemoveProperty, Shown, UpdateClient, UpdateProperty
from sincronia.answers import Problem, explain
from sincronia.engine.state import OutcomeKind

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

SWITCHES = st.builds(
    Switches,
    **dict.fromkeys(
        ("cancel_clients", "create_clients", "create_around_box", "remove_property", "disconnect_property"),
        st.booleans(),
    ),
)


def missing(**columns: Any) -> Situation:
    """The contract where OZmap has nothing of it."""
    return replace(IN_PLACE, client=None, found=None, **columns)


def said(contract: Contract = CONTRACT, **columns: Any) -> Contract:
    return replace(contract, **columns)


def reason(decision: Decision) -> str:
    return decision.effect.problem.code if decision.effect.problem else ""


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any contract with any remains of it in OZmap."""
    contract = said(
        status=draw(st.sampled_from(Status)),
        name=draw(st.sampled_from(("", "NOVA SOLUTECH", "NOVA SOLUTECH LTDA"))),
        coordinates=draw(st.sampled_from((None, HERE, THERE))),
        port=draw(st.sampled_from((None, said().port, SplitterPort(31, "CTO-031", 5, None)))),
    )
    client = draw(
        st.none()
        | st.builds(Client, st.just("c1"), st.just("308"), st.just("NOVA"), st.sampled_from((OK, ERROR)), st.booleans())
    )
    standing = Property(
        "i1", "Rua A, 1", draw(st.sampled_from((None, HERE, THERE))), draw(st.sampled_from(("", "b1", "b2"))), "CTO",
        None, draw(st.sampled_from((None, ON_PORT, Connection("s2", "Splitter 2", 5)))),
        draw(st.sampled_from((None, -21.4, -21.405, -30.0))), draw(st.booleans()), {"id": "i1"},
    )  # fmt: skip
    live = TABLE[contract.status].course == Course.LIVE
    spots: tuple[Spot | Problem, ...] = (TAKEN, Spot(OLD, SPLITTER, 3), Spot(NEW, OTHER, 5), Spot(NEW, None, 5))
    place = draw(st.sampled_from(spots)) if contract.port and live else None
    return Situation(
        contract,
        client,
        found=replace(standing, client=client) if client and draw(st.booleans()) else None,
        kept=draw(st.sampled_from((None, standing))),
        cancelled=draw(st.booleans()),
        place=place,
        contents=BoxContents(place.box, (), ()) if isinstance(place, Spot) else None,
    )


def carried_out(seen: Situation, decision: Decision) -> Situation:
    """The situation after the writes, as OZmap and the link then have it."""
    client, found, kept = seen.client, seen.found, None if seen.found else seen.kept
    for write in decision.writes:
        match write:
            case UpdateClient():
                assert client
                status = client.status if write.status is None else write.status
                client = replace(client, status=status, name=write.name or client.name)
            case RemoveProperty():
                client = found = kept = None
            case CreateProperty():
                client = made(write.client, client)
                found = Property(
                    "i2", write.address, write.coordinates, write.box.id, write.box.name, client,
                    on(write.connection), write.received_power, False,
                )  # fmt: skip
            case UpdateProperty():
                before = found or kept
                assert before
                assert before.id == write.property_id
                after = changed(before, write.change)
                if write.change.client_out:
                    found, kept = None, replace(after, client=None)
                    continue
                client = made(write.change.client, client) if write.change.client else client
                found, kept = replace(after, client=client), None
    found = replace(found, client=client) if found else None
    return replace(seen, client=client, found=found, kept=kept, cancelled=decision.cancelled)


def made(client: NewClient | str, known: Client | None) -> Client | None:
    if isinstance(client, str):
        return known
    return Client("c2", client.code, client.name, client.status, client.implanted)


def on(connection: tuple[str, int] | None) -> Connection | None:
    return Connection(connection[0], "", connection[1]) if connection else None


def changed(before: Property, change: PropertyChange) -> Property:
    moved = change.box_id and change.box_id != before.box_id
    kept = None if change.disconnect or moved else before.connection
    return replace(
        before,
        coordinates=change.coordinates or before.coordinates,
        received_power=before.received_power if change.received_power is None else change.received_power,
        box_id=change.box_id or before.box_id,
        connection=on(change.connection) or kept,
    )


def check_second_look(seen: Situation, switches: Switches) -> None:
    """When all is carried out, a second look finds nothing to do."""
    first = decide(seen, switches)
    second = decide(carried_out(seen, first), switches)
    assert second.writes == ()
    assert not second.effect.action
    assert not second.effect.freed
    assert second.applied == first.applied
    assert second.cancelled == first.cancelled
    if not first.effect.problem:
        assert second.effect.kind == OutcomeKind.UNCHANGED
        assert second.effect.goal == first.effect.goal
    else:
        assert second.effect.problem == first.effect.problem


def check_harm(seen: Situation, switches: Switches) -> None:
    """Only a cancelled contract loses anything, and each object of OZmap is written at most once."""
    decision = decide(seen, switches)
    takes = [
        write
        for write in decision.writes
        if isinstance(write, RemoveProperty) or (isinstance(write, UpdateProperty) and write.change.client_out)
    ]
    assert decision.removes == bool(takes)
    assert not takes or (seen.contract.status == Status.CANCELLED and switches.cancel_clients)
    assert not any(isinstance(write, CreateProperty) for write in decision.writes) or switches.create_clients
    properties = [write for write in decision.writes if not isinstance(write, UpdateClient)]
    assert len(properties) <= 1
    assert len(decision.writes) - len(properties) <= 1
    assert decision.effect.action in {"", *TITLES}
    assert bool(decision.effect.action) == bool(decision.writes)
    assert decision.effect.before.keys() <= decision.effect.after.keys()
    assert bool(decision.effect.after) == bool(decision.writes)
    if decision.effect.problem:
        assert explain(decision.effect.problem, ANSWERS)


@settings(max_examples=150)
@given(situations(), SWITCHES)
def test_any_remains_are_brought_in_line_once_and_harmlessly(seen: Situation, switches: Switches) -> None:
    check_second_look(seen, switches)
    check_harm(seen, switches)


def table_of(status: Status) -> list[Situation]:
    """The situations that a contract of a status can be found in."""
    live = TABLE[status].course == Course.LIVE
    at_port = replace(IN_PLACE, contract=said(status=status), place=IN_PLACE.place if live else None)
    loose = replace(CLIENT, implanted=False, status=ERROR, name="NOVA")
    elsewhere = replace(PROPERTY, box_id="b2", box_name="CTO-031", connection=Connection("s2", "Splitter 2", 5))
    bare_home = replace(PROPERTY, client=None)
    unconnected = replace(PROPERTY, connection=None)
    found = [
        at_port,
        replace(at_port, client=loose, found=replace(PROPERTY, client=loose)),
        replace(at_port, found=elsewhere),
        replace(at_port, found=unconnected),
        replace(at_port, found=replace(unconnected, box_id="", box_name="", coordinates=None, received_power=None)),
        replace(at_port, client=None, found=None),
        replace(at_port, found=None),
        replace(at_port, found=None, kept=bare_home),
        replace(at_port, client=None, found=None, kept=replace(bare_home, connection=None)),
    ]
    if live:
        found += [replace(one, place=spot) for one in found for spot in (TAKEN, Spot(OLD, None, 3))]
        found += [
            replace(at_port, found=one, client=client, contract=said(status=status, port=None), place=None)
            for one, client in ((PROPERTY, CLIENT), (None, None))
        ]
    return [replace(one, cancelled=cancelled) for one in found for cancelled in (False, True)]


def test_every_status_in_every_situation_under_every_switch() -> None:
    names = ("cancel_clients", "create_clients", "create_around_box", "remove_property", "disconnect_property")
    number = 0
    for values in product((False, True), repeat=len(names)):
        switches = Switches(**dict(zip(names, values, strict=True)))
        for status in Status:
            for seen in table_of(status):
                check_second_look(seen, switches)
                check_harm(seen, switches)
                number += 1
    assert number == 32 * (2 * 9 * 2 + 5 * 29 * 2)


CANCELLED = replace(IN_PLACE, contract=said(status=Status.CANCELLED), place=None, contents=None)


@pytest.mark.parametrize(
    ("cancel", "remove", "disconnect", "implanted"),
    list(product((False, True), (False, True), (False, True), (False, True))),
)
def test_cancel(cancel: bool, remove: bool, disconnect: bool, implanted: bool) -> None:
    """Seed 004: kept and on its port if implanted, off the port with Desconectar; gone with Remover, which wins."""
    client = replace(CLIENT, implanted=implanted)
    seen = replace(CANCELLED, client=client, found=replace(PROPERTY, client=client))
    decision = decide(seen, Switches(cancel_clients=cancel, remove_property=remove, disconnect_property=disconnect))
    if not cancel:
        assert (decision.writes, decision.effect.kind, reason(decision)) == ((), OutcomeKind.SKIPPED, "sgp.cancel_off")
        assert not decision.cancelled
        return
    assert decision.removes
    assert decision.cancelled
    assert decision.effect.goal == "absent"
    if remove or not implanted:
        assert decision.writes == (RemoveProperty("i1"),)
        assert (decision.effect.kind, decision.effect.action) == (OutcomeKind.REMOVED, Action.PROPERTY_REMOVED)
        assert decision.image == PROPERTY.whole
        assert decision.effect.freed == (PORT,)
        assert decision.target_id == ""
    else:
        assert decision.writes == (UpdateProperty("i1", PropertyChange(client_out=True, disconnect=disconnect)),)
        assert decision.effect.kind == OutcomeKind.DEACTIVATED
        assert decision.effect.freed == ((PORT,) if disconnect else ())
        assert decision.target_id == "i1"
        assert decision.image is None


@pytest.mark.parametrize("seen", [replace(CANCELLED, client=None, found=None), replace(CANCELLED, found=None)])
def test_cancelled_and_not_on_the_map_is_as_it_should_be(seen: Situation) -> None:
    decision = decide(seen, ALL_ON)
    assert (decision.effect.kind, decision.writes, decision.cancelled) == (OutcomeKind.UNCHANGED, (), True)


@pytest.mark.parametrize("status", [status for status in Status if TABLE[status].course == Course.LIVE])
@pytest.mark.parametrize("before", [OK, ERROR])
def test_status(status: Status, before: ClientStatus) -> None:
    """The fixed table, under no switch at all: it can't be switched off."""
    wanted = ERROR if status in {2, 4, 7} else OK
    client = replace(CLIENT, status=before)
    seen = replace(IN_PLACE, contract=said(status=status), client=client, found=replace(PROPERTY, client=client))
    decision = decide(seen, Switches())
    if before == wanted:
        assert (decision.effect.kind, decision.writes) == (OutcomeKind.UNCHANGED, ())
        return
    assert decision.writes == (UpdateClient("c1", wanted, None),)
    titles = {OK: "OK", ERROR: "ERRO"}
    assert (decision.effect.before, decision.effect.after) == (
        {"Situação": titles[before]},
        {"Situação": titles[wanted]},
    )


@pytest.mark.parametrize("seen", [IN_PLACE, missing()])
def test_not_feasible_is_only_logged(seen: Situation) -> None:
    decision = decide(replace(seen, contract=said(status=Status.NOT_FEASIBLE)), ALL_ON)
    assert (decision.writes, reason(decision)) == ((), "sgp.not_feasible")


def test_contract_without_a_name_leaves_the_client_its_own() -> None:
    decision = decide(replace(IN_PLACE, contract=said(name="")), Switches())
    assert (decision.effect.kind, decision.effect.after, decision.effect.label) == (OutcomeKind.UNCHANGED, {}, "308")


def test_all_that_differs_is_two_writes() -> None:
    client = replace(CLIENT, name="NOVA", status=ERROR)
    seen = replace(
        IN_PLACE,
        contract=said(coordinates=THERE, port=SplitterPort(31, "CTO-031", 5, -22.0)),
        client=client,
        found=replace(PROPERTY, client=client),
        place=Spot(NEW, OTHER, 5),
    )
    decision = decide(seen, Switches())
    assert decision.writes == (
        UpdateClient("c1", OK, "NOVA SOLUTECH"),
        UpdateProperty(
            "i1", PropertyChange(coordinates=THERE, received_power=-22.0, box_id="b2", connection=("s2", 5))
        ),
    )
    assert decision.effect.before == {
        "Situação": "ERRO",
        "Nome": "NOVA",
        "Coordenadas": "-26.871500, -52.643200",
        "Potência lida": "-21,40 dBm",
        "Caixa e porta": PORT,
    }
    assert decision.effect.after["Caixa e porta"] == "CTO-031, Splitter 2, porta 5"
    assert decision.effect.freed == (PORT,)
    assert not decision.removes


def test_move_that_can_not_be_hides_nothing() -> None:
    client = replace(CLIENT, status=ERROR)
    decision = decide(replace(IN_PLACE, client=client, found=replace(PROPERTY, client=client), place=TAKEN), Switches())
    assert decision.writes == (UpdateClient("c1", OK, None),)
    assert (decision.effect.kind, decision.effect.action) == (OutcomeKind.REJECTED, Action.UPDATED)
    assert (reason(decision), decision.effect.after) == ("sgp.port_held", {"Situação": "OK"})
    assert not decision.applied


@pytest.mark.parametrize(
    ("there", "in_building", "moves"),
    [
        (THERE, False, True),
        (THERE, True, False),
        (Coordinates(-26.871501, -52.6432), False, False),
        (None, False, False),
    ],
)
def test_coordinates(there: Coordinates | None, in_building: bool, moves: bool) -> None:
    seen = replace(IN_PLACE, contract=said(coordinates=there), found=replace(PROPERTY, in_building=in_building))
    assert bool(decide(seen, Switches()).writes) == moves


@pytest.mark.parametrize(
    ("power", "written"), [(-21.4, None), (-21.41, None), (-21.42, -21.42), (-21.404, None), (None, None)]
)
def test_received_power_is_written_where_it_differs(power: float | None, written: float | None) -> None:
    seen = replace(IN_PLACE, contract=said(port=SplitterPort(30, "CTO-030", 3, power)))
    writes = decide(seen, Switches()).writes
    assert writes == ((UpdateProperty("i1", PropertyChange(received_power=written)),) if written else ())


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED, Status.NEW])
def test_create(status: Status) -> None:
    decision = decide(missing(contract=said(status=status)), ALL_ON)
    client = NewClient("308", "NOVA SOLUTECH", TABLE[status].client, status != Status.NEW, "nova.308", "ALCLB0000308")
    assert decision.writes == (CreateProperty(OLD, "Rua A, 1", HERE, ("s1", 3), client, -21.4),)
    assert (decision.effect.kind, decision.effect.action) == (OutcomeKind.CREATED, Action.CREATED_CONNECTED)
    assert decision.effect.label == "308 – NOVA SOLUTECH"
    assert decision.effect.after[Shown.PLACE] == PORT


@pytest.mark.parametrize(
    ("seen", "switches", "expected"),
    [
        (missing(), Switches(), (OutcomeKind.SKIPPED, "sgp.create_off")),
        (missing(cancelled=True), Switches(), (OutcomeKind.SKIPPED, "sgp.reactivation_off")),
        (missing(contract=said(port=None), place=None), ALL_ON, (OutcomeKind.SKIPPED, "sgp.splitter_missing")),
        (missing(place=TAKEN), ALL_ON, (OutcomeKind.REJECTED, "sgp.port_held")),
        (
            missing(contract=said(coordinates=None)),
            Switches(create_clients=True),
            (OutcomeKind.REJECTED, "sgp.coordinates_missing"),
        ),
        (
            missing(contract=said(coordinates=None), contents=BoxContents(replace(OLD, coordinates=None), (), ())),
            ALL_ON,
            (OutcomeKind.REJECTED, "sgp.box_without_coordinates"),
        ),
    ],
)
def test_not_created(seen: Situation, switches: Switches, expected: tuple[OutcomeKind, str]) -> None:
    decision = decide(seen, switches)
    assert (decision.effect.kind, reason(decision)) == expected
    assert (decision.writes, decision.applied) == ((), False)


def test_box_without_splitter_gets_an_unconnected_client() -> None:
    decision = decide(missing(place=Spot(OLD, None, 3)), ALL_ON)
    assert decision.effect.action == Action.CREATED_UNCONNECTED
    assert isinstance(decision.writes[0], CreateProperty)
    assert decision.writes[0].connection is None


KEPT = replace(PROPERTY, client=None)


def test_reactivation_puts_the_client_back() -> None:
    """On its port still; and taken off it, the port is had again where it is free."""
    seen = replace(IN_PLACE, found=None, kept=KEPT, cancelled=True)
    decision = decide(seen, ALL_ON)
    assert decision.writes == (UpdateProperty("i1", PropertyChange(client="c1")),)
    assert (decision.effect.kind, decision.effect.action) == (OutcomeKind.UPDATED, Action.REACTIVATED)
    off_its_port = replace(seen, kept=replace(KEPT, connection=None))
    assert decide(off_its_port, ALL_ON).writes == (
        UpdateProperty("i1", PropertyChange(client="c1", connection=("s1", 3))),
    )
    taken = decide(replace(off_its_port, place=TAKEN), ALL_ON)
    assert taken.writes == (UpdateProperty("i1", PropertyChange(client="c1")),)
    assert (taken.effect.kind, reason(taken)) == (OutcomeKind.REJECTED, "sgp.port_held")


def test_reactivation_of_what_was_removed_creates_it() -> None:
    decision = decide(missing(cancelled=True), ALL_ON)
    assert (decision.effect.kind, decision.effect.action) == (OutcomeKind.CREATED, Action.REACTIVATED)
    assert isinstance(decision.writes[0], CreateProperty)
    assert not decision.cancelled
