"""Time zones: those of IANA, Notes' own names for them, and an entry of the calendar service's `timezones`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sincronia.answers import Problem, ProblemError

# ASSUMED: the names that Notes gives the zones of Brazil, and those of UTC.
_NOTES_NAMES = {
    "E. South America": "America/Sao_Paulo",
    "Central Brazilian": "America/Cuiaba",
    "SA Eastern": "America/Fortaleza",
    "SA Western": "America/Manaus",
    "SA Pacific": "America/Rio_Branco",
    "Mid-Atlantic": "America/Noronha",
    "GMT": "UTC",
    "Zulu": "UTC",
}


def zone_named(name: str) -> ZoneInfo:
    """The zone of a name, of IANA's or Notes'. Raises ProblemError(notes.zone_unknown)."""
    bare = name.strip().removesuffix(" Standard Time")
    try:
        return ZoneInfo(_NOTES_NAMES.get(bare, bare))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ProblemError(Problem("notes.zone_unknown", {"zone": name}))


def same_hours(one: ZoneInfo, other: ZoneInfo, days: Iterable[date], at: time) -> bool:
    """Whether the clocks of two zones agree at that time of all these days."""
    moments = [datetime.combine(day, at) for day in days]
    return all(_offset(moment, one) == _offset(moment, other) for moment in moments)


def entry(zone: ZoneInfo, days: Iterable[date], at: time) -> dict[str, Any]:
    """A zone as the calendar service wants it told, for a series on these days.

    ASSUMED: its form. Raises ProblemError(notes.zone_changes) where the offset isn't the same on all days.
    """
    offsets = {_offset(datetime.combine(day, at), zone) for day in days}
    if len(offsets) != 1:
        raise ProblemError(Problem("notes.zone_changes", {"zone": zone.key}))
    told = _signed(offsets.pop())
    start = {"date": "1970-01-01", "time": "00:00:00"}
    return {"tzid": zone.key, "standard": {"start": start, "offsetFrom": told, "offsetTo": told}}


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.replace(tzinfo=zone).utcoffset() or timedelta(0)


def _signed(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"
