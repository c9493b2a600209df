"""An office in Questor and an empty Zen, each a simulator in a process of its own, steered over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from local import processes
from zen import connection


class Vendor:
    """One simulator."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.url = str(said["url"])
        self.token = str(said["token"])
        self._http = requests.Session()

    def reset(self) -> None:
        """Starts counting anew."""
        self._post("reset", {})

    def counted(self) -> tuple[int, int]:
        """Requests since the last reset: those that only read, and those that write."""
        answer = self._http.get(f"{self.url}/_simulator/state", timeout=60)
        answer.raise_for_status()
        state = answer.json()
        return state["reads"], state["writes"]

    def edit(self, change: dict[str, Any]) -> None:
        """Changes users by hand; see local.vendors.server.Simulator.edit."""
        self._post("users", change)

    def close(self) -> None:
        """Ends the connection to it."""
        self._http.close()

    def _post(self, path: str, body: Any) -> None:
        self._http.post(f"{self.url}/_simulator/{path}", json=body, timeout=60).raise_for_status()


class Vendors:
    """Questor with `users` users, each with an e-mail of its own, and a Zen without any."""

    def __init__(self, users: int, logs: Path) -> None:
        self._users = users
        self._logs = logs
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            office = ("--users", str(self._users), "--without-email", "0", "--sharing-pairs", "0")
            self.questor = self._start("questor", office, opening)
            self.zen = self._start("zen", (), opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def settings(self) -> dict[str, str]:
        """A connection's settings."""
        return {"questor_address": self.questor.url, "zen_address": self.zen.url}

    @property
    def secret(self) -> dict[str, str]:
        """A connection's secret."""
        return {
            "questor_token": self.questor.token,
            "zen_token": self.zen.token,
            connection.ADMINISTRATOR_KEY: "chave-inventada",
        }

    def rename(self, codes: Iterable[int], marker: str) -> None:
        """Gives users of Questor another name."""
        self.questor.edit({"change": {code: {"NOMEUSUARIO": f"Pessoa {marker} {code}"} for code in codes}})

    def _start(self, name: str, options: tuple[str, ...], opening: ExitStack) -> Vendor:
        environment = {**processes.base_environment(), "PYTHONPATH": str(processes.ROOT)}
        module, log = f"local.vendors.{name}", self._logs / f"{name}.log"
        process = processes.start(module, *options, environment=environment, log=log, announces=True)
        opening.callback(processes.end, process)
        vendor = Vendor(processes.announcement(process, module, log))
        opening.callback(vendor.close)
        return vendor
