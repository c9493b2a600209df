"""What hostile, damaged and odd files come to: rows, or a sentence; the process lives, and leaves nothing behind."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from asms.importing.cell_names import letters
from asms.importing.file_sentences import FILES
from asms.importing.reading import tables
from asms.importing.sentences import said
from asms.users import Culture
from sincronia.answers import Problem, ProblemError
from tests.hostile_workbooks import (
    HEAD,
    NAMESPACES,
    SHEET,
    book,
    broken_stream,
    directory_size,
    flagged,
    listed,
    parts,
    said_size,
    swelling,
    text,
    worksheet,
    wrong_checksum,
    zipped,
)

HEADER = (1, ["Nome", "Login"])
ANA = f'<row r="2">{text("A2", "Ana")}</row>'
ONLY_ANA = [HEADER, (2, ["Ana"])]
OPENING = f"<worksheet {NAMESPACES}><sheetData>{HEAD}"
CLOSING = "</sheetData></worksheet>"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
CSV = b"Nome;Login\r\nAna;ana\r\n"
BOTH = [HEADER, (2, ["Ana", "ana"])]

File = Callable[[], bytes]
Outcome = list[tuple[int, list[str]]] | str


def row(cells: str, number: int = 2) -> bytes:
    """A workbook with one row under the header."""
    return book(f'<row r="{number}">{cells}</row>')


def cell(attributes: str, content: str) -> bytes:
    """A workbook with one cell under the header."""
    return row(f'<c r="A2" {attributes}>{content}</c>')


def cut(file: bytes, share: float) -> bytes:
    """The beginning of a file."""
    return file[: int(len(file) * share)]


def of_parts(**names: str | bytes) -> bytes:
    """A zip of one part, or of some, whose names have `/` for `__` and `.` for `_`."""
    return zipped({name.replace("__", "/").replace("_", "."): content for name, content in names.items()})


def one(name: str, content: bytes) -> bytes:
    """A zip of one file."""
    return zipped({name: content})


@cache
def rows_of_a_bomb(number: int) -> bytes:
    """A workbook with so many rows of one cell."""
    return swelling(OPENING, b"<row><c><v>1</v></c></row>", number, CLOSING)


def wide() -> bytes:
    """A sheet whose only row is as wide as Excel has columns."""
    cells = "".join(text(f"{letters(place)}1", "x") for place in range(16_384))
    return book(sheet=worksheet(f'<row r="1">{cells}</row>'))


def empty_rows() -> bytes:
    """A sheet with every row that Excel has, all but two of them empty."""
    rows = "".join(f'<row r="{number}" ht="15"/>' for number in range(3, 1_048_577))
    return book(ANA + rows)


def styled_rows() -> bytes:
    """The same, and every row has a cell with a format and nothing in it."""
    rows = "".join(f'<row r="{number}"><c r="A{number}" s="5"/></row>' for number in range(3, 1_048_577))
    return book(ANA + rows)


def repeated_names() -> bytes:
    """A workbook with two parts of one name."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([*parts(ANA).items(), (SHEET, worksheet(HEAD))])


