"""A customer of the network: made here, and then in Promob, or the other way round."""

from __future__ import annotations

from dataclasses import dataclass

from sincronia.answers import Problem
from sincronia.engine.privacy import ERASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer. `document` is a CPF or CNPJ in normal form, empty where Promob told none."""

    id: str
    store: str  # by whose account Promob has it
    name: str
    document: str = ""
    email: str = ""
    phone: str = ""
    promob_id: str = ""  # empty until Promob has it
    problem: Problem | None = None  # why Promob doesn't have it
    created_at: float = 0
    changed_at: float = 0
    changed_by: str = ""  # token id; empty: Promob
    version: int = 0

    @property
    def is_erased(self) -> bool:
        """Whether a privacy request has taken out who it is."""
        return self.name == ERASED
