"""Promob ↔ FoccoLojas on the stack whole, over HTTP, S3 and its queue: from the first save to the purchase orders."""

from __future__ import annotations

import gzip
import hashlib
import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from local.stack import Stack
from local.vendors.promob_store import SITUATION
from tests.e2e.over_http import Caller, Document, Json
from tests.e2e.promob_over_http import RESPONSIBLE, SELLER, Network, Place, last
from tests.promob_listings import WRITTEN, written_with

CONVERTED = "Convertido"
HOSTILE = """<?xml version="1.0"?><!DOCTYPE LISTING [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;">]>
<LISTING DESCRIPTION="&b;"/>"""


@pytest.fixture(scope="module")
def network(stack: Stack, document: Document) -> Network:
    """One network; each test has a project of its own."""
    return Network(Caller(stack, document, stack.token))


def bodies(network: Network) -> dict[str, bytes]:
    """The bodies of webhooks that are kept, by the hash in their key."""
    s3, bucket = network.stack.client("s3"), network.stack.outputs["DataBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"hints/{network.id}/bodies/").get("Contents", [])
    return {last(one["Key"]): s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed}


def priced(network: Network) -> list[Json]:
    """The objects that keep priced items, each with its lines."""
    s3, bucket = network.stack.client("s3"), network.stack.outputs["DataBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"promob/{network.id}/priced/").get("Contents", [])
    packed = [s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed]
    return [{"size": len(one), "text": gzip.decompress(one).decode()} for one in packed]


def offer(network: Network, *places: Place) -> str:
    """The path of a new budget of environments of one project."""
    new = {"environments": [last(place.environment) for place in places]}
    return f"{network.path}/budgets/{network.operator.post(f'{places[0].project}/budgets', new)['id']}"


# ── the whole way ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_store_goes_from_its_configuration_to_its_purchase_orders(stack: Stack, document: Document) -> None:
    network = Network(Caller(stack, document, stack.token))
    _configured(network)
    kitchen, room = network.places("Cozinha", "Sala")
    in_connect = {row["id"]: row["name"] for row in network.promob.rows("projects")}
    assert (in_connect[kitchen.promob_id], in_connect[room.promob_id]) == ("Cozinha", "Sala")
    assert network.connect(kitchen) == (SITUATION, "Projeto")
    _first_version(network, kitchen)
    item = network.operator.post(
        f"{kitchen.environment}/items", {"description": "Puxador", "quantity": "3", "cost": "4.10", "price": "9.95"}
    )
    _updated(network, kitchen)
    network.does("prepare", room)
    _approved(network, kitchen, room)
    (kept,) = network.operator.every(f"{kitchen.environment}/items", which="manual")
    assert kept["manual"] == item
    _revised(network, kitchen, room)


def _configured(network: Network) -> None:
    """What is missing is named; the store is activated once, and its users are linked."""
    store = network.new_store()
    ana, bia = (network.people[name] for name in (RESPONSIBLE, SELLER))
    refused = ana.says("POST", f"{store}/activation", {})
    assert (refused.status, refused.code) == (409, "promob.store_not_ready")
    checked = ana.post(f"{store}/verification", {}, 200)
    assert [item["prerequisite"] for item in checked["items"] if not item["met"]] == ["users", "webstart", "evaluation"]
    network.activate(store)
    network.store = store
    new = {"store": last(store), "name": "Ivo Sá"}
    unknown = bia.says("POST", f"{network.path}/customers", new)
    assert (unknown.status, unknown.code) == (403, "promob.user_not_of_store")
    network.new_user(store, SELLER)
    unlinked = bia.says("POST", f"{network.path}/customers", new)
    assert (unlinked.status, unlinked.code) == (403, "promob.user_not_linked")
    network.link(SELLER)
    assert network.customer  # found in Promob, too


def _first_version(network: Network, place: Place) -> None:
    """A save is told; the first budget, packed, makes version 1, as Promob's own totals are."""
    line = network.does("save", place)
    assert (line["cause"], line["record"], line["action"]) == ("webhook", place.promob_id, "saved")
    (told,) = network.notifications(SELLER, "Pendente")
    assert "Preparar para Negociação" in told["text"]
    before = bodies(network)
    line = network.does("prepare", place, n_items=180)
    assert line["action"] == "first_budget"
    new = {key: body for key, body in bodies(network).items() if key not in before}
    assert all(hashlib.sha256(body).hexdigest() == key for key, body in new.items())
    (packed,) = (body for body in new.values() if not body.startswith(b"{"))  # of the save before it nothing is large
    event = json.loads(gzip.decompress(packed))
    assert (event["type"], event["project"]["id"]) == ("budget.prepared", place.promob_id)
    shown = network.operator.get(place.environment)
    assert (shown["mark"], shown["need"], shown["current"]["number"]) == ("green", None, 1)
    assert shown["current"]["cost"] == shown["budget"]["cost"]
    assert network.notifications(SELLER, "Pendente") == []
    assert [one["result"] for one in network.notifications(SELLER, "Concluído")] != []


def _updated(network: Network, place: Place) -> None:
    """Another budget is stored, and the environment yellow until somebody updates it."""
    network.does("prepare", place, n_items=190)
    shown = network.operator.get(place.environment)
    assert (shown["mark"], shown["need"], shown["current"]["number"]) == ("yellow", "update", 1)
    (told,) = network.notifications(SELLER, "Pendente")
    assert told["run_url"] == place.environment
    made = network.operator.post(f"{place.environment}/update", {}, 200)
    assert (made["made"], made["version"]["number"], made["environment"]["mark"]) == (True, 2, "green")
    assert network.notifications(SELLER, "Pendente") == []
    numbers = [version["number"] for version in network.operator.every(f"{place.environment}/versions")]
    assert numbers == [2, 1]
    difference = network.operator.get(f"{place.environment}/versions/2/difference", **{"with": 1})
    assert (difference["earlier"], difference["later"]) == (1, 2)
    opened = network.operator.post(f"{place.environment}/opening", {"version": 1}, 200)
    assert opened["url"].startswith(network.promob.url)


def _approved(network: Network, kitchen: Place, room: Place) -> None:
    """Not while a save is newer; then as it is offered, with a discount that nothing limits."""
    network.operator.post(f"{room.environment}/discount", {"percent": "12.5"}, 200)
    budget = offer(network, kitchen, room)
    network.does("save", room)
    refused = network.operator.says("POST", f"{budget}/approval", {})
    assert (refused.status, refused.code) == (409, "promob.out_of_date")
    assert "Sala" in refused.body["detail"]
    assert network.connect(room) == (SITUATION, "Orçamento")
    again = network.operator.says("POST", f"{room.environment}/update", {})
    assert again.code == "promob.prepare_again"
    negotiated = network.sends("negotiate", project=room.promob_id)
    assert negotiated["answer"]["open"] == room.environment
    network.line(negotiated["answer"]["hint"])
    network.operator.post(f"{room.environment}/update", {}, 200)
    superseded = network.operator.says("POST", f"{budget}/approval", {})
    assert superseded.code == "promob.budget_superseded"
    budget = offer(network, kitchen, room)
    assert network.operator.post(f"{budget}/approval", {}, 200)["state"] == "approved"
    for place in (kitchen, room):
        network.until(partial(network.connect, place), lambda shown: shown == (CONVERTED, "Aprovado"))


def _revised(network: Network, kitchen: Place, room: Place) -> None:
    """Each environment is updated or confirmed; orders are made once, and a later save is refused and logged."""
    revision = f"{kitchen.project}/revision"
    network.operator.post(f"{revision}/release", {}, 200)
    network.operator.post(f"{revision}/access", {}, 200)
    negotiated = network.sends("negotiate", project=kitchen.promob_id, n_items=60)
    assert negotiated["answer"]["open"] == revision
    network.line(negotiated["answer"]["hint"])
    early = network.operator.says("POST", f"{revision}/conclusion", {})
    assert early.code == "promob.out_of_date"
    updated = [network.operator.post(f"{place.environment}/update", {}, 200) for place in (kitchen, room)]
    assert [one["made"] for one in updated] == [True, False]
    concluded, again = (network.operator.post(f"{revision}/conclusion", {}, 200) for _ in range(2))
    assert concluded == again
    orders = list(network.operator.every(f"{network.path}/orders"))
    assert sorted(order["id"] for order in orders) == sorted(concluded["orders"])
    suppliers = [order["supplier"] for order in orders]
    assert len(set(suppliers)) == len(suppliers)
    environments = [network.operator.get(place.environment) for place in (kitchen, room)]
    cost = sum(Decimal(one["current"]["cost"]) + Decimal(one["manual_cost"]) for one in environments)
    assert sum(Decimal(order["cost"]) for order in orders) == cost
    late = network.does("save", kitchen)
    assert (late["outcome"], late["code"]) == ("rejected", "promob.revision_concluded")
    assert network.operator.get(kitchen.environment) == environments[0]


# ── a large budget ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_large_budget_comes_packed_and_its_items_are_kept_apart_from_the_rows(network: Network) -> None:
    (place,) = network.places("Loja inteira")
    line = network.does("prepare", place, n_items=2500)
    assert line["after"]["Itens"] >= 2000
    shown = network.operator.get(place.environment)["current"]
    largest = max(priced(network), key=lambda one: one["size"])
    assert len(largest["text"]) > 400 * 1024  # more than a row of DynamoDB's takes
    page = network.operator.get(f"{place.environment}/versions/1/items", limit=100)
    assert len(page["items"]) == 100
    assert page["next"]
    assert Decimal(shown["price"]) == Decimal(shown["promob_price"]) > Decimal(shown["cost"]) > 0


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_webhook_that_nobody_vouches_for_is_refused_and_nothing_is_kept(network: Network) -> None:
    (place,) = network.places("Cozinha")
    event = network.about("project.saved", place, 1)
    kept, before = bodies(network), network.operator.get(place.environment)
    refused = [
        network.sent(event, "msg_signature", secret="whsec_" + "A" * 32),
        network.sent(event, "msg_old", age=600),
        network.sent(event, "msg_early", age=-600),
        network.sent(b"{", "msg_torn"),
        network.sent(b"no gzip", "msg_packed", packed=True),
        network.sent({"type": "project.melted", "project": {"id": place.promob_id}}, "msg_kind"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (401, "webhook_signature_wrong"),
        (401, "webhook_signature_wrong"),
        (401, "webhook_signature_wrong"),
        (400, "webhook_json_malformed"),
        (400, "webhook_json_malformed"),
        (422, "webhook_record_missing"),
    ]
    assert bodies(network) == kept
    assert network.operator.get(place.environment) == before


def test_what_a_webhook_says_wrong_is_told_in_the_log_and_changes_nothing(network: Network) -> None:
    (place,) = network.places("Cozinha")
    first = network.told(network.about("project.saved", place, 1), "msg_first")
    assert first["outcome"] == "updated"
    before = network.operator.get(place.environment)
    nobody = Place("", "", "P-unknown")
    negative = written_with('QUANTITY="1.5"', 'QUANTITY="-1.5"')
    wrong: dict[str, Json] = {
        "promob.account_without_store": network.about("project.saved", place, 2) | {"account": "7013"},
        "promob.project_not_integrated": network.about("project.saved", nobody, 2),
        "promob.event_malformed": network.about("project.saved", place, -2),
        "promob.responsible_without_login": _prepared(network, place, WRITTEN) | {"user": "U-nobody"},
        "promob.xml_forbidden": _prepared(network, place, HOSTILE),
        "promob.xml_malformed": _prepared(network, place, WRITTEN[:900]),
        "promob.number_negative": _prepared(network, place, negative),
        "promob.totals_differ": _prepared(network, place, written_with("1.050,50", "1.050,60")),
    }
    lines = {code: network.told(event, f"msg_{code}") for code, event in wrong.items()}
    assert {code: (line["outcome"], line["code"]) for code, line in lines.items()} == {
        code: ("rejected", code) for code in wrong
    }
    assert all(line["reason"] and line["advice"] for line in lines.values())
    reused = network.told(network.about("project.saved", place, 9), "msg_first")
    assert (reused["outcome"], reused["code"]) == ("rejected", "event_reused")
    assert network.operator.get(place.environment) == before
    late = network.told(network.about("project.saved", place, 1), "msg_late")
    assert (late["outcome"], late["action"]) == ("unchanged", "late")
    prepared = network.told(_prepared(network, place, WRITTEN), "msg_right")
    assert (prepared["action"], prepared["after"]["Custo"]) == ("first_budget", "R$ 1.050,50")


def _prepared(network: Network, place: Place, listing: str) -> Json:
    return network.about("budget.prepared", place, 1, listing_xml=listing)


def test_another_store_cannot_speak_of_a_project(stack: Stack, document: Document, network: Network) -> None:
    """Each network's key opens its own webhooks alone, and knows its own projects alone."""
    (place,) = network.places("Cozinha")
    other = Network(Caller(stack, document, stack.token))
    assert other.store
    told = other.told(other.about("project.saved", place, 4), "msg_other")
    assert (told["outcome"], told["code"]) == ("rejected", "promob.project_not_integrated")
    foreign: Any = network.sent(network.about("project.saved", place, 4), "msg_foreign", secret=other.secret)
    assert foreign.json()["code"] == "webhook_signature_wrong"
    refused = other.operator.says("POST", f"{place.environment}/update", {})
    assert (refused.status, refused.code) == (403, "promob.user_not_of_store")
    assert network.operator.get(place.environment)["saved"] == 0


def test_a_changed_password_unlinks_a_user_until_linked_again(stack: Stack, document: Document) -> None:
    network = Network(Caller(stack, document, stack.token))
    (place,) = network.places("Cozinha")
    delivery = network.sends("change-password", user=network.user(SELLER), password="outra-inventada")
    assert network.line(delivery["answer"]["hint"])["action"] == "user_unlinked"
    refused = network.operator.says("POST", f"{place.environment}/update", {})
    assert (refused.status, refused.code) == (403, "promob.user_not_linked")
    line = network.does("prepare", place)
    assert (line["outcome"], line["code"]) == ("rejected", "promob.user_not_linked")
    assert network.operator.get(place.environment)["need"] == "prepare"  # the save counts all the same
    link = f"{network.path}/users/{network.operator.id}/promob-link"
    assert network.operator.says("POST", link, {"password": "inventada"}).code == "promob.credentials_wrong"
    network.operator.post(link, {"password": "outra-inventada"}, 200)
    assert network.does("prepare", place)["action"] == "first_budget"
