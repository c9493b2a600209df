"""Whatever happens at whatever call of a sync, a meeting or a bringing back, the end is as if nothing had happened.

The way is whole: the tick, the queue, the worker, both sides' readings, the plan, the words before writes, the writes.
Each record is there once on each side, pairs hold what the sides say, counters and outcomes are the same, and no
content is lost without an entry in the history.

`make test` loses every other answer that others see of one sync. Of contacts, tasks and meetings, death comes after
each of those calls (`shared`: in the stretches between, a worker only reads, and writes objects that only it will
read), of events after every other, of contents brought back after every third. Death before a call stands for its name
(`firsts`), and of lost answers, every fourth is done.

A lease is never held by two, and a worker is dead by the time that its lease ends. The zombies here are what that
forbids: nothing may come of them but what they had sent already. Neither side takes a creation, nor Domino's calendar a
change, under a condition, so they are not held up at those.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken, repeated
from tests.crash.notes_scenarios import BROUGHT_BACK, CONTACTS, EVENTS, EVERY, MEETING, TASKS, NotesScenario
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, sweep_of_drives
from tests.office_on_aws import AwsServer


def halved(seen: list[str]) -> list[int]:
    """Every other one of the calls that change what others see."""
    return shared(seen)[1::2]


def a_third(seen: list[str]) -> list[int]:
    """Every third of them."""
    return shared(seen)[::3]


def a_fourth(seen: list[str]) -> list[int]:
    """Every fourth of them."""
    return shared(seen)[1::4]


def conditional(seen: list[str]) -> list[int]:
    """Every fifth of those that don't come to pass once the world has moved on."""
    return [at for at in shared(seen) if seen[at - 1] not in {"vendor POST", "vendor PUT"}][2::5]


def named(*scenarios: NotesScenario) -> pytest.MarkDecorator:
    """A test for each of these."""
    return pytest.mark.parametrize("scenario", [pytest.param(one, id=one.name) for one in scenarios])


@pytest.mark.parametrize(
    ("scenario", "counters", "lost"),
    [
        (CONTACTS, {"created": 3, "updated": 3, "removed": 3}, ["conflict", "removed", "removed"]),
        (TASKS, {"created": 2, "updated": 3}, ["conflict"]),
        (EVENTS, {"created": 2, "updated": 3, "removed": 1}, ["conflict", "removed"]),
        (MEETING, {"created": 2}, []),
        (BROUGHT_BACK, {"created": 1, "updated": 1, "unchanged": 1}, ["conflict", "conflict", "removed"]),
    ],
    ids=lambda value: value.name if isinstance(value, NotesScenario) else "",
)
@pytest.mark.sweep
def test_an_undisturbed_way_does_what_the_scenario_is_for_and_the_next_syncs_nothing(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, counters: dict[str, int], lost: list[str]
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        world = stage.perform(Choke())
        assert stage.place.run()["counters"] == counters
        entries = [row["value"]["why"] for row in world["mailboxes"] if row["scope"].endswith("#losers")]
        assert sorted(entries) == lost
        assert set(world["agreed"].values()) == {(True, True)}
        assert stage.place.in_step()["counters"].keys() == {"unchanged"}
        after = scenario.world(stage.place, {})
        for part in after:
            if part.startswith(("domino", "zoho")):
                assert after[part] == world[part]


def test_a_lost_answer_on_the_way_of_tasks(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, TASKS) as stage:
        assert sweep(stage, Fate.LOST, chosen=halved) == {}


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("scenario", "fate", "chosen"),
    [
        *[pytest.param(one, Fate.AFTER, shared, id=f"{one.name}, after") for one in (CONTACTS, TASKS, MEETING)],
        pytest.param(EVENTS, Fate.AFTER, halved, id="events, after"),
        pytest.param(BROUGHT_BACK, Fate.AFTER, a_third, id="brought back, after"),
        pytest.param(MEETING, Fate.BEFORE, firsts, id="meeting, before"),
        pytest.param(MEETING, Fate.LOST, shared, id="meeting, lost"),
        *[pytest.param(one, Fate.LOST, a_fourth, id=f"{one.name}, lost") for one in (CONTACTS, EVENTS, BROUGHT_BACK)],
    ],
)
def test_death_or_a_lost_answer(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, fate: Fate, chosen: Chosen
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, fate, chosen=chosen) == {}


@pytest.mark.sweep
@named(CONTACTS, EVENTS, BROUGHT_BACK)
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
def test_a_message_worked_on_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, *, too_late: bool
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=overtaken(too_late=too_late), chosen=conditional) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_every_message_and_every_tick_comes_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep_of_drives(stage, {"again": repeated}) == {}
