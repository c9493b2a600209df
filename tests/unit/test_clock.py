"""Months as people in São Paulo have them."""

from __future__ import annotations

from datetime import datetime

import pytest

from sincronia import clock


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-12-01T02:59:59.999Z", "2026-11"),
        ("2026-12-01T03:00:00.000Z", "2026-12"),
        ("2027-01-01T02:59:59.999Z", "2026-12"),
    ],
)
def test_a_month_begins_at_midnight_in_sao_paulo(moment: str, month: str) -> None:
    assert clock.month(datetime.fromisoformat(moment).timestamp()) == month


@pytest.mark.parametrize(
    ("month", "bounds"),
    [
        ("2026-11", ("20261101T030000000Z", "20261201T030000000Z")),
        ("2026-12", ("20261201T030000000Z", "20270101T030000000Z")),
    ],
)
def test_a_month_s_bounds_are_those_of_run_ids(month: str, bounds: tuple[str, str]) -> None:
    assert clock.month_bounds(month) == bounds
