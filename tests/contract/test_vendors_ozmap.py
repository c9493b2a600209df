"""OZmap over real HTTP: what its simulator answers to whoever reads and writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.ozmap import LOGIN, PASSWORD, OzmapSimulator
from local.vendors.ozmap_objects import RefusedError
from local.vendors.provider import provider

Row = dict[str, Any]
TOWN = provider()
CODE = "301"  # of a contract that is on the map
MISSING = "305"  # of one that isn't


@pytest.fixture
def ozmap() -> Iterator[OzmapSimulator]:
    with OzmapSimulator(TOWN) as ozmap:
        yield ozmap


def call(
    ozmap: OzmapSimulator, method: str, path: str, body: Any = None, *, key: str | None = None, **parameters: Any
) -> tuple[int, Any]:
    headers = {"Authorization": ozmap.key if key is None else key}
    url = f"{ozmap.url}/api/v2/{path}"
    answer = requests.request(method, url, json=body, params=parameters, headers=headers, timeout=5)
    return answer.status_code, answer.json()


def listed(ozmap: OzmapSimulator, route: str, *filters: Any, sort: Any = None, **parameters: Any) -> list[Row]:
    status, page = call(ozmap, "GET", route, {"filter": list(filters), "sort": sort}, **parameters)
    assert status == 200, page
    return list(page["rows"])


def where(name: str, operator: str, value: Any) -> Row:
    return {"property": name, "operator": operator, "value": value}


def outputs(ozmap: OzmapSimulator, splitter: str) -> list[str | None]:
    return list(ozmap.row("splitters", splitter)["connectables"]["output"])


def free_port(ozmap: OzmapSimulator, splitter: str) -> int:
    return outputs(ozmap, splitter).index(None) + 1


def taken_port(ozmap: OzmapSimulator, splitter: str) -> int:
    return next(number for number, fibre in enumerate(outputs(ozmap, splitter), 1) if fibre)


@pytest.fixture
def box(ozmap: OzmapSimulator) -> Row:
    return ozmap.boxes_named("CTO-001")[0]


@pytest.fixture
def splitter(ozmap: OzmapSimulator, box: Row) -> str:
    return str(ozmap.splitters_in(box["id"])[0]["id"])


@pytest.fixture
def wanted(box: Row) -> Row:
    client = {"code": MISSING, "name": "Maria Souza", "implanted": True, "status": 0}
    return {"project": box["project"], "box": box["id"], "address": "Rua Nova, 1", "client": client}


def test_map_is_the_providers(ozmap: OzmapSimulator) -> None:
    names = [box["name"] for box in ozmap.rows("boxes")]
    assert TOWN.splitter_off_the_map.ident not in names
    assert len(ozmap.boxes_named(names[-1])) == 2
    assert len({box["project"] for box in ozmap.boxes_named(names[-1])}) == 2
    assert [project["name"] for project in ozmap.rows("projects")] == [pop.name for pop in TOWN.pops]
    contract, kept = TOWN.contract(int(CODE)), ozmap.property_of(CODE)
    assert kept is not None
    assert contract.splitter_id is not None
    assert (kept["coords"], kept["potencyRead"]) == ([contract.lng, contract.lat], contract.rx)
    assert (kept["lng"], kept["lat"]) == (contract.lng, contract.lat)
    assert kept["connections"][0]["port"] == contract.port
    assert ozmap.row("boxes", kept["box"])["name"] == TOWN.splitter(contract.splitter_id).ident
    assert ozmap.property_of(MISSING) is None
    assert {splitter["ratio"]["output"] for splitter in ozmap.rows("splitters")} == {8}


def test_keys_and_logins(ozmap: OzmapSimulator) -> None:
    for key in (ozmap.key, f"Bearer {ozmap.key}"):
        assert call(ozmap, "GET", "projects", key=key)[0] == 200
    assert call(ozmap, "GET", "projects", key="another")[0] == 401
    for credentials in ({"login": LOGIN, "password": PASSWORD}, {"apiKey": ozmap.key}):
        status, answer = call(ozmap, "POST", "users/login", credentials, key="true", type="API")
        assert status == 200
        assert answer["authorization"] != ozmap.key
        assert call(ozmap, "GET", "projects", key=answer["authorization"])[0] == 200
    assert call(ozmap, "POST", "users/login", {"login": LOGIN, "password": "x"}, key="true")[0] == 401
    assert call(ozmap, "POST", "users/login", {}, key="true")[0] == 401
    assert ozmap.applied == {}


def test_pages_lead_from_one_to_the_next(ozmap: OzmapSimulator) -> None:
    first = call(ozmap, "GET", "properties", {}, limit=20, select="address")[1]
    assert (first["count"], first["start"], first["limit"], first["hasNextPage"]) == (20, 0, 20, True)
    assert first["nextUrl"].startswith("/api/v2/properties?")
    assert "page=" not in first["nextUrl"]
    assert set(first["rows"][0]) == {"id", "address"}
    second = call(ozmap, "GET", first["nextUrl"].removeprefix("/api/v2/"))[1]
    assert (second["start"], second["hasNextPage"], "nextUrl" in second) == (20, False, False)
    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids == [row["id"] for row in ozmap.rows("properties")]
    assert first["total"] == second["total"] == len(ids)
    assert call(ozmap, "GET", "properties", page=2, limit=20)[1]["rows"][0]["id"] == ids[20]
    for wrong in ({"limit": 0}, {"page": 0}, {"page": "x"}, {"filter": "{"}, {"filter": '[{"property": "id"}]'}):
        assert call(ozmap, "GET", "properties", **wrong)[0] == 400


def test_filter_and_sort_are_taken_from_the_body_or_the_query(ozmap: OzmapSimulator) -> None:
    filters, sort = [where("code", "in", ["301", "302", "303"])], [{"property": "code", "direction": -1}]
    in_body = call(ozmap, "GET", "ftth-clients", {"filter": filters, "sort": sort}, limit=2)[1]
    in_query = call(ozmap, "GET", "ftth-clients", filter=json.dumps(filters), sort=json.dumps(sort), limit=2)[1]
    assert [row["code"] for row in in_body["rows"]] == ["303", "302"]
    assert in_query["rows"] == in_body["rows"]
    following = call(ozmap, "GET", in_query["nextUrl"].removeprefix("/api/v2/"))[1]
    assert [row["code"] for row in following["rows"]] == ["301"]


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        ([where("code", "=", "301")], {"301"}),
        ([where("code", "=", 301)], set()),
        ([where("code", "!=", "301"), where("code", "<=", "302")], {"302"}),
        ([where("code", "notin", ["301"]), where("code", "<", "304")], {"302", "303"}),
        ([where("code", ">", "301"), where("code", "<", "303")], {"302"}),
        ([where("code", ">=", "301"), where("code", "<=", "301")], {"301"}),
        ([[where("code", "=", "301"), where("code", "=", "303")]], {"301", "303"}),
        ([where("onu.user_PPPoE", "like", ".301")], {"301"}),
        ([where("cpe", "exists", True)], set()),
        ([where("cpe", "exists", False), where("code", "=", "302")], {"302"}),
    ],
)
def test_filters(ozmap: OzmapSimulator, filters: list[Any], codes: set[str]) -> None:
    assert {row["code"] for row in listed(ozmap, "ftth-clients", *filters)} == codes


def test_filters_on_places_and_references(ozmap: OzmapSimulator, box: Row, splitter: str) -> None:
    here = {"lat": box["lat"], "lng": box["lng"]}
    assert listed(ozmap, "boxes", where("coords", "near", {**here, "radius": 50})) == [box]
    assert len(listed(ozmap, "boxes", where("coords", "near", {**here, "radius": 200}))) > 1
    inside = listed(ozmap, "properties", where("box", "=", box["id"]))
    assert {row["box"] for row in inside} == {box["id"]}
    assert {row["id"] for row in listed(ozmap, "properties", where("connections.id", "=", splitter))} == {
        row["id"] for row in inside
    }
    client = inside[0]["client"]
    assert [row["id"] for row in listed(ozmap, "properties", where("client", "=", client["id"]))] == [inside[0]["id"]]
    (populated,) = listed(ozmap, "splitters", where("parent", "=", box["id"]), populate="parent,splitterType")
    assert (populated["parent"]["name"], populated["splitterType"]["isDrop"]) == ("CTO-001", True)
    assert call(ozmap, "GET", "boxes", {"filter": [where("coords", "within", {})]})[0] == 400


def test_property_is_created_with_its_client_on_a_port(
    ozmap: OzmapSimulator, box: Row, splitter: str, wanted: Row
) -> None:
    port = free_port(ozmap, splitter)
    status, made = call(ozmap, "POST", "properties", {**wanted, "connector": splitter, "port": port})
    assert (status, made["kind"], made["coords"]) == (201, "Property", box["coords"])
    assert isinstance(made["client"], str)
    assert "connections" not in made
    (row,) = listed(ozmap, "properties", where("id", "=", made["id"]))
    assert row["client"]["id"] == made["client"]
    assert (row["client"]["code"], row["client"]["status"], row["client"]["certified"]) == (MISSING, 0, False)
    (connection,) = row["connections"]
    assert (connection["id"], connection["port"], connection["kind"]) == (splitter, port, "Splitter")
    assert outputs(ozmap, splitter)[port - 1] == connection["fiber"]
    assert [entry["exit_date"] for entry in row["history"]["clients"]] == [None]
    assert call(ozmap, "GET", f"properties/{made['id']}", {}) == (200, row)
    assert ozmap.applied == {"create": 1}


def test_code_that_is_taken(ozmap: OzmapSimulator, wanted: Row) -> None:
    before = [ozmap.rows(kind) for kind in ("properties", "ftth-clients")]
    for client in ({"code": CODE}, ozmap.rows("ftth-clients")[0]["id"]):
        assert call(ozmap, "POST", "properties", {**wanted, "client": client})[0] == 409
    assert call(ozmap, "POST", "ftth-clients", {"code": CODE})[0] == 409
    assert call(ozmap, "PATCH", f"ftth-clients/{ozmap.rows('ftth-clients')[1]['id']}", {"code": CODE})[0] == 409
    assert [ozmap.rows(kind) for kind in ("properties", "ftth-clients")] == before


@pytest.mark.parametrize("how", ["client", "bare", "something else", "blocked"])
def test_port_that_is_taken_or_blocked(ozmap: OzmapSimulator, splitter: str, wanted: Row, how: str) -> None:
    port = taken_port(ozmap, splitter) if how == "client" else free_port(ozmap, splitter)
    if how == "bare":
        ozmap.hold(splitter, port)
    if how == "something else":
        ozmap.occupy(splitter, port)
    if how == "blocked":
        ports = ozmap.row("splitters", splitter)["ports"]
        ports[port - 1]["blocked"] = True
        ozmap.change_row("splitters", splitter, {"ports": ports})
    on_it = where("connections.id", "=", splitter)
    held = next((row for row in listed(ozmap, "properties", on_it) if row["connections"][0]["port"] == port), None)
    fields = {**wanted, "connector": splitter, "port": port}
    assert call(ozmap, "POST", "properties", fields)[0] == 409
    assert ozmap.client_of(MISSING) is None
    status, made = call(ozmap, "POST", "properties", {**fields, "force": True})
    assert status == 201
    assert ozmap.row("properties", made["id"])["connections"][0]["port"] == port
    if how in {"client", "bare"}:
        assert held is not None
        assert ozmap.row("properties", held["id"])["connections"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"project": None},
        {"project": "65a0c0de0a1b2c3d4e999999"},
        {"box": "65a0c0de0a1b2c3d4e999999"},
        {"port": 1},
        {"client": {"name": "Sem código"}},
        {"client": {"code": MISSING, "status": 2}},
        {"coords": [-26.8, -152.6]},
        {"potencyRead": "-21.4"},
        {"colour": "blue"},
    ],
)
def test_property_that_cannot_be(ozmap: OzmapSimulator, wanted: Row, change: Row) -> None:
    status, body = call(ozmap, "POST", "properties", {**wanted, **change})
    assert (status, list(body)) == (400, ["message"])
    assert ozmap.client_of(MISSING) is None
    assert ozmap.applied == {}


def test_ports_that_cannot_be(ozmap: OzmapSimulator, splitter: str, wanted: Row) -> None:
    elsewhere = ozmap.splitters_in(ozmap.boxes_named("CTO-002")[0]["id"])[0]["id"]
    for steering in (
        {"connector": splitter},
        {"connector": splitter, "port": 9},
        {"connector": splitter, "port": 0},
        {"connector": elsewhere, "port": free_port(ozmap, elsewhere)},
        {"connector": "65a0c0de0a1b2c3d4e999999", "port": 1},
    ):
        assert call(ozmap, "POST", "properties", {**wanted, **steering})[0] == 400
    made = call(ozmap, "POST", "properties", {**wanted, "box": None, "connector": elsewhere, "port": 1, "force": True})
    assert ozmap.row("properties", made[1]["id"])["box"] == ozmap.row("splitters", elsewhere)["parent"]


def test_box_chooses_the_port_or_leaves_the_property_unconnected(
    ozmap: OzmapSimulator, splitter: str, wanted: Row
) -> None:
    port = free_port(ozmap, splitter)
    chosen = call(ozmap, "POST", "properties", {**wanted, "auto_connect": True})[1]["id"]
    assert ozmap.row("properties", chosen)["connections"][0]["port"] == port
    bare = {**wanted, "client": {"code": "9001"}, "auto_connect": False, "force": True}
    loose = call(ozmap, "POST", "properties", bare)[1]["id"]
    assert ozmap.row("properties", loose)["connections"] == []
    ozmap.occupy(splitter, *(number for number, fibre in enumerate(outputs(ozmap, splitter), 1) if not fibre))
    assert call(ozmap, "PATCH", f"properties/{loose}", {"auto_connect": True})[0] == 409


def test_property_moves_to_another_port_and_box(ozmap: OzmapSimulator, splitter: str) -> None:
    kept = ozmap.property_of(CODE)
    assert kept is not None
    path, (connection,) = f"properties/{kept['id']}", kept["connections"]
    here, elsewhere = connection["id"], ozmap.splitters_in(ozmap.boxes_named("CTO-002")[0]["id"])[0]
    assert call(ozmap, "PATCH", path, {"connector": here, "port": connection["port"]})[0] == 200
    assert ozmap.property_of(CODE)["connections"] == [connection]  # type: ignore[index]
    port = free_port(ozmap, here)
    assert call(ozmap, "PATCH", path, {"connector": here, "port": port})[0] == 200
    assert outputs(ozmap, here)[connection["port"] - 1] is None
    assert outputs(ozmap, here)[port - 1] is not None
    there = free_port(ozmap, elsewhere["id"])
    move = {"box": elsewhere["parent"], "connector": elsewhere["id"], "port": there}
    assert call(ozmap, "PATCH", path, move)[0] == 200
    moved = ozmap.row("properties", kept["id"])
    assert (moved["box"], moved["connections"][0]["id"]) == (elsewhere["parent"], elsewhere["id"])
    assert outputs(ozmap, here)[port - 1] is None
    assert call(ozmap, "PATCH", path, {"connector": None})[0] == 200
    assert ozmap.row("properties", kept["id"])["connections"] == []
    assert ozmap.row("properties", kept["id"])["box"] == elsewhere["parent"]
    assert outputs(ozmap, elsewhere["id"])[there - 1] is None


def test_another_box_alone_disconnects(ozmap: OzmapSimulator) -> None:
    kept = ozmap.property_of(CODE)
    assert kept is not None
    other = ozmap.boxes_named("CTO-003")[0]["id"]
    assert call(ozmap, "PATCH", f"properties/{kept['id']}", {"box": other})[0] == 200
    moved = ozmap.row("properties", kept["id"])
    assert (moved["box"], moved["connections"], moved["coords"]) == (other, [], kept["coords"])


def test_update_drops_what_it_does_not_change(ozmap: OzmapSimulator) -> None:
    kept = ozmap.property_of(CODE)
    assert kept is not None
    dropped = {"project": "x", "kind": "x", "drop": "x", "parent": "x", "cables": ["x"]}
    change = {"potencyRead": -21.4, "address": "Rua Outra, 2", "coords": [-52.5, -26.5]}
    assert call(ozmap, "PATCH", f"properties/{kept['id']}", {**dropped, **change})[0] == 200
    moved = {**kept, **change, "lng": -52.5, "lat": -26.5}
    now = ozmap.row("properties", kept["id"])
    assert {**now, "updatedAt": ""} == {**moved, "updatedAt": ""}
    assert call(ozmap, "PATCH", f"properties/{kept['id']}", {"colour": "blue"})[0] == 400


def test_client_is_taken_out_and_put_in_again(ozmap: OzmapSimulator) -> None:
    kept = ozmap.property_of(CODE)
    assert kept is not None
    client, path = kept["client"], f"properties/{kept['id']}"
    assert call(ozmap, "PATCH", path, {"client": None})[0] == 200
    bare = ozmap.row("properties", kept["id"])
    assert (bare["client"], bare["connections"]) == (None, kept["connections"])
    assert bare["history"]["clients"][0]["exit_date"] is not None
    assert ozmap.client_of(CODE) == client
    assert ozmap.property_of(CODE) is None
    assert call(ozmap, "PATCH", path, {"client": client["id"]})[0] == 200
    again = ozmap.row("properties", kept["id"])
    assert again["client"] == client
    assert [entry["exit_date"] is None for entry in again["history"]["clients"]] == [False, True]
    other = next(row for row in ozmap.rows("properties") if row["id"] != kept["id"])
    assert call(ozmap, "PATCH", f"properties/{other['id']}", {"client": client["id"]})[0] == 409
    assert call(ozmap, "PATCH", path, {"client": {"code": MISSING, "name": "Outra"}})[0] == 200
    assert ozmap.property_of(MISSING)["id"] == kept["id"]  # type: ignore[index]


def test_property_is_deleted_with_its_client(ozmap: OzmapSimulator) -> None:
    kept = ozmap.property_of(CODE)
    assert kept is not None
    (connection,) = kept["connections"]
    assert call(ozmap, "DELETE", f"properties/{kept['id']}")[0] == 200
    assert outputs(ozmap, connection["id"])[connection["port"] - 1] is None
    assert ozmap.client_of(CODE) is None
    assert call(ozmap, "GET", f"properties/{kept['id']}", {}) == (404, {"message": "Registro não encontrado."})
    assert call(ozmap, "DELETE", f"properties/{kept['id']}")[0] == 404


def test_client_is_updated_and_deleted(ozmap: OzmapSimulator) -> None:
    client, kept = ozmap.client_of(CODE), ozmap.property_of(CODE)
    assert client is not None
    assert kept is not None
    path = f"ftth-clients/{client['id']}"
    assert call(ozmap, "PATCH", path, {"status": 1, "name": "Outro Nome"})[0] == 200
    assert ozmap.property_of(CODE)["client"]["name"] == "Outro Nome"  # type: ignore[index]
    assert call(ozmap, "PATCH", path, {"status": "ERROR"})[0] == 400
    assert call(ozmap, "DELETE", path)[0] == 200
    bare = ozmap.row("properties", kept["id"])
    assert (bare["client"], bare["connections"]) == (None, kept["connections"])
    status, made = call(ozmap, "POST", "ftth-clients", {"code": CODE})
    assert (status, made["implanted"], made["status"]) == (201, False, 0)


def test_external_id_is_refused_where_it_is_the_same(ozmap: OzmapSimulator, wanted: Row) -> None:
    made = call(ozmap, "POST", "properties", {**wanted, "external_id": "sgp-1"})[1]
    path = f"properties/{made['id']}"
    assert call(ozmap, "PATCH", path, {"external_id": "sgp-1", "address": "Rua B, 2"})[0] == 409
    assert ozmap.row("properties", made["id"])["address"] == "Rua Nova, 1"
    assert call(ozmap, "PATCH", path, {"address": "Rua B, 2"})[0] == 200
    assert ozmap.row("properties", made["id"])["external_id"] == "sgp-1"
    assert call(ozmap, "POST", "properties", {**wanted, "client": {"code": "9"}, "external_id": "sgp-1"})[0] == 409


def test_batches(ozmap: OzmapSimulator, box: Row) -> None:
    inside = [where("box", "=", box["id"])]
    count = len(listed(ozmap, "properties", *inside))
    batch = {"filter": inside, "update": {"potencyRead": -22.5}}
    assert call(ozmap, "POST", "properties/batch-update", batch) == (200, {"count": count})
    assert {row["potencyRead"] for row in listed(ozmap, "properties", *inside)} == {-22.5}
    codes = {"filter": [where("code", "in", ["301", "302"])], "update": {"status": 1}}
    assert call(ozmap, "POST", "ftth-clients/batch-update", codes) == (200, {"count": 2})
    assert ozmap.applied == {"update": 2}
    assert call(ozmap, "POST", "properties/batch-update", {**batch, "update": {"address": "x"}})[0] == 400
    assert call(ozmap, "POST", "properties/batch-update", {"update": {"potencyRead": 1}})[0] == 400
    assert call(ozmap, "POST", "boxes/batch-update", batch)[0] == 404


def test_boxes_splitters_and_projects(ozmap: OzmapSimulator, box: Row) -> None:
    project = call(ozmap, "POST", "projects", {"name": "Bairro Novo"})[1]["id"]
    fields = {"project": project, "coords": [-52.6, -26.9], "boxType": box["boxType"], "name": "CTO-900"}
    assert call(ozmap, "POST", "boxes", fields)[0] == 400
    made = call(ozmap, "POST", "boxes", {**fields, "hierarchyLevel": 2, "implanted": True})[1]
    assert (made["kind"], made["lng"], made["lat"], made["certified"]) == ("Box", -52.6, -26.9, False)
    assert call(ozmap, "POST", "splitters", {"parent": made["id"]})[0] == 400
    (kind,) = listed(ozmap, "splitter-types")
    splitter = call(ozmap, "POST", "splitters", {"parent": made["id"], "splitterType": kind["id"]})[1]
    assert (splitter["project"], splitter["isDrop"], splitter["ratio"]) == (project, True, {"input": 1, "output": 8})
    assert splitter["connectables"]["output"] == [None] * 8
    assert [port["index"] for port in splitter["ports"]] == list(range(1, 9))
    assert call(ozmap, "PATCH", f"boxes/{made['id']}", {"name": "CTO-901", "project": "x"})[0] == 200
    assert call(ozmap, "GET", f"boxes/{made['id']}")[1]["name"] == "CTO-901"
    for used in (f"projects/{project}", f"splitter-types/{kind['id']}", f"box-types/{box['boxType']}"):
        assert call(ozmap, "DELETE", used)[0] == 409
    loose = call(ozmap, "POST", "properties", {"project": project, "connector": splitter["id"], "port": 3})[1]["id"]
    assert call(ozmap, "DELETE", f"boxes/{made['id']}")[0] == 200
    assert ozmap.splitters_in(made["id"]) == []
    left = ozmap.row("properties", loose)
    assert (left["box"], left["connections"]) == (None, [])
    assert call(ozmap, "DELETE", f"properties/{loose}")[0] == 200
    assert call(ozmap, "DELETE", f"projects/{project}")[0] == 200


def test_property_inside_a_building_has_no_place_of_its_own(ozmap: OzmapSimulator, wanted: Row) -> None:
    number = ozmap.add_row("properties", {**wanted, "parent": "65a0c0de0a1b2c3d4e999999"})
    row = call(ozmap, "GET", f"properties/{number}")[1]
    assert ("coords" in row, row["lng"], row["lat"], row["parent"]) == (False, None, None, "65a0c0de0a1b2c3d4e999999")
    assert call(ozmap, "PATCH", f"properties/{number}", {"coords": [-52.6, -26.9]})[0] == 400
    over_http = call(ozmap, "POST", "properties", {**wanted, "client": {"code": "9"}, "parent": "x"})[1]
    assert ozmap.row("properties", over_http["id"])["parent"] is None


def test_refusals_and_counts(ozmap: OzmapSimulator) -> None:
    assert call(ozmap, "GET", "cables")[0] == 404
    assert call(ozmap, "PUT", "boxes/1", {})[0] == 404
    assert call(ozmap, "POST", "properties", ["x"])[0] == 400
    assert call(ozmap, "GET", "properties/nothing", {})[0] == 404
    assert ozmap.requests == {"unknown": 2, "create": 1, "find": 1}
    assert ozmap.subjects == {"boxes": 1, "properties": 2}
    assert (ozmap.reads, ozmap.writes, ozmap.applied) == (1, 1, {})
    assert call(ozmap, "DELETE", "properties/nothing")[0] == 404
    assert (ozmap.writes, ozmap.applied) == (2, {})


def test_faults(ozmap: OzmapSimulator, wanted: Row) -> None:
    ozmap.faults.set(Fault(Kind.LOST_ANSWER, operation="create", subject="properties"))
    with pytest.raises(requests.ConnectionError):
        call(ozmap, "POST", "properties", wanted)
    assert ozmap.property_of(MISSING) is not None
    total = len(ozmap.rows("properties"))
    ozmap.faults.set(Fault(Kind.CUT_SHORT), Fault(Kind.EMPTY, after=1), Fault(Kind.MALFORMED_RECORD, after=2))
    cut, empty, broken = (call(ozmap, "GET", "properties")[1] for _ in range(3))
    assert (cut["total"], cut["rows"], empty["total"], empty["rows"]) == (total, [], 0, [])
    assert ["id" in row for row in broken["rows"]] == [False] + [True] * (total - 1)


def test_what_cannot_be_made_by_hand_is_said(ozmap: OzmapSimulator, splitter: str) -> None:
    with pytest.raises(RefusedError, match="ocupada"):
        ozmap.hold(splitter, taken_port(ozmap, splitter))
    with pytest.raises(ValueError, match="Registro"):
        ozmap.edit("boxes", {"remove": ["nothing"]})


def test_ozmap_in_another_process_is_steered_over_its_control_path() -> None:
    command = [sys.executable, "-m", "local.vendors.ozmap", "--port", "0", "--contracts", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert sorted(told) == ["key", "url"]
            rows = f"{told['url']}/_simulator/rows"
            splitter = requests.get(f"{rows}/splitters", timeout=5).json()[0]
            free = [port for port, fibre in enumerate(splitter["connectables"]["output"], 1) if fibre is None]
            bare = {"project": splitter["project"], "connector": splitter["id"], "port": free[1]}
            for kind, change in (
                ("splitters", {"occupy": {splitter["id"]: [free[0]]}}),
                ("properties", {"add": [bare]}),
            ):
                assert requests.post(f"{rows}/{kind}", json=change, timeout=5).status_code == 200
            output = requests.get(f"{rows}/splitters", timeout=5).json()[0]["connectables"]["output"]
            assert all(output[port - 1] for port in free[:2])
            removal = {"remove": [splitter["parent"]]}
            assert requests.post(f"{rows}/boxes", json=removal, timeout=5).status_code == 200
            assert requests.post(f"{rows}/boxes", json=removal, timeout=5).status_code == 400
            assert splitter["id"] not in [row["id"] for row in requests.get(f"{rows}/splitters", timeout=5).json()]
        finally:
            process.terminate()
        assert process.wait(10) == 0
