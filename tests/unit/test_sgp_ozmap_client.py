"""OZmap's fibre map as the product reads and writes it, against the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import Contract
from sgp.contracts import Coordinates
from sgp.fibre_map import Box, Client, ClientStatus, Connection, Holder, NewClient, Property, PropertyChange
from sgp.ozmap_client import OzMap
from sincronia import vendor_http
from sincronia.answers import AnswerUnknownError
from sincronia.engine.flow import TargetGoneError
from sincronia.vendor_http import VendorSession
from tests.sgp_vendors import MADE, PLACE, TOWN, made_in, ozmap, problem

NOBODY = "65a0c0de0a1b2c3d4effff00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture
def at_ozmap() -> Iterator[OzmapSimulator]:
    with OzmapSimulator(TOWN) as simulator:
        yield simulator


def on_the_map() -> list[Contract]:
    """The contracts that OZmap's map begins with."""
    off = TOWN.splitter_off_the_map.id
    return [one for one in TOWN.contracts if one.splitter_id not in {None, off} and one.id % 5]


def free_port(client: OzMap, box: Box) -> tuple[str, int]:
    splitter = client.contents(box).splitters[0]
    return splitter.id, splitter.outputs.index(False) + 1


def a_box(client: OzMap) -> Box:
    return client.boxes(TOWN.splitters[0].ident, None)[0]


