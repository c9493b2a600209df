"""The engine on plain values: a source and a target in memory, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from local.light_store import LightObjects, LightQueue, LightSecrets, LightStore
from sincronia import clock
from sincronia.answers import COMMON, Answer, Fault, Problem, ProblemError, Retry
from sincronia.engine.flow import (
    BrakeLimits,
    Content,
    Flow,
    Identity,
    Lane,
    LinkStatus,
    Listing,
    Opening,
    Record,
    RunFlow,
    SourcePage,
    TargetGoneError,
    TargetRecord,
)
from sincronia.engine.starting import Apart
from sincronia.engine.state import (
    Connection,
    Link,
    Notification,
    Outcome,
    Phase,
    Run,
    RunKey,
    ScheduledFlow,
)
from sincronia.engine.tick import tick
from sincronia.engine.worker import Outside, work

ANSWERS = dict(COMMON) | {
    "email_shared": Answer(
        Retry.AFTER_CORRECTION, Fault.PERSON, "O usuário {code} usa o e-mail de {others}.", "Corrija um deles."
    ),
    "email_taken": Answer(Retry.AFTER_CORRECTION, Fault.PERSON, "O e-mail já existe no destino.", "Corrija."),
}
START = 1_795_000_000.0


def person(code: str, email: str | None = None, name: str | None = None) -> Record:
    """A record with an e-mail as its natural key."""
    email = email or f"{code}@office.example"
    content = {"Nome": name or f"Pessoa {code}", "Email": email}
    return Record(code, f"Pessoa {code}", content, email, identities=(Identity("email", email),))


@dataclass
class MemorySource:
    """A listing in memory. `declared` and `moved` are its lies; `stops` raises before the page of a position."""

    records: list[Record] = field(default_factory=list)
    page_size: int = 4
    declared: int | None = None
    moved: bool = False  # rows move between the pages
    stops: dict[int, Exception] = field(default_factory=dict)
    pages_read: int = 0

    def pages(self, start: int) -> Iterator[SourcePage]:
        position: int | None = start
        while position is not None:
            if position in self.stops:
                raise self.stops.pop(position)
            self.pages_read += 1
            records = tuple(self.records[position : position + self.page_size])
            after = position + len(records)
            declared = len(self.records) if self.declared is None else self.declared
            position = after if records and after < len(self.records) else None
            yield SourcePage(records, position, declared, follows=after == len(records) or not self.moved)


@dataclass
class MemoryTarget:
    """A target in memory; `faults` are raised once, by the number of the write.

    One that is `strict` refuses a second record of the same e-mail, as Zen does.
    """

    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=dict)
    faults: dict[int, tuple[str, Exception]] = field(default_factory=dict)  # n-th write → (before|after, error)
    strict: bool = True
    made: int = 0
    writes: int = 0
    listings: int = 0

    def listing(self) -> Iterator[TargetRecord]:
        self.listings += 1
        yield from [self._record(target_id) for target_id in self.rows]

    def find(self, natural_key: str) -> TargetRecord | None:
        for target_id, row in self.rows.items():
            if row["Email"] == natural_key:
                return self._record(target_id)
        return None

    def create(self, content: Content) -> str:
        with self._write():
            if self.strict and self.find(str(content["Email"])):
                raise ProblemError(Problem("email_taken"))
            self.made += 1
            target_id = f"t{self.made}"
            self.rows[target_id], self.active[target_id] = dict(content), True
        return target_id

    def update(self, target_id: str, content: Content) -> None:
        with self._write():
            if target_id not in self.rows:
                raise TargetGoneError
            holder = self.find(str(content["Email"]))
            if self.strict and holder and holder.target_id != target_id:
                raise ProblemError(Problem("email_taken"))
            self.rows[target_id], self.active[target_id] = dict(content), True

    def deactivate(self, target_id: str) -> None:
        with self._write():
            self.active[target_id] = False

    def _record(self, target_id: str) -> TargetRecord:
        row = self.rows[target_id]
        return TargetRecord(target_id, str(row["Email"]), row)  # type: ignore[arg-type]

    def _write(self) -> _Write:
        self.writes += 1
        return _Write(self.faults.pop(self.writes, None))


@dataclass
class _Write:
    fault: tuple[str, Exception] | None

    def __enter__(self) -> None:
        if self.fault and self.fault[0] == "before":
            raise self.fault[1]

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self.fault and self.fault[0] == "after":
            raise self.fault[1]


@dataclass
class Office:
    """A connection with one flow, and everything around it, in memory."""

    monkeypatch: pytest.MonkeyPatch
    source: MemorySource = field(default_factory=MemorySource)
    target: MemoryTarget = field(default_factory=MemoryTarget)
    store: LightStore = field(default_factory=LightStore)
    objects: LightObjects = field(default_factory=LightObjects)
    queue: LightQueue = field(default_factory=LightQueue)
    statuses: frozenset[LinkStatus] = frozenset(LinkStatus)
    narrowed: bool = False
    force: bool = False
    brake: BrakeLimits = field(default_factory=BrakeLimits)
    now: float = START
    opening_problem: Problem | None = None
    more_listings: tuple[Listing, ...] = ()  # beside the people's
    more_lanes: tuple[Lane, ...] = ()
    apart: Apart = field(default_factory=dict)
    check: Callable[[], None] | None = None
    second: MemoryTarget = field(default_factory=MemoryTarget)  # for lanes that go elsewhere
    children: MemorySource = field(default_factory=MemorySource)  # for records that belong to people

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(clock, "now", lambda: self.now)
        self.store.connections["casa"] = Connection("casa", "test", "Casa", {}, "secret", "ana", enabled=True)
        self.store.flows["casa", "pessoas"] = ScheduledFlow(
            "casa", "test", "pessoas", "Sincronizar Pessoas", {}, 60, START, ""
        )
        self.outside = Outside(
            self.store,
            self.objects,
            self.queue,
            LightSecrets({"secret": {}}),
            {"pessoas": RunFlow(title="Sincronizar Pessoas", answers=ANSWERS, open=self._open)},
        )

    def _open(self, opening: Opening) -> Flow:
        if self.opening_problem:
            raise ProblemError(self.opening_problem)
        lane = Lane("pessoa", "Pessoas", "Alvo", "pessoas", self.target, "email_shared")
        return Flow(
            listings=(Listing("pessoas", self.source, self.narrowed), *self.more_listings),
            lanes=(lane, *self.more_lanes),
            statuses=self.statuses,
            force=self.force,
            brake=self.brake,
            check=self.check,
        )

    def due(self) -> Run:
        """Makes the next run by the tick, after its time has come; gives it as it waits in the queue."""
        self.now = max(self.now, self.store.flows["casa", "pessoas"].wake_at or 0)
        tick("test", self.apart, self.store, self.queue)
        return max(self.store.runs.values(), key=lambda run: run.key.run_id)

    def work(self) -> None:
        """Works off every message that waits."""
        while self.queue.messages:
            work(self.queue.messages.pop(0), self.outside, 240)

    def sync(self) -> Run:
        """A whole scheduled run, to its end or to where it waits."""
        key = self.due().key
        self.work()
        return self.store.runs[key]

    def run(self, key: RunKey) -> Run:
        """The run as it stands."""
        return self.store.runs[key]

    def outcomes(self, run: Run) -> list[Outcome]:
        """The run's outcomes in order."""
        return self.store.outcomes_of(run.key.run_id)

    def notification(self, run: Run) -> Notification:
        """The run's notification."""
        return self.store.notifications[run.audience, run.key.run_id]

    def link(self, code: str) -> Link:
        """A record's link."""
        return self.store.link_rows["casa", "pessoa"][code]


def conserved(run: Run) -> bool:
    """The law of conservation: what was received is what is counted and what the cursor still has before it."""
    return run.phase in {Phase.READ, Phase.PLAN} or all(
        tally.received == sum(tally.counters.values()) + run.remaining_of(entity)
        for entity, tally in run.tallies.items()
    )


def counters(run: Run) -> dict[str, int]:
    """The counters that are not zero."""
    return {kind.value: number for kind, number in run.counters.items() if number}
