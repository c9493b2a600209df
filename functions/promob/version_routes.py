"""Routes of the versions of environments (seed 002, “Atualização do projeto no FoccoLojas”: the tab Versões)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from promob.differences import differences
from promob.environment_answers import VersionAnswer, VersionPage, version_answer
from promob.environments import Environment, Version
from promob.item_answers import DifferencesAnswer, PromobItemPage, differences_answer, promob_item
from promob.line_pages import page_of_lines
from promob.named_answers import named_page
from promob.paths import EnvironmentInPath, ProjectInPath, VersionInPath, environment_path
from promob.pricing import PricedItem, priced_from_line
from promob.project_access import ENVIRONMENT_REFUSES, project_in, store_of, version_in
from promob.projects import Project
from promob.store.items import S3Items
from promob.store.names import names_of
from promob.store.projects import DynamoProjects
from sincronia.auth import Role
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, after_of, page

_ONE = (*ENVIRONMENT_REFUSES, "promob.version_unknown")
_With = Annotated[int, Query(alias="with", ge=1, le=999_999, description="O número da outra versão.")]

_Found = tuple[DynamoProjects, Project, Environment]


@dataclass(frozen=True, slots=True)
class VersionRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Versões")
        versions = f"{environment_path(self.integration)}/versions"
        one = f"{versions}/<version>"
        routes.get(
            versions,
            role=Role.READER,
            summary="Lista as versões de um ambiente, a mais recente primeiro",
            refuses=ENVIRONMENT_REFUSES,
            page="promob/versions.html",
        )(self.list_versions)
        routes.get(one, role=Role.READER, summary="Lê uma versão", refuses=_ONE)(self.read_version)
        routes.get(
            f"{one}/items",
            role=Role.READER,
            summary="Lista os itens do Promob de uma versão",
            refuses=_ONE,
            page="promob/version_items.html",
        )(self.list_version_items)
        routes.get(
            f"{one}/difference",
            role=Role.READER,
            summary="Diz o que mudou entre duas versões: módulos, acabamentos, custo e preço",
            answered="As diferenças, da versão anterior para a posterior, seja qual for a ordem em que são pedidas.",
            refuses=_ONE,
            page="promob/difference.html",
        )(self.read_difference)
        return routes

    def list_versions(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> VersionPage:
        """The current one is the first."""
        store, whole, one = self._environment(connection, project, environment)
        found = store.versions(environment, limit, after_of(cursor))
        names = names_of(connection, people={version.made_by for version in found.values})
        named = named_page(found, lambda version: version_answer(version, one), names)
        return VersionPage(**dict(named), project=whole.name, environment=one.name)

    def read_version(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        version: VersionInPath,
    ) -> VersionAnswer:
        """A version never changes; which one is current, and converted, does."""
        store, _, one = self._environment(connection, project, environment)
        return version_answer(version_in(store, one, version), one)

    def list_version_items(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        version: VersionInPath,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> PromobItemPage:
        """In the order of Promob's budget."""
        store, whole, one = self._environment(connection, project, environment)
        items = priced_items(connection, version_in(store, one, version))
        found = page(page_of_lines(items, limit, after_of(cursor)), promob_item)
        return PromobItemPage(**dict(found), project=whole.name, environment=one.name)

    def read_difference(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        version: VersionInPath,
        other: _With,
    ) -> DifferencesAnswer:
        """Items by hand are no part of versions."""
        store, whole, one = self._environment(connection, project, environment)
        earlier, later = (version_in(store, one, number) for number in sorted((version, other)))
        found = differences(priced_items(connection, earlier), priced_items(connection, later))
        return differences_answer(earlier.number, later.number, found, whole.name, one.name)

    def _environment(self, connection: str, project: str, environment: str) -> _Found:
        store = store_of(self.integration, connection)
        found = project_in(store, project)
        return store, found, found.environment(environment)


def priced_items(connection: str, version: Version) -> Iterator[PricedItem]:
    """The priced items of a version, one by one."""
    yield from map(priced_from_line, S3Items(connection).lines(version.items))
