"""Contacts, tasks and events of nobody, and how each side keeps what is written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from notes.crm_content import CrmContent
from notes.domino_answers import CalendarEvent, Document
from notes.fields import CrmNames
from notes.notes_content import FORMS, NotesContent
from notes.record_readings import name_parts
from notes.records import Contact, Event, Module, Owner, Participant, Priority, Record, Task
from notes.recurrence import whole
from sincronia.answers import ProblemError

ZONE = ZoneInfo("America/Sao_Paulo")
OWNER = Owner("nara@exemplo.example", "Nara Lima", ZONE)
NAMES = CrmNames(
    {
        "contacts.company": "Empresa",
        "contacts.private": "Particular",
        "tasks.start_date": "Inicio",
        "tasks.private": "Particular",
        "events.private": "Particular",
        "events.uid": "UID_do_Notes",
    }
)
NOTES, CRM = NotesContent(OWNER, NAMES), CrmContent(OWNER, NAMES)
UID = "A" * 32 + "-Lotus_Notes_Generated"

_characters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"])
_texts = st.text(_characters, max_size=12)
_lines = st.lists(_texts, max_size=3).map("\n".join)
_some = st.one_of(_texts, st.sampled_from(["São José", "Sa\u0303o  Jose\u0301", " Ana ", "ANA"]))
_emails = st.from_regex(r"[a-zA-Z][a-zA-Z0-9.]{0,8}@[a-z]{2,8}\.example", fullmatch=True)
_phones = st.one_of(
    _texts, st.sampled_from(["(11) 98765-4321", "0xx11 98765-4321", "+55 11 3333-4444 ramal 12", "0800 123 4567"])
)
_days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
_subjects = _some.filter(lambda value: bool(value.strip()))


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    """A contact with a name, and anything else."""
    first, last = name_parts(draw(_some), draw(_subjects))
    email = draw(st.one_of(st.just(""), _emails))
    phones = {name: draw(_phones) for name in ("phone", "mobile", "home_phone", "fax")}
    others = ("company", "title", "department", "city", "state", "zip_code", "country")
    texts = {name: draw(_some) for name in others}
    return Contact(last, first, email, **phones, **texts, street=draw(_lines), description=draw(_lines))


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """A task, done or not."""
    completed = draw(st.booleans())
    at = datetime.combine(draw(_days), time(15), tzinfo=UTC) if completed and draw(st.booleans()) else None
    due, start = draw(st.none() | _days), draw(st.none() | _days)
    return Task(draw(_subjects), due, start, completed, draw(st.sampled_from(Priority)), draw(_lines), at)


_RULES = (
    "FREQ=DAILY;COUNT=5",
    "FREQ=DAILY;INTERVAL=3;COUNT=4",
    "FREQ=WEEKLY;COUNT=6",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=3",
    "FREQ=MONTHLY;COUNT=4",
    "FREQ=YEARLY;COUNT=2",
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event: with times or all day, once or in a series."""
    day = draw(_days.filter(lambda one: one.day <= 28))
    subject, place, description = draw(_subjects), draw(_some), draw(_lines)
    invited = draw(st.lists(_emails, max_size=3, unique_by=str.casefold))
    participants = tuple(Participant(one) for one in invited if one.casefold() != OWNER.email)
    rule = draw(st.none() | st.sampled_from(_RULES))
    if draw(st.booleans()):
        last = day + timedelta(days=draw(st.integers(0, 3)))
        recurrence = whole(rule, day, None, ZONE) if rule else ""
        return Event(subject, day, last, place, description, participants, None, recurrence)
    at = draw(st.times()).replace(microsecond=0, tzinfo=None)
    starts = datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)
    ends = starts + timedelta(minutes=draw(st.integers(0, 3_000)))
    recurrence = whole(rule, day, at, ZONE) if rule else ""
    reminder = draw(st.none() | st.integers(0, 20_160))
    return Event(subject, starts, ends, place, description, participants, reminder, recurrence)


def records() -> st.SearchStrategy[Record]:
    """A record of any module."""
    return st.one_of(contacts(), tasks(), events())


@st.composite
def versions(draw: st.DrawFn) -> tuple[Record, Record]:
    """A record and what an edit may make of it: some fields of another one of its module."""
    one = draw(records())
    kind = {Contact: contacts, Task: tasks, Event: events}[type(one)]
    other: Any = draw(kind())
    if isinstance(one, Event):
        taken = draw(st.sets(st.sampled_from(["subject", "place", "description", "participants"])))
        if draw(st.booleans()):
            return one, replace(other, **{name: getattr(one, name) for name in taken})
    else:
        taken = draw(st.sets(st.sampled_from([name for name in one.__slots__ if name != "last_name"])))
    return one, replace(one, **{name: getattr(other, name) for name in taken})


def document(module: Module, items: Mapping[str, Any]) -> Document:
    """A document of Notes that holds these items, as the data service gives it."""
    return Document("B" * 32, FORMS[module], "2026-11-20T12:00:00Z", {name: _shown(one) for name, one in items.items()})


def event_of(fields: Mapping[str, Any], timezones: tuple[Mapping[str, Any], ...] = ()) -> CalendarEvent:
    """An event as the calendar service gives it."""
    own = {"id": UID, "href": "/x", "last-modified": "20261120T120000Z", "sequence": 0}
    return CalendarEvent(UID, "1", {**own, **fields}, (), timezones)


def on_notes(record: Record, changed: set[str] | None = None, held: Document | CalendarEvent | None = None) -> Any:
    """What Notes holds after the write of a record."""
    if isinstance(record, Event):
        assert held is None or isinstance(held, CalendarEvent)
        written = NOTES.event_write(record, changed, held)
        return event_of(written.fields, written.timezones)
    assert held is None or isinstance(held, Document)
    module = Module.CONTACTS if isinstance(record, Contact) else Module.TASKS
    items = held.items if held else {}
    return document(module, {**items, **NOTES.items(record, changed, held.items if held else None)})


def on_crm(record: Record, changed: set[str] | None = None, held: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the CRM holds after the write of a record."""
    return {**(held or {}), **CRM.fields(record, changed, held)}


def read_notes(held: Document | CalendarEvent) -> Record:
    """What is read of Notes. Raises ProblemError."""
    if isinstance(held, CalendarEvent):
        reading = NOTES.event(held)
    else:
        reading = NOTES.contact(held) if held.form == FORMS[Module.CONTACTS] else NOTES.task(held)
    if reading.content is None:
        assert reading.problem is not None
        raise ProblemError(reading.problem)
    return reading.content


def _shown(value: Any) -> Any:
    return value["data"] if isinstance(value, dict) and value.get("type") == "datetime" else value
