"""Zoho's own SDK, as it comes, against the simulated CRM at ZOHO_URL: what it reads has to be what its model says.

Run by tests/contract/test_zoho_sdk.py with the Python of .venv-zoho, for the SDK is not among what the tests use. It
knows nothing of If-Unmodified-Since, so that an update refused for it isn't here.
"""

from __future__ import annotations

import os
import tempfile
import unittest
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations, GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.record import (
    APIException,
    BodyWrapper,
    DeleteRecordsParam,
    GetDeletedRecordsParam,
    GetRecordsHeader,
    GetRecordsParam,
    Participants,
    Record,
    RecordOperations,
    RecurringActivity,
    Reminder,
    ResponseWrapper,
    SearchRecordsParam,
    SuccessResponse,
)
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, MinifiedUser, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

NOON = datetime(2026, 12, 10, 12, tzinfo=UTC)
RULE = "FREQ=DAILY;INTERVAL=1;UNTIL=2026-12-12;DTSTART=2026-12-10"


def begin(refresh_token: str, folder: str) -> None:
    """Lets the SDK know of the simulator; `folder` is where it keeps tokens, fields and its log."""
    url = os.environ["ZOHO_URL"]
    token = OAuthToken(
        client_id=os.environ["ZOHO_CLIENT_ID"],
        client_secret=os.environ["ZOHO_CLIENT_SECRET"],
        refresh_token=refresh_token,
        find_user=False,
    )
    Initializer.initialize(
        environment=DataCenter.Environment(url, f"{url}/oauth/v2/token", url),
        token=token,
        store=FileStore(f"{folder}/tokens.txt"),
        resource_path=folder,
        sdk_config=SDKConfig(auto_refresh_fields=False),
        logger=Logger.get_instance(level=Logger.Levels.INFO, file_path=f"{folder}/sdk.log"),
    )


def body(*records: Mapping[str, Any]) -> Any:
    """What a write sends."""
    wrapper, rows = BodyWrapper(), []
    for fields in records:
        record = Record()
        for name, value in fields.items():
            record.add_key_value(name, value)
        rows.append(record)
    wrapper.set_data(rows)
    return wrapper


def parameters(values: Mapping[Any, Any]) -> Any:
    """The parameters of a request."""
    told = ParameterMap()
    for parameter, value in values.items():
        told.add(parameter, value)
    return told


def header(which: Any, at: datetime) -> Any:
    """The head of a request."""
    told = HeaderMap()
    told.add(which, at)
    return told


def told(answer: Any) -> list[tuple[type, str, str]]:
    """Of each row of a write: what the SDK takes it for, its code and its message."""
    rows = answer.get_object().get_data()
    return [(type(row), row.get_code().get_value(), _text(row.get_message())) for row in rows]


def made(answer: Any) -> int:
    """The id of the one record that was made."""
    (row,) = answer.get_object().get_data()
    return int(row.get_details()["id"])


def _text(value: Any) -> str:
    return str(value.get_value() if isinstance(value, Choice) else value)


