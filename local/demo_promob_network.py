"""What the scenes of the act `promob` share: the network's connection, its people, who works in Promob, the log."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import requests

from local.demo_api import Api, Json, Refusal
from local.demo_stage import NotAsItShouldBeError, Stage
from local.demo_view import rows
from local.model_network import CONNECTION, LOGS, PATH
from local.model_provider import new_webhook_secret
from local.vendors.promob_listing import Drawing, drawn, listing_xml

SELLER, MANAGER, RESPONSIBLE = "vendedor", "gerente", "responsável"
MARKS = {"green": "verde", "yellow": "amarelo", "none": "nenhum"}
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.05
_ON_ITS_WAY = ("working", "waiting")

_TOTALS = re.compile(r'<ORDER VALUE="([^"]+)"/><BUDGET VALUE="([^"]+)"/>')

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a store: who they are in Promob, and their token here. `user` is Promob's row of them."""

    name: str
    api: Api
    token: str  # its id
    user: Json = field(repr=False)

    @property
    def path(self) -> str:
        """Their address as a user of a store."""
        return f"{PATH}/users/{self.token}"


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a project here: the addresses of both, and what Promob calls it."""

    name: str
    project: str
    path: str
    promob_id: str

    @property
    def id(self) -> str:
        """Its id."""
        return last(self.path)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an environment holds in Promob; cost and price are those that its XML ends with."""

    drawing: Drawing
    cost: Decimal
    price: Decimal


class Network:
    """The demo's network of stores: the API, whoever works with it, and Promob's own screens.

    people: by what they do in the first store; neighbour: who answers for the second one.
    stores: addresses, in the order in which they were made.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.administrator = Api(stage.stack.api_url, stage.stack.token)
        self.promob = stage.vendors["promob"]
        self.secret = new_webhook_secret()
        self.address = ""  # where webhooks come to, when the connection stands
        self.accounts = self.promob.rows("accounts")
        first, second = (
            [one for one in self.promob.rows("users") if one["account"] == row["id"]] for row in self.accounts
        )
        self.people = {
            role: self._person(user) for role, user in zip((SELLER, MANAGER, RESPONSIBLE), first, strict=True)
        }
        self.neighbour = self._person(second[0])
        self.stores: list[str] = []

    def _person(self, user: Json) -> Person:
        """Somebody who is in Promob, with a new token here."""
        made = self.administrator.post("/tokens", {"description": user["name"], "role": "operator"})
        return Person(user["name"], self.administrator.with_token(made["token"]), made["id"], user)

    @property
    def seller(self) -> Api:
        """The API as the first store's seller calls it."""
        return self.people[SELLER].api

    # ── what people do in Promob ─────────────────────────────────────────────────────────────────────────────────────
    def does(self, act: str, /, **given: Any) -> Json:
        """The line of the log that somebody's act in Promob ends in. Raises NotAsItShouldBeError where none does."""
        return self.line(self.sends(act, **given)["answer"]["hint"])

    def sends(self, act: str, /, **given: Any) -> Json:
        """The delivery of the webhook that somebody's act in Promob sends."""
        delivery: Json = self.promob.act(act, **given)
        if delivery["status"] != 200:
            raise NotAsItShouldBeError(f"O webhook deveria ser aceito, e respondeu {delivery['status']}.")
        return delivery

    def connect(self, place: Place) -> str:
        """Situação and Estágio of an environment, as Promob's Connect list shows them."""
        row = next(row for row in self.promob.rows("projects") if row["id"] == place.promob_id)
        return f"{row['situation']}, {row['stage']}"

    def drawing(self, place: Place) -> Drawn:
        """What Promob was last told to sell of an environment, read apart from the product."""
        row = next(row for row in self.promob.rows("projects") if row["id"] == place.promob_id)
        content = row["saved"][str(row["sequence"])]
        made = (content["items"], content["drawing"], row["name"])
        totals = _TOTALS.findall(listing_xml(*made))[-1]
        cost, price = (Decimal(text.replace(",", ".")) for text in totals)
        return Drawn(drawn(*made), cost, price)

    def until_told(self, place: Place, wanted: str) -> None:
        """Checks what the Connect list shows of an environment, once Promob was told."""
        self.soon(f"{place.name} como {wanted}", lambda: self.connect(place) == wanted or None)
        self.stage.check(f"No Connect, {place.name}", self.connect(place), wanted)

    @staticmethod
    def opens(url: str) -> int:
        """The status of an address that opens Promob."""
        return requests.get(url, timeout=_PATIENCE_SECONDS).status_code

    # ── what is seen here ────────────────────────────────────────────────────────────────────────────────────────────
    def environment(self, place: Place) -> Json:
        """An environment as it stands."""
        found: Json = self.seller.get(place.path)
        return found

    def mark(self, place: Place) -> str:
        """The icon of an environment: its colour."""
        return MARKS[self.environment(place)["mark"]]

    def notifications(self, person: str, state: str, place: Place) -> list[Json]:
        """What somebody is notified of about an environment."""
        found = self.people[person].api.every("/notifications", mine="true", state=state)
        return [one for one in found if one["run_url"] == place.path]

    def lines(self, **wanted: str) -> list[Json]:
        """Lines of the connection's log, the newest first."""
        return list(self.administrator.every(LOGS, connection=CONNECTION, **wanted))

    def line(self, hint: str, on_its_way: Collection[str] = _ON_ITS_WAY) -> Json:
        """A hint's line in the log, once it has left these states."""

        def found() -> Json | None:
            path = f"{PATH}/hints/{hint}"
            if self.administrator.refusal("GET", path):
                return None
            line: Json = self.administrator.get(path)
            return line if line["outcome"] not in on_its_way else None

        return self.soon(f"o aviso {hint} no log", found)

    def soon(self, what: str, find: Callable[[], _Found | None]) -> _Found:
        """What is found before long. Raises NotAsItShouldBeError where it isn't."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while (found := find()) is None:
            if time.monotonic() > end:
                message = f"Em {_PATIENCE_SECONDS} s não se viu: {what}; veja .local/logs/PromobOnQueue.log."
                raise NotAsItShouldBeError(message)
            time.sleep(_POLL_SECONDS)
        return found

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────
    def refused(self, what: str, refusal: Refusal, wanted: str, naming: str = "") -> None:
        """Checks a refusal's status and code, and whom or what its sentence names; shows the sentence."""
        self.stage.check(what, str(refusal), wanted)
        self.stage.say(refusal.detail, "dim")
        if naming:
            self.stage.holds(f"A recusa diz qual: {naming}", truth=f": {naming}." in refusal.detail)

    def show(self, *lines: Json) -> None:
        """Shows lines of the log."""
        titles = ("Do que trata", "Aviso", "Resultado", "O que foi feito, ou por quê")
        cells = (
            (
                line["label"] or line["record"] or "–",
                line["cause_title"],
                line["outcome_title"],
                line["reason"] or line["action_title"] or "–",
            )
            for line in lines
        )
        self.console.print(rows(titles, cells))

    def came(self, what: str, line: Json, wanted: str) -> None:
        """Checks what became of a webhook: outcome and code, or what was done; shows the sentence of a refusal."""
        self.stage.check(what, f"{line['outcome_title']}: {line['code'] or line['action_title']}", wanted)
        if line["code"]:
            self.stage.say(line["reason"], "dim")


def last(path: str) -> str:
    """What an address ends in: an id."""
    return path.rpartition("/")[2]


def reais(amount: str | Decimal) -> str:
    """R$ 1.234,56."""
    return "R$ " + f"{Decimal(amount):,.2f}".translate(str.maketrans(",.", ".,"))
