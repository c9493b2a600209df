"""One user's records in Zoho CRM as the sync asks for them, over HTTP against the simulated CRM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.zoho import ZohoSimulator
from notes import zoho_session
from notes.fields import record_fingerprint
from notes.ports import Left, Records, Write, Written
from notes.records import Module
from notes.sync_settings import CRM, NOTES
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, OutOfTimeError, ProblemError, explain
from sincronia.engine.two_way import Side
from tests.notes_vendors import (
    ANSWERS,
    CONTACTS,
    EVENTS,
    NEW,
    TASKS,
    Vendors,
    made,
    only,
    read_all,
    second_user,
    since,
    vendors,
)
from tests.zoho_vendors import Clock

SUBJECTS = {CONTACTS: "Contacts", TASKS: "Tasks", EVENTS: "Events"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    zoho_session.forget_tokens()
    yield
    zoho_session.forget_tokens()


@pytest.fixture
def both() -> Iterator[Vendors]:
    with vendors() as both:
        yield both


def side(both: Vendors, module: Module = CONTACTS) -> Records:
    return both.records(module, CRM)


def mine(both: Vendors, module: Module) -> list[str]:
    return [row["id"] for row in both.zoho.rows(module.value) if row["Owner"]["id"] == both.user.crm_owner]


@pytest.mark.parametrize("module", list(Module))
def test_at_first_ones_own_are_news_and_then_what_changed_was_made_or_has_gone(both: Vendors, module: Module) -> None:
    records, kind = side(both, module), module.value
    news = records.news({}, "", None)
    assert (news.listed, list(news.changed), news.gone) == (len(both.zoho.rows(kind)), mine(both, module), ())
    known = read_all(records, news)
    again = records.news(known, news.cursor, None)
    assert (again.changed, again.gone) == ((), ())

    removed = news.changed[0]
    both.zoho.remove(kind, removed)
    new, other = made(records, NEW[module]), made(records, NEW[module])
    third = records.news(known, again.cursor, None)
    assert sorted(third.changed) == sorted([new.id, other.id])
    assert third.gone == (removed,)
    known = {**known, **read_all(records, third)}
    known.pop(removed)
    assert third.listed == len(known)
    both.zoho.touch(kind, new.id)
    fourth = records.news(known, third.cursor, None)
    assert (fourth.changed, fourth.gone) == ((new.id,), ())


@pytest.mark.sweep
def test_of_10000_unchanged_contacts_no_body_is_read_and_few_calls_are_made() -> None:
    vendor_clock = Clock()
    with vendors(zoho=ZohoSimulator(contacts=0, now=vendor_clock)) as both:
        both.zoho.edit("contacts", {"add": [{"Last_Name": f"Luz {number}"} for number in range(10_000)]})
        records = side(both)
        news = records.news({}, "", None)
        assert (news.listed, len(news.changed)) == (10_000, 10_000)
        assert both.zoho.subjects["Contacts"] == 50
        known = read_all(records, news)
        assert both.zoho.subjects["Contacts"] == 150
        vendor_clock.at += timedelta(minutes=25)
        changed, *others = news.changed
        both.zoho.touch("contacts", changed)
        removed = others[:3]
        for one in removed:
            both.zoho.remove("contacts", one)
        second = records.news(known, news.cursor, None)
        assert (second.changed, sorted(second.gone)) == ((changed,), sorted(removed))
        known = {one: version for one, version in known.items() if one not in removed} | read_all(records, second)
        vendor_clock.at += timedelta(minutes=25)
        both.quiet()
        third = records.news(known, second.cursor, None)
        assert (third.changed, third.gone, third.listed) == ((), (), 9_997)
        assert both.zoho.requests["list"] == 2
        assert dict(both.zoho.subjects) == {"Contacts": 1, "Contacts/deleted": 1}


def test_once_a_week_the_whole_module_is_listed(both: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restored with its old moment, a record is in no list of changes."""
    records = side(both)
    news = records.news({}, "", None)
    known = read_all(records, news)
    back, lost = news.changed
    both.zoho.remove("contacts", back)
    gone = records.news(known, news.cursor, None)
    assert gone.gone == (back,)
    known.pop(back)
    both.zoho.restore("contacts", back, modified=False)
    both.zoho.empty("tasks")
    both.zoho.store.records["Contacts"].pop(lost)  # without a word in the list of what was deleted
    cursor = gone.cursor.replace(gone.cursor.split()[0], (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    unseen = records.news(known, cursor, None)
    assert (unseen.changed, unseen.gone) == ((), ())
    started = clock.now()
    monkeypatch.setattr(clock, "now", lambda: started + 7 * 86_400)
    whole = both.records(CONTACTS, CRM, seconds=60).news(known, gone.cursor, None)
    assert (whole.changed, whole.gone) == ((back,), (lost,))
    assert whole.cursor.split()[1] != gone.cursor.split()[1]


def test_who_was_restored_meanwhile_has_not_gone(both: Vendors) -> None:
    records = side(both)
    news = records.news({}, "", None)
    known = read_all(records, news)
    both.zoho.remove("contacts", news.changed[0])
    both.zoho.restore("contacts", news.changed[0])
    back = records.news(known, news.cursor, None)
    assert (back.changed, back.gone) == (news.changed[:1], ())
    # Deleted by the list, and there when asked for.
    row = both.zoho.store.records["Contacts"][news.changed[0]]
    both.zoho.remove("contacts", news.changed[0])
    both.zoho.store.records["Contacts"][news.changed[0]] = row
    assert records.news(known, news.cursor, None).gone == ()


def test_a_record_that_is_given_away_is_told_and_one_that_is_taken_over_is_news(both: Vendors) -> None:
    records = side(both)
    news = records.news({}, "", None)
    known = read_all(records, news)
    owner = {"name": "Outra", "id": second_user(both).crm_owner}
    given = news.changed[0]
    both.zoho.change("contacts", given, Owner=owner)
    second = records.news(known, news.cursor, None)
    assert second.changed == (given,)
    assert [one.mine for one in records.read(second.changed)] == [False]
    (theirs,) = both.records(CONTACTS, CRM, second_user(both)).news({}, "", None).changed[-1:]
    both.zoho.change("contacts", theirs, Owner={"name": "Nara", "id": both.user.crm_owner})
    third = records.news({**known, **read_all(records, second)}, second.cursor, None)
    assert third.changed == (theirs,)
    assert only(records, theirs).mine


def test_who_is_pushed_over_the_edge_of_a_page_is_listed_again(both: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    both.zoho.edit("contacts", {"add": [{"Last_Name": f"Luz {number}"} for number in range(600)]})
    gone, *others = mine(both, CONTACTS)
    page = both.zoho.page

    def one_goes_and_pushes_another(*asked: Any) -> Any:
        rows, declared, broken = page(*asked)
        if both.zoho.subjects["Contacts"] != 2:
            return rows, declared, broken
        both.zoho.remove("contacts", gone)
        return rows[1:], declared, broken

    monkeypatch.setattr(both.zoho, "page", one_goes_and_pushes_another)
    assert set(others) <= set(side(both).news({}, "", None).changed)


def test_an_emptied_module_says_that_nothing_is_listed(both: Vendors) -> None:
    records = side(both)
    news = records.news({}, "", None)
    known = read_all(records, news)
    both.zoho.empty("contacts")
    whole = records.news(known, "", None)
    assert (whole.listed, sorted(whole.gone)) == (0, sorted(known))


@pytest.mark.parametrize("module", list(Module))
def test_what_is_written_is_read_again(both: Vendors, module: Module) -> None:
    records = side(both, module)
    uid = "U1" if module is EVENTS else ""
    one = made(records, NEW[module], uid)
    assert one.mine
    assert one.reading.uid == uid
    assert one.reading.content is not None
    assert record_fingerprint(one.reading.content) == record_fingerprint(NEW[module])
    content: Any = replace(NEW[module], description="Outra")
    written = records.update([Write(content, {"description"}, one)])[0]
    now = only(records, one.id)
    assert written == Written(one.id, now.version)
    assert now.reading.content is not None
    assert record_fingerprint(now.reading.content) == record_fingerprint(content)
    assert [isinstance(each, Written) for each in records.remove([now])] == [True]
    assert [isinstance(each, Written) for each in records.remove([now])] == [True]
    assert list(records.read([one.id])) == []


def test_a_hundred_records_are_read_and_written_by_one_call(both: Vendors) -> None:
    records = side(both)
    writes = [Write(replace(NEW[CONTACTS], email=f"a{number}@exemplo.example")) for number in range(250)]
    both.quiet()
    written = [one.id for one in records.create(writes) if isinstance(one, Written)]
    assert len(set(written)) == 250
    assert both.zoho.requests["create"] == 3
    held = list(records.read(written))
    assert [one.id for one in held] == written
    assert both.zoho.requests["list"] == 3
    content = replace(NEW[CONTACTS], title="Sócia")
    assert all(isinstance(one, Written) for one in records.update([Write(content, {"title"}, one) for one in held]))
    assert both.zoho.requests["update"] == 3
    assert all(isinstance(one, Written) for one in records.remove(list(records.read(written))))
    assert both.zoho.requests["delete"] == 3


def test_one_record_that_zoho_refuses_leaves_the_others(both: Vendors) -> None:
    records = side(both)
    long = replace(NEW[CONTACTS], department="D" * 31)
    first, refused, last = records.create([Write(NEW[CONTACTS]), Write(long), Write(NEW[CONTACTS])])
    assert isinstance(first, Written)
    assert isinstance(last, Written)
    assert isinstance(refused, Left)
    assert not refused.moved
    assert refused.problem is not None
    assert "Department" in explain(refused.problem, ANSWERS)


def test_who_cannot_be_put_into_fields_is_left_with_the_reason(both: Vendors) -> None:
    records = side(both, EVENTS)
    one = made(records, NEW[EVENTS])
    unreadable = replace(one, raw={**one.raw, "Participants": "?"})
    content = replace(NEW[EVENTS], participants=())
    left, written = records.update(
        [Write(content, {"participants"}, unreadable), Write(content, {"participants"}, made(records, NEW[EVENTS]))]
    )
    assert isinstance(left, Left)
    assert left.problem is not None
    assert left.problem.code == "notes.value_unreadable"
    assert isinstance(written, Written)


def test_nothing_to_write_is_not_written(both: Vendors) -> None:
    records = side(both)
    one = made(records, NEW[CONTACTS])
    both.quiet()
    assert records.update([Write(NEW[CONTACTS], set(), one)]) == [Written(one.id, one.version)]
    assert not both.zoho.requests


@pytest.mark.parametrize("module", list(Module))
@pytest.mark.parametrize("removed", [False, True])
def test_who_moved_since_is_left(both: Vendors, module: Module, removed: bool) -> None:
    records, kind = side(both, module), module.value
    one, other = made(records, NEW[module]), made(records, NEW[module])
    if removed:
        both.zoho.remove(kind, one.id)
    else:
        both.zoho.touch(kind, one.id)
    content: Any = replace(NEW[module], description="Outra")
    moved, written = records.update([Write(content, {"description"}, held) for held in (one, other)])
    assert isinstance(moved, Left)
    assert moved.moved
    assert isinstance(written, Written)
    if not removed:
        left = records.remove([one])[0]
        assert isinstance(left, Left)
        assert left.moved
        assert list(records.read([one.id]))


@pytest.mark.parametrize("module", list(Module))
def test_who_was_made_a_moment_ago_is_found_though_searches_lag(both: Vendors, module: Module) -> None:
    records = side(both, module)
    both.zoho.set_search_lag(3_600)
    started = since()
    one = made(records, NEW[module])
    assert [shown.id for shown in records.found(one.reading.key, "", started)] == [one.id]
    assert records.found("ninguém", "", started) == ()
    assert records.found("", "", started) == ()
    later = (datetime.fromtimestamp(clock.now(), UTC) + timedelta(hours=1)).isoformat()
    assert records.found(one.reading.key, "", later) == ()
    two = made(records, NEW[module])
    assert {shown.id for shown in records.found(one.reading.key, "", started)} == {one.id, two.id}
    assert both.records(module, CRM, second_user(both)).found(one.reading.key, "", started) == ()


def test_an_event_is_found_by_its_uid_and_by_its_key_where_it_has_none(both: Vendors) -> None:
    records, started = side(both, EVENTS), since()
    one, two = made(records, NEW[EVENTS], "U1"), made(records, NEW[EVENTS], "U2")
    assert [shown.id for shown in records.found(one.reading.key, "U2", started)] == [two.id]
    plain = made(records, NEW[EVENTS])
    assert [shown.id for shown in records.found(one.reading.key, "U3", started)] == [plain.id]


def test_looking_for_many_lists_once(both: Vendors) -> None:
    records, started = side(both), since()
    records.create([Write(replace(NEW[CONTACTS], email=f"a{number}@exemplo.example")) for number in range(30)])
    both.quiet()
    records = side(both)
    assert all(records.found(f"a{number}@exemplo.example", "", started) for number in range(30))
    assert both.zoho.requests["list"] == 1


def test_private_records_are_read_as_such(both: Vendors) -> None:
    records = side(both)
    one = made(records, NEW[CONTACTS])
    both.zoho.set_private("contacts", one.id)
    shown = only(records, one.id)
    assert (shown.reading.private, shown.reading.content) == (True, None)


def test_what_never_was_answered_is_unknown(both: Vendors) -> None:
    writes = [Write(replace(NEW[CONTACTS], email=f"a{number}@exemplo.example")) for number in range(150)]
    both.zoho.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))
    with pytest.raises(AnswerUnknownError):
        side(both).create(writes[:1])
    both.zoho.faults.set(Fault(Kind.RESET, operation="create", times=None))
    with pytest.raises(ProblemError):
        side(both).create(writes[:1])
    both.zoho.faults.clear()
    both.zoho.faults.set(Fault(Kind.BUSY, operation="create", after=1, times=None, retry_after="600"))
    with pytest.raises(AnswerUnknownError) as cut:
        side(both).create(writes)
    assert cut.value.retry_at is not None
    with pytest.raises(OutOfTimeError):
        both.records(CONTACTS, CRM, seconds=0).create(writes)


@pytest.mark.parametrize("module", list(Module))
@pytest.mark.parametrize("source", [NOTES, CRM])
def test_what_goes_to_the_other_side_says_the_same_there(both: Vendors, module: Module, source: Side) -> None:
    there, here = both.records(module, source), both.records(module, source.other)
    made(there, NEW[module])
    shown = [one for one in there.read(there.news({}, "", None).changed) if one.reading.content]
    assert len(shown) >= 2
    copies = here.create([Write(one.reading.content, uid=one.reading.uid) for one in shown if one.reading.content])
    assert all(isinstance(one, Written) for one in copies)
    for one, copy in zip(shown, here.read([copy.id for copy in copies if isinstance(copy, Written)]), strict=True):
        assert one.reading.content is not None
        assert copy.reading.content is not None
        assert record_fingerprint(copy.reading.content) == record_fingerprint(one.reading.content)
        assert copy.reading.key == one.reading.key
