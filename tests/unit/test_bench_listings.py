"""The bench measures a budget of a few items, and its claims notice what does not hold."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from bench import listings, tables
from bench.listings import MeasuredListing

GOOD = [
    MeasuredListing(
        items=items,
        counted=items * 3 // 7,
        megabytes=items / 2_200,
        seconds=items / 7_000,
        processor_seconds=items / 7_100,
        reading_seconds=items / 21_000,
        keeping_seconds=items / 16_000,
        pricing_seconds=items / 33_000,
        peak_megabytes=70 + items / 650,
        kept_megabytes=items / 38_000,
        sums_equal=True,
    )
    for items in listings.SIZES
]


def test_a_budget_is_read_kept_and_priced_as_the_worker_does_it() -> None:
    found = listings.measure(70)

    assert (found.items, found.counted, found.sums_equal) == (70, 30, True)
    assert found.reading_seconds + found.keeping_seconds + found.pricing_seconds == pytest.approx(
        found.processor_seconds
    )
    assert found.peak_megabytes > 30
    assert found.kept_megabytes > 0


def test_good_rows_hold() -> None:
    assert [where for _, where in listings.broken(GOOD)] == [[], []]


@pytest.mark.parametrize(
    ("position", "changes", "claim", "where"),
    [(1, {"sums_equal": False}, 0, "5,000 items"), (4, {"peak_megabytes": 256.0}, 1, "50,000 items")],
)
def test_a_bad_row_is_named(position: int, changes: dict[str, float], claim: int, where: str) -> None:
    rows = list(GOOD)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]

    assert [found for _, found in listings.broken(rows)][claim] == [where]
    assert [found for _, found in listings.broken(rows)][1 - claim] == []


def test_the_tables_say_how_much_a_second_and_how_it_grows() -> None:
    console = Console(file=StringIO(), width=150, record=True)

    console.print(tables.of_listings(GOOD), tables.growth_of_listings(GOOD))

    text = console.export_text()
    assert "7,000" in text
    assert "25,000 → 50,000" in text
    assert "2.0" in text
