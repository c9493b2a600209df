"""SGP's simulator over real HTTP: the documented paths, paging, filters, token and app, faults; and its provider."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from stdnum.br import cnpj, cpf

from local.vendors.faults import Fault, Kind
from local.vendors.provider import OFF_THE_MAP, TIME_ZONE, provider
from local.vendors.sgp import CLIENTS, CONTRACT, ONUS, SPLITTERS, SgpSimulator

Row = dict[str, Any]
SMALL = provider()
TODAY = datetime(2026, 11, 21, 23, 30, tzinfo=TIME_ZONE)  # already the next day in UTC
TODAYS = {"inicio": "2026-11-21", "fim": "2026-11-21"}
PATHS = {
    "clientes": ("POST", "/api/ura/clientes/"),
    "consultacliente": ("POST", "/api/ura/consultacliente/"),
    "planoscontas": ("POST", "/api/ura/planoscontas/"),
    "splitters": ("GET", "/api/fttx/splitter/all/"),
    "onus": ("GET", "/api/fttx/splitter/31/onu/all/"),
}
routes = pytest.mark.parametrize("route", PATHS)


@pytest.fixture
def sgp() -> Iterator[SgpSimulator]:
    with SgpSimulator(SMALL, now=lambda: TODAY) as sgp:
        yield sgp


def call(sgp: SgpSimulator, route: str, **fields: Any) -> tuple[int, Any]:
    method, path = PATHS[route]
    answer = sent(method, sgp.url + path, "params" if method == "GET" else "data", {**given(sgp), **fields})
    return answer.status_code, answer.json()


def sent(method: str, url: str, where: str, fields: Row) -> requests.Response:
    placed: dict[str, Any] = {where: fields}
    return requests.request(method, url, timeout=5, **placed)


def given(sgp: SgpSimulator) -> Row:
    return {"token": sgp.token, "app": sgp.app}


def listed(sgp: SgpSimulator, **fields: Any) -> list[int]:
    """The contracts of the clients that a listing gives, by id."""
    status, body = call(sgp, "clientes", **fields)
    assert status == 200
    return sorted(contract["contrato"] for row in body["clientes"] for contract in row["contratos"])


def changed_today(sgp: SgpSimulator, date: str) -> list[int]:
    return listed(sgp, **{f"data_{date}_{end}": day for end, day in TODAYS.items()})


def consulted(sgp: SgpSimulator, contract: int) -> Row:
    status, body = call(sgp, "consultacliente", contrato=contract)
    assert (status, body["msg"]) == (200, "Contrato(s) Localizado(s)")
    (row,) = body["contratos"]
    return dict(row)


def alone() -> tuple[int, int]:
    """Two contracts whose clients have no other."""
    clients = [contract.client_id for contract in SMALL.contracts]
    first, second, *_ = (one.id for one in SMALL.contracts if clients.count(one.client_id) == 1 and one.port)
    return first, second


def test_provider_is_the_same_for_the_same_seed() -> None:
    assert provider() == SMALL
    assert provider(seed=2).contracts[0].name != SMALL.contracts[0].name


@pytest.mark.parametrize("contracts", [60, 101, 2_000])
def test_provider_has_all_that_can_go_wrong(contracts: int) -> None:
    of = provider(contracts)
    ids = {contract.id for contract in of.contracts}
    places = [(contract.splitter_id, contract.port) for contract in of.contracts if contract.port]
    assert len(ids) == contracts
    assert len(places) == len(set(places))
    assert all(1 <= port <= of.splitter(number or 0).ports for number, port in places)
    assert {contract.client_id for contract in of.contracts} & ids
    assert all(contract.client_id != contract.id for contract in of.contracts)
    assert len({contract.client_id for contract in of.contracts}) < contracts
    assert {contract.status for contract in of.contracts} == set(range(1, 8))
    assert 0 < sum(contract.lat is None for contract in of.contracts) < contracts / 5
    assert 0 < sum(contract.splitter_id is None for contract in of.contracts) < contracts / 4
    on_last = [one for one in of.contracts if one.splitter_id == of.splitter_off_the_map.id]
    assert len(on_last) == OFF_THE_MAP
    assert all((cpf if len(one.cpf_cnpj) == 11 else cnpj).is_valid(one.cpf_cnpj) for one in of.contracts)
    assert {len(contract.cpf_cnpj) for contract in of.contracts} == {11, 14}


@pytest.mark.parametrize("sizes", [(-1, None), (60, 1), (60, 3), (1_000_000, None)])
def test_provider_that_cannot_be_is_refused(sizes: tuple[int, int | None]) -> None:
    with pytest.raises(ValueError, match="A provider has"):
        provider(*sizes)


@pytest.mark.parametrize("contracts", [0, 1, 2, 5])
def test_provider_may_be_tiny(contracts: int) -> None:
    with SgpSimulator(provider(contracts)) as sgp:
        assert len(listed(sgp)) == contracts
        assert sgp.contract(sgp.add()).client_id not in {contract.id for contract in sgp.contracts()}


def test_listing_comes_in_pages_of_at_most_a_hundred() -> None:
    with SgpSimulator(provider(250)) as sgp:
        clients = {contract.client_id for contract in sgp.contracts()}
        seen: list[Row] = []
        for offset, expected in ((0, 100), (100, 100), (200, len(clients) - 200), (300, 0)):
            body = call(sgp, "clientes", offset=offset, limit=100)[1]
            paging = {"offset": offset, "limit": 100, "parcial": expected, "total": len(clients)}
            assert body["paginacao"] == paging
            seen += body["clientes"]
        ids = [contract["contrato"] for row in seen for contract in row["contratos"]]
        assert sorted(ids) == [contract.id for contract in sgp.contracts()]
        assert len(call(sgp, "clientes", limit=101)[1]["clientes"]) == 100
        assert call(sgp, "clientes", offset=3, limit=2)[1]["clientes"] == seen[3:5]
        assert (sgp.requests, sgp.subjects, sgp.writes) == ({"list": 6}, {CLIENTS: 6}, 0)


def test_rows_have_the_documented_fields(sgp: SgpSimulator) -> None:
    contract = sgp.contract(301)
    splitter = sgp.splitter(contract.splitter_id or 0)
    (row,) = call(sgp, "clientes", contrato=301)[1]["clientes"]
    assert {"nome", "cpfcnpj", "endereco", "contatos", "contratos", "titulos"} <= row.keys()
    assert row["contratos"][0]["status"] == "Ativo"
    assert row["contratos"][0]["servicos"][0]["onu"]["rx"] == "-17.000"
    without = call(sgp, "clientes", contrato=301, omitir_titulos="1", omitir_contatos="1", omitir_contratos="1")[1]
    assert without["clientes"][0].keys() == row.keys() - {"contratos", "titulos", "contatos"}
    consultation = consulted(sgp, 301)
    assert (consultation["contratoId"], consultation["clienteId"]) == (301, contract.client_id)
    assert (consultation["contratoStatus"], consultation["contratoStatusDisplay"]) == (1, " Ativo")
    assert consultation["dataCadastro"] == "04/03/2019 08:30:00"
    assert consultation["endereco_ll"] == f"{contract.lat},{contract.lng}"
    (listed_splitter,) = (one for one in call(sgp, "splitters")[1] if one["id"] == splitter.id)
    on_it = [one.port for one in SMALL.contracts if one.splitter_id == splitter.id]
    expected = {"id": splitter.id, "ident": splitter.ident, "ports": 8, "onu_count": len(on_it), "pon": splitter.pon}
    assert listed_splitter == {**expected, "note": "", "map_ll": f"{splitter.lat},{splitter.lng}"}
    (shown,) = (one for one in call(sgp, "splitters", show_busy_ports=1)[1] if one["id"] == splitter.id)
    assert shown["busy_ports"] == sorted(port for port in on_it if port)
    (onu,) = (one for one in call(sgp, "onus")[1] if one["service_contrato"] == 301)
    assert (onu["ctoport"], onu["info_rx"], onu["service_cliente"]) == (contract.port, "-17.00", contract.name)
    assert call(sgp, "planoscontas")[1][0].keys() == {"id", "codigo", "descricao"}


def test_a_contract_is_only_what_it_is(sgp: SgpSimulator) -> None:
    ids, clients = ({one.id for one in SMALL.contracts}, {one.client_id for one in SMALL.contracts})
    both, only_client = min(ids & clients), min(clients - ids)
    assert consulted(sgp, both)["razaoSocial"] == SMALL.contract(both).name
    for unknown in (only_client, "x", ""):
        assert call(sgp, "consultacliente", contrato=unknown) == (200, {"msg": "Não localizado"})
    without_place = next(one for one in SMALL.contracts if one.lat is None)
    assert consulted(sgp, without_place.id)["endereco_ll"] == ""
    assert sgp.requests == {"find": 5}


def test_filters(sgp: SgpSimulator) -> None:
    def ids(column: str, value: object) -> set[int]:
        clients = {one.client_id for one in SMALL.contracts if getattr(one, column) == value}
        return {one.id for one in SMALL.contracts if one.client_id in clients}

    assert set(listed(sgp, contrato=305)) == ids("id", 305)
    assert set(listed(sgp, cliente_id=SMALL.contract(305).client_id)) == ids("id", 305)
    assert set(listed(sgp, contrato_status=4)) == ids("status", 4)
    assert set(listed(sgp, contrato_status="3,4")) == ids("status", 3) | ids("status", 4)
    assert set(listed(sgp, cto="CTO-002")) == set(listed(sgp, cto=32)) == ids("splitter_id", 32)
    assert listed(sgp, cto="CTO-002", contrato_status=5) == []
    day = SMALL.contract(305).changed_at.date()
    on_day = listed(sgp, data_alteracao_inicio=day, data_alteracao_fim=day)
    assert 305 in on_day
    assert len(on_day) < len(SMALL.contracts)
    before = {"data_alteracao_inicio": day - timedelta(days=2), "data_alteracao_fim": day - timedelta(days=1)}
    assert 305 not in listed(sgp, **before)
    assert len(listed(sgp, data_alteracao_inicio=day)) == len(SMALL.contracts)
    for wrong in (
        {"offset": "x"},
        {"limit": "-1"},
        {"contrato": "x"},
        {f"data_alteracao_{end}": "x" for end in TODAYS},
    ):
        assert call(sgp, "clientes", **wrong)[0] == 400


def test_a_change_moves_the_date_that_sgp_keeps_of_it(sgp: SgpSimulator) -> None:
    first, second = alone()
    assert changed_today(sgp, "alteracao") == changed_today(sgp, "contrato_status") == []
    sgp.change(first, rx=-25.5)
    sgp.change(first, status=sgp.contract(first).status, name=sgp.contract(first).name)
    assert changed_today(sgp, "alteracao") == changed_today(sgp, "contrato_status") == []
    sgp.change(first, status=4)
    assert (changed_today(sgp, "alteracao"), changed_today(sgp, "contrato_status")) == ([], [first])
    assert consulted(sgp, first)["contratoStatusDisplay"] == " Suspenso"
    sgp.change(second, lat=-26.9, lng=-52.7)
    assert (changed_today(sgp, "alteracao"), changed_today(sgp, "contrato_status")) == ([second], [first])
    assert consulted(sgp, second)["dataAlteracao"] == "21/11/2026 23:30:00"
    assert consulted(sgp, second)["endereco_ll"] == "-26.9,-52.7"
    sgp.change(first, splitter_id=None, port=None)
    assert changed_today(sgp, "alteracao") == sorted((first, second))
    assert sgp.contract(first).rx is None


def test_a_name_is_the_clients_and_so_of_all_contracts(sgp: SgpSimulator) -> None:
    clients = [contract.client_id for contract in SMALL.contracts]
    both = [contract.id for contract in SMALL.contracts if clients.count(contract.client_id) == 2][:2]
    sgp.change(both[0], name="Ana Nova", street="Rua Nova")
    assert [consulted(sgp, number)["razaoSocial"] for number in both] == ["Ana Nova"] * 2
    assert [consulted(sgp, number)["endereco_logradouro"] == "Rua Nova" for number in both] == [True, False]
    assert changed_today(sgp, "alteracao") == both


def test_a_port_is_taken_by_one_contract(sgp: SgpSimulator) -> None:
    first, second = alone()
    place = {"splitter_id": sgp.contract(first).splitter_id, "port": sgp.contract(first).port}
    kept = sgp.contracts()
    for wrong in (place, {**place, "port": 9}, {**place, "port": 0}, {"status": 8}, {"pop_id": 9}, {"color": "azul"}):
        with pytest.raises(ValueError, match=r"can't have port|No such contract"):
            sgp.change(second, **wrong)
    with pytest.raises(KeyError):
        sgp.change(second, splitter_id=1, port=1)
    assert sgp.contracts() == kept
    sgp.change(first, splitter_id=None, port=None)
    sgp.change(second, **place)
    assert [one["service_contrato"] for one in call(sgp, "onus")[1] if one["ctoport"] == place["port"]] == [second]
    sgp.remove(second)
    new = sgp.add(**place, rx=-20.25, lat=-26.9, lng=-52.7)
    assert new == max(one.id for one in SMALL.contracts) + 1
    (onu,) = (one for one in call(sgp, "onus")[1] if one["ctoport"] == place["port"])
    assert (onu["service_contrato"], onu["info_rx"]) == (new, "-20.25")
    assert (changed_today(sgp, "alteracao"), changed_today(sgp, "contrato_status")) == ([first, new], [new])
    sgp.remove(new)
    assert sgp.add(client_id=sgp.contract(first).client_id) == new + 1
    assert consulted(sgp, new + 1)["razaoSocial"] == sgp.contract(first).name


@routes
def test_token_and_app_count_wherever_they_are(sgp: SgpSimulator, route: str) -> None:
    method, path = PATHS[route]
    right = given(sgp)
    for where in ("data", "json", "params", "headers"):
        assert sent(method, sgp.url + path, where, right).status_code == 200
        for wrong in ({**right, "token": "outro"}, {**right, "app": "outro"}, {"token": sgp.token}):
            assert sent(method, sgp.url + path, where, wrong).status_code == 401
    sgp.token_is_active = False
    assert call(sgp, route)[0] == 403
    assert call(sgp, route, token="outro")[0] == 401


@routes
def test_the_slash_is_part_of_the_path(sgp: SgpSimulator, route: str) -> None:
    method, path = PATHS[route]
    assert sent(method, sgp.url + path.rstrip("/"), "params", given(sgp)).status_code == 404
    assert sent({"GET": "POST", "POST": "GET"}[method], sgp.url + path, "params", given(sgp)).status_code == 405


def test_splitter_that_is_not_there(sgp: SgpSimulator) -> None:
    assert sent("GET", f"{sgp.url}/api/fttx/splitter/7/onu/all/", "params", given(sgp)).status_code == 404


def test_fields_of_a_listing_may_be_json(sgp: SgpSimulator) -> None:
    fields = {**given(sgp), "contrato": 305, "omitir_titulos": True}
    (row,) = sent("POST", f"{sgp.url}/api/ura/clientes/", "json", fields).json()["clientes"]
    assert "titulos" not in row
    assert 305 in {contract["contrato"] for contract in row["contratos"]}


def test_faults(sgp: SgpSimulator) -> None:
    sgp.faults.set(Fault(Kind.BUSY, retry_after="7", subject=ONUS), Fault(Kind.RESET, subject=CONTRACT))
    assert call(sgp, "splitters")[0] == 200
    busy = requests.get(f"{sgp.url}{PATHS['onus'][1]}", timeout=5)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "7")
    with pytest.raises(requests.ConnectionError):
        call(sgp, "consultacliente", contrato=301)
    broken = Fault(Kind.MALFORMED_RECORD, times=None)
    sgp.faults.set(Fault(Kind.CUT_SHORT, keep=3), Fault(Kind.EMPTY, after=1), broken)
    body = call(sgp, "clientes")[1]
    assert (len(body["clientes"]), body["paginacao"]["total"]) == (3, len({one.client_id for one in SMALL.contracts}))
    assert "contrato" not in body["clientes"][0]["contratos"][0]
    assert call(sgp, "clientes")[1]["clientes"] == []
    assert "contratoStatus" not in consulted(sgp, 301)
    assert "ident" not in call(sgp, "splitters")[1][0]
    assert "service_contrato" not in call(sgp, "onus")[1][0]
    assert sgp.subjects == {SPLITTERS: 2, ONUS: 2, CONTRACT: 2, CLIENTS: 2}


def test_sgp_in_another_process_is_steered_over_its_control_path() -> None:
    free = ({*range(1, 9)} - {one.port for one in provider(12).contracts if one.splitter_id == 31}).pop()
    command = [sys.executable, "-m", "local.vendors.sgp", "--port", "0", "--contracts", "12", "--token", "abc"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert told == {"url": told["url"], "token": "abc", "app": "sincronia"}
            control = f"{told['url']}/_simulator"
            change = {
                "add": [{"name": "Ana Nova", "splitter_id": 31, "port": free}],
                "change": {"301": {"status": 3, "status_changed_at": "2026-11-20T10:00:00-03:00"}},
                "remove": [302],
            }
            assert requests.post(f"{control}/rows/contracts", json=change, timeout=5).status_code == 200
            rows = {row["id"]: row for row in requests.get(f"{control}/rows/contracts", timeout=5).json()}
            assert sorted(rows) == [301, *range(303, 314)]
            assert (rows[301]["status"], rows[301]["status_changed_at"]) == (3, "2026-11-20T10:00:00-03:00")
            assert (rows[313]["name"], rows[313]["status"]) == ("Ana Nova", 1)
            renamed = {"change": {"31": {"ident": "CTO-NOVA"}}}
            assert requests.post(f"{control}/rows/splitters", json=renamed, timeout=5).status_code == 200
            assert requests.get(f"{control}/rows/splitters", timeout=5).json()[0]["ident"] == "CTO-NOVA"
            assert [row["id"] for row in requests.get(f"{control}/rows/pops", timeout=5).json()] == [1, 2, 3]
            for kind, wrong in (("splitters", {"remove": [31]}), ("contracts", {"change": {"7": {"status": 3}}})):
                assert requests.post(f"{control}/rows/{kind}", json=wrong, timeout=5).status_code == 400
            assert requests.get(f"{control}/state", timeout=5).json()["routes"] == {}
        finally:
            process.terminate()
        assert process.wait(10) == 0
