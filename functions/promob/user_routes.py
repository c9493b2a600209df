"""Routes of the users of a network's stores, and of their link to Promob (seed 002, “Configuração por usuário”)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from promob.named_answers import Choice, named_page
from promob.paths import UserInPath
from promob.portal import PORTAL_REFUSES, portal_of
from promob.store.stores import STORES
from promob.store.users import USERS, all_users, changed_user, made_user, remove_user, users_page
from promob.stores import Store, User
from promob.tokens import check_token
from promob.user_forms import (
    LinkPassword,
    NewStoreUser,
    OneStoreUser,
    StoreUserAnswer,
    StoreUserChange,
    StoreUserPage,
    TokenPage,
    UserTokenAnswer,
    user_answer,
    without_password,
)
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, TokenState, lapsed
from sincronia.store.tokens import tokens_by_state
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, after_of, cursor_of

_ONE = ("connection_unknown", "promob.user_unknown")
_CHANGED = (*_ONE, "promob.changed_meanwhile")
_TYPED = ("store", "name", "login", "is_manager")


@dataclass(frozen=True, slots=True)
class UserRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Usuários das lojas")
        users = f"{self.integration.connection_path}/users"
        one = f"{users}/<user>"
        routes.get(
            users,
            role=Role.READER,
            summary="Lista os usuários das lojas, e quem está vinculado ao Promob",
            refuses=("connection_unknown",),
            page="promob/users.html",
            menu="Usuários",
        )(self.list_store_users)
        routes.post(
            users,
            role=Role.ADMINISTRATOR,
            summary="Cadastra um usuário em uma loja",
            status=201,
            answered="O usuário; repetir o mesmo cadastro não muda nada.",
            refuses=("connection_unknown", "promob.store_unknown", "promob.token_unknown", "promob.token_taken"),
        )(self.create_store_user)
        routes.get(
            f"{self.integration.connection_path}/tokens",
            role=Role.ADMINISTRATOR,
            summary="Lista os tokens que estão valendo, e de que usuário das lojas é cada um",
            refuses=("connection_unknown",),
            page="promob/new_user.html",
        )(self.list_store_tokens)
        routes.get(one, role=Role.READER, summary="Lê um usuário de uma loja", refuses=_ONE, page="promob/user.html")(
            self.read_store_user
        )
        routes.patch(
            one,
            role=Role.ADMINISTRATOR,
            summary="Altera um usuário de uma loja",
            answered="O usuário; outra loja ou outro login encerra o vínculo com o Promob.",
            refuses=(*_CHANGED, "promob.store_unknown"),
        )(self.change_store_user)
        routes.delete(
            one,
            role=Role.ADMINISTRATOR,
            summary="Exclui um usuário que nunca foi vinculado ao Promob",
            status=204,
            answered="O usuário não existe mais.",
            refuses=(*_CHANGED, "promob.user_was_linked"),
        )(self.remove_store_user)
        routes.post(
            f"{one}/promob-link",
            role=Role.OPERATOR,
            summary="Vincula o próprio usuário ao Promob, com a senha de lá; de novo, depois que ela for alterada",
            answered="O usuário, vinculado. A senha não fica guardada em lugar nenhum.",
            refuses=(
                *(*_CHANGED, *PORTAL_REFUSES, "promob.not_yourself", "promob.store_unknown"),
                *("promob.credentials_wrong", "promob.account_unknown", "promob.promob_user_taken"),
            ),
            compared=without_password,
        )(self.link_to_promob)
        return routes

    def list_store_users(self, connection: ConnectionInPath, limit: Limit = 50, cursor: Cursor = "") -> StoreUserPage:
        """In the order of their tokens' ids."""
        self.integration.connection(connection)
        stores = {store.id: store for store in STORES.all(connection)}
        found = users_page(connection, limit, after_of(cursor))
        names = {store.id: store.name for store in stores.values()}
        return StoreUserPage(**dict(named_page(found, lambda user: user_answer(user, stores), names)))

    def list_store_tokens(self, connection: ConnectionInPath, limit: Limit = 50, cursor: Cursor = "") -> TokenPage:
        """The newest first; those that have expired are left out."""
        self.integration.connection(connection)
        found = tokens_by_state(TokenState.ACTIVE, limit, after_of(cursor))
        users = {user.id: user.name for user in all_users(connection)}
        now = clock.moment()
        return TokenPage(
            items=[
                UserTokenAnswer(id=one.id, description=one.description, user=users.get(one.id))
                for one in found.values
                if not lapsed(one, now)
            ],
            next=cursor_of(found.after),
            stores=_choices(STORES.all(connection)),
        )

    def create_store_user(self, connection: ConnectionInPath, new: NewStoreUser, caller: Caller) -> StoreUserAnswer:
        """Known by the token: whoever asks for the same again gets the one that is there."""
        self.integration.connection(connection)
        STORES.needed(connection, new.store)
        check_token(new.token, "token")
        wanted = User(id=new.token, store=new.store, name=new.name, login=new.login, is_manager=new.is_manager)
        user, made = made_user(connection, wanted, caller.id)
        if not made and any(getattr(user, name) != getattr(wanted, name) for name in _TYPED):
            raise ProblemError(Problem("promob.token_taken", {"name": user.name}))
        return _answer(connection, user)

    def read_store_user(self, connection: ConnectionInPath, user: UserInPath) -> OneStoreUser:
        """As it stands."""
        found, stores = self._user(connection, user), STORES.all(connection)
        answer = user_answer(found, {store.id: store for store in stores})
        return OneStoreUser(**dict(answer), stores=_choices(stores))

    def change_store_user(
        self, connection: ConnectionInPath, user: UserInPath, change: StoreUserChange, caller: Caller
    ) -> StoreUserAnswer:
        """What isn't named stays. A link is the proof of one login in one store's account."""
        self._user(connection, user)
        if change.store is not None:
            STORES.needed(connection, change.store)
        named: dict[str, Any] = change.model_dump(exclude_none=True)

        def rule(before: User) -> User:
            after = replace(before, **named)
            if (after.store, after.login) == (before.store, before.login):
                return after
            why = "changed" if before.is_linked else before.unlinked_why
            return replace(after, link="", linked_at=None, promob_user="", unlinked_why=why)

        return _answer(connection, changed_user(connection, user, caller.id, rule))

    def remove_store_user(self, connection: ConnectionInPath, user: UserInPath) -> None:
        """Who was linked may have acted: they stay."""
        found = self._user(connection, user)
        if found.promob_user or found.unlinked_why:
            raise ProblemError(Problem("promob.user_was_linked", {"name": found.name}))
        remove_user(connection, found)

    def link_to_promob(
        self, connection: ConnectionInPath, user: UserInPath, given: LinkPassword, caller: Caller
    ) -> StoreUserAnswer:
        """Promob proves the password and gives a link in its place, which alone is kept."""
        asked = self._user(connection, user)
        if caller.id != user:
            raise ProblemError(Problem("promob.not_yourself"))
        account = STORES.needed(connection, asked.store).account
        with portal_of(self.integration, connection) as promob:
            link = promob.link_user(account, asked.login, given.password)

        def rule(before: User) -> User:
            if (before.store, before.login) != (asked.store, asked.login):
                raise ProblemError(Problem("promob.changed_meanwhile"))
            return replace(before, promob_user=link.user, link=link.id, linked_at=clock.now(), unlinked_why="")

        return _answer(connection, changed_user(connection, user, caller.id, rule))

    def _user(self, connection: str, user_id: str) -> User:
        self.integration.connection(connection)
        return USERS.needed(connection, user_id)


def _answer(connection: str, user: User) -> StoreUserAnswer:
    store = STORES.stored(connection, user.store)
    return user_answer(user, {store.id: store} if store else {})


def _choices(stores: Iterable[Store]) -> list[Choice]:
    return [Choice(id=store.id, name=store.name) for store in stores]
