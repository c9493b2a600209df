"""An internet provider as the local stack's API, its webhooks and the vendors' simulators show it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

import requests
from standardwebhooks import Webhook

from local.demo_stage import Vendor
from local.model_provider import CONNECTIONS, definition, new_webhook_secret
from local.vendors.ozmap_kinds import CLIENTS, PROPERTIES
from tests.e2e.over_http import SECONDS, Caller, Json, logged, until

LOGS, STATUSES = "/integrations/sgp/logs", "/integrations/sgp/statuses"

_numbers = count(1)


class Provider:
    """A new connection from the stack's SGP to its OZmap, as an operator works with it, and who sends it webhooks.

    Both vendors start over: what another connection's tests left cancelled would be this one's to remove.
    """

    def __init__(self, administrator: Caller, *, every_minutes: int | None = None, **settings: Any) -> None:
        self.administrator = administrator
        self.stack = administrator.stack
        self.id = f"provedor-{next(_numbers)}"
        self.path = f"{CONNECTIONS}/{self.id}"
        self.sgp, self.ozmap = (Vendor(str(self.stack.vendors[name]["url"])) for name in ("sgp", "ozmap"))
        for vendor in (self.sgp, self.ozmap):
            vendor.start_over()
        self.secret = new_webhook_secret()
        periods = {"conferir_contratos": every_minutes, "ler_potencia": None}
        self.definition: Json = definition(self.stack.vendors, self.secret, periods) | {"id": self.id}
        self.definition["settings"] |= settings
        administrator.post(CONNECTIONS, self.definition)
        self.operator = administrator.with_role("operator")
        self.webhook = str(administrator.get(f"{self.path}/webhook")["url"])

    def sent(self, contract: int | str, headers: dict[str, str] | None = None) -> requests.Response:
        """The answer to a webhook about a contract; the secret is shown unless other headers are given."""
        shown = {"Authorization": f"Bearer {self.secret}"} if headers is None else headers
        return self._posted(json.dumps({"evento": "alterar_status", "contrato": {"id": contract}}), shown)

    def signed(self, contract: int | str, event_id: str, secret: str = "") -> requests.Response:
        """The same, signed."""
        body, moment = json.dumps({"contrato": contract}), datetime.now(UTC)
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(event_id, moment, body),
        }
        return self._posted(body, headers)

    def _posted(self, body: str, headers: dict[str, str]) -> requests.Response:
        sent = {"Content-Type": "application/json", **headers}
        return requests.post(self.webhook, data=body.encode(), headers=sent, timeout=SECONDS)

    def told(self, contract: int | str) -> Json:
        """The line that a webhook about a contract ends in."""
        answer = self.sent(contract)
        assert answer.status_code == 200, answer.text
        return self.line(answer.json()["hint"])

    until = staticmethod(until)

    def line(self, hint: str, *states: str) -> Json:
        """A line of the log, once it is at its end, or where it is said to be."""
        return logged(self.operator, self.path, hint, *states)

    def lines(self, **query: str | int) -> list[Json]:
        """Lines of the log, the newest first."""
        return list(self.operator.every(LOGS, connection=self.id, **query))

    def asked(self, path: str, body: Json | None = None) -> Json:
        """The line of what a person asks for, at its end."""
        made = self.operator.post(f"{self.path}{path}", body, 202)
        return self.line(made["hint"])

    def put(self, table: str, change: str, values: Any, **key: str) -> None:
        """Changes a row of the connection by hand, where a test can't wait for what time would do."""
        self.stack.client("dynamodb").update_item(
            TableName=self.stack.outputs[table],
            Key={"connection": {"S": self.id}, **{name: {"S": value} for name, value in key.items()}},
            UpdateExpression=change,
            ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
        )

    def tick(self) -> None:
        """The schedule's tick."""
        assert not self.stack.fire_schedule("SgpOnSchedule").failed

    def day_ends(self, run_id: str) -> None:
        """What midnight would do to a day's run."""
        self.put("RunsTable", "SET wake_at = :now", {":now": int(time.time())}, run_id=run_id)
        self.tick()

    def suspend(self, contract: int) -> None:
        """Its status in SGP is another one."""
        self.change(contract, status=4)

    def change(self, contract: int, **columns: Any) -> None:
        """Changes a contract in SGP."""
        self.sgp.edit("contracts", change={str(contract): columns})

    def client(self, contract: int) -> Json | None:
        """The client in OZmap of that contract."""
        return next((row for row in self.ozmap.rows(CLIENTS) if row["code"] == str(contract)), None)

    def mapped(self) -> list[int]:
        """Contracts that are active, and in OZmap on a property, as SGP has them."""
        there = {row["client"]["code"] for row in self.ozmap.rows(PROPERTIES) if row["client"]}
        return [row["id"] for row in self.sgp.rows("contracts") if row["status"] == 1 and str(row["id"]) in there]
