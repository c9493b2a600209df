"""The stores of a network in DynamoDB; an account of Promob's is one store's."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter

from promob.store.records import Records
from promob.stores import Store
from sincronia.engine.flow import Identity
from sincronia.store.listing import After, Listed

STORES = Records(
    entity="store",
    place="stores",
    form=TypeAdapter(Store),
    identities=lambda store: (Identity("account", store.account),),
    taken={"account": "promob.account_taken"},
    unknown="promob.store_unknown",
)


def stored_store(connection: str, store_id: str) -> Store | None:
    """A store, read consistently."""
    return STORES.stored(connection, store_id)


def store_of_account(connection: str, account: str) -> Store | None:
    """The store of Promob's AccountID."""
    return STORES.having(connection, Identity("account", account))


def made_store(connection: str, new: Store, by: str) -> tuple[Store, bool]:
    """A new store, and that it is; or the one of that id. Raises ProblemError(promob.account_taken)."""
    return STORES.made(connection, new, by)


def changed_store(connection: str, store_id: str, by: str, rule: Callable[[Store], Store]) -> Store:
    """A store after a rule. Raises what Records.changed raises."""
    return STORES.changed(connection, store_id, by, rule)


def stores_page(connection: str, limit: int, after: After | None) -> Listed[Store]:
    """A page of a network's stores, in the order of their ids."""
    return STORES.page(connection, limit, after)
