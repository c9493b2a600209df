"""What an integration gives to the engine: a flow between a source and a target, and the records that go through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from sincronia.answers import Answers, Problem

# What the target is told of a record: its field names and JSON values.
Content = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """A value that people know a record by, in normal form: kind is `email`, `cnpj`, `cpf`, …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the source, parsed. One that can't be sent carries the problem that says why."""

    source_id: str
    label: str  # what people call it, for lists and sentences
    content: Content
    natural_key: str  # what the target knows it by before there is a link; empty with a problem
    identities: tuple[Identity, ...] = ()
    problem: Problem | None = None
    parent: str = ""  # source id of the record that it belongs to, in the lane's parent
    left: bool = False  # the source still lists it, and says that it has gone: it may have no access


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page of the source's listing. `next_position` is where the next page begins, None after the last.

    `declared` is how many records the source says there are in all, as told with this page. `follows` is False where
    the page does not go on where the one before ended: rows have moved meanwhile, and one may have slipped by.
    """

    records: tuple[Record, ...]
    next_position: int | None
    declared: int
    follows: bool = True


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A record that the target already has."""

    target_id: str
    natural_key: str
    content: Content


class Source(Protocol):
    """A vendor's listing. Raises ProblemError, and OutOfTimeError when the deadline comes before a call."""

    def pages(self, start: int) -> Iterator[SourcePage]:
        """The pages of the listing from a position on; 0 is the beginning."""
        ...


class TargetGoneError(Exception):
    """The target no longer has the record: somebody deleted it there. Nothing was changed."""


class Target(Protocol):
    """Where records are written. Every method raises ProblemError and OutOfTimeError.

    A write whose answer never came raises AnswerUnknownError; update and deactivate are safe to repeat.
    """

    def listing(self) -> Iterator[TargetRecord]:
        """All records that the target has, page by page."""
        ...

    def find(self, natural_key: str) -> TargetRecord | None:
        """The record of that natural key, read now."""
        ...

    def create(self, content: Content) -> str:
        """Makes a record and gives its target id. Not safe to repeat."""
        ...

    def update(self, target_id: str, content: Content) -> None:
        """Makes the record's fields equal to the content, and the record active. Raises TargetGoneError too."""
        ...

    def deactivate(self, target_id: str) -> None:
        """Takes the record's access away and keeps the record. One that is gone has no access."""
        ...


class LinkStatus(StrEnum):
    """The status that people see of a record. It follows from the link and is never set by hand."""

    NOT_SYNCED = "Não Sincronizado"
    SYNCED = "Sincronizado"
    RESYNC_PENDING = "Ressincronização Pendente"


@dataclass(frozen=True, slots=True)
class Limit:
    """Trips only where both are exceeded: a share of the links (per cent) and a number of records."""

    percent: float
    number: int


@dataclass(frozen=True, slots=True)
class BrakeLimits:
    """How much one run may do before a person is asked."""

    deactivations: Limit = Limit(percent=20, number=10)
    changes: Limit = Limit(percent=50, number=100)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a run reads once, however many lanes it feeds."""

    name: str
    source: Source
    narrowed: bool = False  # a filter narrows what is received, so absence means nothing


def as_it_is(record: Record) -> Record:
    """The shape of a lane whose target is told all that the listing says."""
    return record


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of record on its way to one target. A record has one outcome for each lane that carries it."""

    entity: str  # of the lane alone: links and identities are kept by it
    title: str  # what people call its records
    target_name: str  # what people call the target
    listing: str  # the name of the listing that feeds it
    target: Target
    shared_key_code: str  # the problem of records that share a natural key; details: code, others
    step: str = ""  # the step of the flow that it belongs to, for people
    shape: Callable[[Record], Record] = as_it_is  # the listing's record as this target is told of it; pure
    parent: str = ""  # the entity of an earlier lane that its records belong to


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, opened for one connection: what it reads, the lanes in their order, its filters and its limits."""

    listings: tuple[Listing, ...]
    lanes: tuple[Lane, ...]
    statuses: frozenset[LinkStatus] = frozenset(LinkStatus)
    force: bool = False  # send also what is in step
    brake: BrakeLimits = BrakeLimits()  # for each lane
    check: Callable[[], None] | None = None  # before anything is read; raises as Source does

    def lane(self, entity: str) -> Lane:
        """The lane of that entity."""
        return next(lane for lane in self.lanes if lane.entity == entity)

    def listing(self, name: str) -> Listing:
        """The listing of that name."""
        return next(listing for listing in self.listings if listing.name == name)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a flow is opened with: the connection's settings, its secret's fields, the flow's filters, a deadline."""

    settings: Mapping[str, Any]
    secret: Mapping[str, str]
    filters: Mapping[str, Any]
    deadline: float  # seconds since 1970; no vendor call is sent after it


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowKind:
    """What people know of a flow that an integration registers under its name."""

    title: str  # as people call it
    answers: Answers
    default_filters: Mapping[str, Any] = field(default_factory=dict)  # the schedule's
    default_minutes: int | None = None  # the schedule's, where a person names none; None: it has no schedule
    steps: tuple[str, ...] = ()  # as people see them go by, in their order
    check_step: str = ""  # the one in which the flow's `check` is made, if it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFlow(FlowKind):
    """A flow that is carried out by runs of its own.

    `open` does no I/O; it raises ProblemError where the connection can't run at all.
    """

    open: Callable[[Opening], Flow]


def status_of(synced: str | None, seen: str | None) -> LinkStatus:
    """The status that follows from a link's two fingerprints; both None where there is no link."""
    if synced is None:
        return LinkStatus.NOT_SYNCED
    return LinkStatus.SYNCED if seen is None or seen == synced else LinkStatus.RESYNC_PENDING
