"""Entries of the conflict history as the API shows them: what was overwritten, and whether it was brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from notes.flow_names import INTEGRATION
from notes.mailbox_users import MailboxUser
from notes.ports import Loser
from notes.records import Module, Participant, Record
from notes.side_names import SIDE_TITLES, SideName, side_name
from sincronia.web.fields import run_url

Value = str | bool | int | list[str]
Why = Literal["conflict", "removed", "taken_back"]

FIELD_TITLES: Mapping[str, str] = {
    "first_name": "Nome",
    "last_name": "Sobrenome",
    "email": "E-mail",
    "phone": "Telefone",
    "mobile": "Celular",
    "home_phone": "Telefone residencial",
    "fax": "Fax",
    "company": "Empresa",
    "title": "Cargo",
    "department": "Departamento",
    "street": "Endereço",
    "city": "Cidade",
    "state": "Estado",
    "zip_code": "CEP",
    "country": "País",
    "description": "Descrição",
    "subject": "Assunto",
    "due_date": "Vencimento",
    "start_date": "Data de início",
    "completed": "Concluída",
    "priority": "Prioridade",
    "completed_at": "Concluída em",
    "starts": "Início",
    "ends": "Término",
    "place": "Local",
    "participants": "Participantes",
    "reminder_minutes": "Lembrete (minutos antes)",
    "recurrence": "Repetição",
}


class ConflictLine(BaseModel):
    """An entry of the history, without its content."""

    id: str
    at: str
    why: Why = Field(
        description="conflict: o outro lado prevaleceu; removed: o registro foi removido com uma alteração; "
        "taken_back: a cópia saiu, porque o original se tornou privado."
    )
    module: Module
    side: SideName = Field(description="O lado em que o conteúdo foi sobrescrito.")
    side_title: str
    user: str
    user_name: str
    record_id: str = Field(description="A identificação do registro nesse lado.")
    label: str
    run_id: str
    run: str = Field(description="O endereço da execução que o sobrescreveu.")
    brought_back_at: str | None = Field(description="Quando foi devolvido; null, se não foi.")
    brought_back_by: str | None = Field(description="Quem pediu que fosse devolvido: token:<identificação>.")


class OverwrittenField(BaseModel):
    """A field that holds something."""

    name: str
    title: str
    value: Value


class ConflictAnswer(ConflictLine):
    """An entry with the content that was overwritten."""

    content: list[OverwrittenField]
    stands: list[OverwrittenField] = Field(description="O que ficou no lugar; vazio, onde o registro foi removido.")


def conflict_line(loser: Loser, connection: str, users: Mapping[str, MailboxUser]) -> ConflictLine:
    """An entry as people read it; users: by id, its own among them unless they are gone."""
    return ConflictLine(**_line(loser, connection, users))


def conflict_answer(loser: Loser, connection: str, users: Mapping[str, MailboxUser]) -> ConflictAnswer:
    """The same, with its content."""
    return ConflictAnswer(
        **_line(loser, connection, users),
        content=_fields(loser.content),
        stands=_fields(loser.stands) if loser.stands else [],
    )


def _line(loser: Loser, connection: str, users: Mapping[str, MailboxUser]) -> dict[str, Any]:
    return {
        "id": loser.id,
        "at": loser.at,
        "why": loser.why,
        "module": loser.module,
        "side": side_name(loser.side),
        "side_title": SIDE_TITLES[loser.side],
        "user": loser.user,
        "user_name": users[loser.user].name if loser.user in users else "",
        "record_id": loser.record_id,
        "label": loser.label,
        "run_id": loser.run_id,
        "run": run_url(INTEGRATION, connection, loser.run_id),
        "brought_back_at": loser.brought_back_at or None,
        "brought_back_by": loser.brought_back_by or None,
    }


def _fields(record: Record) -> list[OverwrittenField]:
    """Those that hold something."""
    named = ((field.name, getattr(record, field.name)) for field in fields(record))
    return [
        OverwrittenField(name=name, title=FIELD_TITLES[name], value=_shown(value))
        for name, value in named
        if value is not None and value not in {"", ()}
    ]


def _shown(value: Any) -> Value:
    """A value of neutral content: days and moments in ISO 8601, participants as an e-mail's address line has them."""
    if isinstance(value, tuple):
        return [_address(participant) for participant in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, int)):
        return value
    return str(value)


def _address(participant: Participant) -> str:
    return f"{participant.name} <{participant.email}>" if participant.name else participant.email
