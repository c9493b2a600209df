"""A user of the sync as the API takes and shows them (seed 001, “Gerenciar usuários” and “Alterar a senha”)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from notes.mailbox_users import MailboxUser
from notes.records import Module
from sincronia.ids import ID_FORM
from sincronia.web.application import Input

DEFAULT_ZONE = "America/Sao_Paulo"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_EMAIL = r"^[^\x00-\x1f\x7f\s@]+@[^\x00-\x1f\x7f\s@]+$"


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError, ValueError):  # whatever is wrong with the name
        message = "deve ser um fuso horário da IANA, como America/Sao_Paulo"
        raise ValueError(message) from None


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_ONE_LINE)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_EMAIL)]
Password = Annotated[
    str, Field(min_length=1, max_length=500, repr=False, description="A do IBM Notes. Nunca é mostrada.")
]
Zone = Annotated[str, Field(max_length=60, description="O fuso da caixa postal."), AfterValidator(_known_zone)]
CrmOwner = Annotated[str, Field(pattern=r"^[0-9]{1,30}$", description="A identificação do usuário no Zoho CRM.")]
RecordId = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f:]{1,200}$", description="A identificação do registro.")]


class Databases(Input):
    """The path of each module's Notes database on the server."""

    contacts: Line
    tasks: Line
    events: Line


class Views(Input):
    """The view that lists each module's documents; the calendar service gives the events."""

    contacts: Line = "Contacts"
    tasks: Line = "($ToDo)"


class NewMailboxUser(Input):
    """A person whose mailbox is to be kept in step."""

    token: Annotated[str, Field(pattern=ID_FORM, description="O token de integração com que a pessoa trabalha aqui.")]
    name: Line
    email: Annotated[Email, Field(description="O e-mail da pessoa no IBM Notes.")]
    login: Annotated[Line, Field(description="O Nome de Usuário no servidor Domino.")]
    password: Password
    zone: Zone = DEFAULT_ZONE
    databases: Databases
    views: Views = Views()
    crm_owner: CrmOwner


class MailboxUserChange(Input):
    """What of a user is to change; what isn't named stays. Links stay whatever changes."""

    name: Line | None = None
    email: Email | None = None
    login: Line | None = None
    zone: Zone | None = None
    databases: Databases | None = None
    views: Views | None = None
    crm_owner: CrmOwner | None = None


class PasswordChange(Input):
    """Alterar Senha: the e-mail tells that it is the right user."""

    email: Email
    password: Password


class ExcludedRecord(Input):
    """A single record that is to be left out of the sync, or taken in again."""

    module: Module
    side: Literal["notes", "crm"]
    record_id: RecordId


class MailboxUserAnswer(BaseModel):
    """A user; of the password, nothing."""

    id: str = Field(description="A identificação do token da pessoa.")
    name: str
    email: str
    login: str
    zone: str
    databases: dict[Module, str]
    views: dict[Module, str]
    crm_owner: str
    excluded: list[ExcludedRecord] = Field(description="Os registros que ficam fora da sincronização.")
    version: int


def user_of(new: NewMailboxUser) -> MailboxUser:
    """The user that a person typed; their secret has no name yet."""
    return MailboxUser(
        id=new.token,
        name=new.name,
        email=new.email,
        login=new.login,
        zone=ZoneInfo(new.zone),
        databases=_by_module(new.databases),
        views=_by_module(new.views),
        crm_owner=new.crm_owner,
        secret_name="",
        excluded={},
    )


def changes_of(change: MailboxUserChange) -> dict[str, Any]:
    """What a change names, as a MailboxUser has it."""
    named: dict[str, Any] = {
        name: value for name in ("name", "email", "login", "crm_owner") if (value := getattr(change, name)) is not None
    }
    if change.zone is not None:
        named["zone"] = ZoneInfo(change.zone)
    if change.databases is not None:
        named["databases"] = _by_module(change.databases)
    if change.views is not None:
        named["views"] = _by_module(change.views)
    return named


def user_answer(user: MailboxUser) -> MailboxUserAnswer:
    """A user as people read them."""
    return MailboxUserAnswer(
        id=user.id,
        name=user.name,
        email=user.email,
        login=user.login,
        zone=user.zone.key,
        databases=dict(user.databases),
        views=dict(user.views),
        crm_owner=user.crm_owner,
        excluded=[
            ExcludedRecord.model_validate({"module": module, "side": side, "record_id": record_id})
            for module, records in sorted(user.excluded.items())
            for side, _, record_id in (record.partition(":") for record in sorted(records))
        ],
        version=user.version,
    )


def without_password(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request may be kept, even as a quick hash, which would give a password away to whoever guesses."""
    return {name: value for name, value in body.items() if name != "password"}


def _by_module(form: Databases | Views) -> dict[Module, str]:
    return {Module(name): path for name, path in form.model_dump().items()}
