"""What all simulators share: a real HTTP server, a journal of requests, faults on demand and a control path.

The control path is for those in other processes: `GET /_simulator/state`, `POST /_simulator/reset` (journal and
faults), `POST /_simulator/start-over` (the data too), `POST /_simulator/faults` (a list of them; an empty list clears),
`GET` and `POST /_simulator/rows/<kind>`, with `/_simulator/users` for `rows/users`, and what a vendor's people do,
where a simulator has them: `POST /_simulator/<what they do>`.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from werkzeug.wrappers import Request, Response

from local.vendors.faults import TRANSPORT, Fault, Faults, Kind
from local.vendors.http import HttpServer

_CONTROL = "/_simulator/"
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the journal. `status` 0: the connection broke before an answer."""

    method: str
    operation: str
    status: int
    subject: str


class Simulator(ABC):
    """A vendor on 127.0.0.1. As a context manager it serves in a thread of its own."""

    SUBJECTS = "resources"  # what the vendor calls the things that requests are about

    def __init__(self, port: int = 0) -> None:
        self.faults = Faults()
        self.lock = threading.RLock()  # over the simulator's data
        self.requests: Counter[str] = Counter()  # by operation
        self.subjects: Counter[str] = Counter()  # requests by what they are about
        self.applied: Counter[str] = Counter()  # writes that took effect, by operation
        self.journal: deque[Entry] = deque(maxlen=10_000)
        self._server = HttpServer(self._serve, port)
        self.url = self._server.url  # as a person would configure it

    @abstractmethod
    def operation(self, request: Request) -> str:
        """What is asked for, as the journal names it: list, find, create, update, correct, delete or unknown."""

    @abstractmethod
    def subject(self, request: Request) -> str:
        """The consultation or resource that the request is about; empty where it is about none."""

    @abstractmethod
    def handle(self, operation: str, request: Request) -> Response:
        """Does what was asked, under the lock."""

    @abstractmethod
    def lay_out(self) -> None:
        """Lays out the data that the vendor begins with, in place of what there is."""

    @abstractmethod
    def rows(self, kind: str) -> list[dict[str, Any]]:
        """All rows of a kind as the vendor keeps them, by key. Raises KeyError where there is no such kind."""

    @abstractmethod
    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """Changes rows by hand: `{"add": [row], "change": {key: columns}, "remove": [key]}`.

        A key is a code, "12", or those of a company and of its own, "12/3". Raises KeyError and ValueError.
        """

    def acts(self) -> Mapping[str, Callable[..., Any]]:
        """What the vendor's people do, by name: each takes the fields of a control request and gives JSON.

        They are done outside of the lock. They may raise KeyError, TypeError and ValueError.
        """
        return {}

    def users(self) -> list[dict[str, Any]]:
        """All users as the vendor keeps them."""
        return self.rows("users")

    def took_effect(self, operation: str, response: Response) -> bool:
        """Whether the answer says that a write was done."""
        return operation not in {"list", "find"} and response.status_code < 400

    @property
    def reads(self) -> int:
        """Requests received that only read."""
        return self.requests["list"] + self.requests["find"]

    @property
    def writes(self) -> int:
        """Requests received that write."""
        return sum(self.requests[operation] for operation in ("create", "update", "correct", "delete"))

    def state(self) -> dict[str, Any]:
        """The counters, for whoever looks on from outside."""
        return {
            "requests": dict(self.requests),
            "applied": dict(self.applied),
            "reads": self.reads,
            "writes": self.writes,
            "faults": self.faults.waiting(),
            self.SUBJECTS: dict(self.subjects),
        }

    def reset(self) -> None:
        """Forgets the journal, the counters and the faults; keeps the data."""
        with self.lock:
            self.requests.clear()
            self.subjects.clear()
            self.applied.clear()
            self.journal.clear()
        self.faults.clear()

    def start_over(self) -> None:
        """Everything as at the start, the data too."""
        with self.lock:
            self.lay_out()
        self.reset()

    def __enter__(self) -> Self:
        self._server.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.end()

    def serve(self, **credentials: str) -> None:
        """Serves until SIGTERM or Ctrl-C, after one line of JSON on stdout: `url` and the credentials."""

        def leave(_number: int, _frame: object) -> None:
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        print(json.dumps({"url": self.url, **credentials}), flush=True)
        try:
            self._server.serve()
        finally:
            self._server.close()

    def page(self, keys: list[_Key], start: int, length: int, request: Request) -> tuple[list[_Key], int, int | None]:
        """A page's keys, the declared total, and the place of the row to break, as the faults of listings have it."""
        befallen = (request.method, self.operation(request), self.subject(request))
        declared = len(keys)
        if self.faults.take({Kind.EMPTY}, *befallen):
            keys, declared = [], 0
        cut = self.faults.take({Kind.CUT_SHORT}, *befallen)
        page = keys[start : min(start + length, cut.keep) if cut else start + length]
        broken = self.faults.take({Kind.MALFORMED_RECORD}, *befallen)
        return page, declared, min(broken.position, len(page) - 1) if broken and page else None

    def _serve(self, request: Request) -> Response | None:
        if request.path.startswith(_CONTROL):
            return self._control(request)
        operation, subject = self.operation(request), self.subject(request)
        with self.lock:
            self.requests[operation] += 1
            if subject:
                self.subjects[subject] += 1
        response = self._answer(operation, subject, request)
        with self.lock:
            self.journal.append(Entry(request.method, operation, response.status_code if response else 0, subject))
        return response

    def _answer(self, operation: str, subject: str, request: Request) -> Response | None:
        """The answer, or None where the connection is to break."""
        late = self.faults.take({Kind.LATENCY}, request.method, operation, subject)
        if late:
            time.sleep(late.seconds)
        fault = self.faults.take(TRANSPORT, request.method, operation, subject)
        if fault and fault.kind in {Kind.LOST_ANSWER, Kind.WRONG_CONTENT_TYPE}:
            self._done(operation, request)
            return None if fault.kind == Kind.LOST_ANSWER else _page_of_html()
        return _faulty(fault) if fault else self._done(operation, request)

    def _done(self, operation: str, request: Request) -> Response:
        with self.lock:
            response = self.handle(operation, request)
            if self.took_effect(operation, response):
                self.applied[operation] += 1
        return response

    def _control(self, request: Request) -> Response:
        path = request.path.removeprefix(_CONTROL)
        act = self.acts().get(path) if request.method == "POST" else None
        if act is not None:
            return _controlled(lambda: act(**json.loads(request.get_data() or b"{}")))
        kind = "users" if path == "users" else path.removeprefix("rows/")
        routes: dict[tuple[str, str], Callable[[], Any]] = {
            ("GET", "state"): self.state,
            ("POST", "reset"): self.reset,
            ("POST", "start-over"): self.start_over,
            ("POST", "faults"): lambda: self._set_faults(request.get_json()),
        }
        if path in {"users", f"rows/{kind}"}:
            routes["GET", path] = lambda: self.rows(kind)
            routes["POST", path] = lambda: self.edit(kind, request.get_json())
        route = routes.get((request.method, path))
        if route is None:
            return answered({"error": "no such control path"}, 404)
        with self.lock:
            return _controlled(route)

    def _set_faults(self, faults: list[dict[str, Any]]) -> None:
        if not faults:
            self.faults.clear()
        self.faults.set(*(Fault.from_json(values) for values in faults))


def answered(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer of JSON."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, content_type="application/json; charset=utf-8")


def _controlled(act: Callable[[], Any]) -> Response:
    try:
        return answered(act())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return answered({"error": repr(error)}, 400)


def _faulty(fault: Fault) -> Response | None:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.kind == Kind.RESET:
        return None
    if fault.kind == Kind.BUSY:
        return Response("", 429, headers)
    if fault.kind == Kind.REDIRECT:
        return Response("", 302, {"Location": fault.location})
    return Response("", fault.status, headers)


def _page_of_html() -> Response:
    return Response("<!doctype html><title>Manutenção</title><p>Voltamos já.", 200, content_type="text/html")
