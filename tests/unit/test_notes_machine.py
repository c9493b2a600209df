"""Any history of a mailbox ends in step; and a fault in the task is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from notes.syncing import applying, reading
from notes.syncing.applying import Applying
from tests.notes_machine import SyncMachine

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def test_any_history_ends_in_step() -> None:
    run_state_machine_as_test(
        SyncMachine,
        settings=settings(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=SLOW),
    )


@pytest.mark.sweep
def test_a_thousand_histories_end_in_step() -> None:
    run_state_machine_as_test(
        SyncMachine,
        settings=settings(max_examples=1000, stateful_step_count=30, deadline=None, suppress_health_check=SLOW),
    )


# ── it has teeth: each of these faults is found ──────────────────────────────────────────────────────────────────────
def put(where: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(where, name, value)


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "what was made is not looked for": put(Applying, "_linked", lambda self, act: _Everybody()),
    "a loser is not kept": put(Applying, "_may_be_lost", lambda self, act, kept: True),
    "what moved is written over": put(applying, "_as_decided", lambda shown, act: True),
    "pairs are not kept": put(Applying, "_pairs_after", lambda self, act, one: []),
    "what stands is forgotten": put(reading, "_standing", lambda entry, news: replace(entry, outside=True)),
}


class _Everybody(set[str]):
    """Has all."""

    def __contains__(self, one: object) -> bool:
        return True


@seed(4)
class Search(SyncMachine):
    """The same machine, which looks for faults."""


@pytest.mark.sweep
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch)
    if fault == "a loser is not kept":
        monkeypatch.setattr(Applying, "_loser", _nobodys(Applying._loser))
    sought = settings(
        max_examples=500,
        stateful_step_count=20,
        phases=[Phase.generate],
        derandomize=False,
        database=None,
        deadline=None,
        suppress_health_check=SLOW,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Search, settings=sought)


def _nobodys(loser: Callable[..., Any]) -> Callable[..., Any]:
    """Kept under one id: the first one alone stays."""
    return lambda self, position, *rest: loser(self, 0, *rest)
