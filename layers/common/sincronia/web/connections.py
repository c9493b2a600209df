"""Routes of one integration's connections: made, read, changed, tested, deleted. Secrets go in and never come out.

The test is there where the integration calls vendors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError, explain
from sincronia.auth import Role
from sincronia.connection_checks import LastCheck
from sincronia.engine.state import Connection, Phase, RunKey, ScheduledFlow
from sincronia.settings import secret_prefix
from sincronia.store.aws import SecretsManagerSecrets, SqsRunQueue
from sincronia.store.connections import Registered, keep_check, registered
from sincronia.store.registering import (
    ConnectionTakenError,
    change_connection,
    create_connection,
    delete_connection,
    flows_of,
)
from sincronia.store.runs import stored_run
from sincronia.store.working import DynamoStore
from sincronia.web.application import Caller, Routes
from sincronia.web.connection_forms import (
    ConnectionAnswer,
    ConnectionForm,
    ConnectionId,
    FlowAnswer,
    FlowForm,
    Form,
    Name,
    NewConnectionAnswer,
    NewFlowAnswer,
    scheduled_flows,
)
from sincronia.web.described_fields import DescribedField, secret_fields, settings_fields
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import Integration
from sincronia.web.run_decisions import name_of

TEST_SECONDS = 25  # API Gateway waits for 30
_TRIES = 3  # to change a connection that others change at the same time

Secret = dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=2000)]]


class NewConnection(ConnectionForm):
    """A connection that is to be made."""

    id: ConnectionId
    secret: Secret = Field(default_factory=dict, description="Os campos do segredo; eles nunca são mostrados.")


class ConnectionChange(Form):
    """What of a connection is to change; what isn't named stays."""

    name: Name | None = None
    responsible: Name | None = None
    enabled: Annotated[bool, Field(strict=True)] | None = None
    settings: dict[str, Any] | None = Field(default=None, description="As configurações, por inteiro.")
    secret: Secret | None = Field(default=None, description="Só os campos que mudam; vazio apaga um campo.")
    flows: dict[str, FlowForm] | None = Field(default=None, description="Só os fluxos, e deles os campos, que mudam.")


class DeletionAnswer(BaseModel):
    """A connection that is on its way out."""

    id: str
    deleting: bool


class CheckAnswer(BaseModel):
    """One part of a connection that was tried."""

    what: str
    ok: bool
    code: str | None
    detail: str | None


class TestAnswer(BaseModel):
    """What of a connection works."""

    ok: bool
    checks: list[CheckAnswer]


