"""The commercial rules of stores in DynamoDB: one row for each store, replaced as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from promob.pricing import Rule
from promob.store.keeping import Change, Kept
from promob.store.rows import row_of, scope_of, stored_value
from sincronia import clock
from sincronia.answers import Problem, ProblemError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRules:
    """A store's rules; version 0 where it never had any."""

    rules: tuple[Rule, ...] = ()
    changed_at: float = 0
    changed_by: str = ""
    version: int = 0


_RULES = TypeAdapter(StoreRules)


def stored_rules(connection: str, store_id: str) -> StoreRules:
    """A store's rules, read consistently."""
    return stored_value(_RULES, rules_scope(connection), store_id) or StoreRules()


def keep_rules(connection: str, store_id: str, before: StoreRules, rules: Sequence[Rule], by: str) -> StoreRules:
    """Other rules in place of those that were read; the same ones change nothing.

    Raises ProblemError(promob.rules_changed) where they are no longer as they were read.
    """
    if before.version and tuple(rules) == before.rules:
        return before
    after = StoreRules(rules=tuple(rules), changed_at=clock.now(), changed_by=by, version=before.version + 1)
    row = row_of(_RULES, rules_scope(connection), store_id, after, version=after.version)
    if Change(connection, row, before.version).kept() != Kept.DONE:
        raise ProblemError(Problem("promob.rules_changed"))
    return after


def rules_scope(connection: str) -> str:
    """The scope of stores' rules."""
    return scope_of(connection, "rules")
