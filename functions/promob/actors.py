"""Who may act on what is a store's: its responsible user, or one of its users who is linked to Promob (seed 002,
“Configuração por usuário”).
"""

from __future__ import annotations

from dataclasses import dataclass

from promob.store.stores import STORES
from promob.store.users import stored_user
from promob.stores import Store
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Token

ACTOR_REFUSES = (
    *("promob.store_unknown", "promob.store_not_active"),
    *("promob.user_not_of_store", "promob.user_not_linked"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who may act. `link` is what Promob opens by; empty for the responsible user, who needs none."""

    id: str  # the token's
    store: Store
    link: str = ""
    is_manager: bool = False


def actor(connection: str, caller: Token, store_id: str) -> Actor:
    """The caller, as who acts on what is a store's. Raises ProblemError(ACTOR_REFUSES)."""
    store = STORES.needed(connection, store_id)
    if store.activated_at is None:
        raise ProblemError(Problem("promob.store_not_active", {"name": store.name}))
    user = stored_user(connection, caller.id)
    if caller.id == store.responsible:
        return Actor(id=caller.id, store=store, is_manager=user is not None and user.is_manager)
    if user is None or user.store != store.id:
        raise ProblemError(Problem("promob.user_not_of_store", {"name": store.name}))
    if not user.is_linked:
        raise ProblemError(Problem("promob.user_not_linked", {"name": user.name}))
    return Actor(id=caller.id, store=store, link=user.link, is_manager=user.is_manager)
