"""The schema of the workbooks: its columns, what their cells say, and the page that is made from it."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asms.additional import AdditionalField, FieldType
from asms.catalogues import Catalogue, Category, Relation
from asms.columns import HEADINGS, LONGEST_CELL, TOO_LONG, Kind, Layout, Need, columns_of, described, fitting, items
from asms.users import Shift, User
from operations.formats import FILE, whole_page

DETAILS = ["Id", "Nome", "Login", "E-mail", "Senha", "Identificação", "Telefone", "Status", "Cultura", "Localização"]
ADDRESS = ["Logradouro", "Número", "Complemento", "Bairro", "Cidade", "Estado", "CEP", "País"]


def field(name: str, kind: FieldType = FieldType.TEXT, **more: object) -> AdditionalField:
    """An additional field of clients."""
    values = {"id": name, "project": "p", "category": Category.CLIENTS, "name": name, "type": kind, **more}
    return AdditionalField(**values)  # type: ignore[arg-type]


def headers(category: Category, layout: Layout, *fields: AdditionalField) -> list[str]:
    return [column.header for column in columns_of(category, fields, layout)]


def cells(user: User, *fields: AdditionalField, **names: str) -> dict[str, str]:
    """What a user's cells say, by header, without what is empty; `names` are those of every catalogue's entries."""
    known = dict.fromkeys(Catalogue, names)
    found = {one.header: one.cell(user, known) for one in columns_of(user.category, fields, Layout.WITH_DATA)}
    return {header: text for header, text in found.items() if text}


def test_each_category_has_its_own_columns() -> None:
    plan = field("Plano")
    clients = [*DETAILS, *ADDRESS, "Latitude", "Longitude", "Adicional: Plano", "Empresas", "Grupos", "Serviços"]
    assert headers(Category.CLIENTS, Layout.WITH_DATA, plan) == clients
    assert headers(Category.CLIENTS, Layout.EMPTY, plan) == clients
    assert headers(Category.CLIENTS, Layout.WITH_DATA_WITHOUT_RELATIONS, plan) == clients[:-3]
    specialists = [*DETAILS, *ADDRESS, "Grupos", "Papéis", "Desde", "Até", "Calendário"]
    assert headers(Category.SPECIALISTS, Layout.WITH_DATA, plan) == specialists
    assert headers(Category.SPECIALISTS, Layout.WITH_DATA_WITHOUT_RELATIONS) == specialists[:-5]


@pytest.mark.parametrize("category", Category)
def test_headers_and_keys_name_one_column_each(category: Category) -> None:
    columns = columns_of(category, [field("Nome"), field("Login")], Layout.WITH_DATA)
    assert len({column.header for column in columns}) == len({column.key for column in columns}) == len(columns)


def test_an_additional_field_that_is_not_active_has_no_column() -> None:
    assert "Adicional: Plano" not in headers(Category.CLIENTS, Layout.WITH_DATA, field("Plano", active=False))


def test_only_what_a_user_can_not_be_without_is_obligatory() -> None:
    columns = columns_of(Category.CLIENTS, [field("Plano", obligatory=True)], Layout.EMPTY)
    assert [column.header for column in columns if column.need == Need.OBLIGATORY] == [
        "Nome",
        "Login",
        "Adicional: Plano",
    ]
    assert [column.header for column in columns if column.need == Need.READ_ONLY] == ["Id"]


def test_a_user_without_anything_has_these_cells_alone() -> None:
    user = User("1", Category.CLIENTS, "Ana", "ana", password="hash", earlier_passwords=("hash",))
    assert cells(user) == {"Id": "1", "Nome": "Ana", "Login": "ana", "Status": "Ativo", "Cultura": "Português"}


def test_relations_and_shifts_are_lists_of_names() -> None:
    shifts = (
        Shift("1", date(2026, 12, 1), date(2026, 12, 24), "b"),
        Shift("2", date(2027, 1, 4), date(2027, 2, 1), "a"),
    )
    relations = {Relation.ROLES: frozenset({"a", "b"})}
    user = User("1", Category.SPECIALISTS, "Ana", "ana", shifts=shifts, relations=relations)
    assert cells(user, a="água", b="Zelo; dia") | {"Id": "", "Nome": "", "Login": "", "Status": "", "Cultura": ""} == {
        **dict.fromkeys(("Id", "Nome", "Login", "Status", "Cultura"), ""),
        "Papéis": 'água; "Zelo; dia"',
        "Desde": "2026-12-01; 2027-01-04",
        "Até": "2026-12-24; 2027-02-01",
        "Calendário": '"Zelo; dia"; água',
    }


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (FieldType.TEXT, "=1+1", "=1+1"),
        (FieldType.NUMBER, "-12.50", "-12.50"),
        (FieldType.DATE, "1899-02-28", "1899-02-28"),
        (FieldType.YES_NO, "yes", "Sim"),
        (FieldType.YES_NO, "no", "Não"),
        (FieldType.CHOICE, "Ouro, prata", "Ouro, prata"),
        (FieldType.CHOICE, "an option that is no more", "an option that is no more"),
    ],
)
def test_a_cell_says_the_value_of_an_additional_field(kind: FieldType, value: str, said: str) -> None:
    options = ("Ouro, prata",) if kind == FieldType.CHOICE else ()
    of = field("Plano", kind, options=options)
    user = User("1", Category.CLIENTS, "Ana", "ana", additional={"Plano": value})
    assert cells(user, of)["Adicional: Plano"] == said
    (column,) = (one for one in columns_of(Category.CLIENTS, [of], Layout.EMPTY) if one.header == "Adicional: Plano")
    assert column.choices.get(said, said) == value
    assert bool(column.choices) == (column.kind == Kind.CHOICE)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)))
def test_a_list_of_names_can_be_told_apart_again(names: list[str]) -> None:
    read = next(csv.reader([items(names)], delimiter=";", skipinitialspace=True), [])
    assert read == names


def test_what_a_cell_has_no_room_for_is_not_cut_off() -> None:
    assert fitting("é" * LONGEST_CELL) == "é" * LONGEST_CELL
    assert fitting("é" * (LONGEST_CELL + 1)) == TOO_LONG
    assert fitting("😀" * (LONGEST_CELL // 2 + 1)) == TOO_LONG


@pytest.mark.parametrize("category", Category)
def test_every_column_is_described(category: Category) -> None:
    for column in columns_of(category, [], Layout.WITH_DATA):
        assert len(described(column)) == len(HEADINGS)
        assert column.description.endswith(".")
        assert (column.catalogue is not None) == (column.kind in {Kind.ENTRY, Kind.ENTRIES})


def test_the_committed_page_is_what_the_schema_says() -> None:
    assert FILE.read_text(encoding="utf-8") == whole_page()
