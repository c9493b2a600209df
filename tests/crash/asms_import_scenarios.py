"""What the crash tests sweep of imports: a file that creates, changes, deactivates and has a row that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from tests.asms_imports import csv_of
from tests.crash import asms_imports_world, asms_world
from tests.crash.asms_imports_world import ImportsOnAws
from tests.crash.asms_scenarios import AsmsScenario
from tests.crash.asms_world import DirectoryOnAws
from tests.crash.scenario import Act, Doing, ToldToWaitError
from tests.office_on_aws import AwsServer, Sandbox

PEOPLE = ("Ana Lima", "Bento Reis", "Davi Luz")
ROWS = [
    {"Nome": "Ana Lima Prado", "Login": "ana.lima", "E-mail": "ana@m.example", "Status": "Ativo"},
    {"Nome": "Bento Reis", "Login": "bento.reis", "E-mail": "bento@m.example", "Status": "Inativo"},
    {"Nome": "Carolina Vergara", "Login": "carolina", "E-mail": "carolina@m.example", "Status": ""},
    {"Nome": "Elisa", "Login": "elisa", "E-mail": "sem arroba", "Status": "Ativo"},
    {"Nome": "Davi Luz", "Login": "davi.luz", "E-mail": "davi.luz@m.example", "Status": "Ativo"},
    {"Nome": "Fábio Sá", "Login": "fabio", "E-mail": "", "Status": "Inativo"},
]
CHANGED = [{**row, "Nome": f"{row['Nome']} Neto"} for row in ROWS]


@dataclass(frozen=True, kw_only=True)
class ImportScenario(AsmsScenario):
    """One directory, and files that are dropped."""

    replaced_after = 400.0  # past a lease, and past what the queue hides a message for

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[DirectoryOnAws]:
        """See Scenario.opened."""
        aws.emptied("asms")
        place = ImportsOnAws(aws)
        place.asked_by(place.sandbox).connect()
        self.prepare(place)
        yield place

    def arrange(self, place: DirectoryOnAws, sandbox: Sandbox) -> None:
        """A block holds few actions, so that the file needs several."""
        sandbox.of("asms.importing.block").ACTIONS = sandbox.of("asms.importing.task").ACTIONS = 8
        sandbox.of("asms.importing.task").PLANNED_TOGETHER = 4

    def is_quiet(self, place: DirectoryOnAws) -> bool:
        """No run is waiting for its turn or for time."""
        return all(row["phase"] == "done" for row in place.rows("runs"))

    def world(self, place: DirectoryOnAws, creates: Any) -> dict[str, Any]:
        """See asms_imports_world.world."""
        asms_world.agree(place)
        return {"creates": dict(creates), **asms_imports_world.world(cast("ImportsOnAws", place))}


def drops(name: str, content: bytes, **metadata: str) -> Act[DirectoryOnAws]:
    """A file put on S3. Who drops it is not of ours, and does not die."""

    def act(place: DirectoryOnAws) -> Doing:
        cast("ImportsOnAws", place).drop(name, content, **metadata)
        return lambda _: None

    return act


def undoes(place: DirectoryOnAws) -> Doing:
    """An operator takes the first import back, and asks again where there was no answer."""

    (first,) = [row["run_id"] for row in place.rows("runs") if row["flow"] == "importar"]

    def doing(sandbox: Sandbox) -> None:
        asms = place.asked_by(sandbox)
        path = f"/integrations/asms/connections/empresa-modelo/runs/{first}/undo"
        answer = asms.call("POST", path, role="operator", body={}, key="8d0e-undone")
        if answer.status == 409 and answer.body["code"] == "idempotency_in_progress":
            raise ToldToWaitError
        assert answer.status == 201, answer

    return doing


def _people(place: DirectoryOnAws) -> None:
    """A project and three clients, one of them as the file has it."""
    asms = place.asked_by(place.sandbox)
    asms.token("operator")
    place.ids["Matriz"] = asms.entry("projects", "Matriz")
    for name in PEOPLE:
        email = f"{name.lower().replace(' ', '.')}@m.example"
        place.ids[name] = asms.user("clients", name, email=email, projects=frozenset({place.ids["Matriz"]}))


FIRST, SECOND = drops("primeiro.csv", csv_of(ROWS)), drops("segundo.csv", csv_of(CHANGED))
IMPORT = ImportScenario(name="import", prepare=_people, acts=(FIRST,))
IMPORTS = ImportScenario(name="imports", prepare=_people, acts=(FIRST, drops("de novo.csv", csv_of(ROWS)), SECOND))
PREVIEW = ImportScenario(
    name="preview", prepare=_people, acts=(drops("previa.csv", csv_of(ROWS), sincronia_mode="preview"),)
)
UNDOING = ImportScenario(name="undoing", prepare=_people, acts=(FIRST, undoes))
