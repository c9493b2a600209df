"""What opens each of Zen's flows: listings, lanes, what narrows them, and what does not do."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sincronia import clock
from sincronia.answers import Problem, ProblemError, explain
from sincronia.engine.flow import BrakeLimits, Flow, Limit, LinkStatus, Opening
from zen.answers import ANSWERS
from zen.connection import Secret, Settings
from zen.flow_names import APART, COMPANIES, INITIAL, USERS
from zen.flows import FLOWS

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "connection.zen-complete.json"
SETTINGS = {"questor_address": "http://127.0.0.1:9001", "zen_address": "http://escritorio.app.zen.example/"}
SECRET = {"questor_token": "", "zen_token": "0123abc", "administrator_access_key": "chave"}
WITH_TAREFFA = {
    "settings": {**SETTINGS, "tareffa_address": "https://tareffa.example"},
    "secret": {**SECRET, "tareffa_token": "abc"},
}
EVERYTHING = {"partners": True, "org_chart": True, "tareffa": True}
ALL = frozenset(LinkStatus)
FLOW_NAMES = [USERS, COMPANIES, INITIAL]


class SentError(Exception):
    """Stands for a request that was sent."""


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing here may reach a vendor; the URLs of what is tried."""
    urls: list[str] = []

    def send(adapter: Any, request: requests.PreparedRequest, **options: Any) -> None:
        urls.append(str(request.url))
        raise SentError

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return urls


def opened(
    name: str,
    filters: dict[str, Any] | None = None,
    *,
    settings: dict[str, Any] = SETTINGS,
    secret: dict[str, str] = SECRET,
) -> Flow:
    return FLOWS[name].open(Opening(settings, secret, filters or {}, clock.now() + 60))


def refusal(name: str, filters: dict[str, Any] | None = None, **parts: Any) -> Problem:
    with pytest.raises(ProblemError) as raised:
        opened(name, filters, **parts)
    assert raised.value.__context__ is None
    assert explain(raised.value.problem, ANSWERS)
    return raised.value.problem


def lanes(flow: Flow) -> list[tuple[str, str, str, str, str, str]]:
    return [(one.entity, one.title, one.target_name, one.listing, one.parent, one.step) for one in flow.lanes]


def asked(flow: Flow, listing: str, sent: list[str]) -> dict[str, Any]:
    """Which consultation a listing asks for, and its filters."""
    with pytest.raises(SentError):
        next(flow.listing(listing).source.pages(0))
    query = parse_qs(urlsplit(sent[-1]).query)
    fields = json.loads(base64.b64decode(query["_AFilter"][0])) if "_AFilter" in query else []
    return {"": query["_AActionName"][0], **{field["Campo"]: field["Valor"] for field in fields}}


def narrowed(flow: Flow) -> set[str]:
    return {listing.name for listing in flow.listings if listing.narrowed}


USER_LANES = [
    ("usuario_escritorio", "Usuários do Escritório", "Zen", "usuarios", "", "Usuários"),
    ("tareffa.usuario", "Usuários", "Tareffa", "usuarios", "", "Usuários"),
]
COMPANY_LANES = [
    ("empresa", "Empresas", "Zen", "empresas", "", "Empresas e Funcionários"),
    ("tareffa.empresa", "Empresas", "Tareffa", "empresas", "", "Empresas e Funcionários"),
    ("filial", "Filiais", "Zen", "filiais", "empresa", "Empresas e Funcionários"),
    ("organograma", "Organogramas", "Zen", "organogramas", "empresa", "Empresas e Funcionários"),
    ("socio", "Sócios", "Zen", "socios", "empresa", "Empresas e Funcionários"),
    ("usuario_cliente", "Usuários do Cliente", "Zen", "funcionarios", "empresa", "Empresas e Funcionários"),
]


def without(all_lanes: Sequence[tuple[str, ...]], *entities: str) -> list[tuple[str, ...]]:
    return [lane for lane in all_lanes if lane[0] not in entities]


