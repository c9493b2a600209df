"""CSV files as Excel writes them: in UTF-8, Windows-1252 or UTF-16, between semicolons, commas or tabs.

It runs in the child process, and so imports little.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from asms.importing.file_kinds import RefusedError

_QUOTED = re.compile(r'"[^"]*"')
_DELIMITERS = ";,\t"  # the first is what Excel writes in Brazil
_LONGEST = 131_072  # characters of a cell, before it is known in what row it is


def sheets(content: bytes) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """The one table of a file: no name, and its numbered rows as Excel would number them."""
    yield "", _rows(_text(content))


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16")
        if "\0" in text:
            raise RefusedError("asms.file_kind_unknown")
        return text
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _delimiter(text: str) -> str:
    """The delimiter that the first line has most of, outside quotation marks."""
    for line in _QUOTED.sub("", text[:100_000]).splitlines():
        if line.strip():
            return max(_DELIMITERS, key=line.count)
    return _DELIMITERS[0]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST)
    delimiter = _delimiter(text)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield number, cells
    except csv.Error as fault:
        code = "asms.file_line_long" if "field larger" in str(fault) else "asms.file_quote"
        raise RefusedError(code, row=str(number + 1)) from None
