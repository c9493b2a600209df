"""The names that runs, links and outcomes of IBM Notes ↔ Zoho CRM are kept under."""

from __future__ import annotations

from notes.records import Module

INTEGRATION = "notes"
SYNC = "sincronizar"
MEETING = "agendar_reuniao"
BRINGING_BACK = "devolver_edicao"


def entity(module: Module, user: str) -> str:
    """Of a lane: one user's module. Links and outcomes are kept by it."""
    return f"{module}:{user}"


def lane_of(name: str) -> tuple[Module, str]:
    """The module and the user's id of an entity."""
    module, user = name.split(":", 1)
    return Module(module), user
