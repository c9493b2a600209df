"""What is ordered of the revised items, supplier by supplier (seed 002, “Revisão de ambientes”). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from promob.environments import ZERO, Environment
from promob.items import CENT, item_from_line
from promob.offers import ManualItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A line of a purchase order. `cost` is that of the whole quantity."""

    supplier: str
    environment: str  # its name
    description: str
    reference: str
    dimensions: str
    finishes: Mapping[str, str]
    quantity: Decimal
    unit: str
    cost: Decimal

    def as_line(self) -> dict[str, Any]:
        """The line as JSON; decimals are text."""
        return {
            "environment": self.environment,
            "description": self.description,
            "reference": self.reference,
            "dimensions": self.dimensions,
            "finishes": dict(self.finishes),
            "quantity": f"{self.quantity:f}",
            "unit": self.unit,
            "cost": f"{self.cost:f}",
        }


def ordered(
    environment: Environment, lines: Iterable[Mapping[str, Any]], manual: Sequence[ManualItem], supplier: str
) -> Iterator[Ordered]:
    """The lines of an environment's purchase orders: the counted items of its version, and its items by hand.

    supplier: of those items for which nobody names one.
    """
    for line in lines:
        item = item_from_line(line)
        if item.counted:
            yield Ordered(
                supplier=item.supplier or supplier,
                environment=environment.name,
                description=item.description,
                reference=item.reference,
                dimensions=item.dimensions,
                finishes=item.finishes,
                quantity=item.repetition,
                unit="pç",
                cost=item.order or ZERO,
            )
    for one in manual:
        yield Ordered(
            supplier=one.supplier or supplier,
            environment=environment.name,
            description=one.description,
            reference=one.reference,
            dimensions="",
            finishes={},
            quantity=one.quantity,
            unit=one.unit,
            cost=(one.cost * one.quantity).quantize(CENT, ROUND_HALF_UP),
        )
