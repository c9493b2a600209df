"""Any history of two sides ends in step, and nobody's words are lost; and a fault in the decision is found."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.two_way_machine import TwoWayMachine


def test_any_history_ends_in_step() -> None:
    run_state_machine_as_test(TwoWayMachine, settings=settings(max_examples=50, stateful_step_count=30))


@pytest.mark.sweep
def test_a_thousand_histories_end_in_step() -> None:
    run_state_machine_as_test(TwoWayMachine, settings=settings(max_examples=1000, stateful_step_count=50))
