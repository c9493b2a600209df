"""Configurações de Sincronização over HTTP: nothing runs until they are saved, and saving may start the sync."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notes_http_on_aws import RUNS, SETTINGS, NotesHttp
from tests.office_on_aws import AwsServer, Sandbox

DEFAULTS = {
    "contacts": False,
    "tasks": False,
    "events": False,
    "window": "all",
    "direction": "notes_to_crm",
    "winner": "crm",
    "version": 0,
    "run": None,
    "url": SETTINGS,
}


@pytest.fixture
def notes(aws: AwsServer, notes_environment: Sandbox) -> NotesHttp:
    """A connection whose settings nobody has saved."""
    aws.clear()
    return NotesHttp(notes_environment)


def test_before_anybody_saves_them_all_is_off_and_nothing_can_run(notes: NotesHttp) -> None:
    assert notes.get(SETTINGS) == DEFAULTS

    refused = notes.post(RUNS, {})

    assert (refused.status, refused.body["code"]) == (409, "notes.settings_unsaved")
    assert notes.runs() == []


def test_saving_keeps_them_and_starts_nothing_by_itself(notes: NotesHttp) -> None:
    saved = notes.save(contacts=True, direction="both", winner="notes")

    assert saved.status == 200, saved
    assert notes.get(SETTINGS) == saved.body
    assert saved.body == {**DEFAULTS, "contacts": True, "direction": "both", "winner": "notes", "version": 1}
    assert notes.runs() == []


def test_saving_from_the_start_button_starts_one_run_however_often_the_request_comes(notes: NotesHttp) -> None:
    first = notes.save(contacts=True, start=True, key="iniciar-uma-vez-0001")
    again = notes.save(contacts=True, start=True, key="iniciar-uma-vez-0001")
    later = notes.save(contacts=True, start=True)

    assert first.status == 200, first
    assert notes.runs() == [first.body["run"]["run_id"]]
    assert again.body["run"]["run_id"] == later.body["run"]["run_id"] == first.body["run"]["run_id"]
    assert later.body["version"] == 1


def test_what_somebody_else_has_saved_meanwhile_is_not_overwritten(notes: NotesHttp) -> None:
    notes.save(contacts=True)
    notes.save(contacts=True, tasks=True, version=1)

    late = notes.save(events=True, version=1)

    assert (late.status, late.body["code"]) == (409, "notes.settings_changed_meanwhile")
    assert notes.get(SETTINGS)["tasks"] is True


def test_starting_with_no_module_saves_nothing(notes: NotesHttp) -> None:
    refused = notes.save(start=True)

    assert (refused.status, refused.body["code"]) == (409, "notes.modules_none")
    assert notes.get(SETTINGS)["version"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts": "sim"},
        {"window": "year"},
        {"direction": "none"},
        {"winner": "both"},
        {"calls": True},
        {"version": -1},
    ],
)
def test_what_is_no_setting_is_refused(notes: NotesHttp, wrong: dict[str, Any]) -> None:
    assert notes.save(**wrong).status == 422
    assert notes.get(SETTINGS)["version"] == 0


def test_only_an_administrator_saves(notes: NotesHttp) -> None:
    assert notes.save(role="operator", contacts=True).status == 403
    assert notes.get(SETTINGS)["version"] == 0


def test_a_second_sync_waits_for_the_first(notes: NotesHttp) -> None:
    notes.save(contacts=True)

    first, second = notes.post(RUNS, {"mode": "preview"}), notes.post(RUNS, {})

    assert (first.status, first.body["mode"]) == (201, "preview")
    assert (second.status, second.body["code"]) == (409, "run_active")
