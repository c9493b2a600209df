"""What a contract's truth asks of OZmap: the rules of seed 004, one by one. Plain values only."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from sgp.actions import Action
from sgp.changes import Situation, decide
from sgp.connection import Switches
from sgp.contracts import Coordinates, SplitterPort, Status
from sgp.fibre_map import (
    BoxContents,
    ClientStatus,
    NewClient,
    PropertyChange,
)
from sgp.placement import Spot
from sgp.statuses import TABLE, Course
from sgp.writes import CreateProperty, RemoveProperty, Shown, UpdateClient, UpdateProperty
from sincronia.engine.state import OutcomeKind
from tests.sgp_situations import (
    ALL_ON,
    CLIENT,
    ERROR,
    HERE,
    IN_PLACE,
    NEW,
    OK,
    OLD,
    OTHER,
    PORT,
    PROPERTY,
    TAKEN,
    THERE,
    missing,
    reason,
    said,
)

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
