"""Whether what Promob says that items come to is what they come to, to the cent. Pure.

ASSUMPTION: a total is the sum of the items as they are written, or of each in whole cents. So what a total may differ
by doesn't grow with the items, and none that costs a cent can be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from promob.items import CENT, ZERO, Item, Sums
from sincronia.answers import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Exact:
    """The prices of an item as Promob wrote them, not rounded. 0 where there is none."""

    order: Decimal
    budget: Decimal


@dataclass(slots=True)
class Told:
    """What a TOTALPRICES says; None where it doesn't."""

    order: Decimal | None = None
    budget: Decimal | None = None


@dataclass(slots=True)
class Counted:
    """What counted items come to, item by item."""

    count: int = 0
    unpriced: int = 0
    cost: Decimal = ZERO
    price: Decimal = ZERO
    exact_cost: Decimal = ZERO
    exact_price: Decimal = ZERO

    def add(self, item: Item, exact: Exact) -> None:
        """With one more counted item."""
        self.count += 1
        self.unpriced += item.is_unpriced
        self.cost += item.order or ZERO
        self.price += item.budget or ZERO
        self.exact_cost += exact.order
        self.exact_price += exact.budget

    def include(self, other: Counted) -> None:
        """With all that another one counted."""
        self.count += other.count
        self.unpriced += other.unpriced
        self.cost += other.cost
        self.price += other.price
        self.exact_cost += other.exact_cost
        self.exact_price += other.exact_price

    def sums(self) -> Sums:
        """What it comes to."""
        return Sums(count=self.count, unpriced=self.unpriced, cost=self.cost, price=self.price)


def check(told: Told, *counted: Counted, where: str) -> None:
    """Raises ProblemError(promob.totals_differ) where a total is none of what was counted. `where`: “da categoria”."""
    for which, total, ours in (
        ("do custo de fábrica", told.order, [(one.cost, one.exact_cost) for one in counted]),
        ("do preço de venda", told.budget, [(one.price, one.exact_price) for one in counted]),
    ):
        if total is None or any(abs(total - one) < CENT for both in ours for one in both):
            continue
        details = {"where": where, "which": which, "told": reais(total), "ours": reais(ours[0][0])}
        raise ProblemError(Problem("promob.totals_differ", details))


def cents(value: Decimal) -> Decimal:
    """An amount in whole cents."""
    return value.quantize(CENT, ROUND_HALF_UP)


def reais(value: Decimal) -> str:
    """R$ 1.234,56."""
    return "R$ " + f"{cents(value):,.2f}".translate(str.maketrans(",.", ".,"))


def percent(value: Decimal) -> str:
    """12,5%."""
    return f"{value.normalize():f}%".replace(".", ",")
