"""Routes of a network's customers: found or made here, and made in Promob in the background (seed 002, “Criando um
cliente novo”).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator

from promob.actors import ACTOR_REFUSES, actor
from promob.customer_forms import (
    ChangedCustomer,
    CustomerAnswer,
    CustomerChange,
    CustomerPage,
    FoundCustomer,
    NewCustomer,
    OneCustomer,
    changed_answer,
    customer_answer,
)
from promob.customers import Customer
from promob.form_fields import normal_document
from promob.named_answers import Choice, named_page
from promob.paths import ChangedSince, CustomerInPath
from promob.store.customers import (
    CUSTOMERS,
    changed_customer,
    customer_of_document,
    customers_changed,
    made_customer,
)
from promob.store.names import names_of
from promob.store.project_rows import projects_of_customer
from promob.store.stores import STORES
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.identities import punctuated
from sincronia.store.listing import Listed
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.hint_forms import told
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, after_of

_ONE = ("connection_unknown", "promob.customer_unknown")
_DRAWN_WITH = {"punctuated": punctuated}
DocumentInQuery = Annotated[
    str,
    Query(max_length=30, description="Só o cliente deste CPF ou CNPJ, com ou sem pontuação."),
    AfterValidator(normal_document),
]


@dataclass(frozen=True, slots=True)
class CustomerRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Clientes")
        customers = f"{self.integration.connection_path}/customers"
        one = f"{customers}/<customer>"
        routes.get(
            customers,
            role=Role.READER,
            summary="Lista os clientes da rede",
            refuses=("connection_unknown",),
            page="promob/customers.html",
            drawn_with=_DRAWN_WITH,
            menu="Clientes",
        )(self.list_customers)
        routes.post(
            customers,
            role=Role.OPERATOR,
            summary="Encontra um cliente pelo CPF ou CNPJ, ou o cria, aqui e depois no Promob",
            answered="O cliente. O Promob o recebe em instantes; o que o impedir aparece no próprio cliente.",
            refuses=("connection_unknown", "promob.document_taken", *ACTOR_REFUSES),
        )(self.create_customer)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê um cliente e os seus projetos",
            refuses=_ONE,
            page="promob/customer.html",
            drawn_with=_DRAWN_WITH,
        )(self.read_customer)
        routes.patch(
            one,
            role=Role.OPERATOR,
            summary="Altera um cliente",
            answered="O cliente; um que o Promob ainda não tem é tentado lá de novo, e um que ele já tem só muda aqui.",
            refuses=(
                *(*_ONE, "promob.changed_meanwhile", "promob.document_taken", "promob.document_fixed"),
                *ACTOR_REFUSES,
            ),
        )(self.change_customer)
        return routes

    def list_customers(
        self,
        connection: ConnectionInPath,
        changed_since: ChangedSince = None,
        document: DocumentInQuery = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> CustomerPage:
        """A document's customer is one at most, whenever it changed."""
        self.integration.connection(connection)
        if document:
            one = customer_of_document(connection, document)
            found = Listed((one,) if one else (), None)
        else:
            since = None if changed_since is None else changed_since.timestamp()
            found = customers_changed(connection, since, limit, after_of(cursor))
        stores = [Choice(id=store.id, name=store.name) for store in STORES.all(connection)]
        named = named_page(
            found, lambda customer: self._answer(connection, customer), {store.id: store.name for store in stores}
        )
        return CustomerPage(**dict(named), stores=stores)

    def create_customer(
        self, connection: ConnectionInPath, new: NewCustomer, caller: Caller, idempotency_key: IdempotencyKey
    ) -> FoundCustomer:
        """One that is found stays as it is. Whoever died before the answer, and asks again, finds what was made."""
        self.integration.connection(connection)
        actor(connection, caller, new.store)
        wanted = Customer(
            id=id_for(caller, idempotency_key, new, connection, "customers"),
            store=new.store,
            name=new.name,
            document=new.document,
            email=new.email,
            phone=new.phone,
        )
        customer, _ = made_customer(connection, wanted, caller.id)
        return FoundCustomer(**self._answer(connection, customer).model_dump(), made=customer.id == wanted.id)

    def read_customer(self, connection: ConnectionInPath, customer: CustomerInPath) -> OneCustomer:
        """With the reason why Promob doesn't have it, where it doesn't."""
        found = self._customer(connection, customer)
        projects = projects_of_customer(connection, customer)
        names = names_of(connection, stores={found.store}, people={found.changed_by})
        return OneCustomer(
            **dict(self._answer(connection, found)),
            projects=[Choice(id=one.id, name=one.name) for one in projects],
            names=names,
        )

    def change_customer(
        self, connection: ConnectionInPath, customer: CustomerInPath, change: CustomerChange, caller: Caller
    ) -> ChangedCustomer:
        """What isn't named stays. Promob has no known way to take changes of a customer that it has."""
        before = self._customer(connection, customer)
        actor(connection, caller, before.store)
        named: dict[str, Any] = change.model_dump(exclude_none=True)
        after = changed_customer(connection, customer, caller.id, partial(_changed, named=named))
        return changed_answer(before, self._answer(connection, after))

    def _customer(self, connection: str, customer_id: str) -> Customer:
        self.integration.connection(connection)
        return CUSTOMERS.needed(connection, customer_id)

    def _answer(self, connection: str, customer: Customer) -> CustomerAnswer:
        customers = f"{connection_url(self.integration.name, connection)}/customers"
        return customer_answer(customer, customers, lambda problem: told(problem, self.integration))


def _changed(before: Customer, named: dict[str, Any]) -> Customer:
    after = replace(before, **named)
    if before.promob_id and before.document and after.document != before.document:
        raise ProblemError(Problem("promob.document_fixed"))
    return after
