"""What is written to a side is read from it as the same, and what was not written stays."""

from __future__ import annotations

from hypothesis import given

from notes.fields import compared, module_of
from notes.records import Event, Record
from tests import notes_records as held_by
from tests.notes_records import CRM, records, versions


def _changed(one: Record, other: Record) -> set[str]:
    before, after = compared(one), compared(other)
    return {name for name in before if before[name] != after[name]}


@given(records())
def test_new_record_is_read_from_notes_as_it_was_written(record: Record) -> None:
    assert compared(held_by.read_notes(held_by.on_notes(record))) == compared(record)


@given(records())
def test_new_record_is_read_from_the_crm_as_it_was_written(record: Record) -> None:
    reading = CRM.reading(module_of(record), held_by.on_crm(record))
    assert reading.content is not None
    assert compared(reading.content) == compared(record)


@given(versions())
def test_edit_reaches_notes_and_no_more_is_written(pair: tuple[Record, Record]) -> None:
    one, other = pair
    there = held_by.on_notes(one)
    after = held_by.on_notes(other, _changed(one, other), there)
    assert compared(held_by.read_notes(after)) == compared(other)


@given(versions())
def test_edit_reaches_the_crm_and_no_more_is_written(pair: tuple[Record, Record]) -> None:
    one, other = pair
    there = held_by.on_crm(one)
    after = held_by.on_crm(other, _changed(one, other), there)
    reading = CRM.reading(module_of(other), after)
    assert reading.content is not None
    assert compared(reading.content) == compared(other)


@given(records())
def test_both_sides_know_a_record_by_the_same_key(record: Record) -> None:
    there = held_by.on_notes(record)
    notes = held_by.NOTES
    of_notes = (
        notes.event(there)
        if isinstance(record, Event)
        else notes.contact(there)
        if module_of(record) == "contacts"
        else notes.task(there)
    )
    of_crm = CRM.reading(module_of(record), held_by.on_crm(record))
    assert of_notes.key == of_crm.key
    assert of_notes.label == of_crm.label


@given(records())
def test_nothing_changed_writes_nothing(record: Record) -> None:
    assert CRM.fields(record, set()) == {}
    if isinstance(record, Event):
        there = held_by.on_notes(record)
        kept = {name for name in there.fields if name not in {"id", "href", "last-modified", "links"}}
        assert held_by.NOTES.event_write(record, set(), there).fields == {name: there.fields[name] for name in kept}
    else:
        assert held_by.NOTES.items(record, set(), {}) == {}
