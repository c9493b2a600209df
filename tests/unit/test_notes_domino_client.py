"""A Domino server as the product uses it, against the simulator, and against answers that lie."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.vendors.domino import DominoSimulator
from local.vendors.domino_store import OFF, VIEWS_ONLY
from local.vendors.faults import Fault, Kind
from notes.domino_answers import CalendarEvent
from notes.domino_checks import Need, checks
from notes.domino_client import Domino, DominoSession
from notes.domino_sentences import DOMINO
from sincronia import clock, vendor_http
from sincronia.answers import COMMON, AnswerUnknownError, OutOfTimeError, Problem, ProblemError, Retry, explain
from tests.sgp_vendors import answering

BOX, OTHERS = "mail/usuario1.nsf", "mail/usuario2.nsf"
CONTACTS, TASKS, CALENDAR = "Contacts", "($ToDo)", "($Calendar)"
PASSWORD = "çenha-de-pessoa-98"
SINCE, BEFORE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
NOON = {"date": "2026-12-10", "time": "12:00:00", "utc": True}
ONE = {"date": "2026-12-10", "time": "13:00:00", "utc": True}
NARA = {"role": "req-participant", "email": "nara@exemplo.example"}
MEETING = {"summary": "Reunião", "start": NOON, "end": ONE, "sequence": 0, "attendees": [NARA]}
MEETING |= {"organizer": {"email": "chefe@exemplo.example"}}
UNID = "DB7E0BAC21EC322A85257BD200756E26"
NEEDS = (Need(BOX, CONTACTS), Need(BOX, TASKS), Need(BOX, CALENDAR, calendar=True))
ALL_CHECKS = [
    "IBM Notes",
    f"Banco de dados {BOX}",
    f"Documentos de {BOX}",
    *(f"Visualização {view} de {BOX}" for view in (CONTACTS, TASKS, CALENDAR)),
    f"Calendário de {BOX}",
]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture
def simulator() -> Iterator[DominoSimulator]:
    with DominoSimulator() as simulator:
        simulator.set_password(simulator.first_user.name, PASSWORD)
        yield simulator


@pytest.fixture
def client(simulator: DominoSimulator) -> Domino:
    return domino(simulator.url, simulator.first_user.name)


def domino(url: str, user: str = "nara", password: str = PASSWORD, seconds: float = 60) -> Domino:
    return Domino(DominoSession("IBM Notes", url, clock.now() + seconds), user, password)


@contextmanager
def domino_saying(*bodies: Response | object) -> Iterator[tuple[Domino, list[Request]]]:
    """One answer after the other, the last one for ever. With it, the requests that came."""
    left, came = list(bodies), list[Request]()

    def answer(request: Request) -> Response:
        request.get_data(cache=True)
        came.append(request)
        body = left.pop(0) if len(left) > 1 else left[0]
        return body if isinstance(body, Response) else Response(json.dumps(body), content_type="application/json")

    with answering(answer) as url:
        yield domino(url), came


def problem(action: Callable[[], Any], kind: type[ProblemError] = ProblemError) -> Problem:
    """The problem that the action ends in; nothing secret is in it, nor behind it."""
    with pytest.raises(ProblemError) as raised:
        action()
    error = raised.value
    assert type(error) is kind
    assert error.__context__ is None
    told = f"{error!r} {error.problem} {explain(error.problem, {**COMMON, **DOMINO})}"
    assert PASSWORD not in told
    return error.problem


def first(simulator: DominoSimulator, kind: str) -> Any:
    return next(row for row in simulator.rows(kind) if row["mailbox"] == BOX)


def lines(numbers: range, total: int) -> Response:
    rows = [{"@unid": f"{number:032X}"} for number in numbers]
    headers = {"Content-Range": f"items {numbers.start}-{numbers.stop - 1}/{total}"}
    return Response(json.dumps(rows), headers=headers, content_type="application/json")


def test_a_view_is_read_by_pages_of_100(simulator: DominoSimulator, client: Domino) -> None:
    simulator.edit("contacts", {"add": [{"mailbox": BOX, "LastName": f"Luz {number}"} for number in range(247)]})
    there = [row["unid"] for row in simulator.rows("contacts") if row["mailbox"] == BOX]
    assert list(client.view(BOX, CONTACTS)) == there
    assert simulator.subjects["collections"] == 3
    assert set(client.view(BOX, TASKS)).isdisjoint(there)
    simulator.empty(BOX)
    assert list(client.view(BOX, CONTACTS)) == []


def test_a_server_that_allows_fewer_lines_is_asked_for_fewer() -> None:
    limit = {"code": 400, "text": "Bad Request", "message": "Limit exceeded.  Cannot read more than 40 entries."}
    refused = Response(json.dumps(limit), 400, content_type="application/json")
    with domino_saying(refused, lines(range(40), 60), lines(range(40, 60), 60)) as (client, came):
        assert len(list(client.view(BOX, CONTACTS))) == 60
    assert [request.args["count"] for request in came] == ["100", "40", "40"]


def test_a_listing_that_is_cut_short_is_not_believed(simulator: DominoSimulator, client: Domino) -> None:
    simulator.faults.set(Fault(Kind.CUT_SHORT, keep=1, times=None, subject="collections"))
    assert problem(lambda: list(client.view(BOX, CONTACTS))).details["where"] == "Content-Range"
    simulator.faults.clear()
    simulator.faults.set(Fault(Kind.CUT_SHORT, keep=1, subject="collections"))
    assert len(list(client.view(BOX, CONTACTS))) == 3
    simulator.faults.set(Fault(Kind.CUT_SHORT, keep=1, subject="events"))
    assert len(client.events(BOX, SINCE, BEFORE)) == 2
    simulator.faults.set(Fault(Kind.MALFORMED_RECORD, subject="documents"))
    assert problem(lambda: client.modified_since(BOX, SINCE)).code == "vendor_answer_malformed"


def test_categories_are_no_documents_and_a_line_that_comes_twice_is_one() -> None:
    rows = [{"@category": True}, {"@unid": UNID}, {"@unid": UNID.lower()}]
    told = Response(json.dumps(rows), headers={"Content-Range": "items 0-2/3"}, content_type="application/json")
    with domino_saying(told) as (client, _):
        assert list(client.view(BOX, CONTACTS)) == [UNID]


def test_what_moves_over_the_edge_of_a_page_is_listed_once() -> None:
    with domino_saying(lines(range(100), 150), lines(range(98, 148), 150)) as (client, _):
        assert list(client.view(BOX, CONTACTS)) == [f"{number:032X}" for number in range(148)]
    rows = [{"id": str(number), "last-modified": "20261201T000000Z"} for number in range(101)]
    with domino_saying({"events": rows[:100]}, {"events": rows[99:]}, Response(b"")) as (client, came):
        listed = client.events(BOX, SINCE, BEFORE)
    assert [one.id for one in listed] == [row["id"] for row in rows]
    assert {one.version for one in listed} == {"20261201T000000Z"}
    assert [request.args["start"] for request in came] == ["0", "100", "102"]


def test_documents_modified_since_begin_from_the_servers_own_time(simulator: DominoSimulator, client: Domino) -> None:
    every = client.modified_since(BOX, SINCE)
    assert len(every.versions) == 5
    unid = first(simulator, "contacts")["unid"]
    simulator.touch("contacts", unid)
    modified = first(simulator, "contacts")["modified"]
    late = client.modified_since(BOX, datetime.fromisoformat(modified))
    assert (late.versions, late.newest) == ({unid: modified}, modified)
    none = client.modified_since(BOX, datetime.fromisoformat(modified) + timedelta(hours=1))
    assert (none.versions, none.newest) == ({}, "")


def test_a_document_is_read_with_what_says_that_it_is_private(simulator: DominoSimulator, client: Domino) -> None:
    row = first(simulator, "contacts")
    document = client.document(BOX, row["unid"].lower())
    assert document
    assert (document.unid, document.form, document.version) == (row["unid"], "Person", row["modified"])
    assert document.items["$PublicAccess"] == "1"
    assert document.items["MailAddress"] == row["MailAddress"]
    assert not [name for name in document.items if name.startswith("@")]
    assert client.document(BOX, "0" * 32) is None
    with domino_saying({"@unid": "0" * 32, "@modified": row["modified"]}) as (lying, _):
        assert problem(lambda: lying.document(BOX, UNID)).details["where"] == "@unid"


def test_reading_leaves_a_document_unread() -> None:
    with domino_saying({"@unid": UNID, "@modified": "2026-12-01T00:00:00Z"}) as (client, came):
        assert client.document("mail\\nara.nsf", UNID)
    assert (came[0].path, came[0].args["markread"]) == (f"/mail/nara.nsf/api/data/documents/unid/{UNID}", "false")


def test_a_document_is_made_changed_and_removed(simulator: DominoSimulator, client: Domino) -> None:
    due = {"data": "2026-12-10", "type": "datetime"}
    unid = client.create_document(BOX, "Task", {"Subject": "Visita", "DueDateTime": due})
    made = client.document(BOX, unid)
    assert made
    assert (made.form, made.items) == ("Task", {"Subject": "Visita", "DueDateTime": "2026-12-10"})

    client.patch_document(BOX, unid, {"Subject": "Visita marcada"}, made.version)

    changed = client.document(BOX, unid)
    assert changed
    assert changed.items == {**made.items, "Subject": "Visita marcada"}
    stale = problem(lambda: client.patch_document(BOX, unid, {"Subject": "De antes"}, made.version))
    assert stale.code == "notes.document_changed"
    assert problem(lambda: client.delete_document(BOX, unid, made.version)).code == "notes.document_changed"
    assert client.document(BOX, unid) == changed
    client.delete_document(BOX, unid, changed.version)
    client.delete_document(BOX, unid, changed.version)
    gone = problem(lambda: client.patch_document(BOX, unid, {"Subject": "Outra"}, changed.version))
    assert gone.code == "notes.document_gone"
    assert simulator.applied == {"create": 1, "update": 1, "delete": 1}


def test_events_are_listed_without_what_they_hold(simulator: DominoSimulator, client: Domino) -> None:
    simulator.edit("events", {"add": [{"mailbox": BOX, "start": NOON, "summary": str(n)} for n in range(198)]})
    row = first(simulator, "events")
    simulator.edit("events", {"change": {row["id"]: {"class": "private"}}})
    listed = client.events(BOX, SINCE, BEFORE)
    assert {one.id for one in listed} == {row["id"] for row in simulator.rows("events") if row["mailbox"] == BOX}
    assert simulator.subjects["events"] == 3  # a full page may be the last: the next one is empty
    assert [one.id for one in listed if one.private] == [row["id"]]
    version = first(simulator, "events")["last-modified"]
    assert next(one.version for one in listed if one.id == row["id"]) == version
    assert client.events(BOX, datetime(2039, 1, 1, tzinfo=UTC), BEFORE) == ()
    assert len(client.events(BOX, datetime(2026, 12, 10, 9, tzinfo=UTC), datetime(2026, 12, 10, 13, tzinfo=UTC))) >= 198


def test_the_window_is_asked_for_in_utc() -> None:
    with domino_saying(Response(b"")) as (client, came):
        zone = datetime.fromisoformat("2026-12-10T00:00:00-03:00")
        assert client.events(BOX, zone, zone + timedelta(days=1)) == ()
    assert (came[0].args["since"], came[0].args["before"]) == ("2026-12-10T03:00:00Z", "2026-12-11T03:00:00Z")


def test_a_meeting_is_made_replaced_and_removed_with_its_invitations(
    simulator: DominoSimulator, client: Domino
) -> None:
    made = client.create_event(BOX, MEETING)
    assert [(one["what"], one["email"]) for one in simulator.rows("invitations")] == [("invite", NARA["email"])]
    assert client.event(BOX, made.id) == made

    put = client.put_event(BOX, made.id, {**made.fields, "location": "Sala 2", "start": ONE, "end": ONE})

    assert (put.fields["location"], put.fields["sequence"]) == ("Sala 2", 1)
    assert put.version > made.version
    assert problem(lambda: client.put_event(BOX, made.id, made.fields)).code == "notes.event_changed"
    client.delete_event(BOX, made.id)
    client.delete_event(BOX, made.id)
    assert client.event(BOX, made.id) is None
    assert problem(lambda: client.put_event(BOX, made.id, made.fields)).code == "notes.event_gone"
    quiet = client.create_event(BOX, MEETING, invite=False)
    client.delete_event(BOX, quiet.id, invite=False)
    assert [one["what"] for one in simulator.rows("invitations")] == ["invite", "update", "cancel"]


def test_an_event_in_a_zone_brings_the_zone(simulator: DominoSimulator, client: Domino) -> None:
    start = {"date": "2026-12-10", "time": "09:00:00", "tzid": "America/Sao_Paulo"}
    fields = {"summary": "Aqui", "start": start}
    assert problem(lambda: client.create_event(BOX, fields)).code == "vendor_rejected"
    made = client.create_event(BOX, fields, timezones=[{"tzid": "America/Sao_Paulo"}])
    assert made.fields["start"] == start


def test_a_series_comes_with_its_exceptions() -> None:
    series = {"id": "u", "last-modified": "20261201T000000Z", "recurrenceRule": "FREQ=DAILY", "class": "public"}
    moved = {"id": "u", "last-modified": "20261202T000000Z", "recurrenceId": "20261210T120000Z", "class": "private"}
    version = "20261201T000000Z 20261210T120000Z=20261202T000000Z"
    zones = [{"tzid": "America/Sao_Paulo"}]
    with domino_saying({"events": [series, moved], "timezones": zones}) as (client, _):
        assert client.event(BOX, "u") == CalendarEvent("u", version, series, (moved,), tuple(zones))
        assert problem(lambda: client.event(BOX, "v")).details["where"] == "events.id"
    answer = Response(
        json.dumps({"events": [series, moved]}),
        headers={"Content-Range": "items 0-1"},
        content_type="application/json",
    )
    with domino_saying(answer) as (client, _):
        (listed,) = client.events(BOX, SINCE, BEFORE)
    assert (listed.id, listed.version, listed.private) == ("u", version, True)


def test_an_answer_that_never_came_may_have_done_a_write(simulator: DominoSimulator, client: Domino) -> None:
    version = first(simulator, "contacts")["modified"]
    unid = first(simulator, "contacts")["unid"]
    writes: tuple[Callable[[], object], ...] = (
        lambda: client.create_document(BOX, "Task", {"Subject": "Feita"}),
        lambda: client.patch_document(BOX, unid, {"JobTitle": "Dona"}, version),
        lambda: client.create_event(BOX, MEETING),
    )
    for kind, code in ((Kind.LOST_ANSWER, "notes.server_unreachable"), (Kind.WRONG_CONTENT_TYPE, "notes.login_page")):
        for write in writes:
            simulator.faults.set(Fault(kind))
            version = first(simulator, "contacts")["modified"]
            assert problem(write, AnswerUnknownError).code == code
    assert simulator.applied == {"create": 4, "update": 2}  # each once: none was repeated
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="delete"))
    client.delete_document(BOX, unid, first(simulator, "contacts")["modified"])
    assert client.document(BOX, unid) is None


def test_what_made_no_sense_after_a_write_may_be_done() -> None:
    for body in (Response(b"", 201), Response(b"", 200), Response(b"", 201, {"Location": "/x/unid/1"})):
        with domino_saying(body) as (client, _):
            assert problem(lambda: client.create_document(BOX, "Task", {}), AnswerUnknownError).details["where"]
    with domino_saying({"events": []}) as (client, _):
        assert problem(lambda: client.create_event(BOX, MEETING), AnswerUnknownError).details["where"] == "events"


def test_the_test_of_a_connection_finds_all_well(simulator: DominoSimulator, client: Domino) -> None:
    found = checks(client, NEEDS)
    assert [check.what for check in found] == ALL_CHECKS
    assert [check.problem for check in found] == [None] * len(found)
    assert simulator.writes == 0
    only_contacts = checks(client, NEEDS[:1])
    assert [check.what for check in only_contacts] == ALL_CHECKS[:4]
    only_events = checks(client, NEEDS[2:])
    assert [check.what for check in only_events] == [*ALL_CHECKS[:2], *ALL_CHECKS[5:]]


def failed(client: Domino, *needs: Need) -> dict[str, str]:
    """What is wrong, by what was tried; every sentence can be told."""
    found = {check.what: check.problem for check in checks(client, needs or NEEDS) if check.problem}
    for one in found.values():
        assert PASSWORD not in explain(one, {**COMMON, **DOMINO})
    return {what: one.code for what, one in found.items()}


def test_the_test_tells_wrong_credentials_from_a_server_that_is_not_there(simulator: DominoSimulator) -> None:
    wrong = domino(simulator.url, simulator.first_user.name, "outra")
    assert failed(wrong) == {"IBM Notes": "notes.credentials_wrong"}
    nobody = domino("http://127.0.0.1:1")
    assert failed(nobody) == {"IBM Notes": "notes.server_unreachable"}
    unknown = domino("http://domino.invalid")
    assert failed(unknown) == {"IBM Notes": "notes.server_unknown"}
    simulator.show_login_form(True)
    assert failed(domino(simulator.url, simulator.first_user.name)) == {"IBM Notes": "notes.login_page"}


@pytest.mark.parametrize(
    ("off", "needs", "services"),
    [
        (["Data"], NEEDS, "Data"),
        (["Calendar"], NEEDS, "Calendar"),
        (["Data", "Calendar"], NEEDS, "Calendar, Data"),
        (["Calendar"], NEEDS[:2], None),
    ],
)
def test_the_test_tells_which_service_is_off_on_the_server(
    simulator: DominoSimulator, client: Domino, off: list[str], needs: tuple[Need, ...], services: str | None
) -> None:
    for name in off:
        simulator.switch_service(name, False)
    first_check = checks(client, needs)[0]
    if services is None:
        assert first_check.problem is None
        return
    assert first_check.problem
    assert (first_check.problem.code, first_check.problem.details["services"]) == ("notes.services_off", services)
    assert "Domino Web Engine" in explain(first_check.problem, DOMINO)


def test_the_test_tells_what_is_off_on_a_database_and_on_a_view(simulator: DominoSimulator, client: Domino) -> None:
    simulator.set_access(BOX, OFF)
    assert failed(client) == {f"Banco de dados {BOX}": "notes.database_off"}
    simulator.set_access(BOX, VIEWS_ONLY)
    assert failed(client) == {f"Documentos de {BOX}": "notes.views_only"}
    assert failed(client, NEEDS[2]) == {}  # the calendar service needs no documents
    simulator.switch_view(BOX, TASKS, False)
    assert failed(client)[f"Visualização {TASKS} de {BOX}"] == "notes.view_off"
    assert failed(client, Need(BOX, "Contatos"))[f"Visualização Contatos de {BOX}"] == "notes.view_unknown"
    simulator.start_over()
    simulator.set_password(simulator.first_user.name, PASSWORD)
    nowhere = "mail/ninguém.nsf"
    assert failed(client, Need(nowhere, CONTACTS)) == {f"Banco de dados {nowhere}": "notes.database_unknown"}
    assert failed(client, Need(OTHERS, CONTACTS)) == {f"Banco de dados {OTHERS}": "notes.database_refused"}


def test_each_step_that_mends_is_the_one_of_what_is_off() -> None:
    steps = {
        "notes.services_off": "Documento do Servidor Atual",
        "notes.database_off": "selecione Visualizações e documentos",
        "notes.views_only": "troque Visualizações apenas por Visualizações e documentos",
        "notes.view_off": "Permitir operações do Serviço de Dados do Domino",
        "notes.credentials_wrong": "Alterar Senha",
        "notes.server_unknown": "Nome do Servidor",
    }
    assert {code: step in DOMINO[code].advice for code, step in steps.items()} == dict.fromkeys(steps, True)
    assert [code for code, one in DOMINO.items() if one.retry is Retry.PUT_OFF] == ["notes.server_unreachable"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<html>403</html>", "notes.access_denied"),
        ('{"code": 403, "text": "Forbidden", "message": "You are not authorized."}', "notes.access_denied"),
        ('{"code": 403, "text": "Forbidden"}', "notes.services_off"),
    ],
)
def test_a_403_is_told_by_its_words(body: str, code: str) -> None:
    with domino_saying(Response(body, 403)) as (client, _):
        told = problem(lambda: client.document(BOX, UNID))
    assert (told.code, told.details.get("place", BOX)) == (code, BOX)


def test_a_calendar_that_is_off_meanwhile_is_named(simulator: DominoSimulator, client: Domino) -> None:
    simulator.switch_service("Calendar", False)
    told = problem(lambda: client.events(BOX, SINCE, BEFORE))
    assert (told.code, told.details["services"]) == ("notes.services_off", "Calendar")


def test_a_404_that_is_not_dominos_does_not_say_that_a_document_is_gone() -> None:
    with domino_saying(Response("<h1>404</h1>", 404, content_type="text/html")) as (client, _):
        assert problem(lambda: client.document(BOX, UNID)).code == "notes.database_unknown"
        assert problem(lambda: client.event(BOX, "u")).code == "notes.database_unknown"
        version = "2026-12-01T00:00:00Z"
        assert problem(lambda: client.delete_document(BOX, UNID, version)).code == "notes.database_unknown"
        assert problem(lambda: client.delete_event(BOX, "u")).code == "notes.database_unknown"


def test_a_busy_server_puts_the_run_off(simulator: DominoSimulator, client: Domino) -> None:
    simulator.faults.set(Fault(Kind.BUSY, times=None, retry_after="90"))
    with pytest.raises(ProblemError) as raised:
        client.modified_since(BOX, SINCE)
    assert raised.value.problem.code == "vendor_busy"
    assert raised.value.retry_at
    assert raised.value.retry_at > clock.now() + 60


def test_nothing_is_sent_after_the_deadline(simulator: DominoSimulator) -> None:
    late = domino(simulator.url, simulator.first_user.name, seconds=-1)
    with pytest.raises(OutOfTimeError):
        checks(late, NEEDS)
    assert simulator.reads == 0


def test_no_password_stands_in_a_log(
    simulator: DominoSimulator, client: Domino, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        checks(client, NEEDS)
        client.create_document(BOX, "Task", {"Subject": "Assunto reservado"})
    assert PASSWORD not in caplog.text
    assert "Assunto reservado" not in caplog.text
    assert simulator.first_user.mailbox not in caplog.text
