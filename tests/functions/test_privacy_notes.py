"""What IBM Notes ↔ Zoho CRM holds about a person: a mailbox of theirs, or a contact that others have of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notes_history_on_aws import CONNECTION, NotesHistory
from tests.office_on_aws import AwsServer
from tests.privacy_on_aws import PrivacyHttp, check_rights, found, named_beside

CARLA = "carla@escritorio.example"


@pytest.fixture
def privacy(history: NotesHistory, aws: AwsServer) -> PrivacyHttp:
    """Ana and Bia have mailboxes; Ana has Carla as a contact, and a conflict about her."""
    ana, bia = history.user("ana"), history.user("bia")
    for user in (ana, bia):
        linked(history, user, f"n-{user}", "jonas@escritorio.example", "Jonas Prado Lima")
    linked(history, ana, "n-carla", CARLA, "Carla Mendes Lima")
    history.conflict("20261122T080000000Z-0000000000000001-00000001", ana, at="2026-11-22T08:00:00.000Z")
    return PrivacyHttp(aws, history.sandbox, "notes/on_queue/run")


def linked(history: NotesHistory, user: str, notes_id: str, email: str, label: str) -> None:
    """A contact that is the same on both sides."""
    two_way, ports = history.of("sincronia.engine.two_way"), history.of("notes.ports")
    held = [two_way.Held(each, "1", "f", email) for each in (notes_id, f"crm-{notes_id}")]
    stored = ports.StoredPair(two_way.Pair(*held), label)
    module = history.of("notes.records").Module("contacts")
    history.committed(*history.mailboxes().pair_kept(CONNECTION, user, module, None, stored))


def refused(history: NotesHistory, user: str, notes_id: str, email: str, label: str) -> None:
    """A contact that no run could write yet: its outcome alone knows the e-mail."""
    of = history.of
    state, flow, outcomes = of("sincronia.engine.state"), of("sincronia.engine.flow"), of("sincronia.store.outcomes")
    entity = of("notes.flow_names").entity(of("notes.records").Module("contacts"), user)
    key = state.RunKey(CONNECTION, "20261122T080000000Z-0000000000000001")
    known = (flow.Identity("email", email),)
    told = state.Outcome("00000002", entity, state.OutcomeKind.REJECTED, notes_id, label, known_by=known)
    for row in outcomes.outcome_rows([told], key, of("sincronia.clock").moment()):
        row.save()


def pairs(history: NotesHistory, user: str) -> list[Any]:
    """The pairs of somebody's contacts."""
    module = history.of("notes.records").Module("contacts")
    return list(history.mailboxes().pairs(CONNECTION, user, module))


def secrets(history: NotesHistory) -> set[str]:
    """The names of all secrets."""
    listed = history.of("sincronia.store.aws").secrets_manager().list_secrets()["SecretList"]
    return {each["Name"] for each in listed}


def test_a_contact_of_others_loses_name_and_email_and_stays_one_pair(
    privacy: PrivacyHttp, history: NotesHistory
) -> None:
    named_beside(privacy, CONNECTION, "notes", CARLA)
    refused(history, history.ids["bia"], "n-carla-2", CARLA, "Carla Mendes Lima")
    privacy.done("export", "email", CARLA)
    receipt = privacy.done("erasure", "email", CARLA)
    check_rights(privacy, "NotesOnQueue")
    assert found(receipt) == {
        "resultados de sincronização": 2,
        "notificação": 1,
        "identificação": 1,
        "edição guardada de um conflito": 1,
        "par de registros": 1,
    }
    assert receipt["parts"][0]["vendors"] == ["IBM Notes", "Zoho CRM"]
    left = privacy.everything()
    assert CARLA not in left
    assert "Carla Mendes" not in left
    stored = {one.pair.a.id: one for one in pairs(history, history.ids["ana"])}
    assert (stored["n-carla"].label, stored["n-carla"].pair.b.id) == ("(apagado)", "crm-n-carla")
    assert len(stored) == 2
    assert found(privacy.done("erasure", "email", CARLA)) == {}


def test_a_mailbox_goes_with_its_pairs_and_password(privacy: PrivacyHttp, history: NotesHistory) -> None:
    users = history.of("notes.store.users")
    secret = users.stored_user(CONNECTION, history.ids["bia"]).secret_name
    assert secret in secrets(history)
    receipt = privacy.done("erasure", "email", "bia@escritorio.example")
    assert found(receipt) == {"par de registros": 1, "caixa postal sincronizada": 1}
    assert [user.name for user in users.stored_users(CONNECTION)] == ["Ana"]
    assert pairs(history, history.ids["bia"]) == []
    assert secret not in secrets(history)
    (roster,) = [row for row in privacy.rows("mailboxes") if row["scope"] == f"{CONNECTION}#roster"]
    assert roster["version"] == 1


def test_what_is_held_is_exported(privacy: PrivacyHttp) -> None:
    told = privacy.told(privacy.done("export", "email", CARLA))
    assert told["par de registros"][0]["registro"] == "Carla Mendes Lima"
    assert CARLA in str(told["edição guardada de um conflito"])
