"""A connection from the stack's Domino to its Zoho CRM, as an administrator lays it down and a person works with it."""

from __future__ import annotations

from itertools import count
from typing import Any

from local.demo_stage import Vendor
from local.vendors.zoho_modules import CUSTOM_NAMES
from tests.e2e.over_http import Caller, Json, until

CONNECTIONS = "/integrations/notes/connections"
KINDS = ("contacts", "tasks", "events")
EVERYTHING: Json = {**dict.fromkeys(KINDS, True), "window": "all", "direction": "both", "winner": "crm"}

_numbers = count(1)


class Mail:
    """A new connection with one user, the first of both systems, who calls with a token of their own."""

    def __init__(self, administrator: Caller, person: Caller | None = None) -> None:
        self.administrator = administrator
        self.person = person or administrator.with_role("operator")
        stack = administrator.stack
        self.domino, self.zoho = (Vendor(str(stack.vendors[name]["url"])) for name in ("domino", "zoho"))
        self.id = f"correio-{next(_numbers)}"
        self.path = f"{CONNECTIONS}/{self.id}"
        crm = stack.vendors["zoho"]
        self.definition: Json = {
            "id": self.id,
            "name": "Correio Modelo",
            "responsible": "ana.moreira@correio.example",
            "settings": {
                "domino_address": self.domino.url,
                "zoho_address": self.zoho.url,
                "licence": 300,
                "crm_fields": dict(CUSTOM_NAMES),
            },
            "secret": {f"zoho_{name}": crm[name] for name in ("client_id", "client_secret", "refresh_token")},
        }
        administrator.post(CONNECTIONS, self.definition)
        office = stack.vendors["domino"]
        self.mailbox, self.password = office["mailbox"], office["password"]
        self.form: Json = {
            "token": self.person.id,
            "name": office["user"],
            "email": office["email"],
            "login": office["user"],
            "password": self.password,
            "databases": dict.fromkeys(KINDS, self.mailbox),
            "crm_owner": self.zoho.users()[0]["id"],
        }
        self.user = f"{self.path}/users/{administrator.post(f'{self.path}/users', self.form)['id']}"

    def start_over(self) -> None:
        """Both systems as at the start, whatever was done there by others."""
        for vendor in (self.domino, self.zoho):
            vendor.start_over()

    def saved(self, **settings: Any) -> Json:
        """Saves the settings."""
        answer = self.administrator.says("PATCH", f"{self.path}/sync-settings", EVERYTHING | settings)
        assert answer.status == 200, answer.body
        found: Json = answer.body
        return found

    def ended(self, run: Json) -> Json:
        """The run, done or at the brake."""
        return until(lambda: self.administrator.get(run["url"]), lambda seen: seen["phase"] in {"done", "brake"})

    def synced(self) -> Json:
        """A sync of what is saved, done or at the brake."""
        return self.ended(self.person.post(f"{self.path}/runs", {"mode": "apply"}))

    def rows(self) -> list[list[Json]]:
        """All that both systems keep."""
        return [vendor.rows(kind) for vendor in (self.domino, self.zoho) for kind in KINDS]

    def mine(self, kind: str) -> list[Json]:
        """What is in the user's mailbox."""
        return [row for row in self.domino.rows(kind) if row["mailbox"] == self.mailbox]

    def conflict(self) -> Json:
        """The history's entry of a contact whose title both sides have changed; the CRM's stays."""
        linked = self.administrator.get(f"{self.path}/pairs", module="contacts")["items"][0]
        self.domino.edit("contacts", change={linked["notes_id"]: {"JobTitle": "Diretora"}})
        self.zoho.edit("contacts", change={linked["crm_id"]: {"Title": "Gerente"}})
        self.synced()
        (entry,) = self.person.get(f"{self.path}/conflicts")["items"]
        assert (entry["side"], entry["record_id"]) == ("notes", linked["notes_id"])
        return dict(entry)
