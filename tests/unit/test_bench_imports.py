"""The bench measures imports of a few rows, and its claims notice what does not hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import imports
from bench.imports import MeasuredImport, Way

ROWS = 230  # three of them changed
TAKEN = {Way.IMPORT: 1.0, Way.READER: 0.4, Way.OPENPYXL: 4.0, Way.DJANGO: 25.0, Way.DJANGO_LEAN: 12.0}
GOOD = [
    MeasuredImport(
        way=way,
        rows=rows,
        seconds=seconds,
        processor_seconds=seconds * rows / 7_000,
        peak_megabytes=60.0,
        child_megabytes=100.0 if way in {Way.IMPORT, Way.READER} else 0.0,
        read=rows,
        changed=rows // 100 if way in {Way.IMPORT, Way.DJANGO, Way.DJANGO_LEAN} else 0,
    )
    for rows in (7_000, 70_000)
    for way, seconds in TAKEN.items()
]


def measured(way: Way, directory: Path) -> MeasuredImport:
    """One way over a few rows, in a process of its own."""
    return imports.measure(way, ROWS, directory)


def broken_in(rows: list[MeasuredImport]) -> dict[str, list[str]]:
    """The claims that do not hold."""
    return {sentence: where for sentence, where in imports.broken(rows) if where}


def test_an_import_finds_each_row_that_differs(tmp_path: Path) -> None:
    found = measured(Way.IMPORT, tmp_path)

    assert (found.read, found.changed) == (ROWS, 3)
    assert found.child_megabytes > 0
    assert len(list(tmp_path.glob("plan-*.jsonl.gz"))) == 1


@pytest.mark.parametrize("way", [Way.READER, Way.OPENPYXL])
def test_others_read_the_same_rows_and_compare_none(way: Way, tmp_path: Path) -> None:
    found = measured(way, tmp_path)

    assert (found.read, found.changed) == (ROWS, 0)
    assert (found.child_megabytes > 0) == (way == Way.READER)


@pytest.mark.sweep
@pytest.mark.parametrize("way", [Way.DJANGO, Way.DJANGO_LEAN])
def test_django_finds_the_same_rows(way: Way, tmp_path: Path) -> None:
    assert imports.DJANGO_PYTHON.exists(), "django-import-export isn't installed; make .venv-bench/ready"

    found = measured(way, tmp_path)

    assert (found.read, found.changed) == (ROWS, 3)


def test_good_rows_hold() -> None:
    assert broken_in(GOOD) == {}


@pytest.mark.parametrize(
    ("position", "changes", "claim", "where"),
    [
        (0, {"read": 6_999}, 0, "import, 7,000 rows"),
        (2, {"read": 0}, 0, "openpyxl, 7,000 rows"),
        (0, {"changed": 69}, 0, "import, 7,000 rows"),
        (3, {"changed": 7_000}, 0, "django-import-export, 7,000 rows"),
        (3, {"processor_seconds": 19.9}, 1, "import, 7,000 rows"),
        (8, {"processor_seconds": 199.0}, 1, "import, 70,000 rows"),
        (5, {"processor_seconds": 12.1}, 2, "import, 70,000 rows"),
        (1, {"processor_seconds": 0.33}, 2, "import, 7,000 rows"),
        (5, {"peak_megabytes": 256.1}, 3, "import, 70,000 rows"),
        (5, {"child_megabytes": 512.1}, 3, "import, 70,000 rows"),
    ],
)
def test_a_bad_row_is_named(position: int, changes: dict[str, float], claim: int, where: str) -> None:
    rows = list(GOOD)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]

    sentence, _ = imports.broken(GOOD)[claim]
    assert broken_in(rows) == {sentence: [where]}


def test_what_was_not_measured_beside_an_import_is_not_judged() -> None:
    assert broken_in([row for row in GOOD if row.way == Way.IMPORT]) == {}
