"""The flow "Sincronizar Usuários": the users of Questor become the office users of Zen."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import BrakeLimits, Flow, FlowKind, Identity, LinkStatus, Opening, Record
from sincronia.vendor_http import VendorSession
from zen import questor_client, zen_client
from zen.answers import ANSWERS
from zen.questor_client import QuestorListing, Users, place_of
from zen.zen_client import ZenOfficeUsers

NAME = "sincronizar_usuarios"
ENTITY = "usuario_escritorio"
# The field of the connection's secret for user 0 – Administrador's Chave de Acesso: it must be there, and isn't sent.
ADMINISTRATOR_KEY = "administrator_access_key"

# The schedule's: who is in step is listed and not sent.
DEFAULT_FILTERS: dict[str, Any] = {
    "groups": [],
    "statuses": [LinkStatus.NOT_SYNCED.value, LinkStatus.RESYNC_PENDING.value],
    "force": False,
}

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)


class _Input(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)


class Settings(_Input):
    """What a person types of a connection: two addresses."""

    questor_address: str = Field(min_length=1, title="Endereço do Questor")
    zen_address: str = Field(min_length=1, title="Endereço Zen")


class Secret(_Input):
    """The fields of a connection's secret that are sent. Questor asks for a token only where the base has one."""

    questor_token: str = Field(default="", title="Token do Questor")
    # A path segment; 32 hexadecimal digits where seen.
    zen_token: str = Field(pattern=r"^[A-Za-z0-9_-]+$", title="Chave de Acesso (TOKEN) do Zen")


class Filters(_Input):
    """What a run is narrowed to; empty means all. `brake` takes the place of the flow's limits."""

    model_config = ConfigDict(extra="forbid")

    groups: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(), title="Código Grupo")
    statuses: frozenset[LinkStatus] = Field(default=frozenset(), title="Status")
    force: bool = Field(default=False, title="Enviar também os sincronizados")
    brake: BrakeLimits = Field(default=BrakeLimits(), title="Limites do freio")


def _text(value: Any) -> Any:
    """Questor's empty column is null."""
    return "" if value is None else value


class _Coded(_Input):
    code: int = Field(alias=Users.CODE, ge=0)


class _Row(_Coded):
    name: str = Field(alias=Users.NAME, min_length=1, max_length=200)
    email: Annotated[str, BeforeValidator(_text)] = Field(alias=Users.EMAIL)
    group: int | None = Field(alias=Users.GROUP)


_Model = TypeVar("_Model", bound=_Input)


def open_office_users(opening: Opening) -> Flow:
    """Opens the flow, without I/O. Raises ProblemError where the settings, the secret or the filters don't do."""
    if not opening.secret.get(ADMINISTRATOR_KEY, "").strip():
        raise ProblemError(Problem("zen.administrator_key_missing"))
    secret = _parsed(Secret, opening.secret)
    settings = _parsed(Settings, opening.settings)
    filters = _parsed(Filters, opening.filters)
    questor = VendorSession(questor_client.VENDOR, settings.questor_address, opening.deadline)
    zen = VendorSession(zen_client.VENDOR, settings.zen_address, opening.deadline)
    groups = {Users.GROUP: ";".join(str(group) for group in filters.groups)} if filters.groups else {}
    return Flow(
        entity=ENTITY,
        source=QuestorListing(
            questor,
            token=secret.questor_token,
            consultation=Users.CONSULTATION,
            order=Users.ORDER,
            filters=groups,
            record_of=record_of,
        ),
        target=ZenOfficeUsers(zen, secret.zen_token),
        shared_key_code="zen.email_shared",
        narrowed=bool(filters.groups),
        statuses=filters.statuses or frozenset(LinkStatus),
        force=filters.force,
        brake=filters.brake,
    )


FLOW = FlowKind("Sincronizar Usuários", ANSWERS, open_office_users, DEFAULT_FILTERS)


def record_of(row: Any) -> Record:
    """A row of Questor's users as what Zen is told of it. Pure.

    A row that can't be sent carries its problem; one that has no code has no source id either.
    """
    try:
        user = _Row.model_validate(row)
    except ValidationError as error:
        return _malformed(row, place_of(error))
    code = str(user.code)
    label = f"{user.name} (código {code})"
    email = user.email.lower()
    if not email:
        return Record(code, label, {}, "", problem=Problem("zen.email_missing", {"code": code}))
    if not is_email(email):
        return Record(code, label, {}, "", problem=Problem("zen.email_invalid", {"code": code}))
    content = {
        zen_client.NAME: user.name,
        zen_client.EMAIL: email,
        zen_client.GROUP: user.group,
        zen_client.STATE: zen_client.ACTIVE,
    }
    return Record(code, label, content, email, identities=(Identity("email", email),))


def is_email(text: str) -> bool:
    """Whether lower-case text is an address that a mail server could take: dotted local part, a real domain."""
    local = text.partition("@")[0]
    return len(text) <= 254 and len(local) <= 64 and _EMAIL.fullmatch(text) is not None


def _malformed(row: Any, column: str) -> Record:
    problem = Problem("record_malformed", {"field": column})
    try:
        code = str(_Coded.model_validate(row).code)
    except ValidationError:
        return Record("", "cadastro sem código", {}, "", problem=problem)
    return Record(code, f"código {code}", {}, "", problem=problem)


def _parsed(model: type[_Model], values: Any) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        name = place_of(error).partition(".")[0]
    known = model.model_fields.get(name)  # what people call it; a name that they made up stays theirs
    raise ProblemError(Problem("settings_invalid", {"field": (known and known.title) or name}))
