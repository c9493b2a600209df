"""What the crash tests sweep of Notes: syncs both ways, module by module, a meeting, contents brought back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from local.vendors.server import Simulator
from tests.crash import notes_world
from tests.crash.choke import Choke, Death
from tests.crash.notes_world import SYNC, USER, MailboxesInDanger, mailboxes_in_danger
from tests.crash.scenario import Scenario, tick
from tests.office_on_aws import AwsServer

_LATER = 3_600.0
_NATURAL = ("MailAddress", "Email", "Subject", "summary", "Event_Title")


@dataclass(frozen=True, kw_only=True)
class NotesScenario(Scenario[MailboxesInDanger]):
    """One mailbox user, both ways; `prepare` joins the sides and lets people work on them."""

    replaced_after = 400.0  # past a lease, and past what the queue hides a message for

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[MailboxesInDanger]:
        """See Scenario.opened."""
        with mailboxes_in_danger(aws) as place:
            self.prepare(place)
            yield place

    def begin(self, place: MailboxesInDanger) -> None:
        """Both simulators' services answer of the rows that were put back."""
        domino: Any = place.domino
        zoho: Any = place.zoho
        domino._data._store = domino._calendar._store = domino.store
        zoho._reads._store = zoho._writes._store = zoho._writes._values._store = zoho.store

    def vendors(self, place: MailboxesInDanger) -> Mapping[str, Simulator]:
        """See Scenario.vendors."""
        return {"domino": place.domino, "zoho": place.zoho}

    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """By e-mail or subject; of a batch, all of them."""
        rows = body.get("data") or body.get("events") or [body]
        return " ".join(sorted(next(str(row[name]) for name in _NATURAL if name in row) for row in rows))

    def is_quiet(self, place: MailboxesInDanger) -> bool:
        """No run is waiting for its turn or for time."""
        begun = all(float(row["wake_at"]) > place.now for row in place.rows("connections") if "wake_at" in row)
        return begun and all(row["phase"] == "done" for row in place.rows("runs"))

    def check(self, place: MailboxesInDanger) -> None:
        """See notes_world.conserved."""
        notes_world.conserved(place)

    def world(self, place: MailboxesInDanger, creates: Mapping[str, int]) -> dict[str, Any]:
        """See Scenario.world."""
        return notes_world.world(place, creates)


def _person(name: str, mailbox: str) -> dict[str, Any]:
    first, last = name.split(" ")
    items = {"FirstName": first, "LastName": last, "MailAddress": f"{first.lower()}@cliente.example"}
    return {"mailbox": mailbox, **items, "CompanyName": "Padaria Sol"}


def _notes_keys(place: MailboxesInDanger, kind: str, column: str) -> dict[str, str]:
    key = "id" if kind == "events" else "unid"
    return {str(row[column]).split("@")[0]: row[key] for row in place.domino.rows(kind)}


def _crm_keys(place: MailboxesInDanger, kind: str, column: str) -> dict[str, str]:
    return {str(row[column]).split("@")[0]: row["id"] for row in place.zoho.rows(kind)}


def _contacts(place: MailboxesInDanger) -> None:
    """Each kind of change once; the CRM's word stands."""
    place.join("contacts")
    names = ("Ana Lima", "Bia Reis", "Caio Prado", "Duda Melo", "Eva Nunes", "Hugo Dias", "Igor Paz")
    place.domino.edit("contacts", {"add": [_person(name, place.mailbox) for name in names]})
    place.in_step()
    place.now += _LATER
    notes, crm = _notes_keys(place, "contacts", "MailAddress"), _crm_keys(place, "contacts", "Email")
    changed = {
        notes["ana"]: {"JobTitle": "Diretora"},
        notes["caio"]: {"JobTitle": "Comprador"},
        notes["eva"]: {"OrgConfidential": "1"},
        notes["hugo"]: {"JobTitle": "Vendedor"},
    }
    new = [_person("Fabio Luz", place.mailbox)]
    place.domino.edit("contacts", {"add": new, "change": changed, "remove": [notes["duda"]]})
    place.zoho.change("contacts", crm["bia"], Title="Gerente")
    place.zoho.change("contacts", crm["caio"], Title="Sócio")
    place.zoho.remove("contacts", crm["hugo"])
    place.zoho.remove("contacts", crm["igor"])
    place.zoho.add("contacts", First_Name="Gil", Last_Name="Mota", Email="gil@cliente.example")


def given_up(place: MailboxesInDanger, choke: Choke, scenario: Scenario[MailboxesInDanger]) -> None:
    """A drive in which nobody comes in the place of who died: the run is cancelled, and the next syncs go on.

    Meanwhile the person in Notes edits once more what the run was carrying.
    """
    with suppress(Death), choke.watching():
        place.tick()
        while place.deliver():
            pass
    choke.revive()
    place.now += scenario.replaced_after
    place.sandbox = place.new_sandbox()
    place.cancel()
    scenario.check(place)
    notes = _notes_keys(place, "contacts", "MailAddress")
    place.domino.edit("contacts", {"change": {notes["ana"]: {"JobTitle": "Presidente"}}})
    place.in_step()
    scenario.check(place)


