"""Domino's data service, simulated: databases, views, and documents with their items."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from local.vendors.domino_answers import LIMIT, RefusedError, flag, instant, invalid, nothing, window
from local.vendors.domino_store import (
    DATETIME,
    OFF,
    VIEWS_AND_DOCUMENTS,
    Document,
    DominoStore,
    Mailbox,
    Row,
    View,
    moment,
)
from local.vendors.server import Simulator, answered


class DataService:
    """Answers for one request each; `simulator` cuts pages as its faults have it."""

    def __init__(self, simulator: Simulator, store: DominoStore) -> None:
        self._simulator = simulator
        self._store = store

    def handle(self, box: Mailbox, parts: tuple[str, ...], request: Request, method: str) -> Response:
        """What is asked of a mailbox; `parts` stand behind `/api/data/`. Raises RefusedError."""
        if box.access == OFF:
            raise RefusedError(403, "The Domino data service is not enabled for this database.")
        if parts == ("collections",):
            return answered([_shown_view(box, view) for view in box.views.values()])
        if len(parts) == 3 and parts[0] == "collections":
            return self._view(box, parts[1], parts[2], request)
        if parts == ("documents",) and method == "GET":
            return self._documents(box, request)
        if box.access != VIEWS_AND_DOCUMENTS:
            raise RefusedError(403, "Cannot access resource")
        if parts == ("documents",) and method == "POST":
            return self._create(box, request)
        if len(parts) == 3 and parts[:2] == ("documents", "unid"):
            return self._document(box, parts[2], request, method)
        raise RefusedError(404, "The URI must refer to an existing resource.")

    def _view(self, box: Mailbox, by: str, name: str, request: Request) -> Response:
        view = next((one for one in box.views.values() if name == (one.name if by == "name" else one.unid)), None)
        if view is None:
            raise RefusedError(404, "The URI must refer to an existing view.")
        if not view.enabled:
            raise RefusedError(403, f"The Domino data service is not enabled for this view {view.name}.")
        start, count = window(request)
        documents = [one for one in box.documents.values() if one.form == view.form]
        page, total, broken = self._simulator.page(documents, start, count, request)
        rows = [_entry(box, view, one, start + index + 1) for index, one in enumerate(page)]
        if broken is not None:
            del rows[broken]["@unid"]
        headers = {}
        if start < total and flag(request, "entrycount", default=True):
            headers["Content-Range"] = f"items {start}-{min(start + count, total) - 1}/{total}"
        return answered(rows, headers=headers)

    def _documents(self, box: Mailbox, request: Request) -> Response:
        if "search" in request.args:
            raise invalid("Database is not full text indexed.")
        since = request.args.get("since")
        after = None if since is None else instant(since, f"Invalid parameter since: {since}")
        found = [one for one in box.documents.values() if after is None or one.modified >= after]
        page, _, broken = self._simulator.page(found, 0, len(found) + LIMIT, request)
        rows = [
            {"@modified": moment(one.modified), "@unid": one.unid, "@href": _address(box, one.unid)} for one in page
        ]
        if broken is not None:
            del rows[broken]["@unid"]
        return answered(rows)

    def _create(self, box: Mailbox, request: Request) -> Response:
        items = _items(request)
        document = self._store.create(box.path, request.args.get("form", ""), items)
        return nothing(201, {"Location": f"{self._simulator.url}{_address(box, document.unid)}"})

    def _document(self, box: Mailbox, unid: str, request: Request, method: str) -> Response:
        document = box.documents.get(unid.upper())
        if document is None:
            raise RefusedError(404, "The URI must refer to an existing document.")
        stamp = format_datetime(document.modified, usegmt=True)
        if method == "GET":
            since = _date(request.headers.get("If-Modified-Since"))
            if since is not None and document.modified <= since:
                raise RefusedError(304, empty=True)
            return answered(_shown(box, document, request), headers={"Last-Modified": stamp})
        unmodified = request.headers.get("If-Unmodified-Since")
        if unmodified is not None and unmodified != stamp:
            until = _date(unmodified)
            if until is None or document.modified > until:
                raise RefusedError(412, empty=True)
        if method == "DELETE":
            del box.documents[document.unid]
        elif method in {"PUT", "PATCH"}:
            items = _items(request)
            document.form = request.args.get("form", document.form)
            self._store.change(document, items, replace=method == "PUT")
        else:
            raise RefusedError(405)
        return nothing()


def _items(request: Request) -> Row:
    """The items of a body; names with `$` and `@`, and `Form`, are ignored. Raises RefusedError."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("Error while parsing the JSON content.")
    return {name: value for name, value in body.items() if name[:1] not in {"$", "@"} and name != "Form"}


def _shown(box: Mailbox, document: Document, request: Request) -> Row:
    """A document; whatever begins with `$` only where `hidden` asks for it."""
    hidden, strong = flag(request, "hidden"), flag(request, "strongtype")
    wanted = {name.lower() for name in request.args.get("fields", "").split(",") if name}
    items = {
        name: _value(value, strong)
        for name, value in document.items.items()
        if (hidden or not name.startswith("$")) and (not wanted or name.lower() in wanted)
    }
    if flag(request, "lowercasefields"):
        items = {name.lower(): value for name, value in items.items()}
    head = {
        "@href": _address(box, document.unid),
        "@unid": document.unid,
        "@noteid": f"{0x8F6 + 4 * list(box.documents).index(document.unid):X}",
        "@created": moment(document.created),
        "@modified": moment(document.modified),
        "@authors": [box.owner],
        "@form": document.form,
    }
    return {**head, **items}


def _value(value: Any, strong: bool) -> Any:
    typed = isinstance(value, dict) and value.get("type") == DATETIME
    return value["data"] if typed and not strong else value


def _entry(box: Mailbox, view: View, document: Document, place: int) -> Row:
    columns = {name: _value(document.items.get(name, ""), False) for name in view.columns}
    return {
        "@href": f"/{box.path}/api/data/collections/unid/{view.unid}/{document.unid}",
        "@link": {"rel": "document", "href": _address(box, document.unid)},
        "@entryid": f"{place}-{document.unid}",
        "@unid": document.unid,
        "@position": str(place),
        "@read": True,
        "@siblings": 1,
        "@form": document.form,
        **columns,
    }


def _shown_view(box: Mailbox, view: View) -> Row:
    return {
        "@title": view.name,
        "@folder": False,
        "@private": False,
        "@modified": "2026-01-05T12:00:00Z",
        "@unid": view.unid,
        "@href": f"/{box.path}/api/data/collections/unid/{view.unid}",
    }


def _address(box: Mailbox, unid: str) -> str:
    return f"/{quote(box.path)}/api/data/documents/unid/{unid}"


def _date(text: str | None) -> datetime | None:
    """The moment of a header; None where there is none or it can't be read."""
    if text is None:
        return None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
