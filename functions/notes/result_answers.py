"""The panel of results: per module and side what was created, updated, removed, in conflict, and left out, and why.

Pure. Runs count as they act (notes.syncing.counts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from notes.records import Module
from notes.side_names import MODULE_TITLES, SIDE_TITLES, SideName, side_name
from notes.sync_settings import CRM, NOTES
from notes.syncing.counts import CONFLICTS, Counted
from sincronia import clock
from sincronia.answers import Answers
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run
from sincronia.engine.two_way import Side
from sincronia.web.fields import run_url
from sincronia.web.run_forms import ProblemAnswer, problem_answer


class ReasonAnswer(BaseModel):
    """Why records were left as they are, and how many."""

    code: str
    reason: str = Field(description="O que está errado; … onde varia de registro a registro.")
    advice: str
    number: int


class SideResults(BaseModel):
    """What became of a module's records on one side."""

    side: SideName
    title: str
    created: int
    updated: int
    removed: int
    conflicts: int = Field(description="Quantas vezes o conteúdo deste lado deu lugar ao do outro; está no histórico.")
    skipped: int
    failed: int = Field(description="Quantos não puderam ser gravados; a próxima execução tenta de novo.")
    reasons: list[ReasonAnswer] = Field(
        description="Por que ficaram de fora ou não foram gravados, o mais frequente antes."
    )


class ModuleResults(BaseModel):
    """What became of a module's records."""

    module: Module
    title: str
    sides: list[SideResults]


class LastRun(BaseModel):
    """The run that was started last."""

    run_id: str
    url: str
    mode: Mode = Field(description="preview: os números são do que seria feito.")
    phase: Phase
    result: Result | None
    started_at: str
    concluded_at: str | None
    problem: ProblemAnswer | None = Field(description="Por que espera, ou por que terminou antes.")
    brakes: list[ProblemAnswer] = Field(description="O que o freio encontrou.")
    modules: list[ModuleResults]


class Period(BaseModel):
    """All runs since a moment, together."""

    days: int
    since: str
    runs: int
    modules: list[ModuleResults]


class PanelAnswer(BaseModel):
    """The panel of a connection."""

    last: LastRun | None = Field(description="A última sincronização; null antes da primeira.")
    period: Period
    hints: list[ProblemAnswer] = Field(description="O que a sincronização não pode verificar.")


def last_run(run: Run, counts: Iterable[Counted], answers: Answers) -> LastRun:
    """The run as it stands."""
    brakes = [problem_answer(problem, answers) for problem in run.brakes]
    return LastRun(
        run_id=run.key.run_id,
        url=run_url(run.integration, run.key.connection, run.key.run_id),
        mode=run.mode,
        phase=run.phase,
        result=run.result,
        started_at=clock.iso(run.started_at),
        concluded_at=None if run.concluded_at is None else clock.iso(run.concluded_at),
        problem=problem_answer(run.problem, answers),
        brakes=[brake for brake in brakes if brake],
        modules=module_results(counts, answers),
    )


def module_results(counts: Iterable[Counted], answers: Answers) -> list[ModuleResults]:
    """All modules with both sides, whatever was counted."""
    counted, reasons = Counter[tuple[Module, Side, str]](), Counter[tuple[Module, Side, str]]()
    for count in counts:
        counted[count.module, count.side, count.what] += count.number
        if count.code:
            reasons[count.module, count.side, count.code] += count.number

    def results(module: Module, side: Side) -> SideResults:
        def number(*kinds: str) -> int:
            return sum(counted[module, side, kind] for kind in kinds)

        why = {code: times for (of, on, code), times in reasons.most_common() if (of, on) == (module, side)}
        return SideResults(
            side=side_name(side),
            title=SIDE_TITLES[side],
            created=number(OutcomeKind.CREATED),
            updated=number(OutcomeKind.UPDATED),
            removed=number(OutcomeKind.REMOVED),
            conflicts=number(CONFLICTS),
            skipped=number(OutcomeKind.SKIPPED),
            failed=number(OutcomeKind.REJECTED, OutcomeKind.FAILED),
            reasons=[_reason(code, times, answers) for code, times in why.items()],
        )

    return [
        ModuleResults(
            module=module, title=MODULE_TITLES[module], sides=[results(module, side) for side in (NOTES, CRM)]
        )
        for module in Module
    ]


def _reason(code: str, number: int, answers: Answers) -> ReasonAnswer:
    answer, details = answers[code], _Varies()
    return ReasonAnswer(
        code=code,
        reason=answer.sentence.format_map(details),
        advice=answer.advice.format_map(details),
        number=number,
    )


class _Varies(dict[str, Any]):
    """What a sentence names, of many records at once."""

    def __missing__(self, name: str) -> str:
        return "…"
