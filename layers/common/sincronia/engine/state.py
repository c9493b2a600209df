"""What the engine remembers: runs, links, outcomes, notifications, connections. Plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Run:
    """One execution of a flow. The cursor is (phase, position); only who holds the lease may move it.

    Position counts source records in `read`, and actions of the plan in `apply`. At every instant
    received = sum(counters) + planned - position from `apply` on. Times are seconds since 1970.
    """

    key: RunKey
    integration: str
    flow: str
    trigger: str
    filters: Mapping[str, Any]
    audience: str  # whose notification tells of it
    started_at: float
    phase: Phase = Phase.READ
    position: int = 0
    received: int = 0
    planned: int = 0
    counters: Mapping[OutcomeKind, int] = field(default_factory=dict)
    source_manifest: str = ""
    plan_manifest: str = ""
    lease: str = ""
    lease_until: float = 0
    attempts: int = 0  # since the cursor last moved
    look_until: int = 0  # below this position an earlier attempt may have written without telling
    wake_at: float | None = None  # when the tick queues it again
    problem: Problem | None = None  # why it waits, or why it ended early
    result: Result | None = None
    concluded_at: float | None = None
    decided_by: str = ""  # who approved or rejected it at the brake
    decided_at: float | None = None

    @property
    def remaining(self) -> int:
        """Planned actions that the cursor still has before it."""
        return self.planned - self.position


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

    @property
    def status(self) -> LinkStatus:
        """The status that people see."""
        return status_of(self.synced, self.seen)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did to one record, and why. `changed` names the fields that differed."""

    seq: str
    kind: OutcomeKind
    source_id: str
    label: str
    problem: Problem | None = None
    changed: tuple[str, ...] = ()
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person sees of a run: Pendente until the work is done, then Concluído with date and details."""

    audience: str
    id: str
    connection: str
    title: str
    text: str
    created_at: str
    concluded_at: str = ""
    result: Result | None = None

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
    """A connection's flow and when it is due."""

    connection: str
    integration: str
    flow: str
    title: str
    filters: Mapping[str, Any]
    every_minutes: int
    wake_at: float
    active_run: str  # the run that was started last; empty before the first
