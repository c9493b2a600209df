"""Promob's portal, simulated: accounts, users, customers and the Connect list; and the people who work in Promob.

WHOLLY ASSUMED: nothing of the portal's API nor of its webhooks is published. What the API must be able to do is seed
002's; the rest is invented:
- paths, the bearer key, `{"code", "message"}`; 401 for a wrong key, 422 for a missing, unknown or wrong field;
- pages of 100 by `page`, from 1, with `next` and `total`; a filter that isn't known is 422;
- a document is one customer's of an account: 409 `document_taken` with the `id`; external ids aren't unique;
- a copy begins with what its source had saved last, under sequence 1; a blank project begins unsaved, with 0;
- a password's change ends the links made with it; opening with one that ended or isn't there is 409 `link_expired`;
- no webhook tells of what came over the API;
- an opened address holds for five minutes and needs no key.
The webhooks' own assumptions are in promob_designer, the listing's in promob_listing. Over the control path people work
in Promob too, with the methods of Designer (their names with hyphens, their parameters as JSON), for example
`POST /_simulator/prepare {"project": "P-7013-1", "n_items": 40}`; each answers with what its webhook was answered.
`POST /_simulator/webhook {"address", "secret"}` says where webhooks go, `GET /_simulator/rows/deliveries` what was
sent.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from local.vendors.promob_designer import Designer, shown_customer
from local.vendors.promob_store import (
    ACCOUNTS,
    CUSTOMERS,
    LINKS,
    PROJECTS,
    USERS,
    Project,
    PromobStore,
    RefusedError,
    Row,
)
from local.vendors.server import Simulator, answered
from local.vendors.webhook_sender import Delivery, Post, WebhookSender, posted

KEY = "promob-0123456789abcdef"  # invented, of the simulator
OPENINGS = "openings"
TIME_ZONE = ZoneInfo("America/Sao_Paulo")
PAGE = 100
OPEN_FOR = timedelta(minutes=5)

_ID = r"([^/]+)"
_ROUTES = (  # method, path, what it is about, what is done
    ("GET", re.compile(rf"/v1/accounts/{_ID}"), ACCOUNTS, "find"),
    ("GET", re.compile(rf"/v1/accounts/{_ID}/users"), USERS, "list"),
    ("POST", re.compile(rf"/v1/accounts/{_ID}/user-links"), LINKS, "create"),
    ("GET", re.compile(rf"/v1/user-links/{_ID}"), LINKS, "find"),
    ("GET", re.compile(rf"/v1/accounts/{_ID}/customers"), CUSTOMERS, "list"),
    ("POST", re.compile(rf"/v1/accounts/{_ID}/customers"), CUSTOMERS, "create"),
    ("GET", re.compile(rf"/v1/accounts/{_ID}/projects"), PROJECTS, "list"),
    ("POST", re.compile(rf"/v1/accounts/{_ID}/projects"), PROJECTS, "create"),
    ("GET", re.compile(rf"/v1/projects/{_ID}"), PROJECTS, "find"),
    ("PATCH", re.compile(rf"/v1/projects/{_ID}"), PROJECTS, "update"),
    ("POST", re.compile(rf"/v1/projects/{_ID}/openings"), OPENINGS, "create"),
)
_OPENED = re.compile(rf"/open/{_ID}")
_FILTERS = {CUSTOMERS: ("document", "external_id"), PROJECTS: ("external_id",), USERS: ()}
_MESSAGES = {
    "key_wrong": "A chave não é válida.",
    "path_unknown": "Não há nada neste endereço.",
    "account_unknown": "Conta não encontrada.",
    "link_unknown": "Vínculo não encontrado.",
    "project_unknown": "Projeto não encontrado.",
    "customer_unknown": "Cliente não encontrado.",
    "credentials_wrong": "Usuário ou senha inválidos.",
    "document_taken": "Já existe um cliente com este documento.",
    "link_expired": "O vínculo do usuário expirou.",
    "sequence_unknown": "Versão não encontrada.",
    "field_invalid": "Campo inválido.",
}


class PromobSimulator(Simulator):
    """A network's Promob. `designer` is who works in it; `sender` sends what is told of that, once it has an address.

    Kinds of rows: those of PromobStore, and `deliveries`. Requests that ask by document or external id are finds.
    """

    def __init__(
        self,
        *,
        accounts: int = 2,
        users: int = 3,
        projects: int = 2,
        seed: int = 1,
        key: str = KEY,
        port: int = 0,
        post: Post = posted,
        now: Callable[[], datetime] = lambda: datetime.now(TIME_ZONE),
    ) -> None:
        super().__init__(port)
        self.key = key
        self._sizes = (accounts, users, projects, seed)
        self._now = now
        self.sender = WebhookSender(post=post)
        self.designer = Designer(lambda: self.store, self.lock, self.sender, now)
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out; where webhooks go stays as it was."""
        self.store = PromobStore(*self._sizes)
        self.sender.forget()
        self._opened: dict[str, Row] = {}

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows."""
        with self.lock:
            if kind == "deliveries":
                return [one.as_row() for one in self.sender.deliveries]
            return self.store.rows(kind)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit; a key is an id. No webhook tells of it."""
        with self.lock:
            self.store.edit(kind, change)

    def acts(self) -> Mapping[str, Callable[..., Any]]:
        """See Simulator.acts."""
        designer = self.designer
        told: dict[str, Callable[..., Delivery]] = {
            "create-customer": designer.create_customer,
            "change-customer": designer.change_customer,
            "create-project": designer.create_project,
            "save": designer.save,
            "prepare": designer.prepare,
            "negotiate": designer.negotiate,
            "change-password": designer.change_password,
            "redeliver": designer.redeliver,
            "send": designer.send,
        }
        return {name: _as_row(act) for name, act in told.items()} | {
            "draw": designer.draw,
            "webhook": self.send_to,
        }

    def send_to(self, address: str, secret: str) -> None:
        """Where webhooks go from now on, and what they are signed with."""
        self.sender.address, self.sender.secret = address, secret

    def operation(self, request: Request) -> str:
        """The operation that a method and a path mean. Who names a document or an external id wants to find it."""
        if _OPENED.fullmatch(request.path) and request.method == "GET":
            return "open"
        _, operation, _ = _route(request)
        finds = operation == "list" and set(request.args) & {"document", "external_id"}
        return "find" if finds else operation

    def subject(self, request: Request) -> str:
        """What the request is about, by its path."""
        return next((kind for _, path, kind, _ in _ROUTES if path.fullmatch(request.path)), "")

    def took_effect(self, operation: str, response: Response) -> bool:
        """An opened address changes nothing."""
        return operation != "open" and super().took_effect(operation, response)

    def handle(self, operation: str, request: Request) -> Response:
        """Answers with the object, the page, or `code` and `message`."""
        try:
            return self._answered(operation, request)
        except RefusedError as error:
            there = {"id": error.there} if error.there else {}
            return answered({"code": error.code, "message": _MESSAGES[error.code], **there}, error.status)

    def _answered(self, operation: str, request: Request) -> Response:
        opened = _OPENED.fullmatch(request.path)
        if operation == "open" and opened and opened[1] in self._opened:
            return answered(self._opened[opened[1]])
        if operation in {"unknown", "open"}:
            raise RefusedError(404, "path_unknown")
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise RefusedError(401, "key_wrong")
        kind, operation, number = _route(request)
        if operation in {"find", "list"}:
            return self._page(kind, number, request) if operation == "list" else self._one(kind, number)
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise RefusedError(422, "field_invalid")
        return self._written(operation, kind, number, body)

    def _one(self, kind: str, number: str) -> Response:
        if kind == ACCOUNTS:
            account = self.store.account(number)
            return answered({"id": account.id, "cnpj": account.cnpj, "serials": list(account.serials)})
        if kind == LINKS:
            link = self.store.link(number)
            return answered({"id": link.id, "user": link.user, "active": link.active})
        return answered(_shown_project(self.store.project(number)))

    def _page(self, kind: str, account: str, request: Request) -> Response:
        self.store.account(account)
        page = request.args.get("page", "1")
        if not page.isdecimal() or int(page) < 1 or set(request.args) - {"page", *_FILTERS[kind]}:
            raise RefusedError(422, "field_invalid")
        wanted = {name: value for name, value in request.args.items() if name != "page"}
        kept = [one for one in self.store.kind(kind).values() if one.account == account]
        rows = [_SHOWN[kind](one) for one in kept]
        found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        start = (int(page) - 1) * PAGE
        shown, declared, broken = self.page(found, start, PAGE, request)
        if broken is not None:
            del shown[broken]["id"]
        following = int(page) + 1 if start + PAGE < declared else None
        return answered({kind: shown, "next": following, "total": declared})

    def _written(self, operation: str, kind: str, number: str, body: Row) -> Response:
        store = self.store
        if kind == LINKS:
            login, password = _texts(body, "login", "password").values()
            link = store.link_user(number, login, password)
            return answered({"id": link.id, "user": link.user}, 201)
        if kind == CUSTOMERS:
            columns = _texts(body, "name", optional=("document", "email", "phone", "external_id"))
            return answered(shown_customer(store.create_customer(number, columns)), 201)
        if kind == OPENINGS:
            return self._opening(number, body)
        if operation == "update":
            return answered(_shown_project(store.tell(number, _texts(body, optional=("situation", "stage")))))
        columns = _texts(body, "name", "customer_id", optional=("external_id", "copy_of"))
        copy_of = columns.pop("copy_of", "")
        return answered(_shown_project(store.create_project(number, columns, copy_of)), 201)

    def _opening(self, number: str, body: Row) -> Response:
        project, sequence = self.store.project(number), body.get("sequence")
        if set(body) - {"user", "sequence"} or (sequence is not None and type(sequence) is not int):
            raise RefusedError(422, "field_invalid")
        link = self.store.links.get(str(body["user"])) if "user" in body else None
        if "user" in body and (link is None or not link.active):
            raise RefusedError(409, "link_expired")
        if sequence is not None and sequence not in project.saved:
            raise RefusedError(422, "sequence_unknown")
        opened = self.store.new_id("O")
        user = {"user": link.user} if link else {}
        self._opened[opened] = {"project": project.id, "sequence": sequence or project.sequence, **user}
        expires_at = (self._now() + OPEN_FOR).isoformat()
        return answered({"url": f"{self.url}/open/{opened}", "expires_at": expires_at}, 201)


