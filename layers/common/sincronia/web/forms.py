"""Forms that browsers send, read as the JSON that a program would have sent to the same route.

A field's name is a path and, after a dot, a kind: `settings/address`, `since.day`, `contacts.flag`, `roles.list`.
What there are several of is told apart by `#`: `rules#0/category`; one of which nothing is filled in, or whose
`_left_out` is, isn't there.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlencode

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.web.answers import BODY_LIMIT

FORM_TOKEN, FORM_TOKEN_HEADER = "form_token", "x-form-token"
NEXT, REQUEST_KEY, METHOD = "next", "idempotency_key", "_method"

_OWN = frozenset({FORM_TOKEN, NEXT, REQUEST_KEY, METHOD})  # what forms say beside what they are about
_METHODS = frozenset({"PATCH", "DELETE"})  # that HTML has no forms for
_TYPE = re.compile(r"application/x-www-form-urlencoded *(;.*)?", re.IGNORECASE)
_TYPE_WITH_FILES = re.compile(r"multipart/form-data *;.*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,15}(,\d{1,10})?")
_NOTHING = object()  # of a field that nobody filled in
_MOST_FIELDS = 2000
_DEEPEST = 5
_LEFT_OUT = "_left_out"
_SEVERAL = "#"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form as they were sent, each with its values in their order."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What a field says; the last of what it says several times, empty where it isn't there."""
        return self.fields.get(name, ("",))[-1]

    @property
    def method(self) -> str:
        """What it is to be sent as: POST, or what HTML has no forms for."""
        return self.text(METHOD) if self.text(METHOD) in _METHODS else "POST"

    def body(self) -> Json:
        """JSON of what is filled in. Raises ProblemError(body_malformed)."""
        found: Json = {}
        for name, values in self.fields.items():
            if name in _OWN:
                continue
            path, value = meant(name, values)
            if value is _NOTHING and _SEVERAL not in path:
                continue
            *parents, last = path.split("/")
            if len(parents) > _DEEPEST:
                raise ProblemError(Problem("body_malformed"))
            place = found
            for parent in parents:
                place = _within(place, parent)
            if last in place:
                raise ProblemError(Problem("body_malformed"))
            if value is not _NOTHING:
                place[last] = value
        whole: Json = _told(found)
        return whole


class _Several(dict[str, Json]):
    """Things that a form says one after the other, by what tells them apart."""


def _within(place: Json, name: str) -> Json:
    """What a part of a path names. Raises ProblemError(body_malformed)."""
    plain, several, which = name.partition(_SEVERAL)
    there = place.setdefault(plain, _Several() if several else {})
    if not isinstance(there, dict) or isinstance(there, _Several) != bool(several):
        raise ProblemError(Problem("body_malformed"))
    return there.setdefault(which, {}) if several else there


