"""What a sync has overwritten comes back to its side, once, whatever dies; what that overwrites in turn is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from local.light_store import LightQueue
from notes.bringing_back import (
    BRINGING_BACK_SENTENCES,
    ENTRY_GONE,
    IN_MOTION,
    OTHERS,
    PRIVATE,
    UNREADABLE,
    BringingBack,
    asked_of,
    told,
)
from notes.flow_names import BRINGING_BACK
from notes.ports import Left, Loser, Shown, Write, Written
from notes.records import Contact, Module, Reading
from notes.sync_settings import Direction, SyncSettings, Winner
from notes.syncing.all_sentences import ALL_SENTENCES
from sincronia import clock
from sincronia.answers import AnswerUnknownError, Problem, ProblemError
from sincronia.engine.ports import RowsOvertakenError
from sincronia.engine.state import OutcomeKind, Phase, Result, Run
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask
from sincronia.engine.two_way import Side
from tests.notes_in_memory import Death, Mailbox, MemoryMailboxes, MemoryRecords, contact

LOST = contact("lima", "como Ana digitou")


@dataclass
class History(MemoryMailboxes):
    """The conflict history beside it."""

    def loser(self, connection: str, entry: str) -> Loser | None:
        return self.losers.get(entry)

    def loser_brought_back(self, connection: str, loser: Loser, by: str, at: str) -> Callable[[Any], None]:
        def mark(writes: Any) -> None:
            if self.losers[loser.id] != loser:
                raise RowsOvertakenError
            marked = replace(loser, brought_back_by=by, brought_back_at=at, version=loser.version + 1)
            writes.append(lambda: self.losers.__setitem__(loser.id, marked))

        return mark


class Box(Mailbox):
    """One contact that the CRM's word has overwritten in Notes."""

    def __init__(self, side: Side = Side.A, why: str = "conflict") -> None:
        super().__init__()
        self.mailboxes: History = History(people=self.mailboxes.people)
        record_id = self.side(side).typed(contact("lima", "como o CRM diz"))
        entry = Loser("e1", "u1", Module.CONTACTS, side, record_id, "Lima", LOST, why, "2026-11-29T08:00:00Z", "r0")
        self.mailboxes.losers["e1"] = entry
        self.records: MemoryRecords = self.side(side)
        self.record_id = record_id

    def asked(self) -> Run:
        filters = asked_of(self.mailboxes.losers["e1"])
        return self.started(flow=BRINGING_BACK, filters=filters, trigger="ana")

    def brought_back(self, run: Run) -> Run:
        steps = Steps(self.store, LightQueue(), {**ALL_SENTENCES, **BRINGING_BACK_SENTENCES}, told)
        for number in range(9):
            run = self.store.runs[run.key]
            if run.phase is Phase.DONE:
                break
            held = replace(run, lease=f"l{number}", attempts=run.attempts + 1, wake_at=None)
            assert self.store.take_lease(run, held)
            try:
                SteppedTask(steps, BringingBack(self.mailboxes, self.open).step).go_on(held, self.now + 240)
            except Death:
                continue
        return run


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    box = Box()
    monkeypatch.setattr(clock, "now", lambda: box.now)
    return box


DEATHS = [None, *range(1, 9)]


@pytest.mark.parametrize("dies_at", DEATHS)
def test_a_content_comes_back_once_and_what_it_overwrites_is_kept(box: Box, dies_at: int | None) -> None:
    run = box.asked()
    box.fuse.left = dies_at
    run = box.brought_back(run)

    assert (run.result, run.problem, run.counters) == (Result.SUCCESS, None, {OutcomeKind.UPDATED: 1})
    assert [(row.id, row.content) for row in box.records.rows.values()] == [(box.record_id, LOST)]
    assert box.records.writes == 1
    first, *kept = box.mailboxes.losers.values()
    assert (first.brought_back_by, bool(first.brought_back_at)) == ("ana", True)
    assert [(one.content, one.record_id, one.brought_back_at) for one in kept] == [
        (contact("lima", "como o CRM diz"), box.record_id, "")
    ]
    assert "voltou ao registro no IBM Notes" in told(run).text
    assert box.fuse.left is None


@pytest.mark.parametrize("dies_at", DEATHS[:7])
def test_who_was_deleted_is_made_again_once(box: Box, dies_at: int | None) -> None:
    box.records.deleted(box.record_id)
    run = box.asked()
    box.fuse.left = dies_at
    run = box.brought_back(run)

    assert (run.result, run.counters) == (Result.SUCCESS, {OutcomeKind.CREATED: 1})
    assert [row.content for row in box.records.rows.values()] == [LOST]
    assert list(box.mailboxes.losers) == ["e1"]
    assert "foi criado de novo no IBM Notes" in told(run).text
    assert box.fuse.left is None


