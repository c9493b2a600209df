"""What the counts must show, row by row and from one size to the next. Times are never judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from bench.flows import Changed
from bench.measured import Measured
from sincronia.engine.applying import BLOCK_SIZE

MOST_MEGABYTES = 256
READS_OF_AN_INVOCATION = 2  # GetItem: the run and the connection

Claim = Callable[[Measured], bool]


def pairs(rows: Iterable[Measured]) -> Iterator[tuple[Measured, Measured]]:
    """Rows that differ only in the number of records: the smaller and the next."""

    def kind(row: Measured) -> tuple[str, bool, int]:
        return row.flow.name, row.light_store, list(Changed).index(row.changed)

    order = sorted(rows, key=lambda row: (*kind(row), row.number))
    for _, alike in groupby(order, key=kind):
        yield from pairwise(alike)


def broken(rows: Sequence[Measured]) -> list[tuple[str, list[str]]]:
    """Each claim as a sentence, with the rows where it does not hold."""
    return [(sentence, [_name(row) for row in rows if not holds(row)]) for sentence, holds in _OF_A_ROW] + [
        (sentence, [_name(larger) for smaller, larger in pairs(rows) if not holds(smaller, larger)])
        for sentence, holds in _OF_A_PAIR
    ]


def _name(row: Measured) -> str:
    return f"{row.number:,} {row.flow.of} × {row.changed.value}"


def _at_rest(row: Measured) -> bool:
    written = row.vendor_writes + row.rows.get("links", 0) + row.rows.get("outcomes", 0)
    return row.changed not in {Changed.NONE, Changed.PREVIEW} or written == 0


def _interruptions(row: Measured) -> int:
    """How often the run was left and taken up again: each invocation takes the lease once."""
    return row.dynamodb["UpdateItem"] - 1


def _once_a_change(row: Measured) -> bool:
    """An update may be sent again where time ran out before its answer was there; a create never is."""
    again = row.vendor_writes - row.expected.writes
    creates = row.changed in {Changed.FIRST, Changed.NEW}
    sent_once = 0 <= again <= (0 if creates else _interruptions(row))
    return sent_once and row.rows.get("links", 0) <= row.expected.writes


def _reads_are_pages(row: Measured) -> bool:
    """An invocation that goes on where another one stopped looks for the records of its first block."""
    looked_for = row.target_reads - row.expected.target_reads
    most = BLOCK_SIZE * _interruptions(row)
    return row.questor_reads == row.expected.questor_reads and 0 <= looked_for <= most


def _own_rows(row: Measured) -> tuple[int, int, int]:
    return row.rows["runs"], row.rows["notifications"], row.dynamodb["UpdateItem"]


def _reads_of_rows(row: Measured) -> int:
    return row.dynamodb["GetItem"] - READS_OF_AN_INVOCATION * row.dynamodb["UpdateItem"]


_OF_A_ROW: list[tuple[str, Claim]] = [
    ("Nothing changed, or a preview: no vendor, link or outcome write", _at_rest),
    ("A record that changed: exactly one vendor write for each target, at most one link write", _once_a_change),
    ("Vendor reads: pages of Questor, and of a target where there are unlinked records", _reads_are_pages),
    (f"Peak memory under {MOST_MEGABYTES} MB", lambda row: row.peak_megabytes < MOST_MEGABYTES),
]
_OF_A_PAIR: list[tuple[str, Callable[[Measured, Measured], bool]]] = [
    (
        "Nothing changed, or a preview: run, lease and notification writes the same for every N",
        lambda smaller, larger: (
            larger.changed not in {Changed.NONE, Changed.PREVIEW} or _own_rows(smaller) == _own_rows(larger)
        ),
    ),
    (
        "Links are read by Query: GetItem calls the same for every N, but two for each invocation",
        lambda smaller, larger: _reads_of_rows(smaller) == _reads_of_rows(larger),
    ),
    (
        "Calls grow no faster than N",
        lambda smaller, larger: larger.calls * smaller.number <= smaller.calls * larger.number,
    ),
]
