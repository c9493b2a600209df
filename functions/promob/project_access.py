"""The projects of a connection, as a request reads them, or as somebody who may act on them changes them."""

from __future__ import annotations

from promob.acting import Projects
from promob.actors import ACTOR_REFUSES, Actor, actor
from promob.environments import Environment, Version
from promob.ports import ProjectStore
from promob.projects import Project
from promob.store.items import S3Items
from promob.store.projects import DynamoProjects
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Token
from sincronia.web.integration import Integration

PROJECT_REFUSES = ("connection_unknown", "promob.project_unknown")
ENVIRONMENT_REFUSES = (*PROJECT_REFUSES, "promob.environment_unknown")
ACT_REFUSES = ("promob.project_changed", *ACTOR_REFUSES)  # what every change of a project can run into, beside those


def store_of(integration: Integration, connection: str) -> DynamoProjects:
    """The projects of a connection, to be read. Raises ProblemError(connection_unknown)."""
    integration.connection(connection)
    return DynamoProjects(connection)


def project_in(store: ProjectStore, project_id: str) -> Project:
    """A project, read consistently. Raises ProblemError(promob.project_unknown)."""
    found = store.project(project_id)
    if found is None:
        raise ProblemError(Problem("promob.project_unknown"))
    return found


def version_in(store: ProjectStore, environment: Environment, number: int) -> Version:
    """A version of an environment. Raises ProblemError(promob.version_unknown)."""
    found = store.version(environment.id, number)
    if found is None:
        raise ProblemError(Problem("promob.version_unknown"))
    return found


def acting_on(integration: Integration, connection: str, project_id: str, caller: Token) -> tuple[Projects, Actor]:
    """The projects, to be changed, and who changes this one. Raises ProblemError(PROJECT_REFUSES, ACTOR_REFUSES)."""
    store = store_of(integration, connection)
    found = actor(connection, caller, project_in(store, project_id).store)
    return Projects(store, S3Items(connection)), found
