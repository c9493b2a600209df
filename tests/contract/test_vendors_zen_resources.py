"""Zen's companies and what belongs to them, over real HTTP: keys, the company behind them, tokens, and faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.zen import ZenSimulator
from tests.invented import invented_cpf, written

CNPJ, OTHER_CNPJ, BRANCH_CNPJ = "12ABC34501DE35", "16727230000197", "16727230000278"
CPF = invented_cpf("529982247")
Row = dict[str, Any]
COMPANY: Row = {"InscricaoFederal": CNPJ, "RazaoSocial": "Padaria Sol Ltda", "NomeFantasia": None, "Situacao": "Ativo"}
OTHER: Row = {**COMPANY, "InscricaoFederal": OTHER_CNPJ}
OF_COMPANY: Row = {"InscricaoFederalEmpresa": CNPJ, "Situacao": "Ativo"}
CHILDREN: dict[str, Row] = {
    "filiais": {**OF_COMPANY, "InscricaoFederal": BRANCH_CNPJ, "Nome": "Filial", "Cidade": "Joinville"},
    "organogramas": {**OF_COMPANY, "Classificacao": "01.02", "Descricao": "Comercial"},
    "socios": {**OF_COMPANY, "InscricaoFederal": CPF, "Nome": "Ana", "Email": None, "Participacao": 60.5},
    "usuarioscliente": {**OF_COMPANY, "Cpf": CPF, "Nome": "Ana", "Email": "ana@sol.example", "Organograma": None},
}
KEYS = {
    "empresas": ("InscricaoFederal",),
    "filiais": ("InscricaoFederal",),
    "organogramas": ("InscricaoFederalEmpresa", "Classificacao"),
    "socios": ("InscricaoFederalEmpresa", "InscricaoFederal"),
    "usuarioscliente": ("InscricaoFederalEmpresa", "Cpf"),
}
KINDS = {
    "empresas": "companies",
    "filiais": "establishments",
    "organogramas": "org_units",
    "socios": "partners",
    "usuarioscliente": "employees",
}


@pytest.fixture
def zen() -> Iterator[ZenSimulator]:
    with ZenSimulator() as zen:
        yield zen


@pytest.fixture
def with_companies(zen: ZenSimulator) -> ZenSimulator:
    zen.add_row("companies", COMPANY)
    zen.add_row("companies", OTHER)
    return zen


def call(zen: ZenSimulator, method: str, path: str, body: Any = None, token: str = "", **parameters: Any) -> Row:
    """The answer's status, and what it holds."""
    url = f"{zen.url}/api/v1/{token or zen.token}/{path}"
    answer = requests.request(method, url, json=body, params=parameters, timeout=5)
    return {"status": answer.status_code, **answer.json()}


def page(zen: ZenSimulator, resource: str, number: int = 1, **filters: str) -> list[Row]:
    answer = call(zen, "GET", resource, Pagina=number, QuantidadePorPagina=100, **filters)
    assert (answer["status"], answer["Sucesso"]) == (200, True)
    rows: list[Row] = answer["Dados"]["Itens"]
    return rows


def test_company_is_created_found_and_updated(zen: ZenSimulator) -> None:
    answer = call(zen, "POST", "empresas", COMPANY)
    assert answer == {"status": 200, "Sucesso": True, "Mensagem": None, "Dados": {"Codigo": 1001}}
    assert page(zen, "empresas", InscricaoFederal=CNPJ.lower()) == [{"Codigo": 1001, **COMPANY}]
    assert page(zen, "empresas", InscricaoFederal=OTHER_CNPJ) == []
    assert call(zen, "PUT", "empresas/1001", {"Situacao": "Inativo"})["status"] == 200
    assert page(zen, "empresas") == [{"Codigo": 1001, **COMPANY, "Situacao": "Inativo"}]
    assert zen.requests == {"create": 1, "find": 2, "update": 1, "list": 1}
    assert (zen.subjects, zen.applied) == ({"empresas": 5}, {"create": 1, "update": 1})


