"""Access tokens of Zoho: kept, renewed once, never told; and the test of a connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Response

from local.vendors.faults import Fault, Kind
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import COMPANY, CUSTOM_NAMES, PRIVATE
from notes import zoho_session
from notes.fields import CrmNames
from notes.records import Module
from notes.zoho_answers import Known
from notes.zoho_checks import NOT_CHECKABLE, checks
from notes.zoho_client import Zoho
from notes.zoho_sentences import ZOHO
from notes.zoho_session import DATA_CENTRES, Credentials, ZohoSession
from sincronia import clock, vendor_http
from sincronia.answers import COMMON, AnswerUnknownError, Problem, ProblemError, Retry, explain
from tests.zoho_vendors import SECRETS, Clock, problem, refused, zoho, zoho_saying

CONTACTS = Module.CONTACTS
NAMES = CrmNames(CUSTOM_NAMES)
LISTED = {"data": [], "info": {"count": 0, "more_records": False}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    zoho_session.forget_tokens()
    yield
    zoho_session.forget_tokens()


@pytest.fixture
def simulator() -> Iterator[ZohoSimulator]:
    with ZohoSimulator(now=Clock()) as simulator:
        yield simulator


def error(status: int, code: str, **details: Any) -> Response:
    return Response(json.dumps(refused(code, **details)), status)


def told(client: Zoho, *modules: Module, names: CrmNames = NAMES, writing: bool = True) -> dict[str, str | None]:
    """What the test of a connection tells, by part; each can be explained."""
    found = checks(client, names, modules or tuple(Module), writing=writing)
    assert all(explain(one.problem, {**COMMON, **ZOHO}) for one in found if one.problem)
    return {one.what: one.problem.code if one.problem else None for one in found}


def wrong(found: dict[str, str | None]) -> dict[str, str | None]:
    return {what: code for what, code in found.items() if code}


def test_a_token_is_asked_for_once_by_all_of_a_sandbox(simulator: ZohoSimulator) -> None:
    for _ in range(3):
        zoho(simulator).current_user()
    assert simulator.subjects["token"] == 1


def test_a_token_is_renewed_before_its_end(simulator: ZohoSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    zoho(simulator).current_user()
    for later, tokens in ((3_500, 1), (3_545, 2)):
        monkeypatch.setattr(clock, "now", lambda later=later: now + later)
        zoho(simulator).current_user()
        assert simulator.subjects["token"] == tokens


def test_tokens_of_other_credentials_are_others(simulator: ZohoSimulator) -> None:
    zoho(simulator).current_user()
    assert problem(zoho(simulator, client_secret="outro").current_user).code == "notes.crm_secret_wrong"


def test_a_token_that_has_ended_is_renewed_once_and_the_write_goes_on(simulator: ZohoSimulator) -> None:
    client = zoho(simulator)
    client.current_user()
    simulator.expire_tokens()
    assert isinstance(client.create(CONTACTS, [{"Last_Name": "Luz"}])[0], Known)
    assert (simulator.subjects["token"], simulator.applied["create"]) == (2, 1)


def test_a_token_that_is_refused_when_it_is_new_says_so() -> None:
    with zoho_saying(error(401, "INVALID_TOKEN")) as (client, came):
        found = problem(client.current_user)
    assert (found.code, len(came)) == ("notes.crm_token_refused", 2)
    for answer in (error(401, "AUTHENTICATION_FAILURE"), Response("<html>", 401)):
        with zoho_saying(answer) as (client, came):
            assert (problem(client.current_user).code, len(came)) == ("notes.crm_token_refused", 1)


def test_a_removal_whose_token_ends_after_a_lost_answer_is_done_with_another(
    simulator: ZohoSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = zoho(simulator)
    known = [Known(one.id, one.version) for page in client.listed(CONTACTS, ()) for one in page.records]
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="delete"))
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: simulator.expire_tokens())
    assert client.remove(CONTACTS, known) == tuple(known)
    assert (simulator.requests["delete"], simulator.subjects["token"]) == (3, 2)


@pytest.mark.parametrize("then", [Kind.BUSY, Kind.ERROR])
def test_what_may_be_done_stays_unknown_whatever_is_said_to_the_new_token(
    simulator: ZohoSimulator, monkeypatch: pytest.MonkeyPatch, then: Kind
) -> None:
    client = zoho(simulator)
    known = [Known(one.id, one.version) for page in client.listed(CONTACTS, ()) for one in page.records]
    refusals = {Kind.BUSY: Fault(then, operation="delete", times=None, after=1, retry_after="900")}
    # The token can't be renewed either: nothing is known of what was sent with the one before.
    last = refusals.get(then, Fault(then, operation="login", times=None))
    simulator.faults.set(Fault(Kind.LOST_ANSWER, operation="delete"), last)
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: simulator.expire_tokens())
    problem(lambda: client.remove(CONTACTS, known), AnswerUnknownError)
    assert simulator.rows("contacts") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": "1000.OUTRO"}, "notes.crm_client_unknown"),
        ({"client_secret": "outro"}, "notes.crm_secret_wrong"),
        ({"refresh_token": "1000.outro"}, "notes.crm_token_revoked"),
    ],
)
def test_what_the_accounts_server_refuses_is_told_apart(
    simulator: ZohoSimulator, changed: dict[str, str], code: str
) -> None:
    client = zoho(simulator, seconds=60, **changed)
    assert told(client) == {"Zoho CRM": code}
    assert ZOHO[code].retry == Retry.STOP


def test_an_authorization_that_was_taken_back_says_so(simulator: ZohoSimulator) -> None:
    credentials = simulator.credentials
    client = zoho(simulator)
    client.current_user()
    simulator.revoke()
    client = zoho(simulator, refresh_token=credentials["refresh_token"])
    assert problem(client.current_user).code == "notes.crm_token_revoked"


def test_too_many_tokens_put_off_for_ten_minutes(simulator: ZohoSimulator) -> None:
    simulator.set_limits(refreshes=0)
    with pytest.raises(ProblemError) as raised:
        zoho(simulator).current_user()
    assert raised.value.problem.code == "vendor_busy"
    assert raised.value.retry_at == pytest.approx(clock.now() + 600, abs=5)


@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.ERROR])
def test_an_accounts_server_that_does_not_answer_leaves_nothing_unknown(simulator: ZohoSimulator, kind: Kind) -> None:
    simulator.faults.set(Fault(kind, times=None, operation="login"))
    found = problem(lambda: zoho(simulator).create(CONTACTS, [{"Last_Name": "Luz"}]))
    assert found.code == ("vendor_unreachable" if kind == Kind.LOST_ANSWER else "vendor_down")
    simulator.faults.clear()
    simulator.faults.set(Fault(kind, operation="login"))
    zoho(simulator).current_user()


@pytest.mark.parametrize(
    ("token", "where"),
    [
        ({"access_token": ""}, "access_token"),
        ({"access_token": "a\r\nX: y"}, "access_token"),
        ({"expires_in": 0}, "access_token"),
        (Response("<html>"), "access_token"),
        ({"api_domain": "https://www.zohoapis.com.exemplo.example"}, "api_domain"),
        ({"api_domain": "https://www.zohoapis.com"}, "api_domain"),  # not from a simulated accounts server
        ({"api_domain": "http://["}, "api_domain"),
    ],
)
def test_a_token_that_leads_elsewhere_is_not_used(token: Any, where: str) -> None:
    with zoho_saying(LISTED, token=token) as (client, came):
        found = problem(client.current_user)
    assert (found.code, found.details["where"], came) == ("vendor_answer_malformed", where, [])


@pytest.mark.parametrize(
    ("api_domain", "code"),
    [
        ("https://www.zohoapis.eu", None),
        ("https://sandbox.zohoapis.eu", None),
        ("https://www.zohoapis.eu:8443", "vendor_answer_malformed"),
        ("http://www.zohoapis.eu", "vendor_answer_malformed"),
        ("https://zohoapis.eu.exemplo.example", "vendor_answer_malformed"),
        ("https://169.254.169.254", "vendor_answer_malformed"),
        ("https://www.zohoapis.com", "notes.crm_data_centre_wrong"),
    ],
)
def test_calls_go_where_the_token_says_if_that_is_of_the_data_centre(
    api_domain: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ZohoSession(Credentials("1000.A", SECRETS[0], SECRETS[1], "eu"), clock.now() + 60)
    assert session.problem("x").details["host"] == "accounts.zoho.eu"
    answer = requests.Response()
    answer.status_code = 200
    answer._content = json.dumps({"access_token": SECRETS[2], "api_domain": api_domain}).encode()
    monkeypatch.setattr(vendor_http.VendorSession, "call", lambda self, *parts, **named: answer)
    if code:
        assert problem(session.access).code == code
    else:
        session.access()
        assert f"https://{session.problem('x').details['host']}" == api_domain


def test_every_data_centre_is_zohos_and_another_name_is_none() -> None:
    hosts = [host for centre in DATA_CENTRES.values() for host in (centre.accounts, *centre.hosts)]
    assert len(hosts) == len(set(hosts)) == 32
    assert all("zoho" in host for host in hosts)
    found = problem(lambda: ZohoSession(Credentials("1000.A", SECRETS[0], SECRETS[1], "br"), 0))
    assert (found.code, found.details["data_centres"]) == ("notes.crm_data_centre_unknown", ", ".join(DATA_CENTRES))


def test_secrets_are_not_in_what_credentials_look_like() -> None:
    credentials = Credentials("1000.A", SECRETS[0], SECRETS[1])
    assert not [secret for secret in SECRETS if secret in f"{credentials!r} {credentials.key}"]


def test_used_up_credits_and_too_many_calls_at_once_put_off(simulator: ZohoSimulator) -> None:
    client = zoho(simulator)
    client.current_user()
    simulator.throttle(2)
    client.current_user()
    simulator.throttle(3)
    assert problem(client.current_user).code == "vendor_busy"
    simulator.set_limits(credits=0)
    assert problem(client.current_user).code == "notes.crm_credits_used"
    assert {COMMON["vendor_busy"].retry, ZOHO["notes.crm_credits_used"].retry} == {Retry.PUT_OFF}


def test_a_whole_connection_passes_its_test(simulator: ZohoSimulator) -> None:
    found = told(zoho(simulator))
    assert wrong(found) == {}
    assert list(found) == [
        "Zoho CRM",
        "Usuários do Zoho CRM",
        "Contatos do Zoho CRM",
        "Campos de Contatos",
        "Registros privados de Contatos",
        "Tarefas do Zoho CRM",
        "Campos de Tarefas",
        "Registros privados de Tarefas",
        "Eventos do Zoho CRM",
        "Campos de Eventos",
        "Registros privados de Eventos",
    ]
    assert (simulator.writes, simulator.applied["login"]) == (0, 0)


def test_only_the_modules_that_are_enabled_are_tried(simulator: ZohoSimulator) -> None:
    assert len(told(zoho(simulator), Module.TASKS)) == 5
    assert simulator.subjects["Contacts"] == simulator.subjects["Events"] == 0


def test_a_scope_that_is_missing_is_told_of_its_module(simulator: ZohoSimulator) -> None:
    scopes = ["ZohoCRM.modules.contacts.ALL", "ZohoCRM.modules.tasks.READ", "ZohoCRM.settings.ALL"]
    simulator.set_scopes(scopes=scopes)
    found = checks(zoho(simulator), NAMES, tuple(Module), writing=True)
    missing = {one.what: one.problem.details["scope"] for one in found if one.problem}
    assert {one.problem.code for one in found if one.problem} == {"notes.crm_scope_missing"}
    assert missing == {
        "Usuários do Zoho CRM": "ZohoCRM.users.READ",
        "Tarefas do Zoho CRM": ", ".join(f"ZohoCRM.modules.tasks.{act}" for act in ("CREATE", "UPDATE", "DELETE")),
        "Eventos do Zoho CRM": "ZohoCRM.modules.events.READ",
    }
    assert wrong(told(zoho(simulator), Module.TASKS, writing=False)) == {
        "Usuários do Zoho CRM": "notes.crm_scope_missing"
    }


def test_credits_that_are_used_up_are_told_by_the_test(simulator: ZohoSimulator) -> None:
    simulator.set_limits(credits=0)
    assert set(wrong(told(zoho(simulator))).values()) == {"notes.crm_credits_used"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error(403, "NO_PERMISSION", permissions=["Crm_Implied_Api_Access"]), "notes.crm_api_off"),
        (error(403, "NO_PERMISSION", permissions=["Crm_Implied_View_Contacts"]), "notes.crm_permission_missing"),
        (error(403, "API_NOT_SUPPORTED"), "notes.crm_api_off"),
        (error(400, "API_NOT_SUPPORTED"), "notes.crm_api_off"),
        (error(400, "INVALID_MODULE"), "notes.crm_module_missing"),
        (Response("<html>", 403), "notes.crm_permission_missing"),
        (error(404, "INVALID_URL_PATTERN"), "vendor_rejected"),
    ],
)
def test_what_is_off_at_zoho_is_told_apart(answer: Response, code: str) -> None:
    with zoho_saying(answer) as (client, _):
        assert wrong(told(client, CONTACTS))["Contatos do Zoho CRM"] == code
        assert "Campos de Contatos" not in told(client, CONTACTS)


def test_fields_that_are_missing_are_named(simulator: ZohoSimulator) -> None:
    for name in ("Email", COMPANY, PRIVATE):
        del simulator.store.fields["Contacts"][name]
    found = {one.what: one.problem for one in checks(zoho(simulator), NAMES, [CONTACTS], writing=True)}
    fields, private = found["Campos de Contatos"], found["Registros privados de Contatos"]
    assert isinstance(fields, Problem)
    assert isinstance(private, Problem)
    assert (fields.code, fields.details["fields"]) == ("notes.crm_fields_missing", f"Email, {COMPANY}")
    assert (private.code, private.details["fields"]) == ("notes.crm_private_unusable", PRIVATE)


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "notes.crm_private_unset"), ("Title", "notes.crm_private_unusable"), (PRIVATE, None)],
)
def test_privacy_that_can_not_be_checked_is_told_and_is_no_hindrance(
    simulator: ZohoSimulator, name: str, code: str | None
) -> None:
    found = told(zoho(simulator), CONTACTS, names=CrmNames({"contacts.private": name}))
    assert wrong(found) == ({"Registros privados de Contatos": code} if code else {})
    assert code is None or code in NOT_CHECKABLE


def test_every_code_of_the_table_names_only_details_that_it_is_given() -> None:
    given = {"vendor", "host", "data_centre", "data_centres", "actual", "place", "scope", "fields", "field", "reason"}
    for code in ZOHO:
        assert explain(Problem(code, dict.fromkeys(given, "x")), ZOHO)
