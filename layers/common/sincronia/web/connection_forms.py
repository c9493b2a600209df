"""A connection as people write it down and as they read it; what the operator's command takes is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sincronia import clock
from sincronia.engine.flow import FlowKind
from sincronia.engine.state import Connection, ScheduledFlow
from sincronia.web.described_fields import DescribedField
from sincronia.web.fields import CONNECTION_FORM

ConnectionId = Annotated[str, Field(pattern=CONNECTION_FORM)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Form(BaseModel):
    """Nothing that it doesn't know, and nothing quoted in an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class FlowForm(Form):
    """When a flow runs, and its filters; what isn't named is the flow's own; a period of null: only when asked for."""

    every_minutes: Annotated[int, Field(strict=True, ge=5, le=10080)] | None = None
    filters: dict[str, Any] | None = None


class ConnectionForm(Form):
    """A connection without what names it, and without its secret."""

    name: Name
    responsible: Name
    enabled: Annotated[bool, Field(strict=True)] = True
    settings: dict[str, Any]
    flows: dict[str, FlowForm] = Field(default_factory=dict)

    def configured(self, connection_id: str, integration: str) -> Connection:
        """The connection; its secret has no name yet."""
        return Connection(
            id=connection_id,
            integration=integration,
            name=self.name,
            settings=self.settings,
            secret_name="",
            responsible=self.responsible,
            enabled=self.enabled,
        )


def scheduled_flows(
    connection: Connection,
    kinds: Mapping[str, FlowKind],
    forms: Mapping[str, FlowForm],
    known: Iterable[ScheduledFlow] = (),
) -> list[ScheduledFlow]:
    """The connection's flows: of each form what it names, of the others what is known of them. New ones are due now."""
    before = {flow.flow: flow for flow in known}
    return [
        _scheduled_flow(connection, name, kind, forms.get(name, FlowForm()), before.get(name))
        for name, kind in kinds.items()
    ]


def _scheduled_flow(
    connection: Connection, name: str, kind: FlowKind, form: FlowForm, before: ScheduledFlow | None
) -> ScheduledFlow:
    named = form.model_fields_set
    filters = kind.default_filters if form.filters is None else form.filters
    return ScheduledFlow(
        connection=connection.id,
        integration=connection.integration,
        flow=name,
        title=kind.title,
        filters=before.filters if before and "filters" not in named else filters,
        every_minutes=_every_minutes(kind, form, before),
        wake_at=clock.now(),
        active_run=before.active_run if before else "",
    )


def _every_minutes(kind: FlowKind, form: FlowForm, before: ScheduledFlow | None) -> int | None:
    if "every_minutes" in form.model_fields_set:
        return form.every_minutes
    return before.every_minutes if before else kind.default_minutes


class FlowAnswer(BaseModel):
    """A flow of a connection, and when it is due next."""

    title: str
    every_minutes: int | None
    filters: dict[str, Any]
    next_at: str | None


class ConnectionAnswer(BaseModel):
    """A connection; of its secret, which fields are filled in."""

    id: str
    integration: str
    name: str
    responsible: str
    enabled: bool
    settings: dict[str, Any]
    secret_fields: dict[str, bool]
    fields: list[DescribedField] = Field(description="O que settings e secret podem ter, com os nomes das telas.")
    flows: dict[str, FlowAnswer]
    url: str


class NewFlowAnswer(BaseModel):
    """A flow that a new connection will have, and how often it runs where nothing else is said."""

    name: str
    title: str
    every_minutes: int | None


class NewConnectionAnswer(BaseModel):
    """What a new connection of an integration needs."""

    integration: str
    fields: list[DescribedField] = Field(description="O que settings e secret podem ter, com os nomes das telas.")
    flows: list[NewFlowAnswer]
