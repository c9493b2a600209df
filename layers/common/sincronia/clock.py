"""The one place that the time comes from, so that tests can move it.

Call it as `clock.now()`; a name imported from here could not be moved.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since 1970-01-01T00:00Z."""
    return time.time()


def moment() -> str:
    """This instant for people and sort keys: ISO 8601, UTC, milliseconds, always 24 characters."""
    return iso(now())


def iso(seconds: float) -> str:
    """The ISO 8601 form (UTC, milliseconds) of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
