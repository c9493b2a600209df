"""What a run of notes works with is opened once for each lease, and a run whose connection is gone ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.light_store import LightStore
from notes.opened_work import OpenedWork
from notes.ports import Open
from sincronia import clock
from sincronia.answers import COMMON, ProblemError
from sincronia.engine.state import Connection, Run, RunKey, Step
from tests.notes_vendors import KeptSecrets

RUN = Run(RunKey("casa", "1"), "notes", "sincronizar", "ana", {}, "ana", started_at=0, lease="a", lease_until=1)


class Counting:
    """Work that counts its steps."""

    def __init__(self, _: Open) -> None:
        self.steps = 0

    def step(self, run: Run, deadline: float) -> Step:
        self.steps += 1
        return Step(replace(run, position=self.steps))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> OpenedWork:
    monkeypatch.setattr(clock, "now", lambda: 0.0)
    store: Any = LightStore()
    store.connections["casa"] = Connection("casa", "notes", "Casa", {}, "secret", "ana", enabled=True)
    return OpenedWork(store, KeptSecrets(secret={}), KeptSecrets, COMMON, Counting)


def test_work_remembers_within_a_lease_and_forgets_beyond_it(opened: OpenedWork) -> None:
    positions = [opened.step(run, 60).run.position for run in (RUN, RUN, replace(RUN, lease="b"), RUN)]

    assert positions == [1, 2, 1, 1]


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "disabled"])
def test_a_run_without_its_connection_ends(opened: OpenedWork, gone: bool) -> None:
    connections: Any = opened.store
    if gone:
        connections.connections.clear()
    else:
        connections.connections["casa"] = replace(connections.connections["casa"], enabled=False)

    with pytest.raises(ProblemError) as raised:
        opened.step(RUN, 60)

    assert raised.value.problem.code == "connection_missing"


def test_a_run_without_its_secret_ends(opened: OpenedWork) -> None:
    opened.secrets = KeptSecrets()

    with pytest.raises(ProblemError) as raised:
        opened.step(RUN, 60)

    assert raised.value.problem.code == "secret_missing"
