"""Hints on plain values: a source of contracts and a map that they are put on, in memory, and a clock to move.

A contract is put on the map by two writes (its place, then its status) and taken off by two, so that a worker can die
between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from local.light_hints import LightHintQueue, LightHints
from local.light_store import LightObjects, LightQueue, LightSecrets
from sincronia import clock
from sincronia.answers import COMMON, Answer, Fault, Problem, ProblemError, Retry
from sincronia.engine import days, sweeps
from sincronia.engine.days import Day
from sincronia.engine.flow import Identity, Limit, Opening, TargetGoneError
from sincronia.engine.hint_tick import hint_tick
from sincronia.engine.hint_worker import HintOutside, work_hint
from sincronia.engine.hints import (
    Cause,
    Change,
    Decision,
    Effect,
    Hint,
    HintKind,
    Kept,
    StoredHint,
    Swept,
    hint_id,
    waiting,
)
from sincronia.engine.state import Connection, Link, Notification, OutcomeKind, Run, RunKey, ScheduledFlow
from sincronia.engine.tick import Ticked

ANSWERS = dict(COMMON) | {
    "contract_unknown": Answer(Retry.AFTER_CORRECTION, Fault.PERSON, "O contrato {code} não existe.", "Confira-o."),
}
ENTITY, DAY_FLOW, SWEEP = "contrato", "contratos_do_dia", "conferir"
START = 1_795_000_000.0  # 2026-11-18T11:06:40Z
HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True)
class Contract:
    """What the source says of a contract; one that is cancelled is not `live`."""

    name: str
    status: str = "OK"
    live: bool = True


@dataclass
class Contracts:
    """The source: contracts by code. What `stops` holds is raised once, by the number of the reading."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    down: ProblemError | None = None  # raised at every reading
    stops: dict[int, BaseException] = field(default_factory=dict)
    readings: int = 0

    def read(self, code: str) -> Contract:
        """Raises ProblemError."""
        self.readings += 1
        if self.readings in self.stops:
            raise self.stops.pop(self.readings)
        if self.down:
            raise self.down
        if code not in self.contracts:
            raise ProblemError(Problem("contract_unknown", {"code": code}))
        return self.contracts[code]


@dataclass
class Place:
    """What the map has of a contract."""

    code: str
    name: str | None  # of the client; None: taken out, and the place is still there
    status: str = ""


@dataclass
class ContractMap:
    """The target. A fault is raised once, before or after the write of that number took effect."""

    places: dict[str, Place] = field(default_factory=dict)
    faults: dict[int, tuple[str, BaseException]] = field(default_factory=dict)
    made: int = 0
    writes: int = 0
    before_write: Callable[[], None] = lambda: None

    def find(self, code: str) -> tuple[str, Place] | None:
        """The contract's place, with its id; a copy, as what came over a network is."""
        found = next(((key, place) for key, place in self.places.items() if place.code == code), None)
        return (found[0], replace(found[1])) if found else None

    def make(self, code: str, name: str) -> str:
        """A place with a client. Not safe to repeat."""
        with self._write():
            self.made += 1
            self.places[f"p{self.made}"] = Place(code, name)
            return f"p{self.made}"

    def change(self, place: str, **values: Any) -> str:
        """Raises TargetGoneError."""
        with self._write():
            if place not in self.places:
                raise TargetGoneError
            self.places[place] = replace(self.places[place], **values)
            return place

    def remove(self, place: str) -> str:
        """Raises TargetGoneError."""
        with self._write():
            if self.places.pop(place, None) is None:
                raise TargetGoneError
            return place

    @contextmanager
    def _write(self) -> Iterator[None]:
        self.before_write()
        self.writes += 1
        when, error = self.faults.pop(self.writes, ("", None))
        if error and when == "before":
            raise error
        yield
        if error:
            raise error


