"""A store of the network, and what it must have before its projects are integrated. Pure.

Seed 002, “Pré-requisitos que a loja ou rede deve possuir” and “Configuração da loja”.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Something that can't be looked up: who declared it, and when (seconds since 1970)."""

    what: str  # the machine's name; what the consultant concluded
    by: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What Promob's portal said when it was asked last."""

    at: float
    account_cnpj: str = ""  # whose the account is; empty: there is no such account
    serials: tuple[str, ...] = ()
    users: tuple[str, ...] = ()  # Promob's ids of the users linked to the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store (loja). `version` rises with each change."""

    id: str
    name: str
    cnpj: str
    account: str  # Promob's AccountID
    serial: str  # of the store's Promob
    responsible: str  # token id of the user who answers for the integration
    validity_days: int = 10  # of a budget
    supplier: str = "Fábrica"  # of items for which Promob names none
    machines: tuple[str, ...] = ()  # those that Promob is installed on
    webstart: tuple[Declared, ...] = ()  # machines that it was uninstalled from
    evaluation: Declared | None = None  # the implementation consultant's
    verified: Verified | None = None
    activated_at: float | None = None  # when the configuration was concluded
    activated_by: str = ""
    created_at: float = 0
    changed_at: float = 0
    changed_by: str = ""
    version: int = 0


class Prerequisite(StrEnum):
    """What seed 002 asks of a store."""

    ACCOUNT = "account"
    SERIAL = "serial"
    USERS = "users"
    WEBSTART = "webstart"
    EVALUATION = "evaluation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the checklist. `missing` names what there is not, for people; empty where it is met."""

    prerequisite: Prerequisite
    missing: tuple[str, ...] = ()
    declared: tuple[Declared, ...] = field(default=())

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def checklist(store: Store, promob_users: Collection[tuple[str, str]]) -> tuple[Item, ...]:
    """The checklist; promob_users: Promob's id (empty: not linked yet) and the name of each of the store's users."""
    seen = store.verified
    never = ("o Portal do Promob ainda não foi consultado",)
    account = never if seen is None else () if seen.account_cnpj == store.cnpj else _wrong_account(seen)
    serial = never if seen is None else () if store.serial in seen.serials else (f"número de série {store.serial}",)
    of_account = set(seen.users) if seen else set[str]()
    users = tuple(name for promob_id, name in promob_users if not promob_id or promob_id not in of_account)
    done = {one.what for one in store.webstart}
    machines = tuple(name for name in store.machines if name not in done) or (
        () if store.machines else ("nenhuma máquina informada",)
    )
    return (
        Item(prerequisite=Prerequisite.ACCOUNT, missing=account),
        Item(prerequisite=Prerequisite.SERIAL, missing=serial),
        Item(prerequisite=Prerequisite.USERS, missing=users),
        Item(prerequisite=Prerequisite.WEBSTART, missing=machines, declared=store.webstart),
        Item(
            prerequisite=Prerequisite.EVALUATION,
            missing=() if store.evaluation else ("avaliação do Consultor de Implantação",),
            declared=(store.evaluation,) if store.evaluation else (),
        ),
    )


def missing_to_activate(items: Collection[Item]) -> tuple[Item, ...]:
    """What keeps the configuration from being concluded; users may be linked later, one by one."""
    return tuple(one for one in items if not one.is_met and one.prerequisite != Prerequisite.USERS)


def _wrong_account(seen: Verified) -> tuple[str, ...]:
    if not seen.account_cnpj:
        return ("conta no Portal do Promob com este AccountID",)
    return ("o CNPJ da conta no Portal do Promob é outro",)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who works here by a token, and perhaps in Promob. `link` is the proof that Promob gave of it."""

    id: str  # the token's id
    store: str
    name: str
    login: str  # in Promob
    is_manager: bool = False  # may let discounts above the limit through
    promob_user: str = ""
    link: str = ""
    linked_at: float | None = None
    unlinked_why: str = ""  # `password`: changed in Promob since
    created_at: float = 0
    changed_at: float = 0
    changed_by: str = ""
    version: int = 0

    @property
    def is_linked(self) -> bool:
        """The green icon."""
        return bool(self.link)
