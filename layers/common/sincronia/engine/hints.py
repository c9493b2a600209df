"""What a webhook leads to: a hint says that a record may have changed, and the source is asked what is true.

A hint carries no content. Its worker reads the record at the source and at the target, acts on what is true there, and
tells what it did in one row of the log. A *sweep* is a hint about many records at once: it only queues hints.

Where the source cannot be asked, what the sender said is kept, and the hint names it by its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Protocol
from uuid import uuid4

from sincronia import clock
from sincronia.answers import Answers, Problem
from sincronia.engine.flow import Identity, Limit, Opening
from sincronia.engine.starting import QUEUED_SECONDS
from sincronia.engine.state import Link, OutcomeKind

EVENT_DAYS = 60  # how long an event's id is known
LOG_DAYS = 400  # how long a hint stays in the log
REMOVALS = Limit(percent=20, number=10)  # of a connection and a day, before a person is asked


class Cause(StrEnum):
    """Why a record is looked at."""

    WEBHOOK = "webhook"  # somebody told us
    RECONCILE = "reconcile"  # a sweep found it different
    REPLAY = "replay"  # a person wants it looked at again
    RETRY = "retry"  # a person wants what failed tried again
    DECISION = "decision"  # a person decided at the brake
    SCHEDULE = "schedule"  # of sweeps: their time had come
    REQUEST = "request"  # what a person changed here is to be carried out there


class HintState(StrEnum):
    """Where a hint stands. One that waits goes on by itself; one that is held waits for a person."""

    WORKING = "working"  # its effect is settled, and perhaps carried out
    WAITING = "waiting"
    HELD = "held"
    DONE = "done"


class Decision(StrEnum):
    """What a person said of what the brake holds."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment up to, and without, another: seconds since 1970."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint, as its message carries it. A sweep's `entity` is its name, and its `record` is empty."""

    connection: str
    id: str  # sorts by when it was received; the log's key
    entity: str
    record: str
    cause: Cause
    received_at: float  # seconds since 1970
    event_id: str = ""  # the sender's own, where it has one
    body_hash: str = ""  # of a webhook's body; names it where bodies are kept
    by: str = ""  # who asked for it, where a person did
    period: Period | None = None  # of a sweep over what was received in it
    day: str = ""  # the id of the day's run whose held hints a person decided on
    decision: Decision | None = None
    decided_at: float | None = None  # seconds since 1970; a vendor is waited for from then on

    @property
    def waits_since(self) -> float:
        """From when on it is counted how long the hint waits for a vendor."""
        return self.received_at if self.decided_at is None else self.decided_at


def hint_id(received_at: float, *parts: str) -> str:
    """Sorts by time, as ids of runs do; the same for the same parts received at the same moment."""
    digest = blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
    return f"{compact(received_at)}-{digest}"


def requested(connection: str, entity: str, record: str, by: str) -> Hint:
    """A hint that what was changed here is to be carried out there.

    It is kept, as `waiting`, in the transaction that makes the change, and queued after it.
    """
    now = clock.now()
    return Hint(connection, hint_id(now, uuid4().hex), entity, record, Cause.REQUEST, now, by=by)


def compact(seconds: float) -> str:
    """A moment in the form that ids begin with: `20261122T030000000Z`."""
    return clock.iso(seconds).replace("-", "").replace(":", "").replace(".", "")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a record's truth asks of the target, or what was done, as the log tells it.

    `before` and `after` hold the fields that differ, by the names that people know them by.
    """

    kind: OutcomeKind
    action: str = ""  # what is done, a stable code; empty: nothing
    label: str = ""
    problem: Problem | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    freed: tuple[str, ...] = ()  # what became free for others
    goal: str = ""  # what the target is to be like (`absent`, say), to tell a second look from another truth


@dataclass(frozen=True, slots=True)
class Change:
    """The effect, and how it is carried out. Each step writes once and gives the record's target id from then on."""

    effect: Effect
    link: Link | None  # as it is to stand when the steps are done; None leaves what there is
    steps: tuple[Callable[[], str], ...] = ()
    removes: bool = False  # it takes something away: the brake counts it
    image: Mapping[str, Any] | None = None  # all of what is taken away, to be kept