@pytest.mark.parametrize(("resource", "row"), CHILDREN.items())
def test_child_is_created_found_and_updated(with_companies: ZenSimulator, resource: str, row: Row) -> None:
    zen = with_companies
    assert call(zen, "POST", resource, row)["Dados"] == {"Codigo": 1001}
    key = {field: row[field] for field in KEYS[resource]}
    assert page(zen, resource, **key) == page(zen, resource) == [{"Codigo": 1001, **row}]
    assert page(zen, resource, **key | {"InscricaoFederalEmpresa": OTHER_CNPJ}) == []
    assert page(zen, resource, **key | {"InscricaoFederalEmpresa": "00000000000000"}) == []
    assert call(zen, "PUT", f"{resource}/1001", {**row, "Situacao": "Inativo"})["status"] == 200
    assert zen.rows(KINDS[resource]) == [{"Codigo": 1001, **row, "Situacao": "Inativo"}]


@pytest.mark.parametrize("resource", KEYS)
def test_second_row_under_a_key_is_refused(with_companies: ZenSimulator, resource: str) -> None:
    zen, row = with_companies, CHILDREN.get(resource, {**COMPANY, "InscricaoFederal": "19131243000197"})
    call(zen, "POST", resource, row)
    before = zen.rows(KINDS[resource])
    again = call(zen, "POST", resource, row)
    assert (again["status"], again["Sucesso"]) == (409, False)
    assert zen.rows(KINDS[resource]) == before


@pytest.mark.parametrize("resource", ["organogramas", "socios", "usuarioscliente"])
def test_what_is_unique_in_a_company_may_be_in_another(with_companies: ZenSimulator, resource: str) -> None:
    zen, row = with_companies, CHILDREN[resource]
    assert call(zen, "POST", resource, row)["status"] == 200
    assert call(zen, "POST", resource, {**row, "InscricaoFederalEmpresa": OTHER_CNPJ})["status"] == 200
    moved = call(zen, "PUT", f"{resource}/1002", {"InscricaoFederalEmpresa": CNPJ})
    assert (moved["status"], len(zen.rows(KINDS[resource]))) == (409, 2)


def test_cnpj_of_a_branch_is_unique_in_all_of_zen(with_companies: ZenSimulator) -> None:
    zen, row = with_companies, CHILDREN["filiais"]
    assert call(zen, "POST", "filiais", row)["status"] == 200
    assert call(zen, "POST", "filiais", {**row, "InscricaoFederalEmpresa": OTHER_CNPJ})["status"] == 409


@pytest.mark.parametrize(("resource", "row"), CHILDREN.items())
def test_child_of_no_company_is_refused(zen: ZenSimulator, resource: str, row: Row) -> None:
    answer = call(zen, "POST", resource, row)
    assert answer == {"status": 422, "Sucesso": False, "Mensagem": "Empresa não encontrada.", "Dados": None}
    zen.add_row("companies", COMPANY)
    zen.add_row(KINDS[resource], row)
    assert call(zen, "PUT", f"{resource}/1001", {"InscricaoFederalEmpresa": OTHER_CNPJ})["status"] == 422
    assert zen.rows(KINDS[resource]) == [{"Codigo": 1001, **row}]


@pytest.mark.parametrize("resource", KEYS)
def test_update_of_nobody_is_not_found(zen: ZenSimulator, resource: str) -> None:
    assert call(zen, "PUT", f"{resource}/1999", {"Situacao": "Inativo"})["status"] == 404


@pytest.mark.parametrize(
    ("resource", "change"),
    [
        ("empresas", {"InscricaoFederal": "12.ABC.345/01DE-35"}),
        ("empresas", {"InscricaoFederal": 12345678000195}),
        ("empresas", {"RazaoSocial": ""}),
        ("empresas", {"Cor": "azul"}),
        ("filiais", {"InscricaoFederal": CPF}),
        ("organogramas", {"Classificacao": None}),
        ("organogramas", {"InscricaoFederalEmpresa": None}),
        ("socios", {"InscricaoFederal": written(CPF)}),
        ("socios", {"Participacao": "60,5"}),
        ("usuarioscliente", {"Cpf": "2998224725"}),
        ("usuarioscliente", {"Situacao": "Demitido"}),
    ],
)
def test_field_that_zen_does_not_take(with_companies: ZenSimulator, resource: str, change: Row) -> None:
    row = CHILDREN.get(resource, {**COMPANY, "InscricaoFederal": "19131243000197"})
    before = with_companies.rows(KINDS[resource])
    answer = call(with_companies, "POST", resource, row | change)
    assert (answer["status"], answer["Mensagem"]) == (400, f"Campo inválido: {next(iter(change))}.")
    assert with_companies.rows(KINDS[resource]) == before


