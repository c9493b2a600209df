"""Whatever happens at whatever call of Promob's way, the end is the same as if nothing had happened.

The way is whole: a person's request or Promob's webhook, its kept body, the queue, the worker, the tick, and what
Promob is told in turn. At any moment projects, versions, locks, notifications, objects and the outbox agree; Promob
is asked to make each thing once.

`make test` loses every third answer of what others see on one way, whose other calls (`thinned`) are swept. Of the
others, death comes after what others see (`shared`; where a way makes most of its calls several times, after every
other): in the stretches between, a worker only reads, and writes objects by content. Death before a call stands for its
name (`firsts`), and of lost answers, zombies and twins, every sixth is done.

A hint has no lease: FIFO never gives one record to two workers at a time, and a worker is dead by the time that its
message comes again. The zombies and twins here are what that forbids; nothing may come of them but what they had sent
already to be made: Promob, whose external ids aren't unique, would make it twice, and so they are not held up there.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken, repeated
from tests.crash.promob_scenarios import (
    ASSISTANCE,
    DECIDED,
    EVERY,
    FIRST_BUDGET,
    HERE,
    REVISION,
    STORED,
    PromobScenario,
)
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, sweep_of_drives, thinned
from tests.office_on_aws import AwsServer

REPETITIVE = (HERE, DECIDED, REVISION, ASSISTANCE)  # they come through the same calls again and again


def halved(seen: list[str]) -> list[int]:
    """Every other one of the calls that change what others see."""
    return shared(seen)[1::2]


def a_third(seen: list[str]) -> list[int]:
    """Every third of them."""
    return shared(seen)[::3]


def a_sixth(seen: list[str]) -> list[int]:
    """Every sixth of them."""
    return shared(seen)[1::6]


def a_sixth_here(seen: list[str]) -> list[int]:
    """Every sixth of those that don't make anything in Promob."""
    return [at for at in shared(seen) if seen[at - 1] != "vendor POST"][2::6]


def named(*scenarios: PromobScenario) -> pytest.MarkDecorator:
    """A test for each of these."""
    return pytest.mark.parametrize("scenario", [pytest.param(one, id=one.name) for one in scenarios])


@pytest.mark.parametrize(
    ("scenario", "actions", "creates"),
    [
        (STORED, ["budget_stored", "saved"], 0),
        (FIRST_BUDGET, ["environment_received", "environment_told", "first_budget", "saved", "unchanged"], 0),
        (HERE, ["customer_made", "environment_made", "environment_made", "unchanged", "unchanged"], 3),
        (DECIDED, ["environment_told"] * 3, 0),
        (REVISION, ["budget_stored", "environment_told", "environment_told", "rejected", "saved"], 0),
        (ASSISTANCE, ["environment_made", "environment_told", "first_budget", "unchanged"], 1),
    ],
    ids=lambda value: value.name if isinstance(value, PromobScenario) else "",
)
@pytest.mark.sweep
def test_an_undisturbed_way_does_what_the_scenario_is_for(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario, actions: list[str], creates: int
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        before = {row["id"] for row in stage.place.log()}
        world = stage.perform(Choke())
        told = [row["effect"] for row in stage.place.log() if row["id"] not in before]
    assert sorted(one["action"] or one["kind"] for one in told) == actions
    assert sum(world["creates"].values()) == creates


@pytest.mark.parametrize("chosen", [a_third, pytest.param(thinned, marks=pytest.mark.sweep)])
def test_a_lost_answer_on_the_way_of_a_prepared_budget(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, chosen: Chosen
) -> None:
    with Stage(aws, monkeypatch, STORED) as stage:
        assert sweep(stage, Fate.LOST, chosen=chosen) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_death_after_a_call(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, Fate.AFTER, chosen=halved if scenario in REPETITIVE else shared) == {}


@pytest.mark.sweep
@named(HERE)
def test_death_before_a_call(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, Fate.BEFORE, chosen=firsts) == {}


@pytest.mark.sweep
@named(*EVERY[1:])
def test_a_lost_answer(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, Fate.LOST, chosen=a_sixth) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_a_zombie_changes_nothing(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=overtaken(too_late=True), chosen=a_sixth_here) == {}


@pytest.mark.sweep
@named(HERE, DECIDED, REVISION)
def test_a_message_or_a_request_worked_on_twice_at_once(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=overtaken(too_late=False), chosen=a_sixth_here) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_every_message_and_every_request_comes_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: PromobScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep_of_drives(stage, {"again": repeated}) == {}
