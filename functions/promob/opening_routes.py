"""Routes that open environments in Promob, in any version (seed 002, “Atualização do projeto no FoccoLojas”)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import BaseModel

from promob.actors import Actor
from promob.paths import EnvironmentInPath, ProjectInPath, environment_path
from promob.portal import PORTAL_REFUSES, portal_of
from promob.project_access import ACT_REFUSES, ENVIRONMENT_REFUSES, acting_on, version_in
from promob.project_forms import Opening
from promob.store.users import changed_user
from promob.stores import User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration


class Opened(BaseModel):
    """Where a version opens in Promob."""

    url: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class OpeningRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Ambientes")
        routes.post(
            f"{environment_path(self.integration)}/opening",
            role=Role.OPERATOR,
            summary="Abre um ambiente no Promob, em qualquer versão",
            answered="O endereço que abre o projeto no Promob, e até quando vale; não é guardado.",
            idempotent=False,
            page="promob/opened.html",
            refuses=(
                *(*ENVIRONMENT_REFUSES, *ACT_REFUSES, *PORTAL_REFUSES),
                *("promob.version_unknown", "promob.not_in_promob", "promob.version_gone", "promob.project_gone"),
                *("promob.link_expired", "promob.changed_meanwhile"),
            ),
        )(self.open_environment)
        return routes

    def open_environment(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        opening: Opening,
        caller: Caller,
    ) -> Opened:
        """By the link of who asks; where Promob says that it no longer holds, the user is not linked any more."""
        projects, by = acting_on(self.integration, connection, project, caller)
        one = projects.project(project).environment(environment)
        promob_id, sequence = one.promob_id, None
        if opening.version is not None:
            sequence = version_in(projects.store, one, opening.version).sequence
        if not promob_id:
            raise ProblemError(Problem("promob.not_in_promob", {"name": one.name}))
        try:
            with portal_of(self.integration, connection) as promob:
                opened = promob.open_version(promob_id, link=by.link, sequence=sequence)
        except ProblemError as error:
            if error.problem.code == "promob.link_expired":
                _unlink(connection, by)
            raise
        return Opened(url=opened.url, expires_at=clock.iso(opened.expires_at.timestamp()))


def _unlink(connection: str, by: Actor) -> None:
    """The password was changed in Promob; a link that was made since then stays."""

    def rule(before: User) -> User:
        return before if before.link != by.link else replace(before, link="", linked_at=None, unlinked_why="password")

    changed_user(connection, by.id, "", rule)
