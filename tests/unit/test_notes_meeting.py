"""A meeting is made once on each side, whatever dies, on ports in memory, and people are told where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from local.light_store import LightQueue
from notes.flow_names import MEETING
from notes.meeting import GONE, MEETING_SENTENCES, Meeting, asked_by, told
from notes.meeting_form import MeetingForm, asked_of
from notes.ports import Left, Shown, StoredPair, Write, Written
from notes.records import Event, Module, Participant
from notes.sync_settings import Direction, SyncSettings, Winner
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.sync_sentences import MOVED, USER_GONE
from sincronia import clock
from sincronia.answers import AnswerUnknownError, Problem, ProblemError, explain
from sincronia.engine.state import Outcome, OutcomeKind, Phase, Result, Rows, Run
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask
from sincronia.engine.two_way import Held, Pair, Side
from tests.notes_in_memory import Death, Mailbox, MemoryRecords, user

FORM: dict[str, Any] = {
    "subject": "Reunião de vendas",
    "participants": ["carla@escritorio.example"],
    "starts": "2026-12-01T14:00:00",
    "ends": "2026-12-01T15:00:00",
    "reminder_minutes": 15,
}
EVENT = asked_by(asked_of(MeetingForm(**FORM), user())).event
SENTENCES = {**ALL_SENTENCES, **MEETING_SENTENCES}
CALLS = 14  # of a run that nothing happens to; a write, and a commit, can die before and after
UNKNOWN = AnswerUnknownError(Problem("vendor_answer_unknown", {"vendor": "Domino"}))
DOWN = ProblemError(Problem("vendor_down", {"vendor": "Zoho", "status": "503"}))
BOTH = "A reunião foi criada no IBM Notes, que convida os participantes, e está no Zoho CRM."
ALONE = "A reunião foi criada no IBM Notes, que convida os participantes; no Zoho CRM ela não está."
STAYS = (
    "Não a programe de novo: a próxima sincronização a leva ao Zoho CRM, se os Eventos são sincronizados do IBM Notes."
)
NOT_THERE = "A reunião não consta como criada; confira a agenda no IBM Notes antes de programá-la de novo."


class Office(Mailbox):
    """A connection whose user schedules meetings; the outcomes that were kept stand in `outcomes`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.outcomes: list[Outcome] = []
        commit = self.store.commit

        def noted(before: Run, after: Run, rows: Rows) -> bool:
            done = commit(before, after, rows)
            if done:
                self.outcomes += rows.outcomes
            return done

        self.store.commit = noted  # type: ignore[method-assign]

    @property
    def notes(self) -> MemoryRecords:
        return self.side(Side.A, module=Module.EVENTS)

    @property
    def crm(self) -> MemoryRecords:
        return self.side(Side.B, module=Module.EVENTS)

    def asked(self, **form: Any) -> Run:
        return self.started(flow=MEETING, filters=asked_of(MeetingForm(**{**FORM, **form}), user()))

    def leased(self, run: Run, name: str) -> Run:
        run = self.store.runs[run.key]
        held = replace(run, lease=name, attempts=run.attempts + 1, wake_at=None)
        assert self.store.take_lease(run, held)
        return held

    def once(self, run: Run, name: str = "l") -> Run:
        """What one lease makes of the run."""
        steps = Steps(self.store, LightQueue(), SENTENCES, told)
        with suppress(Death):
            SteppedTask(steps, Meeting(self.mailboxes, self.open).step).go_on(self.leased(run, name), self.now + 240)
        return self.store.runs[run.key]

    def scheduled(self, run: Run) -> Run:
        for number in range(9):
            if run.phase is Phase.DONE:
                break
            run = self.once(run, f"l{number}")
        return run

    def paired(self, notes: str, crm: str) -> None:
        """A sync pairs two of the events."""
        pair = Pair(Held(notes, "1", "f", "k"), Held(crm, "1", "f", "k"))
        rows = self.mailboxes.stored.setdefault(("u1", Module.EVENTS), {})
        rows[notes] = StoredPair(pair, "Reunião de vendas")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office()
    monkeypatch.setattr(clock, "now", lambda: office.now)
    return office


