"""What the addresses of a network's stores and projects name, as its routes take it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from sincronia.ids import ID_FORM
from sincronia.web.fields import Instant
from sincronia.web.integration import Integration

StoreInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação da loja.")]
UserInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do usuário, que é a do seu token.")]
CustomerInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do cliente.")]
ProjectInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do projeto.")]
EnvironmentInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do ambiente.")]
VersionInPath = Annotated[int, Path(ge=1, le=999_999, description="O número da versão.")]
ItemInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do item manual.")]
BudgetInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do orçamento.")]
OrderInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do pedido de compra.")]
ChangedSince = Annotated[
    Instant | None,
    Query(
        description="Só o que mudou a partir deste momento, em ISO 8601 com fuso, na ordem das mudanças; sem ele, "
        "tudo, e o que mudou por último primeiro. A lista segue a gravação em instantes: quem acompanha as mudanças "
        "repete a consulta um pouco antes da última que leu."
    ),
]


def store_path(integration: Integration) -> str:
    """The path of one store."""
    return f"{integration.connection_path}/stores/<store>"


def project_path(integration: Integration) -> str:
    """The path of one project."""
    return f"{integration.connection_path}/projects/<project>"


def environment_path(integration: Integration) -> str:
    """The path of one environment of a project."""
    return f"{project_path(integration)}/environments/<environment>"
