"""Gerenciar Usuários, Alterar Senha and uninstalling over HTTP."""

from __future__ import annotations

import pytest

from tests.notes_history_on_aws import CONNECTION
from tests.notes_http_on_aws import ONE, PASSWORD, USERS, NotesHttp
from tests.office_on_aws import AwsServer, Sandbox


@pytest.fixture
def notes(aws: AwsServer, notes_environment: Sandbox) -> NotesHttp:
    """A connection with a licence for two."""
    aws.clear()
    http = NotesHttp(notes_environment)
    http.connect({"licence": 2})
    return http


def test_users_are_added_up_to_the_licence_and_their_passwords_never_shown(notes: NotesHttp) -> None:
    added = [notes.add(name) for name in ("operator", "reader")]
    refused = notes.add("administrator")

    assert [answer.status for answer in added] == [201, 201], added
    assert (refused.status, refused.body["code"]) == (409, "notes.licence_full")
    assert notes.password_of(notes.ids["operator"]) == PASSWORD
    assert not any(PASSWORD in answer for answer in notes.answered)
    listed = notes.call("GET", USERS, role="administrator").body
    assert sorted(user["name"] for user in listed) == ["Operator", "Reader"]
    assert [user["name"] for user in notes.call("GET", USERS, role="operator").body] == ["Operator"]


def test_adding_the_same_again_changes_nothing_and_other_data_is_refused(notes: NotesHttp) -> None:
    first, again = notes.add("operator"), notes.add("operator")
    other = notes.add("operator", login="outro")
    same_mail = notes.add("reader", email="OPERATOR@escritorio.example")

    assert again.body == first.body
    assert (other.status, other.body["code"]) == (409, "notes.user_exists")
    assert (same_mail.status, same_mail.body["code"]) == (409, "notes.email_taken")


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "f" * 16},
        {"token": "x"},
        {"email": "sem-arroba"},
        {"password": ""},
        {"zone": "Marte/Olimpo"},
        {"databases": {"contacts": "names.nsf"}},
        {"crm_owner": "fulano"},
        {"name": " "},
        {"admin": True},
    ],
)
def test_who_is_no_user_is_not_added(notes: NotesHttp, wrong: dict[str, object]) -> None:
    assert notes.add("operator", **wrong).status == 422
    assert notes.call("GET", USERS, role="administrator").body == []


def test_what_changes_of_a_user_leaves_the_rest_and_the_links(notes: NotesHttp) -> None:
    before = notes.add("operator").body
    notes.linked(before["id"], "contacts", "n1", "c1")

    changed = notes.call(
        "PATCH",
        f"{USERS}/{before['id']}",
        role="administrator",
        body={"email": "nova@escritorio.example", "zone": "UTC"},
    )

    assert changed.body == {**before, "email": "nova@escritorio.example", "zone": "UTC", "version": 2}
    assert len(notes.call("GET", f"{ONE}/pairs", role="operator").body["items"]) == 1


def test_people_change_their_own_password_and_an_administrator_anybodys(notes: NotesHttp) -> None:
    user = notes.add("operator").body
    path = f"{USERS}/{user['id']}/password"
    new = {"email": "Operator@escritorio.example", "password": "nova-senha"}
    notes.user("bia")

    other = notes.call("POST", path, role="bia", body=new)
    wrong = notes.call("POST", path, role="operator", body={**new, "email": "bia@escritorio.example"})
    assert (other.status, other.body["code"]) == (403, "notes.password_of_other")
    assert (wrong.status, wrong.body["code"]) == (422, "notes.email_wrong")
    assert notes.password_of(user["id"]) == PASSWORD

    own = notes.call("POST", path, role="operator", body=new)
    assert (own.status, own.body["email"]) == (200, user["email"])
    assert notes.password_of(user["id"]) == "nova-senha"
    notes.call("POST", path, role="administrator", body={**new, "password": "mais-nova"})
    assert notes.password_of(user["id"]) == "mais-nova"
    assert not any("nova-senha" in answer or "mais-nova" in answer for answer in notes.answered)


def test_a_record_is_left_out_and_taken_in_again_by_whose_it_is(notes: NotesHttp) -> None:
    user = notes.add("operator").body
    notes.add("reader")
    record = {"module": "contacts", "side": "notes", "record_id": "ABC123"}
    one = f"{USERS}/{user['id']}"

    assert notes.post(f"{one}/exclude", record).body["excluded"] == [record]
    assert notes.post(f"{one}/exclude", record).body["excluded"] == [record]
    assert notes.post(f"{one}/include", record).body["excluded"] == []
    assert notes.post(f"{one}/exclude", {**record, "side": "zoho"}).status == 422
    other = notes.call("POST", f"{USERS}/{notes.ids['reader']}/exclude", role="operator", body=record)
    assert (other.status, other.body["code"]) == (403, "notes.mailbox_of_other")


def test_who_has_synced_data_is_not_removed(notes: NotesHttp) -> None:
    ana, bia = notes.add("operator").body["id"], notes.add("reader").body["id"]
    notes.linked(ana, "contacts", "n1", "c1")

    refused = notes.call("DELETE", f"{USERS}/{ana}", role="administrator")
    removed = notes.call("DELETE", f"{USERS}/{bia}", role="administrator")
    again = notes.call("DELETE", f"{USERS}/{bia}", role="administrator")

    assert (refused.status, refused.body["code"]) == (409, "notes.user_linked")
    assert (removed.status, again.status) == (204, 404)
    assert [user["id"] for user in notes.call("GET", USERS, role="administrator").body] == [ana]


def test_only_an_administrator_manages_users(notes: NotesHttp) -> None:
    user = notes.add("operator").body["id"]
    form = notes.form("reader")

    assert notes.call("POST", USERS, role="operator", body=form).status == 403
    assert notes.call("PATCH", f"{USERS}/{user}", role="operator", body={"name": "Outra"}).status == 403
    assert notes.call("DELETE", f"{USERS}/{user}", role="operator").status == 403


def test_uninstalling_asks_to_be_confirmed_and_says_what_goes_and_what_stays(notes: NotesHttp) -> None:
    for given in ({}, {"confirm": "sim"}):
        unconfirmed = notes.call("DELETE", ONE, role="administrator", **given)
        assert (unconfirmed.status, unconfirmed.body["code"]) == (409, "notes.uninstall_unconfirmed")
    assert notes.call("GET", ONE, role="administrator").status == 200

    gone = notes.call("DELETE", ONE, role="administrator", confirm=CONNECTION)

    assert gone.status == 202, gone
    assert all(gone.body[part] for part in ("goes", "stays"))
    assert "35 dias" in gone.body["backups"]
    assert notes.call("GET", ONE, role="administrator").status == 404
