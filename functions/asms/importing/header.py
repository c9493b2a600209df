"""The first row of a table of users: which columns stand where. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from asms.columns import Column, Need
from asms.importing.cell_names import cell_name
from asms.importing.model import Place, Row
from sincronia.answers import Problem, ProblemError
from sincronia.names import name_key

RESULT_HEADERS = ("Situação", "O que fazer")  # of the workbook that comes back; an import passes over them
_LONGEST_SHOWN = 100  # characters of a header that isn't known
_NEAR = 0.75  # of 1: how alike two headers are of which one may be meant by the other


@dataclass(frozen=True, slots=True)
class Unknown:
    """A header that names no column, and the header that is like it; empty where none is, or its column is there."""

    text: str
    near: str


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table."""

    columns: tuple[Column | None, ...]  # by place; None: not ours, ignored
    ignored: tuple[Unknown, ...]
    missing: tuple[Column, ...]  # obligatory ones that the table lacks
    places: Mapping[str, int]  # by the column's key
    compared: tuple[tuple[int, Column], ...]  # all but the Id, which never changes

    def text(self, row: Row, key: str) -> str:
        """What a row says in a column; empty where it has no such cell."""
        place = self.places.get(key)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


def header_of(row: Row, columns: Sequence[Column]) -> Header:
    """The columns that a row names, however their headers are written.

    Raises ProblemError(asms.header_unknown, asms.header_without_key, asms.header_repeated).
    """
    by_name = {name_key(column.header): column for column in columns}
    by_letters = _unambiguous(columns)
    skipped = {_letters(header) for header in RESULT_HEADERS}
    found: list[Column | None] = []
    unknown: list[str] = []
    places: dict[str, int] = {}
    for place, text in enumerate(row.cells):
        letters = _letters(text)
        column = by_name.get(name_key(text)) or by_letters.get(letters)
        found.append(column)
        if column is None:
            if letters and letters not in skipped:
                unknown.append(text)
            continue
        first = places.setdefault(column.key, place)
        if first != place:
            cells = {"first": cell_name(first, row.place.number), "second": cell_name(place, row.place.number)}
            raise ProblemError(Problem("asms.header_repeated", {"column": column.header, **cells}))
    if not places:
        raise ProblemError(Problem("asms.header_unknown", {"line": line_of(row.place)}))
    if not places.keys() & {"id", "login"}:
        raise ProblemError(Problem("asms.header_without_key", {"line": line_of(row.place)}))
    return Header(
        columns=tuple(found),
        ignored=_ignored(unknown, [column.header for column in columns if column.key not in places]),
        missing=tuple(one for one in columns if one.need == Need.OBLIGATORY and one.key not in places),
        places=places,
        compared=tuple((place, one) for place, one in enumerate(found) if one is not None and one.key != "id"),
    )


def line_of(place: Place, seen_from: Place | None = None) -> str:
    """A row as people call it, the same in all languages: 5 (Clientes, lista.xlsx).

    seen_from: another row, whose sheet and file need no telling.
    """
    near = (seen_from.sheet, seen_from.file) if seen_from else ("", "")
    if near == (place.sheet, place.file):
        return f"{place.number}"
    where = ", ".join(filter(None, (place.sheet, place.file)))
    return f"{place.number} ({where})" if where else f"{place.number}"


def _letters(text: str) -> str:
    """A header without case, accents, spaces and punctuation."""
    return "".join(filter(str.isalnum, name_key(text)))


def _unambiguous(columns: Sequence[Column]) -> Mapping[str, Column]:
    """The columns whose headers differ by more than spaces and punctuation, as additional fields' may not."""
    alike = defaultdict[str, list[Column]](list)
    for column in columns:
        alike[_letters(column.header)].append(column)
    return {letters: same[0] for letters, same in alike.items() if len(same) == 1}


def _ignored(unknown: Sequence[str], free: Sequence[str]) -> tuple[Unknown, ...]:
    headers = {_letters(header): header for header in free}
    found = []
    for text in unknown:
        shown = text.strip()[:_LONGEST_SHOWN]
        near = get_close_matches(_letters(shown), headers, 1, _NEAR)
        found.append(Unknown(shown, headers[near[0]] if near else ""))
    return tuple(found)
