"""What holds whatever a contract is like: a second look finds nothing, and only a cancelled one loses anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sgp.actions import TITLES
from sgp.answers import ANSWERS
from sgp.changes import Situation, decide
from sgp.connection import Switches
from sgp.contracts import SplitterPort, Status
from sgp.fibre_map import (
    BoxContents,
    Client,
    Connection,
    NewClient,
    Property,
    PropertyChange,
)
from sgp.placement import Spot
from sgp.statuses import TABLE, Course
from sgp.writes import CreateProperty, Decision, RemoveProperty, UpdateClient, UpdateProperty
from sincronia.answers import Problem, explain
from sincronia.engine.state import OutcomeKind
from tests.sgp_situations import (
    CLIENT,
    ERROR,
    HERE,
    IN_PLACE,
    NEW,
    OK,
    OLD,
    ON_PORT,
    OTHER,
    PROPERTY,
    SPLITTER,
    TAKEN,
    THERE,
    said,
)

SWITCHES = st.builds(
    Switches,
    **dict.fromkeys(
        ("cancel_clients", "create_clients", "create_around_box", "remove_property", "disconnect_property"),
        st.booleans(),
    ),
)


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
