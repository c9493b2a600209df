"""Neutral records as JSON, for what is kept of a content that was overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from notes.fields import module_of
from notes.records import Contact, Event, Module, Participant, Priority, Record, Task

_TYPES: Mapping[Module, type[Contact | Task | Event]] = {
    Module.CONTACTS: Contact,
    Module.TASKS: Task,
    Module.EVENTS: Event,
}
_DAYS = {"due_date", "start_date"}
_MOMENTS = {"completed_at", "starts", "ends"}


def record_out(record: Record) -> dict[str, Any]:
    """A record as JSON; what is empty is left out."""
    values = {one.name: _out(getattr(record, one.name)) for one in fields(record)}
    filled = {name: value for name, value in values.items() if value is not False and value not in ("", None, [])}
    return {"module": module_of(record).value, **filled}


def record_in(stored: Mapping[str, Any]) -> Record:
    """From what `record_out` gave."""
    values = {name: _in(name, value) for name, value in stored.items() if name != "module"}
    return _TYPES[Module(stored["module"])](**values)


def moment_in(text: str) -> date:
    """A moment, or a day where it has no time."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _out(value: object) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Priority():
            return value.value
        case tuple():
            return [{"email": one.email, "name": one.name} for one in value]
    return value


def _in(name: str, value: Any) -> Any:
    if name in _DAYS:
        return date.fromisoformat(value)
    if name in _MOMENTS:
        return moment_in(value)
    if name == "priority":
        return Priority(value)
    if name == "participants":
        return tuple(Participant(one["email"], one["name"]) for one in value)
    if name == "reminder_minutes":
        return int(value)
    return value
