"""The header of an import: which columns are known however they are written, and what is refused and told of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asms.additional import AdditionalField, FieldType
from asms.catalogues import Category
from asms.columns import Column, Layout, columns_of
from asms.importing.cell_names import cell_name
from asms.importing.header import Header, Unknown, header_of, line_of
from asms.importing.model import Place, Row
from asms.importing.row_sentences import ROW_SENTENCES
from asms.importing.sentences import said
from asms.users import Culture
from sincronia.answers import Problem, ProblemError

FIELDS = [
    AdditionalField(f"{number:016x}", "a" * 16, Category.CLIENTS, name, FieldType.TEXT, obligatory=name == "Plano")
    for number, name in enumerate(["Plano", "A B", "AB"])
]
COLUMNS = columns_of(Category.CLIENTS, FIELDS, Layout.WITH_DATA)
FIRST = Place("", "Clientes", 1)


def read(*texts: str, columns: tuple[Column, ...] = COLUMNS) -> Header:
    return header_of(Row(FIRST, texts), columns)


def keys(header: Header) -> list[str]:
    return [column.key if column else "" for column in header.columns]


def refused(problem: Problem) -> pytest.RaisesExc[ProblemError]:
    """Raises this very problem, which has sentences."""
    assert all(said(problem, ROW_SENTENCES, culture) for culture in Culture)
    return pytest.RaisesExc(ProblemError, check=lambda error: error.problem == problem)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("E-mail", "email"),
        ("EMAIL", "email"),
        ("e mail", "email"),
        ("  Identificacao ", "identification"),
        ("Identificac\u0327a\u0303o", "identification"),
        ("SERVIÇOS:", "relations.services"),
        ("adicional plano", f"additional.{FIELDS[0].id}"),
        ("País*", "address.country"),
        ("Número", "address.number"),
    ],
)
def test_a_header_is_known_without_case_accents_spaces_and_punctuation(text: str, key: str) -> None:
    assert keys(read("Login", text)) == ["login", key]


def test_headers_of_fields_that_differ_by_a_space_alone_stay_apart() -> None:
    _, apart, together = FIELDS
    assert keys(read("Login", "Adicional: AB", "adicional: a b")) == [
        "login",
        f"additional.{together.id}",
        f"additional.{apart.id}",
    ]
    assert read("Login", "Adicional-AB").ignored[0].text == "Adicional-AB"  # may be either


@given(st.permutations(COLUMNS))
def test_columns_may_come_in_any_order(columns: list[Column]) -> None:
    header = read(*(column.header for column in columns))
    assert header.columns == tuple(columns)
    assert {key: columns[place].key for key, place in header.places.items()} == {one.key: one.key for one in columns}
    assert [one for _, one in header.compared] == [one for one in columns if one.key != "id"]
    assert not header.missing
    assert not header.ignored


def test_obligatory_columns_that_a_file_lacks_are_told_and_not_refused() -> None:
    assert [one.header for one in read("Id", "E-mail").missing] == ["Nome", "Login", "Adicional: Plano"]


def test_what_is_not_known_is_ignored_and_told_with_what_may_be_meant() -> None:
    header = read("Login", "Telephone", "Saldo", "", "Logins", "  ")
    assert keys(header) == ["login", "", "", "", "", ""]
    assert header.ignored == (Unknown("Telephone", "Telefone"), Unknown("Saldo", ""), Unknown("Logins", ""))


def test_a_header_that_nobody_would_read_is_told_cut_off() -> None:
    (unknown,) = read("Login", "x" * 30_000).ignored
    assert unknown == Unknown("x" * 100, "")


def test_the_columns_that_a_result_has_are_passed_over_without_a_word() -> None:
    header = read("Situação", "O que fazer", "Login", "SITUACAO")
    assert header.ignored == ()
    assert keys(header) == ["", "", "login", ""]


@pytest.mark.parametrize("texts", [(), ("", ""), ("Carolina", "111"), ("Situação",)])
def test_a_row_without_any_column_is_no_header(texts: tuple[str, ...]) -> None:
    with refused(Problem("asms.header_unknown", {"line": "1 (Clientes)"})):
        read(*texts)


def test_without_id_and_login_nobody_knows_whom_rows_are_about() -> None:
    with refused(Problem("asms.header_without_key", {"line": "1 (Clientes)"})):
        read("Nome", "E-mail")


@pytest.mark.parametrize("again", ["E-mail", "email", " E MAIL"])
def test_a_column_that_is_there_twice_is_refused_with_both_cells(again: str) -> None:
    details = {"column": "E-mail", "first": "B1", "second": "AB1"}
    with refused(Problem("asms.header_repeated", details)):
        read("Login", "E-mail", *[""] * 25, again)


@pytest.mark.parametrize(
    ("place", "seen_from", "said_so"),
    [
        (Place("", "", 7), None, "7"),
        (Place("", "Clientes", 7), None, "7 (Clientes)"),
        (Place("a.csv", "", 7), None, "7 (a.csv)"),
        (Place("a.xlsx", "Clientes", 7), None, "7 (Clientes, a.xlsx)"),
        (Place("a.xlsx", "Clientes", 7), Place("a.xlsx", "Clientes", 9), "7"),
        (Place("a.xlsx", "Clientes", 7), Place("b.xlsx", "Clientes", 9), "7 (Clientes, a.xlsx)"),
    ],
)
def test_a_row_is_told_with_as_much_of_its_place_as_is_needed(
    place: Place, seen_from: Place | None, said_so: str
) -> None:
    assert line_of(place, seen_from) == said_so


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A9"), (25, "Z9"), (26, "AA9"), (51, "AZ9"), (52, "BA9"), (701, "ZZ9"), (16_383, "XFD9")]
)
def test_a_cell_is_called_as_excel_calls_it(place: int, name: str) -> None:
    assert cell_name(place, 9) == name
