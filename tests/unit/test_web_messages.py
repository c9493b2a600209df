"""A run's live messages: whoever asks for what follows the last one seen misses nothing, and sees nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sincronia import clock
from sincronia.answers import COMMON, Problem
from sincronia.engine.flow import Flow, FlowKind, Opening
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Result, Run, RunKey, Tally
from sincronia.web import messages

START = 1_795_424_400.0  # 2026-11-23T09:00:00Z
RUN = Run(RunKey("casa", "r"), "test", "pessoas", "token:1", {}, "casa", START)
TALLIES = {"pessoa": Tally(4, 3)}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: START + 60)


def told(number: int) -> messages.Told:
    outcome = Outcome(f"{number:08}", "pessoa", OutcomeKind.CREATED, str(number), f"Pessoa {number}", target_id="9")
    return messages.Told(outcome, clock.iso(START + number))


def never(_: Opening) -> Flow:
    raise AssertionError


KIND = FlowKind(title="Pessoas", answers=COMMON)
CHECKED = replace(KIND, steps=("Configurações", "Pessoas"), check_step="Configurações")


def of(run: Run, done: int = 0, after: str = "", limit: int = 100, kind: FlowKind = KIND) -> list[messages.Message]:
    """As the route does it, over outcomes of the first `done` positions."""
    seen = messages.outcomes_after(after)
    all_told = [told(number) for number in range(done)] if seen is not None else []
    found = [each for each in all_told if each.outcome.seq > (seen or "")] if seen else all_told
    lines = messages.messages(
        run,
        kind,
        found[:limit],
        more=len(found) > limit,
        targets={"pessoa": "Alvo"},
        listings={"pessoas": "Pessoas"},
    )
    assert all(re.fullmatch(messages.FORM, line.seq) for line in lines)
    return [line for line in lines if line.seq > after]


def test_a_run_that_is_followed_is_told_once_and_in_order() -> None:
    applying = replace(RUN, phase=Phase.APPLY, tallies=TALLIES)
    moments = [
        (RUN, 0),
        (replace(RUN, position=100), 0),
        (replace(RUN, lane=1, source_manifests={"pessoas": "m"}), 0),
        (replace(RUN, phase=Phase.PLAN), 0),
        (applying, 0),
        (replace(applying, position=2), 2),
        (replace(applying, position=2, problem=Problem("vendor_busy", {"vendor": "Alvo"}), wake_at=START + 600), 2),
        (replace(applying, position=3, phase=Phase.DONE, result=Result.SUCCESS, concluded_at=START + 50), 3),
    ]
    seen: list[messages.Message] = []
    for run, done in moments:
        seen += of(run, done, seen[-1].seq if seen else "")
        assert of(run, done, seen[-1].seq) == []
    assert [line.text for line in seen] == [
        "Pessoas: a sincronização foi iniciada.",
        "Lendo a origem: 0 cadastros nesta lista.",
        "Lendo a origem: 100 cadastros nesta lista.",
        "Lendo a origem: 0 cadastros nesta lista. Já lidos: Pessoas.",
        "Conferindo os cadastros: 0 até agora.",
        "Enviando: 0 de 3.",
        "Criado no Alvo, com o código 9: Pessoa 0.",
        "Criado no Alvo, com o código 9: Pessoa 1.",
        "Enviando: 2 de 3.",
        "À espera: O Alvo pediu para aguardar antes de novas chamadas. A sincronização continua sozinha no horário "
        "indicado por ele. Continua às 06:10.",
        "Criado no Alvo, com o código 9: Pessoa 2.",
        "Concluído. 4 conferidos.",
    ]
    assert [line.seq for line in seen] == sorted({line.seq for line in seen})


def test_a_page_of_outcomes_ends_before_what_follows_them() -> None:
    done = replace(RUN, phase=Phase.DONE, result=Result.SUCCESS, concluded_at=START, tallies=TALLIES, position=3)
    first = of(done, 3, limit=2)
    rest = of(done, 3, first[-1].seq, limit=2)
    assert [*first, *rest] == of(done, 3)
    assert len(first) == 3


def test_a_record_that_was_not_sent_is_told_with_the_reason() -> None:
    problem = Problem("record_malformed", {"field": "EMAIL"})
    outcome = Outcome("00000000", "pessoa", OutcomeKind.REJECTED, "1", "Ana", problem)
    line = messages.messages(
        replace(RUN, phase=Phase.APPLY, tallies=TALLIES),
        KIND,
        [messages.Told(outcome, "2026")],
        more=True,
        targets={"pessoa": "Alvo"},
        listings={},
    )[-1]
    assert line.text == (
        "Precisa de correção: Ana: O cadastro veio da origem com o campo EMAIL vazio ou inválido. Corrija o campo na "
        "origem; a próxima sincronização o envia. (Alvo)"
    )


def test_the_test_of_the_connection_is_a_step_that_is_told_when_it_is_over() -> None:
    assert [line.text for line in of(RUN, kind=CHECKED)][1:] == ["Lendo a origem: 0 cadastros nesta lista."]
    followed = of(replace(RUN, position=100), kind=CHECKED)
    assert followed[1].text == "Configurações: a conexão foi testada, e tudo funciona."
    assert [line.seq for line in followed] == sorted(line.seq for line in followed)


def test_a_run_that_ends_with_the_test_of_the_connection_names_the_step() -> None:
    ended = replace(RUN, phase=Phase.DONE, result=Result.FAILURE, concluded_at=START, problem=Problem("secret_missing"))
    (_, end) = of(ended, kind=CHECKED)
    assert end.text.startswith("Encerrado com erro. Configurações: As chaves de acesso da conexão não foram")
    later = of(replace(ended, lane=1), kind=CHECKED)[-1]
    assert later.text.startswith("Encerrado com erro. As chaves de acesso da conexão não foram")


def test_a_preview_ends_with_what_would_be_done() -> None:
    tallies = {"pessoa": Tally(2, 0, {OutcomeKind.CREATED: 2})}
    run = replace(RUN, mode=Mode.PREVIEW, phase=Phase.DONE, result=Result.SUCCESS, concluded_at=START, tallies=tallies)
    assert [line.text for line in of(run)] == [
        "Pessoas: a pré-visualização foi iniciada.",
        "Pré-visualização pronta: nada foi enviado ainda. 2 conferidos: 2 a criar.",
    ]
