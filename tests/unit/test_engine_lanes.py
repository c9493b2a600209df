"""Several kinds of record in one run: lanes, parents, who has left, and the law of conservation for each lane."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.flow import BrakeLimits, Lane, Limit, Listing, Record
from sincronia.engine.state import OutcomeKind, Phase, Result, Tally
from tests.engine_in_memory import MemorySource, MemoryTarget, Office, conserved, counters, person

NO_REGIME = Problem("record_malformed", {"field": "REGIME"})


def child(parent: str, code: str, *, left: bool = False) -> Record:
    """A record that belongs to another one."""
    return replace(person(f"{parent}/{code}", f"{parent}.{code}@office.example"), parent=parent, left=left)


def told_half(record: Record) -> Record:
    """What a second target is told of a person: it asks for more than the first."""
    return replace(record, content={}, problem=NO_REGIME) if record.source_id == "2" else record


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


@pytest.fixture
def family(office: Office) -> Office:
    """People who go to two targets, and their children who go to one."""
    office.second = MemoryTarget()
    office.children = MemorySource([child("1", "1"), child("1", "2"), child("2", "1")])
    office.more_listings = (Listing("filhos", office.children),)
    office.more_lanes = (
        Lane("outro.pessoa", "Pessoas", "Outro", "pessoas", office.second, "email_shared", shape=told_half),
        Lane("filho", "Filhos", "Alvo", "filhos", office.target, "email_shared", parent="pessoa"),
    )
    office.source.records = [person("1"), person("2"), person("3")]
    return office


def test_each_lane_has_its_own_outcome_for_a_record(family: Office) -> None:
    run = family.sync()
    assert run.result == Result.PARTIAL
    assert run.tallies == {
        "pessoa": Tally(3, 3, {OutcomeKind.CREATED: 3}),
        "outro.pessoa": Tally(3, 3, {OutcomeKind.CREATED: 2, OutcomeKind.REJECTED: 1}),
        "filho": Tally(3, 3, {OutcomeKind.CREATED: 3}),
    }
    assert [(o.entity, o.source_id) for o in family.outcomes(run) if o.kind == OutcomeKind.REJECTED] == [
        ("outro.pessoa", "2")
    ]
    assert (len(family.target.rows), len(family.second.rows)) == (6, 2)


def test_a_listing_that_feeds_two_lanes_is_read_once(family: Office) -> None:
    family.sync()
    assert (family.source.pages_read, family.children.pages_read) == (1, 1)


def test_a_second_run_writes_nothing(family: Office) -> None:
    family.sync()
    family.store.counts.clear()
    writes = family.target.writes, family.second.writes
    run = family.sync()
    assert counters(run) == {"unchanged": 8, "rejected": 1}
    assert (family.target.writes, family.second.writes) == writes
    assert family.store.counts["link writes"] == 0


def test_children_wait_for_a_parent_that_is_rejected(family: Office) -> None:
    family.source.records[0] = replace(person("1"), content={}, natural_key="", problem=NO_REGIME)
    run = family.sync()
    skipped = [o for o in family.outcomes(run) if o.kind == OutcomeKind.SKIPPED]
    assert [(o.source_id, o.problem) for o in skipped] == [
        (code, Problem("parent_left_out", {"parent": "Pessoa 1"})) for code in ("1/1", "1/2")
    ]
    assert family.target.find("2.1@office.example") is not None


def test_parents_that_share_a_key_take_their_children_with_them(family: Office) -> None:
    family.source.records[1] = person("2", "1@office.example")
    run = family.sync()
    assert [o.kind for o in family.outcomes(run) if o.entity == "filho"] == [OutcomeKind.SKIPPED] * 3


def test_children_that_share_a_key_because_their_parents_do_are_left_out_with_them(family: Office) -> None:
    family.source.records[1] = person("2", "1@office.example")
    family.children.records = [child("1", "1"), replace(child("2", "1"), natural_key="1.1@office.example")]
    run = family.sync()
    problems = {o.problem.code for o in family.outcomes(run) if o.entity == "filho" and o.problem}
    assert problems == {"parent_left_out"}


def test_a_run_goes_on_in_the_listing_and_the_lane_where_it_stopped(family: Office) -> None:
    family.children.page_size = 1
    family.children.stops[2] = OutOfTimeError()
    family.target.faults[5] = ("after", OutOfTimeError())
    run = family.sync()
    assert run.phase == Phase.DONE
    assert family.source.pages_read == 1  # the first listing was not read again
    assert len(family.target.rows) == 6
    assert conserved(run)


def test_the_counts_hold_for_each_lane_wherever_a_run_stops(family: Office) -> None:
    busy = ProblemError(Problem("vendor_busy", {"vendor": "Alvo"}), retry_at=family.now + 600)
    family.target.faults[5] = ("before", busy)
    run = family.sync()
    assert run.phase == Phase.APPLY
    assert [run.remaining_of(entity) for entity in run.tallies] == [0, 0, 2]
    assert conserved(run)


def test_a_check_that_fails_ends_the_run_before_anything_is_read(office: Office) -> None:
    def check() -> None:
        raise ProblemError(Problem("vendor_refused_token", {"vendor": "Alvo"}))

    office.source.records = [person("1")]
    office.check = check
    run = office.sync()
    assert (run.result, run.problem and run.problem.code) == (Result.FAILURE, "vendor_refused_token")
    assert (office.source.pages_read, office.target.writes) == (0, 0)


def test_who_has_left_loses_access_though_the_listing_is_narrowed(office: Office) -> None:
    office.source.records = [person("1"), person("2")]
    office.sync()
    office.narrowed = True
    office.source.records = [replace(person("2"), left=True)]
    run = office.sync()
    assert counters(run) == {"deactivated": 1}
    assert office.target.active == {"t1": True, "t2": False}


def test_who_left_before_there_was_a_link_is_in_step(office: Office) -> None:
    office.source.records = [person("1"), replace(person("2"), left=True)]
    run = office.sync()
    assert counters(run) == {"created": 1, "unchanged": 1}
    assert conserved(run)
    assert list(office.store.link_rows["casa", "pessoa"]) == ["1"]


def test_who_comes_back_under_another_code_keeps_the_access(office: Office) -> None:
    office.source.records = [person("1", "ana@office.example")]
    office.sync()
    office.source.records = [
        replace(person("1", "ana@office.example"), left=True),
        person("9", "ana@office.example", name="Pessoa 1"),
    ]
    run = office.sync()
    assert counters(run) == {"updated": 1, "unchanged": 1}
    assert conserved(run)
    assert office.target.active == {"t1": True}
    assert list(office.store.link_rows["casa", "pessoa"]) == ["9"]
    assert counters(office.sync()) == {"unchanged": 2}


def test_many_who_have_left_wait_for_a_person_and_each_lane_is_judged(family: Office) -> None:
    family.brake = BrakeLimits(deactivations=Limit(20, 1))
    family.sync()
    family.children.records = [replace(record, left=True) for record in family.children.records]
    family.source.records = family.source.records[:1]
    run = family.sync()
    assert run.phase == Phase.BRAKE
    assert [(problem.code, problem.details["lane"]) for problem in run.brakes] == [
        ("brake_deactivations", "Pessoas no Alvo"),
        ("brake_deactivations", "Filhos no Alvo"),
    ]
    assert "Em “Filhos no Alvo”" in family.notification(run).text
    assert all(family.target.active.values())
