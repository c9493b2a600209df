"""Death at every I/O call of the first sync, and every call whose answer is lost: the end is the same."""

from __future__ import annotations

import pytest

from tests.crash.choke import Fate
from tests.crash.harness import FIRST_SYNC, Stage, sweep
from tests.office_on_aws import AwsServer


@pytest.fixture
def stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(aws, monkeypatch, FIRST_SYNC)


@pytest.mark.parametrize("fate", list(Fate))
def test_every_call_of_the_first_sync(stage: Stage, fate: Fate) -> None:
    calls = stage.calls()
    assert len(calls) >= 25
    assert sweep(stage, (fate,), list(range(1, len(calls) + 1))) == {}
