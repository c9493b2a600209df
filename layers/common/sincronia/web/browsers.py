"""What browsers send in their own way: what they would rather have, where they want to go, from where they come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from sincronia.web.forms import day

HOME = "/notifications"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

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
    return headers.get("origin") == own_origin(headers)


def own_origin(headers: Mapping[str, str]) -> str:
    """Where our pages are, as the browser that asks has it."""
    return f"{headers.get('x-forwarded-proto', 'https')}://{headers.get('host', '')}"


def as_asked(event: dict[str, Any]) -> None:
    """Lets a page's filters be the query that a program would have sent."""
    sent = parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)
    filled = [_as_meant(name, value) for name, value in sent if value]
    event["rawQueryString"] = urlencode(filled)
    event["queryStringParameters"] = dict(filled)  # of repeated ones the raw query tells


def _as_meant(name: str, value: str) -> tuple[str, str]:
    """A field as the API knows it: of a day that was chosen (`since.day`, `until.day`) the moment, the whole day in."""
    plain, dot, kind = name.rpartition(".")
    return (plain, day(plain, value)) if dot and kind == "day" else (name, value)
