"""A connection's settings and secret, and the sessions with its vendors. Making one does no I/O.

The six switches are those of seed 004, "É possível utilizar apenas algumas das funcionalidades acima?"; all are off
until a person turns them on.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from sgp import ozmap_client, sgp_client
from sgp.answers import ANSWERS
from sgp.ozmap_client import OzMap
from sgp.sgp_client import Sgp
from sincronia.connection_fields import Fields, WebhookSecret, missing, parsed
from sincronia.engine.flow import Opening
from sincronia.vendor_http import VendorSession


class SgpSettings(Fields):
    """Where SGP is, and the application that its token was made for."""

    sgp_address: str = Field(min_length=1, title="Endereço do SGP (URL)")
    sgp_app: str = Field(min_length=1, max_length=200, title="APP_NAME do SGP")


class OzMapSettings(Fields):
    """Where OZmap is, with its port."""

    ozmap_address: str = Field(min_length=1, title="Endereço do OZmap")


class Switches(Fields):
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


class SgpSecret(Fields):
    """SGP's token (Administração > Integrações > Tokens)."""

    sgp_token: str = Field(default="", title="TOKEN do SGP")


class OzMapSecret(Fields):
    """OZmap's key, sent as it is."""

    ozmap_key: str = Field(default="", title="Chave da API do OZmap")


class Secret(WebhookSecret, OzMapSecret, SgpSecret):
    """The fields of a connection's secret."""


def sgp_of(opening: Opening) -> Sgp:
    """The connection's SGP. Raises ProblemError where its settings don't do."""
    settings = parsed(SgpSettings, opening.settings, ANSWERS)
    token = parsed(SgpSecret, opening.secret, ANSWERS).sgp_token
    if not token:
        raise missing(SgpSecret, "sgp_token")
    session = VendorSession(sgp_client.VENDOR, settings.sgp_address, opening.deadline)
    return Sgp(session, token, settings.sgp_app)


def ozmap_of(opening: Opening) -> OzMap:
    """The connection's OZmap. Raises ProblemError where its settings don't do."""
    address = parsed(OzMapSettings, opening.settings, ANSWERS).ozmap_address
    key = parsed(OzMapSecret, opening.secret, ANSWERS).ozmap_key
    if not key:
        raise missing(OzMapSecret, "ozmap_key")
    return OzMap(VendorSession(ozmap_client.VENDOR, address, opening.deadline), key)
