"""Workbooks (xlsx) as python-calamine reads them: which of their sheets, and what text a cell is.

It runs in the child process: the reader holds the whole area that a sheet's cells span, and ends the process where
memory doesn't suffice.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zipfile import ZIP_DEFLATED, ZipFile

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound

from asms.importing.file_kinds import MOST_INFLATED, RefusedError
from sincronia.names import name_key

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in Excel
_AT_ONCE = 2**14  # bytes
# The reader takes an error (#N/A) for an empty cell, which would erase what a user has. As text, it can be refused.
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*\st\s*=\s*)(?:"e"|'e')""")

Cell = int | float | str | bool | time | date | datetime | timedelta


def sheets(content: bytes, wanted: str) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """The sheets of users, in the workbook's order: their name, and the rows with their numbers.

    Those are the ones that are called so, or “… (2)”; where there is none, the first one that people see.
    """
    if _has_errors(content):
        content = _with_errors_as_text(content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    every = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in every if sheet.visible == SheetVisibleEnum.Visible]
    called = re.compile(rf"{re.escape(name_key(wanted))} ?(\(\d+\))?")
    names = [sheet.name for sheet in every if called.fullmatch(name_key(sheet.name))] or visible[:1]
    if not names:
        raise RefusedError("asms.file_no_sheet")
    for name in names:
        try:
            sheet = book.get_sheet_by_name(name)
        except WorksheetNotFound:
            raise RefusedError("asms.file_damaged") from None
        yield name, _rows(sheet)


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None or sheet.end is None:
        return
    if sheet.end[0] >= _MOST_ROWS or sheet.end[1] >= _MOST_COLUMNS:
        raise RefusedError("asms.file_too_large")
    before = [""] * sheet.start[1]  # the reader leaves empty columns out at the left, but no rows above
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, before + [cell if cell.__class__ is str else _text(cell) for cell in row]


def _text(cell: Cell) -> str:  # noqa: PLR0911
    """What people read in a cell; numbers and moments as an export would write them."""
    match cell:
        case bool():
            return "Sim" if cell else "Não"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            near = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
            return near.isoformat(" ") if near.time() != time() else near.date().isoformat()
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("seconds")
        case timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(cell)


def _has_errors(content: bytes) -> bool:
    """Whether a sheet may have cells that are errors. Without ZipFile.open, whose checks the reader makes again."""
    found, inflated = False, 0
    with ZipFile(io.BytesIO(content)) as book:
        parts = book.infolist()
    for part in parts:
        if not part.filename.startswith("xl/worksheets/"):
            continue
        name_and_extra = sum(struct.unpack_from("<HH", content, part.header_offset + 26))
        start = part.header_offset + 30 + name_and_extra
        stored = memoryview(content)[start : start + part.compress_size]
        for some in _inflated(stored) if part.compress_type == ZIP_DEFLATED else [bytes(stored)]:
            found = found or b'"e"' in some or b"'e'" in some
            inflated += len(some)
            if inflated > MOST_INFLATED:
                raise RefusedError("asms.file_too_large")
    return found


def _inflated(stored: memoryview) -> Iterator[bytes]:
    """A part's bytes; each deflated piece is at most about a thousand times as large."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    for place in range(0, len(stored), _AT_ONCE):
        yield inflating.decompress(stored[place : place + _AT_ONCE])


def _with_errors_as_text(content: bytes) -> bytes:
    copy = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as book, ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as written:
        for part in book.infolist():
            with book.open(part) as source, written.open(part.filename, "w", force_zip64=True) as target:
                kept = b""
                while some := source.read(16 * _AT_ONCE):
                    whole, opening, begun = (kept + some).rpartition(b"<")
                    target.write(_ERROR_CELL.sub(rb'\1"str"', whole))
                    kept = opening + begun
                target.write(_ERROR_CELL.sub(rb'\1"str"', kept))
    return copy.getvalue()
