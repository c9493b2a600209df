"""The users of Questor: what a row becomes for Zen and for Tareffa."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.answers import Problem, explain
from sincronia.engine.flow import Content, Identity, Record
from zen.answers import ANSWERS
from zen.office_users import for_tareffa, record_of
from zen.rows import is_email

ROW = {"CODIGOUSUARIO": 12, "NOMEUSUARIO": "Maria Souza", "EMAIL": "Maria@Aurora.example", "CODIGOGRUPOUSUARIO": 3}
MARIA = Record(
    source_id="12",
    label="Maria Souza (código 12)",
    content={"Nome": "Maria Souza", "Email": "maria@aurora.example", "CodigoGrupo": 3, "Situacao": "Ativo"},
    natural_key="maria@aurora.example",
    identities=(Identity("email", "maria@aurora.example"),),
)


def test_row_becomes_a_record() -> None:
    assert record_of({**ROW, "EMAIL": "  Maria@Aurora.example "}) == MARIA


def test_tareffa_is_told_of_the_same_user() -> None:
    content: Content = {"codigoExterno": "12", "nome": "Maria Souza", "email": "maria@aurora.example", "ativo": True}
    assert for_tareffa(MARIA) == Record("12", MARIA.label, content, MARIA.natural_key, MARIA.identities)
    rejected = record_of({**ROW, "EMAIL": None})
    assert for_tareffa(rejected) == rejected


def test_numbers_as_text_and_columns_beyond_those_known_do_no_harm() -> None:
    assert record_of({**ROW, "CODIGOUSUARIO": "12", "CODIGOGRUPOUSUARIO": "3", "OUTRA": {}}) == record_of(ROW)


@pytest.mark.parametrize("email", [None, "", "   "])
def test_user_without_an_email_says_so(email: str | None) -> None:
    problem = Problem("zen.email_missing", {"code": "12"})
    assert record_of({**ROW, "EMAIL": email}) == Record("12", MARIA.label, {}, "", problem=problem)


@pytest.mark.parametrize(
    "email",
    ["maria", "maria@", "@aurora.example", "maria@aurora", "maria@@aurora.example", "ma ria@aurora.example",
     "maria.@aurora.example", ".maria@aurora.example", "ma..ria@aurora.example", "maria@-aurora.example",
     "maria@aurora..example", "maria@aurora.example;joao@aurora.example", "joão@aurora.example", "maria@aurora.1",
     f"{'m' * 65}@aurora.example", f"m@{'a.' * 130}example"],
)  # fmt: skip
def test_address_that_no_server_could_take_is_invalid(email: str) -> None:
    record = record_of({**ROW, "EMAIL": email})
    assert record == Record("12", MARIA.label, {}, "", problem=Problem("zen.email_invalid", {"code": "12"}))
    assert record.problem is not None
    assert email not in explain(record.problem, ANSWERS)


@given(st.from_regex(r"[a-z0-9]([a-z0-9_+-]{0,20}[a-z0-9])?", fullmatch=True), st.lists(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True), min_size=1, max_size=3
))  # fmt: skip
def test_plain_addresses_are_valid(local: str, labels: list[str]) -> None:
    assert is_email(f"{local}@{'.'.join(labels)}.example")


@pytest.mark.parametrize(
    ("change", "source_id", "label", "field"),
    [
        ({"NOMEUSUARIO": None}, "12", "código 12", "NOMEUSUARIO"),
        ({"NOMEUSUARIO": "  "}, "12", "código 12", "NOMEUSUARIO"),
        ({"CODIGOGRUPOUSUARIO": "x"}, "12", "código 12", "CODIGOGRUPOUSUARIO"),
        ({"EMAIL": 5}, "12", "código 12", "EMAIL"),
        ({"CODIGOUSUARIO": None}, "", "cadastro sem código", "CODIGOUSUARIO"),
        ({"CODIGOUSUARIO": "doze"}, "", "cadastro sem código", "CODIGOUSUARIO"),
        ({"CODIGOUSUARIO": -1}, "", "cadastro sem código", "CODIGOUSUARIO"),
    ],
)
def test_malformed_row_keeps_its_code_where_it_has_one(
    change: dict[str, Any], source_id: str, label: str, field: str
) -> None:
    problem = Problem("record_malformed", {"field": field})
    assert record_of({**ROW, **change}) == Record(source_id, label, {}, "", problem=problem)


@pytest.mark.parametrize("column", ["CODIGOUSUARIO", "NOMEUSUARIO", "EMAIL", "CODIGOGRUPOUSUARIO"])
def test_column_that_questor_no_longer_has_is_no_empty_value(column: str) -> None:
    record = record_of({name: value for name, value in ROW.items() if name != column})
    assert record.problem == Problem("record_malformed", {"field": column})


@pytest.mark.parametrize("row", [None, [], "x", 3])
def test_row_that_is_none_is_malformed(row: Any) -> None:
    record = record_of(row)
    assert (record.source_id, record.problem and record.problem.code) == ("", "record_malformed")
