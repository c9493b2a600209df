"""The workbook that comes back of an import: which rows are in it, as they were typed, with what is wrong."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asms.catalogues import Category
from asms.columns import LONGEST_CELL
from asms.importing.faults import faults_of
from asms.importing.model import IMPORT, MOST_COLUMNS, Asked, Place, Row, Table
from asms.importing.reading import tables
from asms.importing.returned import Wrong, sheets, write_workbook, wrong_rows
from asms.users import Culture
from sincronia.answers import Problem, problem_out
from sincronia.engine.report import closed
from sincronia.engine.state import Outcome, OutcomeKind, Phase, Run, RunKey, Tally

MADE_AT = datetime(2026, 11, 28, 9, 0)  # noqa: DTZ001  # as a file has it
HOSTILE = [
    *("=1+1", '=HYPERLINK("http://x.example")', "+55 11", "@SUM(A1)", "00123", "1e5", "TRUE", "2026-11-28", "#N/A"),
    *("_x0041_", "__x000D_", "_x005F_x0041_", "_x0041_x0042_", "a\nb", "a\r\nb", "\t", " em volta ", "\x01\x1f"),
    *("<b>&amp;</b>", "<r><t>x</t></r>", "]]>", "😀 João", "a" * LONGEST_CELL, "😀" * (LONGEST_CELL // 2)),
]
RESULTS = ["Situação", "O que fazer"]


def table(header: Sequence[str], *rows: Sequence[str], sheet: str = "Clientes", first: int = 2) -> Table:
    """A sheet as the reader gives it."""
    every = [Row(Place("", sheet, number), cells) for number, cells in enumerate(rows, first)]
    return Table(Row(Place("", sheet, 1), header), iter(every))


def found(every: Iterable[Table], *positions: int) -> list[list[list[str]]]:
    """The sheets that come back where these rows are wrong: the header and the rows of each."""
    wrong = (Wrong(position, f"errada {position}", f"corrija {position}") for position in positions)
    return [[list(sheet.header), *map(list, sheet.rows)] for sheet in sheets(every, wrong)]


def written(header: Sequence[str], rows: Sequence[Sequence[str]], number: int = 1) -> bytes:
    """A workbook in which all of these rows come back, as often as is said."""
    file = io.BytesIO()
    every = (table(header, *rows) for _ in range(number))
    wrong = (Wrong(position, "s", "a") for position in range(number * len(rows)))
    assert write_workbook(file, Category.CLIENTS, MADE_AT, sheets(every, wrong)) == number
    return file.getvalue()


def read(workbook: bytes) -> list[list[list[str]]]:
    """What an import reads in a workbook: the header and the rows of each of its sheets of users."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(workbook)
        return [
            [list(each.header.cells), *(list(row.cells) for row in each.rows)]
            for each in tables(path, "cadastros-a-corrigir.xlsx", "Clientes")
        ]


# ── which rows ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_wrong_rows_come_back_with_their_own_columns_in_their_order() -> None:
    every = [table(["Cor", "Login", "Nome"], ["azul", "a"], ["", "b", "B"], ["", "c", ""], ["", "d", "D"])]
    assert found(every, 0, 2) == [
        [
            ["Cor", "Login", "Nome", *RESULTS],
            ["azul", "a", "", "errada 0", "corrija 0"],
            ["", "c", "", "errada 2", "corrija 2"],
        ]
    ]


def test_rows_are_counted_over_all_tables_and_those_that_are_right_do_not_come_back() -> None:
    every = [table(["Login"], [each], [each + each]) for each in "abc"]
    assert [[row[0] for row in sheet] for sheet in found(every, 1, 4, 5)] == [["Login", "aa"], ["Login", "c", "cc"]]


def test_nothing_is_read_that_is_not_needed() -> None:
    def every() -> Iterable[Table]:
        yield table(["Login"], ["a"], ["b"])
        raise AssertionError

    assert found(every()) == []
    assert [row[0] for row in found(every(), 0)[0]] == ["Login", "a"]


