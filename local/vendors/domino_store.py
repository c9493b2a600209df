"""What a simulated Domino server keeps: users, their mailboxes, documents, calendar events, and what was sent out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.vendors.people import email, person

Row = dict[str, Any]

CONTACTS, TASKS, EVENTS = "contacts", "tasks", "events"
DOMAIN = "notes.exemplo.example"
PASSWORD = "senha-do-notes-1"  # noqa: S105  # invented, of the simulator
OFF, VIEWS_ONLY, VIEWS_AND_DOCUMENTS = 0, 1, 2  # $AllowRESTDbAPI
FORMS = {CONTACTS: "Person", TASKS: "Task"}
DATETIME = "datetime"

_MOMENTS = {  # by form: the fields of it that are date/times
    "Person": frozenset({"Birthday"}),
    "Task": frozenset({"DueDateTime", "StartDateTime", "CompletedDateTime"}),
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?|\d\d:\d\d:\d\d")
_TEXT_ONE = "1"  # how Notes keeps a flag that is on


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many users there are, and how much of each kind each of them begins with."""

    users: int
    contacts: int
    tasks: int
    events: int


@dataclass
class View:
    """A view of a database. `enabled` is flag A of $WebFlags; `columns` are items of its documents."""

    unid: str
    name: str
    form: str  # whose documents it shows
    columns: tuple[str, ...]
    enabled: bool = True


@dataclass
class Document:
    """A document; date/times among its items are kept as `{"data", "type": "datetime"}`."""

    unid: str
    form: str
    items: Row
    created: datetime
    modified: datetime


@dataclass
class Mailbox:
    """One user's mail file: documents by UNID, events by iCal UID, each with its exceptions by recurrence id."""

    path: str
    owner: str
    views: dict[str, View]
    access: int = VIEWS_AND_DOCUMENTS
    documents: dict[str, Document] = field(default_factory=dict)
    events: dict[str, Row] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Row]] = field(default_factory=dict)


@dataclass
class User:
    """Who may sign in; the mailbox is theirs."""

    name: str
    email: str
    password: str
    mailbox: str


