"""Discounts and budgets over HTTP: printed, approved, refused where Promob has changed, a conversion taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.promob_on_aws import STORES, UNKNOWN
from tests.promob_selling import BUDGETS, MANAGER, RESPONSIBLE, SELLER, Selling

HANDLE = {"description": "Puxador <b>", "cost": "100", "price": "1234.5"}


def limited(selling: Selling) -> None:
    """The store's sellers may give ten per cent."""
    rules = {"rules": [{"markup": 100, "discount_limit": 10}]}
    answer = selling.promob.patch(f"{STORES}/{selling.store.id}/rules", rules, role="administrator")
    assert answer.status == 200, answer


def by_hand(selling: Selling) -> tuple[str, str]:
    """The paths of a project and of an environment of items by hand alone, for R$ 1.234,50."""
    project, environment = selling.environment(prepared=False)
    selling.did(f"{environment}/items", HANDLE)
    return project, environment


def test_a_budget_offers_the_chosen_environments_as_they_stand(selling: Selling) -> None:
    project, environment = by_hand(selling)
    selling.did(f"{environment}/discount", {"percent": "12.5"})
    chosen = {"environments": [environment.rpartition("/")[2]] * 2}

    made = selling.did(f"{project}/budgets", chosen, key="k1")

    address = f"{BUDGETS}/{made['id']}"
    assert made == {
        "id": made["id"],
        "number": 1,
        "project": project.rpartition("/")[2],
        "state": "open",
        "is_expired": False,
        "valid_until": "2026-12-03",
        "lines": [
            {
                "environment": environment.rpartition("/")[2],
                "name": "Cozinha",
                "version": None,
                "gross": "1234.50",
                "discount": "12.5",
                "price": "1080.19",
            }
        ],
        "gross": "1234.50",
        "price": "1080.19",
        "created_at": "2026-11-23T09:00:05.000Z",
        "created_by": selling.seller,
        "decided_at": None,
        "decided_by": None,
        "url": address,
        "print": f"{address}/print",
    }
    assert selling.did(f"{project}/budgets", chosen, key="k1") == made
    named = {selling.store.id: selling.store.name, selling.customer: "Nara Luz", project.rpartition("/")[2]: "Casa"}
    seller = {selling.seller: selling.network.stored("user", selling.seller).name}
    whose = {"store": selling.store.id, "customer": selling.customer, "names": named | seller}
    assert selling.promob.get(address) == made | whose
    second = selling.did(f"{project}/budgets", chosen | {"validity_days": 0})
    assert (second["number"], second["valid_until"]) == (2, "2026-11-23")
    names = {project.rpartition("/")[2]: "Casa"}
    assert selling.promob.get(BUDGETS) == {"items": [second, made], "next": None, "names": names}
    assert selling.promob.get(project)["budgets"] == [second, made]
    late = selling.promob.get(BUDGETS, changed_since="2026-11-23T09:00:07Z")
    assert late == {"items": [second], "next": None, "names": names}


