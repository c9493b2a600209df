"""Domino's and Zoho's simulators as one connection, with a mailbox user of theirs, for tests of notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.vendors.domino import DominoSimulator
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import CUSTOM_NAMES
from notes.connection import PASSWORD, open_records
from notes.connection_sentences import CONNECTION
from notes.content_sentences import CONTENT
from notes.domino_sentences import DOMINO
from notes.mailbox_users import MailboxUser
from notes.ports import News, Records, Shown, Write, Written
from notes.records import Contact, Event, Module, Participant, Record, Task
from notes.zoho_sentences import ZOHO
from sincronia import clock
from sincronia.answers import COMMON, Problem, ProblemError
from sincronia.engine.flow import Opening
from sincronia.engine.two_way import Side

ANSWERS = {**COMMON, **DOMINO, **ZOHO, **CONTENT, **CONNECTION}
CONTACTS, TASKS, EVENTS = Module.CONTACTS, Module.TASKS, Module.EVENTS
NEW: dict[Module, Any] = {
    CONTACTS: Contact("Luz", "Ana", "ana@exemplo.example", mobile="(11) 98765-4321", company="Padaria"),
    TASKS: Task("Ligar", date(2026, 12, 3), description="Duas\nlinhas"),
    EVENTS: Event(
        "Visita",
        datetime(2026, 12, 3, 12, tzinfo=UTC),
        datetime(2026, 12, 3, 13, tzinfo=UTC),
        "Sala 2",
        participants=(Participant("rui@exemplo.example"),),
        reminder_minutes=15,
    ),
}
VIEWS = {Module.CONTACTS: "Contacts", Module.TASKS: "($ToDo)"}


class KeptSecrets:
    """Implements Secrets in memory."""

    def __init__(self, **secrets: Mapping[str, str]) -> None:
        self.secrets = dict(secrets)

    def fields(self, name: str) -> Mapping[str, str]:
        if name not in self.secrets:
            raise ProblemError(Problem("secret_missing"))
        return self.secrets[name]


@dataclass
class Vendors:
    """Both simulators, the connection's settings and secret, and the user whose mailbox is the first."""

    domino: DominoSimulator
    zoho: ZohoSimulator
    settings: dict[str, Any]
    secret: dict[str, str]
    user: MailboxUser
    secrets: KeptSecrets

    @property
    def mailbox(self) -> str:
        """The path of the user's database."""
        return self.domino.first_user.mailbox

    def opening(self, seconds: float = 60) -> Opening:
        """What the connection's flows are opened with."""
        return Opening(self.settings, self.secret, {}, clock.now() + seconds)

    def records(self, module: Module, side: Side, user: MailboxUser | None = None, seconds: float = 60) -> Records:
        """One side's records of a module."""
        return open_records(self.opening(), self.secrets)(user or self.user, module, side, clock.now() + seconds)

    def quiet(self) -> None:
        """Forgets what was asked so far, and faults."""
        self.domino.reset()
        self.zoho.reset()


@contextmanager
def vendors(domino: DominoSimulator | None = None, zoho: ZohoSimulator | None = None) -> Iterator[Vendors]:
    """Both simulators, serving. A user of the CRM owns what the second user doesn't."""
    with domino or DominoSimulator() as office, zoho or ZohoSimulator() as crm:
        person = office.first_user
        user = MailboxUser(
            id="nara",
            name=person.name,
            email=person.email,
            login=person.name,
            zone=ZoneInfo("America/Sao_Paulo"),
            databases=dict.fromkeys(Module, person.mailbox),
            views=VIEWS,
            crm_owner=crm.rows("users")[0]["id"],
            secret_name="nara",
            excluded={},
        )
        settings = {
            "domino_address": office.url,
            "zoho_address": crm.url,
            "licence": 5,
            "crm_fields": dict(CUSTOM_NAMES),
        }
        secret = {f"zoho_{name}": value for name, value in crm.credentials.items()}
        yield Vendors(office, crm, settings, secret, user, KeptSecrets(nara={PASSWORD: person.password}))


def second_user(both: Vendors) -> MailboxUser:
    """The other user of both systems, signed in."""
    person = list(both.domino.store.users.values())[1]
    both.secrets.secrets["other"] = {PASSWORD: person.password}
    return replace(
        both.user,
        id="other",
        name=person.name,
        email=person.email,
        login=person.name,
        databases=dict.fromkeys(Module, person.mailbox),
        crm_owner=both.zoho.rows("users")[1]["id"],
        secret_name="other",
    )


def read_all(records: Records, news: News) -> dict[str, str]:
    """What is known once what changed was read."""
    return {one.id: one.version for one in records.read(news.changed)}


def only(records: Records, record_id: str) -> Shown:
    """A record as it is now."""
    return next(iter(records.read([record_id])))


def made(records: Records, content: Record, uid: str = "") -> Shown:
    """A record that has just been created."""
    written = records.create([Write(content, uid=uid)])[0]
    assert isinstance(written, Written)
    return only(records, written.id)


def since() -> str:
    """This moment, as a side takes it."""
    return datetime.fromtimestamp(clock.now(), UTC).isoformat()
