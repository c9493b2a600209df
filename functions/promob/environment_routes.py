"""Routes of the environments of projects: made here or integrated, assigned, updated (seed 002,
“Criando um ambiente no Projeto”, “Atualização do projeto no FoccoLojas”, “Integração de legados”).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from promob import projects as rules
from promob.derived_ids import derived_id
from promob.environment_answers import (
    EnvironmentAnswer,
    OneEnvironment,
    VersionAnswer,
    environment_answer,
    version_answer,
)
from promob.environments import Environment, Origin
from promob.legacy import LEGACY_REFUSES, legacy_project
from promob.named_answers import Choice
from promob.paths import (
    ChangedSince,
    EnvironmentInPath,
    ProjectInPath,
    environment_path,
    project_path,
)
from promob.portal import PORTAL_REFUSES, portal_of
from promob.project_access import (
    ACT_REFUSES,
    ENVIRONMENT_REFUSES,
    PROJECT_REFUSES,
    acting_on,
    project_in,
    store_of,
)
from promob.project_forms import EnvironmentChange, LegacyEnvironment, NewEnvironments
from promob.projects import Project
from promob.step_answers import step_answer
from promob.steps import step_of
from promob.store.customers import stored_customer
from promob.store.names import names_of
from promob.store.stores import stored_store
from promob.store.users import all_users, stored_user
from promob.stores import Store
from sincronia import clock
from sincronia.answers import Problem
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Page, after_of, cursor_of
from sincronia.web.run_answers import RequestProblemError

_Projects = Annotated[int, Query(ge=1, le=25, description="De quantos projetos a página traz os ambientes, no máximo.")]


class Updated(BaseModel):
    """What Atualizar came to."""

    environment: EnvironmentAnswer
    version: VersionAnswer | None = Field(description="A versão gerada, ou a atual, que foi confirmada.")
    made: bool = Field(description="Se esta atualização gerou a versão; falso, nada havia mudado.")


@dataclass(frozen=True, slots=True)
class EnvironmentRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Ambientes")
        of_project, one = f"{project_path(self.integration)}/environments", environment_path(self.integration)
        routes.get(
            f"{self.integration.connection_path}/environments",
            role=Role.READER,
            summary="Lista os ambientes dos projetos da rede, projeto por projeto",
            refuses=("connection_unknown",),
        )(self.list_environments)
        routes.post(
            of_project,
            role=Role.OPERATOR,
            summary="Cria ambientes em um projeto, aqui e depois no Promob",
            status=201,
            answered="Os ambientes. O Promob os recebe em instantes; o que impedir algum aparece no próprio ambiente.",
            refuses=(
                *(*PROJECT_REFUSES, *ACT_REFUSES),
                *("promob.environment_exists", "promob.too_many_environments", "promob.revision_concluded"),
            ),
        )(self.create_environments)
        routes.post(
            f"{project_path(self.integration)}/legacy",
            role=Role.OPERATOR,
            summary="Integra a um projeto da loja um projeto que já existe no Promob",
            status=201,
            answered="O ambiente; o que está salvo no Promob ainda precisa ser preparado lá.",
            refuses=(
                *(*PROJECT_REFUSES, *ACT_REFUSES, *PORTAL_REFUSES),
                *(*LEGACY_REFUSES, "promob.account_unknown"),
                *("promob.integrated_before", "promob.environment_exists", "promob.too_many_environments"),
                "promob.revision_concluded",
            ),
        )(self.integrate_legacy)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê um ambiente (a tela Ambiente); em um navegador, uma página",
            refuses=ENVIRONMENT_REFUSES,
            page="promob/environment.html",
        )(self.read_environment)
        routes.patch(
            one,
            role=Role.OPERATOR,
            summary="Define quem trabalha em um ambiente e recebe as notificações dele",
            refuses=(*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.worker_unknown"),
        )(self.assign_environment)
        routes.post(
            f"{one}/update",
            role=Role.OPERATOR,
            summary="Atualizar: gera uma versão do último orçamento do Promob, ou confirma que nada mudou",
            answered="O ambiente com a versão gerada ou confirmada, e o que ainda falta, se algo falta.",
            refuses=(
                *(*ENVIRONMENT_REFUSES, *ACT_REFUSES),
                *("promob.prepare_again", "promob.nothing_received", "promob.revision_concluded"),
            ),
        )(self.update_environment)
        return routes

    def list_environments(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: _Projects = 10,
        cursor: Cursor = "",
    ) -> Page[EnvironmentAnswer]:
        """All environments and occurrences of each project that changed."""
        since = None if changed_since is None else changed_since.timestamp()
        found = store_of(self.integration, connection).projects_changed(since, limit, after_of(cursor))
        items = [self._answer(project, one) for project in found.values for one in project.environments]
        return Page(items=items, next=cursor_of(found.after))

    def create_environments(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        new: NewEnvironments,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> Page[EnvironmentAnswer]:
        """All of them or none; nobody waits for Promob."""
        projects, by = acting_on(self.integration, connection, project, caller)
        request = id_for(caller, idempotency_key, new, connection, project, "environments")
        at = clock.now()
        wanted = [
            Environment(id=derived_id(connection, request, str(number)), name=name, created_at=at, worked_by=by.id)
            for number, name in enumerate(new.names)
        ]

        def rule(before: Project) -> Project:
            for one in wanted:
                before = rules.with_new(before, one)
            return before

        after = projects.changed(project, by.id, rule)
        return Page(items=[self._answer(after, after.environment(one.id)) for one in wanted], next=None)

    def integrate_legacy(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        legacy: LegacyEnvironment,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> EnvironmentAnswer:
        """Promob is asked now whether the project is there, in the store's account, and the customer's."""
        projects, by = acting_on(self.integration, connection, project, caller)
        customer = stored_customer(connection, projects.project(project).customer)
        with portal_of(self.integration, connection) as promob:
            there = legacy_project(promob, connection, by.store, customer, legacy.promob_id)
        new = Environment(
            id=id_for(caller, idempotency_key, legacy, connection, project, "legacy"),
            name=legacy.name or there.name or there.id,
            origin=Origin.LEGACY,
            created_at=clock.now(),
            worked_by=by.id,
            promob_id=there.id,
        )

        def rule(before: Project) -> Project:
            return rules.saved(rules.with_new(before, new), new.id, there.sequence)

        after = projects.changed(project, by.id, rule)
        return self._answer(after, after.environment(new.id))

    def read_environment(
        self, connection: ConnectionInPath, project: ProjectInPath, environment: EnvironmentInPath
    ) -> OneEnvironment:
        """As it stands."""
        found = project_in(store_of(self.integration, connection), project)
        one = found.environment(environment)
        users = [user for user in all_users(connection) if user.store == found.store]
        store = stored_store(connection, found.store)
        responsible = store.responsible if store else ""
        names = names_of(connection, people=_people(one, responsible)) | {user.id: user.name for user in users}
        workers = dict.fromkeys((*(user.id for user in users), *filter(None, (responsible,))))
        step = step_of(found, one)
        return OneEnvironment(
            **dict(self._answer(found, one)),
            project_name=found.name,
            is_concluded=found.is_concluded,
            in_revision=found.revision is not None,
            step=step_answer(step) if step else None,
            workers=[Choice(id=worker, name=names.get(worker, worker)) for worker in workers],
            names=names,
        )

    def assign_environment(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        change: EnvironmentChange,
        caller: Caller,
    ) -> EnvironmentAnswer:
        """A notification that is open goes to who works on it from now on."""
        projects, by = acting_on(self.integration, connection, project, caller)
        _check_worker(connection, change.worked_by, by.store)
        after = projects.changed(project, by.id, lambda before: rules.assigned(before, environment, change.worked_by))
        return self._answer(after, after.environment(environment))

    def update_environment(
        self, connection: ConnectionInPath, project: ProjectInPath, environment: EnvironmentInPath, caller: Caller
    ) -> Updated:
        """In a revision that was accessed this confirms what didn't change."""
        projects, by = acting_on(self.integration, connection, project, caller)
        was = projects.project(project).environment(environment).current
        after = projects.update(project, environment, by.id)
        one = after.environment(environment)
        return Updated(
            environment=self._answer(after, one),
            version=version_answer(one.current, one) if one.current else None,
            made=one.current is not None and (was is None or was.number < one.current.number),
        )

    def _answer(self, project: Project, environment: Environment) -> EnvironmentAnswer:
        return environment_answer(project, environment, self.integration)


def _people(one: Environment, responsible: str) -> set[str | None]:
    """All whom an environment names by their tokens."""
    named = {one.worked_by, responsible, one.current.made_by if one.current else None}
    if one.discount:
        named |= {one.discount.asked_by, one.discount.approved_by}
    return named | ({one.converted.by} if one.converted else set())


def _check_worker(connection: str, worked_by: str, store: Store) -> None:
    """Raises where somebody is neither a user of the store nor its responsible user."""
    user = stored_user(connection, worked_by)
    if worked_by != store.responsible and (user is None or user.store != store.id):
        raise RequestProblemError(Problem("promob.worker_unknown", {"name": store.name}), field="worked_by")