@dataclass(frozen=True, slots=True)
class Swept:
    """A stretch of a sweep: the records that are to be looked at, how many were compared, where to go on.

    `repeated` are hints that are given once more, each with what it is about.
    """

    records: tuple[str, ...]
    compared: int
    position: Mapping[str, Any]
    repeated: tuple[Hint, ...] = ()


class Kept(Protocol):
    """Small values that an integration keeps for one connection, by name."""

    def named(self, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        """All whose name begins so, by name."""
        ...

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        """Keeps a value; one of that name is replaced."""
        ...

    def link(self, record: str) -> Link | None:
        """The record's link."""
        ...


class HintedRecords(Protocol):
    """One connection's records, opened. Every method raises ProblemError and OutOfTimeError."""

    def change(self, hint: Hint, link: Link | None) -> Change:
        """What the record's truth asks for now. Reads both sides and writes nothing.

        What is read may be shared with other hints only if it was read after this one was received.
        """
        ...

    def sweep(self, hint: Hint, position: Mapping[str, Any]) -> Iterator[Swept]:
        """The sweep of that name (`hint.entity`), from a position on; an empty one is the beginning."""
        ...


# Opens a connection's records; no I/O. Raises ProblemError where nothing can run.
OpenRecords = Callable[[Opening, Kept], HintedRecords]


def known_by_nothing(_entity: str, _record: str) -> tuple[Identity, ...]:
    """Of records that people know by what their links say alone."""
    return ()


@dataclass(frozen=True, slots=True)
class HintKind:
    """What people know of an integration with hints, and what holds its brake."""

    integration: str
    entity: str  # what its records are
    title: str  # what people call the day's run
    day_flow: str  # the name that the day's runs are kept under
    answers: Answers
    removals: Limit = REMOVALS  # per connection and day
    others: tuple[str, ...] = ()  # what else hints are about
    keeps_bodies: bool = False  # webhooks' bodies are kept, and go with a hint that is repeated
    goes_on: frozenset[str] = frozenset()  # hints about these ask a vendor seldom or never: they don't wait for one
    known_by: Callable[[str, str], tuple[Identity, ...]] = known_by_nothing  # of an entity, a record

    @property
    def entities(self) -> tuple[str, ...]:
        """All that hints are about."""
        return (self.entity, *self.others)


@dataclass(frozen=True, slots=True)
class StoredHint:
    """A hint as the log has it."""

    hint: Hint
    state: HintState
    effect: Effect | None = None  # what is, was or would be done
    problem: Problem | None = None  # what it waits for
    target_id: str = ""  # what an attempt set out to change: the target may no longer tell whose it was
    image: str = ""  # the object that keeps what was taken away
    wake_at: float | None = None  # when the tick queues it again
    position: Mapping[str, Any] = field(default_factory=dict)  # of a sweep
    compared: int = 0  # of a sweep
    queued: int = 0  # of a sweep: the hints that it queued
    run_id: str = ""  # the day's run that counted it, or holds it
    at: str = ""  # when it last moved

    def told(self, state: HintState, effect: Effect | None) -> StoredHint:
        """The same, as it stands now."""
        return replace(self, state=state, effect=effect, problem=None, wake_at=None, at=clock.moment())


def waiting(hint: Hint) -> StoredHint:
    """A hint as it is kept before it is queued: whoever dies between leaves it to the tick."""
    return StoredHint(hint, HintState.WAITING, wake_at=clock.now() + QUEUED_SECONDS, at=clock.moment())


def merged(settled: Effect | None, now: Effect) -> Effect:
    """What is told after an attempt that died: what it had settled, with what was still left to do. Pure.

    Where the truth has another goal by now, or something is wrong, only that is told.
    """
    if settled is None or settled.problem or now.problem or settled.goal != now.goal:
        return now
    if now.kind not in {OutcomeKind.UNCHANGED, OutcomeKind.UPDATED, settled.kind}:
        return now
    return replace(
        now,
        kind=settled.kind,
        action=settled.action or now.action,
        label=now.label or settled.label,
        before={**now.before, **settled.before},
        after={**settled.after, **now.after},
        freed=tuple(dict.fromkeys((*settled.freed, *now.freed))),
    )
