"""What browsers send in their own way: what they would rather have, where they want to go, their forms."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.web.answers import BODY_LIMIT

HOME = "/tokens/current"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TOKEN, FORM_TOKEN_HEADER = "form_token", "x-form-token"
NEXT, REQUEST_KEY = "next", "idempotency_key"

_FORM_TYPE = re.compile(r"application/x-www-form-urlencoded *(;.*)?", re.IGNORECASE)
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")  # no backslash: browsers take it for a slash


def prefers_page(accept: str) -> bool:
    """Whether an Accept header names HTML, and rather than JSON; `*/*` names neither."""
    qualities: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        qualities[media] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0
    return qualities.get("text/html", 0.0) > qualities.get("application/json", 0.0)


def local_path(text: str) -> str:
    """A path of ours to go on to; the first page where the text is none: nobody is sent to another site."""
    return text if _LOCAL_PATH.fullmatch(text) else HOME


def address(path: str, query: str) -> str:
    """A decoded path and a query, as a browser goes there."""
    encoded = quote(path, safe="/:@!$&'()*+,;=~-._")
    return f"{encoded}?{query}" if query else encoded


def is_own_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of ours has sent the request; a browser says so, and no page can make it lie."""
    own = f"{headers.get('x-forwarded-proto', 'https')}://{headers.get('host', '')}"
    return headers.get("origin") == own


def as_asked(event: dict[str, Any]) -> None:
    """Lets a page's filters be the query that a program would have sent."""
    sent = parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)
    filled = [_as_meant(name, value) for name, value in sent if value]
    event["rawQueryString"] = urlencode(filled)
    event["queryStringParameters"] = dict(filled)  # of repeated ones the raw query tells


def _as_meant(name: str, value: str) -> tuple[str, str]:
    """A field as the API knows it: of a day that was chosen (`since.day`, `until.day`) the moment, the whole day in."""
    plain, dot, kind = name.rpartition(".")
    if not dot or kind != "day":
        return name, value
    try:
        chosen = date.fromisoformat(value) + timedelta(days=int(plain == "until"))
    except (ValueError, OverflowError):
        return plain, value
    return plain, datetime(chosen.year, chosen.month, chosen.day, tzinfo=clock.SAO_PAULO).isoformat()


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a request's body is an HTML form's."""
    return _FORM_TYPE.fullmatch(headers.get("content-type", "")) is not None


def form_fields(event: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form's body. Raises ProblemError(body_too_large, body_malformed)."""
    body = event.get("body") or ""
    if len(body) > BODY_LIMIT * 4 / 3:
        raise ProblemError(Problem("body_too_large"))
    try:
        text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
        fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except (binascii.Error, ValueError):
        raise ProblemError(Problem("body_malformed")) from None
    if any(len(values) > 1 for values in fields.values()):
        raise ProblemError(Problem("body_malformed"))
    return {name: value for name, (value,) in fields.items()}


def become_json(event: dict[str, Any], fields: Mapping[str, str]) -> None:
    """Lets a form be what a program would have sent: JSON of its filled fields, and its key in the header."""
    own = {FORM_TOKEN, NEXT, REQUEST_KEY}
    filled = [_as_meant(name, value) for name, value in fields.items() if value and name not in own]
    event["body"] = json.dumps(dict(filled))
    event["isBase64Encoded"] = False
    event["headers"] = {**event["headers"], "content-type": "application/json"}
    if fields.get(REQUEST_KEY):
        event["headers"]["idempotency-key"] = fields[REQUEST_KEY]
