"""Zen's routes: the real handler in this process, on the office's AWS server and simulators, and who calls it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.office_on_aws import CONNECTION, Context, OfficeOnAws, Sandbox, event, product_modules

BASE = "/integrations/zen/connections"
ONE = f"{BASE}/{CONNECTION}"
RUNS = f"{ONE}/runs"


@dataclass
class Answer:
    """An HTTP answer as the handler gave it, with its body read."""

    status: int
    headers: dict[str, str]
    body: Any


class ZenHttp:
    """An execution environment of zen.on_http, and a token for each role. Keeps all that it answered."""

    def __init__(self, office: OfficeOnAws, sandbox: Sandbox | None = None) -> None:
        self.office = office
        self.sandbox = sandbox or office.sandbox
        self.on_http = self.sandbox.imported("zen.on_http")
        self.sandbox.imported("sincronia.web.idempotency")
        self.answered: list[str] = []
        self.tokens: dict[str, str] = {}

    def token(self, role: str) -> str:
        """A token of that role, made as the command makes it."""
        if role not in self.tokens:
            auth = self.sandbox.of("sincronia.auth")
            text, token = auth.made(f"Painel ({role})", auth.Role(role), None, "operator:ana")
            self.sandbox.of("sincronia.store.tokens").keep_token(token)
            self.tokens[role] = str(text)
        return self.tokens[role]

    def send(self, happening: dict[str, Any], role: str | None) -> Answer:
        """The handler's answer to an event, with the role's token in its place."""
        happening["headers"].pop("authorization", None)
        if role is not None:
            happening["headers"]["authorization"] = f"Bearer {self.token(role)}"
        others = product_modules()
        sys.modules |= self.sandbox.modules  # for what is imported when it is first needed
        try:
            answer = self.on_http.handler(happening, Context(29))
        finally:
            sys.modules |= others
        self.answered.append(json.dumps(answer, ensure_ascii=False))
        body = answer["body"]
        return Answer(answer["statusCode"], answer["headers"], json.loads(body) if body else None)

    def call(
        self,
        method: str,
        path: str,
        *,
        role: str | None = "operator",
        body: Any = None,
        key: str = "",
        **query: Any,
    ) -> Answer:
        """The answer to a request that is like an example but for what is given."""
        happening = event("zen/on_http/start_run" if body is not None else "zen/on_http/read_run")
        happening["headers"].pop("idempotency-key", None)
        if key:
            happening["headers"]["idempotency-key"] = key
        happening |= {"rawPath": path, "rawQueryString": urlencode(query)}
        if query:
            happening["queryStringParameters"] = dict(parse_qsl(happening["rawQueryString"], keep_blank_values=True))
        happening["requestContext"]["http"] |= {"method": method, "path": path}
        if body is not None:
            happening["body"] = body if isinstance(body, str) else json.dumps(body)
        return self.send(happening, role)

    def get(self, path: str, **query: Any) -> Any:
        """What a reader is answered, whose request is fine."""
        answer = self.call("GET", path, role="reader", **query)
        assert answer.status == 200, answer
        return answer.body

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        """What an operator is answered."""
        return self.call("POST", path, body=body, **more)

    def started(self, flow: str = "sincronizar_usuarios", mode: str = "preview", **body: Any) -> Any:
        """A run that is asked for, worked off, as it then stands."""
        answer = self.post(RUNS, {"flow": flow, "mode": mode, **body})
        assert answer.status == 201, answer
        return self.worked_off(answer.body)

    def worked_off(self, run: Any) -> Any:
        """A run after every message was delivered."""
        while self.office.deliver():
            pass
        return self.get(run["url"])


def applied(http: ZenHttp, preview: Any, *deselected: tuple[str, str]) -> Any:
    """A preview, applied without the deselected (lane, source id) and worked off; gives the run."""
    body = {"deselected": [{"lane": lane, "source_id": source_id} for lane, source_id in deselected]}
    answer = http.post(f"{preview['url']}/apply", body)
    assert answer.status == 201, answer
    return http.worked_off(answer.body)


def outcomes(http: ZenHttp, run: Any, **query: Any) -> list[dict[str, Any]]:
    """A run's outcomes, as the API gives them."""
    items: list[dict[str, Any]] = http.get(f"{run['url']}/outcomes", limit=100, **query)["items"]
    return items
