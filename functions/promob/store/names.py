"""What people call what answers name by its id: stores, customers, projects, suppliers of orders, people."""

from __future__ import annotations

import json
from collections.abc import Iterable

from promob.store.rows import scope_of, stored_rows
from sincronia.store.tokens import stored_tokens


def names_of(
    connection: str,
    *,
    stores: Iterable[str] = (),
    customers: Iterable[str] = (),
    projects: Iterable[str] = (),
    orders: Iterable[str] = (),
    people: Iterable[str | None] = (),
) -> dict[str, str]:
    """Names by id, those that there are; an order's is its supplier. Of people, tokens' ids, users' names come first.

    Two reads of many rows, whatever is asked for.
    """
    known_people = {one for one in people if one}
    places = {"stores": stores, "customers": customers, "projects": projects, "orders": orders, "users": known_people}
    rows = stored_rows((scope_of(connection, place), one) for place, ids in places.items() for one in ids)
    values = {row.item: json.loads(row.value) for row in rows}
    found = {one: str(value.get("name") or value["supplier"]) for one, value in values.items()}
    tokens = stored_tokens(sorted(known_people - found.keys()))
    return found | {one: token.description for one, token in tokens.items()}
