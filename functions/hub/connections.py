"""All connections, of whatever integration; each is read and changed where its integration is."""

from __future__ import annotations

from pydantic import BaseModel

from hub.integrated import integrations
from sincronia.auth import Role
from sincronia.engine.state import Connection
from sincronia.store.connections import connections_by_name
from sincronia.web.application import Routes
from sincronia.web.fields import connection_url
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

routes = Routes("Conexões")


class ListedConnection(BaseModel):
    """A connection, in brief."""

    id: str
    integration: str
    name: str
    enabled: bool
    responsible: str
    url: str


@routes.get(
    "/connections",
    role=Role.READER,
    summary="Lista as conexões de todas as integrações",
    page="hub/connections.html",
    drawn_with={"integrations": integrations},
)
def list_connections(limit: Limit = 50, cursor: Cursor = "") -> Page[ListedConnection]:
    """By their ids."""
    return page(connections_by_name(limit, after_of(cursor)), _answer)


def _answer(connection: Connection) -> ListedConnection:
    return ListedConnection(
        id=connection.id,
        integration=connection.integration,
        name=connection.name,
        enabled=connection.enabled,
        responsible=connection.responsible,
        url=connection_url(connection.integration, connection.id),
    )
