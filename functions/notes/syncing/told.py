"""The notification of a sync: per module what was created, updated, removed, in conflict and left out on each side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from notes.flow_names import lane_of
from notes.records import Module
from notes.side_names import MODULE_TITLES, SIDE_TITLES
from notes.sync_settings import CRM, NOTES
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.counts import CONFLICTS, counted
from notes.syncing.lanes import aside
from sincronia.answers import explain, problem_in
from sincronia.engine.report import as_it_stands, waits
from sincronia.engine.state import Mode, Notification, OutcomeKind, Phase, Run
from sincronia.engine.two_way import Side

TITLE = "Sincronizar IBM Notes e Zoho CRM"

_DONE = {  # singular, plural
    OutcomeKind.CREATED.value: ("criado", "criados"),
    OutcomeKind.UPDATED.value: ("atualizado", "atualizados"),
    OutcomeKind.REMOVED.value: ("removido", "removidos"),
    CONFLICTS: ("conflito", "conflitos"),
    OutcomeKind.SKIPPED.value: ("deixado de fora", "deixados de fora"),
    OutcomeKind.REJECTED.value: ("precisa de correção", "precisam de correção"),
    OutcomeKind.FAILED.value: ("não gravado", "não gravados"),
}
_WOULD_BE = {
    OutcomeKind.CREATED.value: "a criar",
    OutcomeKind.UPDATED.value: "a atualizar",
    OutcomeKind.REMOVED.value: "a remover",
}


def told(run: Run) -> Notification:
    """The notification as the run now stands."""
    return as_it_stands(run, TITLE, _parts(run))


def _parts(run: Run) -> Iterable[str]:
    if run.phase is Phase.BRAKE:
        yield from (explain(problem, ALL_SENTENCES) for problem in run.brakes)
        yield "A sincronização espera a sua decisão."
        return
    if run.mode is Mode.PREVIEW and run.result and not run.problem:
        yield "Nada foi gravado ainda."
    if run.problem:
        yield explain(run.problem, ALL_SENTENCES)
    if run.result is None and run.wake_at is not None:
        yield waits("sincronização", run.wake_at)
    results = list(_results(run))
    yield from results
    if run.result and not results and not run.problem:
        yield "Tudo já estava igual nos dois lados; nada foi alterado."
    yield from _left_aside(run)
    if run.mode is Mode.PREVIEW and run.brakes:
        yield "Ao sincronizar, o freio vai esperar a sua decisão:"
        yield from (explain(problem, ALL_SENTENCES) for problem in run.brakes)
    if run.result is None and run.wake_at is None and not results:
        yield "A sincronização foi iniciada."


def _results(run: Run) -> Iterable[str]:
    """`Contatos no Zoho CRM: 3 criados, 1 conflito.`"""
    numbers = Counter[tuple[Module, Side, str]]()
    for one in counted(run):
        numbers[one.module, one.side, one.what] += one.number
    for module in Module:
        for side in (NOTES, CRM):
            words = [
                f"{number} {_word(run, what, number)}" for what in _DONE if (number := numbers[module, side, what])
            ]
            if words:
                yield f"{MODULE_TITLES[module]} no {SIDE_TITLES[side]}: {', '.join(words)}."


def _word(run: Run, what: str, number: int) -> str:
    if run.mode is Mode.PREVIEW and what in _WOULD_BE:
        return _WOULD_BE[what]
    return _DONE[what][number != 1]


def _left_aside(run: Run) -> Iterable[str]:
    """Whose mailbox could not be read, and why."""
    if not run.result or run.problem:
        return
    names = run.progress.get("names", {})
    told_before = set[tuple[str, str]]()
    for entity, stored in aside(run).items():
        module, user = lane_of(entity)
        problem = problem_in(stored)
        if problem and (user, problem.code) not in told_before:
            told_before.add((user, problem.code))
            who = names.get(user, user)
            yield f"{MODULE_TITLES[module]} de {who} não foram sincronizados: {explain(problem, ALL_SENTENCES)}"
