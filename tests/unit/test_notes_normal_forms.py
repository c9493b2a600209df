"""Values that say the same are the same in normal form, and those that don't are not."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes import normal_forms
from notes.fields import CrmNames, compared, record_fingerprint, to_write
from notes.records import Contact, Event, Module, Participant, Reading, Task, match_key
from sincronia.engine.fingerprint import changed_fields


@pytest.mark.parametrize(
    "written",
    [
        "(11) 98765-4321",
        "11987654321",
        "011 98765-4321",
        "0xx11 98765-4321",
        "(0XX11) 98765.4321",
        "(0xx 11) 98765-4321",
        "0 21 11 98765-4321",
        "+55 11 98765-4321",
        "+55 (0) 11 98765 4321",
        "+55 0xx11 98765 4321",
        "55 11 98765-4321",
        "0055 11 98765-4321",
        "１１ 98765-4321",
    ],
)
def test_ways_to_write_a_phone_are_one(written: str) -> None:
    assert normal_forms.phone(written) == "+5511987654321"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("(11) 3333-4444", "+551133334444"),
        ("(55) 3333-4444", "+555533334444"),  # the area of Santa Maria, and no country
        ("(55) 93333-4444", "+5555933334444"),
        ("0800 123 4567", "+558001234567"),
        ("3333-4444", "33334444"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("001 212 555 0100", "+12125550100"),
        ("(11) 3333-4444 ramal 12", "+551133334444 ramal 12"),
        ("(11) 3333-4444 x12", "+551133334444 ramal 12"),
        ("11 3333-4444, r. 12", "+551133334444 ramal 12"),
        ("11 3333-4444 (Ana)", "11 3333-4444 (Ana)"),
        ("  a   combinar ", "a combinar"),
        ("", ""),
    ],
)
def test_phone_has_its_form(written: str, form: str) -> None:
    assert normal_forms.phone(written) == form


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[ +()0-9xX.\-]{0,20}( ramal [0-9]{1,4})?", fullmatch=True)))
def test_normal_form_of_a_normal_form_is_itself(value: str) -> None:
    for form in (
        normal_forms.text,
        normal_forms.long_text,
        normal_forms.key,
        normal_forms.email,
        normal_forms.phone,
    ):
        assert form(form(value)) == form(value)


@given(st.text(max_size=20))
def test_composed_and_decomposed_accents_are_equal(value: str) -> None:
    decomposed = unicodedata.normalize("NFD", value)
    for form in (normal_forms.text, normal_forms.long_text, normal_forms.key, normal_forms.email):
        assert form(decomposed) == form(value)


def test_case_is_an_edit_of_a_name_and_none_of_an_email() -> None:
    one, other = Contact("Lima", email="Ana@Exemplo.example"), Contact("LIMA", email="ana@exemplo.example")
    assert changed_fields(record_fingerprint(one), record_fingerprint(other)) == ("last_name",)


def test_phone_typed_in_another_way_is_no_edit() -> None:
    assert compared(Contact("Lima", phone="0xx11 3333-4444")) == compared(Contact("Lima", phone="+55 11 3333 4444"))


def test_order_and_names_of_participants_are_no_edit() -> None:
    nobody = Event("Visita", _day(), _day())
    one = Event("Visita", _day(), _day(), participants=(Participant("a@x.example", "Ana"), Participant("b@x.example")))
    other = Event("Visita", _day(), _day(), participants=(Participant("B@x.example"), Participant("a@x.example")))
    assert compared(one) == compared(other)
    assert compared(one) != compared(nobody)


def test_moment_of_completion_is_not_compared_and_being_complete_is() -> None:
    assert "completed_at" not in compared(Task("Visita"))
    assert compared(Task("Visita", completed=True)) != compared(Task("Visita"))


def test_times_and_names_are_written_together() -> None:
    assert to_write(Event("Visita", _day(), _day()), {"ends"}) == {"starts", "ends", "recurrence"}
    assert to_write(Contact("Lima"), {"first_name", "email"}) == {"first_name", "last_name", "email"}
    assert to_write(Task("Visita"), {"subject"}) == {"subject"}


def test_uid_finds_an_event_where_both_sides_know_it() -> None:
    reading = Reading(Event("Visita", _day(), _day()), key="2026-11-20 visita", uid="U1")
    assert match_key(reading, {"U1"}) == "uid U1"
    assert match_key(reading, {"U2"}) == "2026-11-20 visita"


def test_field_without_a_name_in_the_crm_is_not_carried() -> None:
    standard = {row.name for row in CrmNames({}).rows(Module.CONTACTS)}
    named = {row.name: row.crm for row in CrmNames({"contacts.company": "Empresa"}).rows(Module.CONTACTS)}
    assert "company" not in standard
    assert named["company"] == ("Empresa",)


def test_crm_is_asked_for_what_is_carried_and_for_its_own_private_field() -> None:
    names = CrmNames({"events.private": "Particular", "events.place": "Meeting_Venue__s"})
    assert {"Event_Title", "Meeting_Venue__s", "Particular", "All_day", "Modified_Time"} <= set(
        names.wanted(Module.EVENTS)
    )
    assert "Venue" not in names.wanted(Module.EVENTS)
    assert names.private_checkable(Module.EVENTS)
    assert not names.private_checkable(Module.TASKS)


def _day() -> date:
    return date(2026, 11, 20)