def _route(request: Request) -> tuple[str, str, str]:
    """What a request is about, what it does, and the id in its path; `unknown` where there is nothing."""
    for method, path, kind, operation in _ROUTES:
        found = path.fullmatch(request.path)
        if found and method == request.method:
            return kind, operation, found[1]
    return "", "unknown", ""


def _shown_project(project: Project) -> Row:
    return {
        "id": project.id,
        "name": project.name,
        "external_id": project.external_id,
        "customer_id": project.customer_id,
        "situation": project.situation,
        "stage": project.stage,
        "sequence": project.sequence,
    }


_SHOWN: Mapping[str, Callable[[Any], Row]] = {
    USERS: lambda user: {"id": user.id, "login": user.login, "name": user.name},
    CUSTOMERS: shown_customer,
    PROJECTS: _shown_project,
}


def _texts(body: Row, *required: str, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The fields of a body, which are texts. Raises RefusedError."""
    fields = {name: value for name, value in body.items() if name in {*required, *optional}}
    if fields != body or not all(isinstance(value, str) for value in fields.values()) or not fields:
        raise RefusedError(422, "field_invalid")
    if not all(fields.get(name) for name in required):
        raise RefusedError(422, "field_invalid")
    return {name: fields[name] for name in (*required, *optional) if name in fields}


def _as_row(act: Callable[..., Delivery]) -> Callable[..., Row]:
    return lambda **given: act(**given).as_row()


def main() -> None:
    """Serves one Promob until it is told to end."""
    parser = argparse.ArgumentParser(description="Promob's portal, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--accounts", type=int, default=2)
    parser.add_argument("--users", type=int, default=3, help="of each account")
    parser.add_argument("--projects", type=int, default=2, help="of each account")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = {"accounts": options.accounts, "users": options.users, "projects": options.projects}
    PromobSimulator(**sizes, seed=options.seed, key=options.key, port=options.port).serve(key=options.key)


if __name__ == "__main__":
    main()
