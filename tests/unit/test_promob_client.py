"""Promob's portal as the product uses it, against the simulator, and against answers that lie."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Kind
from local.vendors.promob import PAGE, PromobSimulator
from promob.promob_client import Promob
from sincronia import vendor_http
from sincronia.answers import AnswerUnknownError
from tests.invented import invented_cpf, written
from tests.promob_vendors import KEY, PASSWORD, first_account, first_user, problem, promob, promob_saying

CPF = invented_cpf("123456780")
NARA = {"name": "Nara Luz", "document": CPF, "email": "nara@exemplo.example", "phone": "", "external_id": "c0ffee"}
LINE = {"id": "P-1", "name": "Cozinha", "external_id": "e1", "customer_id": "C-1", "sequence": 3}
LINE |= {"situation": "Não convertido", "stage": "Projeto"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture
def simulator() -> Iterator[PromobSimulator]:
    with PromobSimulator(key=KEY) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: PromobSimulator) -> Promob:
    return promob(simulator.url)


def test_an_account_with_its_serials_and_users(simulator: PromobSimulator, client: Promob) -> None:
    kept = first_account(simulator)
    account = client.account(kept.id)
    assert account
    assert (account.id, account.cnpj, account.serials) == (kept.id, kept.cnpj, kept.serials)
    assert [(one.id, one.login, one.name) for one in client.users(kept.id)] == [
        (one.id, one.login, one.name) for one in simulator.store.users.values() if one.account == kept.id
    ]
    assert client.account("1") is None
    assert problem(lambda: client.users("1")).code == "promob.account_unknown"


def test_a_link_lasts_until_the_password_changes(simulator: PromobSimulator, client: Promob) -> None:
    user = first_user(simulator)
    made = client.link_user(user.account, user.login, user.password)
    assert made.user == user.id
    link = client.link(made.id)
    assert link
    assert (link.id, link.user, link.active) == (made.id, user.id, True)

    simulator.designer.change_password(user.id)

    ended = client.link(made.id)
    assert ended
    assert not ended.active
    assert client.link("L-1") is None
    old = problem(lambda: client.link_user(user.account, user.login, user.password))
    assert (old.code, old.details["vendor"]) == ("promob.credentials_wrong", "Promob")
    assert problem(lambda: client.link_user("1", user.login, PASSWORD)).code == "promob.account_unknown"


def test_a_customer_is_made_once_and_found_by_document_and_by_our_id(
    simulator: PromobSimulator, client: Promob
) -> None:
    account = first_account(simulator).id
    assert client.customer_by_document(account, CPF) is None
    assert client.customer_by_external_id(account, "c0ffee") is None

    made = client.create_customer(account, **NARA)

    assert client.create_customer(account, **{**NARA, "external_id": "another"}) == made
    found = client.customer_by_document(account, CPF)
    assert found
    assert found == client.customer_by_external_id(account, "c0ffee")
    assert (found.id, found.name, found.email, found.external_id) == (made, "Nara Luz", NARA["email"], "c0ffee")
    assert simulator.applied == {"create": 1}
    assert problem(lambda: client.create_customer("1", **NARA)).code == "promob.account_unknown"


def test_what_is_there_twice_is_left_to_a_person(simulator: PromobSimulator, client: Promob) -> None:
    account = first_account(simulator).id
    without = {**NARA, "document": ""}
    ids = sorted(client.create_customer(account, **without) for _ in range(2))
    doubled = problem(lambda: client.customer_by_external_id(account, "c0ffee"))
    assert (doubled.code, doubled.details["ids"]) == ("promob.customer_doubled", ", ".join(ids))

    new = {"name": "Sala", "customer_id": ids[0], "external_id": "e7"}
    projects = sorted(client.create_project(account, **new).id for _ in range(2))
    doubled = problem(lambda: client.project_by_external_id(account, "e7"))
    assert (doubled.code, doubled.details["ids"]) == ("promob.project_doubled", ", ".join(projects))


def test_a_project_is_made_blank_or_as_a_copy_and_shows_what_it_is_told(
    simulator: PromobSimulator, client: Promob
) -> None:
    source = next(iter(simulator.store.projects.values()))
    account, new = source.account, {"name": "Sala", "customer_id": source.customer_id}
    blank = client.create_project(account, **new, external_id="e1")
    copy = client.create_project(account, **new, external_id="e2", copy_of=source.id)
    assert (blank.sequence, copy.sequence) == (0, 1)
    assert simulator.store.projects[copy.id].saved[1] == source.saved[1]
    assert client.project_by_external_id(account, "e2") == copy
    assert client.project_by_external_id(account, "e3") is None

    client.tell(copy.id, situation="Convertido", stage="Aprovado")

    told = client.project(copy.id)
    assert told
    assert (told.situation, told.stage) == ("Convertido", "Aprovado")
    assert [one.id for one in client.projects(account).rows][-2:] == [blank.id, copy.id]
    assert client.project("P-0") is None
    gone = problem(lambda: client.tell("P-0", situation="a", stage="b"))
    assert gone.code == "promob.project_gone"
    wrong = [
        problem(lambda: client.create_project(account, name="Sala", customer_id="C-0", external_id="e4")),
        problem(lambda: client.create_project(account, **new, external_id="e4", copy_of="P-0")),
        problem(lambda: client.create_project("1", **new, external_id="e4")),
    ]
    assert [one.code for one in wrong] == [
        f"promob.{what}" for what in ("customer_gone", "project_gone", "account_unknown")
    ]


def test_a_version_is_opened_by_whom_promob_still_knows(simulator: PromobSimulator, client: Promob) -> None:
    user, project = first_user(simulator), next(iter(simulator.store.projects.values())).id
    link = client.link_user(user.account, user.login, user.password).id
    simulator.designer.save(project)

    opened = client.open_version(project, link=link, sequence=1)
    assert requests.get(opened.url, timeout=5).json() == {"project": project, "sequence": 1, "user": user.id}
    assert requests.get(client.open_version(project).url, timeout=5).json() == {"project": project, "sequence": 2}
    assert (opened.expires_at - simulator._now()).total_seconds() == pytest.approx(300, abs=30)

    simulator.designer.change_password(user.id)
    refused = [
        problem(lambda: client.open_version(project, link=link)),
        problem(lambda: client.open_version(project, sequence=9)),
        problem(lambda: client.open_version("P-0")),
    ]
    assert [one.code for one in refused] == [
        f"promob.{what}" for what in ("link_expired", "version_gone", "project_gone")
    ]


@pytest.mark.parametrize(
    ("action", "method", "path", "body"),
    [
        (
            lambda client: client.link_user("7/1", "ana", PASSWORD),
            "POST",
            "/v1/accounts/7%2F1/user-links",
            {"login": "ana", "password": PASSWORD},
        ),
        (lambda client: client.create_customer("71", **NARA), "POST", "/v1/accounts/71/customers", NARA),
        (
            lambda client: client.create_project("71", name="Sala", customer_id="C-1", external_id="e1"),
            "POST",
            "/v1/accounts/71/projects",
            {"name": "Sala", "customer_id": "C-1", "external_id": "e1"},
        ),
        (
            lambda client: client.create_project("71", name="S", customer_id="C", external_id="e", copy_of="P-9"),
            "POST",
            "/v1/accounts/71/projects",
            {"name": "S", "customer_id": "C", "external_id": "e", "copy_of": "P-9"},
        ),
        (
            lambda client: client.tell("P-1", situation="Convertido", stage="Aprovado"),
            "PATCH",
            "/v1/projects/P-1",
            {"situation": "Convertido", "stage": "Aprovado"},
        ),
        (lambda client: client.open_version("P-1"), "POST", "/v1/projects/P-1/openings", {}),
        (
            lambda client: client.open_version("P-1", link="L-1", sequence=4),
            "POST",
            "/v1/projects/P-1/openings",
            {"user": "L-1", "sequence": 4},
        ),
    ],
)
def test_what_is_sent_is_this_and_nothing_more(
    action: Callable[[Promob], Any], method: str, path: str, body: dict[str, Any]
) -> None:
    opened = {"url": "https://portal.example/open/1", "expires_at": "2026-11-28T12:00:00-03:00"}
    with promob_saying({**LINE, "user": "U-1", **opened}, status=201) as (client, came):
        action(client)
    (request,) = came
    assert (request.method, request.environ["REQUEST_URI"]) == (method, path)
    assert json.loads(request.get_data()) == body
    assert request.headers["Authorization"] == f"Bearer {KEY}"


def test_a_document_is_the_same_however_promob_writes_it() -> None:
    row = {"id": "C-1", "name": " Nara ", "document": written(CPF), "email": None}
    with promob_saying({"customers": [row], "next": None, "total": 1}) as (client, came):
        found = client.customer_by_document("71", CPF)
    assert found
    assert (found.name, found.document, found.email, found.external_id) == ("Nara", CPF, "", "")
    assert came[0].args.to_dict() == {"document": CPF, "page": "1"}


def test_listings_are_read_page_by_page(simulator: PromobSimulator, client: Promob) -> None:
    account = first_account(simulator).id
    row = {"account": account, "login": "a", "name": "A", "password": "b"}
    simulator.edit("users", {"add": [row] * (2 * PAGE)})
    users = client.users(account)
    assert len({one.id for one in users}) == len(users) == 2 * PAGE + 3
    assert simulator.requests == {"list": 3}
    simulator.edit("projects", {"add": [{"account": account, "name": "S", "customer_id": "C-1"}] * PAGE})
    first, second = client.projects(account), client.projects(account, 2)
    assert (len(first.rows), first.next, len(second.rows), second.next) == (PAGE, 2, 2, None)


def test_who_is_cut_out_of_a_listing_is_not_taken_for_missing(simulator: PromobSimulator, client: Promob) -> None:
    account = first_account(simulator).id
    client.create_customer(account, **NARA)
    simulator.faults.set(Fault(Kind.CUT_SHORT, keep=0))
    cut = problem(lambda: client.customer_by_document(account, CPF))
    assert (cut.code, cut.details["where"]) == ("vendor_answer_malformed", "total")
    assert client.customer_by_document(account, CPF)
    simulator.faults.set(Fault(Kind.MALFORMED_RECORD))
    broken = problem(lambda: client.customer_by_document(account, CPF))
    assert (broken.code, broken.details["where"].partition(".")[2]) == ("vendor_answer_malformed", "0.id")


def test_promob_that_is_down_or_busy_for_a_while_is_asked_again(simulator: PromobSimulator, client: Promob) -> None:
    account = first_account(simulator).id
    simulator.faults.set(Fault(Kind.ERROR, status=503), Fault(Kind.BUSY, retry_after="1"))
    assert client.account(account)
    simulator.faults.set(Fault(Kind.BUSY, retry_after="1"))  # of which Promob did nothing
    assert client.create_customer(account, **NARA)
    assert simulator.applied == {"create": 1}
    simulator.faults.set(Fault(Kind.BUSY, times=None, retry_after="900"))
    assert problem(lambda: client.account(account)).code == "vendor_busy"


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.LOST_ANSWER, Kind.ERROR, Kind.WRONG_CONTENT_TYPE])
def test_a_creation_whose_answer_is_lost_is_unknown_and_not_repeated(
    simulator: PromobSimulator, client: Promob, kind: Kind
) -> None:
    account, customer = first_account(simulator).id, next(iter(simulator.store.customers)).rpartition("/")[2]
    done = kind in {Kind.LOST_ANSWER, Kind.WRONG_CONTENT_TYPE}
    new = {"name": "Sala", "customer_id": customer, "external_id": "e1"}
    simulator.faults.set(Fault(kind, method="POST"))
    problem(lambda: client.create_project(account, **new), AnswerUnknownError)
    assert (simulator.requests["create"], simulator.applied["create"]) == (1, int(done))
    assert bool(client.project_by_external_id(account, "e1")) is done


def test_what_may_be_done_twice_is_repeated(simulator: PromobSimulator, client: Promob) -> None:
    project = next(iter(simulator.store.projects))
    simulator.faults.set(Fault(Kind.LOST_ANSWER, method="PATCH"), Fault(Kind.LOST_ANSWER, method="POST"))
    client.tell(project, situation="Convertido", stage="Aprovado")
    assert client.open_version(project).url
    assert simulator.applied == {"update": 2, "create": 2}


def nothing(client: Promob) -> Any:
    return client.project_by_external_id("71", "e1")


@pytest.mark.parametrize(
    ("action", "body", "where"),
    [
        (lambda client: client.project("P-2"), LINE, "id"),
        (lambda client: client.project("P-1"), {**LINE, "sequence": -1}, "sequence"),
        (lambda client: client.project("P-1"), {**LINE, "id": None}, "id"),
        (lambda client: client.account("71"), {"id": "72", "cnpj": "", "serials": []}, "id"),
        (lambda client: client.link("L-1"), {"id": "L-2", "user": "U", "active": True}, "id"),
        (lambda client: client.link("L-1"), "<html>", "JSON"),
        (nothing, {"projects": [{**LINE, "external_id": "e2"}], "next": None, "total": 1}, "projects.external_id"),
        (nothing, {"projects": [], "next": 2, "total": 1}, "next"),
        (nothing, {"projects": [LINE], "next": 1, "total": 2}, "next"),
        (nothing, {"projects": [LINE], "next": 3, "total": 2}, "next"),
        (nothing, {"projects": [], "next": None}, "total"),
        (
            lambda client: client.customer_by_document("71", CPF),
            {"customers": [{"id": "C-1", "name": "Ana", "document": "1"}], "next": None, "total": 1},
            "customers.document",
        ),
    ],
)
def test_an_answer_that_lies_is_not_believed(action: Callable[[Promob], Any], body: object, where: str) -> None:
    with promob_saying(body) as (client, _):
        said = problem(lambda: action(client))
    assert (said.code, said.details["where"]) == ("vendor_answer_malformed", where)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 'https://a"b', "", "portal.example"])
def test_an_address_that_no_page_may_lead_to_is_refused(url: str) -> None:
    with promob_saying({"url": url, "expires_at": "2026-11-28T12:00:00Z"}, status=201) as (client, _):
        said = problem(lambda: client.open_version("P-1"), AnswerUnknownError)
    assert said.details["where"] == "url"


@pytest.mark.parametrize("action", [lambda client: client.project("P-1"), nothing])
def test_a_404_of_somebody_else_is_a_wrong_address(action: Callable[[Promob], Any]) -> None:
    with promob_saying("<html>Not Found", status=404) as (client, _):
        said = problem(lambda: action(client))
    assert (said.code, said.details["where"]) == ("vendor_answer_malformed", "código 404")


@pytest.mark.parametrize("body", [{"code": "anything_else"}, "<html>", {"code": 7}])
def test_a_refusal_that_is_not_known_is_told_with_its_status(body: object) -> None:
    with promob_saying(body, status=422) as (client, _):
        said = problem(lambda: client.create_customer("71", **NARA))
    assert (said.code, said.details["status"]) == ("vendor_rejected", "422")


@pytest.mark.parametrize("key", ["chave\nX: y", " chave", "chávé", ""])
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(key: str) -> None:
    assert problem(lambda: promob("https://portal.example", key)).code == "vendor_refused_token"


def test_password_and_key_stand_in_no_log_and_no_error(
    simulator: PromobSimulator, client: Promob, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, vendor_http._logger.name)
    user = first_user(simulator)
    for kind in (Kind.RESET, Kind.LOST_ANSWER, Kind.ERROR, Kind.WRONG_CONTENT_TYPE):
        simulator.faults.set(Fault(kind))
        problem(lambda: client.link_user(user.account, user.login, PASSWORD), AnswerUnknownError)
    assert problem(lambda: client.link_user(user.account, user.login, PASSWORD)).code == "promob.credentials_wrong"
    wrong = promob(simulator.url, f"{KEY}-errada")
    assert problem(lambda: wrong.account(user.account)).code == "vendor_refused_token"
    logged = "".join((*capfd.readouterr(), caplog.text, *(str(record.__dict__) for record in caplog.records)))
    assert "vendor call" in logged
    assert not [secret for secret in (PASSWORD, KEY, user.login) if secret in logged]


def test_the_test_of_a_connection_asks_for_nothing_of_anybody(simulator: PromobSimulator, client: Promob) -> None:
    client.check()
    assert (simulator.reads, simulator.writes) == (1, 0)
    simulator.faults.set(Fault(Kind.ERROR, status=500, times=None))
    assert problem(client.check).code == "vendor_down"
