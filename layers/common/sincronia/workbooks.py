"""Workbooks (xlsx) that people download: rows of text. What a cell holds never becomes a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELL = 32_767  # characters that a cell can hold
_ROWS = 1_048_576  # rows that a sheet can hold


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and how wide it is, in characters."""

    heading: str
    width: int


def workbook(sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """The file. Holds one row in memory; what a sheet or a cell has no room for is left out."""
    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        page = book.add_worksheet(sheet)
        for number, column in enumerate(columns):
            page.set_column(number, number, column.width, text)
        page.freeze_panes(1, 0)
        _write(page, 0, [column.heading for column in columns], bold)
        for number, row in zip(range(1, _ROWS), rows, strict=False):
            _write(page, number, row, text)
    return file.getvalue()


def _write(page: Worksheet, number: int, row: Sequence[str], form: object) -> None:
    for column, cell in enumerate(row):
        # <r>…</r> would be taken for XlsxWriter's own: with a space before it, it is text.
        page.write_string(number, column, f" {cell}"[:_CELL] if cell.startswith("<r>") else cell[:_CELL], form)