def test_a_lost_answer_makes_nothing_twice(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.records.deleted(box.record_id)
    create, answers = box.records.create, [True, False]

    def lost(writes: Any) -> Any:
        made = create(writes)
        if answers.pop(0):
            raise AnswerUnknownError(Problem("vendor_answer_unknown", {"vendor": "Domino"}))
        return made

    monkeypatch.setattr(box.records, "create", lost)
    assert box.brought_back(box.asked()).result is Result.SUCCESS
    assert [row.content for row in box.records.rows.values()] == [LOST]


def test_an_edit_that_comes_in_between_is_kept_too(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    update, edits = box.records.update, [contact("lima", "digitado agora")]

    def overtaken(writes: Any) -> Any:
        if edits:
            box.records.edited(box.record_id, content=edits.pop())
        return update(writes)

    monkeypatch.setattr(box.records, "update", overtaken)
    run = box.brought_back(box.asked())
    assert (run.result, run.problem) == (Result.FAILURE, Problem(IN_MOTION))
    assert box.records.rows[box.record_id].content == contact("lima", "digitado agora")

    again = box.brought_back(box.asked())
    assert again.result is Result.SUCCESS
    kept = [one.content for one in box.mailboxes.losers.values()]
    assert contact("lima", "digitado agora") in kept


def test_the_next_sync_takes_it_for_an_edit(box: Box) -> None:
    box.mailboxes.saved = SyncSettings(frozenset({Module.CONTACTS}), direction=Direction.BOTH, winner=Winner.CRM)
    box.side(Side.B).typed(contact("lima", "como o CRM diz"))
    assert box.synced().result is Result.SUCCESS
    box.brought_back(box.asked())
    assert box.synced().result is Result.SUCCESS
    assert [row.content for row in box.side(Side.B).rows.values()] == [LOST]


def refused(box: Box) -> tuple[str, bool]:
    run = box.brought_back(box.asked())
    assert run.problem is not None
    return run.problem.code, told(run).text.endswith(BRINGING_BACK_SENTENCES[run.problem.code].advice)


def test_what_turned_private_never_goes_to_the_crm_again(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(Side.B, "taken_back")
    monkeypatch.setattr(clock, "now", lambda: box.now)
    assert refused(box) == (PRIVATE, True)
    assert box.records.writes == 0


def test_an_entry_that_was_brought_back_is_refused(box: Box) -> None:
    run = box.asked()
    box.mailboxes.losers["e1"] = replace(box.mailboxes.losers["e1"], brought_back_at="2026-11-29T09:00:00Z")
    assert box.brought_back(run).problem == Problem(ENTRY_GONE)


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (Shown("n1", "2", Reading(contact("lima")), mine=False), OTHERS),
        (Shown("n1", "2", Reading(None, private=True)), PRIVATE),
        (Shown("n1", "2", Reading(None, problem=Problem("notes.name_missing"))), UNREADABLE),
    ],
    ids=["another's", "private now", "unreadable"],
)
def test_a_record_that_must_not_be_overwritten_is_left(
    box: Box, monkeypatch: pytest.MonkeyPatch, shown: Shown, code: str
) -> None:
    monkeypatch.setattr(box.records, "read", lambda ids: iter([shown]))
    assert refused(box) == (code, True)
    assert box.records.writes == 0


def test_what_the_side_refuses_is_told_with_its_own_reason(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.records.deleted(box.record_id)
    monkeypatch.setattr(box.records, "create", lambda writes: [Left(Problem("notes.body_with_files"))])
    run = box.brought_back(box.asked())
    assert run.problem == Problem("notes.body_with_files")


def test_a_side_that_is_down_is_asked_again_later(box: Box) -> None:
    error = ProblemError(Problem("vendor_down", {"vendor": "Domino", "status": "503"}))
    box.records.problem = lambda: error
    run = box.asked()
    held = replace(run, lease="l", attempts=1, wake_at=None)
    assert box.store.take_lease(run, held)
    steps = Steps(box.store, LightQueue(), {**ALL_SENTENCES, **BRINGING_BACK_SENTENCES}, told)
    SteppedTask(steps, BringingBack(box.mailboxes, box.open).step).go_on(held, box.now + 240)
    waiting = box.store.runs[run.key]
    assert (waiting.result, waiting.wake_at) == (None, box.now + 300)
    assert "espera e continua" in told(waiting).text


def test_the_write_says_only_what_differs(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = list[Write]()

    def looked(sent: Any) -> Any:
        writes.extend(sent)
        return [Written(box.record_id)]

    monkeypatch.setattr(box.records, "update", looked)
    box.brought_back(box.asked())
    assert isinstance(writes[0].content, Contact)
    assert writes[0].changed == ["description"]
