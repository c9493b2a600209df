"""Whatever happens at whatever call of a sync of users, the end is the same as if nothing had happened.

`make test` loses the answers of the first sync's calls that others see; the sweeps die at every call of it, do the same
when everything has changed, there without the calls that `thinned` and `shared` leave out, and let every message of
both be worked on twice.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, thinned
from tests.crash.zen_scenarios import EVERYTHING, FIRST_SYNC, ZenScenario
from tests.office_on_aws import AwsServer


@pytest.mark.parametrize(
    ("scenario", "counters"),
    [
        (FIRST_SYNC, {"created": 4, "updated": 1, "rejected": 3}),
        (EVERYTHING, {"created": 2, "updated": 3, "unchanged": 1, "deactivated": 1, "rejected": 2}),
    ],
    ids=lambda value: value.name if isinstance(value, ZenScenario) else "",
)
def test_an_undisturbed_sync_does_what_the_scenario_is_for(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario, counters: dict[str, int]
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        run = max(stage.perform(Choke())["runs"], key=lambda row: str(row["run_id"]))
    assert run["counters"] == counters


def test_a_lost_answer_that_others_see(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, FIRST_SYNC) as stage:
        assert sweep(stage, Fate.LOST, chosen=shared) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.LOST, Fate.AFTER])
def test_death_or_a_lost_answer_at_every_call(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, fate: Fate) -> None:
    with Stage(aws, monkeypatch, FIRST_SYNC) as stage:
        assert sweep(stage, fate) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.AFTER, Fate.LOST])
def test_death_or_a_lost_answer_when_everything_has_changed(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, fate: Fate
) -> None:
    with Stage(aws, monkeypatch, EVERYTHING) as stage:
        assert sweep(stage, fate, chosen=thinned) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("scenario", [FIRST_SYNC, EVERYTHING], ids=lambda scenario: scenario.name)
def test_death_before_a_call(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario) -> None:
    """Before a call the world is as after the one before it: each name once is enough."""
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, Fate.BEFORE, chosen=firsts) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
@pytest.mark.parametrize(
    ("scenario", "chosen"),
    [pytest.param(FIRST_SYNC, thinned, id="first"), pytest.param(EVERYTHING, shared, id="later")],
)
def test_a_message_worked_on_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario, chosen: Chosen, *, too_late: bool
) -> None:
    drive, without = overtaken(too_late=too_late), {"creates"} if too_late else set()
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=drive, chosen=chosen, without=without) == {}
