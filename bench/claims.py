"""What the counts must show, row by row and from one size to the next. Times are never judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from math import ceil

from bench.measured import Changed, Measured

PAGE = 100  # records in a page of either vendor's listing
MOST_MEGABYTES = 256

Claim = Callable[[Measured], bool]


def pairs(rows: Iterable[Measured]) -> Iterator[tuple[Measured, Measured]]:
    """Rows that differ only in the number of records: the smaller and the next."""

    def kind(row: Measured) -> tuple[bool, list[Changed]]:
        return row.light_store, [row.changed]

    order = sorted(rows, key=lambda row: (row.light_store, list(Changed).index(row.changed), row.users))
    for _, alike in groupby(order, key=kind):
        yield from pairwise(alike)


def broken(rows: Sequence[Measured]) -> list[tuple[str, list[str]]]:
    """Each claim as a sentence, with the rows where it does not hold."""
    return [(sentence, [_name(row) for row in rows if not holds(row)]) for sentence, holds in _OF_A_ROW] + [
        (sentence, [_name(larger) for smaller, larger in pairs(rows) if not holds(smaller, larger)])
        for sentence, holds in _OF_A_PAIR
    ]


def _name(row: Measured) -> str:
    return f"{row.users:,} × {row.changed.value}"


def _at_rest(row: Measured) -> bool:
    written = row.vendor_writes + row.rows.get("links", 0) + row.rows.get("outcomes", 0)
    return row.changed != Changed.NONE or written == 0


def _once_a_change(row: Measured) -> bool:
    changed = row.changed.records(row.users)
    return row.vendor_writes == changed and row.rows.get("links", 0) <= changed


def _reads_are_pages(row: Measured) -> bool:
    zen = 1 if row.changed == Changed.FIRST else 0  # an empty Zen is one page
    return (row.questor_reads, row.zen_reads) == (ceil(row.users / PAGE), zen)


def _own_rows(row: Measured) -> tuple[int, int, int]:
    return row.rows["runs"], row.rows["notifications"], row.dynamodb["UpdateItem"]


_OF_A_ROW: list[tuple[str, Claim]] = [
    ("Nothing changed: no vendor, link or outcome write", _at_rest),
    ("A changed record: exactly one vendor write, at most one link write", _once_a_change),
    ("Vendor reads: pages of Questor, and of Zen where there are unlinked users", _reads_are_pages),
    (f"Peak memory under {MOST_MEGABYTES} MB", lambda row: row.peak_megabytes < MOST_MEGABYTES),
]
_OF_A_PAIR: list[tuple[str, Callable[[Measured, Measured], bool]]] = [
    (
        "Nothing changed: run, lease and notification writes the same for every N",
        lambda smaller, larger: larger.changed != Changed.NONE or _own_rows(smaller) == _own_rows(larger),
    ),
    (
        "Links are read by Query: GetItem calls the same for every N",
        lambda smaller, larger: smaller.dynamodb["GetItem"] == larger.dynamodb["GetItem"],
    ),
    (
        "Calls grow no faster than N",
        lambda smaller, larger: larger.calls * smaller.users <= smaller.calls * larger.users,
    ),
]
