"""Runs a scenario to its quiet end while something befalls one of its calls, and gives the world as it then is."""

from __future__ import annotations

import copy
import datetime
import threading
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any, Self

import botocore.loaders
import botocore.session
import pytest
from aws_lambda_powertools.utilities.idempotency.persistence import base as idempotency_rows
from aws_lambda_powertools.utilities.idempotency.persistence import dynamodb as idempotency_table

from local.vendors.questor import QuestorSimulator
from local.vendors.server import Simulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from tests.crash.choke import Choke, Death, Fate, choked
from tests.crash.scenarios import Doing, Scenario, ToldToWaitError
from tests.crash.world import NATURAL_KEYS, accounted_for, conserved, differences, vendor_rows, vendors, world
from tests.office_on_aws import CONNECTION, AwsServer, OfficeOnAws, Sandbox

LEASE_OVER = 331.0  # seconds: past the worker's lease
MINUTE = 61.0
PATIENCE = 80  # deliveries and ticks until a scenario must be quiet
PLENTY = 240  # vendor calls: more than any scenario makes

Invoke = Callable[[OfficeOnAws, Choke, Doing], None]
Drive = Callable[[OfficeOnAws, Choke, Scenario], None]
Chosen = Callable[[list[str]], list[int]]  # which of the calls of a performance, by number, something befalls


