"""Routes of a store's commercial rules, by which Promob's items become a price (seed 002, “Preparar para Negociação
ou Negociar”).
"""

from __future__ import annotations

from dataclasses import dataclass

from promob.paths import StoreInPath, store_path
from promob.pricing import Rule
from promob.rule_forms import RulesAnswer, RulesChange, rule_of, rules_answer
from promob.store.names import names_of
from promob.store.rules import StoreRules, keep_rules, stored_rules
from promob.store.stores import STORES
from promob.stores import Store
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_answers import RequestProblemError


@dataclass(frozen=True, slots=True)
class RuleRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Regras comerciais")
        path = f"{store_path(self.integration)}/rules"
        refuses = ("connection_unknown", "promob.store_unknown")
        routes.get(
            path,
            role=Role.READER,
            summary="Lê as regras comerciais de uma loja",
            refuses=refuses,
            page="promob/rules.html",
        )(self.read_rules)
        routes.patch(
            path,
            role=Role.ADMINISTRATOR,
            summary="Substitui as regras comerciais de uma loja; valem para as versões geradas a partir de agora",
            refuses=(*refuses, "promob.rule_doubled", "promob.rules_changed"),
        )(self.replace_rules)
        return routes

    def read_rules(self, connection: ConnectionInPath, store: StoreInPath) -> RulesAnswer:
        """None, where the store never had any: Promob's own sale prices hold."""
        found = self._store(connection, store)
        return _answer(connection, found, stored_rules(connection, store))

    def replace_rules(
        self, connection: ConnectionInPath, store: StoreInPath, change: RulesChange, caller: Caller
    ) -> RulesAnswer:
        """All at once; the same rules change nothing."""
        found = self._store(connection, store)
        rules = [rule_of(form) for form in change.rules]
        _check_distinct(rules)
        before = stored_rules(connection, store)
        if change.version not in {None, before.version}:
            raise ProblemError(Problem("promob.rules_changed"))
        return _answer(connection, found, keep_rules(connection, store, before, rules, caller.id))

    def _store(self, connection: str, store: str) -> Store:
        self.integration.connection(connection)
        return STORES.needed(connection, store)


def _answer(connection: str, store: Store, kept: StoreRules) -> RulesAnswer:
    return rules_answer(store, kept, names_of(connection, people={kept.changed_by}))


def _check_distinct(rules: list[Rule]) -> None:
    """Raises where two rules are for the same: nobody could say which of them holds."""
    seen = set[tuple[str, ...]]()
    for number, rule in enumerate(rules):
        key = tuple(text.casefold() for text in (rule.category, rule.supplier, rule.reference))
        if key in seen:
            raise RequestProblemError(Problem("promob.rule_doubled", {"name": rule.title}), field=f"rules.{number}")
        seen.add(key)
