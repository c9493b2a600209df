"""What Zoho CRM gives of contacts, tasks and events, and what is written to it of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from notes.content_sentences import CONTENT
from notes.crm_content import CrmContent
from notes.fields import CrmNames
from notes.records import Contact, Event, Module, Participant, Priority, Reading, Task
from sincronia.answers import explain
from tests.notes_records import CRM, OWNER

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)  # in São Paulo
VISIT: dict[str, Any] = {
    "Event_Title": "Visita",
    "Start_DateTime": "2026-11-20T12:00:00-03:00",
    "End_DateTime": "2026-11-20T13:00:00-03:00",
    "All_day": False,
}


def _event(fields: dict[str, Any]) -> Event:
    content = CRM.reading(Module.EVENTS, {**VISIT, **fields}).content
    assert isinstance(content, Event)
    return content


def _task(fields: dict[str, Any]) -> Task:
    content = CRM.reading(Module.TASKS, {"Subject": "Visita", **fields}).content
    assert isinstance(content, Task)
    return content


def _code(reading: Reading) -> str:
    assert reading.content is None
    assert reading.problem is not None
    assert explain(reading.problem, CONTENT)
    return reading.problem.code


@pytest.mark.parametrize("module", list(Module))
def test_private_record_shows_neither_content_nor_label(module: Module) -> None:
    row = {**VISIT, "Subject": "Exame", "Last_Name": "Lima", "Email": "a@x.example", "Particular": True}
    reading = CRM.reading(module, row)
    assert reading.private
    assert (reading.content, reading.label, reading.problem) == (None, "", None)
    assert reading.key
    assert not CRM.reading(module, {**row, "Particular": False}).private
    assert not CrmContent(OWNER, CrmNames({})).reading(module, row).private


def test_lookup_is_not_written_and_a_configured_company_is() -> None:
    contact = Contact("Lima", company="Padaria Sol")
    assert CRM.fields(contact, {"company"}) == {"Empresa": "Padaria Sol"}
    assert CrmContent(OWNER, CrmNames({})).fields(contact, {"company"}) == {}


def test_only_what_changed_is_sent_and_what_was_emptied_as_nothing() -> None:
    contact = Contact("Lima", "Ana", email="ana@x.example", phone="")
    assert CRM.fields(contact, {"phone", "email"}) == {"Email": "ana@x.example", "Phone": None}
    assert CRM.fields(contact, None) == {"First_Name": "Ana", "Last_Name": "Lima", "Email": "ana@x.example"}


def test_status_beyond_open_and_done_is_not_overwritten() -> None:
    task = _task({"Status": "In Progress"})
    assert not task.completed
    assert "Status" not in CRM.fields(replace(task, subject="Outra"), {"subject"})
    assert CRM.fields(replace(task, completed=True), {"completed"}) == {"Status": "Completed"}
    assert _task({"Status": "Completed", "Closed_Time": "2026-11-20T12:00:00-03:00"}).completed_at == NOON


@pytest.mark.parametrize(
    ("told", "priority"),
    [("Highest", Priority.HIGH), ("Lowest", Priority.LOW), ("Normal", Priority.NORMAL), (None, Priority.NORMAL)],
)
def test_priorities_are_three(told: str | None, priority: Priority) -> None:
    assert _task({"Priority": told}).priority is priority


def test_task_without_a_due_date_is_known_by_its_subject() -> None:
    assert CRM.reading(Module.TASKS, {"Subject": " Visita "}).key == "- visita"
    assert CRM.reading(Module.TASKS, {"Subject": "Visita", "Due_Date": "2026-11-20"}).key == "2026-11-20 visita"
    assert CRM.reading(Module.TASKS, {"Due_Date": "2026-11-20"}).key == ""


@pytest.mark.parametrize(
    ("module", "row", "code"),
    [
        (Module.CONTACTS, {"Email": "a@x.example"}, "notes.name_missing"),
        (Module.TASKS, {"Subject": " "}, "notes.subject_missing"),
        (Module.TASKS, {"Subject": "Visita", "Due_Date": "ontem"}, "notes.value_unreadable"),
        (Module.EVENTS, {**VISIT, "Event_Title": ""}, "notes.subject_missing"),
        (Module.EVENTS, {**VISIT, "Start_DateTime": None}, "notes.value_unreadable"),
        (Module.EVENTS, {**VISIT, "Start_DateTime": "2026-11-20T12:00:00"}, "notes.value_unreadable"),
        (Module.EVENTS, {**VISIT, "Participants": "Ana"}, "notes.value_unreadable"),
        (Module.EVENTS, {**VISIT, "Remind_At": "cedo"}, "notes.value_unreadable"),
        (Module.EVENTS, {**VISIT, "Recurring_Activity": {"RRULE": "FREQ=DAILY"}}, "notes.recurrence_endless"),
    ],
)
def test_what_cannot_be_carried_has_a_reason(module: Module, row: dict[str, Any], code: str) -> None:
    assert _code(CRM.reading(module, row)) == code


def test_time_is_a_moment_whatever_the_offset() -> None:
    assert _event({"Start_DateTime": "2026-11-20T20:30:00+05:30"}).starts == NOON
    key = CRM.reading(Module.EVENTS, {**VISIT, "Start_DateTime": "2026-11-20T20:30:00+05:30"}).key
    assert key == "2026-11-20T15:00:00Z visita"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-20T00:00:00-03:00", "2026-11-21T23:59:00-03:00"),
        ("2026-11-20T00:00:00-03:00", "2026-11-21T23:59:59-03:00"),
        ("2026-11-20T00:00:00-03:00", "2026-11-22T00:00:00-03:00"),
        ("2026-11-20T00:00:00+05:30", "2026-11-21T23:59:00+05:30"),  # of a person in India
        ("2026-11-20T08:30:00+05:30", "2026-11-22T08:29:00+05:30"),  # ours, shown to that person
        ("2026-11-20T00:00:00-10:00", "2026-11-21T23:59:00-10:00"),  # of a person in Hawaii
    ],
)
def test_all_day_event_has_its_days(start: str, end: str) -> None:
    event = _event({"All_day": True, "Start_DateTime": start, "End_DateTime": end, "Remind_At": "x"})
    assert (event.starts, event.ends) == (date(2026, 11, 20), date(2026, 11, 21))
    assert event.reminder_minutes is None


def test_times_are_sent_in_the_zone_of_the_mailbox() -> None:
    event = Event("Visita", NOON, NOON)
    assert CRM.fields(event, {"ends"}) == {
        "Start_DateTime": "2026-11-20T12:00:00-03:00",
        "All_day": False,
        "End_DateTime": "2026-11-20T12:00:00-03:00",
        "Recurring_Activity": None,
    }
    days = CRM.fields(Event("Feriado", date(2026, 11, 20), date(2026, 11, 20)), {"starts"})
    assert days["Start_DateTime"] == "2026-11-20T00:00:00-03:00"
    assert days["End_DateTime"] == "2026-11-20T23:59:00-03:00"
    assert days["All_day"] is True


def test_day_of_a_series_is_no_event_of_its_own() -> None:
    rule = {"RRULE": "FREQ=DAILY;INTERVAL=1;UNTIL=2026-11-25;DTSTART=2026-11-19"}
    assert _code(CRM.reading(Module.EVENTS, {**VISIT, "Recurring_Activity": rule})) == "notes.recurrence_occurrence"
    first = {"RRULE": "FREQ=DAILY;INTERVAL=1;UNTIL=2026-11-25;DTSTART=2026-11-20"}
    assert _event({"Recurring_Activity": first}).recurrence == "FREQ=DAILY;UNTIL=20261125"


def test_participants_stay_what_they_are_to_the_crm() -> None:
    held = {
        "Participants": [
            {"type": "contact", "participant": "36001", "name": "Bia", "Email": "Bia@x.example", "status": "accepted"},
            {"type": "user", "participant": "36002", "name": "Nara", "Email": "nara@exemplo.example"},
            {"type": "lead", "participant": "36003", "name": "Sem e-mail"},
            {"type": "email", "participant": "caio@x.example"},
        ]
    }
    event = _event(held)
    assert [one.email for one in event.participants] == ["Bia@x.example", "caio@x.example"]
    edited = replace(event, participants=(Participant("bia@x.example"), Participant("davi@x.example")))
    assert CRM.fields(edited, {"participants"}, held) == {
        "Participants": [
            {"type": "contact", "participant": "36001"},
            {"type": "user", "participant": "36002"},
            {"type": "lead", "participant": "36003"},
            {"type": "email", "participant": "davi@x.example"},
        ]
    }


def test_uid_is_sent_with_a_new_event_where_the_crm_has_a_field_for_it() -> None:
    event = Event("Visita", NOON, NOON)
    sent = CRM.fields(event, None, uid="U1")
    assert sent["UID_do_Notes"] == "U1"
    assert CRM.reading(Module.EVENTS, sent).uid == "U1"
    assert "UID_do_Notes" not in CRM.fields(event, {"subject"}, uid="U1")
    assert "U1" not in CrmContent(OWNER, CrmNames({})).fields(event, None, uid="U1").values()


def test_place_goes_to_the_field_that_the_connection_names() -> None:
    crm = CrmContent(OWNER, CrmNames({"events.place": "Meeting_Venue__s"}))
    assert crm.fields(Event("Visita", NOON, NOON, "Sala 1"), {"place"}) == {"Meeting_Venue__s": "Sala 1"}
    read = crm.reading(Module.EVENTS, {**VISIT, "Meeting_Venue__s": "Sala 1"}).content
    assert isinstance(read, Event)
    assert read.place == "Sala 1"
