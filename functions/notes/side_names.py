"""What people and programs call the two sides and the modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from notes.records import Module
from notes.sync_settings import CRM, NOTES
from sincronia.engine.two_way import Side

SideName = Literal["notes", "crm"]

SIDE_TITLES: Mapping[Side, str] = {NOTES: "IBM Notes", CRM: "Zoho CRM"}
MODULE_TITLES: Mapping[Module, str] = {
    Module.CONTACTS: "Contatos",
    Module.TASKS: "Tarefas",
    Module.EVENTS: "Eventos",
}


def side_name(side: Side) -> SideName:
    """A side as the API names it."""
    return "notes" if side is NOTES else "crm"


def record_name(side: SideName, record_id: str) -> str:
    """What a record that a person took out of the sync is kept by (MailboxUser.excluded)."""
    return f"{side}:{record_id}"
