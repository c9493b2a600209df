"""A connection to the simulated SGP and OZmap, as a person makes one, for `make demo` and `make dev`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

CONNECTION, NAME = "provedor-modelo", "Provedor Modelo: SGP → OZmap"
CONNECTIONS = "/integrations/sgp/connections"

_SWITCHES = {"cancel_clients": True, "create_clients": True, "create_around_box": True, "disconnect_property": True}
_SECRET_BYTES = 32


def new_webhook_secret() -> str:
    """A secret for webhooks, as Standard Webhooks has it; another one each time."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def definition(
    vendors: Mapping[str, Mapping[str, Any]], webhook_secret: str, periods: Mapping[str, int | None]
) -> dict[str, Any]:
    """What the connection is made with. vendors: as in stack.json; periods: by flow, in minutes; None: only by hand."""
    sgp, ozmap = vendors["sgp"], vendors["ozmap"]
    return {
        "id": CONNECTION,
        "name": NAME,
        "responsible": "joana.prates@provedormodelo.example",
        "settings": {
            "sgp_address": sgp["url"],
            "sgp_app": sgp["app"],
            "ozmap_address": ozmap["url"],
            **_SWITCHES,
        },
        "secret": {"sgp_token": sgp["token"], "ozmap_key": ozmap["key"], "webhook_secrets": webhook_secret},
        "flows": {flow: {"every_minutes": minutes} for flow, minutes in periods.items()},
    }
