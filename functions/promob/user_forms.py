"""A user of a store as the API takes and shows it (seed 002, “Configuração por usuário”)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from promob.form_fields import Name, PromobId, StoreId, TokenId, Truth
from promob.named_answers import Choice, NamedPage
from promob.stores import Store, User
from sincronia import clock
from sincronia.web.application import Input
from sincronia.web.paging import Page

# Why somebody isn't linked, by User.unlinked_why, and what to do about it.
_NOT_LINKED: Mapping[str, str] = {
    "": "Ainda não foi vinculado ao Promob.",
    "password": "A senha do Promob foi alterada depois do vínculo.",
    "changed": "A loja ou o login do Promob foi alterado depois do vínculo.",
}
_LINK = "Em Meu Perfil, use Vincular usuário Promob."

Manager = Annotated[Truth, Field(description="Se libera descontos acima do limite.")]


class NewStoreUser(Input):
    """A person who is to work in a store."""

    token: Annotated[TokenId, Field(description="O token de integração com que a pessoa trabalha aqui.")]
    store: StoreId
    name: Name
    login: Annotated[PromobId, Field(description="O login da pessoa no Promob.")]
    is_manager: Manager = False


class StoreUserChange(Input):
    """What of a user is to change; what isn't named stays. Another store or login ends the link to Promob."""

    store: StoreId | None = None
    name: Name | None = None
    login: PromobId | None = None
    is_manager: Manager | None = None


class LinkPassword(Input):
    """The password of the user's own login in Promob."""

    password: Annotated[str, Field(min_length=1, max_length=200, repr=False, description="Não é guardada.")]


class StoreUserAnswer(BaseModel):
    """A user, and whether they are linked to Promob."""

    id: str = Field(description="A identificação do token da pessoa.")
    store: str
    name: str
    login: str
    is_manager: bool
    is_responsible: bool = Field(description="Se responde pela integração da loja, e por isso não precisa de vínculo.")
    linked: bool = Field(description="O ícone verde.")
    linked_at: str | None
    why: str | None = Field(description="Por que não está vinculado.")
    advice: str | None
    created_at: str
    changed_at: str
    changed_by: str = Field(description="A identificação de um token; vazia, o Promob.")


class StoreUserPage(NamedPage[StoreUserAnswer]):
    """The users of a network's stores."""


class OneStoreUser(StoreUserAnswer):
    """A user, and the stores of the network."""

    stores: list[Choice] = Field(description="As lojas da rede.")


class UserTokenAnswer(BaseModel):
    """A token that holds, and the user of a store whose it is."""

    id: str
    description: str
    user: str | None = Field(description="O nome do usuário de uma loja; nulo, ainda não é de nenhum.")


class TokenPage(Page[UserTokenAnswer]):
    """Tokens that users of stores may have."""

    stores: list[Choice] = Field(description="As lojas da rede.")


def user_answer(user: User, stores: Mapping[str, Store]) -> StoreUserAnswer:
    """A user as people read it; stores: by id, the user's among them."""
    is_responsible = user.store in stores and stores[user.store].responsible == user.id
    lacks_link = not user.is_linked and not is_responsible
    return StoreUserAnswer(
        id=user.id,
        store=user.store,
        name=user.name,
        login=user.login,
        is_manager=user.is_manager,
        is_responsible=is_responsible,
        linked=user.is_linked,
        linked_at=None if user.linked_at is None else clock.iso(user.linked_at),
        why=_NOT_LINKED[user.unlinked_why] if lacks_link else None,
        advice=_LINK if lacks_link else None,
        created_at=clock.iso(user.created_at),
        changed_at=clock.iso(user.changed_at),
        changed_by=user.changed_by,
    )


def without_password(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request may be kept, even as a quick hash, which would give a password away to whoever guesses."""
    return {name: value for name, value in body.items() if name != "password"}
