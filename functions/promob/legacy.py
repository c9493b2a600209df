"""The project of Promob's that is integrated into a store's project (seed 002, “Integração de legados”)."""

from __future__ import annotations

from promob.customers import Customer
from promob.promob_answers import PromobProject
from promob.promob_client import Promob
from promob.store.customers import customer_of_promob
from promob.stores import Store
from sincronia.answers import Problem
from sincronia.web.run_answers import RequestProblemError

LEGACY_REFUSES = ("promob.legacy_unknown", "promob.legacy_elsewhere", "promob.legacy_of_another")


def legacy_project(
    promob: Promob, connection: str, store: Store, customer: Customer | None, promob_id: str
) -> PromobProject:
    """A project of the store's account, as the Connect list shows it; it is nobody else's than the customer's.

    Raises RequestProblemError(LEGACY_REFUSES), and what Promob's client raises.
    """
    if promob.project(promob_id) is None:
        raise RequestProblemError(Problem("promob.legacy_unknown", {"promob_id": promob_id}), field="promob_id")
    there = _listed(promob, store, promob_id)
    if customer and (other := _other(connection, store, customer, there)):
        details = {"promob_id": promob_id, "other": other, "name": customer.name}
        raise RequestProblemError(Problem("promob.legacy_of_another", details), field="promob_id")
    return there


def _listed(promob: Promob, store: Store, promob_id: str) -> PromobProject:
    number: int | None = 1
    while number is not None:
        listed = promob.projects(store.account, number)
        if found := next((one for one in listed.rows if one.id == promob_id), None):
            return found
        number = listed.next
    details = {"promob_id": promob_id, "name": store.name}
    raise RequestProblemError(Problem("promob.legacy_elsewhere", details), field="promob_id")


def _other(connection: str, store: Store, customer: Customer, there: PromobProject) -> str:
    """What people call who has the project in Promob; empty where that is the customer, or isn't known to be another.

    A customer's id in Promob is that of the customer's own store's account.
    """
    if not there.customer_id or there.customer_id == customer.promob_id:
        return ""
    if known := customer_of_promob(connection, there.customer_id):
        return known.name
    return there.customer_id if customer.promob_id and customer.store == store.id else ""
