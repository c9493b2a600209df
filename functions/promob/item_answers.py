"""Items as the API shows them: Promob's, and those by hand; and what differs between two versions."""

from __future__ import annotations

from pydantic import BaseModel, Field

from promob.answer_texts import number, number_or_none
from promob.differences import Difference, Differences, Kind, Value, What
from promob.named_answers import OfEnvironment
from promob.offers import ManualItem
from promob.pricing import PricedItem
from promob.totals import cents
from sincronia import clock
from sincronia.web.paging import Page

MOST_DIFFERENCES = 1_000  # an answer of Lambda holds six megabytes


class PromobItem(BaseModel):
    """An item of Promob's. Only those that are counted have prices that add up; others are groups and parts."""

    id: str
    parent: str | None
    module: str = Field(description="O item de cima a que pertence.")
    ambient: list[str]
    category: str
    description: str
    reference: str
    supplier: str
    repetition: str = Field(description="Quantas peças.")
    quantity: str
    unit: str
    dimensions: str
    finishes: dict[str, str]
    counted: bool = Field(description="Se o seu custo e o seu preço entram nas somas.")
    unpriced: bool = Field(description="Se deveria ter custo e preço, e veio sem algum.")
    cost: str | None = Field(description="O custo de fábrica.")
    price: str | None = Field(description="O preço de venda, pelas regras comerciais da loja.")
    promob_price: str | None = Field(description="Por quanto o Promob o venderia.")


class ManualItemAnswer(BaseModel):
    """An item by hand; cost and price are those of one unit, the totals those of the whole quantity."""

    id: str
    environment: str
    description: str
    supplier: str
    reference: str
    quantity: str
    unit: str
    cost: str
    price: str
    total_cost: str
    total_price: str
    changed_at: str
    changed_by: str
    version: int


class PromobItemPage(Page[PromobItem], OfEnvironment):
    """Promob's items of a version of an environment."""


class ItemLine(BaseModel):
    """A line of the tab Itens: one of the two."""

    manual: ManualItemAnswer | None = None
    promob: PromobItem | None = None


class ItemPage(Page[ItemLine], OfEnvironment):
    """The items of an environment."""

    accepts: bool = Field(description="Se itens manuais ainda mudam: nada mais muda depois de concluída a revisão.")


class ChangeAnswer(BaseModel):
    """What of a module changed."""

    what: What
    name: str
    before: str
    after: str
    text: str


class ValueAnswer(BaseModel):
    """What something costs, and is sold for."""

    cost: str
    price: str


class DifferenceAnswer(BaseModel):
    """A module that came, went or changed. `before` is null where it is new, `after` where it is gone."""

    kind: Kind
    module: str
    ambient: str
    name: str
    sentence: str
    before: ValueAnswer | None
    after: ValueAnswer | None
    changes: list[ChangeAnswer]


class DifferencesAnswer(OfEnvironment):
    """What differs between two versions, from the earlier to the later one."""

    earlier: int
    later: int
    before: ValueAnswer
    after: ValueAnswer
    sentence: str
    differences: list[DifferenceAnswer]
    left_out: int = Field(description=f"Quantas diferenças não couberam; vêm no máximo {MOST_DIFFERENCES}.")


def promob_item(priced: PricedItem) -> PromobItem:
    """An item of a version."""
    item = priced.item
    return PromobItem(
        id=item.unique_id,
        parent=item.parent_id or None,
        module=item.module,
        ambient=list(item.ambient),
        category=item.category,
        description=item.description,
        reference=item.reference,
        supplier=item.supplier,
        repetition=number(item.repetition),
        quantity=number(item.quantity),
        unit=item.unit,
        dimensions=item.dimensions,
        finishes=dict(item.finishes),
        counted=item.counted,
        unpriced=priced.is_unpriced,
        cost=number_or_none(item.order),
        price=number_or_none(priced.price),
        promob_price=number_or_none(item.budget),
    )


def manual_answer(item: ManualItem) -> ManualItemAnswer:
    """An item by hand."""
    return ManualItemAnswer(
        id=item.id,
        environment=item.environment,
        description=item.description,
        supplier=item.supplier,
        reference=item.reference,
        quantity=number(item.quantity),
        unit=item.unit,
        cost=number(item.cost),
        price=number(item.price),
        total_cost=number(cents(item.cost * item.quantity)),
        total_price=number(cents(item.price * item.quantity)),
        changed_at=clock.iso(item.changed_at),
        changed_by=item.changed_by,
        version=item.version,
    )


def differences_answer(
    earlier: int, later: int, found: Differences, project: str, environment: str
) -> DifferencesAnswer:
    """What differs, as people in the trade say it; project, environment: their names."""
    shown = found.found[:MOST_DIFFERENCES]
    return DifferencesAnswer(
        project=project,
        environment=environment,
        earlier=earlier,
        later=later,
        before=_value(found.before),
        after=_value(found.after),
        sentence=found.sentence,
        differences=[_difference(one) for one in shown],
        left_out=len(found.found) - len(shown),
    )


def _difference(one: Difference) -> DifferenceAnswer:
    return DifferenceAnswer(
        kind=one.kind,
        module=one.module,
        ambient=one.ambient,
        name=one.name,
        sentence=one.sentence,
        before=_value(one.before) if one.before else None,
        after=_value(one.after) if one.after else None,
        changes=[
            ChangeAnswer(what=each.what, name=each.name, before=each.before, after=each.after, text=each.text)
            for each in one.changes
        ],
    )


def _value(value: Value) -> ValueAnswer:
    return ValueAnswer(cost=number(value.cost), price=number(value.price))
