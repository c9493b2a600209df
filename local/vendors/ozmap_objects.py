"""What OZmap keeps, and what becomes of it when somebody writes: boxes, splitters and their ports, properties, clients.

What the vendor doesn't say is listed in `local/vendors/ozmap.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.vendors.ozmap_filters import fitting, in_order
from local.vendors.ozmap_kinds import (
    BATCHES,
    BOX_TYPES,
    BOXES,
    CLIENTS,
    KINDS,
    PROJECTS,
    PROPERTIES,
    SPLITTER_TYPES,
    SPLITTERS,
    STEERING,
    Row,
)

_CREATOR = {"id": "65a0c0de0a1b2c3d4effffff", "name": "api", "username": "api"}


class RefusedError(Exception):
    """OZmap doesn't do what it is asked to: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Port:
    """An output of a splitter; 1 is the first."""

    splitter: str
    number: int


class FibreMap:
    """All objects, by route and id. Whoever calls holds the simulator's lock."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Row]] = {route: {} for route in KINDS}
        self._made = 0
        self._codes: dict[str, str] = {}  # a client's code → its id
        self._homes: dict[str, str] = {}  # a client → its property
        self._fibres: dict[str, str] = {}  # a fibre on an output → the property at its other end

    def row(self, route: str, number: str) -> Row:
        """One object as it is kept. Raises RefusedError."""
        try:
            return self.rows[route][number]
        except KeyError:
            raise RefusedError(404, "Registro não encontrado.") from None

    def found(self, route: str, filters: object, sort: object) -> list[str]:
        """The ids of those that fit, in order. Raises ValueError where filters or sort are none."""
        fits = fitting(filters)
        return [row["id"] for row in in_order([row for row in self.rows[route].values() if fits(row)], sort)]

    def shown(self, route: str, number: str, *, created: bool = False, populate: Iterable[str] = ()) -> Row:
        """An object as OZmap answers it; one just created has its client as an id, and no connections."""
        kind, row = KINDS[route], dict(self.row(route, number))
        for name in populate:
            if name in kind.references and row.get(name):
                row[name] = self.shown(kind.references[name], row[name])
        if route in {BOXES, PROPERTIES}:
            row["lng"], row["lat"] = row["coords"] or (None, None)
            if not row["coords"]:
                del row["coords"]
        if route == PROPERTIES:
            row["client"] = row["client"] if created or not row["client"] else self.shown(CLIENTS, row["client"])
            row["connections"] = [self._connection(each) for each in row["connections"]]
            if created:
                del row["connections"]
        return row

    def create(self, route: str, body: Mapping[str, Any], **by_hand: Any) -> str:
        """A new object's id; `by_hand`: fields that no request can write. Raises RefusedError."""
        kind = KINDS[route]
        wrong = kind.wrong(body, creating=True)
        if wrong:
            raise RefusedError(400, f"Campo inválido: {wrong}.")
        self._check(route, body)
        dropped = kind.fixed - set(kind.required)
        written = {name: value for name, value in body.items() if name not in dropped}
        row = {**copy.deepcopy(dict(kind.defaults)), **_kept(route, written)}
        if kind.kind:
            row["kind"] = kind.kind
        if route == PROPERTIES:
            return self._create_property(row, body, by_hand)
        if route == BOXES:
            row.setdefault("pole", self._new_id())
        if route == SPLITTERS:
            row |= self._as_its_type_says(row)
        if route == CLIENTS:
            self._check_client(body, None)
        number = self._insert(route, {**row, **by_hand})
        if route == CLIENTS:
            self._codes[row["code"]] = number
        return number

    def update(self, route: str, number: str, body: Mapping[str, Any]) -> None:
        """Changes an object. Raises RefusedError."""
        row, kind = self.row(route, number), KINDS[route]
        fields = {name: value for name, value in body.items() if name not in kind.fixed | {"kind"}}
        wrong = kind.wrong(fields, creating=False)
        if wrong:
            raise RefusedError(400, f"Campo inválido: {wrong}.")
        self._check(route, fields)
        if route == PROPERTIES:
            self._update_property(row, fields)
        elif route == CLIENTS and "code" in fields:
            if self._codes.get(fields["code"], number) != number:
                raise RefusedError(409, "Já existe um cliente com este código.")
            del self._codes[row["code"]]
            self._codes[fields["code"]] = number
        row.update(_kept(route, fields), updatedAt=_now())

    def update_all(self, route: str, filters: object, fields: Mapping[str, Any]) -> int:
        """Changes all that fit; gives how many. Raises RefusedError and ValueError."""
        unknown = sorted(set(fields) - BATCHES[route])
        if unknown:
            raise RefusedError(400, f"Campo inválido: {unknown[0]}.")
        numbers = self.found(route, filters, None)
        for number in numbers:
            self.update(route, number, fields)
        return len(numbers)

    def delete(self, route: str, number: str) -> None:
        """Takes an object away, and what goes with it. Raises RefusedError."""
        row = self.row(route, number)
        if route in {PROJECTS, BOX_TYPES, SPLITTER_TYPES} and self._is_used(route, number):
            raise RefusedError(409, "O registro está em uso.")
        if route == BOXES:
            for splitter in [each["id"] for each in self.rows[SPLITTERS].values() if each["parent"] == number]:
                self.delete(SPLITTERS, splitter)
            for each in self.rows[PROPERTIES].values():
                each["box"] = None if each["box"] == number else each["box"]
        if route == SPLITTERS:
            for each in self.rows[PROPERTIES].values():
                if each["connections"] and each["connections"][0]["id"] == number:
                    self._connect(each, None)
        if route == CLIENTS:
            if number in self._homes:
                self._take_out(self.rows[PROPERTIES][self._homes[number]])
            del self._codes[row["code"]]
        if route == PROPERTIES:
            self._connect(row, None)
            client = row["client"]
            if client:
                self._take_out(row)
                self.delete(CLIENTS, client)
        del self.rows[route][number]

    def property_of(self, code: str) -> str | None:
        """The id of the property that the client of that code is in."""
        return self._homes.get(self._codes.get(code, ""))

    def holder(self, splitter: str, port: int) -> str | None:
        """The id of the property on that port."""
        fibre = self.row(SPLITTERS, splitter)["connectables"]["output"][port - 1]
        return self._fibres.get(fibre)

    def occupy(self, splitter: str, port: int) -> None:
        """Something that is no property is put on a port."""
        self.row(SPLITTERS, splitter)["connectables"]["output"][port - 1] = self._new_id()

    def _new_id(self) -> str:
        self._made += 1
        return f"65a0c0de0a1b2c3d4e{self._made:06x}"

    def _insert(self, route: str, row: Row) -> str:
        number, now = self._new_id(), _now()
        self.rows[route][number] = {"id": number, **row, "creatorData": _CREATOR, "createdAt": now, "updatedAt": now}
        return number

    def _check(self, route: str, fields: Mapping[str, Any]) -> None:
        """Whether what is named is there, and the external id is free (on an update, not even the object's own is)."""
        for name, other in KINDS[route].references.items():
            if fields.get(name) is not None and fields[name] not in self.rows[other]:
                raise RefusedError(400, f"Registro não encontrado: {name}.")
        wanted = fields.get("external_id")
        if wanted is not None and any(row.get("external_id") == wanted for row in self.rows[route].values()):
            raise RefusedError(409, "external_id já está em uso.")

    def _is_used(self, route: str, number: str) -> bool:
        return any(
            row.get(name) == number
            for other, kind in KINDS.items()
            for name, referred in kind.references.items()
            if referred == route
            for row in self.rows[other].values()
        )

    def _as_its_type_says(self, row: Row) -> Row:
        """What a new splitter has from its type and its box."""
        made = self.rows[SPLITTER_TYPES][row["splitterType"]]
        ratio = made["ratio"]
        ports = [{"index": index, "blocked": False, "tags": []} for index in range(1, ratio["output"] + 1)]
        return {
            "project": self.rows[BOXES][row["parent"]]["project"],
            "ratio": dict(ratio),
            "isBalanced": made["isBalanced"],
            "isDrop": row.get("isDrop", made["isDrop"]),
            "attenuation": row.get("attenuation", made["attenuation"]),
            "ports": row.get("ports") or ports,
            "connectables": {"input": [None] * ratio["input"], "output": [None] * ratio["output"]},
        }

    def _create_property(self, row: Row, body: Mapping[str, Any], by_hand: Mapping[str, Any]) -> str:
        wanted = self._wanted(row, None, body, moved=False)
        if wanted:
            row["box"] = self.rows[SPLITTERS][wanted.splitter]["parent"]
        self._check_client(body.get("client"), None)
        if row["box"] and not row["coords"] and not by_hand.get("parent"):
            row["coords"] = list(self.rows[BOXES][row["box"]]["coords"])
        made = self._insert(
            PROPERTIES, {**row, "client": None, "history": {"clients": []}, "connections": [], **by_hand}
        )
        self._connect(self.rows[PROPERTIES][made], wanted)
        self._put_in(self.rows[PROPERTIES][made], body.get("client"))
        return made

    def _update_property(self, row: Row, fields: Row) -> None:
        if row["parent"] and "coords" in fields:
            raise RefusedError(400, "A posição do imóvel é a do prédio.")
        box = fields.get("box", row["box"])
        wanted = self._wanted({**row, "box": box}, _port_of(row), fields, moved=box != row["box"])
        client = fields.get("client", row["client"])
        if client != row["client"]:
            self._check_client(client, row["id"])
        self._connect(row, wanted)
        fields["box"] = self.rows[SPLITTERS][wanted.splitter]["parent"] if wanted else box
        if client != row["client"]:
            if row["client"]:
                self._take_out(row)
            self._put_in(row, client)

    def _wanted(self, row: Row, now: Port | None, steering: Mapping[str, Any], *, moved: bool) -> Port | None:
        """The port that the property is to be on; `now`: the one that it is on. Raises RefusedError."""
        if "connector" in steering and steering["connector"] is None:
            return None
        kept = now.splitter if now and not moved and "port" in steering else None
        splitter = steering.get("connector", kept)
        if splitter is None:
            if "port" in steering:
                raise RefusedError(400, "Campo inválido: port, sem connector.")
            stays = None if moved else now
            return self._first_free(row["box"]) if steering.get("auto_connect") and not stays else stays
        if splitter not in self.rows[SPLITTERS]:
            raise RefusedError(400, "Registro não encontrado: connector.")
        found = self.rows[SPLITTERS][splitter]
        if row["box"] not in {None, found["parent"]}:
            raise RefusedError(400, "O splitter não é desta caixa.")
        number = steering.get("port")
        if number is None or not 1 <= number <= len(found["connectables"]["output"]):
            raise RefusedError(400, "Campo inválido: port.")
        port = Port(splitter, number)
        if port != now and not steering.get("force") and not self._is_free(found, number):
            raise RefusedError(409, "A porta está ocupada ou bloqueada.")
        return port

    def _first_free(self, box: str | None) -> Port:
        for splitter in self.rows[SPLITTERS].values():
            if box is not None and splitter["parent"] == box and splitter["isDrop"]:
                for number in range(1, len(splitter["connectables"]["output"]) + 1):
                    if self._is_free(splitter, number):
                        return Port(splitter["id"], number)
        raise RefusedError(409, "Não há porta livre na caixa.")

    def _is_free(self, splitter: Row, number: int) -> bool:
        blocked = any(port.get("index") == number and port.get("blocked") for port in splitter["ports"])
        return not blocked and splitter["connectables"]["output"][number - 1] is None

    def _connect(self, row: Row, wanted: Port | None) -> None:
        """Puts a property on a port, or on none. Who was on that port is on none afterwards."""
        now = _port_of(row)
        if now == wanted:
            return
        if now:
            self.rows[SPLITTERS][now.splitter]["connectables"]["output"][now.number - 1] = None
            self._fibres.pop(row["connections"][0]["fiber"], None)
            row["connections"] = []
        if wanted:
            before = self.holder(wanted.splitter, wanted.number)
            if before:
                self._connect(self.rows[PROPERTIES][before], None)
            fibre = self._new_id()
            self.rows[SPLITTERS][wanted.splitter]["connectables"]["output"][wanted.number - 1] = fibre
            self._fibres[fibre] = row["id"]
            row["connections"] = [{"id": wanted.splitter, "port": wanted.number, "fiber": fibre}]

    def _connection(self, kept: Row) -> Row:
        splitter = self.rows[SPLITTERS][kept["id"]]
        return {**kept, **{name: splitter[name] for name in ("name", "kind", "implanted")}}

    def _check_client(self, client: object, home: str | None) -> None:
        """Whether a client can be made, or put into a property, as a request has it."""
        if isinstance(client, str):
            if client not in self.rows[CLIENTS]:
                raise RefusedError(400, "Registro não encontrado: client.")
            if self._homes.get(client, home) != home:
                raise RefusedError(409, "O cliente está em outro imóvel.")
        elif isinstance(client, dict):
            wrong = KINDS[CLIENTS].wrong(client, creating=True)
            if wrong:
                raise RefusedError(400, f"Campo inválido: client.{wrong}.")
            self._check(CLIENTS, client)
            if client["code"] in self._codes:
                raise RefusedError(409, "Já existe um cliente com este código.")

    def _put_in(self, row: Row, client: str | Row | None) -> None:
        if client is None:
            return
        number = client if isinstance(client, str) else self.create(CLIENTS, client)
        row["client"] = number
        self._homes[number] = row["id"]
        code = self.rows[CLIENTS][number]["code"]
        row["history"]["clients"].append({"id": number, "code": code, "enter_date": _now(), "exit_date": None})

    def _take_out(self, row: Row) -> None:
        for entry in row["history"]["clients"]:
            if entry["id"] == row["client"] and entry["exit_date"] is None:
                entry["exit_date"] = _now()
        del self._homes[row["client"]]
        row["client"] = None


def _kept(route: str, fields: Mapping[str, Any]) -> Row:
    """Of what was written, what becomes part of the object as it stands."""
    apart = {"kind", "client", *STEERING} if route == PROPERTIES else {"kind"}
    return {name: copy.deepcopy(value) for name, value in fields.items() if name not in apart}


def _port_of(row: Row) -> Port | None:
    return Port(row["connections"][0]["id"], row["connections"][0]["port"]) if row["connections"] else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
