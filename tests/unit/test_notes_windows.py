"""Which events are kept in step: by their start, in the user's zone; what lies outside is left, and is not deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notes.records import Event, Module
from notes.sync_settings import Direction, SyncSettings, Window, event_within
from sincronia import clock
from sincronia.engine.state import Result
from sincronia.engine.two_way import Side
from tests.notes_in_memory import START, Mailbox

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = datetime.fromtimestamp(START, SAO_PAULO).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)
EVENTS = SyncSettings(frozenset({Module.EVENTS}), direction=Direction.BOTH, version=1)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    box = Mailbox()
    monkeypatch.setattr(clock, "now", lambda: box.now)
    box.mailboxes.saved = EVENTS
    return box


def event(subject: str, days: int) -> Event:
    starts = NOON + timedelta(days=days)
    return Event(subject, starts, starts + timedelta(hours=1))


def synced(box: Mailbox, window: Window) -> None:
    saved = box.mailboxes.saved
    box.mailboxes.saved = replace(saved, window=window, version=saved.version + 1)
    run = box.synced()
    assert (run.result, run.problem) == (Result.SUCCESS, None)


def subjects(box: Mailbox, side: Side) -> dict[str, str]:
    rows = box.side(side, module=Module.EVENTS).rows.values()
    return {row.content.subject: row.id for row in rows if isinstance(row.content, Event)}


@pytest.mark.parametrize(
    ("window", "carried"),
    [
        (Window.ALL, {"long ago", "thirty days", "last month", "today", "tomorrow"}),
        (Window.LAST_MONTH, {"last month", "today"}),
        (Window.TODAY, {"today"}),
    ],
)
def test_only_events_of_the_window_are_carried(box: Mailbox, window: Window, carried: set[str]) -> None:
    for subject, days in {"long ago": -400, "thirty days": -30, "last month": -29, "today": 0, "tomorrow": 1}.items():
        box.side(Side.A, module=Module.EVENTS).typed(event(subject, days))
    synced(box, window)
    assert set(subjects(box, Side.B)) == carried


def test_what_leaves_the_window_stays_linked_and_is_neither_changed_nor_deleted(box: Mailbox) -> None:
    notes, crm = (box.side(side, module=Module.EVENTS) for side in Side)
    for subject in ("kept", "edited", "deleted"):
        notes.typed(event(subject, 0))
    synced(box, Window.TODAY)
    copies, pairs = subjects(box, Side.B), box.pairs(module=Module.EVENTS)

    box.now += 2 * 86_400
    ids = subjects(box, Side.A)
    notes.edited(ids["edited"], content=replace(event("edited", 0), place="Sala 2"))
    notes.deleted(ids["deleted"])
    before = crm.writes
    synced(box, Window.TODAY)
    assert (subjects(box, Side.B), crm.writes, box.pairs(module=Module.EVENTS)) == (copies, before, pairs)

    synced(box, Window.ALL)
    assert subjects(box, Side.B) == {name: one for name, one in copies.items() if name != "deleted"}
    place = {row.content.subject: row.content.place for row in crm.rows.values() if isinstance(row.content, Event)}
    assert place == {"kept": "", "edited": "Sala 2"}


def test_a_module_that_is_switched_off_and_on_again_makes_nothing_twice(box: Mailbox) -> None:
    notes = box.side(Side.A, module=Module.EVENTS)
    notes.typed(event("one", 0))
    synced(box, Window.ALL)
    copies = subjects(box, Side.B)
    box.mailboxes.saved = replace(box.mailboxes.saved, modules=frozenset({Module.CONTACTS}), version=5)
    notes.deleted(subjects(box, Side.A)["one"])
    notes.typed(event("one", 0))
    box.synced()
    assert subjects(box, Side.B) == copies

    box.mailboxes.saved = replace(EVENTS, version=6)
    synced(box, Window.ALL)
    assert subjects(box, Side.B) == copies
    assert len(box.pairs(module=Module.EVENTS)) == 1


@pytest.mark.parametrize(
    ("starts", "inside"),
    [
        (datetime(2026, 11, 29, 2, 59, 59, tzinfo=UTC), False),  # still the 28th in São Paulo
        (datetime(2026, 11, 29, 3, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 2, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 3, tzinfo=UTC), False),
        (date(2026, 11, 29), True),
        (date(2026, 11, 28), False),
    ],
    ids=str,
)
def test_a_day_is_that_of_the_users_zone(starts: date, *, inside: bool) -> None:
    now = datetime(2026, 11, 30, 1, tzinfo=UTC)  # 22 o'clock of the 29th there
    days = SyncSettings(window=Window.TODAY).days(now, SAO_PAULO)
    assert event_within(Event("one", starts, starts), days, SAO_PAULO) is inside
