"""Simulators, each in a process of its own, steered over HTTP: an office's Questor, its Zen and Tareffa; and others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from local import processes
from local.vendors.office import Office
from zen import connection


class Vendor:
    """One simulator."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.url = str(said["url"])
        self.credentials = {name: str(value) for name, value in said.items() if name != "url"}
        self._http = requests.Session()

    def reset(self) -> None:
        """Starts counting anew."""
        self._post("reset", {})

    def counted(self) -> tuple[int, int]:
        """Requests since the last reset: those that only read, and those that write."""
        state = self.state()
        return state["reads"], state["writes"]

    def state(self) -> dict[str, Any]:
        """See local.vendors.server.Simulator.state."""
        answer = self._http.get(f"{self.url}/_simulator/state", timeout=60)
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def edit(self, kind: str, change: Mapping[str, Any]) -> None:
        """Changes rows by hand; see local.vendors.server.Simulator.edit."""
        self._post(f"rows/{kind}", change)

    def close(self) -> None:
        """Ends the connection to it."""
        self._http.close()

    def _post(self, path: str, body: Any) -> None:
        self._http.post(f"{self.url}/_simulator/{path}", json=body, timeout=60).raise_for_status()


class Vendors:
    """Questor with an office; a Zen and a Tareffa without any row."""

    def __init__(self, office: Office, logs: Path) -> None:
        self._office = office
        self._logs = logs
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            options = [(f"--{name.replace('_', '-')}", str(value)) for name, value in asdict(self._office).items()]
            parts = [part for option in options for part in option]
            self.questor = started("questor", parts, self._logs, opening)
            self.zen = started("zen", [], self._logs, opening)
            self.tareffa = started("tareffa", [], self._logs, opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def settings(self) -> dict[str, str]:
        """A connection's settings."""
        return {
            "questor_address": self.questor.url,
            "zen_address": self.zen.url,
            "tareffa_address": self.tareffa.url,
        }

    @property
    def secret(self) -> dict[str, str]:
        """A connection's secret."""
        return {
            "questor_token": self.questor.credentials["token"],
            "zen_token": self.zen.credentials["token"],
            "tareffa_token": self.tareffa.credentials["token"],
            connection.ADMINISTRATOR_KEY: "chave-inventada",
        }

    def reset(self) -> None:
        """Starts counting anew, at all of them."""
        for vendor in (self.questor, self.zen, self.tareffa):
            vendor.reset()

    def counted(self) -> tuple[int, int, int]:
        """Requests since the last reset: reads of Questor, reads of the targets, writes to the targets."""
        (questor_reads, _), (zen_reads, zen_writes) = self.questor.counted(), self.zen.counted()
        tareffa_reads, tareffa_writes = self.tareffa.counted()
        return questor_reads, zen_reads + tareffa_reads, zen_writes + tareffa_writes


def started(name: str, options: list[str], logs: Path, opening: ExitStack) -> Vendor:
    """The simulator of that name, with the options of its command; it ends with `opening`."""
    environment = {**processes.base_environment(), "PYTHONPATH": str(processes.ROOT)}
    module, log = f"local.vendors.{name}", logs / f"{name}.log"
    process = processes.start(module, *options, environment=environment, log=log, announces=True)
    opening.callback(processes.end, process)
    vendor = Vendor(processes.announcement(process, module, log))
    opening.callback(vendor.close)
    return vendor
