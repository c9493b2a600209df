"""Whatever happens at whatever call of a sync of users, the end is the same as if nothing had happened."""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.harness import EVERYTHING, FIRST_SYNC, Scenario, Stage, overtaken, sweep
from tests.office_on_aws import AwsServer

SCENARIOS = [
    pytest.param(FIRST_SYNC, id="first sync"),
    pytest.param(EVERYTHING, id="everything at once", marks=pytest.mark.sweep),
]


@pytest.mark.parametrize(
    ("scenario", "counters"),
    [
        (FIRST_SYNC, {"created": 4, "updated": 1, "rejected": 3}),
        (EVERYTHING, {"created": 2, "updated": 3, "unchanged": 1, "deactivated": 1, "rejected": 2}),
    ],
    ids=lambda value: value.name if isinstance(value, Scenario) else "",
)
def test_an_undisturbed_sync_does_what_the_scenario_is_for(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario, counters: dict[str, int]
) -> None:
    run = max(Stage(aws, monkeypatch, scenario).perform(Choke())["runs"], key=lambda row: str(row["run_id"]))
    assert run["counters"] == counters


@pytest.mark.parametrize("fate", list(Fate))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_death_or_a_lost_answer_at_every_call(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario, fate: Fate
) -> None:
    assert sweep(Stage(aws, monkeypatch, scenario), fate) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("lease_over", [True, False], ids=["zombie", "twice at once"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_message_worked_on_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario, *, lease_over: bool
) -> None:
    assert sweep(Stage(aws, monkeypatch, scenario), drive=overtaken(lease_over=lease_over)) == {}
