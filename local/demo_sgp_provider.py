"""What the scenes of the act `sgp` share: the provider's connection, its sender of webhooks, its log, OZmap's map."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import requests
from standardwebhooks import Webhook

from local.demo_api import Api, Json
from local.demo_stage import NotAsItShouldBeError, Stage
from local.demo_view import rows
from local.model_provider import CONNECTION, CONNECTIONS, definition, new_webhook_secret
from local.processes import ROOT

LOGS = "/integrations/sgp/logs"
STATUSES = "/integrations/sgp/statuses"
RECONCILE, POWER = "conferir_contratos", "ler_potencia"
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.1
_ON_ITS_WAY = ("working",)
_EVENTS = ROOT / "events" / "sgp" / "on_webhook"
_SITUATIONS = {0: "OK", 1: "ERRO"}

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Home:
    """A property of OZmap as people see it; empty texts for what it has not."""

    id: str
    address: str
    place: str
    client: str
    situation: str
    port: tuple[str, int] | None  # the splitter's id, and its port

    def lines(self) -> dict[str, str]:
        """By what people call it."""
        named = {"Imóvel": self.address, "Caixa e porta": self.place, "Cliente": self.client}
        return {**named, "Situação": self.situation}


class Provider:
    """The demo's fibre provider: the API, both vendors' own screens, its sender of webhooks, and one connection."""

    connection = CONNECTION

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.api = Api(stage.stack.api_url, stage.stack.token)
        self.sgp, self.ozmap = stage.vendors["sgp"], stage.vendors["ozmap"]
        self.path = f"{CONNECTIONS}/{CONNECTION}"
        self.secret = new_webhook_secret()
        self.address = ""  # where webhooks come to, when the connection stands

    def definition(self) -> Json:
        """What the connection is made with: its sweeps run when the demo says so."""
        return definition(self.stage.stack.vendors, self.secret, {RECONCILE: None, POWER: None})

    def event_body(self, name: str) -> str:
        """The body of an example in events/."""
        event = json.loads((_EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        return str(event["body"])

    def signed(self, body: str, event_id: str = "") -> str:
        """Sends a webhook that is signed (Standard Webhooks), and gives the id of the hint that it became."""
        event_id, moment = event_id or f"msg_{uuid4().hex}", datetime.now(UTC)
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(event_id, moment, body),
        }
        return self._taken(self.post(body.encode(), {"Content-Type": "application/json", **headers}))

    def told(self, contract: int) -> str:
        """Sends a webhook as a form, with the secret in a header, and gives the id of the hint that it became."""
        return self._taken(self.post({"contrato_id": str(contract)}, {"X-Webhook-Secret": self.secret}))

    def post(self, body: bytes | Mapping[str, str], headers: Mapping[str, str], address: str = "") -> requests.Response:
        """The answer to a webhook. A mapping is sent as a form."""
        response = requests.post(address or self.address, data=body, headers=dict(headers), timeout=_PATIENCE_SECONDS)
        if response.status_code >= 500:
            message = f"O webhook respondeu {response.status_code}; veja .local/logs/SgpOnWebhook.log."
            raise NotAsItShouldBeError(message)
        return response

    @staticmethod
    def _taken(response: requests.Response) -> str:
        if response.status_code != 200:
            raise NotAsItShouldBeError(f"O webhook deveria ser aceito, e respondeu {response.status_code}.")
        return str(response.json()["hint"])

    def lines(self, **wanted: str) -> list[Json]:
        """Lines of the connection's log, the newest first."""
        return list(self.api.every(LOGS, connection=self.connection, **wanted))

    def line(self, hint: str, on_its_way: Collection[str] = _ON_ITS_WAY) -> Json:
        """A hint's line in the log, once it has left these states."""

        def found() -> Json | None:
            refusal = self.api.refusal("GET", self._hint(hint))
            line: Json | None = None if refusal else self.api.get(self._hint(hint))
            return line if line and line["outcome"] not in on_its_way else None

        return self.soon(f"o aviso {hint} no log", found)

    def _hint(self, hint: str) -> str:
        return f"{self.path}/hints/{hint}"

    def soon(self, what: str, find: Callable[[], _Found | None]) -> _Found:
        """What is found before long. Raises NotAsItShouldBeError where it isn't."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while (found := find()) is None:
            if time.monotonic() > end:
                message = f"Em {_PATIENCE_SECONDS} s não se viu: {what}; veja .local/logs/SgpOnQueue.log."
                raise NotAsItShouldBeError(message)
            time.sleep(_POLL_SECONDS)
        return found

    def until_quiet(self) -> None:
        """Waits until nothing is in the queue of hints, nor in a worker's hands."""
        sqs, url = self.stage.stack.client("sqs"), self.stage.stack.outputs["SgpQueue"]

        def empty() -> bool | None:
            counts = sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            )["Attributes"].values()
            return True if not any(map(int, counts)) else None

        self.soon("a fila de avisos vazia", empty)

    def tick(self) -> None:
        """The one-minute schedule, now."""
        if self.stage.stack.fire_schedule("SgpOnSchedule").failed:
            message = "A função SgpOnSchedule terminou em erro; veja .local/logs/SgpOnSchedule.log."
            raise NotAsItShouldBeError(message)

    def count_anew(self) -> None:
        """What both vendors are asked is counted from zero; faults end too."""
        self.sgp.reset()
        self.ozmap.reset()

    def check_writes(self, number: int) -> None:
        """Checks how often was written to OZmap since counting began."""
        self.stage.check("Escritas no OZmap", self.ozmap.state()["writes"], number)

    def contract(self, number: int) -> Json:
        """A contract as SGP has it."""
        return next(row for row in self.sgp.rows("contracts") if row["id"] == number)

    def change(self, number: int, **columns: Any) -> None:
        """Somebody changes a contract in SGP."""
        self.sgp.edit("contracts", change={str(number): columns})

    def home_of(self, contract: int) -> Home | None:
        """The property that the contract's client is in."""
        return next((home for home in self._homes() if home.client.startswith(f"{contract} ")), None)

    def home(self, number: str) -> Home | None:
        """A property by its id."""
        return next((home for home in self._homes() if home.id == number), None)

    def _homes(self) -> list[Home]:
        boxes = {row["id"]: row["name"] for row in self.ozmap.rows("boxes")}
        return [_home(row, boxes) for row in self.ozmap.rows("properties")]

    def compare(self, before: Home | None, after: Home | None) -> None:
        """Shows a property before and after; at least one of them is there."""
        was, now = (home.lines() if home else {} for home in (before, after))
        names = was or now
        lines = ((name, was.get(name) or "–", now.get(name) or "–") for name in names)
        self.console.print(rows(("No OZmap", "Antes", "Depois"), lines))

    def show(self, *lines: Json) -> None:
        """Shows lines of the log; of what the brake holds nothing was done yet."""
        titles = ("Contrato", "Aviso", "Resultado", "O que foi feito, ou por quê", "Porta liberada")
        cells = (
            (
                line["label"] or line["record"] or "–",
                line["cause_title"],
                line["outcome_title"],
                "–" if line["outcome"] == "held" else line["reason"] or line["action_title"] or "–",
                "–" if line["outcome"] == "held" else ", ".join(line["freed"]) or "–",
            )
            for line in lines
        )
        self.console.print(rows(titles, cells))


def _home(row: Json, boxes: Mapping[str, str]) -> Home:
    client, held = row["client"], (row["connections"] or [None])[0]
    place = f"{boxes[row['box']]}, {held['name']}, porta {held['port']}" if held else ""
    return Home(
        id=row["id"],
        address=row["address"],
        place=place,
        client=f"{client['code']} – {client['name']}" if client else "",
        situation=_SITUATIONS[client["status"]] if client else "",
        port=(held["id"], held["port"]) if held else None,
    )
