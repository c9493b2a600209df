"""Where readings of both sides begin, by the vendors' clocks and ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sincronia import clock

# By how much a vendor's clock and ours may differ, where what was made since a moment is looked for.
SKEW = timedelta(minutes=15)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.fromtimestamp(clock.now(), UTC)


def next_beginning(newest: str, asked_at: datetime) -> str:
    """Where the next reading begins: at the newest change that the vendor told, and not after we began to ask.

    So a clock of the vendor's that is slow loses nothing, and a change that is dated ahead hides none that follows.
    """
    return min(datetime.fromisoformat(newest), asked_at).isoformat() if newest else BEGINNING.isoformat()