def test_who_died_before_the_answer_finds_the_budget_and_no_number_is_lost(
    selling: Selling, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, environment = by_hand(selling)
    chosen = {"environments": [environment.rpartition("/")[2]]}
    routes = selling.promob.sandbox.of("promob.budget_routes")
    with monkeypatch.context() as dying:
        dying.setattr(routes, "budget_answer", lambda *_: 1 / 0)
        died = selling.promob.post(f"{project}/budgets", chosen, role=SELLER, key="k1")
    assert selling.refused(f"{project}/budgets", {"environments": [UNKNOWN]})[:2] == (404, "promob.environment_unknown")

    again = selling.did(f"{project}/budgets", chosen, key="k1")

    assert (died.status, again["number"]) == (500, 1)
    assert selling.did(f"{project}/budgets", chosen)["number"] == 2


def test_a_budget_prints_on_a_page_without_a_script(selling: Selling) -> None:
    project, environment = by_hand(selling)
    budget = selling.budget(project, [environment])
    selling.did(f"{environment}/discount", {"percent": 10})
    discounted = selling.budget(project, [environment])

    page = selling.promob.page(f"{discounted}/print")

    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script|style=|<style|onclick|<img", page.body)
    text = " ".join(re.sub(r"<[^>]+>", " ", page.body).split())
    cnpj = selling.promob.get(f"{discounted}/print")["cnpj"]
    assert text == (
        f"Orçamento 2 – Nara Luz {selling.store.name} CNPJ {cnpj} Feito em 23/11/2026 Válido até 03/12/2026 "
        "Orçamento 2 Cliente Nara Luz Projeto Casa Ambientes Ambiente Versão Preço Desconto Com desconto "
        "Cozinha itens avulsos R$ 1.234,50 10% R$ 1.111,05 Soma R$ 1.234,50 Desconto – R$ 123,45 Total R$ 1.111,05 "
        "Este orçamento vale até 03/12/2026, inclusive. Depois dessa data, peça um novo."
    )
    plain = selling.promob.get(f"{budget}/print")
    assert plain == {
        "number": 1,
        "note": "",
        "store": selling.store.name,
        "cnpj": cnpj,
        "customer": "Nara Luz",
        "project": "Casa",
        "made_on": "23/11/2026",
        "valid_until": "03/12/2026",
        "lines": [
            {
                "name": "Cozinha",
                "version": "itens avulsos",
                "gross": "R$ 1.234,50",
                "discount": "",
                "price": "R$ 1.234,50",
            }
        ],
        "gross": "R$ 1.234,50",
        "discount": "",
        "price": "R$ 1.234,50",
    }
    assert re.fullmatch(r"\d\d\.\d{3}\.\d{3}/\d{4}-\d\d", cnpj)
    assert selling.promob.page(f"{BUDGETS}/{UNKNOWN}/print").status == 404


def test_what_people_typed_is_text_on_the_page(selling: Selling) -> None:
    project = selling.project("<script>alert(1)</script>", name="<b>Casa</b>")
    (environment,) = selling.environments(project)
    selling.did(f"{environment}/items", HANDLE)

    page = selling.promob.page(f"{selling.budget(project, [environment])}/print")

    assert "<script" not in page.body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.body
    assert "<dd>&lt;b&gt;Casa&lt;/b&gt;</dd>" in page.body


def test_an_approval_converts_the_version_that_was_offered(selling: Selling) -> None:
    project, environment = selling.environment()
    budget = selling.budget(project, [environment])

    approved = selling.did(f"{budget}/approval", key="k1")

    at = "2026-11-23T09:00:05.000Z"
    decided = {"state": "approved", "decided_at": at, "decided_by": selling.seller}
    assert approved == selling.promob.get(budget) == selling.did(f"{budget}/approval")
    assert {name: approved[name] for name in decided} == decided
    one = selling.promob.get(environment)
    converted = {"version": 1, "budget": approved["id"], "at": at, "by": selling.seller}
    assert (one["converted"], one["situation"], one["stage"]) == (converted, "Convertido", "Aprovado")
    assert selling.promob.get(f"{environment}/versions/1")["is_converted"] is True
    (event, *_) = selling.promob.get(f"{project}/history")["items"]
    assert event == {
        "at": at,
        "by": selling.seller,
        "code": "converted",
        "title": "Ambiente Cozinha convertido na versão 1",
        "environment": "Cozinha",
        "details": {"version": "1"},
    }
    selling.network.work_off()
    there = selling.network.promob.store.project(one["promob_id"])
    assert (there.situation, there.stage) == ("Convertido", "Aprovado")
    assert selling.promob.get(f"{budget}/print")["note"] == "Orçamento aprovado"


def test_no_budget_of_an_out_of_date_environment_is_approved(selling: Selling) -> None:
    project = selling.project("Cozinha", "Sala")
    kitchen, room = selling.environments(project)
    for one in (kitchen, room):
        selling.prepare(one)
    both, alone = selling.budget(project, [kitchen, room]), selling.budget(project, [room])

    selling.save(kitchen)

    assert selling.refused(f"{both}/approval") == (
        409,
        "promob.out_of_date",
        "Há ambientes desatualizados: Cozinha. Atualize cada um deles; onde a notificação pedir, use antes Preparar "
        "para Negociação no Promob.",
    )
    assert [selling.promob.get(one)["converted"] for one in (kitchen, room)] == [None, None]
    selling.prepare(kitchen)
    selling.did(f"{kitchen}/update")
    superseded = selling.refused(f"{both}/approval")
    assert superseded[:2] == (409, "promob.budget_superseded")
    assert "mudaram depois dele: Cozinha." in superseded[2]
    assert selling.did(f"{alone}/approval")["state"] == "approved"


def test_a_save_that_arrives_while_a_budget_is_approved_wins(selling: Selling, monkeypatch: pytest.MonkeyPatch) -> None:
    project, environment = selling.environment()
    budget = selling.budget(project, [environment])
    store = selling.promob.sandbox.of("promob.store.projects").DynamoProjects
    keep, came = store.keep, list[bool]()

    def overtaken(self: Any, *args: Any) -> bool:
        if not came:
            came.append(True)
            selling.save(environment)
        return bool(keep(self, *args))

    monkeypatch.setattr(store, "keep", overtaken)
    refused = selling.refused(f"{budget}/approval")

    assert (came, refused[:2]) == ([True], (409, "promob.out_of_date"))
    assert selling.promob.get(environment)["converted"] is None


def test_an_expired_or_decided_budget_is_not_approved(selling: Selling) -> None:
    project, environment = by_hand(selling)
    today = selling.budget(project, [environment], validity_days=0)
    later = selling.budget(project, [environment])
    selling.network.now += 86_400

    expired = selling.refused(f"{today}/approval")

    assert expired == (
        409,
        "promob.budget_expired",
        "O orçamento 1 venceu em 23/11/2026. Gere um novo orçamento do projeto e aprove esse.",
    )
    assert selling.promob.get(today)["is_expired"] is True
    assert selling.promob.get(f"{today}/print")["note"] == "Orçamento vencido"
    selling.did(f"{later}/approval")
    undone = selling.did(f"{environment}/conversion/undo", {"reason": "O cliente desistiu da cozinha"})
    assert (undone["converted"], undone["situation"]) == (None, "Não convertido")
    assert selling.promob.get(later)["state"] == "undone"
    assert selling.refused(f"{later}/approval")[:2] == (409, "promob.budget_decided")
    (event, *_) = selling.promob.get(f"{project}/history", limit=1)["items"]
    assert event["title"].endswith("desfeita: O cliente desistiu da cozinha")
    assert selling.refused(f"{environment}/conversion/undo", {"reason": "x"})[:2] == (409, "promob.not_converted")


def test_a_discount_above_the_limit_waits_for_a_manager(selling: Selling) -> None:
    limited(selling)
    project, environment = selling.environment()
    within = selling.did(f"{environment}/discount", {"percent": 10})["discount"]

    above = selling.did(f"{environment}/discount", {"percent": "10.01"})
    budget = selling.budget(project, [environment])
    unapproved = selling.refused(f"{budget}/approval")
    refused = [
        selling.refused(f"{environment}/discount/approval", {"percent": "10.01"}, one) for one in (SELLER, RESPONSIBLE)
    ]
    changed = selling.refused(f"{environment}/discount/approval", {"percent": 10}, MANAGER)
    approved = selling.did(f"{environment}/discount/approval", {"percent": "10.01"}, role=MANAGER)

    discount = {"percent": "10.01", "asked_by": selling.seller, "approved_by": None, "needs_approval": True}
    assert within == discount | {"percent": "10", "needs_approval": False}
    assert above["discount"] == discount
    assert above["current"]["limited_by"] == "todos os itens"
    assert unapproved == (
        409,
        "promob.discount_unapproved",
        "O desconto destes ambientes passa do limite e não foi liberado por um gerente: Cozinha. Peça a liberação a "
        "um gerente, ou diminua o desconto.",
    )
    assert {one[:2] for one in refused} == {(403, "promob.not_manager")}
    assert changed[:2] == (409, "promob.discount_changed")
    assert approved["discount"] == discount | {"approved_by": selling.manager, "needs_approval": False}
    assert selling.did(f"{budget}/approval")["state"] == "approved"
    fixed = selling.refused(f"{environment}/discount", {"percent": 1})
    assert fixed[:2] == (409, "promob.converted_before")


def test_a_discount_is_taken_back(selling: Selling) -> None:
    project, environment = by_hand(selling)
    selling.did(f"{environment}/discount", {"percent": 50})
    budget = selling.budget(project, [environment])

    removed = selling.asked(f"{environment}/discount", method="DELETE")

    assert (removed.status, removed.body["discount"], removed.body["price"]) == (200, None, "1234.50")
    assert selling.asked(f"{environment}/discount", method="DELETE").body == removed.body
    assert selling.refused(f"{budget}/approval")[:2] == (409, "promob.budget_superseded")
    nothing = selling.refused(f"{environment}/discount/approval", {"percent": 50}, MANAGER)
    assert nothing[:2] == (409, "promob.no_discount")


WRONG: list[tuple[str, str, Any, str, int, str, str | None]] = [
    ("POST", "{project}/budgets", {"environments": []}, SELLER, 422, "promob.nothing_chosen", None),
    ("POST", "{project}/budgets", {"environments": ["{id}"]}, SELLER, 409, "promob.nothing_to_budget", None),
    ("POST", "{project}/budgets", {"environments": ["x"]}, SELLER, 422, "request_invalid", "environments.0"),
    ("POST", "{project}/budgets", {"environments": [UNKNOWN]}, SELLER, 404, "promob.environment_unknown", None),
    ("POST", "{project}/budgets", {"environments": [UNKNOWN]}, "operator", 403, "promob.user_not_of_store", None),
    ("POST", "{project}/budgets", {"environments": [UNKNOWN]}, "reader", 403, "role_insufficient", None),
    ("GET", f"{BUDGETS}/{UNKNOWN}", None, "reader", 404, "promob.budget_unknown", None),
    ("GET", f"{BUDGETS}/{UNKNOWN}/print", None, "reader", 404, "promob.budget_unknown", None),
    ("POST", f"{BUDGETS}/{UNKNOWN}/approval", {}, SELLER, 404, "promob.budget_unknown", None),
    ("POST", "{environment}/conversion/undo", {"reason": "x"}, SELLER, 409, "promob.not_converted", None),
    ("POST", "{environment}/conversion/undo", {}, SELLER, 422, "request_invalid", "reason"),
    ("POST", "{environment}/discount", {"percent": "100.5"}, SELLER, 422, "request_invalid", "percent"),
    ("POST", "{environment}/discount", {"percent": -1}, SELLER, 422, "request_invalid", "percent"),
    ("POST", "{environment}/discount", {"percent": 1}, "operator", 403, "promob.user_not_of_store", None),
    ("DELETE", "{environment}/discount", None, "reader", 403, "role_insufficient", None),
]


def test_what_is_wrong_is_refused_and_changes_nothing(selling: Selling) -> None:
    project, environment = selling.environment(prepared=False)
    before = selling.network.rows("projects")

    for method, path, body, role, *expected in WRONG:
        where = path.format(project=project, environment=environment)
        whole = body
        if body == {"environments": ["{id}"]}:
            whole = {"environments": [environment.rpartition("/")[2]]}
        answer = selling.asked(where, whole, role, method)
        assert [answer.status, answer.body["code"], answer.body.get("field")] == expected, (method, path, body)
    assert selling.network.rows("projects") == before
