"""Which page somebody who negotiates in Promob is to see: Ambiente, or Revisão once the environment is converted."""

from __future__ import annotations

from promob.consequences import environment_path
from promob.environments import Environment
from promob.projects import Project
from promob.store.project_rows import project_of_promob, stored_project


def page_of(connection: str, project: Project, environment: Environment) -> str:
    """The path of the page of an environment."""
    if environment.converted:
        return revision_path(connection, project.id)
    return environment_path(connection, project.id, environment.id)


def revision_path(connection: str, project: str) -> str:
    """Where a project's revision is read (the screen Revisão)."""
    return f"/integrations/promob/connections/{connection}/projects/{project}/revision"


def page_to_open(connection: str, promob_id: str) -> str | None:
    """The path of the page of a Promob project; None where it is not known here."""
    known = project_of_promob(connection, promob_id)
    project = stored_project(connection, known[0]) if known else None
    return page_of(connection, project, project.environment(known[1])) if known and project else None
