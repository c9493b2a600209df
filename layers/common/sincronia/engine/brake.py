"""The brake: when a plan does so much harm, if it is wrong, that a person is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sincronia.answers import Problem
from sincronia.engine.flow import BrakeLimits, Limit


@dataclass(frozen=True, slots=True)
class Judged:
    """What the brake looks at: the raw listing against the links, before any filter."""

    listed: int
    complete: bool
    narrowed: bool  # a filter was set, so who is absent may just lie outside it
    active_links: int
    absent: tuple[str, ...]  # labels of active links that the listing does not hold
    changes: tuple[str, ...]  # labels of linked records that would be changed


def judge(judged: Judged, limits: BrakeLimits) -> Problem | None:
    """The reason to wait for a person, or None. Creates never count."""
    if not judged.narrowed:
        if judged.active_links and not judged.listed:
            return Problem("brake_source_empty", {"links": str(judged.active_links)})
        if _exceeds(len(judged.absent), judged.active_links, limits.deactivations):
            code = "brake_deactivations" if judged.complete else "brake_source_short"
            return _problem(code, judged.absent, judged.active_links)
    if _exceeds(len(judged.changes), judged.active_links, limits.changes):
        return _problem("brake_changes", judged.changes, judged.active_links)
    return None


def _exceeds(number: int, of: int, limit: Limit) -> bool:
    return number > limit.number and number * 100 > limit.percent * of


def _problem(code: str, names: tuple[str, ...], links: int) -> Problem:
    return Problem(code, {"number": str(len(names)), "links": str(links), "names": labels(names)})


def labels(names: Sequence[str], at_most: int = 5) -> str:
    """The first few names for a sentence: `a, b, c, d, e e mais 2`."""
    shown = ", ".join(names[:at_most])
    rest = len(names) - at_most
    return f"{shown} e mais {rest}" if rest > 0 else shown
