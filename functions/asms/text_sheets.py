"""Rows of text as a worksheet has them, in XML: never a formula or a link, and the same again when they are read.

Several times as fast as by XlsxWriter, and in flat memory (docs/decisions/0025); it also takes “<r>” for its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipInfo

from xlsxwriter.utility import xl_col_to_name

_AT_ONCE = 100_000  # characters that are compressed together
_SPEED = 3  # of the compression: 6 saves a tenth, and takes twice the time

# An empty row whose cell has a format: rows of that format go there, in what XlsxWriter made.
_PLACE = re.compile(rb'<row r="(\d+)"[^>]*><c r="A\d+" s="(\d+)"/></row>')
_EXTENT = re.compile(rb'<dimension ref="[^"]*"/>')  # optional; nobody knows it before the last row
# What XML has no place for, or other meanings; and what readers of workbooks take for an escaped character.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def columns_named(number: int) -> Sequence[str]:
    """The letters of that many columns."""
    return [xl_col_to_name(place) for place in range(number)]


def filled(sheet: bytes, letters: Sequence[str], *parts: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A sheet's XML with rows in its places: XlsxWriter's rows of one cell that is empty but for its format.

    Each part's rows begin at one place and have its format. A row has no more texts than there are letters.
    """
    before, *places = _PLACE.split(_EXTENT.sub(b"", sheet))
    yield before
    for rows, first, style, after in zip(parts, places[::3], places[1::3], places[2::3], strict=True):
        waiting, length = list[str](), 0
        for line in _lines(letters, rows, int(first), int(style)):
            waiting.append(line)
            length += len(line)
            if length > _AT_ONCE:
                yield "".join(waiting).encode()
                waiting, length = [], 0
        yield "".join(waiting).encode()
        yield after


def part_of(name: str, moment: datetime) -> ZipInfo:
    """A part of a workbook, which is written into it at that moment."""
    part = ZipInfo(name, moment.timetuple()[:6])
    part.compress_type = ZIP_DEFLATED
    part._compresslevel = _SPEED  # type: ignore[attr-defined]  # what ZipFile.writestr sets, too
    return part


def _lines(letters: Sequence[str], rows: Iterable[Sequence[str]], first: int, style: int) -> Iterator[str]:
    inline = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
    special, escaped = _SPECIAL.sub, _escaped
    for number, row in enumerate(rows, first):
        cells = [
            f'<c r="{letter}{number}{inline}{special(escaped, text)}</t></is></c>'
            for letter, text in zip(letters, row, strict=False)
            if text
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return _NAMED.get(character) or f"_x{ord(character):04X}_"
