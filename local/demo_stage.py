"""What every act of the demo stands on: the screen, the checks, the operator's command, the simulators' controls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from local.processes import ROOT
from local.stack import Stack

_PATIENCE_SECONDS = 30


class NotAsItShouldBeError(Exception):
    """Something that the demo shows is not as it should be; the text is a sentence for a person."""


class Vendor:
    """A simulator's controls, as whoever works in that system has them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """All rows of a kind, as the vendor keeps them."""
        found: list[dict[str, Any]] = self._call("GET", f"rows/{kind}")
        return found

    def users(self) -> list[dict[str, Any]]:
        """All users."""
        return self.rows("users")

    def edit(self, kind: str = "users", **change: Any) -> None:
        """Changes rows by hand: `add`, `change` and `remove` as in local/vendors/server.py."""
        self._call("POST", f"rows/{kind}", change)

    def act(self, name: str, /, **given: Any) -> Any:
        """Somebody does something there, where the simulator has people: what came of it."""
        return self._call("POST", name, given)

    def state(self) -> dict[str, Any]:
        """What it was asked since the last reset."""
        found: dict[str, Any] = self._call("GET", "state")
        return found

    def reset(self) -> None:
        """Counts from zero."""
        self._call("POST", "reset")

    def start_over(self) -> None:
        """Everything as at the start, the data too."""
        self._call("POST", "start-over")

    def misbehave(self, **fault: Any) -> None:
        """A fault for the next request that it fits, as in local/vendors/faults.py."""
        self._call("POST", "faults", [fault])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        response = requests.request(method, f"{self.url}/_simulator/{path}", json=body, timeout=_PATIENCE_SECONDS)
        response.raise_for_status()
        return response.json()


class Stage:
    """An act's stage. `description` is the stack's stack.json; what acts write goes beside it, and with it."""

    def __init__(self, console: Console, stack: Stack, description: Path) -> None:
        self.console = console
        self.stack = stack
        self.vendors = {name: Vendor(str(vendor["url"])) for name, vendor in stack.vendors.items()}
        self.checks = 0
        self.folder = description.parent
        self._description = description

    def scene(self, title: str, text: str) -> None:
        """Begins a scene."""
        self.console.print()
        self.console.print(Rule(Text(title, style="bold cyan"), style="dim", align="left"))
        self.say(text)

    def say(self, text: str, style: str = "") -> None:
        """A paragraph."""
        self.console.print(Padding(Text(text, style=style), (0, 2), expand=False))

    def check(self, what: str, seen: object, wanted: object) -> None:
        """Shows a value that is as it should be. Raises NotAsItShouldBeError where it isn't."""
        if seen != wanted:
            raise NotAsItShouldBeError(f"{what}: deveria ser {wanted}, e é {seen}.")
        self._passed(f"{what}: {seen}")

    def holds(self, what: str, *, truth: bool) -> None:
        """Shows a sentence that holds. Raises NotAsItShouldBeError where it doesn't."""
        if not truth:
            raise NotAsItShouldBeError(f"Não é verdade: “{what}”.")
        self._passed(what)

    def _passed(self, what: str) -> None:
        self.checks += 1
        self.console.print(Padding(Text.assemble(("✓ ", "green"), what), (0, 2), expand=False))

    def put_connection(self, definition: Path, secret: str) -> None:
        """The operator's command that puts a connection, with the secret (JSON) on its standard input."""
        said = f"make put-connection STACK=local FILE={definition.name} < segredo"
        self._operate(said, "put_connection", str(definition), given=secret)

    def _operate(self, said: str, command: str, *arguments: str, given: str = "") -> None:
        """Runs a command of operations/ as a process of its own, against this stack."""
        ended = subprocess.run(
            [sys.executable, "-m", f"operations.{command}", str(self._description), *arguments],
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PATIENCE_SECONDS,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
            check=False,
        )
        if ended.returncode:
            raise NotAsItShouldBeError(f"O comando operations.{command} terminou em erro: {ended.stderr.strip()}")
        self.say(f"$ {said}", "dim")
        for line in ended.stdout.splitlines():
            self.say(line)