def test_children_stay_with_a_company_whose_cnpj_changes(with_companies: ZenSimulator) -> None:
    zen = with_companies
    for resource, row in CHILDREN.items():
        zen.add_row(KINDS[resource], row)
    assert call(zen, "PUT", "empresas/1001", {"InscricaoFederal": "19131243000197"})["status"] == 200
    for resource in CHILDREN:
        assert [row["InscricaoFederalEmpresa"] for row in page(zen, resource)] == ["19131243000197"]
    assert page(zen, "socios", InscricaoFederalEmpresa=CNPJ, InscricaoFederal=CPF) == []
    assert call(zen, "POST", "empresas", COMPANY)["status"] == 200  # nobody has the old one any more


def test_with_a_company_goes_what_belongs_to_it(with_companies: ZenSimulator) -> None:
    zen = with_companies
    for resource, row in CHILDREN.items():
        zen.add_row(KINDS[resource], row)
    partner = zen.add_row("partners", CHILDREN["socios"] | {"InscricaoFederalEmpresa": OTHER_CNPJ})
    zen.remove_rows("companies", 1001)
    assert [zen.rows(kind) for kind in ("establishments", "org_units", "employees")] == [[], [], []]
    assert [row["Codigo"] for row in zen.rows("partners")] == [partner]


@pytest.mark.parametrize("filters", [{"Nome": "Ana"}, {"InscricaoFederalEmpresa": CNPJ}, {"Cor": "azul"}])
def test_filter_that_zen_does_not_have_is_refused(with_companies: ZenSimulator, filters: dict[str, str]) -> None:
    answer = call(with_companies, "GET", "socios", Pagina=1, QuantidadePorPagina=100, **filters)
    assert (answer["status"], answer["Mensagem"]) == (400, "Filtro inválido.")


def test_listing_comes_in_pages(with_companies: ZenSimulator) -> None:
    for number in range(205):
        with_companies.add_row("org_units", {**CHILDREN["organogramas"], "Classificacao": f"{number:03d}"})
    pages = [page(with_companies, "organogramas", number) for number in (1, 2, 3, 4)]
    assert [len(rows) for rows in pages] == [100, 100, 5, 0]
    assert [row["Classificacao"] for rows in pages for row in rows] == [f"{number:03d}" for number in range(205)]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "empresas"), ("POST", "socios"), ("PUT", "usuariosescritorio/1001")]
)
def test_only_an_administrators_token_may_do_anything(zen: ZenSimulator, method: str, path: str) -> None:
    assert call(zen, method, path, {}, token=zen.user_token)["status"] == 403
    assert call(zen, method, path, {}, token="outro")["status"] == 401
    assert zen.applied == {}


def test_fault_befalls_the_resource_that_it_is_meant_for(with_companies: ZenSimulator) -> None:
    zen = with_companies
    zen.faults.set(Fault(Kind.LOST_ANSWER, subject="socios", operation="create"))
    zen.faults.set(Fault(Kind.MALFORMED_RECORD, subject="socios"))
    assert call(zen, "POST", "filiais", CHILDREN["filiais"])["status"] == 200
    with pytest.raises(requests.ConnectionError):
        call(zen, "POST", "socios", CHILDREN["socios"])
    assert "Codigo" in page(zen, "empresas")[0]
    assert "Codigo" not in page(zen, "socios")[0]
    assert len(zen.rows("partners")) == 1


def test_control_path_steers_every_kind(with_companies: ZenSimulator) -> None:
    control = f"{with_companies.url}/_simulator/rows"
    for resource, row in CHILDREN.items():
        added = requests.post(f"{control}/{KINDS[resource]}", json={"add": [row]}, timeout=5)
        assert added.status_code == 200
        changed = requests.post(
            f"{control}/{KINDS[resource]}", json={"change": {"1001": {"Situacao": "Inativo"}}}, timeout=5
        )
        assert changed.status_code == 200
        (kept,) = requests.get(f"{control}/{KINDS[resource]}", timeout=5).json()
        assert kept == {"Codigo": 1001, **row, "Situacao": "Inativo"}
        assert requests.post(f"{control}/{KINDS[resource]}", json={"remove": [1001]}, timeout=5).status_code == 200
        assert with_companies.rows(KINDS[resource]) == []
    refused = requests.post(f"{control}/companies", json={"add": [COMPANY]}, timeout=5)
    assert refused.status_code == 400
    assert requests.get(f"{with_companies.url}/_simulator/state", timeout=5).json()["resources"] == {}
