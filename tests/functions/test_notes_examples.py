"""The examples of events of IBM Notes, one after the other, from a user's registration to their removal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.notes_http_on_aws import PASSWORD, NotesHttp
from tests.office_on_aws import AwsServer, Sandbox, event


class Examples:
    """Sends examples, with what was made in the places of the ids that they have."""

    def __init__(self, notes: NotesHttp) -> None:
        self.notes = notes
        self.ids = {"<password>": PASSWORD}

    def sent(self, name: str, role: str = "administrator") -> Any:
        """What an example is answered."""
        text = json.dumps(event(f"notes/on_http/{name}"), ensure_ascii=False)
        for there, ours in self.ids.items():
            text = text.replace(there, ours)
        answer = self.notes.send(json.loads(text), role)
        assert answer.status in {200, 201, 204}, (name, answer)
        return answer.body


@pytest.fixture
def notes(aws: AwsServer, notes_environment: Sandbox) -> NotesHttp:
    """A connection without users."""
    aws.clear()
    return NotesHttp(notes_environment)


def test_the_examples_of_events_do_what_they_say(notes: NotesHttp) -> None:
    examples = Examples(notes)
    sent, ids = examples.sent, examples.ids
    notes.token("operator")
    ids["00000000000000a1"] = notes.add("reader").body["id"]
    assert sent("remove_user") is None
    ana = ids["00000000000000a1"] = notes.ids["operator"]

    assert sent("create_user")["id"] == ana
    assert sent("change_user")["name"] == "Ana Lima Souza"
    assert sent("change_user_password", "operator")["id"] == ana
    assert notes.password_of(ana) == PASSWORD
    assert [one["id"] for one in sent("list_users", "operator")] == [ana]
    assert [one["user"] for one in sent("list_calendars", "operator")] == [ana]
    assert sent("describe_uninstalling")["deleting"] is False
    (excluded,) = sent("exclude_record", "operator")["excluded"]
    assert (excluded["module"], excluded["side"]) == ("contacts", "notes")
    assert sent("include_record", "operator")["excluded"] == []

    notes.saved(["contacts"])
    assert sent("read_sync_settings")["version"] == 1
    run = sent("start_sync", "operator")
    assert (run["mode"], run["phase"]) == ("preview", "read")
    saved = sent("save_sync_settings")
    assert (saved["direction"], saved["version"], saved["run"]["run_id"]) == ("both", 2, run["run_id"])
    notes.at_brake(run["run_id"])
    ids["20261123T090000000Z-942b369b941d99a8"] = run["run_id"]
    assert sent("decide_sync", "operator")["decided_by"]

    assert sent("schedule_meeting", "operator")["filters"]["user"] == ana
    notes.linked(ana, "contacts", "n1", "c1")
    assert [one["notes_id"] for one in sent("list_pairs", "operator")["items"]] == ["n1"]
    notes.conflict("e1", ana, at="2026-11-22T08:00:00.000Z")
    ids["<entry>"] = "e1"
    assert [one["id"] for one in sent("list_conflicts", "operator")["items"]] == ["e1"]
    assert sent("read_conflict", "operator")["content"]
    assert sent("bring_back", "operator")["flow"] == "devolver_edicao"
    assert sent("read_results", "operator")["period"]["days"] == 7
