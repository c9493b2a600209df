"""Any history of the source, with any faults between, ends in step: nothing lost, nothing doubled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError
from sincronia.engine import worker
from sincronia.engine.flow import BrakeLimits, Limit, Record
from sincronia.engine.state import Phase
from sincronia.engine.tick import tick
from tests.engine_in_memory import MemorySource, MemoryTarget, Office, conserved, person

CODES = st.sampled_from([str(code) for code in range(1, 8)])
EMAILS = st.sampled_from([f"{name}@office.example" for name in "abcdefg"])
NAMES = st.sampled_from(["Ana", "Bia", "Caio"])
KINDS = st.sampled_from(["unknown", "unknown", "busy", "time", "death", "death"])
WHEN = st.sampled_from(["before", "after"])
LIFTED = BrakeLimits(Limit(100, 1000), Limit(100, 1000))


class Death(BaseException):
    """The worker is gone."""


def numbered(code: str, email: str, name: str) -> Record:
    """A person whose content tells whom it belongs to: made twice, it shows."""
    record = person(code, email, name)
    return replace(record, content={**record.content, "Codigo": code})


class OfficeMachine(RuleBasedStateMachine):
    """A source that changes, a target that fails, workers that die, messages that come twice."""

    @initialize()
    def open(self) -> None:
        self.patch = pytest.MonkeyPatch()
        people = [numbered(code, f"{code}@office.example", "Ana") for code in "0123"]
        source, target = MemorySource(people, page_size=2), MemoryTarget(strict=False)
        self.office = Office(self.patch, source=source, target=target, brake=LIFTED)

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.ends_in_step()
            self.patch.undo()

    @rule(code=CODES, email=EMAILS, name=NAMES)
    def put(self, code: str, email: str, name: str) -> None:
        self.remove(code)
        self.office.source.records.append(numbered(code, email, name))

    @rule(code=CODES)
    def remove(self, code: str) -> None:
        self.office.source.records = [record for record in self.office.source.records if record.source_id != code]

    @rule(fault=st.tuples(st.integers(1, 4), WHEN, KINDS), reading=st.booleans())
    def sync_with_a_fault(self, fault: tuple[int, str, str], *, reading: bool) -> None:
        """The hour comes, and the worker runs into a fault; the message is left where it dies."""
        write, when, kind = fault
        vendor = {"vendor": "Destino", "host": "h"}
        error: BaseException = {
            "unknown": AnswerUnknownError(Problem("vendor_unreachable", vendor)),
            "busy": ProblemError(Problem("vendor_busy", vendor), retry_at=self.office.now + 700),
            "time": OutOfTimeError(),
            "death": Death(),
        }[kind]
        moment = when if kind in {"unknown", "death"} else "before"  # the others say that nothing was done
        self.office.target.faults[self.office.target.writes + write] = (moment, error)  # type: ignore[assignment]
        if reading:
            self.office.source.stops[2] = OutOfTimeError()
        self.time_goes_by(61)
        self.deliver_all()

    @rule(minutes=st.sampled_from([1, 6, 61]))
    def time_goes_by(self, minutes: int) -> None:
        self.office.now += minutes * 60
        tick("test", {}, self.office.store, self.office.queue)

    @rule()
    def deliver_all(self) -> None:
        """Every message once; where the worker dies, its message stays."""
        waiting, self.office.queue.messages = self.office.queue.messages, []
        for key in waiting:
            try:
                worker.work(key, self.office.outside, 240)
            except Death:
                self.office.queue.messages.append(key)

    @rule()
    def deliver_again(self) -> None:
        """A message of a run that was long dealt with."""
        for key in list(self.office.store.runs)[-2:]:
            self.office.queue.messages.append(key)
        self.deliver_all()

    @invariant()
    def counts_hold(self) -> None:
        if hasattr(self, "office"):
            assert all(conserved(run) for run in self.office.store.runs.values())

    @invariant()
    def nobody_is_there_twice(self) -> None:
        if hasattr(self, "office"):
            codes = [row["Codigo"] for row in self.office.target.rows.values()]
            assert len(codes) == len(set(codes))
            links = self.office.store.link_rows.get(("casa", "pessoa"), {}).values()
            targets = [link.target_id for link in links]
            assert len(targets) == len(set(targets))

    def ends_in_step(self) -> None:
        """Without faults, the next three syncs bring the target in step with the source; the last writes nothing."""
        self.office.target.faults.clear()
        self.office.source.stops.clear()
        for _ in range(12):
            self.office.now += 800
            tick("test", {}, self.office.store, self.office.queue)
            self.office.work()
        assert all(run.phase == Phase.DONE for run in self.office.store.runs.values())
        notifications = self.office.store.notifications.values()
        assert all(notification.state == "Concluído" for notification in notifications)
        for _ in range(2):
            self.office.sync()
        writes = self.office.target.writes
        last = self.office.sync()
        self.check_in_step(writes, last.counters.get("failed", 0))  # type: ignore[call-overload]

    def check_in_step(self, writes: int, failed: int) -> None:
        records = self.office.source.records
        emails = [record.natural_key for record in records]
        sendable = [record for record in records if emails.count(record.natural_key) == 1]
        links = self.office.store.link_rows.get(("casa", "pessoa"), {})
        refused = {
            outcome.source_id
            for run in [max(self.office.store.runs.values(), key=lambda run: run.key.run_id)]
            for outcome in self.office.outcomes(run)
        }
        in_step = [record for record in sendable if record.source_id not in refused]
        for record in in_step:
            link = links[record.source_id]
            assert self.office.target.rows[link.target_id] == dict(record.content)
            assert self.office.target.active[link.target_id]
        gone = links.keys() - {record.source_id for record in records}
        assert not any(self.office.target.active[links[code].target_id] for code in gone)
        if not refused:
            assert self.office.target.writes == writes
        assert not failed


OfficeMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=15)
TestOfficeMachine = OfficeMachine.TestCase


@pytest.mark.sweep
def test_many_histories_of_an_office_end_in_step() -> None:
    run_state_machine_as_test(OfficeMachine, settings=settings(max_examples=500, stateful_step_count=15))
