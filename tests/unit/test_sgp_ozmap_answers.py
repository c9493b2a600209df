"""What OZmap may answer beside what it should: other shapes, lies, pages of HTML, refusals in its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sgp.answers import ANSWERS
from sgp.contracts import Coordinates
from sgp.fibre_map import Box, Client, ClientStatus
from sgp.ozmap_client import OzMap
from sincronia import clock
from sincronia.answers import ProblemError, explain
from sincronia.vendor_http import VendorSession
from tests.sgp_vendors import made_in, ozmap_saying, page, problem

CLIENT_ROW = {"id": "a1", "code": "308", "name": "Nara", "status": 0, "implanted": True}
BOX = Box("b1", "CTO-1", "p1", None)


def test_two_clients_of_one_code_are_left_to_a_person() -> None:
    other = {**CLIENT_ROW, "id": "a2"}
    with ozmap_saying(page(CLIENT_ROW, other)) as client:
        with pytest.raises(ProblemError) as raised:
            client.client_by_code("308")
        details = raised.value.problem.details
        assert (raised.value.problem.code, details["contract"], details["number"]) == ("sgp.code_doubled", "308", "2")
        assert "2 clientes com o código 308" in explain(raised.value.problem, ANSWERS)
    with ozmap_saying(page(CLIENT_ROW, {**other, "deletedAt": "2026-11-20T10:00:00.000Z"})) as client:
        assert client.client_by_code("308") == Client("a1", "308", "Nara", ClientStatus.OK, True)


def test_objects_as_they_may_come_too() -> None:
    whole = {
        "id": "c1",
        "address": None,
        "lng": -52.0,
        "lat": -26.0,
        "box": {"id": "b1", "name": "CTO-1"},
        "client": "a1",
    }
    fibre = {"id": "d1", "kind": "Cable"}
    with ozmap_saying({**whole, "connections": [fibre]}, CLIENT_ROW) as client:  # its client is an id alone
        there = client.property("c1")
        assert there
        assert (there.client, there.box_name) == (Client("a1", "308", "Nara", ClientStatus.OK, True), "CTO-1")
        assert (there.coordinates, there.connection, there.address) == (Coordinates(-26.0, -52.0), None, "")
    building = {"id": "c1", "lng": None, "lat": None, "box": "", "client": None, "parent": "e1", "connections": None}
    with ozmap_saying(building) as client:
        there = client.property("c1")
        assert there
        assert (there.in_building, there.coordinates, there.box_id, there.client) == (True, None, "", None)
    splitter = {"id": "s1", "name": None, "parent": {"id": "b1"}, "isDrop": True, "connectables": {"output": ["f"]}}
    with ozmap_saying(page({**splitter, "ratio": {"output": 3}}), page()) as client:
        assert client.contents(BOX).splitters[0].outputs == (True, False, False)
    with ozmap_saying({**whole, "deletedAt": "2026-11-20T10:00:00.000Z"}) as client:
        assert client.property("c1") is None


def ozmap_acts(client: OzMap) -> dict[str, Callable[[], Any]]:
    return {
        "client": lambda: client.client_by_code("308"),
        "property of client": lambda: client.property_of_client("a1"),
        "property": lambda: client.property("c1"),
        "boxes": lambda: client.boxes("CTO-1", None),
        "projects": lambda: client.project_ids(["POP"]),
        "contents": lambda: client.contents(BOX),
        "check": client.check,
    }


@pytest.mark.parametrize(
    ("act", "bodies", "place"),
    [
        ("client", [[]], "JSON"),
        ("client", [{"rows": []}], "total"),
        ("client", [page({**CLIENT_ROW, "code": "41"})], "rows.code"),  # the filter did not count
        ("client", [page({**CLIENT_ROW, "status": 2})], "rows.0.status"),
        ("client", [page({"code": "308"})], "rows.0.id"),
        ("client", [page(total=1)], "total"),  # one is there, and is not shown
        ("client", [page(more=True)], "hasNextPage"),
        ("client", [page(CLIENT_ROW, more=True, total=2)], "hasNextPage"),  # the same page again and again
        ("property of client", [page({"id": "c1", "client": {**CLIENT_ROW, "id": "a2"}})], "rows.client"),
        ("property of client", [page({"id": "c1", "client": None})], "rows.client"),
        ("property", [{"id": "c2"}], "id"),
        (
            "property",
            [{"id": "c1", "connections": [{"id": "s1", "kind": "Splitter", "port": 0}]}],
            "connections.0.port",
        ),
        ("boxes", [page({"id": "b1", "name": "CTO-1"})], "rows.0.project"),
        ("projects", [page({"id": "p1"})], "rows.0.name"),
        ("contents", [page({"id": "s1", "parent": "b1"})], "rows.0.connectables"),
        ("contents", [page({"id": "s1", "parent": "b2", "connectables": {"output": []}}), page()], "rows.parent"),
        ("contents", [page(), page({"id": "c1", "box": "b2"})], "rows.box"),
        ("check", ["<html>Manutenção</html>"], "JSON"),
    ],
)
def test_ozmap_that_answers_in_another_shape_names_the_place(act: str, bodies: list[object], place: str) -> None:
    with ozmap_saying(*bodies) as client:
        assert problem(ozmap_acts(client)[act]) == ("vendor_answer_malformed", place)


@pytest.mark.parametrize("act", ["client", "property of client", "property", "boxes", "projects", "contents", "check"])
def test_wrong_address_or_key_is_not_taken_for_an_empty_map(act: str) -> None:
    with ozmap_saying("<html>Not Found</html>", status=404) as client:
        assert problem(ozmap_acts(client)[act]) == ("vendor_answer_malformed", "código 404")
    with ozmap_saying({"message": "Não autorizado."}, status=401) as client:
        assert problem(ozmap_acts(client)[act])[0] == "vendor_refused_token"


def test_write_that_meets_a_page_of_html_with_404_is_refused_and_not_taken_for_gone() -> None:
    with ozmap_saying("<html>Not Found</html>", status=404) as client:
        assert problem(lambda: client.update_client("a1", name="X")) == ("vendor_rejected", "404")
        assert problem(lambda: client.delete_property("c1")) == ("vendor_rejected", "404")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (409, {"message": "Port 3 is already connected"}, "sgp.port_taken"),
        (400, {"error": "A porta 3 já está ocupada"}, "sgp.port_taken"),
        (400, {"message": "connector must be an id"}, "vendor_rejected"),
        (409, {"message": "client code already exists"}, "sgp.code_taken"),
        (409, {"message": "conflito"}, "vendor_rejected"),
        (409, "<html>", "vendor_rejected"),
        (422, ["x"], "vendor_rejected"),
    ],
)
def test_refusals_of_ozmap_are_told_by_what_they_say(status: int, body: object, code: str) -> None:
    with ozmap_saying(body, status=status) as client:
        assert problem(lambda: made_in(client, BOX, ("s1", 3)))[0] == code
        # Nobody asked for a port here, and the client is one that there is.
        bare = problem(lambda: made_in(client, BOX, None, "a1"))
        assert bare == ("vendor_rejected", str(status))


@pytest.mark.parametrize("key", ["", " chave", "cha\nve", "chave\r\nX: y", "chave→"])
def test_key_that_no_header_can_hold_is_refused_unsent(key: str) -> None:
    session = VendorSession("OZmap", "https://ozmap.example", clock.now() + 60)
    code, _ = problem(lambda: OzMap(session, key))
    assert code == "vendor_refused_token"


def test_who_is_on_a_port_is_nobody_where_ozmap_does_not_take_the_question() -> None:
    others = page({"id": "c1", "connections": [{"id": "s2", "kind": "Splitter", "port": 3}]}, more=True, total=900)
    with ozmap_saying(others) as client:  # as if there were no filter: only one page is looked at
        assert client.holder_of("s1", 3) is None
    with ozmap_saying({"message": "Filtro inválido"}, status=400) as client:
        assert client.holder_of("s1", 3) is None
    with ozmap_saying({}, status=401) as client:
        assert problem(lambda: client.holder_of("s1", 3))[0] == "vendor_refused_token"
