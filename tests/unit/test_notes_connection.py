"""A connection's settings and secret as people type them, and its test, against both simulators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.vendors.domino_store import OFF, VIEWS_ONLY
from local.vendors.faults import Fault, Kind
from notes import zoho_session
from notes.connection import Secret, Settings, domino_of, names_of, zoho_of
from notes.connection_test import checks
from notes.records import Module
from notes.sync_settings import CRM, NOTES, Direction, SyncSettings
from sincronia import vendor_http
from sincronia.answers import ProblemError, explain
from sincronia.connection_checks import Check
from sincronia.connection_fields import parsed
from tests.notes_vendors import ANSWERS, Vendors, second_user, vendors

ALL = SyncSettings(frozenset(Module), direction=Direction.BOTH, version=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    zoho_session.forget_tokens()
    yield
    zoho_session.forget_tokens()


@pytest.fixture
def both() -> Iterator[Vendors]:
    with vendors() as both:
        yield both


def told(both: Vendors, settings: SyncSettings = ALL) -> tuple[Check, ...]:
    found = checks(both.opening(25), settings, [both.user], both.secrets)
    assert all(explain(check.problem, ANSWERS) for check in found if check.problem)
    return found


def wrong(both: Vendors, settings: SyncSettings = ALL) -> dict[str, str]:
    return {check.what: check.problem.code for check in told(both, settings) if check.problem}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"domino_address": ""}, "Nome do Servidor"),
        ({"zoho_data_centre": "br"}, "Data center do Zoho (us, eu"),
        ({"licence": 0}, "Número de usuários da licença"),
        ({"licence": "3"}, "Número de usuários da licença"),
        ({"crm_fields": {"contacts.email": "Outro"}}, "campos próprios"),
        ({"crm_fields": {"tasks.private": "com espaço"}}, "campos próprios"),
    ],
)
def test_what_does_not_do_is_told_by_its_name_and_not_quoted(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ProblemError) as raised:
        parsed(Settings, {"domino_address": "https://domino.example", **change}, ANSWERS)
    sentence = explain(raised.value.problem, {**ANSWERS, "notes.crm_data_centre_unknown": ANSWERS["settings_invalid"]})
    assert named in sentence
    assert "com espaço" not in sentence


def test_own_fields_of_the_crm_are_those_that_it_may_name(both: Vendors) -> None:
    names = names_of(both.opening())
    assert names.configured(Module.EVENTS, "uid") == "UID_do_Notes"
    assert all(map(names.private_checkable, Module))
    assert parsed(Settings, {"domino_address": "d", "crm_fields": {"tasks.private": " "}}, ANSWERS).crm_fields == {}


@pytest.mark.parametrize("name", list(Secret.model_fields))
def test_a_secret_that_is_missing_is_named(both: Vendors, name: str) -> None:
    both.secret.pop(name)
    with pytest.raises(ProblemError) as raised:
        zoho_of(both.opening())
    assert raised.value.problem.details["field"] == Secret.model_fields[name].title


@pytest.mark.parametrize("kept", [None, {}, {"password": ""}])
def test_a_user_without_a_password_is_told_what_to_do(both: Vendors, kept: dict[str, str] | None) -> None:
    both.secrets.secrets.pop("nara")
    if kept is not None:
        both.secrets.secrets["nara"] = kept
    with pytest.raises(ProblemError) as raised:
        domino_of(both.opening(), both.user, both.secrets)
    assert "Alterar Senha" in explain(raised.value.problem, ANSWERS)


def test_all_that_enabled_modules_need_is_tried(both: Vendors) -> None:
    found = told(both)
    assert not [check for check in found if check.problem]
    box, name = both.mailbox, both.user.name
    assert [check.what for check in found if name in check.what] == [
        f"Usuário do Zoho CRM de {name}",
        f"IBM Notes de {name}",
        *(
            f"{what} ({name})"
            for what in (
                f"Banco de dados {box}",
                f"Documentos de {box}",
                f"Visualização Contacts de {box}",
                f"Visualização ($ToDo) de {box}",
                f"Calendário de {box}",
            )
        ),
    ]


def test_nothing_enabled_needs_no_more_than_the_server_and_the_authorization(both: Vendors) -> None:
    assert not wrong(both, SyncSettings())
    assert len(told(both, SyncSettings())) == 4


def test_no_mailbox_is_tried_without_users(both: Vendors) -> None:
    found = checks(both.opening(25), ALL, [], both.secrets)
    assert [check.problem.code for check in found if check.problem] == ["notes.users_none"]


def test_what_is_off_at_domino_is_told_by_place(both: Vendors) -> None:
    box, name = both.mailbox, both.user.name
    both.domino.set_access(box, VIEWS_ONLY)
    assert wrong(both) == {f"Documentos de {box} ({name})": "notes.views_only"}
    events = replace(ALL, modules=frozenset({Module.EVENTS}))
    assert not wrong(both, events)
    both.domino.set_access(box, OFF)
    assert wrong(both) == {f"Banco de dados {box} ({name})": "notes.database_off"}
    both.domino.set_access(box, 2)
    both.domino.switch_view(box, "Contacts", enabled=False)
    assert wrong(both) == {f"Visualização Contacts de {box} ({name})": "notes.view_off"}
    assert not wrong(both, events)
    both.domino.switch_service("Calendar", enabled=False)
    assert wrong(both) == {f"IBM Notes de {name}": "notes.services_off"}


def test_one_users_wrong_password_hides_nothing_of_the_others(both: Vendors) -> None:
    other = second_user(both)
    both.secrets.secrets["nara"] = {"password": "errada"}
    found = checks(both.opening(25), ALL, [both.user, other], both.secrets)
    assert {check.what: check.problem.code for check in found if check.problem} == {
        f"IBM Notes de {both.user.name}": "notes.credentials_wrong"
    }
    assert len([check for check in found if other.name in check.what]) == 7


def test_a_user_that_the_crm_does_not_have_is_told(both: Vendors) -> None:
    both.user = replace(both.user, crm_owner="36523970000001")
    assert wrong(both) == {f"Usuário do Zoho CRM de {both.user.name}": "notes.crm_owner_unknown"}
    both.zoho.store.users[second_user(both).crm_owner]["status"] = "inactive"
    both.user = second_user(both)
    assert set(wrong(both).values()) == {"notes.crm_owner_unknown"}


def test_privacy_that_cannot_be_checked_in_the_crm_is_told_without_failing(both: Vendors) -> None:
    both.settings["crm_fields"].pop("tasks.private")
    found = told(both)
    assert not [check for check in found if check.problem]
    hints = [check.what for check in found if "Não é possível verificar" in check.what]
    assert len(hints) == 1
    assert hints[0].startswith("Registros privados de Tarefas: ")


def test_a_crm_that_is_only_read_needs_no_scope_to_write(both: Vendors) -> None:
    both.zoho.set_scopes(scopes=["ZohoCRM.modules.READ", "ZohoCRM.settings.fields.READ", "ZohoCRM.users.READ"])
    zoho_session.forget_tokens()
    assert not wrong(both, replace(ALL, direction=Direction.TO_NOTES))
    assert set(wrong(both).values()) == {"notes.crm_scope_missing"}


def test_a_slow_vendor_is_told_and_the_other_is_tried(both: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sincronia.connection_checks.SECONDS", 0.0)
    found = checks(both.opening(25), ALL, [both.user], both.secrets)
    assert [check.problem.code for check in found if check.problem] == ["notes.not_tried"] * 2
    monkeypatch.undo()
    both.zoho.faults.set(Fault(Kind.RESET, times=None))
    assert set(wrong(both)) == {"Zoho CRM"}


def test_sides_are_opened_for_a_user(both: Vendors) -> None:
    for module in Module:
        for side in (NOTES, CRM):
            assert both.records(module, side).news({}, "", None).listed
