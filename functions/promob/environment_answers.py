"""Environments and their versions as the API shows them (seed 002, “Atualização do projeto no FoccoLojas”)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from promob.answer_texts import number, number_or_none
from promob.consequences import NEEDS, need_of
from promob.environments import Environment, Need, Origin, Source, StoredBudget, Version
from promob.named_answers import Choice, NamedPage, Names, OfEnvironment
from promob.pricing import with_discount
from promob.projects import Project, situation
from promob.step_answers import StepAnswer
from sincronia import clock
from sincronia.web.hint_forms import told
from sincronia.web.integration import Integration


class Mark(StrEnum):
    """The icon of an environment."""

    GREEN = "green"  # up to date
    YELLOW = "yellow"  # out of date
    NONE = "none"  # nothing has come from Promob yet


class VersionAnswer(BaseModel):
    """A version. Amounts are decimal texts in R$."""

    number: int
    is_current: bool = Field(description="Se é a última importada, que leva o ícone verde.")
    is_converted: bool = Field(description="Se foi esta que a aprovação de um orçamento converteu.")
    option: str = Field(description="Nome da opção: o nome do projeto.")
    imported_at: str = Field(description="Data da opção: o momento da importação.")
    promob_id: str = Field(description="Identificador: o do projeto no Promob.")
    sequence: int = Field(description="A sequência do projeto no Promob, de que veio o orçamento.")
    items: int = Field(description="Quantos itens têm preço próprio.")
    unpriced: int = Field(description="Quantos deles vieram sem preço.")
    cost: str
    price: str
    promob_price: str = Field(description="Por quanto o Promob venderia.")
    discount_limit: str | None = Field(description="O desconto sem um gerente, em %; nulo, não há limite.")
    limited_by: str = Field(description="A regra comercial que o limita.")
    made_by: str | None = Field(description="A identificação de um token; nula, o primeiro orçamento do Promob.")


class VersionPage(NamedPage[VersionAnswer], OfEnvironment):
    """The versions of an environment."""


class StoredBudgetAnswer(BaseModel):
    """The last budget that Promob sent."""

    sequence: int
    option: str
    received_at: str
    items: int
    unpriced: int
    cost: str
    price: str = Field(description="Por quanto o Promob venderia.")


class DiscountAnswer(BaseModel):
    """A discount on an environment's price."""

    percent: str
    asked_by: str
    approved_by: str | None
    needs_approval: bool = Field(description="Se passa do limite e espera a liberação de um gerente.")


class ConversionAnswer(BaseModel):
    """The approval that converted an environment."""

    version: int = Field(description="A versão convertida; zero, só itens manuais.")
    budget: str
    at: str
    by: str


class OccurrenceAnswer(BaseModel):
    """The technical assistance that an environment is."""

    number: int
    environment: str = Field(description="O ambiente revisado de que trata.")
    source: Source | None = Field(description="Com que começa o projeto no Promob; nulo, só itens manuais.")


class EnvironmentAnswer(BaseModel):
    """An environment. `code`, `reason` and `advice`: why Promob doesn't have it."""

    id: str
    project: str
    name: str
    origin: Origin
    created_at: str
    worked_by: str | None = Field(description="Quem trabalha nele e recebe as notificações: um token.")
    promob_id: str | None = Field(description="O projeto no Promob; nulo, enquanto ele não o tem.")
    code: str | None
    reason: str
    advice: str
    mark: Mark = Field(description="O ícone: verde, atualizado; amarelo, desatualizado; nenhum, nada recebido ainda.")
    need: Need | None = Field(description="O que falta para ficar atualizado: preparar no Promob, ou atualizar aqui.")
    action: str = Field(description="A mesma necessidade, em palavras; vazia, nada falta.")
    situation: str = Field(description="Situação, como o Connect mostra.")
    stage: str = Field(description="Estágio, como o Connect mostra.")
    saved: int = Field(description="A sequência do último salvamento no Promob; zero, nenhum ainda.")
    budget: StoredBudgetAnswer | None
    current: VersionAnswer | None
    manual_cost: str = Field(description="O custo dos itens manuais.")
    manual_price: str
    gross: str = Field(description="O preço da versão atual com os itens manuais, sem desconto.")
    price: str = Field(description="O preço depois do desconto.")
    discount: DiscountAnswer | None
    converted: ConversionAnswer | None
    reviewed: bool = Field(description="Se já foi atualizado, ou confirmado, na revisão.")
    occurrence: OccurrenceAnswer | None


