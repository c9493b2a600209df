"""The panel of results and the list of links over HTTP."""

from __future__ import annotations

from typing import Any

from tests.notes_history_on_aws import PAIRS, RESULTS, NotesHistory

DAY = 86400


def side(panel: dict[str, Any], module: str, name: str) -> dict[str, Any]:
    """A side of a module, of a run or of a period."""
    (found,) = (one for of in panel["modules"] if of["module"] == module for one in of["sides"] if one["side"] == name)
    result: dict[str, Any] = found
    return result


def test_a_panel_before_the_first_run_has_zeros_and_says_what_cannot_be_checked(history: NotesHistory) -> None:
    history.user("ana")
    history.saved(modules=["contacts", "tasks"])

    panel = history.call("GET", RESULTS, role="ana").body

    assert panel["last"] is None
    assert (panel["period"]["days"], panel["period"]["runs"]) == (7, 0)
    assert side(panel["period"], "events", "crm")["created"] == 0
    assert [one["code"] for one in panel["hints"]] == ["notes.crm_private_unset"] * 2
    history.connect({"crm_fields": {"contacts.private": "Privado", "tasks.private": "Privado"}})
    assert history.call("GET", RESULTS, role="ana").body["hints"] == []


def test_the_last_run_and_all_of_the_last_days_are_told_apart(history: NotesHistory) -> None:
    ana = history.user("ana")
    history.synced(ana, days_ago=40, created=100)
    history.synced(ana, days_ago=8, created=10)
    history.synced(ana, days_ago=2, created=3, skipped={"notes.subject_missing": 2})
    last = history.synced(ana, days_ago=1, created=4, conflicts=1, skipped={"notes.subject_missing": 1})

    week = history.call("GET", RESULTS, role="ana").body
    month = history.call("GET", RESULTS, role="ana", days=31).body

    crm = side(week["last"], "contacts", "crm")
    assert (week["last"]["run_id"], week["last"]["result"]) == (last, "success")
    assert (crm["created"], crm["conflicts"], crm["skipped"]) == (4, 1, 1)
    crm = side(week["period"], "contacts", "crm")
    assert (week["period"]["runs"], crm["created"], crm["conflicts"], crm["skipped"]) == (2, 7, 1, 3)
    assert [(one["code"], one["number"]) for one in crm["reasons"]] == [("notes.subject_missing", 3)]
    assert (month["period"]["runs"], side(month["period"], "contacts", "crm")["created"]) == (3, 17)


def test_everybody_sees_their_own_results_and_an_administrator_all(history: NotesHistory) -> None:
    ana, bia = history.user("ana"), history.user("bia")
    history.synced(ana, days_ago=2, created=3)
    history.synced(bia, days_ago=1, created=5)

    def created(role: str, **query: str) -> int:
        panel = history.call("GET", RESULTS, role=role, **query).body
        number: int = side(panel["period"], "contacts", "crm")["created"]
        return number

    assert (created("ana"), created("bia"), created("administrator")) == (3, 5, 8)
    assert created("administrator", user=bia) == 5
    assert history.call("GET", RESULTS, role="ana", user=bia).status == 403
    assert history.call("GET", RESULTS, role="reader").status == 403


def test_links_are_listed_by_pages_user_by_user_and_module_by_module(history: NotesHistory) -> None:
    ana, bia = history.user("ana", excluded=["crm:c1"]), history.user("bia")
    for number in range(3):
        history.linked(ana, "contacts", f"n{number}", f"c{number}")
        history.linked(bia, "tasks", f"n{number}", f"c{number}")

    found, cursor = [], ""
    while cursor is not None:
        answer = history.call("GET", PAIRS, role="administrator", limit=2, cursor=cursor).body
        found += answer["items"]
        cursor = answer["next"]

    assert sorted((one["user"], one["module"], one["notes_id"], one["crm_id"]) for one in found) == sorted(
        (user, module, f"n{number}", f"c{number}")
        for user, module in ((ana, "contacts"), (bia, "tasks"))
        for number in range(3)
    )
    assert [one["crm_id"] for one in found if one["excluded"]] == ["c1"]
    own = history.call("GET", PAIRS, role="bia").body["items"]
    assert [(one["user_name"], one["label"], one["status"]) for one in own] == [("Bia", "Lima", "linked")] * 3
    assert history.call("GET", PAIRS, role="bia", module="contacts").body == {"items": [], "next": None}
    assert history.call("GET", PAIRS, role="bia", user=ana).status == 403
    assert history.call("GET", PAIRS, role="bia", cursor="eyJsYW5lIjoieCJ9").body["code"] == "cursor_invalid"