def test_an_earlier_result_is_replaced_and_what_stands_beside_the_columns_stays() -> None:
    earlier = table(["Login", "SITUACAO", "Nome", "O que fazer"], ["a", "velha", "A", "velho", "", "nota"], ["b"])
    assert found([earlier], 0, 1) == [
        [
            ["Login", "Nome", *RESULTS],
            ["a", "A", "errada 0", "corrija 0", "", "nota"],
            ["b", "", "errada 1", "corrija 1"],
        ]
    ]


def test_a_file_that_has_lost_rows_is_no_file_to_correct() -> None:
    with pytest.raises(RuntimeError):
        found([table(["Login"], ["a"])], 1)


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────
ASKED = Asked("p", "Suporte", Category.CLIENTS, "a.csv", "imports/a/p/clients/a.csv", "e", Culture.PT, "Ana")


def run(left: int = 0, failed: int = 0, problem: Problem | None = None) -> Run:
    """An import of ten rows at its end: some weren't come to, and of some no more is known than that they failed."""
    counters = {OutcomeKind.CREATED: 10 - left - failed, OutcomeKind.FAILED: failed}
    at_work = Run(
        key=RunKey("empresa-modelo", "r"),
        integration="asms",
        flow=IMPORT,
        trigger="upload",
        filters=ASKED.out(),
        audience="empresa-modelo",
        started_at=1795424400.0,
        phase=Phase.APPLY,
        position=10 - left,
        tallies={"clients": Tally(10, 10, counters)},
    )
    return closed(at_work, problem)


def fault(code: str, cell: str = "", column: str = "") -> dict[str, object]:
    """A fault as outcomes keep it."""
    details = {"column": column}
    return {"cell": cell, "column": column, "value": "…", "problem": problem_out(Problem(code, details))}


def outcome(position: int, kind: OutcomeKind, *faults: dict[str, object]) -> Outcome:
    """What became of a row."""
    code = str(faults[0]["problem"]["code"]) if faults else ""  # type: ignore[index]
    return Outcome(
        f"{position:08}", "clients", kind, "", "Ana", Problem(code) if code else None, kept={"faults": list(faults)}
    )


EMPTY = fault("asms.cell_empty", "B3", "Nome")
EMAIL = fault("asms.cell_email", "C3", "E-mail")
STALE = fault("asms.row_stale")


def test_every_fault_of_a_row_is_told_with_its_column_and_cell() -> None:
    missing = fault("asms.column_missing", "", "Nome")
    one = outcome(3, OutcomeKind.REJECTED, EMPTY, EMAIL, STALE, missing, EMPTY)
    reasons = [told.reason for told in faults_of(one, Culture.PT)]
    (wrong,) = wrong_rows(run(), Culture.PT, [one], [], [])
    assert wrong.position == 3
    assert wrong.situation.split("\n") == [
        f"Nome (B3): {reasons[0]}",
        f"E-mail (C3): {reasons[1]}",
        reasons[2],
        f"Nome: {reasons[3]}",
    ]
    advices = [told.advice for told in faults_of(one, Culture.PT)]
    assert wrong.advice.split("\n") == list(dict.fromkeys(advices))


@pytest.mark.parametrize("culture", Culture)
def test_what_is_wrong_is_told_in_the_importers_language(culture: Culture) -> None:
    (wrong,) = wrong_rows(run(), culture, [outcome(0, OutcomeKind.REJECTED, EMPTY)], [], [])
    others = set(Culture) - {culture}
    told = {each: next(faults_of(outcome(0, OutcomeKind.REJECTED, EMPTY), each)) for each in Culture}
    assert wrong.advice == told[culture].advice
    assert wrong.advice not in {told[other].advice for other in others}


def test_the_kinds_of_rows_come_in_the_order_of_the_file_and_of_the_skipped_only_the_stale() -> None:
    rejected = [outcome(position, OutcomeKind.REJECTED, EMPTY) for position in (0, 5)]
    failed = [outcome(2, OutcomeKind.FAILED, fault("asms.row_overtaken"))]
    skipped = [outcome(1, OutcomeKind.SKIPPED, STALE), outcome(4, OutcomeKind.SKIPPED)]
    wrong = wrong_rows(run(failed=1), Culture.PT, rejected, failed, skipped)
    assert [each.position for each in wrong] == [0, 1, 2, 5]


