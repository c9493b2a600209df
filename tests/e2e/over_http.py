"""Who calls the local stack's API over HTTP, and an office as the API and the vendors show it.

Every answer that a caller gets is held against the document that the stack serves.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import Any, TypeVar

import requests
import schemathesis
from requests.structures import CaseInsensitiveDict
from schemathesis.checks import CHECKS, load_all_checks

from local.calls import Right
from local.demo_stage import Vendor
from local.stack import Stack

SECONDS = 40  # for an answer, and for a run
USERS, COMPANIES, INITIAL = "sincronizar_usuarios", "sincronizar_empresas", "sincronizacao_inicial"
CONNECTIONS = "/integrations/zen/connections"
WORKBOOK = "cadastros-a-corrigir.xlsx"
HELD = (  # what holds of every answer, whatever was asked
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)

Json = dict[str, Any]
Query = Mapping[str, str | int]
Result = TypeVar("Result")

_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """What a caller sees."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: Any

    @property
    def code(self) -> str:
        """The code of the problem that it tells of."""
        return str(self.body["code"])


class Document:
    """The API's OpenAPI document: answers are what it says of them, or an error."""

    def __init__(self, served: Json) -> None:
        load_all_checks()
        self.checks: list[Any] = CHECKS.get_by_names(HELD)
        self.schema = schemathesis.openapi.from_dict(served)
        paths = sorted(served["paths"], key=lambda path: str(path).count("{"))
        self._paths = {re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)): path for path in paths}

    def hold(self, method: str, path: str, answer: requests.Response) -> None:
        """Raises where the answer isn't one that the operation is said to give."""
        described, found = next(
            (described, found) for form, described in self._paths.items() if (found := form.fullmatch(path))
        )
        case = self.schema[described][method].Case(path_parameters=found.groupdict())
        case.validate_response(answer, checks=self.checks)


