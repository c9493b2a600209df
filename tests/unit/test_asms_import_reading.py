"""Tables of files: which sheets, in what order, where each row stands, and what text a cell is."""

from __future__ import annotations

import io
import os
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asms.catalogues import Category
from asms.columns import Layout, columns_of
from asms.formats import About, write_workbook
from asms.importing import reading
from asms.importing.file_sentences import FILES
from asms.importing.model import Place
from asms.importing.reading import tables
from asms.importing.sentences import said
from asms.users import Culture
from sincronia.answers import ProblemError
from tests.hostile_workbooks import book, listed, text, worksheet, zipped

COLUMNS = columns_of(Category.CLIENTS, (), Layout.WITH_DATA)[:3]
HOSTILE = ['=HYPERLINK("http://x.example")', "+55 11", "_x0041_", "_x005F_x0041_", "a\r\nb", "\t", "\x01", " em volta "]
HOSTILE += ["<b>&amp;</b>", "]]>", "00123", "1e5", "TRUE", "2026-11-28", "#N/A", "😀", '<c t="e"><v>x</v></c>']
ANA = f'<row r="2">{text("A2", "Ana")}</row>'


def read(path: Path, sheet: str = "Clientes") -> list[tuple[Place, list[str]]]:
    """Every row of every table, headers among them."""
    every = tables(path, "usuários.xlsx", sheet)
    return [(row.place, list(row.cells)) for table in every for row in (table.header, *table.rows)]


def cells(path: Path) -> list[list[str]]:
    """What stands in the cells under the header."""
    return [row for _, row in read(path)[1:]]


def dropped(directory: Path, content: bytes) -> Path:
    """A file with this content, as it is downloaded."""
    path = directory / "dropped"
    path.write_bytes(content)
    return path


def exported(rows: list[list[str]]) -> bytes:
    """A workbook as an export writes it."""
    file = io.BytesIO()
    whole = ([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)
    write = About("Clientes", "Suporte", "com dados", datetime(2026, 11, 28, 9, tzinfo=UTC).replace(tzinfo=None))
    write_workbook(_Open(file), write, COLUMNS, whole)
    return file.getvalue()


class _Open:
    """What an export is written to."""

    def __init__(self, file: io.BytesIO) -> None:
        self.write, self.flush, self.close = file.write, file.flush, file.flush


def running() -> set[str]:
    """The processes that this one has started."""
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}


def test_what_an_export_wrote_comes_back_unchanged(tmp_path: Path) -> None:
    rows = [[one, "x"] for one in HOSTILE]
    head, *back = read(dropped(tmp_path, exported(rows)))
    assert head == (Place("", "Clientes", 1), [column.header for column in COLUMNS])
    assert back == [(Place("", "Clientes", number), row) for number, row in enumerate(rows, 2)]