def test_rows_that_a_run_did_not_come_to_are_told_why_it_ended() -> None:
    ended = run(left=3, failed=1, problem=Problem("connection_missing"))
    failed = [outcome(6, OutcomeKind.FAILED, fault("asms.row_overtaken"))]
    first, *left = wrong_rows(ended, Culture.EN, [], failed, [])
    assert (first.position, [each.position for each in left]) == (6, [7, 8, 9])
    assert {each.situation for each in left} == {"The connection of this run is gone or disabled."}


def test_what_a_cell_has_no_room_for_is_left_out() -> None:
    many = [fault("asms.cell_empty", f"{number}", "Coluna" * 20) for number in range(400)]
    (wrong,) = wrong_rows(run(), Culture.PT, [outcome(0, OutcomeKind.REJECTED, *many)], [], [])
    assert len(wrong.situation.encode("utf-16-le")) <= 2 * LONGEST_CELL
    assert wrong.situation.endswith("…")


# ── the workbook ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_hostile_texts_come_back_unchanged_in_rows_and_in_headers() -> None:
    header = ["Login", *(text for text in HOSTILE if text.strip())]
    rows = [["a", *(text for text in HOSTILE if text.strip())]]
    (sheet,) = read(written(header, rows))
    assert sheet == [[*header, *RESULTS], [*rows[0], "s", "a"]]


@settings(deadline=None, max_examples=25)  # each is read by a process of its own
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), min_size=1))
def test_any_text_comes_back_unchanged(rows: list[list[str]]) -> None:
    (sheet,) = read(written(["Login", "Nome"], rows))
    assert sheet == [["Login", "Nome", *RESULTS], *([*row, "s", "a"] for row in rows)]


def test_no_cell_is_a_formula_a_link_or_a_number() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(["Login", *HOSTILE[:9]], [["a", *HOSTILE[:9]]])))
    cells = [cell for row in book["Clientes"].iter_rows() for cell in row]
    assert {(cell.data_type, cell.number_format, cell.hyperlink) for cell in cells} == {("s", "@", None)}
    assert [cell.font.b for cell in cells] == [True] * 12 + [False] * 12


def test_as_many_columns_as_an_import_takes_come_back() -> None:
    header = [f"Coluna {number}" for number in range(MOST_COLUMNS)]
    book = openpyxl.load_workbook(io.BytesIO(written(header, [header])))
    assert [cell.value for cell in book["Clientes"][2]] == [*header, "s", "a"]


def test_several_sheets_are_named_as_an_import_knows_them_and_only_the_first_is_selected() -> None:
    file = written(["Login", "Nome"], [["a", "A"]], number=12)
    book = openpyxl.load_workbook(io.BytesIO(file))
    assert book.sheetnames == ["Clientes", *(f"Clientes ({number})" for number in range(2, 13))]
    assert [page.sheet_view.tabSelected for page in book] == [True, *[None] * 11]
    assert read(file) == [[["Login", "Nome", *RESULTS], ["a", "A", "s", "a"]]] * 12


def test_known_columns_have_their_width_and_the_result_is_wide() -> None:
    page = openpyxl.load_workbook(io.BytesIO(written(["Nome", "Cor"], [["A", "azul"]])))["Clientes"]
    widths = [round(page.column_dimensions[letter].width) for letter in "ABC"]
    assert widths[0] > widths[1]
    assert widths[2] > 50
    assert page.freeze_panes == "A2"


def test_the_same_rows_give_the_same_bytes() -> None:
    assert written(["Login"], [["a"]]) == written(["Login"], [["a"]])
    with ZipFile(io.BytesIO(written(["Login"], [["a"]]))) as book:
        assert {part.date_time for part in book.infolist()} == {(2026, 11, 28, 9, 0, 0)}
