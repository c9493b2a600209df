"""All that is kept of a network's projects, to be erased: rows, the values that are theirs, items, notifications."""

from __future__ import annotations

from collections.abc import Iterator

from pynamodb.models import Model

from promob import flow_names
from promob.store.counters import counters_scope
from promob.store.customers import CUSTOMERS
from promob.store.items import items_place
from promob.store.project_rows import PROJECTS, budgets_scope, customer_scope
from promob.store.projects import locks_of
from promob.store.records import Record, Records
from promob.store.rows import Row, scope_of, value_in
from promob.store.rules import rules_scope
from promob.store.stores import STORES
from promob.store.users import USERS
from sincronia.store.hint_remains import HintRemains
from sincronia.store.notifications import NotificationItem
from sincronia.store.remains import deleted, objects_deleted

_ENTITIES = (
    *(flow_names.ENVIRONMENT, flow_names.CUSTOMER),
    *(flow_names.PROMOB_PROJECT, flow_names.PROMOB_CUSTOMER, flow_names.PROMOB_USER),
)


class ProjectRemains(HintRemains):
    """Implements sincronia.engine.erasing.Remains where there are projects."""

    def __init__(self) -> None:
        super().__init__(_ENTITIES)

    def erased(self, connection: str) -> Iterator[None]:
        yield from deleted(_notifications(connection))
        yield from deleted(_projects_with_what_is_theirs(connection))
        yield from deleted(_with_locks(CUSTOMERS, connection))
        yield from deleted(_with_locks(USERS, connection))
        yield from deleted(_with_locks(STORES, connection))
        for scope in (
            *(scope_of(connection, "budgets"), scope_of(connection, "orders")),
            *(rules_scope(connection), counters_scope(connection)),
        ):
            yield from deleted(_rows(scope))
        yield from objects_deleted(items_place(connection))
        yield from super().erased(connection)


def _notifications(connection: str) -> Iterator[Model]:
    """What people were told of the network's environments; those who were are known by its rows, which go later."""
    for audience in sorted(audiences_of(connection)):
        found = NotificationItem.query(
            audience, filter_condition=NotificationItem.connection == connection, consistent_read=True
        )
        yield from found


def audiences_of(connection: str) -> set[str]:
    """All who may have worked on an environment: users, who answers for a store, who is said to work on one."""
    found = {user.id for user in USERS.all(connection)} | {store.responsible for store in STORES.all(connection)}
    for row in _rows(scope_of(connection, "projects")):
        found |= {one.worked_by for one in value_in(PROJECTS, row).environments}
    return found - {""}


def _projects_with_what_is_theirs(connection: str) -> Iterator[Model]:
    """Each project after all that is known by it alone."""
    for row in _rows(scope_of(connection, "projects")):
        project = value_in(PROJECTS, row)
        for environment in project.environments:
            for kind in ("versions", "manual"):
                yield from _rows(scope_of(connection, kind, environment.id))
        yield from _rows(scope_of(connection, "history", project.id))
        yield from _rows(budgets_scope(connection, project.id))
        for lock in locks_of(project):
            yield lock.row(connection)
        yield Row(customer_scope(connection, project.customer), project.id)
        yield row


def _with_locks(records: Records[Record], connection: str) -> Iterator[Model]:
    for row in _rows(records.scope(connection)):
        for lock in records.locks(value_in(records.form, row)):
            yield lock.row(connection)
        yield row


def _rows(scope: str) -> Iterator[Row]:
    yield from Row.query(scope, consistent_read=True)
