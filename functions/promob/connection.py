"""A connection's settings and secret, and the session with Promob's portal. Making one does no I/O."""

from __future__ import annotations

from pydantic import Field

from promob import promob_client
from promob.promob_client import Promob
from sincronia.answers import COMMON
from sincronia.connection_fields import Fields, WebhookSecret, missing, parsed
from sincronia.engine.flow import Opening
from sincronia.vendor_http import VendorSession


class Settings(Fields):
    """Where Promob's portal is. The accounts of the network's stores stand in their configuration."""

    promob_address: str = Field(min_length=1, title="Endereço do Portal do Promob")


class PromobSecret(Fields):
    """The network's key at Promob's portal, sent as it is."""

    promob_key: str = Field(default="", title="Chave da API do Promob")


class Secret(WebhookSecret, PromobSecret):
    """The fields of a connection's secret."""


def promob_of(opening: Opening) -> Promob:
    """The connection's Promob. Raises ProblemError where its settings don't do."""
    address = parsed(Settings, opening.settings, COMMON).promob_address
    key = parsed(PromobSecret, opening.secret, COMMON).promob_key
    if not key:
        raise missing(PromobSecret, "promob_key")
    return Promob(VendorSession(promob_client.VENDOR, address, opening.deadline), key)
