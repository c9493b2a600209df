"""What people ask for over HTTP, done by the real worker: a meeting, and a content brought back; then a sync.

The store is on DynamoDB, objects on S3, Domino and Zoho are simulated.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.notes_history_on_aws import CONFLICTS, CONNECTION, MEETINGS, NotesHistory
from tests.notes_vendors import VIEWS, Vendors, vendors
from tests.office_on_aws import SECRET_PREFIX, AwsServer, Context, Sandbox, in_place_of_the_tests_own, sandbox_as_new

MEETING: dict[str, Any] = {
    "subject": "Reunião de vendas",
    "participants": ["carla@escritorio.example", "davi@escritorio.example"],
    "place": "Sala 2",
    "starts": "2026-12-01T14:00:00",
    "ends": "2026-12-01T15:00:00",
    "reminder_minutes": 15,
}
CARLA = {"FirstName": "Carla", "LastName": "Dias", "MailAddress": "carla@cliente.example", "JobTitle": "Diretora"}
CALENDAR = ("events", "invitations")


class Office(NotesHistory):
    """A connection to both simulators with one user, Ana, whose calendar and contacts are kept in step both ways."""

    def __init__(self, sandbox: Sandbox, both: Vendors) -> None:
        self.both = both
        super().__init__(sandbox)
        self.of("sincronia.clock").now = time.time
        self.ana = self.user("ana")
        settings, state, records = map(self.of, ("notes.sync_settings", "sincronia.engine.state", "notes.records"))
        unscheduled = state.ScheduledFlow(CONNECTION, "notes", "sincronizar", "Sincronizar", {}, None, None, "")
        modules = frozenset({records.Module("contacts"), records.Module("events")})
        wanted = settings.SyncSettings(modules, direction=settings.Direction.BOTH, version=1)
        self.of("notes.store.settings").keep_settings(CONNECTION, wanted, unscheduled)
        self.synced_now = 0

    def connect(self, settings: Any = None, *, enabled: bool = True) -> None:
        """Puts the connection to the simulators."""
        state = self.of("sincronia.engine.state")
        new = state.Connection(CONNECTION, "notes", "Correio Modelo", self.both.settings, "", "ana", enabled=enabled)
        self.sandbox.registering.put_connection(new, [], self.both.secret, SECRET_PREFIX)

    def keep_user(self, user: Any) -> None:
        """Keeps the user as the one of both simulators."""
        person, module = self.both.domino.first_user, self.of("notes.records").Module
        known = replace(
            user,
            email=person.email,
            login=person.name,
            databases=dict.fromkeys(module, person.mailbox),
            views={module(one.value): view for one, view in VIEWS.items()},
            crm_owner=self.both.user.crm_owner,
            excluded={},
        )
        self.of("notes.store.users").made_user(CONNECTION, known, person.password, 100)

    def delivered(self, run_id: str) -> Any:
        """The run as the worker leaves it after one more message."""
        body = json.dumps({"connection": CONNECTION, "run_id": run_id})
        happening = {"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]}
        with in_place_of_the_tests_own(self.sandbox.modules):
            assert self.sandbox.on_queue.handler(happening, Context(300)) == {"batchItemFailures": []}
        key = self.of("sincronia.engine.state").RunKey(CONNECTION, run_id)
        return self.of("sincronia.store.runs").stored_run(key)

    def sync(self) -> Any:
        """A whole sync."""
        self.synced_now += 1
        state = self.of("sincronia.engine.state")
        key = state.RunKey(CONNECTION, f"20261129T1200{self.synced_now:02}000Z-0000000000000001")
        new = state.Run(key, "notes", "sincronizar", "ana", {}, CONNECTION, started_at=time.time())
        self.of("sincronia.store.runs").run_out(new).save()
        run = self.delivered(key.run_id)
        assert (run.phase, run.result, run.problem) == ("done", "success", None)
        return run

    def here(self, vendor: str, kind: str) -> list[Any]:
        """Rows of a simulator."""
        rows: list[Any] = getattr(self.both, vendor).rows(kind)
        return rows

    def pairs(self, module: str) -> list[Any]:
        """Which of a module's records are one."""
        of = self.of("notes.records").Module(module)
        return [stored.pair for stored in self.mailboxes().pairs(CONNECTION, self.ana, of)]

    def told(self, run: Any) -> str:
        """The text of a run's notification."""
        stored = self.of("sincronia.store.notifications").stored_notification(run.audience, run.key.run_id)
        return str(stored.text)

    def carla(self) -> tuple[Any, Any]:
        """Carla's contact in Notes, and the one in the CRM."""
        (there,) = [row for row in self.here("domino", "contacts") if row.get("MailAddress") == CARLA["MailAddress"]]
        (copy,) = [row for row in self.here("zoho", "contacts") if row["Email"] == CARLA["MailAddress"]]
        return there, copy

    def titles(self) -> tuple[str, str]:
        """Carla's title in Notes, and in the CRM."""
        there, copy = self.carla()
        return there["JobTitle"], copy["Title"]

    def calendars(self) -> list[Any]:
        """All that both sides' calendars hold, and who was invited."""
        return [*(self.here("domino", kind) for kind in CALENDAR), self.here("zoho", "events")]


@pytest.fixture
def office(aws: AwsServer) -> Iterator[Office]:
    aws.emptied("notes")
    with vendors() as both:
        yield Office(sandbox_as_new(time.time, integration="notes"), both)


