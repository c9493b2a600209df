"""The pages of IBM Notes ↔ Zoho CRM, as an administrator and people with a mailbox use them."""

from __future__ import annotations

import pytest

from tests.drawn_forms import form_to
from tests.notes_history_on_aws import CONFLICTS, MEETINGS, PAIRS, RESULTS
from tests.notes_http_on_aws import ONE, PASSWORD, RUNS, SETTINGS, USERS, NotesHttp
from tests.office_on_aws import AwsServer, Sandbox

UNINSTALL = f"{ONE}/uninstall"


@pytest.fixture
def notes(aws: AwsServer, notes_environment: Sandbox) -> NotesHttp:
    """A connection without users, whose settings nobody has saved."""
    aws.clear()
    return NotesHttp(notes_environment)


def test_an_administrator_saves_the_settings_and_starts_the_first_sync(notes: NotesHttp) -> None:
    assert "Ainda não foram salvas" in notes.drawn(SETTINGS, "administrator")
    fields = form_to(notes.page(SETTINGS, "administrator").body, SETTINGS).fields | {
        "contacts.flag": ["", "on"],
        "direction": ["both"],
        "winner": ["notes"],
    }

    saved = notes.sent(SETTINGS, "administrator", **fields)
    assert (saved.status, saved.headers["Location"]) == (303, SETTINGS)
    assert notes.runs() == []
    fields = form_to(notes.page(SETTINGS, "administrator").body, SETTINGS).fields
    started = notes.sent(SETTINGS, "administrator", **fields | {"start.flag": ["", "on"]})

    found = notes.get(SETTINGS)
    assert (found["contacts"], found["tasks"], found["direction"], found["winner"]) == (True, False, "both", "notes")
    assert found["version"] == 1
    (run_id,) = notes.runs()
    assert started.headers["Location"] == f"{RUNS}/{run_id}"


def test_settings_that_somebody_else_has_saved_meanwhile_are_not_overwritten_by_an_old_page(notes: NotesHttp) -> None:
    old = form_to(notes.page(SETTINGS, "administrator").body, SETTINGS).fields
    notes.save(contacts=True)

    answer = notes.sent(SETTINGS, "administrator", **old)

    assert answer.status == 409
    assert notes.get(SETTINGS)["contacts"] is True


def test_who_may_not_change_the_settings_reads_them(notes: NotesHttp) -> None:
    notes.save(contacts=True, direction="both")

    page = notes.drawn(SETTINGS, "reader")

    assert "<dt>Contatos</dt><dd>sim</dd>" in page
    assert "Nos dois sentidos" in page
    assert "<form class" not in page


def test_the_panel_counts_what_a_sync_has_done_and_says_why_records_were_left_out(notes: NotesHttp) -> None:
    assert "Ainda não houve sincronização" in notes.drawn(RESULTS, "administrator")
    ana = notes.user("ana")
    notes.synced(ana, days_ago=1, created=3, updated=2)

    page = notes.drawn(RESULTS, "administrator")

    assert 'Contatos · Zoho CRM</th> <td data-title="Criados">3</td><td data-title="Atualizados">2</td>' in page
    assert 'href="/integrations/notes/connections/correio-modelo/results?days=31"' in page


def test_a_conflict_is_seen_side_by_side_and_brought_back(notes: NotesHttp) -> None:
    assert "Nenhum conflito" in notes.drawn(CONFLICTS, "administrator")
    ana = notes.user("ana")
    notes.conflict("e1", ana, at="2026-11-22T08:00:00.000Z")
    assert f'href="{CONFLICTS}/e1">Lima</a>' in notes.drawn(CONFLICTS, "ana")

    page = notes.drawn(f"{CONFLICTS}/e1", "ana")
    answer = notes.sent(f"{CONFLICTS}/e1/bring-back", "ana", **form_to(page, f"{CONFLICTS}/e1/bring-back").fields)

    assert '<th scope="row">Cargo <span class="badge wait">diferente</span></th>' in page
    assert '<td data-title="O que ficou no lugar">Gerente</td>' in page
    (run_id,) = notes.runs()
    assert (answer.status, answer.headers["Location"]) == (303, f"{RUNS}/{run_id}")


def test_a_record_is_left_out_of_the_sync_and_taken_in_again(notes: NotesHttp) -> None:
    ana = notes.user("ana")
    notes.linked(ana, "contacts", "N1", "C1")

    def act(name: str) -> None:
        action = f"{USERS}/{ana}/{name}"
        assert notes.sent(action, "ana", **form_to(notes.page(PAIRS, "ana").body, action).fields).status == 303

    act("exclude")
    assert "Fora da sincronização" in notes.drawn(PAIRS, "ana")
    act("include")
    assert "Vinculado" in notes.drawn(PAIRS, "ana")


