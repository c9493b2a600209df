"""Whatever happens at whatever call of the initial sync, the end is the same as if nothing had happened.

The first initial sync dies after every single call. The sweeps of second kind leave calls out in the middle of long
stretches, never the first of a name, as `thinned`, `shared` and `firsts` say:

- lost answers: of reads and private objects, the libraries' own retries are all that there is to see;
- death before a call, which leaves the world that death after the call before it leaves;
- zombies, every message twice at once, and cancelling, before each call that changes what others see;
- everything of the second initial sync, when something of everything has changed.

A worker whose time is up is stopped after every vendor call.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import cut, overtaken
from tests.crash.stage import Stage
from tests.crash.sweeps import (
    Chosen,
    Share,
    every,
    firsts,
    shared,
    shares,
    sweep,
    sweep_of_drives,
    thinned,
    vendor_calls,
)
from tests.crash.zen_drives import before_last_block, cancelled, disabled_after
from tests.crash.zen_scenarios import INITIAL, INITIAL_AGAIN, ZenScenario
from tests.office_on_aws import AwsServer

BOTH = pytest.mark.parametrize("scenario", [INITIAL, INITIAL_AGAIN], ids=lambda scenario: scenario.name)
# What two runs leave otherwise than one; the vendors, what was created there, and the links must be the same.
OWN_RUNS = frozenset({"runs", "outcomes", "notifications", "connections"})
CHECKED = 3  # vendor calls of the connection's test, which a run begins with; with one more it comes forward


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("scenario", "counters"),
    [
        (INITIAL, {"created": 12, "updated": 1, "rejected": 1}),
        (INITIAL_AGAIN, {"created": 1, "updated": 6, "deactivated": 2, "unchanged": 6}),
    ],
    ids=lambda value: value.name if isinstance(value, ZenScenario) else "",
)
def test_an_undisturbed_sync_does_what_the_scenario_is_for(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario, counters: dict[str, int]
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        world = stage.perform(Choke())
    assert max(world["runs"], key=lambda row: str(row["run_id"]))["counters"] == counters
    assert set(world["creates"].values()) == {1}


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("fate", "chosen", "share"),
    [
        *shares(6, Fate.AFTER, every),
        *shares(3, Fate.LOST, thinned),
        *shares(1, Fate.BEFORE, firsts),
    ],
)
def test_death_or_a_lost_answer_in_the_first(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, fate: Fate, chosen: Chosen, share: Share
) -> None:
    with Stage(aws, monkeypatch, INITIAL) as stage:
        assert sweep(stage, fate, chosen=chosen, share=share) == {}


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("fate", "chosen", "share"),
    [
        *shares(2, Fate.AFTER, shared),
        *shares(2, Fate.LOST, shared),
        *shares(1, Fate.BEFORE, firsts),
    ],
)
def test_death_or_a_lost_answer_when_something_of_everything_has_changed(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, fate: Fate, chosen: Chosen, share: Share
) -> None:
    with Stage(aws, monkeypatch, INITIAL_AGAIN) as stage:
        assert sweep(stage, fate, chosen=chosen, share=share) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
@pytest.mark.parametrize(
    ("scenario", "share"),
    [
        pytest.param(INITIAL, Share(0, 2), id="first 1/2"),
        pytest.param(INITIAL, Share(1, 2), id="first 2/2"),
        pytest.param(INITIAL_AGAIN, Share(0, 2), id="again, every other"),
    ],
)
def test_a_message_worked_on_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario, share: Share, *, too_late: bool
) -> None:
    drive, without = overtaken(too_late=too_late), {"creates"} if too_late else set()
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, drive=drive, chosen=shared, share=share, without=without) == {}


@pytest.mark.sweep
@BOTH
def test_a_run_cut_by_the_time_limit_after_any_vendor_call(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        drives = {f"after {calls}": cut(calls) for calls in range(1, vendor_calls(stage) + 1)}
        assert sweep_of_drives(stage, drives) == {}


@pytest.mark.sweep
@BOTH
def test_a_run_cut_by_the_time_limit_again_and_again(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: ZenScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        most = vendor_calls(stage)
        drives = {f"after each {calls}": cut(*[calls] * most) for calls in (CHECKED + 1, CHECKED + 2, CHECKED + 4)}
        assert sweep_of_drives(stage, drives) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("share", [Share(0, 2), Share(1, 2)], ids=["1/2", "2/2"])
def test_cancelled_at_any_call_what_was_written_has_link_and_outcome(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, share: Share
) -> None:
    with Stage(aws, monkeypatch, INITIAL) as stage:
        drive = cancelled(before_last_block(stage))
        assert sweep(stage, drive=drive, chosen=shared, share=share, without=OWN_RUNS) == {}


@pytest.mark.sweep
def test_disabled_at_any_time_what_was_written_has_link_and_outcome(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stage(aws, monkeypatch, INITIAL) as stage:
        drives = {f"after {calls}": disabled_after(calls) for calls in range(1, vendor_calls(stage), 2)}
        assert sweep_of_drives(stage, drives, without=OWN_RUNS) == {}