def test_every_contract_on_the_map_is_found_with_its_property_box_and_port(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    for contract in on_the_map():
        found = client.client_by_code(str(contract.id))
        assert found
        assert (found.code, found.name) == (str(contract.id), contract.name)
        there = client.property_of_client(found.id)
        assert there
        assert there == client.property(there.id)
        assert (there.client, there.received_power, there.in_building) == (found, contract.rx, False)
        assert there.connection
        assert there.connection.port == contract.port
        assert there.whole == at_ozmap.row("properties", there.id)
        if contract.lat is not None and contract.lng is not None:
            assert there.coordinates == Coordinates(contract.lat, contract.lng)
    assert client.client_by_code("999999") is None
    assert client.property_of_client(NOBODY) is None
    assert client.property(NOBODY) is None


def test_boxes_and_projects_by_their_exact_names(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    doubled = next(one.ident for one in TOWN.splitters if len(at_ozmap.boxes_named(one.ident)) == 2)
    both = client.boxes(doubled, None)
    assert (client.box(both[1].id), client.box(NOBODY)) == (both[1], None)
    assert {box.name for box in both} == {doubled}
    assert client.boxes(doubled, [both[0].project_id]) == (both[0],)
    assert client.boxes(doubled, ()) == client.boxes(doubled.lower(), None) == client.boxes("CTO", None) == ()
    names = [TOWN.pops[0].name, "Outro"]
    ids = client.project_ids(names)
    assert ids == {names[0]: tuple(r["id"] for r in at_ozmap.rows("projects") if r["name"] == names[0]), "Outro": ()}
    before = len(at_ozmap.journal)
    assert client.project_ids([]) == {}
    assert len(at_ozmap.journal) == before


def test_box_with_its_splitters_ports_and_properties(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    splitter = at_ozmap.splitters_in(box.id)[0]
    kind = splitter["splitterType"]
    at_ozmap.add_row("splitters", {"name": "Derivação", "parent": box.id, "splitterType": kind, "isDrop": False})
    another = at_ozmap.add_row("splitters", {"name": "Anexo", "parent": box.id, "splitterType": kind})
    ports = [{"blocked": number == 3} for number in range(1, 9)]
    at_ozmap.change_row("splitters", another, {"ports": ports})
    at_ozmap.occupy(another, 8)
    bare = at_ozmap.hold(another, 2)
    contents = client.contents(box)
    assert [one.name for one in contents.splitters] == ["Anexo", splitter["name"]]
    first = contents.splitters[0]
    assert (first.outputs, first.blocked) == ((False, True, *[False] * 5, True), frozenset({3}))
    assert contents.splitters[1].outputs == tuple(output is not None for output in splitter["connectables"]["output"])
    assert {one.id for one in contents.properties} == {
        r["id"] for r in at_ozmap.rows("properties") if r["box"] == box.id
    }
    assert contents.holder(another, 2) == client.holder_of(another, 2) == Holder(bare, "", "Rua sem Cliente, 1")
    held = next(one for one in contents.properties if one.client and one.connection)
    assert held.client
    assert held.connection
    assert client.holder_of(splitter["id"], held.connection.port) == Holder(held.id, held.client.code, held.client.name)
    assert client.holder_of(another, 8) is None


def test_listing_of_properties_goes_on_over_pages(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    before = {one.id for one in client.contents(box).properties}
    added = {
        at_ozmap.add_row("properties", {"project": box.project_id, "box": box.id, "address": f"Rua A, {number}"})
        for number in range(250)
    }
    calls = at_ozmap.subjects["properties"]
    properties = client.contents(box).properties
    assert {one.id for one in properties} == before | added
    assert len(properties) == len(before) + 250
    assert at_ozmap.subjects["properties"] - calls == 3


def test_property_is_made_connected_with_its_client(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    splitter, port = free_port(client, box)
    made = client.property(made_in(client, box, (splitter, port)))
    assert made
    assert (made.address, made.coordinates, made.box_id) == ("Rua A, 1", PLACE, box.id)
    assert made.client
    assert made.client == Client(made.client.id, "7001", "Nara Luz", ClientStatus.ERROR, True)
    assert made.connection
    assert (made.connection.splitter_id, made.connection.port) == (splitter, port)
    kept = at_ozmap.client_of("7001")
    assert kept
    assert (kept["onu"]["user_PPPoE"], kept["onu"]["serial_number"]) == ("nara.7001", "ALCLB0007001")


def test_property_is_made_without_port_or_place_and_with_a_client_that_there_is(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    there = at_ozmap.add_row("ftth-clients", {"code": "7002", "name": "Ivo"})
    number = client.create_property(
        box=box, address="Rua B", coordinates=None, connection=None, client=there, received_power=-19.5
    )
    made = client.property(number)
    assert made
    assert made.client
    assert made.received_power == -19.5
    assert (made.client.id, made.connection, made.coordinates) == (there, None, box.coordinates)


def test_taken_port_or_code_is_told_apart_and_nothing_is_made(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    splitter, port = free_port(client, box)
    at_ozmap.hold(splitter, port)
    count = len(at_ozmap.rows("properties"))
    assert problem(lambda: made_in(client, box, (splitter, port))) == ("sgp.port_taken", str(port))
    taken = on_the_map()[0]
    other = NewClient(str(taken.id), "Ivo", ClientStatus.OK, True)
    assert problem(lambda: made_in(client, box, None, other))[0] == "sgp.code_taken"
    assert problem(lambda: made_in(client, box, (splitter, 99))) == ("vendor_rejected", "400")
    gone = Box(NOBODY, "CTO", box.project_id, None)
    assert problem(lambda: made_in(client, gone, None)) == ("vendor_rejected", "400")
    assert len(at_ozmap.rows("properties")) == count
    own = client.property_of_client(at_ozmap.client_of(str(taken.id))["id"])  # type: ignore[index]
    assert own
    move = PropertyChange(box_id=box.id, connection=(splitter, port))
    assert problem(lambda: client.update_property(own.id, move)) == ("sgp.port_taken", str(port))


def test_client_is_changed_where_it_is_told_to_be(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    code = str(on_the_map()[0].id)
    found = client.client_by_code(code)
    assert found
    client.update_client(found.id, status=ClientStatus.ERROR)
    client.update_client(found.id, name="Outra")
    assert client.client_by_code(code) == Client(found.id, code, "Outra", ClientStatus.ERROR, found.implanted)
    client.update_client(found.id, status=ClientStatus.OK, name="Uma")
    assert client.client_by_code(code) == Client(found.id, code, "Uma", ClientStatus.OK, found.implanted)
    with pytest.raises(TargetGoneError):
        client.update_client(NOBODY, name="Uma")


def test_property_lives_through_its_life_one_patch_at_a_time(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    splitter, port = free_port(client, box)
    number = made_in(client, box, (splitter, port))
    at_ozmap.reset()

    def after(change: PropertyChange) -> Property:
        client.update_property(number, change)
        there = client.property(number)
        assert there
        return there

    moved = after(PropertyChange(coordinates=Coordinates(-26.0, -52.0), received_power=-21.4))
    assert (moved.coordinates, moved.received_power) == (Coordinates(-26.0, -52.0), -21.4)
    assert moved.connection == Connection(splitter, "Atendimento", port)
    out = after(PropertyChange(client_out=True))
    assert (out.client, out.connection) == (None, moved.connection)
    assert client.client_by_code("7001") == moved.client
    assert moved.client
    assert client.property_of_client(moved.client.id) is None
    back = after(PropertyChange(client=moved.client.id))
    assert back.client == moved.client
    gone = after(PropertyChange(client_out=True, disconnect=True))
    assert (gone.client, gone.connection, gone.box_id) == (None, None, box.id)
    other = client.boxes(TOWN.splitters[1].ident, None)[0]
    new = NewClient("7003", "Ivo", ClientStatus.OK, False)
    there = after(
        PropertyChange(box_id=other.id, connection=free_port(client, other), client=new, received_power=-20.0)
    )
    assert there.client
    assert (there.client.code, there.box_id, there.received_power) == ("7003", other.id, -20.0)
    assert at_ozmap.applied == {"update": 5}
    client.delete_property(number)
    client.delete_property(number)
    assert client.property(number) is None
    with pytest.raises(TargetGoneError):
        client.update_property(number, PropertyChange(received_power=-20.0))


def test_writes_say_what_they_must_and_never_more(at_ozmap: OzmapSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    call = VendorSession.call

    def noted(session: VendorSession, *asked: str, **parts: Any) -> Any:
        sent.append(parts.get("json"))  # type: ignore[arg-type]
        return call(session, *asked, **parts)

    monkeypatch.setattr(VendorSession, "call", noted)
    client = ozmap(at_ozmap)
    box = a_box(client)
    connection = free_port(client, box)
    sent.clear()
    number = made_in(client, box, connection)
    made_in(client, box, None, NewClient("7004", "Ivo", ClientStatus.OK, True))
    client.update_property(number, PropertyChange(received_power=-20.0))
    client.update_property(number, PropertyChange(client_out=True, disconnect=True))
    assert [{name: body[name] for name in ("auto_connect", "force") if name in body} for body in sent] == [
        {"auto_connect": False, "force": False},
        {"auto_connect": False, "force": True},
        {},
        {"auto_connect": False},
    ]
    assert sent[0]["project"] == box.project_id
    assert sent[0]["coords"] == [PLACE.longitude, PLACE.latitude]
    assert sent[2] == {"potencyRead": -20.0}
    assert "onu" not in sent[1]["client"]
    assert "external_id" not in json.dumps(sent)


def test_create_whose_answer_is_lost_is_unknown_and_done_once(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    box = a_box(client)
    for number, (kind, code) in enumerate(
        [(Kind.LOST_ANSWER, "vendor_unreachable"), (Kind.WRONG_CONTENT_TYPE, "vendor_answer_malformed")]
    ):
        new = NewClient(f"80{number}", "Ivo", ClientStatus.OK, True)
        at_ozmap.faults.set(Fault(kind, method="POST"))
        assert problem(lambda new=new: made_in(client, box, None, new), AnswerUnknownError)[0] == code  # type: ignore[misc]
        assert client.client_by_code(new.code)
    assert at_ozmap.requests["create"] == at_ozmap.applied["create"] == 2
    bare = at_ozmap.add_row("properties", {"project": box.project_id, "box": box.id})
    at_ozmap.faults.set(Fault(Kind.LOST_ANSWER, method="PATCH"))
    assert problem(lambda: client.update_property(bare, PropertyChange(client=MADE)), AnswerUnknownError)
    assert at_ozmap.requests["update"] == 1  # it makes a client, so it isn't repeated either


def test_key_goes_as_it_is_and_a_wrong_one_is_refused(at_ozmap: OzmapSimulator) -> None:
    ozmap(at_ozmap).check()
    assert at_ozmap.subjects == {"projects": 1}
    assert problem(ozmap(at_ozmap, "outra").check)[0] == "vendor_refused_token"
    assert problem(lambda: ozmap(at_ozmap, "outra").delete_property(NOBODY))[0] == "vendor_refused_token"


def test_changes_and_removals_are_repeated_until_they_are_answered(at_ozmap: OzmapSimulator) -> None:
    client = ozmap(at_ozmap)
    found = client.client_by_code(str(on_the_map()[0].id))
    assert found
    there = client.property_of_client(found.id)
    assert there
    acts: tuple[Callable[[], None], ...] = (
        lambda: client.update_client(found.id, name="Outra"),
        lambda: client.update_property(there.id, PropertyChange(client_out=True, disconnect=True)),
        lambda: client.update_property(there.id, PropertyChange(client=found.id)),
        lambda: client.delete_property(there.id),
    )
    for act in acts:
        at_ozmap.faults.set(Fault(Kind.LOST_ANSWER))
        act()
    assert (at_ozmap.requests["update"], at_ozmap.requests["delete"]) == (6, 2)
    assert client.property(there.id) is None
    at_ozmap.faults.set(Fault(Kind.ERROR, times=3, status=503))
    assert problem(lambda: client.update_client(found.id, name="X"), AnswerUnknownError)[0] == "vendor_down"
    at_ozmap.faults.set(Fault(Kind.WRONG_CONTENT_TYPE, method="PATCH"))
    number = at_ozmap.rows("properties")[0]["id"]
    malformed = ("vendor_answer_malformed", "JSON")
    change = PropertyChange(received_power=-1.0)
    assert problem(lambda: client.update_property(number, change), AnswerUnknownError) == malformed
