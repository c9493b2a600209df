"""One user's records in Notes as the sync asks for them, over HTTP against the simulated Domino."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from local.vendors.domino import DominoSimulator
from local.vendors.faults import Fault, Kind
from notes.connection import open_records
from notes.fields import record_fingerprint
from notes.ports import Left, Records, Write, Written
from notes.records import Module
from notes.sync_settings import NOTES
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, OutOfTimeError, ProblemError
from tests.notes_vendors import CONTACTS, EVENTS, NEW, Vendors, made, only, read_all, since, vendors

TODAY = date(2026, 12, 3)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture
def both() -> Iterator[Vendors]:
    with vendors() as both:
        yield both


def side(both: Vendors, module: Module = CONTACTS) -> Records:
    return both.records(module, NOTES)


@pytest.mark.parametrize("module", list(Module))
def test_at_first_all_is_news_and_then_what_changed_was_made_or_has_gone(both: Vendors, module: Module) -> None:
    records, kind = side(both, module), module.value
    news = records.news({}, "", None)
    mine = [row for row in both.domino.rows(kind) if row["mailbox"] == both.mailbox]
    assert (news.listed, len(news.changed), news.gone) == (len(mine), len(mine), ())
    known = read_all(records, news)
    assert len(known) == len(mine)

    again = records.news(known, news.cursor, None)
    assert (again.changed, again.gone, again.outside, again.listed) == ((), (), frozenset(), len(mine))

    touched, removed, *_ = known
    both.domino.touch(kind, touched)
    both.domino.edit(kind, {"remove": [removed]})
    new = made(records, NEW[module])
    third = records.news(known, again.cursor, None)
    assert sorted(third.changed) == sorted([touched, new.id])
    assert third.gone == (removed,)
    known = {**known, **read_all(records, third)}
    known.pop(removed)
    assert not records.news(known, third.cursor, None).changed


def test_of_10000_unchanged_contacts_no_body_is_read_and_pages_alone_are_asked_for(both: Vendors) -> None:
    rows = [{"mailbox": both.mailbox, "LastName": f"Luz {number}"} for number in range(9_997)]
    both.domino.edit("contacts", {"add": rows})
    known = {row["unid"]: row["modified"] for row in both.domino.rows("contacts") if row["mailbox"] == both.mailbox}
    assert len(known) == 10_000
    cursor = since()
    both.quiet()
    news = side(both).news(known, cursor, None)
    assert (news.listed, news.changed, news.gone) == (10_000, (), ())
    assert dict(both.domino.requests) == {"list": 101}
    assert dict(both.domino.subjects) == {"collections": 100, "documents": 1}


def test_unchanged_events_are_not_read_either(both: Vendors) -> None:
    records = side(both, EVENTS)
    for number in range(198):
        both.domino.edit("events", {"add": [{"mailbox": both.mailbox, "summary": f"E{number}", "start": _day(number)}]})
    news = records.news({}, "", None)
    known = read_all(records, news)
    assert len(known) == 200
    both.quiet()
    assert not records.news(known, news.cursor, None).changed
    assert dict(both.domino.requests) == {"list": 3}


def _day(number: int) -> dict[str, Any]:
    return {"date": f"{TODAY + timedelta(days=number):%Y-%m-%d}", "time": "12:00:00", "utc": True}


def test_a_mailbox_that_comes_back_empty_is_listed_twice_before_all_has_gone(both: Vendors) -> None:
    rows = [{"mailbox": both.mailbox, "LastName": f"Luz {number}"} for number in range(1_997)]
    both.domino.edit("contacts", {"add": rows})
    records = side(both)
    known = {row["unid"]: row["modified"] for row in both.domino.rows("contacts") if row["mailbox"] == both.mailbox}
    both.quiet()
    both.domino.faults.set(Fault(Kind.EMPTY, subject="collections"))
    glitch = records.news(known, since(), None)
    assert (glitch.gone, glitch.outside, glitch.listed) == ((), frozenset(known), 0)
    assert dict(both.domino.requests) == {"list": 22}
    both.domino.empty(both.mailbox)
    both.quiet()
    emptied = records.news(known, since(), None)
    assert (emptied.gone, emptied.outside, emptied.listed) == (tuple(known), frozenset(), 0)
    assert dict(both.domino.requests) == {"list": 3}
    some = dict(list(known.items())[:150])
    assert records.news(some, since(), None).gone == tuple(some)
    assert both.domino.requests["find"] == 150


def test_who_is_missing_from_a_listing_and_is_there_has_not_gone(both: Vendors) -> None:
    records = side(both)
    news = records.news({}, "", None)
    known = read_all(records, news)
    both.domino.faults.set(Fault(Kind.EMPTY, subject="collections"))
    missed = records.news(known, news.cursor, None)
    assert (missed.gone, missed.outside) == ((), frozenset(known))


def test_documents_of_another_form_are_nobodys(both: Vendors) -> None:
    records = side(both)
    news = records.news({}, "", None)
    group = news.changed[0]
    both.domino.store.document(both.mailbox, group).form = "Group"
    shown = list(records.read(news.changed))
    assert [one.id for one in shown if not one.mine] == [group]
    assert shown[0].reading.content is None


def test_events_outside_the_window_are_told_apart_from_those_that_have_gone(both: Vendors) -> None:
    records = side(both, EVENTS)
    inside, other, gone = (
        made(records, replace(NEW[EVENTS], subject=f"E{days}", starts=at, ends=at + timedelta(hours=1)))
        for days in (0, 40, 41)
        for at in [NEW[EVENTS].starts + timedelta(days=days)]
    )
    known = {one.id: one.version for one in (inside, other, gone)}
    both.domino.edit("events", {"remove": [gone.id]})
    both.domino.touch("events", other.id)
    news = records.news(known, "", (TODAY, TODAY))
    assert (news.changed, news.gone, news.outside) == ((), (gone.id,), frozenset({other.id}))
    assert news.listed == 4
    wide = records.news(known, "", None)
    assert other.id in wide.changed
    assert wide.outside == frozenset()
    first = records.news({}, "", (TODAY, TODAY))
    assert (first.changed, first.outside) == ((inside.id,), frozenset())


def test_a_window_is_of_days_in_the_users_zone(both: Vendors) -> None:
    records = side(both, EVENTS)
    late = replace(
        NEW[EVENTS], starts=datetime(2026, 12, 4, 2, 59, tzinfo=UTC), ends=datetime(2026, 12, 4, 3, tzinfo=UTC)
    )
    next_day = replace(late, starts=late.ends, ends=late.ends + timedelta(hours=1))
    one, two = made(records, late), made(records, next_day)
    assert records.news({}, "", (TODAY, TODAY)).changed == (one.id,)
    assert records.news({}, "", (TODAY + timedelta(days=1),) * 2).changed == (two.id,)


@pytest.mark.parametrize("module", list(Module))
def test_what_is_written_is_read_again(both: Vendors, module: Module) -> None:
    records = side(both, module)
    one = made(records, NEW[module])
    assert one.mine
    assert one.reading.content is not None
    assert record_fingerprint(one.reading.content) == record_fingerprint(NEW[module])
    name, value = ("company", "Mercado") if module is CONTACTS else ("description", "Outra")
    content: Any = replace(NEW[module], **{name: value})
    written = records.update([Write(content, {name}, one)])[0]
    now = only(records, one.id)
    assert isinstance(written, Written)
    assert written.version in {"", now.version}
    assert now.reading.content is not None
    assert record_fingerprint(now.reading.content) == record_fingerprint(content)
    assert records.remove([now]) == [Written(one.id)]
    assert records.remove([now]) == [Written(one.id)]
    assert list(records.read([one.id])) == []


def test_nothing_to_write_is_not_written(both: Vendors) -> None:
    records = side(both)
    one = made(records, NEW[CONTACTS])
    both.quiet()
    assert records.update([Write(NEW[CONTACTS], set(), one)]) == [Written(one.id, one.version)]
    assert not both.domino.requests


@pytest.mark.parametrize("module", list(Module))
@pytest.mark.parametrize("removed", [False, True])
def test_who_moved_since_is_left(both: Vendors, module: Module, removed: bool) -> None:
    records, kind = side(both, module), module.value
    one, other = made(records, NEW[module]), made(records, NEW[module])
    if removed:
        both.domino.edit(kind, {"remove": [one.id]})
    else:
        both.domino.touch(kind, one.id)
    changed = {"description"}
    content: Any = replace(NEW[module], description="Outra")
    moved, written = records.update([Write(content, changed, one), Write(content, changed, other)])
    assert isinstance(moved, Left)
    assert moved.moved
    assert isinstance(written, Written)
    if not removed:
        left = records.remove([one])[0]
        assert isinstance(left, Left)
        assert left.moved
        assert list(records.read([one.id]))


def test_a_meeting_of_somebody_else_is_left_with_its_reason(both: Vendors) -> None:
    records = side(both, EVENTS)
    one = made(records, NEW[EVENTS])
    organizer = {"displayName": "Rui", "email": "rui@exemplo.example"}
    both.domino.edit("events", {"change": {one.id: {"organizer": organizer}}})
    held = only(records, one.id)
    left = records.update([Write(replace(NEW[EVENTS], place="Outra"), {"place"}, held)])[0]
    assert isinstance(left, Left)
    assert not left.moved
    assert left.problem is not None
    assert left.problem.code == "notes.not_organizer"


@pytest.mark.parametrize("module", list(Module))
def test_who_was_made_a_moment_ago_is_found_by_key_and_nobody_older(both: Vendors, module: Module) -> None:
    records = side(both, module)
    started = since()
    one = made(records, NEW[module])
    assert [shown.id for shown in records.found(one.reading.key, "", started)] == [one.id]
    assert records.found("ninguém", "", started) == ()
    assert records.found("", "", started) == ()
    later = (datetime.fromtimestamp(clock.now(), UTC) + timedelta(hours=1)).isoformat()
    assert records.found(one.reading.key, "", later) == ()
    two = made(records, NEW[module])
    assert {shown.id for shown in records.found(one.reading.key, "", started)} == {one.id, two.id}


def test_participants_are_invited_by_notes_only_where_that_is_asked_for(both: Vendors) -> None:
    made(side(both, EVENTS), NEW[EVENTS])
    assert both.domino.rows("invitations") == []
    opened = open_records(both.opening(), both.secrets, invites=True)
    one = made(opened(both.user, EVENTS, NOTES, clock.now() + 60), NEW[EVENTS])
    assert [(row["what"], row["event"]) for row in both.domino.rows("invitations")] == [("invite", one.id)]


def test_an_event_is_found_by_its_uid(both: Vendors) -> None:
    records = side(both, EVENTS)
    one = made(records, NEW[EVENTS])
    assert [shown.id for shown in records.found("", one.id, since())] == [one.id]
    assert records.found("", "outro", since()) == ()


def test_all_day_events_and_series_are_found_by_their_day(both: Vendors) -> None:
    records = side(both, EVENTS)
    both.domino.edit(
        "events", {"add": [{"mailbox": both.mailbox, "summary": "Feriado", "start": {"date": "2026-12-03"}}]}
    )
    (shown,) = records.found("2026-12-03 feriado", "", since())
    assert shown.reading.key == "2026-12-03 feriado"


def test_looking_for_many_reads_each_document_once(both: Vendors) -> None:
    records, started = side(both), since()
    written = records.create(
        [Write(replace(NEW[CONTACTS], email=f"a{number}@exemplo.example")) for number in range(30)]
    )
    assert len({one.id for one in written if isinstance(one, Written)}) == 30
    both.quiet()
    records = side(both)
    assert all(records.found(f"a{number}@exemplo.example", "", started) for number in range(30))
    assert both.domino.requests["find"] == 33  # with those that it began with, made a moment ago
    assert both.domino.requests["list"] == 2


def test_a_block_that_is_cut_when_some_are_made_leaves_all_unknown(both: Vendors) -> None:
    writes = [Write(replace(NEW[CONTACTS], email=f"a{number}@exemplo.example")) for number in range(3)]
    both.domino.faults.set(Fault(Kind.ERROR, operation="create", status=403, times=None))
    with pytest.raises(ProblemError) as nothing:
        side(both).create(writes)
    assert type(nothing.value) is ProblemError
    both.domino.faults.clear()
    both.domino.faults.set(Fault(Kind.ERROR, operation="create", status=403, after=1))
    with pytest.raises(AnswerUnknownError):
        side(both).create(writes)
    both.domino.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))
    with pytest.raises(AnswerUnknownError):
        side(both).create(writes)
    with pytest.raises(OutOfTimeError):
        both.records(CONTACTS, NOTES, seconds=0).create(writes)


def test_time_that_ends_within_a_block_leaves_all_unknown(both: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    records = both.records(CONTACTS, NOTES, seconds=60)
    started = clock.now()
    monkeypatch.setattr(clock, "now", lambda: started + (120 if both.domino.requests["create"] else 0))
    with pytest.raises(AnswerUnknownError) as cut:
        records.create([Write(NEW[CONTACTS]), Write(NEW[CONTACTS])])
    assert cut.value.problem.code == "notes.writing_cut"


def test_a_clock_of_the_servers_that_is_slow_loses_nothing() -> None:
    behind = datetime.now(UTC) - timedelta(days=9)
    with vendors(DominoSimulator(now=lambda: behind)) as both:
        records = side(both)
        news = records.news({}, "", None)
        known = read_all(records, news)
        second = records.news(known, news.cursor, None)
        assert not second.changed
        both.domino.touch("contacts", news.changed[0])
        assert records.news(known, second.cursor, None).changed == news.changed[:1]
