"""A network of furniture stores as the local stack's API, its webhooks and the simulated Promob show it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import requests
from stdnum.br import cnpj

from local.demo_stage import Vendor
from local.model_provider import new_webhook_secret
from local.vendors.webhook_sender import signature_headers
from tests.e2e.over_http import SECONDS, Caller, Json, logged, until

CONNECTIONS, LOGS = "/integrations/promob/connections", "/integrations/promob/logs"
PASSWORD = "senha-inventada"
MACHINE = "Recepção"
SELLER, MANAGER, RESPONSIBLE = "bia", "gil", "ana"

_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """An environment: its path, its project's path, and what Promob calls it."""

    project: str
    environment: str
    promob_id: str


class Network:
    """A new connection whose only store has a new account in the stack's Promob: nothing there is another test's.

    People: `bia` sells and is the account's first user in Promob; `gil` is a manager; `ana` answers for the store.
    """

    def __init__(self, administrator: Caller, responsible: Caller | None = None) -> None:
        self.administrator = administrator
        self.stack = administrator.stack
        number = next(_numbers)
        self.id, self.account = f"rede-{number}", f"{50_000 + number}"
        self.path = f"{CONNECTIONS}/{self.id}"
        self.promob = Vendor(str(self.stack.vendors["promob"]["url"]))
        self.secret = new_webhook_secret()
        self.definition: Json = {
            "id": self.id,
            "name": "Rede Modelo",
            "responsible": "joana.prates@redemodelo.example",
            "settings": {"promob_address": self.promob.url},
            "secret": {"promob_key": str(self.stack.vendors["promob"]["key"]), "webhook_secrets": self.secret},
        }
        administrator.post(CONNECTIONS, self.definition)
        self.webhook = str(administrator.get(f"{self.path}/webhook")["url"])
        self.people = {name: administrator.with_role("operator") for name in (SELLER, MANAGER)}
        self.people[RESPONSIBLE] = responsible or administrator.with_role("operator")
        self.operator = self.people[SELLER]
        self._lay_out(number)

    def _lay_out(self, number: int) -> None:
        """The account in Promob, with its users and a customer."""
        digits = f"{number:08}0001"
        self.cnpj = digits + cnpj.calc_check_digits(digits)
        self.serial = f"PB-{self.account}"
        account = {"id": self.account, "cnpj": self.cnpj, "name": "Loja Modelo", "serials": [self.serial]}
        self.promob.edit("accounts", add=[account])
        users = [
            {
                "id": self.user(name),
                "account": self.account,
                "login": f"{name}.{self.account}",
                "name": name.capitalize(),
                "password": PASSWORD,
            }
            for name in self.people
        ]
        self.promob.edit("users", add=users)

    def user(self, name: str) -> str:
        """Promob's id of somebody."""
        return f"U-{self.account}-{name}"

    # ── the store and its people ─────────────────────────────────────────────────────────────────────────────────────
    def new_store(self) -> str:
        """The path of the store, of which nothing is configured yet."""
        made = self.administrator.post(
            f"{self.path}/stores",
            {
                "name": "Loja Modelo",
                "cnpj": self.cnpj,
                "account": self.account,
                "serial": self.serial,
                "responsible": self.people[RESPONSIBLE].id,
                "machines": [MACHINE],
            },
        )
        return f"{self.path}/stores/{made['id']}"

    def activate(self, store: str) -> None:
        """Does all that a store's configuration needs."""
        responsible = self.people[RESPONSIBLE]
        responsible.post(f"{store}/verification", {}, 200)
        for declared in ({"webstart": MACHINE}, {"evaluation": "Loja pronta"}):
            responsible.post(f"{store}/declarations", declared, 200)
        assert responsible.post(f"{store}/activation", {}, 200)["active"]

    def new_user(self, store: str, name: str, **more: Any) -> str:
        """The path of a user of the store, who isn't linked yet."""
        made = self.administrator.post(
            f"{self.path}/users",
            {
                "token": self.people[name].id,
                "store": last(store),
                "name": name.capitalize(),
                "login": f"{name}.{self.account}",
                **more,
            },
        )
        return f"{self.path}/users/{made['id']}"

    def link(self, name: str) -> None:
        """Somebody links himself to Promob."""
        user = f"{self.path}/users/{self.people[name].id}"
        assert self.people[name].post(f"{user}/promob-link", {"password": PASSWORD}, 200)["linked"]

    @cached_property
    def store(self) -> str:
        """The path of the store, whose configuration is concluded and whose users are linked."""
        store = self.new_store()
        self.activate(store)
        for name in (SELLER, MANAGER):
            self.new_user(store, name, is_manager=name == MANAGER)
            self.link(name)
        return store

    @cached_property
    def customer(self) -> str:
        """The id of a customer, whom Promob has too."""
        new = {"store": last(self.store), "name": "Nara Luz", "phone": "(49) 3000-0000"}
        answer = self.operator.says("POST", f"{self.path}/customers", new)
        assert answer.status in {200, 201}, answer.body
        customer = str(answer.body["id"])
        until(lambda: self.operator.get(f"{self.path}/customers/{customer}"), lambda found: bool(found["promob_id"]))
        return customer

    def project(self) -> str:
        """The path of a new project without environments."""
        new = {"store": last(self.store), "customer": self.customer, "name": "Casa"}
        return f"{self.path}/projects/{self.operator.post(f'{self.path}/projects', new)['id']}"

    def places(self, *names: str) -> list[Place]:
        """The environments of a new project, once Promob has them."""
        project = self.project()
        self.operator.post(f"{project}/environments", {"names": list(names)})
        found = until(
            lambda: self.operator.get(project)["environments"], lambda found: all(one["promob_id"] for one in found)
        )
        return [Place(project, f"{project}/environments/{one['id']}", str(one["promob_id"])) for one in found]

    # ── what people do in Promob ─────────────────────────────────────────────────────────────────────────────────────
    def sends(self, act: str, **given: Any) -> Json:
        """Somebody does something in Promob; the delivery of the webhook that tells of it."""
        self.promob.act("webhook", address=self.webhook, secret=self.secret)
        delivery: Json = self.promob.act(act, **given)
        return delivery

    def does(self, act: str, place: Place, **given: Any) -> Json:
        """The line that somebody's act on an environment in Promob ends in."""
        delivery = self.sends(act, project=place.promob_id, **given)
        assert delivery["status"] == 200, delivery
        return self.line(delivery["answer"]["hint"])

    # ── webhooks, by hand ────────────────────────────────────────────────────────────────────────────────────────────
    def about(self, kind: str, place: Place, sequence: int, **more: Any) -> Json:
        """What a webhook about an environment says."""
        return {
            "type": kind,
            "account": self.account,
            "occurred_at": "2026-11-28T12:00:00-03:00",
            "user": self.user(SELLER),
            "project": {"id": place.promob_id, "name": "Cozinha", "sequence": sequence, "customer_id": "C-1"},
            **more,
        }

    def sent(
        self, event: Mapping[str, Any] | bytes, event_id: str, *, secret: str = "", age: int = 0, packed: bool = False
    ) -> requests.Response:
        """The answer to a signed webhook. `age`: of its timestamp, in seconds; packed: the bytes are gzip."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = signature_headers(secret or self.secret, event_id, int(time.time()) - age, body)
        headers |= {"Content-Type": "application/json"} | ({"Content-Encoding": "gzip"} if packed else {})
        return requests.post(self.webhook, data=body, headers=headers, timeout=SECONDS)

    def told(self, event: Mapping[str, Any], event_id: str) -> Json:
        """The line that a webhook ends in."""
        answer = self.sent(event, event_id)
        assert answer.status_code == 200, answer.text
        return self.line(answer.json()["hint"])

    until = staticmethod(until)

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────────────
    def line(self, hint: str, *states: str) -> Json:
        """A line of the log, once it is at its end, or where it is said to be."""
        return logged(self.operator, self.path, hint, *states)

    def lines(self, **query: str | int) -> list[Json]:
        """Lines of the log, the newest first."""
        return list(self.operator.every(LOGS, connection=self.id, **query))

    def day_ends(self, run_id: str) -> None:
        """What midnight would do to a day's run."""
        self.stack.client("dynamodb").update_item(
            TableName=self.stack.outputs["RunsTable"],
            Key={"connection": {"S": self.id}, "run_id": {"S": run_id}},
            UpdateExpression="SET wake_at = :now",
            ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
        )
        assert not self.stack.fire_schedule("PromobOnSchedule").failed

    def connect(self, place: Place) -> tuple[str, str]:
        """Situação and Estágio of an environment, as Promob's Connect list shows them."""
        row = next(row for row in self.promob.rows("projects") if row["id"] == place.promob_id)
        return row["situation"], row["stage"]

    def notifications(self, audience: str, state: str) -> list[Json]:
        """What somebody is notified of: a name, or the connection."""
        if audience in self.people:
            return list(self.people[audience].every("/notifications", mine="true", state=state))
        return list(self.operator.every("/notifications", connection=audience, state=state))


def last(path: str) -> str:
    """What a path ends in: an id."""
    return path.rpartition("/")[2]
