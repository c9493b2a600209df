"""A customer as the API takes and shows it (seed 002, “Criando um cliente novo”)."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, Field

from promob.customers import Customer
from promob.form_fields import Document, Email, Name, StoreId, Text
from promob.named_answers import Choice, NamedPage, Names
from sincronia import clock
from sincronia.answers import Problem
from sincronia.web.application import Input


class NewCustomer(Input):
    """A customer of a store, who is made in Promob too."""

    store: StoreId
    name: Name
    document: Document = Field(default="", description="CPF ou CNPJ; quem já o tem na rede é o mesmo cliente.")
    email: Email = ""
    phone: Text = ""


class CustomerChange(Input):
    """What of a customer is to change; what isn't named stays."""

    name: Name | None = None
    document: Document | None = Field(default=None, description="Até que o Promob tenha o cliente com um.")
    email: Email | None = None
    phone: Text | None = None


class CustomerAnswer(BaseModel):
    """A customer. `code`, `reason` and `advice`: why Promob doesn't have it."""

    id: str
    store: str
    name: str
    document: str = Field(description="CPF ou CNPJ sem pontuação; vazio, se o Promob não informou nenhum.")
    email: str
    phone: str
    promob_id: str | None = Field(description="A identificação no Promob; nula, enquanto ele não o tem.")
    code: str | None
    reason: str
    advice: str
    created_at: str
    changed_at: str
    changed_by: str = Field(description="A identificação de um token; vazia, o Promob.")
    url: str


class CustomerPage(NamedPage[CustomerAnswer]):
    """Customers of a network."""

    stores: list[Choice] = Field(description="As lojas da rede, em que se cria um cliente.")


class OneCustomer(CustomerAnswer):
    """A customer, with the projects that there are for them."""

    projects: list[Choice] = Field(description="Os projetos do cliente.")
    names: Names


class FoundCustomer(CustomerAnswer):
    """A customer who was asked for."""

    made: bool = Field(description="Se é novo; falso, se já havia um com o CPF ou CNPJ, que ficou como estava.")


class ChangedCustomer(CustomerAnswer):
    """A customer who was to change."""

    notice: str = Field(description="O que ainda se faz à mão, porque o Promob não é avisado da alteração; ou vazio.")


_NOTICE = "O Promob já tem o cliente e não recebe alterações feitas aqui: altere-o lá também."


def changed_answer(before: Customer, answer: CustomerAnswer) -> ChangedCustomer:
    """A customer after a change, and what is left to do in Promob; before: as it was."""
    told = (before.name, before.document, before.email, before.phone)
    left = answer.promob_id and told != (answer.name, answer.document, answer.email, answer.phone)
    return ChangedCustomer(**answer.model_dump(), notice=_NOTICE if left else "")


def customer_answer(
    customer: Customer, customers: str, told: Callable[[Problem | None], tuple[str, str]]
) -> CustomerAnswer:
    """A customer as people read it; customers: the path that all are below; told: a problem's sentence, what to do."""
    reason, advice = told(customer.problem)
    return CustomerAnswer(
        id=customer.id,
        store=customer.store,
        name=customer.name,
        document=customer.document,
        email=customer.email,
        phone=customer.phone,
        promob_id=customer.promob_id or None,
        code=customer.problem.code if customer.problem else None,
        reason=reason,
        advice=advice,
        created_at=clock.iso(customer.created_at),
        changed_at=clock.iso(customer.changed_at),
        changed_by=customer.changed_by,
        url=f"{customers}/{customer.id}",
    )
