"""What Promob tells of customers and users, and what is to change here because of it.

Customers are ordered by when Promob says that they were told; of a password Promob is asked whether it still holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from promob.actions import Action
from promob.customers import Customer
from promob.derived_ids import derived_id
from promob.events import CustomerTold, PasswordChanged, ToldCustomer
from promob.promob_client import Promob
from promob.store.customers import (
    changed_customer,
    customer_of_document,
    customer_of_promob,
    made_customer,
    stored_customer,
)
from promob.store.stores import store_of_account
from promob.store.users import changed_user, stored_user, user_of_promob
from promob.stores import Store, User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.hints import Change, Effect
from sincronia.engine.state import Link, OutcomeKind

_EXTERNAL = re.compile(r"[0-9a-f]{16}")  # what our customers are made under in Promob
_TOLD_AT = "told_at"  # of a customer's link


@dataclass(frozen=True, slots=True)
class ToldPeople:
    """Customers, users and stores of one connection, as Promob names them. `promob` opens Promob's portal."""

    connection: str
    promob: Callable[[], Promob]

    def customer_told(self, event: CustomerTold, link: Link | None) -> Change:
        """A customer is found or made here, and becomes what Promob says. `link`: of Promob's customer."""
        told, told_at = event.customer, clock.iso(event.occurred_at.timestamp())
        if link and link.kept.get(_TOLD_AT, "") >= told_at:
            return Change(Effect(OutcomeKind.UNCHANGED, Action.LATE, told.name), None)
        store = self.store(event.account)
        found = self.customer_of(told)
        after = Link(
            source_id=told.id,
            target_id=found.id if found else self.customer_id(told),
            synced=told_at,
            label=told.name,
            version=link.version + 1 if link else 1,
            at=clock.moment(),
            kept={_TOLD_AT: told_at},
        )
        if found is None:
            effect = Effect(OutcomeKind.CREATED, Action.CUSTOMER_RECEIVED, told.name, after={"Nome": told.name})
            return Change(effect, after, (partial(self.keep_customer, None, told, store),))
        if found.promob_id == told.id and found.store != store.id:
            raise ProblemError(Problem("promob.store_wrong", {"store": store.name}))
        changed = _told(found, told, store)
        if changed == found:
            return Change(Effect(OutcomeKind.UNCHANGED, label=told.name), after)
        effect = Effect(
            OutcomeKind.UPDATED,
            Action.CUSTOMER_CHANGED if found.promob_id else Action.CUSTOMER_ATTACHED,
            told.name,
            before={"Nome": found.name} if found.name != changed.name else {},
            after=_shown(found, changed),
        )
        return Change(effect, after, (partial(self.keep_customer, found, told, store),))

    def customer_of(self, told: ToldCustomer) -> Customer | None:
        """Who a customer of Promob's is here: known by Promob's id, by ours, or by the CPF or CNPJ."""
        found = customer_of_promob(self.connection, told.id)
        if found is None and _EXTERNAL.fullmatch(told.external_id):
            ours = stored_customer(self.connection, told.external_id)
            found = ours if ours and not ours.promob_id else None
        if found is None and told.document:
            found = customer_of_document(self.connection, told.document)
        return found

    def customer_id(self, told: ToldCustomer) -> str:
        """The id that a customer made in Promob gets here."""
        return derived_id(self.connection, "customer", told.id)

    def keep_customer(self, found: Customer | None, told: ToldCustomer, store: Store) -> str:
        """A step: the customer, new or found, is what Promob says. Gives our id."""
        if found is None:
            new = Customer(
                id=self.customer_id(told),
                store=store.id,
                name=told.name,
                document=told.document,
                email=told.email,
                phone=told.phone,
                promob_id=told.id,
            )
            found, made = made_customer(self.connection, new, "")
            if made:
                return found.id
        return changed_customer(self.connection, found.id, "", lambda before: _told(before, told, store)).id

    def password_changed(self, event: PasswordChanged) -> Change:
        """The user is no longer linked, unless the link that is known was made after the change."""
        user = user_of_promob(self.connection, event.user)
        if user is None or not user.is_linked:
            return Change(Effect(OutcomeKind.UNCHANGED, label=user.name if user else event.user), None)
        held = self.promob().link(user.link)
        if held and held.active:
            return Change(Effect(OutcomeKind.UNCHANGED, Action.LATE, user.name), None)
        effect = Effect(
            OutcomeKind.UPDATED,
            Action.USER_UNLINKED,
            user.name,
            before={"Usuário do Promob": "vinculado"},
            after={"Usuário do Promob": "desvinculado"},
        )
        return Change(effect, None, (partial(self._unlinked, user),))

    def user(self, promob_user: str, store: Store) -> User | None:
        """The user of a store who is, or was last, linked to a user of Promob's."""
        found = user_of_promob(self.connection, promob_user) if promob_user else None
        return found if found and found.store == store.id else None

    def checked_user(self, promob_user: str, store: Store) -> tuple[Callable[[], str], ...]:
        """Raises ProblemError where a budget doesn't count: its maker is neither linked nor the responsible user.

        The responsible user needs no link: Promob is asked whose login it is, and the step given remembers that. Where
        nobody has said which login is the responsible user's, that is what is missing.
        """
        user = user_of_promob(self.connection, promob_user) if promob_user else None
        if user and (user.id == store.responsible or (user.store == store.id and user.is_linked)):
            return ()
        responsible = stored_user(self.connection, store.responsible)
        if user is None and promob_user and responsible is None:
            raise ProblemError(Problem("promob.responsible_without_login", {"name": promob_user}))
        if user is None and promob_user and responsible:
            logins = {one.id: one.login for one in self.promob().users(store.account)}
            if logins.get(promob_user, "").casefold() == responsible.login.casefold():
                return (partial(self._remember, responsible, promob_user),)
        raise ProblemError(Problem("promob.user_not_linked", {"name": user.name if user else promob_user or "—"}))

    def store(self, account: str) -> Store:
        """The store of an account, whose integration is set up. Raises ProblemError."""
        store = store_of_account(self.connection, account)
        if store is None:
            raise ProblemError(Problem("promob.account_without_store", {"account": account}))
        if store.activated_at is None:
            raise ProblemError(Problem("promob.store_not_active", {"name": store.name}))
        return store

    def _remember(self, user: User, promob_user: str) -> str:
        return changed_user(
            self.connection, user.id, "", lambda before: replace(before, promob_user=before.promob_user or promob_user)
        ).id

    def _unlinked(self, user: User) -> str:
        def rule(before: User) -> User:
            if before.link != user.link:
                return before  # linked again meanwhile
            return replace(before, link="", linked_at=None, unlinked_why="password")

        return changed_user(self.connection, user.id, "", rule).id


def _told(before: Customer, told: ToldCustomer, store: Store) -> Customer:
    """A customer as Promob tells it. One that another store's account has is left as it is.

    What was made here keeps what Promob has nothing of; a CPF or CNPJ is kept in any case.
    """
    if before.promob_id not in {"", told.id} or before.store != store.id:
        return before
    ours = before if not before.promob_id else None
    return replace(
        before,
        promob_id=told.id,
        problem=None,
        name=told.name,
        document=told.document or before.document,
        email=told.email or (ours.email if ours else ""),
        phone=told.phone or (ours.phone if ours else ""),
    )


def _shown(before: Customer, after: Customer) -> dict[str, str]:
    """What of a customer changed, in words; of people's data, the name alone is told."""
    changed = {
        "E-mail": before.email != after.email,
        "Telefone": before.phone != after.phone,
        "CPF ou CNPJ": before.document != after.document,
    }
    name = {"Nome": after.name} if before.name != after.name else {}
    number = {"Cliente no Promob": after.promob_id} if before.promob_id != after.promob_id else {}
    return name | number | {field: "alterado" for field, differs in changed.items() if differs}
