"""What people are shown of a cell that is wrong: enough to find it again, and too little to pass on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sincronia.ids import ID_FORM

_LONGEST = 60  # characters that are shown
_HIDDEN = "••••"
_CUT = "…"
_WORDS = 3  # of a name, of which the first letter is shown
_FEWEST_DIGITS = 6  # of a number of which the last two are shown
_ID = re.compile(ID_FORM)
_DAY = re.compile(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}")
_NUMBER = re.compile(r"[0-9](?:[^0-9\w]{0,3}[0-9]){6,}")  # as documents and telephones are written


def masked(column_key: str, value: str) -> str:
    """What is shown of what was typed under a column; nothing of a password."""
    if column_key == "password":
        return _HIDDEN
    readable = "".join(letter if letter.isprintable() else " " for letter in value[: 4 * _LONGEST])
    text = " ".join(readable.split())
    section, _, _ = column_key.partition(".")
    return _MASKS.get(column_key, _MASKS.get(section, _open))(text)


def _name(text: str) -> str:
    return " ".join(f"{word[0]}{_CUT}" for word in text.split()[:_WORDS])


def _email(text: str) -> str:
    before, at, domain = text.rpartition("@")
    if not at:
        return _beginning(text)
    _, dot, last = domain.rpartition(".")
    return f"{before[:1]}{_CUT}@{domain[:1]}{_CUT}{dot}{_cut(last) if dot else ''}"


def _number(text: str) -> str:
    digits = [letter for letter in text if letter.isdigit()]
    return _HIDDEN + "".join(digits[-2:]) if len(digits) >= _FEWEST_DIGITS else _HIDDEN if text else ""


def _beginning(text: str) -> str:
    """At most three characters, and at most half of the text."""
    return f"{text[: min(3, len(text) // 2)]}{_CUT}" if text else ""


def _id(text: str) -> str:
    return text if _ID.fullmatch(text) else _beginning(text)


def _open(text: str) -> str:
    """As it is, unless it looks like what belongs under another column."""
    if "@" in text:
        return _email(text)
    if _NUMBER.search(_DAY.sub("", text)):
        return _number(text)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + _CUT


_MASKS: Mapping[str, Callable[[str], str]] = {  # by a column's key, or what it begins with; others are shown
    "id": _id,
    "name": _name,
    "login": _beginning,
    "email": _email,
    "identification": _number,
    "phone": _number,
    "address": _beginning,
    "geolocation": _beginning,
    "additional": _beginning,
}
