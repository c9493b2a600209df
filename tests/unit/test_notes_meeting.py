"""A meeting is made once on each side, whatever dies, on ports in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.light_store import LightQueue
from notes.flow_names import MEETING
from notes.meeting import MEETING_SENTENCES, Meeting, MeetingForm, asked_of, told
from notes.records import Event, Module
from notes.syncing.all_sentences import ALL_SENTENCES
from sincronia import clock
from sincronia.engine.state import Phase, Result, Run
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask
from sincronia.engine.two_way import Side
from tests.notes_in_memory import Death, Mailbox, user

FORM = {
    "subject": "Reunião de vendas",
    "participants": ["carla@escritorio.example"],
    "starts": "2026-12-01T14:00:00",
    "ends": "2026-12-01T15:00:00",
    "reminder_minutes": 15,
}


def scheduled(box: Mailbox, run: Run) -> Run:
    steps = Steps(box.store, LightQueue(), {**ALL_SENTENCES, **MEETING_SENTENCES}, told)
    for number in range(9):
        run = box.store.runs[run.key]
        if run.phase is Phase.DONE:
            break
        held = replace(run, lease=f"l{number}", attempts=run.attempts + 1, wake_at=None)
        assert box.store.take_lease(run, held)
        try:
            SteppedTask(steps, Meeting(box.mailboxes, box.open).step).go_on(held, box.now + 240)
        except Death:
            continue
    return run


@pytest.mark.parametrize("dies_at", [None, *range(1, 19)])
def test_a_meeting_is_made_once_on_each_side_whatever_dies(
    monkeypatch: pytest.MonkeyPatch, dies_at: int | None
) -> None:
    box = Mailbox()
    monkeypatch.setattr(clock, "now", lambda: box.now)
    run = box.started(flow=MEETING, filters=asked_of(MeetingForm(**FORM), user()))  # type: ignore[arg-type]
    box.fuse.left = dies_at
    run = scheduled(box, run)
    assert run.result is Result.SUCCESS, run.problem
    for side in Side:
        (row,) = box.side(side, module=Module.EVENTS).rows.values()
        assert isinstance(row.content, Event)
        assert row.content.starts.isoformat() == "2026-12-01T17:00:00+00:00"  # typed in the user's zone
    (pair,) = box.pairs(module=Module.EVENTS)
    assert (pair.a.id, pair.b.id) == ("n1", "c1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "2026-12-01T14:00:00"},
        {"ends": "2026-12-01T15:00:00-03:00"},
        {"participants": ["a@b.example", "A@b.example"]},
        {"participants": ["a"]},
        {"reminder_minutes": -1},
    ],
)
def test_a_meeting_that_cant_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="MeetingForm"):
        MeetingForm(**{**FORM, **wrong})  # type: ignore[arg-type]
