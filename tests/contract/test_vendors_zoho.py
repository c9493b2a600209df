"""Zoho CRM as the simulator has it, over real HTTP: what its published description says of the wire."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import COMPANY, PRIVATE, UID

START = datetime(2026, 12, 1, 12, tzinfo=UTC)
MEETING = {
    "Event_Title": "Reunião",
    "Start_DateTime": "2026-12-10T12:00:00Z",
    "End_DateTime": "2026-12-10T10:00:00-03:00",
}


class Clock:
    """A clock that tests set forward."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Caller:
    """An application that was authorized."""

    def __init__(self, zoho: ZohoSimulator) -> None:
        self.zoho = zoho
        self.token = ""

    def refresh(self, **changed: str) -> requests.Response:
        form = {"grant_type": "refresh_token", **self.zoho.credentials, **changed}
        return requests.post(f"{self.zoho.url}/oauth/v2/token", data=form, timeout=5)

    def __call__(self, method: str, path: str, **parts: Any) -> requests.Response:
        self.token = self.token or str(self.refresh().json()["access_token"])
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}", **parts.pop("headers", {})}
        return requests.request(method, f"{self.zoho.url}/crm/v8/{path}", headers=headers, timeout=5, **parts)

    def write(self, method: str, module: str, *rows: dict[str, Any], **parts: Any) -> tuple[int, list[dict[str, Any]]]:
        answer = self(method, module, json={"data": list(rows)}, **parts)
        return answer.status_code, answer.json()["data"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zoho(clock: Clock) -> Iterator[ZohoSimulator]:
    with ZohoSimulator(now=clock) as zoho:
        yield zoho


@pytest.fixture
def call(zoho: ZohoSimulator) -> Caller:
    return Caller(zoho)


def refused(response: requests.Response) -> tuple[int, str, dict[str, Any]]:
    body = response.json()
    assert set(body) == {"code", "details", "message", "status"}
    assert body["status"] == "error"
    return response.status_code, body["code"], body["details"]


def test_a_refresh_gives_a_token_and_the_address_to_call(zoho: ZohoSimulator, call: Caller) -> None:
    told = call.refresh().json()
    assert (told["api_domain"], told["expires_in"], told["token_type"]) == (zoho.url, 3600, "Bearer")
    call.token = told["access_token"]
    assert call("GET", "org").status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1000.OUTRO"}, "invalid_client"),
        ({"client_secret": "outro"}, "invalid_client_secret"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"refresh_token": "1000.outro"}, "invalid_code"),
    ],
)
def test_what_the_accounts_server_refuses_comes_with_200(call: Caller, changed: dict[str, str], error: str) -> None:
    answer = call.refresh(**changed)
    assert (answer.status_code, answer.json()) == (200, {"error": error})


def test_ten_refreshes_within_ten_minutes_are_all(call: Caller, clock: Clock) -> None:
    assert all("access_token" in call.refresh().json() for _ in range(10))
    often = call.refresh()
    assert (often.status_code, often.json()["error"]) == (400, "Access Denied")
    clock.forward(minutes=10)
    assert "access_token" in call.refresh().json()


def test_tokens_end_with_their_hour_with_the_authorization_and_by_hand(
    zoho: ZohoSimulator, call: Caller, clock: Clock
) -> None:
    assert call("GET", "org").status_code == 200
    clock.forward(minutes=60)
    assert refused(call("GET", "org")) == (401, "INVALID_TOKEN", {})
    call.token = ""
    assert call("GET", "org").status_code == 200
    zoho.expire_tokens()
    assert refused(call("GET", "org"))[:2] == (401, "INVALID_TOKEN")
    held = zoho.credentials["refresh_token"]
    zoho.revoke()
    assert call.refresh(refresh_token=held).json() == {"error": "invalid_code"}
    naked = requests.get(f"{zoho.url}/crm/v8/org", timeout=5)
    assert refused(naked)[:2] == (401, "AUTHENTICATION_FAILURE")


