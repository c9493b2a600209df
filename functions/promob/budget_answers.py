"""Budgets as the API shows them, and as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, Field

from promob.answer_texts import moment_or_none, number, number_or_none
from promob.named_answers import Names
from promob.offers import Budget, BudgetLine, BudgetState
from promob.stores import Store
from promob.totals import percent, reais
from sincronia import clock
from sincronia.identities import punctuated


class BudgetLineAnswer(BaseModel):
    """An environment in a budget."""

    environment: str
    name: str
    version: int | None = Field(description="A versão oferecida; nula, só itens manuais.")
    gross: str
    discount: str | None = Field(description="O desconto, em %.")
    price: str


class BudgetAnswer(BaseModel):
    """A budget. Amounts are decimal texts in R$."""

    id: str
    number: int
    project: str
    state: BudgetState
    is_expired: bool = Field(description="Se está aberto e a validade já passou.")
    valid_until: str = Field(description="O último dia em que vale.")
    lines: list[BudgetLineAnswer]
    gross: str
    price: str = Field(description="O total, com os descontos.")
    created_at: str
    created_by: str
    decided_at: str | None
    decided_by: str | None
    url: str
    print: str = Field(description="O caminho da página para impressão.")


class PrintedLine(BaseModel):
    """An environment as it is printed."""

    name: str
    version: str
    gross: str
    discount: str
    price: str


class Printed(BaseModel):
    """A budget as it is printed: texts as people read them."""

    number: int
    note: str = Field(description="Por que não vale mais, ou que foi aprovado; vazia, está aberto.")
    store: str
    cnpj: str
    customer: str
    project: str
    made_on: str
    valid_until: str
    lines: list[PrintedLine]
    gross: str
    discount: str
    price: str


_NOTES: Mapping[BudgetState, str] = {
    BudgetState.OPEN: "",
    BudgetState.APPROVED: "Orçamento aprovado",
    BudgetState.UNDONE: "Aprovação desfeita: este orçamento não vale mais",
}


class OneBudget(BudgetAnswer):
    """A budget, with whom it is for."""

    customer: str
    store: str
    names: Names


def budget_answer(budget: Budget, connection: str) -> BudgetAnswer:
    """A budget as people read it; connection: where its connection is read."""
    address = f"{connection}/budgets/{budget.id}"
    return BudgetAnswer(
        id=budget.id,
        number=budget.number,
        project=budget.project,
        state=budget.state,
        is_expired=_is_expired(budget),
        valid_until=budget.valid_until,
        lines=[_line(line) for line in budget.lines],
        gross=number(budget.gross),
        price=number(budget.price),
        created_at=clock.iso(budget.created_at),
        created_by=budget.created_by,
        decided_at=moment_or_none(budget.decided_at),
        decided_by=budget.decided_by or None,
        url=address,
        print=f"{address}/print",
    )


def printed(budget: Budget, store: Store, customer: str, project: str) -> Printed:
    """A budget on paper; customer, project: their names."""
    return Printed(
        number=budget.number,
        note="Orçamento vencido" if _is_expired(budget) else _NOTES[budget.state],
        store=store.name,
        cnpj=punctuated(store.cnpj),
        customer=customer,
        project=project,
        made_on=_day(datetime.fromtimestamp(budget.created_at, clock.SAO_PAULO)),
        valid_until=_day(date.fromisoformat(budget.valid_until)),
        lines=[_printed_line(line) for line in budget.lines],
        gross=reais(budget.gross),
        discount=reais(budget.gross - budget.price) if budget.gross != budget.price else "",
        price=reais(budget.price),
    )


def _is_expired(budget: Budget) -> bool:
    return budget.state == BudgetState.OPEN and clock.today().isoformat() > budget.valid_until


def _line(line: BudgetLine) -> BudgetLineAnswer:
    return BudgetLineAnswer(
        environment=line.offered.environment,
        name=line.name,
        version=line.offered.version or None,
        gross=number(line.gross),
        discount=number_or_none(line.offered.discount),
        price=number(line.price),
    )


def _printed_line(line: BudgetLine) -> PrintedLine:
    discount = line.offered.discount
    return PrintedLine(
        name=line.name,
        version=f"versão {line.offered.version}" if line.offered.version else "itens avulsos",
        gross=reais(line.gross),
        discount="" if discount is None else percent(discount),
        price=reais(line.price),
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
