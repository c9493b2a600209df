"""What a store sells items for: its commercial rules (seed 002, “Preparar para Negociação ou Negociar”). Pure, decimal.

Of the rules that fit an item the most specific one holds: one that names the reference before one that doesn't, then
one that names the supplier, then one that names the category. Of two that name the same, the first in the store's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum
from itertools import product
from typing import Any

from promob.items import CENT, ZERO, Item, item_from_line
from promob.totals import cents

_HUNDRED = Decimal(100)


class Rounding(StrEnum):
    """Where a price goes that is no multiple of the step."""

    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.UP: ROUND_UP, Rounding.DOWN: ROUND_DOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A commercial rule; an empty category, supplier or reference is any. Names are compared without regard to case."""

    category: str = ""
    supplier: str = ""
    reference: str = ""
    markup: Decimal | None = None  # percent on the factory cost; None: Promob's own sale price
    discount_limit: Decimal | None = None  # percent; None: no limit
    step: Decimal = CENT
    rounding: Rounding = Rounding.HALF_UP

    @property
    def title(self) -> str:
        """The rule as people know it."""
        named = (("categoria", self.category), ("fornecedor", self.supplier), ("referência", self.reference))
        return ", ".join(f"{what} {name}" for what, name in named if name) or "todos os itens"

    def rounded(self, price: Decimal) -> Decimal:
        """A price as a multiple of the step."""
        steps = (price / self.step).quantize(Decimal(1), _MODES[self.rounding])
        return (steps * self.step).quantize(CENT)


_NO_RULE = Rule()


@dataclass(frozen=True, slots=True)
class PricedItem:
    """An item with what the store sells it for; None where it isn't counted, or lacks the price that its rule needs."""

    item: Item
    price: Decimal | None

    @property
    def is_unpriced(self) -> bool:
        """Whether it should have prices, and has not."""
        return self.item.is_unpriced or (self.item.counted and self.price is None)

    def as_line(self) -> dict[str, Any]:
        """The item's line, with its price."""
        line = self.item.as_line()
        return line if self.price is None else line | {"price": f"{self.price:f}"}


def priced_from_line(line: Mapping[str, Any]) -> PricedItem:
    """The priced item of a line."""
    price = line.get("price")
    return PricedItem(item_from_line(line), None if price is None else Decimal(price))


@dataclass(slots=True, kw_only=True)
class PricedSums:
    """What counted items come to, as the store and as Promob would sell them."""

    count: int = 0
    unpriced: int = 0
    cost: Decimal = ZERO
    price: Decimal = ZERO
    promob_price: Decimal = ZERO

    def add(self, one: PricedItem) -> None:
        """With one more counted item."""
        self.count += 1
        self.unpriced += one.is_unpriced
        self.cost += one.item.order or ZERO
        self.price += one.price or ZERO
        self.promob_price += one.item.budget or ZERO


@dataclass(slots=True)
class Priced:
    """Items that are being priced: gives each once; what they come to stands when all were taken.

    `limited_by` is the rule with the tightest discount limit of those that priced an item.
    """

    items: Iterable[Item]
    rules: Sequence[Rule]
    sums: PricedSums = field(default_factory=PricedSums)
    categories: dict[str, PricedSums] = field(default_factory=dict)
    limited_by: Rule | None = None

    def __iter__(self) -> Iterator[PricedItem]:
        fitting = _Fitting(self.rules)
        for item in self.items:
            if not item.counted:
                yield PricedItem(item, None)
                continue
            rule = fitting.rule(item)
            one = PricedItem(item, _price(item, rule))
            self.sums.add(one)
            self.categories.setdefault(item.category, PricedSums()).add(one)
            self._limit(rule)
            yield one

    @property
    def discount_limit(self) -> Decimal | None:
        """The tightest limit, in percent; None where no rule has any."""
        return self.limited_by.discount_limit if self.limited_by else None

    def _limit(self, rule: Rule) -> None:
        tightest = self.discount_limit
        if rule.discount_limit is not None and (tightest is None or rule.discount_limit < tightest):
            self.limited_by = rule


def priced(items: Iterable[Item], rules: Sequence[Rule]) -> Priced:
    """Items priced by a store's rules; where none fits, for Promob's own sale price."""
    return Priced(items, rules)


def with_discount(price: Decimal, percent: Decimal) -> Decimal:
    """A price after a discount, in cents."""
    return cents(price * (_HUNDRED - percent) / _HUNDRED)


class _Fitting:
    """A store's rules, by what they name."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: dict[tuple[str, str, str], Rule] = {}
        for rule in rules:
            self._rules.setdefault((_key(rule.reference), _key(rule.supplier), _key(rule.category)), rule)

    def rule(self, item: Item) -> Rule:
        """The most specific rule that fits an item."""
        names = ((_key(item.reference), ""), (_key(item.supplier), ""), (_key(item.category), ""))
        return next((found for key in product(*names) if (found := self._rules.get(key))), _NO_RULE)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _price(item: Item, rule: Rule) -> Decimal | None:
    if rule.markup is None:
        return None if item.budget is None else rule.rounded(item.budget)
    return None if item.order is None else rule.rounded(item.order * (_HUNDRED + rule.markup) / _HUNDRED)
