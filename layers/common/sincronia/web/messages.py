"""The live messages of a run (the area Mensagem): they follow from the run and its outcomes, and are not kept. Pure.

A message's `seq` says where in the run it belongs, so that they sort by it: the start, where the reading and planning
stand, an outcome each, where the sending stands, and the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sincronia import clock
from sincronia.answers import Answers, explain
from sincronia.engine.flow import FlowKind
from sincronia.engine.report import time_of_day, totals
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Result, Run

_START, _READ, _PLAN, _BRAKE, _DECIDED, _APPLY, _END = "0", "1", "2", "3", "4", "5", "6"
_PLACE = re.compile(r"5-([0-9]{8})-([0-9])")
_STANDS, _WAITS, _TOLD = "1", "2", "9"  # at one place in the plan: before its outcome, then that
FORM = r"^([0-6](-[0-9]{3})?(-[0-9]{8})?(-[0-9])?)?$"

_WRITTEN = {
    OutcomeKind.CREATED: "Criado no {target}, com o código {target_id}: {label}.",
    OutcomeKind.UPDATED: "Atualizado no {target}, no código {target_id}: {label}.",
    OutcomeKind.DEACTIVATED: "Acesso retirado no {target}, no código {target_id}: {label}.",
    OutcomeKind.REMOVED: "Removido no {target}: {label}.",
}
_NOT_WRITTEN = {
    OutcomeKind.REJECTED: "Precisa de correção: {label}: {why}",
    OutcomeKind.FAILED: "Não enviado: {label}: {why}",
    OutcomeKind.SKIPPED: "Deixado de fora: {label}: {why}",
}
_ENDED = {
    Result.SUCCESS: "Concluído.",
    Result.PARTIAL: "Concluído, com cadastros a corrigir ou deixados de fora.",
    Result.FAILURE: "Encerrado com erro.",
    Result.CANCELLED: "Encerrado por decisão de uma pessoa.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A line of the area Mensagem."""

    seq: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome, and when it was written."""

    outcome: Outcome
    at: str


def outcomes_after(seq: str) -> str | None:
    """The outcome that was told last when the message of that seq was; empty: none. None: all of them were."""
    if seq.startswith(_END):
        return None
    place = _PLACE.fullmatch(seq)
    if place is None:
        return ""
    told = int(place[1]) - (place[2] != _TOLD)
    return f"{told:08}" if told >= 0 else ""


def place_of(position: int) -> str:
    """The seq before the message of the action at a position of the plan."""
    return f"{_APPLY}-{max(position, 0):08}-{_STANDS}"


def messages(
    run: Run,
    kind: FlowKind,
    outcomes: Iterable[Told],
    *,
    more: bool,
    targets: Mapping[str, str],
    listings: Mapping[str, str],
) -> list[Message]:
    """What is to be told of a run, with the given page of its outcomes; `more` where others follow them.

    targets: what people call them, by lane's entity; listings: what people call what is read, by name.
    """
    noun = "pré-visualização" if run.mode == Mode.PREVIEW else "sincronização"
    answers, began = kind.answers, clock.iso(run.started_at)
    lines = [Message(_START, began, f"{kind.title}: a {noun} foi iniciada.")]
    if kind.check_step and _checked(run):
        lines.append(Message(f"{_START}-{_TOLD}", began, f"{kind.check_step}: a conexão foi testada, e tudo funciona."))
    if run.decided_by and run.decided_at is not None and run.result != Result.CANCELLED:
        lines.append(Message(_DECIDED, clock.iso(run.decided_at), f"Aprovada por {run.decided_by}."))
    lines += [
        Message(f"{_APPLY}-{told.outcome.seq}-{_TOLD}", told.at, _line(told.outcome, targets, answers))
        for told in outcomes
    ]
    if more:
        return lines
    now = clock.moment()
    if run.phase == Phase.DONE:
        ended = clock.iso(run.concluded_at) if run.concluded_at is not None else now
        lines.append(Message(_END, ended, _end(run, kind)))
        return lines
    where, text = _standing(run, listings)
    if run.phase == Phase.BRAKE:
        text = " ".join([*(explain(problem, answers) for problem in run.brakes), text])
    lines.append(Message(f"{where}-{_STANDS}", now, text))
    if run.problem and run.phase != Phase.BRAKE:
        again = f" Continua às {time_of_day(run.wake_at)}." if run.wake_at is not None else ""
        lines.append(Message(f"{where}-{_WAITS}", now, f"À espera: {explain(run.problem, answers)}{again}"))
    return lines


def _checked(run: Run) -> bool:
    """Whether the run has come beyond the test of the connection, which comes before the first record."""
    read = run.lane > 0 or run.position > 0 or len(run.source_manifests) > 1
    return read or run.phase == Phase.PLAN or bool(run.tallies)


def _standing(run: Run, listings: Mapping[str, str]) -> tuple[str, str]:
    """Where a run that is at work stands: the place in its messages, and the text."""
    if run.phase == Phase.READ:
        read = ", ".join(listings.get(name, name) for name in run.source_manifests)
        before = f" Já lidos: {read}." if read else ""
        return (
            f"{_READ}-{run.lane:03}-{run.position:08}",
            f"Lendo a origem: {run.position} cadastros nesta lista.{before}",
        )
    if run.phase == Phase.PLAN:
        return f"{_PLAN}-{run.lane:03}", f"Conferindo os cadastros: {run.received} até agora."
    if run.phase == Phase.BRAKE:
        return _BRAKE, "A sincronização espera a sua decisão."
    return f"{_APPLY}-{run.position:08}", f"Enviando: {run.position} de {run.planned}."


def _line(outcome: Outcome, targets: Mapping[str, str], answers: Answers) -> str:
    target = targets.get(outcome.entity, "destino")
    if outcome.kind in _WRITTEN:
        return _WRITTEN[outcome.kind].format(target=target, label=outcome.label, target_id=outcome.target_id)
    why = explain(outcome.problem, answers) if outcome.problem else ""
    line = _NOT_WRITTEN[outcome.kind].format(label=outcome.label, why=why)
    return line if outcome.kind == OutcomeKind.SKIPPED else f"{line} ({target})"


def _end(run: Run, kind: FlowKind) -> str:
    parts = [_ENDED[run.result]] if run.result else []
    if run.mode == Mode.PREVIEW and not run.problem:
        parts = ["Pré-visualização pronta: nada foi enviado ainda."]
    if run.received:
        parts.append(totals(run))
    if run.problem:
        where = f"{kind.check_step}: " if kind.check_step and not _checked(run) else ""
        parts.append(where + explain(run.problem, kind.answers))
    return " ".join(parts)
