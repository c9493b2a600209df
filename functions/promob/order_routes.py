"""Routes of purchase orders: what each supplier is to deliver of a revised project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from promob.answer_texts import number
from promob.line_pages import page_of_lines
from promob.offers import PurchaseOrder
from promob.paths import ChangedSince, OrderInPath, connection_path
from promob.project_access import store_of
from promob.store.items import S3Items
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


@dataclass(frozen=True, slots=True)
class OrderRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Pedidos de compra")
        orders = f"{connection_path(self.integration)}/orders"
        one = f"{orders}/<order>"
        routes.get(
            orders,
            role=Role.READER,
            summary="Lista os pedidos de compra da rede, na ordem em que foram gerados",
            refuses=("connection_unknown",),
        )(self.list_orders)
        routes.get(one, role=Role.READER, summary="Lê um pedido de compra", refuses=_ONE)(self.read_order)
        routes.get(f"{one}/lines", role=Role.READER, summary="Lista as linhas de um pedido de compra", refuses=_ONE)(
            self.list_order_lines
        )
        return routes

    def list_orders(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[OrderAnswer]:
        """An order never changes."""
        since = None if changed_since is None else changed_since.timestamp()
        return page(
            store_of(self.integration, connection).orders_changed(since, limit, after_of(cursor)), _order_answer
        )

    def read_order(self, connection: ConnectionInPath, order: OrderInPath) -> OrderAnswer:
        """As it was made."""
        return _order_answer(self._order(connection, order))

    def list_order_lines(
        self, connection: ConnectionInPath, order: OrderInPath, limit: Limit = 50, cursor: Cursor = ""
    ) -> Page[OrderLine]:
        """In the order of the project's environments."""
        lines = S3Items(connection).lines(self._order(connection, order).lines)
        return page(page_of_lines(lines, limit, after_of(cursor)), _order_line)

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


def _order_line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(**line)
