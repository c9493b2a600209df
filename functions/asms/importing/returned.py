"""The workbook that comes back of an import: the rows that weren't imported, as they were typed, with what is wrong.

It can be corrected and dropped again. All but its writing is pure.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import chain
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from asms.catalogues import Category
from asms.columns import LONGEST_CELL, RECORDS_SHEET, Layout, columns_of
from asms.importing.all_sentences import ALL_SENTENCES
from asms.importing.faults import ToldFault, faults_of
from asms.importing.header import RESULT_HEADERS
from asms.importing.model import MOST_COLUMNS, Table
from asms.importing.sentences import said
from asms.text_sheets import columns_named, filled, part_of
from asms.users import Culture
from sincronia.engine.state import Outcome, OutcomeKind, Run
from sincronia.names import name_key

_RESULTS = {name_key(header) for header in RESULT_HEADERS}
_RESULT_WIDTH, _WIDTH = 60, 20  # characters; the latter of columns that aren't ours
_FEWER = "The file has fewer rows than it had."


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one row of an import, and what to do; `position` is the row's in the file, counted from 0."""

    position: int
    situation: str
    advice: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that comes back; its rows are made as they are asked for, and before the next sheet is."""

    header: Sequence[str]
    rows: Iterator[Sequence[str]]


def wrong_rows(
    run: Run, culture: Culture, rejected: Iterable[Outcome], failed: Sequence[Outcome], skipped: Iterable[Outcome]
) -> Iterator[Wrong]:
    """The rows that weren't imported and can be dropped again, in the file's order; outcomes are in the run's.

    What was skipped comes back where it had changed since the preview; what the run hadn't come to when it ended early,
    with why it did.
    """
    stale = (one for one in skipped if one.problem and one.problem.code == "asms.row_stale")
    for outcome in merge(rejected, failed, stale, key=lambda one: one.seq):
        yield _wrong(outcome, culture)
    left = run.counters.get(OutcomeKind.FAILED, 0) - len(failed)
    if run.problem and left > 0:
        why = said(run.problem, ALL_SENTENCES, culture)
        for position in range(run.received - left, run.received):
            yield Wrong(position, why.sentence, why.advice)


def _wrong(outcome: Outcome, culture: Culture) -> Wrong:
    faults = [*faults_of(outcome, culture)]
    return Wrong(int(outcome.seq), _cell(map(_situation, faults)), _cell(fault.advice for fault in faults))


def _situation(fault: ToldFault) -> str:
    where = f"{fault.column} ({fault.cell})" if fault.cell else fault.column
    return f"{where}: {fault.reason}" if where else fault.reason


def _cell(lines: Iterable[str]) -> str:
    """The lines, each once; what a cell has no room for is left out."""
    text = "\n".join(dict.fromkeys(lines))
    most = LONGEST_CELL // 2  # a character may take two units
    return text if len(text) <= most else f"{text[: most - 1]}…"


def sheets(tables: Iterable[Table], wrong: Iterable[Wrong]) -> Iterator[Sheet]:
    """A sheet for each table of a file that has wrong rows: its own columns, but for those of an earlier result."""
    walk = _Walk(iter(wrong))
    if walk.ahead is None:
        return
    for table in tables:
        cells = table.header.cells
        kept = [place for place, text in enumerate(cells) if name_key(text) not in _RESULTS]
        rows = walk.rows(table, kept)
        first = next(rows, None)
        if first is not None:
            yield Sheet([*(cells[place] for place in kept), *RESULT_HEADERS], chain((first,), rows))
        if walk.ahead is None:
            return
    if walk.ahead is not None:
        raise RuntimeError(_FEWER)


class _Walk:
    """The wrong rows, met again one after the other."""

    def __init__(self, wrong: Iterator[Wrong]) -> None:
        self.wrong = wrong
        self.ahead = next(wrong, None)
        self.position = 0

    def rows(self, table: Table, kept: Sequence[int]) -> Iterator[Sequence[str]]:
        """Those of a table. What stands beside its columns is kept beside the result."""
        width = len(table.header.cells)
        for row in table.rows:
            ahead = self.ahead
            if ahead is None:
                return
            self.position += 1
            if self.position <= ahead.position:
                continue
            self.ahead = next(self.wrong, None)
            cells = [*row.cells, *[""] * (width - len(row.cells))]
            yield [*(cells[place] for place in kept), ahead.situation, ahead.advice, *cells[width:]]


def write_workbook(file: BinaryIO, category: Category, made_at: datetime, found: Iterable[Sheet]) -> int:
    """Writes the sheets to a file, named as an import knows them; gives how many they are. All cells are text."""
    number = 0
    letters = columns_named(MOST_COLUMNS + len(RESULT_HEADERS))
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for number, sheet in enumerate(found, 1):
            name = _part(number)
            with book.open(part_of(name, made_at), "w", force_zip64=True) as part:
                for some in filled(
                    _empty_sheet(category, made_at, sheet.header, number), letters, [sheet.header], sheet.rows
                ):
                    part.write(some)
        names = [_sheet_name(category, each) for each in range(1, number + 1)]
        with ZipFile(io.BytesIO(_frame(names, made_at, [_WIDTH]))) as frame:
            for name in frame.namelist():
                if not name.startswith("xl/worksheets/"):
                    book.writestr(part_of(name, made_at), frame.read(name))
    return number


def _sheet_name(category: Category, number: int) -> str:
    name = RECORDS_SHEET[category]
    return name if number == 1 else f"{name} ({number})"


def _part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _empty_sheet(category: Category, made_at: datetime, header: Sequence[str], number: int) -> bytes:
    """A sheet's XML with places for its header and for its rows, in the formats that the whole workbook has."""
    known = {name_key(one.header): one.width for one in columns_of(category, (), Layout.WITH_DATA)}
    widths = [known.get(name_key(text), _WIDTH) for text in header[: -len(RESULT_HEADERS)]]
    with ZipFile(io.BytesIO(_frame([""], made_at, [*widths, *[_RESULT_WIDTH] * len(RESULT_HEADERS)]))) as frame:
        sheet = frame.read(_part(1))
    return sheet if number == 1 else sheet.replace(b' tabSelected="1"', b"")  # sheets that are selected change together


def _frame(names: Iterable[str], made_at: datetime, widths: Sequence[int]) -> bytes:
    """A workbook without its rows. Formats are numbered as they are met: the same in all that have columns."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": made_at})
        bold = book.add_format({"num_format": "@", "bold": True})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for name in names:
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            for place, width in enumerate(widths):
                page.set_column(place, place, width, text)
            page.write_blank(0, 0, None, bold)
            page.write_blank(1, 0, None, text)
    return file.getvalue()
