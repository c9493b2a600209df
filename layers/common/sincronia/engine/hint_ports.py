"""What the hints' worker and tick ask of the outside. AWS is behind them in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from sincronia.engine.days import Day
from sincronia.engine.flow import Identity
from sincronia.engine.hints import Hint, Kept, Period, StoredHint
from sincronia.engine.state import Connection, Link, Notification, Outcome, Run, RunKey, ScheduledFlow


class Commit(Enum):
    """What became of a commit."""

    DONE = auto()  # now, or by an earlier attempt
    NO_DAY = auto()  # the day has no open run
    ERASED = auto()  # the connection is gone, or on its way out: nothing may be written any more


@dataclass(frozen=True, slots=True)
class Event:
    """An event that is known by its sender's id."""

    hint_id: str
    body_hash: str


class HintQueue(Protocol):
    """The queue of hints. Those of one record come one after the other, in the order that they were sent in."""

    def send(self, hint: Hint, turn: str = "") -> None:
        """Queues a hint; the same hint and turn are queued once."""
        ...

    def send_many(self, hints: Iterable[Hint]) -> None:
        """Queues hints for their first turn."""
        ...


class HintStore(Protocol):
    """State as the hints' worker needs it. A condition that fails is an answer, not an error."""

    def connection(self, connection: str) -> Connection | None:
        """The connection's configuration, read consistently; None where it is gone, or on its way out."""
        ...

    def hint(self, connection: str, hint_id: str) -> StoredHint | None:
        """The hint, read consistently."""
        ...

    def known(self, hint: Hint) -> Event:
        """The event of the hint's event id: from now on this hint's, if it was not known."""
        ...

    def link(self, connection: str, entity: str, source_id: str) -> Link | None:
        """A record's link, read consistently."""
        ...

    def keep(self, stored: StoredHint) -> bool:
        """Writes the hint as it stands. False: it had come to its end before."""
        ...

    def conclude(
        self,
        stored: StoredHint,
        day: RunKey | None,
        outcome: Outcome | None,
        link: Link | None,
        forgotten: tuple[Identity, ...] = (),
    ) -> Commit:
        """Writes a hint's end with what belongs to it, all or nothing; once, whatever is repeated.

        Without a day (a sweep), it is the hint alone. `forgotten` are identities that the record no longer has.
        """
        ...

    def day(self, key: RunKey) -> Day | None:
        """A day's run, read consistently."""
        ...

    def open_day(self, run: Run, notification: Notification) -> bool:
        """Makes the day's run and its notification, where there is none. False: as Commit.ERASED."""
        ...

    def claim_removal(self, key: RunKey, record: str, allowed: int) -> bool:
        """Counts the record among the day's removals; False where it would be more than are allowed.

        One that was counted before, and any on a day that a person has let through, is true.
        """
        ...

    def count_links(self, key: RunKey, entity: str) -> int:
        """The connection's links of that kind at the start of the day, counted at the first call.

        Only those that the target has something of.
        """
        ...

    def hold(self, stored: StoredHint, before: Day, after: Run, notification: Notification, link: Link | None) -> bool:
        """Writes a hint that the brake holds, with its day and its record's link.

        False: the day's phase, its held hints or what a person said of them are no longer as they were read.
        """
        ...

    def let_go(self, key: RunKey, hints: frozenset[str]) -> None:
        """The day's brake holds these hints no longer."""
        ...

    def received(self, connection: str, period: Period, after: str) -> Iterator[StoredHint]:
        """The hints of a period in the order of their receipt, after one of that id."""
        ...

    def kept(self, connection: str, entity: str) -> Kept:
        """What an integration keeps for a connection."""
        ...


class HintSchedule(Protocol):
    """State as the hints' tick needs it."""

    def due_flows(self, integration: str, now: float) -> Iterator[ScheduledFlow]:
        """Sweeps of enabled connections whose time has come."""
        ...

    def start_sweep(self, flow: ScheduledFlow, stored: StoredHint, next_due: float) -> bool:
        """Makes the sweep and moves the flow's due time.

        False: one was started since the flow was read, or it is due at another time, or no longer.
        """
        ...

    def pass_over(self, flow: ScheduledFlow, next_due: float) -> None:
        """Moves the flow's due time on without a sweep; never back."""
        ...

    def hint(self, connection: str, hint_id: str) -> StoredHint | None:
        """The hint, read consistently."""
        ...

    def due_hints(self, integration: str, now: float) -> Iterator[StoredHint]:
        """Hints whose wake_at has come."""
        ...

    def wake_hint_later(self, stored: StoredHint, later: float) -> None:
        """Moves a hint's wake_at on, never back; one that has none any more stays so."""
        ...

    def due_runs(self, integration: str, now: float) -> Iterator[RunKey]:
        """Runs whose wake_at has come: days that are over, deletions."""
        ...

    def wake_later(self, key: RunKey, later: float) -> None:
        """Moves a run's wake_at on, never back."""
        ...

    def day(self, key: RunKey) -> Day | None:
        """A day's run, read consistently."""
        ...

    def close_day(self, before: Day, after: Run, notification: Notification) -> bool:
        """Writes the day's end. False: it is no longer as it was read."""
        ...
