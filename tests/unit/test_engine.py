"""A run of the engine from tick to notification, on plain values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError
from sincronia.engine import decisions, steps, worker
from sincronia.engine.flow import BrakeLimits, Limit, LinkStatus, Record, TargetRecord
from sincronia.engine.report import told
from sincronia.engine.state import OutcomeKind, Phase, Result, Rows, Run, RunKey
from sincronia.engine.tick import tick
from tests.engine_in_memory import ANSWERS, START, MemorySource, Office, conserved, counters, person


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch, source=MemorySource([person(str(code)) for code in range(1, 10)]))


def test_a_first_run_creates_what_is_new_and_tells_of_it(office: Office) -> None:
    waiting = office.due()
    assert office.notification(waiting).state == "Pendente"
    office.work()
    run = office.run(waiting.key)
    assert (run.result, counters(run), run.received) == (Result.SUCCESS, {"created": 9}, 9)
    assert len(office.target.rows) == 9
    notification = office.notification(run)
    assert (notification.state, notification.result) == ("Concluído", Result.SUCCESS)
    assert notification.text == "9 conferidos: 9 criados."
    assert notification.concluded_at == "2026-11-18T11:06:40.000Z"
    assert office.link("3").status == LinkStatus.SYNCED
    assert conserved(run)


def test_a_second_run_writes_nothing(office: Office) -> None:
    office.sync()
    writes, links = office.target.writes, office.store.counts["link writes"]
    run = office.sync()
    assert (run.result, counters(run)) == (Result.SUCCESS, {"unchanged": 9})
    assert (office.target.writes, office.store.counts["link writes"]) == (writes, links)
    assert office.outcomes(run) == []
    assert office.target.listings == 1  # everybody is linked, so the target is not listed again


def test_a_changed_record_is_written_alone_and_names_its_fields(office: Office) -> None:
    office.sync()
    office.source.records[4] = person("5", name="Nome Novo", email="novo@office.example")
    writes = office.target.writes
    run = office.sync()
    assert counters(run) == {"unchanged": 8, "updated": 1}
    assert office.target.writes == writes + 1
    (outcome,) = office.outcomes(run)
    assert (outcome.kind, outcome.source_id, outcome.changed) == (OutcomeKind.UPDATED, "5", ("Email", "Nome"))
    assert office.link("5").version == 2
    emails = {identity.value for identity, *holder in office.store.identities if holder[-1] == "5"}
    assert emails == {"novo@office.example"}


def test_who_shares_a_key_is_rejected_with_the_others_named(office: Office) -> None:
    office.source.records += [person("20", email="5@office.example"), person("21", email="5@office.example")]
    run = office.sync()
    assert counters(run) == {"created": 8, "rejected": 3}
    assert run.result == Result.PARTIAL
    problems = {outcome.source_id: outcome.problem for outcome in office.outcomes(run) if outcome.problem}
    assert problems["5"] == Problem("email_shared", {"code": "5", "others": "20, 21"})
    assert problems["20"] == Problem("email_shared", {"code": "20", "others": "5, 21"})


def test_who_has_no_link_is_known_by_the_outcome_and_whoever_has_one_by_that(office: Office) -> None:
    office.sync()
    office.source.records += [person("20", email="21@office.example"), person("21", email="21@office.example")]
    office.source.records[4] = person("5", email="6@office.example")  # has a link, and shares what is another's now
    known_by = {one.source_id: [each.value for each in one.known_by] for one in office.outcomes(office.sync())}
    assert known_by == {"5": [], "6": [], "20": ["21@office.example"], "21": ["21@office.example"]}


def test_a_record_with_a_problem_does_not_stop_the_rest(office: Office) -> None:
    bad = Problem("record_malformed", {"field": "EMAIL"})
    office.source.records.insert(2, Record("30", "Pessoa 30", {}, "", problem=bad))
    run = office.sync()
    assert counters(run) == {"created": 9, "rejected": 1}
    assert [(o.source_id, o.problem) for o in office.outcomes(run) if o.problem] == [("30", bad)]


def test_who_already_is_in_the_target_is_linked_and_not_doubled(office: Office) -> None:
    office.target.create(person("1").content)
    office.target.create(person("2", name="Outro Nome").content)
    run = office.sync()
    assert counters(run) == {"unchanged": 1, "updated": 1, "created": 7}
    assert len(office.target.rows) == 9
    assert office.link("1").target_id == "t1"
    assert office.target.rows["t2"]["Nome"] == "Pessoa 2"


def test_a_target_record_that_another_is_linked_to_is_never_taken_over(office: Office) -> None:
    office.sync()
    office.narrowed = True  # a group filter hides user 1, whose e-mail somebody else now has
    office.source.records = [person("40", email="1@office.example")]
    run = office.sync()
    assert counters(run) == {"rejected": 1}
    assert office.outcomes(run)[0].problem == Problem("email_shared", {"code": "40", "others": "1"})


def test_who_left_the_source_is_deactivated_once_and_comes_back(office: Office) -> None:
    office.sync()
    gone = office.source.records.pop()
    run = office.sync()
    assert counters(run) == {"unchanged": 8, "deactivated": 1}
    assert not office.target.active["t9"]
    assert counters(office.sync()) == {"unchanged": 8}
    office.source.records.append(gone)
    assert counters(office.sync()) == {"unchanged": 8, "updated": 1}
    assert office.target.active["t9"]
    assert office.link("9").active


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_who_was_deleted_in_the_target_is_made_again_when_they_change(office: Office, *, lost: bool) -> None:
    office.sync()
    del office.target.rows["t3"]
    assert counters(office.sync()) == {"unchanged": 9}
    office.source.records[2] = person("3", name="Mudou")
    if lost:
        unknown = AnswerUnknownError(Problem("vendor_unreachable", {"vendor": "Destino", "host": "h"}))
        office.target.faults[office.target.writes + 2] = ("after", unknown)
    assert counters(office.sync()) == {"unchanged": 8, "updated": 1}
    assert office.target.rows[office.link("3").target_id]["Nome"] == "Mudou"
    assert len(office.target.rows) == 9


def test_who_comes_with_the_key_of_one_who_left_gets_their_target_record(office: Office) -> None:
    office.sync()
    office.source.records.pop()
    office.sync()
    office.source.records.append(person("90", email="9@office.example", name="De Volta"))
    run = office.sync()
    assert counters(run) == {"unchanged": 8, "updated": 1}
    assert (office.link("90").target_id, office.target.active["t9"]) == ("t9", True)
    assert office.target.rows["t9"]["Nome"] == "De Volta"
    assert "9" not in office.store.link_rows["casa", "pessoa"]
    holders = {holder[-1] for identity, *holder in office.store.identities if identity.value == "9@office.example"}
    assert holders == {"90"}
    assert counters(office.sync()) == {"unchanged": 9}


@pytest.mark.parametrize("reason", ["narrowed", "short"])
def test_nobody_is_taken_for_gone_in_a_listing_that_is_not_whole(office: Office, reason: str) -> None:
    office.sync()
    office.source.records.pop()
    office.sync()
    office.source.records.append(person("90", email="9@office.example"))
    office.narrowed = reason == "narrowed"
    office.source.declared = 12 if reason == "short" else None
    assert counters(office.sync()) == {"unchanged": 8, "rejected": 1}
    assert not office.target.active["t9"]


@pytest.mark.parametrize("reason", ["narrowed", "short", "nameless", "moved"])
def test_absence_means_nothing_in_a_listing_that_is_not_whole(office: Office, reason: str) -> None:
    office.sync()
    office.source.records.pop()
    if reason == "narrowed":
        office.narrowed = True
    elif reason == "short":
        office.source.declared = 9
    elif reason == "moved":
        office.source.moved = True
    else:
        problem = Problem("record_malformed", {"field": "CODIGO"})
        office.source.records.append(Record("", "cadastro sem código", {}, "", problem=problem))
    run = office.sync()
    assert run.result in {Result.SUCCESS, Result.PARTIAL}
    assert "deactivated" not in counters(run)
    assert all(office.target.active.values())


def test_a_status_filter_skips_and_notes_what_was_seen(office: Office) -> None:
    office.sync()
    office.statuses = frozenset({LinkStatus.NOT_SYNCED})
    office.source.records[0] = person("1", name="Mudou")
    office.source.records.append(person("50"))
    run = office.sync()
    assert counters(run) == {"unchanged": 8, "skipped": 1, "created": 1}
    assert office.link("1").status == LinkStatus.RESYNC_PENDING
    links = office.store.counts["link writes"]
    assert counters(office.sync()) == {"unchanged": 9, "skipped": 1}
    assert office.store.counts["link writes"] == links  # seen again, not written again
    office.source.records[0] = person("1")
    assert counters(office.sync()) == {"unchanged": 10}
    assert office.link("1").status == LinkStatus.SYNCED
    office.statuses = frozenset({LinkStatus.RESYNC_PENDING})
    office.source.records.append(person("51"))
    assert counters(office.sync()) == {"unchanged": 10, "skipped": 1}


def test_force_sends_also_who_is_in_step_and_is_no_change_to_the_brake(office: Office) -> None:
    office.sync()
    office.force = True
    office.brake = BrakeLimits(changes=Limit(percent=0, number=0))
    assert counters(office.sync()) == {"updated": 9}
    office.source.records[0] = person("1", name="Mudou")
    assert office.sync().phase == Phase.BRAKE


def test_an_empty_source_waits_for_a_person(office: Office) -> None:
    office.sync()
    office.source.records.clear()
    run = office.sync()
    assert (run.phase, run.problem) == (
        Phase.BRAKE,
        Problem("brake_source_empty", {"lane": "Pessoas no Alvo", "links": "9"}),
    )
    assert office.notification(run).state == "Pendente"
    assert "A sincronização espera a sua decisão." in office.notification(run).text
    assert all(office.target.active.values())
    office.now += 7200
    assert tick("test", {}, office.store, office.queue).passed_over == 1  # nothing runs over a run that waits
    office.work()
    assert office.run(run.key).phase == Phase.BRAKE


def at_the_brake(office: Office) -> Run:
    """A run that would deactivate twelve of forty."""
    office.source.records = [person(str(code)) for code in range(40)]
    office.sync()
    office.source.records = office.source.records[:28]
    return office.sync()


def test_an_approved_run_does_what_it_had_planned_however_long_it_waited(office: Office) -> None:
    run = at_the_brake(office)
    office.now += 3 * 24 * 3600
    after = decisions.approved(run, "ana")
    assert office.store.commit(run, after, Rows())
    tick("test", {}, office.store, office.queue)
    office.work()
    done = office.run(run.key)
    assert (done.result, counters(done), done.decided_by) == (
        Result.SUCCESS, {"unchanged": 28, "deactivated": 12}, "ana",
    )  # fmt: skip
    assert sum(office.target.active.values()) == 28


def test_a_rejected_run_ends_without_a_write_and_the_next_one_starts(office: Office) -> None:
    run = at_the_brake(office)
    writes = office.target.writes
    after = decisions.rejected(run, "ana")
    assert office.store.commit(run, after, Rows())
    assert (after.result, counters(after), after.wake_at) == (
        Result.CANCELLED, {"unchanged": 28, "skipped": 12}, None,
    )  # fmt: skip
    assert conserved(after)
    assert told(after, "Pessoas", ANSWERS).text == (
        "40 conferidos: 28 sem alteração, 12 deixados de fora. A sincronização foi rejeitada por ana; nada foi "
        "alterado. Corrija a origem; a próxima sincronização começa de novo, no horário programado."
    )
    assert told(after, "Pessoas", ANSWERS).state == "Concluído"
    assert not office.store.commit(run, decisions.approved(run, "bia"), Rows()), "somebody has decided before"
    assert office.target.writes == writes
    assert office.sync().key != run.key


@pytest.mark.parametrize(
    ("declared", "code"), [(None, "brake_deactivations"), (40, "brake_source_short")], ids=["complete", "cut short"]
)
def test_a_mass_deactivation_waits_and_names_the_first(office: Office, declared: int | None, code: str) -> None:
    office.source.records = [person(str(code)) for code in range(40)]
    office.sync()
    office.source.records = office.source.records[:28]
    office.source.declared = declared
    run = office.sync()
    assert run.problem is not None
    assert (run.phase, run.problem.code) == (Phase.BRAKE, code)
    assert "Pessoa 28, Pessoa 29, Pessoa 30, Pessoa 31, Pessoa 32 e mais 7" in office.notification(run).text


def test_the_brake_on_changes_can_be_set(office: Office) -> None:
    office.sync()
    office.source.records = [person(str(code), name="Outra") for code in range(1, 10)]
    office.brake = BrakeLimits(changes=Limit(percent=50, number=5))
    assert office.sync().phase == Phase.BRAKE


def test_a_connection_that_cannot_run_concludes_with_the_reason_before_any_read(office: Office) -> None:
    office.opening_problem = Problem("vendor_refused_token", {"vendor": "Destino"})
    run = office.sync()
    assert (run.result, office.source.pages_read) == (Result.FAILURE, 0)
    assert office.notification(run).text.startswith("O Destino recusou a chave de acesso.")
    assert office.notification(run).state == "Concluído"
    office.opening_problem = None
    office.store.connections["casa"] = replace(office.store.connections["casa"], enabled=False)
    assert office.sync().problem == Problem("connection_missing")


def test_a_vendor_that_asks_to_wait_puts_the_run_off(office: Office) -> None:
    busy = ProblemError(Problem("vendor_busy", {"vendor": "Destino"}), retry_at=START + 900)
    office.target.faults[4] = ("before", busy)
    run = office.sync()
    assert (run.phase, run.position, run.wake_at, run.attempts) == (Phase.APPLY, 3, START + 900, 0)
    assert "continua às 08:21" in office.notification(run).text
    assert conserved(run)
    office.now = START + 899
    assert tick("test", {}, office.store, office.queue).queued == 0
    office.now = START + 900
    assert tick("test", {}, office.store, office.queue).queued == 1
    office.work()
    assert counters(office.run(run.key)) == {"created": 9}


@pytest.mark.parametrize("tries", [1, 3])
def test_a_create_whose_answer_was_lost_is_looked_for_first(office: Office, tries: int) -> None:
    unknown = AnswerUnknownError(Problem("vendor_unreachable", {"vendor": "Destino", "host": "h"}))
    for write in range(1, tries + 1):
        office.target.faults[write] = ("after" if write == 1 else "before", unknown)
    run = office.sync()
    assert counters(office.run(run.key)) == {"created": 9}
    assert len(office.target.rows) == 9


def test_a_create_that_stays_unknown_puts_the_run_off_and_is_looked_for_later(office: Office) -> None:
    unknown = AnswerUnknownError(Problem("vendor_unreachable", {"vendor": "Destino", "host": "h"}))
    for write in (1, 2, 3):
        office.target.faults[write] = ("before", unknown)
    run = office.sync()
    assert (run.wake_at, run.look_until) == (START + 300, 1)
    office.target.rows["late"] = dict(office.source.records[0].content)  # the first request arrives after all
    office.target.active["late"] = True
    office.now = START + 300
    tick("test", {}, office.store, office.queue)
    office.work()
    assert counters(office.run(run.key)) == {"created": 9}
    assert len(office.target.rows) == 9
    assert office.link("1").target_id == "late"


def test_a_refused_token_in_mid_run_ends_it_with_the_rest_as_failed(office: Office) -> None:
    office.target.faults[4] = ("before", ProblemError(Problem("vendor_refused_token", {"vendor": "Destino"})))
    run = office.sync()
    assert (run.result, counters(run)) == (Result.FAILURE, {"created": 3, "failed": 6})
    assert conserved(run)
    assert counters(office.sync()) == {"unchanged": 3, "created": 6}


def test_out_of_time_goes_on_by_itself(office: Office) -> None:
    office.target.faults[3] = ("before", OutOfTimeError())
    office.source.stops[4] = OutOfTimeError()
    run = office.sync()
    assert counters(run) == {"created": 9}
    assert office.source.pages_read == 3


def test_a_listing_that_was_resumed_deactivates_nobody(office: Office) -> None:
    office.sync()
    office.source.records.pop()
    office.source.stops[4] = OutOfTimeError()
    assert counters(office.sync()) == {"unchanged": 8}
    assert counters(office.sync()) == {"unchanged": 8, "deactivated": 1}


def test_a_held_run_is_left_alone_until_its_lease_ends(office: Office) -> None:
    waiting = office.due()
    held = replace(waiting, lease="other", lease_until=office.now + 10, wake_at=office.now + 10, attempts=1)
    office.store.runs[waiting.key] = held
    office.work()
    assert office.run(waiting.key) == held
    office.now += 10
    assert tick("test", {}, office.store, office.queue).queued == 1
    office.work()
    assert counters(office.run(waiting.key)) == {"created": 9}


def test_a_record_at_which_workers_keep_dying_is_left_behind_as_failed(office: Office) -> None:
    class Death(BaseException):
        pass

    for write in range(1, 60):
        office.target.faults[write] = ("before", Death())  # type: ignore[assignment]
    run = office.due()
    deaths = 0
    while office.run(run.key).phase != Phase.DONE:
        if not office.queue.messages:
            office.now += 60
            tick("test", {}, office.store, office.queue)
        try:
            office.work()
        except Death:
            deaths += 1
        if deaths == 5:
            office.target.faults.clear()
    ended = office.run(run.key)
    assert counters(ended) == {"created": 8, "failed": 1}
    assert office.outcomes(ended)[0].problem == Problem("attempts_exhausted", {"attempts": "6"})
    assert office.run(run.key).result == Result.PARTIAL


def test_after_a_death_and_then_a_pause_records_are_still_looked_for(office: Office) -> None:
    class Death(BaseException):
        pass

    office.target.faults[4] = ("after", Death())  # type: ignore[assignment]  # four are made, none is committed
    run = office.due()
    with pytest.raises(Death):
        office.work()
    busy = ProblemError(Problem("vendor_busy", {"vendor": "Destino"}), retry_at=START + 900)
    finds = iter([None, busy])
    find = office.target.find

    def find_once(natural_key: str) -> TargetRecord | None:
        if error := next(finds, None):
            raise error
        return find(natural_key)

    office.target.find = find_once  # type: ignore[method-assign]
    office.now = START + worker.LEASE_SECONDS + 1
    worker.work(run.key, office.outside, 240)
    assert (office.run(run.key).position, office.run(run.key).attempts) == (1, 0)
    office.now = START + 901
    worker.work(run.key, office.outside, 240)
    assert counters(office.run(run.key)) == {"created": 9}
    assert len(office.target.rows) == 9


def test_a_death_while_reading_costs_no_looking(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class Death(BaseException):
        pass

    run = office.due()
    office.source.stops[4] = Death()  # type: ignore[assignment]
    with pytest.raises(Death):
        office.work()
    office.target.strict = False  # a strict one looks by itself
    monkeypatch.setattr(office.target, "find", lambda _: pytest.fail("nothing was written yet"))
    office.now += worker.LEASE_SECONDS + 1
    worker.work(run.key, office.outside, 240)
    assert counters(office.run(run.key)) == {"created": 9}


def test_a_source_at_which_workers_keep_dying_ends_the_run(office: Office) -> None:
    class Death(BaseException):
        pass

    run = office.due()
    for _ in range(steps.STEP_ATTEMPTS):
        office.source.stops[0] = Death()  # type: ignore[assignment]
        with pytest.raises(Death):
            worker.work(run.key, office.outside, 240)
        office.now += worker.LEASE_SECONDS + 1
    worker.work(run.key, office.outside, 240)
    assert office.run(run.key).problem == Problem("run_exhausted", {"attempts": "10"})


def test_a_run_that_waits_for_a_day_is_closed_with_its_last_cause(office: Office) -> None:
    office.source.stops[0] = ProblemError(Problem("vendor_down", {"vendor": "Origem", "status": "503"}))
    run = office.sync()
    assert "código 503" in office.notification(run).text
    office.now = START + steps.RUN_HOURS * 3600 + 1
    worker.work(run.key, office.outside, 240)
    closed = office.run(run.key)
    assert closed.result == Result.FAILURE
    assert "A última causa: O Origem respondeu com um erro interno (código 503)." in office.notification(closed).text


def test_two_ticks_at_once_make_one_run(office: Office) -> None:
    flow = office.store.flows["casa", "pessoas"]
    tick("test", {}, office.store, office.queue)
    office.store.due_flows = lambda integration, now: iter([flow])  # type: ignore[method-assign]
    office.store.runs = {key: replace(run, phase=Phase.DONE) for key, run in office.store.runs.items()}
    assert tick("test", {}, office.store, office.queue).started == 0
    assert len(office.store.runs) == 1


def test_a_due_time_that_was_set_back_by_hand_is_not_due_for_ever(office: Office) -> None:
    office.sync()
    office.store.flows["casa", "pessoas"] = replace(office.store.flows["casa", "pessoas"], wake_at=START)
    assert tick("test", {}, office.store, office.queue).started == 0
    assert office.store.flows["casa", "pessoas"].wake_at == START + 3600
    assert len(office.store.runs) == 1


def test_what_was_missed_is_made_up_by_one_run(office: Office) -> None:
    office.now = START + 5 * 3600 + 120
    tick("test", {}, office.store, office.queue)
    assert office.store.flows["casa", "pessoas"].wake_at == START + 6 * 3600
    assert len(office.store.runs) == 1


def test_a_message_for_a_run_that_is_gone_is_spent(office: Office) -> None:
    assert worker.work(RunKey("casa", "gone"), office.outside, 240) is None
