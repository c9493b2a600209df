"""The route of Programar Reunião: a meeting that is created in IBM Notes, which invites, and shown in the CRM."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

from notes.flow_names import MEETING
from notes.mailbox_access import ACCESS_REFUSES, acting_user, seen_users
from notes.meeting import told
from notes.meeting_form import MeetingForm, asked_of
from sincronia.auth import Role
from sincronia.engine.state import RunKey
from sincronia.store.asked import asked_for, digest
from sincronia.store.aws import SqsRunQueue
from sincronia.store.beginning import begun
from sincronia.store.runs import stored_run
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_forms import RunAnswer, run_answer
from sincronia.web.run_starts import asked_run, new_run_id


class CalendarAnswer(BaseModel):
    """A calendar that a meeting can be put into."""

    user: str = Field(description="De quem é: o user de POST meetings.")
    name: str
    zone: str = Field(description="O fuso horário em que os horários sem fuso valem.")


@dataclass(frozen=True, slots=True)
class MeetingRoutes:
    """The route of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Reuniões")
        routes.get(
            f"{self.integration.connection_path}/meetings",
            role=Role.OPERATOR,
            summary="Lê em que agendas se pode programar uma reunião",
            refuses=ACCESS_REFUSES,
            page="notes/meeting.html",
            menu="Reunião",
        )(self.list_calendars)
        routes.post(
            f"{self.integration.connection_path}/meetings",
            role=Role.OPERATOR,
            summary="Programa uma reunião",
            status=201,
            answered="A execução, que está na fila: ela cria a reunião no IBM Notes e a mostra no Zoho CRM.",
            refuses=(*ACCESS_REFUSES, "notes.mailbox_unnamed", "connection_disabled"),
        )(self.schedule_meeting)
        return routes

    def list_calendars(self, connection: ConnectionInPath, caller: Caller) -> list[CalendarAnswer]:
        """The caller's own; an administrator's are everybody's."""
        self.integration.connection(connection)
        return [
            CalendarAnswer(user=user.id, name=user.name, zone=user.zone.key)
            for _, user in sorted(seen_users(connection, caller).items())
        ]

    def schedule_meeting(
        self, connection: ConnectionInPath, form: MeetingForm, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """In the caller's own calendar; an administrator names whose. Any number of meetings beside each other."""
        self.integration.enabled(connection)
        user = acting_user(connection, caller, form.user)
        run_id = new_run_id(connection, MEETING)
        if idempotency_key:
            request = digest(MEETING, caller.id, connection, idempotency_key, form.model_dump_json())
            run_id = asked_for(request, run_id)
        key = RunKey(connection, run_id)
        run = asked_run(key, self.integration.name, MEETING, asked_of(form, user), caller)
        if not begun(run, told(run)):
            run = stored_run(key) or run  # this very request was here before, and nobody heard its first answer
        SqsRunQueue().send(key)
        return run_answer(run, self.integration)
