"""Which page somebody who negotiates in Promob is to see: Ambiente, or Revisão once the environment is converted."""

from __future__ import annotations

from promob.consequences import environment_path
from promob.environments import Environment
from promob.projects import Project


def page_of(connection: str, project: Project, environment: Environment) -> str:
    """The path of the page of an environment."""
    if environment.converted:
        return revision_path(connection, project.id)
    return environment_path(connection, project.id, environment.id)


def revision_path(connection: str, project: str) -> str:
    """Where a project's revision is read (the screen Revisão)."""
    return f"/integrations/promob/connections/{connection}/projects/{project}/revision"


def page_to_open(connection: str, promob_id: str) -> str | None:  # noqa: ARG001  # until the store of projects is there
    """The path of the page of a Promob project; None where it is not known here."""
    return None
