"""Questor's way to write several codes: `1..10`, `1;3;9`, `1..`, and mixtures of them."""

from __future__ import annotations

import re
import sys

_PART = re.compile(r"(\d+)(?:(\.\.)(\d+)?)?", re.ASCII)

Ranges = list[tuple[int, int]]  # first and last code, both within; in order, and none touches another


def parsed(text: str) -> Ranges:
    """The codes that a text means. Raises ValueError where it means none."""
    ranges = sorted(_range(part.strip()) for part in text.split(";"))
    merged: Ranges = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        elif first <= last:
            merged.append((first, last))
    return merged


def within(ranges: Ranges, code: object) -> bool:
    """Whether a code is among them; what is no code never is."""
    return isinstance(code, int) and any(first <= code <= last for first, last in ranges)


def _range(part: str) -> tuple[int, int]:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(part)
    first, open_ended, last = match.groups()
    return int(first), int(last or (sys.maxsize if open_ended else first))
