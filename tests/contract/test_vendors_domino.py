"""Domino Access Services as the simulator has them, over real HTTP: what its published source says of the wire."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
import requests

from local.vendors.domino import DominoSimulator
from local.vendors.domino_store import OFF, VIEWS_ONLY
from local.vendors.faults import Fault, Kind

BOX = "mail/usuario1.nsf"
ALL = {"since": "2020-01-01T00:00:00Z", "before": "2040-01-01T00:00:00Z"}
NOON = {"date": "2026-12-10", "time": "12:00:00", "utc": True}
ONE = {"date": "2026-12-10", "time": "13:00:00", "utc": True}
NARA = {"role": "req-participant", "email": "nara@exemplo.example"}
MEETING = {"summary": "Reunião", "start": NOON, "end": ONE, "sequence": 0, "attendees": [NARA]}
MEETING |= {"organizer": {"email": "chefe@exemplo.example"}}


@pytest.fixture
def domino() -> Iterator[DominoSimulator]:
    with DominoSimulator() as domino:
        yield domino


def call(domino: DominoSimulator, method: str, path: str, **parts: Any) -> requests.Response:
    user = domino.first_user
    key = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", **parts.pop("headers", {})}
    return requests.request(method, f"{domino.url}/{path}", headers=headers, timeout=5, **parts)


def data(domino: DominoSimulator, method: str, path: str, **parts: Any) -> requests.Response:
    return call(domino, method, f"{BOX}/api/data/{path}", **parts)


def events(domino: DominoSimulator, method: str, path: str = "", **parts: Any) -> requests.Response:
    return call(domino, method, f"{BOX}/api/calendar/events{path}", **parts)


def refused(response: requests.Response) -> tuple[int, str | None]:
    body = response.json()
    assert body["code"] == response.status_code
    assert body["text"] == HTTPStatus(response.status_code).phrase
    return response.status_code, body.get("message")


def first(domino: DominoSimulator, kind: str) -> Any:
    return next(row for row in domino.rows(kind) if row["mailbox"] == BOX)


def test_services_are_listed_with_what_is_off(domino: DominoSimulator) -> None:
    domino.switch_service("Calendar", False)
    listed = call(domino, "GET", "api").json()["services"]
    assert {one["name"]: one["enabled"] for one in listed} == {"Core": True, "Data": True, "Calendar": False}
    assert refused(events(domino, "GET", params=ALL)) == (403, None)
    assert data(domino, "GET", "documents").status_code == 200


def test_what_is_off_is_told_by_the_words_of_the_403(domino: DominoSimulator) -> None:
    document = f"documents/unid/{first(domino, 'contacts')['unid']}"
    domino.set_access(BOX, OFF)
    off = (403, "The Domino data service is not enabled for this database.")
    assert refused(data(domino, "GET", "documents")) == off
    assert refused(data(domino, "GET", "collections/name/Contacts")) == off

    domino.set_access(BOX, VIEWS_ONLY)
    assert data(domino, "GET", "documents").status_code == 200
    assert data(domino, "GET", "collections/name/Contacts").status_code == 200
    closed = (403, "Cannot access resource")
    assert refused(data(domino, "GET", document)) == closed
    assert refused(data(domino, "POST", "documents", json={})) == closed

    domino.switch_view(BOX, "Contacts", False)
    assert refused(data(domino, "GET", "collections/name/Contacts")) == (
        403,
        "The Domino data service is not enabled for this view Contacts.",
    )
    unknown = data(domino, "GET", "collections/name/Contatos")
    assert refused(unknown) == (404, "The URI must refer to an existing view.")


def test_a_mailbox_is_its_owners_alone(domino: DominoSimulator) -> None:
    assert call(domino, "GET", "mail/usuario2.nsf/api/data/documents").status_code == 401
    assert requests.get(f"{domino.url}/api", timeout=5).status_code == 401
    nowhere = call(domino, "GET", "mail/ninguem.nsf/api/data/documents")
    assert (nowhere.status_code, nowhere.headers["Content-Type"].split(";")[0]) == (404, "text/html")
    domino.show_login_form(True)
    form = call(domino, "GET", "api")
    assert (form.status_code, form.headers["Content-Type"].split(";")[0]) == (200, "text/html")


def test_the_cookie_against_forged_requests_needs_its_header(domino: DominoSimulator) -> None:
    nonce = call(domino, "GET", "api/core/nonce")
    cookies = {"DasToken": nonce.json()["nonce"]}
    assert refused(data(domino, "GET", "documents", cookies=cookies)) == (403, None)
    headers = {"X-DAS-Token": cookies["DasToken"]}
    assert data(domino, "GET", "documents", cookies=cookies, headers=headers).status_code == 200


def test_a_view_has_10_lines_unless_asked_and_never_more_than_100(domino: DominoSimulator) -> None:
    domino.edit("contacts", {"add": [{"mailbox": BOX, "LastName": f"Luz {number}"} for number in range(147)]})
    view = "collections/name/Contacts"
    plain = data(domino, "GET", view)
    assert (len(plain.json()), plain.headers["Content-Range"]) == (10, "items 0-9/150")
    last = data(domino, "GET", view, params={"start": "100", "count": "100"})
    assert (len(last.json()), last.headers["Content-Range"]) == (50, "items 100-149/150")
    by_page = data(domino, "GET", view, params={"ps": "20", "page": "7"})
    assert (len(by_page.json()), by_page.headers["Content-Range"]) == (10, "items 140-149/150")
    ranged = data(domino, "GET", view, params={"count": "100"}, headers={"Range": "items=3-7"})
    assert (len(ranged.json()), ranged.headers["Content-Range"]) == (5, "items 3-7/150")
    behind = data(domino, "GET", view, params={"start": "150"})
    assert behind.json() == []
    assert "Content-Range" not in behind.headers
    too_many = data(domino, "GET", view, params={"count": "101"})
    assert refused(too_many) == (400, "Limit exceeded.  Cannot read more than 100 entries.")
    assert too_many.json()["type"] == "text"
    assert refused(data(domino, "GET", view, params={"count": "x"})) == (400, "Invalid parameter count: x")


def test_documents_modified_since_a_moment(domino: DominoSimulator) -> None:
    every = data(domino, "GET", "documents").json()
    assert {"@modified", "@unid", "@href"} == set(every[0])
    assert len(every) == 5
    contact = first(domino, "contacts")["unid"]
    domino.touch("contacts", contact)
    since = first(domino, "contacts")["modified"]
    late = data(domino, "GET", "documents", params={"since": since}).json()
    assert [(one["@unid"], one["@modified"]) for one in late] == [(contact, since)]
    assert refused(data(domino, "GET", "documents", params={"since": "ontem"}))[0] == 400
    search = data(domino, "GET", "documents", params={"search": "Luz"})
    assert refused(search) == (400, "Database is not full text indexed.")


def test_hidden_items_are_shown_only_when_asked_and_dates_by_what_they_are(domino: DominoSimulator) -> None:
    contact, task = (f"documents/unid/{first(domino, kind)['unid']}" for kind in ("contacts", "tasks"))
    assert "$PublicAccess" not in data(domino, "GET", contact).json()
    assert data(domino, "GET", contact, params={"hidden": "true"}).json()["$PublicAccess"] == "1"
    due = data(domino, "GET", task).json()["DueDateTime"]
    strong = data(domino, "GET", task, params={"strongtype": "true"}).json()["DueDateTime"]
    assert strong == {"data": due, "type": "datetime"}
    some = data(domino, "GET", task, params={"fields": "subject", "lowercasefields": "true"}).json()
    assert {name for name in some if not name.startswith("@")} == {"subject"}
    stamp = data(domino, "GET", task).headers["Last-Modified"]
    unchanged = data(domino, "GET", task, headers={"If-Modified-Since": stamp})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert data(domino, "GET", task, headers={"If-Modified-Since": "ontem"}).status_code == 200
    assert refused(data(domino, "GET", f"documents/unid/{'0' * 32}"))[0] == 404


def test_a_document_is_made_with_an_absolute_address_and_no_body(domino: DominoSimulator) -> None:
    body = {"Subject": "Visita", "DueDateTime": "2026-12-10", "Form": "Memo", "$PublicAccess": "1", "@unid": "1"}
    body["Note"] = "2026-12-10"
    made = data(domino, "POST", "documents", params={"form": "Task"}, json=body)
    assert (made.status_code, made.content) == (201, b"")
    assert "Content-Type" not in made.headers
    assert made.headers["Location"].startswith(f"{domino.url}/{BOX}/api/data/documents/unid/")
    row = next(row for row in domino.rows("tasks") if row.get("Subject") == "Visita")
    assert row["DueDateTime"] == {"data": "2026-12-10", "type": "datetime"}
    assert row["Note"] == "2026-12-10"  # no field of the form: a text
    assert not {"$PublicAccess", "Form", "@unid"} & set(row)


def test_put_drops_what_is_left_out_and_patch_does_not(domino: DominoSimulator) -> None:
    contact = first(domino, "contacts")
    path = f"documents/unid/{contact['unid']}"
    patched = data(domino, "PATCH", path, json={"JobTitle": "Dona"})
    assert (patched.status_code, patched.content) == (200, b"")
    now = first(domino, "contacts")
    assert now == {**contact, "JobTitle": "Dona", "modified": now["modified"]}
    assert now["modified"] > contact["modified"]

    data(domino, "PUT", path, json={"LastName": "Luz", "jobtitle": "Sócia"})
    left = {name: value for name, value in first(domino, "contacts").items() if name not in {"mailbox", "modified"}}
    # JobTitle was set by another case of its name, and then dropped, for that is not its name.
    assert left == {"unid": contact["unid"], "form": "Person", "LastName": "Luz", "$PublicAccess": "1"}
    override = {"X-HTTP-Method-Override": "DELETE"}
    assert data(domino, "POST", path, headers=override).status_code == 200
    assert data(domino, "GET", path).status_code == 404


def test_a_stale_write_is_412_without_a_body(domino: DominoSimulator) -> None:
    unid = first(domino, "contacts")["unid"]
    path = f"documents/unid/{unid}"
    stamp = data(domino, "GET", path).headers["Last-Modified"]
    domino.touch("contacts", unid)
    for method in ("PATCH", "PUT", "DELETE"):
        stale = data(domino, method, path, json={}, headers={"If-Unmodified-Since": stamp})
        assert (stale.status_code, stale.content) == (412, b"")
    assert data(domino, "DELETE", path, headers={"If-Unmodified-Since": "ontem"}).status_code == 412
    stamp = data(domino, "GET", path).headers["Last-Modified"]
    assert data(domino, "DELETE", path, headers={"If-Unmodified-Since": stamp}).status_code == 200


def test_no_event_in_the_window_is_200_without_body_and_content_type(domino: DominoSimulator) -> None:
    found = events(domino, "GET", params=ALL)
    assert (len(found.json()["events"]), found.headers["Content-Range"]) == (2, "items 0-1")
    none = events(domino, "GET", params={"since": "2039-01-01T00:00:00Z", "before": "2040-01-01T00:00:00Z"})
    assert (none.status_code, none.content) == (200, b"")
    assert "Content-Type" not in none.headers
    few = events(domino, "GET", params={**ALL, "fields": "id,class"}).json()["events"]
    assert set(few[0]) == {"href", "id", "class"}


@pytest.mark.parametrize(
    "params",
    [
        {**ALL, "days": "3"},
        {**ALL, "sincenow": "-3"},
        {**ALL, "count": "0"},
        {**ALL, "count": "101"},
        {**ALL, "start": "-1"},
        {"since": "2026-12-01"},
        {"since": ALL["before"], "before": ALL["since"]},
    ],
)
def test_windows_that_make_no_sense_are_400(domino: DominoSimulator, params: dict[str, str]) -> None:
    assert refused(events(domino, "GET", params=params))[0] == 400


def test_tasks_are_not_in_the_calendar_and_the_list_of_calendars_is_the_servers(domino: DominoSimulator) -> None:
    summaries = {one["summary"] for one in events(domino, "GET", params=ALL).json()["events"]}
    assert summaries.isdisjoint(row["Subject"] for row in domino.rows("tasks"))
    context = call(domino, "GET", f"{BOX}/api/calendar")
    assert refused(context) == (404, "Database context not allowed.")
    assert BOX in call(domino, "GET", "api/calendar").text


def test_a_meeting_invites_unless_told_not_to(domino: DominoSimulator) -> None:
    made = events(domino, "POST", json={"events": [MEETING]})
    event = made.json()["events"][0]
    assert made.status_code == 201
    assert made.headers["Location"] == domino.url + event["href"]
    assert [(one["what"], one["email"]) for one in domino.rows("invitations")] == [("invite", NARA["email"])]
    events(domino, "POST", json={"events": [MEETING]}, params={"workflow": "false"})
    assert len(domino.rows("invitations")) == 1
    assert events(domino, "DELETE", f"/{event['id']}").status_code == 200
    assert [one["what"] for one in domino.rows("invitations")] == ["invite", "cancel"]


def test_an_event_is_replaced_whole_and_never_patched(domino: DominoSimulator) -> None:
    event = first(domino, "events")
    path = f"/{event['id']}"
    body = {"events": [{"summary": "Outra", "start": NOON, "end": ONE, "class": "PRIVATE"}]}
    put = events(domino, "PUT", path, json=body)
    now = put.json()["events"][0]
    assert "location" not in now
    assert (now["class"], now["sequence"], now["id"]) == ("private", 1, event["id"])
    assert now["last-modified"] > event["last-modified"]
    stale = events(domino, "PUT", path, json=body, params={"strictsequence": "true"})
    assert refused(stale)[0] == 409
    assert refused(events(domino, "PATCH", path, json=body))[0] == 405


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"start": {"time": "12:00:00"}}, "The date property is missing."),
        ({"start": {**NOON, "tzid": "America/Sao_Paulo"}}, "utc and tzid cannot be used together."),
        ({"start": {"date": "2026-12-10", "tzid": "America/Sao_Paulo"}}, "The Timezone ID is not found"),
        ({"start": NOON, "class": "secreto"}, "Invalid iCalendar data."),
        ({}, "The start property is missing."),
    ],
)
def test_events_that_cannot_be_are_refused(domino: DominoSimulator, fields: dict[str, Any], message: str) -> None:
    assert refused(events(domino, "POST", json={"events": [fields]})) == (400, message)


def test_a_time_zone_comes_with_its_entry(domino: DominoSimulator) -> None:
    start = {"date": "2026-12-10", "time": "09:00:00", "tzid": "America/Sao_Paulo"}
    body = {"timezones": [{"tzid": "America/Sao_Paulo"}], "events": [{"summary": "Aqui", "start": start}]}
    assert events(domino, "POST", json=body).status_code == 201
    window = {"since": "2026-12-10T12:00:00Z", "before": "2026-12-10T12:00:01Z"}
    found = events(domino, "GET", params=window).json()["events"]
    assert "Aqui" in {one["summary"] for one in found}


def test_an_unknown_event_is_404_with_the_stores_error(domino: DominoSimulator) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = events(domino, method, "/nenhum", json={"events": [{"start": NOON}]})
        assert refused(answer)[0] == 404
        assert answer.json()["cserror"] == 1031


def test_a_series_stands_once_with_its_exceptions_behind_it(domino: DominoSimulator) -> None:
    series = {"summary": "Semanal", "start": NOON, "end": ONE, "recurrenceRule": "FREQ=WEEKLY;UNTIL=20270101T000000Z"}
    uid = events(domino, "POST", json={"events": [series]}).json()["events"][0]["id"]
    moved = {"summary": "Semanal (mais tarde)", "start": ONE}
    assert events(domino, "PUT", f"/{uid}/20261217T120000Z", json={"events": [moved]}).status_code == 200
    window = {"since": "2026-12-24T00:00:00Z", "before": "2026-12-31T00:00:00Z"}
    found = [one for one in events(domino, "GET", params=window).json()["events"] if one["id"] == uid]
    assert [one.get("recurrenceId") for one in found] == [None, "20261217T120000Z"]
    whole = events(domino, "GET", f"/{uid}").json()["events"]
    assert [one["summary"] for one in whole] == ["Semanal", "Semanal (mais tarde)"]
    later = {"since": "2027-02-01T00:00:00Z", "before": "2027-03-01T00:00:00Z"}
    assert uid not in events(domino, "GET", params=later).text


def test_people_edit_and_a_version_may_move_alone(domino: DominoSimulator) -> None:
    contact, event = first(domino, "contacts"), first(domino, "events")
    domino.edit("contacts", {"change": {contact["unid"]: {"OrgConfidential": "1", "CompanyName": None}}})
    changed = first(domino, "contacts")
    assert changed["OrgConfidential"] == "1"
    assert "CompanyName" not in changed
    domino.touch("events", event["id"])
    touched = first(domino, "events")
    assert touched == {**event, "last-modified": touched["last-modified"]}
    assert touched["last-modified"] > event["last-modified"]
    domino.edit("events", {"remove": [event["id"]]})
    domino.empty(BOX)
    assert not [row for kind in ("contacts", "tasks", "events") for row in domino.rows(kind) if row["mailbox"] == BOX]
    with pytest.raises(KeyError):
        domino.edit("users", {})
    domino.start_over()
    assert first(domino, "contacts")["unid"] == contact["unid"]


def test_versions_move_on_even_within_a_second() -> None:
    with DominoSimulator(now=lambda: datetime(2026, 12, 1, tzinfo=UTC)) as domino:
        unid = first(domino, "contacts")["unid"]
        stamps = []
        for _ in range(3):
            domino.touch("contacts", unid)
            stamps.append(first(domino, "contacts")["modified"])
    assert stamps == ["2026-12-01T00:00:01Z", "2026-12-01T00:00:02Z", "2026-12-01T00:00:03Z"]


def test_faults_of_listings_and_of_the_transport(domino: DominoSimulator) -> None:
    view = "collections/name/Contacts"
    domino.faults.set(Fault(Kind.CUT_SHORT, keep=1, subject="collections"))
    cut = data(domino, "GET", view)
    assert (len(cut.json()), cut.headers["Content-Range"]) == (1, "items 0-2/3")
    domino.faults.set(Fault(Kind.EMPTY, subject="collections"), Fault(Kind.EMPTY, subject="events"))
    assert data(domino, "GET", view).json() == []
    assert events(domino, "GET", params=ALL).content == b""
    domino.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))
    with pytest.raises(requests.ConnectionError):
        data(domino, "POST", "documents", params={"form": "Task"}, json={"Subject": "Feita"})
    assert "Feita" in {row["Subject"] for row in domino.rows("tasks")}
    assert (domino.applied["create"], domino.reads, domino.writes) == (1, 3, 1)


def test_the_simulator_is_a_program_and_obeys_over_the_control_path() -> None:
    command = [sys.executable, "-m", "local.vendors.domino", "--users", "1", "--contacts", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        control = f"{told['url']}/_simulator"
        fields = {"mailbox": told["mailbox"], "level": 0}
        assert requests.post(f"{control}/access", data=json.dumps(fields), timeout=5).status_code == 200
        auth = (told["email"], told["password"])
        listed = requests.get(f"{told['url']}/{told['mailbox']}/api/data/documents", auth=auth, timeout=5)
        assert listed.status_code == 403
        assert requests.post(f"{control}/access", data='{"mailbox": "x", "level": 9}', timeout=5).status_code == 400
        process.terminate()
