"""Answers that say what people call what they name by its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from sincronia.store.listing import Listed
from sincronia.web.paging import Page, cursor_of

Item = TypeVar("Item")
Value = TypeVar("Value")

Names = Annotated[
    dict[str, str],
    Field(
        description="Como se chama o que a resposta cita pela identificação: lojas, clientes, projetos e pessoas, e os "
        "fornecedores dos pedidos de compra."
    ),
]


class Choice(BaseModel):
    """Something that may be chosen."""

    id: str
    name: str


class OfEnvironment(BaseModel):
    """What of an environment of a project is told: how both are called."""

    project: str = Field(description="O nome do projeto.")
    environment: str = Field(description="O nome do ambiente.")


class NamedPage(Page[Item], Generic[Item]):
    """A page of a list, with names."""

    names: Names


def named_page(listed: Listed[Value], item_of: Callable[[Value], Item], names: dict[str, str]) -> NamedPage[Item]:
    """The answer's form of what the store listed."""
    return NamedPage(items=[item_of(value) for value in listed.values], next=cursor_of(listed.after), names=names)
