"""A connection's settings and secret ("Configurações Zen"), and the sessions with its vendors. Making one does no I/O.

Each vendor's part stands alone, so that the test of the connection can try one where another is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening
from sincronia.vendor_http import VendorSession
from zen import questor_client, tareffa_client, zen_client
from zen.questor_client import Questor, place_of
from zen.tareffa_client import Tareffa
from zen.zen_client import Zen

# The field of the secret for user 0 – Administrador's Chave de Acesso: it must be there, and isn't sent.
ADMINISTRATOR_KEY = "administrator_access_key"


class _Input(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)


class QuestorSettings(_Input):
    """Where Questor is."""

    questor_address: str = Field(min_length=1, title="Endereço do Questor")


class ZenSettings(_Input):
    """Where Zen is."""

    zen_address: str = Field(min_length=1, title="Endereço Zen")


class TareffaSettings(_Input):
    """Where Tareffa is, for offices that use it; empty where they don't."""

    tareffa_address: str = Field(default="", title="Endereço do Tareffa")


class Settings(TareffaSettings, ZenSettings, QuestorSettings):
    """What a person types of a connection: the addresses."""


class QuestorSecret(_Input):
    """Questor asks for a token only where the base has one."""

    questor_token: str = Field(default="", title="Token do Questor")


class ZenSecret(_Input):
    """Zen's token is a path segment; 32 hexadecimal digits where seen."""

    zen_token: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$", title="Chave de Acesso (TOKEN) do Zen")
    administrator_access_key: str = Field(default="", title="Chave de Acesso do usuário 0 – Administrador")


class TareffaSecret(_Input):
    """Tareffa's token."""

    tareffa_token: str = Field(default="", title="Token do Tareffa")


class Secret(TareffaSecret, ZenSecret, QuestorSecret):
    """The fields of a connection's secret."""


_Model = TypeVar("_Model", bound=BaseModel)


def parsed(model: type[_Model], values: Any) -> _Model:
    """The values as the model. Raises ProblemError, which names the field as people call it and quotes nothing."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        name = place_of(error).partition(".")[0]
        wrong = error.errors(include_input=False, include_url=False)[0]
    known = model.model_fields.get(name)
    title = (known and known.title) or name  # a name that they made up stays theirs
    if wrong["type"] == "zen.selector_invalid":
        raise ProblemError(Problem(wrong["type"], {"field": title, **wrong["ctx"]}))
    raise ProblemError(Problem("settings_invalid", {"field": title}))


def check_administrator_key(secret: Mapping[str, str]) -> None:
    """Raises ProblemError where user 0 – Administrador's Chave de Acesso is missing."""
    if not secret.get(ADMINISTRATOR_KEY, "").strip():
        raise ProblemError(Problem("zen.administrator_key_missing"))


def questor_of(opening: Opening) -> Questor:
    """The connection's Questor. Raises ProblemError where its settings don't do."""
    token = parsed(QuestorSecret, opening.secret).questor_token
    address = parsed(QuestorSettings, opening.settings).questor_address
    return Questor(VendorSession(questor_client.VENDOR, address, opening.deadline), token)


def zen_of(opening: Opening) -> Zen:
    """The connection's Zen. Raises ProblemError where its settings don't do."""
    token = parsed(ZenSecret, opening.secret).zen_token
    if not token:
        raise ProblemError(Problem("zen.access_key_missing"))
    address = parsed(ZenSettings, opening.settings).zen_address
    return Zen(VendorSession(zen_client.VENDOR, address, opening.deadline), token)


def tareffa_of(opening: Opening) -> Tareffa:
    """The connection's Tareffa. Raises ProblemError where its settings don't do; an empty one names its field."""
    address = parsed(TareffaSettings, opening.settings).tareffa_address
    token = parsed(TareffaSecret, opening.secret).tareffa_token
    for model, name, value in ((TareffaSettings, "tareffa_address", address), (TareffaSecret, "tareffa_token", token)):
        if not value:
            raise ProblemError(Problem("settings_invalid", {"field": model.model_fields[name].title or name}))
    return Tareffa(VendorSession(tareffa_client.VENDOR, address, opening.deadline), token)
