"""Companies and branches of Questor: what a row becomes for Zen and for Tareffa, and why one is rejected."""

from __future__ import annotations

from typing import Any

import pytest

from sincronia.answers import Problem, explain
from sincronia.engine.flow import Content, Identity, Record
from tests import invented
from zen.answers import ANSWERS
from zen.companies import branch_of, company_for_tareffa, company_for_zen, company_of

COMPANY = {
    "CODIGOEMPRESA": 12,
    "NOMEEMPRESA": "Padaria Boa Massa Ltda",
    "NOMEFANTASIA": "Boa Massa",
    "INSCRFEDERAL": "16.727.230/0001-97",
    "REGIMETRIBUTARIO": "Simples Nacional",
}
BRANCH = {
    "CODIGOEMPRESA": 12,
    "CODIGOESTAB": 2,
    "NOMEESTAB": "Boa Massa Centro",
    "INSCRFEDERAL": "12.abc.345/01de-35",
    "INSCRFEDERALEMPRESA": "16.727.230/0001-97",
    "NOMECIDADE": "Chapecó",
}
CPF = invented.invented_cpf("390533447")
CNPJ, BRANCH_CNPJ = "16727230000197", "12ABC34501DE35"
LABEL, BRANCH_LABEL = "Padaria Boa Massa Ltda (empresa 12)", "Boa Massa Centro (empresa 12, filial 2)"
IDENTITIES = (Identity("cnpj", CNPJ),)


def test_company_for_zen() -> None:
    content: Content = {
        "InscricaoFederal": CNPJ,
        "RazaoSocial": "Padaria Boa Massa Ltda",
        "NomeFantasia": "Boa Massa",
        "Situacao": "Ativo",
    }
    assert company_for_zen(company_of(COMPANY)) == Record("12", LABEL, content, CNPJ, IDENTITIES)


def test_company_for_tareffa() -> None:
    content: Content = {
        "codigoExterno": "12",
        "cnpj": CNPJ,
        "razaoSocial": "Padaria Boa Massa Ltda",
        "regimeTributario": "Simples Nacional",
        "ativo": True,
    }
    assert company_for_tareffa(company_of(COMPANY)) == Record("12", LABEL, content, CNPJ, IDENTITIES)


@pytest.mark.parametrize("regime", [None, "", "  "])
def test_company_without_tax_regime_is_rejected_for_tareffa_alone(regime: str | None) -> None:
    listed = company_of({**COMPANY, "REGIMETRIBUTARIO": regime})
    assert company_for_zen(listed) == company_for_zen(company_of(COMPANY))
    problem = Problem("zen.tax_regime_missing", {"code": "12"})
    assert company_for_tareffa(listed) == Record(
        "12", LABEL, {}, "", identities=company_of(COMPANY).identities, problem=problem
    )
    assert "regime tributário" in explain(problem, ANSWERS)


def test_company_without_a_trade_name_has_none() -> None:
    record = company_for_zen(company_of({**COMPANY, "NOMEFANTASIA": None}))
    assert (record.problem, record.content["NomeFantasia"]) == (None, None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (None, "identity_missing"),
        ("", "identity_missing"),
        ("16.727.230/0001-98", "identity_invalid"),
        (invented.written(CPF), "identity_invalid"),
        ("1234567000195", "identity_zero_lost"),
        (16727230000197, "identity_as_number"),
    ],
)
def test_company_whose_cnpj_is_none_is_rejected_for_both(written: Any, code: str) -> None:
    listed = company_of({**COMPANY, "INSCRFEDERAL": written})
    problem = Problem(code, {"code": "12", "kind": "CNPJ"})
    rejected = Record("12", LABEL, {}, "", problem=problem)
    assert [listed, company_for_zen(listed), company_for_tareffa(listed)] == [rejected] * 3
    assert not written or str(written) not in explain(problem, ANSWERS)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        (f"Maria Souza {CPF}", "Maria Souza …"),
        (f"Maria Souza {invented.written(CPF)}", "Maria Souza …"),
        ("16.727.230 Maria Souza", "… Maria Souza"),
        ("Loja 16.727.230/0001-97", "Loja …"),
        ("Loja ana@sol.example Centro", "Loja … Centro"),
        ("Padaria 2000", "Padaria 2000"),
        ("Posto BR 101 Km 12", "Posto BR 101 Km 12"),
    ],
)
def test_label_holds_no_number_of_identity_though_the_name_does(name: str, called: str) -> None:
    record = company_of({**COMPANY, "NOMEEMPRESA": name})
    assert (record.label, record.content["RazaoSocial"]) == (f"{called} (empresa 12)", name)


def test_branch() -> None:
    content: Content = {
        "InscricaoFederalEmpresa": CNPJ,
        "InscricaoFederal": BRANCH_CNPJ,
        "Nome": "Boa Massa Centro",
        "Cidade": "Chapecó",
        "Situacao": "Ativo",
    }
    identities = (Identity("cnpj", BRANCH_CNPJ),)
    assert branch_of(BRANCH) == Record("12/2", BRANCH_LABEL, content, BRANCH_CNPJ, identities, parent="12")
    assert branch_of({**BRANCH, "NOMECIDADE": None}).content["Cidade"] is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"INSCRFEDERAL": "12.ABC.345/01DE-36"}, Problem("identity_invalid", {"code": "12/2", "kind": "CNPJ"})),
        ({"INSCRFEDERALEMPRESA": None}, Problem("zen.company_cnpj_invalid", {"code": "12/2", "company": "12"})),
        ({"INSCRFEDERALEMPRESA": 5}, Problem("zen.company_cnpj_invalid", {"code": "12/2", "company": "12"})),
    ],
)
def test_branch_that_cannot_be_sent(change: dict[str, Any], problem: Problem) -> None:
    assert branch_of({**BRANCH, **change}) == Record("12/2", BRANCH_LABEL, {}, "", problem=problem, parent="12")


@pytest.mark.parametrize(
    ("row", "record"),
    [
        (COMPANY | {"NOMEEMPRESA": None}, Record("12", "empresa 12", {}, "")),
        (COMPANY | {"CODIGOEMPRESA": "x"}, Record("", "cadastro sem código", {}, "")),
    ],
)
def test_malformed_company(row: dict[str, Any], record: Record) -> None:
    listed = company_of(row)
    assert listed.problem is not None
    assert listed.problem.code == "record_malformed"
    assert (listed.source_id, listed.label, listed.content) == (record.source_id, record.label, {})
    assert company_for_tareffa(listed) == company_for_zen(listed) == listed


@pytest.mark.parametrize(
    ("change", "source_id", "label", "parent", "field"),
    [
        ({"NOMEESTAB": ""}, "12/2", "empresa 12, filial 2", "12", "NOMEESTAB"),
        ({"CODIGOESTAB": None}, "", "cadastro sem código", "", "CODIGOESTAB"),
        ({"CODIGOEMPRESA": None}, "", "cadastro sem código", "", "CODIGOEMPRESA"),
    ],
)
def test_malformed_branch(change: dict[str, Any], source_id: str, label: str, parent: str, field: str) -> None:
    problem = Problem("record_malformed", {"field": field})
    assert branch_of({**BRANCH, **change}) == Record(source_id, label, {}, "", problem=problem, parent=parent)


@pytest.mark.parametrize("column", [*COMPANY])
def test_column_that_companies_no_longer_have_is_no_empty_value(column: str) -> None:
    record = company_of({name: value for name, value in COMPANY.items() if name != column})
    assert record.problem == Problem("record_malformed", {"field": column})
