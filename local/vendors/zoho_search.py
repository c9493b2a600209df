"""What a search of a simulated Zoho CRM finds: criteria, an e-mail, a phone or a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from local.vendors.zoho_answers import RefusedError
from local.vendors.zoho_modules import Field
from local.vendors.zoho_store import Row

_PHONES = ("Phone", "Mobile", "Home_Phone", "Other_Phone", "Asst_Phone", "Fax")
_MOST = 15  # criteria of one search
_Test = Callable[[Row], bool]
_TOKEN = re.compile(r"\s*(\(|\)|and|or)\s*", re.IGNORECASE)
_PAIR = re.compile(r"(\w[\w.]*):(\w+):((?:\\.|[^\\()])*)")
_ORDERED = {"date", "datetime"}


def wanted(request: Request, fields: dict[str, Field]) -> _Test:
    """Whether a record is sought; criteria win over an e-mail, that over a phone. Raises RefusedError."""
    if request.args.get("criteria"):
        return _Criteria(request.args["criteria"], fields).test()
    if request.args.get("email"):
        addresses = [name for name, field in fields.items() if field.type == "email"]
        return lambda row: any(_same(row.get(name), request.args["email"]) for name in addresses)
    if request.args.get("phone"):
        digits = re.sub(r"\D", "", request.args["phone"])
        return lambda row: any(re.sub(r"\D", "", str(row.get(name) or "")) == digits for name in _PHONES)
    word = request.args.get("word", "")
    if len(word) < 2:
        raise RefusedError(
            400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="criteria"
        )
    return lambda row: any(word.casefold() in str(row.get(name) or "").casefold() for name in fields)


class _Criteria:
    """`((Last_Name:equals:Lima)and(Email:starts_with:a))`; a backslash stands before a bracket or comma of a value."""

    def __init__(self, text: str, fields: dict[str, Field]) -> None:
        self._text, self._fields = text, fields
        self._at = 0
        self._pairs = 0

    def test(self) -> _Test:
        found = self._any()
        if self._at != len(self._text):
            raise self._refused()
        return found

    def _any(self) -> _Test:
        """Terms with `and` or `or` between them, from left to right."""
        found = self._term()
        while (told := self._token()) in {"and", "or"}:
            self._take()
            found = _both(found, self._term()) if told == "and" else _either(found, self._term())
        return found

    def _term(self) -> _Test:
        if self._token() == "(":
            self._take()
            found = self._any()
            if self._token() != ")":
                raise self._refused()
            self._take()
            return found
        match = _PAIR.match(self._text, self._at)
        self._pairs += 1
        if match is None or self._pairs > _MOST:
            raise self._refused()
        self._at = match.end()
        return self._pair(match[1], match[2], match[3].strip())

    def _pair(self, name: str, operator: str, text: str) -> _Test:
        field = Field("id") if name == "id" else self._fields.get(name)
        if field is None:
            raise self._refused(api_name=name)
        several = [_plain(part) for part in re.split(r"(?<!\\),", text)]
        value = _plain(text)
        tests: dict[str, _Test] = {
            "equals": lambda row: _same(_held(row, field), value),
            "not_equal": lambda row: not _same(_held(row, field), value),
            "starts_with": lambda row: str(_held(row, field) or "").casefold().startswith(value.casefold()),
            "in": lambda row: any(_same(_held(row, field), one) for one in several),
        }
        if field.type in _ORDERED:
            tests |= self._ordered(field, several)
        if operator not in tests:
            raise self._refused(operator=operator)
        return tests[operator]

    def _ordered(self, field: Field, several: list[str]) -> dict[str, _Test]:
        try:
            moments = [datetime.fromisoformat(one) for one in several]
        except ValueError:
            raise self._refused(api_name=field.name) from None
        if any((one.tzinfo is None) != (field.type == "date") for one in moments):
            raise self._refused(api_name=field.name)

        def at(row: Row) -> datetime | None:
            held = row.get(field.name)
            return datetime.fromisoformat(held) if held else None

        def compared(test: Callable[[datetime], bool]) -> _Test:
            return lambda row: (held := at(row)) is not None and test(held)

        first, last = moments[0], moments[-1]
        return {
            "equals": compared(lambda held: held == first),
            "not_equal": compared(lambda held: held != first),
            "greater_than": compared(lambda held: held > first),
            "greater_equal": compared(lambda held: held >= first),
            "less_than": compared(lambda held: held < first),
            "less_equal": compared(lambda held: held <= first),
            "between": compared(lambda held: first <= held <= last),
        }

    def _token(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return match[1].lower() if match else ""

    def _take(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match:
            self._at = match.end()

    def _refused(self, **details: Any) -> RefusedError:
        return RefusedError(400, "INVALID_QUERY", "invalid query formed", param_name="criteria", **details)


def _both(one: _Test, other: _Test) -> _Test:
    return lambda row: one(row) and other(row)


def _either(one: _Test, other: _Test) -> _Test:
    return lambda row: one(row) or other(row)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _held(row: Row, field: Field) -> Any:
    """A field's value; of a lookup its id."""
    value = row.get(field.name)
    return value.get("id") if isinstance(value, dict) else value


def _same(held: Any, wanted: str) -> bool:
    if isinstance(held, bool):
        return wanted.casefold() == str(held).casefold()
    return held is not None and str(held).casefold() == wanted.casefold()
