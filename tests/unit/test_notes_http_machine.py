"""Any history of a mailbox ends in step over HTTP, too: the real sides, Domino and Zoho simulated."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from sincronia import vendor_http
from tests.notes_http_machine import over_http


@pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(3, 8, id="a few"), pytest.param(30, 20, id="thirty", marks=pytest.mark.sweep)],
)
def test_any_history_ends_in_step_over_http(monkeypatch: pytest.MonkeyPatch, examples: int, steps: int) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with over_http() as machine:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
