"""One page of a list: a Query along a key, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pynamodb.exceptions import QueryError
from pynamodb.pagination import ResultIterator

from sincronia.answers import Problem, ProblemError

Item = TypeVar("Item")
Value = TypeVar("Value")

After = Mapping[str, str]  # by attribute: the key of a page's last row, without the partition


@dataclass(frozen=True, slots=True)
class Listed(Generic[Value]):
    """The values of a page, and the key that the next one follows; None where there is no more."""

    values: tuple[Value, ...]
    after: After | None


def listed(
    query: Callable[[dict[str, dict[str, Any]] | None], ResultIterator[Item]],
    value_of: Callable[[Item], Value],
    after: After | None,
    *,
    partition: Mapping[str, str],
    names: frozenset[str],
) -> Listed[Value]:
    """Reads the page that `query` gives for a start key.

    partition: the attribute that the query names by itself, and its value; names: the rest of the key's attributes.
    Raises ProblemError(cursor_invalid) where `after` names anything else, or lies outside of the query.
    """
    if after is not None and after.keys() != names:
        raise ProblemError(Problem("cursor_invalid"))
    start = None if after is None else {name: {"S": value} for name, value in {**after, **partition}.items()}
    rows = query(start)
    try:
        values = tuple(value_of(row) for row in rows)
    except QueryError as error:
        if after is None or error.cause_response_code != "ValidationException":
            raise
        raise ProblemError(Problem("cursor_invalid")) from None
    last = rows.last_evaluated_key
    return Listed(values, {name: last[name]["S"] for name in names} if last else None)
