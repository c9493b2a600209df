"""Runs as people read them: how a run ended, and the text of its notification. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sincronia import clock
from sincronia.answers import Answers, Problem, explain
from sincronia.engine.state import Mode, Notification, OutcomeKind, Phase, Result, Run

_WORDS = {  # in the order that people ask for them: singular, plural
    OutcomeKind.CREATED: ("criado", "criados"),
    OutcomeKind.UPDATED: ("atualizado", "atualizados"),
    OutcomeKind.UNCHANGED: ("sem alteração", "sem alteração"),
    OutcomeKind.DEACTIVATED: ("desativado", "desativados"),
    OutcomeKind.REMOVED: ("removido", "removidos"),
    OutcomeKind.SKIPPED: ("deixado de fora", "deixados de fora"),
    OutcomeKind.REJECTED: ("precisa de correção", "precisam de correção"),
    OutcomeKind.FAILED: ("não enviado", "não enviados"),
}
_WOULD_BE = {  # of a preview
    OutcomeKind.CREATED: "a criar",
    OutcomeKind.UPDATED: "a atualizar",
    OutcomeKind.DEACTIVATED: "a desativar",
    OutcomeKind.REMOVED: "a remover",
    OutcomeKind.SKIPPED: "a deixar de fora",
}
TO_CORRECT = "cadastros-a-corrigir.xlsx"  # the workbook of what was rejected or failed


def totals(run: Run) -> str:
    """`420 conferidos: 403 criados, 17 precisam de correção.`; of a preview, what would be done."""
    counters, counted = run.counters, []
    for kind, words in _WORDS.items():
        if number := counters.get(kind):
            would_be = _WOULD_BE.get(kind) if run.mode == Mode.PREVIEW else None
            counted.append(f"{number} {would_be or words[number != 1]}")
    head = f"{run.received} {'conferido' if run.received == 1 else 'conferidos'}"
    return f"{head}: {', '.join(counted)}." if counted else f"{head}."


def closed(run: Run, problem: Problem | None = None) -> Run:
    """The run at its end. What the plan still held is counted as failed; the lease and the alarm clock are gone."""
    ended = run.with_remaining(OutcomeKind.FAILED)
    unfinished = {OutcomeKind.SKIPPED, OutcomeKind.REJECTED, OutcomeKind.FAILED}
    if problem:
        result = Result.FAILURE
    elif any(ended.counters.get(kind) for kind in unfinished):
        result = Result.PARTIAL
    else:
        result = Result.SUCCESS
    return replace(
        released(ended, wake_at=None), phase=Phase.DONE, problem=problem, result=result, concluded_at=clock.now()
    )


def released(run: Run, wake_at: float | None) -> Run:
    """The run without a holder; the tick queues it again at wake_at, nobody does where that is None."""
    return replace(run, lease="", lease_until=0, attempts=0, wake_at=wake_at)


def started(run: Run, title: str) -> Notification:
    """The notification of a run that has just been made."""
    return Notification(
        audience=run.audience,
        id=run.key.run_id,
        connection=run.key.connection,
        integration=run.integration,
        title=f"{title} (pré-visualização)" if run.mode == Mode.PREVIEW else title,
        text=f"A {_noun(run)} foi iniciada.",
        created_at=clock.iso(run.started_at),
    )


def told(run: Run, title: str, answers: Answers) -> Notification:
    """The notification as the run now stands: still Pendente while it waits, Concluído when it is done."""
    parts = [totals(run)] if run.received and run.phase != Phase.BRAKE else []
    if run.mode == Mode.PREVIEW and parts:
        parts.insert(0, "Nada foi enviado ainda.")
        if run.brakes:
            parts.append("Ao sincronizar, o freio vai esperar a sua decisão:")
            parts += [explain(problem, answers) for problem in run.brakes]
    if run.phase == Phase.BRAKE:
        parts += [explain(problem, answers) for problem in run.brakes]
        parts.append("A sincronização espera a sua decisão.")
    elif run.problem:
        parts.append(explain(run.problem, answers))
    if run.wake_at is not None and run.phase != Phase.BRAKE:
        parts.append(waits(_noun(run), run.wake_at))
    elif not parts:
        parts.append(totals(run))
    corrections = {OutcomeKind.REJECTED, OutcomeKind.FAILED} & {kind for kind, number in run.counters.items() if number}
    files = (TO_CORRECT,) if run.result and corrections else ()
    return replace(as_it_stands(run, title, parts), files=files)


def as_it_stands(run: Run, title: str, sentences: Iterable[str]) -> Notification:
    """The notification with these sentences: Pendente or Concluído, as the run is."""
    return replace(
        started(run, title),
        text=" ".join(sentences),
        concluded_at=clock.iso(run.concluded_at) if run.concluded_at is not None else "",
        result=run.result,
    )


def waits(noun: str, until: float) -> str:
    """The sentence of who goes on by itself."""
    return f"A {noun} espera e continua às {time_of_day(until)}."


def _noun(run: Run) -> str:
    return "pré-visualização" if run.mode == Mode.PREVIEW else "sincronização"


def time_of_day(seconds: float) -> str:
    """The time in São Paulo, as 18:05."""
    return datetime.fromtimestamp(seconds, clock.SAO_PAULO).strftime("%H:%M")
