"""Whatever happens at whatever call of a hint's way, the end is the same as if nothing had happened.

The way is whole: SGP's webhook or the tick, the queue, the worker, a person's decision at the brake, both vendors. The
log tells each hint once, with the same kind, the same before and after, and the same ports that became free.

A removal and a creation are swept whole. Of the others, calls are left out in the middle of stretches that only read
(`thinned`), death before a call stands for its name (`firsts`: it leaves the world that death after the one before it
leaves), and answers are lost of what others see (`shared`: of reads, the libraries' own retries are all there is).

A hint has no lease: FIFO never gives one contract to two workers at a time, and a worker is dead by the time that its
message comes again. The zombies and twins here are what that forbids; nothing but the create that they had already
sent, which OZmap refuses, may come of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import cut, overtaken, repeated
from tests.crash.sgp_scenarios import (
    CLIENT_OUT,
    CREATED,
    DISCONNECTED,
    EVERY,
    HELD,
    RECONCILED,
    REMOVED,
    STATUS,
    SgpScenario,
)
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, sweep_of_drives, thinned, vendor_calls
from tests.office_on_aws import AwsServer


@pytest.mark.parametrize(
    ("scenario", "actions", "freed"),
    [
        (CLIENT_OUT, ["client_taken_out"], 0),
        (DISCONNECTED, ["client_taken_out_disconnected"], 1),
        (REMOVED, ["property_removed"], 1),
        (HELD, ["decidir_retidos", *["property_removed"] * 11], 11),
        (CREATED, ["created_connected"], 0),
        (STATUS, ["updated"], 0),
        (RECONCILED, ["conferir_contratos", "created_connected", "updated"], 0),
    ],
    ids=lambda value: value.name if isinstance(value, SgpScenario) else "",
)
@pytest.mark.sweep
def test_an_undisturbed_hint_does_what_the_scenario_is_for(
    aws: AwsServer,
    monkeypatch: pytest.MonkeyPatch,
    scenario: SgpScenario,
    actions: list[str],
    freed: int,
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        world = stage.perform(Choke())
    log = [row for row in world["hints"] if "state" in row]
    assert sorted(row["effect"]["action"] for row in log) == actions
    assert sum(len(row["effect"]["freed"]) for row in log) == freed
    assert len(world["images"]) == actions.count("property_removed")


def named(*scenarios: SgpScenario) -> pytest.MarkDecorator:
    """A test for each of these."""
    return pytest.mark.parametrize("scenario", [pytest.param(one, id=one.name) for one in scenarios])


def whole() -> Iterator[object]:
    """What is swept whole; `make test` does the first."""
    for scenario, fate in product((REMOVED, CREATED), (Fate.LOST, Fate.AFTER)):
        marks = () if (scenario, fate) == (REMOVED, Fate.LOST) else pytest.mark.sweep
        yield pytest.param(scenario, fate, id=f"{scenario.name}, {fate.value}", marks=marks)


@pytest.mark.parametrize(("scenario", "fate"), [*whole()])
def test_death_or_a_lost_answer_at_every_call(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: SgpScenario, fate: Fate
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, fate) == {}


@pytest.mark.sweep
@named(CLIENT_OUT, DISCONNECTED, HELD, STATUS, RECONCILED)
@pytest.mark.parametrize(
    ("fate", "chosen"),
    [(Fate.AFTER, thinned), (Fate.LOST, shared), (Fate.BEFORE, firsts)],
    ids=["after", "lost", "before"],
)
def test_death_or_a_lost_answer(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: SgpScenario, fate: Fate, chosen: Chosen
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep(stage, fate, chosen=chosen) == {}


@pytest.mark.sweep
@named(*EVERY)
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
def test_a_message_worked_on_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: SgpScenario, *, too_late: bool
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        drive = overtaken(too_late=too_late)
        assert sweep(stage, drive=drive, chosen=shared, without={"creates"}) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_every_message_delivered_again(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: SgpScenario) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        assert sweep_of_drives(stage, {"again": repeated}) == {}


@pytest.mark.sweep
@named(*EVERY)
def test_cut_by_the_time_limit_after_any_vendor_call(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: SgpScenario
) -> None:
    with Stage(aws, monkeypatch, scenario) as stage:
        drives = {f"after {calls}": cut(calls) for calls in range(1, vendor_calls(stage) + 1)}
        assert sweep_of_drives(stage, drives) == {}