def meetings(rows: list[Any], name: str) -> list[Any]:
    """The events of the meeting's subject."""
    return [row for row in rows if row[name] == MEETING["subject"]]


def test_a_meeting_invites_once_and_is_in_the_crm_once_and_a_sync_after_it_writes_nothing(office: Office) -> None:
    office.sync()
    office.sync()
    before = office.here("domino", "invitations")

    asked = office.post(MEETINGS, MEETING, role="ana", key="k1").body["run_id"]
    run, again = office.delivered(asked), office.delivered(asked)

    assert (run.phase, run.result, run.problem) == ("done", "success", None)
    assert again == run
    (there,) = meetings(office.here("domino", "events"), "summary")
    (copy,) = meetings(office.here("zoho", "events"), "Event_Title")
    invited = office.here("domino", "invitations")[len(before) :]
    assert [(row["what"], row["event"], row["email"]) for row in invited] == [
        ("invite", there["id"], email) for email in MEETING["participants"]
    ]
    assert office.told(run) == "A reunião foi criada no IBM Notes, que convida os participantes, e está no Zoho CRM."
    assert [pair.b.id for pair in office.pairs("events") if pair.a.id == there["id"]] == [copy["id"]]

    written = office.calendars()
    first, second = office.sync(), office.sync()
    assert office.calendars() == written
    assert set(first.counters) <= {"unchanged"}
    assert sum(tally.planned for tally in second.tallies.values()) == 0


def test_answers_that_are_lost_on_both_sides_make_nothing_twice(office: Office) -> None:
    for vendor in (office.both.domino, office.both.zoho):
        vendor.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))

    run = office.delivered(office.post(MEETINGS, MEETING, role="ana").body["run_id"])

    assert (run.result, run.problem) == ("success", None)
    (there,) = meetings(office.here("domino", "events"), "summary")
    (copy,) = meetings(office.here("zoho", "events"), "Event_Title")
    assert [row["email"] for row in office.here("domino", "invitations")] == MEETING["participants"]
    assert [(pair.a.id, pair.b.id) for pair in office.pairs("events")] == [(there["id"], copy["id"])]


def test_two_requests_with_the_same_content_are_two_meetings(office: Office) -> None:
    asked = [office.post(MEETINGS, MEETING, role="ana", key=key).body["run_id"] for key in ("k1", "k2")]

    runs = [office.delivered(one) for one in asked]

    assert [run.result for run in runs] == ["success", "success"]
    there = {row["id"] for row in meetings(office.here("domino", "events"), "summary")}
    copies = {row["id"] for row in meetings(office.here("zoho", "events"), "Event_Title")}
    assert (len(there), len(copies)) == (2, 2)
    assert ({pair.a.id for pair in office.pairs("events")}, {pair.b.id for pair in office.pairs("events")}) == (
        there,
        copies,
    )


def test_what_only_the_crm_refuses_is_told_as_that_and_what_to_do(aws: AwsServer) -> None:
    aws.emptied("notes")
    with vendors() as both:
        nobodys = replace(both, user=replace(both.user, crm_owner="1"))  # whom the CRM doesn't know
        office = Office(sandbox_as_new(time.time, integration="notes"), nobodys)
        run = office.delivered(office.post(MEETINGS, MEETING, role="ana").body["run_id"])

        assert (run.result, office.pairs("events")) == ("partial", [])
        assert len(meetings(office.here("domino", "events"), "summary")) == 1
        assert meetings(office.here("zoho", "events"), "Event_Title") == []
        text = office.told(run)
        assert text.startswith(
            "A reunião foi criada no IBM Notes, que convida os participantes; no Zoho CRM ela não está. O Zoho CRM"
        )
        assert text.endswith(
            "Não a programe de novo: a próxima sincronização a leva ao Zoho CRM, se os Eventos são sincronizados do "
            "IBM Notes."
        )


def test_one_call_brings_a_conflict_back_and_the_next_sync_carries_it(office: Office) -> None:
    office.both.domino.edit("contacts", {"add": [{**CARLA, "mailbox": office.both.mailbox}]})
    office.sync()
    office.sync()
    there, crm = office.carla()
    office.both.domino.edit("contacts", {"change": {there["unid"]: {"JobTitle": "Compradora"}}})
    office.both.zoho.change("contacts", crm["id"], Title="Sócia")
    office.sync()
    assert office.titles() == ("Sócia", "Sócia")  # the CRM wins

    (entry,) = office.call("GET", CONFLICTS, role="ana").body["items"]
    path = f"{CONFLICTS}/{entry['id']}/bring-back"
    asked = office.call("POST", path, role="ana").body["run_id"]
    run, again = office.delivered(asked), office.delivered(asked)

    assert (run.phase, run.result, run.problem, run.counters) == ("done", "success", None, {"updated": 1})
    assert again == run
    assert office.titles() == ("Compradora", "Sócia")
    assert "voltou ao registro no IBM Notes" in office.told(run)
    marked = office.call("GET", f"{CONFLICTS}/{entry['id']}", role="ana").body
    assert (marked["brought_back_by"], bool(marked["brought_back_at"])) == (run.trigger, True)
    assert len(office.call("GET", CONFLICTS, role="ana").body["items"]) == 2  # and what it has overwritten in turn

    office.sync()
    assert office.titles() == ("Compradora", "Compradora")
    office.sync()
    assert sum(tally.planned for tally in office.sync().tallies.values()) == 0
    assert office.titles() == ("Compradora", "Compradora")
