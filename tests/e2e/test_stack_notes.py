"""IBM Notes ↔ Zoho CRM on the stack whole, over HTTP and its queue: what is synced, held, brought back, made once."""

from __future__ import annotations

from typing import Any

import pytest

from local.stack import Stack
from tests.e2e.mailbox_over_http import KINDS, Mail
from tests.e2e.over_http import Caller, Document

MEETING: dict[str, Any] = {
    "subject": "Reunião de vendas",
    "participants": ["carla@escritorio.example"],
    "place": "Sala 2",
    "starts": "2027-01-12T14:00:00-03:00",
    "ends": "2027-01-12T15:00:00-03:00",
    "reminder_minutes": 15,
}


@pytest.fixture
def mail(stack: Stack, document: Document) -> Mail:
    """A new connection, to vendors that start over."""
    made = Mail(Caller(stack, document, stack.token))
    made.start_over()
    return made


@pytest.mark.sweep
def test_a_wrong_password_is_told_by_the_test_of_the_connection_and_mended_by_its_owner(mail: Mail) -> None:
    right = mail.person.post(f"{mail.path}/test", {}, 200)
    change = {"email": mail.form["email"], "password": "outra-inventada"}
    mail.person.post(f"{mail.user}/password", change, 200)
    wrong = mail.person.post(f"{mail.path}/test", {}, 200)
    mail.person.post(f"{mail.user}/password", change | {"password": mail.password}, 200)
    mended = mail.person.post(f"{mail.path}/test", {}, 200)

    assert (right["ok"], wrong["ok"], mended["ok"]) == (True, False, True), (right, mended)
    (told,) = (check for check in wrong["checks"] if not check["ok"])
    assert told["code"] == "notes.credentials_wrong"
    assert "Alterar Senha" in told["detail"]
    assert "outra-inventada" not in str(wrong)


def test_settings_start_a_sync_and_the_ones_after_it_write_nothing(mail: Mail) -> None:
    started = mail.saved(start=True)
    first = mail.ended(started["run"])
    written = mail.rows()
    second, third = mail.synced(), mail.synced()

    assert [run["result"] for run in (first, second, third)] == ["success"] * 3
    assert mail.rows() == written
    assert third["planned"] == 0  # the second took in our own versions
    for kind in KINDS:
        of_owner = [row for row in mail.zoho.rows(kind) if row["Owner"]["id"] == mail.form["crm_owner"]]
        linked = list(mail.person.every(f"{mail.path}/pairs", module=kind))
        assert {pair["notes_id"] for pair in linked} == {row.get("unid", row.get("id")) for row in mail.mine(kind)}
        assert {pair["crm_id"] for pair in linked} == {row["id"] for row in of_owner}
    panel = mail.person.get(f"{mail.path}/results", days=7)
    created = [side["created"] for module in panel["period"]["modules"] for side in module["sides"]]
    assert all(number > 0 for number in created), created


@pytest.mark.sweep
def test_an_emptied_mailbox_is_held_by_the_brake(mail: Mail) -> None:
    mail.ended(mail.saved(start=True)["run"])
    kept = [mail.zoho.rows(kind) for kind in KINDS]
    mail.domino.act("empty", mailbox=mail.mailbox)

    held = mail.synced()

    assert held["phase"] == "brake", held
    assert [mail.zoho.rows(kind) for kind in KINDS] == kept
    rejected = mail.person.post(f"{held['url']}/decision", {"decision": "reject"}, 200)
    assert mail.ended(rejected)["phase"] == "done"
    assert [mail.zoho.rows(kind) for kind in KINDS] == kept


def test_what_a_conflict_overwrote_is_brought_back_by_one_call_and_carried_on_by_the_next_sync(mail: Mail) -> None:
    mail.ended(mail.saved(start=True)["run"])
    entry = mail.conflict()
    path = f"{mail.path}/conflicts/{entry['id']}"

    def titles() -> tuple[Any, Any]:
        in_notes = next(row for row in mail.mine("contacts") if row["unid"] == entry["record_id"])
        pairs = mail.person.every(f"{mail.path}/pairs", module="contacts")
        crm_id = next(pair["crm_id"] for pair in pairs if pair["notes_id"] == entry["record_id"])
        in_crm = next(row for row in mail.zoho.rows("contacts") if row["id"] == crm_id)
        return in_notes["JobTitle"], in_crm["Title"]

    assert titles() == ("Gerente", "Gerente")
    content = {field["name"]: field["value"] for field in mail.person.get(path)["content"]}
    assert content["title"] == "Diretora"

    first, again = (mail.person.post(f"{path}/bring-back", {}) for _ in range(2))
    assert again["run_id"] == first["run_id"]
    assert mail.ended(first)["result"] == "success"
    assert titles() == ("Diretora", "Gerente")
    assert mail.person.get(path)["brought_back_by"] == f"token:{mail.person.id}"

    assert mail.synced()["result"] == "success"
    assert titles() == ("Diretora", "Diretora")


@pytest.mark.sweep
def test_a_meeting_is_made_once_on_both_sides_and_a_sync_makes_no_other(mail: Mail) -> None:
    mail.ended(mail.saved(start=True)["run"])

    first, again = (mail.person.says("POST", f"{mail.path}/meetings", MEETING, key="reuniao-1") for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.body["run_id"] == first.body["run_id"]
    assert mail.ended(first.body)["result"] == "success"

    def made() -> tuple[int, int]:
        in_notes = [row for row in mail.mine("events") if row["summary"] == MEETING["subject"]]
        in_crm = [row for row in mail.zoho.rows("events") if row["Event_Title"] == MEETING["subject"]]
        return len(in_notes), len(in_crm)

    assert made() == (1, 1)
    assert mail.domino.rows("invitations") != []
    assert mail.synced()["result"] == "success"
    assert made() == (1, 1)
