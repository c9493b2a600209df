"""Questor's screens: one for each flow, with its filters, when it runs by itself, and its last run (seed 000)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.auth import Role
from sincronia.engine.state import RunKey
from sincronia.store.runs import stored_run
from sincronia.store.scheduling import DynamoSchedule
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import RunIntegration
from sincronia.web.run_forms import RunAnswer, run_answer
from zen import flow_names
from zen.filter_forms import FilterField, filter_fields

_TABS = {
    flow_names.INITIAL: "Sincronização Inicial",
    flow_names.USERS: "Usuários",
    flow_names.COMPANIES: "Empresas e Funcionários",
}
FlowInPath = Annotated[str, Path(pattern=f"^({'|'.join(_TABS)})$", description="O fluxo, como em flows da conexão.")]


class FlowScreen(BaseModel):
    """A flow of a connection as people start it."""

    connection: str
    connection_name: str
    enabled: bool = Field(description="false, onde a conexão está desativada e nada pode ser iniciado.")
    flow: str
    title: str
    steps: list[str] = Field(description="As etapas, na ordem em que vêm.")
    fields: list[FilterField] = Field(description="Os filtros, preenchidos com os que a conexão guarda.")
    filters: dict[str, Any] = Field(description="Os filtros que a conexão guarda, como foram gravados.")
    every_minutes: int | None = Field(description="De quanto em quanto tempo ele se executa por si; null, nunca.")
    next_at: str | None
    last: RunAnswer | None = Field(description="A execução iniciada por último.")
    runs: str = Field(description="Onde as execuções são iniciadas e lidas.")


@dataclass(frozen=True, slots=True)
class FlowRoutes:
    """The routes of the integration."""

    integration: RunIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        routes.get(
            f"{self.integration.connection_path}/flows/<flow>",
            role=Role.READER,
            summary="Lê os filtros de um fluxo, quando ele se executa, e a sua última execução",
            refuses=("connection_unknown",),
            page="zen/flow.html",
            menu=_TABS,
        )(self.read_flow)
        return routes

    def read_flow(self, connection: ConnectionInPath, flow: FlowInPath) -> FlowScreen:
        """As the screen shows it before anything is filled in."""
        config = self.integration.connection(connection).connection
        kind = self.integration.flows[flow]
        kept = DynamoSchedule().flow(connection, flow)
        filters = kept.filters if kept else kind.default_filters
        last = stored_run(RunKey(connection, kept.active_run)) if kept and kept.active_run else None
        scheduled = kept is not None and kept.every_minutes is not None and kept.wake_at is not None
        return FlowScreen(
            connection=connection,
            connection_name=config.name,
            enabled=config.enabled,
            flow=flow,
            title=kind.title,
            steps=list(kind.steps),
            fields=filter_fields(self.integration.filters[flow], filters),
            filters=dict(filters),
            every_minutes=kept.every_minutes if kept else None,
            next_at=clock.iso(kept.wake_at) if scheduled and kept and kept.wake_at is not None else None,
            last=run_answer(last, self.integration) if last else None,
            runs=f"{connection_url(self.integration.name, connection)}/runs",
        )
