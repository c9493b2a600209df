"""Tasks: work of runs that is no sync, step by step under the run's lease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from local.light_store import LightObjects, LightQueue, LightSecrets, LightStore
from sincronia import clock
from sincronia.answers import COMMON, OutOfTimeError, Problem, ProblemError
from sincronia.engine import steps
from sincronia.engine.report import told
from sincronia.engine.state import Connection, Phase, Result, Run, RunKey, Step
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask
from sincronia.engine.worker import LEASE_SECONDS, Outside, work

START = 1_795_000_000.0
KEY = RunKey("casa", "contagem-1")


@dataclass
class Counting:
    """A task that counts to three, in memory, and the clock; `before` is called with each step's number."""

    monkeypatch: pytest.MonkeyPatch
    before: Callable[[int], None] = lambda _: None
    now: float = START
    store: LightStore = field(default_factory=LightStore)
    queue: LightQueue = field(default_factory=LightQueue)
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(clock, "now", lambda: self.now)
        self.store.connections["casa"] = Connection("casa", "test", "Casa", {}, "", "ana", enabled=True)
        self.store.runs[KEY] = Run(KEY, "test", "contar", "ana", {}, "casa", START)
        committing = Steps(self.store, self.queue, COMMON, lambda run: told(run, "Contar", COMMON))
        tasks = {"contar": SteppedTask(committing, self.step)}
        self.outside = Outside(self.store, LightObjects(), self.queue, LightSecrets(), {}, tasks)

    def step(self, run: Run, deadline: float) -> Step:
        number = run.position + 1
        self.before(number)
        if clock.now() >= deadline:
            raise OutOfTimeError
        self.done.append(number)
        after = replace(run, position=number, progress={"counted": number})
        return Step(replace(after, phase=Phase.APPLY, position=0) if number == 3 else after)

    def work(self) -> Run:
        """One message; gives the run as it then stands."""
        work(KEY, self.outside, 240)
        return self.store.runs[KEY]


def test_it_goes_on_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    run = counting.work()
    assert (run.phase, run.result, run.progress) == (Phase.DONE, Result.SUCCESS, {"counted": 3})
    assert (run.lease, run.wake_at, run.concluded_at) == ("", None, START)
    assert counting.done == [1, 2, 3]
    assert counting.store.notifications["casa", KEY.run_id].state == "Concluído"
    assert counting.work() == run


def test_out_of_time_it_queues_itself_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)

    def slow(_: int) -> None:
        counting.now += 130

    counting.before = slow
    run = counting.work()
    assert (run.phase, run.position, run.lease, run.attempts) == (Phase.READ, 1, "", 1)
    assert counting.queue.messages == [KEY]
    counting.before = lambda _: None
    assert counting.work().result == Result.SUCCESS
    assert counting.done == [1, 2, 3]


def test_who_died_is_followed_by_somebody_once_the_lease_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)

    def die(number: int) -> None:
        if number == 2:
            raise ConnectionError

    counting.before = die
    with pytest.raises(ConnectionError):
        counting.work()
    counting.before = lambda _: None
    assert counting.work().position == 1
    counting.now += LEASE_SECONDS
    assert counting.work().result == Result.SUCCESS
    assert counting.done == [1, 2, 3]


def test_who_dies_again_and_again_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)

    def die(_: int) -> None:
        raise ConnectionError

    counting.before = die
    for _ in range(steps.STEP_ATTEMPTS):
        with pytest.raises(ConnectionError):
            counting.work()
        counting.now += LEASE_SECONDS
    run = counting.work()
    assert (run.result, run.problem) == (Result.FAILURE, Problem("run_exhausted", {"attempts": "10"}))


def test_cancelled_between_two_steps_it_ends_after_the_one_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)

    def cancel(number: int) -> None:
        if number == 2:
            counting.store.ask_to_cancel(KEY, "ana")

    counting.before = cancel
    run = counting.work()
    assert (run.result, run.progress, counting.done) == (Result.CANCELLED, {"counted": 2}, [1, 2])
    assert run.problem == Problem("cancelled", {"by": "ana"})


def test_cancelled_before_it_begins_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    counting.store.ask_to_cancel(KEY, "ana")
    assert counting.work().result == Result.CANCELLED
    assert counting.done == []


@pytest.mark.parametrize(
    ("problem", "later"),
    [(Problem("vendor_down", {"vendor": "S3", "status": "503"}), True), (Problem("secret_missing"), False)],
)
def test_a_problem_puts_it_off_or_ends_it(monkeypatch: pytest.MonkeyPatch, problem: Problem, later: bool) -> None:
    counting = Counting(monkeypatch)

    def fail(_: int) -> None:
        raise ProblemError(problem)

    counting.before = fail
    run = counting.work()
    assert run.problem == problem
    assert (run.phase, run.wake_at) == ((Phase.READ, START + steps.PUT_OFF_SECONDS) if later else (Phase.DONE, None))


@pytest.mark.parametrize("gone", ["old", "disabled"])
def test_it_does_not_begin_where_it_may_not(monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    counting = Counting(monkeypatch)
    if gone == "old":
        counting.now += steps.RUN_HOURS * 3600 + 1
    else:
        counting.store.connections["casa"] = replace(counting.store.connections["casa"], enabled=False)
    run = counting.work()
    assert (run.result, counting.done) == (Result.FAILURE, [])
    assert run.problem
    assert run.problem.code == {"old": "run_too_old", "disabled": "connection_missing"}[gone]


def test_who_was_overtaken_commits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)

    def pause(number: int) -> None:
        if number == 2:
            counting.before = lambda _: None
            counting.now += LEASE_SECONDS
            assert counting.work().result == Result.SUCCESS
            counting.now -= LEASE_SECONDS

    counting.before = pause
    run = counting.work()
    assert (run.progress, counting.done) == ({"counted": 3}, [1, 2, 3, 2])
