"""Projects, their history and their revision as the API shows them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from promob.answer_texts import moment_or_none
from promob.budget_answers import BudgetAnswer
from promob.consequences import NEEDS, need_of
from promob.environment_answers import EnvironmentAnswer, environment_answer
from promob.environments import Environment, Need
from promob.history_titles import title_of
from promob.named_answers import NamedPage, Names
from promob.offers import HistoryEntry
from promob.projects import Project
from promob.step_answers import StepAnswer, step_answer
from promob.steps import Step
from sincronia import clock
from sincronia.web.integration import Integration


class RevisionState(StrEnum):
    """How far the revision of a project is."""

    NOT_RELEASED = "not_released"
    RELEASED = "released"
    ACCESSED = "accessed"
    CONCLUDED = "concluded"


class ProjectLine(BaseModel):
    """A project in a list; its environments are counted, occurrences of technical assistance apart."""

    id: str
    store: str
    customer: str
    name: str
    created_at: str
    created_by: str | None = Field(description="A identificação de um token; nula, o Promob.")
    changed_at: str
    changed_by: str | None = Field(description="A identificação de um token; nula, o Promob.")
    version: int
    revision: RevisionState
    total: int = Field(description="Quantos ambientes tem.")
    out_of_date: int = Field(description="Quantos deles estão desatualizados (ícone amarelo).")
    converted: int = Field(description="Quantos deles estão convertidos.")
    url: str


class ProjectAnswer(ProjectLine):
    """A project with its environments and occurrences, and its budgets."""

    environments: list[EnvironmentAnswer]
    budgets: list[BudgetAnswer] = Field(description="Os orçamentos, o mais recente primeiro; no máximo 25.")
    step: StepAnswer = Field(description="O próximo passo do projeto.")
    names: Names


class HistoryAnswer(BaseModel):
    """Something that happened to a project."""

    at: str
    by: str | None = Field(description="A identificação de um token; nula, o Promob.")
    code: str
    title: str
    environment: str | None = Field(description="O nome do ambiente.")
    details: dict[str, str]


class Reviewed(BaseModel):
    """A converted environment in the revision."""

    id: str
    name: str
    converted_version: int = Field(description="A versão convertida; zero, só itens manuais.")
    current_version: int = Field(description="A versão atual; zero, só itens manuais.")
    changed: bool = Field(description="Se mudou depois da conversão, aqui ou no Promob.")
    need: Need | None
    reviewed: bool = Field(description="Se já foi atualizado, ou confirmado, na revisão.")
    action: str = Field(description="O que falta fazer dele; vazia, nada.")


class HistoryPage(NamedPage[HistoryAnswer]):
    """What happened to a project."""

    project: str = Field(description="O nome do projeto.")


class RevisionAnswer(BaseModel):
    """The revision of a project."""

    project: str
    name: str = Field(description="O nome do projeto.")
    state: RevisionState
    action: str = Field(description="O que falta para seguir adiante; vazia, nada.")
    released_at: str | None
    released_by: str | None
    accessed_at: str | None
    reviewer: str | None = Field(description="Quem acessou a revisão primeiro.")
    concluded_at: str | None
    concluded_by: str | None
    environments: list[Reviewed]
    orders: list[str] = Field(description="As identificações dos pedidos de compra que a conclusão gerou.")
    names: Names


_STEPS = {
    RevisionState.NOT_RELEASED: "Faça a liberação financeira do contrato.",
    RevisionState.RELEASED: "O revisor acessa a revisão.",
    RevisionState.CONCLUDED: "",
}
_NOTHING_CONVERTED = "Aprove um orçamento: nenhum ambiente do projeto está convertido."
_CONFIRM = "Atualize o ambiente; onde nada mudou, a atualização apenas confirma."


def revision_state(project: Project) -> RevisionState:
    """How far a project's revision is."""
    revision = project.revision
    if revision is None:
        return RevisionState.NOT_RELEASED
    if revision.concluded_at is not None:
        return RevisionState.CONCLUDED
    return RevisionState.RELEASED if revision.accessed_at is None else RevisionState.ACCESSED


def project_line(project: Project, projects: str) -> ProjectLine:
    """A project in a list; projects: the path that all are below."""
    return ProjectLine(**_line(project, projects))


def project_answer(
    project: Project,
    projects: str,
    integration: Integration,
    *,
    budgets: list[BudgetAnswer],
    step: Step,
    names: dict[str, str],
) -> ProjectAnswer:
    """A project with all that belongs to it; projects: the path that all are below."""
    environments = [environment_answer(project, one, integration) for one in project.environments]
    return ProjectAnswer(
        **_line(project, projects), environments=environments, budgets=budgets, step=step_answer(step), names=names
    )


def history_answer(entry: HistoryEntry) -> HistoryAnswer:
    """Something that happened, in words."""
    return HistoryAnswer(
        at=clock.iso(entry.at),
        by=entry.by or None,
        code=entry.code,
        title=title_of(entry),
        environment=entry.environment or None,
        details=dict(entry.details),
    )


def revision_answer(project: Project, names: dict[str, str]) -> RevisionAnswer:
    """A project's revision; before the release, what would be revised."""
    revision, state = project.revision, revision_state(project)
    environments = [_reviewed(project, one, state) for one in project.converted]
    return RevisionAnswer(
        project=project.id,
        name=project.name,
        state=state,
        action=_STEPS.get(state, _left(environments)) if environments else _NOTHING_CONVERTED,
        released_at=clock.iso(revision.released_at) if revision else None,
        released_by=revision.released_by if revision else None,
        accessed_at=moment_or_none(revision.accessed_at) if revision else None,
        reviewer=(revision.reviewer or None) if revision else None,
        concluded_at=moment_or_none(revision.concluded_at) if revision else None,
        concluded_by=(revision.concluded_by or None) if revision else None,
        environments=environments,
        orders=list(revision.orders) if revision else [],
        names=names,
    )


def _line(project: Project, projects: str) -> dict[str, Any]:
    contract = project.of_contract
    return {
        "id": project.id,
        "store": project.store,
        "customer": project.customer,
        "name": project.name,
        "created_at": clock.iso(project.created_at),
        "created_by": project.created_by or None,
        "changed_at": clock.iso(project.changed_at),
        "changed_by": project.changed_by or None,
        "version": project.version,
        "revision": revision_state(project),
        "total": len(contract),
        "out_of_date": sum(one.need is not None for one in contract),
        "converted": len(project.converted),
        "url": f"{projects}/{project.id}",
    }


def _reviewed(project: Project, one: Environment, state: RevisionState) -> Reviewed:
    converted, manual = (one.converted.version, one.converted.manual) if one.converted else (0, 0)
    current, need = one.current.number if one.current else 0, need_of(project, one)
    action = NEEDS[need] if need else ""
    if state == RevisionState.ACCESSED and not need and not one.reviewed:
        action = _CONFIRM
    return Reviewed(
        id=one.id,
        name=one.name,
        converted_version=converted,
        current_version=current,
        changed=(current, one.manual) != (converted, manual) or one.need is not None,
        need=need,
        reviewed=one.reviewed,
        action=action,
    )


def _left(environments: list[Reviewed]) -> str:
    waiting = [one.name for one in environments if one.need or not one.reviewed]
    return (
        f"Falta atualizar: {', '.join(waiting)}." if waiting else "Conclua a revisão; os pedidos de compra são gerados."
    )
