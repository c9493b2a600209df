"""Partners, org units and employees of companies: what a row of Questor becomes for Zen, and why one is rejected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sincronia.answers import Problem, explain
from sincronia.engine.flow import Content, Identity, Record
from tests import invented
from zen.answers import ANSWERS
from zen.employees import employee_of, org_unit_of
from zen.partners import partner_of

TODAY = date(2026, 11, 21)
CNPJ, CPF, PARTNER_CNPJ = "16727230000197", invented.invented_cpf("390533447"), "12ABC34501DE35"
PARTNER = {
    "CODIGOEMPRESA": 12,
    "CODIGOSOCIO": 1,
    "NOMESOCIO": "Maria Souza",
    "INSCRFEDERAL": invented.written(CPF),
    "INSCRFEDERALEMPRESA": "16.727.230/0001-97",
    "EMAIL": "Maria@Aurora.example",
    "PERCENTUALPARTICIPACAO": 60,
}
UNIT = {
    "CODIGOEMPRESA": 12,
    "CODIGOORGANOGRAMA": 4,
    "CLASSIFICACAO": "01.02a",
    "DESCRICAO": "Produção",
    "INSCRFEDERALEMPRESA": "16.727.230/0001-97",
}
CONTRACT = {
    "CODIGOEMPRESA": 12,
    "CODIGOFUNCCONTR": 3,
    "NOMEFUNC": "José Lima",
    "CPF": invented.written(CPF),
    "EMAIL": "Jose@Aurora.example",
    "CODIGOORGANOGRAMA": 4,
    "CLASSIFICACAO": "01.02",
    "CODIGOESTAB": 1,
    "DATAADMISSAO": "01/02/2020",
    "DATADEMISSAO": None,
    "INSCRFEDERALEMPRESA": "16.727.230/0001-97",
}
PARTNER_LABEL, CONTRACT_LABEL = "Maria Souza (empresa 12, sócio 1)", "José Lima (empresa 12, contrato 3)"


def partner(**columns: Any) -> Record:
    return partner_of({**PARTNER, **columns})


def employee(**columns: Any) -> Record:
    return employee_of({**CONTRACT, **columns}, TODAY)


def test_partner() -> None:
    content: Content = {
        "InscricaoFederalEmpresa": CNPJ,
        "InscricaoFederal": CPF,
        "Nome": "Maria Souza",
        "Email": "maria@aurora.example",
        "Participacao": 60.0,
        "Situacao": "Ativo",
    }
    identities = (Identity("cpf", CPF), Identity("email", "maria@aurora.example"))
    assert partner() == Record("12/1", PARTNER_LABEL, content, f"{CNPJ}/{CPF}", identities, parent="12")


def test_partner_that_is_a_company() -> None:
    record = partner(INSCRFEDERAL="12.abc.345/01de-35", EMAIL=None)
    assert record.natural_key == f"{CNPJ}/{PARTNER_CNPJ}"
    assert record.identities == (Identity("cnpj", PARTNER_CNPJ),)


@pytest.mark.parametrize("email", [None, "", " "])
def test_partner_without_an_email_is_sent_without_one(email: str | None) -> None:
    record = partner(EMAIL=email)
    assert (record.problem, record.content["Email"], record.identities) == (None, None, (Identity("cpf", CPF),))


@pytest.mark.parametrize(("written", "share"), [("33,33", 33.33), ("50.5", 50.5), (100, 100.0), (None, None)])
def test_share_is_a_number(written: Any, share: float | None) -> None:
    assert partner(PERCENTUALPARTICIPACAO=written).content["Participacao"] == share


@pytest.mark.parametrize(
    ("columns", "code", "kind"),
    [
        ({"INSCRFEDERAL": None}, "identity_missing", "CPF ou CNPJ"),
        ({"INSCRFEDERAL": "390.533.447-06"}, "identity_invalid", "CPF"),
        ({"INSCRFEDERAL": "16.727.230/0001-98"}, "identity_invalid", "CNPJ"),
        ({"INSCRFEDERAL": "123456797"}, "identity_zero_lost", "CPF"),
        ({"INSCRFEDERAL": int(CPF)}, "identity_as_number", "CPF ou CNPJ"),
    ],
)
def test_partner_whose_number_is_none_is_rejected(columns: dict[str, Any], code: str, kind: str) -> None:
    problem = Problem(code, {"code": "12/1", "kind": kind})
    assert partner(**columns) == Record("12/1", PARTNER_LABEL, {}, "", problem=problem, parent="12")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"EMAIL": "maria@"}, Problem("zen.partner_email_invalid", {"code": "12/1"})),
        ({"INSCRFEDERALEMPRESA": "1"}, Problem("zen.company_cnpj_invalid", {"code": "12/1", "company": "12"})),
    ],
)
def test_partner_that_cannot_be_sent(columns: dict[str, Any], problem: Problem) -> None:
    known_by = partner().identities[:1] if "EMAIL" in columns else ()  # who has a good number is found by it
    assert partner(**columns) == Record("12/1", PARTNER_LABEL, {}, "", known_by, problem=problem, parent="12")
    assert "maria@" not in explain(problem, ANSWERS)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"PERCENTUALPARTICIPACAO": "metade"}, "PERCENTUALPARTICIPACAO"),
        ({"PERCENTUALPARTICIPACAO": 101}, "PERCENTUALPARTICIPACAO"),
        ({"NOMESOCIO": None}, "NOMESOCIO"),
    ],
)
def test_malformed_partner(columns: dict[str, Any], field: str) -> None:
    problem = Problem("record_malformed", {"field": field})
    assert partner(**columns) == Record("12/1", "empresa 12, sócio 1", {}, "", problem=problem, parent="12")


def test_org_unit() -> None:
    content: Content = {
        "InscricaoFederalEmpresa": CNPJ,
        "Classificacao": "01.02a",
        "Descricao": "Produção",
        "Situacao": "Ativo",
    }
    label = "Produção (empresa 12, organograma 4)"
    assert org_unit_of(UNIT) == Record("12/4", label, content, f"{CNPJ}/01.02A", parent="12")


@pytest.mark.parametrize(
    ("columns", "label", "problem"),
    [
        ({"CLASSIFICACAO": None}, "empresa 12, organograma 4", Problem("record_malformed", {"field": "CLASSIFICACAO"})),
        ({"CLASSIFICACAO": 1.2}, "empresa 12, organograma 4", Problem("record_malformed", {"field": "CLASSIFICACAO"})),
        ({"DESCRICAO": ""}, "empresa 12, organograma 4", Problem("record_malformed", {"field": "DESCRICAO"})),
        (
            {"INSCRFEDERALEMPRESA": ""},
            "Produção (empresa 12, organograma 4)",
            Problem("zen.company_cnpj_invalid", {"code": "12/4", "company": "12"}),
        ),
    ],
)
def test_org_unit_that_cannot_be_sent(columns: dict[str, Any], label: str, problem: Problem) -> None:
    assert org_unit_of({**UNIT, **columns}) == Record("12/4", label, {}, "", problem=problem, parent="12")


def test_employee() -> None:
    content: Content = {
        "InscricaoFederalEmpresa": CNPJ,
        "Cpf": CPF,
        "Nome": "José Lima",
        "Email": "jose@aurora.example",
        "Organograma": "01.02",
        "Situacao": "Ativo",
    }
    identities = (Identity("cpf", CPF), Identity("email", "jose@aurora.example"))
    assert employee() == Record("12/3", CONTRACT_LABEL, content, f"{CNPJ}/{CPF}", identities, parent="12")
    assert employee(CLASSIFICACAO=None).content["Organograma"] is None


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"EMAIL": None}, Problem("zen.employee_email_missing", {"code": "12/3"})),
        ({"EMAIL": " "}, Problem("zen.employee_email_missing", {"code": "12/3"})),
        ({"EMAIL": "jose@aurora"}, Problem("zen.employee_email_invalid", {"code": "12/3"})),
        ({"CPF": ""}, Problem("identity_missing", {"code": "12/3", "kind": "CPF"})),
        ({"CPF": "390.533.447-06"}, Problem("identity_invalid", {"code": "12/3", "kind": "CPF"})),
        ({"CPF": "16.727.230/0001-97"}, Problem("identity_invalid", {"code": "12/3", "kind": "CPF"})),
        ({"CPF": "0123456797"}, Problem("identity_zero_lost", {"code": "12/3", "kind": "CPF"})),
        ({"CPF": int(CPF)}, Problem("identity_as_number", {"code": "12/3", "kind": "CPF"})),
        ({"INSCRFEDERALEMPRESA": None}, Problem("zen.company_cnpj_invalid", {"code": "12/3", "company": "12"})),
    ],
)
def test_employee_that_cannot_be_sent(columns: dict[str, Any], problem: Problem) -> None:
    known_by = (Identity("cpf", CPF),) if "EMAIL" in columns else ()  # who has a good CPF is found by it
    assert employee(**columns) == Record("12/3", CONTRACT_LABEL, {}, "", known_by, problem=problem, parent="12")
    sentence = explain(problem, ANSWERS)
    assert "12/3" in sentence
    for value in columns.values():
        assert not value or not str(value).strip() or str(value) not in sentence


@pytest.mark.parametrize("day", ["21/11/2026", "20/11/2026", " 01/03/2021 "])
@pytest.mark.parametrize("columns", [{}, {"EMAIL": None}, {"CPF": "1"}, {"INSCRFEDERALEMPRESA": None}])
def test_who_is_dismissed_has_left_whatever_else_is_wrong(day: str, columns: dict[str, Any]) -> None:
    record = employee(DATADEMISSAO=day, **columns)
    assert record == Record("12/3", CONTRACT_LABEL, {}, "", parent="12", left=True)


@pytest.mark.parametrize("day", ["22/11/2026", "", " ", None])
def test_who_is_dismissed_later_is_still_there(day: str | None) -> None:
    assert employee(DATADEMISSAO=day) == employee()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"DATADEMISSAO": "31/02/2026"}, "DATADEMISSAO"),
        ({"DATADEMISSAO": "ontem"}, "DATADEMISSAO"),
        ({"NOMEFUNC": None}, "NOMEFUNC"),
    ],
)
def test_malformed_employee(columns: dict[str, Any], field: str) -> None:
    problem = Problem("record_malformed", {"field": field})
    assert employee(**columns) == Record("12/3", "empresa 12, contrato 3", {}, "", problem=problem, parent="12")


@pytest.mark.parametrize("column", ["CPF", "EMAIL", "DATADEMISSAO", "CLASSIFICACAO", "INSCRFEDERALEMPRESA"])
def test_column_that_contracts_no_longer_have_is_no_empty_value(column: str) -> None:
    record = employee_of({name: value for name, value in CONTRACT.items() if name != column}, TODAY)
    assert record.problem == Problem("record_malformed", {"field": column})
