"""The bench's claims notice what does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.claims import broken
from bench.flows import COMPANIES, USERS, Changed, MeasuredFlow
from bench.measured import Measured


def row(flow: MeasuredFlow, number: int, changed: Changed) -> Measured:
    """A run as it must be."""
    expected = flow.expected(number, changed)
    written = expected.writes
    return Measured(
        flow=flow,
        number=number,
        changed=changed,
        expected=expected,
        light_store=False,
        questor_reads=expected.questor_reads,
        target_reads=expected.target_reads,
        vendor_writes=written,
        dynamodb={"Query": 3, "GetItem": 3, "UpdateItem": 1, "TransactWriteItems": 3},
        rows={"runs": 4, "notifications": 2, "links": written, "outcomes": written},
        objects=6,
        others=2,
        seconds=1.0,
        processor_seconds=0.5,
        peak_megabytes=80.0,
    )


GOOD = [row(USERS, number, changed) for number in (100, 1_000) for changed in (Changed.NONE, Changed.SOME)]
COMPANIES_TOO = [
    row(COMPANIES, number, changed)
    for number in (100, 1_000)
    for changed in (Changed.PREVIEW, Changed.FIRST, Changed.NONE, Changed.SOME, Changed.NEW)
]


def test_good_rows_hold() -> None:
    assert [where for _, where in broken([*GOOD, *COMPANIES_TOO]) if where] == []


def test_each_company_counts_for_both_targets_and_all_that_belongs_to_it() -> None:
    """As a run over 100 simulated companies counts them, too."""
    keys = COMPANIES.keys(100)
    assert {kind: len(found) for kind, found in keys.items()} == {
        "companies": 100,
        "establishments": 41,
        "org_units": 300,
        "partners": 191,
        "employees": 1_000,
    }
    some = COMPANIES.expected(100, Changed.SOME)
    assert (some.received, some.writes) == (1_732, 2 * 1 + 0 + 3 + 1 + 10)
    assert (some.questor_reads, some.target_reads) == (1 + 1 + 3 + 2 + 10, 0)
    first = COMPANIES.expected(100, Changed.FIRST)
    assert (first.writes, first.target_reads) == (first.received, 6)
    new = COMPANIES.expected(100, Changed.NEW)
    assert (new.received, new.writes) == (1_733, 1)
    assert (new.questor_reads, new.target_reads) == (1 + 1 + 3 + 2 + 11, 10)
    edits = COMPANIES.edits(100, Changed.SOME)
    assert {kind: len(edit["change"]) for kind, edit in edits.items()} == {
        "companies": 1,
        "establishments": 0,
        "org_units": 3,
        "partners": 1,
        "employees": 10,
    }


@pytest.mark.parametrize(
    ("position", "changes"),
    [
        (0, {"vendor_writes": 1}),
        (0, {"rows": {"runs": 4, "notifications": 2, "outcomes": 1}}),
        (1, {"vendor_writes": 2}),
        (1, {"rows": {"runs": 4, "notifications": 2, "links": 2, "outcomes": 1}}),
        (0, {"questor_reads": 2}),
        (0, {"target_reads": 1}),
        (3, {"peak_megabytes": 256.0}),
        (2, {"rows": {"runs": 5, "notifications": 2}}),
        (2, {"dynamodb": {"Query": 3, "GetItem": 4, "UpdateItem": 1, "TransactWriteItems": 3}}),
        (3, {"dynamodb": {"Query": 3, "GetItem": 6, "UpdateItem": 2, "TransactWriteItems": 3}}),
        (2, {"objects": 600}),
    ],
)
def test_a_bad_row_is_named(position: int, changes: dict[str, object]) -> None:
    rows = list(GOOD)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]
    named = {name for _, where in broken(rows) for name in where}
    assert named == {f"{rows[position].number:,} users × {rows[position].changed.value}"}


def test_a_preview_may_write_nothing_of_its_records() -> None:
    rows = list(COMPANIES_TOO)
    rows[0] = replace(rows[0], rows={"runs": 4, "notifications": 2, "outcomes": 1})
    assert {name for _, where in broken(rows) for name in where} == {"100 companies × preview"}


def test_an_invocation_more_may_read_its_run_and_connection_and_look_for_a_block() -> None:
    """A first run that takes several invocations is no reason to doubt how links and targets are read."""
    rows = list(COMPANIES_TOO)
    assert rows[6].changed == Changed.FIRST
    more = {"Query": 3, "GetItem": 5, "UpdateItem": 2, "TransactWriteItems": 4}
    rows[6] = replace(rows[6], dynamodb=more, target_reads=rows[6].target_reads + 30)
    assert [where for _, where in broken(rows) if where] == []
    rows[6] = replace(rows[6], target_reads=rows[6].target_reads + 1)
    assert {name for _, where in broken(rows) for name in where} == {"1,000 companies × first"}


@pytest.mark.parametrize(
    ("position", "again", "holds"), [(8, 1, True), (8, 2, False), (6, 1, False)], ids=["update", "updates", "create"]
)
def test_an_interruption_may_cost_one_update_more_and_no_create(position: int, again: int, holds: bool) -> None:
    rows = list(COMPANIES_TOO)
    assert [rows[6].changed, rows[8].changed] == [Changed.FIRST, Changed.SOME]
    more = {"Query": 3, "GetItem": 5, "UpdateItem": 2, "TransactWriteItems": 4}
    writes = rows[position].vendor_writes + again
    rows[position] = replace(rows[position], dynamodb=more, vendor_writes=writes)
    assert (not [where for _, where in broken(rows) if where]) == holds
