"""Reminders: minutes before the start ↔ an alarm of the calendar service ↔ Zoho's `Remind_At`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MINUTES = {"minutes": 1, "hours": 60, "days": 1_440, "weeks": 10_080}


def duration(text: str) -> timedelta | None:
    """A duration of iCalendar, as `-PT15M`; None where it is none."""
    told = _DURATION.fullmatch(text.strip().upper())
    if told is None or not any(told.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in told.groups()[1:])
    try:
        whole = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    return -whole if told[1] == "-" else whole


def of_alarms(alarms: Any) -> int | None:
    """The minutes before the start of the first alarm to ring; None where none rings before it."""
    rows = alarms if isinstance(alarms, list) else [alarms]
    triggers = [row.get("trigger") for row in rows if isinstance(row, dict)]
    told = [found for one in triggers if isinstance(one, str) and (found := duration(one)) is not None]
    before = [-one // timedelta(minutes=1) for one in told if one <= timedelta(0)]
    return max(before, default=None)


def alarms(minutes: int | None) -> list[dict[str, str]]:
    """The alarm of an event."""
    return [] if minutes is None else [{"action": "display", "trigger": f"-PT{minutes}M"}]


def of_remind_at(value: Any, starts: datetime) -> int | None:
    """The minutes of Zoho's `Remind_At`: a list of units and periods, or the moment as older editions have it.

    Raises ValueError.
    """
    if not value:
        return None
    if isinstance(value, str):
        return max(0, (starts - datetime.fromisoformat(value)) // timedelta(minutes=1))
    rows = value if isinstance(value, list) else [value]
    try:
        return max(int(row["unit"]) * _MINUTES[row["period"]] for row in rows)
    except (KeyError, TypeError) as error:
        raise ValueError("Remind_At") from error


def remind_at(minutes: int | None) -> list[dict[str, Any]] | None:
    """Zoho's `Remind_At`, in the longest period that says it whole."""
    if minutes is None:
        return None
    period = next(name for name, length in reversed(_MINUTES.items()) if minutes % length == 0)
    if minutes == 0:
        period = "minutes"
    return [{"unit": minutes // _MINUTES[period], "period": period}]