@dataclass(frozen=True)
class Caller:
    """Somebody with a token."""

    stack: Stack
    document: Document
    token: str

    def says(
        self, method: str, path: str, body: Json | None = None, *, key: str = "", query: Query | None = None
    ) -> Answer:
        """An answer, not followed elsewhere."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        answer = requests.request(
            *(method, f"{self.stack.api_url}{path}"),
            params=query,
            json=body,
            headers=headers,
            timeout=SECONDS,
            allow_redirects=False,
        )
        self.document.hold(method, path, answer)
        return Answer(answer.status_code, answer.headers, answer.json() if answer.content else None)

    def get(self, path: str, **query: str | int) -> Any:
        """What is there."""
        answer = self.says("GET", path, query=query)
        assert answer.status == 200, answer.body
        return answer.body

    def post(self, path: str, body: Json | None = None, status: int = 201) -> Any:
        """What was made or done."""
        answer = self.says("POST", path, body)
        assert answer.status == status, answer.body
        return answer.body

    def every(self, path: str, **query: str | int) -> Iterator[Json]:
        """All of a list, in small pages."""
        page = self.get(path, **query, limit=7)
        yield from page["items"]
        while page["next"]:
            page = self.get(path, **query, limit=7, cursor=page["next"])
            yield from page["items"]

    def with_role(self, role: str) -> Caller:
        """Somebody with a new token of that role."""
        made = self.post("/tokens", {"description": f"Teste ({role})", "role": role})
        return Caller(self.stack, self.document, made["token"])

    @property
    def id(self) -> str:
        """Of the caller's token."""
        return str(self.get("/tokens/current")["id"])


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """What each of the acts gives, all begun at the same moment."""
    barrier = Barrier(len(acts))

    def begin(act: Callable[[], Result]) -> Result:
        barrier.wait(SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


def until(look: Callable[[], Result], arrived: Callable[[Result], bool]) -> Result:
    """What is seen, once it is as it should be."""
    end = time.monotonic() + SECONDS
    while not arrived(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.03)
    return seen


def logged(caller: Caller, connection: str, hint: str, *states: str) -> Json:
    """A line of the log of hints, once it is at its end, or where it is said to be. `connection`: its path."""

    def arrived(answer: Answer) -> bool:
        if answer.status == 404:  # what a webhook has queued, and nobody has taken yet
            return False
        outcome = answer.body["outcome"]
        return outcome in states if states else outcome not in {"working", "waiting", "held"}

    found: Json = until(lambda: caller.says("GET", f"{connection}/hints/{hint}"), arrived).body
    return found


@contextmanager
def rights_used(stack: Stack, *functions: str) -> Iterator[Counter[Right]]:
    """What the functions call within the context: rights with their number, once it has ended."""
    used = Counter[Right]()
    before = stack.calls().rights
    yield used
    after = stack.calls().rights
    after.subtract(before)
    used.update({right: number for right, number in after.items() if number and right.caller in functions})


class Office:
    """A new connection from the stack's Questor to its Zen, as an operator works with it.

    Questor starts over, and Zen is emptied: what another connection's tests mended or left is nothing of this one's.
    """

    def __init__(self, administrator: Caller) -> None:
        self.administrator = administrator
        self.stack = administrator.stack
        self.id = f"escritorio-{next(_numbers)}"
        self.path = f"{CONNECTIONS}/{self.id}"
        self.questor, self.zen, self.tareffa = (
            Vendor(str(self.stack.vendors[name]["url"])) for name in ("questor", "zen", "tareffa")
        )
        self.questor.start_over()
        self.clear()
        self.definition = definition(self.stack, self.id)
        administrator.post(CONNECTIONS, self.definition)
        self.operator = administrator.with_role("operator")

    def clear(self) -> None:
        """No faults, and nothing in the targets."""
        for vendor in (self.questor, self.zen, self.tareffa):
            vendor.reset()
        for kind in ("users", "companies"):
            self.zen.edit(kind, remove=[row["Codigo"] for row in self.zen.rows(kind)])
            self.tareffa.edit(kind, remove=[row["id"] for row in self.tareffa.rows(kind)])

    def start(self, flow: str, mode: str, **filters: Any) -> Json:
        """A run, begun."""
        run: Json = self.operator.post(f"{self.path}/runs", {"flow": flow, "mode": mode, "filters": filters})
        return run

    def sync(self, flow: str, mode: str = "apply", **filters: Any) -> Json:
        """A run, as it ends or waits for a person."""
        return self.ended(self.start(flow, mode, **filters))

    def ended(self, run: Json) -> Json:
        """The run, done or at the brake."""
        return self.until(run, lambda run: run["phase"] in {"done", "brake"})

    def until(self, run: Json, arrived: Callable[[Json], bool]) -> Json:
        """The run, once it has arrived."""
        end = time.monotonic() + SECONDS
        while not arrived(run := self.administrator.get(run["url"])):
            assert time.monotonic() < end, f"still {run['phase']} at {run['position']} of {run['planned']}"
            time.sleep(0.03)
        return run

    def notification(self, run: Json) -> Json:
        """The run's notification."""
        found: Json = self.administrator.get(f"/notifications/{run['connection']}/{run['run_id']}")
        return found

    def outcomes(self, run: Json, **query: str) -> list[Json]:
        """What the run did."""
        return list(self.administrator.every(f"{run['url']}/outcomes", **query))

    def runs(self) -> list[Json]:
        """The connection's runs of this month."""
        return list(self.administrator.every(f"{self.path}/runs"))

    def sendable(self) -> list[Json]:
        """Questor's users whose e-mail is there and nobody else's."""
        users = self.questor.users()
        emails = [user["EMAIL"] for user in users]
        return [user for user in users if user["EMAIL"] and emails.count(user["EMAIL"]) == 1]


def definition(stack: Stack, connection: str) -> Json:
    """What a connection to all of an office's simulators is made with."""
    vendors = {name: stack.vendors[name] for name in ("questor", "zen", "tareffa")}
    return {
        "id": connection,
        "name": "Escritório Aurora",
        "responsible": "ana.moreira@contabilaurora.example",
        "settings": {f"{name}_address": vendor["url"] for name, vendor in vendors.items()},
        "secret": {f"{name}_token": vendor["token"] for name, vendor in vendors.items()}
        | {"administrator_access_key": "chave-do-usuario-0"},
    }
