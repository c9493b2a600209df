"""Invented Brazilian names of people, told apart by a number."""

from __future__ import annotations

import unicodedata
from pathlib import Path

FIRST, MIDDLE, LAST = (
    line.split() for line in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
)
NAMES = len(FIRST) * len(MIDDLE) * len(LAST)
_STRIDE = 48_271  # shares no factor with the number of names, so no name comes twice


def person(number: int, seed: int) -> str:
    """The name of that number: another one for each of `NAMES` numbers in a row."""
    place = (number * _STRIDE + seed * 7_919) % NAMES
    place, first = divmod(place, len(FIRST))
    last, middle = divmod(place, len(MIDDLE))
    return f"{FIRST[first]} {MIDDLE[middle]} {LAST[last]}"


def plain(text: str) -> str:
    """The text in lower case and without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def email(name: str, domain: str) -> str:
    """A person's e-mail address."""
    return f"{plain(name).replace(' ', '.')}@{domain}"


def spread(chosen: int, total: int) -> list[int]:
    """`chosen` numbers of 1 to `total`, evenly apart."""
    return [1 + total * index // chosen for index in range(chosen)]