@dataclass
class ContractRecords:
    """Implements sincronia.engine.hints.HintedRecords."""

    source: Contracts
    target: ContractMap
    kept: Kept
    deadline: float
    stretch: int

    def change(self, hint: Hint, link: Link | None) -> Change:
        """What the contract's truth asks for: on the map as it is, or off it."""
        contract = self.source.read(hint.record)
        found = self.target.find(hint.record)
        return self._present(hint.record, contract, found) if contract.live else self._absent(hint.record, found, link)

    def _present(self, code: str, contract: Contract, found: tuple[str, Place] | None) -> Change:
        target = self.target
        identity = Identity("login", contract.name.lower())
        link = Link(code, found[0] if found else "", contract.name, f"{code} {contract.name}", identities=(identity,))
        if found is None:

            def make() -> str:
                target_id.append(target.make(code, contract.name))
                return target_id[0]

            target_id = list[str]()
            steps: tuple[Callable[[], str], ...] = (
                make,
                lambda: target.change(target_id[0], status=contract.status),
            )
            after: dict[str, Any] = {"Nome": contract.name, "Situação": contract.status}
            effect = Effect(OutcomeKind.CREATED, "created", link.label, after=after, goal="present")
            return Change(effect, link, steps)
        wanted = {"Nome": ("name", contract.name), "Situação": ("status", contract.status)}
        was = {title: getattr(found[1], name) for title, (name, _) in wanted.items()}
        differing = {title: pair for title, pair in wanted.items() if was[title] != pair[1]}
        effect = Effect(
            OutcomeKind.UPDATED if differing else OutcomeKind.UNCHANGED,
            "updated" if differing else "",
            link.label,
            before={title: was[title] for title in differing},
            after={title: value for title, (_, value) in differing.items()},
            goal="present",
        )
        writes = tuple(partial(target.change, found[0], **{name: value}) for name, value in differing.values())
        return Change(effect, link, writes)

    def _absent(self, code: str, found: tuple[str, Place] | None, link: Link | None) -> Change:
        gone = replace(link, target_id="", active=False) if link else None
        label = link.label if link else code
        if found is None:
            return Change(Effect(OutcomeKind.UNCHANGED, label=label, goal="absent"), gone)
        key, place = found
        effect = Effect(
            OutcomeKind.REMOVED,
            "removed",
            label,
            before={"Nome": place.name} if place.name else {},
            freed=(f"porta de {code}",),
            goal="absent",
        )
        take_out = (partial(self.target.change, key, name=None),) if place.name else ()
        image = {"code": code, "name": place.name}
        return Change(effect, gone, (*take_out, partial(self.target.remove, key)), removes=True, image=image)

    def sweep(self, hint: Hint, position: Mapping[str, Any]) -> Iterator[Swept]:
        """Every contract whose place differs, some at a time."""
        codes = sorted(self.source.contracts)
        for start in range(int(position.get("at", 0)), len(codes), self.stretch):
            some = codes[start : start + self.stretch]
            differing = tuple(code for code in some if self._differs(code))
            yield Swept(differing, len(some), {"at": start + len(some)})

    def _differs(self, code: str) -> bool:
        contract, found = self.source.read(code), self.target.find(code)
        if not contract.live:
            return found is not None
        return found is None or (found[1].name, found[1].status) != (contract.name, contract.status)


