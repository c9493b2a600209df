"""Versions and items over HTTP: what Promob sent, what was added by hand, and what two versions differ in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.promob_on_aws import UNKNOWN
from tests.promob_selling import SELLER, Selling

HANDLE = {"description": "Puxador", "supplier": "Metais Sul", "reference": "PX", "cost": "1.50", "price": "3.99"}


def pages(selling: Selling, path: str, **query: Any) -> list[Any]:
    """All items of a list, page by page."""
    found, cursor = list[Any](), ""
    while cursor is not None:
        page = selling.promob.get(path, **query, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= query.get("limit", 50)
        found += page["items"]
        cursor = page["next"]
    return found


def test_each_update_makes_a_version_and_the_last_one_is_green(selling: Selling) -> None:
    _, environment = selling.environment()
    first = selling.promob.get(environment)
    selling.prepare(environment, 6)
    selling.did(f"{environment}/update")

    versions = pages(selling, f"{environment}/versions", limit=1)

    now = selling.promob.get(environment)
    assert [(one["number"], one["is_current"], one["is_converted"]) for one in versions] == [
        (2, True, False),
        (1, False, False),
    ]
    assert versions[0] == now["current"] == selling.promob.get(f"{environment}/versions/2")
    assert versions[1] == first["current"] | {"is_current": False} == selling.promob.get(f"{environment}/versions/1")
    assert first["current"] == {
        "number": 1,
        "is_current": True,
        "is_converted": False,
        "option": "Cozinha",
        "imported_at": "2026-11-23T09:00:03.000Z",
        "promob_id": first["promob_id"],
        "sequence": 1,
        "items": 4,
        "unpriced": 0,
        "cost": first["budget"]["cost"],
        "price": first["budget"]["price"],
        "promob_price": first["budget"]["price"],
        "discount_limit": None,
        "limited_by": "",
        "made_by": None,
    }
    assert versions[0]["made_by"] == selling.seller


def test_the_items_of_a_version_come_to_its_sums_page_by_page(selling: Selling) -> None:
    _, environment = selling.environment()
    version = selling.promob.get(f"{environment}/versions/1")

    items = pages(selling, f"{environment}/versions/1/items", limit=3)

    counted = [one for one in items if one["counted"]]
    assert len(counted) == version["items"] == 4
    assert len({one["id"] for one in items}) == len(items) > 4
    for name in ("cost", "price", "promob_price"):
        assert sum(round(float(one[name]) * 100) for one in counted) == round(float(version[name]) * 100)
    first = items[0]
    assert first == {
        "id": first["id"],
        "parent": None,
        "module": first["id"],
        "ambient": ["Cozinha"],
        "category": first["category"],
        "description": first["description"],
        "reference": first["reference"],
        "supplier": first["supplier"],
        "repetition": "1",
        "quantity": "1",
        "unit": "un",
        "dimensions": first["dimensions"],
        "finishes": first["finishes"],
        "counted": True,
        "unpriced": False,
        "cost": first["cost"],
        "price": first["price"],
        "promob_price": first["price"],
    }
    assert pages(selling, f"{environment}/items", which="promob") == [{"manual": None, "promob": one} for one in items]


def test_items_by_hand_are_made_changed_and_taken_away(selling: Selling) -> None:
    _, environment = selling.environment()
    price = float(selling.promob.get(environment)["gross"])

    made = selling.did(f"{environment}/items", HANDLE | {"quantity": 3, "unit": "pç"}, key="k1")

    item = HANDLE | {
        "id": made["id"],
        "environment": environment.rpartition("/")[2],
        "quantity": "3",
        "unit": "pç",
        "total_cost": "4.50",
        "total_price": "11.97",
        "changed_at": "2026-11-23T09:00:04.000Z",
        "changed_by": selling.seller,
        "version": 1,
    }
    assert made == item == selling.did(f"{environment}/items", HANDLE | {"quantity": 3, "unit": "pç"}, key="k1")
    now = selling.promob.get(environment)
    assert (now["manual_cost"], now["manual_price"], now["gross"]) == ("4.50", "11.97", f"{price + 11.97:.2f}")
    assert pages(selling, f"{environment}/items", which="manual") == [{"manual": item, "promob": None}]
    changed = selling.promob.patch(f"{environment}/items/{made['id']}", {"quantity": "0.335"}, role=SELLER)
    totals = {"quantity": "0.335", "total_cost": "0.50", "total_price": "1.34", "version": 2}
    assert (changed.status, changed.body | {"changed_at": ""}) == (200, item | totals | {"changed_at": ""})
    gone = selling.asked(f"{environment}/items/{made['id']}", method="DELETE")
    again = selling.asked(f"{environment}/items/{made['id']}", method="DELETE")
    assert (gone.status, again.status, again.body["code"]) == (204, 404, "promob.item_unknown")
    now = selling.promob.get(environment)
    assert (now["manual_cost"], now["manual_price"], now["gross"]) == ("0.00", "0.00", f"{price:.2f}")
    assert selling.refused(f"{environment}/items/{made['id']}", {"unit": "m"}, method="PATCH") == (
        404,
        "promob.item_unknown",
        "O ambiente não tem item manual com esta identificação. Confira a identificação na lista de itens; itens do "
        "Promob só mudam no Promob.",
    )


def test_nothing_that_comes_from_promob_touches_items_by_hand(selling: Selling) -> None:
    _, environment = selling.environment()
    made = selling.did(f"{environment}/items", HANDLE)

    selling.save(environment)
    selling.prepare(environment, 7)
    selling.did(f"{environment}/update")

    first, *others = pages(selling, f"{environment}/items", limit=4)
    assert first == {"manual": made, "promob": None}
    assert sum(one["promob"]["counted"] for one in others) == 7
    assert selling.promob.get(environment)["manual_price"] == "3.99"


def test_an_environment_holds_so_many_items_by_hand_and_no_more(
    selling: Selling, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, environment = selling.environment(prepared=False)
    monkeypatch.setattr(selling.promob.sandbox.of("promob.acting"), "MOST_MANUAL", 1)
    made = selling.did(f"{environment}/items", HANDLE)

    refused = selling.refused(f"{environment}/items", HANDLE)

    assert refused[:2] == (409, "promob.too_many_items")
    assert pages(selling, f"{environment}/items") == [{"manual": made, "promob": None}]


def test_two_versions_differ_in_trade_words(selling: Selling, monkeypatch: pytest.MonkeyPatch) -> None:
    _, environment = selling.environment()
    selling.prepare(environment, 5)
    selling.did(f"{environment}/update")

    found = selling.promob.get(f"{environment}/versions/2/difference", **{"with": 1})

    first, second = (selling.promob.get(f"{environment}/versions/{number}") for number in (1, 2))
    assert (found["earlier"], found["later"], found["left_out"]) == (1, 2, 0)
    assert found["before"] == {"cost": first["cost"], "price": first["price"]}
    assert found["after"] == {"cost": second["cost"], "price": second["price"]}
    assert found["sentence"].startswith("No total, custo de R$ 1.")
    kinds = {one["kind"] for one in found["differences"]}
    assert kinds >= {"added", "changed"}
    added = next(one for one in found["differences"] if one["kind"] == "added")
    assert added["before"] is None
    assert added["sentence"].startswith(f"Entrou o módulo {added['name']}, em {added['ambient']}: custo R$ ")
    finish = next(each for one in found["differences"] for each in one["changes"] if each["what"] == "finish")
    assert finish["text"] == f"{finish['name']} de {finish['before']} para {finish['after']}"
    assert selling.promob.get(f"{environment}/versions/1/difference", **{"with": 2}) == found
    same = selling.promob.get(f"{environment}/versions/1/difference", **{"with": 1})
    assert (same["differences"], same["sentence"]) == ([], "Custo e preço são os mesmos.")
    monkeypatch.setattr(selling.promob.sandbox.of("promob.item_answers"), "MOST_DIFFERENCES", 1)
    shown, *others = found["differences"]
    cut = selling.promob.get(f"{environment}/versions/2/difference", **{"with": 1})
    assert cut == found | {"differences": [shown], "left_out": len(others)}


WRONG: list[tuple[str, str, Any, str, int, str, str | None]] = [
    ("GET", "{environment}/versions/2", None, "reader", 404, "promob.version_unknown", None),
    ("GET", "{environment}/versions/0", None, "reader", 422, "request_invalid", "version"),
    ("GET", "{environment}/versions/2/items", None, "reader", 404, "promob.version_unknown", None),
    ("GET", "{environment}/versions/1/difference", None, "reader", 422, "request_invalid", "with"),
    ("GET", "{project}/environments/" + UNKNOWN + "/versions", None, "reader", 404, "promob.environment_unknown", None),
    ("GET", "{project}/environments/" + UNKNOWN + "/items", None, "reader", 404, "promob.environment_unknown", None),
    ("POST", "{environment}/items", {"quantity": -1}, SELLER, 422, "request_invalid", "quantity"),
    ("POST", "{environment}/items", {"quantity": 0}, SELLER, 422, "request_invalid", "quantity"),
    ("POST", "{environment}/items", {"quantity": "1e9"}, SELLER, 422, "request_invalid", "quantity"),
    ("POST", "{environment}/items", {"cost": "-0.01"}, SELLER, 422, "request_invalid", "cost"),
    ("POST", "{environment}/items", {"price": "1.005"}, SELLER, 422, "request_invalid", "price"),
    ("POST", "{environment}/items", {"price": "NaN"}, SELLER, 422, "request_invalid", "price"),
    ("POST", "{environment}/items", {"description": ""}, SELLER, 422, "request_invalid", "description"),
    ("POST", "{environment}/items", {}, "operator", 403, "promob.user_not_of_store", None),
    ("POST", "{environment}/items", {}, "reader", 403, "role_insufficient", None),
    ("POST", "{project}/environments/" + UNKNOWN + "/items", {}, SELLER, 404, "promob.environment_unknown", None),
]


def test_what_is_wrong_is_refused_and_changes_nothing(selling: Selling) -> None:
    project, environment = selling.environment()
    before = selling.network.rows("projects")

    for method, path, body, role, *expected in WRONG:
        where = path.format(project=project, environment=environment)
        answer = selling.asked(where, None if body is None else HANDLE | body, role, method)
        assert [answer.status, answer.body["code"], answer.body.get("field")] == expected, (method, path, body)
    for cursor in ("eyJsaW5lIjoiMCJ9", "eyJpdGVtIjoiMSJ9", "x"):
        answer = selling.promob.call("GET", f"{environment}/items", role="reader", cursor=cursor)
        assert (answer.status, answer.body["code"]) == (400, "cursor_invalid")
    assert selling.network.rows("projects") == before
