"""A meeting as a person asks for it over HTTP, and as its run keeps it. The worker, without routes, needs no form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from notes.mailbox_users import MailboxUser
from notes.user_forms import Email, Line
from sincronia.ids import ID_FORM
from sincronia.web.application import Input

_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _written(value: Any) -> Any:
    """Pydantic would take a number, also as a text, for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DAY_AND_TIME.match(value)):
        return value
    message = "deve ser um texto, como 2026-12-01T14:00:00-03:00"
    raise ValueError(message)


Moment = Annotated[datetime, BeforeValidator(_written)]


class MeetingForm(Input):
    """A meeting as a person asks for it."""

    user: Annotated[str, Field(pattern=rf"^$|{ID_FORM}", description="De quem é a agenda; sem ele, de quem pede.")] = ""
    subject: Annotated[Line, Field(description="O Assunto.")]
    participants: list[Email] = Field(default=[], max_length=100, description="Os e-mails dos Participantes.")
    place: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="O Local.")] = ""
    starts: Annotated[Moment, Field(description="O Início; sem fuso horário, no do usuário.")]
    ends: Annotated[Moment, Field(description="O Término; escrito como o Início, com ou sem fuso horário.")]
    reminder_minutes: Annotated[
        int | None, Field(strict=True, ge=0, le=40_320, description="O Lembrete, em minutos antes do Início.")
    ] = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if (self.starts.utcoffset() is None) != (self.ends.utcoffset() is None):
            message = "o Início e o Término devem ter fuso horário os dois, ou nenhum"
            raise ValueError(message)
        if self.ends <= self.starts:
            message = "o Término deve ser depois do Início"
            raise ValueError(message)
        if len({email.casefold() for email in self.participants}) < len(self.participants):
            message = "há um participante repetido"
            raise ValueError(message)
        return self


def asked_of(form: MeetingForm, user: MailboxUser) -> dict[str, Any]:
    """The filters of the run; times without a zone are the user's. The user takes part anyway, and isn't invited."""

    def moment(at: datetime) -> str:
        return (at if at.utcoffset() is not None else at.replace(tzinfo=user.zone)).astimezone(UTC).isoformat()

    return {
        "user": user.id,
        "subject": form.subject,
        "participants": [email for email in form.participants if email.casefold() != user.email.casefold()],
        "place": form.place.strip(),
        "starts": moment(form.starts),
        "ends": moment(form.ends),
        "reminder_minutes": form.reminder_minutes,
    }