@pytest.mark.parametrize(
    ("name", "filters", "expected"),
    [
        (USERS, {}, USER_LANES[:1]),
        (USERS, {"tareffa": True}, USER_LANES),
        (COMPANIES, EVERYTHING, COMPANY_LANES),
        (COMPANIES, {}, without(COMPANY_LANES, "tareffa.empresa", "organograma", "socio", "usuario_cliente")),
        (COMPANIES, {"partners": True}, without(COMPANY_LANES, "tareffa.empresa", "organograma", "usuario_cliente")),
        (COMPANIES, {"org_chart": True}, without(COMPANY_LANES, "tareffa.empresa", "socio")),
        (COMPANIES, {"tareffa": True}, without(COMPANY_LANES, "organograma", "socio", "usuario_cliente")),
        (INITIAL, EVERYTHING, USER_LANES + COMPANY_LANES),
        (INITIAL, {}, without(USER_LANES + COMPANY_LANES, "tareffa.usuario", "tareffa.empresa")),
        (
            INITIAL,
            {"partners": False, "org_chart": False},
            without(
                USER_LANES + COMPANY_LANES,
                *("tareffa.usuario", "tareffa.empresa", "organograma", "socio", "usuario_cliente"),
            ),
        ),
    ],
)
def test_lanes_of_options_that_are_off_are_not_opened(
    name: str, filters: dict[str, Any], expected: Sequence[tuple[str, ...]]
) -> None:
    flow = opened(name, filters, **WITH_TAREFFA)
    assert lanes(flow) == expected
    assert {lane.listing for lane in flow.lanes} == {listing.name for listing in flow.listings}
    entities = [lane.entity for lane in flow.lanes]
    for lane in flow.lanes:
        assert not lane.parent or entities.index(lane.parent) < entities.index(lane.entity)
        assert lane.shared_key_code in ANSWERS
        assert flow.lane(lane.entity) is lane


@pytest.mark.parametrize("name", FLOW_NAMES)
def test_flow_is_open_to_all_where_no_filter_is_set(name: str) -> None:
    flow = opened(name)
    assert (flow.force, flow.statuses, flow.brake) == (False, ALL, BrakeLimits())
    assert narrowed(flow) == set()


@pytest.mark.parametrize("name", FLOW_NAMES)
def test_filters_select_force_and_brake(name: str) -> None:
    brake = {"deactivations": {"percent": 100, "number": 5}, "changes": {"percent": 1, "number": 2}}
    flow = opened(name, {"statuses": ["Sincronizado"], "force": True, "brake": brake})
    assert (flow.force, flow.statuses) == (True, frozenset({LinkStatus.SYNCED}))
    assert flow.brake == BrakeLimits(deactivations=Limit(100, 5), changes=Limit(1, 2))


@pytest.mark.parametrize("name", FLOW_NAMES)
def test_schedule_leaves_out_who_is_in_step(name: str) -> None:
    kind = FLOWS[name]
    flow = opened(name, dict(kind.default_filters))
    assert flow.statuses == {LinkStatus.NOT_SYNCED, LinkStatus.RESYNC_PENDING}
    assert narrowed(flow) == set()
    assert not flow.force
    assert not any(lane.target_name == "Tareffa" for lane in flow.lanes)
    assert json.loads(json.dumps(kind.default_filters)) == kind.default_filters


def test_titles_are_those_of_the_screens() -> None:
    assert {name: kind.title for name, kind in FLOWS.items()} == {
        USERS: "Sincronizar Usuários",
        COMPANIES: "Sincronizar Empresas e Funcionários",
        INITIAL: "Sincronização Inicial",
    }
    assert all(kind.answers is ANSWERS for kind in FLOWS.values())


def test_initial_sync_is_apart_from_the_others_both_ways() -> None:
    assert set(APART) == set(FLOWS)
    assert {(one, other) for one, others in APART.items() for other in others} == {
        (INITIAL, USERS),
        (INITIAL, COMPANIES),
        (USERS, INITIAL),
        (COMPANIES, INITIAL),
    }


def test_only_the_initial_sync_tests_the_connection_first() -> None:
    assert [opened(name).check is not None for name in FLOW_NAMES] == [False, False, True]


def test_groups_narrow_the_users(sent: list[str]) -> None:
    flow = opened(USERS, {"groups": ["2", 5]})
    assert narrowed(flow) == {"usuarios"}
    assert asked(flow, "usuarios", sent) == {"": "TnGlbDMUsuario", "CODIGOGRUPOUSUARIO": "2;5"}


