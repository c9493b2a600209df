"""Routes of the items of environments: the tab Itens, and items by hand, which nothing from Promob touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from promob.environments import Environment
from promob.item_answers import ItemLine, ItemPage, ManualItemAnswer, manual_answer, promob_item
from promob.line_pages import page_of_lines
from promob.offers import ManualItem
from promob.paths import EnvironmentInPath, ItemInPath, ProjectInPath, environment_path
from promob.ports import ProjectStore
from promob.project_access import ACT_REFUSES, ENVIRONMENT_REFUSES, acting_on, project_in, store_of
from promob.project_forms import ManualItemChange, NewManualItem
from promob.version_routes import priced_items
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, after_of, page

_CHANGED = (*ENVIRONMENT_REFUSES, *ACT_REFUSES, "promob.revision_concluded")


class Which(StrEnum):
    """The items that a list shows."""

    ALL = "all"
    MANUAL = "manual"
    PROMOB = "promob"


_Which = Annotated[Which, Query(description="Todos os itens, só os manuais, ou só os do Promob.")]


@dataclass(frozen=True, slots=True)
class ItemRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Itens")
        items = f"{environment_path(self.integration)}/items"
        one = f"{items}/<item>"
        routes.get(
            items,
            role=Role.READER,
            summary="Lista os itens de um ambiente (a aba Itens): os manuais, e os do Promob da versão atual",
            refuses=ENVIRONMENT_REFUSES,
            page="promob/items.html",
        )(self.list_items)
        routes.post(
            items,
            role=Role.OPERATOR,
            summary="Inclui um item manual em um ambiente",
            status=201,
            answered="O item; nenhuma atualização do Promob o altera.",
            refuses=(*_CHANGED, "promob.too_many_items"),
        )(self.create_item)
        routes.patch(
            one,
            role=Role.OPERATOR,
            summary="Altera um item manual",
            refuses=(*_CHANGED, "promob.item_unknown"),
        )(self.change_item)
        routes.delete(
            one,
            role=Role.OPERATOR,
            summary="Exclui um item manual",
            status=204,
            answered="O item não existe mais.",
            refuses=(*_CHANGED, "promob.item_unknown"),
        )(self.remove_item)
        return routes

    def list_items(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        which: _Which = Which.ALL,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> ItemPage:
        """By hand first. A list that changes while its pages are read may show an item twice, or not."""
        store = store_of(self.integration, connection)
        whole = project_in(store, project)
        one = whole.environment(environment)
        found = page(page_of_lines(_lines(connection, store, one, which), limit, after_of(cursor)), lambda line: line)
        accepts = one.occurrence is not None or not whole.is_concluded
        return ItemPage(**dict(found), project=whole.name, environment=one.name, accepts=accepts)

    def create_item(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        new: NewManualItem,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> ManualItemAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the item that was made."""
        projects, by = acting_on(self.integration, connection, project, caller)
        item = ManualItem(
            id=id_for(caller, idempotency_key, new, connection, environment, "items"),
            environment=environment,
            **new.model_dump(),
        )
        return manual_answer(projects.keep_manual(project, item, by.id))

    def change_item(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        item: ItemInPath,
        change: ManualItemChange,
        caller: Caller,
    ) -> ManualItemAnswer:
        """What isn't named stays."""
        projects, by = acting_on(self.integration, connection, project, caller)
        named: dict[str, Any] = change.model_dump(exclude_none=True)
        return manual_answer(
            projects.change_manual(project, environment, item, lambda before: replace(before, **named), by.id)
        )

    def remove_item(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        environment: EnvironmentInPath,
        item: ItemInPath,
        caller: Caller,
    ) -> None:
        """An item of Promob's only goes in Promob."""
        projects, by = acting_on(self.integration, connection, project, caller)
        projects.project(project).environment(environment)
        projects.remove_manual(project, environment, item, by.id)


def _lines(connection: str, store: ProjectStore, one: Environment, which: Which) -> Iterator[ItemLine]:
    if which != Which.PROMOB:
        yield from (ItemLine(manual=manual_answer(item)) for item in store.manual_items(one.id))
    if which != Which.MANUAL and one.current:
        yield from (ItemLine(promob=promob_item(item)) for item in priced_items(connection, one.current))