class OneEnvironment(EnvironmentAnswer):
    """An environment, with its project, and what people need to go on."""

    project_name: str
    is_concluded: bool = Field(description="Se a revisão do projeto foi concluída.")
    in_revision: bool = Field(description="Se o contrato do projeto foi liberado para a revisão.")
    step: StepAnswer | None = Field(description="O que falta no próprio ambiente; nulo, nada.")
    workers: list[Choice] = Field(description="Quem pode trabalhar nele: os usuários da loja e o responsável.")
    names: Names


def version_answer(version: Version, environment: Environment) -> VersionAnswer:
    """A version of an environment as people read it."""
    current, converted = environment.current, environment.converted
    return VersionAnswer(
        number=version.number,
        is_current=current is not None and current.number == version.number,
        is_converted=converted is not None and converted.version == version.number,
        option=version.option,
        imported_at=clock.iso(version.imported_at),
        promob_id=version.promob_id,
        sequence=version.sequence,
        items=version.count,
        unpriced=version.unpriced,
        cost=number(version.cost),
        price=number(version.price),
        promob_price=number(version.promob_price),
        discount_limit=number_or_none(version.discount_limit),
        limited_by=version.limited_by,
        made_by=version.made_by or None,
    )


def environment_answer(project: Project, one: Environment, integration: Integration) -> EnvironmentAnswer:
    """An environment of a project as people read it."""
    need = need_of(project, one)
    shown, stage = situation(project, one)
    reason, advice = told(one.problem, integration)
    converted, occurrence = one.converted, one.occurrence
    return EnvironmentAnswer(
        id=one.id,
        project=project.id,
        name=one.name,
        origin=one.origin,
        created_at=clock.iso(one.created_at),
        worked_by=one.worked_by or None,
        promob_id=one.promob_id or None,
        code=one.problem.code if one.problem else None,
        reason=reason,
        advice=advice,
        mark=_mark(one),
        need=need,
        action=NEEDS[need] if need else "",
        situation=shown,
        stage=stage,
        saved=one.saved,
        budget=_budget(one.budget) if one.budget else None,
        current=version_answer(one.current, one) if one.current else None,
        manual_cost=number(one.manual_cost),
        manual_price=number(one.manual_price),
        gross=number(one.gross),
        price=number(with_discount(one.gross, one.discount.percent) if one.discount else one.gross),
        discount=_discount(one),
        converted=converted
        and ConversionAnswer(
            version=converted.version, budget=converted.budget, at=clock.iso(converted.at), by=converted.by
        ),
        reviewed=one.reviewed,
        occurrence=occurrence
        and OccurrenceAnswer(number=occurrence.number, environment=occurrence.environment, source=occurrence.source),
    )


def _mark(one: Environment) -> Mark:
    if one.need:
        return Mark.YELLOW
    return Mark.GREEN if one.current else Mark.NONE


def _budget(budget: StoredBudget) -> StoredBudgetAnswer:
    return StoredBudgetAnswer(
        sequence=budget.sequence,
        option=budget.option,
        received_at=clock.iso(budget.received_at),
        items=budget.count,
        unpriced=budget.unpriced,
        cost=number(budget.cost),
        price=number(budget.price),
    )


def _discount(one: Environment) -> DiscountAnswer | None:
    if one.discount is None:
        return None
    return DiscountAnswer(
        percent=number(one.discount.percent),
        asked_by=one.discount.asked_by,
        approved_by=one.discount.approved_by or None,
        needs_approval=one.needs_approval,
    )
