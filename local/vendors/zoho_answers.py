"""How a simulated Zoho CRM says no, and the small forms that its answers share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import answered

LIMIT = 200  # records of a page
BATCH = 100  # records of a write


class RefusedError(Exception):
    """A refusal of a whole request: status, code, message and details. `bare`: the body of the accounts server."""

    def __init__(self, status: int, code: str, message: str, *, bare: Any = None, **details: Any) -> None:
        super().__init__(code)
        self.status, self._bare = status, bare
        self.body = error(code, message, **details)

    def answer(self) -> Response:
        """As it goes over the wire."""
        return answered(self.body if self._bare is None else self._bare, self.status)


class RowRefusedError(Exception):
    """A refusal of one record among those of a write."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.details = code, message, details

    def at(self, index: int) -> dict[str, Any]:
        """The row's answer; `index`: its place among those that were sent."""
        name = self.details.get("api_name")
        place = {} if name is None else {"json_path": f"$.data[{index}].{name}"}
        return error(self.code, self.message, **self.details, **place)


def error(code: str, message: str, **details: Any) -> dict[str, Any]:
    """The body of an error, of a request or of a row."""
    return {"code": code, "details": details, "message": message, "status": "error"}


def success(message: str, details: dict[str, Any]) -> dict[str, Any]:
    """A row's answer where it was done."""
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def nothing(status: int) -> Response:
    """An answer without body and without content type: 204 and 304."""
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def whole(request: Request, name: str, unless: int, most: int | None = None) -> int:
    """A parameter that counts from 1. Raises RefusedError."""
    text = request.args.get(name)
    if text is None:
        return unless
    if not text.isdecimal() or int(text) < 1 or (most is not None and int(text) > most):
        details = {"maximum": most} if most is not None and text.isdecimal() and int(text) else {}
        raise RefusedError(400, "INVALID_DATA", "invalid data", param_name=name, **details)
    return int(text)


def since(request: Request, name: str = "If-Modified-Since") -> datetime | None:
    """A moment of the request's head, ISO 8601 with its offset. Raises RefusedError."""
    text = request.headers.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise RefusedError(400, "INVALID_DATA", "invalid data", header_name=name, expected_data_type="datetime")
    return at
