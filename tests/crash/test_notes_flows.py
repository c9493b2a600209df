"""Whatever happens at whatever call of a sync, the end is the same as if nothing had happened.

The way is whole: the tick, the queue, the worker, both sides' readings, the plan, the words before writes, the writes.
Each record is there once on each side, pairs hold what the sides say, counters and outcomes are the same, and no
content is lost without an entry in the history.

`make test` loses the answers that others see of one module. Of all, death comes after those calls, and after one of
each stretch between them that only reads (`thinned`); death before a call stands for its name (`firsts`).

A lease is never held by two, and a worker is dead by the time that its lease ends. The zombies here are what that
forbids: nothing may come of them but what they had sent already. Neither side takes a creation, nor Domino's calendar a
change, under a condition, so they are not held up at those.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken, repeated
from tests.crash.notes_scenarios import CONTACTS, EVENTS, EVERY, TASKS, NotesScenario
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, sweep_of_drives, thinned
from tests.office_on_aws import AwsServer


def conditional(seen: list[str]) -> list[int]:
    """The calls that others see and that don't come to pass once the world has moved on; every other one."""
    return [at for at in shared(seen) if seen[at - 1] not in {"vendor POST", "vendor PUT"}][1::2]


def named(*scenarios: NotesScenario) -> pytest.MarkDecorator:
    """A test for each of these."""
    return pytest.mark.parametrize("scenario", [pytest.param(one, id=one.name) for one in scenarios])


@pytest.mark.parametrize(
    ("scenario", "counters", "lost"),
    [
        (CONTACTS, {"created": 3, "updated": 3, "removed": 3}, ["conflict", "removed", "removed"]),
        (TASKS, {"created": 2, "updated": 3}, ["conflict"]),
        (EVENTS, {"created": 2, "updated": 3, "removed": 1}, ["conflict", "removed"]),
    ],
    ids=lambda value: value.name if isinstance(value, NotesScenario) else "",
)
@pytest.mark.sweep
def test_an_undisturbed_sync_does_what_the_scenario_is_for_and_the_next_ones_nothing(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, counters: dict[str, int], lost: list[str]
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        world = stage.perform(Choke())
        [run] = [row for row in world["runs"] if row["run_id"] == "run 2"]
        assert run["counters"] == counters
        entries = [row["value"]["why"] for row in world["mailboxes"] if row["scope"].endswith("#losers")]
        assert sorted(entries) == lost
        assert {told for told in world["agreed"].values()} == {(True, True)}
        before = {part: rows for part, rows in world.items() if part.startswith(("domino", "zoho"))}
        stage.place.in_step()
        assert stage.place.run()["counters"].keys() == {"unchanged"}
        after = scenario.world(stage.place, {})
        assert {part: after[part] for part in before} == before


def test_a_lost_answer_on_the_way_of_tasks(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, TASKS) as stage:
        assert sweep(stage, Fate.LOST, chosen=shared) == {}


@pytest.mark.sweep
@named(*EVERY)
@pytest.mark.parametrize(
    ("fate", "chosen"),
    [(Fate.AFTER, thinned), (Fate.BEFORE, firsts)],
    ids=["after", "before"],
)
def test_death(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, fate: Fate, chosen: Chosen
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, fate, chosen=chosen) == {}


@pytest.mark.sweep
@named(CONTACTS, EVENTS)
def test_a_lost_answer(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, Fate.LOST, chosen=shared) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_a_zombie_changes_nothing(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=overtaken(too_late=True), chosen=conditional) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_a_message_worked_on_twice_at_once(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=overtaken(too_late=False), chosen=conditional) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_every_message_and_every_tick_comes_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep_of_drives(stage, {"again": repeated}) == {}
