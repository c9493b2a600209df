"""What health finds: rules on plain values."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.health_answers import said, summary
from hub.health_rules import QUEUES, ConnectionFacts, Finding, judged, of_queue, of_token
from hub.health_sentences import CREDENTIALS, SENTENCES, WORST_FIRST, Tone
from sincronia.answers import COMMON, Problem
from sincronia.auth import Role, Token
from sincronia.connection_checks import LastCheck
from sincronia.engine.erasing import DELETION
from sincronia.engine.hints import Cause, Effect, Hint, HintState, StoredHint
from sincronia.engine.state import (
    Connection,
    Mode,
    OutcomeKind,
    Phase,
    Result,
    Run,
    RunKey,
    ScheduledFlow,
    Tally,
)

NOW = 1795424400.0
DAY = 86400
CONNECTION = Connection("escritorio", "zen", "Escritório", {}, "", "ana", enabled=True)
ROOT = Path(__file__).parents[2]


def flow(name: str = "usuarios", every: int | None = 60, due: float | None = NOW + 60, run: str = "") -> ScheduledFlow:
    return ScheduledFlow("escritorio", "zen", name, f"Fluxo {name}", {}, every, due, run)


def run(at: float = NOW - 600, name: str = "usuarios", **more: Any) -> Run:
    key = RunKey("escritorio", f"{at}-{name}")
    return Run(key, "zen", name, "schedule", {}, "escritorio", started_at=at, **more)


def ended(at: float = NOW - 600, result: Result = Result.SUCCESS, code: str = "", **more: Any) -> Run:
    problem = Problem(code, {}) if code else None
    return run(at, phase=Phase.DONE, result=result, concluded_at=at + 5, problem=problem, **more)


def hint(at: float, state: HintState = HintState.DONE, record: str = "308", **more: Any) -> StoredHint:
    return StoredHint(Hint("escritorio", f"id-{at}", "contract", record, Cause.WEBHOOK, at), state, **more)


def codes(**facts: Any) -> list[str]:
    given_facts = {"connection": CONNECTION, "flows": (flow(),), "runs": (), **facts}
    return [finding.code for finding in judged(ConnectionFacts(**given_facts), NOW).findings]


def test_one_that_never_ran_is_told_apart_from_one_that_is_well() -> None:
    assert codes() == ["never_ran"]
    assert codes(runs=(ended(),)) == ["well"]


def test_one_that_is_disabled_says_so_and_is_never_late() -> None:
    disabled = replace(CONNECTION, enabled=False)

    assert codes(connection=disabled, flows=(flow(due=NOW - DAY),)) == ["disabled"]


@pytest.mark.parametrize(("late", "found"), [(599, "never_ran"), (600, "never_ran"), (601, "late")])
def test_a_flow_is_late_once_ticks_should_have_begun_it(late: int, found: str) -> None:
    assert codes(flows=(flow(due=NOW - late),)) == [found]


def test_only_the_newest_run_of_a_flow_counts() -> None:
    failed, well = ended(NOW - 7200, Result.FAILURE, "vendor_tls"), ended(NOW - 3600)

    assert codes(runs=(well, failed)) == ["well"]
    assert codes(runs=(replace(failed, started_at=NOW - 60), well)) == ["run_failed"]


def test_a_success_of_another_flow_does_not_hide_a_failure() -> None:
    failed = ended(NOW - 7200, Result.FAILURE, "vendor_tls", name="empresas")
    both = (flow(), flow("empresas"))

    assert codes(flows=both, runs=(ended(), failed)) == ["run_failed"]


def test_a_refused_credential_is_told_as_one() -> None:
    assert codes(runs=(ended(result=Result.FAILURE, code="vendor_refused_token"),)) == ["credentials_refused"]


@pytest.mark.parametrize(("days", "found"), [(6, "run_failed"), (8, "well")])
def test_a_failure_of_what_nobody_schedules_is_forgotten_after_a_week(days: int, found: str) -> None:
    failed = ended(NOW - days * DAY, Result.FAILURE, "vendor_tls")

    assert codes(flows=(flow(every=None, due=None),), runs=(failed,)) == [found]
    assert codes(runs=(failed,)) == ["run_failed"]  # a schedule's is not


def test_what_a_person_cancelled_is_no_failure() -> None:
    assert codes(runs=(ended(result=Result.CANCELLED, code="brake_rejected"),)) == ["well"]


def test_every_run_at_the_brake_is_told_with_what_it_found() -> None:
    braked = run(phase=Phase.BRAKE, brakes=(Problem("brake_changes", {}),))
    older = run(NOW - 9 * DAY, "contratos_do_dia", phase=Phase.BRAKE)

    (first, second) = judged(ConnectionFacts(CONNECTION, (flow(),), (braked, older)), NOW).findings

    assert (first.code, first.run, first.problems) == ("brake", braked, braked.brakes)
    assert (second.code, second.run) == ("brake", older)


def test_a_run_that_waits_is_told_apart_from_one_that_stands_still() -> None:
    problem = Problem("vendor_busy", {"vendor": "Zen"})
    at_work = run(phase=Phase.APPLY, lease="x", lease_until=NOW + 100, wake_at=NOW + 100)
    put_off = run(phase=Phase.APPLY, wake_at=NOW + 300, problem=problem)

    assert codes(runs=(at_work,)) == ["well"]
    assert codes(runs=(put_off,)) == ["run_waiting"]
    assert codes(runs=(replace(put_off, wake_at=NOW - 901),)) == ["run_stuck"]
    assert codes(runs=(replace(at_work, lease_until=NOW - 901, wake_at=NOW - 901),)) == ["run_stuck"]


def test_previews_and_deletions_say_nothing() -> None:
    preview = ended(result=Result.FAILURE, code="vendor_tls", mode=Mode.PREVIEW)
    deletion = run(NOW - DAY, DELETION)

    assert codes(runs=(preview, deletion)) == ["well"]


@pytest.mark.parametrize(
    ("waiting", "found"),
    [
        (hint(NOW - 900, HintState.WAITING, wake_at=NOW + 1), "well"),
        (hint(NOW - 901, HintState.WAITING, wake_at=NOW + 1), "hints_waiting"),
        (hint(NOW - 9000, HintState.WAITING, wake_at=NOW - 901), "hints_stuck"),
    ],
)
def test_the_oldest_hint_says_how_long_they_wait(waiting: StoredHint, found: str) -> None:
    assert codes(waiting=waiting, hints=(hint(NOW - 5, effect=Effect(OutcomeKind.UPDATED)),)) == [found]


def test_a_hint_that_nobody_carries_on_with_is_told() -> None:
    assert codes(runs=(ended(),), working=hint(NOW - 901, HintState.WORKING)) == ["hints_stuck"]
    assert codes(runs=(ended(),), working=hint(NOW - 60, HintState.WORKING)) == ["well"]


def test_a_credential_that_the_newest_hint_was_refused_with() -> None:
    refused = hint(NOW - 60, effect=Effect(OutcomeKind.FAILED, problem=Problem("vendor_refused_token", {})))
    well = hint(NOW - 30, effect=Effect(OutcomeKind.UPDATED))

    assert codes(hints=(refused,)) == ["credentials_refused"]
    assert codes(hints=(well, refused)) == ["well"]


def test_a_sweep_that_failed_is_told_by_its_flow() -> None:
    effect = Effect(OutcomeKind.FAILED, problem=Problem("vendor_answer_malformed", {}))
    sweep = hint(NOW - 60, record="", effect=effect)

    (found,) = judged(
        ConnectionFacts(CONNECTION, (flow(run=sweep.hint.id),), (), begun=(sweep,), hints=(sweep,)), NOW
    ).findings

    assert (found.code, found.title, found.problems) == ("sweep_failed", "Fluxo usuarios", (effect.problem,))


def test_a_failed_test_is_told_until_something_succeeds() -> None:
    checked = LastCheck(NOW - 300, "Questor", "O Questor não está atendendo.")

    assert codes(runs=(ended(NOW - 600),), checked=checked) == ["check_failed"]
    assert codes(runs=(ended(NOW - 60),), checked=checked) == ["well"]
    assert codes(runs=(ended(NOW - 600),), checked=LastCheck(NOW - 300)) == ["well"]


def test_the_last_success_is_the_newest_good_end_of_a_run_or_a_hint() -> None:
    good, bad = Effect(OutcomeKind.UNCHANGED), Effect(OutcomeKind.FAILED)
    hints = (hint(NOW - 10, effect=bad), hint(NOW - 50, HintState.WAITING), hint(NOW - 100, effect=good))
    facts = ConnectionFacts(CONNECTION, (flow(),), (ended(NOW - 30, Result.FAILURE, "vendor_tls"), ended(NOW - 200)))

    assert judged(facts, NOW).last_success_at == NOW - 195
    assert judged(replace(facts, hints=hints), NOW).last_success_at == NOW - 100
    assert judged(ConnectionFacts(CONNECTION), NOW).last_success_at is None


def test_records_to_correct_are_told_beside_and_leave_the_connection_well() -> None:
    tally = Tally(8, 2, {OutcomeKind.REJECTED: 2, OutcomeKind.UNCHANGED: 6})
    partial = ended(result=Result.PARTIAL, tallies={"usuario": tally})

    judgement = judged(ConnectionFacts(CONNECTION, (flow(),), (partial,)), NOW)

    assert [finding.code for finding in judgement.findings] == ["well"]
    assert [(one.run, one.number) for one in judgement.to_correct] == [(partial, 2)]


@given(
    st.lists(
        st.builds(
            run,
            at=st.floats(NOW - 30 * DAY, NOW),
            name=st.sampled_from(["usuarios", "empresas"]),
            phase=st.sampled_from(Phase),
            result=st.sampled_from([None, *Result]),
            wake_at=st.none() | st.floats(NOW - DAY, NOW + DAY),
        ),
        max_size=6,
    ),
    st.none() | st.floats(NOW - DAY, NOW + DAY),
)
def test_there_is_always_something_to_say_the_worst_first(runs: list[Run], due: float | None) -> None:
    judgement = judged(ConnectionFacts(CONNECTION, (flow(due=due),), tuple(runs)), NOW)

    ranks = [WORST_FIRST.index(finding.meaning.tone) for finding in judgement.findings]
    assert ranks
    assert ranks == sorted(ranks)
    for finding in judgement.findings:
        assert "{" not in " ".join(said(finding, "Um fluxo"))


def test_every_code_of_a_refused_credential_is_one_that_an_integration_has() -> None:
    told = json.loads((ROOT / "functions/hub/sentences.json").read_text(encoding="utf-8"))
    known = COMMON.keys() | {code for one in told.values() for code in one["sentences"]}

    assert known >= CREDENTIALS


def test_whatever_is_wrong_says_what_to_do() -> None:
    silent = [code for code, one in SENTENCES.items() if one.tone != Tone.GOOD and not (one.sentence and one.advice)]

    assert silent == []


def test_queues_are_told_by_how_much_they_hold() -> None:
    one, many = of_queue("zen", 1), of_queue("sgp", 12)

    assert [of_queue(name, 0).code for name in QUEUES] == ["queue_empty"] * len(QUEUES)
    assert said(one, "")[0].startswith("1 mensagem na")
    assert said(many, "")[0].startswith("12 mensagens na")
    assert "SgpDeadLetters" in said(many, "")[1]
    assert of_queue("schedule", 1).code == "ticks_lost"


def test_a_token_that_has_expired_is_worse_than_one_that_will() -> None:
    token = Token("0123456789abcdef", "Painel", Role.READER, "", "operator:ana", "abcd", "")

    assert of_token(token, NOW, NOW).code == "token_expired"
    assert of_token(token, NOW + 1, NOW) == Finding("token_expiring", NOW + 1, "Painel")


@pytest.mark.parametrize(
    ("connections", "others", "more", "told"),
    [
        ([], [], False, (Tone.CALM, "Sem conexões", "Ainda não há conexões.")),
        ([Tone.CALM], [Tone.GOOD], False, (Tone.GOOD, "Tudo em dia", "1 conexão conferida, e nada precisa de você.")),
        ([Tone.WAIT, Tone.GOOD], [], True, (Tone.WAIT, "Algo espera", "1 conexão espera nesta página.")),
        (
            [Tone.BAD, Tone.BAD, Tone.WAIT],
            [Tone.WAIT],
            False,
            (
                Tone.BAD,
                "Precisa de atenção",
                "2 conexões precisam de atenção; 1 conexão espera; há algo a fazer fora das conexões.",
            ),
        ),
        ([Tone.GOOD], [Tone.BAD], False, (Tone.BAD, "Precisa de atenção", "Há algo a fazer fora das conexões.")),
    ],
)
def test_one_sentence_tells_the_whole(
    connections: list[Tone], others: list[Tone], more: bool, told: tuple[Tone, str, str]
) -> None:
    assert summary(connections, others, more=more) == told
