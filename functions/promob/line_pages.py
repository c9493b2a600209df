"""Pages of what isn't rows of a table: lines of an object, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from sincronia.answers import Problem, ProblemError
from sincronia.store.listing import After, Listed

Line = TypeVar("Line")

_LINE = "line"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def page_of_lines(lines: Iterable[Line], limit: int, after: After | None) -> Listed[Line]:
    """A page of lines; `after`: how many came before, as `line`. Raises ProblemError(cursor_invalid)."""
    first = 0
    if after is not None:
        if after.keys() != {_LINE} or not _NUMBER.fullmatch(after[_LINE]):
            raise ProblemError(Problem("cursor_invalid"))
        first = int(after[_LINE])
    shown = tuple(islice(lines, first, first + limit + 1))
    return Listed(shown[:limit], {_LINE: str(first + limit)} if len(shown) > limit else None)
