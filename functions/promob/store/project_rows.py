"""A project's row, and whose a Promob project is: what a webhook's answer needs to know of projects."""

from __future__ import annotations

from pydantic import TypeAdapter

from promob.projects import Project
from promob.store.rows import Row, row_of, scope_of, stored_rows, stored_value, value_in
from sincronia.engine.flow import Identity
from sincronia.store.identities import holder_of

PROJECTS = TypeAdapter(Project)


def stored_project(connection: str, project_id: str) -> Project | None:
    """A project, read consistently."""
    return stored_value(PROJECTS, scope_of(connection, "projects"), project_id)


def project_of_promob(connection: str, promob_id: str) -> tuple[str, str] | None:
    """The ids of the project and the environment that a Promob project is."""
    project_id, _, environment_id = holder_of(promob_project(promob_id), connection).partition("#")[2].partition("-")
    return (project_id, environment_id) if environment_id else None


def project_row(connection: str, project: Project) -> Row:
    """The row of a project."""
    scope = scope_of(connection, "projects")
    return row_of(PROJECTS, scope, project.id, project, version=project.version, changed_at=project.changed_at)


def projects_of_customer(connection: str, customer_id: str) -> list[Project]:
    """A customer's projects, in the order of their ids, read consistently."""
    rows = Row.query(customer_scope(connection, customer_id), consistent_read=True)
    found = stored_rows((scope_of(connection, "projects"), row.item) for row in rows)
    return sorted((value_in(PROJECTS, row) for row in found), key=lambda project: project.id)


def customer_scope(connection: str, customer_id: str) -> str:
    """The scope of the rows that say which projects are a customer's."""
    return scope_of(connection, "of_customer", customer_id)


def budgets_scope(connection: str, project_id: str) -> str:
    """The scope of the rows that say which budgets are a project's."""
    return scope_of(connection, "of_project", project_id)


def promob_project(promob_id: str) -> Identity:
    """What one environment at most of a connection may be."""
    return Identity("promob_project", promob_id)
