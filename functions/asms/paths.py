"""What the directory's addresses name, as its routes take it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from asms.catalogues import Catalogue, Category
from sincronia.ids import ID_FORM
from sincronia.web.fields import connection_url
from sincronia.web.integration import Integration

INTEGRATION_NAME = "asms"

CategoryInPath = Annotated[Category, Path(description="A categoria: clientes ou especialistas.")]
CatalogueInPath = Annotated[Catalogue, Path(description="O catálogo.")]
EntryInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do item do catálogo.")]
ProjectInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do projeto.")]
UserInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do usuário.")]


def users_path(integration: Integration, category: str = "<category>") -> str:
    """The path of a category's users."""
    return f"{integration.connection_path}/users/{category}"


def user_url(connection: str, category: str, user: str) -> str:
    """Where one user is read."""
    return f"{connection_url(INTEGRATION_NAME, connection)}/users/{category}/{user}"


def user_path(integration: Integration, category: str = "<category>") -> str:
    """The path of one user."""
    return f"{users_path(integration, category)}/<user>"
