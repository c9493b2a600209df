"""Writes of a simulated Zoho CRM: up to 100 records each, answered one by one in their order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import answered
from local.vendors.zoho_answers import BATCH, RefusedError, RowRefusedError, since, success
from local.vendors.zoho_store import Row, ZohoStore
from local.vendors.zoho_values import Values

_MODIFIED = "ALREADY_MODIFIED"


class Writes:
    """Answers for one request each."""

    def __init__(self, store: ZohoStore) -> None:
        self._store = store
        self._values = Values(store)

    def create(self, module: str, request: Request) -> Response:
        """POST of a module. Raises RefusedError."""

        def done(sent: Row) -> Row:
            row = self._store.create(module, self._values.checked(module, sent, None))
            return success("record added", {**_stamps(row), "$approval_state": "approved"})

        return _each(_rows(request), done, 201)

    def update(self, module: str, number: str, request: Request) -> Response:
        """PUT of a module, or of one record of it where there is a number. Raises RefusedError."""
        unmodified = since(request, "If-Unmodified-Since")
        sent = _rows(request)
        if number:
            sent = [{**sent[0], "id": number}]

        def done(row: Row) -> Row:
            held = self._held(module, row.get("id"))
            if unmodified is not None and datetime.fromisoformat(held["Modified_Time"]) > unmodified:
                raise RowRefusedError(_MODIFIED, "the record has already been modified", api_name="Modified_Time")
            changed = self._store.change(module, held["id"], self._values.checked(module, row, held))
            return success("record updated", _stamps(changed))

        return _each(sent, done, 200)

    def delete(self, module: str, number: str, request: Request) -> Response:
        """DELETE of one record, or of those that `ids` names. Raises RefusedError."""
        numbers = [number] if number else [one for one in request.args.get("ids", "").split(",") if one]
        if not numbers:
            raise RefusedError(
                400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="ids"
            )
        if len(numbers) > BATCH:
            raise RefusedError(400, "LIMIT_EXCEEDED", "the limit was exceeded", limit=BATCH, param_name="ids")

        def done(row: Row) -> Row:
            held = self._held(module, row["id"])
            self._store.delete(module, held["id"])
            return success("record deleted", {"id": held["id"]})

        return _each([{"id": one} for one in numbers], done, 200)

    def _held(self, module: str, number: Any) -> Row:
        if number is None:
            raise RowRefusedError("MANDATORY_NOT_FOUND", "required field not found", api_name="id")
        held = self._store.records[module].get(str(number))
        if held is None:
            raise RowRefusedError("INVALID_DATA", "the id given seems to be invalid", api_name="id")
        return held


def _rows(request: Request) -> list[Row]:
    """What `data` holds. Raises RefusedError."""
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _invalid(expected_data_type="jsonobject")
    if "data" not in body:
        raise RefusedError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="data", json_path="$.data")
    rows = body["data"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _invalid(expected_data_type="jsonarray", api_name="data", json_path="$.data")
    if not rows:
        raise _invalid(minimum_length=1, api_name="data", json_path="$.data")
    if len(rows) > BATCH:
        raise _invalid(maximum_length=BATCH, api_name="data", json_path="$.data")
    return rows


def _each(rows: list[Row], do: Callable[[Row], Row], status: int) -> Response:
    """Does each by itself: all done, some (207), or none (400; 412 where all were modified meanwhile)."""
    answers: list[Row] = []
    for index, row in enumerate(rows):
        try:
            answers.append(do(row))
        except RowRefusedError as error:
            answers.append(error.at(index))
    codes = {answer["code"] for answer in answers}
    if codes != {"SUCCESS"}:
        status = 207 if "SUCCESS" in codes else 412 if codes == {_MODIFIED} else 400
    return answered({"data": answers}, status)


def _stamps(row: Row) -> Row:
    people = {name: {key: row[name][key] for key in ("name", "id")} for name in ("Created_By", "Modified_By")}
    return {"id": row["id"], "Created_Time": row["Created_Time"], "Modified_Time": row["Modified_Time"], **people}


def _invalid(**details: Any) -> RefusedError:
    return RefusedError(400, "INVALID_DATA", "invalid data", **details)
