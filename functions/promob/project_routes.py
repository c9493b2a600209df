"""Routes of the projects of a network's stores, with their environments and their history."""

from __future__ import annotations

from dataclasses import dataclass

from promob.acting import Projects
from promob.actors import actor
from promob.paths import ChangedSince, ProjectInPath, connection_path, project_path
from promob.project_access import ACT_REFUSES, PROJECT_REFUSES, project_in, store_of
from promob.project_answers import (
    HistoryAnswer,
    ProjectAnswer,
    ProjectLine,
    history_answer,
    project_answer,
    project_line,
)
from promob.project_forms import NewProject
from promob.projects import Project
from promob.store.customers import CUSTOMERS
from promob.store.items import S3Items
from sincronia import clock
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, Page, after_of, page


@dataclass(frozen=True, slots=True)
class ProjectRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Projetos")
        projects, one = f"{connection_path(self.integration)}/projects", project_path(self.integration)
        routes.get(
            projects,
            role=Role.READER,
            summary="Lista os projetos da rede, na ordem das mudanças",
            refuses=("connection_unknown",),
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
            summary="Lê um projeto com os seus ambientes, e o que falta em cada um",
            refuses=PROJECT_REFUSES,
        )(self.read_project)
        routes.get(
            f"{one}/history",
            role=Role.READER,
            summary="Lista o que aconteceu a um projeto, o mais recente primeiro",
            refuses=PROJECT_REFUSES,
        )(self.list_history)
        return routes

    def list_projects(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[ProjectLine]:
        """A change of an environment is one of its project."""
        since = None if changed_since is None else changed_since.timestamp()
        found = store_of(self.integration, connection).projects_changed(since, limit, after_of(cursor))
        return page(found, project_line)

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
        return project_answer(Projects(store, S3Items(connection)).made(wanted), self.integration)

    def read_project(self, connection: ConnectionInPath, project: ProjectInPath) -> ProjectAnswer:
        """As it stands."""
        return project_answer(project_in(store_of(self.integration, connection), project), self.integration)

    def list_history(
        self, connection: ConnectionInPath, project: ProjectInPath, limit: Limit = 50, cursor: Cursor = ""
    ) -> Page[HistoryAnswer]:
        """With the version of each conversion."""
        store = store_of(self.integration, connection)
        project_in(store, project)
        return page(store.history(project, limit, after_of(cursor)), history_answer)
