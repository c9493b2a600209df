"""What the counts of SGP's rows must show, row by row and from one size to the next. Times are never judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from bench.claims import MOST_MEGABYTES
from bench.contracts import Happening
from bench.on_light_hints import MeasuredContracts

Claim = Callable[[MeasuredContracts], bool]

OZMAP_READS = 2  # for each contract looked at: its client, and the property that the client is in
_IN_STEP = {Happening.QUIET, Happening.TOUCHED, Happening.POWER_QUIET}


def pairs(rows: Iterable[MeasuredContracts]) -> Iterator[tuple[MeasuredContracts, MeasuredContracts]]:
    """Rows that differ only in the number of contracts: the smaller and the next."""

    def kind(row: MeasuredContracts) -> int:
        return list(Happening).index(row.happening)

    for _, alike in groupby(sorted(rows, key=lambda row: (kind(row), row.number)), key=kind):
        yield from pairwise(alike)


def broken(rows: Sequence[MeasuredContracts]) -> list[tuple[str, list[str]]]:
    """Each claim as a sentence, with the rows where it does not hold."""
    return [(sentence, [_name(row) for row in rows if not holds(row)]) for sentence, holds in _OF_A_ROW] + [
        (sentence, [_name(larger) for smaller, larger in pairs(rows) if not holds(smaller, larger)])
        for sentence, holds in _OF_A_PAIR
    ]


def _name(row: MeasuredContracts) -> str:
    return f"{row.number:,} contracts × {row.happening.value}"


def _hints(row: MeasuredContracts) -> bool:
    """The log has a row for each contract that differs, one for the sweep, and no more."""
    return (row.hints, row.sweeps, row.compared) == (row.due.hints, bool(row.happening.sweep), row.due.compared)


def _sgp(row: MeasuredContracts) -> bool:
    """No call for a contract that does not differ."""
    called = (row.pages, row.consulted, row.splitter_calls)
    return called == (row.due.pages, row.due.hints, row.due.splitters)


def _ozmap(row: MeasuredContracts) -> bool:
    return (row.ozmap_reads, row.ozmap_writes) == (OZMAP_READS * row.due.hints, row.due.writes)


def _in_step(row: MeasuredContracts) -> bool:
    if row.happening not in _IN_STEP:
        return True
    asked = row.store.get
    of_records = [asked(f"{name} writes", 0) for name in ("link", "outcome", "event")]
    return not any([*of_records, row.ozmap_reads, row.ozmap_writes, row.hints])


def _ended(row: MeasuredContracts) -> bool:
    kind = "unchanged" if row.happening == Happening.WEBHOOKS else "updated"
    return row.kinds == (frozenset({kind}) if row.due.hints else frozenset())


def _links_once(row: MeasuredContracts) -> bool:
    return row.store.get("link writes", 0) <= row.due.writes


_OF_A_ROW: list[tuple[str, Claim]] = [
    ("A sweep queues a hint for each contract that differs, and for no other", _hints),
    ("SGP: a page per 100 clients and date, one consultation per hint, one call per splitter concerned", _sgp),
    ("OZmap: two reads per hint, one write per contract that differs", _ozmap),
    ("Nothing differs: nothing asked of OZmap, no link, outcome or event written", _in_step),
    ("Every hint ends as it must", _ended),
    ("A link is written only where something was", _links_once),
    (f"Peak memory under {MOST_MEGABYTES} MB", lambda row: row.peak_megabytes < MOST_MEGABYTES),
]
_OF_A_PAIR: list[tuple[str, Callable[[MeasuredContracts, MeasuredContracts], bool]]] = [
    (
        "Nobody changed: as many calls for every N",
        lambda smaller, larger: larger.happening != Happening.QUIET or larger.calls == smaller.calls,
    ),
    (
        "Calls grow no faster than N",
        lambda smaller, larger: larger.calls * smaller.number <= smaller.calls * larger.number,
    ),
]