def _told(value: Any) -> Any:
    """With a list in place of each thing that there are several of."""
    if isinstance(value, _Several):
        return [_told(one) for one in value.values() if one and _LEFT_OUT not in one]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    return value


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a request's body is an HTML form's."""
    sent = headers.get("content-type", "")
    return _TYPE.fullmatch(sent) is not None or _TYPE_WITH_FILES.fullmatch(sent) is not None


def form_of(event: Mapping[str, Any]) -> Form:
    """The form in an event's body. Raises ProblemError(body_too_large, body_malformed)."""
    body = event.get("body") or ""
    if len(body) > BODY_LIMIT * 4 / 3:
        raise ProblemError(Problem("body_too_large"))
    sent = event.get("headers", {}).get("content-type", "")
    try:
        if _TYPE_WITH_FILES.fullmatch(sent):
            return _with_files(sent, base64.b64decode(body) if event.get("isBase64Encoded") else body.encode())
        text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
        return Form(parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except (ValueError, LookupError):  # the latter of headers that the standard library stumbles over
        raise ProblemError(Problem("body_malformed")) from None


def _with_files(content_type: str, body: bytes) -> Form:
    """A form of parts; what a file holds is its field's value, in base64. Raises ValueError."""
    whole = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    parts = [*whole.iter_parts()] if whole.is_multipart() else []
    if not parts or len(parts) > _MOST_FIELDS:
        raise ValueError(content_type)
    fields: dict[str, list[str]] = {}
    for part in parts:
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise ValueError(content_type)
        text = base64.b64encode(content) if part.get_filename() is not None else content
        fields.setdefault(str(part.get_param("name", "", header="content-disposition")), []).append(text.decode())
    return Form(fields)


def become_json(event: Json, form: Form) -> None:
    """Lets a form be what a program would have sent: JSON of its fields, and its key in the header.

    What removes something has no body: its fields are the query.
    """
    if form.method == "DELETE" and (fields := form.body()):
        event["rawQueryString"] = urlencode(fields)
        event["queryStringParameters"] = fields
    event["body"] = json.dumps(form.body())
    event["isBase64Encoded"] = False
    event["headers"] = {**event["headers"], "content-type": "application/json"}
    if key := form.text(REQUEST_KEY):
        event["headers"]["idempotency-key"] = key


def meant(name: str, values: Sequence[str]) -> tuple[str, Any]:
    """A field's path, and what it says by its kind; without a kind, its text, and nothing where it is empty."""
    plain, dot, kind = name.rpartition(".")
    if dot and kind in _KINDS:
        return plain, _KINDS[kind](plain, values)
    if len(values) > 1:
        raise ProblemError(Problem("body_malformed"))
    return name, values[0] or _NOTHING


def day(name: str, text: str) -> str:
    """The moment in São Paulo that a chosen day begins; of `until` that it ends; what is no day stays as it is."""
    try:
        chosen = date.fromisoformat(text) + timedelta(days=int(name == "until"))
    except (ValueError, OverflowError):
        return text
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=clock.SAO_PAULO).isoformat()


def _day(name: str, values: Sequence[str]) -> Any:
    return day(name, values[-1]) if values[-1] else _NOTHING


def _flag(_: str, values: Sequence[str]) -> bool:
    """A checkbox behind a hidden, empty field of the same name."""
    return any(values)


def _list(_: str, values: Sequence[str]) -> list[str]:
    """What was chosen of many; the hidden, empty field of the same name lets it be none."""
    return [value for value in values if value]


def _lines(_: str, values: Sequence[str]) -> list[str]:
    return [line.strip() for line in values[-1].splitlines() if line.strip()]


def _clearable(_: str, values: Sequence[str]) -> str | None:
    """A text that may be taken away."""
    return values[-1] or None


def _text(_: str, values: Sequence[str]) -> str:
    """A text that may be empty."""
    return values[-1]


def _number(_: str, values: Sequence[str]) -> Any:
    """As people write it, with a comma; what is no number stays text, and is refused by name where it is checked."""
    text = values[-1].strip()
    if not _NUMBER.fullmatch(text):
        return text or _NOTHING
    return float(text.replace(",", ".")) if "," in text else int(text)


def _json(_: str, values: Sequence[str]) -> Any:
    """The value of an option that is no text."""
    return _loaded(values[-1]) if values[-1] else _NOTHING


def _objects(_: str, values: Sequence[str]) -> list[Any]:
    """What was chosen of many that no single text names."""
    return [_loaded(value) for value in values if value]


def _pairs(_: str, values: Sequence[str]) -> dict[str, str]:
    """A line for each: `name: text`. A line without a colon names what has no text, and is refused where it matters."""
    named = (line.partition(":") for line in values[-1].splitlines() if line.strip())
    return {name.strip(): text.strip() for name, _, text in named}


def _groups(name: str, values: Sequence[str]) -> dict[str, list[str]]:
    """A line for each: `name: text, text`."""
    return {
        each: [part.strip() for part in text.split(",") if part.strip()] for each, text in _pairs(name, values).items()
    }


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ProblemError(Problem("body_malformed")) from None


_KINDS: Mapping[str, Callable[[str, Sequence[str]], Any]] = {
    "day": _day,
    "flag": _flag,
    "list": _list,
    "lines": _lines,
    "clearable": _clearable,
    "text": _text,
    "number": _number,
    "json": _json,
    "objects": _objects,
    "pairs": _pairs,
    "groups": _groups,
}
