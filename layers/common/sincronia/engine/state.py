"""What the engine remembers: runs, links, outcomes, notifications, connections. Plain values, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.flow import Identity, LinkStatus, status_of


class OutcomeKind(StrEnum):
    """What a run did to one record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DEACTIVATED = "deactivated"
    REMOVED = "removed"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    FAILED = "failed"


class Mode(StrEnum):
    """What a run is for: to show what it would do, or to do it."""

    PREVIEW = "preview"
    APPLY = "apply"


class Phase(StrEnum):
    """Where a run stands. A run at the brake waits for a person."""

    READ = "read"
    PLAN = "plan"
    BRAKE = "brake"
    APPLY = "apply"
    DONE = "done"


class Result(StrEnum):
    """How a run ended."""

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RunKey:
    """All that a queue message holds."""

    connection: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run has of one lane: the law of conservation holds for each."""

    received: int = 0
    planned: int = 0
    counters: Mapping[OutcomeKind, int] = field(default_factory=dict)

    def counting(self, kind: OutcomeKind, number: int) -> Tally:
        """The tally with `number` more of a kind."""
        return replace(self, counters={**self.counters, kind: self.counters.get(kind, 0) + number}) if number else self


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a flow. The cursor is (phase, lane, position); only who holds the lease may move it.

    In `read`, lane is the number of the listing and position counts its records; in `plan`, lane is the number of the
    lane; in `apply`, position counts the actions of the whole plan, the lanes' one after the other. From `plan` on, for
    each lane that is planned: received = sum(counters) + its actions that the cursor still has before it.
    Times are seconds since 1970.
    """

    key: RunKey
    integration: str
    flow: str
    trigger: str  # `schedule`, or who asked for it
    filters: Mapping[str, Any]
    audience: str  # whose notification tells of it
    started_at: float
    mode: Mode = Mode.APPLY
    preview: str = ""  # the id of the preview that it applies: nothing is done that was not agreed on there
    deselected: str = ""  # the object that names what a person deselected there; empty for nothing
    retried: str = ""  # the id of the run whose rejected and failed it tries again, and nothing else
    phase: Phase = Phase.READ
    lane: int = 0
    position: int = 0
    tallies: Mapping[str, Tally] = field(default_factory=dict)  # by lane's entity, in the plan's order
    source_manifests: Mapping[str, str] = field(default_factory=dict)  # by listing
    plan_manifests: Mapping[str, str] = field(default_factory=dict)  # by lane's entity
    lease: str = ""
    lease_until: float = 0
    attempts: int = 0  # since the cursor last moved
    look_until: int = 0  # below this position an earlier attempt may have written without telling
    progress: Mapping[str, Any] = field(default_factory=dict)  # of a task: what it goes on from, beside the cursor
    wake_at: float | None = None  # when the tick queues it again
    problem: Problem | None = None  # why it waits, or why it ended early
    brakes: tuple[Problem, ...] = ()  # all that the brake found
    corrections: frozenset[str] = frozenset()  # of a preview: what a person corrected since, as correction_of says it
    cancelled_by: str = ""  # who wants it to end; its holder ends it at the next commit
    result: Result | None = None
    concluded_at: float | None = None
    decided_by: str = ""  # who approved or rejected it at the brake
    decided_at: float | None = None

    @property
    def received(self) -> int:
        """Records received, once for each lane that carries them."""
        return sum(tally.received for tally in self.tallies.values())

    @property
    def planned(self) -> int:
        """Actions of the whole plan."""
        return sum(tally.planned for tally in self.tallies.values())

    @property
    def counters(self) -> Mapping[OutcomeKind, int]:
        """What became of the records, over all lanes."""
        counted = Counter[OutcomeKind]()
        for tally in self.tallies.values():
            counted.update(tally.counters)
        return dict(counted)

    @property
    def remaining(self) -> int:
        """Planned actions that the cursor still has before it."""
        return self.planned - self.position

    def remaining_of(self, entity: str) -> int:
        """The same, of one lane."""
        end = 0
        for name, tally in self.tallies.items():
            end += tally.planned
            if name == entity:
                return min(max(end - self.position, 0), tally.planned)
        return 0

    def with_remaining(self, kind: OutcomeKind) -> Run:
        """The run with its cursor at the end of the plan, and all that was before it counted as `kind`."""
        tallies = {name: tally.counting(kind, self.remaining_of(name)) for name, tally in self.tallies.items()}
        return replace(self, position=self.planned, tallies=tallies)


@dataclass(frozen=True, slots=True)
class Link:
    """The sync state of a record: what was last synced, and what was last seen where that could not be applied."""

    source_id: str
    target_id: str
    synced: str  # fingerprint of the content as last synced
    label: str
    version: int = 1  # rises with every write to the target
    seen: str | None = None  # fingerprint as last seen, None where it equals `synced`
    active: bool = True  # False: deactivated in the target by us
    identities: tuple[Identity, ...] = ()
    at: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)  # what the integration wants to know of it next time
    held: str = ""  # the id of the hint by which the brake last held its removal

    @property
    def status(self) -> LinkStatus:
        """The status that people see."""
        return status_of(self.synced, self.seen)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did to one record of a lane, and why. `changed` names the fields that differed."""

    seq: str
    entity: str
    kind: OutcomeKind
    source_id: str
    label: str
    problem: Problem | None = None
    changed: tuple[str, ...] = ()
    target_id: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)  # what the integration wants to know of it later
    known_by: tuple[Identity, ...] = ()  # what people know the record by, where no link says so


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person sees of a run: Pendente until the work is done, then Concluído with date, details and files."""

    audience: str
    id: str
    connection: str
    integration: str
    title: str
    text: str
    created_at: str
    concluded_at: str = ""
    result: Result | None = None
    files: tuple[str, ...] = ()  # names of what can be downloaded
    page: str = ""  # where what it tells of is read; empty: its run

    @property
    def state(self) -> str:
        """`Pendente` or `Concluído`."""
        return "Concluído" if self.result else "Pendente"


@dataclass(frozen=True, slots=True)
class Rows:
    """What is committed together with a step of a run."""

    entity: str = ""
    links: tuple[Link, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    known_by: tuple[tuple[str, Identity], ...] = ()  # by source id: identities that it has from now on
    forgotten: tuple[tuple[str, Identity], ...] = ()  # by source id: identities that it no longer has
    unlinked: tuple[str, ...] = ()  # source ids whose link goes: somebody else has their target record
    beside: tuple[Callable[[Any], None], ...] = ()  # an integration's own: each adds itself to the transaction
    notification: Notification | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a phase did: the run as it now stands, the rows that belong to it, and what stopped it, if anything."""

    run: Run
    rows: Rows = Rows()
    stop: ProblemError | OutOfTimeError | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One configured pair of systems."""

    id: str
    integration: str
    name: str
    settings: Mapping[str, Any]
    secret_name: str
    responsible: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ScheduledFlow:
    """A connection's flow and when it is due. One without a schedule has no `every_minutes` and is never due."""

    connection: str
    integration: str
    flow: str
    title: str
    filters: Mapping[str, Any]
    every_minutes: int | None
    wake_at: float | None
    active_run: str  # the run that was started last; empty before the first


@dataclass(frozen=True, slots=True)
class Start:
    """A run that is to be made, with what must still be true when it is: no flow has started another one since."""

    flow: ScheduledFlow
    run: Run
    notification: Notification
    apart: tuple[ScheduledFlow, ...] = ()  # flows that may not be at work together with it, as they were read
    next_due: float | None = None  # where the flow's due time moves; None leaves it
