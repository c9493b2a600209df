"""The hub's real handler in this process, on the AWS server, and who calls it."""

from __future__ import annotations

import importlib
import json
import logging
import os
import urllib.request
from collections import Counter
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local.calls import CALLS_PATH, Record
from tests.office_on_aws import START, AwsServer, Context, event, in_place_of_the_tests_own

PRODUCT = ("sincronia", "hub")
NO_STORE = {"Cache-Control": "no-store"}
VARIED = {"Vary": "Accept, Cookie"}  # a page to who would rather have one
JSON = NO_STORE | VARIED | {"Content-Type": "application/json"}
PROBLEM = NO_STORE | VARIED | {"Content-Type": "application/problem+json"}
PLAIN_PROBLEM = NO_STORE | {"Content-Type": "application/problem+json"}  # of what has no page
CHALLENGE = PROBLEM | {"WWW-Authenticate": "Bearer"}
ONE_TOKEN = Counter({("dynamodb:GetItem", "tokens"): 1})


@dataclass
class Answer:
    """An HTTP answer as the handler gave it, with its body read."""

    status: int
    headers: dict[str, str]
    body: Any


def problem(status: int, title: str, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a problem."""
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}


class Hub:
    """A fresh execution environment of the hub, with a clock to move."""

    def __init__(self, aws: AwsServer, *, renew: bool = True) -> None:
        if renew:
            aws.emptied()
        self.aws = aws
        self.now = START
        self.modules = self._imported()
        self.of("sincronia.clock").now = lambda: self.now

    @staticmethod
    def _imported() -> dict[str, ModuleType]:
        loggers = logging.root.manager.loggerDict
        for name in [name for name in loggers if name.split(".")[0] in PRODUCT]:
            del loggers[name]
        found: dict[str, ModuleType] = {}
        with in_place_of_the_tests_own(found):
            for name in (
                "hub.on_http",
                "sincronia.store.registering",
                "sincronia.web.idempotency",
                "sincronia.web.pages",
                "sincronia.web.session",
            ):
                importlib.import_module(name)
        return found

    def another(self) -> Hub:
        """A second execution environment on the same tables."""
        return Hub(self.aws, renew=False)

    def of(self, name: str) -> Any:
        """One of the product's modules as this environment has it."""
        return self.modules[name]

    def token(self, role: str = "administrator", days: int | None = None, by: str = "operator:ana") -> str:
        """A token that works, made as the command makes it."""
        auth = self.of("sincronia.auth")
        text, token = auth.made(f"Token de {role}", auth.Role(role), days, by)
        self.of("sincronia.store.tokens").keep_token(token)
        return str(text)

    def send(self, happening: dict[str, Any], token: str | None) -> Answer:
        """The handler's answer to an event, with a token in its place."""
        happening["headers"].pop("authorization", None)
        if token is not None:
            happening["headers"]["authorization"] = f"Bearer {token}"
        answer = self.handled(happening)
        body = answer["body"]
        return Answer(answer["statusCode"], answer["headers"], json.loads(body) if body else None)

    def handled(self, happening: dict[str, Any]) -> dict[str, Any]:
        """The handler's answer to an event, as it gives it."""
        with in_place_of_the_tests_own(self.modules):  # for what is imported when it is first needed
            answer: dict[str, Any] = self.of("hub.on_http").handler(happening, Context(29))
        assert answer["isBase64Encoded"] is False
        return answer

    def call(
        self,
        method: str,
        path: str,
        token: str | None,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """The answer to a request that is like an example but for what is given."""
        happening = event("hub/on_http/create_token" if body is not None else "hub/on_http/list_connections")
        happening["headers"].pop("idempotency-key", None)
        happening["headers"] |= headers or {}
        happening |= {"rawPath": path, "rawQueryString": urlencode(query)}
        if query:
            happening["queryStringParameters"] = dict(parse_qsl(happening["rawQueryString"], keep_blank_values=True))
        happening["requestContext"]["http"] |= {"method": method, "path": path}
        if body is not None:
            happening["body"] = body if isinstance(body, str) else json.dumps(body)
        return self.send(happening, token)

    def calls(self) -> Counter[tuple[str, str]]:
        """The AWS calls since the last time: (action, table or index), by the names that the code has."""
        request = urllib.request.Request(f"{self.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            record = Record.from_json(answer.read())
        names = {
            os.environ[name]: name.removesuffix("_TABLE").lower() for name in os.environ if name.endswith("_TABLE")
        }
        found: Counter[tuple[str, str]] = Counter()
        for right, count in record.rights.items():
            if not right.action.startswith("dynamodb:"):
                found[right.action, right.resource] += count
                continue
            table, _, index = right.resource.rpartition(":table/")[2].partition("/index/")
            name = names.get(table, table)  # of another stack, where an earlier test had one
            found[right.action, f"{name}.{index}" if index else name] += count
        return found

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as DynamoDB writes them."""
        name = os.environ[f"{table.upper()}_TABLE"]
        return list(self.aws.dynamodb.scan(TableName=name, ConsistentRead=True)["Items"])