def test_an_application_does_only_what_it_was_allowed(zoho: ZohoSimulator, call: Caller) -> None:
    zoho.set_scopes(scopes=["ZohoCRM.modules.contacts.READ", "ZohoCRM.modules.tasks.WRITE"])
    mismatch: tuple[int, str, dict[str, Any]] = (401, "OAUTH_SCOPE_MISMATCH", {})
    assert call("GET", "Contacts?fields=Email").status_code == 200
    assert refused(call("POST", "Contacts", json={"data": [{"Last_Name": "Luz"}]})) == mismatch
    assert call.write("POST", "Tasks", {"Subject": "Ligar"})[0] == 201
    assert refused(call("GET", "Tasks?fields=Subject")) == mismatch
    for path in ("Contacts/search?word=an", "users?type=AllUsers", "org", "settings/fields?module=Contacts"):
        assert refused(call("GET", path)) == mismatch


def test_credits_of_a_day_and_calls_at_once_have_a_limit(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    zoho.set_limits(credits=2)
    assert [call("GET", "org").status_code for _ in range(3)] == [200, 200, 429]
    assert refused(call("GET", "org"))[1] == "LIMIT_EXCEEDED"
    clock.forward(hours=24)
    call.token = ""
    zoho.throttle(1)
    assert refused(call("GET", "org"))[:2] == (429, "TOO_MANY_REQUESTS")
    assert call("GET", "org").status_code == 200


def test_a_listing_names_its_fields(call: Caller) -> None:
    assert refused(call("GET", "Contacts")) == (400, "REQUIRED_PARAM_MISSING", {"param_name": "fields"})
    many = ",".join(f"Campo_{number}" for number in range(51))
    assert refused(call("GET", f"Contacts?fields={many}")) == (
        400,
        "LIMIT_EXCEEDED",
        {"limit": 50, "param_name": "fields"},
    )
    row = call("GET", "Contacts?fields=Email,Nada").json()["data"][0]
    assert set(row) == {"id", "Email"}


def test_pages_hold_200_and_reach_2000_records_then_tokens_do(zoho: ZohoSimulator, call: Caller) -> None:
    for number in range(2_047):
        zoho.add("contacts", Last_Name=f"Luz {number}")
    asked = {"fields": "Last_Name", "sort_by": "id", "sort_order": "asc"}
    seen: list[str] = []
    for page in range(1, 11):
        answer = call("GET", "Contacts", params={**asked, "page": page}).json()
        assert (answer["info"]["page"], answer["info"]["per_page"], answer["info"]["count"]) == (page, 200, 200)
        seen += [row["id"] for row in answer["data"]]
    beyond = refused(call("GET", "Contacts", params={**asked, "page": 11}))
    assert beyond == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", {"limit": 2000})
    token = answer["info"]["next_page_token"]
    last = call("GET", "Contacts", params={**asked, "page_token": token}).json()
    assert (last["info"]["count"], last["info"]["more_records"], last["info"]["next_page_token"]) == (50, False, None)
    seen += [row["id"] for row in last["data"]]
    assert sorted(seen) == sorted(row["id"] for row in zoho.rows("contacts"))
    assert call("GET", "Contacts?fields=Email&per_page=201").status_code == 400


def test_a_page_token_is_bound_to_its_listing_and_a_day(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    asked = {"fields": "Email", "per_page": "2"}
    token = call("GET", "Contacts", params=asked).json()["info"]["next_page_token"]
    both = call("GET", "Contacts", params={**asked, "page": "2", "page_token": token})
    assert refused(both)[:2] == (400, "AMBIGUITY_DURING_PROCESSING")
    for changed in ({"fields": "Phone"}, {"sort_order": "asc"}):
        other = call("GET", "Contacts", params={**asked, **changed, "page_token": token})
        assert refused(other)[:2] == (400, "TOKEN_BOUND_DATA_MISMATCH")
    newer = {"If-Modified-Since": "2020-01-01T00:00:00Z"}
    narrowed = call("GET", "Contacts", params={**asked, "page_token": token}, headers=newer)
    assert refused(narrowed)[1] == "TOKEN_BOUND_DATA_MISMATCH"
    assert call("GET", "Contacts", params={**asked, "page_token": token}).json()["info"]["count"] == 1
    clock.forward(hours=24, seconds=1)
    call.token = ""
    assert refused(call("GET", "Contacts", params={**asked, "page_token": token}))[1] == "EXPIRED_VALUE"


def test_a_token_goes_on_behind_the_last_record_whatever_is_deleted_before_it(
    zoho: ZohoSimulator, call: Caller
) -> None:
    asked = {"fields": "Email", "per_page": "2", "sort_by": "id", "sort_order": "asc"}
    first = call("GET", "Contacts", params=asked).json()
    zoho.remove("contacts", first["data"][0]["id"])
    third = zoho.rows("contacts")[-1]["id"]
    following = call("GET", "Contacts", params={**asked, "page_token": first["info"]["next_page_token"]}).json()
    assert [row["id"] for row in following["data"]] == [third]
    by_page = call("GET", "Contacts", params={**asked, "page": "2"})
    assert by_page.status_code == 204  # pages slide


def test_sorting_is_by_id_or_time_alone(call: Caller) -> None:
    for order in ("id", "Created_Time", "Modified_Time"):
        assert call("GET", f"Tasks?fields=Subject&sort_by={order}").json()["info"]["sort_by"] == order
    assert refused(call("GET", "Tasks?fields=Subject&sort_by=Due_Date"))[2] == {"param_name": "sort_by"}


def test_what_is_newer_comes_and_else_304_and_of_nothing_204(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    clock.forward(minutes=5)
    key = zoho.rows("contacts")[0]["id"]
    zoho.touch("contacts", key)
    (touched,) = call(
        "GET", "Contacts?fields=Modified_Time", headers={"If-Modified-Since": "2026-12-01T09:04:59-03:00"}
    ).json()["data"]
    assert touched == {"id": key, "Modified_Time": "2026-12-01T09:05:00-03:00"}
    none = call("GET", "Contacts?fields=Email", headers={"If-Modified-Since": touched["Modified_Time"]})
    assert (none.status_code, none.content, none.headers.get("Content-Type")) == (304, b"", None)
    zoho.empty("contacts")
    empty = call("GET", "Contacts?fields=Email")
    assert (empty.status_code, empty.content, empty.headers.get("Content-Type")) == (204, b"", None)
    assert refused(call("GET", "Tasks?fields=Subject", headers={"If-Modified-Since": "ontem"}))[0] == 400


def test_one_record_comes_with_all_its_fields(zoho: ZohoSimulator, call: Caller) -> None:
    key = zoho.rows("events")[0]["id"]
    (row,) = call("GET", f"Events/{key}").json()["data"]
    assert {"Event_Title", "Participants", PRIVATE, UID, "$state", "Owner", "Created_Time"} <= set(row)
    unchanged = {"If-Modified-Since": row["Modified_Time"]}
    assert call("GET", f"Events/{key}", headers=unchanged).status_code == 304
    assert call("GET", "Events/1").status_code == 204


def test_rows_of_a_write_are_answered_in_their_order(zoho: ZohoSimulator, call: Caller) -> None:
    status, (good, nameless, wrong) = call.write(
        "POST", "Contacts", {"Last_Name": "Luz", COMPANY: "Sol"}, {"Email": "a@b.example"}, {"Last_Name": 7}
    )
    assert status == 207
    assert (good["code"], good["message"], good["status"]) == ("SUCCESS", "record added", "success")
    assert good["details"]["Modified_Time"] == "2026-12-01T09:00:00-03:00"
    assert (nameless["code"], nameless["details"]) == (
        "MANDATORY_NOT_FOUND",
        {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"},
    )
    assert (wrong["code"], wrong["details"]["json_path"]) == ("INVALID_DATA", "$.data[2].Last_Name")
    made = next(row for row in zoho.rows("contacts") if row["id"] == good["details"]["id"])
    assert (made["Full_Name"], made[COMPANY], made[PRIVATE]) == ("Luz", "Sol", False)

    key = made["id"]
    assert call.write("POST", "Tasks", {"Subject": "Ligar"})[0] == 201
    assert call.write("PUT", "Contacts", {"id": key, "Phone": "1"})[0] == 200
    status, (unknown, without) = call.write("PUT", "Contacts", {"id": "12", "Phone": "1"}, {"Phone": "1"})
    assert (status, unknown["code"], without["code"]) == (400, "INVALID_DATA", "MANDATORY_NOT_FOUND")
    assert call.write("PUT", f"Contacts/{key}", {"Last_Name": ""})[1][0]["code"] == "MANDATORY_NOT_FOUND"
    assert zoho.state()["records"] == {"Contacts.create": 1, "Tasks.create": 1, "Contacts.update": 1}


def test_a_batch_has_100_records_at_most(zoho: ZohoSimulator, call: Caller) -> None:
    rows = [{"Subject": f"Ligar {number}"} for number in range(101)]
    assert refused(call("POST", "Tasks", json={"data": rows}))[:2] == (400, "INVALID_DATA")
    assert len(call.write("POST", "Tasks", *rows[:100])[1]) == 100
    bodies: list[Any] = [{"data": []}, {"data": {}}, {}, []]
    for body in bodies:
        assert call("POST", "Tasks", json=body).status_code == 400
    assert len(zoho.rows("tasks")) == 102


@pytest.mark.parametrize(
    ("module", "row"),
    [
        ("Contacts", {"Last_Name": "Luz", "Email": "ana"}),
        ("Contacts", {"Last_Name": "x" * 81}),
        ("Contacts", {"Last_Name": "Luz", "Owner": {"id": "1"}}),
        ("Contacts", {"Last_Name": "Luz", PRIVATE: "sim"}),
        ("Tasks", {"Subject": "Ligar", "Due_Date": "10/12/2026"}),
        ("Tasks", {"Subject": "Ligar", "Due_Date": "2026-02-30"}),
        ("Tasks", {"Subject": "Ligar", "Who_Id": {"id": "1"}}),
        ("Tasks", {"Subject": "Ligar", "Remind_At": "amanhã"}),
        ("Events", {**MEETING, "Start_DateTime": "2026-12-10T09:00:00"}),
        ("Events", {**MEETING, "End_DateTime": "2026-12-10T08:59:59-03:00"}),
        ("Events", {**MEETING, "Participants": [{"type": "email", "participant": "ana"}]}),
        ("Events", {**MEETING, "Participants": [{"type": "contact", "participant": "1"}]}),
        ("Events", {**MEETING, "Remind_At": [{"unit": 15, "period": "minutos"}]}),
        ("Events", {**MEETING, "Recurring_Activity": "FREQ=DAILY"}),
    ],
)
def test_values_that_a_field_cannot_hold_are_refused(call: Caller, module: str, row: dict[str, Any]) -> None:
    status, (answer,) = call.write("POST", module, row)
    assert (status, answer["code"]) == (400, "INVALID_DATA")


def test_an_event_comes_back_in_the_organizations_zone_with_who_is_invited(zoho: ZohoSimulator, call: Caller) -> None:
    contact = next(row for row in zoho.rows("contacts"))
    invited = [
        {"type": "email", "participant": "nara@exemplo.example"},
        {"type": "contact", "participant": contact["id"]},
    ]
    own: dict[str, Any] = {"Remind_At": [{"unit": 15, "period": "minutes"}], UID: "A1-Lotus_Notes_Generated"}
    own |= {"Recurring_Activity": {"RRULE": "FREQ=DAILY;INTERVAL=1;UNTIL=2026-12-12;DTSTART=2026-12-10"}}
    status, (made,) = call.write("POST", "Events", {**MEETING, **own, "Participants": invited})
    assert status == 201
    (row,) = call("GET", f"Events/{made['details']['id']}").json()["data"]
    assert (row["Start_DateTime"], row["End_DateTime"]) == ("2026-12-10T09:00:00-03:00", "2026-12-10T10:00:00-03:00")
    assert {name: row[name] for name in own} == own
    assert [(one["type"], one["name"], one["Email"]) for one in row["Participants"]] == [
        ("email", None, "nara@exemplo.example"),
        ("contact", contact["Full_Name"], contact["Email"]),
    ]


def test_a_task_that_is_completed_gets_its_time(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    key = zoho.rows("tasks")[0]["id"]
    clock.forward(hours=1)
    call.write("PUT", "Tasks", {"id": key, "Status": "Completed"})
    (row,) = call("GET", f"Tasks/{key}").json()["data"]
    assert row["Closed_Time"] == "2026-12-01T10:00:00-03:00"
    call.write("PUT", "Tasks", {"id": key, "Status": "In Progress"})
    assert call("GET", f"Tasks/{key}").json()["data"][0]["Closed_Time"] is None


def test_a_value_that_must_be_unique_is_refused_with_who_holds_it(zoho: ZohoSimulator, call: Caller) -> None:
    holder = zoho.rows("contacts")[0]
    same = {"Last_Name": "Luz", "Email": holder["Email"].upper()}
    assert call.write("POST", "Contacts", same)[0] == 201
    zoho.set_unique("contacts", "Email")
    status, (answer,) = call.write("POST", "Contacts", same)
    assert (status, answer["code"], answer["details"]["id"]) == (400, "DUPLICATE_DATA", holder["id"])
    assert answer["details"]["duplicate_record"]["module"]["api_name"] == "Contacts"
    own = {"id": holder["id"], "Email": holder["Email"]}
    assert call.write("PUT", "Contacts", own)[1][0]["code"] == "DUPLICATE_DATA"  # the other one holds it too
    (unique,) = (
        field
        for field in call("GET", "settings/fields?module=Contacts").json()["fields"]
        if field["api_name"] == "Email"
    )
    assert unique["unique"] == {"casesensitive": False}


def test_an_update_may_be_made_only_if_nobody_was_quicker(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    row = zoho.rows("contacts")[0]
    held = {"If-Unmodified-Since": row["Modified_Time"]}
    clock.forward(minutes=1)
    zoho.change("contacts", row["id"], Phone="11 3333-4444")
    status, (answer,) = call.write("PUT", f"Contacts/{row['id']}", {"Phone": "1"}, headers=held)
    assert (status, answer["code"]) == (412, "ALREADY_MODIFIED")
    assert zoho.rows("contacts")[0]["Phone"] == "11 3333-4444"
    again = {"If-Unmodified-Since": "2026-12-01T09:01:00-03:00"}
    assert call.write("PUT", f"Contacts/{row['id']}", {"Phone": "1"}, headers=again)[0] == 200


def test_deleted_records_are_listed_restored_and_gone_for_good(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    assert call("GET", "Contacts/deleted?type=all").status_code == 204
    one, other, kept = (row["id"] for row in zoho.rows("contacts"))
    clock.forward(minutes=1)
    answer = call("DELETE", f"Contacts?ids={one},12,{other}")
    assert answer.status_code == 207
    assert [row["code"] for row in answer.json()["data"]] == ["SUCCESS", "INVALID_DATA", "SUCCESS"]
    zoho.purge("contacts", other)

    listed = call("GET", "Contacts/deleted?type=all").json()["data"]
    assert {row["id"]: row["type"] for row in listed} == {one: "recycle", other: "permanent"}
    gone = next(row for row in listed if row["id"] == other)
    assert (gone["display_name"], gone["deleted_by"], gone["created_by"]) == (None, None, None)
    assert [row["id"] for row in call("GET", "Contacts/deleted?type=recycle").json()["data"]] == [one]
    since = {"If-Modified-Since": "2026-12-01T09:00:59-03:00"}
    assert len(call("GET", "Contacts/deleted?type=all", headers=since).json()["data"]) == 2
    late = {"If-Modified-Since": listed[0]["deleted_time"]}
    assert call("GET", "Contacts/deleted?type=all", headers=late).status_code == 204

    zoho.restore("contacts", one)
    assert {row["id"] for row in zoho.rows("contacts")} == {one, kept}
    with pytest.raises(KeyError):
        zoho.restore("contacts", other)
    assert call("DELETE", f"Contacts/{one}").json()["data"][0]["message"] == "record deleted"


def test_an_emptied_module_says_of_nothing_that_it_was_deleted(zoho: ZohoSimulator, call: Caller) -> None:
    zoho.empty("events")
    assert call("GET", "Events?fields=id").status_code == 204
    assert call("GET", "Events/deleted?type=all").status_code == 204


def test_searches_find_by_criteria_email_phone_and_word(zoho: ZohoSimulator, call: Caller) -> None:
    key = zoho.add("contacts", First_Name="Ana", Last_Name="Luz (Sol)", Email="ana@luz.example", Phone="11 3333-4444")

    def found(module: str, **params: str) -> list[str]:
        answer = call("GET", f"{module}/search", params=params)
        return [row["id"] for row in answer.json()["data"]] if answer.status_code == 200 else []

    assert found("Contacts", email="ANA@luz.example") == [key]
    assert found("Contacts", phone="1133334444") == [key]
    assert found("Contacts", word="luz") == [key]
    assert found("Contacts", criteria=r"((Last_Name:equals:luz \(sol\))and(Email:starts_with:ana))") == [key]
    assert found("Contacts", criteria="(Email:equals:ninguem@luz.example)") == []
    event = zoho.rows("events")[0]
    at = datetime.fromisoformat(event["Start_DateTime"]).astimezone(UTC).isoformat()
    criteria = f"((Event_Title:equals:{event['Event_Title']})and(Start_DateTime:equals:{at}))"
    assert found("Events", criteria=criteria) == [event["id"]]
    for wrong in ("(Last_Name:equals:a", "(Nada:equals:a)", "(Last_Name:over:a)", "(Start_DateTime:equals:a)"):
        module = "Events" if "Start" in wrong else "Contacts"
        assert refused(call("GET", f"{module}/search", params={"criteria": wrong}))[:2] == (400, "INVALID_QUERY")
    assert refused(call("GET", "Contacts/search"))[1] == "REQUIRED_PARAM_MISSING"


def test_a_search_may_lag_behind_what_was_written(zoho: ZohoSimulator, call: Caller, clock: Clock) -> None:
    zoho.set_search_lag(30)
    call.write("POST", "Contacts", {"Last_Name": "Luz", "Email": "ana@luz.example"})
    assert call("GET", "Contacts/search?email=ana@luz.example").status_code == 204
    assert len(call("GET", "Contacts?fields=Email").json()["data"]) == 4
    clock.forward(seconds=30)
    assert call("GET", "Contacts/search?email=ana@luz.example").status_code == 200


def test_the_organization_tells_its_users_modules_and_fields(zoho: ZohoSimulator, call: Caller) -> None:
    (current,) = call("GET", "users?type=CurrentUser").json()["users"]
    everyone = call("GET", "users?type=AllUsers").json()["users"]
    assert [user["id"] for user in everyone] == [user["id"] for user in zoho.rows("users")]
    assert current["id"] == everyone[0]["id"]
    modules = call("GET", "settings/modules").json()["modules"]
    assert [module["api_name"] for module in modules] == ["Contacts", "Tasks", "Events"]
    fields = {field["api_name"]: field for field in call("GET", "settings/fields?module=Events").json()["fields"]}
    assert (fields[PRIVATE]["data_type"], fields[PRIVATE]["custom_field"]) == ("boolean", True)
    assert refused(call("GET", "settings/fields?module=Nada"))[:2] == (400, "INVALID_MODULE")
    assert refused(call("GET", "Nada?fields=id"))[:2] == (400, "INVALID_MODULE")
    assert refused(call("GET", "settings/nada"))[:2] == (404, "INVALID_URL_PATTERN")


def test_the_newest_edition_wants_a_venue_and_one_name_of_two() -> None:
    with ZohoSimulator(newest=True) as zoho:
        call = Caller(zoho)
        _, (venueless,) = call.write("POST", "Events", MEETING)
        assert (venueless["code"], venueless["details"]["api_name"]) == ("MANDATORY_NOT_FOUND", "Meeting_Venue__s")
        assert call.write("POST", "Events", {**MEETING, "Meeting_Venue__s": "Sala 1"})[0] == 201
        assert call.write("POST", "Contacts", {"First_Name": "Ana"})[0] == 201
        assert call.write("POST", "Contacts", {"Email": "a@b.example"})[0] == 400


def test_faults_befall_pages_and_writes(zoho: ZohoSimulator, call: Caller) -> None:
    zoho.faults.set(Fault(Kind.EMPTY, subject="Contacts"))
    assert call("GET", "Contacts?fields=Email").status_code == 204
    zoho.faults.set(Fault(Kind.CUT_SHORT, keep=1, subject="Contacts"))
    assert len(call("GET", "Contacts?fields=Email").json()["data"]) == 1
    zoho.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))
    with pytest.raises(requests.ConnectionError):
        call("POST", "Tasks", json={"data": [{"Subject": "Perdida"}]})
    assert [row["Subject"] for row in zoho.rows("tasks")][-1] == "Perdida"
    assert zoho.applied == {"create": 1}


def test_people_work_in_another_process_over_the_control_path() -> None:
    command = [sys.executable, "-m", "local.vendors.zoho", "--contacts", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            control = f"{told['url']}/_simulator"

            def act(name: str, **fields: Any) -> Any:
                answer = requests.post(f"{control}/{name}", json=fields, timeout=5)
                assert answer.status_code == 200, answer.text
                return answer.json()

            def contact() -> dict[str, Any]:
                (row,) = requests.get(f"{control}/rows/contacts", timeout=5).json()
                return dict(row)

            before = contact()
            key = before["id"]
            act("touch", kind="contacts", key=key)
            touched = contact()
            assert touched["Modified_Time"] > before["Modified_Time"]
            assert {**touched, "Modified_Time": ""} == {**before, "Modified_Time": ""}
            act("private", kind="contacts", key=key)
            assert contact()[PRIVATE] is True
            act("rows/contacts", change={key: {"Phone": "11 3333-4444"}})
            assert contact()["Phone"] == "11 3333-4444"
            act("rows/contacts", remove=[key])
            (gone,) = requests.get(f"{control}/rows/deleted", timeout=5).json()
            assert (gone["module"], gone["id"], gone["type"]) == ("Contacts", key, "recycle")
            act("restore", kind="contacts", key=key)
            assert contact()["Phone"] == "11 3333-4444"
            unknown = requests.post(f"{control}/touch", json={"kind": "contacts", "key": "1"}, timeout=5)
            assert unknown.status_code == 400
            form = {name: told[name] for name in ("client_id", "client_secret", "refresh_token")}
            form["grant_type"] = "refresh_token"
            assert "access_token" in requests.post(f"{told['url']}/oauth/v2/token", data=form, timeout=5).json()
        finally:
            process.terminate()
        assert process.wait(10) == 0
