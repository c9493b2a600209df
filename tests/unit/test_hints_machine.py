"""Any history of webhooks, with any deaths and outages between, ends as the truth says; told once, counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sincronia.engine.flow import Limit
from sincronia.engine.hint_worker import work_hint
from sincronia.engine.hints import Decision, Hint, HintState
from sincronia.engine.state import OutcomeKind, Phase
from tests.hints_in_memory import DAY, Contract, ContractMap, Contracts, Provider, conserved, vendor_down

CODES = st.sampled_from([str(code) for code in range(1, 7)])
CONTRACTS = st.builds(
    Contract, st.sampled_from(["Ana", "Bia"]), st.sampled_from(["OK", "ERROR"]), st.sampled_from([True, True, False])
)
DEATHS = st.none() | st.tuples(st.integers(1, 24), st.sampled_from(["before", "after"]))
ASKED = ("read", "find", "make", "change", "remove")  # of the vendors


class Death(BaseException):
    """The worker is gone; whatever it still calls is gone, too."""


class Mortal:
    """Dies at the k-th call that goes through it, before or after the call took effect; then at every other one."""

    def __init__(self) -> None:
        self.left, self.when, self.dead = 0, "", False

    def expect(self, death: tuple[int, str] | None) -> None:
        """Of a new worker."""
        self.left, self.when = death or (0, "")
        self.dead = False

    def through(self, inner: Any, names: tuple[str, ...] = ()) -> Any:
        """The same thing, called through this; where names are given, only those."""
        return _Through(self, inner, names)

    def call(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """One call."""
        self.left -= 1
        if self.dead or (self.left == 0 and self.when == "before"):
            self.dead = True
            raise Death
        answer = method(*given, **named)
        if self.left == 0 and self.when == "after":
            self.dead = True
            raise Death
        return answer


class _Through:
    def __init__(self, mortal: Mortal, inner: Any, names: tuple[str, ...]) -> None:
        self._mortal, self._inner, self._names = mortal, inner, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or (self._names and name not in self._names):
            return found
        return lambda *given, **named: self._mortal.call(found, *given, **named)


class HintsMachine(RuleBasedStateMachine):
    """A source that changes, vendors that go, workers that die at any call, messages that come twice."""

    @initialize()
    def open(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.provider = Provider(self.patch, removals=Limit(percent=20, number=2))
        self.provider.schedule_sweep()
        self.mortal = Mortal()
        self.spent: list[Hint] = []
        self.came: list[tuple[str, str]] = []  # of webhooks: record and event
        self.versions = Counter[str]()  # of contracts
        self.written: dict[str, int] = {}  # by hint: its contract's version when it first wrote to the map
        self.outside: Any = None
        self.renewed()

    def renewed(self) -> None:
        """A new execution environment."""
        provider, through = self.provider, self.mortal.through
        source: Contracts = through(provider.source, ASKED)
        target: ContractMap = through(provider.target, ASKED)
        self.outside = replace(
            provider.new_outside(),
            store=through(provider.store),
            queue=through(provider.queue),
            objects=through(provider.objects),
            open=lambda opening, kept: replace(provider.open(opening, kept), source=source, target=target),
        )

    def teardown(self) -> None:
        if hasattr(self, "provider"):
            self.ends_as_the_truth_says()
            self.patch.undo()

    @rule(code=CODES, contract=CONTRACTS, heard=st.booleans())
    def changes(self, code: str, contract: Contract, *, heard: bool) -> None:
        """The provider changes a contract; a webhook tells of it, or gets lost."""
        self.provider.source.contracts[code] = contract
        self.versions[code] += 1
        if heard:
            self.came.append((code, f"e{len(self.came)}"))
            self.provider.queue.send(self.provider.hint(code, self.came[-1][1]))

    @rule()
    def comes_again(self) -> None:
        """The sender repeats an event."""
        if self.came:
            code, event = self.came[-1]
            self.provider.queue.send(self.provider.hint(code, event))

    @rule(which=st.integers(0, 5), death=DEATHS)
    def deliver(self, which: int, death: tuple[int, str] | None) -> None:
        """One message, the first of its record; where the worker dies, it stays."""
        firsts = {(hint.record or hint.entity): number for number, hint in reversed(list(enumerate(self.waiting)))}
        if not firsts:
            return
        number = sorted(firsts.values())[which % len(firsts)]
        if self.worked(self.waiting[number], death):
            self.spent.append(self.waiting.pop(number))

    @rule(death=DEATHS)
    def deliver_all(self, death: tuple[int, str] | None) -> None:
        """Every message that waits now; one of the workers may die, and its record's other messages wait for it."""
        left = set[str]()
        for hint in list(self.waiting):
            if hint.record in left:
                continue
            if self.worked(hint, death):
                self.waiting.remove(hint)
                self.spent.append(hint)
            else:
                left.add(hint.record)
            death = None

    @rule(back=st.integers(1, 4))
    def deliver_again(self, back: int) -> None:
        """A message that was long dealt with."""
        if len(self.spent) >= back:
            self.worked(self.spent[-back], None)

    @rule(minutes=st.sampled_from([1, 6, 11, 700]))
    def time_goes_by(self, minutes: int) -> None:
        self.provider.now += minutes * 60
        self.provider.tick()

    @rule(says=st.sampled_from([None, None, 0.0, 900.0]), down=st.booleans())
    def vendor(self, says: float | None, *, down: bool) -> None:
        """The source goes, or comes back."""
        retry_at = None if says is None else self.provider.now + says
        self.provider.source.down = vendor_down(retry_at) if down else None

    @rule(decision=st.sampled_from(Decision))
    def decide(self, decision: Decision) -> None:
        """A person decides on all that waits for it."""
        self.provider.now += 1
        for run in self.provider.store.runs.values():
            if run.phase == Phase.BRAKE:
                self.provider.decide(run.key, decision)
                self.provider.now += 1

    @property
    def waiting(self) -> list[Hint]:
        return self.provider.queue.messages

    def worked(self, hint: Hint, death: tuple[int, str] | None) -> bool:
        """Whether the worker came to an end; another takes the place of one that died."""
        self.mortal.expect(death)
        writes = self.provider.target.writes
        try:
            work_hint(hint, self.outside, 300)
        except Death:
            self.renewed()
            return False
        finally:
            self.mortal.expect(None)
            if self.provider.target.writes > writes:
                self.written.setdefault(hint.id, self.versions[hint.record])
        return True

    @invariant()
    def counts_hold(self) -> None:
        if hasattr(self, "provider"):
            store = self.provider.store
            assert all(map(conserved, store.runs.values()))
            told = Counter(seq for _, seq in store.outcomes_by_seq)
            assert set(told) == {hint.id for hint in self.done()}
            assert set(told.values()) <= {1}
            assert sum(run.received for run in store.runs.values()) == len(told)

    @invariant()
    def who_wrote_says_so(self) -> None:
        """Unless the truth has changed meanwhile."""
        if hasattr(self, "provider"):
            for hint in self.done():
                if self.written.get(hint.id) == self.versions[hint.record]:
                    effect = self.provider.stored(hint).effect
                    assert effect is not None
                    assert effect.kind != OutcomeKind.UNCHANGED

    @invariant()
    def an_event_is_told_once(self) -> None:
        if hasattr(self, "provider"):
            events = Counter(hint.event_id for hint in self.done() if hint.event_id)
            assert set(events.values()) <= {1}

    @invariant()
    def nobody_is_there_twice(self) -> None:
        if hasattr(self, "provider"):
            codes = [place.code for place in self.provider.target.places.values()]
            assert len(codes) == len(set(codes))

    def done(self) -> Iterator[Hint]:
        """Hints of records that have come to their end."""
        for stored in self.provider.store.hints.values():
            if stored.state == HintState.DONE and stored.hint.record:
                yield stored.hint

    def ends_as_the_truth_says(self) -> None:
        """Without faults, messages, two sweeps and a person's approval bring the map in line; then days end."""
        provider, store = self.provider, self.provider.store
        provider.source.down = None
        for _ in range(8):
            self.quiet()
        writes = provider.target.writes
        self.quiet()
        assert provider.target.writes == writes, "what is in line is left alone"
        live = {code: contract for code, contract in provider.source.contracts.items() if contract.live}
        places = {place.code: (place.name, place.status) for place in provider.target.places.values()}
        assert places == {code: (contract.name, contract.status) for code, contract in live.items()}
        links = store.link_rows.get(("casa", "contrato"), {})
        assert {code for code, link in links.items() if link.active} == live.keys()
        assert all(provider.target.places[links[code].target_id].code == code for code in live)
        store.flows.clear()
        provider.now += DAY
        provider.tick()
        self.counts_hold()
        assert {stored.state for stored in store.hints.values()} <= {HintState.DONE}
        assert not any(store.held.values())
        assert {run.phase for run in store.runs.values()} <= {Phase.DONE}
        assert {told.state for told in store.notifications.values()} <= {"Concluído"}

    def quiet(self) -> None:
        """More than a sweep's period goes by; all that waits is worked off, and all that is held is approved."""
        for _ in range(2):
            self.provider.now += 660
            self.provider.tick()
            while self.waiting:
                self.deliver_all(None)
            self.decide(Decision.APPROVED)
            while self.waiting:
                self.deliver_all(None)


HintsMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestHintsMachine = HintsMachine.TestCase


@pytest.mark.sweep
def test_many_histories_of_webhooks_end_as_the_truth_says() -> None:
    run_state_machine_as_test(HintsMachine, settings=settings(max_examples=500, stateful_step_count=25))