@dataclass
class Provider:
    """A connection with contracts, and everything around it, in memory."""

    monkeypatch: pytest.MonkeyPatch
    source: Contracts = field(default_factory=Contracts)
    target: ContractMap = field(default_factory=ContractMap)
    store: LightHints = field(default_factory=LightHints)
    objects: LightObjects = field(default_factory=LightObjects)
    queue: LightHintQueue = field(default_factory=LightHintQueue)
    runs: LightQueue = field(default_factory=LightQueue)
    removals: Limit = field(default_factory=lambda: Limit(percent=20, number=10))
    stretch: int = 2  # contracts of a sweep's stretch
    now: float = START
    came: int = 0  # webhooks

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(clock, "now", lambda: self.now)
        self.connect()
        self.kind = HintKind("test", ENTITY, "Contratos do dia", DAY_FLOW, ANSWERS, self.removals)
        self.outside = self.new_outside()

    def connect(self, *, enabled: bool = True) -> None:
        """Puts the connection."""
        self.store.connections["casa"] = Connection("casa", "test", "Casa", {}, "secret", "ana", enabled=enabled)

    def schedule_sweep(self) -> None:
        """The sweep is due every ten minutes, first in ten."""
        flow = ScheduledFlow("casa", "test", SWEEP, "Conferir", {}, 10, self.now + 600, "")
        self.store.flows["casa", SWEEP] = flow

    def new_outside(self) -> HintOutside:
        """What a new execution environment works with."""
        return HintOutside(self.store, self.objects, self.queue, LightSecrets({"secret": {}}), self.kind, self.open)

    def open(self, opening: Opening, kept: Kept) -> ContractRecords:
        """The provider's contracts, as an integration opens them."""
        return ContractRecords(self.source, self.target, kept, opening.deadline, self.stretch)

    def hint(self, record: str, event_id: str = "", body_hash: str = "b", **values: Any) -> Hint:
        """A hint as a webhook makes it; each is received a moment later than the one before."""
        self.came += 1
        received_at = self.now + self.came / 1000
        named = hint_id(received_at, "casa", str(self.came))
        return Hint("casa", named, ENTITY, record, Cause.WEBHOOK, received_at, event_id, body_hash, **values)

    def sweep_hint(self, name: str, **values: Any) -> Hint:
        """A sweep as a person asks for it."""
        self.came += 1
        return Hint("casa", hint_id(self.now, name, str(self.came)), name, "", Cause.REPLAY, self.now, **values)

    def work(self, hint: Hint) -> StoredHint | None:
        """One delivery."""
        return work_hint(hint, self.outside, 300)

    def told(self, record: str) -> StoredHint:
        """A hint for the record, worked; gives it as the log has it."""
        hint = self.hint(record)
        self.work(hint)
        return self.stored(hint)

    def work_all(self) -> None:
        """Works off every message that waits."""
        while self.queue.messages:
            self.work(self.queue.messages.pop(0))

    def tick(self) -> Ticked:
        """The minute's tick."""
        return hint_tick(self.kind, self.store, self.queue, self.runs)

    def stored(self, hint: Hint) -> StoredHint:
        """The hint as the log has it."""
        return self.store.hints[hint.connection, hint.id]

    def key(self) -> RunKey:
        """The key of the run of this day."""
        return days.day_key("casa", self.kind, self.now)

    def day(self, key: RunKey | None = None) -> Day:
        """A day; today's, where none is named."""
        day = self.store.day(key or self.key())
        assert day is not None
        return day

    def notification(self, run: Run) -> Notification:
        """The run's notification."""
        return self.store.notifications[run.audience, run.key.run_id]

    def link(self, code: str) -> Link:
        """A contract's link."""
        return self.store.link_rows["casa", ENTITY][code]

    def on_the_map(self, *codes: str) -> None:
        """Contracts that are live, and on the map."""
        for code in codes:
            self.source.contracts[code] = Contract(f"Cliente {code}")
            self.told(code)

    def cancel(self, *codes: str) -> None:
        """The source says that they are cancelled."""
        for code in codes:
            self.source.contracts[code] = replace(self.source.contracts[code], live=False)

    def decide(self, key: RunKey, decision: Decision) -> Hint:
        """A person decides on what the day holds, as the route does."""
        day = self.day(key)
        after = days.decided(day, "ana")
        sweep = self.sweep_hint(sweeps.DECIDE, day=key.run_id, decision=decision, by="ana")
        told, approved = days.told(after, self.kind), decision == Decision.APPROVED
        assert self.store.decide_day(day, after, waiting(sweep), told, let_through=approved)
        self.queue.send(sweep)
        return sweep


def vendor_down(retry_at: float | None = None) -> ProblemError:
    """What a client raises while its vendor is out of order."""
    return ProblemError(Problem("vendor_down", {"vendor": "Origem", "host": "h", "status": "503"}), retry_at)


def conserved(run: Run) -> bool:
    """The law of conservation, of a day: what came to an end is what is counted."""
    return all(tally.received == sum(tally.counters.values()) for tally in run.tallies.values())


def counters(run: Run) -> dict[str, int]:
    """The counters that are not zero."""
    return {kind.value: number for kind, number in run.counters.items() if number}
