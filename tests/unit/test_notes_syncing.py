"""A sync on ports in memory: what is read, planned, kept, written and told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from notes.ports import Left, Shown, StoredPair, Write, Written
from notes.record_json import record_in, record_out
from notes.records import Event, Module, Participant, Priority, Record, Task
from notes.sync_settings import Direction, SyncSettings, Winner
from notes.syncing import counts
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.told import told
from sincronia import clock
from sincronia.answers import AnswerUnknownError, Problem, ProblemError, explain
from sincronia.engine.decisions import approved
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result
from sincronia.engine.two_way import Held, Pair, Side
from tests.notes_in_memory import Mailbox, contact, problem, user

A, B = Side.A, Side.B
BOTH = SyncSettings(frozenset({Module.CONTACTS}), direction=Direction.BOTH, winner=Winner.CRM, version=1)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    made = Mailbox()
    made.mailboxes.saved = BOTH
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def contents(box: Mailbox, side: Side) -> list[str]:
    return sorted(f"{row.content.last_name} {row.content.description}".strip() for row in box.side(side).rows.values())  # type: ignore[union-attr]


def test_what_is_on_one_side_comes_to_the_other(box: Mailbox) -> None:
    for number in range(70):
        box.side(A).typed(contact(f"a{number:02}"))
    box.side(B).typed(contact("b"))
    run = box.synced()
    assert run.result is Result.SUCCESS, run.problem
    assert contents(box, A) == contents(box, B)
    assert len(box.pairs()) == 71
    assert run.counters[OutcomeKind.CREATED] == 71
    assert "Contatos no Zoho CRM: 70 criados." in told(run).text
    assert "Contatos no IBM Notes: 1 criado." in told(run).text


def test_a_contact_is_known_by_its_email_but_not_one_that_is_private(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.side(B).typed(contact("b"))
    run = box.synced()
    found = {one.label: [each.value for each in one.known_by] for one in box.store.outcomes_of(run.key.run_id)}
    assert found == {"a": ["a@fora.example"], "b": ["b@fora.example"]}
    box.side(A).edited(one, private=True)
    (taken_back,) = box.store.outcomes_of(box.synced().key.run_id)
    assert (taken_back.kind, taken_back.known_by) == (OutcomeKind.REMOVED, ())


def test_the_third_run_writes_nothing_and_reads_nothing(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    box.synced()
    box.synced()
    writes, bodies = box.side(B).writes, box.side(A).bodies_read + box.side(B).bodies_read
    run = box.synced()
    assert (box.side(B).writes, box.side(A).bodies_read + box.side(B).bodies_read) == (writes, bodies)
    assert run.result is Result.SUCCESS
    assert told(run).text == "Tudo já estava igual nos dois lados; nada foi alterado."


def test_a_conflict_keeps_the_losers_words(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.synced()
    (other,) = box.side(B).rows
    box.side(A).edited(one, content=contact("a", "do Notes"))
    box.side(B).edited(other, content=contact("a", "do CRM"))
    run = box.synced()
    assert contents(box, A) == ["a do CRM"]
    (loser,) = box.mailboxes.losers.values()
    assert (loser.content, loser.why, loser.side) == (contact("a", "do Notes"), "conflict", A)
    assert {(one.side, one.what): one.number for one in counts.counted(run)} == {(A, "updated"): 1, (A, "conflicts"): 1}


def test_a_deletion_goes_on_and_can_be_brought_back(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.side(A).typed(contact("b"))
    box.synced()
    box.side(A).deleted(one)
    box.synced()
    assert contents(box, B) == ["b"]
    assert len(box.pairs()) == 1
    assert [loser.why for loser in box.mailboxes.losers.values()] == ["removed"]


def test_what_turns_private_is_taken_back(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.synced()
    box.side(A).edited(one, private=True)
    run = box.synced()
    assert not box.side(B).rows
    assert run.counters[OutcomeKind.REMOVED] == 1
    assert box.synced().result is Result.SUCCESS


def test_one_way_never_writes_the_other_way(box: Mailbox) -> None:
    box.mailboxes.saved = replace(BOTH, direction=Direction.TO_CRM)
    box.side(A).typed(contact("a"))
    box.side(B).typed(contact("b"))
    box.synced()
    (copy,) = [row.id for row in box.side(B).rows.values() if row.content == contact("a")]
    box.side(B).edited(copy, content=contact("a", "do CRM"))
    run = box.synced()
    assert box.side(A).writes == 0
    assert run.result is Result.PARTIAL
    assert [outcome.problem and outcome.problem.code for outcome in box.store.outcomes_of(run.key.run_id)] == [
        "two_way_target_edited"
    ]


def test_a_mailbox_that_cant_be_read_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox(users=("u1", "u2"))
    box.mailboxes.saved = BOTH
    monkeypatch.setattr(clock, "now", lambda: box.now)
    wrong = ProblemError(Problem("notes.password_missing", {"user": "Pessoa u1"}))
    box.side(A, "u1").problem = problem(wrong)
    box.side(A, "u2").typed(contact("a"))
    run = box.synced()
    assert run.result is Result.PARTIAL
    assert len(box.side(B, "u2").rows) == 1
    assert "Contatos de Pessoa u1 não foram sincronizados: A senha do IBM Notes de Pessoa u1" in told(run).text
    box.side(A, "u2").problem = problem(wrong)
    assert box.synced().problem == wrong.problem


def test_many_removals_wait_for_a_person(box: Mailbox) -> None:
    ids = [box.side(A).typed(contact(f"a{number}")) for number in range(20)]
    box.synced()
    for one in ids[:15]:
        box.side(A).deleted(one)
    run = box.synced()
    assert run.phase is Phase.BRAKE
    assert "A sincronização espera a sua decisão." in told(run).text
    assert len(box.side(B).rows) == 20
    box.store.runs[run.key] = approved(run, "ana")
    assert box.worked(run).result is Result.SUCCESS
    assert len(box.side(B).rows) == 5


def test_a_preview_writes_nothing(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    run = box.synced(mode=Mode.PREVIEW)
    assert (run.result, run.counters.get(OutcomeKind.CREATED)) == (Result.SUCCESS, 1)
    assert not box.side(B).rows
    assert told(run).text == "Nada foi gravado ainda. Contatos no Zoho CRM: 1 a criar."


def test_nothing_to_sync_is_told(box: Mailbox) -> None:
    box.mailboxes.saved = SyncSettings()
    run = box.synced()
    assert run.problem == Problem("notes.nothing_to_sync")


def test_records_come_back_from_json() -> None:
    one = contact("a", "b")
    assert record_in(record_out(one)) == one


# ── what befalls a run ───────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_that_never_came_is_looked_for(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    box.side(A).typed(contact("b"))
    crm = box.side(B)
    create, lost = crm.create, [AnswerUnknownError(Problem("vendor_down", {"vendor": "Zoho CRM", "status": "500"}))]

    def losing(writes: Sequence[Write]) -> Sequence[Written | Left]:
        made = create(writes)
        if lost:
            raise lost.pop()
        return made

    crm.create = losing  # type: ignore[method-assign]
    run = box.synced()
    assert run.result is Result.SUCCESS
    assert contents(box, B) == ["a", "b"]
    assert run.counters[OutcomeKind.CREATED] == 2


def test_a_vendor_that_is_down_puts_the_run_off(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    down = ProblemError(Problem("vendor_unreachable", {"vendor": "Zoho CRM", "host": "zoho.example"}))
    box.side(B).problem = problem(down)
    run = box.worked(box.started(), times=1)
    assert (run.phase, run.wake_at) == (Phase.READ, box.now + 300)
    assert "A sincronização espera e continua às" in told(run).text
    box.side(B).problem = None
    assert box.worked(run).result is Result.SUCCESS


def test_bodies_are_read_on_where_time_was_up(box: Mailbox) -> None:
    for number in range(30):
        box.side(A).typed(contact(f"a{number:02}"))
    notes = box.side(A)
    read = notes.read

    def slow(ids: Sequence[str]) -> Iterator[Shown]:
        for one in read(ids):
            box.now += 10
            yield one

    notes.read = slow  # type: ignore[method-assign]
    run = box.worked(box.started(), times=1)
    assert run.phase is Phase.READ
    assert 0 < run.progress["reading"]["read"] < 30
    assert box.worked(run).result is Result.SUCCESS
    assert len(box.side(B).rows) == 30


def test_a_pair_that_somebody_else_wrote_leaves_the_record_for_next_time(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.synced()
    box.side(A).edited(one, content=contact("a", "novo"))
    update, lane = box.side(B).update, box.mailboxes.stored["u1", Module.CONTACTS]

    def meanwhile(writes: Sequence[Write]) -> Sequence[Written | Left]:
        stored = lane[one]
        lane[one] = replace(stored, pair=replace(stored.pair, a=replace(stored.pair.a, version="77")))
        return update(writes)

    box.side(B).update = meanwhile  # type: ignore[method-assign]
    run = box.synced()
    assert run.result is Result.PARTIAL
    assert [outcome.problem for outcome in box.store.outcomes_of(run.key.run_id)] == [Problem("notes.record_moved")]
    box.side(B).update = update  # type: ignore[method-assign]
    assert box.synced().result is Result.SUCCESS
    assert contents(box, A) == contents(box, B) == ["a novo"]


def test_a_catalogue_that_expired_is_read_anew_and_deletes_nobody(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    box.synced()
    box.objects.bodies.clear()
    run = box.synced()
    assert (run.result, len(box.side(B).rows)) == (Result.SUCCESS, 1)


def test_another_database_is_read_anew_and_deletes_nobody(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    box.side(A).typed(contact("b"))
    box.synced()
    box.mailboxes.people = [user(databases=dict.fromkeys(Module, "mail/novo.nsf"))]
    box.side(A).rows.clear()
    box.side(A).typed(contact("a", "novo"))
    for _ in range(3):
        assert box.synced().result is Result.SUCCESS
    assert contents(box, B) == ["a", "b"], "who is missed in the new one is kept"
    assert contents(box, A) == ["a"], "who is in both is one again"
    assert len(box.pairs()) == 2
    box.mailboxes.people = [user()]
    box.side(A).rows.clear()
    assert box.synced().phase is Phase.BRAKE, "an empty one waits for a person, and has nothing to delete"
    assert contents(box, B) == ["a", "b"]


def test_a_reading_under_way_begins_again_in_another_database(box: Mailbox) -> None:
    for number in range(30):
        box.side(A).typed(contact(f"a{number:02}"))
    box.synced()
    for one in list(box.side(A).rows):
        box.side(A).edited(one)
    read = box.side(A).read

    def slow(ids: Sequence[str]) -> Iterator[Shown]:
        for one in read(ids):
            box.now += 10
            yield one

    box.side(A).read = slow  # type: ignore[method-assign]
    run = box.worked(box.started(), times=1)
    assert run.progress["reading"]["read"]
    box.mailboxes.people = [user(databases=dict.fromkeys(Module, "mail/novo.nsf"))]
    box.side(A).rows.clear()
    for number in range(4):
        box.side(A).typed(contact(f"b{number}"))
    assert box.worked(run).result is Result.SUCCESS
    assert len(box.side(B).rows) == 34


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_an_event_that_a_meeting_links_meanwhile_is_not_made_twice(box: Mailbox, *, late: bool, edited: bool) -> None:
    """`late`: after the sync has made its own one."""
    box.mailboxes.saved = replace(BOTH, modules=frozenset({Module.EVENTS}))
    event = Event("e", datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 4, tzinfo=UTC))
    notes, crm = box.side(A, module=Module.EVENTS), box.side(B, module=Module.EVENTS)
    source = notes.typed(event)
    create, read = crm.create, notes.read

    def linked() -> None:
        pair = Pair(Held(source, "1", "p", "k"), Held(crm.typed(event), "1", "p", "k"))
        box.mailboxes.stored.setdefault(("u1", Module.EVENTS), {}).setdefault(source, StoredPair(pair, "e"))

    def creating(writes: Sequence[Write]) -> Sequence[Written | Left]:
        made = create(writes)
        linked()
        if edited:
            for row in list(crm.rows.values()):
                crm.edited(row.id, content=replace(event, place="aqui"))
        return made

    reads = list[int]()

    def reading(ids: Sequence[str]) -> Iterator[Shown]:
        shown = list(read(ids))
        reads.append(len(shown))
        if len(reads) == 2:
            linked()
        return iter(shown)

    if late:
        crm.create = creating  # type: ignore[method-assign]
    else:
        notes.read = reading  # type: ignore[method-assign]
    run = box.synced()
    assert [one.problem for one in box.store.outcomes_of(run.key.run_id)] == [Problem("notes.record_moved")]
    assert len(crm.rows) == (2 if late and edited else 1), "what a person has touched stays"


def test_what_a_person_excluded_stays_as_it_is(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.mailboxes.people = [user(excluded={Module.CONTACTS: frozenset({f"notes:{one}"})})]
    run = box.synced()
    assert not box.side(B).rows
    assert [(count.side, count.what, count.code) for count in counts.counted(run)] == [(A, "skipped", "notes.excluded")]


def test_a_key_that_two_share_is_told(box: Mailbox) -> None:
    box.side(A).typed(contact("a"))
    box.side(A).typed(contact("a", "outro"))
    run = box.synced()
    assert run.result is Result.PARTIAL
    assert {count.code for count in counts.counted(run)} == {"two_way_key_shared"}
    for outcome in box.store.outcomes_of(run.key.run_id):
        assert outcome.problem
        assert "n1, n2" in explain(outcome.problem, ALL_SENTENCES)


def test_who_changed_between_plan_and_write_is_left_for_next_time(box: Mailbox) -> None:
    one = box.side(A).typed(contact("a"))
    box.synced()
    (other,) = box.side(B).rows
    box.side(A).edited(one, content=contact("a", "do Notes"))
    update = box.side(B).update

    def meanwhile(writes: Sequence[Write]) -> Sequence[Written | Left]:
        box.side(B).edited(other, content=contact("a", "do CRM"))
        return update(writes)

    box.side(B).update = meanwhile  # type: ignore[method-assign]
    assert box.synced().result is Result.PARTIAL
    box.side(B).update = update  # type: ignore[method-assign]
    assert contents(box, B) == ["a do CRM"]
    box.synced()
    assert contents(box, A) == ["a do CRM"]
    assert [loser.content for loser in box.mailboxes.losers.values()] == [contact("a", "do Notes")]


@pytest.mark.parametrize(
    "record",
    [
        Task("t", date(2026, 1, 2), None, True, Priority.HIGH, "d", datetime(2026, 1, 2, 3, tzinfo=UTC)),
        Event("e", datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 4, tzinfo=UTC), reminder_minutes=0),
        Event("e", date(2026, 1, 2), date(2026, 1, 3), participants=(Participant("a@b.example", "A"),)),
    ],
)
def test_any_record_comes_back_from_json(record: Record) -> None:
    assert record_in(json.loads(json.dumps(record_out(record)))) == record
