"""Domino Access Services, simulated: data service and calendar service of a server with its users' mail files.

As the implementation's published source has it; what is only ASSUMED:
- the web server's own pages for 401, for an unknown database, and for the login form;
- a user who may not see a mail file is answered 401; each user sees only their own;
- names of views and items are those of the standard templates;
- the calendar service needs neither the database's property nor the view's flag.
Over the control path people work in Notes (`rows/contacts`, `rows/tasks`, `rows/events`; new rows name a `mailbox`) and
administrators change the server, for example `POST /_simulator/access {"mailbox": "mail/usuario1.nsf", "level": 1}`.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from local.vendors.domino_answers import RefusedError
from local.vendors.domino_calendar import CalendarService
from local.vendors.domino_data import DataService
from local.vendors.domino_store import EVENTS, OFF, VIEWS_AND_DOCUMENTS, DominoStore, Mailbox, Row, Sizes, User
from local.vendors.server import Simulator, answered

_OVERRIDABLE = {"PATCH", "PUT", "DELETE"}
_WRITES = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_SERVICES = {"data": "Data", "calendar": "Calendar", "core": "Core"}


class DominoSimulator(Simulator):
    """A company's Domino. Kinds of rows: users, databases, views, contacts, tasks, events and invitations."""

    def __init__(
        self,
        *,
        users: int = 2,
        contacts: int = 3,
        tasks: int = 2,
        events: int = 2,
        seed: int = 1,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(port)
        self._sizes = Sizes(users, contacts, tasks, events)
        self._seed = seed
        self._now = now
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self.store = DominoStore(self._sizes, self._seed, self._now)
        self._data = DataService(self, self.store)
        self._calendar = CalendarService(self, self.store)
        self._token = ""

    @property
    def first_user(self) -> User:
        """A user who may sign in."""
        return next(iter(self.store.users.values()))

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows."""
        with self.lock:
            return self.store.rows(kind)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit; a key is a UNID or an iCal UID."""
        with self.lock:
            self.store.edit(kind, change)

    def acts(self) -> Mapping[str, Callable[..., Any]]:
        """See Simulator.acts."""
        return {
            "service": self.switch_service,
            "access": self.set_access,
            "view": self.switch_view,
            "login-form": self.show_login_form,
            "password": self.set_password,
            "empty": self.empty,
            "touch": self.touch,
        }

    def switch_service(self, name: str, enabled: bool) -> None:
        """Turns Core, Data or Calendar on or off in the server's document. Raises KeyError."""
        with self.lock:
            if name not in self.store.services:
                raise KeyError(name)
            self.store.services[name] = enabled

    def set_access(self, mailbox: str, level: int) -> None:
        """Sets a database's $AllowRESTDbAPI: 0 off, 1 views only, 2 documents too. Raises KeyError and ValueError."""
        if not OFF <= level <= VIEWS_AND_DOCUMENTS:
            raise ValueError(level)
        with self.lock:
            self.store.mailboxes[mailbox].access = level

    def switch_view(self, mailbox: str, name: str, enabled: bool) -> None:
        """Turns "Permitir operações do Serviço de Dados do Domino" of a view on or off. Raises KeyError."""
        with self.lock:
            self.store.mailboxes[mailbox].views[name].enabled = enabled

    def show_login_form(self, shown: bool) -> None:
        """Session authentication: whoever comes without a session is shown a page of HTML, with 200."""
        with self.lock:
            self.store.login_form = shown

    def set_password(self, user: str, password: str) -> None:
        """A user's new password. Raises KeyError."""
        with self.lock:
            self.store.users[user].password = password

    def empty(self, mailbox: str) -> None:
        """A mailbox that comes back with nothing in it. Raises KeyError."""
        with self.lock:
            box = self.store.mailboxes[mailbox]
            for kept in (box.documents, box.events, box.exceptions):
                kept.clear()

    def touch(self, kind: str, key: str) -> None:
        """A new version with the same content, as agents and replication make it. Raises KeyError."""
        with self.lock:
            box = self.store.holding(kind, key)
            if kind == EVENTS:
                self.store.replace_event(box.path, box.events[key], box.events[key])
            else:
                self.store.change(box.documents[key], {})

    def operation(self, request: Request) -> str:
        """What a method and a path mean."""
        method = _method(request)
        _, service, parts = _parts(request)
        if method != "GET":
            return _WRITES.get(method, "unknown")
        if service is None:
            return "unknown"
        single = parts[:2] == ("documents", "unid") or (parts[:1] == ("events",) and len(parts) > 1)
        return "find" if single else "list"

    def subject(self, request: Request) -> str:
        """What the request is about: services, collections, documents or events."""
        _, service, parts = _parts(request)
        return "" if service is None else parts[0] if parts else "services"

    def handle(self, operation: str, request: Request) -> Response:
        """Answers as Domino does, with an error's body or page where it refuses."""
        try:
            return self._answered(operation, request)
        except RefusedError as error:
            return error.answer()

    def _answered(self, operation: str, request: Request) -> Response:
        database, service, parts = _parts(request)
        if self.store.login_form:
            return _login_page()
        user = self._user(request)
        if service is None or operation == "unknown":
            raise RefusedError(404, html=True)
        self._check_token(request)
        if service and not self.store.services.get(_SERVICES.get(service, ""), False):
            raise RefusedError(403)
        if not database:
            return self._of_server(service, parts, user)
        box = self._mailbox(database, user)
        method = _method(request)
        if service == "data":
            return self._data.handle(box, parts, request, method)
        if service == "calendar":
            return self._calendar.handle(box, parts, request, method)
        raise RefusedError(404, "The URI must refer to an existing resource.")

    def _of_server(self, service: str, parts: tuple[str, ...], user: User) -> Response:
        """What is asked without a database."""
        if not service:
            return answered(
                {
                    "services": [
                        {"name": name, "enabled": enabled, "version": "9.0.1", "href": f"/api/{name.lower()}"}
                        for name, enabled in self.store.services.items()
                    ]
                }
            )
        if service == "core" and parts == ("nonce",):
            self._token = secrets.token_hex(16)
            return answered({"nonce": self._token}, headers={"Set-Cookie": f"DasToken={self._token}; path=/"})
        if service == "data" and not parts:
            return answered([{"@title": user.name, "@filepath": user.mailbox, "@href": f"/{user.mailbox}/api/data"}])
        if service == "calendar" and not parts:
            return answered({"calendars": [{"owner": user.name, "href": f"/{user.mailbox}/api/calendar/events"}]})
        raise RefusedError(404, "The URI must refer to an existing resource.")

    def _user(self, request: Request) -> User:
        given = request.authorization
        user = None if given is None else self._named(given.username or "")
        if given is None or user is None or given.password != user.password:
            raise RefusedError(401, html=True)
        return user

    def _named(self, name: str) -> User | None:
        """By the name or the e-mail address, in whatever case, as Domino looks people up."""
        wanted = name.lower()
        return next((one for one in self.store.users.values() if wanted in {one.name.lower(), one.email}), None)

    def _mailbox(self, path: str, user: User) -> Mailbox:
        box = next((one for one in self.store.mailboxes.values() if one.path.lower() == path.lower()), None)
        if box is None:
            raise RefusedError(404, html=True)
        if box.owner != user.name:
            raise RefusedError(401, html=True)
        return box

    def _check_token(self, request: Request) -> None:
        """Whoever has the cookie must send the header too."""
        cookie = request.cookies.get("DasToken")
        if cookie is not None and (cookie != self._token or request.headers.get("X-DAS-Token") != cookie):
            raise RefusedError(403)


def _method(request: Request) -> str:
    """The method, or the one that a POST stands for."""
    other = request.headers.get("X-HTTP-Method-Override", "")
    return other if request.method == "POST" and other in _OVERRIDABLE else request.method


def _parts(request: Request) -> tuple[str, str | None, tuple[str, ...]]:
    """The database, the service (None: no such thing; empty: the list of services) and what stands behind it.

    Read from the path as it was sent: names of views and ids of events may hold a slash.
    """
    sent = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    sent = sent.split("?", 1)[0]
    database, found, rest = f"{sent}/".partition("/api/")
    if not found:
        return "", None, ()
    service, *parts = rest.removesuffix("/").split("/")
    return unquote(database).strip("/"), service, tuple(unquote(part) for part in parts)


def _login_page() -> Response:
    page = '<html><head><title>Server Login</title></head><body><form method="post" action="/names.nsf?Login">'
    return Response(f"{page}</form></body></html>", 200, content_type="text/html; charset=UTF-8")


def main() -> None:
    """Serves one Domino until it is told to end."""
    parser = argparse.ArgumentParser(description="Domino Access Services, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--users", type=int, default=2)
    parser.add_argument("--contacts", type=int, default=3, help="of each user")
    parser.add_argument("--tasks", type=int, default=2, help="of each user")
    parser.add_argument("--events", type=int, default=2, help="of each user")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = {name: getattr(options, name) for name in ("users", "contacts", "tasks", "events", "seed")}
    simulator = DominoSimulator(**sizes, port=options.port)
    user = simulator.first_user
    simulator.serve(user=user.name, email=user.email, password=user.password, mailbox=user.mailbox)


if __name__ == "__main__":
    main()
