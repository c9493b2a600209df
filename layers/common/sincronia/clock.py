"""The one place that the time comes from, so that tests can move it.

Call it as `clock.now()`; a name imported from here could not be moved.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # from the layer's tzdata: Lambda may have no time zone database


def now() -> float:
    """Seconds since 1970-01-01T00:00Z."""
    return time.time()


def moment() -> str:
    """This instant for people and sort keys: ISO 8601, UTC, milliseconds, always 24 characters."""
    return iso(now())


def iso(seconds: float) -> str:
    """The ISO 8601 form (UTC, milliseconds) of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def month(seconds: float) -> str:
    """The month (yyyy-mm) that seconds since 1970 fall into in São Paulo."""
    return datetime.fromtimestamp(seconds, SAO_PAULO).isoformat()[:7]


def months(seconds: float, count: int) -> tuple[str, ...]:
    """That month and the ones before it, the newest first."""
    year, number = (int(part) for part in month(seconds).split("-"))
    ordinals = (year * 12 + number - 1 - back for back in range(count))
    return tuple(f"{ordinal // 12:04}-{ordinal % 12 + 1:02}" for ordinal in ordinals)


def today() -> date:
    """The day that it is in São Paulo."""
    return datetime.fromtimestamp(now(), SAO_PAULO).date()


def month_bounds(month: str) -> tuple[str, str]:
    """Between which moments, in the compact form that run ids begin with, a month (yyyy-mm) in São Paulo lies."""
    year, number = int(month[:4]), int(month[5:])
    year_after, number_after = (year + 1, 1) if number == 12 else (year, number + 1)
    return _first_instant(year, number), _first_instant(year_after, number_after)


def _first_instant(year: int, month: int) -> str:
    return datetime(year, month, 1, tzinfo=SAO_PAULO).astimezone(UTC).strftime("%Y%m%dT%H%M%S000Z")
