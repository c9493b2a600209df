"""Any history of two sides ends in step, and nobody's words are lost; and a fault in the decision is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from sincronia.engine import two_way, two_way_matching
from sincronia.engine.two_way import Act, ActKind, Case, Pair, Policy, Side
from tests.two_way_machine import TwoWayMachine


def test_any_history_ends_in_step() -> None:
    run_state_machine_as_test(TwoWayMachine, settings=settings(max_examples=50, stateful_step_count=30))


@pytest.mark.sweep
def test_a_thousand_histories_end_in_step() -> None:
    run_state_machine_as_test(TwoWayMachine, settings=settings(max_examples=1000, stateful_step_count=50))


# ── it has teeth: each of these faults is found ──────────────────────────────────────────────────────────────────────
Patch = Callable[[pytest.MonkeyPatch], None]
DECIDE, BEFORE, AFTER = two_way.decide, two_way.pair_before, two_way.pair_after
ONE_GONE, PRIVATE = two_way._one_gone, two_way._private


def put(where: Any, name: str, value: Any) -> Patch:
    return lambda patch: patch.setattr(where, name, value)


def with_all_seen_as(**changes: Any) -> Patch:
    """The decision is told something else of each record."""

    def decide(case: Case, policy: Policy) -> Act:
        a, b = (replace(seen, **changes) if seen else None for seen in (case.a, case.b))
        return DECIDE(replace(case, a=a, b=b), policy)

    return put(two_way, "decide", decide)


def any_stamp_is_an_edit(self: Case, side: Side) -> bool:
    seen = self.seen(side)
    return bool(seen and self.pair and seen.version != self.pair.held(side).version)


def our_writes_are_edits(self: Case, side: Side) -> bool:
    seen = self.seen(side)
    return bool(seen and self.pair and seen.fingerprint != self.pair.held(side).fingerprint)


def deletion_beats_edit(case: Case, policy: Policy) -> Act:
    act = ONE_GONE(case, policy)
    if act.kind is ActKind.CREATE and policy.source is None:
        return Act(ActKind.REMOVE, case, on=act.on.other if act.on else None)
    return act


def edit_in_the_target_stays(case: Case, policy: Policy) -> Act:
    act = ONE_GONE(case, policy)
    return replace(act, kind=ActKind.SKIP, on=None) if act.conflict else act


def target_is_made_again(case: Case, policy: Policy) -> Act:
    act = ONE_GONE(case, policy)
    gone = Side.A if case.a is None else Side.B
    return Act(ActKind.CREATE, case, on=gone) if act.kind is ActKind.SKIP and policy.source is gone.other else act


def never_taken_back(case: Case, policy: Policy) -> Act:
    act = PRIVATE(case, policy)
    return Act(ActKind.SKIP, case) if act.kind is ActKind.TAKE_BACK else act


def originals_are_taken_back(case: Case, policy: Policy) -> Act:
    for side in Side:
        private = case.seen(side)
        if case.pair and private and private.private and case.seen(side.other) and policy.writes(side.other):
            return Act(ActKind.TAKE_BACK, case, on=side.other, conflict=side.other)
    return PRIVATE(case, policy)


def source_as_it_was_held(act: Act, written: str = "", version: str = "") -> Pair | None:
    """Of what was carried, the pair still tells what was before."""
    after = AFTER(act, written, version)
    if after and act.kind is ActKind.UPDATE and act.case.pair:
        return replace(act.case.pair, writing=None)
    return after


def says_nothing_before_taking_back(act: Act) -> Pair | None:
    return act.case.pair if act.kind is ActKind.TAKE_BACK else BEFORE(act)


def without_conflict(case: Case, policy: Policy) -> Act:
    return replace(DECIDE(case, policy), conflict=None)


def keyless_are_made(case: Case, on: Side) -> Act:
    return Act(ActKind.CREATE, case, on=on)


FAULTS: dict[str, Patch] = {
    "one way writes both": put(Policy, "writes", lambda self, side: True),
    "the winner's word counts in one way": put(Policy, "prevails", property(lambda self: self.winner)),
    "a conflict isn't kept": put(two_way, "decide", without_conflict),
    "a stamp is an edit": put(Case, "changed", any_stamp_is_an_edit),
    "what we wrote is an edit": put(Case, "changed", our_writes_are_edits),
    "equal contents are a conflict": put(two_way, "_equal", lambda case: False),
    "a deletion beats an edit": put(two_way, "_one_gone", deletion_beats_edit),
    "what was edited in the target outlives its source": put(two_way, "_one_gone", edit_in_the_target_stays),
    "what was deleted in the target is made again": put(two_way, "_one_gone", target_is_made_again),
    "what is private goes over": with_all_seen_as(private=False),
    "what is private stays over there": put(two_way, "_private", never_taken_back),
    "somebody's own is taken back": put(two_way, "_private", originals_are_taken_back),
    "the window is no matter": with_all_seen_as(in_scope=True),
    "who is excluded is carried": with_all_seen_as(problem=None),
    "who has no key is made": put(two_way, "_create", keyless_are_made),
    "shared keys make nobody doubt": put(two_way_matching, "_doubt", lambda key, group: None),
    "the pair stays as it was": put(two_way, "pair_after", source_as_it_was_held),
    "a copy's taking back is not announced": put(two_way, "pair_before", says_nothing_before_taking_back),
    "nobody looks before creating": put(TwoWayMachine, "looks_before", False),
    "the loser is kept after the write": put(TwoWayMachine, "keeps_before", False),
}


@seed(7)  # each is found whatever the seed; with this one, soon
class Search(TwoWayMachine):
    """The same machine, which looks for faults."""


@pytest.mark.sweep
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch)
    sought = settings(
        max_examples=1000, stateful_step_count=30, phases=[Phase.generate], derandomize=False, database=None
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Search, settings=sought)
