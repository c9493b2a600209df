"""Questor's consultations of the clients and the processes that correct them, against nWeb's shapes over real HTTP."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from tests.invented import invented_cpf, written

OFFICE = Office(users=12, without_email=1, sharing_pairs=1, companies=30, without_regime=2, dismissed=5)
KINDS = {
    "TnGlbDMUsuario": "users",
    "TnGlbDMEmpresa": "companies",
    "TnGlbDMEstab": "establishments",
    "TnGlbDMSocio": "partners",
    "TnFopDMOrganograma": "org_units",
    "TnFopDMFuncContrato": "employees",
}
CPF, OTHER_CNPJ = written(invented_cpf("529982247")), "12.ABC.345/01DE-35"
Answer = dict[str, Any]


@pytest.fixture
def questor() -> Iterator[QuestorSimulator]:
    with QuestorSimulator(OFFICE) as questor:
        yield questor


def asked(
    questor: QuestorSimulator, action: str, *filters: tuple[str, str], start: int = 0, length: int = 100
) -> Answer:
    parameters: dict[str, str | int] = {
        "_AActionName": action,
        "_AiDisplayStart": start,
        "_AiDisplayLength": length,
        "_AsEcho": "JSON",
        "_AOrderBy": "1",
        "TokenApi": questor.token,
    }
    if filters:
        fields = [{"Campo": column, "Valor": value} for column, value in filters]
        parameters["_AFilter"] = base64.b64encode(json.dumps(fields).encode()).decode()
    answer = requests.get(f"{questor.url}/TnWebDMConsulta/Pegar", params=parameters, timeout=30)
    assert answer.status_code == 200
    body: Answer = answer.json()
    return body


def companies(questor: QuestorSimulator, *filters: tuple[str, str]) -> list[int]:
    return [row["CODIGOEMPRESA"] for row in asked(questor, "TnGlbDMEmpresa", *filters)["aaData"]]


def corrected(questor: QuestorSimulator, action: str, body: Any) -> Answer:
    path = f"{questor.url}/TnWebDMProcesso/ProcessoExecutar"
    answer = requests.post(path, params={"_AActionName": action, "TokenApi": questor.token}, json=body, timeout=5)
    assert answer.status_code == 200
    told: Answer = answer.json()
    return told


@pytest.mark.parametrize(("action", "kind"), KINDS.items())
def test_every_consultation_comes_in_pages_by_its_codes(questor: QuestorSimulator, action: str, kind: str) -> None:
    first = asked(questor, action, length=7)
    rows = list(first["aaData"])
    while len(rows) < first["RecordCount"]:
        rows += asked(questor, action, start=len(rows), length=7)["aaData"]
    codes = [column["sName"] for column in first["aoColumns"]][: 1 if kind in {"users", "companies"} else 2]
    assert rows == questor.rows(kind)
    assert rows == sorted(rows, key=lambda row: [row[code] for code in codes])
    assert [column["sName"] for column in first["aoColumns"]] == list(rows[0])
    assert questor.subjects == {action: -(-first["RecordCount"] // 7)}
    assert questor.requests["list"] == questor.subjects[action]


def test_rows_have_the_columns_of_their_consultation(questor: QuestorSimulator) -> None:
    company = questor.row("companies", 5)
    known = OFFICE.clients.company(5)
    assert company == {
        "CODIGOEMPRESA": 5,
        "NOMEEMPRESA": known.name,
        "NOMEFANTASIA": known.trade_name,
        "INSCRFEDERAL": f"{known.cnpj[:2]}.{known.cnpj[2:5]}.{known.cnpj[5:8]}/{known.cnpj[8:12]}-{known.cnpj[12:]}",
        "REGIMETRIBUTARIO": "Lucro Presumido",
    }
    branch = questor.row("establishments", 5, 2)
    assert branch["INSCRFEDERAL"][:11] + branch["INSCRFEDERALEMPRESA"][11:] == company["INSCRFEDERAL"]
    employee = questor.row("employees", 5, 1)
    assert set(employee) == {
        "CODIGOEMPRESA", "CODIGOFUNCCONTR", "NOMEFUNC", "CPF", "EMAIL", "CODIGOORGANOGRAMA", "CODIGOESTAB",
        "DATAADMISSAO", "DATADEMISSAO", "INSCRFEDERALEMPRESA", "CLASSIFICACAO",
    }  # fmt: skip
    unit = questor.row("org_units", 5, employee["CODIGOORGANOGRAMA"])
    assert (employee["CLASSIFICACAO"], employee["DATADEMISSAO"]) == (unit["CLASSIFICACAO"], None)
    time.strptime(employee["DATAADMISSAO"], "%d/%m/%Y")
    assert sum(row["DATADEMISSAO"] is not None for row in questor.rows("employees")) == 5
    assert sum(row["REGIMETRIBUTARIO"] is None for row in questor.rows("companies")) == 2


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("1..4", [1, 2, 3, 4]),
        ("1;3;9", [1, 3, 9]),
        ("28..", [28, 29, 30]),
        ("9;1..2;2..3;29..", [1, 2, 3, 9, 29, 30]),
        (" 7 ; 7 ", [7]),
        ("0", []),
        ("31..", []),
        ("9..3", []),
        ("1..99999999999999999999", list(range(1, 31))),
    ],
)
def test_filter_takes_several_codes(questor: QuestorSimulator, selector: str, expected: list[int]) -> None:
    assert companies(questor, ("CODIGOEMPRESA", selector)) == expected


@pytest.mark.parametrize("selector", ["", "x", "1,2", "..3", "1;;2", "1...3", "-1", "1..2..3"])
def test_filter_that_is_none_is_an_error(questor: QuestorSimulator, selector: str) -> None:
    answer = asked(questor, "TnGlbDMEmpresa", ("CODIGOEMPRESA", selector))
    assert answer == {"Erro": "EnpqError: Parâmetro inválido."}


def test_column_that_is_not_filtered_is_an_error(questor: QuestorSimulator) -> None:
    assert "Erro" in asked(questor, "TnGlbDMEmpresa", ("NOMEEMPRESA", "1"))
    assert "Erro" in asked(questor, "TnGlbDMEmpresa", ("CODIGOESTAB", "1"))


def test_several_filters_are_and(questor: QuestorSimulator) -> None:
    filters = (("CODIGOEMPRESA", "3..12"), ("CODIGOORGANOGRAMA", "1;3"), ("CODIGOFUNCCONTR", "2.."))
    answer = asked(questor, "TnFopDMFuncContrato", *filters)
    expected = [
        row
        for row in questor.rows("employees")
        if 3 <= row["CODIGOEMPRESA"] <= 12 and row["CODIGOORGANOGRAMA"] in {1, 3} and row["CODIGOFUNCCONTR"] >= 2
    ]
    assert 0 < len(expected) < 100
    assert (answer["aaData"], answer["RecordCount"]) == (expected, len(expected))
    assert companies(questor, ("CODIGOEMPRESA", "1..5"), ("CODIGOEMPRESA", "4..8")) == [4, 5]


def test_filtered_listing_sees_what_was_changed(questor: QuestorSimulator) -> None:
    unit_4 = (("CODIGOEMPRESA", "2"), ("CODIGOORGANOGRAMA", "4"))
    before = asked(questor, "TnFopDMFuncContrato", *unit_4)["RecordCount"]
    key = next((2, row["CODIGOFUNCCONTR"]) for row in questor.rows("employees") if row["CODIGOEMPRESA"] == 2)
    moved = questor.row("employees", *key)["CODIGOORGANOGRAMA"] != 4
    questor.change_row("employees", key, {"CODIGOORGANOGRAMA": 4})
    assert moved
    assert asked(questor, "TnFopDMFuncContrato", *unit_4)["RecordCount"] == before + 1
    questor.remove_rows("employees", key)
    assert asked(questor, "TnFopDMFuncContrato", *unit_4)["RecordCount"] == before


def test_fault_befalls_the_consultation_that_it_is_meant_for(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.CUT_SHORT, subject="TnGlbDMSocio", keep=3), Fault(Kind.EMPTY, subject="TnGlbDMEstab"))
    assert len(asked(questor, "TnGlbDMEmpresa")["aaData"]) == 30
    cut = asked(questor, "TnGlbDMSocio")
    assert (len(cut["aaData"]), cut["RecordCount"]) == (3, len(questor.rows("partners")))
    empty = asked(questor, "TnGlbDMEstab")
    assert (empty["aaData"], empty["RecordCount"]) == ([], 0)


@pytest.mark.parametrize(("action", "kind"), KINDS.items())
def test_malformed_row_keeps_its_codes(questor: QuestorSimulator, action: str, kind: str) -> None:
    questor.faults.set(Fault(Kind.MALFORMED_RECORD, position=2))
    rows = asked(questor, action)["aaData"]
    whole = questor.rows(kind)[: len(rows)]
    assert [row == sound for row, sound in zip(rows, whole, strict=True)].index(False) == 2
    codes = [column for column in rows[2] if column.startswith("CODIGO")][: 1 if kind in {"users", "companies"} else 2]
    assert [rows[2][code] for code in codes] == [whole[2][code] for code in codes]
    assert None in rows[2].values()


@pytest.mark.parametrize(
    ("action", "kind", "key", "columns"),
    [
        ("TnGlbDPAlterarUsuario", "users", {"CODIGOUSUARIO": 3}, {"EMAIL": "novo@aurora.example", "NOMEUSUARIO": "N"}),
        ("TnGlbDPAlterarUsuario", "users", {"CODIGOUSUARIO": 3}, {"CODIGOGRUPOUSUARIO": 6}),
        ("TnGlbDPAlterarEmpresa", "companies", {"CODIGOEMPRESA": 4}, {"REGIMETRIBUTARIO": "MEI"}),
        ("TnGlbDPAlterarEmpresa", "companies", {"CODIGOEMPRESA": 4}, {"REGIMETRIBUTARIO": None}),
        ("TnGlbDPAlterarEmpresa", "companies", {"CODIGOEMPRESA": 4}, {"INSCRFEDERAL": OTHER_CNPJ, "NOMEEMPRESA": "N"}),
        ("TnGlbDPAlterarSocio", "partners", {"CODIGOEMPRESA": 4, "CODIGOSOCIO": 2}, {"INSCRFEDERAL": CPF}),
        ("TnGlbDPAlterarSocio", "partners", {"CODIGOEMPRESA": 4, "CODIGOSOCIO": 1}, {"NOMESOCIO": "N", "EMAIL": None}),
        (
            "TnFopDPAlterarFuncContrato",
            "employees",
            {"CODIGOEMPRESA": 4, "CODIGOFUNCCONTR": 7},
            {"EMAIL": "a@b.example", "NOMEFUNC": "N", "CPF": CPF},
        ),
    ],
)
def test_process_corrects_a_row_and_no_other(
    questor: QuestorSimulator, action: str, kind: str, key: dict[str, int], columns: dict[str, Any]
) -> None:
    before = {tuple(row.values())[: len(key)]: row for row in questor.rows(kind)}
    assert corrected(questor, action, key | columns) == {"Data": "OK"}
    changed = questor.row(kind, *key.values())
    after = {tuple(row.values())[: len(key)]: row for row in questor.rows(kind)}
    assert columns.items() <= changed.items()
    assert [code for code in after if after[code] != before[code]] == [tuple(key.values())]
    assert (questor.requests, questor.applied, questor.writes) == ({"correct": 1}, {"correct": 1}, 1)
    assert questor.subjects == {action: 1}


def test_number_is_written_with_its_points(questor: QuestorSimulator) -> None:
    assert corrected(questor, "TnGlbDPAlterarEmpresa", {"CODIGOEMPRESA": 1, "INSCRFEDERAL": "12ABC34501DE35"})
    assert questor.row("companies", 1)["INSCRFEDERAL"] == OTHER_CNPJ
    assert questor.row("establishments", 1, 1)["INSCRFEDERAL"] == OTHER_CNPJ
    assert questor.row("employees", 1, 1)["INSCRFEDERALEMPRESA"] == OTHER_CNPJ


@pytest.mark.parametrize(
    ("action", "body", "error"),
    [
        ("TnGlbDPAlterarUsuario", {"CODIGOUSUARIO": 99, "EMAIL": "a@b.example"}, "Registro não encontrado."),
        ("TnGlbDPAlterarSocio", {"CODIGOEMPRESA": 4, "CODIGOSOCIO": 9}, "Registro não encontrado."),
        ("TnGlbDPAlterarSocio", {"CODIGOEMPRESA": 4}, "Parâmetro 'CODIGOSOCIO' requerido."),
        ("TnGlbDPAlterarUsuario", {"EMAIL": "a@b.example"}, "Parâmetro 'CODIGOUSUARIO' requerido."),
        ("TnGlbDPAlterarUsuario", {"CODIGOUSUARIO": 3, "NOMEUSUARIO": " "}, "Parâmetro 'NOMEUSUARIO' inválido."),
        ("TnGlbDPAlterarUsuario", {"CODIGOUSUARIO": 3, "SENHA": "x"}, "Parâmetro 'SENHA' inválido."),
        (
            "TnGlbDPAlterarUsuario",
            {"CODIGOUSUARIO": 3, "CODIGOGRUPOUSUARIO": 99},
            "Parâmetro 'CODIGOGRUPOUSUARIO' inválido.",
        ),
        (
            "TnGlbDPAlterarEmpresa",
            {"CODIGOEMPRESA": 4, "NOMEEMPRESA": "N", "INSCRFEDERAL": "12.345.678/0001-00"},
            "Parâmetro 'INSCRFEDERAL' inválido.",
        ),
        ("TnGlbDPAlterarUsuario", ["x"], "Parâmetro inválido."),
    ],
)
def test_process_that_is_refused_changes_nothing(questor: QuestorSimulator, action: str, body: Any, error: str) -> None:
    before = [questor.rows(kind) for kind in KINDS.values()]
    assert corrected(questor, action, body) == {"Erro": f"EnpqError: {error}"}
    assert [questor.rows(kind) for kind in KINDS.values()] == before
    assert (questor.requests, questor.applied) == ({"correct": 1}, {})


def test_process_needs_the_token_and_to_be_there(questor: QuestorSimulator) -> None:
    path = f"{questor.url}/TnWebDMProcesso/ProcessoExecutar"
    refused = requests.post(path, params={"_AActionName": "TnGlbDPAlterarUsuario"}, json={}, timeout=5)
    assert (refused.status_code, refused.json()["errorCode"]) == (401, 401)
    parameters = {"_AActionName": "TnGlbDMUsuario", "TokenApi": questor.token}
    unknown = requests.post(path, params=parameters, json={}, timeout=5)
    assert (unknown.status_code, "_AAction = nil" in unknown.text) == (500, True)
    assert requests.get(path, params=parameters, timeout=5).status_code == 404


def test_correction_whose_answer_is_lost_is_done(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.LOST_ANSWER, operation="correct"))
    with pytest.raises(requests.ConnectionError):
        corrected(questor, "TnGlbDPAlterarUsuario", {"CODIGOUSUARIO": 3, "NOMEUSUARIO": "Nome Novo"})
    assert (questor.user(3)["NOMEUSUARIO"], questor.applied) == ("Nome Novo", {"correct": 1})


def test_rows_come_and_go_by_hand(questor: QuestorSimulator) -> None:
    columns = {"NOMEEMPRESA": "Nova Ltda", "NOMEFANTASIA": "Nova", "INSCRFEDERAL": OTHER_CNPJ}
    assert questor.add_row("companies", columns) == (31,)
    assert questor.add_row("partners", {"CODIGOEMPRESA": 31, "NOMESOCIO": "Ana"}) == (31, 1)
    assert questor.add_row("employees", {"CODIGOEMPRESA": 4, "CODIGOFUNCCONTR": 900, "NOMEFUNC": "Ana"}) == (4, 900)
    assert questor.row("partners", 31, 1)["INSCRFEDERALEMPRESA"] == OTHER_CNPJ
    assert questor.row("employees", 4, 900)["CLASSIFICACAO"] is None
    questor.remove_rows("companies", (4,), (31,))
    for kind in KINDS.values():
        assert not [row for row in questor.rows(kind) if row.get("CODIGOEMPRESA") in {4, 31}]
    assert questor.rows("users")[4]["CODIGOUSUARIO"] == 4


def test_row_that_was_changed_and_is_gone_stays_gone(questor: QuestorSimulator) -> None:
    questor.change_row("partners", (4, 1), {"NOMESOCIO": "Nome Novo"})
    questor.change_row("users", (3,), {"NOMEUSUARIO": "Nome Novo"})
    questor.remove_rows("companies", (4,))
    questor.remove(3)
    for kind, key in (("partners", (4, 1)), ("users", (3,))):
        with pytest.raises(KeyError):
            questor.row(kind, *key)
    assert corrected(questor, "TnGlbDPAlterarSocio", {"CODIGOEMPRESA": 4, "CODIGOSOCIO": 1, "NOMESOCIO": "N"}) == {
        "Erro": "EnpqError: Registro não encontrado."
    }


def test_rows_that_cannot_be_are_refused(questor: QuestorSimulator) -> None:
    for kind, columns in (
        ("employees", {"CODIGOEMPRESA": 99, "NOMEFUNC": "Ana"}),
        ("employees", {"NOMEFUNC": "Ana"}),
        ("companies", {"CODIGOEMPRESA": 4}),
        ("companies", {"COR": "azul"}),
    ):
        with pytest.raises((KeyError, ValueError)):
            questor.add_row(kind, columns)
    for key, changes in (((99,), {"NOMEEMPRESA": "N"}), ((4,), {"CODIGOEMPRESA": 5}), ((4,), {"COR": "azul"})):
        with pytest.raises((KeyError, ValueError)):
            questor.change_row("companies", key, changes)
    assert len(questor.rows("companies")) == 30


def test_control_path_steers_every_kind(questor: QuestorSimulator) -> None:
    control = f"{questor.url}/_simulator/rows"
    change = {
        "add": [{"CODIGOEMPRESA": 4, "CODIGOFUNCCONTR": 99, "NOMEFUNC": "Ana", "CPF": CPF}],
        "change": {"4/1": {"DATADEMISSAO": "20/11/2026"}},
        "remove": ["4/2"],
    }
    assert requests.post(f"{control}/employees", json=change, timeout=5).status_code == 200
    rows = requests.get(f"{control}/employees", timeout=5).json()
    left = {row["CODIGOFUNCCONTR"]: row for row in rows if row["CODIGOEMPRESA"] == 4}
    assert (left[99]["NOMEFUNC"], left[1]["DATADEMISSAO"], 2 in left) == ("Ana", "20/11/2026", False)
    for kind in KINDS.values():
        assert requests.get(f"{control}/{kind}", timeout=5).json() == questor.rows(kind)
    assert requests.get(f"{questor.url}/_simulator/users", timeout=5).json() == questor.rows("users")
    assert requests.post(f"{control}/companies", json={"remove": [4]}, timeout=5).status_code == 200
    assert 4 not in companies(questor)
    assert requests.get(f"{control}/ships", timeout=5).status_code == 400
    state = requests.get(f"{questor.url}/_simulator/state", timeout=5).json()
    assert state["consultations"] == {"TnGlbDMEmpresa": 1}


def test_hundred_thousand_employees_are_paged_without_looking_at_all_of_them() -> None:
    with QuestorSimulator(Office(companies=10_000)) as questor:
        asked(questor, "TnFopDMFuncContrato")
        made: list[tuple[int, int]] = []
        clients, employee = questor.office.clients, type(questor.office.clients).employee

        def counted(_clients: object, company: int, code: int) -> Any:
            made.append((company, code))
            return employee(clients, company, code)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(type(clients), "employee", counted)
            last = asked(questor, "TnFopDMFuncContrato", start=99_900)
            some = asked(questor, "TnFopDMFuncContrato", ("CODIGOEMPRESA", "1..5000"), start=49_900)
            assert len(made) == len(set(made)) == 200
            unit = (("CODIGOEMPRESA", "1..100"), ("CODIGOORGANOGRAMA", "1"))
            declared = [asked(questor, "TnFopDMFuncContrato", *unit, start=start)["RecordCount"] for start in (0, 100)]
        assert (last["RecordCount"], last["aaData"][-1]["CODIGOEMPRESA"]) == (100_000, 10_000)
        assert (some["RecordCount"], some["aaData"][-1]["CODIGOEMPRESA"]) == (50_000, 5_000)
        assert len(made) == 200 + 1_000 + min(declared[0], 200)  # the filter looks once, then each page makes its rows
