"""Routes of discounts on the price of environments; above the rules' limit a manager has to let them through."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from promob.environment_answers import EnvironmentAnswer, environment_answer
from promob.paths import EnvironmentInPath, ProjectInPath, environment_path
from promob.project_access import ACT_REFUSES, ENVIRONMENT_REFUSES, acting_on
from promob.project_forms import DiscountForm
from promob.projects import Project
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration

_CHANGED = (*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.revision_concluded")


@dataclass(frozen=True, slots=True)
class DiscountRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Descontos")
        discount = f"{environment_path(self.integration)}/discount"
        routes.post(
            discount,
            role=Role.OPERATOR,
            summary="Dá um desconto no preço de um ambiente",
            answered="O ambiente, com o preço, e se o desconto espera a liberação de um gerente.",
            refuses=(*_CHANGED, "promob.converted_before"),
        )(self.set_discount)
        routes.delete(
            discount,
            role=Role.OPERATOR,
            summary="Retira o desconto de um ambiente",
            answered="O ambiente, sem desconto; repetir não muda nada.",
            refuses=(*_CHANGED, "promob.converted_before"),
        )(self.remove_discount)
        routes.post(
            f"{discount}/approval",
            role=Role.OPERATOR,
            summary="Libera o desconto que foi visto, acima do limite, como gerente da loja",
            answered="O ambiente, com o desconto liberado.",
            refuses=(*_CHANGED, "promob.not_manager", "promob.no_discount", "promob.discount_changed"),
        )(self.approve_discount)
        return routes

    def set_discount(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        discount: DiscountForm,
        caller: Caller,
    ) -> EnvironmentAnswer:
        """In place of the one before."""
        return self._changed(connection, project, environment, discount.percent, caller)

    def remove_discount(
        self, connection: ConnectionInPath, project: ProjectInPath, environment: EnvironmentInPath, caller: Caller
    ) -> EnvironmentAnswer:
        """Budgets that were made with it don't hold any more."""
        return self._changed(connection, project, environment, None, caller)

    def approve_discount(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        discount: DiscountForm,
        caller: Caller,
    ) -> EnvironmentAnswer:
        """The manager names the percentage that was seen: it may be another one by now."""
        projects, by = acting_on(self.integration, connection, project, caller)
        if not by.is_manager:
            raise ProblemError(Problem("promob.not_manager", {"name": by.store.name}))
        after = projects.approve_discount(project, environment, discount.percent, by.id)
        return self._answer(after, environment)

    def _changed(
        self, connection: str, project: str, environment: str, percent: Decimal | None, caller: Token
    ) -> EnvironmentAnswer:
        projects, by = acting_on(self.integration, connection, project, caller)
        return self._answer(projects.discount(project, environment, percent, by.id), environment)

    def _answer(self, project: Project, environment: str) -> EnvironmentAnswer:
        return environment_answer(project, project.environment(environment), self.integration)
