"""How a simulated Domino says no, and the parameters that its services read alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import answered

LIMIT = 100
UNKNOWN_EVENT = 1031  # cserror: 1024 and the store's own code
NEWER_EVENT = 1037  # ASSUMED: the store's own number is not known

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_RANGE = re.compile(r"items=(\d+)-(\d+)")


class RefusedError(Exception):
    """A refusal. `message` None: a body without one; `html`: the web server's own page instead of a body of JSON."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        cserror: int | None = None,
        exception: str = "",
        html: bool = False,
        empty: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.cserror = status, message, cserror
        self.exception, self.html, self.empty = exception, html, empty

    def answer(self) -> Response:
        """As it goes over the wire."""
        text = HTTPStatus(self.status).phrase
        if self.empty:
            return nothing(self.status)
        if self.html:
            headers = {"WWW-Authenticate": 'Basic realm="/"'} if self.status == 401 else {}
            page = f"<html><head><title>Error</title></head><body><h1>{self.status} {text}</h1></body></html>"
            return Response(page, self.status, headers, content_type="text/html")
        body: dict[str, Any] = {"code": self.status, "text": text}
        if self.message is not None:
            body["message"] = self.message
        if self.cserror is not None:
            body["cserror"] = self.cserror
        if self.exception:
            body |= {"type": "text", "data": f"com.ibm.domino.services.{self.exception}: {self.message}\r\n\tat …"}
        return answered(body, self.status)


def invalid(message: str) -> RefusedError:
    """What the services throw for a parameter or a body that won't do."""
    return RefusedError(400, message, exception="ServiceException")


def nothing(status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer without body and without content type."""
    response = Response(b"", status, headers)
    del response.headers["Content-Type"]
    return response


def window(request: Request) -> tuple[int, int]:
    """Where a view's page begins and how many entries it may have; a Range header wins. Raises RefusedError."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found:
        start, count = int(found[1]), int(found[2]) - int(found[1]) + 1
    elif {"ps", "page"} & set(request.args):
        count = whole(request, "ps", 10, "Invalid parameter ps: {}")
        start = whole(request, "page", 0, "Invalid parameter page: {}") * count
        start += whole(request, "si", 0, "Invalid parameter si: {}")
    else:
        start = whole(request, "start", 0, "Invalid parameter start: {}")
        count = whole(request, "count", 10, "Invalid parameter count: {}")
    if count > LIMIT:
        raise invalid(f"Limit exceeded.  Cannot read more than {LIMIT} entries.")
    return start, count


def whole(request: Request, name: str, default: int, message: str) -> int:
    """A number of the query that is not below 0. Raises RefusedError."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise invalid(message.format(text))
    return int(text)


def flag(request: Request, name: str, default: bool = False) -> bool:
    """A parameter that is true or false."""
    text = request.args.get(name)
    return default if text is None else text == "true"


def instant(text: str, message: str) -> datetime:
    """A moment in exactly the form that the services want. Raises RefusedError."""
    if _MOMENT.fullmatch(text):
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            pass
    raise invalid(message)
