"""Whatever happens at whatever call of a preview and of what is applied of it, nothing else is done than was agreed on.

Persons ask through zen.on_http, with an Idempotency-Key; who got no answer asks again. These are sweeps of second
kind: `shared` and `firsts` say which calls they leave out.
"""

from __future__ import annotations

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import cut, overtaken
from tests.crash.stage import Stage
from tests.crash.sweeps import Chosen, firsts, shared, sweep, sweep_of_drives, vendor_calls
from tests.crash.zen_scenarios import PREVIEW
from tests.office_on_aws import AwsServer

# What is kept of answers: who asks again may be told that the preview is applied already, and problems aren't kept.
ANSWERS = frozenset({"requests"})


@pytest.mark.sweep
def test_an_undisturbed_preview_and_its_apply_do_what_the_scenario_is_for(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stage(aws, monkeypatch, PREVIEW) as stage:
        world = stage.perform(Choke())
    preview, applied = sorted(world["runs"], key=lambda row: str(row["run_id"]))
    assert preview["counters"] == {"created": 6}
    assert applied["counters"] == {"created": 3, "skipped": 3}
    codes = {row["label"]: row["problem"] for row in world["outcomes"] if row["kind"] == "skipped"}
    assert sorted(code.split('"')[3] for code in codes.values()) == ["deselected", "deselected", "preview_stale"]
    assert "preview_stale" in codes["Nome Que Ninguém Viu (empresa 2, sócio 2)"]


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("fate", "chosen"),
    [(Fate.AFTER, shared), (Fate.LOST, shared), (Fate.BEFORE, firsts)],
    ids=["after", "lost", "before"],
)
def test_death_or_a_lost_answer(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, fate: Fate, chosen: Chosen) -> None:
    with Stage(aws, monkeypatch, PREVIEW) as stage:
        assert sweep(stage, fate, chosen=chosen, without=ANSWERS) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
def test_done_twice(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, *, too_late: bool) -> None:
    drive, without = overtaken(too_late=too_late), ANSWERS | ({"creates"} if too_late else set())
    with Stage(aws, monkeypatch, PREVIEW) as stage:
        assert sweep(stage, drive=drive, chosen=shared, without=without) == {}


@pytest.mark.sweep
def test_cut_by_the_time_limit_after_any_vendor_call(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, PREVIEW) as stage:
        most = vendor_calls(stage)
        assert sweep_of_drives(stage, {f"after {calls}": cut(calls) for calls in range(1, most)}) == {}
