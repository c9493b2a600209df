"""Tareffa, wholly assumed, over real HTTP: what its simulator answers to whoever reads and writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.tareffa import TareffaSimulator

Row = dict[str, Any]
USER: Row = {"codigoExterno": "12", "nome": "Maria Souza", "email": "maria@aurora.example", "ativo": True}
COMPANY: Row = {
    "codigoExterno": "7",
    "cnpj": "12ABC34501DE35",
    "razaoSocial": "Padaria Sol Ltda",
    "regimeTributario": "Simples Nacional",
    "ativo": True,
}
ROWS = {"usuarios": USER, "empresas": COMPANY}
KINDS = {"usuarios": "users", "empresas": "companies"}
UNIQUE = {"usuarios": "email", "empresas": "cnpj"}
resources = pytest.mark.parametrize("resource", ROWS)


@pytest.fixture
def tareffa() -> Iterator[TareffaSimulator]:
    with TareffaSimulator() as tareffa:
        yield tareffa


def call(
    tareffa: TareffaSimulator, method: str, path: str, body: Any = None, token: str | None = None, **parameters: Any
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {tareffa.token if token is None else token}"}
    url = f"{tareffa.url}/api/v1/{path}"
    answer = requests.request(method, url, json=body, params=parameters, headers=headers, timeout=5)
    return answer.status_code, answer.json()


@resources
def test_row_is_created_found_and_updated(tareffa: TareffaSimulator, resource: str) -> None:
    row, unique = ROWS[resource], UNIQUE[resource]
    assert call(tareffa, "POST", resource, row) == (201, {"id": 1})
    found = {"itens": [{"id": 1, **row}], "total": 1}
    assert call(tareffa, "GET", resource, **{unique: row[unique].swapcase()}) == (200, found)
    assert call(tareffa, "GET", resource, **{unique: "outro"}) == (200, {"itens": [], "total": 0})
    assert call(tareffa, "PUT", f"{resource}/1", {"ativo": False}) == (200, {"id": 1, **row, "ativo": False})
    assert call(tareffa, "GET", resource) == (200, {"itens": [{"id": 1, **row, "ativo": False}], "total": 1})
    assert tareffa.requests == {"create": 1, "find": 2, "update": 1, "list": 1}
    assert (tareffa.subjects, tareffa.applied) == ({resource: 5}, {"create": 1, "update": 1})


@resources
def test_unique_value_that_is_taken(tareffa: TareffaSimulator, resource: str) -> None:
    row, unique = ROWS[resource], UNIQUE[resource]
    tareffa.add_row(KINDS[resource], row)
    tareffa.add_row(KINDS[resource], {**row, unique: "outro"})
    assert call(tareffa, "POST", resource, {**row, unique: row[unique].swapcase()})[0] == 409
    assert call(tareffa, "PUT", f"{resource}/2", {unique: row[unique]})[0] == 409
    assert call(tareffa, "PUT", f"{resource}/1", row)[0] == 200
    assert [kept[unique] for kept in tareffa.rows(KINDS[resource])] == [row[unique], "outro"]


@pytest.mark.parametrize("regime", ["", None])
def test_company_without_tax_regime_is_refused(tareffa: TareffaSimulator, regime: str | None) -> None:
    status, body = call(tareffa, "POST", "empresas", {**COMPANY, "regimeTributario": regime})
    assert (status, body) == (422, {"mensagem": "O regime tributário é obrigatório."})
    assert call(tareffa, "POST", "empresas", {**COMPANY, "cnpj": "16727230000197"})[0] == 201
    assert call(tareffa, "PUT", "empresas/1", {"regimeTributario": regime})[0] == 422
    assert [row["regimeTributario"] for row in tareffa.rows("companies")] == ["Simples Nacional"]


@pytest.mark.parametrize(
    ("resource", "change"),
    [
        ("usuarios", {"nome": ""}),
        ("usuarios", {"email": None}),
        ("usuarios", {"ativo": "sim"}),
        ("usuarios", {"cor": "azul"}),
        ("empresas", {"razaoSocial": None}),
        ("empresas", {"cnpj": 12345678000195}),
        ("empresas", {"codigoExterno": None}),
    ],
)
def test_field_that_tareffa_does_not_take(tareffa: TareffaSimulator, resource: str, change: Row) -> None:
    assert call(tareffa, "POST", resource, ROWS[resource] | change)[0] == 400
    assert tareffa.rows(KINDS[resource]) == []


@resources
def test_listing_comes_in_pages(tareffa: TareffaSimulator, resource: str) -> None:
    for number in range(5):
        tareffa.add_row(KINDS[resource], {**ROWS[resource], UNIQUE[resource]: f"{number}@aurora.example"})
    answers = [call(tareffa, "GET", resource, pagina=page, tamanho=2)[1] for page in (1, 2, 3, 4)]
    assert [[row["id"] for row in answer["itens"]] for answer in answers] == [[1, 2], [3, 4], [5], []]
    assert {answer["total"] for answer in answers} == {5}
    for wrong in ({"pagina": 0}, {"tamanho": 101}, {"tamanho": 0}, {"pagina": "x"}):
        assert call(tareffa, "GET", resource, **wrong)[0] == 400


@resources
def test_refusals(tareffa: TareffaSimulator, resource: str) -> None:
    assert call(tareffa, "GET", resource, token="outro") == (401, {"mensagem": "Token inválido."})
    assert requests.get(f"{tareffa.url}/api/v1/{resource}", timeout=5).status_code == 401
    assert call(tareffa, "PUT", f"{resource}/9", {"ativo": False})[0] == 404
    assert call(tareffa, "GET", "tarefas")[0] == 404
    assert call(tareffa, "DELETE", f"{resource}/1")[0] == 404
    assert call(tareffa, "POST", resource, ["x"])[0] == 400
    assert tareffa.applied == {}


@resources
def test_faults(tareffa: TareffaSimulator, resource: str) -> None:
    tareffa.faults.set(Fault(Kind.LOST_ANSWER, operation="create", subject=resource))
    with pytest.raises(requests.ConnectionError):
        call(tareffa, "POST", resource, ROWS[resource])
    assert len(tareffa.rows(KINDS[resource])) == 1
    tareffa.faults.set(Fault(Kind.CUT_SHORT), Fault(Kind.EMPTY, after=1), Fault(Kind.MALFORMED_RECORD, after=2))
    assert call(tareffa, "GET", resource)[1] == {"itens": [], "total": 1}
    assert call(tareffa, "GET", resource)[1] == {"itens": [], "total": 0}
    assert call(tareffa, "GET", resource)[1] == {"itens": [ROWS[resource]], "total": 1}


def test_tareffa_in_another_process_is_steered_over_its_control_path() -> None:
    command = [sys.executable, "-m", "local.vendors.tareffa", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert sorted(told) == ["token", "url"]
            control = f"{told['url']}/_simulator"
            for resource, kind in KINDS.items():
                steps: list[Row] = [{"add": [ROWS[resource]]}, {"change": {"1": {"ativo": False}}}]
                for change in steps:
                    assert requests.post(f"{control}/rows/{kind}", json=change, timeout=5).status_code == 200
                kept = requests.get(f"{control}/rows/{kind}", timeout=5).json()
                assert kept == [{"id": 1, **ROWS[resource], "ativo": False}]
                assert requests.post(f"{control}/rows/{kind}", json={"remove": [1]}, timeout=5).status_code == 200
                assert requests.get(f"{control}/rows/{kind}", timeout=5).json() == []
            assert requests.get(f"{control}/state", timeout=5).json()["resources"] == {}
        finally:
            process.terminate()
        assert process.wait(10) == 0
