"""The conflict history over HTTP: listed newest first, read with its content, brought back by one call."""

from __future__ import annotations

from tests.notes_history_on_aws import CONFLICTS, NotesHistory

NEWEST_FIRST = ["e2", "e1", "e0"]


def ids(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    """The entries of a page."""
    return [one["id"] for one in answer["items"]]


def test_everybody_sees_their_own_conflicts_and_an_administrator_all(history: NotesHistory) -> None:
    ana, bia = history.user("ana"), history.user("bia")
    for number, user in enumerate((ana, bia, ana)):
        history.conflict(f"e{number}", user, at=f"2026-11-2{number}T08:00:00.000Z")

    assert ids(history.call("GET", CONFLICTS, role="administrator").body) == NEWEST_FIRST
    assert ids(history.call("GET", CONFLICTS, role="administrator", user=bia).body) == ["e1"]
    assert ids(history.call("GET", CONFLICTS, role="ana").body) == ["e2", "e0"]
    assert ids(history.call("GET", CONFLICTS, role="bia", user=bia).body) == ["e1"]
    other = history.call("GET", CONFLICTS, role="bia", user=ana)
    assert (other.status, other.body["code"]) == (403, "notes.mailbox_of_other")
    nobody = history.call("GET", CONFLICTS, role="reader")
    assert (nobody.status, nobody.body["code"]) == (403, "notes.mailbox_missing")
    unknown = history.call("GET", CONFLICTS, role="administrator", user="f" * 16)
    assert (unknown.status, unknown.body["code"]) == (404, "notes.user_unknown")


def test_conflicts_are_listed_by_pages_and_by_module(history: NotesHistory) -> None:
    ana = history.user("ana")
    for number in range(3):
        history.conflict(f"e{number}", ana, at=f"2026-11-2{number}T08:00:00.000Z")
    history.conflict("task", ana, at="2026-11-23T08:00:00.000Z", module="tasks")

    found, cursor = [], ""
    while True:
        answer = history.call("GET", CONFLICTS, role="ana", module="contacts", limit=2, cursor=cursor).body
        found += ids(answer)
        cursor = answer["next"]
        if cursor is None:
            break

    assert found == NEWEST_FIRST


def test_an_entry_is_read_with_all_that_was_overwritten_and_by_nobody_else(history: NotesHistory) -> None:
    ana = history.user("ana")
    history.user("bia")
    history.conflict("e1", ana, at="2026-11-22T08:00:00.000Z")

    entry = history.call("GET", f"{CONFLICTS}/e1", role="ana").body
    other = history.call("GET", f"{CONFLICTS}/e1", role="bia")

    assert entry["content"] == [
        {"name": "last_name", "title": "Sobrenome", "value": "Lima"},
        {"name": "email", "title": "E-mail", "value": "carla@escritorio.example"},
    ]
    assert entry["stands"] == [*entry["content"], {"name": "title", "title": "Cargo", "value": "Gerente"}]
    assert (entry["side"], entry["why"], entry["user_name"], entry["label"]) == ("crm", "conflict", "Ana", "Lima")
    assert (entry["brought_back_at"], entry["brought_back_by"]) == (None, None)
    assert (other.status, other.body["code"]) == (404, "notes.conflict_unknown")


def test_one_call_brings_a_conflict_back_and_repeating_it_starts_nothing_new(history: NotesHistory) -> None:
    ana = history.user("ana")
    history.conflict("e1", ana, at="2026-11-22T08:00:00.000Z")
    path = f"{CONFLICTS}/e1/bring-back"

    first = history.call("POST", path, role="ana")
    again = history.call("POST", path, role="administrator")

    assert (first.status, first.body["flow"], first.body["phase"]) == (201, "devolver_edicao", "read")
    assert again.body == first.body
    assert history.runs() == [first.body["run_id"]]
    history.ended(first.body["run_id"], "failure")
    after = history.call("POST", path, role="ana").body["run_id"]
    assert history.runs() == sorted([first.body["run_id"], after])
    history.ended(after, "success")
    assert history.call("POST", path, role="ana").body["run_id"] == after


def test_a_conflict_of_somebody_else_or_of_a_connection_that_is_off_is_not_brought_back(history: NotesHistory) -> None:
    ana = history.user("ana")
    history.user("bia")
    history.conflict("e1", ana, at="2026-11-22T08:00:00.000Z")
    history.conflict("e2", ana, at="2026-11-22T09:00:00.000Z", brought_back_at="2026-11-22T10:00:00.000Z")

    refused = [
        history.call("POST", f"{CONFLICTS}/e1/bring-back", role="bia"),
        history.call("POST", f"{CONFLICTS}/e9/bring-back", role="ana"),
        history.call("POST", f"{CONFLICTS}/e2/bring-back", role="ana"),
    ]
    history.switched_off()
    refused.append(history.call("POST", f"{CONFLICTS}/e1/bring-back", role="ana"))

    assert [(one.status, one.body["code"]) for one in refused] == [
        (404, "notes.conflict_unknown"),
        (404, "notes.conflict_unknown"),
        (409, "notes.conflict_brought_back"),
        (409, "connection_disabled"),
    ]
    assert history.runs() == []
