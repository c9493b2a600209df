"""Reads of a simulated Zoho CRM: pages of a module, one record, searches, and the list of what was deleted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import Simulator, answered
from local.vendors.zoho_answers import LIMIT, RefusedError, nothing, since, whole
from local.vendors.zoho_search import wanted
from local.vendors.zoho_store import PERMANENT, RECYCLE, Deleted, Row, ZohoStore

_MOST_FIELDS = 50
_BY_PAGE = 2_000  # records that pages reach
_IN_ALL = 100_000  # records that tokens reach
_TOKEN_LIVES = timedelta(hours=24)
_SORTS = ("id", "Created_Time", "Modified_Time")
_BOUND = ("fields", "per_page", "sort_by", "sort_order", "ids", "cvid")  # what a token holds on to
_STATE: Row = {
    "$approved": True,
    "$editable": True,
    "$in_merge": False,
    "$locked_for_me": False,
    "$state": "save",
    "$approval_state": "approved",
}


@dataclass(frozen=True, slots=True)
class _Token:
    """Where a listing goes on: behind the record of this order and id."""

    module: str
    bound: tuple[str | None, ...]
    behind: tuple[Any, int]
    page: int
    read: int
    until: datetime


class Reads:
    """Answers for one request each; `simulator` cuts pages as its faults have it.

    search_lag: for how long a search doesn't find a record as it is since its last change, in seconds.
    """

    def __init__(self, simulator: Simulator, store: ZohoStore) -> None:
        self._simulator = simulator
        self._store = store
        self._tokens: dict[str, _Token] = {}
        self.search_lag = 0.0

    def listing(self, module: str, request: Request) -> Response:
        """GET of a module: 204 where it holds nothing, 304 where nothing is newer. Raises RefusedError."""
        names, modified = _names(request, mandatory=True), since(request)
        length, token = whole(request, "per_page", LIMIT, LIMIT), self._token(module, request)
        number = token.page if token else whole(request, "page", 1)
        if token is None and number * length > _BY_PAGE:
            limited = "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
            raise RefusedError(400, limited, "the limit of records by page was exceeded", limit=_BY_PAGE)
        order, descending = _sorting(request)
        rows = self._sorted(module, request, modified, order, descending)
        if not rows and modified is not None:
            return nothing(304)
        if token is not None:
            rows = [row for row in rows if _follows(_place(row, order), token.behind, descending)]
        start = 0 if token else (number - 1) * length
        page, declared, broken = self._simulator.page(rows, start, length, request)
        if not page:
            return nothing(204)
        more = declared > start + length
        read = (token.read if token else start) + length
        given = None
        if more:
            if read + length > _IN_ALL:
                raise RefusedError(400, "PAGINATION_LIMIT_EXCEEDED", "the limit of records was exceeded", limit=_IN_ALL)
            until = self._store.time() + _TOKEN_LIVES
            given = secrets.token_hex(24)
            bound, behind = _bound(request), _place(rows[start + length - 1], order)
            self._tokens[given] = _Token(module, bound, behind, number + 1, read, until)
        info = {
            "per_page": length,
            "next_page_token": given,
            "count": len(page),
            "sort_by": order,
            "page": number,
            "previous_page_token": None,
            "page_token_expiry": self._tokens[given].until.isoformat() if given else None,
            "sort_order": "desc" if descending else "asc",
            "more_records": more,
        }
        return answered({"data": _broken([_chosen(row, names) for row in page], broken), "info": info})

    def one(self, module: str, number: str, request: Request) -> Response:
        """GET of a record: 204 where it isn't there (ASSUMED), 304 where it isn't newer."""
        names, modified = _names(request, mandatory=False), since(request)
        row = self._store.records[module].get(number)
        if row is None:
            return nothing(204)
        if modified is not None and datetime.fromisoformat(row["Modified_Time"]) <= modified:
            return nothing(304)
        return answered({"data": [_chosen(row, names) if names else {**row, **_STATE}]})

    def search(self, module: str, request: Request) -> Response:
        """GET of a module's search: 204 where nothing is found. Raises RefusedError."""
        test, names = wanted(request, self._store.fields[module]), _names(request, mandatory=False)
        length, number = whole(request, "per_page", LIMIT, LIMIT), whole(request, "page", 1)
        if number * length > _BY_PAGE:
            raise RefusedError(400, "LIMIT_EXCEEDED", "the limit of records was exceeded", limit=_BY_PAGE)
        seen = self._store.time() - timedelta(seconds=self.search_lag)
        rows = [
            row
            for row in self._store.records[module].values()
            if (not self.search_lag or datetime.fromisoformat(row["Modified_Time"]) <= seen) and test(row)
        ]
        page, declared, broken = self._simulator.page(rows, (number - 1) * length, length, request)
        if not page:
            return nothing(204)
        info = {"per_page": length, "count": len(page), "page": number, "more_records": declared > number * length}
        shown = [_chosen(row, names) if names else {**row, **_STATE} for row in page]
        return answered({"data": _broken(shown, broken), "info": info})

    def deleted(self, module: str, request: Request) -> Response:
        """GET of what was deleted, newest first: 204 where there is nothing. Raises RefusedError."""
        kind, modified = request.args.get("type", "all"), since(request)
        if kind not in {"all", RECYCLE, PERMANENT}:
            raise RefusedError(400, "INVALID_DATA", "invalid data", param_name="type")
        length, number = whole(request, "per_page", LIMIT, LIMIT), whole(request, "page", 1)
        kept = [
            one
            for one in self._store.deleted[module].values()
            if kind in {"all", one.type} and (modified is None or one.at > modified)
        ]
        kept.sort(key=lambda one: (one.at, int(one.row["id"])), reverse=True)
        page, declared, broken = self._simulator.page(kept, (number - 1) * length, length, request)
        if not page:
            return nothing(204)
        info = {"per_page": length, "count": len(page), "page": number, "more_records": declared > number * length}
        rows = [self._shown_deleted(module, one) for one in page]
        return answered({"data": _broken(rows, broken), "info": info})

    def _shown_deleted(self, module: str, one: Deleted) -> Row:
        gone = one.type == PERMANENT
        author = one.row["Created_By"]
        return {
            "deleted_by": None if gone else {key: one.by[key] for key in ("name", "id")},
            "id": one.row["id"],
            "display_name": None if gone else self._store.title(module, one.row),
            "type": one.type,
            "created_by": None if gone else {key: author[key] for key in ("name", "id")},
            "deleted_time": one.at.isoformat(),
        }

    def _sorted(
        self, module: str, request: Request, modified: datetime | None, order: str, descending: bool
    ) -> list[Row]:
        ids = {one for one in request.args.get("ids", "").split(",") if one}
        rows = [
            row
            for row in self._store.records[module].values()
            if (not ids or row["id"] in ids)
            and (modified is None or datetime.fromisoformat(row["Modified_Time"]) > modified)
        ]
        rows.sort(key=lambda row: _place(row, order), reverse=descending)
        return rows

    def _token(self, module: str, request: Request) -> _Token | None:
        given = request.args.get("page_token")
        if not given:
            return None
        if "page" in request.args:
            ambiguous = "page and page_token can't be given together"
            raise RefusedError(400, "AMBIGUITY_DURING_PROCESSING", ambiguous, param_names=["page", "page_token"])
        token = self._tokens.get(given)
        if token is None:
            raise RefusedError(400, "INVALID_DATA", "invalid data", param_name="page_token")
        if token.until < self._store.time():
            raise RefusedError(400, "EXPIRED_VALUE", "the page token has expired", param_name="page_token")
        if (token.module, token.bound) != (module, _bound(request)):
            bound = "the parameters differ from those that the token was given for"
            raise RefusedError(400, "TOKEN_BOUND_DATA_MISMATCH", bound, param_name="page_token")
        return token


