"""How a version is made of the budget that Promob sent last, by the store's commercial rules."""

from __future__ import annotations

from collections.abc import Sequence

from promob.environments import Environment, StoredBudget, Version
from promob.items import item_from_line
from promob.ports import ItemObjects
from promob.pricing import Rule, priced
from sincronia import clock


def version_of(
    environment: Environment, budget: StoredBudget, rules: Sequence[Rule], objects: ItemObjects, by: str
) -> Version:
    """The environment's next version, its priced items kept. `by`: a token id, empty for Promob's first budget."""
    items = priced(map(item_from_line, objects.lines(budget.items)), rules)
    kept = objects.keep("priced", (one.as_line() for one in items))
    sums, limited_by = items.sums, items.limited_by
    return Version(
        number=environment.next_number,
        sequence=budget.sequence,
        option=budget.option,
        imported_at=clock.now(),
        promob_id=environment.promob_id,
        items=kept,
        count=sums.count,
        unpriced=max(sums.unpriced, budget.unpriced),
        cost=sums.cost,
        price=sums.price,
        promob_price=sums.promob_price,
        discount_limit=items.discount_limit,
        limited_by=limited_by.title if limited_by else "",
        made_by=by,
    )
