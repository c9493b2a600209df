"""Records written to a Domino server and read from it again: what is not ours stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from local.vendors.domino import DominoSimulator
from notes.domino_client import Domino, DominoSession
from notes.fields import compared
from notes.notes_content import FORMS
from notes.records import Contact, Event, Module, Participant, Task
from sincronia import clock, vendor_http
from tests.notes_records import NOTES

NOON = datetime(2026, 12, 10, 15, tzinfo=UTC)
RECORDS: dict[Module, tuple[Any, Any]] = {
    Module.CONTACTS: (
        Contact("Conceição", "Zoé", "zoe@cliente.example", mobile="0xx11 98765-4321"),
        {"last_name": "Araújo", "mobile": "", "title": "Gerente"},
    ),
    Module.TASKS: (
        Task("Levar amostras", date(2026, 12, 10), description="Duas caixas\ne uma nota"),
        {"due_date": date(2026, 12, 11), "completed": True, "completed_at": NOON},
    ),
}


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Domino, str, DominoSimulator]]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with DominoSimulator() as simulator:
        user = simulator.first_user
        session = DominoSession("IBM Notes", simulator.url, deadline=clock.now() + 60)
        yield Domino(session, user.name, user.password), user.mailbox, simulator


@pytest.mark.parametrize("module", list(RECORDS))
def test_document_is_made_and_edited(box: tuple[Domino, str, DominoSimulator], module: Module) -> None:
    domino, path, simulator = box
    record, edit = RECORDS[module]
    read = NOTES.contact if module is Module.CONTACTS else NOTES.task
    unid = domino.create_document(path, FORMS[module], NOTES.items(record, None, None))
    simulator.edit(module, {"change": {unid: {"Categories": "Sul", "$PublicAccess": "1"}}})
    held = domino.document(path, unid)
    assert held is not None
    there = read(held).content
    assert there is not None
    assert compared(there) == compared(record)

    edited = replace(record, **edit)
    domino.patch_document(path, unid, NOTES.items(edited, edit.keys() - {"completed_at"}, held.items), held.version)
    after = domino.document(path, unid)
    assert after is not None
    assert read(after).content == replace(there, **edit)
    assert (after.items["Categories"], after.items["$PublicAccess"]) == ("Sul", "1")


@pytest.mark.parametrize("recurrence", ["", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261224"])
def test_event_is_made_and_edited(box: tuple[Domino, str, DominoSimulator], recurrence: str) -> None:
    domino, path, simulator = box
    record = Event("Visita", NOON, NOON, "Sala 1", "Café", (Participant("bia@x.example"),), 15, recurrence)
    written = NOTES.event_write(record, None, None)
    uid = domino.create_event(path, written.fields, timezones=written.timezones, invite=False).id
    simulator.edit("events", {"change": {uid: {"x-lotus-noticetype": {"data": "I"}, "priority": 5}}})
    held = domino.event(path, uid)
    assert held is not None
    there = NOTES.event(held).content
    assert there is not None
    assert compared(there) == compared(record)

    edited = replace(record, subject="Visita técnica", reminder_minutes=None)
    again = NOTES.event_write(edited, {"subject", "reminder_minutes"}, held)
    after = domino.put_event(path, uid, again.fields, timezones=again.timezones, invite=False)
    now = NOTES.event(after).content
    assert now is not None
    assert compared(now) == compared(edited)
    assert (after.fields["x-lotus-noticetype"], after.fields["priority"]) == ({"data": "I"}, 5)
