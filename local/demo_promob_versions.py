"""The act `promob`, of versions: an item by hand, a drawing that changes, Atualizar, and what differs."""

from __future__ import annotations

from decimal import Decimal

from local.demo_api import Json
from local.demo_promob_network import SELLER, Drawn, Network, Place, reais
from local.demo_view import card, rows
from local.model_network import modules, price_by_rules

_ITEMS = 306  # of the kitchen, drawn anew: three modules more
_SHOWN = 3  # differences of a kind


def by_hand(network: Network, place: Place) -> Json:
    """An item that Promob knows nothing of; gives it as it stands."""
    stage, api = network.stage, network.seller
    stage.scene("Um item manual", "A cuba não é desenhada no Promob; a vendedora a inclui aqui.")
    before = network.environment(place)
    new = {"description": "Cuba de inox 56 cm", "supplier": "Cubas do Vale", "quantity": "2"}
    network.refused(
        "Com quantidade negativa",
        api.refused("POST", f"{place.path}/items", {**new, "quantity": "-2", "cost": "189.90", "price": "349.00"}),
        "422 request_invalid",
    )
    item: Json = api.post(f"{place.path}/items", {**new, "cost": "189.90", "price": "349.00"})
    after = network.environment(place)
    stage.check("Preço dos itens manuais", reais(after["manual_price"]), "R$ 698,00")
    stage.check(
        "Preço do ambiente", reais(after["gross"]), reais(Decimal(before["gross"]) + Decimal(after["manual_price"]))
    )
    return item


def changed(network: Network, place: Place, item: Json) -> tuple[Drawn, Drawn]:
    """Another drawing is stored, and waits for Atualizar, which makes version 2; gives what there was and what is."""
    stage, api = network.stage, network.seller
    stage.scene(
        "Alterado, e preparado de novo",
        "A cliente quer outros acabamentos e mais armários. O projeto é salvo no Promob, e só depois preparado.",
    )
    before = network.drawing(place)
    network.does("save", project=place.promob_id)
    stage.check("Salvo; ícone", network.mark(place), "amarelo")
    network.refused(
        "Atualizar, sem preparar",
        api.refused("POST", f"{place.path}/update"),
        "409 promob.prepare_again",
    )
    line = network.does("prepare", project=place.promob_id, n_items=_ITEMS)
    network.came("Preparado", line, "Atualizado: Orçamento do Promob recebido; falta atualizar")
    stage.check("Ícone", network.mark(place), "amarelo")
    stage.check("Versão atual", network.environment(place)["current"]["number"], 1)
    (pending,) = network.notifications(SELLER, "Pendente", place)
    network.console.print(card(pending))
    updated = api.post(f"{place.path}/update")
    after, version = network.drawing(place), updated["version"]
    stage.check("Atualizar: versão", version["number"], 2)
    stage.check("Ícone", network.mark(place), "verde")
    stage.check("Custo, como o XML o soma", reais(version["cost"]), reais(after.cost))
    price = reais(price_by_rules(after.drawing))
    stage.check("Preço pelas regras da loja, refeito à parte", reais(version["price"]), price)
    concluded = [one["id"] for one in network.notifications(SELLER, "Concluído", place)]
    stage.holds("A notificação está Concluído", truth=pending["id"] in concluded)
    stage.check("Pendentes", len(network.notifications(SELLER, "Pendente", place)), 0)
    (kept,) = api.every(f"{place.path}/items", which="manual")
    stage.holds("O item manual é o mesmo, em tudo", truth=kept["manual"] == item)
    again = api.post(f"{place.path}/update")
    stage.check("Atualizar de novo só confirma; versão", again["version"]["number"], 2)
    return before, after


def difference(network: Network, place: Place, drawn: tuple[Drawn, Drawn]) -> None:
    """What differs between two versions, in trade words; the numbers are those of the drawings themselves."""
    stage = network.stage
    stage.scene("A diferença", "O que mudou da versão 1 para a 2, como se diz na loja.")
    found = network.seller.get(f"{place.path}/versions/2/difference", **{"with": 1})
    for kind in ("changed", "added"):
        for one in [one for one in found["differences"] if one["kind"] == kind][:_SHOWN]:
            stage.say(one["sentence"])
    stage.say(found["sentence"])
    before, after = (dict(_by_id(one)) for one in drawn)
    stage.check("Módulos que entraram", _number(found, "added"), len(after.keys() - before.keys()))
    stage.check("Módulos que saíram", _number(found, "gone"), 0)
    differ = sum(before[name] != after[name] for name in before)
    stage.check("Módulos que mudaram", _number(found, "changed"), differ)
    sums = [price_by_rules(one.drawing) for one in drawn]
    stage.check("Preço, de uma para a outra", _went(found), f"{reais(sums[0])} → {reais(sums[1])}")
    versions = list(network.seller.every(f"{place.path}/versions"))
    network.console.print(
        rows(
            ("Versão", "Nome da opção", "Identificador", "Itens", "Custo", "Preço", "Atual"),
            (
                (
                    str(one["number"]),
                    one["option"],
                    one["promob_id"],
                    str(one["items"]),
                    reais(one["cost"]),
                    reais(one["price"]),
                    "● verde" if one["is_current"] else "",
                )
                for one in versions
            ),
        )
    )
    stage.check("Versões; a atual é uma só", f"{len(versions)}, {sum(one['is_current'] for one in versions)}", "2, 1")
    opened = network.seller.post(f"{place.path}/opening", {"version": 1})
    stage.check("A versão 1 abre no Promob", network.opens(opened["url"]), 200)


def _by_id(drawn: Drawn) -> list[tuple[str, object]]:
    return [(piece.id, piece) for _, piece in modules(drawn.drawing.ambients)]


def _number(found: Json, kind: str) -> int:
    return sum(one["kind"] == kind for one in found["differences"])


def _went(found: Json) -> str:
    return f"{reais(found['before']['price'])} → {reais(found['after']['price'])}"
