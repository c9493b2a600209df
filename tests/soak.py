"""Lets the histories of mailboxes run for long, other ones each time: `python -m tests.soak [minutes]`.

In memory and over HTTP by turns. Ends with the shortest history that breaks a rule, or says how many kept all of them.
"""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

import tests.conftest  # noqa: F401  # the environment that functions find
from sincronia import vendor_http
from tests.notes_http_machine import over_http
from tests.notes_machine import SyncMachine

_IN_MEMORY, _OVER_HTTP = 500, 50  # histories in one turn: about as long


def run(machine: type[RuleBasedStateMachine], histories: int) -> None:
    """So many histories of a machine. Raises AssertionError."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=40,
            derandomize=False,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make soak", description="Histories of mailboxes, for long.")
    parser.add_argument("minutes", nargs="?", type=float, default=30.0)
    until = time.monotonic() + parser.parse_args().minutes * 60
    vendor_http.sleep = lambda seconds: None
    turns = 0
    with over_http() as on_the_wire:
        while turns == 0 or time.monotonic() < until:
            run(SyncMachine, _IN_MEMORY)
            run(on_the_wire, _OVER_HTTP)
            turns += 1
            sys.stdout.write(f"{turns * _IN_MEMORY} histories in memory, {turns * _OVER_HTTP} over HTTP: all in step\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
