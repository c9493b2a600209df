"""Workbooks: what is written comes back unchanged, is text, and can be chosen from lists."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import openpyxl
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from asms.additional import AdditionalField, FieldType
from asms.catalogues import Category
from asms.columns import HEADINGS, Column, Layout, columns_of, described
from asms.formats import About, write_workbook

ABOUT = About("Clientes", "Suporte", "com dados", datetime(2026, 11, 28, 9, 0))  # noqa: DTZ001  # as a file has it
COLUMNS = columns_of(Category.CLIENTS, (), Layout.WITH_DATA)
HOSTILE = [
    *("=1+1", '=HYPERLINK("http://x.example")', "+55 11", "-1", "@SUM(A1)", "http://x.example", "00123", "1e5", "TRUE"),
    *(
        "2026-11-28",
        "_x0041_",
        "__x000D_",
        "_x005F_x0041_",
        "a\nb",
        "a\r\nb",
        "\t",
        " em volta ",
        "<b>&amp;</b>",
        "]]>",
    ),
    *("\x01\x1f", "😀 João", "'apóstrofo", '"aspas"', "#N/A", "a" * 32_767),
]


class Unseekable:
    """A file that can only be written on."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def write(self, some: bytes, /) -> int:
        self.bytes += some
        return len(some)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


def written(rows: Sequence[Sequence[str]], columns: Sequence[Column] = COLUMNS) -> bytes:
    """A workbook with these rows; each is filled up with empty cells."""
    file = Unseekable()
    whole = ([*row, *[""] * (len(columns) - len(row))] for row in rows)
    write_workbook(file, ABOUT, columns, whole)
    return bytes(file.bytes)


def read(workbook: bytes, sheet: str = "Clientes") -> list[list[Any]]:
    """A sheet's rows."""
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name(sheet).to_python()


def test_what_users_typed_comes_back_unchanged() -> None:
    rows = [[text, "", text] for text in HOSTILE]
    head, *back = read(written(rows))
    assert head == [column.header for column in COLUMNS]
    assert [row[:3] for row in back] == rows


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=4))
def test_any_text_comes_back_unchanged(rows: list[list[str]]) -> None:
    rows = [["x", *row] for row in rows]  # calamine leaves rows out that end a sheet and are empty
    found = [[str(cell) for cell in row] for row in read(written(rows))[1:]]
    assert found == [[*row, *[""] * (len(COLUMNS) - len(row))][: len(found[0])] for row in rows]


def test_another_reader_finds_text_too_and_saves_it_unchanged() -> None:
    texts = [text for text in HOSTILE if text != "\t"]  # which openpyxl saves as nothing
    book = openpyxl.load_workbook(io.BytesIO(written([[text] for text in texts])))
    column = [row[0] for row in book["Clientes"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in column} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in column} == {"@"}
    book["Clientes"]["B2"] = "alterada"
    saved = io.BytesIO()
    book.save(saved)
    assert [row[0] for row in read(saved.getvalue())[1:]] == texts
    assert read(saved.getvalue())[1][1] == "alterada"


def test_no_cell_is_a_formula_or_a_link() -> None:
    with zipfile.ZipFile(io.BytesIO(written([[text] for text in HOSTILE]))) as parts:
        for name in parts.namelist():
            assert not re.search(rb"<f>|<hyperlink|TargetMode=\"External\"", parts.read(name)), name


def test_new_rows_are_text_and_choices_are_offered_in_them() -> None:
    options = tuple(f"Opção {number}, de muitas" for number in range(100))
    field = AdditionalField("1", "p", Category.CLIENTS, "Plano", FieldType.CHOICE, options=options)
    columns = columns_of(Category.CLIENTS, [field], Layout.EMPTY)
    book = openpyxl.load_workbook(io.BytesIO(written([], columns)))
    page = book["Clientes"]
    letters = {column.header: openpyxl.utils.get_column_letter(place) for place, column in enumerate(columns, 1)}
    as_text = [each for each in page.column_dimensions.values() if each.number_format == "@"]
    assert sorted(place for each in as_text for place in range(each.min, each.max + 1)) == [*range(1, len(columns) + 1)]
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    areas = {
        header: f"{letters[header]}2:{letters[header]}1048576" for header in ("Status", "Cultura", "Adicional: Plano")
    }
    assert rules.keys() == set(areas.values())
    assert {(rule.type, rule.showErrorMessage) for rule in rules.values()} == {("list", True)}
    assert rules[areas["Adicional: Plano"]].formula1 == "'Opções'!$C$1:$C$100"
    assert [cell.value for cell in book["Opções"]["C"]] == list(options)
    assert book["Opções"].sheet_state == "hidden"
    assert page.freeze_panes == "A2"


def test_the_sheet_of_information_describes_every_column() -> None:
    rows = [[str(cell) for cell in row] for row in read(written([]), "Informações")]
    assert [row[:2] for row in rows[:4]] == [
        ["Versão do formato", "1"],
        ["Usuários", "Clientes"],
        ["Projeto", "Suporte"],
        ["Formato", "com dados"],
    ]
    start = rows.index(list(HEADINGS))
    assert rows[start + 1 :] == [list(described(column)) for column in COLUMNS]


def test_the_same_rows_give_the_same_bytes() -> None:
    assert written([["a"]]) == written([["a"]])


def test_names_that_look_like_the_writers_own_xml_are_texts() -> None:
    name = "<r><t>x</t>&</r>"
    options = AdditionalField("f", "p", Category.CLIENTS, "Porte", FieldType.CHOICE, options=(name, "outra"))
    file = io.BytesIO()
    about = About("Clientes", name, "vazio", ABOUT.made_at)
    write_workbook(file, about, columns_of(Category.CLIENTS, [options], Layout.EMPTY), ())
    assert [row[-1] for row in read(file.getvalue(), "Opções")][:2] == [name, "outra"]
    assert name in {cell for row in read(file.getvalue(), "Informações") for cell in row}
