"""Customers in DynamoDB: known by their CPF or CNPJ, and by what Promob calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import TypeAdapter

from promob.customers import Customer
from promob.flow_names import CUSTOMER
from promob.store.records import Records
from sincronia.answers import ProblemError
from sincronia.engine.flow import Identity
from sincronia.engine.hints import Hint, requested
from sincronia.identities import kind_of
from sincronia.store.listing import After, Listed


def _identities(customer: Customer) -> Iterator[Identity]:
    if customer.document:
        yield Identity(kind_of(customer.document), customer.document)
    if customer.promob_id:
        yield Identity("promob_customer", customer.promob_id)


def _hints(connection: str, before: Customer | None, after: Customer, by: str) -> tuple[Hint, ...]:
    """Promob is to have a customer that it doesn't have; again where something of it was corrected."""
    if after.promob_id or (before and _told(before) == _told(after)):
        return ()
    return (requested(connection, CUSTOMER, after.id, by),)


def _told(customer: Customer) -> tuple[str, ...]:
    return customer.store, customer.name, customer.document, customer.email, customer.phone


CUSTOMERS = Records(
    entity=CUSTOMER,
    place="customers",
    form=TypeAdapter(Customer),
    identities=_identities,
    taken={
        "cpf": "promob.document_taken",
        "cnpj": "promob.document_taken",
        "promob_customer": "promob.customer_integrated_before",
    },
    unknown="promob.customer_unknown",
    hints=_hints,
    is_followed=True,
)


def stored_customer(connection: str, customer_id: str) -> Customer | None:
    """A customer, read consistently."""
    return CUSTOMERS.stored(connection, customer_id)


def customer_of_document(connection: str, document: str) -> Customer | None:
    """The customer of a CPF or CNPJ in normal form."""
    return CUSTOMERS.having(connection, Identity(kind_of(document), document))


def customer_of_promob(connection: str, promob_id: str) -> Customer | None:
    """The customer that Promob calls so."""
    return CUSTOMERS.having(connection, Identity("promob_customer", promob_id))


def made_customer(connection: str, new: Customer, by: str) -> tuple[Customer, bool]:
    """A customer found by its document or Promob's id, or made; and whether it was made. `by`: empty for Promob."""
    found = _known(connection, new)
    if found:
        return found, False
    try:
        return CUSTOMERS.made(connection, new, by)
    except ProblemError:
        found = _known(connection, new)  # made by somebody else meanwhile
        if found is None:
            raise
        return found, False


def _known(connection: str, new: Customer) -> Customer | None:
    found = (CUSTOMERS.having(connection, one) for one in _identities(new))
    return next((one for one in found if one), None)


def changed_customer(connection: str, customer_id: str, by: str, rule: Callable[[Customer], Customer]) -> Customer:
    """A customer after a rule. Raises what Records.changed raises."""
    return CUSTOMERS.changed(connection, customer_id, by, rule)


def customers_changed(connection: str, since: float | None, limit: int, after: After | None) -> Listed[Customer]:
    """A page of customers in the order of their last change; see values_changed."""
    return CUSTOMERS.changed_since(connection, since, limit, after)
