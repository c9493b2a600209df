"""The act `promob`, of a sale: a customer, environments, what is drawn and prepared, versions, items by hand."""

from __future__ import annotations

import gzip

from stdnum.br import cpf

from local.demo_api import Json
from local.demo_promob_network import SELLER, Network, Place, reais
from local.demo_view import card, rows
from local.model_network import CONNECTION, DOMAIN, PATH, price_by_rules
from local.vendors.clients import invented_cpf
from local.vendors.people import email, person

KITCHEN, BEDROOM, CLOSET = "Cozinha", "Dormitório", "Closet"
_CUSTOMER = 410  # an invented person, by number
_SEED = 16
_ITEMS = 300  # of the kitchen


def customer(network: Network) -> str:
    """A new customer here, whom Promob gets, once; gives the id."""
    stage, api, name = network.stage, network.seller, person(_CUSTOMER, _SEED)
    document = invented_cpf(_CUSTOMER, _SEED)
    stage.scene("Um cliente novo", f"{name} chega à loja, e é cadastrada aqui. O Promob a recebe em instantes.")
    new = {"store": network.stores[0].rpartition("/")[2], "name": name, "email": email(name, DOMAIN)}
    network.refused(
        "Com um CPF errado",
        api.refused("POST", f"{PATH}/customers", {**new, "document": "123.456.789-00"}),
        "422 request_invalid",
    )
    made = api.post(f"{PATH}/customers", {**new, "document": document})
    again = api.post(f"{PATH}/customers", {**new, "name": "Outra Pessoa", "document": cpf.format(document)})
    stage.check("O mesmo CPF outra vez: é a mesma cliente", again["name"], name)
    path = f"{PATH}/customers/{made['id']}"
    known = network.soon("a cliente no Promob", lambda: api.get(path)["promob_id"])
    there = [row for row in network.promob.rows("customers") if row["document"] == document]
    stage.check("No Promob, com este CPF", len(there), 1)
    stage.check("É a mesma", there[0]["id"], known)
    return str(made["id"])


def environments(network: Network, customer_id: str) -> dict[str, Place]:
    """A project with three environments, made at once; nobody waits for Promob, and the Connect list has them."""
    stage, api = network.stage, network.seller
    stage.scene("Três ambientes de uma vez", "O projeto da casa, e os ambientes dele; o Promob os recebe um a um.")
    new = {"store": network.stores[0].rpartition("/")[2], "customer": customer_id, "name": "Casa"}
    project = f"{PATH}/projects/{api.post(f'{PATH}/projects', new)['id']}"
    names = (KITCHEN, BEDROOM, CLOSET)
    asked = api.post(f"{project}/environments", {"names": list(names)})
    stage.check("Criados aqui, na hora", ", ".join(one["name"] for one in asked["items"]), ", ".join(names))

    def integrated() -> list[Json] | None:
        found = api.get(project)["environments"]
        return found if all(one["promob_id"] for one in found) else None

    found = network.soon("os ambientes no Promob", integrated)
    places = {
        one["name"]: Place(one["name"], project, f"{project}/environments/{one['id']}", one["promob_id"])
        for one in found
    }
    for place in places.values():
        network.until_told(place, "Não convertido, Projeto")
    listed = [row for row in network.promob.rows("projects") if row["external_id"].startswith(project[-16:])]
    network.console.print(
        rows(
            ("Na lista do Connect", "Identificador", "Situação", "Estágio"),
            ((row["name"], row["id"], row["situation"], row["stage"]) for row in listed),
        )
    )
    stage.check("Na lista do Connect", len(listed), 3)
    network.refused(
        "Outro com o mesmo nome",
        api.refused("POST", f"{project}/environments", {"names": ["Sacada", KITCHEN.upper()]}),
        "409 promob.environment_exists",
    )
    network.refused(
        "Por alguém da outra loja",
        network.neighbour.api.refused("POST", f"{project}/environments", {"names": ["Sacada"]}),
        "403 promob.user_not_of_store",
    )
    stage.check("Nada disso foi criado; ambientes", len(api.get(project)["environments"]), 3)
    return places


def saved(network: Network, place: Place) -> None:
    """A save makes an environment yellow, and tells who works on it; repeated, it changes nothing."""
    stage = network.stage
    stage.scene("Salvo no Promob", f"{network.people[SELLER].name} desenha a cozinha no Promob, e salva.")
    stage.check("Ícone, antes", network.mark(place), "nenhum")
    delivery = network.sends("save", project=place.promob_id)
    line = network.line(delivery["answer"]["hint"])
    network.show(line)
    stage.check("Ícone", network.mark(place), "amarelo")
    (notification,) = network.notifications(SELLER, "Pendente", place)
    network.console.print(card(notification))
    stage.check("Ação", network.environment(place)["need"], "prepare")
    network.promob.act("redeliver", event=delivery["event"])
    network.does("save", project=place.promob_id)
    stage.check("Repetido, e salvo de novo; pendentes", len(network.notifications(SELLER, "Pendente", place)), 1)
    stage.check("Sequência do Promob", network.environment(place)["saved"], 2)


def prepared(network: Network, place: Place) -> None:
    """The first budget makes version 1: every item, the XML's own totals, the price by the store's rules."""
    stage = network.stage
    stage.scene(
        "Preparar para Negociação",
        f"A cozinha tem {_ITEMS} itens com preço, em módulos, conjuntos e peças. O Promob envia o orçamento, o XML "
        "LISTING, comprimido.",
    )
    line = network.does("prepare", project=place.promob_id, n_items=_ITEMS)
    network.show(line)
    network.came("O aviso", line, "Atualizado: Orçamento do Promob recebido; primeira versão gerada")
    kept = _packed_bodies(network)
    stage.check("Corpos comprimidos no S3", len(kept), 1)
    stage.say(f"{len(kept[0]):,} bytes enviados; abertos, {len(gzip.decompress(kept[0])):,}.".replace(",", "."), "dim")
    version, drawn = network.environment(place)["current"], network.drawing(place)
    stage.check("Versão atual", version["number"], 1)
    stage.check("Itens com preço", version["items"], _ITEMS)
    stage.check("Custo, como o XML o soma", reais(version["cost"]), reais(drawn.cost))
    stage.check("Preço do Promob, como o XML o soma", reais(version["promob_price"]), reais(drawn.price))
    stage.check(
        "Preço pelas regras da loja, refeito à parte", reais(version["price"]), reais(price_by_rules(drawn.drawing))
    )
    stage.check("Ícone", network.mark(place), "verde")
    stage.check("Notificações pendentes", len(network.notifications(SELLER, "Pendente", place)), 0)
    network.until_told(place, "Não convertido, Orçamento")


def _packed_bodies(network: Network) -> list[bytes]:
    """Bodies of webhooks that are kept as they came, packed."""
    stack = network.stage.stack
    s3, bucket = stack.client("s3"), stack.outputs["DataBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"hints/{CONNECTION}/bodies/")["Contents"]
    bodies = (s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed)
    return [body for body in bodies if body.startswith(b"\x1f\x8b")]
