"""What the sync asks of the outside: the two sides' records, one user's module at a time, and what is kept.

Domino, Zoho and DynamoDB are behind these in production, memory in the histories of tests.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from notes.mailbox_users import MailboxUser
from notes.records import Module, Reading, Record
from notes.sync_settings import SyncSettings
from sincronia.answers import Problem
from sincronia.engine.two_way import Pair, Side


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as a side shows it now. `raw`: as that side told it, for its own writes. `mine`: False where it has
    become another user's."""

    id: str
    version: str
    reading: Reading
    raw: Any = None
    mine: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """A record that an earlier run has read, and the version it had."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class News:
    """What there is to know of a side since the last reading.

    `changed`: ids of records whose version moved or that are new. `gone`: ids that are known and no longer there, by a
    complete listing or by the side's own word. `listed`: how many there are in all (raw; the brake looks at it).
    `outside`: known ids that the listing can't speak of (outside its window). `cursor`: where the next reading begins.
    """

    changed: tuple[str, ...]
    gone: tuple[str, ...]
    listed: int
    cursor: str
    outside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Write:
    """A record to make or change: `content` is what it is to say; `changed` the neutral fields that differ from `held`,
    which is the record as it was read last; both None for a new one. `uid`: of an event in Notes, for the CRM."""

    content: Record
    changed: Collection[str] | None = None
    held: Shown | None = None
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A record that was written. `version` is empty where the side didn't tell it."""

    id: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A record that was left as it was. `moved`: somebody changed it since it was read; the next run decides anew."""

    problem: Problem | None = None
    moved: bool = False


class Records(Protocol):
    """One user's module on one side. Methods raise ProblemError and OutOfTimeError; create may raise
    AnswerUnknownError, and is then looked for before it is tried again."""

    def news(self, known: Mapping[str, str], cursor: str, days: tuple[Any, Any] | None) -> News:
        """What changed since the cursor; of an empty one, all. `known`: versions by id. Reads no bodies.

        `days`: the window's first and last day, of events.
        """
        ...

    def read(self, ids: Sequence[str]) -> Iterator[Shown]:
        """These records as they are now, those that are gone left out. Reads ahead of nothing."""
        ...

    def found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        """Records of this match key (`Reading.key`) or UID, seen now and not by an index that lags; `since`: none of
        them was made before (the run's start, ISO 8601)."""
        ...

    def create(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """Makes records, in order."""
        ...

    def update(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """Changes records, each only while it has the version of its `held`."""
        ...

    def remove(self, held: Sequence[Shown]) -> Sequence[Written | Left]:
        """Removes records, each only while it has that version. One that is gone already is done."""
        ...


# The last: the deadline, seconds since 1970. Raises ProblemError where the user can't be signed in.
Open = Callable[[MailboxUser, Module, Side, float], Records]


@dataclass(frozen=True, slots=True)
class LaneState:
    """What is kept of a lane (a user's module) from one reading to the next, by side.

    `catalogues`: keys of objects that hold each record as it was last seen. `cursors`: where the next reading begins.
    `origins`: what it was read from; of another database, view or owner it says nothing.
    """

    catalogues: Mapping[Side, str]
    cursors: Mapping[Side, str]
    origins: Mapping[Side, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A pair and what people call it."""

    pair: Pair
    label: str


@dataclass(frozen=True, slots=True)
class Loser:
    """The content that a conflict, or a removal, has overwritten on a side: it can be brought back.

    `id`: of the entry; the same for the same act of the same run. `why`: `conflict`, `removed` or `taken_back`.
    """

    id: str
    user: str
    module: Module
    side: Side
    record_id: str
    label: str
    content: Record
    why: str
    at: str  # ISO 8601
    run_id: str
    brought_back_by: str = ""
    brought_back_at: str = ""
    version: int = 1
    stands: Record | None = None  # what took its place; None where nothing did


class Mailboxes(Protocol):
    """What is kept of a connection's sync. The last three give what is written beside a run's step (Rows.beside)."""

    def settings(self, connection: str) -> SyncSettings:
        """As saved; of a connection that nobody saved them of, the defaults (version 0)."""
        ...

    def users(self, connection: str) -> Sequence[MailboxUser]:
        """In the order of their ids."""
        ...

    def lane(self, connection: str, user: str, module: Module) -> LaneState | None:
        """None before the first reading."""
        ...

    def pairs(self, connection: str, user: str, module: Module) -> Iterator[StoredPair]:
        """All of the lane."""
        ...

    def lane_kept(self, connection: str, user: str, module: Module, state: LaneState) -> Callable[[Any], None]:
        """Keeps the state."""
        ...

    def pair_kept(
        self, connection: str, user: str, module: Module, before: Pair | None, after: StoredPair | None
    ) -> Sequence[Callable[[Any], None]]:
        """Puts `after` in the place of `before`; either may be missing. At most two actions of a transaction."""
        ...

    def loser_kept(self, connection: str, loser: Loser) -> Callable[[Any], None]:
        """Keeps the content; the same entry again changes nothing of one that was brought back."""
        ...
