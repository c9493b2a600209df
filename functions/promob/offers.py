"""What a project comes to for other people: budgets for its customer, purchase orders for suppliers, its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from promob.projects import Offered


class BudgetState(StrEnum):
    """Where a budget stands. Whether it is still valid follows from its date."""

    OPEN = "open"
    APPROVED = "approved"
    UNDONE = "undone"  # its conversion was taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """An environment in a budget: what is offered, and what it comes to."""

    offered: Offered
    name: str
    gross: Decimal
    price: Decimal  # after the discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget (orçamento). Times are seconds since 1970; it is valid up to and with the day of `valid_until`."""

    id: str
    number: int
    project: str
    lines: tuple[BudgetLine, ...]
    created_at: float
    created_by: str
    valid_until: str  # yyyy-mm-dd, in São Paulo
    state: BudgetState = BudgetState.OPEN
    decided_at: float | None = None
    decided_by: str = ""
    changed_at: float = 0
    version: int = 0

    @property
    def gross(self) -> Decimal:
        """What it comes to without discounts."""
        return sum((line.gross for line in self.lines), Decimal("0.00"))

    @property
    def price(self) -> Decimal:
        """What the customer pays."""
        return sum((line.price for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualItem:
    """An item by hand of an environment. Nothing that comes from Promob ever touches it."""

    id: str
    environment: str
    description: str
    supplier: str = ""
    reference: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = "un"
    cost: Decimal  # of one
    price: Decimal  # of one
    changed_at: float = 0
    changed_by: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """What one supplier is to deliver of a revised project. `lines` is the object that keeps them."""

    id: str
    project: str
    store: str
    supplier: str
    lines: str
    count: int
    cost: Decimal
    created_at: float
    created_by: str
    changed_at: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """Something that happened to a project: a stable code, the environment's name, and what people should know."""

    code: str
    at: float
    by: str
    environment: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
