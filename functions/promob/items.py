"""What a budget of Promob's is made of: its items, and what they come to. Promob's LISTING, in types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item. Sizes are millimetres. `order` and `budget` are None where Promob gave no such price.

    Those that are counted carry the price of all that they hold: the first components from the top. A group above them
    and a part below them are there to be seen.
    """

    unique_id: str
    parent_id: str = ""
    module: str  # id of the topmost item that it belongs to, or its own
    ambient: tuple[str, ...]  # its name, after those that it stands in
    category: str
    description: str
    reference: str = ""
    repetition: Decimal = Decimal(1)  # pieces
    quantity: Decimal = Decimal(1)  # in units
    unit: str = ""
    width: Decimal | None = None
    height: Decimal | None = None
    depth: Decimal | None = None
    dimensions: str = ""  # as Promob writes them
    is_component: bool  # a real piece, and no group
    supplier: str = ""
    finishes: Mapping[str, str] = field(default_factory=dict)  # MATERIAL, THICKNESS, MODEL, FITA_BORDA_1 …
    order: Decimal | None = None  # factory cost, in cents
    budget: Decimal | None = None  # Promob's sale price, in cents
    counted: bool

    @property
    def is_unpriced(self) -> bool:
        """Whether it should have both prices, and has not."""
        return self.counted and (self.order is None or self.budget is None)

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.description} ({self.reference})" if self.reference else self.description or self.unique_id

    def as_line(self) -> dict[str, Any]:
        """The item as JSON; what is empty is left out, decimals are text."""
        line: dict[str, Any] = {
            "id": self.unique_id,
            "parent": self.parent_id,
            "module": self.module,
            "ambient": list(self.ambient),
            "category": self.category,
            "description": self.description,
            "reference": self.reference,
            "repetition": _text(self.repetition),
            "quantity": _text(self.quantity),
            "unit": self.unit,
            "width": _text(self.width),
            "height": _text(self.height),
            "depth": _text(self.depth),
            "dimensions": self.dimensions,
            "component": self.is_component,
            "supplier": self.supplier,
            "finishes": dict(self.finishes),
            "order": _text(self.order),
            "budget": _text(self.budget),
            "counted": self.counted,
        }
        return {name: value for name, value in line.items() if value}


def item_from_line(line: Mapping[str, Any]) -> Item:
    """The item of a line."""
    return Item(
        unique_id=line["id"],
        parent_id=line.get("parent", ""),
        module=line["module"],
        ambient=tuple(line.get("ambient", ())),
        category=line.get("category", ""),
        description=line.get("description", ""),
        reference=line.get("reference", ""),
        repetition=Decimal(line["repetition"]),
        quantity=Decimal(line["quantity"]),
        unit=line.get("unit", ""),
        width=_number(line.get("width")),
        height=_number(line.get("height")),
        depth=_number(line.get("depth")),
        dimensions=line.get("dimensions", ""),
        is_component=line.get("component", False),
        supplier=line.get("supplier", ""),
        finishes=line.get("finishes", {}),
        order=_number(line.get("order")),
        budget=_number(line.get("budget")),
        counted=line.get("counted", False),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What counted items come to, in cents. `unpriced`: how many of them Promob gave no price."""

    count: int = 0
    unpriced: int = 0
    cost: Decimal = ZERO
    price: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a budget says beside its items. `date` and `hour` are as Promob writes them.

    `sums` are Promob's own, which the items come to; `unpriced` counts those of ITEMSWITHOUTPRICE, too.
    """

    description: str = ""
    date: str = ""
    hour: str = ""
    currency: str = ""
    customer: Mapping[str, str] = field(default_factory=dict, repr=False)  # by Promob's ids: nomecliente, cpfcnpj …
    items: int = 0  # of all kinds
    sums: Sums
    categories: Mapping[str, Sums] = field(default_factory=dict)


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
