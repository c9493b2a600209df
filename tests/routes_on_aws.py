"""An integration's routes: the real handler in this process, on the AWS server, and who calls it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.office_on_aws import Context, Sandbox, event, product_modules

BROWSER = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "host": "abcdefghij.execute-api.sa-east-1.amazonaws.com",
    "x-forwarded-proto": "https",
}


@dataclass
class Answer:
    """An HTTP answer as the handler gave it, with its body read; a page's is its text."""

    status: int
    headers: dict[str, str]
    body: Any
    cookies: list[str] = field(default_factory=list)


class RoutesOnAws:
    """An execution environment of an integration's on_http, and a token for each role. Keeps all that it answered.

    asking, sending: the integration's examples of a request without a body, and of one with it.
    """

    def __init__(self, sandbox: Sandbox, integration: str, *, asking: str, sending: str) -> None:
        self.sandbox = sandbox
        self.integration = integration
        self.asking, self.sending = asking, sending
        self.on_http = sandbox.imported(f"{integration}.on_http")
        sandbox.imported("sincronia.web.idempotency")
        self.answered: list[str] = []
        self.tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}  # of the tokens, by role

    def token(self, role: str) -> str:
        """A token of that role, made as the command makes it."""
        if role not in self.tokens:
            auth = self.sandbox.of("sincronia.auth")
            text, token = auth.made(f"Painel ({role})", auth.Role(role), None, "operator:ana")
            self.sandbox.of("sincronia.store.tokens").keep_token(token)
            self.tokens[role], self.ids[role] = str(text), str(token.id)
        return self.tokens[role]

    def send(self, happening: dict[str, Any], role: str | None) -> Answer:
        """The handler's answer to an event, with the role's token in its place."""
        happening["headers"].pop("authorization", None)
        if role is not None:
            happening["headers"]["authorization"] = f"Bearer {self.token(role)}"
        return self.handled(happening)

    def handled(self, happening: dict[str, Any]) -> Answer:
        """The handler's answer to an event as it is."""
        others = product_modules()
        sys.modules |= self.sandbox.modules  # for what is imported when it is first needed
        try:
            answer = self.on_http.handler(happening, Context(29))
        finally:
            sys.modules |= others
        self.answered.append(json.dumps(answer, ensure_ascii=False))
        body = answer["body"]
        is_json = "json" in answer["headers"].get("Content-Type", "")
        return Answer(
            answer["statusCode"],
            answer["headers"],
            json.loads(body) if is_json else body or None,
            answer.get("cookies", []),
        )

    def request(self, method: str, path: str, *, body: Any = None, key: str = "", **query: Any) -> dict[str, Any]:
        """A request's event that is like an example but for what is given."""
        happening = event(f"{self.integration}/on_http/{self.sending if body is not None else self.asking}")
        happening["headers"].pop("idempotency-key", None)
        if key:
            happening["headers"]["idempotency-key"] = key
        happening |= {"rawPath": path, "rawQueryString": urlencode(query)}
        if query:
            happening["queryStringParameters"] = dict(parse_qsl(happening["rawQueryString"], keep_blank_values=True))
        happening["requestContext"]["http"] |= {"method": method, "path": path}
        if body is not None:
            happening["body"] = body if isinstance(body, str) else json.dumps(body)
        return happening

    def call(self, method: str, path: str, *, role: str | None = "operator", **more: Any) -> Answer:
        """The answer to a request: its body, key and query are what is given."""
        return self.send(self.request(method, path, **more), role)

    def get(self, path: str, **query: Any) -> Any:
        """What a reader is answered, whose request is fine."""
        answer = self.call("GET", path, role="reader", **query)
        assert answer.status == 200, answer
        return answer.body

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        """What an operator is answered."""
        return self.call("POST", path, body=body, **more)

    def page(self, path: str, role: str = "operator", **query: Any) -> Answer:
        """What somebody's browser is answered who has signed in."""
        happening = self.request("GET", path, **query)
        happening["headers"] = dict(BROWSER)
        happening["cookies"] = [self.session(role)]
        return self.handled(happening)

    def drawn(self, path: str, role: str = "operator", **query: Any) -> str:
        """The page that somebody's browser is answered, its text as people read it."""
        answer = self.page(path, role, **query)
        assert answer.status == 200, answer
        return unescape(re.sub(r"\s+", " ", answer.body))

    def sent(self, path: str, role: str = "operator", **fields: Any) -> Answer:
        """What a form of a page is answered."""
        cookie = self.session(role)
        form_token = self.sandbox.of("sincronia.web.session").form_token(cookie.partition("=")[2])
        happening = self.request("POST", path, body=urlencode({"form_token": form_token, **fields}, doseq=True))
        happening["headers"] = BROWSER | {
            "origin": f"https://{BROWSER['host']}",
            "content-type": "application/x-www-form-urlencoded",
        }
        happening["cookies"] = [cookie]
        return self.handled(happening)

    def session(self, role: str) -> str:
        """The cookie of a session, as browsers send it."""
        self.token(role)
        self.sandbox.imported("sincronia.web.pages")
        cookie = self.sandbox.imported("sincronia.web.session").begun(self.ids[role])
        return f"{cookie.name}={cookie.value}"
