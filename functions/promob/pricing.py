"""A store's commercial rules, and what they make of Promob's items. Pure, in decimal arithmetic.

Seed 002, “Preparar para Negociação ou Negociar”: FoccoLojas applies its commercial rules to make the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

from promob.items import CENT, ZERO, Item


class Rounding(StrEnum):
    """Which way a price is rounded to a rule's step."""

    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.UP: ROUND_UP, Rounding.DOWN: ROUND_DOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A commercial rule for the items of a category, a supplier, a reference; what is empty is any.

    `markup`: percent on the factory's cost; None keeps Promob's own sale price. `discount_limit`: percent that a seller
    may give; None: no limit.
    """

    category: str = ""
    supplier: str = ""
    reference: str = ""
    markup: Decimal | None = None
    discount_limit: Decimal | None = None
    step: Decimal = CENT
    rounding: Rounding = Rounding.HALF_UP

    @property
    def name(self) -> str:
        """What people call it: what it is for."""
        named = (("categoria", self.category), ("fornecedor", self.supplier), ("referência", self.reference))
        return ", ".join(f"{title} {value}" for title, value in named if value) or "todos os itens"

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How special it is: a reference outweighs a supplier, and a supplier a category."""
        return bool(self.reference), bool(self.supplier), bool(self.category)

    def fits(self, item: Item) -> bool:
        """Whether it is for an item."""
        mine = (self.category, self.supplier, self.reference)
        its = (item.category, item.supplier, item.reference)
        pairs = zip(mine, its, strict=True)
        return all(not one or one.strip().casefold() == other.strip().casefold() for one, other in pairs)

    def price(self, item: Item) -> Decimal:
        """What an item is sold for; nothing, where Promob gave it no such price."""
        cost, price = item.order or ZERO, item.budget or ZERO
        whole = price if self.markup is None else cost * (1 + self.markup / 100)
        return ((whole / self.step).quantize(Decimal(1), _MODES[self.rounding]) * self.step).quantize(CENT)


_OWN = Rule()  # where no rule fits: Promob's own price, to the cent


def rule_of(item: Item, rules: Sequence[Rule]) -> Rule:
    """The most special of the rules that fit; of two that are as special, the first."""
    return max((rule for rule in rules if rule.fits(item)), key=lambda rule: rule.rank, default=_OWN)


def with_discount(price: Decimal, percent: Decimal) -> Decimal:
    """A price after a discount, to the cent."""
    return (price * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP)