def _tasks(place: MailboxesInDanger) -> None:
    """New ones on each side, an edit each way, and a conflict in which the word of Notes stands."""
    place.join("tasks", winner="notes")
    day = {"data": "2026-12-01T15:00:00Z", "type": "datetime"}
    subjects = ("Visita", "Proposta", "Pedido")
    place.domino.edit(
        "tasks", {"add": [{"mailbox": place.mailbox, "Subject": one, "DueDateTime": day} for one in subjects]}
    )
    place.in_step()
    place.now += _LATER
    notes, crm = _notes_keys(place, "tasks", "Subject"), _crm_keys(place, "tasks", "Subject")
    new = {"mailbox": place.mailbox, "Subject": "Contrato", "DueDateTime": day}
    changed = {notes["Visita"]: {"Importance": "1"}, notes["Pedido"]: {"Importance": "1"}}
    place.domino.edit("tasks", {"add": [new], "change": changed})
    place.zoho.change("tasks", crm["Proposta"], Priority="High")
    place.zoho.change("tasks", crm["Pedido"], Priority="Low")
    place.zoho.add("tasks", Subject="Ligar", Due_Date="2026-12-02")


def _event(subject: str, day: int, mailbox: str) -> dict[str, Any]:
    start, end = ({"date": f"2026-12-{day:02}", "time": f"{hour}:00:00", "utc": True} for hour in (12, 13))
    return {"mailbox": mailbox, "summary": subject, "location": "Sala 1", "start": start, "end": end}


def _events(place: MailboxesInDanger) -> None:
    """New ones on each side, an edit each way, a conflict, and a removal in the CRM."""
    place.join("events")
    subjects = ("Mensal", "Semanal", "Visita", "Almoço")
    added = [_event(subject, day, place.mailbox) for day, subject in enumerate(subjects, start=1)]
    place.domino.edit("events", {"add": added})
    place.in_step()
    place.now += _LATER
    notes, crm = _notes_keys(place, "events", "summary"), _crm_keys(place, "events", "Event_Title")
    changed = {notes["Mensal"]: {"location": "Sala 2"}, notes["Visita"]: {"location": "Sala 3"}}
    place.domino.edit("events", {"add": [_event("Feira", 7, place.mailbox)], "change": changed})
    place.zoho.change("events", crm["Semanal"], Description="Trazer o contrato")
    place.zoho.change("events", crm["Visita"], Description="Levar amostras")
    place.zoho.remove("events", crm["Almoço"])
    times = {"Start_DateTime": "2026-12-08T09:00:00-03:00", "End_DateTime": "2026-12-08T10:00:00-03:00"}
    place.zoho.add("events", Event_Title="Palestra", **times)


def _meeting(place: MailboxesInDanger) -> None:
    """A meeting is asked for; there is one of that subject at another time already."""
    place.join("events", minutes=None)
    place.domino.edit("events", {"add": [_event("Feira", 7, place.mailbox)]})
    place.in_step()
    place.now += _LATER
    place.ask(
        "agendar_reuniao",
        user=USER,
        subject="Feira",
        participants=["ana@cliente.example"],
        place="Sala 4",
        starts="2026-12-09T12:00:00+00:00",
        ends="2026-12-09T13:00:00+00:00",
        reminder_minutes=15,
    )


def _brought_back(place: MailboxesInDanger) -> None:
    """A content that lost in Notes, and a contact that was removed from the CRM, are asked back."""
    place.join("contacts", minutes=None)
    names = ("Caio Prado", "Duda Melo", "Igor Paz")
    place.domino.edit("contacts", {"add": [_person(name, place.mailbox) for name in names]})
    place.in_step()
    place.now += _LATER
    notes, crm = _notes_keys(place, "contacts", "MailAddress"), _crm_keys(place, "contacts", "Email")
    changed = {notes["caio"]: {"JobTitle": "Comprador"}}
    place.domino.edit("contacts", {"change": changed, "remove": [notes["duda"]]})
    place.zoho.change("contacts", crm["caio"], Title="Sócio")
    place.in_step()
    place.now += _LATER
    for row in place.rows("mailboxes"):
        if row["scope"].endswith("#losers"):
            side = json.loads(row["value"])["side"]
            place.ask("devolver_edicao", loser=row["id"], user=USER, module="contacts", side=side)


def _next_sync(place: MailboxesInDanger) -> None:
    place.now += _LATER
    place.ask(SYNC)


CONTACTS = NotesScenario(name="contacts", prepare=_contacts)
TASKS = NotesScenario(name="tasks", prepare=_tasks)
EVENTS = NotesScenario(name="events", prepare=_events)
MEETING = NotesScenario(name="meeting", prepare=_meeting)
BROUGHT_BACK = NotesScenario(
    name="brought back, and carried on", prepare=_brought_back, acts=(tick, tick), meanwhile=_next_sync
)
EVERY = (CONTACTS, TASKS, EVENTS, MEETING, BROUGHT_BACK)
