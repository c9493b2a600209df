"""The bench's claims notice what does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.claims import broken
from bench.measured import Changed, Measured


def row(users: int, changed: Changed) -> Measured:
    """A run as it must be."""
    records = changed.records(users)
    return Measured(
        users=users,
        changed=changed,
        light_store=False,
        questor_reads=users // 100,
        zen_reads=0,
        vendor_writes=records,
        dynamodb={"Query": 3, "GetItem": 3, "UpdateItem": 1, "TransactWriteItems": 3},
        rows={"runs": 4, "notifications": 2, "links": records, "outcomes": records},
        objects=6,
        others=2,
        seconds=1.0,
        processor_seconds=0.5,
        peak_megabytes=80.0,
    )


GOOD = [row(users, changed) for users in (100, 1_000) for changed in (Changed.NONE, Changed.SOME)]


def test_good_rows_hold() -> None:
    assert [where for _, where in broken(GOOD) if where] == []


@pytest.mark.parametrize(
    ("position", "changes"),
    [
        (0, {"vendor_writes": 1}),
        (0, {"rows": {"runs": 4, "notifications": 2, "outcomes": 1}}),
        (1, {"vendor_writes": 2}),
        (1, {"rows": {"runs": 4, "notifications": 2, "links": 2, "outcomes": 1}}),
        (0, {"questor_reads": 2}),
        (0, {"zen_reads": 1}),
        (3, {"peak_megabytes": 256.0}),
        (2, {"rows": {"runs": 5, "notifications": 2}}),
        (2, {"dynamodb": {"Query": 3, "GetItem": 4, "UpdateItem": 1, "TransactWriteItems": 3}}),
        (2, {"objects": 600}),
    ],
)
def test_a_bad_row_is_named(position: int, changes: dict[str, object]) -> None:
    rows = list(GOOD)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]
    named = {name for _, where in broken(rows) for name in where}
    assert named == {f"{rows[position].users:,} × {rows[position].changed.value}"}
