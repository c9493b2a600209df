"""What the scenes of the act `notes` share: an office's mailboxes and its CRM, the API, and runs until they rest."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from local.demo_api import Api, Json, Refusal
from local.demo_stage import NotAsItShouldBeError, Stage
from local.demo_view import rows
from local.model_mailboxes import KINDS, PATH

TITLES = {"contacts": "Contatos", "tasks": "Tarefas", "events": "Eventos"}
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.05
_COLUMNS = ("created", "updated", "removed", "conflicts", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a mailbox: Domino's row of them, their user in the CRM, and their token here."""

    name: str
    email: str
    mailbox: str
    crm_owner: str
    token: str  # its id
    api: Api

    @property
    def path(self) -> str:
        """Their address as a user of the sync."""
        return f"{PATH}/users/{self.token}"


class Office:
    """The demo's office: both vendors as people work in them, and the API as its administrator calls it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.api = Api(stage.stack.api_url, stage.stack.token)
        self.domino, self.zoho = stage.vendors["domino"], stage.vendors["zoho"]
        self.password = str(stage.stack.vendors["domino"]["password"])
        pairs = zip(self.domino.users(), self.zoho.users(), strict=True)
        self.people = [self._person(person, owner) for person, owner in pairs]

    def _person(self, person: Json, owner: Json) -> Person:
        made = self.api.post("/tokens", {"description": person["name"], "role": "operator"})
        named = (person["name"], person["email"], person["mailbox"], str(owner["id"]))
        return Person(*named, made["id"], self.api.with_token(made["token"]))

    # ── both vendors ─────────────────────────────────────────────────────────────────────────────────────────────────
    def in_notes(self, kind: str) -> list[Json]:
        """What the first person's mailbox holds."""
        return [row for row in self.domino.rows(kind) if row["mailbox"] == self.people[0].mailbox]

    def in_crm(self, kind: str) -> list[Json]:
        """What is the first person's in the CRM."""
        return [row for row in self.zoho.rows(kind) if row["Owner"]["id"] == self.people[0].crm_owner]

    def one_in_notes(self, kind: str, **named: str) -> Json:
        """The only row of the mailbox that holds these values."""
        return _only(self.in_notes(kind), named)

    def one_in_crm(self, kind: str, **named: str) -> Json:
        """The only record of the CRM that holds these values."""
        return _only(self.in_crm(kind), named)

    def everything(self) -> list[Any]:
        """Both sides whole, with the versions of all records."""
        return [vendor.rows(kind) for vendor in (self.domino, self.zoho) for kind in KINDS]

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def synced(self) -> Json:
        """A sync that was started, once it rests."""
        return self.rested(self.api.post(f"{PATH}/runs", {}))

    def rested(self, run: Json, *, brake: bool = True) -> Json:
        """A run at its end, or at the brake where it may wait there. Raises NotAsItShouldBeError where it isn't."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            now: Json = self.api.get(run["url"])
            if now["phase"] == "done" or (brake and now["phase"] == "brake"):
                return now
            if time.monotonic() > end:
                raise NotAsItShouldBeError(
                    f"A execução ainda está em {now['phase']}; veja .local/logs/NotesOnQueue.log."
                )
            time.sleep(_POLL_SECONDS)

    def outcomes(self, run: Json) -> list[Json]:
        """What a run did, or why it did not, record by record."""
        return list(self.api.every(f"{run['url']}/outcomes"))

    def panel(self) -> Json:
        """The panel of results."""
        found: Json = self.api.get(f"{PATH}/results")
        return found

    def counted(self, *, shown: bool = True) -> Counter[str]:
        """What the last run did, by “module side what”, as the panel has it."""
        modules = self.panel()["last"]["modules"]
        sides = [(module, side) for module in modules for side in module["sides"]]
        if shown:
            titles = (
                "Módulo",
                "Lado",
                "Criados",
                "Atualizados",
                "Removidos",
                "Conflitos",
                "Deixados de fora",
                "Falhas",
            )
            lines = [
                (module["title"], side["title"], *(str(side[name]) for name in _COLUMNS)) for module, side in sides
            ]
            self.console.print(rows(titles, lines))
        return Counter(
            {f"{module['module']} {side['side']} {name}": side[name] for module, side in sides for name in _COLUMNS}
        )

    def concluded(self, run: Json, result: str = "success") -> None:
        """Checks that a run has done all it had to; `partial`: some records are left as they are."""
        if run["problem"]:
            self.stage.say(run["problem"]["detail"], "dim")
        self.stage.check(f"{run['title']}", f"{run['phase']}, {run['result']}", f"done, {result}")

    def refused(self, what: str, refusal: Refusal, wanted: str) -> None:
        """Checks a refusal's status and code; shows its sentence."""
        self.stage.check(what, str(refusal), wanted)
        self.stage.say(refusal.detail, "dim")

    def tested(self) -> Json:
        """The test of the connection, shown."""
        tested: Json = self.api.post(f"{PATH}/test")
        lines = ((check["what"], check["detail"] or "tudo certo") for check in tested["checks"])
        self.console.print(rows(("O que foi testado", "O que se viu"), lines))
        return tested


def _only(found: list[Json], named: dict[str, str]) -> Json:
    matching = [row for row in found if all(row.get(name) == value for name, value in named.items())]
    if len(matching) != 1:
        raise NotAsItShouldBeError(f"Deveria haver um só registro com {', '.join(named.values())}; há {len(matching)}.")
    return matching[0]
