"""What becomes of two records that are one, case by case; the machine tries histories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sincronia.answers import Problem
from sincronia.engine.brake import judge
from sincronia.engine.flow import BrakeLimits, Limit
from sincronia.engine.two_way import (
    Act,
    ActKind,
    Case,
    Held,
    Pair,
    Policy,
    Seen,
    Side,
    decide,
    judged,
    pair_after,
    pair_before,
)
from sincronia.engine.two_way_matching import matched

A, B = Side.A, Side.B
BOTH, TO_B, TO_A = Policy(None, B), Policy(A, B), Policy(B, B)
PAIR = Pair(Held("a1", "1", "old", "ana"), Held("b1", "1", "old", "ana"), made_on=B)
FOUND = replace(PAIR, made_on=None)  # both were there before us


def a(content: str = "old", version: str = "", **more: object) -> Seen:
    return replace(Seen("a1", version or ("1" if content == "old" else "2"), content, "ana", "Ana"), **more)  # type: ignore[arg-type]


def b(content: str = "old", version: str = "", **more: object) -> Seen:
    return a(content, version, **{"id": "b1", **more})


def told(act: Act) -> tuple[str, Side | None, Side | None, str]:
    return act.kind.value, act.on, act.conflict, act.problem.code if act.problem else ""


CASES = [
    ("nobody did anything", Case(a(), b(), PAIR), BOTH, ("nothing", None, None, "")),
    ("a stamp moved", Case(a(version="9"), b(), PAIR), BOTH, ("relink", None, None, "")),
    ("edited in A", Case(a("new"), b(), PAIR), BOTH, ("update", B, None, "")),
    ("edited in B", Case(a(), b("new"), PAIR), BOTH, ("update", A, None, "")),
    ("edited in both: B wins", Case(a("x"), b("y"), PAIR), BOTH, ("update", A, A, "")),
    ("edited in both: A wins", Case(a("x"), b("y"), PAIR), Policy(None, A), ("update", B, B, "")),
    ("edited in both, alike", Case(a("x"), b("x"), PAIR), BOTH, ("relink", None, None, "")),
    ("one way: edited in both", Case(a("x"), b("y"), PAIR), TO_B, ("update", B, B, "")),
    ("one way: edited in the target", Case(a(), b("y"), PAIR), TO_B, ("skip", None, None, "two_way_target_edited")),
    ("deleted in A", Case(None, b(), PAIR), BOTH, ("remove", B, None, "")),
    ("deleted in A, edited in B", Case(None, b("y"), PAIR), BOTH, ("create", A, None, "")),
    ("one way: the source deleted, the target edited", Case(None, b("y"), PAIR), TO_B, ("remove", B, B, "")),
    ("one way: the target deleted", Case(a(), None, PAIR), TO_B, ("skip", None, None, "two_way_target_deleted")),
    ("one way: the target deleted, the source edited", Case(a("x"), None, PAIR), TO_B, ("create", B, None, "")),
    ("both deleted", Case(None, None, PAIR), BOTH, ("unlink", None, None, "")),
    ("first time, alone", Case(a(), None), BOTH, ("create", B, None, "")),
    ("first time, alone in the target", Case(None, b()), TO_B, ("nothing", None, None, "")),
    ("first time, alike", Case(a(), b()), BOTH, ("link", None, None, "")),
    ("first time, not alike: B wins", Case(a(), b("y")), BOTH, ("update", A, A, "")),
    ("first time, not alike: one way", Case(a(), b("y")), TO_B, ("update", B, B, "")),
    ("first time, without a key", Case(a(key=""), None), BOTH, ("skip", None, None, "two_way_key_missing")),
    ("private before the first time", Case(a(private=True), None), BOTH, ("skip", None, None, "two_way_private")),
    ("turned private: our copy goes", Case(a(private=True), b(), PAIR), BOTH, ("take_back", B, None, "")),
    ("turned private, the copy edited", Case(a(private=True), b("y"), PAIR), BOTH, ("take_back", B, B, "")),
    (
        "turned private: no copy of ours",
        Case(a(private=True), b(), FOUND),
        BOTH,
        ("skip", None, None, "two_way_private"),
    ),
    ("turned private: not our way", Case(a(private=True), b(), PAIR), TO_A, ("skip", None, None, "two_way_private")),
    ("private, its copy gone", Case(a(private=True), None, PAIR), BOTH, ("unlink", None, None, "")),
    ("outside", Case(a("x"), b(in_scope=False), PAIR), BOTH, ("skip", None, None, "two_way_out_of_scope")),
    (
        "outside, deleted over there",
        Case(None, b(in_scope=False), PAIR),
        BOTH,
        ("skip", None, None, "two_way_out_of_scope"),
    ),
    ("excluded", Case(a("x", problem=Problem("excluded")), b(), PAIR), BOTH, ("skip", None, None, "excluded")),
]


@pytest.mark.parametrize(("case", "policy", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_each_story_has_its_act(
    case: Case, policy: Policy, expected: tuple[str, Side | None, Side | None, str]
) -> None:
    assert told(decide(case, policy)) == expected


def test_a_write_that_nobody_committed_is_no_edit() -> None:
    act = decide(Case(a("new"), b(), PAIR), BOTH)
    before = pair_before(act)
    assert told(decide(Case(a("newer", "3"), b("new"), before), BOTH)) == ("update", B, None, "")
    assert told(decide(Case(a("old", "3"), b("new"), before), BOTH)) == ("update", B, None, "")
    assert told(decide(Case(a("new"), b("new"), before), BOTH)) == ("relink", None, None, "")


def test_nor_is_the_one_before_where_the_next_was_not_even_written() -> None:
    before = pair_before(decide(Case(a("new"), b(), PAIR), BOTH))
    again = pair_before(decide(Case(a("newer", "3"), b("new"), before), BOTH))
    assert told(decide(Case(a("newest", "4"), b("new"), again), BOTH)) == ("update", B, None, "")
    assert told(decide(Case(None, b("new"), again), BOTH)) == ("remove", B, None, "")


def test_what_was_taken_back_and_is_public_again_is_made_again_not_deleted() -> None:
    before = pair_before(decide(Case(a(private=True), b(), PAIR), BOTH))
    again = decide(Case(a(version="3"), None, before), BOTH)
    assert told(again) == ("create", B, None, "")
    assert pair_before(again) == before  # nor where that is given up
    assert told(decide(Case(a(version="3"), None, before), TO_A)) == ("unlink", None, None, "")


def test_the_pair_after_a_write_is_what_was_carried() -> None:
    created = pair_after(decide(Case(a(), None), BOTH), "b7", "5")
    assert created == Pair(Held("a1", "1", "old", "ana"), Held("b7", "5", "old", "ana"), made_on=B)
    updated = pair_after(decide(Case(a("new"), b(), PAIR), BOTH))
    assert updated == Pair(Held("a1", "2", "new", "ana"), Held("b1", "", "new", "ana"), made_on=B)
    assert pair_after(decide(Case(None, b(), PAIR), BOTH)) is None


def test_who_shares_a_key_is_left_out_and_all_are_named() -> None:
    cases = matched([a(), a(id="a2")], [b()], [])
    acts = [decide(case, BOTH) for case in cases]
    shared = Problem("two_way_key_shared", {"a": "a1, a2", "b": "b1"})
    assert [act.problem for act in acts] == [shared] * 3


def test_who_is_private_makes_nobody_doubt() -> None:
    cases = matched([a(), a(id="a2", private=True)], [b()], [])
    assert [told(decide(case, BOTH))[0] for case in cases] == ["link", "skip"]


def test_who_was_deleted_and_typed_anew_is_the_same_person() -> None:
    [case] = matched([a(id="a2")], [b()], [PAIR])
    act = decide(case, BOTH)
    assert (act.kind, case.replaces) == (ActKind.LINK, (PAIR,))
    after = pair_after(act)
    assert after
    assert (after.a.id, after.b.id, after.made_on) == ("a2", "b1", B)


def test_a_mailbox_that_comes_back_empty_is_for_the_brake() -> None:
    pairs = [Pair(Held(f"a{n}", "1", "old", f"k{n}"), Held(f"b{n}", "1", "old", f"k{n}")) for n in range(3)]
    there = [b(id=f"b{n}", key=f"k{n}", label=f"Ana {n}") for n in range(3)]
    acts = [decide(case, BOTH) for case in matched([], there, pairs)]
    look = judged(acts, B, "Contatos no CRM", listed=0, links=3, narrowed=False)
    assert look.leaving == ("Ana 0", "Ana 1", "Ana 2")
    problem = judge(look, BrakeLimits(Limit(100, 100), Limit(100, 100)))
    assert problem
    assert problem.code == "brake_source_empty"