def test_a_meeting_is_asked_for_in_the_caller_s_own_calendar(notes: NotesHttp) -> None:
    assert "Ainda não há agenda" in notes.drawn(MEETINGS, "administrator")
    notes.user("ana")
    fields = form_to(notes.page(MEETINGS, "ana").body, MEETINGS).fields | {
        "subject": "Visita",
        "participants.lines": "bia@escritorio.example\r\ncarla@escritorio.example",
        "starts": "2027-01-12T14:00",
        "ends": "2027-01-12T15:00",
    }

    answer = notes.sent(MEETINGS, "ana", **fields)
    wrong = notes.sent(MEETINGS, "ana", **fields | {"ends": "2027-01-12T13:00"})

    (run_id,) = notes.runs()
    assert (answer.status, answer.headers["Location"]) == (303, f"{RUNS}/{run_id}")
    filters = notes.call("GET", f"{RUNS}/{run_id}", role="administrator").body["filters"]
    assert filters["participants"] == ["bia@escritorio.example", "carla@escritorio.example"]
    assert (filters["starts"], filters["reminder_minutes"]) == ("2027-01-12T17:00:00+00:00", 15)
    assert wrong.status == 422
    assert "o Término deve ser depois do Início" in wrong.body


def test_users_are_added_changed_given_a_password_and_removed(notes: NotesHttp) -> None:
    notes.token("operator")
    user = notes.ids["operator"]
    page = notes.page(USERS, "administrator").body
    new = form_to(page, USERS).fields | {
        "token": user,
        "name": "Ana Lima",
        "email": "ana@escritorio.example",
        "login": "Ana Lima/Escritorio",
        "crm_owner": "1001",
        "password": PASSWORD,
        **dict.fromkeys((f"databases/{name}" for name in ("contacts", "tasks", "events")), "mail/ana.nsf"),
    }
    assert notes.sent(USERS, "administrator", **new).status == 303
    assert notes.password_of(user) == PASSWORD

    one = f"{USERS}/{user}"
    change = form_to(notes.page(USERS, "administrator").body, one, "PATCH").fields | {"name": "Ana Lima Souza"}
    assert notes.sent(one, "administrator", **change).status == 303
    form = form_to(notes.page(USERS, "operator").body, f"{one}/password").fields
    wrong = notes.sent(
        f"{one}/password", "operator", **form | {"email": "outra@escritorio.example", "password": "senha-nova-da-ana"}
    )
    right = notes.sent(
        f"{one}/password", "operator", **form | {"email": "ana@escritorio.example", "password": "senha-nova-da-ana"}
    )
    assert (wrong.status, right.status) == (422, 303)
    assert notes.password_of(user) == "senha-nova-da-ana"
    page = notes.drawn(USERS, "administrator")
    assert "Ana Lima Souza" in page
    assert "senha-nova-da-ana" not in page
    assert 'value="PATCH"' not in notes.drawn(USERS, "operator")

    gone = notes.sent(one, "administrator", **form_to(notes.page(USERS, "administrator").body, one, "DELETE").fields)
    assert (gone.status, gone.headers["Location"]) == (303, USERS)
    assert "Ainda não há usuários" in notes.drawn(USERS, "administrator")


def test_who_has_synced_data_is_not_removed_and_the_page_says_why(notes: NotesHttp) -> None:
    ana = notes.user("ana")
    notes.linked(ana, "contacts", "N1", "C1")

    answer = notes.sent(f"{USERS}/{ana}", "administrator", _method="DELETE", next=USERS)

    assert answer.status == 409
    assert f'href="{USERS}">Voltar</a>' in answer.body


def test_uninstalling_asks_for_the_connection_s_id_and_says_what_goes_and_what_stays(notes: NotesHttp) -> None:
    page = notes.page(UNINSTALL, "administrator").body
    assert "35 dias" in page
    assert "os registros no Zoho CRM" in page
    form = form_to(page, ONE).fields

    refused = notes.sent(ONE, "administrator", **form | {"confirm": "outra"})
    assert refused.status == 409
    assert "Nada foi apagado" in refused.body
    assert notes.get(ONE)["id"] == "correio-modelo"
    done = notes.sent(ONE, "administrator", **form | {"confirm": "correio-modelo"})
    assert done.status == 202
    assert "A desinstalação começou" in done.body
    assert notes.call("GET", ONE, role="administrator").status == 404
    assert notes.page(UNINSTALL, "operator").status == 403
