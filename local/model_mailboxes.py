"""A connection to the simulated Domino and Zoho CRM, and its users, as a person makes them, for demo and `make dev`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.demo_api import Api, Json
from local.demo_stage import Vendor
from local.vendors.zoho_modules import CUSTOM_NAMES

CONNECTION, NAME = "correio-modelo", "Correio Modelo: IBM Notes ↔ Zoho CRM"
CONNECTIONS = "/integrations/notes/connections"
PATH = f"{CONNECTIONS}/{CONNECTION}"
KINDS = ("contacts", "tasks", "events")
LICENCE = 2
SETTINGS = {**dict.fromkeys(KINDS, True), "window": "all", "direction": "both", "winner": "crm"}

_CREDENTIALS = ("client_id", "client_secret", "refresh_token")


def definition(vendors: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the connection is made with. vendors: as in stack.json."""
    zoho = vendors["zoho"]
    return {
        "id": CONNECTION,
        "name": NAME,
        "responsible": "joana.prates@correiomodelo.example",
        "settings": {
            "domino_address": vendors["domino"]["url"],
            "zoho_address": zoho["url"],
            "licence": LICENCE,
            "crm_fields": dict(CUSTOM_NAMES),
        },
        "secret": {f"zoho_{name}": zoho[name] for name in _CREDENTIALS},
    }


def mailbox_user(token: str, person: Json, password: str, crm_owner: str) -> dict[str, Any]:
    """What a user is made with; person: Domino's row of them; token: the id of theirs."""
    return {
        "token": token,
        "name": person["name"],
        "email": person["email"],
        "login": person["name"],
        "password": password,
        "databases": dict.fromkeys(KINDS, person["mailbox"]),
        "crm_owner": crm_owner,
    }


def furnish(api: Api, vendors: Mapping[str, Mapping[str, Any]]) -> None:
    """Connects both, with whoever calls as the one user; the settings are as before anybody saves them."""
    domino, zoho = (Vendor(str(vendors[name]["url"])) for name in ("domino", "zoho"))
    api.post(CONNECTIONS, definition(vendors))
    token = api.get("/tokens/current")["id"]
    person, owner = domino.users()[0], zoho.users()[0]["id"]
    api.post(f"{PATH}/users", mailbox_user(token, person, vendors["domino"]["password"], owner))
