"""The engine's pure rules: fingerprints, lines, decisions, brake, due times, totals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.answers import Problem
from sincronia.engine import lines
from sincronia.engine.brake import Judged, judge, labels
from sincronia.engine.fingerprint import changed_fields, fingerprint
from sincronia.engine.flow import BrakeLimits, Flow, Identity, Lane, LinkStatus, Listing, Record, status_of
from sincronia.engine.plan import Action, Known, decide, link_after, natural_keys_shared, needs_step
from sincronia.engine.report import totals
from sincronia.engine.state import Link, Mode, OutcomeKind, Run, RunKey, ScheduledFlow, Tally
from sincronia.engine.tick import next_due, run_id_of
from tests.engine_in_memory import MemorySource, MemoryTarget, person

VALUES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none())
CONTENTS = st.dictionaries(st.sampled_from(["Nome", "Email", "Grupo"]), VALUES)
TEXTS = st.text(max_size=12)
IDENTITIES = st.lists(st.builds(Identity, st.sampled_from(["email", "cpf"]), TEXTS), max_size=2).map(tuple)
PROBLEMS = st.builds(Problem, st.just("record_malformed"), st.dictionaries(TEXTS, TEXTS, max_size=2))
LINKS = st.builds(
    Link,
    source_id=st.just("1"),
    target_id=TEXTS,
    synced=CONTENTS.map(fingerprint),
    label=TEXTS,
    version=st.integers(1, 9),
    seen=st.none() | CONTENTS.map(fingerprint),
    active=st.booleans(),
    identities=IDENTITIES,
    at=TEXTS,
)
RECORDS = st.builds(Record, st.just("1"), TEXTS, CONTENTS, TEXTS, IDENTITIES)
LANE = Lane("pessoa", "Pessoas", "Alvo", "pessoas", MemoryTarget(), "email_shared")
FLOW = Flow((Listing("pessoas", MemorySource()),), (LANE,))


def known(link: Link | None) -> Known:
    """What is known where record 1 has this link, and the target has nothing else."""
    links = {"1": link} if link else {}
    return Known(links, {}, {}, {"1"}, set(), whole=True, target=lambda _: None)


@given(CONTENTS, CONTENTS)
def test_fingerprints_are_equal_where_contents_are_and_name_what_differs(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint(one) == fingerprint(other)) == same
    differing = {
        name for name in one.keys() | other.keys() if json.dumps(one.get(name, "∅")) != json.dumps(other.get(name, "∅"))
    }
    assert set(changed_fields(fingerprint(one), fingerprint(other))) == differing


def test_a_fingerprint_keeps_no_value() -> None:
    assert "ana" not in fingerprint({"Email": "ana@office.example"}).lower()
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})


@given(
    st.builds(
        Action,
        st.sampled_from(OutcomeKind),
        TEXTS,
        TEXTS,
        CONTENTS,
        TEXTS,
        TEXTS,
        TEXTS,
        IDENTITIES,
        st.lists(TEXTS, max_size=2).map(tuple),
        st.none() | PROBLEMS,
        st.none(),
        st.none() | LINKS,
    ),
    st.none() | LINKS,
)
def test_an_action_survives_its_line(action: Action, link: Link | None) -> None:
    action = replace(action, link=replace(link, source_id=action.source_id) if link else None)
    line = json.loads(json.dumps(lines.line_from_action(action)))
    assert lines.action_from_line(line) == action


@given(RECORDS | st.builds(Record, TEXTS, TEXTS, st.just({}), st.just(""), problem=PROBLEMS))
def test_a_record_survives_its_line(record: Record) -> None:
    assert lines.record_from_line(json.loads(json.dumps(lines.line_from_record(record)))) == record


@given(RECORDS, st.none() | LINKS, st.sets(st.sampled_from(LinkStatus)), st.booleans())
def test_a_decision_follows_status_and_equality(
    record: Record, link: Link | None, statuses: set[LinkStatus], force: bool
) -> None:
    flow = replace(FLOW, statuses=frozenset(statuses), force=force)
    action = decide(record, known(link), LANE, flow)
    equal = link is not None and link.active and link.synced == fingerprint(record.content)
    if equal:
        assert action.kind == (OutcomeKind.UPDATED if force else OutcomeKind.UNCHANGED)
    else:
        status = LinkStatus.RESYNC_PENDING if link else LinkStatus.NOT_SYNCED
        wanted = OutcomeKind.UPDATED if link else OutcomeKind.CREATED
        assert action.kind == (wanted if status in statuses else OutcomeKind.SKIPPED)


@given(RECORDS, LINKS, st.sampled_from(OutcomeKind))
def test_what_was_not_applied_never_moves_what_was_synced(record: Record, link: Link, kind: OutcomeKind) -> None:
    action = decide(record, known(link), LANE, FLOW)
    after = link_after(action, kind, "t", "now")
    if kind in {OutcomeKind.SKIPPED, OutcomeKind.REJECTED, OutcomeKind.FAILED}:
        assert after is None or (after.synced, after.target_id, after.version) == (
            link.synced, link.target_id, link.version,
        )  # fmt: skip
        assert (after or link).seen in {None, link.seen, action.fingerprint}
    else:
        assert after is not None
        assert (after.synced, after.seen, after.target_id) == (action.fingerprint, None, "t")


def test_unchanged_is_only_counted_unless_the_link_says_otherwise() -> None:
    record = person("1")
    synced = Link("1", "t1", fingerprint(record.content), "Pessoa 1")
    for link, needed in ((synced, False), (replace(synced, seen="old"), True)):
        assert needs_step(decide(record, known(link), LANE, FLOW)) is needed


def test_shared_keys_name_everyone_who_shares() -> None:
    people = [
        person("1", "a@x.example"),
        person("2", "b@x.example"),
        person("3", "a@x.example"),
        person("4", "a@x.example"),
    ]
    assert natural_keys_shared(people) == {"a@x.example": ("1", "3", "4")}


@pytest.mark.parametrize(
    ("judged", "code"),
    [
        (Judged("Pessoas", 0, True, False, 1, (), ()), "brake_source_empty"),
        (Judged("Pessoas", 0, True, False, 0, (), ()), None),
        (Judged("Pessoas", 0, True, True, 9, (), ()), None),
        (Judged("Pessoas", 40, True, False, 51, ("x",) * 11, ()), "brake_deactivations"),
        (Judged("Pessoas", 40, False, False, 51, ("x",) * 11, ()), "brake_source_short"),
        (Judged("Pessoas", 40, True, True, 51, ("x",) * 11, ()), "brake_deactivations"),  # it says that they left
        (Judged("Pessoas", 40, True, False, 50, ("x",) * 10, ()), None),  # 20 %, and 10: neither is exceeded
        (Judged("Pessoas", 40, True, False, 20, ("x",) * 10, ()), None),  # 50 %, but not more than 10
        (Judged("Pessoas", 90, True, False, 100, ("x",) * 20, ()), None),  # 20, but not more than 20 %
        (Judged("Pessoas", 300, True, False, 200, (), ("x",) * 101), "brake_changes"),
        (Judged("Pessoas", 300, True, False, 200, (), ("x",) * 100), None),
        (Judged("Pessoas", 300, True, False, 202, (), ("x",) * 101), None),
    ],
)
def test_the_brake_trips_only_where_both_limits_are_exceeded(judged: Judged, code: str | None) -> None:
    problem = judge(judged, BrakeLimits())
    assert (problem.code if problem else None) == code


def test_the_status_follows_from_the_link() -> None:
    assert status_of(None, None) == LinkStatus.NOT_SYNCED
    assert status_of("a", None) == status_of("a", "a") == LinkStatus.SYNCED
    assert status_of("a", "b") == LinkStatus.RESYNC_PENDING


def test_only_the_first_names_are_told() -> None:
    assert labels(["a", "b"]) == "a, b"
    assert labels("abcdefg") == "a, b, c, d, e e mais 2"


@given(st.integers(1, 1000), st.floats(0, 1e6, allow_nan=False))
def test_the_next_due_time_is_on_the_grid_and_after_now(minutes: int, late: float) -> None:
    flow = ScheduledFlow("c", "i", "f", "F", {}, minutes, 1e9, "")
    due = next_due(flow, 1e9 + late)
    assert due > 1e9 + late
    assert due - (1e9 + late) <= minutes * 60
    assert (due - 1e9) % (minutes * 60) == 0


def test_run_ids_differ_by_connection_flow_and_time_and_sort_by_time() -> None:
    flow = ScheduledFlow("c", "i", "f", "F", {}, 60, 1e9, "")
    others = [replace(flow, connection="d"), replace(flow, flow="g"), replace(flow, wake_at=1e9 + 3600)]
    ids = [run_id_of(one, one.wake_at or 0) for one in (flow, *others)]
    assert len(set(ids)) == 4
    assert max(ids) == ids[3]
    assert run_id_of(flow, 1e9) == ids[0]


def test_totals_leave_out_what_did_not_happen() -> None:
    run = Run(RunKey("c", "r"), "i", "f", "schedule", {}, "c", 0)
    run = replace(run, tallies={"pessoa": Tally(1, 1, {OutcomeKind.CREATED: 1})})
    assert totals(run) == "1 conferido: 1 criado."
    assert totals(replace(run, mode=Mode.PREVIEW)) == "1 conferido: 1 a criar."
    assert totals(replace(run, tallies={})) == "0 conferidos."
