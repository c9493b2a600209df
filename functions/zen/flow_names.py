"""The names that connections and runs keep Zen's flows under, and which of them may not be at work together."""

from __future__ import annotations

from collections.abc import Mapping

USERS = "sincronizar_usuarios"
COMPANIES = "sincronizar_empresas"
INITIAL = "sincronizacao_inicial"

# Flow → those that may not be at work together with it on one connection: they write the same records.
APART: Mapping[str, frozenset[str]] = {
    USERS: frozenset({INITIAL}),
    COMPANIES: frozenset({INITIAL}),
    INITIAL: frozenset({USERS, COMPANIES}),
}
