"""Records written to Zoho CRM and read from it again: what is not ours stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from local.vendors.zoho import ZohoSimulator
from notes import zoho_session
from notes.fields import compared
from notes.records import Contact, Event, Module, Participant, Task
from notes.zoho_answers import Change, Known
from notes.zoho_client import Zoho
from sincronia import vendor_http
from tests.notes_records import CRM, NAMES, UID
from tests.zoho_vendors import zoho

NOON, ONE = datetime(2026, 12, 10, 15, tzinfo=UTC), datetime(2026, 12, 10, 16, tzinfo=UTC)
BIA = Participant("bia@exemplo.example")
MEETING = Event("Visita", NOON, ONE, "Sala 1", "Café", (BIA,), 15)
RECORDS: list[tuple[Module, Any, dict[str, Any], dict[str, Any]]] = [
    (
        Module.CONTACTS,
        Contact("Conceição", "Zoé", "zoe@cliente.example", mobile="0xx11 98765-4321", company="Luz & Filhos (SP)"),
        {"last_name": "Araújo", "mobile": "", "title": "Gerente"},
        {"Lead_Source": "Feira"},
    ),
    (
        Module.TASKS,
        Task("Levar amostras", date(2026, 12, 10), date(2026, 12, 9), description="Duas caixas\ne uma nota"),
        {"due_date": date(2026, 12, 11), "completed": True},
        {"Send_Notification_Email": True},
    ),
    (Module.EVENTS, MEETING, {"subject": "Visita técnica", "reminder_minutes": None, "participants": ()}, {}),
    (Module.EVENTS, replace(MEETING, recurrence="FREQ=WEEKLY;BYDAY=TH;UNTIL=20261224"), {"ends": NOON}, {}),
    (Module.EVENTS, Event("Feira", date(2026, 12, 10), date(2026, 12, 12)), {"starts": date(2026, 12, 9)}, {}),
]


@pytest.fixture
def at_zoho(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Zoho, ZohoSimulator]]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    zoho_session.forget_tokens()
    with ZohoSimulator() as simulator:
        yield zoho(simulator), simulator
    zoho_session.forget_tokens()


@pytest.mark.parametrize(("module", "record", "edit", "theirs"), RECORDS)
def test_record_is_made_and_edited(
    at_zoho: tuple[Zoho, ZohoSimulator], module: Module, record: Any, edit: dict[str, Any], theirs: dict[str, Any]
) -> None:
    client, simulator = at_zoho
    fields = NAMES.wanted(module)
    (made,) = client.create(module, [CRM.fields(record, None, uid=UID)])
    assert isinstance(made, Known)
    simulator.change(module, made.id, **theirs)
    held = client.record(module, made.id, fields)
    assert held is not None
    reading = CRM.reading(module, held.fields)
    assert reading.content is not None
    assert compared(reading.content) == compared(record)
    assert reading.uid == (UID if module is Module.EVENTS else "")

    edited = replace(record, **edit)
    change = Change(Known(held.id, held.version), CRM.fields(edited, edit.keys(), held.fields))
    (changed,) = client.update(module, [change])
    assert isinstance(changed, Known)
    now = client.records(module, [made.id], (*fields, *theirs))[made.id]
    content = CRM.reading(module, now.fields).content
    assert content is not None
    assert compared(content) == compared(edited)
    assert {name: now.fields[name] for name in theirs} == theirs


@pytest.mark.parametrize("module", list(Module))
def test_record_that_somebody_makes_private_is_read_as_private(
    at_zoho: tuple[Zoho, ZohoSimulator], module: Module
) -> None:
    client, simulator = at_zoho
    first, second = (row["id"] for row in simulator.rows(module)[:2])
    simulator.set_private(module, first)
    rows = [one for page in client.listed(module, NAMES.wanted(module)) for one in page.records]
    assert {one.id: CRM.reading(module, one.fields).private for one in rows if one.id in {first, second}} == {
        first: True,
        second: False,
    }
