"""What the API takes of projects and environments, of their items by hand, discounts, budgets and assistances."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from promob.environments import Source
from promob.form_fields import Name, PromobId, StoreId, Text, TokenId
from promob.projects import MOST_ENVIRONMENTS
from sincronia.ids import ID_FORM
from sincronia.web.application import Input

_Amount = Annotated[Decimal, Field(ge=0, le=Decimal("9999999.99"), max_digits=9, decimal_places=2)]
_Quantity = Annotated[Decimal, Field(gt=0, le=99_999, max_digits=8, decimal_places=3)]
_Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=7, decimal_places=4)]
_Id = Annotated[str, Field(pattern=ID_FORM)]


class NewProject(Input):
    """A project of a store for a customer."""

    store: StoreId
    customer: Annotated[_Id, Field(description="A identificação de um cliente.")]
    name: Name


class NewEnvironments(Input):
    """Environments that are made at once, here, and then one by one in Promob."""

    names: Annotated[
        list[Name],
        Field(min_length=1, max_length=MOST_ENVIRONMENTS, description="Os nomes; não é preciso esperar o Promob."),
    ]


class LegacyEnvironment(Input):
    """A project that there is in Promob."""

    promob_id: Annotated[PromobId, Field(description="O identificador do projeto no Promob.")]
    name: Name | None = Field(default=None, description="O nome do ambiente aqui; sem ele, o do projeto no Promob.")


class EnvironmentChange(Input):
    """Who works on an environment."""

    worked_by: TokenId


class Opening(Input):
    """What is to be opened in Promob."""

    version: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="O número da versão; sem ele, o projeto como está no Promob."
    )


class NewManualItem(Input):
    """An item by hand; cost and price are those of one unit."""

    description: Name
    supplier: Text = Field(default="", description="De quem se compra; vazio, o fornecedor da loja.")
    reference: Text = ""
    quantity: _Quantity = Decimal(1)
    unit: Name = "un"
    cost: _Amount
    price: _Amount


class ManualItemChange(Input):
    """What of an item by hand is to change; what isn't named stays."""

    description: Name | None = None
    supplier: Text | None = None
    reference: Text | None = None
    quantity: _Quantity | None = None
    unit: Name | None = None
    cost: _Amount | None = None
    price: _Amount | None = None


class DiscountForm(Input):
    """A discount on the price of an environment, in percent."""

    percent: _Percent


class NewBudget(Input):
    """The environments that a budget is to offer."""

    environments: Annotated[list[_Id], Field(max_length=MOST_ENVIRONMENTS, description="Os ambientes escolhidos.")]
    validity_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = Field(
        default=None, description="Por quantos dias vale, além de hoje; sem eles, os da loja."
    )


class Undoing(Input):
    """Why a conversion is taken back."""

    reason: Name


class Assistance(StrEnum):
    """What a technical assistance begins with."""

    NONE = "none"  # items by hand alone
    BLANK = Source.BLANK.value  # Arquivo em branco
    REVISION = Source.REVISION.value  # Arquivo da revisão


class NewAssistance(Input):
    """A technical assistance of a revised environment."""

    source: Assistance = Field(
        description="none: só itens manuais; blank: arquivo em branco; revision: uma cópia do arquivo da revisão."
    )


class ProjectSoftware(Input):
    """What the Promob project of an occurrence begins with."""

    source: Source = Field(description="blank: arquivo em branco; revision: uma cópia do arquivo da revisão.")
