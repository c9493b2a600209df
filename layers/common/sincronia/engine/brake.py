"""The brake: when a plan does so much harm, if it is wrong, that a person is asked first. For each lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sincronia.answers import Problem
from sincronia.engine.flow import BrakeLimits, Limit


@dataclass(frozen=True, slots=True)
class Judged:
    """What the brake looks at: the raw listing against the links, before any filter."""

    lane: str  # what people call its records, and where they go
    listed: int
    complete: bool
    narrowed: bool  # a filter was set, so who is absent may just lie outside it
    active_links: int
    leaving: tuple[str, ...]  # labels of active links that the listing does not hold, or holds as gone
    changes: tuple[str, ...]  # labels of linked records that would be changed


def judge(judged: Judged, limits: BrakeLimits) -> Problem | None:
    """The reason to wait for a person, or None. Creates never count."""
    if judged.active_links and not judged.listed and not judged.narrowed:
        return Problem("brake_source_empty", {"lane": judged.lane, "links": str(judged.active_links)})
    if _exceeds(len(judged.leaving), judged.active_links, limits.deactivations):
        known = judged.complete or judged.narrowed
        return _problem("brake_deactivations" if known else "brake_source_short", judged, judged.leaving)
    if _exceeds(len(judged.changes), judged.active_links, limits.changes):
        return _problem("brake_changes", judged, judged.changes)
    return None


def _exceeds(number: int, of: int, limit: Limit) -> bool:
    return number > limit.number and number * 100 > limit.percent * of


def _problem(code: str, judged: Judged, names: tuple[str, ...]) -> Problem:
    details = {"number": str(len(names)), "links": str(judged.active_links), "names": labels(names)}
    return Problem(code, {"lane": judged.lane, **details})


def labels(names: Sequence[str], at_most: int = 5) -> str:
    """The first few names for a sentence: `a, b, c, d, e e mais 2`."""
    shown = ", ".join(names[:at_most])
    rest = len(names) - at_most
    return f"{shown} e mais {rest}" if rest > 0 else shown