class SdkAgainstTheSimulator(unittest.TestCase):
    """With an authorization that holds; each test leaves behind what it made."""

    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="zoho-sdk-")
        begin(os.environ["ZOHO_REFRESH_TOKEN"], cls.folder.name)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def setUp(self) -> None:
        self.contacts, self.tasks, self.events = (RecordOperations(name) for name in ("Contacts", "Tasks", "Events"))

    def test_rows_of_a_write_are_told_one_by_one(self) -> None:
        answer = self.contacts.create_records(
            body(
                {"Last_Name": "Luz", "Email": "ana@luz.example", "Particular": True},
                {"Last_Name": "x" * 81},
                {"Last_Name": "Sol"},
            )
        )
        assert answer.get_status_code() == 207
        added, refused = (SuccessResponse, "SUCCESS", "record added"), (APIException, "INVALID_DATA", "invalid data")
        assert told(answer) == [added, refused, added]
        first, second, _ = answer.get_object().get_data()
        assert isinstance(first.get_details()["Created_By"], MinifiedUser)
        assert isinstance(first.get_details()["Modified_Time"], datetime)
        assert second.get_details()["json_path"] == "$.data[1].Last_Name"

    def test_a_listing_goes_on_by_tokens(self) -> None:
        self.contacts.create_records(body(*({"Last_Name": f"Luz {number}"} for number in range(5))))
        asked = {GetRecordsParam.fields: "Last_Name,Modified_Time,Owner", GetRecordsParam.per_page: 2}
        seen: list[int] = []
        token = None
        while True:
            wanted = {**asked, GetRecordsParam.page_token: token} if token else asked
            page = self.contacts.get_records(parameters(wanted)).get_object()
            assert isinstance(page, ResponseWrapper)
            for record in page.get_data():
                assert isinstance(record.get_key_value("Modified_Time"), datetime)
                assert isinstance(record.get_key_value("Owner"), MinifiedUser)
                seen.append(record.get_id())
            info = page.get_info()
            token = info.get_next_page_token()
            assert info.get_more_records() == (token is not None)
            if token is None:
                break
            assert isinstance(info.get_page_token_expiry(), datetime)
        assert len(seen) == len(set(seen))
        assert len(seen) >= 5

    def test_a_listing_without_fields_is_an_error(self) -> None:
        answer = self.contacts.get_records(parameters({GetRecordsParam.per_page: 2}))
        assert answer.get_status_code() == 400
        assert isinstance(answer.get_object(), APIException)
        assert answer.get_object().get_details() == {"param_name": "fields"}

    def test_an_event_comes_back_as_it_was_sent(self) -> None:
        invited, reminder, recurring = Participants(), Reminder(), RecurringActivity()
        invited.set_type("email")
        invited.set_participant("nara@exemplo.example")
        reminder.set_unit(15)
        reminder.set_period("minutes")
        recurring.set_rrule(RULE)
        times = {"Start_DateTime": NOON, "End_DateTime": NOON + timedelta(hours=1)}
        own = {"Participants": [invited], "Remind_At": [reminder], "Recurring_Activity": recurring}
        key = made(self.events.create_records(body({"Event_Title": "Reunião", "Venue": "Sala 1", **times, **own})))
        (record,) = self.events.get_record(key).get_object().get_data()
        values = record.get_key_values()
        assert {name: values[name] for name in times} == times
        assert (values["Event_Title"], values["Venue"], values["All_day"]) == ("Reunião", "Sala 1", False)
        assert [one.get_participant() for one in values["Participants"]] == ["nara@exemplo.example"]
        assert [(one.get_unit(), one.get_period()) for one in values["Remind_At"]] == [(15, "minutes")]
        assert values["Recurring_Activity"].get_rrule() == RULE

    def test_a_task_is_updated_and_completed(self) -> None:
        due = {"Due_Date": date(2026, 12, 10), "Priority": Choice("High")}
        key = made(self.tasks.create_records(body({"Subject": "Ligar", **due})))
        answer = self.tasks.update_record(key, body({"Status": Choice("Completed")}))
        assert told(answer) == [(SuccessResponse, "SUCCESS", "record updated")]
        (record,) = self.tasks.get_record(key).get_object().get_data()
        assert record.get_key_value("Due_Date") == date(2026, 12, 10)
        assert record.get_key_value("Priority").get_value() == "High"
        assert isinstance(record.get_key_value("Closed_Time"), datetime)

    def test_what_was_deleted_is_listed(self) -> None:
        key = made(self.tasks.create_records(body({"Subject": "Apagar"})))
        answer = self.tasks.delete_records(parameters({DeleteRecordsParam.ids: str(key)}))
        assert told(answer) == [(SuccessResponse, "SUCCESS", "record deleted")]
        listed = self.tasks.get_deleted_records(parameters({GetDeletedRecordsParam.type: "all"})).get_object()
        (gone,) = (row for row in listed.get_data() if row.get_id() == key)
        assert (gone.get_type(), gone.get_display_name()) == ("recycle", "Apagar")
        assert isinstance(gone.get_deleted_time(), datetime)
        assert isinstance(gone.get_deleted_by(), MinifiedUser)
        assert listed.get_info().get_more_records() is False

    def test_nothing_found_is_204_and_nothing_newer_304(self) -> None:
        found = self.contacts.search_records(parameters({SearchRecordsParam.email: "ninguem@luz.example"}))
        assert (found.get_status_code(), found.get_object()) == (204, None)
        newer = header(GetRecordsHeader.if_modified_since, datetime(2100, 1, 1, tzinfo=UTC))
        answer = self.contacts.get_records(parameters({GetRecordsParam.fields: "Email"}), newer)
        assert (answer.get_status_code(), answer.get_object()) == (304, None)

    def test_a_search_finds_by_criteria(self) -> None:
        key = made(self.contacts.create_records(body({"Last_Name": "Achada", "Email": "achada@luz.example"})))
        criteria = "((Last_Name:equals:Achada)and(Email:equals:achada@luz.example))"
        answer = self.contacts.search_records(parameters({SearchRecordsParam.criteria: criteria}))
        assert [record.get_id() for record in answer.get_object().get_data()] == [key]

    def test_users_organization_modules_and_fields_are_read(self) -> None:
        users = UsersOperations().get_users(parameters({GetUsersParam.type: "AllUsers"})).get_object().get_users()
        assert len(users) == 2
        assert all("@" in user.get_email() for user in users)
        (current,) = (
            UsersOperations().get_users(parameters({GetUsersParam.type: "CurrentUser"})).get_object().get_users()
        )
        assert current.get_id() == users[0].get_id()
        (organization,) = OrgOperations().get_organization().get_object().get_org()
        assert organization.get_time_zone() == "America/Sao_Paulo"
        modules = ModulesOperations().get_modules().get_object().get_modules()
        assert [module.get_api_name() for module in modules] == ["Contacts", "Tasks", "Events"]
        fields = FieldsOperations().get_fields(parameters({GetFieldsParam.module: "Events"})).get_object().get_fields()
        own = {field.get_api_name() for field in fields if field.get_custom_field()}
        assert own == {"Particular", "UID_do_Notes"}


class AuthorizationTakenBack(unittest.TestCase):
    """In a process of its own, with a refresh token that ended: the SDK asks for a token when it begins."""

    def test_the_error_in_an_answer_of_200_is_told(self) -> None:
        with tempfile.TemporaryDirectory(prefix="zoho-sdk-") as folder:
            try:
                begin(os.environ["ZOHO_REFRESH_TOKEN"], folder)
            except SDKException as error:
                said = str(error)
            else:
                said = ""
        assert "invalid_code" in said, said


if __name__ == "__main__":
    unittest.main()
