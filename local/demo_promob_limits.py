"""The act `promob`, of what is not let in, of what other software reads, and of the day's log."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import requests

from local.demo_api import Json, Refusal
from local.demo_promob_network import SELLER, Network, Place
from local.demo_stage import NotAsItShouldBeError
from local.demo_view import rows
from local.model_network import PATH
from local.model_provider import new_webhook_secret
from local.vendors.promob_listing import listing_xml
from local.vendors.webhook_sender import signature_headers

_PATIENCE_SECONDS = 30
_ITEMS = 3
_LATER = 900  # a sequence of Promob's that nothing has reached
_OLD_SECONDS = 3600
_ENTITY = '<!DOCTYPE LISTING [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LISTS = {
    "customers": "Clientes",
    "projects": "Projetos",
    "environments": "Ambientes",
    "budgets": "Orçamentos",
    "orders": "Pedidos de compra",
}
_MOST_PROJECTS = 25  # of which a page brings the environments


def closed_doors(network: Network, place: Place) -> None:
    """Wrong signatures, another body under a known id, hostile and wrong budgets: each is refused, nothing changes."""
    stage = network.stage
    stage.scene("O que não entra", "Avisos que não são do Promob, e orçamentos errados ou hostis. Cada um diz por quê.")
    before = network.seller.get(place.project)
    saved = _event(network, place, "project.saved")
    answers = (
        (
            "Assinado com outro segredo",
            _sent(network, saved, secret=new_webhook_secret()),
            "401 webhook_signature_wrong",
        ),
        ("De uma hora atrás", _sent(network, saved, age=_OLD_SECONDS), "401 webhook_signature_wrong"),
        ("Sem o projeto", _sent(network, {**saved, "project": {}}), "422 webhook_record_missing"),
    )
    for what, answer, wanted in answers:
        network.refused(what, Refusal(answer.status_code, answer.json()), wanted)
    xml = listing_xml(_ITEMS)
    bad = {
        "XML com uma entidade externa": (xml.replace("<LISTING", f"{_ENTITY}<LISTING", 1), "promob.xml_forbidden"),
        "XML pela metade": (xml[: len(xml) // 2], "promob.xml_malformed"),
        "Quantidade negativa": (xml.replace('REPETITION="2"', 'REPETITION="-2"', 1), "promob.number_negative"),
        "Um item apagado no caminho": (_one_less(xml), "promob.totals_differ"),
    }
    for what, (listing, code) in bad.items():
        event = _event(network, place, "budget.prepared", listing_xml=listing)
        network.came(what, _became(network, _sent(network, event)), f"Precisa de correção: {code}")
    event = {**_event(network, place, "project.saved"), "account": "9999"}
    line = _became(network, _sent(network, event))
    network.came("De uma conta que não é da rede", line, "Precisa de correção: promob.account_without_store")
    known = next(one for one in network.promob.rows("deliveries") if one["type"] == "budget.prepared")
    line = _became(network, _sent(network, saved, event_id=known["event"]))
    network.came("Outro corpo, com um número de evento já visto", line, "Precisa de correção: event_reused")
    after = network.seller.get(place.project)
    stage.holds("O projeto ficou como estava, em tudo", truth=after == before)


def _event(network: Network, place: Place, kind: str, **more: Any) -> Json:
    """What a webhook about an environment says."""
    return {
        "type": kind,
        "account": network.accounts[0]["id"],
        "occurred_at": datetime.now(UTC).isoformat(),
        "user": network.people[SELLER].user["id"],
        "project": {"id": place.promob_id, "name": place.name, "sequence": _LATER, "customer_id": "C-1"},
        **more,
    }


def _sent(network: Network, event: Json, *, secret: str = "", age: int = 0, event_id: str = "") -> requests.Response:
    """The answer to a webhook; age: of its timestamp, in seconds."""
    body, moment = json.dumps(event).encode(), int(time.time()) - age
    signed = signature_headers(secret or network.secret, event_id or f"msg_{time.time_ns()}", moment, body)
    headers = {"Content-Type": "application/json", **signed}
    return requests.post(network.address, data=body, headers=headers, timeout=_PATIENCE_SECONDS)


def _became(network: Network, answer: requests.Response) -> Json:
    """The line that a webhook ends in."""
    if answer.status_code != 200:
        raise NotAsItShouldBeError(f"O webhook deveria ser aceito, e respondeu {answer.status_code}.")
    return network.line(answer.json()["hint"])


def _one_less(xml: str) -> str:
    """A listing with one module less; its totals are as before."""
    start = xml.index("<ITEMS>\n<ITEM ") + len("<ITEMS>\n")
    return xml[:start] + xml[xml.index("<ITEM ", xml.index("</PRICE></ITEM>\n</ITEMS>", start)) :]


def other_software(network: Network, place: Place) -> None:
    """The lists that other software follows: all there is, and what changed since a moment."""
    stage, api = network.stage, network.administrator
    stage.scene("Para outros sistemas", "Um sistema que leu tudo há pouco pergunta só pelo que mudou desde então.")
    everything = {name: _listed(network, name) for name in _LISTS}
    moment = datetime.now(UTC)
    network.does("save", project=place.promob_id)
    changed = {name: _listed(network, name, changed_since=moment.isoformat()) for name in _LISTS}
    cells = ((title, str(len(everything[name])), str(len(changed[name]))) for name, title in _LISTS.items())
    network.console.print(rows(("Lista", "Ao todo", f"Mudaram desde {moment:%H:%M:%S} UTC"), cells))
    totals = ", ".join(str(len(everything[name])) for name in _LISTS)
    stage.check("Clientes, projetos, ambientes, orçamentos, pedidos", totals, "3, 3, 7, 3, 5")
    stage.check("Projetos que mudaram", ", ".join(one["name"] for one in changed["projects"]), "Apartamento")
    stage.check("Ambientes deles", ", ".join(one["name"] for one in changed["environments"]), place.name)
    rest = sum(len(changed[name]) for name in ("customers", "budgets", "orders"))
    stage.check("Do resto, mudaram", rest, 0)
    first = api.get(f"{PATH}/projects", limit=2)
    second = api.get(f"{PATH}/projects", limit=2, cursor=first["next"])
    stage.check("Projetos, de dois em dois", f"{len(first['items'])}, {len(second['items'])}", "2, 1")


def _listed(network: Network, name: str, **query: str) -> list[Json]:
    if name == "environments":
        found: list[Json] = network.administrator.get(f"{PATH}/environments", limit=_MOST_PROJECTS, **query)["items"]
        return found
    return list(network.administrator.every(f"{PATH}/{name}", **query))


def whole_day(network: Network) -> None:
    """What was done in all, as the day's run counted it and as the log tells it."""
    stage = network.stage
    stage.scene("O dia", "O que os avisos de hoje fizeram: a contagem do dia e as linhas do log dizem o mesmo.")
    lines = [line for line in network.lines() if line["record"]]
    day = network.administrator.get(f"{PATH}/runs/{lines[0]['run_id']}")
    counted = Counter(line["outcome"] for line in lines if line["run_id"] == day["run_id"])
    counters = {kind: number for kind, number in day["counters"].items() if number}
    titles = {line["outcome"]: line["outcome_title"] for line in lines}
    network.console.print(rows(("Resultado", "Avisos"), ((titles[kind], str(n)) for kind, n in counters.items())))
    stage.holds("São os mesmos números", truth=counters == counted)
    stage.check("Com falha", counted["failed"], 0)
    dead = stage.stack.client("sqs").get_queue_attributes(
        QueueUrl=stage.stack.outputs["PromobDeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    stage.check("Mensagens mortas", dead["Attributes"]["ApproximateNumberOfMessages"], "0")
