"""Zoho CRM as the product uses it, against the simulator, and against answers that lie."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.vendors.faults import Fault, Kind
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import PRIVATE
from notes import zoho_session
from notes.records import Module
from notes.zoho_answers import Change, CrmRecord, Known, Refused
from notes.zoho_client import Zoho
from notes.zoho_sentences import ZOHO
from sincronia import vendor_http
from sincronia.answers import COMMON, AnswerUnknownError, OutOfTimeError, Retry, explain
from tests.zoho_vendors import Clock, problem, refused, zoho, zoho_saying

CONTACTS, TASKS, EVENTS = Module.CONTACTS, Module.TASKS, Module.EVENTS
ID = "3652397000009851001"
AT = "2026-11-20T11:02:03-03:00"
AT_UTC = "2026-11-20T14:02:03+00:00"
ROW = {"id": ID, "Last_Name": "Luz", "Modified_Time": AT}
SINCE = datetime(2026, 11, 20, 14, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    zoho_session.forget_tokens()
    yield
    zoho_session.forget_tokens()


@pytest.fixture
def vendor_clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(vendor_clock: Clock) -> Iterator[ZohoSimulator]:
    with ZohoSimulator(now=vendor_clock) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: ZohoSimulator) -> Zoho:
    return zoho(simulator)


def codes(outcomes: tuple[Known | Refused, ...]) -> list[str]:
    """What became of each record; refusals can be explained."""
    refused = [one.problem for one in outcomes if isinstance(one, Refused)]
    assert all(explain(one, {**COMMON, **ZOHO}) for one in refused)
    return [one.problem.code.removeprefix("notes.crm_") if isinstance(one, Refused) else "done" for one in outcomes]


def every(client: Zoho, module: Module, *fields: str, since: datetime | None = None) -> list[CrmRecord]:
    return [record for page in client.listed(module, fields, since) for record in page.records]


def known(client: Zoho, module: Module) -> list[Known]:
    return [Known(record.id, record.version) for record in every(client, module)]


def listing(*rows: object, more: bool = False, token: str | None = None, **info: object) -> dict[str, Any]:
    told = {"count": len(rows), "more_records": more, "next_page_token": token, "page": 1, "per_page": 200}
    return {"data": list(rows), "info": {**told, **info}}


def done(**details: object) -> dict[str, Any]:
    return {
        "code": "SUCCESS",
        "status": "success",
        "message": "",
        "details": {"id": ID, "Modified_Time": AT, **details},
    }


def test_a_module_is_read_by_pages_of_200_and_behind_2000_records_by_tokens(
    simulator: ZohoSimulator, client: Zoho
) -> None:
    simulator.edit("contacts", {"add": [{"Last_Name": f"Luz {number}"} for number in range(2_298)]})
    pages = list(client.listed(CONTACTS, ("Last_Name",)))
    assert [len(page.records) for page in pages] == [200] * 11 + [101]
    records = [record for page in pages for record in page.records]
    assert {one.id: one.fields["Last_Name"] for one in records} == {
        row["id"]: row["Last_Name"] for row in simulator.rows("contacts")
    }
    assert simulator.subjects["Contacts"] == 12


def test_a_listing_goes_on_from_a_cursor_in_another_client(simulator: ZohoSimulator, client: Zoho) -> None:
    simulator.edit("tasks", {"add": [{"Subject": f"Tarefa {number}"} for number in range(398)]})
    first = next(client.listed(TASKS, ("Subject",)))
    left = [one for page in zoho(simulator).listed(TASKS, ("Subject",), cursor=first.next) for one in page.records]
    assert [one.id for one in (*first.records, *left)] == sorted(row["id"] for row in simulator.rows("tasks"))


def test_pages_go_by_number_where_no_token_is_told_up_to_2000_records() -> None:
    with zoho_saying(listing(ROW, more=True)) as (client, came):
        told = problem(lambda: every(client, CONTACTS))
    assert (told.code, told.details["where"]) == ("vendor_answer_malformed", "info.next_page_token")
    assert [request.args.get("page") for request in came] == [str(number) for number in range(1, 11)]


def test_a_cursor_that_goes_on_where_it_stands_ends_the_listing() -> None:
    with zoho_saying(listing(ROW, more=True, token="abc")) as (client, came):
        assert problem(lambda: every(client, CONTACTS)).details["where"] == "info.next_page_token"
    assert len(came) == 2
    assert [(request.args.get("page"), request.args.get("page_token")) for request in came] == [
        ("1", None),
        (None, "abc"),
    ]


def test_an_old_cursor_says_so(simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock) -> None:
    simulator.edit("tasks", {"add": [{"Subject": f"Tarefa {number}"} for number in range(300)]})
    cursor = next(client.listed(TASKS, ("Subject",))).next
    vendor_clock.at += timedelta(hours=25)
    assert problem(lambda: list(client.listed(TASKS, ("Subject",), cursor=cursor))).code == "notes.crm_listing_expired"
    assert problem(lambda: list(client.listed(TASKS, ("Status",), cursor=cursor))).code == "notes.crm_listing_expired"


def test_only_what_was_modified_since_is_told_and_what_was_modified_in_that_second(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    vendor_clock.at += timedelta(hours=1)
    key = simulator.add("contacts", Last_Name="Luz")
    at = vendor_clock.at
    assert [one.id for one in every(client, CONTACTS, since=at)] == [key]
    assert every(client, CONTACTS, since=at + timedelta(seconds=1)) == []
    assert simulator.journal[-1].status == 304


def test_a_module_without_records_is_empty(simulator: ZohoSimulator, client: Zoho) -> None:
    simulator.empty("events")
    assert every(client, EVENTS, "Event_Title") == []
    assert list(client.deleted(EVENTS)) == []
    assert client.records(EVENTS, [ID]) == {}
    assert client.search(EVENTS, {"Event_Title": "x"}, ()) == ()


def test_a_version_is_the_same_whatever_offset_it_is_told_with() -> None:
    other = {**ROW, "Modified_Time": "2026-11-20T19:32:03+05:30"}
    with zoho_saying(listing(ROW), listing(other)) as (client, _):
        assert every(client, CONTACTS)[0].version == every(client, CONTACTS)[0].version == AT_UTC


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (listing({**ROW, "id": "abc"}), "0.id"),
        (listing({"id": ID}), "0.Modified_Time"),
        (listing({**ROW, "Modified_Time": "2026-11-20T11:02:03"}), "0.Modified_Time"),
        (listing(ROW, count=2), "info.count"),
        (listing(more=True), "info.more_records"),
        ({"data": [ROW]}, "info"),
        (Response("<html>"), "JSON"),
        (Response("{}", 201), "código 201"),
    ],
)
def test_a_listing_that_lies_is_not_believed(body: object, where: str) -> None:
    with zoho_saying(body) as (client, _):
        told = problem(lambda: every(client, CONTACTS))
    assert (told.code, told.details["where"]) == ("vendor_answer_malformed", where)


def test_what_was_deleted_is_told_once_with_whether_it_can_come_back(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    first, second = (row["id"] for row in simulator.rows("contacts")[:2])
    simulator.remove("contacts", first)
    vendor_clock.at += timedelta(hours=1)
    simulator.remove("contacts", second)
    simulator.purge("contacts", second)
    assert {(one.id, one.permanent) for one in client.deleted(CONTACTS)} == {(first, False), (second, True)}
    since = vendor_clock.at
    assert [one.id for one in client.deleted(CONTACTS, since)] == [second]
    assert next(client.deleted(CONTACTS, since)).at == since.isoformat()


def test_what_moves_to_the_next_page_of_the_deleted_is_told_once() -> None:
    gone = {"id": ID, "type": "recycle", "deleted_time": AT}
    with zoho_saying(listing(gone, more=True), listing(gone, {**gone, "id": "7"})) as (client, _):
        assert [one.id for one in client.deleted(CONTACTS)] == [ID, "7"]


def test_the_list_of_what_was_deleted_is_read_to_its_end(simulator: ZohoSimulator, client: Zoho) -> None:
    keys = [simulator.add("tasks", Subject=f"Tarefa {number}") for number in range(450)]
    simulator.edit("tasks", {"remove": keys})
    assert {one.id for one in client.deleted(TASKS)} == set(keys)
    assert simulator.subjects["Tasks/deleted"] == 3


def test_a_record_is_read_with_the_fields_asked_for_or_is_gone(simulator: ZohoSimulator, client: Zoho) -> None:
    row = simulator.rows("contacts")[0]
    found = client.record(CONTACTS, row["id"], ("Email",))
    assert found is not None
    assert (found.id, found.fields["Email"], "Phone" in found.fields) == (row["id"], row["Email"], False)
    simulator.remove("contacts", row["id"])
    assert client.record(CONTACTS, row["id"], ("Email",)) is None
    with pytest.raises(ValueError, match="number"):
        client.record(CONTACTS, "../users", ())


def test_a_record_that_is_refused_by_its_id_is_gone_and_one_that_is_another_is_not_believed() -> None:
    gone = Response(json.dumps(refused("INVALID_DATA", id=ID)), 400)
    wrong = Response(json.dumps(refused("INVALID_DATA", param_name="fields")), 400)
    with zoho_saying(gone, wrong, {"data": [{**ROW, "id": "1"}]}) as (client, _):
        assert client.record(CONTACTS, ID, ()) is None
        assert problem(lambda: client.record(CONTACTS, ID, ())).code == "vendor_rejected"
        assert problem(lambda: client.record(CONTACTS, ID, ())).details["where"] == "data.id"


def test_some_records_are_read_by_their_ids_100_at_a_time(simulator: ZohoSimulator, client: Zoho) -> None:
    keys = [simulator.add("tasks", Subject=f"Tarefa {number}") for number in range(101)]
    simulator.remove("tasks", keys[7])
    found = client.records(TASKS, [*keys, keys[0]], ("Subject",))
    assert set(found) == set(keys) - {keys[7]}
    assert found[keys[100]].fields["Subject"] == "Tarefa 100"
    assert simulator.subjects["Tasks"] == 2


def test_a_search_finds_what_equals_whatever_signs_are_in_it(simulator: ZohoSimulator, client: Zoho) -> None:
    subject = r"Ligar (2x), já: \o/"
    key = simulator.add("tasks", Subject=subject, Due_Date="2026-12-10")
    simulator.add("tasks", Subject=subject, Due_Date="2026-12-11")
    found = client.search(TASKS, {"Subject": subject, "Due_Date": "2026-12-10"}, ("Subject",))
    assert [one.id for one in found] == [key]
    assert len(client.search(TASKS, {"Subject": subject}, ())) == 2


def test_a_new_record_is_in_the_listing_before_the_search_has_it(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    simulator.set_search_lag(120)
    vendor_clock.at += timedelta(minutes=1)
    made = client.create(TASKS, [{"Subject": "Ligar"}])
    assert client.search(TASKS, {"Subject": "Ligar"}, ()) == ()
    assert [Known(one.id, one.version) for one in every(client, TASKS, since=vendor_clock.at)] == list(made)


def test_records_are_made_in_order_and_each_that_is_refused_says_why(simulator: ZohoSimulator, client: Zoho) -> None:
    simulator.set_unique("contacts", "Email")
    rows = [
        {"Last_Name": "Luz", "Email": "nara@exemplo.example"},
        {"First_Name": "Nara"},
        {"Last_Name": "Luz", "Email": "nara@exemplo.example"},
        {"Last_Name": "L" * 300},
        {"Last_Name": "Sol", "Email": "sol@exemplo.example"},
    ]
    made = client.create(CONTACTS, rows)
    assert codes(made) == ["done", "field_mandatory", "duplicate", "value_refused", "done"]
    told = [one.problem.details["field"] for one in made if isinstance(one, Refused)]
    assert told == ["Last_Name", "Email", "Last_Name"]
    now = {one.id: one.version for one in every(client, CONTACTS)}
    assert all(now[one.id] == one.version for one in made if isinstance(one, Known))
    assert codes(client.create(CONTACTS, [{"First_Name": "Nara"}])) == ["field_mandatory"]


def test_a_creation_whose_answer_was_lost_may_be_done_and_is_not_repeated(
    simulator: ZohoSimulator, client: Zoho
) -> None:
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))
    problem(lambda: client.create(TASKS, [{"Subject": "Ligar"}]), AnswerUnknownError)
    assert simulator.requests["create"] == 1
    simulator.faults.set(Fault(Kind.WRONG_CONTENT_TYPE, operation="create"))
    problem(lambda: client.create(TASKS, [{"Subject": "Pagar"}]), AnswerUnknownError)
    assert {row["Subject"] for row in simulator.rows("tasks")} >= {"Ligar", "Pagar"}


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": [done()]},
        {"data": [done(), {"code": "SUCCESS", "details": {"id": "x"}}]},
        {"data": [done(), {"code": "nara@exemplo.example"}]},
        {},
    ],
)
def test_answers_to_a_write_that_do_not_tell_of_each_record_leave_it_unknown(body: object) -> None:
    with zoho_saying(Response(json.dumps(body), 201)) as (client, _):
        problem(lambda: client.create(CONTACTS, [{}, {}]), AnswerUnknownError)


def test_a_write_refused_as_a_whole_did_nothing() -> None:
    whole = Response(json.dumps(refused("INVALID_DATA", maximum_length=100)), 400)
    module = Response(json.dumps(refused("INVALID_MODULE", resource_path_index=0)), 400)
    fewer = Response(json.dumps({"data": [refused("INVALID_DATA")]}), 400)
    with zoho_saying(whole, module, fewer) as (client, _):
        assert problem(lambda: client.create(CONTACTS, [{}, {}])).details["status"] == "400 INVALID_DATA"
        assert problem(lambda: client.create(CONTACTS, [{}, {}])).code == "notes.crm_module_missing"
        assert problem(lambda: client.create(CONTACTS, [{}, {}])).details["status"] == "400"


@pytest.mark.parametrize(
    ("row", "code", "retry"),
    [
        (refused("RECORD_LOCKED"), "record_locked", Retry.AFTER_CORRECTION),
        (refused("NO_PERMISSION"), "record_forbidden", Retry.AFTER_CORRECTION),
        (refused("INTERNAL_ERROR"), "record_failed", Retry.NEXT_RUN),
        (refused("SOMETHING_NEW"), "record_refused", Retry.AFTER_CORRECTION),
        (refused("INVALID_DATA", api_name="Nara Luz <nara@exemplo.example>"), "record_refused", Retry.AFTER_CORRECTION),
        (refused("INVALID_DATA", api_name="id"), "record_gone", Retry.NEXT_RUN),
        (
            refused("MULTIPLE_OR_MULTI_ERRORS", errors=[refused("DUPLICATE_DATA", api_name="Email")]),
            "duplicate",
            Retry.AFTER_CORRECTION,
        ),
        (refused("MULTIPLE_OR_MULTI_ERRORS", errors=["?"]), "record_refused", Retry.AFTER_CORRECTION),
    ],
)
def test_each_refusal_of_a_record_has_its_sentence(row: object, code: str, retry: Retry) -> None:
    with zoho_saying(Response(json.dumps({"data": [row]}), 400)) as (client, _):
        outcomes = client.create(CONTACTS, [{"Last_Name": "Luz"}])
    assert codes(outcomes) == [code]
    assert isinstance(outcomes[0], Refused)
    assert ZOHO[outcomes[0].problem.code].retry == retry
    assert "nara@" not in str(outcomes[0])


def test_100_records_are_changed_by_one_write_and_what_it_leaves_out_stays(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    simulator.edit("contacts", {"add": [{"Last_Name": f"Luz {number}", "Phone": "1"} for number in range(97)]})
    before = known(client, CONTACTS)
    vendor_clock.at += timedelta(minutes=1)
    simulator.reset()
    outcomes = client.update(CONTACTS, [Change(one, {"Title": "Chefe"}) for one in before])
    assert codes(outcomes) == ["done"] * 100
    assert (simulator.requests["update"], simulator.reads) == (1, 1)
    assert list(outcomes) == known(client, CONTACTS)
    assert {row["Title"] for row in simulator.rows("contacts")} == {"Chefe"}
    assert simulator.rows("contacts")[-1]["Phone"] == "1"


def test_who_changed_or_went_since_it_was_read_is_not_written_over(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    first, second, third = known(client, CONTACTS)
    vendor_clock.at += timedelta(minutes=1)
    simulator.change("contacts", first.id, Title="Dona")
    simulator.remove("contacts", third.id)
    changes = [Change(one, {"Title": "Chefe"}) for one in (first, second, third)]
    assert codes(client.update(CONTACTS, changes)) == ["record_changed", "done", "record_gone"]
    assert [row["Title"] for row in simulator.rows("contacts")] == ["Dona", "Chefe"]
    assert codes(client.remove(CONTACTS, [first])) == ["record_changed"]
    assert len(simulator.rows("contacts")) == 2


def test_an_edit_between_the_look_and_the_write_is_not_written_over(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = known(client, CONTACTS)
    vendor_clock.at += timedelta(minutes=1)
    look = client.records

    def looked(*asked: Any) -> dict[str, CrmRecord]:
        found = look(*asked)
        simulator.change("contacts", first.id, Title="Dona")
        return found

    monkeypatch.setattr(client, "records", looked)
    changes = [Change(one, {"Title": "Chefe"}) for one in (first, second)]
    assert codes(client.update(CONTACTS, changes)) == ["record_changed", "done"]
    assert [row["Title"] for row in simulator.rows("contacts")][:2] == ["Dona", "Chefe"]
    assert simulator.journal[-1].status == 207
    vendor_clock.at += timedelta(minutes=1)
    assert codes(client.update(CONTACTS, [Change(known(client, CONTACTS)[0], {})])) == ["record_changed"]
    assert simulator.journal[-1].status == 412


def test_records_of_different_versions_are_changed_together(
    simulator: ZohoSimulator, client: Zoho, vendor_clock: Clock
) -> None:
    vendor_clock.at += timedelta(minutes=1)
    simulator.touch("contacts", simulator.rows("contacts")[1]["id"])
    there = known(client, CONTACTS)
    assert len({one.version for one in there}) == 2
    vendor_clock.at += timedelta(minutes=1)
    assert codes(client.update(CONTACTS, [Change(one, {"Title": "Chefe"}) for one in there])) == ["done"] * 3


def test_nothing_is_sent_where_all_have_changed(simulator: ZohoSimulator, client: Zoho) -> None:
    old = [Known(one.id, AT_UTC) for one in known(client, TASKS)]
    assert codes(client.update(TASKS, [Change(one, {"Subject": "x"}) for one in old])) == ["record_changed"] * 2
    assert codes(client.remove(TASKS, old)) == ["record_changed"] * 2
    assert simulator.writes == 0


def test_an_update_whose_answer_was_lost_may_be_done_and_is_not_repeated(
    simulator: ZohoSimulator, client: Zoho
) -> None:
    changes = [Change(one, {"Subject": "Ligar"}) for one in known(client, TASKS)]
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="update"))
    problem(lambda: client.update(TASKS, changes), AnswerUnknownError)
    assert simulator.requests["update"] == 1
    assert codes(client.update(TASKS, changes)) == ["record_changed"] * 2


def test_an_update_answered_for_another_record_is_unknown() -> None:
    other = Response(json.dumps({"data": [done(id="99")]}))
    with zoho_saying(listing(ROW), other) as (client, _):
        problem(lambda: client.update(CONTACTS, [Change(Known(ID, AT_UTC), {})]), AnswerUnknownError)
    with zoho_saying(listing(ROW), other) as (client, _):
        problem(lambda: client.remove(CONTACTS, [Known(ID, AT_UTC)]), AnswerUnknownError)


def test_records_are_removed_and_who_is_gone_already_is_no_error(simulator: ZohoSimulator, client: Zoho) -> None:
    first, second, third = known(client, CONTACTS)
    simulator.remove("contacts", second.id)
    assert client.remove(CONTACTS, [first, second]) == (first, second)
    assert [row["id"] for row in simulator.rows("contacts")] == [third.id]


def test_a_removal_whose_first_answer_was_lost_is_done_at_the_second(simulator: ZohoSimulator, client: Zoho) -> None:
    gone = known(client, CONTACTS)
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="delete"))
    assert client.remove(CONTACTS, gone) == tuple(gone)
    assert (simulator.requests["delete"], simulator.rows("contacts")) == (2, [])


def test_a_look_that_finds_nobody_does_not_pass_for_a_removal(simulator: ZohoSimulator, client: Zoho) -> None:
    there = known(client, CONTACTS)
    simulator.faults.set(Fault(Kind.EMPTY, subject="Contacts"))
    assert codes(client.remove(CONTACTS, there)) == ["record_gone"] * 3
    assert len(simulator.rows("contacts")) == 3


def test_a_removal_that_is_refused_is_no_removal() -> None:
    locked = Response(json.dumps({"data": [refused("RECORD_LOCKED", id=ID)]}), 400)
    with zoho_saying(listing(ROW), locked) as (client, _):
        assert codes(client.remove(CONTACTS, [Known(ID, AT_UTC)])) == ["record_locked"]
    kept = Response(json.dumps({"data": [refused("INVALID_DATA", id=ID)]}), 400)
    with zoho_saying(listing(ROW), kept, {"data": [ROW]}) as (client, _):
        assert codes(client.remove(CONTACTS, [Known(ID, AT_UTC)])) == ["record_gone"]


def test_fields_and_users_are_told(simulator: ZohoSimulator, client: Zoho) -> None:
    fields = client.fields_of(CONTACTS)
    assert (fields[PRIVATE].type, fields[PRIVATE].custom) == ("boolean", True)
    assert (fields["Last_Name"].mandatory, fields["Created_Time"].read_only) == (True, True)
    users = list(client.users())
    assert [one.id for one in users] == [row["id"] for row in simulator.rows("users")]
    assert client.current_user() == users[0]
    assert all(one.active and re.fullmatch(r".+@.+", one.email) for one in users)


def test_nothing_is_asked_when_time_is_up(simulator: ZohoSimulator) -> None:
    with pytest.raises(OutOfTimeError):
        zoho(simulator, seconds=-1).current_user()
    assert list(simulator.journal) == []


def test_no_log_line_holds_a_secret_or_a_record(
    simulator: ZohoSimulator, client: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, vendor_http._logger.name)
    client.create(CONTACTS, [{"Last_Name": "Luz", "Email": "nara@exemplo.example"}, {}])
    token = next(iter(simulator.tokens._access))
    written = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "vendor call" in written
    assert not [one for one in (*simulator.credentials.values(), token, "nara@", "Luz") if one in written]
