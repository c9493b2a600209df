"""What comes next in a project, from its first environment to its purchase orders (seed 002). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from promob.environments import Environment, Need
from promob.offers import Budget, BudgetState
from promob.projects import Project, is_as_offered


class StepCode(StrEnum):
    """The kinds of steps."""

    ENVIRONMENTS = "environments"  # there are none
    CORRECT = "correct"  # Promob refused to make one
    WAIT = "wait"  # Promob is about to make one
    PREPARE = "prepare"  # in Promob
    UPDATE = "update"
    BUDGET = "budget"
    APPROVE = "approve"
    RELEASE = "release"
    ACCESS = "access"
    REVISE = "revise"
    ORDERS = "orders"  # there they are


SENTENCES = {
    StepCode.ENVIRONMENTS: "Crie os ambientes do projeto. O Promob os recebe sozinho, em instantes.",
    StepCode.CORRECT: "O Promob não recebeu o ambiente {name}. Veja o motivo no próprio ambiente.",
    StepCode.WAIT: "O Promob está recebendo o ambiente {name}. Isso leva instantes.",
    StepCode.PREPARE: "Abra o ambiente {name} no Promob e use Preparar para Negociação ou Negociar.",
    StepCode.UPDATE: "O ambiente {name} está desatualizado: há um novo orçamento do Promob.",
    StepCode.BUDGET: "Está tudo atualizado. Gere o orçamento para o cliente.",
    StepCode.APPROVE: "O orçamento {name} espera a aprovação do cliente.",
    StepCode.RELEASE: "O orçamento foi aprovado. Faça a liberação financeira do contrato.",
    StepCode.ACCESS: "O contrato foi liberado. O revisor acessa a revisão.",
    StepCode.REVISE: "A revisão está em andamento.",
    StepCode.ORDERS: "A revisão foi concluída e os pedidos de compra foram gerados.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step. `of` is the id of what it is about: an environment, or a budget; empty: the project."""

    code: StepCode
    of: str = ""
    name: str = ""

    @property
    def sentence(self) -> str:
        """The step in words."""
        return SENTENCES[self.code].format_map({"name": self.name})


def next_step(project: Project, budgets: Sequence[Budget], today: str) -> Step:
    """What somebody is to do next; budgets: the project's, the newest first; today: yyyy-mm-dd, in São Paulo."""
    if project.revision:
        accessed = project.revision.accessed_at is not None
        in_revision = StepCode.REVISE if accessed else StepCode.ACCESS
        return Step(StepCode.ORDERS if project.is_concluded else in_revision)
    waiting = [one for one in project.of_contract if one.converted is None]
    if not project.of_contract:
        return Step(StepCode.ENVIRONMENTS)
    if project.converted and not any(one.budget or one.manual for one in waiting):
        return Step(StepCode.RELEASE)
    if offer := next((one for one in budgets if _is_acceptable(project, one, today)), None):
        return Step(StepCode.APPROVE, offer.id, str(offer.number))
    for of_one in (_update, _correct, _prepare, _wait):
        if found := next((step for one in waiting if (step := of_one(one))), None):
            return found
    return Step(StepCode.BUDGET if waiting else StepCode.RELEASE)


def step_of(project: Project, one: Environment) -> Step | None:
    """What an environment itself needs before it can be offered, or reviewed; None where it needs nothing."""
    if project.is_concluded and one.occurrence is None:
        return None
    return _update(one) or _correct(one) or _prepare(one) or _wait(one)


def _update(one: Environment) -> Step | None:
    return Step(StepCode.UPDATE, one.id, one.name) if one.need == Need.UPDATE else None


def _correct(one: Environment) -> Step | None:
    return Step(StepCode.CORRECT, one.id, one.name) if one.problem and not one.promob_id else None


def _prepare(one: Environment) -> Step | None:
    undrawn = bool(one.promob_id) and one.current is None and not one.manual
    return Step(StepCode.PREPARE, one.id, one.name) if one.need == Need.PREPARE or undrawn else None


def _wait(one: Environment) -> Step | None:
    by_hand_alone = one.occurrence is not None and one.occurrence.source is None
    return None if one.promob_id or one.manual or by_hand_alone else Step(StepCode.WAIT, one.id, one.name)


def _is_acceptable(project: Project, budget: Budget, today: str) -> bool:
    """Whether a budget is open, still valid, and could be approved as things stand."""
    if budget.state != BudgetState.OPEN or today > budget.valid_until:
        return False
    known = {one.id: one for one in project.of_contract}
    return all(
        (one := known.get(line.offered.environment))
        and not one.converted
        and not one.need
        and is_as_offered(line.offered, one)
        for line in budget.lines
    )
