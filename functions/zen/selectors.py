"""The selectors of "Sincronizar Empresas e Funcionários": `1..10`, `1;3;9`, `1..`, and mixtures of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 999_999_999  # no code of Questor is longer
_MOST_CHARACTERS = 2_000  # what a person types; it travels in a query string
_MOST_RANGES = 200

_PART = re.compile(r"([0-9]+)\s*(?:(\.\.)\s*([0-9]*))?")
_QUOTABLE = re.compile(r"[0-9A-Za-zÀ-ÿ.]{1,12}")


class SelectorError(ValueError):
    """Text that is no selector: the place, counted from 1, and the wrong piece where it may be shown, else empty."""

    def __init__(self, position: int, piece: str = "") -> None:
        super().__init__(f"position {position}")
        self.position = position
        self.piece = piece if _QUOTABLE.fullmatch(piece) else ""


@dataclass(frozen=True, slots=True)
class Selector:
    """A set of codes, as ranges in order that neither overlap nor touch; a range without an end goes on for ever."""

    ranges: tuple[tuple[int, int | None], ...]

    def holds(self, code: int) -> bool:
        """Whether the code is selected."""
        return any(first <= code and (last is None or code <= last) for first, last in self.ranges)

    def above(self, lowest: int) -> Selector | None:
        """What of it is not below a code; None where nothing is left."""
        left = ((max(first, lowest), last) for first, last in self.ranges if last is None or last >= lowest)
        ranges = tuple(left)
        return Selector(ranges) if ranges else None

    def __str__(self) -> str:
        """The normal form, in Questor's own syntax."""
        return ";".join(_range_out(first, last) for first, last in self.ranges)


def parse(text: str) -> Selector:
    """The selector that a person typed. Raises SelectorError; blank text is one, too."""
    if len(text) > _MOST_CHARACTERS:
        raise SelectorError(_MOST_CHARACTERS + 1)
    selector = Selector(_merged(list(_parts(text))))
    if len(selector.ranges) > _MOST_RANGES:
        raise SelectorError(len(text))
    return selector


def _parts(text: str) -> Iterator[tuple[int, int | None]]:
    start = 0
    for part in text.split(";"):
        yield _part(part, start)
        start += len(part) + 1


def _part(part: str, start: int) -> tuple[int, int | None]:
    """The range of one part, which begins behind `start` characters."""
    inside = part.strip()
    position = start + 1 + len(part) - len(part.lstrip())
    if not inside:
        raise SelectorError(start + 1)
    match = _PART.match(inside)
    end = match.end() if match else 0
    if match is None or end < len(inside):
        raise SelectorError(position + end, inside[end:])
    first = _code(match[1], position, inside)
    if not match[2]:
        return first, first
    if not match[3]:
        return first, None
    last = _code(match[3], position, inside)
    if last < first:
        raise SelectorError(position, inside)
    return first, last


def _code(digits: str, position: int, piece: str) -> int:
    if len(digits.lstrip("0")) > len(str(LARGEST)):
        raise SelectorError(position, piece)
    return int(digits)


def _merged(ranges: list[tuple[int, int | None]]) -> tuple[tuple[int, int | None], ...]:
    merged: list[tuple[int, int | None]] = []
    for first, last in sorted(ranges, key=lambda one: one[0]):
        before = merged[-1][1] if merged else -2
        if before is None:
            break
        if first > before + 1:
            merged.append((first, last))
        elif last is None or last > before:
            merged[-1] = (merged[-1][0], last)
    return tuple(merged)


def _range_out(first: int, last: int | None) -> str:
    if last is None:
        return f"{first}.."
    return str(first) if first == last else f"{first}..{last}"