def _names(request: Request, *, mandatory: bool) -> tuple[str, ...]:
    """The fields asked for. Raises RefusedError."""
    names = tuple(name.strip() for name in request.args.get("fields", "").split(",") if name.strip())
    if mandatory and not names:
        missing = "One of the expected parameter is missing"
        raise RefusedError(400, "REQUIRED_PARAM_MISSING", missing, param_name="fields")
    if len(names) > _MOST_FIELDS:
        raise RefusedError(400, "LIMIT_EXCEEDED", "the limit was exceeded", limit=_MOST_FIELDS, param_name="fields")
    return names


def _sorting(request: Request) -> tuple[str, bool]:
    order, direction = request.args.get("sort_by", "id"), request.args.get("sort_order", "desc")
    if order not in _SORTS:
        raise RefusedError(400, "INVALID_DATA", "invalid data", param_name="sort_by")
    if direction not in {"asc", "desc"}:
        raise RefusedError(400, "INVALID_DATA", "invalid data", param_name="sort_order")
    return order, direction == "desc"


def _place(row: Row, order: str) -> tuple[Any, int]:
    number = int(row["id"])
    return (number if order == "id" else datetime.fromisoformat(row[order]), number)


def _follows(place: tuple[Any, int], behind: tuple[Any, int], descending: bool) -> bool:
    return place < behind if descending else place > behind


def _bound(request: Request) -> tuple[str | None, ...]:
    return (*(request.args.get(name) for name in _BOUND), request.headers.get("If-Modified-Since"))


def _chosen(row: Row, names: tuple[str, ...]) -> Row:
    """The fields asked for; names that no field has are left out without a word (ASSUMED)."""
    return {**{name: row[name] for name in names if name in row}, "id": row["id"]}


def _broken(rows: list[Row], place: int | None) -> list[Row]:
    if place is not None:
        rows[place].pop("id")
    return rows
