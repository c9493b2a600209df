"""Runs and what they did, as the API gives them."""

from __future__ import annotations

from enum import EnumMeta
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.answers import Answers, Problem, explain
from sincronia.engine.flow import LinkStatus
from sincronia.engine.plan import Action
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Result, Run
from sincronia.web.fields import run_url
from sincronia.web.integration import Integration

RunInPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,200}$", description="A identificação da execução.")]

Value = str | int | float | bool | None


class ProblemAnswer(BaseModel):
    """What is wrong with a run or a record."""

    code: str
    detail: str = Field(description="O que está errado, onde, e o que fazer.")


class LaneAnswer(BaseModel):
    """What a run has of one kind of record for one target."""

    lane: str
    title: str
    target: str
    step: str
    received: int
    planned: int
    counters: dict[OutcomeKind, int]


class RunAnswer(BaseModel):
    """A run as it stands."""

    connection: str
    run_id: str
    integration: str
    flow: str
    title: str
    mode: Mode
    trigger: str = Field(description="schedule, webhook, ou token:<identificação>.")
    filters: dict[str, Any]
    preview: str | None = Field(description="A pré-visualização que ela sincroniza.")
    retried: str | None = Field(description="A execução cujos rejeitados e com falha ela tenta de novo.")
    phase: Phase
    result: Result | None
    started_at: str
    concluded_at: str | None
    continues_at: str | None = Field(description="Quando continua por si, se está à espera.")
    position: int = Field(description="Quantas das ações planejadas já passaram.")
    planned: int
    received: int
    counters: dict[OutcomeKind, int]
    lanes: list[LaneAnswer]
    steps: list[str] = Field(description="As etapas, na ordem em que vêm.")
    problem: ProblemAnswer | None = Field(description="Por que espera, ou por que terminou antes.")
    brakes: list[ProblemAnswer] = Field(description="O que o freio encontrou.")
    decided_by: str | None
    decided_at: str | None
    cancelled_by: str | None
    url: str


class OutcomeAnswer(BaseModel):
    """What a run did to one record."""

    seq: str
    lane: str
    lane_title: str = Field(description="O tipo de cadastro, e para onde ele vai.")
    kind: OutcomeKind
    source_id: str
    label: str
    code: str | None
    detail: str | None
    changed: list[str]
    target_id: str | None


class Difference(BaseModel):
    """A field that differs: what the target has now, and what it would have."""

    field: str
    before: Value
    after: Value


class PlannedRecord(BaseModel):
    """What a preview would do with one record."""

    offset: int
    lane: str
    lane_title: str = Field(description="O tipo de cadastro, e para onde ele vai.")
    kind: OutcomeKind
    source_id: str
    label: str
    status: LinkStatus
    code: str | None
    detail: str | None
    differences: list[Difference]
    deselected: bool = Field(description="true, onde uma pessoa o deixou de fora.")
    corrected: bool = Field(description="true, onde uma pessoa o corrigiu depois da pré-visualização.")


class CorrectableField(BaseModel):
    """A field that the pencil takes."""

    name: str
    title: str
    kind: Literal["text", "email", "number", "choice"]
    choices: list[str]


def correctable_fields(model: type[BaseModel]) -> list[CorrectableField]:
    """The fields of a form of corrections as people see them."""
    found = list[CorrectableField]()
    for name, known in model.model_fields.items():
        kind = known.annotation
        choices = [str(choice) for choice in kind] if isinstance(kind, EnumMeta) else []
        told: Any = "choice" if choices else "number" if kind is int else "email" if name == "email" else "text"
        found.append(CorrectableField(name=name, title=known.title or name, kind=told, choices=choices))
    return found


def problem_answer(problem: Problem | None, answers: Answers) -> ProblemAnswer | None:
    """A problem with its sentence."""
    return ProblemAnswer(code=problem.code, detail=explain(problem, answers)) if problem else None


def run_answer(run: Run, integration: Integration) -> RunAnswer:
    """A run as it stands."""
    brakes = [problem_answer(problem, integration.answers) for problem in run.brakes]
    lanes = [lane_answer(run, entity, integration) for entity in run.tallies]
    return RunAnswer(
        connection=run.key.connection,
        run_id=run.key.run_id,
        integration=run.integration,
        flow=run.flow,
        title=integration.described(run.flow).title,
        mode=run.mode,
        trigger=run.trigger,
        filters=dict(run.filters),
        preview=run.preview or None,
        retried=run.retried or None,
        phase=run.phase,
        result=run.result,
        started_at=clock.iso(run.started_at),
        concluded_at=_moment(run.concluded_at),
        continues_at=_moment(run.wake_at) if run.problem and run.phase != Phase.BRAKE else None,
        position=run.position,
        planned=run.planned,
        received=run.received,
        counters=dict(run.counters),
        lanes=lanes,
        steps=list(integration.described(run.flow).steps),
        problem=problem_answer(run.problem, integration.answers),
        brakes=[brake for brake in brakes if brake],
        decided_by=run.decided_by or None,
        decided_at=_moment(run.decided_at),
        cancelled_by=run.cancelled_by or None,
        url=run_url(run.integration, run.key.connection, run.key.run_id),
    )


def lane_answer(run: Run, entity: str, integration: Integration) -> LaneAnswer:
    """What a run has of one lane."""
    known, tally = integration.lanes[entity], run.tallies[entity]
    return LaneAnswer(
        lane=entity,
        title=known.title,
        target=known.target,
        step=known.step,
        received=tally.received,
        planned=tally.planned,
        counters=dict(tally.counters),
    )


def outcome_answer(outcome: Outcome, integration: Integration) -> OutcomeAnswer:
    """What a run did to one record."""
    problem = outcome.problem
    return OutcomeAnswer(
        seq=outcome.seq,
        lane=outcome.entity,
        lane_title=integration.lane_title(outcome.entity),
        kind=outcome.kind,
        source_id=outcome.source_id,
        label=outcome.label,
        code=problem.code if problem else None,
        detail=explain(problem, integration.answers) if problem else None,
        changed=list(outcome.changed),
        target_id=outcome.target_id or None,
    )


def planned_record(
    offset: int, entity: str, action: Action, integration: Integration, *, deselected: bool, corrected: bool
) -> PlannedRecord:
    """What a preview would do with one record. Of one that would be created, everything is new."""
    names = list(action.content) if action.kind == OutcomeKind.CREATED else list(action.changed)
    problem = action.problem
    return PlannedRecord(
        offset=offset,
        lane=entity,
        lane_title=integration.lane_title(entity),
        kind=action.kind,
        source_id=action.source_id,
        label=action.label,
        status=action.status,
        code=problem.code if problem else None,
        detail=explain(problem, integration.answers) if problem else None,
        differences=[
            Difference(field=name, before=action.before.get(name), after=action.content.get(name)) for name in names
        ],
        deselected=deselected,
        corrected=corrected,
    )


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else clock.iso(seconds)
