"""How a version is made of the budget that Promob sent last, by the store's commercial rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from promob.environments import ZERO, Environment, StoredBudget, Version
from promob.items import item_from_line
from promob.ports import ItemObjects
from promob.pricing import Rule, rule_of
from sincronia import clock

PRICE = "price"  # of a version's line: what the item is sold for, beside all that Promob says of it


@dataclass(slots=True)
class _Sums:
    """What the counted items of a version come to, and the rule that lets the least discount through."""

    rules: Sequence[Rule]
    count: int = 0
    unpriced: int = 0
    cost: Decimal = ZERO
    price: Decimal = ZERO
    promob_price: Decimal = ZERO
    limits: dict[str, Decimal] = field(default_factory=dict)  # by the rule's name

    def priced(self, lines: Iterator[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The lines with the prices of those that are counted."""
        for line in lines:
            item = item_from_line(line)
            if not item.counted:
                yield line
                continue
            rule = rule_of(item, self.rules)
            price = rule.price(item)
            self.count += 1
            self.unpriced += item.is_unpriced
            self.cost += item.order or ZERO
            self.promob_price += item.budget or ZERO
            self.price += price
            if rule.discount_limit is not None:
                self.limits[rule.name] = rule.discount_limit
            yield {**line, PRICE: f"{price:f}"}


def version_of(
    environment: Environment, budget: StoredBudget, rules: Sequence[Rule], objects: ItemObjects, by: str
) -> Version:
    """The environment's next version, its priced items kept. `by`: a token id, empty for Promob's first budget."""
    sums = _Sums(rules)
    items = objects.keep("priced", sums.priced(objects.lines(budget.items)))
    limited_by = min(sums.limits, key=lambda name: sums.limits[name], default="")
    return Version(
        number=environment.next_number,
        sequence=budget.sequence,
        option=budget.option,
        imported_at=clock.now(),
        promob_id=environment.promob_id,
        items=items,
        count=sums.count,
        unpriced=sums.unpriced,
        cost=sums.cost,
        price=sums.price,
        promob_price=sums.promob_price,
        discount_limit=sums.limits.get(limited_by),
        limited_by=limited_by,
        made_by=by,
    )
