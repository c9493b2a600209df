"""Lists by pages: `limit` and `cursor` of a request, `items` and `next` of its answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import pydantic_core
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from sincronia.answers import Problem, ProblemError
from sincronia.store.listing import After, Listed

Item = TypeVar("Item")
Value = TypeVar("Value")

Limit = Annotated[int, Query(ge=1, le=100, description="Quantos itens a página traz, no máximo.")]
Cursor = Annotated[
    str, Query(max_length=1000, description="O valor de next da página anterior; vazio, a lista começa do início.")
]


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next` is the cursor of the next one, null where this is the last."""

    items: list[Item]
    next: str | None


def after_of(cursor: str) -> After | None:
    """The key that a cursor names; None for the beginning. Raises ProblemError(cursor_invalid)."""
    if not cursor:
        return None
    try:
        key: Any = pydantic_core.from_json(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError):
        raise ProblemError(Problem("cursor_invalid")) from None
    if not isinstance(key, dict) or not all(isinstance(value, str) and value for value in key.values()):
        raise ProblemError(Problem("cursor_invalid"))
    return key


def cursor_of(after: After | None) -> str | None:
    """The cursor that names a key."""
    if after is None:
        return None
    text = json.dumps(dict(sorted(after.items())), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def page(listed: Listed[Value], item_of: Callable[[Value], Item]) -> Page[Item]:
    """The answer's form of what the store listed."""
    return Page(items=[item_of(value) for value in listed.values], next=cursor_of(listed.after))