class Stage:
    """The AWS server and the scenario's office; each performance begins where the scenario was prepared to."""

    def __init__(self, aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
        self.aws = aws
        self.monkeypatch = monkeypatch
        self.scenario = scenario
        self.changes: Callable[[Sandbox], None] | None = None
        self.creates: Counter[str] = Counter()  # requests to create, by vendor, resource and natural key
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self.monkeypatch.setattr(botocore.session, "create_loader", lru_cache(botocore.loaders.create_loader))
        self.aws.renew()
        scenario = self.scenario
        questor = self._ends.enter_context(QuestorSimulator(scenario.questor))
        zen = self._ends.enter_context(ZenSimulator())
        tareffa = self._ends.enter_context(TareffaSimulator()) if scenario.questor.companies else None
        self.office = office = OfficeOnAws(self.aws, questor, zen, tareffa)
        office.connect(flow=scenario.flow, filters=dict(scenario.filters), every_minutes=scenario.every_minutes)
        scenario.prepare(office)
        due = [float(row["wake_at"]) for row in office.rows("connections") if "wake_at" in row]
        self._now = max([office.now, *due])
        self._items = self.aws.items()
        self._kept = {name: _data(simulator) for name, simulator in vendors(office).items()}
        for name, simulator in vendors(office).items():
            self._count_creates(name, simulator)
        clock = SimpleNamespace(**{**vars(datetime), "datetime": _clock_of(office)})
        for module in (idempotency_rows, idempotency_table):
            self.monkeypatch.setattr(module, "dt", clock)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def perform(self, choke: Choke, drive: Drive | None = None) -> dict[str, Any]:
        """Lets the scenario's acts happen under the choke, and gives the world at its quiet end."""
        office = self.office
        self.aws.clear()
        self.aws.put(self._items)
        for name, simulator in vendors(office).items():
            vars(simulator).update(copy.deepcopy(self._kept[name]))
        self.creates.clear()
        office.now = self._now
        office.changes = self.changes
        office.sandbox = office.new_sandbox()
        with choked(choke, self.monkeypatch):
            (drive or until_quiet)(office, choke, self.scenario)
        return world(office, self.creates)

    def _count_creates(self, vendor: str, simulator: Simulator) -> None:
        whole = simulator.handle

        def handle(operation: str, request: Any) -> Any:
            if operation == "create":
                subject, body = simulator.subject(request), request.get_json()
                key = " ".join(str(body.get(field)) for field in NATURAL_KEYS[vendor, subject])
                self.creates[f"{vendor} {subject} {key}"] += 1
            return whole(operation, request)

        self.monkeypatch.setattr(simulator, "handle", handle)


def _data(simulator: Simulator) -> dict[str, Any]:
    """What a simulator keeps of its rows."""
    return copy.deepcopy({name: value for name, value in vars(simulator).items() if name in {"_rows", "_tables"}})


def _clock_of(office: OfficeOnAws) -> type[datetime.datetime]:
    """The office's clock, for Powertools' idempotency, which has no seam for one."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(office.now, tz)

    return Clock


def until_quiet(
    office: OfficeOnAws, choke: Choke, scenario: Scenario, invoke: Invoke | None = None, calls: Collection[int] = ()
) -> None:
    """Each act, then deliveries and ticks until the newest run is done and nothing waits.

    `calls`: to how many vendor calls the invocations of the worker are limited, one after the other.
    """
    limits = iter(calls)
    for number, act in enumerate(scenario.acts):
        if number:
            scenario.meanwhile(office)
        (invoke or mortal)(office, choke, act(office))
        for _ in range(PATIENCE):
            if deliver(office, choke, invoke or mortal, next(limits, PLENTY)):
                continue
            if office.rows("runs") and office.run()["phase"] == "done":
                break
            office.now += MINUTE
            (invoke or mortal)(office, choke, office.tick)
        else:
            message = f"not quiet: {office.rows('runs')}"
            raise AssertionError(message)


def deliver(office: OfficeOnAws, choke: Choke, invoke: Invoke, calls: int = PLENTY) -> bool:
    """Delivers one message to a worker that has time for so many vendor calls; False where none waits."""
    waiting = office.message()
    if waiting is None:
        return False
    happening, receipt = waiting
    seconds = office.sandbox.on_queue.SPARE_SECONDS + calls
    invoke(office, choke, lambda sandbox: office.handle(happening, sandbox, seconds))
    office.spend(receipt)
    conserved(office)
    return True


def mortal(office: OfficeOnAws, choke: Choke, doing: Doing) -> None:
    """One invocation. Who dies is replaced when the lease is over, and called again, as EventBridge and SQS do."""
    try:
        with choke.watching():
            doing(office.sandbox)
    except Death:
        choke.revive()
        conserved(office)
        office.now += LEASE_OVER
        office.sandbox = office.new_sandbox()
        doing(office.sandbox)
    except ToldToWaitError:  # nobody is at it: only the answer of a first try was lost
        office.now += MINUTE
        doing(office.sandbox)


def overtaken(*, lease_over: bool) -> Drive:
    """A drive in which whoever makes the choke's call is held up there while another does the same from the start.

    With lease_over the clock moves past the first one's lease, so the other finishes the run: a zombie resumes.
    Without it, both are at work at once, and the lease says whose run it is.
    """

    def invoke(office: OfficeOnAws, choke: Choke, doing: Doing) -> None:
        waits, resume, ended = threading.Event(), threading.Event(), threading.Event()
        first, errors = office.sandbox, list[Exception]()

        def hold_up() -> None:
            waits.set()
            resume.wait(60)

        def work() -> None:
            try:
                with choke.watching():
                    doing(first)
            except ToldToWaitError:
                pass
            except Exception as error:  # a zombie may fail loudly; it may not change anything
                errors.append(error)
            finally:
                ended.set()
                waits.set()

        choke.pause = hold_up
        thread = threading.Thread(target=work)
        thread.start()
        waits.wait(60)
        zombie = lease_over and not ended.is_set()
        if not ended.is_set():
            office.now += LEASE_OVER if lease_over else 0
            office.sandbox = office.new_sandbox()
            with suppress(ToldToWaitError):
                doing(office.sandbox)
            conserved(office)
            resume.set()
        thread.join(60)
        assert not thread.is_alive()
        assert zombie or not errors, errors

    return partial(until_quiet, invoke=invoke)


def cut(*calls: int) -> Drive:
    """A drive in which a worker's time is up after so many vendor calls, and the next one's after so many."""

    def drive(office: OfficeOnAws, choke: Choke, scenario: Scenario) -> None:
        _a_second_for_each_vendor_call(office)
        until_quiet(office, choke, scenario, calls=calls)

    return drive


def _a_second_for_each_vendor_call(office: OfficeOnAws) -> None:
    before = office.changes

    def changes(sandbox: Sandbox) -> None:
        if before:
            before(sandbox)
        session = sandbox.of("sincronia.vendor_http").VendorSession
        whole = session._exchange

        def exchange(*arguments: Any) -> Any:
            answer = whole(*arguments)
            office.now += 1
            return answer

        session._exchange = exchange

    office.changes = changes
    office.sandbox = office.new_sandbox()


def cancelled(last_block: int) -> Drive:
    """A drive in which a person wants the run to end, at the choke's call; the next sync then makes up for it.

    Whoever is at work ends the run at the next commit. `last_block` is the call before the last block: from there on,
    all has been done by then.
    """

    def drive(office: OfficeOnAws, choke: Choke, scenario: Scenario) -> None:
        person, before, wanted = office.new_sandbox(), vendor_rows(office), list[bool]()

        def ask() -> None:
            if any(row["phase"] != "done" for row in office.rows("runs")):
                key = person.of("sincronia.engine.state").RunKey(CONNECTION, office.run()["run_id"])
                wanted.append(person.of("sincronia.store.working").DynamoStore().ask_to_cancel(key, "ana"))
                person.of("sincronia.store.aws").SqsRunQueue().send(key)

        choke.pause = ask
        until_quiet(office, choke, scenario)
        run = office.run()
        assert run["result"] == "cancelled" or choke.at > last_block or not any(wanted), run
        accounted_for(office, before)
        again(office)

    return drive


def before_last_block(stage: Stage) -> int:
    """The call of the undisturbed scenario by which all but the last block is committed."""
    choke = Choke()
    stage.perform(choke)
    return [at for at, name in enumerate(choke.seen, start=1) if "TransactWrite" in name][-2]


def disabled_after(calls: int) -> Drive:
    """A drive in which the connection is disabled when the worker's time is up, and enabled again later."""

    def drive(office: OfficeOnAws, choke: Choke, scenario: Scenario) -> None:
        before = vendor_rows(office)
        _a_second_for_each_vendor_call(office)
        office.tick()
        deliver(office, choke, mortal, calls)
        _set_enabled(office, enabled=False)
        while deliver(office, choke, mortal):
            pass
        run = office.run()
        assert run["phase"] == "done", run
        accounted_for(office, before)
        _set_enabled(office, enabled=True)
        again(office)

    return drive


def _set_enabled(office: OfficeOnAws, *, enabled: bool) -> None:
    registering = office.sandbox.registering
    found = registering.registered(CONNECTION)
    flows = [replace(flow, wake_at=office.now) for flow in registering.flows_of(CONNECTION).values()]
    registering.change_connection(found, replace(found.connection, enabled=enabled), flows)


def again(office: OfficeOnAws) -> None:
    """The next scheduled run, from begin to end, undisturbed."""
    runs = len(office.rows("runs"))
    office.sync()
    assert len(office.rows("runs")) == runs + 1
    assert office.run()["result"] in {"success", "partial"}


SHARED = ("TransactWriteItems", "UpdateItem", "PutItem", "SendMessage", "vendor POST", "vendor PUT")


def every(seen: list[str]) -> list[int]:
    """Every call."""
    return [*range(1, len(seen) + 1)]


def shared(seen: list[str]) -> list[int]:
    """The calls that change what others see: between two of them, the world stays as it is."""
    return [at for at, name in enumerate(seen, start=1) if name.endswith(SHARED)]


def firsts(seen: list[str]) -> list[int]:
    """The first call of each name."""
    return [at for at, name in enumerate(seen, start=1) if name not in seen[: at - 1]]


def thinned(seen: list[str]) -> list[int]:
    """The shared calls; of the stretch before each, one other, by turns; and the first of each name.

    Between two shared calls a worker reads, and writes objects that only who holds its lease will read. Wherever in
    such a stretch it dies, it leaves the same world.
    """
    kept, stretch, stretches = {*shared(seen), *firsts(seen)}, list[int](), 0
    for at, name in enumerate(seen, start=1):
        if name.endswith(SHARED):
            if stretch:
                stretches += 1
                kept.add(stretch[stretches % len(stretch)])
            stretch = []
        else:
            stretch.append(at)
    return sorted(kept)


@dataclass(frozen=True)
class Share:
    """Which of a sweep's performances a test does, so that they can be done side by side."""

    number: int = 0
    of: int = 1


def sweep(
    stage: Stage,
    fate: Fate = Fate.BEFORE,
    drive: Drive | None = None,
    *,
    only: str = "",
    chosen: Chosen = every,
    share: Share = Share(),
    without: Collection[str] = (),
) -> dict[str, str]:
    """Performs the scenario once for each chosen call (`only`: of those so named); gives what went wrong, by call.

    `without`: parts of the world that may differ from the undisturbed one.
    """
    undisturbed = Choke()
    expected = stage.perform(undisturbed)
    assert len(undisturbed.seen) >= 20, undisturbed.seen
    assert set(expected["creates"].values()) <= {1}, expected["creates"]
    wrong = {}
    for at in chosen(undisturbed.seen)[share.number :: share.of]:
        name = undisturbed.seen[at - 1]
        if only in name:
            differing = _differing(stage, expected, Choke(at=at, fate=fate), drive, without)
            if differing:
                wrong[f"call {at} ({name})"] = differing
    return wrong


def sweep_of_drives(stage: Stage, drives: dict[str, Drive], without: Collection[str] = ()) -> dict[str, str]:
    """Performs the scenario once for each drive; gives what went wrong, by the drive's name."""
    expected = stage.perform(Choke())
    wrong = {name: _differing(stage, expected, Choke(), drive, without) for name, drive in drives.items()}
    return {name: differing for name, differing in wrong.items() if differing}


def _differing(
    stage: Stage, expected: dict[str, Any], choke: Choke, drive: Drive | None, without: Collection[str]
) -> str:
    try:
        found = stage.perform(choke, drive)
    except AssertionError as error:
        return str(error)
    return differences({part: value for part, value in expected.items() if part not in without}, found)


def vendor_calls(stage: Stage) -> int:
    """How many vendor calls the worker makes in the undisturbed scenario."""
    choke = Choke()
    stage.perform(choke)
    return sum(name.startswith("vendor") for name in choke.seen)
