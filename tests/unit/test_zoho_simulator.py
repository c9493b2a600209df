"""What the simulated Zoho CRM understands of criteria, scopes and time, apart from HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request

from local.vendors.zoho_answers import RefusedError
from local.vendors.zoho_modules import CONTACTS, EVENTS, TASKS, fields_by_name
from local.vendors.zoho_search import wanted
from local.vendors.zoho_store import Sizes, ZohoStore
from local.vendors.zoho_tokens import needed

NOON = "2026-12-10T12:00:00+00:00"
FIELDS = fields_by_name(newest=False)
ANA = {"id": "1", "First_Name": "Ana", "Last_Name": "Luz, Sol", "Email": "ana@luz.example", "Particular": True}
TASK = {"id": "2", "Subject": "Ligar", "Due_Date": "2026-12-10", "Owner": {"id": "7", "name": "Nara"}}
EVENT = {"id": "3", "Event_Title": "Reunião (1)", "Start_DateTime": "2026-12-10T09:00:00-03:00"}


def found(criteria: str, row: dict[str, Any], module: str) -> bool:
    return wanted(Request.from_values(query_string={"criteria": criteria}), FIELDS[module])(row)


@pytest.mark.parametrize(
    ("module", "row", "criteria", "is_found"),
    [
        (CONTACTS, ANA, "(First_Name:equals:ana)", True),
        (CONTACTS, ANA, "First_Name:equals:ana", True),
        (CONTACTS, ANA, "(First_Name:not_equal:ana)", False),
        (CONTACTS, ANA, "(Phone:equals:)", False),
        (CONTACTS, ANA, r"(Last_Name:equals:luz\, sol)", True),
        (CONTACTS, ANA, r"(Last_Name:in:lua,luz\, sol)", True),
        (CONTACTS, ANA, "(id:in:7,1)", True),
        (CONTACTS, ANA, "(Particular:equals:true)", True),
        (CONTACTS, ANA, "((First_Name:equals:ana)and(Email:equals:outro@luz.example))", False),
        (CONTACTS, ANA, "((First_Name:equals:ana)or(Email:equals:outro@luz.example))", True),
        (CONTACTS, ANA, "((Phone:equals:1)or((First_Name:starts_with:an)and(Email:starts_with:ana)))", True),
        (TASKS, TASK, "(Due_Date:equals:2026-12-10)", True),
        (TASKS, TASK, "(Due_Date:between:2026-12-01,2026-12-09)", False),
        (TASKS, TASK, "(Owner:equals:7)", True),
        (EVENTS, EVENT, rf"((Event_Title:equals:reunião \(1\))and(Start_DateTime:equals:{NOON}))", True),
        (EVENTS, EVENT, f"(Start_DateTime:greater_than:{NOON})", False),
        (EVENTS, {"id": "4"}, f"(Start_DateTime:less_than:{NOON})", False),
    ],
)
def test_criteria_find_what_they_say(module: str, row: dict[str, Any], criteria: str, is_found: bool) -> None:
    assert found(criteria, row, module) is is_found


@pytest.mark.parametrize(
    "criteria",
    [
        "(First_Name:equals:ana",
        "(First_Name:equals:ana))",
        "(First_Name)",
        "(First_Name:greater_than:ana)",
        "(Nada:equals:ana)",
        "((First_Name:equals:ana)and)",
        "or".join("(First_Name:equals:ana)" for _ in range(16)),
    ],
)
def test_criteria_that_say_nothing_are_refused(criteria: str) -> None:
    with pytest.raises(RefusedError) as raised:
        found(criteria, ANA, CONTACTS)
    assert (raised.value.status, raised.value.body["code"]) == (400, "INVALID_QUERY")


@pytest.mark.parametrize(
    ("module", "criteria"),
    [(TASKS, "(Due_Date:equals:2026-12-10T09:00:00Z)"), (EVENTS, "(Start_DateTime:equals:2026-12-10)")],
)
def test_moments_want_an_offset_and_days_none(module: str, criteria: str) -> None:
    with pytest.raises(RefusedError):
        found(criteria, EVENT, module)


@pytest.mark.parametrize(
    ("operation", "allowed", "other"),
    [
        ("list", "ZohoCRM.modules.contacts.READ", "ZohoCRM.modules.tasks.READ"),
        ("find", "ZohoCRM.modules.ALL", "ZohoCRM.modules.contacts.WRITE"),
        ("create", "ZohoCRM.modules.contacts.CREATE", "ZohoCRM.modules.contacts.UPDATE"),
        ("update", "ZohoCRM.modules.contacts.WRITE", "ZohoCRM.modules.contacts.READ"),
        ("delete", "ZohoCRM.modules.contacts.DELETE", "ZohoCRM.settings.ALL"),
    ],
)
def test_each_operation_has_its_scopes(operation: str, allowed: str, other: str) -> None:
    scopes = needed("modules", operation, CONTACTS)
    assert allowed in scopes
    assert other not in scopes


def test_no_change_of_a_record_has_the_time_of_one_before_and_none_is_earlier_than_another() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    store = ZohoStore(Sizes(1, 2, 0, 0), 1, lambda: noon, newest=False)
    one, other = store.records[CONTACTS]
    times = [store.change(CONTACTS, one, {})["Modified_Time"] for _ in range(3)]
    assert times == [f"2026-12-01T09:00:0{second}-03:00" for second in (1, 2, 3)]
    assert store.change(CONTACTS, other, {})["Modified_Time"] == times[-1]
