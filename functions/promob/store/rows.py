"""The table of projects. A row's `value` is one record, as JSON: decimals as text, and what is empty is left out.

| scope | item | row |
| --- | --- | --- |
| connection#stores | store's id | a store |
| connection#users | token's id | a user |
| connection#customers | customer's id | a customer |
| connection#projects | project's id | a project with all its environments; its `version` guards all that is theirs |
| connection#of_customer#customer | project's id | that the project is the customer's |
| connection#versions#environment | number, six digits | a version, which never changes |
| connection#manual#environment | item's id | an item by hand |
| connection#budgets | budget's id | a budget |
| connection#of_project#project | at#budget's id | that the budget is the project's |
| connection#orders | order's id | a purchase order; its lines are an object |
| connection#history#project | at#version#n | something that happened to it |
| connection#rules | store's id | the store's commercial rules |
| connection#counters | name | `version` is the number that was given last |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import TypeAdapter
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia import clock
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.listing import After, Listed, listed

Value = TypeVar("Value")


class RowsByChange(GlobalSecondaryIndex["Row"]):
    """The rows of a scope that others follow, in the order of their last change."""

    class Meta:
        index_name = "by_change"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    changed = UnicodeAttribute(range_key=True)


class Row(Table):
    """A row. `version` rises with each change of a record that several may change; `changed` is its moment#item."""

    class Meta:
        table_name = table("projects")

    scope = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    value = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    changed = UnicodeAttribute(null=True)
    by_change = RowsByChange()


def scope_of(connection: str, *names: str) -> str:
    """The scope of a connection's rows of a kind, and of what they belong to, where they belong to something."""
    return "#".join((connection, *names))


def row_of(
    form: TypeAdapter[Value],
    scope: str,
    item: str,
    value: Value,
    *,
    version: int | None = None,
    changed_at: float | None = None,
) -> Row:
    """The row of a record. changed_at: seconds since 1970, of a record that others follow."""
    return Row(
        scope,
        item,
        value=form.dump_json(value, exclude_defaults=True).decode(),
        version=version,
        changed=None if changed_at is None else f"{clock.iso(changed_at)}#{item}",
    )


def value_in(form: TypeAdapter[Value], row: Row) -> Value:
    """The record of a row."""
    value: Value = form.validate_json(row.value, strict=True)
    return value


def stored_row(scope: str, item: str) -> Row | None:
    """A row, read consistently."""
    try:
        return Row.get(scope, item, consistent_read=True)
    except Row.DoesNotExist:
        return None


def stored_value(form: TypeAdapter[Value], scope: str, item: str) -> Value | None:
    """The record of a row, read consistently."""
    row = stored_row(scope, item)
    return value_in(form, row) if row else None


def stored_rows(keys: Iterable[tuple[str, str]]) -> list[Row]:
    """Those rows of scopes and items that there are, in no order, read consistently."""
    wanted = list(dict.fromkeys(keys))
    return list(Row.batch_get(wanted, consistent_read=True)) if wanted else []


def stored_values(form: TypeAdapter[Value], scope: str) -> list[Value]:
    """All records of a scope, read consistently."""
    return [value_in(form, row) for row in Row.query(scope, consistent_read=True)]


def values_page(
    form: TypeAdapter[Value], scope: str, limit: int, after: After | None, *, newest_first: bool = False
) -> Listed[Value]:
    """A page of a scope's records, in the order of their items or the other way round; read consistently."""
    return listed(
        lambda start: Row.query(
            scope, consistent_read=True, limit=limit, scan_index_forward=not newest_first, last_evaluated_key=start
        ),
        lambda row: value_in(form, row),
        after,
        partition={"scope": scope},
        names=frozenset({"item"}),
    )


def values_changed(
    form: TypeAdapter[Value], scope: str, since: float | None, limit: int, after: After | None
) -> Listed[Value]:
    """A page of a scope's records: those that changed since then, in the order of their last change; or, since None,
    all, what changed last first. since: seconds since 1970, that one included.

    The index follows the table within moments: who follows changes asks again from a little before the last one read.
    """
    condition = None if since is None else Row.changed >= clock.iso(since)
    return listed(
        lambda start: Row.by_change.query(
            scope, condition, limit=limit, scan_index_forward=since is not None, last_evaluated_key=start
        ),
        lambda row: value_in(form, row),
        after,
        partition={"scope": scope},
        names=frozenset({"changed", "item"}),
    )
