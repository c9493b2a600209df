"""Desinstalar: a connection goes with all that is kept of it, once that is confirmed (seed 001, “Desinstalar”)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, Routes
from sincronia.web.connections import Connections, DeletionAnswer
from sincronia.web.fields import ConnectionInPath

BACKUP_DAYS = 35

_FATE: dict[str, Any] = {
    "goes": [
        "as configurações da conexão e as de sincronização",
        "as credenciais do Zoho CRM e as senhas do IBM Notes de todos os usuários",
        "os usuários e os vínculos entre os registros",
        "o histórico: execuções, resultados e conteúdos sobrescritos",
    ],
    "stays": ["os contatos, as tarefas e os eventos no IBM Notes", "os registros no Zoho CRM"],
    "backups": f"Cópias de segurança contínuas das tabelas ainda contêm esses dados por até {BACKUP_DAYS} dias; "
    "depois disso, nada resta.",
}

Confirm = Annotated[str, Query(max_length=100, description="A identificação da conexão, de novo, para confirmar.")]


class UninstallAnswer(DeletionAnswer):
    """A connection that is on its way out for good."""

    goes: list[str] = Field(description="O que é apagado para sempre.")
    stays: list[str] = Field(description="O que fica como está.")
    backups: str


@dataclass(frozen=True, slots=True)
class NotesConnections(Connections):
    """The layer's routes; the deletion asks to be confirmed."""

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Connections.routes(self)
        routes.get(
            f"{self.integration.connection_path}/uninstall",
            role=Role.ADMINISTRATOR,
            summary="Lê o que desinstalar apaga, e o que fica",
            refuses=("connection_unknown",),
            page="notes/uninstall.html",
            menu="Desinstalar",
        )(self.describe_uninstalling)
        routes.operations = [
            replace(
                operation,
                summary="Desinstala: exclui uma conexão com tudo o que é dela, depois de confirmado",
                refuses=(*operation.refuses, "notes.uninstall_unconfirmed"),
                page="notes/uninstall.html",
            )
            if operation.method == "DELETE"
            else operation
            for operation in routes.operations
        ]
        return routes

    def describe_uninstalling(self, connection: ConnectionInPath) -> UninstallAnswer:
        """Nothing is deleted by reading it."""
        found = self.integration.connection(connection)
        return UninstallAnswer(id=found.connection.id, deleting=found.deleting, **_FATE)

    def delete_connection(self, connection: ConnectionInPath, caller: Caller, confirm: Confirm = "") -> UninstallAnswer:
        """Nothing goes before it is confirmed; what is in Notes and in Zoho stays."""
        if confirm != connection:
            self.integration.connection(connection)  # of one that isn't there, that is said
            raise ProblemError(Problem("notes.uninstall_unconfirmed"))
        gone = Connections.delete_connection(self, connection, caller)
        return UninstallAnswer(
            id=gone.id,
            deleting=gone.deleting,
            **_FATE,
        )
