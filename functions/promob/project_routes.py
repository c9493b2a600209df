"""Routes of the projects of a network's stores, with their environments and their history."""

from __future__ import annotations

from dataclasses import dataclass

from promob.acting import Projects
from promob.actors import actor
from promob.budget_answers import budget_answer
from promob.named_answers import NamedPage, named_page
from promob.paths import ChangedSince, ProjectInPath, project_path
from promob.project_access import ACT_REFUSES, PROJECT_REFUSES, project_in, store_of
from promob.project_answers import (
    HistoryPage,
    ProjectAnswer,
    ProjectLine,
    history_answer,
    project_answer,
    project_line,
)
from promob.project_forms import NewProject
from promob.projects import Project
from promob.steps import next_step
from promob.store.customers import CUSTOMERS
from promob.store.items import S3Items
from promob.store.names import names_of
from promob.store.projects import DynamoProjects
from sincronia import clock
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, after_of

_MOST_BUDGETS = 25  # that a project shows


@dataclass(frozen=True, slots=True)
class ProjectRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Projetos")
        projects, one = f"{self.integration.connection_path}/projects", project_path(self.integration)
        routes.get(
            projects,
            role=Role.READER,
            summary="Lista os projetos da rede",
            refuses=("connection_unknown",),
            page="promob/projects.html",
            menu="Projetos",
        )(self.list_projects)
        routes.post(
            projects,
            role=Role.OPERATOR,
            summary="Cria um projeto de uma loja para um cliente",
            status=201,
            answered="O projeto, ainda sem ambientes.",
            refuses=("connection_unknown", "promob.customer_unknown", *ACT_REFUSES),
        )(self.create_project)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê um projeto com os seus ambientes, o que falta em cada um, e o próximo passo",
            refuses=PROJECT_REFUSES,
            page="promob/project.html",
        )(self.read_project)
        routes.get(
            f"{one}/history",
            role=Role.READER,
            summary="Lista o que aconteceu a um projeto, o mais recente primeiro",
            refuses=PROJECT_REFUSES,
            page="promob/history.html",
        )(self.list_history)
        return routes

    def list_projects(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> NamedPage[ProjectLine]:
        """A change of an environment is one of its project."""
        since = None if changed_since is None else changed_since.timestamp()
        found = store_of(self.integration, connection).projects_changed(since, limit, after_of(cursor))
        projects, values = self._projects(connection), found.values
        names = names_of(connection, stores={one.store for one in values}, customers={one.customer for one in values})
        return named_page(found, lambda project: project_line(project, projects), names)

    def create_project(
        self, connection: ConnectionInPath, new: NewProject, caller: Caller, idempotency_key: IdempotencyKey
    ) -> ProjectAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the project that was made."""
        store = store_of(self.integration, connection)
        actor(connection, caller, new.store)
        CUSTOMERS.needed(connection, new.customer)
        wanted = Project(
            id=id_for(caller, idempotency_key, new, connection, "projects"),
            store=new.store,
            customer=new.customer,
            name=new.name,
            created_at=clock.now(),
            created_by=caller.id,
        )
        return self._answer(connection, Projects(store, S3Items(connection)).made(wanted))

    def read_project(self, connection: ConnectionInPath, project: ProjectInPath) -> ProjectAnswer:
        """As it stands."""
        return self._answer(connection, project_in(store_of(self.integration, connection), project))

    def list_history(
        self, connection: ConnectionInPath, project: ProjectInPath, limit: Limit = 50, cursor: Cursor = ""
    ) -> HistoryPage:
        """With the version of each conversion."""
        store = store_of(self.integration, connection)
        name = project_in(store, project).name
        found = store.history(project, limit, after_of(cursor))
        named = named_page(found, history_answer, names_of(connection, people={entry.by for entry in found.values}))
        return HistoryPage(**dict(named), project=name)

    def _answer(self, connection: str, project: Project) -> ProjectAnswer:
        budgets = DynamoProjects(connection).budgets_of(project.id, _MOST_BUDGETS)
        names = names_of(
            connection,
            stores={project.store},
            customers={project.customer},
            people={project.created_by, *(one.worked_by for one in project.environments)},
        )
        return project_answer(
            project,
            self._projects(connection),
            self.integration,
            budgets=[budget_answer(one, connection_url(self.integration.name, connection)) for one in budgets],
            step=next_step(project, budgets, clock.today().isoformat()),
            names=names,
        )

    def _projects(self, connection: str) -> str:
        return f"{connection_url(self.integration.name, connection)}/projects"
