"""A directory of ASMS as the local stack's API shows it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import count
from typing import Any

import requests

from local.model_service_desk import CONNECTIONS, definition, someone
from tests.e2e.over_http import SECONDS, Caller, Json

PNG = "iVBORw0KGgo="  # the eight bytes that a PNG begins with, in base64

_numbers, _people = count(1), count(1)


class Directory:
    """A new directory with one project, as an administrator lays it down and an operator works in it."""

    def __init__(self, administrator: Caller) -> None:
        self.administrator = administrator
        self.stack = administrator.stack
        self.id = f"diretorio-{next(_numbers)}"
        self.path = f"{CONNECTIONS}/{self.id}"
        self.definition: Json = definition() | {"id": self.id}
        administrator.post(CONNECTIONS, self.definition)
        self.operator = administrator.with_role("operator")
        self.project = self.entry("projects", "Suporte a terminais")

    def entry(self, catalogue: str, name: str, **more: Any) -> str:
        """A new entry of a catalogue; gives its id."""
        made = self.administrator.post(f"{self.path}/catalogues/{catalogue}", {"name": name, **more})
        return str(made["id"])

    def field(self, **asked: Any) -> str:
        """A new additional field of the project; gives its id."""
        made = self.administrator.post(f"{self.path}/projects/{self.project}/fields", asked)
        return str(made["id"])

    def new(self, **more: Any) -> Json:
        """What another user of the project is made with."""
        return {"project": self.project, **someone(next(_people)), **more}

    def user(self, category: str, **more: Any) -> str:
        """A new user of the project; gives its address."""
        made = self.operator.post(f"{self.path}/users/{category}", self.new(**more))
        return f"{self.path}/users/{category}/{made['id']}"

    def export(self, category: str, layout: str) -> Json:
        """An export of the project's users, asked for."""
        asked = {"category": category, "format": layout}
        made: Json = self.operator.post(f"{self.path}/projects/{self.project}/exports", asked)
        return made

    def ended(self, exported: Json) -> Json:
        """The run of an export, at its end."""
        end = time.monotonic() + SECONDS
        while (run := self.operator.get(exported["run"]["url"]))["phase"] != "done":
            assert time.monotonic() < end, run
            time.sleep(0.03)
        return dict(run)

    def imported(self, rows: Iterable[str], mode: str = "apply") -> Json:
        """The run that imports clients, lines of a CSV file, when it is done or at the brake."""
        wanted = {"category": "clients", "file": "novos.csv", "mode": mode}
        form = self.operator.post(f"{self.path}/projects/{self.project}/imports", wanted)
        content = "\r\n".join(rows).encode()
        sent = requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=SECONDS)
        assert sent.ok, sent.text
        return self.import_of(form["fields"]["key"])

    def import_of(self, key: str) -> Json:
        """The run that imports what was dropped at a key, when it is done or at the brake."""
        end = time.monotonic() + SECONDS
        while True:
            runs = list(self.operator.every(f"{self.path}/runs"))
            for run in runs:
                if run["filters"].get("key") == key and run["phase"] in {"brake", "done"}:
                    return dict(run)
            assert time.monotonic() < end, runs
            time.sleep(0.03)
