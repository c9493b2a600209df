"""OZmap's fibre map, API v2: the target. What is in its objects, ozmap_rows says.

From the vendor: the base path, the key as it is in Authorization, the routes, pages with `hasNextPage`, PATCH;
`project` required of a new property; a new property with its client in one POST (fixed box, auto_connect false, force
true). From callers: the filter as JSON in the query. ASSUMPTION, here alone: an error is JSON with a `message` (or
`error`), and `_TAKEN`, `_PORT` and `_CODE` tell what it says; a 404 that is no JSON is a wrong address, not an object
that is gone; a port that a property is on already isn't taken for that property.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from sgp import ozmap_rows as rows
from sgp.contracts import Coordinates
from sgp.fibre_map import Box, BoxContents, Client, ClientStatus, Holder, NewClient, Property, PropertyChange
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import TargetGoneError
from sincronia.vendor_answers import received
from sincronia.vendor_http import VendorSession

VENDOR = "OZmap"
PAGE_LENGTH = 100

_BASE = "/api/v2"
_TAKEN = re.compile(r"taken|occupied|in use|already|exists|ocupad|bloquead|em uso|já", re.IGNORECASE)
_PORT = re.compile(r"\bport(a|as|s)?\b|connector|splitter", re.IGNORECASE)
_CODE = re.compile(r"\bcode\b|c[óo]digo", re.IGNORECASE)
_Row = TypeVar("_Row", bound=rows.Stored)


class OzMap:
    """One OZmap, by its address and key. Every method raises ProblemError and OutOfTimeError.

    A write whose answer never came raises AnswerUnknownError.
    """

    def __init__(self, session: VendorSession, key: str) -> None:
        session.check_key(key)
        self._session = session
        self._headers = {"Authorization": key}

    def client_by_code(self, code: str) -> Client | None:
        """The client of a contract. GET /ftth-clients. Two of them are a problem that a person has to solve."""
        found = [row.value() for row, _ in self._listed(rows.CLIENTS, rows.equal(rows.CODE, code))]
        self._require(all(client.code == code for client in found), "rows.code")
        if len(found) > 1:
            raise ProblemError(self._session.problem("sgp.code_doubled", contract=code, number=str(len(found))))
        return found[0] if found else None

    def property_of_client(self, client_id: str) -> Property | None:
        """The property that a client is in. GET /properties."""
        found = list(self._properties(rows.equal(rows.CLIENT, client_id)))
        self._require(all(one.client and one.client.id == client_id for one in found), "rows.client")
        return found[0] if found else None

    def property(self, property_id: str) -> Property | None:
        """A property, None where it is gone. GET /properties/{id}."""
        found = self._one(rows.PROPERTIES, property_id)
        return self._property(*found) if found else None

    def boxes(self, name: str, project_ids: Collection[str] | None) -> tuple[Box, ...]:
        """The boxes of exactly this name, in these projects or in any (None). GET /boxes."""
        if project_ids is not None and not project_ids:
            return ()
        within = [] if project_ids is None else [rows.among(rows.PROJECT, project_ids)]
        found = (row.value() for row, _ in self._listed(rows.BOXES, rows.equal(rows.NAME, name), *within))
        wanted = (box for box in found if box.name == name)
        return tuple(box for box in wanted if project_ids is None or box.project_id in project_ids)

    def box(self, box_id: str) -> Box | None:
        """A box, None where it is gone. GET /boxes/{id}."""
        found = self._one(rows.BOXES, box_id)
        return found[0].value() if found else None

    def project_ids(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The ids of the projects of each of these names. GET /projects."""
        if not names:
            return {}
        listed = [row for row, _ in self._listed(rows.PROJECTS, rows.among(rows.NAME, names))]
        return {name: tuple(row.id for row in listed if row.name == name) for name in names}

    def contents(self, box: Box) -> BoxContents:
        """A box with those of its splitters that attend clients, and its properties. GET /splitters, /properties."""
        inside = (row.value() for row, _ in self._listed(rows.SPLITTERS, rows.equal(rows.PARENT, box.id)))
        splitters = sorted(inside, key=lambda splitter: (splitter.name, splitter.id))
        properties = tuple(self._properties(rows.equal(rows.BOX, box.id)))
        self._require(all(splitter.box_id == box.id for splitter in splitters), "rows.parent")
        self._require(all(one.box_id == box.id for one in properties), "rows.box")
        return BoxContents(box, tuple(splitter for splitter in splitters if splitter.attends), properties)

    def holder_of(self, splitter_id: str, port: int) -> Holder | None:
        """Who is on a port, in whatever box; None where nobody is found. GET /properties by `connections.id`.

        One page: no splitter has more ports. That OZmap takes this question is ASSUMPTION, and the answer only makes
        a sentence fuller: where it doesn't, nobody is found.
        """
        try:
            page, wholes = self._page(rows.PROPERTIES, [rows.equal(rows.CONNECTED_TO, splitter_id)], 1, PAGE_LENGTH)
        except ProblemError as error:
            if error.problem.code != "vendor_answer_malformed":
                raise
            return None
        for row, whole in zip(page.rows, wholes, strict=True):
            if row.is_on(splitter_id, port):
                return Holder.of(self._property(row, whole))
        return None

    def check(self) -> None:
        """Sees that OZmap answers and takes the key. GET /projects, one row."""
        self._page(rows.PROJECTS, (), 1, 1)

    def create_property(
        self,
        *,
        box: Box,
        address: str,
        coordinates: Coordinates | None,
        connection: tuple[str, int] | None,
        client: NewClient | str,
        received_power: float | None = None,
    ) -> str:
        """Makes a property with its client, new or one that OZmap has (its id), and gives its id. POST /properties.

        `connection`: a splitter's id and its port; power in dBm. Not safe to repeat: another one would be made.
        """
        fields = rows.new_property(
            box=box,
            address=address,
            coordinates=coordinates,
            connection=connection,
            client=client,
            received_power=received_power,
        )
        response = self._call("POST", rows.PROPERTIES.path, repeatable=False, json=fields)
        self._accept(response, fields)
        return received(self._session, response, self._session.decoded(response), rows.MADE).id

    def update_client(self, client_id: str, *, status: ClientStatus | None = None, name: str | None = None) -> None:
        """Changes what is given of a client. PATCH /ftth-clients/{id}. Raises TargetGoneError too.

        Safe to repeat: it says what shall be, not what to add.
        """
        given = {rows.STATUS: None if status is None else int(status), rows.NAME: name}
        fields = {field: value for field, value in given.items() if value is not None}
        self._patch(rows.CLIENTS, client_id, fields, repeatable=True)

    def update_property(self, property_id: str, change: PropertyChange) -> None:
        """Changes a property, in one PATCH /properties/{id}. Raises TargetGoneError too.

        Safe to repeat, as it says what shall be; but not where it makes a client, who would be made twice.
        """
        makes = isinstance(change.client, NewClient)
        self._patch(rows.PROPERTIES, property_id, rows.changed_property(change), repeatable=not makes)

    def delete_property(self, property_id: str) -> None:
        """Removes a property. DELETE /properties/{id}. Safe to repeat: one that is gone already is as it should be."""
        response = self._call("DELETE", _path(rows.PROPERTIES, property_id), repeatable=True)
        if not _is_gone(response):
            self._accept(response, {})

    def _properties(self, *filters: Mapping[str, Any]) -> Iterator[Property]:
        for row, whole in self._listed(rows.PROPERTIES, *filters):
            yield self._property(row, whole)

    def _property(self, row: rows.PropertyRow, whole: Mapping[str, Any]) -> Property:
        """A property with its client, who is asked for where OZmap names just the id."""
        client = row.client
        if isinstance(client, str):
            found = self._one(rows.CLIENTS, client)
            client = found[0] if found else None
        return row.value(client.value() if client else None, whole)

    def _listed(self, route: rows.Route[_Row], *filters: Mapping[str, Any]) -> Iterator[tuple[_Row, dict[str, Any]]]:
        """All objects that fit, each once, with all that OZmap said of it; page by page."""
        seen: set[str] = set()
        number, more = 1, True
        while more:
            page, wholes = self._page(route, filters, number, PAGE_LENGTH)
            fresh = [(row, whole) for row, whole in zip(page.rows, wholes, strict=True) if row.id not in seen]
            seen.update(row.id for row, _ in fresh)
            number, more = number + 1, page.more
            # A page that brings nothing and says that there is more would be asked for without end; and who is cut
            # out of a listing must not be taken for missing.
            self._require(bool(fresh) or not more, "hasNextPage")
            self._require(more or len(seen) >= page.total, "total")
            yield from ((row, whole) for row, whole in fresh if not row.deleted_at)

    def _page(
        self, route: rows.Route[_Row], filters: Collection[Mapping[str, Any]], number: int, length: int
    ) -> tuple[rows.Page[_Row], list[dict[str, Any]]]:
        """A page, and its rows as OZmap said them."""
        parameters = {"page": str(number), "limit": str(length)}
        if filters:
            parameters["filter"] = json.dumps(list(filters), ensure_ascii=False, separators=(",", ":"))
        response = self._call("GET", route.path, repeatable=True, params=parameters)
        body = self._read(response)
        return received(self._session, response, body, route.page), body["rows"]

    def _one(self, route: rows.Route[_Row], number: str) -> tuple[_Row, dict[str, Any]] | None:
        """The object of that id, None where it is gone."""
        response = self._call("GET", _path(route, number), repeatable=True)
        if _is_gone(response):
            return None
        whole = self._read(response)
        row = received(self._session, response, whole, route.one)
        self._require(row.id == number, "id")
        return None if row.deleted_at else (row, whole)

    def _patch(self, route: rows.Route[Any], number: str, fields: Mapping[str, Any], *, repeatable: bool) -> None:
        response = self._call("PATCH", _path(route, number), repeatable=repeatable, json=fields)
        if _is_gone(response):
            raise TargetGoneError
        self._accept(response, fields)

    def _accept(self, response: requests.Response, fields: Mapping[str, Any]) -> None:
        """Raises where OZmap refused a write, or where what came is no answer of OZmap's."""
        if response.status_code >= 400:
            raise ProblemError(self._refusal(response, fields))
        if response.content:  # a PATCH or DELETE may be answered with nothing
            self._session.decoded(response)

    def _refusal(self, response: requests.Response, fields: Mapping[str, Any]) -> Problem:
        """Why OZmap refused a write. The text is its own and may quote a record, so it stays here."""
        message = _message(response)
        client = fields.get(rows.CLIENT)
        if response.status_code == 409 or (response.status_code == 400 and _TAKEN.search(message)):
            if fields.get(rows.CONNECTOR) and _PORT.search(message):
                return self._session.problem("sgp.port_taken", port=str(fields[rows.PORT]))
            if isinstance(client, dict) and _CODE.search(message):
                return self._session.problem("sgp.code_taken", contract=client[rows.CODE])
        return self._session.problem("vendor_rejected", status=str(response.status_code))

    def _read(self, response: requests.Response) -> Any:
        self._require(response.status_code == 200, f"código {response.status_code}")
        return self._session.decoded(response)

    def _require(self, sound: bool, where: str) -> None:
        """Raises where an answer to a read isn't what was asked for."""
        if not sound:
            raise ProblemError(self._session.problem("vendor_answer_malformed", where=where))

    def _call(self, method: str, path: str, *, repeatable: bool, **parts: Any) -> requests.Response:
        return self._session.call(method, _BASE + path, repeatable=repeatable, headers=self._headers, **parts)


def _path(route: rows.Route[Any], number: str) -> str:
    return f"{route.path}/{quote(number, safe='')}"


def _said(response: requests.Response) -> dict[str, Any] | None:
    """The object that an answer consists of, None where it is none."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _is_gone(response: requests.Response) -> bool:
    return response.status_code == 404 and _said(response) is not None


def _message(response: requests.Response) -> str:
    body = _said(response) or {}
    return str(body.get("message") or body.get("error") or "")
