"""An environment of a project: what Promob has saved of it, its current version, and what it needs. Pure.

Seed 002, “Atualização do projeto no FoccoLojas” and “Aprovação do orçamento”.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from sincronia.answers import Problem

ZERO = Decimal("0.00")


class Need(StrEnum):
    """What has to be done before an environment is up to date."""

    PREPARE = "prepare"  # in Promob: a save is newer than the last budget
    UPDATE = "update"  # here: a budget is newer than the current version


class Origin(StrEnum):
    """Where an environment was made."""

    HERE = "here"
    PROMOB = "promob"
    LEGACY = "legacy"  # it was in Promob, and was integrated into a project here


class Source(StrEnum):
    """What the Promob project of a technical assistance begins with."""

    BLANK = "blank"  # Arquivo em branco
    REVISION = "revision"  # Arquivo da revisão


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBudget:
    """The last budget that Promob sent of an environment. `items` is the object that keeps what it is made of."""

    sequence: int
    option: str  # the project's name in Promob
    received_at: float  # seconds since 1970
    items: str
    count: int  # items with a price of their own
    unpriced: int  # of them, those that Promob gave none
    cost: Decimal  # Promob's own sums: factory's, and sale
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an update made of a stored budget by the store's commercial rules. It never changes."""

    number: int
    sequence: int  # of the budget that it was made of
    option: str  # Nome da opção
    imported_at: float  # Data da opção; seconds since 1970
    promob_id: str  # Identificador
    items: str  # the object that keeps its priced items
    count: int
    unpriced: int
    cost: Decimal
    price: Decimal
    promob_price: Decimal  # what Promob would sell it for
    discount_limit: Decimal | None = None  # percent, the tightest of the rules; None where no rule has any
    limited_by: str = ""  # the rule that has it, as people know it
    made_by: str = ""  # token id; empty: Promob's first budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The approval of a budget, as one of its environments has it."""

    version: int
    budget: str  # id
    at: float  # seconds since 1970
    by: str
    manual: int = 0  # how often its items by hand had changed by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What is given on the price of an environment, and who lets it through where it is above the rules' limit."""

    percent: Decimal
    asked_by: str
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A technical assistance: its number, the environment that it is about, and what Promob's project begins with."""

    number: int
    environment: str
    source: Source | None  # None: items by hand alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment, which is one project in Promob. `promob_id` is empty until Promob has it."""

    id: str
    name: str
    origin: Origin = Origin.HERE
    created_at: float = 0
    worked_by: str = ""  # token id of who works on it
    promob_id: str = ""
    copy_of: str = ""  # the Promob project that it begins as a copy of
    problem: Problem | None = None  # why Promob doesn't have it
    saved: int = 0  # Promob's sequence of the newest save
    budget: StoredBudget | None = None
    current: Version | None = None
    manual: int = 0  # rises with every change of its items by hand
    manual_cost: Decimal = ZERO
    manual_price: Decimal = ZERO
    discount: Discount | None = None
    converted: Conversion | None = None
    reviewed: bool = False  # updated or confirmed since the reviewer's first access
    occurrence: Occurrence | None = None
    notified: str = ""  # id of the notification that is open
    told: str = ""  # Situação and Estágio, as Promob was last told

    @property
    def need(self) -> Need | None:
        """What has to be done; None where it is up to date, or nothing has come of it yet."""
        budgeted = self.budget.sequence if self.budget else 0
        if self.saved > budgeted:
            return Need.PREPARE
        if self.budget and (self.current is None or budgeted > self.current.sequence):
            return Need.UPDATE
        return None

    @property
    def has_newer_budget(self) -> bool:
        """Whether an update would make a version."""
        return self.budget is not None and (self.current is None or self.budget.sequence > self.current.sequence)

    @property
    def gross(self) -> Decimal:
        """The price before any discount: of the current version and of the items by hand."""
        return (self.current.price if self.current else ZERO) + self.manual_price

    @property
    def needs_approval(self) -> bool:
        """Whether its discount is above what the rules let a seller give, and no manager has let it through."""
        if self.discount is None or self.discount.approved_by or self.current is None:
            return False
        limit = self.current.discount_limit
        return limit is not None and self.discount.percent > limit

    def saved_at(self, sequence: int) -> Environment:
        """After a save in Promob; itself where that is known, or came late."""
        known = max(self.saved, self.budget.sequence if self.budget else 0)
        return replace(self, saved=sequence) if sequence > known else self

    def budgeted(self, budget: StoredBudget) -> Environment:
        """After a budget of Promob's; itself where that is known, or came late."""
        known = self.budget.sequence if self.budget else 0
        return replace(self, budget=budget) if budget.sequence > known else self

    def updated(self, version: Version) -> Environment:
        """With a version made of its stored budget. A manager's word on a discount held for the one before."""
        discount = replace(self.discount, approved_by="") if self.discount else None
        return replace(self, current=version, discount=discount)

    def with_discount(self, discount: Discount | None) -> Environment:
        """With another discount, or none."""
        return replace(self, discount=discount)

    @property
    def next_number(self) -> int:
        """The number that the next version gets."""
        return self.current.number + 1 if self.current else 1
