"""Routes of the fixed table of statuses, and of the switches of a connection (seed 004, Resumo das funcionalidades)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from sgp.connection import Switches
from sgp.contracts import Status
from sgp.statuses import TABLE, title_of
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Routes
from sincronia.web.hint_forms import HintIntegration
from sincronia.web.hint_reads import OneConnection, only_connection

_SWITCHES: Mapping[str, str] = {
    "cancel_clients": (
        "Um contrato cancelado no SGP sai do OZmap. Desativada, o cancelamento só fica registrado nos logs."
    ),
    "create_clients": (
        "Um contrato do SGP que tem splitter, e que o OZmap ainda não tem, é criado na caixa de mesmo nome, conectado "
        "à porta."
    ),
    "consider_projects": (
        "Na criação, só são consideradas as caixas dos projetos do OZmap que a conexão associa ao POP do contrato."
    ),
    "create_around_box": (
        "Um contrato sem coordenadas no SGP é criado ao redor da caixa, a 5 metros um do outro. Desativada, não é "
        "criado."
    ),
    "remove_property": (
        "No cancelamento, o imóvel inteiro é removido, também o de um cliente implantado. Desativada, o imóvel de um "
        "cliente implantado permanece, e só o cliente sai dele."
    ),
    "disconnect_property": (
        "O imóvel que permanece depois do cancelamento sai da porta do splitter, que fica livre. Desativada, ele "
        "continua ocupando a porta."
    ),
}


class StatusRow(BaseModel):
    """What one status of SGP means in OZmap."""

    code: int
    name: str
    ozmap: str = Field(description="A situação do cliente no OZmap; vazia, onde o status não a muda.")
    description: str
    assumption: bool = Field(description="Se o fornecedor não publica esta linha, e ela é uma suposição nossa.")


class Switch(BaseModel):
    """An option of a connection."""

    name: str
    title: str
    on: bool
    description: str


class StatusTable(BaseModel):
    """The table, and what is switched on in a connection."""

    connection: str
    statuses: list[StatusRow]
    switches: list[Switch]


@dataclass(frozen=True, slots=True)
class StatusRoutes:
    """The routes of the integration."""

    integration: HintIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Status")
        path = f"/integrations/{self.integration.name}/statuses"
        routes.get(
            path,
            role=Role.READER,
            summary="Lê o que cada status do SGP significa no OZmap, e o que está ativado em uma conexão",
            refuses=("connection_unknown", "connection_unnamed"),
            page="sgp/statuses.html",
            menu="Status",
        )(self.list_statuses)
        routes.patch(
            path,
            role=Role.ADMINISTRATOR,
            summary="Responde a quem quer alterar o mapeamento de status: ele é fixo",
            answered="Nunca vem.",
            refuses=("sgp.status_fixed",),
        )(self.change_statuses)
        return routes

    def list_statuses(self, connection: OneConnection = "") -> StatusTable:
        """Fixed; Atualização de Status can't be switched off."""
        found = only_connection(connection, self.integration)
        switches = Switches.model_validate(
            {name: value for name, value in found.settings.items() if name in Switches.model_fields}
        )
        return StatusTable(
            connection=found.id,
            statuses=[
                StatusRow(
                    code=status.value,
                    name=title_of(status),
                    ozmap=TABLE[status].ozmap,
                    description=TABLE[status].description,
                    assumption=TABLE[status].assumption,
                )
                for status in Status
            ],
            switches=[
                Switch(
                    name=name,
                    title=Switches.model_fields[name].title or name,
                    on=getattr(switches, name),
                    description=description,
                )
                for name, description in _SWITCHES.items()
            ],
        )

    @staticmethod
    def change_statuses() -> dict[str, Any]:
        """Never."""
        raise ProblemError(Problem("sgp.status_fixed"))
