"""The listing that comes with a budget, in whichever form Promob sent it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from promob.events import BudgetMade
from promob.items import Sums
from promob.listing_json import read_json
from promob.listing_reader import Reading
from promob.listing_xml import read_xml


def sums_of(event: BudgetMade) -> Sums:
    """What the items come to, after all of them were read and found right. Raises ProblemError."""
    return _read(event).through().sums


def lines_of(event: BudgetMade) -> Iterator[dict[str, Any]]:
    """The items, one by one, as an object keeps them. Raises ProblemError."""
    return (item.as_line() for item in _read(event))


def _read(event: BudgetMade) -> Reading:
    return read_json(event.listing) if event.listing_xml is None else read_xml(event.listing_xml)
