"""Projects in DynamoDB. All that belongs to one change is one transaction, which the project's row guards.

The most that a transaction can have is 100 actions. A project has at most promob.projects.MOST_ENVIRONMENTS
environments, of which a change asks two rows each (what Promob is told and the history, or two notifications), and a
revision at most promob.acting.MOST_SUPPLIERS orders: 84 actions at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from promob.consequences import Consequences, consequences
from promob.environments import Environment, Version
from promob.flow_names import ENVIRONMENT
from promob.offers import Budget, HistoryEntry, ManualItem, PurchaseOrder
from promob.ports import Beside
from promob.pricing import Rule
from promob.projects import Project
from promob.store.keeping import Change, Kept, Lock, Taken
from promob.store.project_rows import (
    PROJECTS,
    budgets_scope,
    customer_scope,
    project_of_promob,
    project_row,
    promob_project,
    stored_project,
)
from promob.store.rows import (
    Row,
    row_of,
    scope_of,
    stored_rows,
    stored_value,
    stored_values,
    value_in,
    values_changed,
    values_page,
)
from promob.store.rules import stored_rules
from promob.store.stores import stored_store
from promob.stores import Store
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.hints import requested
from sincronia.store.listing import After, Listed
from sincronia.store.notifications import notification_out
from sincronia.store.writing import Writes

_VERSIONS, _HISTORY, _MANUAL = TypeAdapter(Version), TypeAdapter(HistoryEntry), TypeAdapter(ManualItem)
_BUDGETS, _ORDERS = TypeAdapter(Budget), TypeAdapter(PurchaseOrder)


@dataclass(frozen=True, slots=True)
class DynamoProjects:
    """Implements promob.ports.ProjectStore for one connection."""

    connection: str

    def project(self, project_id: str) -> Project | None:
        return stored_project(self.connection, project_id)

    def of_promob(self, promob_id: str) -> tuple[str, str] | None:
        return project_of_promob(self.connection, promob_id)

    def keep(self, before: Project | None, after: Project, by: str, beside: Beside = Beside()) -> bool:  # noqa: B008  # it is frozen
        followed = consequences(self.connection, before, after, by, after.changed_at)
        project = followed.project
        kept = Change(
            self.connection,
            project_row(self.connection, project),
            before.version if before else 0,
            locks=tuple(lock for lock in locks_of(project) if before is None or lock not in locks_of(before)),
            hints=tuple(
                requested(self.connection, ENVIRONMENT, f"{project.id}-{one}", by) for one in followed.outgoing
            ),
            beside=self._beside(before, followed, beside),
        ).kept()
        if isinstance(kept, Taken):
            raise ProblemError(Problem("promob.integrated_before", {"name": self._name(kept.holder)}))
        return kept == Kept.DONE

    def version(self, environment_id: str, number: int) -> Version | None:
        return stored_value(_VERSIONS, self._scope("versions", environment_id), _number(number))

    def budget(self, budget_id: str) -> Budget | None:
        return stored_value(_BUDGETS, self._scope("budgets"), budget_id)

    def manual_items(self, environment_id: str) -> Sequence[ManualItem]:
        return stored_values(_MANUAL, self._scope("manual", environment_id))

    def manual_item(self, environment_id: str, item_id: str) -> ManualItem | None:
        return stored_value(_MANUAL, self._scope("manual", environment_id), item_id)

    def store(self, store_id: str) -> Store | None:
        return stored_store(self.connection, store_id)

    def rules(self, store_id: str) -> Sequence[Rule]:
        return stored_rules(self.connection, store_id).rules

    def keep_budget(self, new: Budget) -> Budget:
        """Keeps a budget that is new; gives the one that is there where the same request kept it before."""
        of_project = Writes()
        of_project.save(Row(budgets_scope(self.connection, new.project), f"{clock.iso(new.created_at)}#{new.id}"))
        if Change(self.connection, self._budget_row(new), 0, beside=of_project).kept() == Kept.DONE:
            return new
        return self.budget(new.id) or new

    def budgets_of(self, project_id: str, limit: int) -> list[Budget]:
        """A project's budgets, the newest first; no more than that."""
        scope = budgets_scope(self.connection, project_id)
        rows = Row.query(scope, consistent_read=True, limit=limit, scan_index_forward=False)
        ids = [row.item.rpartition("#")[2] for row in rows]
        found = {row.item: row for row in stored_rows((self._scope("budgets"), one) for one in ids)}
        return [value_in(_BUDGETS, found[one]) for one in ids if one in found]

    def order(self, order_id: str) -> PurchaseOrder | None:
        """A purchase order, read consistently."""
        return stored_value(_ORDERS, self._scope("orders"), order_id)

    def projects_changed(self, since: float | None, limit: int, after: After | None) -> Listed[Project]:
        """A page of projects in the order of their last change; see values_changed."""
        return values_changed(PROJECTS, self._scope("projects"), since, limit, after)

    def budgets_changed(self, since: float | None, limit: int, after: After | None) -> Listed[Budget]:
        """A page of budgets in the order of their last change; see values_changed."""
        return values_changed(_BUDGETS, self._scope("budgets"), since, limit, after)

    def orders_changed(self, since: float | None, limit: int, after: After | None) -> Listed[PurchaseOrder]:
        """A page of purchase orders in the order of their making; see values_changed."""
        return values_changed(_ORDERS, self._scope("orders"), since, limit, after)

    def versions(self, environment_id: str, limit: int, after: After | None) -> Listed[Version]:
        """A page of an environment's versions, the newest first."""
        return values_page(_VERSIONS, self._scope("versions", environment_id), limit, after, newest_first=True)

    def history(self, project_id: str, limit: int, after: After | None) -> Listed[HistoryEntry]:
        """A page of what happened to a project, the newest first."""
        return values_page(_HISTORY, self._scope("history", project_id), limit, after, newest_first=True)

    def _beside(self, before: Project | None, followed: Consequences, beside: Beside) -> Writes:
        project, writes = followed.project, Writes()
        if before is None:
            writes.save(Row(customer_scope(self.connection, project.customer), project.id))
        for environment, version in _new_versions(before, project):
            scope = self._scope("versions", environment.id)
            writes.save(row_of(_VERSIONS, scope, _number(version.number), version), condition=Row.item.does_not_exist())
        for budget in beside.budgets:
            writes.save(self._budget_row(budget))
        for order in beside.orders:
            writes.save(row_of(_ORDERS, self._scope("orders"), order.id, order, changed_at=order.changed_at))
        for item in beside.manual:
            writes.save(row_of(_MANUAL, self._scope("manual", item.environment), item.id, item))
        for item in beside.manual_removed:
            writes.delete(Row(self._scope("manual", item.environment), item.id))
        for notification in followed.notifications:
            writes.save(notification_out(notification))
        scope = self._scope("history", project.id)
        for number, entry in enumerate(followed.history):
            writes.save(row_of(_HISTORY, scope, f"{clock.iso(entry.at)}#{project.version:08}#{number:02}", entry))
        return writes

    def _budget_row(self, budget: Budget) -> Row:
        return row_of(
            _BUDGETS, self._scope("budgets"), budget.id, budget, version=budget.version, changed_at=budget.changed_at
        )

    def _name(self, holder: str) -> str:
        """What people call what has a Promob project: project – environment."""
        project_id, _, environment_id = holder.partition("#")[2].partition("-")
        project = self.project(project_id)
        found = [one.name for one in project.environments if one.id == environment_id] if project else []
        return " – ".join((project.name, *found)) if project else ""

    def _scope(self, *names: str) -> str:
        return scope_of(self.connection, *names)


def locks_of(project: Project) -> tuple[Lock, ...]:
    """The Promob projects that a project's environments are: each of one environment at most."""
    return tuple(
        Lock(promob_project(one.promob_id), ENVIRONMENT, f"{project.id}-{one.id}")
        for one in project.environments
        if one.promob_id
    )


def _new_versions(before: Project | None, after: Project) -> Iterator[tuple[Environment, Version]]:
    known = {one.id: one.current.number for one in before.environments if one.current} if before else {}
    for one in after.environments:
        if one.current and one.current.number != known.get(one.id):
            yield one, one.current


def _number(number: int) -> str:
    return f"{number:06}"
