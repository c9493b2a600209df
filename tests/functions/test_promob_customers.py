"""The customers of a network over HTTP: found by CPF or CNPJ or made, and made in Promob in the background."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.invented import invented_cpf, written
from tests.office_on_aws import event
from tests.promob_on_aws import BASE, CUSTOMERS, MOMENT, UNKNOWN, PromobHttp

CPF, OTHER = invented_cpf("390533447"), invented_cpf("411533447")


def form(store: Any, **more: Any) -> dict[str, Any]:
    """A customer as somebody types it."""
    known = {"name": "Nara Luz", "document": written(CPF), "email": "nara@cliente.example", "phone": "(49) 3000-1234"}
    return {"store": store.id} | known | more


def made(promob: PromobHttp, store: Any, **more: Any) -> Any:
    """A customer who is made over HTTP."""
    answer = promob.post(CUSTOMERS, form(store, **more), role="ana")
    assert answer.status == 200, answer
    return answer.body


def test_a_customer_made_here_is_in_promob_soon_after(promob: PromobHttp) -> None:
    store = promob.active_store()

    answer = promob.post(CUSTOMERS, form(store), role="ana", key="k1")

    customer = {
        "id": answer.body["id"],
        "store": store.id,
        "name": "Nara Luz",
        "document": CPF,
        "email": "nara@cliente.example",
        "phone": "(49) 3000-1234",
        "promob_id": None,
        "code": None,
        "reason": "",
        "advice": "",
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "changed_by": promob.ids["ana"],
        "url": f"{CUSTOMERS}/{answer.body['id']}",
    }
    assert (answer.status, answer.body) == (200, customer | {"made": True})
    assert promob.post(CUSTOMERS, form(store), role="ana", key="k1").body == answer.body
    promob.network.now += 60
    promob.network.work_off()
    there = [one for one in promob.network.promob.rows("customers") if one["external_id"] == customer["id"]]
    assert [(one["name"], one["document"], one["account"]) for one in there] == [("Nara Luz", CPF, store.account)]
    known = customer | {"promob_id": there[0]["id"], "changed_at": "2026-11-23T09:01:00.000Z", "changed_by": ""}
    names = {store.id: store.name}
    assert promob.get(f"{CUSTOMERS}/{customer['id']}") == known | {"projects": [], "names": names}
    stores = [{"id": store.id, "name": store.name}]
    assert promob.get(CUSTOMERS) == {"items": [known], "next": None, "names": names, "stores": stores}


def test_the_same_document_is_the_same_customer_in_every_store_of_the_network(promob: PromobHttp) -> None:
    store = promob.active_store()
    other = promob.active_store(account=list(promob.network.promob.store.accounts.values())[1])
    first = made(promob, store)

    again = made(promob, other, name="Nara L.", document=CPF, email="", phone="")

    assert again == first | {"made": False}
    assert made(promob, store, document="")["made"] is True  # nobody knows whether it is the same
    assert made(promob, store, document=OTHER)["id"] != first["id"]
    assert len(promob.get(CUSTOMERS)["items"]) == 3


def test_who_died_before_the_answer_finds_what_was_made(promob: PromobHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    store = promob.active_store()
    routes = promob.sandbox.of("promob.customer_routes")
    with monkeypatch.context() as dying:
        dying.setattr(routes, "customer_answer", lambda *_: 1 / 0)
        assert promob.post(CUSTOMERS, form(store, document=""), role="ana", key="k1").status == 500

    answer = promob.post(CUSTOMERS, form(store, document=""), role="ana", key="k1")

    assert (answer.status, answer.body["made"]) == (200, True)
    assert [one["id"] for one in promob.get(CUSTOMERS)["items"]] == [answer.body["id"]]


def test_what_keeps_a_customer_out_of_promob_is_told_until_it_is_mended(promob: PromobHttp) -> None:
    store = promob.active_store()
    promob.network.promob.faults.set(Fault(Kind.ERROR, status=422, operation="create", subject="customers"))
    customer = made(promob, store)
    promob.network.work_off()

    refused = promob.get(f"{CUSTOMERS}/{customer['id']}")

    assert (refused["promob_id"], refused["code"]) == (None, "vendor_rejected")
    assert refused["reason"].startswith("O Promob ")
    assert refused["advice"]
    promob.patch(f"{CUSTOMERS}/{customer['id']}", {"phone": "(49) 3000-9999"}, role="ana")
    promob.network.work_off()
    mended = promob.get(f"{CUSTOMERS}/{customer['id']}")
    assert (bool(mended["promob_id"]), mended["code"], mended["phone"]) == (True, None, "(49) 3000-9999")


def test_a_change_of_a_customer_whom_promob_has_says_that_promob_is_not_told(promob: PromobHttp) -> None:
    customer = made(promob, promob.active_store())
    path = f"{CUSTOMERS}/{customer['id']}"
    before = promob.patch(path, {"phone": "(49) 3000-7777"}, role="ana").body
    promob.network.work_off()
    there = promob.network.promob.rows("customers")

    changed = promob.patch(path, {"phone": "(49) 3000-9999"}, role="ana").body
    same = promob.patch(path, {"phone": "(49) 3000-9999"}, role="ana").body
    promob.network.work_off()

    assert (before["promob_id"], before["notice"]) == (None, "")
    notice = "O Promob já tem o cliente e não recebe alterações feitas aqui: altere-o lá também."
    assert (changed["phone"], changed["notice"], same["notice"]) == ("(49) 3000-9999", notice, "")
    assert promob.network.promob.rows("customers") == there


def test_other_software_follows_what_changed(promob: PromobHttp) -> None:
    store = promob.active_store()
    ids = dict[str, str]()
    for name in ("Ana", "Bia", "Caio"):
        promob.network.now += 60
        ids[name] = made(promob, store, name=name, document="")["id"]
    promob.network.now += 60
    promob.patch(f"{CUSTOMERS}/{ids['Ana']}", {"email": "ana@cliente.example"}, role="ana")

    def listed(**query: Any) -> list[str]:
        found, cursor = list[str](), ""
        while cursor is not None:
            page = promob.get(CUSTOMERS, **query, **({"cursor": cursor} if cursor else {}))
            assert len(page["items"]) <= 2
            found += [one["name"] for one in page["items"]]
            cursor = page["next"]
        return found

    assert listed(limit=2) == ["Ana", "Caio", "Bia"]  # what changed last comes first
    assert listed(limit=2, changed_since="2026-11-23T06:03:00-03:00") == ["Caio", "Ana"]
    assert listed(limit=2, changed_since="2026-11-23T09:04:01Z") == []


def test_a_customer_is_looked_up_by_the_document(promob: PromobHttp) -> None:
    customer = made(promob, promob.active_store())

    found = promob.get(CUSTOMERS, document=written(CPF))

    assert [one["id"] for one in found["items"]] == [customer["id"]]
    assert promob.get(CUSTOMERS, document=OTHER)["items"] == []
    wrong = promob.call("GET", CUSTOMERS, role="reader", document="123")
    assert (wrong.status, wrong.body["field"]) == (422, "document")
    assert "123" not in json.dumps(wrong.body)


def test_a_document_changes_until_promob_has_it(promob: PromobHttp) -> None:
    store = promob.active_store()
    first, second = made(promob, store), made(promob, store, name="Outra", document=OTHER)
    path = f"{CUSTOMERS}/{first['id']}"

    taken = promob.patch(path, {"document": OTHER}, role="ana")
    changed = promob.patch(path, {"document": ""}, role="ana")
    promob.network.work_off()
    given = promob.patch(path, {"document": CPF}, role="ana")
    fixed = promob.patch(f"{CUSTOMERS}/{second['id']}", {"document": ""}, role="ana")

    sentence = "O CPF ou CNPJ já é do cliente Outra. Use esse cliente, ou corrija o CPF ou CNPJ."
    assert promob.refusal(taken) == (409, "promob.document_taken", sentence)
    assert [answer.body.get("document") for answer in (changed, given)] == ["", CPF]
    assert promob.refusal(fixed) == (
        409,
        "promob.document_fixed",
        "O cliente já está no Promob com este CPF ou CNPJ, que não muda mais aqui. "
        "Corrija-o no Promob; a alteração vem de lá.",
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "role", "status", "code", "field"),
    [
        ("POST", CUSTOMERS, {"document": "111.111.111-11"}, "ana", 422, "request_invalid", "document"),
        ("POST", CUSTOMERS, {"email": "sem arroba"}, "ana", 422, "request_invalid", "email"),
        ("POST", CUSTOMERS, {"name": " "}, "ana", 422, "request_invalid", "name"),
        ("POST", CUSTOMERS, {"store": UNKNOWN}, "ana", 404, "promob.store_unknown", None),
        ("POST", CUSTOMERS, {}, "operator", 403, "promob.user_not_of_store", None),
        ("POST", CUSTOMERS, {}, "reader", 403, "role_insufficient", None),
        ("GET", f"{CUSTOMERS}/{UNKNOWN}", None, "reader", 404, "promob.customer_unknown", None),
        ("PATCH", f"{CUSTOMERS}/{UNKNOWN}", {"name": "x"}, "ana", 404, "promob.customer_unknown", None),
        ("PATCH", "{customer}", {"name": "x"}, "operator", 403, "promob.user_not_of_store", None),
        ("GET", f"{BASE}/outra-rede/customers", None, "reader", 404, "connection_unknown", None),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(  # noqa: PLR0917  # one case each
    promob: PromobHttp, method: str, path: str, body: Any, role: str, status: int, code: str, field: str | None
) -> None:
    store = promob.active_store()
    customer = f"{CUSTOMERS}/{made(promob, store, document=OTHER)['id']}"
    whole = form(store) | body if path == CUSTOMERS else body
    before = promob.network.rows("projects"), promob.network.rows("identities")

    answer = promob.call(method, path.format(customer=customer), body=whole, role=role)

    assert (answer.status, answer.body["code"], answer.body.get("field")) == (status, code, field), answer
    assert (promob.network.rows("projects"), promob.network.rows("identities")) == before
    assert "111.111.111-11" not in json.dumps(answer.body)


def test_the_examples_of_events_do_what_they_say(promob: PromobHttp) -> None:
    store = promob.active_store()

    def sent(name: str, role: str, customer: str = "") -> Any:
        text = json.dumps(event(f"promob/on_http/{name}")).replace("00000000000000a1", store.id)
        answer = promob.send(json.loads(text.replace("00000000000000c1", customer).replace("<cpf>", CPF)), role)
        assert answer.status == 200, answer
        return answer.body

    customer = sent("create_customer", "ana")["id"]
    assert sent("read_customer", "reader", customer)["name"] == "Nara Luz"
    assert sent("change_customer", "ana", customer)["phone"] == "(49) 3000-9999"
    assert [one["id"] for one in sent("list_customers", "reader")["items"]] == [customer]