def repeated_members() -> bytes:
    """A zip with two files of one name."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([("a.xlsx", book(ANA)), ("a.xlsx", book())])


def noise(size: int) -> bytes:
    """Bytes that mean nothing."""
    return random.Random(7).randbytes(size)


SLOW = {"a bomb that only takes time", "a bomb that says it is small", "every row, with a format"}
CASES: dict[str, tuple[File, Outcome]] = {
    # What swells
    "a bomb of many rows": (lambda: rows_of_a_bomb(24_000_000), "too_large"),
    "a bomb that says it is small": (lambda: said_size(rows_of_a_bomb(24_000_000), 1_000), "too_large"),
    "a smaller bomb that says it is smaller": (lambda: said_size(rows_of_a_bomb(6_000_000), 1_000), "damaged"),
    "a bomb that only takes time": (lambda: swelling(OPENING, b"<row><c/></row>", 34_000_000, CLOSING), "too_large"),
    "a cell of 1 GB": (
        lambda: swelling(OPENING + '<row r="2"><c r="A2" t="str"><v>', b"a" * 2**20, 1_024, f"</v></c></row>{CLOSING}"),
        "too_large",
    ),
    "a cell of 40,000 characters": (lambda: row(text("A2", "a" * 40_000)), "cell_long"),
    "a cell of 16,384 pairs of units": (lambda: row(text("A2", "😀" * 16_384)), "cell_long"),
    "a cell of as much as fits": (lambda: row(text("A2", "a" * 32_767)), [HEADER, (2, ["a" * 32_767])]),
    "billion laughs in a sheet": (
        lambda: book(sheet=worksheet(f'{HEAD}<row r="2">{text("A2", "&lol9;")}</row>', LAUGHS)),
        "damaged",
    ),
    "billion laughs in shared strings": (
        lambda: book(ANA, strings=f"{LAUGHS}<sst {NAMESPACES}><si><t>&lol9;</t></si></sst>"),
        "damaged",
    ),
    "every row, all of them empty": (empty_rows, ONLY_ANA),
    "every row, with a format": (styled_rows, ONLY_ANA),
    "every column": (wide, "columns"),
    "a zip with 10,000 entries": (lambda: zipped({f"{n}.csv": b"" for n in range(10_000)}), "zip_many"),
    "a workbook with 10,000 parts": (
        lambda: zipped(parts(ANA) | {f"xl/media/{n}.png": b"" for n in range(10_000)}),
        "too_large",
    ),
    "a zip in a zip that swells": (lambda: one("a.zip", one("b.xlsx", bytes(30_000_000))), "zip_nested"),
    "a member of a zip that swells": (lambda: one("a.csv", b"a" * 80_000_000), "too_large"),
    # Cells far away
    "a far cell": (lambda: row('<c r="XFD1048576"><v>1</v></c>', 1_048_576), "too_large"),
    "a far cell, its attributes in another order": (
        lambda: book('<row spans="1:1" r="1048576"><c s="0" t="n" r="XFD1048576"><v>1</v></c></row>'),
        "too_large",
    ),
    "a far cell with a prefix": (
        lambda: book('<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'),
        "too_large",
    ),
    "a far cell of a row without number": (lambda: book('<row><c r="XFD1048576"><v>1</v></c></row>'), "too_large"),
    "a cell beyond Excel's rows": (lambda: row('<c r="A4294967295"><v>1</v></c>', 4_294_967_295), "too_large"),
    "a row number beyond 32 bits": (
        lambda: book('<row r="99999999999999"><c r="A99999999999999"><v>1</v></c></row>'),
        "too_large",
    ),
    "a cell beyond Excel's columns": (lambda: row('<c r="ZZZZZZ2"><v>1</v></c>'), "too_large"),
    # Damage
    "cut at a tenth": (lambda: cut(book(ANA), 0.1), "damaged"),
    "cut in the middle": (lambda: cut(book(ANA), 0.5), "damaged"),
    "cut in the directory": (lambda: cut(book(ANA), 0.9), "damaged"),
    "without the last byte": (lambda: book(ANA)[:-1], "damaged"),
    "a sheet cut within a tag": (lambda: book(sheet=f'{OPENING}<row r="2"><c r="A2" t="inl'), "damaged"),
    "a sheet cut between rows": (lambda: book(sheet=OPENING + ANA), "damaged"),
    "a wrong checksum": (lambda: wrong_checksum(book(ANA)), "damaged"),
    "a broken stream": (lambda: broken_stream(book(ANA * 50)), "damaged"),
    "a directory that says it is larger": (lambda: directory_size(book(ANA), 100_000), "damaged"),
    "a directory that says it is smaller": (lambda: directory_size(book(ANA), 10), "damaged"),
    "a sheet that says it is larger": (lambda: said_size(book(ANA), 100_000), ONLY_ANA),
    "a sheet that says it has 4 GB": (lambda: said_size(book(ANA), 2**32 - 2), "too_large"),
    "two parts of one name": (repeated_names, "damaged"),
    "an unknown entity": (lambda: row(text("A2", "&nada;")), "damaged"),
    "an external entity": (
        lambda: book(sheet=worksheet(f'{HEAD}<row r="2">{text("A2", "&e;")}</row>', EXTERNAL)),
        "damaged",
    ),
    "a document type": (lambda: book(sheet=worksheet(HEAD + ANA, "<!DOCTYPE worksheet>")), ONLY_ANA),
    "a sheet in UTF-16": (
        lambda: book(sheet=worksheet(HEAD + ANA, '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")),
        "no_header",
    ),
    "a character that XML lacks": (lambda: row(text("A2", "&#0;")), "damaged"),
    "no list of content types": (lambda: book(ANA, types=None), ONLY_ANA),
    "no list of sheets": (lambda: book(ANA, workbook=None), "damaged"),
    "no relations": (lambda: book(ANA, relations=None), "damaged"),
    "no styles": (lambda: book(ANA, styles=None), ONLY_ANA),
    "no shared strings": (lambda: book(ANA, strings=None), ONLY_ANA),
    "a sheet that is missing": (lambda: book(ANA, sheet=None), "damaged"),
    "no sheets": (lambda: book(ANA, workbook=listed()), "no_sheet"),
    "only a hidden sheet": (lambda: book(ANA, workbook=listed('name="X" state="hidden"')), "no_sheet"),
    "a shared string that is missing": (lambda: cell('t="s"', "<v>7</v>"), "damaged"),
    "a boolean that is none": (lambda: cell('t="b"', "<v>talvez</v>"), "damaged"),
    "a row number that is none": (lambda: book('<row r="x"><c r="??"><v>1</v></c></row>'), "damaged"),
    "row zero": (lambda: book('<row r="0"><c r="A0"><v>1</v></c></row>'), "damaged"),
    # Odd, but it can be read
    "a style below zero": (lambda: cell('s="-1"', "<v>7</v>"), [HEADER, (2, ["7"])]),
    "a style that is missing": (lambda: cell('s="99"', "<v>7</v>"), [HEADER, (2, ["7"])]),
    "a cell twice": (lambda: row(text("A2", "Ana") + text("A2", "Bia")), [HEADER, (2, ["Bia"])]),
    "rows that descend": (
        lambda: book(f'<row r="3">{text("A3", "Bia")}</row>{ANA}'),
        [HEADER, (2, ["Ana"]), (3, ["Bia"])],
    ),
    "cells without place": (
        lambda: row('<c t="str"><v>Ana</v></c><c t="str"><v>ana</v></c>'),
        BOTH,
    ),
    "rows without number": (lambda: book('<row><c t="str"><v>Ana</v></c></row>'), ONLY_ANA),
    "a prefix throughout": (lambda: book('<x:row r="2"><x:c r="A2" t="str"><x:v>Ana</x:v></x:c></x:row>'), ONLY_ANA),
    "CDATA": (lambda: row(text("A2", "<![CDATA[<b>&]]>")), [HEADER, (2, ["<b>&"])]),
    "rich text": (lambda: cell('t="s"', "<v>1</v>"), [HEADER, (2, ["dois"])]),
    "a number that is none": (lambda: cell("", "<v>abc</v>"), [HEADER, (2, ["abc"])]),
    "not a number": (lambda: cell("", "<v>NaN</v>"), [HEADER, (2, ["nan"])]),
    "an error": (lambda: cell('t="e"', "<v>#N/A</v>"), [HEADER, (2, ["#N/A"])]),
    "an error, its attributes otherwise": (
        lambda: book('<row r="2"><x:c t = \'e\' r="A2"><x:v>#REF!</x:v></x:c></row>'),
        [HEADER, (2, ["#REF!"])],
    ),
    "an error that is new": (lambda: cell('t="e"', "<v>#SPILL!</v>"), [HEADER, (2, ["#SPILL!"])]),
    "text that looks like an error's cell": (
        lambda: row(text("A2", '&lt;c t="e"&gt;')),
        [HEADER, (2, ['<c t="e">'])],
    ),
    "a formula with its value": (lambda: cell('t="str"', '<f>"A"&amp;"na"</f><v>Ana</v>'), ONLY_ANA),
    "a formula that is an error": (lambda: cell('t="e"', "<f>1/0</f><v>#DIV/0!</v>"), [HEADER, (2, ["#DIV/0!"])]),
    "a formula that calls a program": (
        lambda: cell('t="str"', "<f>cmd|'/C calc'!A0</f><v>Ana</v>"),
        ONLY_ANA,
    ),
    "text that would be a formula": (
        lambda: row(text("A2", "=cmd|'/C calc'!A0")),
        [HEADER, (2, ["=cmd|'/C calc'!A0"])],
    ),
    "merged headers": (
        lambda: book(
            sheet=worksheet(
                f'<row r="1">{text("A1", "Nome")}</row>{ANA}', after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
            )
        ),
        [(1, ["Nome"]), (2, ["Ana"])],
    ),
    # Of another kind
    "an empty file": (lambda: b"", "empty"),
    "a workbook with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le") + bytes(500), "encrypted"),
    "an old workbook": (lambda: OLE + "Workbook".encode("utf-16-le") + bytes(500), "old"),
    "macros": (lambda: book(ANA, macros=OLE), "macros"),
    "a binary workbook": (lambda: of_parts(xl__workbook_bin=b"\x83\1"), "xlsb"),
    "an OpenDocument sheet": (
        lambda: of_parts(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<a/>"),
        "ods",
    ),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", "pdf"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(20), "kind"),
    "a page": (lambda: b"\xef\xbb\xbf <!DOCTYPE html><table><tr><td>Nome</td></tr></table>", "kind"),
    "a text document": (lambda: zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"}), "kind"),
    "a presentation": (lambda: zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<a/>"}), "kind"),
    "a package of nothing": (lambda: zipped({"[Content_Types].xml": "<Types/>"}), "damaged"),
    "noise": (lambda: noise(5_000), "kind_unknown"),
    "noise that begins as a zip": (lambda: b"PK\x03\x04" + noise(5_000), "damaged"),
    # Zips
    "an empty zip": (lambda: zipped({}), "zip_empty"),
    "a zip of what systems leave": (
        lambda: zipped({"__MACOSX/._a.xlsx": b"x", ".DS_Store": b"x", "pasta/": b"", "Thumbs.db": b"x"}),
        "zip_empty",
    ),
    "a zip in a zip": (lambda: one("a.zip", one("a.xlsx", book(ANA))), "zip_nested"),
    "a zip of other files": (lambda: one("foto.png", b"\x89PNG"), "kind"),
    "a zip with an empty file": (lambda: one("a.csv", b""), "empty"),
    "a zip with a damaged workbook": (lambda: one("a.xlsx", cut(book(ANA), 0.5)), "damaged"),
    "a zip with a wrong checksum": (lambda: wrong_checksum(one("a.csv", CSV), "a.csv"), "damaged"),
    "a zip with a password": (lambda: flagged(one("a.xlsx", book(ANA)), "a.xlsx"), "zip_encrypted"),
    "a workbook whose parts have a password": (lambda: flagged(book(ANA), SHEET), "encrypted"),
    "a zip with a name from above": (lambda: one("../a.xlsx", book(ANA)), "zip_name"),
    "a zip with a name from within above": (lambda: one("a/../../b.xlsx", book(ANA)), "zip_name"),
    "a zip with a name from the root": (lambda: one("/etc/a.xlsx", book(ANA)), "zip_name"),
    "a zip with a name of a drive": (lambda: one("C:/a.xlsx", book(ANA)), "zip_name"),
    "a zip with a long name": (lambda: one("a" * 60_000 + ".xlsx", book(ANA)), "zip_name"),
    "a zip with a name that rings": (lambda: one("a\a.xlsx", book(ANA)), "zip_name"),
    "a zip with a name twice": (repeated_members, "zip_repeats"),
    "a zip of a CSV file": (lambda: one("pasta/a.csv", CSV), BOTH),
    # CSV
    "CSV in UTF-8": ("Nome;Login\r\nJoão;joão\r\n".encode, [HEADER, (2, ["João", "joão"])]),
    "CSV with a mark of UTF-8": (lambda: b"\xef\xbb\xbf" + CSV, BOTH),
    "CSV in Windows-1252": (
        lambda: "Nome;Login\r\n“João”;joão\r\n".encode("cp1252"),
        [HEADER, (2, ["“João”", "joão"])],
    ),
    "CSV in what Windows-1252 lacks": (lambda: b"Nome;Login\r\nJo\xe3o;\x81\r\n", [HEADER, (2, ["João", "\x81"])]),
    "CSV in UTF-16": (lambda: "Nome\tLogin\r\nJoão\tjoão\r\n".encode("utf-16"), [HEADER, (2, ["João", "joão"])]),
    "CSV in UTF-16, cut": (lambda: "Nome\tLogin\r\nJoão".encode("utf-16")[:-1], "damaged"),
    "CSV in UTF-16 without its mark": (lambda: "Nome;Login\r\n".encode("utf-16-le"), "kind_unknown"),
    "CSV with NUL": (lambda: CSV + b"a\0b;c\r\n", "kind_unknown"),
    "CSV between commas": (lambda: b'Nome,Login\n"Ana; Bia",ana\n', [HEADER, (2, ["Ana; Bia", "ana"])]),
    "CSV between tabs": (lambda: b"Nome\tLogin\nAna, Bia\tana\n", [HEADER, (2, ["Ana, Bia", "ana"])]),
    "CSV with delimiters in its header": (
        lambda: b'"a,b,c";Login\nAna;ana\n',
        [(1, ["a,b,c", "Login"]), (2, ["Ana", "ana"])],
    ),
    "CSV with line breaks in cells": (
        lambda: b'Nome;Login\r\n"Ana\nBia";ana\r\nC;c\r\n',
        [HEADER, (2, ["Ana\nBia", "ana"]), (3, ["C", "c"])],
    ),
    "CSV with empty lines": (
        lambda: b"\r\nNome;Login\r\n\r\n;;\r\nAna;ana\r\n",
        [(2, ["Nome", "Login"]), (5, ["Ana", "ana"])],
    ),
    "CSV with lines of old Macs": (lambda: CSV.replace(b"\r\n", b"\r"), BOTH),
    "CSV with a quotation mark that stays open": (lambda: CSV + b'"Bia;bia\r\nC;c\r\n', "quote"),
    "CSV with text after a quotation mark": (lambda: CSV + b'"Bia"x;bia\r\n', "quote"),
    "CSV with a line of 10 million characters": (lambda: CSV + b"a" * 10_000_000, "line_long"),
    "CSV with a cell of 40,000 characters": (lambda: CSV + b"a" * 40_000, "cell_long"),
    "CSV with 10 million cells in a line": (lambda: CSV + b";" * 10_000_000 + b"a", "columns"),
    "CSV of one line": (lambda: b"Nome;Login", [HEADER]),
    "CSV of empty lines": (lambda: b"\r\n\r\n;;;\r\n", "no_header"),
    "CSV of a formula": (
        lambda: b"Nome;Login\r\n=cmd|'/C calc'!A0;ana\r\n",
        [HEADER, (2, ["=cmd|'/C calc'!A0", "ana"])],
    ),
}


def outcome(path: Path) -> Outcome:
    """What reading a file comes to: its rows, or the code of a problem, without what all codes begin with."""
    try:
        return [
            (each.place.number, list(each.cells))
            for table in tables(path, "usuários.xlsx", "Clientes")
            for each in (table.header, *table.rows)
        ]
    except ProblemError as error:
        return code_of(error.problem)


def code_of(problem: Problem) -> str:
    """A problem's code, once it can be told in every language."""
    for culture in Culture:
        told = said(problem, FILES, culture)
        assert problem.details["file"] in told.sentence
        assert told.advice
    return problem.code.removeprefix("asms.").removeprefix("file_")


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.sweep) if case in SLOW else case for case in CASES]
)
def test_a_file_comes_to_rows_or_to_a_sentence(tmp_path: Path, case: str) -> None:
    make, expected = CASES[case]
    path = tmp_path / "dropped"
    path.write_bytes(make())
    before = children()
    assert outcome(path) == expected
    assert children() == before
    assert [each.name for each in tmp_path.iterdir()] == ["dropped"]


def children() -> list[str]:
    """The processes that this one has started and not yet seen the end of."""
    return [name for task in Path("/proc/self/task").iterdir() for name in (task / "children").read_text().split()]


def test_every_problem_of_a_file_has_a_case() -> None:
    elsewhere = {"asms.file_rows"}  # tests/unit/test_asms_import_reading.py
    codes = {expected for _, expected in CASES.values() if isinstance(expected, str)}
    assert {f"asms.{code}" if code.startswith("zip_") else f"asms.file_{code}" for code in codes} == set(
        FILES
    ) - elsewhere


def test_every_language_uses_the_same_details() -> None:
    for sentences in FILES.values():
        used = [set(re.findall(r"{(\w+)}", f"{one.sentence} {one.advice}")) for one in map(sentences.of, Culture)]
        assert "file" in used[0]
        assert used == [used[0]] * len(Culture)