def test_each_listing_asks_for_all_but_the_head_offices(sent: list[str]) -> None:
    flow = opened(COMPANIES, EVERYTHING, **WITH_TAREFFA)
    assert {name: asked(flow, name, sent) for name in (listing.name for listing in flow.listings)} == {
        "empresas": {"": "TnGlbDMEmpresa"},
        "filiais": {"": "TnGlbDMEstab", "CODIGOESTAB": "2.."},
        "organogramas": {"": "TnFopDMOrganograma"},
        "socios": {"": "TnGlbDMSocio"},
        "funcionarios": {"": "TnFopDMFuncContrato"},
    }


def test_company_selector_narrows_every_listing(sent: list[str]) -> None:
    flow = opened(COMPANIES, {**EVERYTHING, "companies": " 9; 1..3 "}, **WITH_TAREFFA)
    names = [listing.name for listing in flow.listings]
    assert narrowed(flow) == set(names)
    assert [asked(flow, name, sent)["CODIGOEMPRESA"] for name in names] == ["1..3;9"] * 5


@pytest.mark.parametrize(
    ("filters", "listings", "parameters"),
    [
        ({"branches": "3;5.."}, {"filiais"}, {"filiais": {"CODIGOESTAB": "3;5.."}}),
        ({"branches": "1..4"}, {"filiais"}, {"filiais": {"CODIGOESTAB": "2..4"}}),
        ({"branches": "1.."}, set(), {"filiais": {"CODIGOESTAB": "2.."}}),
        ({"branches": "2.."}, set(), {"filiais": {"CODIGOESTAB": "2.."}}),
        (
            {"org_units": "4"},
            {"organogramas", "funcionarios"},
            {"organogramas": {"CODIGOORGANOGRAMA": "4"}, "funcionarios": {"CODIGOORGANOGRAMA": "4"}},
        ),
        ({"contracts": "1;3;9"}, {"funcionarios"}, {"funcionarios": {"CODIGOFUNCCONTR": "1;3;9"}, "organogramas": {}}),
        (
            {"org_units": "4", "contracts": "7"},
            {"organogramas", "funcionarios"},
            {"funcionarios": {"CODIGOORGANOGRAMA": "4", "CODIGOFUNCCONTR": "7"}},
        ),
        ({"companies": "", "branches": None, "contracts": "  "}, set(), {"empresas": {}, "funcionarios": {}}),
    ],
)
def test_selector_narrows_its_own_listing(
    filters: dict[str, Any], listings: set[str], parameters: dict[str, dict[str, str]], sent: list[str]
) -> None:
    flow = opened(COMPANIES, {"org_chart": True, "partners": True, **filters})
    assert narrowed(flow) == listings
    for name, expected in parameters.items():
        query = asked(flow, name, sent)
        del query[""]
        assert query == expected


@pytest.mark.parametrize(
    ("filters", "details", "said"),
    [
        ({"companies": "10..1"}, {"field": "Empresa", "position": "1", "piece": " (“10..1”)"}, "posição 1 (“10..1”)"),
        ({"branches": "2;;4"}, {"field": "Filial", "position": "3", "piece": ""}, "Filial não pôde"),
        ({"org_units": "1;x"}, {"field": "Organograma", "position": "3", "piece": " (“x”)"}, "1..10"),
        (
            {"contracts": "1;ana@a.example"},
            {"field": "Contrato do Empregado", "position": "3", "piece": ""},
            "Contrato do Empregado",
        ),
        ({"companies": 12}, {"field": "Empresa", "position": "1", "piece": ""}, "Empresa"),
    ],
)
def test_wrong_selector_is_pointed_at(filters: dict[str, Any], details: dict[str, str], said: str) -> None:
    problem = refusal(COMPANIES, filters)
    assert (problem.code, dict(problem.details)) == ("zen.selector_invalid", details)
    assert said in explain(problem, ANSWERS)


def test_selector_of_the_head_office_alone_says_that_it_is_the_company() -> None:
    assert refusal(COMPANIES, {"branches": "1"}).code == "zen.branch_is_head_office"


@pytest.mark.parametrize("name", FLOW_NAMES)
@pytest.mark.parametrize("key", ["", "  ", None])
def test_nothing_opens_without_the_administrators_key_whatever_else_is_wrong(name: str, key: str | None) -> None:
    secret = {} if key is None else {"administrator_access_key": key}
    problem = refusal(name, {"x": 1}, settings={}, secret=secret)
    assert problem.code == "zen.administrator_key_missing"
    sentence = explain(problem, ANSWERS)
    for word in ("0 – Administrador", "Chave de Acesso", "Minha Conta", "Token API Questor Zen", "Salvar"):
        assert word in sentence


