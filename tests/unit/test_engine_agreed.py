"""A preview, what is applied of it, what is tried again, and a run that is cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.agreed import correction_of, deselected_object
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.flow import Lane, Listing
from sincronia.engine.lines import stored_plan
from sincronia.engine.starting import Apart, NotStarted, start
from sincronia.engine.state import Mode, Phase, Result, Run, RunKey
from tests.engine_in_memory import MemorySource, Office, conserved, counters, person
from tests.unit.test_engine_lanes import child


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


def asked(office: Office, run_id: str, flow: str = "pessoas", apart: Apart | None = None, **more: object) -> Run:
    """Makes a run as a person asks for it, and works it off; gives it as it then is."""
    refused = start_asked(office, run_id, flow, apart, **more)
    assert refused is None
    office.work()
    return office.run(RunKey("casa", run_id))


def start_asked(
    office: Office, run_id: str, flow: str = "pessoas", apart: Apart | None = None, **more: object
) -> NotStarted | None:
    """Asks for a run."""
    held = office.store.flow("casa", flow) or replace(office.store.flows["casa", "pessoas"], flow=flow, active_run="")
    run = Run(RunKey("casa", run_id), "test", flow, "token", {}, "casa", office.now)
    run = replace(run, **more)  # type: ignore[arg-type]
    refused = start(run, held, apart or {}, office.store)
    if refused is None:
        office.queue.send(run.key)
    return refused


def preview(office: Office) -> Run:
    """A preview."""
    return asked(office, "vista", mode=Mode.PREVIEW)


def applied(office: Office, deselected: Iterable[tuple[str, str]] = ()) -> Run:
    """What was agreed to in the preview, applied."""
    key, lines = deselected_object(RunKey("casa", "vista-aplicada"), set(deselected))
    if key:
        office.objects.write_lines(key, lines)
    return asked(office, "vista-aplicada", preview="vista", deselected=key)


def why(office: Office, run: Run) -> dict[str, str]:
    """By source id: why a record was left out."""
    return {o.source_id: o.problem.code for o in office.outcomes(run) if o.problem}


def test_a_preview_shows_everything_and_writes_nothing(office: Office) -> None:
    office.source.records = [person("1"), person("2"), person("3")]
    office.sync()
    office.source.records[1] = person("2", name="Outro nome")
    office.source.records.append(person("4"))
    office.store.counts.clear()
    writes = office.target.writes
    run = preview(office)
    assert (run.phase, run.result, counters(run)) == (
        Phase.DONE,
        Result.SUCCESS,
        {"unchanged": 2, "updated": 1, "created": 1},
    )
    assert (office.target.writes, office.store.counts["link writes"], office.outcomes(run)) == (writes, 0, [])
    actions = [action for _, action in stored_plan(run, office.objects).from_position(0)]
    assert [(a.source_id, a.kind.value, a.status.value) for a in actions] == [
        ("1", "unchanged", "Sincronizado"),
        ("2", "updated", "Ressincronização Pendente"),
        ("3", "unchanged", "Sincronizado"),
        ("4", "created", "Não Sincronizado"),
    ]
    assert (actions[1].changed, actions[1].before) == (("Nome",), {"Nome": "Pessoa 2"})
    assert "Nada foi enviado ainda. 4 conferidos: 1 a criar, 1 a atualizar, 2 sem alteração." in (
        office.notification(run).text
    )
    assert office.notification(run).title == "Sincronizar Pessoas (pré-visualização)"


def test_a_preview_says_that_the_brake_will_wait(office: Office) -> None:
    office.source.records = [person(str(number)) for number in range(40)]
    office.sync()
    office.source.records.clear()
    run = preview(office)
    assert run.phase == Phase.DONE
    assert "o freio vai esperar a sua decisão: Em “Pessoas no Alvo”" in office.notification(run).text
    assert applied(office).phase == Phase.BRAKE


def test_what_was_seen_is_applied(office: Office) -> None:
    office.source.records = [person("1"), person("2")]
    preview(office)
    run = applied(office)
    assert (counters(run), run.result) == ({"created": 2}, Result.SUCCESS)


def test_a_record_that_changed_since_is_left_out_and_named(office: Office) -> None:
    office.source.records = [person("1"), person("2"), person("3")]
    office.sync()
    office.source.records = [person("1", name="A"), person("2", name="B"), person("3")]
    preview(office)
    office.source.records = [person("1", name="A"), person("2", name="C"), person("9")]
    run = applied(office)
    assert counters(run) == {"updated": 1, "skipped": 3}
    assert why(office, run) == dict.fromkeys(("2", "3", "9"), "preview_stale")
    assert office.link("2").status.value == "Ressincronização Pendente"
    assert office.target.active["t3"]  # it has gone since: nobody agreed to that


def test_a_record_that_was_rejected_when_it_was_seen_is_not_sent_unseen(office: Office) -> None:
    office.source.records = [person("1", "a@x.example"), person("2", "a@x.example")]
    preview(office)
    office.source.records[1] = person("2", "b@x.example")
    assert why(office, applied(office)) == dict.fromkeys(("1", "2"), "preview_stale")


def test_what_a_person_corrected_since_is_applied(office: Office) -> None:
    broken = replace(person("1"), content={}, natural_key="", problem=Problem("record_malformed", {"field": "Email"}))
    office.source.records = [broken, person("2")]
    run = preview(office)
    corrected = person("1", "certo@office.example")
    office.source.records[0] = corrected
    note = correction_of("pessoa", "1", fingerprint(corrected.content))
    office.store.runs[run.key] = replace(run, corrections=frozenset({note}))
    assert counters(applied(office)) == {"created": 2}


def test_the_deselected_are_left_out_with_what_belongs_to_them(office: Office) -> None:
    office.more_listings = (Listing("filhos", MemorySource([child("1", "1"), child("2", "1")])),)
    office.more_lanes = (Lane("filho", "Filhos", "Alvo", "filhos", office.target, "email_shared", parent="pessoa"),)
    office.source.records = [person("1"), person("2")]
    preview(office)
    run = applied(office, [("pessoa", "1")])
    assert counters(run) == {"created": 2, "skipped": 2}
    assert why(office, run) == {"1": "deselected", "1/1": "deselected"}
    assert conserved(run)


def test_what_is_deselected_in_one_lane_goes_to_no_target(office: Office) -> None:
    other = Lane("outro.pessoa", "Pessoas", "Outro", "pessoas", office.second, "email_shared")
    office.more_lanes = (other,)
    office.source.records = [person("1"), person("2")]
    preview(office)
    run = applied(office, [("pessoa", "1")])
    assert counters(run) == {"created": 2, "skipped": 2}
    assert {o.entity for o in office.outcomes(run) if o.problem} == {"pessoa", "outro.pessoa"}


def test_the_deselected_who_are_in_step_stay_so_and_their_children_are_left_out(office: Office) -> None:
    office.source.records = [person("1")]
    office.sync()
    office.more_listings = (Listing("filhos", MemorySource([child("1", "1")])),)
    office.more_lanes = (Lane("filho", "Filhos", "Alvo", "filhos", office.target, "email_shared", parent="pessoa"),)
    preview(office)
    run = applied(office, [("pessoa", "1")])
    assert (counters(run), why(office, run)) == ({"unchanged": 1, "skipped": 1}, {"1/1": "deselected"})


def test_a_preview_is_applied_once(office: Office) -> None:
    office.source.records = [person("1")]
    preview(office)
    applied(office)
    refused = start_asked(office, "vista-aplicada", preview="vista")
    assert refused == NotStarted(RunKey("casa", "vista-aplicada"), made_before=True)
    assert office.target.writes == 1


def test_a_preview_that_is_gone_ends_the_run(office: Office) -> None:
    office.source.records = [person("1")]
    run = asked(office, "r", preview="nunca-houve")
    assert (run.result, run.problem) == (Result.FAILURE, Problem("preview_missing"))


def test_only_the_rejected_and_failed_are_tried_again(office: Office) -> None:
    office.source.records = [person("1", "a@x.example"), person("2", "a@x.example"), person("3")]
    first = office.sync()
    assert counters(first) == {"created": 1, "rejected": 2}
    office.source.records = [
        person("1", "a@x.example"),
        person("2", "b@x.example"),
        person("3", name="Novo"),
        person("4"),
    ]
    run = asked(office, "outra-vez", retried=first.key.run_id)
    assert counters(run) == {"created": 2}
    assert office.target.find("3@office.example").content["Nome"] == "Pessoa 3"  # type: ignore[union-attr]
    assert office.target.find("4@office.example") is None


def test_the_children_of_a_rejected_parent_are_tried_again_with_it(office: Office) -> None:
    office.more_listings = (Listing("filhos", MemorySource([child("1", "1")])),)
    office.more_lanes = (Lane("filho", "Filhos", "Alvo", "filhos", office.target, "email_shared", parent="pessoa"),)
    office.source.records = [person("1", "a@x.example"), person("2", "a@x.example")]
    first = office.sync()
    office.source.records[1] = person("2", "b@x.example")
    assert counters(asked(office, "outra-vez", retried=first.key.run_id)) == {"created": 3}


@pytest.mark.parametrize("flow", ["pessoas", "tudo"])
def test_two_who_start_at_once_start_one(office: Office, flow: str) -> None:
    apart = {"pessoas": ["tudo"], "tudo": ["pessoas"]}
    assert start_asked(office, "um", "pessoas", apart) is None
    assert start_asked(office, "dois", flow, apart) == NotStarted(RunKey("casa", "um"), made_before=False)
    assert [key.run_id for key in office.store.runs] == ["um"]


def test_a_race_that_was_lost_names_the_run_that_won(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    make = office.store.start_run

    def overtaken(wanted: object) -> bool:
        monkeypatch.setattr(office.store, "start_run", make)
        assert start_asked(office, "primeiro") is None
        return make(wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(office.store, "start_run", overtaken)
    assert start_asked(office, "segundo") == NotStarted(RunKey("casa", "primeiro"), made_before=False)


def test_the_tick_passes_over_a_flow_whose_records_another_flow_has(office: Office) -> None:
    office.store.flows["casa", "tudo"] = replace(office.store.flows["casa", "pessoas"], flow="tudo", wake_at=None)
    assert start_asked(office, "um", "tudo") is None
    office.apart = {"pessoas": ["tudo"]}
    office.due()
    assert list(office.store.runs) == [RunKey("casa", "um")]


def test_a_run_that_nobody_holds_is_cancelled_with_its_next_message(office: Office) -> None:
    office.source.records = [person(str(number)) for number in range(40)]
    office.sync()
    office.source.records.clear()
    run = office.sync()
    assert run.phase == Phase.BRAKE
    assert office.store.ask_to_cancel(run.key, "token:ana")
    office.queue.send(run.key)
    office.work()
    run = office.run(run.key)
    assert (run.phase, run.result, run.problem) == (
        Phase.DONE,
        Result.CANCELLED,
        Problem("cancelled", {"by": "token:ana"}),
    )
    assert counters(run) == {"skipped": 40}
    assert office.notification(run).state == "Concluído"
    assert not office.store.ask_to_cancel(run.key, "token:bia")


def test_a_run_that_is_asked_to_end_while_it_does_its_last_block_just_ends(office: Office) -> None:
    office.source.records = [person(str(number)) for number in range(40)]
    run = office.due()
    create, made = office.target.create, []

    def asks_in_between(content: object) -> str:
        made.append(content)
        if len(made) == 31:
            assert office.store.ask_to_cancel(run.key, "ana")
        return create(content)  # type: ignore[arg-type]

    office.target.create = asks_in_between  # type: ignore[method-assign]
    office.work()
    run = office.run(run.key)
    assert (run.result, counters(run)) == (Result.SUCCESS, {"created": 40})
    assert len(office.target.rows) == len(office.store.link_rows["casa", "pessoa"]) == 40


def test_a_run_cancelled_in_its_first_block_does_no_second(office: Office) -> None:
    office.source.records = [person(str(number)) for number in range(40)]
    run = office.due()
    create = office.target.create

    def asks(content: object) -> str:
        office.store.ask_to_cancel(run.key, "ana")
        return create(content)  # type: ignore[arg-type]

    office.target.create = asks  # type: ignore[method-assign]
    office.work()
    run = office.run(run.key)
    assert (run.result, counters(run)) == (Result.CANCELLED, {"created": 30, "skipped": 10})
    assert len(office.store.link_rows["casa", "pessoa"]) == 30  # what was done is known


def test_a_run_put_off_is_cancelled_and_not_woken(office: Office) -> None:
    office.source.records = [person("1")]
    office.source.stops[0] = ProblemError(Problem("vendor_busy", {"vendor": "Origem"}), retry_at=office.now + 999)
    run = office.sync()
    office.store.ask_to_cancel(run.key, "ana")
    office.queue.send(run.key)
    office.work()
    assert (office.run(run.key).result, office.run(run.key).wake_at) == (Result.CANCELLED, None)


def test_a_preview_that_runs_out_of_time_goes_on(office: Office) -> None:
    office.source.records = [person(str(number)) for number in range(9)]
    office.source.stops[4] = OutOfTimeError()
    assert counters(preview(office)) == {"created": 9}
