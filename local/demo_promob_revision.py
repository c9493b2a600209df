"""The act `promob`, of what follows a sale: the revision, its purchase orders, what is refused then, assistance."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from local.demo_api import Json
from local.demo_promob_network import MANAGER, RESPONSIBLE, SELLER, Network, Place, reais
from local.demo_promob_sales import BEDROOM, KITCHEN
from local.demo_view import card, rows
from local.model_network import PATH, cost_by_supplier

_ITEMS = 44  # of the bedroom, negotiated after the approval
_SOLD = (KITCHEN, BEDROOM)


def revised(network: Network, places: Mapping[str, Place], by_hand: Json) -> None:
    """From the financial release to the purchase orders; each environment has to be updated, or confirmed."""
    stage, bedroom = network.stage, places[BEDROOM]
    reviewer, revision = network.people[RESPONSIBLE], f"{bedroom.project}/revision"
    stage.scene(
        "A revisão",
        f"O financeiro libera o contrato. Depois disso, o dormitório ainda muda no Promob; {reviewer.name} revisa.",
    )
    network.refused("Acessar antes", reviewer.api.refused("POST", f"{revision}/access"), "409 promob.not_released")
    released = network.people[MANAGER].api.post(f"{revision}/release")
    stage.holds("O contrato está liberado para a revisão", truth=released["state"] == "released")
    for name in _SOLD:
        network.until_told(places[name], "Convertido, Em revisão")
    delivery = network.sends("negotiate", project=bedroom.promob_id, n_items=_ITEMS)
    network.line(delivery["answer"]["hint"])
    stage.holds("Negociar abre a tela Revisão", truth=delivery["answer"]["open"] == revision)
    (told,) = network.notifications(SELLER, "Pendente", bedroom)
    network.console.print(card(told))
    seen = reviewer.api.post(f"{revision}/access")
    _show(network, seen)
    stage.check("Mudou depois da conversão", _names(seen, "changed"), BEDROOM)
    pending = {who: len(network.notifications(who, "Pendente", bedroom)) for who in (SELLER, RESPONSIBLE)}
    stage.check("A notificação passou a quem revisa", ", ".join(map(str, pending.values())), "0, 1")
    conclusion = f"{revision}/conclusion"
    network.refused(
        "Concluir, sem atualizar", reviewer.api.refused("POST", conclusion), "409 promob.out_of_date", BEDROOM
    )
    made = reviewer.api.post(f"{bedroom.path}/update")
    stage.check("Atualizar o dormitório gera a versão", made["version"]["number"], 2)
    network.refused(
        "Concluir, sem confirmar a cozinha",
        reviewer.api.refused("POST", conclusion),
        "409 promob.not_reviewed",
        KITCHEN,
    )
    confirmed = reviewer.api.post(f"{places[KITCHEN].path}/update")
    stage.check("Atualizar a cozinha só confirma a versão", confirmed["version"]["number"], 3)
    concluded = reviewer.api.post(conclusion)
    stage.holds("A revisão está concluída", truth=concluded["state"] == "concluded")
    _orders(network, places, by_hand)
    again = reviewer.api.post(conclusion)
    stage.holds("Concluir de novo não gera outros pedidos", truth=again["orders"] == concluded["orders"])
    for name in _SOLD:
        network.until_told(places[name], "Convertido, Revisão concluída")


def _show(network: Network, revision: Json) -> None:
    titles = ("Ambiente", "Versão convertida", "Versão atual", "Mudou", "O que falta")
    cells = (
        (
            one["name"],
            str(one["converted_version"]),
            str(one["current_version"]),
            "sim" if one["changed"] else "–",
            one["action"] or "–",
        )
        for one in revision["environments"]
    )
    network.console.print(rows(titles, cells))


def _names(revision: Json, truth: str) -> str:
    return ", ".join(one["name"] for one in revision["environments"] if one[truth])


def _orders(network: Network, places: Mapping[str, Place], by_hand: Json) -> None:
    """The purchase orders; what each comes to is reckoned from the drawings and the item by hand."""
    stage, api = network.stage, network.seller
    wanted = {by_hand["supplier"]: Decimal(by_hand["total_cost"])}
    for name in _SOLD:
        for supplier, cost in cost_by_supplier(network.drawing(places[name]).drawing).items():
            wanted[supplier] = wanted.get(supplier, Decimal(0)) + cost
    orders = sorted(api.every(f"{PATH}/orders"), key=lambda one: str(one["supplier"]))
    cells = ((one["supplier"], str(one["lines"]), reais(one["cost"])) for one in orders)
    network.console.print(rows(("Pedido de compra a", "Linhas", "Custo"), cells))
    stage.check("Pedidos de compra, um por fornecedor", len(orders), len(wanted))
    found = {one["supplier"]: Decimal(one["cost"]) for one in orders}
    stage.holds("Cada um soma o que os desenhos e os itens manuais custam", truth=found == wanted)
    sold = [network.environment(places[name]) for name in _SOLD]
    cost = sum((Decimal(one["current"]["cost"]) + Decimal(one["manual_cost"]) for one in sold), Decimal(0))
    stage.check("Custo ao todo", reais(sum(found.values(), Decimal(0))), reais(cost))
    lines = list(api.every(f"{PATH}/orders/{orders[0]['id']}/lines"))
    stage.check(f"Linhas do pedido a {orders[0]['supplier']}", len(lines), orders[0]["lines"])


def afterwards(network: Network, places: Mapping[str, Place]) -> None:
    """What Promob sends after the conclusion is refused, and logged; nothing changes."""
    stage, kitchen = network.stage, places[KITCHEN]
    stage.scene("Depois da conclusão", "Alguém salva a cozinha no Promob, com os pedidos de compra já feitos.")
    before = network.seller.get(kitchen.project)
    line = network.does("save", project=kitchen.promob_id)
    network.came("Salva no Promob", line, "Precisa de correção: promob.revision_concluded")
    line = network.does("prepare", project=kitchen.promob_id)
    network.came("Preparada no Promob", line, "Precisa de correção: promob.revision_concluded")
    new = {"description": "Nicho", "cost": "10.00", "price": "20.00"}
    network.refused(
        "Um item manual a mais",
        network.seller.refused("POST", f"{kitchen.path}/items", new),
        "409 promob.revision_concluded",
    )
    stage.holds("O projeto ficou como estava, em tudo", truth=network.seller.get(kitchen.project) == before)
    logged = [one for one in network.lines(outcome="rejected") if one["code"] == "promob.revision_concluded"]
    stage.check("Recusas nos logs", len(logged), 2)


def assistance(network: Network, places: Mapping[str, Place]) -> None:
    """An occurrence with a copy of what was revised, which Promob gets, and one of items by hand alone."""
    stage, api, kitchen = network.stage, network.seller, places[KITCHEN]
    stage.scene(
        "Assistência técnica", "Uma porta da cozinha chegou riscada. A ocorrência começa com o arquivo da revisão."
    )
    opened = api.post(f"{kitchen.path}/assistance", {"source": "revision"})
    stage.check("Ocorrência", opened["name"], f"{KITCHEN} ocorrência: 1")
    path = f"{kitchen.project}/environments/{opened['id']}"
    promob_id = str(network.soon("a ocorrência no Promob", lambda: api.get(path)["promob_id"]))
    place = Place(opened["name"], kitchen.project, path, promob_id)
    copied = next(row for row in network.promob.rows("projects") if row["id"] == promob_id)
    stage.check("No Promob", copied["name"], opened["name"])
    drawn = network.drawing(place).drawing
    stage.holds("É uma cópia da cozinha", truth=drawn.ambients[0].categories == _categories(network, kitchen))
    network.does("save", project=promob_id)
    (pending,) = network.notifications(SELLER, "Pendente", place)
    network.console.print(card(pending))
    delivery = network.sends("negotiate", project=promob_id, n_items=2)
    network.came(
        "Negociada no Promob",
        network.line(delivery["answer"]["hint"]),
        "Atualizado: Orçamento do Promob recebido; primeira versão gerada",
    )
    stage.holds("Negociar abre a tela Ambiente da ocorrência", truth=delivery["answer"]["open"] == path)
    stage.check("Ícone", network.mark(place), "verde")
    stage.check("Pendentes", len(network.notifications(SELLER, "Pendente", place)), 0)
    second = api.post(f"{kitchen.path}/assistance", {"source": "none"})
    stage.check("Outra, só de itens manuais", second["name"], f"{KITCHEN} ocorrência: 2")
    item = {"description": "Puxador perfil", "supplier": "Ferragens Campeiras", "cost": "21.48", "price": "0.00"}
    api.post(f"{kitchen.project}/environments/{second['id']}/items", item)
    there = [row for row in network.promob.rows("projects") if row["external_id"].endswith(second["id"])]
    stage.check("No Promob, desta", len(there), 0)
    stage.check("Ocorrências", len(api.get(f"{kitchen.project}/assistance")["items"]), 2)


def _categories(network: Network, place: Place) -> object:
    return network.drawing(place).drawing.ambients[0].categories
