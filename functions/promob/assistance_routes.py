"""Routes of technical assistance on revised environments (seed 002, “Assistência técnica”).

An occurrence is an environment of its project: it is read, updated, opened, and has items, as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from promob import projects as rules
from promob.environment_answers import EnvironmentAnswer, environment_answer
from promob.environments import Source
from promob.named_answers import Choice
from promob.paths import EnvironmentInPath, ProjectInPath, environment_path, project_path
from promob.project_access import ACT_REFUSES, ENVIRONMENT_REFUSES, PROJECT_REFUSES, acting_on, project_in, store_of
from promob.project_forms import Assistance, NewAssistance, ProjectSoftware
from promob.projects import Project
from promob.store.counters import next_number
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Page

_CHANGED = (*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.not_revised", "promob.not_in_promob")


class AssistancePage(Page[EnvironmentAnswer]):
    """The occurrences of a project."""

    project: str = Field(description="O nome do projeto.")
    environments: list[Choice] = Field(description="Os ambientes revisados, de que se abre uma assistência.")


@dataclass(frozen=True, slots=True)
class AssistanceRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Assistência técnica")
        of_environment = f"{environment_path(self.integration)}/assistance"
        routes.get(
            f"{project_path(self.integration)}/assistance",
            role=Role.READER,
            summary="Lista as ocorrências de assistência técnica de um projeto",
            refuses=PROJECT_REFUSES,
            page="promob/assistance.html",
        )(self.list_assistance)
        routes.post(
            of_environment,
            role=Role.OPERATOR,
            summary="Abre uma assistência técnica de um ambiente revisado",
            status=201,
            answered="A ocorrência, que é um ambiente do projeto: <ambiente> ocorrência: <número>.",
            refuses=(*_CHANGED, "promob.too_many_environments"),
        )(self.open_assistance)
        routes.post(
            f"{of_environment}/software",
            role=Role.OPERATOR,
            summary="Abrir software de projeto: cria no Promob o projeto de uma ocorrência só de itens manuais",
            answered="A ocorrência. O Promob recebe o projeto em instantes; repetir não muda nada.",
            refuses=(*_CHANGED, "promob.no_occurrence", "promob.in_promob_before"),
        )(self.integrate_assistance)
        return routes

    def list_assistance(self, connection: ConnectionInPath, project: ProjectInPath) -> AssistancePage:
        """All of them: a project has few."""
        found = project_in(store_of(self.integration, connection), project)
        items = [self._answer(found, one.id) for one in found.environments if one.occurrence]
        revised = found.converted if found.is_concluded else ()
        return AssistancePage(
            items=items,
            next=None,
            project=found.name,
            environments=[Choice(id=one.id, name=one.name) for one in revised],
        )

    def open_assistance(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        new: NewAssistance,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> EnvironmentAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the occurrence."""
        projects, by = acting_on(self.integration, connection, project, caller)
        wanted = id_for(caller, idempotency_key, new, connection, environment, "assistance")
        source = None if new.source == Assistance.NONE else Source(new.source)
        there = projects.project(project)
        if any(one.id == wanted for one in there.environments):
            return self._answer(there, wanted)
        rules.assisted(there, environment, source)  # before it costs a number
        number = next_number(connection, "occurrences")
        return self._answer(projects.assist(project, environment, wanted, number, source, by.id), wanted)

    def integrate_assistance(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        software: ProjectSoftware,
        caller: Caller,
    ) -> EnvironmentAnswer:
        """Its items by hand stay."""
        projects, by = acting_on(self.integration, connection, project, caller)
        after = projects.changed(
            project, by.id, lambda before: rules.assistance_integrated(before, environment, software.source)
        )
        return self._answer(after, environment)

    def _answer(self, project: Project, environment: str) -> EnvironmentAnswer:
        return environment_answer(project, project.environment(environment), self.integration)