@dataclass(frozen=True, slots=True)
class Connections:
    """The routes of one integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Conexões")
        base = f"/integrations/{self.integration.name}/connections"
        one = self.integration.connection_path
        routes.get(
            base,
            role=Role.ADMINISTRATOR,
            summary="Lê o que uma conexão nova precisa ter",
            page="new_connection.html",
        )(self.describe_connection)
        routes.post(
            base,
            role=Role.ADMINISTRATOR,
            summary="Cria uma conexão",
            status=201,
            answered="A conexão.",
            refuses=("connection_exists",),
        )(self.create_connection)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê uma conexão",
            refuses=("connection_unknown",),
            page="connection.html",
            menu="Conexão",
        )(self.read_connection)
        routes.patch(
            one,
            role=Role.ADMINISTRATOR,
            summary="Altera uma conexão",
            refuses=("connection_unknown", "connection_changed"),
        )(self.change_connection)
        routes.delete(
            one,
            role=Role.ADMINISTRATOR,
            summary="Exclui uma conexão com tudo o que é dela",
            status=202,
            answered="A exclusão está marcada, e tudo o que é da conexão é apagado em minutos; repetir não muda nada.",
            refuses=("connection_unknown", "connection_changed"),
        )(self.delete_connection)
        if self.integration.check is not None:
            routes.post(
                f"{one}/test",
                role=Role.OPERATOR,
                summary="Testa uma conexão: o que dela funciona, e o que há de errado com o resto",
                refuses=("connection_unknown", "vendors_slow"),
                page="connection_test.html",
            )(self.check_connection)
        return routes

    def describe_connection(self) -> NewConnectionAnswer:
        """Its fields, and the flows that it will have."""
        flows = [
            NewFlowAnswer(name=name, title=kind.title, every_minutes=kind.default_minutes)
            for name, kind in self.integration.flows.items()
        ]
        return NewConnectionAnswer(integration=self.integration.name, fields=self._fields(), flows=flows)

    def create_connection(self, new: NewConnection) -> ConnectionAnswer:
        """With all the integration's flows; only those with a period are due."""
        self._check(new.settings, new.secret, new.flows)
        connection = new.configured(new.id, self.integration.name)
        flows = scheduled_flows(connection, self.integration.flows, new.flows)
        try:
            made = create_connection(connection, flows, new.secret, secret_prefix())
        except ConnectionTakenError:
            raise ProblemError(Problem("connection_exists")) from None
        return self._answer(made.connection, new.secret)

    def read_connection(self, connection: ConnectionInPath) -> ConnectionAnswer:
        """Of the secret, which fields are filled in."""
        found = self.integration.connection(connection).connection
        return self._answer(found, self._secret(found))

    def change_connection(self, connection: ConnectionInPath, change: ConnectionChange) -> ConnectionAnswer:
        """What isn't named stays, also where somebody else changes it at the same time."""
        for _ in range(_TRIES):
            before = self.integration.connection(connection)
            try:
                return self._changed(before, change)
            except ConnectionTakenError:
                continue
        raise ProblemError(Problem("connection_changed"))

    def delete_connection(self, connection: ConnectionInPath, caller: Caller) -> DeletionAnswer:
        """What of it is at work is cancelled; the worker erases the rest. 404 when all is gone."""
        for _ in range(_TRIES):
            found = registered(connection)
            if found is None or found.connection.integration != self.integration.name:
                raise ProblemError(Problem("connection_unknown"))
            try:
                if not found.deleting:
                    delete_connection(found, f"token:{caller.id}")
            except ConnectionTakenError:
                continue
            self._cancel_what_is_at_work(connection, name_of(caller))
            return DeletionAnswer(id=connection, deleting=True)
        raise ProblemError(Problem("connection_changed"))

    @staticmethod
    def _cancel_what_is_at_work(connection: str, by: str) -> None:
        for flow in flows_of(connection).values():
            key = RunKey(connection, flow.active_run)
            run = stored_run(key) if flow.active_run else None
            if run is not None and run.phase != Phase.DONE and DynamoStore().ask_to_cancel(key, by):
                SqsRunQueue().send(key)

    def check_connection(self, connection: ConnectionInPath) -> TestAnswer:
        """Every part, whatever is wrong with the others."""
        config = self.integration.connection(connection).connection
        try:
            tried = self.integration.tried(config, TEST_SECONDS)
        except OutOfTimeError:
            raise ProblemError(Problem("vendors_slow")) from None
        checks = [
            CheckAnswer(
                what=check.what,
                ok=check.problem is None,
                code=check.problem.code if check.problem else None,
                detail=explain(check.problem, self.integration.answers) if check.problem else None,
            )
            for check in tried
        ]
        failed = next((check for check in checks if not check.ok), None)
        kept = LastCheck(clock.now(), failed.what, failed.detail or "") if failed else LastCheck(clock.now())
        keep_check(connection, kept)
        return TestAnswer(ok=all(check.ok for check in checks), checks=checks)

    def _changed(self, before: Registered, change: ConnectionChange) -> ConnectionAnswer:
        was = before.connection
        named = {
            name: value
            for name in ("name", "responsible", "enabled", "settings")
            if (value := getattr(change, name)) is not None
        }
        after = replace(was, **named)
        secret = self._secret(was)
        merged = {**secret, **change.secret} if change.secret else None
        forms = change.flows or {}
        self._check(after.settings, merged or {}, forms)
        flows = scheduled_flows(after, self.integration.flows, forms, flows_of(was.id).values())
        change_connection(before, after, flows, merged)
        return self._answer(after, secret if merged is None else merged)

    def _check(self, settings: Mapping[str, Any], secret: Mapping[str, str], flows: Mapping[str, FlowForm]) -> None:
        """Raises what names the wrong field."""
        self.integration.checked(self.integration.settings, settings, "settings")
        self.integration.checked(self.integration.secret, secret, "secret")
        for name, form in flows.items():
            if name not in self.integration.flows:
                raise RequestValidationError([{"type": "extra_forbidden", "loc": ("body", "flows", name)}])
            if form.filters is not None:
                self.integration.checked(self.integration.filters[name], form.filters, "flows", name, "filters")

    @staticmethod
    def _secret(connection: Connection) -> Mapping[str, str]:
        """The secret's fields; none where whoever made the connection died before it had one."""
        try:
            return SecretsManagerSecrets().fields(connection.secret_name)
        except ProblemError:
            return {}

    def _fields(self) -> list[DescribedField]:
        return settings_fields(self.integration.settings) + secret_fields(self.integration.secret)

    def _answer(self, connection: Connection, secret: Mapping[str, str]) -> ConnectionAnswer:
        flows = flows_of(connection.id)
        return ConnectionAnswer(
            id=connection.id,
            integration=connection.integration,
            name=connection.name,
            responsible=connection.responsible,
            enabled=connection.enabled,
            settings=dict(connection.settings),
            secret_fields={name: bool(secret.get(name)) for name in self.integration.secret.model_fields},
            fields=self._fields(),
            flows={name: _flow_answer(flows[name]) for name in self.integration.flows if name in flows},
            url=connection_url(self.integration.name, connection.id),
        )


def _flow_answer(flow: ScheduledFlow) -> FlowAnswer:
    return FlowAnswer(
        title=flow.title,
        every_minutes=flow.every_minutes,
        filters=dict(flow.filters),
        next_at=clock.iso(flow.wake_at) if flow.wake_at is not None else None,
    )