@settings(max_examples=10)
@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=2), max_size=20))
def test_any_text_comes_back_unchanged(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    back = cells(dropped(tmp_path_factory.mktemp("any"), exported([[*row, "x"] for row in rows])))
    assert back == [[*row, "x"] for row in rows]


def test_rows_and_columns_keep_their_places(tmp_path: Path) -> None:
    rows = f'<row r="3">{text("C3", "Nome")}{text("E3", "Login")}</row><row r="7">{text("E7", "ana")}</row>'
    assert read(dropped(tmp_path, book(sheet=worksheet(rows)))) == [
        (Place("", "Clientes", 3), ["", "", "Nome", "", "Login"]),
        (Place("", "Clientes", 7), ["", "", "", "", "ana"]),
    ]


@pytest.mark.parametrize(
    ("sheets", "read_ones"),
    [
        (["Clientes"], ["Clientes"]),
        (["Outra", "Clientes", "Clientes (2)", "CLIENTES (10)"], ["Clientes", "Clientes (2)", "CLIENTES (10)"]),
        (["Outra", "  clientés "], ["  clientés "]),
        (["Clientes antigos", "Outra"], ["Clientes antigos"]),
        (["Especialistas", "Outra"], ["Especialistas"]),
    ],
)
def test_sheets_of_users_are_known_by_their_names(tmp_path: Path, sheets: list[str], read_ones: list[str]) -> None:
    workbook = listed(*(f'name="{sheet}"' for sheet in sheets))
    places = [place for place, _ in read(dropped(tmp_path, book(ANA, workbook=workbook)))]
    assert places == [Place("", sheet, number) for sheet in read_ones for number in (1, 2)]


def test_where_no_sheet_is_called_so_a_hidden_one_is_passed_over(tmp_path: Path) -> None:
    workbook = listed('name="Opções" state="hidden"', 'name="Plan1"')
    assert {place.sheet for place, _ in read(dropped(tmp_path, book(ANA, workbook=workbook)))} == {"Plan1"}


def test_a_zip_is_read_file_by_file_in_its_order(tmp_path: Path) -> None:
    files = {"b.xlsx": book(ANA), "__MACOSX/._b.xlsx": b"x", "pasta/a.csv": b"Nome\nBia\n", "sem nome": book(ANA)}
    assert read(dropped(tmp_path, zipped(files))) == [
        (Place("b.xlsx", "Clientes", 1), ["Nome", "Login"]),
        (Place("b.xlsx", "Clientes", 2), ["Ana"]),
        (Place("pasta/a.csv", "", 1), ["Nome"]),
        (Place("pasta/a.csv", "", 2), ["Bia"]),
        (Place("sem nome", "Clientes", 1), ["Nome", "Login"]),
        (Place("sem nome", "Clientes", 2), ["Ana"]),
    ]


def test_what_comes_before_a_damaged_file_of_a_zip_is_read(tmp_path: Path) -> None:
    every = tables(dropped(tmp_path, zipped({"a.xlsx": book(ANA), "b.xlsx": book(ANA)[:-9]})), "x.zip", "Clientes")
    assert [row.cells for row in next(every).rows] == [["Ana"]]
    with pytest.raises(ProblemError) as caught:
        next(every)
    assert (caught.value.problem.code, caught.value.problem.details) == ("asms.file_damaged", {"file": "b.xlsx"})


def test_a_problem_far_down_comes_after_the_rows_before_it(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}">{text(f"A{n}", "Ana")}</row>' for n in range(2, 1_000))
    long = f'<row r="1000">{text("C1000", "a" * 40_000)}</row>'
    table = next(every := tables(dropped(tmp_path, book(rows + long)), "x.xlsx", "Clientes"))
    assert next(table.rows).place == Place("", "Clientes", 2)
    with pytest.raises(ProblemError) as caught:
        list(table.rows)
    assert caught.value.problem.code == "asms.file_cell_long"
    assert caught.value.problem.details == {"file": "x.xlsx", "cell": "Clientes!C1000"}
    assert list(every) == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<c><v>12</v></c>", "12"),
        ("<c><v>-0</v></c>", "0"),
        ("<c><v>12.5</v></c>", "12.5"),
        ("<c><v>0.1</v></c>", "0.1"),
        ("<c><v>1.2345678901E10</v></c>", "12345678901"),
        ("<c><v>1E+20</v></c>", "100000000000000000000"),
        ('<c s="5"><v>7</v></c>', "7"),
        ('<c t="b"><v>1</v></c>', "Sim"),
        ('<c t="b"><v>0</v></c>', "Não"),
        ('<c s="1"><v>46354</v></c>', "2026-11-28"),
        ('<c s="2"><v>46354</v></c>', "2026-11-28"),
        ('<c s="2"><v>46354.3958333333</v></c>', "2026-11-28 09:30:00"),
        ('<c s="3"><v>0.3958333333</v></c>', "09:30:00"),
        ('<c s="4"><v>1.5</v></c>', "36:00:00"),
        ('<c t="d"><v>2026-11-28T00:00:00</v></c>', "2026-11-28"),
        ('<c t="str"><f>A1</f><v>  com espaços  </v></c>', "  com espaços  "),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
    ],
)
def test_cells_are_text(tmp_path: Path, cell: str, expected: str) -> None:
    assert cells(dropped(tmp_path, book(f'<row r="2">{cell}</row>'))) == [[expected]]


