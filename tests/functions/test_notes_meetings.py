"""Programar Reunião over HTTP: a run at once, once for each request, in one's own calendar."""

from __future__ import annotations

from typing import Any

from tests.notes_history_on_aws import MEETINGS, NotesHistory

MEETING: dict[str, Any] = {
    "subject": "Reunião de vendas",
    "participants": ["carla@escritorio.example"],
    "place": "Sala 2",
    "starts": "2026-12-01T14:00:00-03:00",
    "ends": "2026-12-01T15:00:00-03:00",
    "reminder_minutes": 15,
}


def test_a_meeting_starts_a_run_at_once_and_once_for_each_request(history: NotesHistory) -> None:
    ana = history.user("ana")

    first = history.post(MEETINGS, MEETING, role="ana", key="k1")
    again = history.post(MEETINGS, MEETING, role="ana", key="k1")
    other = history.post(MEETINGS, MEETING, role="ana", key="k2")

    assert (first.status, first.body["flow"], first.body["phase"]) == (201, "agendar_reuniao", "read")
    assert first.body["filters"]["user"] == ana
    assert again.body == first.body
    assert other.status == 201  # beside the first, which hasn't ended
    assert history.runs() == sorted([first.body["run_id"], other.body["run_id"]])


def test_a_meeting_is_in_ones_own_calendar_and_an_administrator_names_whose(history: NotesHistory) -> None:
    ana = history.user("ana")
    history.user("bia")

    refused = [
        history.post(MEETINGS, MEETING, role="operator"),
        history.post(MEETINGS, MEETING | {"user": ana}, role="bia"),
        history.post(MEETINGS, MEETING, role="administrator"),
        history.post(MEETINGS, MEETING | {"user": "f" * 16}, role="administrator"),
        history.post(MEETINGS, {**MEETING, "subject": ""}, role="ana"),
        history.post(MEETINGS, {**MEETING, "starts": 0}, role="ana"),
        history.post(MEETINGS, {**MEETING, "starts": "0"}, role="ana"),
    ]
    made = history.post(MEETINGS, MEETING | {"user": ana}, role="administrator")

    assert [(one.status, one.body["code"]) for one in refused] == [
        (403, "notes.mailbox_missing"),
        (403, "notes.mailbox_of_other"),
        (422, "notes.mailbox_unnamed"),
        (404, "notes.user_unknown"),
        *[(422, "request_invalid")] * 3,
    ]
    assert (made.status, made.body["filters"]["user"]) == (201, ana)
    assert history.runs() == [made.body["run_id"]]
