"""Promob's portal, wholly assumed, over real HTTP; and the webhooks that tell of what people do in Promob."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook
from stdnum.br import cnpj, cpf
from werkzeug.wrappers import Request, Response

from local.model_provider import new_webhook_secret
from local.vendors.faults import Fault, Kind
from local.vendors.http import HttpServer
from local.vendors.promob import PromobSimulator
from local.vendors.promob_store import FIRST_ITEMS, PromobStore, RefusedError
from local.vendors.webhook_sender import signature_headers

SECRET = new_webhook_secret()
A, B = "7013", "7026"  # the accounts
USER, CUSTOMER, PROJECT = f"U-{A}-1", f"C-{A}-1", f"P-{A}-1"
NARA = {"name": "Nara Luz", "document": "", "email": "", "phone": "", "external_id": ""}


@dataclass
class Received:
    """Webhooks that came, with their bodies unpacked; each is answered with `answer`."""

    url: str = ""
    answer: Response = field(default_factory=lambda: Response('{"hint": "h-1"}', 200))
    raw: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response | None:
        self.raw.append((dict(request.headers), request.get_data()))
        return self.answer

    @property
    def events(self) -> list[dict[str, Any]]:
        return [
            json.loads(gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body)
            for headers, body in self.raw
        ]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@pytest.fixture
def received() -> Iterator[Received]:
    received = Received()
    server = HttpServer(received)
    server.begin()
    received.url = server.url
    yield received
    server.end()


@pytest.fixture
def promob(received: Received) -> Iterator[PromobSimulator]:
    with PromobSimulator() as promob:
        promob.send_to(received.url, SECRET)
        yield promob


def call(
    promob: PromobSimulator, method: str, path: str, body: Any = None, key: str | None = None, **parameters: Any
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {promob.key if key is None else key}"}
    answer = requests.request(
        method, f"{promob.url}/v1/{path}", json=body, params=parameters, headers=headers, timeout=5
    )
    return answer.status_code, answer.json()


def refused(promob: PromobSimulator, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
    status, said = call(promob, method, path, body, **more)
    assert said["message"]
    return status, said["code"]


def control(promob: PromobSimulator, act: str, **given: Any) -> Any:
    """As a person does it with curl, without a content type."""
    answer = requests.post(f"{promob.url}/_simulator/{act}", data=json.dumps(given), timeout=5)
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_network_is_the_same_for_the_same_seed_and_its_numbers_are_valid() -> None:
    first, again, other = PromobStore(3, 2, 4), PromobStore(3, 2, 4), PromobStore(3, 2, 4, seed=2)
    for kind in ("accounts", "users", "customers", "projects"):
        assert first.rows(kind) == again.rows(kind)
    assert first.rows("customers") != other.rows("customers")
    assert [len(first.rows(kind)) for kind in ("accounts", "users", "customers", "projects")] == [3, 6, 12, 12]
    assert all(cnpj.is_valid(one.cnpj) for one in first.accounts.values())
    assert all(cpf.is_valid(one.document) for one in first.customers.values())
    assert len({one.document for one in first.customers.values()}) == 12
    assert len({one.login for one in first.users.values()}) == 6


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, -1), (61, 1, 1), (1, 401, 1)])
def test_network_that_cannot_be_is_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="A network has"):
        PromobStore(*sizes)


def test_account_users_and_links(promob: PromobSimulator) -> None:
    kept, user = promob.store.accounts[A], promob.store.users[USER]
    assert call(promob, "GET", f"accounts/{A}") == (200, {"id": A, "cnpj": kept.cnpj, "serials": list(kept.serials)})
    status, users = call(promob, "GET", f"accounts/{A}/users")
    assert (status, users["next"], users["total"]) == (200, None, 3)
    assert users["users"][0] == {"id": USER, "login": user.login, "name": user.name}
    credentials = {"login": user.login, "password": user.password}
    status, link = call(promob, "POST", f"accounts/{A}/user-links", credentials)
    assert (status, link["user"]) == (201, USER)
    assert call(promob, "GET", f"user-links/{link['id']}") == (200, {**link, "active": True})
    assert promob.subjects == {"accounts": 1, "users": 1, "user-links": 2}
    assert (promob.requests, promob.applied) == ({"find": 2, "list": 1, "create": 1}, {"create": 1})


def test_customers_and_projects(promob: PromobSimulator) -> None:
    known = promob.store.customers[CUSTOMER]
    taken = {**NARA, "document": known.document}
    status, said = call(promob, "POST", f"accounts/{A}/customers", taken)
    assert (status, said["code"], said["id"]) == (409, "document_taken", CUSTOMER)
    status, made = call(promob, "POST", f"accounts/{B}/customers", {**taken, "external_id": "c1"})
    assert (status, made) == (201, {"id": made["id"], **taken, "external_id": "c1"})
    for named in ({"document": known.document}, {"external_id": "c1"}):
        assert call(promob, "GET", f"accounts/{B}/customers", **named)[1]["customers"] == [made]
    assert call(promob, "GET", f"accounts/{B}/customers", external_id="c2")[1] == {
        "customers": [],
        "next": None,
        "total": 0,
    }
    new = {"name": "Sala", "customer_id": made["id"], "external_id": "e1"}
    status, project = call(promob, "POST", f"accounts/{B}/projects", new)
    shown = {"id": project["id"], **new, "situation": "Não convertido", "stage": "Projeto", "sequence": 0}
    assert (status, project) == (201, shown)
    told = {"situation": "Convertido", "stage": "Aprovado"}
    assert call(promob, "PATCH", f"projects/{project['id']}", told) == (200, shown | told)
    assert call(promob, "GET", f"projects/{project['id']}") == (200, shown | told)
    assert call(promob, "GET", f"accounts/{B}/projects", external_id="e1")[1]["projects"] == [shown | told]
    copy = call(promob, "POST", f"accounts/{A}/projects", {**new, "customer_id": CUSTOMER, "copy_of": PROJECT})[1]
    assert promob.store.projects[copy["id"]].saved[1] == promob.store.projects[PROJECT].saved[1]


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("GET", "nothing", None, (404, "path_unknown")),
        ("DELETE", f"projects/{PROJECT}", None, (404, "path_unknown")),
        ("GET", "accounts/1", None, (404, "account_unknown")),
        ("GET", "accounts/1/users", None, (404, "account_unknown")),
        ("POST", "accounts/1/customers", NARA, (404, "account_unknown")),
        ("GET", "projects/P-0", None, (404, "project_unknown")),
        ("PATCH", "projects/P-0", {"stage": "a"}, (404, "project_unknown")),
        ("POST", "projects/P-0/openings", {}, (404, "project_unknown")),
        ("GET", "user-links/L-0", None, (404, "link_unknown")),
        ("POST", f"accounts/{A}/user-links", {"login": "a", "password": "b"}, (422, "credentials_wrong")),
        ("POST", f"accounts/{A}/customers", {**NARA, "name": ""}, (422, "field_invalid")),
        ("POST", f"accounts/{A}/customers", {**NARA, "age": "7"}, (422, "field_invalid")),
        ("POST", f"accounts/{A}/customers", {**NARA, "phone": 7}, (422, "field_invalid")),
        ("POST", f"accounts/{A}/customers", [], (422, "field_invalid")),
        ("POST", f"accounts/{A}/projects", {"name": "S", "customer_id": f"C-{B}-1"}, (422, "customer_unknown")),
        (
            "POST",
            f"accounts/{A}/projects",
            {"name": "S", "customer_id": CUSTOMER, "copy_of": f"P-{B}-1"},
            (422, "project_unknown"),
        ),
        ("PATCH", f"projects/{PROJECT}", {}, (422, "field_invalid")),
        ("PATCH", f"projects/{PROJECT}", {"name": "outro"}, (422, "field_invalid")),
        ("POST", f"projects/{PROJECT}/openings", {"user": "L-0"}, (409, "link_expired")),
        ("POST", f"projects/{PROJECT}/openings", {"sequence": 2}, (422, "sequence_unknown")),
        ("POST", f"projects/{PROJECT}/openings", {"sequence": True}, (422, "field_invalid")),
        ("GET", f"accounts/{A}/users?page=0", None, (422, "field_invalid")),
        ("GET", f"accounts/{A}/projects?name=a", None, (422, "field_invalid")),
    ],
)
def test_what_promob_refuses_it_does_not_do(
    promob: PromobSimulator, method: str, path: str, body: Any, answer: tuple[int, str]
) -> None:
    before = {kind: promob.rows(kind) for kind in ("customers", "projects", "user-links")}
    assert refused(promob, method, path, body) == answer
    assert {kind: promob.rows(kind) for kind in before} == before
    assert not promob.applied


def test_a_wrong_key_opens_nothing(promob: PromobSimulator) -> None:
    assert refused(promob, "GET", f"accounts/{A}", key="outra") == (401, "key_wrong")
    assert requests.get(f"{promob.url}/open/O-1", timeout=5).status_code == 404


def test_faults(promob: PromobSimulator) -> None:
    promob.faults.set(Fault(Kind.LOST_ANSWER, method="POST", subject="customers"))
    with pytest.raises(requests.ConnectionError):
        call(promob, "POST", f"accounts/{A}/customers", {**NARA, "external_id": "c1"})
    assert promob.applied == {"create": 1}
    assert call(promob, "GET", f"accounts/{A}/customers", external_id="c1")[1]["total"] == 1
    promob.faults.set(Fault(Kind.CUT_SHORT, keep=1), Fault(Kind.EMPTY, after=1))
    assert (len(call(promob, "GET", f"accounts/{A}/users")[1]["users"]), promob.faults.waiting()) == (1, 1)
    assert call(promob, "GET", f"accounts/{A}/users")[1] == {"users": [], "next": None, "total": 0}


def test_sequence_rises_with_each_save_and_what_is_unsaved_is_saved_before_a_budget(
    promob: PromobSimulator, received: Received
) -> None:
    designer = promob.designer
    designer.save(PROJECT)
    designer.prepare(PROJECT)
    designer.draw(PROJECT, 3)
    designer.negotiate(PROJECT, user=f"U-{A}-2")
    designer.prepare(PROJECT, n_items=5)
    told = [(event["type"], event["project"]["sequence"]) for event in received.events]
    assert told == [
        ("project.saved", 2),
        ("budget.prepared", 2),
        ("project.saved", 3),
        ("budget.negotiated", 3),
        ("project.saved", 4),
        ("budget.prepared", 4),
    ]
    assert [number for number, one in enumerate(received.events) if "listing_xml" in one] == [1, 3, 5]
    assert [promob.store.projects[PROJECT].saved[number].items for number in range(1, 5)] == [12, 12, 3, 5]
    assert [event["user"] for event in received.events[1:4]] == [USER, f"U-{A}-2", f"U-{A}-2"]


def test_the_same_content_has_the_same_listing_and_another_drawing_another(
    promob: PromobSimulator, received: Received
) -> None:
    for draws in (None, None, FIRST_ITEMS):
        promob.designer.prepare(PROJECT, n_items=draws)
    first, again, drawn = (event["listing_xml"] for event in received.events if "listing_xml" in event)
    assert first == again != drawn


def test_everything_that_people_do_is_told_in_its_own_words(promob: PromobSimulator, received: Received) -> None:
    designer = promob.designer
    designer.create_customer(B, "Nara Luz", email="nara@exemplo.example")
    (customer,) = (one for one in promob.store.customers.values() if one.name == "Nara Luz")
    designer.change_customer(customer.id, phone="49 3000")
    designer.create_project(customer.id, "Varanda")
    designer.change_password(f"U-{B}-3")
    created, changed, project, password = received.events
    about = {"id": customer.id, **NARA, "email": "nara@exemplo.example"}
    assert created["occurred_at"].endswith("-03:00")
    assert (created["type"], created["account"], created["user"], created["customer"]) == (
        *("customer.created", B, f"U-{B}-1"),
        about,
    )
    assert (changed["type"], changed["customer"]) == ("customer.changed", {**about, "phone": "49 3000"})
    made = project["project"]
    assert (project["type"], project["customer"]["id"]) == ("project.created", customer.id)
    assert made == {"id": made["id"], "name": "Varanda", "sequence": 0, "external_id": "", "customer_id": customer.id}
    assert (password["type"], password["user"]) == ("user.password_changed", f"U-{B}-3")
    assert not password.keys() & {"customer", "project"}


def test_webhooks_are_signed_as_the_standard_has_it(promob: PromobSimulator, received: Received) -> None:
    delivery = promob.designer.save(PROJECT)
    ((headers, body),) = received.raw
    signed = {name.lower(): value for name, value in headers.items()}
    Webhook(SECRET).verify(body, signed)
    assert (signed["webhook-id"], signed["content-type"]) == (delivery.event, "application/json")
    assert "content-encoding" not in signed


def test_large_bodies_are_packed_and_the_signature_is_over_what_is_sent(
    promob: PromobSimulator, received: Received
) -> None:
    promob.designer.send({"type": "budget.prepared", "listing_xml": "ção" * 50_000})
    ((headers, body),) = received.raw
    assert (headers["Content-Encoding"], body[:2]) == ("gzip", b"\x1f\x8b")
    assert received.events[0]["listing_xml"] == "ção" * 50_000
    moment = int(headers["Webhook-Timestamp"])
    again = signature_headers(SECRET, headers["Webhook-Id"], moment, body)
    assert again["webhook-signature"] == headers["Webhook-Signature"]
    assert again != signature_headers(SECRET, headers["Webhook-Id"], moment, gzip.decompress(body))


def test_what_is_sent_again_is_the_same_under_the_same_id(promob: PromobSimulator, received: Received) -> None:
    delivery = promob.designer.negotiate(PROJECT)
    assert promob.designer.redeliver(delivery.event) == delivery
    (first, body), (again, same) = received.raw
    assert (first["Webhook-Id"], body) == (again["Webhook-Id"], same)
    promob.designer.send({"type": "budget.negotiated"}, event_id=delivery.event)  # another body under a known id
    assert received.raw[2][0]["Webhook-Id"] == delivery.event
    assert received.events[2] == {"type": "budget.negotiated"}
    with pytest.raises(KeyError):
        promob.designer.redeliver("msg_unknown")


def test_a_delivery_tells_what_it_was_answered(promob: PromobSimulator, received: Received) -> None:
    received.answer = Response('{"hint": "h", "open": "/integrations/promob/…"}', 200)
    assert promob.designer.negotiate(PROJECT).answer["open"] == "/integrations/promob/…"
    received.answer = Response("não é JSON", 503)
    refused = promob.designer.save(PROJECT)
    assert (refused.status, refused.answer) == (503, None)
    promob.send_to("http://127.0.0.1:9", SECRET)
    assert promob.designer.save(PROJECT).status == 0
    promob.send_to("", "")
    assert promob.designer.save(PROJECT).status == 0
    assert [one["status"] for one in promob.rows("deliveries")] == [200, 503, 0, 0]


def test_what_is_not_there_cannot_be_worked_on(promob: PromobSimulator, received: Received) -> None:
    with pytest.raises(RefusedError):
        promob.designer.save("P-0")
    with pytest.raises(KeyError):
        promob.designer.create_project("C-0", "Sala")
    with pytest.raises(RefusedError):
        promob.designer.create_customer("1", "Ana")
    with pytest.raises(ValueError, match=PROJECT):
        promob.edit("projects", {"change": {PROJECT: {"saved": {}}}})
    assert not received.raw


def test_people_work_over_the_control_path_too(promob: PromobSimulator, received: Received) -> None:
    control(promob, "webhook", address=received.url, secret=SECRET)
    saved = control(promob, "save", project=PROJECT)
    assert (saved["type"], saved["status"], saved["answer"]) == ("project.saved", 200, {"hint": "h-1"})
    assert control(promob, "draw", project=PROJECT, n_items=2) is None
    assert control(promob, "prepare", project=PROJECT)["type"] == "budget.prepared"
    assert control(promob, "negotiate", project=PROJECT, n_items=4)["type"] == "budget.negotiated"
    assert control(promob, "redeliver", event=saved["event"])["event"] == saved["event"]
    assert control(promob, "create-customer", account=A, name="Nara")["type"] == "customer.created"
    assert control(promob, "change-customer", customer=CUSTOMER, name="Outra")["type"] == "customer.changed"
    assert control(promob, "create-project", customer=CUSTOMER, name="Varanda")["type"] == "project.created"
    assert control(promob, "change-password", user=USER)["type"] == "user.password_changed"
    assert control(promob, "send", event={"type": "project.saved"})["type"] == "project.saved"
    listed = requests.get(f"{promob.url}/_simulator/rows/deliveries", timeout=5).json()
    assert [one["type"] for one in listed] == received.types
    assert not promob.requests  # of the API
    for wrong in ({"project": "P-0"}, {"projeto": PROJECT}, {}):
        assert control(promob, "save", **wrong) == 400
    assert requests.post(f"{promob.url}/_simulator/save", data="não", timeout=5).status_code == 400


def test_it_starts_as_a_process_and_says_where_it_is() -> None:
    command = [sys.executable, "-m", "local.vendors.promob", "--port", "0", "--key", "abc", "--accounts", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        headers = {"Authorization": "Bearer abc"}
        statuses = [
            requests.get(f"{told['url']}/v1/accounts/{account}", headers=headers, timeout=5).status_code
            for account in (A, B)
        ]
        process.terminate()
        assert process.wait(10) == 0
    assert (told["key"], statuses) == ("abc", [200, 404])
