"""OZmap, simulated: the map of a fibre network, with its projects, boxes, splitters, properties and clients.

Documented (the schemas and the source of the vendor's SDK, and bodies in its documentation): the paths under /api/v2,
the raw key as `Authorization`, `users/login`, filter and sort as a JSON body on a GET, the shape of a page, the fields
of objects, 404 for what isn't there, `connector` and `port` on a property, occupancy in `connectables.output`.
Seen in live callers: `Bearer ` before the key, filter and sort as JSON in the query, 201, POST ftth-clients.

ASSUMPTIONS, all of them:
  errors         `{"message"}`; 400 for a field that can't be, an unknown field or a reference to nothing; 409 for what
                 is taken; a filter, a sort or a paging that makes no sense is 400
  pages          100 rows unless `limit` says otherwise, 500 at most; `nextUrl` says `start`; oldest first
  filters        the inner list is OR; `like` finds a part of a text, whatever its case; `=` compares strictly, on
                 objects as they are kept (a property's `client` and `box` are ids), with dotted paths into them;
                 `exists` means more than null; the radius of `near` is in metres, 500 unless it is given;
                 `all`, `within` and `point-intersect` are refused
  answers        `select` is names with commas or blanks between, `populate` too; by id an object is as in a list
  external_id    unique within its route; on a PATCH even the object's own is refused, with 409
  updates        drop `project`, `kind`, `drop`, `parent`, `cables` without a word; the answer is the object
  batch-update   answers `{"count"}`
  defaults       those of the SDK's schemas; a box that names no pole gets one of its own
  ports          `ports[].index` is 1-based; a port counts as free where its output is null and it isn't blocked
  connecting     `connector` needs a `port`; the splitter must be of the property's box, and gives it its box where it
                 has none; a port that is taken or blocked is 409; with `force` who was there is disconnected
  auto_connect   the first free port of the box's drop splitters; false unless it is given
  disconnecting  `connector: null`; and so does another box without a connector
  coordinates    a property without any is placed on its box; one inside a building has none, and takes none (400)
  clients        a `code` is required and unique (409), and a client is in one property (409); `client: null` takes it
                 out: the client stays, without a property, and its history entry gets an `exit_date`
  deleting       a property's port becomes free and its client goes with it; with a client its history entry is closed
                 and the property stays on its port; with a box go its splitters, and its properties stay without box;
                 projects and types that are in use are 409
"""

from __future__ import annotations

import argparse
import copy
import json
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from local.vendors.ozmap_kinds import BATCHES, BOXES, CLIENTS, KINDS, PROPERTIES, SPLITTERS, Row
from local.vendors.ozmap_objects import RefusedError
from local.vendors.ozmap_seed import map_of
from local.vendors.provider import Provider, provider
from local.vendors.server import Simulator, answered

KEY = "ozmap-0123456789abcdef"  # invented, of the simulator
LOGIN, PASSWORD = "integracao", "ozmap-password"  # likewise
BASE = "/api/v2/"
_PAGE, _LARGEST_PAGE = 100, 500
_LOGIN = "users/login"
_ONE = {"GET": "find", "PATCH": "update", "DELETE": "delete"}
_MANY = {"GET": "list", "POST": "create"}


