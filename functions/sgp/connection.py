"""A connection's settings and secret, and the sessions with its vendors. Making one does no I/O.

The six switches are those of seed 004, "É possível utilizar apenas algumas das funcionalidades acima?"; all are off
until a person turns them on.
"""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import blake2b
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from sgp import ozmap_client, sgp_client
from sgp.ozmap_client import OzMap
from sgp.sgp_client import Sgp
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening
from sincronia.vendor_http import VendorSession

_WEBHOOK_PREFIX = "whsec_"
_WEBHOOK_BYTES = range(24, 65)  # as Standard Webhooks has it


class _Input(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)


class SgpSettings(_Input):
    """Where SGP is, and the application that its token was made for."""

    sgp_address: str = Field(min_length=1, title="Endereço do SGP (URL)")
    sgp_app: str = Field(min_length=1, max_length=200, title="APP_NAME do SGP")


class OzMapSettings(_Input):
    """Where OZmap is, with its port."""

    ozmap_address: str = Field(min_length=1, title="Endereço do OZmap")


class Switches(_Input):
    """What is done and what is not. `projects_by_pop`: by a POP's name in SGP, the names of OZmap projects."""

    cancel_clients: bool = Field(default=False, strict=True, title="Cancelar Clientes")
    create_clients: bool = Field(default=False, strict=True, title="Criar Clientes")
    consider_projects: bool = Field(default=False, strict=True, title="Considerar Projetos na Criação de Clientes")
    create_around_box: bool = Field(default=False, strict=True, title="Criar Clientes ao Redor da Caixa")
    remove_property: bool = Field(default=False, strict=True, title="Remover Imóvel Completamente")
    disconnect_property: bool = Field(
        default=False, strict=True, title="Desconectar o Imóvel do Cliente Cancelado da Porta do Splitter"
    )
    projects_by_pop: dict[str, list[str]] = Field(default_factory=dict, title="Projetos do OZmap por POP do SGP")

    @property
    def digest(self) -> str:
        """What decides that a contract is left out, as a short text: with another one, it may no longer be."""
        deciding = {"cancel_clients", "create_clients", "consider_projects", "create_around_box", "projects_by_pop"}
        text = json.dumps(self.model_dump(include=deciding), sort_keys=True)
        return blake2b(text.encode(), digest_size=8).hexdigest()


class Settings(Switches, OzMapSettings, SgpSettings):
    """What a person types of a connection."""

    # Seed 004: "o mapeamento de status é fixo". It is known so that who sends it reads that, and what to do.
    status_mapping: None = Field(default=None, title="Mapeamento de status", exclude=True)

    @field_validator("status_mapping", mode="before")
    @classmethod
    def _fixed(cls, _: Any) -> None:
        raise PydanticCustomError("sgp.status_fixed", "fixed")


class SgpSecret(_Input):
    """SGP's token (Administração > Integrações > Tokens)."""

    sgp_token: str = Field(default="", title="TOKEN do SGP")


class OzMapSecret(_Input):
    """OZmap's key, sent as it is."""

    ozmap_key: str = Field(default="", title="Chave da API do OZmap")


def webhook_secrets(value: str) -> tuple[str, ...]:
    """The secrets that webhooks may be signed with, several while one replaces another.

    Each is `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks). Raises ValueError, which quotes nothing.
    """
    secrets = tuple(value.split())
    for secret in secrets:
        try:
            key = base64.b64decode(secret.removeprefix(_WEBHOOK_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith(_WEBHOOK_PREFIX) or len(key) not in _WEBHOOK_BYTES:
            message = "no webhook secret"
            raise ValueError(message)
    return secrets


class WebhookSecret(_Input):
    """The webhooks' secrets, separated by spaces; empty where nobody sends any."""

    webhook_secrets: str = Field(default="", max_length=2_000, title="Segredos do webhook")

    @field_validator("webhook_secrets")
    @classmethod
    def _whole(cls, value: str) -> str:
        try:
            return " ".join(webhook_secrets(value))
        except ValueError:
            pass
        raise PydanticCustomError("sgp.webhook_secret_invalid", "no webhook secret")


class Secret(WebhookSecret, OzMapSecret, SgpSecret):
    """The fields of a connection's secret."""


_Model = TypeVar("_Model", bound=BaseModel)


def parsed(model: type[_Model], values: Any) -> _Model:
    """The values as the model. Raises ProblemError, which names the field as people call it and quotes nothing."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
    name = str(wrong["loc"][0])
    title = model.model_fields[name].title or name
    code = wrong["type"] if wrong["type"].startswith("sgp.") else "settings_invalid"
    raise ProblemError(Problem(code, {"field": title}))


def sgp_of(opening: Opening) -> Sgp:
    """The connection's SGP. Raises ProblemError where its settings don't do."""
    settings = parsed(SgpSettings, opening.settings)
    token = parsed(SgpSecret, opening.secret).sgp_token
    if not token:
        raise ProblemError(Problem("settings_invalid", {"field": _title(SgpSecret, "sgp_token")}))
    session = VendorSession(sgp_client.VENDOR, settings.sgp_address, opening.deadline)
    return Sgp(session, token, settings.sgp_app)


def ozmap_of(opening: Opening) -> OzMap:
    """The connection's OZmap. Raises ProblemError where its settings don't do."""
    address = parsed(OzMapSettings, opening.settings).ozmap_address
    key = parsed(OzMapSecret, opening.secret).ozmap_key
    if not key:
        raise ProblemError(Problem("settings_invalid", {"field": _title(OzMapSecret, "ozmap_key")}))
    return OzMap(VendorSession(ozmap_client.VENDOR, address, opening.deadline), key)


def _title(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].title or name