def test_a_formula_without_a_value_is_empty(tmp_path: Path) -> None:
    row = f'<row r="2">{text("A2", "Ana")}<c r="B2"><f>A1</f></c>{text("C2", "x")}</row>'
    assert cells(dropped(tmp_path, book(row))) == [["Ana", "", "x"]]


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    workbook = listed('name="Clientes"', more='<workbookPr date1904="1"/>')
    row = '<row r="2"><c r="A2" s="1"><v>44892</v></c></row>'
    assert cells(dropped(tmp_path, book(row, workbook=workbook))) == [["2026-11-28"]]


def test_an_import_has_a_most_of_rows_over_all_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.csv": b"Nome\nAna\nBia\nCaio\n", "b.csv": b"Nome\nDavi\nEva\n"}
    path = dropped(tmp_path, zipped(files))
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    assert len(read(path)) == 2 + 5
    monkeypatch.setattr(reading, "MOST_ROWS", 4)
    before = running()
    with pytest.raises(ProblemError) as caught:
        read(path)
    assert (caught.value.problem.code, caught.value.problem.details) == (
        "asms.file_rows",
        {"file": "usuários.xlsx", "most": "4"},
    )
    assert running() == before
    for culture in Culture:
        assert "4" in said(caught.value.problem, FILES, culture).sentence


def many(directory: Path) -> Path:
    """More rows than a child can be ahead with."""
    return dropped(directory, b"Nome;Login\n" + b"".join(b"%d;%s\n" % (n, b"a" * 200) for n in range(20_000)))


def test_who_stops_early_leaves_nothing_behind(tmp_path: Path) -> None:
    before = running()
    with closing(tables(many(tmp_path), "x.csv", "Clientes")) as every:
        table = next(every)
        assert next(table.rows).cells[0] == "0"
        assert len(running()) == len(before) + 1
    assert running() == before
    assert [each.name for each in tmp_path.iterdir()] == ["dropped"]


def test_rows_that_nobody_asked_for_are_passed_over(tmp_path: Path) -> None:
    files = zipped({"a.csv": b"Nome\nAna\nBia\n", "b.csv": b"Nome\nCaio\n"})
    assert [table.header.place.file for table in tables(dropped(tmp_path, files), "x", "Clientes")] == [
        "a.csv",
        "b.csv",
    ]


def test_a_child_that_does_nothing_is_waited_for_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 0.3)
    os.mkfifo(tmp_path / "dropped")
    before = running()
    with pytest.raises(ProblemError) as caught:
        next(tables(tmp_path / "dropped", "x.xlsx", "Clientes"))
    assert caught.value.problem.code == "asms.file_too_large"
    assert running() == before


def test_time_that_rows_are_worked_on_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 1.5)
    table = next(every := tables(many(tmp_path), "x.csv", "Clientes"))
    next(table.rows)
    time.sleep(1.6)
    assert (sum(1 for _ in table.rows), list(every)) == (19_999, [])


def test_a_child_knows_nothing_of_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above all no credentials."""
    child = tmp_path / "child.py"
    child.write_text('import json, os\nprint(json.dumps(["table", "", 1, sorted(os.environ)]))\nprint(\'["end"]\')\n')
    monkeypatch.setattr(reading, "_CHILD", child)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "invented")
    monkeypatch.setenv("LD_LIBRARY_PATH", "")
    (table,) = tables(child, "x", "Clientes")
    assert set(table.header.cells) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}


def test_a_child_that_can_not_start_is_a_defect_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHILD", tmp_path / "missing.py")
    with pytest.raises(ChildProcessError):
        next(tables(dropped(tmp_path, b"Nome"), "x.csv", "Clientes"))