def one_each(office: Office) -> None:
    """Asserts that the meeting is once on each side, and that the two are one."""
    (there,), (copy,) = office.notes.rows.values(), office.crm.rows.values()
    assert isinstance(there.content, Event)
    assert there.content == copy.content
    assert there.content.starts == datetime(2026, 12, 1, 17, tzinfo=UTC)  # typed in the user's zone
    assert [(pair.a.id, pair.b.id) for pair in office.pairs(module=Module.EVENTS)] == [(there.id, copy.id)]


def test_a_run_makes_so_many_calls_that_each_can_die(office: Office) -> None:
    office.fuse.left = CALLS + 1
    assert office.scheduled(office.asked()).result is Result.SUCCESS
    assert office.fuse.left == 1


@pytest.mark.parametrize("dies_at", range(1, CALLS + 1))
def test_a_meeting_is_made_once_on_each_side_whatever_dies(office: Office, dies_at: int) -> None:
    run = office.asked()
    office.fuse.left = dies_at
    run = office.scheduled(run)

    assert office.fuse.left is None
    assert (run.result, run.problem, run.counters) == (Result.SUCCESS, None, {OutcomeKind.CREATED: 2})
    assert told(run).text == BOTH
    one_each(office)


@pytest.mark.parametrize("side", [Side.A, Side.B], ids=["Notes", "CRM"])
@pytest.mark.parametrize("does", [True, False], ids=["done", "not done"])
def test_a_lost_answer_makes_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch, side: Side, does: bool
) -> None:
    records = office.side(side, module=Module.EVENTS)
    create, losses = records.create, [UNKNOWN]

    def lost(writes: Sequence[Write]) -> Sequence[Written | Left]:
        if losses and not does:
            raise losses.pop()
        made = create(writes)
        if losses:
            raise losses.pop()
        return made

    monkeypatch.setattr(records, "create", lost)
    assert office.scheduled(office.asked()).result is Result.SUCCESS
    one_each(office)


@pytest.mark.parametrize("side", [Side.A, Side.B], ids=["Notes", "CRM"])
def test_an_answer_that_is_lost_before_a_pause_is_looked_for_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, side: Side
) -> None:
    records = office.side(side, module=Module.EVENTS)
    create, found = records.create, records.found
    asked = list[str]()

    def lost(writes: Sequence[Write]) -> Sequence[Written | Left]:
        create(writes)
        asked.append("create")
        raise UNKNOWN

    def down(key: str, uid: str, since: str) -> tuple[Shown, ...]:
        if asked:
            raise DOWN
        return found(key, uid, since)

    run = office.asked()
    monkeypatch.setattr(records, "create", lost)
    monkeypatch.setattr(records, "found", down)
    waiting = office.once(run)
    assert (waiting.result, waiting.problem, waiting.wake_at) == (None, DOWN.problem, office.now + 300)

    monkeypatch.setattr(records, "create", create)
    monkeypatch.setattr(records, "found", found)
    assert office.scheduled(waiting).result is Result.SUCCESS
    one_each(office)


def test_what_was_there_before_is_another_meeting(office: Office) -> None:
    run = office.asked()
    old = office.notes.typed(asked_by(run.filters).event)
    assert office.scheduled(run).result is Result.SUCCESS
    (new,) = set(office.notes.rows) - {old}
    assert [pair.a.id for pair in office.pairs(module=Module.EVENTS)] == [new]


def between(office: Office, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]) -> None:
    """Somebody acts on the event in Notes before it is read for the CRM."""
    read = office.notes.read
    acts = [act]

    def overtaken(ids: Sequence[str]) -> Any:
        if acts:
            acts.pop()(ids[0])
        return read(ids)

    monkeypatch.setattr(office.notes, "read", overtaken)