class OzmapSimulator(Simulator):
    """A provider's OZmap. Kinds of rows are the routes in KINDS; a key is an object's id."""

    def __init__(self, town: Provider | None = None, *, key: str = KEY, port: int = 0) -> None:
        super().__init__(port)
        self.key = key
        self._sessions: set[str] = set()
        self._town = town or provider()
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self._tables = map_of(self._town)

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows; as a list gives them."""
        with self.lock:
            return [self.row(kind, number) for number in self._tables.rows[kind]]

    def row(self, kind: str, number: str) -> Row:
        """One object as OZmap answers it. Raises RefusedError."""
        with self.lock:
            return copy.deepcopy(self._tables.shown(kind, number))

    def add_row(self, kind: str, fields: Row) -> str:
        """An object made by hand; gives its id. A property's `parent` is the building it is in. Raises RefusedError."""
        with self.lock:
            by_hand = {"parent": fields["parent"]} if kind == PROPERTIES and "parent" in fields else {}
            return self._tables.create(kind, fields, **by_hand)

    def change_row(self, kind: str, number: str, fields: Row) -> None:
        """Changes fields of an object by hand. Raises RefusedError."""
        with self.lock:
            self._tables.update(kind, number, fields)

    def remove_rows(self, kind: str, *numbers: str) -> None:
        """Deletes objects. Raises RefusedError."""
        with self.lock:
            for number in numbers:
                self._tables.delete(kind, number)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit. On splitters `{"occupy": {id: [port]}}` puts on ports what is no property."""
        try:
            for row in change.get("add", []):
                self.add_row(kind, row)
            for number, fields in change.get("change", {}).items():
                self.change_row(kind, number, fields)
            self.remove_rows(kind, *change.get("remove", []))
            for number, ports in change.get("occupy", {}).items():
                self.occupy(number, *ports)
        except RefusedError as error:
            raise ValueError(str(error)) from error

    def occupy(self, splitter: str, *ports: int) -> None:
        """Puts something that is no property on ports of a splitter. Raises RefusedError."""
        with self.lock:
            for port in ports:
                self._tables.occupy(splitter, port)

    def hold(self, splitter: str, port: int, address: str = "Rua sem Cliente, 1") -> str:
        """Puts a bare property on a port; gives its id. Raises RefusedError."""
        with self.lock:
            project = self._tables.row(SPLITTERS, splitter)["project"]
            return self.add_row(
                PROPERTIES, {"project": project, "address": address, "connector": splitter, "port": port}
            )

    def boxes_named(self, name: str) -> list[Row]:
        """The boxes of that name."""
        return [row for row in self.rows(BOXES) if row["name"] == name]

    def splitters_in(self, box: str) -> list[Row]:
        """The splitters of a box."""
        return [row for row in self.rows(SPLITTERS) if row["parent"] == box]

    def client_of(self, code: str) -> Row | None:
        """The client of that code."""
        return next((row for row in self.rows(CLIENTS) if row["code"] == code), None)

    def property_of(self, code: str) -> Row | None:
        """The property that the client of that code is in."""
        with self.lock:
            number = self._tables.property_of(code)
            return None if number is None else self.row(PROPERTIES, number)

    def operation(self, request: Request) -> str:
        """What a method and a path mean; a batch update is one update."""
        route, rest = _parts(request)
        if f"{route}/{rest}" == _LOGIN and request.method == "POST":
            return "login"
        if route not in KINDS:
            return "unknown"
        if rest == "batch-update":
            return "update" if request.method == "POST" and route in BATCHES else "unknown"
        return (_ONE if rest else _MANY).get(request.method, "unknown")

    def subject(self, request: Request) -> str:
        """The route, of those that there are."""
        route, _ = _parts(request)
        return route if route in KINDS else ""

    def took_effect(self, operation: str, response: Response) -> bool:
        """A login changes nothing."""
        return operation != "login" and super().took_effect(operation, response)

    def handle(self, operation: str, request: Request) -> Response:
        """Answers with the object, the page, or `message`."""
        try:
            return self._answered(operation, request)
        except RefusedError as error:
            return answered({"message": str(error)}, error.status)

    def _answered(self, operation: str, request: Request) -> Response:
        if operation == "unknown":
            raise RefusedError(404, "Rota não encontrada.")
        body = _body(request)
        if operation == "login":
            return self._logged_in(body)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in {self.key, *self._sessions}:
            raise RefusedError(401, "Não autorizado.")
        route, number = _parts(request)
        if operation in {"list", "find"}:
            return self._read(route, number, body, request)
        return self._written(operation, route, number, body)

    def _read(self, route: str, number: str, body: Row, request: Request) -> Response:
        if not number:
            return self._page(route, body, request)
        return answered(_selected(self._tables.shown(route, number, populate=_names(request, "populate")), request))

    def _written(self, operation: str, route: str, number: str, body: Row) -> Response:
        tables = self._tables
        if operation == "create":
            return answered(tables.shown(route, tables.create(route, body), created=True), 201)
        if operation == "delete":
            tables.delete(route, number)
            return answered({"id": number})
        if number != "batch-update":
            tables.update(route, number, body)
            return answered(tables.shown(route, number))
        fields = body.get("update")
        if not isinstance(fields, dict) or not isinstance(body.get("filter"), list):
            raise RefusedError(400, "Corpo inválido.")
        try:
            return answered({"count": tables.update_all(route, body["filter"], fields)})
        except ValueError as error:
            raise RefusedError(400, f"Filtro inválido: {error}.") from error

    def _page(self, route: str, body: Row, request: Request) -> Response:
        try:
            filters, sort = (_asked(name, body, request) for name in ("filter", "sort"))
            found = self._tables.found(route, filters, sort)
            limit = min(_whole(request, "limit", _PAGE, 1), _LARGEST_PAGE)
            start = _whole(request, "start", (_whole(request, "page", 1, 1) - 1) * limit, 0)
        except ValueError as error:
            raise RefusedError(400, f"Consulta inválida: {error}.") from error
        numbers, total, broken = self.page(found, start, limit, request)
        populate = _names(request, "populate")
        rows = [_selected(self._tables.shown(route, number, populate=populate), request) for number in numbers]
        if broken is not None:
            rows[broken].pop("id")
        page = {"total": total, "count": len(rows), "start": start, "limit": limit, "rows": rows}
        more = start + limit < total
        if not more:
            return answered({**page, "hasNextPage": False})
        again = {name: value for name, value in request.args.items() if name not in {"page", "start", "limit"}}
        following = urlencode({**again, "start": start + limit, "limit": limit})
        return answered({**page, "hasNextPage": True, "nextUrl": f"{request.path}?{following}"})

    def _logged_in(self, body: Row) -> Response:
        """Whatever `Authorization` says: the SDK sends `true`."""
        if body.get("apiKey") != self.key and (body.get("login"), body.get("password")) != (LOGIN, PASSWORD):
            raise RefusedError(401, "Não autorizado.")
        session = f"session-{len(self._sessions) + 1}-{self.key}"
        self._sessions.add(session)
        return answered({"authorization": session})


def _parts(request: Request) -> tuple[str, str]:
    """The route, and what stands behind it."""
    route, _, rest = request.path.removeprefix(BASE).partition("/")
    return (route, rest) if request.path.startswith(BASE) else ("", "")


def _body(request: Request) -> Row:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RefusedError(400, "Corpo inválido.")
    return body


def _asked(name: str, body: Row, request: Request) -> Any:
    """Filter or sort, from the body or else the query."""
    written = request.args.get(name)
    return body[name] if body.get(name) is not None else json.loads(written) if written else None


def _whole(request: Request, name: str, unless: int, least: int) -> int:
    text = request.args.get(name)
    if text is None:
        return unless
    if not text.isdecimal() or int(text) < least:
        raise ValueError(name)
    return int(text)


def _names(request: Request, name: str) -> list[str]:
    return request.args.get(name, "").replace(",", " ").split()


def _selected(row: Row, request: Request) -> Row:
    names = _names(request, "select")
    return {name: row[name] for name in ("id", *names) if name in row} if names else row


def main() -> None:
    """Serves one OZmap until it is told to end."""
    parser = argparse.ArgumentParser(description="OZmap, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--contracts", type=int, default=60, help="of the provider that SGP's simulator has too")
    options = parser.parse_args()
    OzmapSimulator(provider(options.contracts), key=options.key, port=options.port).serve(key=options.key)


if __name__ == "__main__":
    main()
