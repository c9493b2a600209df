"""Routes of budgets: made over chosen environments, printed, approved; a conversion taken back (seed 002, “Aprovação
do orçamento”).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from promob.acting import Projects
from promob.actors import actor
from promob.budget_answers import BudgetAnswer, OneBudget, Printed, budget_answer, printed
from promob.environment_answers import EnvironmentAnswer, environment_answer
from promob.named_answers import NamedPage, named_page
from promob.offers import Budget
from promob.paths import (
    BudgetInPath,
    ChangedSince,
    EnvironmentInPath,
    ProjectInPath,
    environment_path,
    project_path,
)
from promob.project_access import ACT_REFUSES, ENVIRONMENT_REFUSES, acting_on, project_in, store_of
from promob.project_forms import NewBudget, Undoing
from promob.store.counters import next_number
from promob.store.customers import CUSTOMERS
from promob.store.items import S3Items
from promob.store.names import names_of
from promob.store.projects import DynamoProjects
from promob.store.stores import STORES
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, after_of

_ONE = ("connection_unknown", "promob.budget_unknown")


@dataclass(frozen=True, slots=True)
class BudgetRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Orçamentos")
        budgets = f"{self.integration.connection_path}/budgets"
        one = f"{budgets}/<budget>"
        routes.get(
            budgets,
            role=Role.READER,
            summary="Lista os orçamentos da rede",
            refuses=("connection_unknown",),
            page="promob/budgets.html",
            menu="Orçamentos",
        )(self.list_budgets)
        routes.post(
            f"{project_path(self.integration)}/budgets",
            role=Role.OPERATOR,
            summary="Gera um orçamento dos ambientes escolhidos de um projeto, como estão agora",
            status=201,
            answered="O orçamento, com o número, a validade e o caminho da página para impressão.",
            refuses=(*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.nothing_chosen", "promob.nothing_to_budget"),
        )(self.create_budget)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê um orçamento",
            refuses=(*_ONE, "promob.project_unknown"),
            page="promob/budget.html",
        )(self.read_budget)
        routes.get(
            f"{one}/print",
            role=Role.READER,
            summary="Mostra um orçamento para impressão: em um navegador, uma página A4",
            refuses=(*_ONE, "promob.project_unknown", "promob.customer_unknown", "promob.store_unknown"),
            page="promob/budget_print.html",
        )(self.print_budget)
        routes.post(
            f"{one}/approval",
            role=Role.OPERATOR,
            summary="Aprova um orçamento: os seus ambientes são convertidos",
            answered="O orçamento aprovado; repetir não muda nada.",
            refuses=(
                *(*_ONE, "promob.project_unknown", "promob.environment_unknown", *ACT_REFUSES),
                *("promob.out_of_date", "promob.budget_superseded", "promob.budget_expired", "promob.budget_decided"),
                *("promob.discount_unapproved", "promob.converted_before", "promob.revision_begun"),
            ),
        )(self.approve_budget)
        routes.post(
            f"{environment_path(self.integration)}/conversion/undo",
            role=Role.OPERATOR,
            summary="Desfaz a conversão de um ambiente, antes da revisão, com o motivo",
            answered="O ambiente, não convertido; o orçamento que o converteu não pode mais ser aprovado.",
            refuses=(*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.not_converted", "promob.revision_begun"),
        )(self.undo_conversion)
        return routes

    def list_budgets(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> NamedPage[BudgetAnswer]:
        """One that expires doesn't change: its last day says so."""
        since = None if changed_since is None else changed_since.timestamp()
        found = store_of(self.integration, connection).budgets_changed(since, limit, after_of(cursor))
        names = names_of(connection, projects={budget.project for budget in found.values})
        return named_page(found, lambda budget: self._answer(connection, budget), names)

    def create_budget(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        new: NewBudget,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> BudgetAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the budget that was made."""
        projects, by = acting_on(self.integration, connection, project, caller)
        store = DynamoProjects(connection)
        budget_id = id_for(caller, idempotency_key, new, connection, project, "budgets")
        if made := store.budget(budget_id):
            return self._answer(connection, made)
        days = by.store.validity_days if new.validity_days is None else new.validity_days
        valid_until = (clock.today() + timedelta(days=days)).isoformat()
        projects.budget(project, new.environments, budget_id, 0, valid_until, by.id)  # before it costs a number
        number = next_number(connection, "budgets")
        budget = projects.budget(project, new.environments, budget_id, number, valid_until, by.id)
        return self._answer(connection, store.keep_budget(budget))

    def read_budget(self, connection: ConnectionInPath, budget: BudgetInPath) -> OneBudget:
        """As it was made; its state as it is."""
        store, found = self._budget(connection, budget)
        project = project_in(store, found.project)
        names = names_of(
            connection,
            stores={project.store},
            customers={project.customer},
            projects={project.id},
            people={found.created_by, found.decided_by},
        )
        answer = self._answer(connection, found)
        return OneBudget(**dict(answer), customer=project.customer, store=project.store, names=names)

    def print_budget(self, connection: ConnectionInPath, budget: BudgetInPath) -> Printed:
        """As it was made, for the customer."""
        projects, found = self._budget(connection, budget)
        project = project_in(projects, found.project)
        customer, store = CUSTOMERS.needed(connection, project.customer), STORES.needed(connection, project.store)
        return printed(found, store, customer.name, project.name)

    def approve_budget(self, connection: ConnectionInPath, budget: BudgetInPath, caller: Caller) -> OneBudget:
        """Refused where any of its environments is out of date, even if it becomes so at this moment."""
        store, found = self._budget(connection, budget)
        by = actor(connection, caller, project_in(store, found.project).store)
        Projects(store, S3Items(connection)).approve(budget, by.id)
        return self.read_budget(connection, budget)

    def undo_conversion(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        undoing: Undoing,
        caller: Caller,
    ) -> EnvironmentAnswer:
        """The project's history keeps the reason."""
        projects, by = acting_on(self.integration, connection, project, caller)
        after = projects.undo(project, environment, undoing.reason, by.id)
        return environment_answer(after, after.environment(environment), self.integration)

    def _budget(self, connection: str, budget_id: str) -> tuple[DynamoProjects, Budget]:
        store = store_of(self.integration, connection)
        found = store.budget(budget_id)
        if found is None:
            raise ProblemError(Problem("promob.budget_unknown"))
        return store, found

    def _answer(self, connection: str, budget: Budget) -> BudgetAnswer:
        return budget_answer(budget, connection_url(self.integration.name, connection))
