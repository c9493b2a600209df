"""Hints as the API and the log's page give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.answers import Problem
from sincronia.engine.hints import Cause, Effect, HintKind, HintState, OpenRecords, StoredHint
from sincronia.engine.state import OutcomeKind
from sincronia.engine.sweeps import SWEEPS
from sincronia.web.integration import Integration

IMAGE_DAYS = 88  # the object goes after 90; a hint may end a day after it was written

CAUSES: Mapping[Cause, str] = {
    Cause.WEBHOOK: "Aviso recebido",
    Cause.RECONCILE: "Conferência",
    Cause.REPLAY: "Repetição",
    Cause.RETRY: "Nova tentativa",
    Cause.DECISION: "Decisão",
    Cause.SCHEDULE: "Horário programado",
    Cause.REQUEST: "Pedido daqui",
}
OUTCOMES: Mapping[OutcomeKind | HintState, str] = {
    OutcomeKind.CREATED: "Criado",
    OutcomeKind.UPDATED: "Atualizado",
    OutcomeKind.UNCHANGED: "Sem alteração",
    OutcomeKind.DEACTIVATED: "Desativado",
    OutcomeKind.REMOVED: "Removido",
    OutcomeKind.SKIPPED: "Deixado de fora",
    OutcomeKind.REJECTED: "Precisa de correção",
    OutcomeKind.FAILED: "Com falha",
    HintState.WORKING: "Em andamento",
    HintState.WAITING: "À espera",
    HintState.HELD: "Retido pelo freio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HintIntegration(Integration):
    """An integration whose records are worked on by hints."""

    kind: HintKind
    open: OpenRecords
    actions: Mapping[str, str]  # titles, by code
    collection: str  # what its records are called in a path
    record_form: str  # what a record's id looks like, as a pattern

    def action_title(self, action: str) -> str:
        """What people call an action, or a sweep."""
        flow = self.flows.get(action)
        return flow.title if flow else SWEEPS.get(action) or self.actions.get(action, "")


class LogLine(BaseModel):
    """What was made of one hint, or of one sweep."""

    id: str
    at: str = Field(description="Quando chegou.")
    moved_at: str = Field(description="Quando andou pela última vez.")
    connection: str
    cause: Cause
    cause_title: str
    by: str = Field(description="Quem pediu, se foi uma pessoa.")
    record: str = Field(description="O cadastro; vazio, uma conferência de muitos.")
    label: str
    action: str
    action_title: str
    outcome: str = Field(description="O resultado; enquanto não terminou, onde está: working, waiting ou held.")
    outcome_title: str
    code: str | None
    reason: str = Field(description="O que está errado, ou por que espera.")
    advice: str = Field(description="O que fazer.")
    waits_until: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    freed: list[str] = Field(description="O que ficou livre.")
    has_image: bool = Field(description="Se o que foi retirado ainda está guardado.")
    run_id: str | None


class PreviewAnswer(BaseModel):
    """What the truth of a record would change now. Nothing was written."""

    record: str
    label: str
    action: str
    action_title: str
    outcome: OutcomeKind
    outcome_title: str
    removes: bool = Field(description="Se o freio o conta como retirada.")
    code: str | None
    reason: str
    advice: str
    before: dict[str, Any]
    after: dict[str, Any]
    freed: list[str]


class HintAnswer(BaseModel):
    """A hint that was queued; its line in the log has the same id."""

    hint: str
    url: str


def log_line(stored: StoredHint, integration: HintIntegration) -> LogLine:
    """A hint as the log shows it."""
    hint, effect = stored.hint, stored.effect or Effect(OutcomeKind.UNCHANGED)
    outcome, problem = outcome_of(stored), stored.problem or effect.problem
    if stored.state == HintState.HELD:
        problem = Problem("removal_held")
    reason, advice = told(problem, integration)
    action = effect.action if hint.record else hint.entity
    return LogLine(
        id=hint.id,
        at=clock.iso(hint.received_at),
        moved_at=stored.at,
        connection=hint.connection,
        cause=hint.cause,
        cause_title=CAUSES[hint.cause],
        by=hint.by,
        record=hint.record,
        label=effect.label,
        action=action,
        action_title=integration.action_title(action),
        outcome=outcome.value,
        outcome_title=OUTCOMES[outcome],
        code=problem.code if problem else None,
        reason=reason,
        advice=advice,
        waits_until=clock.iso(stored.wake_at) if stored.wake_at is not None and stored.problem else None,
        before=dict(effect.before),
        after=dict(effect.after),
        freed=list(effect.freed),
        has_image=has_image(stored),
        run_id=stored.run_id or None,
    )


def outcome_of(stored: StoredHint) -> OutcomeKind | HintState:
    """How a hint ended; where it is, while it hasn't."""
    return stored.effect.kind if stored.state == HintState.DONE and stored.effect else stored.state


def has_image(stored: StoredHint) -> bool:
    """Whether what the hint took away is still kept."""
    age = clock.now() - datetime.fromisoformat(stored.at).timestamp()
    return bool(stored.image) and age < IMAGE_DAYS * 86400


def preview_answer(record: str, effect: Effect, integration: HintIntegration, *, removes: bool) -> PreviewAnswer:
    """An effect that was not carried out."""
    reason, advice = told(effect.problem, integration)
    return PreviewAnswer(
        record=record,
        label=effect.label,
        action=effect.action,
        action_title=integration.action_title(effect.action),
        outcome=effect.kind,
        outcome_title=OUTCOMES[effect.kind],
        removes=removes,
        code=effect.problem.code if effect.problem else None,
        reason=reason,
        advice=advice,
        before=dict(effect.before),
        after=dict(effect.after),
        freed=list(effect.freed),
    )


def told(problem: Problem | None, integration: Integration) -> tuple[str, str]:
    """What is wrong, and what to do; both empty without a problem."""
    if problem is None:
        return "", ""
    answer = integration.answers[problem.code]
    return answer.sentence.format_map(problem.details), answer.advice.format_map(problem.details)