@pytest.mark.parametrize("name", FLOW_NAMES)
@pytest.mark.parametrize("token", [{}, {"zen_token": ""}, {"zen_token": " "}])
def test_empty_access_key_is_told_as_people_know_it(name: str, token: dict[str, str]) -> None:
    problem = refusal(name, secret={"administrator_access_key": "chave", **token})
    assert problem.code == "zen.access_key_missing"
    sentence = explain(problem, ANSWERS)
    for word in ("Host not Found - Socket Error #11001", "Minha Conta > Token API Questor Zen", "Administrador"):
        assert word in sentence


@pytest.mark.parametrize(
    ("name", "parts", "field"),
    [
        (USERS, {"settings": {**SETTINGS, "zen_address": " "}}, "Endereço Zen"),
        (USERS, {"settings": {"zen_address": "http://a.example"}}, "Endereço do Questor"),
        (USERS, {"secret": {**SECRET, "zen_token": "../x?y"}}, "Chave de Acesso (TOKEN) do Zen"),
        (USERS, {"filters": {"groups": ["Fiscal"]}}, "Código Grupo"),
        (USERS, {"filters": {"groups": [-1]}}, "Código Grupo"),
        (USERS, {"filters": {"statuses": ["Pronto"]}}, "Status"),
        (USERS, {"filters": {"group": [1]}}, "group"),
        (USERS, {"filters": {"tareffa": True}}, "Endereço do Tareffa"),
        (USERS, {**WITH_TAREFFA, "filters": {"tareffa": True}, "secret": SECRET}, "Token do Tareffa"),
        (COMPANIES, {"filters": {"statuses": ["Pronto"]}}, "Status Empresa"),
        (COMPANIES, {"filters": {"partners": "talvez"}}, "Enviar Sócios da Empresa"),
        (COMPANIES, {"filters": {"org_chart": 7}}, "Enviar Organogramas da Empresa"),
        (COMPANIES, {"filters": {"groups": [1]}}, "groups"),
        (COMPANIES, {"filters": {"tareffa": True}}, "Endereço do Tareffa"),
        (INITIAL, {"filters": {"companies": "1.."}}, "companies"),
        (INITIAL, {"filters": {"tareffa": True}}, "Endereço do Tareffa"),
        (INITIAL, {"filters": {"tareffa": "x"}}, "Sincronizar Tareffa"),
        (INITIAL, {"filters": {"brake": {"changes": {"percent": "x", "number": 1}}}}, "Limites do freio"),
    ],
)
def test_what_does_not_do_is_named(name: str, parts: dict[str, Any], field: str) -> None:
    problem = refusal(name, **parts)
    assert (problem.code, dict(problem.details)) == ("settings_invalid", {"field": field})
    assert field in explain(problem, ANSWERS)


@pytest.mark.parametrize(
    ("settings", "vendor"),
    [
        ({**SETTINGS, "zen_address": "escritorio"}, "Zen"),
        ({**SETTINGS, "questor_address": "ftp://a.example"}, "Questor"),
        ({**SETTINGS, "tareffa_address": "tareffa"}, "Tareffa"),
    ],
)
def test_address_that_is_none_is_named_with_its_vendor(settings: dict[str, str], vendor: str) -> None:
    problem = refusal(USERS, {"tareffa": True}, settings=settings, secret=WITH_TAREFFA["secret"])
    assert (problem.code, problem.details["vendor"]) == ("vendor_address_invalid", vendor)


def test_complete_example_of_the_documents_opens() -> None:
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name, flow in example["flows"].items():
        opened(name, flow["filters"], settings=example["settings"], secret=WITH_TAREFFA["secret"])
    assert set(example["flows"]) == {USERS, COMPANIES}


def test_wrong_tareffa_does_not_matter_where_it_is_off() -> None:
    assert opened(USERS, settings={**SETTINGS, "tareffa_address": "tareffa"}).lanes


def test_forms_of_a_connection_come_in_the_order_of_the_screens() -> None:
    assert list(Settings.model_fields) == ["questor_address", "zen_address", "tareffa_address"]
    assert list(Secret.model_fields) == ["questor_token", "zen_token", "administrator_access_key", "tareffa_token"]
    titles = [field.title for model in (Settings, Secret) for field in model.model_fields.values()]
    assert all(titles)
