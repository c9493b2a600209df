"""Routes of purchase orders: what each supplier is to deliver of a revised project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from promob.answer_texts import number
from promob.line_pages import page_of_lines
from promob.named_answers import NamedPage, Names, named_page
from promob.offers import PurchaseOrder
from promob.paths import ChangedSince, OrderInPath
from promob.project_access import store_of
from promob.store.items import S3Items
from promob.store.names import names_of
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

_ONE = ("connection_unknown", "promob.order_unknown")


class OrderAnswer(BaseModel):
    """A purchase order."""

    id: str
    project: str
    store: str
    supplier: str
    lines: int = Field(description="Quantas linhas tem.")
    cost: str
    created_at: str
    created_by: str = Field(description="Quem concluiu a revisão.")


class OneOrder(OrderAnswer):
    """A purchase order, with names."""

    names: Names


class OrderLine(BaseModel):
    """A line of a purchase order; `cost` is that of the whole quantity."""

    environment: str
    description: str
    reference: str
    dimensions: str
    finishes: dict[str, str]
    quantity: str
    unit: str
    cost: str


class OrderLinePage(Page[OrderLine]):
    """Lines of a purchase order."""

    order: OneOrder


@dataclass(frozen=True, slots=True)
class OrderRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Pedidos de compra")
        orders = f"{self.integration.connection_path}/orders"
        one = f"{orders}/<order>"
        routes.get(
            orders,
            role=Role.READER,
            summary="Lista os pedidos de compra da rede",
            refuses=("connection_unknown",),
            page="promob/orders.html",
            menu="Pedidos",
        )(self.list_orders)
        routes.get(one, role=Role.READER, summary="Lê um pedido de compra", refuses=_ONE)(self.read_order)
        routes.get(
            f"{one}/lines",
            role=Role.READER,
            summary="Lista as linhas de um pedido de compra",
            refuses=_ONE,
            page="promob/order.html",
        )(self.list_order_lines)
        return routes

    def list_orders(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> NamedPage[OrderAnswer]:
        """An order never changes."""
        since = None if changed_since is None else changed_since.timestamp()
        found = store_of(self.integration, connection).orders_changed(since, limit, after_of(cursor))
        return named_page(found, _order_answer, _names(connection, found.values))

    def read_order(self, connection: ConnectionInPath, order: OrderInPath) -> OneOrder:
        """As it was made."""
        return _one_order(connection, self._order(connection, order))

    def list_order_lines(
        self, connection: ConnectionInPath, order: OrderInPath, limit: Limit = 50, cursor: Cursor = ""
    ) -> OrderLinePage:
        """In the order of the project's environments."""
        of = self._order(connection, order)
        found = page(page_of_lines(S3Items(connection).lines(of.lines), limit, after_of(cursor)), _order_line)
        return OrderLinePage(**dict(found), order=_one_order(connection, of))

    def _order(self, connection: str, order_id: str) -> PurchaseOrder:
        found = store_of(self.integration, connection).order(order_id)
        if found is None:
            raise ProblemError(Problem("promob.order_unknown"))
        return found


def _order_answer(order: PurchaseOrder) -> OrderAnswer:
    return OrderAnswer(
        id=order.id,
        project=order.project,
        store=order.store,
        supplier=order.supplier,
        lines=order.count,
        cost=number(order.cost),
        created_at=clock.iso(order.created_at),
        created_by=order.created_by,
    )


def _one_order(connection: str, order: PurchaseOrder) -> OneOrder:
    return OneOrder(**dict(_order_answer(order)), names=_names(connection, (order,)))


def _names(connection: str, orders: Sequence[PurchaseOrder]) -> dict[str, str]:
    return names_of(
        connection,
        projects={one.project for one in orders},
        stores={one.store for one in orders},
        people={one.created_by for one in orders},
    )


def _order_line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(**line)
