"""OZmap's filters and sorting, over rows as they are kept.

A filter is `{property, operator, value}`, a sort `{property, direction}`; both come in lists.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from local.vendors.ozmap_kinds import Row

Test = Callable[[Row], bool]
NEAR = 500.0  # metres, where a filter gives no radius
_DEGREE = 111_320.0  # metres, of latitude


def fitting(filters: object) -> Test:
    """Whether a row fits all filters; of those in an inner list, one. Raises ValueError where they are none."""
    if filters is None:
        return lambda _row: True
    if not isinstance(filters, list):
        raise ValueError("filter")
    tests = [_any(part) if isinstance(part, list) else _one(part) for part in filters]
    return lambda row: all(test(row) for test in tests)


def in_order(rows: list[Row], sort: object) -> list[Row]:
    """The rows sorted; those without a value come first. Raises ValueError where `sort` is none."""
    if sort is None:
        return rows
    if not isinstance(sort, list):
        raise ValueError("sort")
    for part in reversed(sort):
        if not isinstance(part, dict) or part.get("direction") not in (1, -1) or not _is_path(part.get("property")):
            raise ValueError("sort")
        rows = sorted(rows, key=partial(_rank, part["property"]), reverse=part["direction"] == -1)
    return rows


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _any(parts: list[Any]) -> Test:
    tests = [_one(part) for part in parts]
    return lambda row: any(test(row) for test in tests)


def _one(part: object) -> Test:
    if not isinstance(part, dict) or not _is_path(part.get("property")) or "value" not in part:
        raise ValueError("filter")
    operator, path, wanted = part.get("operator"), part["property"].strip(), part["value"]
    if operator == "near":
        return _near(wanted)
    if operator in {"in", "notin"} and not isinstance(wanted, list):
        raise ValueError("value")
    if operator == "exists":
        return lambda row: any(value is not None for value in _values(row, path)) == bool(wanted)
    if operator == "!=":
        return lambda row: not any(_same(value, wanted) for value in _values(row, path))
    if operator == "notin":
        return lambda row: not any(_within(value, wanted) for value in _values(row, path))
    compared = _COMPARED.get(str(operator))
    if compared is None:
        raise ValueError("operator")
    return lambda row: any(compared(value, wanted) for value in _values(row, path))


def _values(row: object, path: str) -> Iterator[Any]:
    """What stands under a dotted path, each member of a list by itself; None where there is nothing."""
    name, _, rest = path.partition(".")
    found = row.get(name) if isinstance(row, dict) else None
    members = found if isinstance(found, list) and found else [found]
    for member in members:
        if rest:
            yield from _values(member, rest)
        else:
            yield member


def _same(value: object, wanted: object) -> bool:
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _within(value: object, wanted: list[Any]) -> bool:
    return any(_same(value, one) for one in wanted)


def _like(value: object, wanted: object) -> bool:
    return isinstance(value, str) and isinstance(wanted, str) and wanted.casefold() in value.casefold()


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[object, Any], bool]:
    def fits(value: object, wanted: Any) -> bool:
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, wanted))
        texts = isinstance(value, str) and isinstance(wanted, str)
        return (numbers or texts) and compare(value, wanted)

    return fits


_COMPARED: dict[str, Callable[[object, Any], bool]] = {
    "=": _same,
    "in": _within,
    "like": _like,
    "<": _ordered(lambda value, wanted: value < wanted),
    "<=": _ordered(lambda value, wanted: value <= wanted),
    ">": _ordered(lambda value, wanted: value > wanted),
    ">=": _ordered(lambda value, wanted: value >= wanted),
}


def _near(wanted: object) -> Test:
    try:
        latitude, longitude = float(wanted["lat"]), float(wanted["lng"])  # type: ignore[index]
        radius = float(wanted.get("radius", NEAR))  # type: ignore[attr-defined]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ValueError("near") from None

    def fits(row: Row) -> bool:
        if not row.get("coords"):
            return False
        east = (row["coords"][0] - longitude) * math.cos(math.radians(latitude))
        return math.hypot(east, row["coords"][1] - latitude) * _DEGREE <= radius

    return fits


def _rank(path: str, row: Row) -> tuple[int, Any]:
    value = next(_values(row, path))
    if isinstance(value, int | float):
        return 1, value
    return (0, "") if value is None else (2, str(value))
