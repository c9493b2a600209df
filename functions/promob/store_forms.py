"""A store as the API takes and shows it, and its checklist (seed 002, “Pré-requisitos”, “Configuração da loja”)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from promob.form_fields import Cnpj, Name, PromobId, TokenId
from promob.named_answers import Choice, NamedPage, Names
from promob.stores import Declared, Item, Prerequisite, Store
from sincronia import clock
from sincronia.web.application import Input

TITLES: Mapping[Prerequisite, str] = {
    Prerequisite.ACCOUNT: "Conta no Portal do Promob (CNPJ × AccountID)",
    Prerequisite.SERIAL: "Promob (número de série) vinculado à conta",
    Prerequisite.USERS: "Usuários do Promob vinculados à conta",
    Prerequisite.WEBSTART: "webStart desinstalado de cada máquina",
    Prerequisite.EVALUATION: "Avaliação do Consultor de Implantação",
}

Days = Annotated[int, Field(strict=True, ge=1, le=365, description="Por quantos dias um orçamento vale.")]
Supplier = Annotated[Name, Field(description="Fornecedor dos itens em que o Promob não informa nenhum.")]
Machines = Annotated[list[Name], Field(max_length=100, description="As máquinas com Promob instalado, por inteiro.")]


class NewStore(Input):
    """A store that is to be configured."""

    name: Name
    cnpj: Cnpj
    account: Annotated[PromobId, Field(description="O AccountID da loja no Portal do Promob.")]
    serial: Annotated[PromobId, Field(description="O número de série do Promob da loja.")]
    responsible: TokenId | None = Field(
        default=None, description="O token do usuário responsável pela integração; sem ele, o de quem cria a loja."
    )
    validity_days: Days = 10
    supplier: Supplier = "Fábrica"
    machines: Machines = Field(default_factory=list)


class StoreChange(Input):
    """What of a store is to change; what isn't named stays."""

    name: Name | None = None
    cnpj: Cnpj | None = Field(default=None, description="Até que a configuração seja concluída.")
    account: PromobId | None = Field(default=None, description="Até que a configuração seja concluída.")
    serial: PromobId | None = Field(default=None, description="Até que a configuração seja concluída.")
    responsible: TokenId | None = None
    validity_days: Days | None = None
    supplier: Supplier | None = None
    machines: Machines | None = None


class Declaration(Input):
    """What can't be looked up in Promob: one of the two."""

    webstart: Name | None = Field(default=None, description="A máquina de que o webStart foi desinstalado.")
    evaluation: Name | None = Field(default=None, description="O que o Consultor de Implantação concluiu.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.webstart is None) == (self.evaluation is None):
            message = "deve trazer ou webstart, ou evaluation"
            raise ValueError(message)
        return self


class StoreAnswer(BaseModel):
    """A store."""

    id: str
    name: str
    cnpj: str
    account: str
    serial: str
    responsible: str = Field(description="O token do usuário responsável pela integração.")
    validity_days: int
    supplier: str
    machines: list[str]
    active: bool = Field(description="Se a configuração foi concluída.")
    activated_at: str | None
    activated_by: str | None
    verified_at: str | None = Field(description="Quando o Portal do Promob foi consultado por último.")
    created_at: str
    changed_at: str
    changed_by: str
    url: str


class StorePage(NamedPage[StoreAnswer]):
    """The stores of a network."""


class OneStore(StoreAnswer):
    """A store, and who may answer for its integration."""

    people: list[Choice] = Field(
        description="Quem pode responder pela integração: os usuários da loja e o responsável."
    )
    names: Names


class DeclaredAnswer(BaseModel):
    """Something that somebody declared."""

    what: str
    by: str = Field(description="A identificação do token de quem declarou.")
    at: str


class ChecklistItem(BaseModel):
    """A prerequisite, and what is missing of it."""

    prerequisite: Prerequisite
    title: str
    met: bool
    missing: list[str]
    declared: list[DeclaredAnswer]


class Checklist(BaseModel):
    """All that a store must have; what is missing of users keeps none but them from working."""

    store: str
    ready: bool = Field(description="Se a configuração pode ser concluída, ou já foi.")
    active: bool
    verified_at: str | None
    items: list[ChecklistItem]
    name: str = Field(description="O nome da loja.")
    responsible: str = Field(description="O token do usuário responsável pela integração, que a conclui.")
    names: Names


def store_answer(store: Store, stores: str) -> StoreAnswer:
    """A store as people read it; stores: the path that all are below."""
    return StoreAnswer(
        id=store.id,
        name=store.name,
        cnpj=store.cnpj,
        account=store.account,
        serial=store.serial,
        responsible=store.responsible,
        validity_days=store.validity_days,
        supplier=store.supplier,
        machines=list(store.machines),
        active=store.activated_at is not None,
        activated_at=_moment(store.activated_at),
        activated_by=store.activated_by or None,
        verified_at=_moment(store.verified.at if store.verified else None),
        created_at=clock.iso(store.created_at),
        changed_at=clock.iso(store.changed_at),
        changed_by=store.changed_by,
        url=f"{stores}/{store.id}",
    )


def checklist_answer(store: Store, items: Sequence[Item], names: dict[str, str], *, ready: bool) -> Checklist:
    """A store's checklist as people read it."""
    active = store.activated_at is not None
    return Checklist(
        store=store.id,
        ready=ready or active,
        active=active,
        verified_at=_moment(store.verified.at if store.verified else None),
        items=[
            ChecklistItem(
                prerequisite=one.prerequisite,
                title=TITLES[one.prerequisite],
                met=one.is_met,
                missing=list(one.missing),
                declared=[_declared(declared) for declared in one.declared],
            )
            for one in items
        ],
        name=store.name,
        responsible=store.responsible,
        names=names,
    )


def _declared(declared: Declared) -> DeclaredAnswer:
    return DeclaredAnswer(what=declared.what, by=declared.by, at=clock.iso(declared.at))


def _moment(at: float | None) -> str | None:
    return None if at is None else clock.iso(at)
