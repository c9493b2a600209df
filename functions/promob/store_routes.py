"""Routes of a network's stores: configured, verified at Promob's portal, activated once (seed 002, “Configuração da
loja”).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from promob.named_answers import Choice, named_page
from promob.paths import StoreInPath, store_path
from promob.portal import PORTAL_REFUSES, portal_of
from promob.store.names import names_of
from promob.store.stores import STORES, changed_store, made_store, stores_page
from promob.store.users import all_users
from promob.store_forms import (
    TITLES,
    Checklist,
    Declaration,
    NewStore,
    OneStore,
    StoreAnswer,
    StoreChange,
    StorePage,
    checklist_answer,
    store_answer,
)
from promob.stores import Declared, Item, Store, Verified, checklist, missing_to_activate
from promob.tokens import check_token
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.identities import punctuated
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, after_of
from sincronia.web.run_answers import RequestProblemError

_ONE = ("connection_unknown", "promob.store_unknown")
_CHANGED = (*_ONE, "promob.changed_meanwhile")
_DRAWN_WITH = {"punctuated": punctuated}
_IDENTITY = ("cnpj", "account", "serial")  # what was verified


@dataclass(frozen=True, slots=True)
class StoreRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Lojas")
        stores, one = f"{self.integration.connection_path}/stores", store_path(self.integration)
        routes.get(
            stores,
            role=Role.READER,
            summary="Lista as lojas da rede",
            refuses=("connection_unknown",),
            page="promob/stores.html",
            drawn_with=_DRAWN_WITH,
            menu="Lojas",
        )(self.list_stores)
        routes.post(
            stores,
            role=Role.ADMINISTRATOR,
            summary="Cadastra uma loja da rede",
            status=201,
            answered="A loja, cuja configuração ainda não está concluída.",
            refuses=("connection_unknown", "promob.token_unknown", "promob.account_taken"),
        )(self.create_store)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê uma loja",
            refuses=_ONE,
            page="promob/store.html",
            drawn_with=_DRAWN_WITH,
        )(self.read_store)
        routes.patch(
            one,
            role=Role.ADMINISTRATOR,
            summary="Altera uma loja",
            refuses=(*_CHANGED, "promob.token_unknown", "promob.account_taken", "promob.store_active"),
        )(self.change_store)
        routes.get(
            f"{one}/checklist",
            role=Role.READER,
            summary="Lê os pré-requisitos da integração de uma loja, e o que falta de cada um",
            refuses=_ONE,
            page="promob/checklist.html",
        )(self.read_checklist)
        routes.post(
            f"{one}/verification",
            role=Role.OPERATOR,
            summary="Consulta o Portal do Promob sobre a conta, os números de série e os usuários de uma loja",
            answered="Os pré-requisitos, pelo que o Portal acaba de informar.",
            refuses=(*_CHANGED, *PORTAL_REFUSES),
        )(self.verify_store)
        routes.post(
            f"{one}/declarations",
            role=Role.OPERATOR,
            summary="Declara que o webStart foi desinstalado de uma máquina, ou o que o consultor concluiu",
            answered="Os pré-requisitos; a declaração leva quem a fez, e quando.",
            refuses=(*_CHANGED, "promob.machine_unknown"),
        )(self.declare)
        routes.post(
            f"{one}/activation",
            role=Role.OPERATOR,
            summary="Conclui a configuração de uma loja, uma única vez, pelo usuário responsável",
            answered="A loja, com a integração ativa; repetir não muda nada.",
            refuses=(*_CHANGED, "promob.not_responsible", "promob.store_not_ready"),
        )(self.activate_store)
        return routes

    def list_stores(self, connection: ConnectionInPath, limit: Limit = 50, cursor: Cursor = "") -> StorePage:
        """In the order of their ids."""
        self.integration.connection(connection)
        found = stores_page(connection, limit, after_of(cursor))
        names = names_of(connection, people={store.responsible for store in found.values})
        return StorePage(**dict(named_page(found, lambda store: self._answer(connection, store), names)))

    def create_store(
        self, connection: ConnectionInPath, new: NewStore, caller: Caller, idempotency_key: IdempotencyKey
    ) -> StoreAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the store that was made."""
        self.integration.connection(connection)
        check_token(new.responsible, "responsible")
        store = Store(
            id=id_for(caller, idempotency_key, new, connection, "stores"),
            name=new.name,
            cnpj=new.cnpj,
            account=new.account,
            serial=new.serial,
            responsible=new.responsible or caller.id,
            validity_days=new.validity_days,
            supplier=new.supplier,
            machines=_each_once(new.machines),
        )
        return self._answer(connection, made_store(connection, store, caller.id)[0])

    def read_store(self, connection: ConnectionInPath, store: StoreInPath) -> OneStore:
        """As it stands."""
        found = self._store(connection, store)
        users = {user.id: user.name for user in all_users(connection) if user.store == found.id}
        names = names_of(connection, people={found.responsible, found.activated_by, found.changed_by}) | users
        people = dict.fromkeys((*users, found.responsible))
        return OneStore(
            **dict(self._answer(connection, found)),
            people=[Choice(id=one, name=names.get(one, one)) for one in people],
            names=names,
        )

    def change_store(
        self, connection: ConnectionInPath, store: StoreInPath, change: StoreChange, caller: Caller
    ) -> StoreAnswer:
        """What isn't named stays. Another CNPJ, account or serial has to be verified anew."""
        self._store(connection, store)
        check_token(change.responsible, "responsible")
        named: dict[str, Any] = change.model_dump(exclude_none=True)
        if change.machines is not None:
            named["machines"] = _each_once(change.machines)

        def rule(before: Store) -> Store:
            after = replace(before, **named)
            if any(getattr(after, name) != getattr(before, name) for name in _IDENTITY):
                if before.activated_at is not None:
                    raise ProblemError(Problem("promob.store_active", {"name": before.name}))
                after = replace(after, verified=None)
            return after

        return self._answer(connection, changed_store(connection, store, caller.id, rule))

    def read_checklist(self, connection: ConnectionInPath, store: StoreInPath) -> Checklist:
        """By what the portal said when it was asked last."""
        return _checklist(connection, self._store(connection, store))

    def verify_store(self, connection: ConnectionInPath, store: StoreInPath, caller: Caller) -> Checklist:
        """What the portal says is kept; what it said before isn't any more."""
        asked = self._store(connection, store)
        with portal_of(self.integration, connection) as promob:
            account = promob.account(asked.account)
            users = promob.users(asked.account) if account else ()
        seen = Verified(
            at=clock.now(),
            account_cnpj=account.cnpj if account else "",
            serials=account.serials if account else (),
            users=tuple(user.id for user in users),
        )

        def rule(before: Store) -> Store:
            if before.account != asked.account:
                raise ProblemError(Problem("promob.changed_meanwhile"))
            return replace(before, verified=seen)

        return _checklist(connection, changed_store(connection, store, caller.id, rule))

    def declare(
        self, connection: ConnectionInPath, store: StoreInPath, declaration: Declaration, caller: Caller
    ) -> Checklist:
        """The first one who declared something stays named; another conclusion takes the place of the one before."""
        self._store(connection, store)
        declared = Declared(what=declaration.webstart or declaration.evaluation or "", by=caller.id, at=clock.now())

        def rule(before: Store) -> Store:
            if declaration.evaluation is not None:
                known = before.evaluation and before.evaluation.what == declared.what
                return before if known else replace(before, evaluation=declared)
            if declared.what not in before.machines:
                raise RequestProblemError(Problem("promob.machine_unknown", {"name": before.name}), field="webstart")
            if any(one.what == declared.what for one in before.webstart):
                return before
            return replace(before, webstart=(*before.webstart, declared))

        return _checklist(connection, changed_store(connection, store, caller.id, rule))

    def activate_store(self, connection: ConnectionInPath, store: StoreInPath, caller: Caller) -> StoreAnswer:
        """Users may be linked later, one by one."""
        self._store(connection, store)

        def rule(before: Store) -> Store:
            if before.responsible != caller.id:
                raise ProblemError(Problem("promob.not_responsible", {"name": before.name}))
            if before.activated_at is not None:
                return before
            missing = missing_to_activate(checklist(before, ()))
            if missing:
                details = {"name": before.name, "missing": "; ".join(map(_missing, missing))}
                raise ProblemError(Problem("promob.store_not_ready", details))
            return replace(before, activated_at=clock.now(), activated_by=caller.id)

        return self._answer(connection, changed_store(connection, store, caller.id, rule))

    def _answer(self, connection: str, store: Store) -> StoreAnswer:
        return store_answer(store, f"{connection_url(self.integration.name, connection)}/stores")

    def _store(self, connection: str, store_id: str) -> Store:
        self.integration.connection(connection)
        return STORES.needed(connection, store_id)


def _checklist(connection: str, store: Store) -> Checklist:
    """The responsible user needs no link; without a login, what is prepared in Promob can't be told to be theirs."""
    known = all_users(connection)
    users = [
        (user.promob_user if user.is_linked else "", user.name)
        for user in known
        if user.store == store.id and user.id != store.responsible
    ]
    if all(user.id != store.responsible for user in known):
        users.append(("", "login no Promob do usuário responsável"))
    items = checklist(store, users)
    declared = (one.by for item in items for one in item.declared)
    names = names_of(connection, people={store.responsible, *declared})
    return checklist_answer(store, items, names, ready=not missing_to_activate(items))


def _missing(item: Item) -> str:
    return f"{TITLES[item.prerequisite]} ({', '.join(item.missing)})"


def _each_once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
