"""A connection's settings and secret, and the sessions with its vendors. Making one calls no vendor.

What is kept in step stands elsewhere (sync_settings), and so do the users, each with a secret of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from notes import domino_client
from notes.connection_sentences import PASSWORD_MISSING
from notes.crm_content import CrmContent
from notes.crm_side import CrmRecords
from notes.domino_client import Domino, DominoSession
from notes.fields import PRIVATE, TABLE, UID, CrmNames
from notes.mailbox_side import MailboxRecords
from notes.mailbox_users import MailboxUser
from notes.notes_content import NotesContent
from notes.ports import Open, Records
from notes.records import Module
from notes.sync_settings import NOTES
from notes.zoho_client import Zoho
from notes.zoho_session import DATA_CENTRES, Credentials, ZohoSession
from sincronia.answers import COMMON, Problem, ProblemError
from sincronia.connection_fields import Fields, missing, parsed
from sincronia.engine.flow import Opening
from sincronia.engine.ports import Secrets
from sincronia.engine.two_way import Side

PASSWORD = "password"  # noqa: S105  # the field of a user's secret
CRM_FIELDS = frozenset(  # what a connection may name of its CRM, as CrmNames has it
    {f"{module}.{row.name}" for module, rows in TABLE.items() for row in rows if row.configurable}
    | {f"{module}.{PRIVATE}" for module in Module}
    | {f"{Module.EVENTS}.{UID}"}
)
MOST_USERS = 300  # a run keeps where each lane stands in its row, which may have 400 KB: some 350 users' three

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


class Settings(Fields):
    """What a person types of a connection. `zoho_address` stands for Zoho's own where the CRM is simulated."""

    domino_address: str = Field(min_length=1, title="Nome do Servidor (endereço do Domino)")
    zoho_data_centre: str = Field(default="us", title=f"Data center do Zoho ({', '.join(DATA_CENTRES)})")
    zoho_address: str = Field(default="", title="Endereço do Zoho CRM, se não for o do data center")
    licence: int = Field(default=1, ge=1, le=MOST_USERS, strict=True, title="Número de usuários da licença")
    crm_fields: dict[str, str] = Field(default_factory=dict, title="Nomes de API dos campos próprios no Zoho CRM")

    @field_validator("zoho_data_centre")
    @classmethod
    def _known_centre(cls, value: str) -> str:
        if value in DATA_CENTRES:
            return value
        named = {"data_centres": ", ".join(DATA_CENTRES)}
        raise PydanticCustomError("notes.crm_data_centre_unknown", "no data centre", named)

    @field_validator("crm_fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        """An empty name is none."""
        named = {field: name.strip() for field, name in value.items() if name.strip()}
        if named.keys() <= CRM_FIELDS and all(map(_API_NAME.fullmatch, named.values())):
            return named
        raise PydanticCustomError("settings_invalid", "no field, or no API name")


class Secret(Fields):
    """The fields of a connection's secret: what an application authorized at Zoho holds."""

    zoho_client_id: str = Field(default="", title="Client ID do Zoho")
    zoho_client_secret: str = Field(default="", title="Client Secret do Zoho")
    zoho_refresh_token: str = Field(default="", title="Refresh Token do Zoho")


def names_of(opening: Opening) -> CrmNames:
    """The API names of the connection's own fields. Raises ProblemError where its settings don't do."""
    return CrmNames(parsed(Settings, opening.settings, COMMON).crm_fields)


def zoho_of(opening: Opening) -> Zoho:
    """The connection's CRM. Raises ProblemError where its settings don't do."""
    settings = parsed(Settings, opening.settings, COMMON)
    secret = parsed(Secret, opening.secret, COMMON)
    for name in Secret.model_fields:
        if not getattr(secret, name):
            raise missing(Secret, name)
    credentials = Credentials(
        secret.zoho_client_id,
        secret.zoho_client_secret,
        secret.zoho_refresh_token,
        settings.zoho_data_centre,
        settings.zoho_address,
    )
    return Zoho(ZohoSession(credentials, opening.deadline))


def domino_of(opening: Opening, user: MailboxUser, secrets: Secrets) -> Domino:
    """The user's session with Domino. Raises ProblemError(notes.password_missing), or where the settings don't do."""
    address = parsed(Settings, opening.settings, COMMON).domino_address
    session = DominoSession(domino_client.VENDOR, address, opening.deadline)
    return Domino(session, user.login, _password(user, secrets))


def open_records(opening: Opening, secrets: Secrets, *, invites: bool = False) -> Open:
    """Both sides' records of the connection's users. What it gives raises ProblemError where a user can't be signed in.

    The deadline is the one that each is opened with, and not the opening's. `invites`: to a meeting that is made in
    Notes its participants are invited; not where it is the copy of one that is in the CRM, where they know of it.
    """

    def opened(user: MailboxUser, module: Module, side: Side, deadline: float) -> Records:
        until, names = replace(opening, deadline=deadline), names_of(opening)
        if side is not NOTES:
            return CrmRecords(zoho_of(until), CrmContent(user.owner, names), module, user.crm_owner)
        domino, content = domino_of(until, user, secrets), NotesContent(user.owner, names)
        return MailboxRecords(domino, content, module, user.databases[module], user.views.get(module, ""), invites)

    return opened


def _password(user: MailboxUser, secrets: Secrets) -> str:
    try:
        password = secrets.fields(user.secret_name).get(PASSWORD, "")
    except ProblemError as error:
        if error.problem.code != "secret_missing":
            raise
        password = ""
    if not password:
        raise ProblemError(Problem(PASSWORD_MISSING, {"user": user.name}))
    return password
