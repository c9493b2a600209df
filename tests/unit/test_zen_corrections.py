"""The pencil: which fields can be corrected, what of them doesn't do, and what Questor makes of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, Problem, ProblemError, explain
from sincronia.engine.flow import Opening, Record
from tests import invented
from zen.answers import ANSWERS
from zen.corrections import CORRECTABLE, correct
from zen.flow_names import INITIAL
from zen.flows import FLOWS

OFFICE = Office(users=8, without_email=1, sharing_pairs=0, companies=6, without_regime=1, employees_without_email=2)
KINDS = {
    "usuario_escritorio": "users",
    "tareffa.usuario": "users",
    "empresa": "companies",
    "tareffa.empresa": "companies",
    "socio": "partners",
    "usuario_cliente": "employees",
}
NUMBER = invented.invented_cpf("529982247")
CPF, CNPJ = invented.written(NUMBER), "12.ABC.345/01DE-35"


@pytest.fixture
def questor(monkeypatch: pytest.MonkeyPatch) -> Iterator[QuestorSimulator]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with QuestorSimulator(OFFICE) as questor:
        yield questor


def opening(questor: QuestorSimulator, **filters: Any) -> Opening:
    settings = {
        "questor_address": questor.url,
        "zen_address": "https://zen.example",
        "tareffa_address": "https://tareffa.example",
    }
    secret = {
        "questor_token": questor.token,
        "zen_token": "abc",
        "administrator_access_key": "chave",
        "tareffa_token": "abc",
    }
    return Opening(settings, secret, filters, clock.now() + 60)


def corrected(questor: QuestorSimulator, entity: str, source_id: str, **fields: Any) -> Record:
    return correct(opening(questor), entity, source_id, fields)


def refusal(questor: QuestorSimulator, entity: str, source_id: str, **fields: Any) -> Problem:
    with pytest.raises(ProblemError) as raised:
        corrected(questor, entity, source_id, **fields)
    assert raised.value.__context__ is None
    sentence = explain(raised.value.problem, ANSWERS)
    for value in fields.values():
        assert not isinstance(value, str) or not value.strip() or value not in sentence
    return raised.value.problem


@pytest.mark.parametrize(
    ("entity", "source_id", "fields", "columns", "content"),
    [
        (
            "usuario_escritorio",
            "3",
            {"name": " Ana Lima ", "email": "Ana@Aurora.example", "group": 2},
            {"NOMEUSUARIO": "Ana Lima", "EMAIL": "ana@aurora.example", "CODIGOGRUPOUSUARIO": 2},
            {"Nome": "Ana Lima", "Email": "ana@aurora.example", "CodigoGrupo": 2},
        ),
        ("tareffa.usuario", "3", {"name": "Ana Lima"}, {"NOMEUSUARIO": "Ana Lima"}, {"nome": "Ana Lima"}),
        (
            "empresa",
            "2",
            {"name": "Padaria", "cnpj": "12.abc.345/01de-35"},
            {"NOMEEMPRESA": "Padaria", "INSCRFEDERAL": CNPJ},
            {"RazaoSocial": "Padaria", "InscricaoFederal": "12ABC34501DE35"},
        ),
        (
            "tareffa.empresa",
            "2",
            {"tax_regime": "Lucro Real"},
            {"REGIMETRIBUTARIO": "Lucro Real"},
            {"regimeTributario": "Lucro Real"},
        ),
        (
            "socio",
            "2/1",
            {"email": "ana@aurora.example", "cpf_or_cnpj": NUMBER},
            {"EMAIL": "ana@aurora.example", "INSCRFEDERAL": CPF},
            {"Email": "ana@aurora.example", "InscricaoFederal": NUMBER},
        ),
        ("socio", "2/1", {"cpf_or_cnpj": CNPJ}, {"INSCRFEDERAL": CNPJ}, {"InscricaoFederal": "12ABC34501DE35"}),
        (
            "usuario_cliente",
            "2/1",
            {"name": "Ana Lima", "email": "ana@aurora.example", "cpf": CPF},
            {"NOMEFUNC": "Ana Lima", "EMAIL": "ana@aurora.example", "CPF": CPF},
            {"Nome": "Ana Lima", "Email": "ana@aurora.example", "Cpf": NUMBER},
        ),
    ],
)
def test_correction_is_written_and_read_back_as_the_listing_gives_it(
    questor: QuestorSimulator,
    *,
    entity: str,
    source_id: str,
    fields: dict[str, Any],
    columns: dict[str, Any],
    content: dict[str, Any],
) -> None:
    kind = KINDS[entity]
    key = tuple(int(part) for part in source_id.split("/"))
    before = questor.row(kind, *key)
    record = corrected(questor, entity, source_id, **fields)
    changed = {name: value for name, value in questor.row(kind, *key).items() if value != before[name]}
    assert {name: value for name, value in changed.items() if name != "NOMEGRUPOUSUARIO"} == columns
    assert questor.requests == {"correct": 1, "list": 1}
    flow = FLOWS[INITIAL].open(opening(questor, tareffa=True))
    lane = flow.lane(entity)
    told = lane.shape(record)
    assert (told.source_id, told.problem) == (source_id, None)
    assert {name: told.content[name] for name in content} == content
    pages = flow.listing(lane.listing).source.pages(0)
    assert record == next(one for page in pages for one in page.records if one.source_id == source_id)


def test_who_was_rejected_can_be_sent_after_the_correction(questor: QuestorSimulator) -> None:
    (code,) = OFFICE.codes_without_email
    assert corrected(questor, "usuario_escritorio", str(code), email="novo@aurora.example").problem is None
    without = next(row for row in questor.rows("companies") if not row["REGIMETRIBUTARIO"])
    record = corrected(questor, "tareffa.empresa", str(without["CODIGOEMPRESA"]), tax_regime="MEI")
    assert (record.problem, record.content["regimeTributario"]) == (None, "MEI")


def test_record_that_stays_wrong_carries_its_problem(questor: QuestorSimulator) -> None:
    (code,) = OFFICE.codes_without_email
    record = corrected(questor, "usuario_escritorio", str(code), name="Ana Lima")
    assert record.problem == Problem("zen.email_missing", {"code": str(code)})


@pytest.mark.parametrize(
    ("entity", "source_id", "fields", "problem"),
    [
        ("usuario_escritorio", "3", {}, Problem("zen.correction_empty")),
        ("usuario_escritorio", "3", {"email": "ana@"}, Problem("zen.correction_invalid", {"field": "E-mail"})),
        ("usuario_escritorio", "3", {"email": ""}, Problem("zen.correction_invalid", {"field": "E-mail"})),
        ("usuario_escritorio", "3", {"email": None}, Problem("zen.correction_invalid", {"field": "E-mail"})),
        ("usuario_escritorio", "3", {"name": "  "}, Problem("zen.correction_invalid", {"field": "Nome"})),
        ("usuario_escritorio", "3", {"group": -1}, Problem("zen.correction_invalid", {"field": "Código Grupo"})),
        ("usuario_escritorio", "3", {"cpf": CPF}, Problem("zen.correction_invalid", {"field": "cpf"})),
        ("empresa", "2", {"tax_regime": "Outro"}, Problem("zen.correction_invalid", {"field": "Regime Tributário"})),
        ("empresa", "2", {"cnpj": CPF}, Problem("identity_invalid", {"code": "2", "kind": "CNPJ"})),
        ("empresa", "2", {"cnpj": 12345678000195}, Problem("identity_as_number", {"code": "2", "kind": "CNPJ"})),
        ("socio", "2/1", {"cpf_or_cnpj": ""}, Problem("identity_missing", {"code": "2/1", "kind": "CPF ou CNPJ"})),
        ("usuario_cliente", "2/1", {"cpf": "123456797"}, Problem("identity_zero_lost", {"code": "2/1", "kind": "CPF"})),
        ("filial", "2/2", {"name": "X"}, Problem("zen.not_correctable")),
        ("organograma", "2/1", {"name": "X"}, Problem("zen.not_correctable")),
        ("outra", "2", {"name": "X"}, Problem("zen.not_correctable")),
        ("empresa", "linha-7", {"name": "X"}, Problem("zen.not_correctable")),
        ("empresa", "2/1", {"name": "X"}, Problem("zen.not_correctable")),
        ("socio", "2", {"name": "X"}, Problem("zen.not_correctable")),
        ("socio", "1..2/1", {"name": "X"}, Problem("zen.not_correctable")),
    ],
)
def test_what_does_not_do_reaches_nobody(
    questor: QuestorSimulator, entity: str, source_id: str, fields: dict[str, Any], problem: Problem
) -> None:
    assert refusal(questor, entity, source_id, **fields) == problem
    assert questor.requests == {}


@pytest.mark.parametrize(
    ("entity", "source_id", "fields"),
    [
        ("usuario_escritorio", "999", {"name": "Ana"}),
        ("usuario_cliente", "2/999", {"name": "Ana"}),
        ("usuario_escritorio", "3", {"group": 99}),
    ],
)
def test_what_questor_does_not_take_is_told(
    questor: QuestorSimulator, entity: str, source_id: str, fields: dict[str, Any]
) -> None:
    assert refusal(questor, entity, source_id, **fields).code == "zen.correction_refused"
    assert questor.applied == {}


def test_questor_that_has_no_such_process(questor: QuestorSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.vendors.questor._CORRECTED", {})
    problem = refusal(questor, "socio", "2/1", name="Ana")
    assert (problem.code, problem.details["query"]) == ("zen.questor_query_missing", "TnGlbDPAlterarSocio")


def test_wrong_token(questor: QuestorSimulator) -> None:
    wrong = opening(questor)
    questor.token = "outro"
    with pytest.raises(ProblemError) as raised:
        correct(wrong, "empresa", "2", {"name": "X"})
    assert raised.value.problem.code == "vendor_refused_token"


def test_correction_whose_answer_is_lost_is_written_once_more(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.LOST_ANSWER))
    assert corrected(questor, "empresa", "2", name="Padaria").content["RazaoSocial"] == "Padaria"
    assert questor.requests == {"correct": 2, "list": 1}


def test_correction_that_is_never_answered_is_unknown(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.LOST_ANSWER, times=None))
    with pytest.raises(AnswerUnknownError):
        corrected(questor, "empresa", "2", name="Padaria")


def test_record_that_is_gone_right_after(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.EMPTY))
    assert refusal(questor, "empresa", "2", name="Padaria") == Problem("zen.record_gone", {"code": "2"})


def test_every_field_has_a_title_for_people() -> None:
    assert set(CORRECTABLE) == set(KINDS)
    titles = {
        entity: {name: field.title for name, field in one.fields.model_fields.items()}
        for entity, one in CORRECTABLE.items()
    }
    assert titles["usuario_escritorio"] == {"name": "Nome", "email": "E-mail", "group": "Código Grupo"}
    assert titles["tareffa.empresa"] == {"name": "Razão Social", "tax_regime": "Regime Tributário", "cnpj": "CNPJ"}
    assert titles["socio"] == {"name": "Nome", "email": "E-mail", "cpf_or_cnpj": "CPF ou CNPJ"}
    assert titles["usuario_cliente"] == {"name": "Nome", "email": "E-mail", "cpf": "CPF"}
