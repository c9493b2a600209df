"""Workbooks (xlsx) of users: a sheet of records, the sheet “Informações”, and the lists that cells are chosen from.

XlsxWriter makes the workbook without its records; they are written into its first sheet as it is copied, row by row
(docs/decisions/0025).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from asms.columns import (
    CHOICES_SHEET,
    HEADINGS,
    INFORMATION_SHEET,
    RULES,
    TEMPLATE_VERSION,
    Column,
    described,
)
from asms.text_sheets import columns_named, filled, part_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LAST_ROW = 1_048_575  # of a sheet, counted from 0
_RECORDS = "xl/worksheets/sheet1.xml"
_INFORMATION_WIDTHS = (26, 15, 30, 16, 34, 34, 70)


class Writable(Protocol):
    """What files are written to; it needn't be seekable."""

    def write(self, some: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class About:
    """What a workbook says of itself: the sheet of its records, whose they are, which of the formats it has, when."""

    sheet: str
    project: str
    layout: str
    made_at: datetime


def write_workbook(file: Writable, about: About, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Writes a workbook to a file; a row has a text for each column.

    Holds some rows at a time. The same rows give the same bytes.
    """
    with ZipFile(io.BytesIO(_frame(about, columns))) as frame, ZipFile(file, "w", ZIP_DEFLATED) as book:
        for name in frame.namelist():
            content = frame.read(name)
            with book.open(part_of(name, about.made_at), "w", force_zip64=name == _RECORDS) as copied:
                if name != _RECORDS:
                    copied.write(content)
                    continue
                for some in filled(content, columns_named(len(columns)), rows):
                    copied.write(some)


def _frame(about: About, columns: Sequence[Column]) -> bytes:
    """The workbook without its records."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as book:
        book.set_properties({"title": f"{about.project}: {about.sheet}", "created": about.made_at})
        book.set_custom_property("Versão do formato", str(TEMPLATE_VERSION))
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
        wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        page = book.add_worksheet(about.sheet)
        page.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            page.set_column(number, number, column.width, text)
            _write(page, 0, number, column.header, bold)
        page.write_blank(1, 0, None, text)  # where the records go
        _inform(book.add_worksheet(INFORMATION_SHEET), about, columns, (bold, wrapped))
        _offer_choices(book, page, columns, text)
    return file.getvalue()


def _inform(page: Any, about: About, columns: Sequence[Column], forms: tuple[Any, Any]) -> None:
    """What each column is, after what the workbook is."""
    bold, wrapped = forms
    for number, width in enumerate(_INFORMATION_WIDTHS):
        page.set_column(number, number, width, wrapped)
    facts = (
        ("Versão do formato", str(TEMPLATE_VERSION)),
        ("Usuários", about.sheet),
        ("Projeto", about.project),
        ("Formato", about.layout),
    )
    row = 0
    for name, value in facts:
        page.write_string(row, 0, name, bold)
        _write(page, row, 1, value, wrapped)
        row += 1
    for rule in RULES:
        page.merge_range(row, 0, row, len(HEADINGS) - 1, "", wrapped)
        page.write_string(row, 0, rule, wrapped)
        row += 1
    for line, form in ((HEADINGS, bold), *((described(column), wrapped) for column in columns)):
        for number, text in enumerate(line):
            _write(page, row, number, text, form)
        row += 1


def _offer_choices(book: Any, page: Any, columns: Sequence[Column], text: Any) -> None:
    """Excel's lists for columns with choices, over all rows that the sheet can have.

    Each list is a column of a hidden sheet: within a rule itself, 255 characters have room, and no comma.
    """
    lists = book.add_worksheet(CHOICES_SHEET)
    lists.hide()
    offered = 0
    for number, column in enumerate(columns):
        if not column.choices:
            continue
        letter = xl_col_to_name(offered)
        for row, choice in enumerate(column.choices):
            _write(lists, row, offered, choice, text)
        rule = {
            "validate": "list",
            "source": f"='{CHOICES_SHEET}'!${letter}$1:${letter}${len(column.choices)}",
            "error_title": column.header[:32],
            "error_message": "Escolha uma das opções da lista.",
        }
        page.data_validation(1, number, _LAST_ROW, number, rule)
        offered += 1


def _write(page: Any, row: int, column: int, text: str, form: Any) -> None:
    """Writes what people have named. XlsxWriter takes “<r>…</r>” for XML of its own, but not in pieces."""
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(row, column, text[:1], text[1:2], text[2:], form)
    else:
        page.write_string(row, column, text, form)
