"""A store's commercial rules as the API takes and shows them (seed 002, “Preparar para Negociação ou Negociar”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from promob.form_fields import Text
from promob.named_answers import Names
from promob.pricing import Rounding, Rule
from promob.store.rules import StoreRules
from promob.stores import Store
from sincronia import clock
from sincronia.web.application import Input

MOST_RULES = 150  # they stand in one row, of 400 KB at most, and a letter may take four bytes

_Percent = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=4)]
_Step = Annotated[Decimal, Field(ge=Decimal("0.01"), le=1000, max_digits=6, decimal_places=2)]


class CommercialRule(Input):
    """What the items of a category, of a supplier, with a reference are sold for; what is empty is any."""

    category: Text = Field(default="", description="A categoria dos itens; vazia, todas.")
    supplier: Text = Field(default="", description="O fornecedor; vazio, todos.")
    reference: Text = Field(default="", description="A referência; vazia, todas.")
    markup: Annotated[_Percent, Field(le=9_999)] | None = Field(
        default=None,
        description="O acréscimo sobre o custo de fábrica, em %; sem ele, vale o preço de venda do Promob.",
    )
    discount_limit: Annotated[_Percent, Field(le=100)] | None = Field(
        default=None, description="O desconto que o vendedor dá sem um gerente, em %; sem ele, não há limite."
    )
    step: _Step = Field(default=Decimal("0.01"), description="O preço é arredondado a um múltiplo deste valor, em R$.")
    rounding: Rounding = Field(default=Rounding.HALF_UP, description="Para onde o preço é arredondado.")


class RulesChange(Input):
    """All the rules that a store is to have."""

    rules: Annotated[list[CommercialRule], Field(max_length=MOST_RULES, description="As regras, por inteiro.")]
    version: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None, description="A versão que foi lida; se as regras mudaram depois, nada é gravado."
    )


class CommercialRuleAnswer(BaseModel):
    """A rule; percents and the step are decimal texts."""

    category: str
    supplier: str
    reference: str
    markup: str | None
    discount_limit: str | None
    step: str
    rounding: Rounding


class RulesAnswer(BaseModel):
    """A store's rules; of those that fit an item the most specific one holds: reference, supplier, category."""

    store: str
    version: int = Field(description="Zero, se a loja nunca teve regras.")
    rules: list[CommercialRuleAnswer]
    changed_at: str | None
    changed_by: str | None
    name: str = Field(description="O nome da loja.")
    names: Names


def rule_of(form: CommercialRule) -> Rule:
    """The rule of a form."""
    return Rule(
        category=form.category,
        supplier=form.supplier,
        reference=form.reference,
        markup=form.markup,
        discount_limit=form.discount_limit,
        step=form.step,
        rounding=form.rounding,
    )


def rules_answer(store: Store, kept: StoreRules, names: dict[str, str]) -> RulesAnswer:
    """A store's rules as people read them."""
    return RulesAnswer(
        store=store.id,
        version=kept.version,
        rules=[
            CommercialRuleAnswer(
                category=rule.category,
                supplier=rule.supplier,
                reference=rule.reference,
                markup=_text(rule.markup),
                discount_limit=_text(rule.discount_limit),
                step=f"{rule.step:f}",
                rounding=rule.rounding,
            )
            for rule in kept.rules
        ],
        changed_at=clock.iso(kept.changed_at) if kept.version else None,
        changed_by=kept.changed_by or None,
        name=store.name,
        names=names,
    )


def _text(percent: Decimal | None) -> str | None:
    return None if percent is None else f"{percent:f}"
