"""SGP as the product reads it, against the simulator, and against answers that lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.provider import TIME_ZONE, provider
from local.vendors.sgp import SgpSimulator
from sgp.answers import ANSWERS
from sgp.contracts import ChangeFilter, Coordinates, Onu, SgpSplitter, Status
from sgp.sgp_client import Sgp
from sincronia import clock, vendor_http
from sincronia.answers import OutOfTimeError, ProblemError, Retry
from sincronia.vendor_http import VendorSession
from tests.sgp_vendors import SECRETS, TOWN, problem, sgp, sgp_saying


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture
def at_sgp() -> Iterator[SgpSimulator]:
    with SgpSimulator(TOWN, token=SECRETS[0]) as simulator:
        yield simulator


def test_every_contract_is_read_as_sgp_has_it(at_sgp: SgpSimulator) -> None:
    client = sgp(at_sgp)
    pops = {pop.id: pop.name for pop in TOWN.pops}
    for kept in TOWN.contracts:
        contract = client.contract(str(kept.id))
        assert contract
        assert (contract.id, contract.name, contract.status) == (str(kept.id), kept.name, kept.status)
        assert (contract.point_of_presence, contract.login, contract.port) == (pops[kept.pop_id], kept.login, None)
        place = contract.coordinates and (contract.coordinates.latitude, contract.coordinates.longitude)
        assert place == (None if kept.lat is None else (kept.lat, kept.lng))
        town = f"{kept.district}, {kept.city} - {kept.state}, {kept.postcode}"
        assert contract.address == f"{kept.street}, {kept.number} - {town}"
    assert at_sgp.subjects == {"consultacliente": len(TOWN.contracts)}


def test_client_id_is_no_contract_id(at_sgp: SgpSimulator) -> None:
    contracts = {contract.id for contract in TOWN.contracts}
    alone = next(contract.client_id for contract in TOWN.contracts if contract.client_id not in contracts)
    assert sgp(at_sgp).contract(str(alone)) is None
    assert sgp(at_sgp).contract("999999") is None


def row(**columns: object) -> dict[str, object]:
    return {"contratoId": 308, "clienteId": 41, "razaoSocial": "Nara", "contratoStatus": 1, **columns}


def test_contract_counts_by_its_own_id_alone() -> None:
    other, own = row(contratoId=41, clienteId=308), row(razaoSocial="Certa")
    with sgp_saying({"msg": "", "contratos": [other]}) as client:
        assert client.contract("308") is None
    with sgp_saying({"msg": "", "contratos": [other, own]}) as client:
        contract = client.contract("308")
        assert contract
        assert (contract.id, contract.name) == ("308", "Certa")


@pytest.mark.parametrize(
    "body", [{"msg": "Não localizado"}, {"msg": None, "contratos": []}, {"msg": "", "contratos": None}]
)
def test_sgp_that_knows_no_such_contract(body: dict[str, object]) -> None:
    with sgp_saying(body) as client:
        assert client.contract("308") is None


def test_what_sgp_leaves_empty_is_empty() -> None:
    with sgp_saying({"msg": "", "contratos": [row(razaoSocial="  Nara \t da  Luz ", contratoStatus="7")]}) as client:
        contract = client.contract("308")
    assert contract
    assert (contract.name, contract.status) == ("Nara da Luz", Status.REDUCED_SPEED)
    assert (contract.address, contract.point_of_presence, contract.login) == ("", "", "")
    address = {
        "endereco_logradouro": "Rua A ",
        "endereco_numero": 10,
        "endereco_complemento": None,
        "endereco_uf": "SC",
    }
    with sgp_saying({"msg": "", "contratos": [row(**address, endereco_bairro="None")]}) as client:
        contract = client.contract("308")
    assert contract
    assert contract.address == "Rua A, 10 - SC"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("-12.1,-38.4", Coordinates(-12.1, -38.4)),
        (" -12.1 , -38.4 ", Coordinates(-12.1, -38.4)),
        ("0,-50", Coordinates(0, -50)),
        *(
            (text, None)
            for text in ("", None, "0,0", "0.0, -0.0", "91,10", "10,181", "nan,1", "12", "-12,1,-38,4", "a,b")
        ),
    ],
)
def test_place_of_a_contract(text: str | None, place: Coordinates | None) -> None:
    with sgp_saying({"msg": "", "contratos": [row(endereco_ll=text)]}) as client:
        contract = client.contract("308")
        assert contract
        assert contract.coordinates == place


def test_status_that_nobody_knows_stops_this_contract_alone() -> None:
    with sgp_saying({"msg": "", "contratos": [row(contratoStatus=8)]}) as client:
        assert problem(lambda: client.contract("308")) == ("sgp.status_unknown", "8")
    assert ANSWERS["sgp.status_unknown"].retry == Retry.AFTER_CORRECTION


def test_splitters_and_who_is_on_them(at_sgp: SgpSimulator) -> None:
    client = sgp(at_sgp)
    splitters = client.splitters()
    assert [(one.id, one.ident, one.ports) for one in splitters] == [(s.id, s.ident, 8) for s in TOWN.splitters]
    for splitter in splitters:
        kept = [one for one in at_sgp.contracts() if one.splitter_id == splitter.id]
        onus = client.connected(splitter.id)
        assert {(o.contract_id, o.port, o.serial) for o in onus} == {(str(c.id), c.port, c.onu_serial) for c in kept}
        assert {onu.contract_id: onu.received_power for onu in onus} == {str(one.id): one.rx for one in kept}
        assert (splitter.onu_count, set(splitter.busy_ports)) == (len(kept), {onu.port for onu in onus})
    assert {one.busy_ports for one in client.splitters(with_busy_ports=False)} == {()}
    assert client.connected(987_654) == ()
    assert at_sgp.subjects == {"splitters": 2, "onus": len(splitters) + 1}


def test_splitters_under_their_other_names() -> None:
    with sgp_saying([{"id": 30, "ident": " CTO-030 ", "un_ports": "16", "busy_ports": None}]) as client:
        assert client.splitters() == (SgpSplitter(30, "CTO-030", 16, (), 0),)


def test_what_is_on_no_port_or_of_no_contract_is_left_out_and_an_unreadable_rx_is_none() -> None:
    onu = {"service_contrato": "308", "ctoport": "2", "phy_addr": "ALCLB1", "info_rx": "sem sinal"}
    rows = [onu, {**onu, "service_contrato": None}, {**onu, "ctoport": None}, {**onu, "ctoport": 0}]
    with sgp_saying([*rows, {**onu, "service_contrato": 309, "info_rx": "NaN", "phy_addr": None}]) as client:
        assert client.connected(1) == (Onu("308", 2, None, "ALCLB1"), Onu("309", 2, None, ""))


@pytest.mark.parametrize(
    ("by", "column"), [("data_alteracao", "changed_at"), ("data_contrato_status", "status_changed_at")]
)
def test_what_changed_is_listed_by_pages_with_a_row_for_each_contract(by: ChangeFilter, column: str) -> None:
    town = provider(150, 30)
    today = date(2026, 11, 20)
    with SgpSimulator(town, now=lambda: datetime(2026, 11, 20, 12, tzinfo=TIME_ZONE)) as simulator:
        client = sgp(simulator)
        page = client.changed(by, date(2000, 1, 1), today)
        listed, calls = [*page.rows], 1
        while page.next_offset is not None:
            page = client.changed(by, date(2000, 1, 1), today, page.next_offset)
            listed, calls = [*listed, *page.rows], calls + 1
        clients = {contract.client_id for contract in town.contracts}
        assert (page.total, calls) == (len(clients), -(-len(clients) // 100))
        kept = {str(one.id): (one.name, one.status, one.login, one.rx, one.onu_serial) for one in town.contracts}
        assert {one.id: (one.name, one.status, one.login, one.received_power, one.onu_serial) for one in listed} == kept
        assert len(listed) == len(kept)

        changed = town.contracts[0].id
        simulator.change(changed, status=3) if by == "data_contrato_status" else simulator.change(changed, lat=-26.0)
        on_that_day = {
            str(c.id) for c in simulator.contracts() if getattr(c, column).astimezone(TIME_ZONE).date() == today
        }
        assert {one.id for one in client.changed(by, today, today).rows} == on_that_day
        assert str(changed) in on_that_day
        tomorrow = client.changed(by, today + timedelta(days=1), today + timedelta(days=1))
        assert (tomorrow.rows, tomorrow.next_offset) == ((), None)


def listed_client(*contracts: object) -> dict[str, object]:
    return {"nome": " Nara  Luz ", "contratos": list(contracts)}


def test_listed_contracts_as_far_as_sgp_tells() -> None:
    television, fibre = {"login": "tv"}, {"login": "nara.2", "onu": {"serial": "ALCLB2", "rx": "-20.500"}}
    contracts = [
        {"contrato": 1, "status": " ATIVO v. reduzida "},
        {"contrato": "2", "status": "Em análise", "servicos": [television, fibre]},
        {"contrato": 3, "status": "Cancelado", "servicos": None},
    ]
    day = date(2026, 11, 20)
    with sgp_saying({"clientes": [listed_client(*contracts), {"nome": None, "contratos": None}]}) as client:
        page = client.changed("data_alteracao", day, day)
    assert [(one.id, one.name, one.status, one.login, one.received_power, one.onu_serial) for one in page.rows] == [
        ("1", "Nara Luz", Status.REDUCED_SPEED, "", None, ""),
        ("2", "Nara Luz", None, "nara.2", -20.5, "ALCLB2"),
        ("3", "Nara Luz", Status.CANCELLED, "", None, ""),
    ]
    assert (page.next_offset, page.total) == (None, None)
    with sgp_saying({"clientes": [listed_client({"contrato": 1})] * 100}) as client:
        assert client.changed("data_alteracao", day, day, 200).next_offset == 300  # a full page, and no total


@pytest.mark.parametrize(
    ("act", "body", "place"),
    [
        ("contract", [], "JSON"),
        ("contract", {}, "msg"),
        ("contract", {"msg": "", "contratos": [{"contratoStatus": 1}]}, "contratos.0.contratoId"),
        ("contract", {"msg": "", "contratos": [{"contratoId": 308}]}, "contratos.0.contratoStatus"),
        ("contract", {"msg": "", "contratos": {"308": {}}}, "contratos"),
        ("splitters", {"msg": "erro"}, "JSON"),
        ("splitters", [{"ident": "CTO-1"}], "0.id"),
        ("connected", [{"ctoport": 1}], "0.service_contrato"),
        ("changed", {"msg": "erro"}, "clientes"),
        ("changed", {"clientes": [listed_client({"status": "Ativo"})]}, "clientes.0.contratos.0.contrato"),
        ("changed", {"clientes": [], "paginacao": {"offset": 100, "total": 300}}, "paginacao.offset"),
        ("check", {"msg": "erro"}, "JSON"),
    ],
)
def test_sgp_that_answers_in_another_shape_names_the_place(act: str, body: object, place: str) -> None:
    with sgp_saying(body) as client:
        assert problem(sgp_acts(client)[act])[0] == "vendor_answer_malformed"
        assert problem(sgp_acts(client)[act])[1].startswith(place)


def sgp_acts(client: Sgp) -> dict[str, Callable[[], Any]]:
    return {
        "contract": lambda: client.contract("308"),
        "splitters": client.splitters,
        "connected": lambda: client.connected(TOWN.splitters[0].id),
        "changed": lambda: client.changed("data_alteracao", date(2026, 11, 1), date(2026, 11, 20)),
        "check": client.check,
    }


@pytest.mark.parametrize("act", ["contract", "splitters", "connected", "changed", "check"])
def test_sgp_that_is_away_refuses_or_shows_a_page(at_sgp: SgpSimulator, act: str) -> None:
    at_sgp.faults.set(Fault(Kind.LOST_ANSWER), Fault(Kind.ERROR, status=502))
    sgp_acts(sgp(at_sgp))[act]()  # reading is repeated, by POST too
    at_sgp.faults.set(Fault(Kind.RESET, times=3))
    assert problem(sgp_acts(sgp(at_sgp))[act])[0] == "vendor_unreachable"  # and nothing is unknown after it
    at_sgp.faults.set(Fault(Kind.WRONG_CONTENT_TYPE))
    assert problem(sgp_acts(sgp(at_sgp))[act]) == ("vendor_answer_malformed", "JSON")
    at_sgp.faults.set(Fault(Kind.BUSY, retry_after="900"))
    with pytest.raises(ProblemError) as raised:
        sgp_acts(sgp(at_sgp))[act]()
    assert raised.value.problem.code == "vendor_busy"
    assert raised.value.retry_at
    assert problem(sgp_acts(sgp(at_sgp, token="outro"))[act])[0] == "vendor_refused_token"
    at_sgp.token_is_active = False
    assert problem(sgp_acts(sgp(at_sgp))[act])[0] == "sgp.token_restricted"


def test_nothing_is_asked_of_sgp_after_the_deadline(at_sgp: SgpSimulator) -> None:
    with pytest.raises(OutOfTimeError):
        Sgp(VendorSession("SGP", at_sgp.url, clock.now() - 1), at_sgp.token, at_sgp.app).contract("301")
    assert not at_sgp.journal