class DominoStore:
    """The server's data. Each change of a document or an event moves its version on by a second at least."""

    def __init__(self, sizes: Sizes, seed: int, now: Callable[[], datetime]) -> None:
        self._random = random.Random(seed)  # noqa: S311  # ids that come again for the same seed
        self._now = now
        self.services = {"Core": True, "Data": True, "Calendar": True}
        self.login_form = False  # session authentication: a page of HTML instead of 401
        self.users: dict[str, User] = {}
        self.mailboxes: dict[str, Mailbox] = {}
        self.invitations: list[Row] = []
        for number in range(1, sizes.users + 1):
            self._add_user(number, seed, sizes)

    def unid(self) -> str:
        """A new universal id: 32 hexadecimal digits."""
        return f"{self._random.getrandbits(128):032X}"

    def moment(self, before: datetime | None = None) -> datetime:
        """Now in whole seconds (UTC), and later than `before`."""
        now = self._now().astimezone(UTC).replace(microsecond=0)
        return now if before is None else max(now, before + timedelta(seconds=1))

    def document(self, path: str, unid: str) -> Document:
        """A document of a mailbox. Raises KeyError."""
        return self.mailboxes[path].documents[unid]

    def create(self, path: str, form: str, items: Mapping[str, Any]) -> Document:
        """A new document. Raises KeyError where there is no such mailbox."""
        at = self.moment()
        document = Document(self.unid(), form, {}, at, at)
        for name, value in items.items():
            set_item(document, name, value)
        self.mailboxes[path].documents[document.unid] = document
        return document

    def change(self, document: Document, items: Mapping[str, Any], *, replace: bool = False) -> None:
        """Sets items; with `replace`, those that no name of `items` names exactly are dropped, but those with `$`."""
        for name, value in items.items():
            set_item(document, name, value)
        if replace:
            document.items = {
                name: value for name, value in document.items.items() if name in items or name.startswith("$")
            }
        document.modified = self.moment(document.modified)

    def create_event(self, path: str, fields: Row) -> Row:
        """A new event of a mailbox, with an id of its own. Raises KeyError."""
        uid = f"{self.unid()}-Lotus_Notes_Generated"
        self.mailboxes[path].events[uid] = event = {"sequence": 0, "class": "public", **fields, "id": uid}
        event["last-modified"] = compact(self.moment())
        return event

    def replace_event(self, path: str, event: Row, fields: Row) -> Row:
        """The event as `fields` have it: what they leave out is dropped."""
        kept = {"sequence": event["sequence"], "class": "public"}
        changed = {**kept, **fields, "id": event["id"]}
        changed["last-modified"] = compact(self.moment(expanded(event["last-modified"])))
        self.mailboxes[path].events[event["id"]] = changed
        return changed

    def invite(self, what: str, path: str, event: Row) -> None:
        """Notes what the server sends to those invited: invite, update or cancel."""
        self.invitations.extend(
            {"what": what, "mailbox": path, "event": event["id"], "email": attendee.get("email", "")}
            for attendee in event.get("attendees", ())
            if attendee.get("role") != "chair"
        )

    def rows(self, kind: str) -> list[Row]:
        """All rows of a kind: users, databases, views, contacts, tasks, events or invitations. Raises KeyError."""
        every = self.mailboxes.values()
        if kind == EVENTS:
            return [{"mailbox": box.path, **event} for box in every for event in box.events.values()]
        if kind in FORMS:
            return [
                {"mailbox": box.path, **shown_row(one)}
                for box in every
                for one in box.documents.values()
                if one.form == FORMS[kind]
            ]
        rows: dict[str, Callable[[], list[Row]]] = {
            "users": lambda: [
                {"name": one.name, "email": one.email, "mailbox": one.mailbox} for one in self.users.values()
            ],
            "databases": lambda: [{"path": box.path, "owner": box.owner, "access": box.access} for box in every],
            "views": lambda: [
                {"mailbox": box.path, "name": view.name, "form": view.form, "enabled": view.enabled}
                for box in every
                for view in box.views.values()
            ],
            "invitations": lambda: list(self.invitations),
        }
        return rows[kind]()

    def edit(self, kind: str, change: Row) -> None:
        """Changes contacts, tasks or events by hand; a key is a UNID or an id, a new row names its `mailbox`.

        A column of None is taken away. Raises KeyError.
        """
        if kind not in {*FORMS, EVENTS}:
            raise KeyError(kind)
        for row in change.get("add", ()):
            columns = {name: value for name, value in row.items() if name != "mailbox"}
            if kind == EVENTS:
                self.create_event(row["mailbox"], columns)
            else:
                self.create(row["mailbox"], FORMS[kind], columns)
        for key, columns in change.get("change", {}).items():
            self._change_row(kind, key, columns)
        for key in change.get("remove", ()):
            box = self.holding(kind, key)
            del (box.events if kind == EVENTS else box.documents)[key]
            box.exceptions.pop(key, None)

    def holding(self, kind: str, key: str) -> Mailbox:
        """The mailbox that holds a row. Raises KeyError."""
        for box in self.mailboxes.values():
            if key in (box.events if kind == EVENTS else box.documents):
                return box
        raise KeyError(key)

    def _change_row(self, kind: str, key: str, columns: Row) -> None:
        box = self.holding(kind, key)
        gone = {name for name, value in columns.items() if value is None}
        kept = {name: value for name, value in columns.items() if name not in gone}
        if kind == EVENTS:
            event = {name: value for name, value in box.events[key].items() if name not in gone}
            self.replace_event(box.path, box.events[key], {**event, **kept})
            return
        document = box.documents[key]
        document.items = {name: value for name, value in document.items.items() if name not in gone}
        self.change(document, kept)

    def _add_user(self, number: int, seed: int, sizes: Sizes) -> None:
        name = person(number, seed)
        path = f"mail/usuario{number}.nsf"
        user = User(name, email(name, DOMAIN), PASSWORD, path)
        self.users[name] = user
        views = (
            View(self.unid(), "Contacts", FORMS[CONTACTS], ("FirstName", "LastName", "MailAddress")),
            View(self.unid(), "($ToDo)", FORMS[TASKS], ("Subject", "DueDateTime")),
            View(self.unid(), "($Calendar)", "Appointment", ("Subject",)),
        )
        self.mailboxes[path] = Mailbox(path, name, {view.name: view for view in views})
        for index in range(sizes.contacts):
            self._add_contact(path, number * 1_000 + index, seed)
        today = self.moment().replace(hour=0, minute=0, second=0)
        for index in range(sizes.tasks):
            due = moment(today + timedelta(days=index + 1))
            items = {"Subject": f"Visita {number}-{index + 1}", "TaskType": _TEXT_ONE, "Importance": "2"}
            self.create(path, FORMS[TASKS], {**items, "DueDateTime": due})
        for index in range(sizes.events):
            day = f"{today + timedelta(days=index):%Y-%m-%d}"
            times = {
                "start": {"date": day, "time": "12:00:00", "utc": True},
                "end": {"date": day, "time": "13:00:00", "utc": True},
            }
            self.create_event(path, {"summary": f"Reunião {number}-{index + 1}", "location": "Sala 1", **times})

    def _add_contact(self, path: str, number: int, seed: int) -> None:
        name = person(number + 500, seed)
        first, last = name.split(" ", 1)
        phone = f"({11 + number % 9}) 9{number % 10_000:04d}-{(number * 37) % 10_000:04d}"
        items = {"FirstName": first, "LastName": last, "MailAddress": email(name, "cliente.example")}
        items |= {"CellPhoneNumber": phone, "CompanyName": "Padaria Sol", "$PublicAccess": _TEXT_ONE}
        self.create(path, FORMS[CONTACTS], items)


def set_item(document: Document, name: str, value: Any) -> None:
    """Sets one item. Its name is that of an item which is there in another case, if there is one, as in Notes.

    A date becomes a date/time where it says so, or where the form's field is one; otherwise it is kept as a text.
    """
    there = next((one for one in document.items if one.lower() == name.lower()), name)
    typed = isinstance(value, dict) and value.get("type") == DATETIME
    field_of_form = name in _MOMENTS.get(document.form, ())
    if not typed and field_of_form and isinstance(value, str) and _MOMENT.fullmatch(value):
        value = {"data": value, "type": DATETIME}
    document.items[there] = value


def shown_row(document: Document) -> Row:
    """A document with all its items, date/times as Notes keeps them."""
    head = {"unid": document.unid, "form": document.form, "modified": moment(document.modified)}
    return {**head, **document.items}


def moment(at: datetime) -> str:
    """The form of date/times in the data service."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def compact(at: datetime) -> str:
    """The form of `last-modified` in the calendar service."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def expanded(text: str) -> datetime:
    """What `compact` wrote. Raises ValueError."""
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
