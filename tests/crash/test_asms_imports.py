"""Whatever happens at whatever call of an import, it ends as if nothing had happened: no row twice, counters exact.

S3 tells a queue of the file, on_upload makes a run of it, the worker carries it out; whoever dies is replaced, and its
message comes again. At each moment a user, its login, its identities and the rows of its projects say the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from tests.crash.asms_import_scenarios import IMPORT, IMPORTS, PREVIEW, UNDOING
from tests.crash.asms_world import DirectoryOnAws
from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken, repeated
from tests.crash.stage import Stage
from tests.crash.sweeps import shared, sweep, sweep_of_drives
from tests.office_on_aws import AwsServer, Sandbox

Staged = Stage[DirectoryOnAws]


@pytest.fixture
def stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staged]:
    with Stage(aws, monkeypatch, IMPORT) as stage:
        yield stage


@pytest.fixture(params=[IMPORTS, PREVIEW, UNDOING], ids=lambda scenario: scenario.name)
def any_stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Staged]:
    with Stage(aws, monkeypatch, request.param) as stage:
        yield stage


def counted(world: dict[str, Any]) -> dict[str, dict[str, int]]:
    """What the runs of a world came to, by their file."""
    runs = [json.loads(row) for row in world["runs"]]
    return {
        run["run_id"]: {kind: number for tally in run["tallies"].values() for kind, number in tally["counters"].items()}
        for run in runs
    }


def test_an_undisturbed_import_does_what_the_scenario_is_for(stage: Staged) -> None:
    world = stage.perform(Choke())
    assert counted(world) == {
        "importar primeiro.csv": {"updated": 1, "deactivated": 1, "created": 2, "rejected": 1, "unchanged": 1}
    }


def test_undisturbed_previews_and_undoing_do_what_their_scenarios_are_for(any_stage: Staged) -> None:
    found = counted(any_stage.perform(Choke()))
    expected: dict[str, dict[str, dict[str, int]]] = {
        "imports": {
            "importar primeiro.csv": {"updated": 1, "deactivated": 1, "created": 2, "rejected": 1, "unchanged": 1},
            "importar de novo.csv": {},
            "importar segundo.csv": {"updated": 4, "rejected": 2},  # an empty Status is no status
        },
        "preview": {
            "importar previa.csv": {"updated": 1, "deactivated": 1, "created": 2, "rejected": 1, "unchanged": 1}
        },
        "undoing": {
            "importar primeiro.csv": {"updated": 1, "deactivated": 1, "created": 2, "rejected": 1, "unchanged": 1},
            "desfazer primeiro.csv": {"updated": 2, "removed": 2},
        },
    }
    assert found == expected[any_stage.scenario.name]


def test_death_after_every_call_of_an_import_that_others_see(stage: Staged) -> None:
    assert sweep(stage, Fate.AFTER, chosen=shared) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.AFTER, Fate.LOST], ids=str)
def test_death_or_a_lost_answer_at_every_call_of_an_import(stage: Staged, fate: Fate) -> None:
    assert sweep(stage, fate) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.AFTER, Fate.LOST], ids=str)
def test_death_or_a_lost_answer_wherever_it_matters(any_stage: Staged, fate: Fate) -> None:
    assert sweep(any_stage, fate, chosen=shared) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
def test_a_call_made_twice(stage: Staged, *, too_late: bool) -> None:
    assert sweep(stage, drive=overtaken(too_late=too_late), chosen=shared) == {}


@pytest.mark.sweep
def test_every_message_twice(any_stage: Staged) -> None:
    assert sweep_of_drives(any_stage, {"again": repeated}) == {}


# ── mutants: without one of its safeguards, an import is found to do harm ───────────────────────────────────────────
def users_apart(sandbox: Sandbox) -> None:
    """Users are written before the run's step, and not with it."""
    task, working = sandbox.of("asms.importing.task"), sandbox.of("sincronia.store.working")
    step, state = task._Block.step, sandbox.of("sincronia.engine.state")
    transact, dynamodb = working.TransactWrite, sandbox.of("sincronia.store.connected").dynamodb

    def apart(self: Any) -> Any:
        found = step(self)
        with suppress(TransactWriteError), transact(connection=dynamodb) as transaction:
            for write in found.rows.beside:
                write(transaction)
        return state.Step(found.run, state.Rows(found.rows.entity, outcomes=found.rows.outcomes))

    task._Block.step = apart


@pytest.mark.sweep
def test_with_users_written_apart_a_death_between_loses_what_was_there_before(stage: Staged) -> None:
    stage.changes = users_apart
    assert sweep(stage, Fate.AFTER, only="TransactWriteItems")