def test_an_event_that_is_changed_in_between_goes_to_the_crm_as_it_is_now(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = office.asked()
    moved = replace(asked_by(run.filters).event, place="Sala 9")
    between(office, monkeypatch, lambda one: office.notes.edited(one, content=moved))
    assert office.scheduled(run).result is Result.SUCCESS
    assert [row.content for row in office.crm.rows.values()] == [moved]
    one_each(office)


def test_what_changes_after_a_lost_answer_of_the_crm_is_an_edit_for_the_next_sync(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = office.asked()
    moved = replace(asked_by(run.filters).event, subject="Reunião de compras")
    create = office.crm.create

    def dies(writes: Sequence[Write]) -> Sequence[Written | Left]:
        create(writes)
        office.notes.edited("n1", content=moved)
        raise Death

    monkeypatch.setattr(office.crm, "create", dies)
    office.once(run)
    monkeypatch.setattr(office.crm, "create", create)
    run = office.scheduled(office.store.runs[run.key])

    assert (run.result, list(office.crm.rows)) == (Result.SUCCESS, ["c1"])
    office.mailboxes.saved = SyncSettings(frozenset({Module.EVENTS}), direction=Direction.BOTH, winner=Winner.CRM)
    assert office.synced().result is Result.SUCCESS
    assert [row.content for side in (office.notes, office.crm) for row in side.rows.values()] == [moved, moved]
    assert office.mailboxes.losers == {}


@pytest.mark.parametrize("what", ["deleted", "private"])
def test_an_event_that_is_taken_away_in_between_does_not_go_to_the_crm(
    office: Office, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    act = office.notes.deleted if what == "deleted" else lambda one: office.notes.edited(one, private=True)
    between(office, monkeypatch, act)
    run = office.scheduled(office.asked())

    assert (run.result, office.crm.rows, office.pairs(module=Module.EVENTS)) == (Result.PARTIAL, {}, [])
    assert told(run).text == explain(Problem(GONE), SENTENCES)
    assert [(one.kind, one.problem) for one in office.outcomes] == [
        (OutcomeKind.CREATED, None),
        (OutcomeKind.SKIPPED, Problem(GONE)),
    ]


def test_an_event_that_can_no_longer_be_carried_says_why(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    between(office, monkeypatch, lambda one: office.notes.edited(one, content=replace(EVENT, subject="")))
    run = office.scheduled(office.asked())
    why = explain(Problem("notes.subject_missing"), SENTENCES)
    assert (run.result, told(run).text) == (Result.PARTIAL, f"{ALONE} {why} {STAYS}")


def test_a_sync_that_was_faster_leaves_one_event_in_the_crm(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    create = office.crm.create

    def faster(writes: Sequence[Write]) -> Sequence[Written | Left]:
        theirs = office.crm.typed(writes[0].content)
        office.paired("n1", theirs)
        return create(writes)

    monkeypatch.setattr(office.crm, "create", faster)
    run = office.scheduled(office.asked())
    assert (run.result, list(office.crm.rows)) == (Result.SUCCESS, ["c1"])
    one_each(office)


def test_what_an_attempt_that_died_left_beside_a_syncs_event_goes_by_its_uid(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside(one: str) -> None:
        office.notes.edited(one, uid="uid-1")
        for uid in ("uid-1", "", "uid-1"):
            office.crm.edited(office.crm.typed(EVENT), uid=uid)
        office.paired(one, "c3")

    between(office, monkeypatch, beside)
    run = office.scheduled(office.asked())
    assert (run.result, list(office.crm.rows)) == (Result.SUCCESS, ["c2", "c3"])  # c2 may be anybody's


def test_a_sync_that_carried_the_meeting_over_before_is_taken_at_its_word(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def carried(one: str) -> None:
        office.paired(one, office.crm.typed(EVENT))

    between(office, monkeypatch, carried)
    run = office.scheduled(office.asked())
    assert (run.result, office.crm.writes) == (Result.SUCCESS, 0)
    one_each(office)


def test_the_crms_event_of_another_pair_is_not_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    between(office, monkeypatch, lambda _: office.paired("n0", office.crm.typed(EVENT)))
    assert office.scheduled(office.asked()).result is Result.SUCCESS
    assert sorted((one.a.id, one.b.id) for one in office.pairs(module=Module.EVENTS)) == [("n0", "c1"), ("n1", "c2")]


def test_two_requests_with_the_same_content_side_by_side_are_two_meetings(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.asked(), office.asked()
    create = office.notes.create
    others = [second]

    def beside(writes: Sequence[Write]) -> Sequence[Written | Left]:
        made = create(writes)
        if others:
            office.scheduled(others.pop())
        return made

    monkeypatch.setattr(office.notes, "create", beside)
    assert office.scheduled(first).result is Result.SUCCESS
    assert (office.store.runs[second.key].result, len(office.notes.rows)) == (Result.SUCCESS, 2)
    assert sorted((one.a.id, one.b.id) for one in office.pairs(module=Module.EVENTS)) == [("n1", "c2"), ("n2", "c1")]


def test_after_a_lost_answer_a_meeting_with_other_people_is_not_taken(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = office.notes.create
    lost = [UNKNOWN]

    def beside(writes: Sequence[Write]) -> Sequence[Written | Left]:
        if lost:
            office.notes.typed(replace(EVENT, participants=(Participant("davi@fora.example"),)))
            raise lost.pop()
        return create(writes)

    monkeypatch.setattr(office.notes, "create", beside)
    assert office.scheduled(office.asked()).result is Result.SUCCESS
    assert [row.content for row in office.crm.rows.values()] == [EVENT]


def test_what_notes_refuses_is_told_with_its_own_reason(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    why = Problem("notes.zone_unknown", {"zone": "Mars/Base"})
    monkeypatch.setattr(office.notes, "create", lambda writes: [Left(why)])
    run = office.scheduled(office.asked())
    assert (run.result, run.problem, office.crm.rows) == (Result.FAILURE, why, {})
    assert told(run).text == f"{NOT_THERE} {explain(why, SENTENCES)}"


@pytest.mark.parametrize(
    "left", [Left(Problem("notes.zone_unknown", {"zone": "Mars/Base"})), Left(moved=True)], ids=["a reason", "moved"]
)
def test_what_only_the_crm_refuses_is_told_as_that_and_what_to_do(
    office: Office, monkeypatch: pytest.MonkeyPatch, left: Left
) -> None:
    why = left.problem or Problem(MOVED)
    monkeypatch.setattr(office.crm, "create", lambda writes: [left])
    run = office.scheduled(office.asked())

    assert (run.result, len(office.notes.rows), office.pairs(module=Module.EVENTS)) == (Result.PARTIAL, 1, [])
    assert told(run).text == f"{ALONE} {explain(why, SENTENCES)} {STAYS}"
    assert [(one.kind, one.kept["on"], one.problem) for one in office.outcomes] == [
        (OutcomeKind.CREATED, "a", None),
        (OutcomeKind.REJECTED, "b", why),
    ]


def test_after_the_crm_refused_it_the_next_sync_carries_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    create = office.crm.create
    monkeypatch.setattr(office.crm, "create", lambda writes: [Left(Problem("notes.subject_missing"))])
    office.scheduled(office.asked())
    monkeypatch.setattr(office.crm, "create", create)
    office.mailboxes.saved = SyncSettings(frozenset({Module.EVENTS}), direction=Direction.BOTH)
    assert office.synced().result is Result.SUCCESS
    one_each(office)


def test_a_crm_that_is_down_is_waited_for_and_that_is_told(office: Office) -> None:
    office.crm.problem = lambda: DOWN
    waiting = office.once(office.asked())
    text = told(waiting).text
    assert text.startswith(
        "A reunião foi criada no IBM Notes, que convida os participantes; no Zoho CRM ela ainda não está. "
        + explain(DOWN.problem, SENTENCES)
    )
    assert "A execução espera e continua às " in text
    office.crm.problem = None
    assert office.scheduled(waiting).result is Result.SUCCESS
    one_each(office)


def test_notes_that_is_down_is_waited_for_and_that_is_told(office: Office) -> None:
    office.notes.problem = lambda: DOWN
    waiting = office.once(office.asked())
    assert told(waiting).text.startswith(
        f"A reunião ainda não consta como criada. {explain(DOWN.problem, SENTENCES)} A execução espera"
    )


def test_whose_user_is_removed_in_between_is_told_where_the_meeting_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = office.notes.create

    def removed(writes: Sequence[Write]) -> Sequence[Written | Left]:
        office.mailboxes.people.clear()
        return create(writes)

    monkeypatch.setattr(office.notes, "create", removed)
    run = office.scheduled(office.asked())
    assert (run.result, run.problem) == (Result.FAILURE, Problem(USER_GONE))
    assert told(run).text == f"{ALONE} {explain(Problem(USER_GONE), SENTENCES)}"


def test_who_has_no_calendar_schedules_nothing(office: Office) -> None:
    office.mailboxes.people[:] = [user(databases={Module.CONTACTS: "names.nsf"})]
    run = office.scheduled(office.asked())
    assert (run.problem, office.notes.rows) == (Problem(USER_GONE), {})


def test_a_cancelled_run_says_what_there_is(office: Office) -> None:
    office.crm.problem = lambda: DOWN
    run = office.once(office.asked())
    office.store.runs[run.key] = replace(run, cancelled_by="ana")
    run = office.scheduled(office.store.runs[run.key])
    assert run.result is Result.CANCELLED
    assert told(run).text.startswith(ALONE)
    assert told(run).text.endswith(STAYS)


def test_at_its_start_it_is_told_as_under_way_and_without_people_nobody_is_invited(office: Office) -> None:
    run = office.asked(participants=[])
    assert told(run).text == "A reunião está sendo programada."
    assert (told(run).title, told(run).result) == ("Programar Reunião", None)
    run = office.scheduled(run)
    assert told(run).text == "A reunião foi criada no IBM Notes, e está no Zoho CRM."
    assert (told(run).result, bool(told(run).concluded_at)) == (Result.SUCCESS, True)


def test_what_is_asked_for_goes_through_the_runs_filters() -> None:
    form = MeetingForm(**{**FORM, "place": " Sala 2 ", "participants": ["carla@escritorio.example", "U1@casa.example"]})
    asked = asked_by(asked_of(form, user()))
    assert asked.user == "u1"
    assert asked.event == Event(
        subject="Reunião de vendas",
        starts=datetime(2026, 12, 1, 17, tzinfo=UTC),
        ends=datetime(2026, 12, 1, 18, tzinfo=UTC),
        place="Sala 2",
        participants=(Participant("carla@escritorio.example"),),  # the user takes part anyway
        reminder_minutes=15,
    )
    zoned = MeetingForm(
        **{**FORM, "starts": "2026-12-01T14:00:00+01:00", "ends": "2026-12-01T15:00:00Z", "reminder_minutes": None}
    )
    event = asked_by(asked_of(zoned, user())).event
    assert (event.starts, event.ends, event.reminder_minutes) == (
        datetime(2026, 12, 1, 13, tzinfo=UTC),
        datetime(2026, 12, 1, 15, tzinfo=UTC),
        None,
    )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"ends": "2026-12-01T14:00:00"}, "o Término deve ser depois do Início"),
        ({"ends": "2026-12-01T15:00:00-03:00"}, "o Início e o Término devem ter fuso horário os dois, ou nenhum"),
        ({"participants": ["a@b.example", "A@b.example"]}, "há um participante repetido"),
        ({"participants": ["a"]}, "participants"),
        ({"participants": [f"p{number}@b.example" for number in range(101)]}, "participants"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"place": "a\nb"}, "place"),
        ({"place": "x" * 201}, "place"),
        ({"starts": "amanhã"}, "starts"),
        ({"reminder_minutes": -1}, "reminder_minutes"),
        ({"reminder_minutes": 40_321}, "reminder_minutes"),
        ({"reminder_minutes": "15"}, "reminder_minutes"),
        ({"user": "x"}, "user"),
        ({"local": "Sala 2"}, "local"),
    ],
)
def test_a_meeting_that_cant_be_is_refused_by_name(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MeetingForm(**{**FORM, **wrong})
    (error,) = refused.value.errors()
    assert named in ({str(part) for part in error["loc"]} | {error["msg"].removeprefix("Value error, ")})
