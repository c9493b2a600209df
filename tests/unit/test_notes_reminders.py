"""Reminders in the forms of both sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes import reminders

STARTS = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(st.none() | st.integers(0, 100_000))
def test_reminder_is_read_as_it_was_written(minutes: int | None) -> None:
    assert reminders.of_alarms(reminders.alarms(minutes)) == minutes
    assert reminders.of_remind_at(reminders.remind_at(minutes), STARTS) == minutes


@pytest.mark.parametrize(
    ("alarms", "minutes"),
    [
        ([{"action": "display", "trigger": "-PT15M"}], 15),
        ({"trigger": "-P1DT1H"}, 1_500),
        ([{"trigger": "PT0S"}], 0),
        ([{"trigger": "-PT5M"}, {"trigger": "-PT1H"}], 60),
        ([{"trigger": "PT5M"}], None),  # after the start
        ([{"trigger": "P"}], None),
        ([{"trigger": "-P99999999999D"}], None),
        ([{"trigger": {"date": "2026-11-20"}}], None),
        (None, None),
        ([], None),
    ],
)
def test_alarms_of_notes_are_read(alarms: Any, minutes: int | None) -> None:
    assert reminders.of_alarms(alarms) == minutes


def test_period_of_the_crm_is_the_longest_that_says_it_whole() -> None:
    assert reminders.remind_at(15) == [{"unit": 15, "period": "minutes"}]
    assert reminders.remind_at(120) == [{"unit": 2, "period": "hours"}]
    assert reminders.remind_at(2_880) == [{"unit": 2, "period": "days"}]
    assert reminders.remind_at(0) == [{"unit": 0, "period": "minutes"}]


def test_moment_of_older_editions_is_read() -> None:
    assert reminders.of_remind_at("2026-11-20T08:45:00-03:00", STARTS) == 15


@pytest.mark.parametrize("value", ["ontem", [{"unit": 1, "period": "anos"}], [{"unit": 1}], ["x"]])
def test_reminder_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        reminders.of_remind_at(value, STARTS)


def test_duration_has_a_sign() -> None:
    assert reminders.duration("-P1W") == timedelta(weeks=-1)
    assert reminders.duration("+PT90S") == timedelta(seconds=90)
