"""Routes of the revision of a project, from the financial release to the purchase orders (seed 002, “Revisão de
ambientes”).
"""

from __future__ import annotations

from dataclasses import dataclass

from promob.paths import ProjectInPath, project_path
from promob.project_access import ACT_REFUSES, PROJECT_REFUSES, acting_on, project_in, store_of
from promob.project_answers import RevisionAnswer, revision_answer
from promob.projects import Project
from promob.store.names import names_of
from sincronia.auth import Role
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration

_CHANGED = (*PROJECT_REFUSES, *ACT_REFUSES)


@dataclass(frozen=True, slots=True)
class RevisionRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Revisão")
        revision = f"{project_path(self.integration)}/revision"
        routes.get(
            revision,
            role=Role.READER,
            summary="Lê a revisão de um projeto (a tela Revisão): o que mudou depois da conversão, e o que falta",
            refuses=PROJECT_REFUSES,
            page="promob/revision.html",
        )(self.read_revision)
        routes.post(
            f"{revision}/release",
            role=Role.OPERATOR,
            summary="Libera financeiramente o contrato de um projeto: a revisão é aberta",
            answered="A revisão; repetir não muda nada.",
            refuses=(*_CHANGED, "promob.nothing_converted"),
        )(self.release_revision)
        routes.post(
            f"{revision}/access",
            role=Role.OPERATOR,
            summary="Acessa a revisão, como revisor; a primeira vez torna obrigatório atualizar cada ambiente",
            answered="A revisão, com o que falta em cada ambiente.",
            refuses=(*_CHANGED, "promob.not_released"),
        )(self.access_revision)
        routes.post(
            f"{revision}/conclusion",
            role=Role.OPERATOR,
            summary="Conclui a revisão: gera os pedidos de compra, um por fornecedor, uma única vez",
            answered="A revisão concluída, com os pedidos de compra; repetir não gera outros.",
            refuses=(
                *(*_CHANGED, "promob.not_released", "promob.not_accessed"),
                *("promob.out_of_date", "promob.not_reviewed", "promob.too_many_suppliers"),
            ),
        )(self.conclude_revision)
        return routes

    def read_revision(self, connection: ConnectionInPath, project: ProjectInPath) -> RevisionAnswer:
        """Reading is no access: that is the reviewer's act."""
        return self._answer(connection, project_in(store_of(self.integration, connection), project))

    def release_revision(self, connection: ConnectionInPath, project: ProjectInPath, caller: Caller) -> RevisionAnswer:
        """Once; who released it first stays named."""
        projects, by = acting_on(self.integration, connection, project, caller)
        return self._answer(connection, projects.release(project, by.id))

    def access_revision(self, connection: ConnectionInPath, project: ProjectInPath, caller: Caller) -> RevisionAnswer:
        """The first one who accesses it is the reviewer, and works on the converted environments from now on."""
        projects, by = acting_on(self.integration, connection, project, caller)
        return self._answer(connection, projects.access(project, by.id))

    def conclude_revision(self, connection: ConnectionInPath, project: ProjectInPath, caller: Caller) -> RevisionAnswer:
        """From now on nothing from Promob is accepted but for technical assistance."""
        projects, by = acting_on(self.integration, connection, project, caller)
        return self._answer(connection, projects.conclude(project, by.id))

    @staticmethod
    def _answer(connection: str, project: Project) -> RevisionAnswer:
        revision = project.revision
        names = (
            names_of(
                connection,
                orders=revision.orders,
                people={revision.released_by, revision.reviewer, revision.concluded_by},
            )
            if revision
            else {}
        )
        return revision_answer(project, names)
