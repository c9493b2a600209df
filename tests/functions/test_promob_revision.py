"""The revision of a project over HTTP: released, accessed, each environment updated, concluded with purchase orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.promob_on_aws import UNKNOWN
from tests.promob_selling import MANAGER, ORDERS, SELLER, Selling

HANDLE = {"description": "Puxador", "supplier": "Metais Sul", "reference": "PX", "cost": "1.50", "price": "3.99"}
UNDONE: dict[str, Any] = {
    "accessed_at": None,
    "reviewer": None,
    "concluded_at": None,
    "concluded_by": None,
    "orders": [],
}


def reviewed(environment: str, **more: Any) -> dict[str, Any]:
    """A converted environment in the revision, nothing of which has changed."""
    return {
        "id": environment.rpartition("/")[2],
        "name": "Cozinha",
        "converted_version": 1,
        "current_version": 1,
        "changed": False,
        "need": None,
        "reviewed": False,
        "action": "",
    } | more


def test_a_revision_goes_from_the_release_to_the_purchase_orders(selling: Selling) -> None:
    project, environment = selling.converted()
    first = selling.promob.get(f"{project}/revision")
    released = selling.did(f"{project}/revision/release")
    accessed = selling.did(f"{project}/revision/access", role=MANAGER)
    too_early = selling.refused(f"{project}/revision/conclusion")
    confirmed = selling.did(f"{environment}/update")
    ready = selling.promob.get(f"{project}/revision")

    concluded = selling.did(f"{project}/revision/conclusion")

    confirm = "Atualize o ambiente; onde nada mudou, a atualização apenas confirma."
    unreleased = UNDONE | {
        "project": project.rpartition("/")[2],
        "name": "Casa",
        "state": "not_released",
        "action": "Faça a liberação financeira do contrato.",
        "released_at": None,
        "released_by": None,
        "environments": [reviewed(environment)],
        "names": {},
    }
    assert first == unreleased
    people = {one: selling.network.stored("user", one).name for one in (selling.seller, selling.manager)}
    seller = {"names": {selling.seller: people[selling.seller]}}
    moment = {"released_at": "2026-11-23T09:00:06.000Z", "released_by": selling.seller} | seller
    assert released == unreleased | moment | {"state": "released", "action": "O revisor acessa a revisão."}
    access = {
        "accessed_at": "2026-11-23T09:00:07.000Z",
        "reviewer": selling.manager,
        "state": "accessed",
        "names": people,
    }
    waiting = {"action": "Falta atualizar: Cozinha.", "environments": [reviewed(environment, action=confirm)]}
    assert accessed == released | access | waiting
    assert too_early == (
        409,
        "promob.not_reviewed",
        "Estes ambientes ainda não foram atualizados na revisão: Cozinha. Atualize cada um deles; onde nada mudou, a "
        "atualização apenas confirma.",
    )
    assert (confirmed["made"], confirmed["environment"]["reviewed"]) == (False, True)
    conclude = "Conclua a revisão; os pedidos de compra são gerados."
    assert ready == accessed | {"action": conclude, "environments": [reviewed(environment, reviewed=True)]}
    done = {"concluded_at": "2026-11-23T09:00:09.000Z", "concluded_by": selling.seller, "state": "concluded"}
    suppliers = {one["id"]: one["supplier"] for one in selling.promob.get(ORDERS)["items"]}
    named = {"orders": concluded["orders"], "names": people | suppliers}
    assert concluded == ready | done | {"action": ""} | named
    for step in ("release", "access", "conclusion"):
        assert selling.did(f"{project}/revision/{step}") == concluded
    assert len(selling.promob.get(ORDERS)["items"]) == len(concluded["orders"]) > 1
    titles = [one["title"] for one in selling.promob.get(f"{project}/history")["items"]]
    assert titles[:4] == [
        f"Revisão concluída; pedidos de compra gerados: {len(concluded['orders'])}",
        "Ambiente Cozinha atualizado na revisão, na versão 1",
        "Revisão acessada pela primeira vez",
        "Contrato liberado para a revisão",
    ]
    selling.network.work_off()
    there = selling.network.promob.store.project(selling.promob_id(environment))
    assert (there.situation, there.stage) == ("Convertido", "Revisão concluída")


def test_what_changed_after_the_conversion_is_told_and_has_to_be_updated(selling: Selling) -> None:
    project, environment = selling.converted()
    selling.did(f"{project}/revision/release")
    selling.did(f"{project}/revision/access")
    selling.save(environment)

    saved = selling.promob.get(f"{project}/revision")
    refused = selling.refused(f"{project}/revision/conclusion")
    selling.prepare(environment, 5)
    prepared = selling.promob.get(f"{project}/revision")
    selling.did(f"{environment}/update")
    updated = selling.promob.get(f"{project}/revision")

    states = [one["environments"] for one in (saved, prepared, updated)]
    prepare = "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar."
    update = "Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão."
    assert states == [
        [reviewed(environment, changed=True, need="prepare", action=prepare)],
        [reviewed(environment, changed=True, need="update", action=update)],
        [reviewed(environment, changed=True, current_version=2, reviewed=True)],
    ]
    assert refused[:2] == (409, "promob.out_of_date")
    assert selling.promob.get(f"{environment}/versions/1")["is_converted"] is True
    assert selling.did(f"{project}/revision/conclusion")["state"] == "concluded"


def test_an_item_by_hand_that_changed_after_the_conversion_is_shown_in_the_revision(selling: Selling) -> None:
    project, environment = selling.environment()
    selling.did(f"{environment}/items", HANDLE)
    selling.did(f"{selling.budget(project, [environment])}/approval")
    converted = selling.promob.get(f"{project}/revision")["environments"]

    selling.did(f"{environment}/items", HANDLE | {"reference": "PY"})

    changed = selling.promob.get(f"{project}/revision")["environments"]
    assert [converted, changed] == [[reviewed(environment)], [reviewed(environment, changed=True)]]


def test_the_orders_hold_each_suppliers_items_and_come_to_the_revised_cost(selling: Selling) -> None:
    project, environment = selling.environment()
    item = selling.did(f"{environment}/items", HANDLE | {"quantity": 3})
    cost = Decimal(selling.promob.get(environment)["current"]["cost"]) + Decimal(item["total_cost"])
    selling.did(f"{selling.budget(project, [environment])}/approval")
    for path in (f"{project}/revision/release", f"{project}/revision/access", f"{environment}/update"):
        selling.did(path)
    ids = selling.did(f"{project}/revision/conclusion")["orders"]

    orders = selling.promob.get(ORDERS, changed_since="2026-11-23T09:00:00Z")["items"]

    assert sorted(one["id"] for one in orders) == sorted(ids)
    assert sum(Decimal(one["cost"]) for one in orders) == cost
    assert len({one["supplier"] for one in orders}) == len(orders)
    by_hand = next(one for one in orders if one["supplier"] == "Metais Sul")
    assert by_hand == {
        "id": by_hand["id"],
        "project": project.rpartition("/")[2],
        "store": selling.store.id,
        "supplier": "Metais Sul",
        "lines": 1,
        "cost": "4.50",
        "created_at": "2026-11-23T09:00:10.000Z",
        "created_by": selling.seller,
    }
    seller = selling.network.stored("user", selling.seller)
    names = {by_hand["project"]: "Casa", selling.store.id: selling.store.name, seller.id: seller.name}
    order = by_hand | {"names": names}
    assert selling.promob.get(f"{ORDERS}/{by_hand['id']}") == order
    assert selling.promob.get(f"{ORDERS}/{by_hand['id']}/lines") == {
        "items": [
            {
                "environment": "Cozinha",
                "description": "Puxador",
                "reference": "PX",
                "dimensions": "",
                "finishes": {},
                "quantity": "3",
                "unit": "un",
                "cost": "4.50",
            }
        ],
        "next": None,
        "order": order,
    }
    longest = max(orders, key=lambda one: one["lines"])
    lines, cursor = list[Any](), ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        page = selling.promob.get(f"{ORDERS}/{longest['id']}/lines", limit=1, **more)
        lines, cursor = lines + page["items"], page["next"]
    assert len(lines) == longest["lines"] > 1
    assert sum(Decimal(one["cost"]) for one in lines) == Decimal(longest["cost"])


def test_after_the_conclusion_nothing_changes_any_more(selling: Selling) -> None:
    project, environment = selling.concluded()
    selling.network.work_off()
    before, rows = selling.promob.get(environment), selling.network.rows("projects")

    for telling in (selling.save, selling.prepare):
        with pytest.raises(Exception, match=r"promob\.revision_concluded"):
            telling(environment)
    acts = [
        *((f"{environment}/update", {}), (f"{environment}/items", HANDLE)),
        *((f"{environment}/discount", {"percent": 1}), (f"{project}/environments", {"names": ["Sala"]})),
    ]

    assert {selling.refused(path, body)[:2] for path, body in acts} == {(409, "promob.revision_concluded")}
    undoing = selling.refused(f"{environment}/conversion/undo", {"reason": "x"})
    assert undoing[:2] == (409, "promob.revision_begun")
    assert selling.promob.get(environment) == before
    assert selling.network.rows("projects") == rows


def test_a_project_with_too_many_suppliers_is_not_concluded(selling: Selling, monkeypatch: pytest.MonkeyPatch) -> None:
    project, environment = selling.converted()
    for path in (f"{project}/revision/release", f"{project}/revision/access", f"{environment}/update"):
        selling.did(path)
    monkeypatch.setattr(selling.promob.sandbox.of("promob.acting"), "MOST_SUPPLIERS", 1)

    refused = selling.refused(f"{project}/revision/conclusion")

    assert refused[:2] == (409, "promob.too_many_suppliers")
    assert selling.promob.get(ORDERS)["items"] == []


WRONG: list[tuple[str, str, Any, str, int, str]] = [
    ("POST", "{project}/revision/release", {}, SELLER, 409, "promob.nothing_converted"),
    ("POST", "{project}/revision/access", {}, SELLER, 409, "promob.not_released"),
    ("POST", "{project}/revision/conclusion", {}, SELLER, 409, "promob.not_released"),
    ("POST", "{project}/revision/release", {}, "operator", 403, "promob.user_not_of_store"),
    ("POST", "{project}/revision/conclusion", {}, "reader", 403, "role_insufficient"),
    ("GET", "{unknown}/revision", None, "reader", 404, "promob.project_unknown"),
    ("POST", "{unknown}/revision/release", {}, SELLER, 404, "promob.project_unknown"),
    ("GET", f"{ORDERS}/{UNKNOWN}", None, "reader", 404, "promob.order_unknown"),
    ("GET", f"{ORDERS}/{UNKNOWN}/lines", None, "reader", 404, "promob.order_unknown"),
]


def test_what_is_wrong_is_refused_and_changes_nothing(selling: Selling) -> None:
    project, _ = selling.environment(prepared=False)
    unknown, before = f"{project.rpartition('/')[0]}/{UNKNOWN}", selling.network.rows("projects")

    for method, path, body, role, *expected in WRONG:
        answer = selling.asked(path.format(project=project, unknown=unknown), body, role, method)
        assert [answer.status, answer.body["code"]] == expected, (method, path)
    assert selling.network.rows("projects") == before


def test_a_revision_that_is_released_but_not_accessed_is_not_concluded(selling: Selling) -> None:
    project, environment = selling.converted()
    selling.did(f"{project}/revision/release")
    selling.did(f"{environment}/update")  # before the reviewer's access it reviews nothing

    assert selling.refused(f"{project}/revision/conclusion")[:2] == (409, "promob.not_accessed")
    assert selling.did(f"{project}/revision/access")["environments"][0]["reviewed"] is False
