"""What Domino gives of contacts, tasks and events, and what is written to it of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notes.content_sentences import CONTENT
from notes.domino_answers import CalendarEvent
from notes.notes_content import NotesContent
from notes.records import Contact, Event, Module, Participant, Priority, Reading, Task
from sincronia import clock
from sincronia.answers import ProblemError, explain
from tests.notes_records import NAMES, NOTES, OWNER, UID, document, event_of

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)  # in São Paulo
PERSON = {"FirstName": "Ana", "LastName": "Lima", "MailAddress": "ana@cliente.example"}
TIMES = {
    "start": {"date": "2026-11-20", "time": "15:00:00", "utc": True},
    "end": {"date": "2026-11-20", "time": "16:00:00", "utc": True},
}
MEETING: dict[str, Any] = {
    "summary": "Visita",
    **TIMES,
    "sequence": 2,
    "class": "public",
    "organizer": {"displayName": "Nara Lima", "email": "nara@exemplo.example"},
    "attendees": [
        {"role": "chair", "status": "accepted", "email": "nara@exemplo.example"},
        {"role": "req-participant", "status": "accepted", "email": "Bia@cliente.example", "displayName": "Bia"},
        {"role": "req-participant", "status": "needs-action", "displayName": "Sala 1/Exemplo"},
    ],
    "x-lotus-noticetype": {"data": "I"},
}


def _contact(items: dict[str, Any]) -> Contact:
    content = NOTES.contact(document(Module.CONTACTS, items)).content
    assert isinstance(content, Contact)
    return content


def _task(items: dict[str, Any]) -> Task:
    content = NOTES.task(document(Module.TASKS, {"Subject": "Visita", **items})).content
    assert isinstance(content, Task)
    return content


def _event(fields: dict[str, Any]) -> Event:
    content = NOTES.event(event_of({"summary": "Visita", **TIMES, **fields})).content
    assert isinstance(content, Event)
    return content


def _code(reading: Reading) -> str:
    assert reading.content is None
    assert reading.problem is not None
    assert explain(reading.problem, CONTENT)
    return reading.problem.code


def test_contact_is_known_by_its_email() -> None:
    reading = NOTES.contact(document(Module.CONTACTS, {**PERSON, "MailAddress": "Ana@Cliente.example"}))
    assert (reading.key, reading.label) == ("ana@cliente.example", "Ana Lima")


def test_address_of_notes_itself_is_no_email() -> None:
    assert _contact({**PERSON, "MailAddress": "Ana Lima/Exemplo@Exemplo"}).email == ""
    both = {"MailAddress": "Ana Lima/Exemplo@Exemplo", "InternetAddress": "ana@x.example"}
    assert _contact({**PERSON, **both}).email == "ana@x.example"


def test_new_email_takes_the_place_of_the_old_one_and_of_no_other() -> None:
    held = {**PERSON, "MailAddress": "Ana Lima/Exemplo@Exemplo", "InternetAddress": "ana@x.example"}
    new = replace(_contact(held), email="ana@y.example")
    assert NOTES.items(new, {"email"}, held) == {"InternetAddress": "ana@y.example"}


def test_lone_first_name_is_the_name_and_an_edit_of_it_says_both() -> None:
    held = {"FirstName": "Ana", "LastName": ""}
    contact = _contact(held)
    assert (contact.first_name, contact.last_name) == ("", "Ana")
    edited = replace(contact, first_name="Ana", last_name="Lima")
    assert NOTES.items(edited, {"last_name"}, held) == {"FirstName": "Ana", "LastName": "Lima"}


def test_contact_without_a_name_is_left_out_and_has_its_key() -> None:
    reading = NOTES.contact(document(Module.CONTACTS, {"CompanyName": "Padaria Sol", "MailAddress": "a@x.example"}))
    assert (_code(reading), reading.key, reading.label) == ("notes.name_missing", "a@x.example", "a@x.example")


def test_second_value_of_an_item_stays() -> None:
    held = {**PERSON, "OfficePhoneNumber": ["", "1133334444", "1155556666"]}
    contact = _contact(held)
    assert contact.phone == "1133334444"
    written = NOTES.items(replace(contact, phone="1177778888"), {"phone"}, held)
    assert written == {"OfficePhoneNumber": ["", "1177778888", "1155556666"]}


@pytest.mark.parametrize("flag", ["1", 1, ["1"]])
def test_private_record_shows_neither_content_nor_label(flag: Any) -> None:
    for reading in (
        NOTES.contact(document(Module.CONTACTS, {**PERSON, "OrgConfidential": flag})),
        NOTES.task(document(Module.TASKS, {"Subject": "Exame médico", "OrgConfidential": flag})),
    ):
        assert reading.private
        assert (reading.content, reading.label, reading.problem) == (None, "", None)
        assert reading.key


@pytest.mark.parametrize("flag", ["", "0", None])
def test_record_without_the_flag_is_public(flag: Any) -> None:
    assert not NOTES.contact(document(Module.CONTACTS, {**PERSON, "OrgConfidential": flag})).private


@pytest.mark.parametrize("kind", ["private", "PRIVATE", "confidential"])
def test_event_of_another_class_is_private(kind: str) -> None:
    reading = NOTES.event(event_of({**MEETING, "class": kind}))
    assert reading.private
    assert (reading.content, reading.label) == (None, "")


def test_series_with_a_private_day_is_private() -> None:
    series = event_of({**MEETING, "recurrenceRule": "FREQ=DAILY;COUNT=3"})
    day = {**MEETING, "class": "private", "recurrenceId": "20261121T150000Z"}
    assert NOTES.event(replace(series, exceptions=(day,))).private


def test_day_of_a_task_is_that_of_the_mailbox() -> None:
    assert _task({"DueDateTime": "2026-11-21T01:00:00Z"}).due_date == date(2026, 11, 20)
    assert _task({"DueDateTime": "2026-11-21"}).due_date == date(2026, 11, 21)
    assert _task({"DueDateTime": ""}).due_date is None
    in_manaus = NotesContent(replace(OWNER, zone=ZoneInfo("America/Manaus")), NAMES)
    there = in_manaus.task(document(Module.TASKS, {"Subject": "Visita", "DueDateTime": "2026-11-21T03:30:00Z"}))
    assert isinstance(there.content, Task)
    assert there.content.due_date == date(2026, 11, 20)


def test_new_day_of_a_task_keeps_its_time() -> None:
    held = {"Subject": "Visita", "DueDateTime": "2026-11-21T01:00:00Z"}
    task = replace(_task(held), due_date=date(2026, 12, 1))
    assert NOTES.items(task, {"due_date"}, held) == {
        "DueDateTime": {"data": "2026-12-02T01:00:00Z", "type": "datetime"}
    }
    assert NOTES.items(task, {"due_date"}, {}) == {"DueDateTime": {"data": "2026-12-01", "type": "datetime"}}
    assert NOTES.items(replace(task, due_date=None), {"due_date"}, held) == {"DueDateTime": ""}


def test_day_that_cannot_be_read_is_a_reason_and_no_guess() -> None:
    reading = NOTES.task(document(Module.TASKS, {"Subject": "Visita", "DueDateTime": "amanhã"}))
    assert _code(reading) == "notes.value_unreadable"
    assert reading.key == ""


def test_task_is_done_at_the_moment_that_the_crm_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON.timestamp() + 3_600)
    done = Task("Visita", completed=True, completed_at=NOON)
    name = "CompletedDateTime"
    assert NOTES.items(done, {"completed"}, {})[name]["data"] == "2026-11-20T15:00:00Z"
    assert NOTES.items(replace(done, completed_at=None), {"completed"}, {})[name]["data"] == "2026-11-20T16:00:00Z"
    assert NOTES.items(Task("Visita"), {"completed"}, {}) == {name: ""}


@pytest.mark.parametrize(
    ("importance", "priority"),
    [("1", Priority.HIGH), ("2", Priority.NORMAL), ("3", Priority.LOW), ("99", Priority.NORMAL), (1, Priority.HIGH)],
)
def test_importance_is_a_priority(importance: Any, priority: Priority) -> None:
    assert _task({"Importance": importance}).priority is priority


def test_text_of_a_page_is_its_description() -> None:
    page = (
        "<html><head><style>p {}</style></head><body><p>Levar<br>caf&eacute;</p><div>e p&atilde;o</div></body></html>"
    )
    body = {"type": "multipart", "content": [{"contentType": "text/html; charset=UTF-8", "data": page}]}
    assert _task({"Body": body}).description == "Levar\ncafé\ne pão"


def test_plain_part_goes_before_the_page() -> None:
    parts = [{"contentType": "text/html", "data": "<b>x</b>"}, {"contentType": "text/plain", "data": "café"}]
    assert _task({"Body": {"type": "multipart", "content": parts}}).description == "café"


def test_description_with_files_is_read_and_not_overwritten() -> None:
    picture = {"contentType": "image/png", "contentDisposition": "inline", "data": "eA=="}
    body = {"type": "multipart", "content": [{"contentType": "text/plain", "data": "Levar café"}, picture]}
    task = _task({"Body": body})
    assert task.description == "Levar café"
    assert NOTES.items(task, {"subject"}, {"Body": body}) == {"Subject": "Visita"}
    with pytest.raises(ProblemError) as caught:
        NOTES.items(replace(task, description="Levar pão"), {"description"}, {"Body": body})
    assert caught.value.problem.code == "notes.body_with_files"


def test_new_documents_have_what_notes_expects() -> None:
    assert NOTES.items(Contact("Lima", "Ana"), None, None) == {"Type": "Person", "FirstName": "Ana", "LastName": "Lima"}
    task = NOTES.items(Task("Visita"), None, None)
    assert task == {"TaskType": "1", "Subject": "Visita", "Importance": "2"}


def test_times_are_moments_whatever_zone_they_are_told_in() -> None:
    local = {"date": "2026-11-20", "time": "12:00:00"}
    for start in (TIMES["start"], local, {**local, "tzid": "E. South America"}, {**local, "tzid": "America/Fortaleza"}):
        assert _event({"start": start}).starts == NOON
    in_manaus = NotesContent(replace(OWNER, zone=ZoneInfo("America/Manaus")), NAMES)
    there = in_manaus.event(event_of({"summary": "Visita", "start": local}))
    assert isinstance(there.content, Event)
    assert there.content.starts == datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_unknown_zone_is_a_reason() -> None:
    start = {"date": "2026-11-20", "time": "12:00:00", "tzid": "Marte"}
    assert _code(NOTES.event(event_of({"summary": "Visita", "start": start}))) == "notes.zone_unknown"


@pytest.mark.parametrize("start", [None, {}, {"date": "ontem"}, {"date": "2026-11-20", "time": "cedo"}, "hoje"])
def test_event_without_a_start_has_no_key(start: Any) -> None:
    reading = NOTES.event(event_of({"summary": "Visita", "start": start}))
    assert _code(reading) == "notes.value_unreadable"
    assert reading.key == ""


def test_all_day_event_ends_on_its_last_day() -> None:
    start, after = {"date": "2026-11-20"}, {"date": "2026-11-22"}
    for fields in ({"start": start, "end": after}, {"start": start, "duration": "P2D", "end": after}):
        event = _event(fields)
        assert (event.all_day, event.starts, event.ends) == (True, date(2026, 11, 20), date(2026, 11, 21))
    lone = NOTES.event(event_of({"summary": "Feriado", "start": start})).content
    assert isinstance(lone, Event)
    assert lone.ends == date(2026, 11, 20)


def test_duration_says_the_end() -> None:
    reading = NOTES.event(event_of({"summary": "Visita", "start": TIMES["start"], "duration": "PT90M"}))
    assert isinstance(reading.content, Event)
    assert reading.content.ends == datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [
        {"exceptDates": [{"date": "2026-11-21"}]},
        {"recurrenceDates": [{"date": "2026-12-24"}]},
    ],
)
def test_series_with_changed_days_is_left_whole_and_named(changed: dict[str, Any]) -> None:
    held = event_of({**MEETING, "recurrenceRule": "FREQ=DAILY;COUNT=3", **changed})
    reading = NOTES.event(held)
    assert _code(reading) == "notes.recurrence_exceptions"
    assert (reading.label, reading.uid) == ("Visita", UID)
    assert reading.key == "2026-11-20T15:00:00Z visita"
    with pytest.raises(ProblemError):
        NOTES.event_write(Event("Outra", NOON, NOON), {"subject"}, held)


def test_series_with_an_exception_is_left_whole() -> None:
    series = event_of({**MEETING, "recurrenceRule": "FREQ=DAILY;COUNT=3"})
    day = {**MEETING, "recurrenceId": "20261121T150000Z", "summary": "Visita mais cedo"}
    assert _code(NOTES.event(replace(series, exceptions=(day,)))) == "notes.recurrence_exceptions"


def test_series_in_a_zone_of_other_hours_is_left_whole() -> None:
    start = {"date": "2026-11-20", "time": "12:00:00", "tzid": "America/Manaus"}
    series = event_of({"summary": "Visita", "start": start, "recurrenceRule": "FREQ=DAILY;COUNT=3"})
    assert _code(NOTES.event(series)) == "notes.zone_differs"


def test_series_late_in_the_evening_is_told_in_the_zone_of_the_mailbox() -> None:
    """In UTC its days of the week would be others."""
    starts = datetime(2026, 11, 24, 1, tzinfo=UTC)  # Monday, 22:00
    event = Event("Plantão", starts, starts, recurrence="FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207")
    written = NOTES.event_write(event, None, None)
    assert written.fields["start"] == {"date": "2026-11-23", "time": "22:00:00", "tzid": "America/Sao_Paulo"}
    assert written.fields["recurrenceRule"] == "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261208T010000Z"
    assert [zone["tzid"] for zone in written.timezones] == ["America/Sao_Paulo"]


def test_participants_are_those_invited_beside_the_owner() -> None:
    assert _event(MEETING).participants == (Participant("Bia@cliente.example", "Bia"),)
    theirs = {"displayName": "Caio", "email": "mailto:caio@cliente.example"}
    assert Participant("caio@cliente.example", "Caio") in _event({**MEETING, "organizer": theirs}).participants


def test_event_is_written_as_it_was_read_with_what_changed() -> None:
    held = event_of(MEETING)
    event = replace(_event(MEETING), subject="Visita técnica", place="Sala 2")
    assert NOTES.event_write(event, {"subject"}, held).fields == {**MEETING, "summary": "Visita técnica"}


def test_who_was_invited_keeps_their_answer() -> None:
    event = replace(_event(MEETING), participants=(Participant("BIA@cliente.example"), Participant("caio@x.example")))
    attendees = NOTES.event_write(event, {"participants"}, event_of(MEETING)).fields["attendees"]
    assert attendees[:3] == MEETING["attendees"]
    assert [(one["email"], one["status"]) for one in attendees[3:]] == [("caio@x.example", "needs-action")]
    none = NOTES.event_write(replace(event, participants=()), {"participants"}, event_of(MEETING)).fields["attendees"]
    assert none == [MEETING["attendees"][0], MEETING["attendees"][2]]


def test_first_participant_makes_a_meeting_of_the_owner() -> None:
    event = Event("Visita", NOON, NOON, participants=(Participant("caio@x.example", "Caio"),))
    fields = NOTES.event_write(event, None, None).fields
    assert fields["organizer"] == {"displayName": "Nara Lima", "email": "nara@exemplo.example"}
    assert fields["sequence"] == 0
    assert "organizer" not in NOTES.event_write(replace(event, participants=()), None, None).fields


def test_meeting_of_somebody_else_is_not_written_but_for_the_reminder() -> None:
    held = event_of({**MEETING, "organizer": {"displayName": "caio@cliente.example", "email": "caio@cliente.example"}})
    event = replace(_event(MEETING), subject="Outra", reminder_minutes=15)
    with pytest.raises(ProblemError) as caught:
        NOTES.event_write(event, {"subject", "reminder_minutes"}, held)
    assert caught.value.problem.code == "notes.not_organizer"
    assert "@" not in explain(caught.value.problem, CONTENT)
    assert NOTES.event_write(event, {"reminder_minutes"}, held).fields["alarm"]


def test_zone_that_an_event_names_is_sent_with_it() -> None:
    zone = {"tzid": "E. South America", "standard": {"offsetTo": "-0300"}}
    start = {"date": "2026-11-20", "time": "12:00:00", "tzid": "E. South America"}
    held = CalendarEvent(UID, "1", {**MEETING, "start": start, "end": start}, (), (zone,))
    event = _event({**MEETING, "start": start, "end": start})
    assert NOTES.event_write(replace(event, subject="Outra"), {"subject"}, held).timezones == (zone,)
    moved = NOTES.event_write(replace(event, ends=datetime(2026, 11, 20, 18, tzinfo=UTC)), {"ends"}, held)
    assert moved.timezones == ()
    assert moved.fields["start"] == {"date": "2026-11-20", "time": "15:00:00", "utc": True}


def test_event_that_becomes_one_of_all_day_has_no_times_left() -> None:
    held = event_of({**MEETING, "duration": "PT1H"})
    event = Event("Visita", date(2026, 11, 20), date(2026, 11, 20))
    fields = NOTES.event_write(event, {"starts", "ends"}, held).fields
    assert (fields["start"], fields["end"]) == ({"date": "2026-11-20"}, {"date": "2026-11-21"})
    assert "duration" not in fields
