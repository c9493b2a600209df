"""People who work in the simulated Promob: what they make and save there, and the webhooks that tell of it.

ASSUMPTION, all of it: the webhooks' fields, their types, and when they are sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from local.vendors.promob_listing import listing_xml
from local.vendors.promob_store import Customer, Project, PromobStore, Row
from local.vendors.webhook_sender import Delivery, WebhookSender


class Designer:
    """What people do in Promob. `lock` is over the store; it is not held while a webhook is on its way.

    `user` is Promob's id of who does it; where it isn't said, the account's first user. Every method gives the delivery
    of the last webhook that it sent, and raises RefusedError and KeyError for what isn't there.
    """

    def __init__(
        self,
        store: Callable[[], PromobStore],
        lock: threading.RLock,
        sender: WebhookSender,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._lock = lock
        self._sender = sender
        self._now = now

    def create_customer(self, account: str, name: str, user: str = "", **columns: str) -> Delivery:
        """A customer made in Promob; `document`, `email` and `phone` may be given."""
        with self._lock:
            customer = self._store().create_customer(account, {"name": name, **columns})
            event = self._event("customer.created", account, user) | {"customer": shown_customer(customer)}
        return self._sender.send(event)

    def change_customer(self, customer: str, user: str = "", **columns: str) -> Delivery:
        """Changes columns of a customer."""
        with self._lock:
            customers = self._store().customers
            changed = customers[customer] = replace(customers[customer], **columns)
            event = self._event("customer.changed", changed.account, user) | {"customer": shown_customer(changed)}
        return self._sender.send(event)

    def create_project(self, customer: str, name: str, user: str = "") -> Delivery:
        """A blank project made in Promob, for a customer who is there; nothing of it is saved yet."""
        with self._lock:
            store = self._store()
            account = store.customers[customer].account
            project = store.create_project(account, {"name": name, "customer_id": customer})
            event = self._of_project("project.created", project, user)
        return self._sender.send(event)

    def draw(self, project: str, n_items: int | None = None) -> None:
        """Changes what a project holds, without saving it; no webhook tells of that."""
        with self._lock:
            self._store().draw(project, n_items)

    def save(self, project: str, user: str = "") -> Delivery:
        """Saves a project."""
        with self._lock:
            event = self._of_project("project.saved", self._store().save(project), user)
        return self._sender.send(event)

    def prepare(self, project: str, n_items: int | None = None, user: str = "") -> Delivery:
        """Preparar para Negociação; with so many items it is drawn anew. What isn't saved yet is saved first."""
        return self._budget("budget.prepared", project, n_items, user)

    def negotiate(self, project: str, n_items: int | None = None, user: str = "") -> Delivery:
        """Negociar; as `prepare`. The answer tells what page is opened."""
        return self._budget("budget.negotiated", project, n_items, user)

    def change_password(self, user: str, password: str = "outra-senha") -> Delivery:  # noqa: S107  # invented
        """Another password for a user: the user's links end."""
        with self._lock:
            self._store().change_password(user, password)
            event = self._event("user.password_changed", self._store().users[user].account, user)
        return self._sender.send(event)

    def redeliver(self, event: str) -> Delivery:
        """Sends a webhook once more, as it was."""
        return self._sender.redeliver(event)

    def send(self, event: Mapping[str, Any], event_id: str = "") -> Delivery:
        """Sends any webhook, signed."""
        return self._sender.send(event, event_id)

    def _budget(self, kind: str, number: str, n_items: int | None, user: str) -> Delivery:
        with self._lock:
            store = self._store()
            if n_items is not None:
                store.draw(number, n_items)
            project = store.project(number)
            unsaved = project.edited is not None or not project.sequence
        if unsaved:
            self.save(number, user)
        with self._lock:
            project = self._store().project(number)
            customer = self._store().customers[project.customer_id]
            event = self._of_project(kind, project, user)
        return self._sender.send(event | {"listing_xml": listing_of(project, customer)})

    def _event(self, kind: str, account: str, user: str) -> Row:
        first = next(one.id for one in self._store().users.values() if one.account == account)
        return {"type": kind, "account": account, "occurred_at": self._now().isoformat(), "user": user or first}

    def _of_project(self, kind: str, project: Project, user: str) -> Row:
        shown = {
            "id": project.id,
            "name": project.name,
            "sequence": project.sequence,
            "external_id": project.external_id,
            "customer_id": project.customer_id,
        }
        customer = self._store().customers[project.customer_id]
        about = {"customer": shown_customer(customer)} if kind == "project.created" else {}
        return self._event(kind, project.account, user) | {"project": shown} | about


def shown_customer(customer: Customer) -> Row:
    """A customer as the API and webhooks show it."""
    return {
        "id": customer.id,
        "name": customer.name,
        "document": customer.document,
        "email": customer.email,
        "phone": customer.phone,
        "external_id": customer.external_id,
    }


def listing_of(project: Project, customer: Customer) -> str:
    """The budget of what a project was last saved with."""
    content = project.saved[project.sequence]
    return listing_xml(content.items, content.drawing, project.name, customer.name)
