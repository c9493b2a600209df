"""The act `promob`, of what Promob had before, of what is made there, and of a password that changes there."""

from __future__ import annotations

from local.demo_api import Json
from local.demo_promob_network import SELLER, Network, Place, last
from local.model_network import DOMAIN, PATH
from local.vendors.clients import invented_cpf
from local.vendors.people import email, person

_CUSTOMER, _SEED = 411, 16  # an invented person, by number
_NEW_PASSWORD = "senha-7013-nova"  # noqa: S105  # invented, of the simulator
_LEGACY_ITEMS = 24


def legacy(network: Network, customer_id: str) -> Place:
    """A project that Promob had before the integration comes into its customer's project; gives its environment.

    customer_id: of somebody else, in whose project it is refused.
    """
    stage, api = network.stage, network.seller
    ours, elsewhere = (f"P-{account['id']}-1" for account in network.accounts)
    stage.scene("Integrar um legado", f"O projeto {ours} já estava no Promob antes da integração, e é preparado lá.")
    delivery = network.sends("negotiate", project=ours)
    line = network.line(delivery["answer"]["hint"])
    network.came("Sem a integração", line, "Precisa de correção: promob.project_not_integrated")
    stage.say(line["advice"], "dim")
    stage.holds("Negociar não abre tela nenhuma", truth=delivery["answer"]["open"] is None)
    store = last(network.stores[0])
    new = {"store": store, "customer": _whose(network, ours, store), "name": "Apartamento"}
    project = f"{PATH}/projects/{api.post(f'{PATH}/projects', new)['id']}"
    path = f"{project}/legacy"
    hers = next(one["id"] for one in api.every(f"{PATH}/projects") if one["customer"] == customer_id)
    network.refused(
        "A um projeto de outra cliente",
        api.refused("POST", f"{PATH}/projects/{hers}/legacy", {"promob_id": ours}),
        "422 promob.legacy_of_another",
    )
    network.refused(
        "Um que é da outra loja",
        api.refused("POST", path, {"promob_id": elsewhere}),
        "422 promob.legacy_elsewhere",
    )
    made = api.post(path, {"promob_id": ours})
    place = Place(made["name"], project, f"{project}/environments/{made['id']}", ours)
    stage.check("Integrado; ícone", network.mark(place), "amarelo")
    network.refused(
        "Integrá-lo a outro projeto",
        api.refused("POST", path, {"promob_id": ours, "name": "Outro"}),
        "409 promob.integrated_before",
    )
    line = network.does("prepare", project=ours, n_items=_LEGACY_ITEMS)
    network.came("Preparado de novo", line, "Atualizado: Orçamento do Promob recebido; primeira versão gerada")
    stage.check("Itens com preço", network.environment(place)["current"]["items"], _LEGACY_ITEMS)
    stage.check("Ícone", network.mark(place), "verde")
    network.until_told(place, "Não convertido, Orçamento")
    return place


def _whose(network: Network, promob_id: str, store: str) -> str:
    """The customer here who has a project in Promob."""
    drawn = next(one for one in network.promob.rows("projects") if one["id"] == promob_id)
    there = next(one for one in network.promob.rows("customers") if one["id"] == drawn["customer_id"])
    whom = {"store": store, "name": there["name"], "document": there["document"]}
    return str(network.seller.post(f"{PATH}/customers", whom)["id"])


def made_in_promob(network: Network) -> None:
    """A customer and an environment that are made in Promob are here before long."""
    stage, api, name = network.stage, network.seller, person(_CUSTOMER, _SEED)
    stage.scene("Criados no Promob", f"{name} e um projeto são criados no próprio Promob, e chegam por webhooks.")
    columns = {"document": invented_cpf(_CUSTOMER, _SEED), "email": email(name, DOMAIN)}
    line = network.does("create-customer", account=network.accounts[0]["id"], name=name, **columns)
    network.came("O cliente", line, "Criado: Cliente criado no Promob e recebido")
    (here,) = [one for one in api.every(f"{PATH}/customers") if one["name"] == name]
    stage.check("Aqui, com o CPF", here["document"], columns["document"])
    again = api.post(f"{PATH}/customers", {"store": last(network.stores[0]), "name": name, **columns})
    stage.holds("Cadastrar aqui o mesmo CPF encontra esse cliente", truth=again["id"] == here["id"])
    line = network.does("change-customer", customer=here["promob_id"], phone="(49) 3333-0101")
    network.came("O telefone muda no Promob", line, "Atualizado: Cliente alterado no Promob")
    stage.check("Aqui", api.get(f"{PATH}/customers/{here['id']}")["phone"], "(49) 3333-0101")
    line = network.does("create-project", customer=here["promob_id"], name="Lavabo")
    network.came("O projeto", line, "Criado: Ambiente criado no Promob e recebido")
    network.show(line)
    (project,) = [one for one in api.every(f"{PATH}/projects") if one["customer"] == here["id"]]
    received: list[Json] = api.get(f"{PATH}/projects/{project['id']}")["environments"]
    stage.check("Ambientes dele, aqui", ", ".join(one["name"] for one in received), "Lavabo")


def password(network: Network, place: Place) -> None:
    """A password that changes in Promob ends the link: nothing goes on until it is made again, once."""
    stage, seller = network.stage, network.people[SELLER]
    stage.scene("Outra senha no Promob", f"{seller.name} altera a senha do Promob: o vínculo daqui deixa de valer.")
    line = network.does("change-password", user=seller.user["id"], password=_NEW_PASSWORD)
    network.came("O aviso", line, "Atualizado: Senha alterada no Promob; usuário desvinculado")
    user = network.administrator.get(seller.path)
    stage.holds("O ícone deixa de ser verde", truth=not user["linked"])
    stage.say(f"{user['why']} {user['advice']}", "dim")
    network.refused(
        "Atualizar, sem o vínculo", seller.api.refused("POST", f"{place.path}/update"), "403 promob.user_not_linked"
    )
    before = network.environment(place)["budget"]
    line = network.does("prepare", project=place.promob_id, n_items=_LEGACY_ITEMS)
    network.came("Preparar, sem o vínculo", line, "Precisa de correção: promob.user_not_linked")
    stage.holds("O orçamento guardado é o de antes", truth=network.environment(place)["budget"] == before)
    stage.check("O salvamento vale, de quem quer que seja; ícone", network.mark(place), "amarelo")
    link = f"{seller.path}/promob-link"
    network.refused(
        "Vincular com a senha de antes",
        seller.api.refused("POST", link, {"password": seller.user["password"]}),
        "422 promob.credentials_wrong",
    )
    stage.holds("Vincula de novo", truth=seller.api.post(link, {"password": _NEW_PASSWORD})["linked"])
    line = network.does("prepare", project=place.promob_id)
    network.came("Prepara de novo", line, "Atualizado: Orçamento do Promob recebido; falta atualizar")
    updated = seller.api.post(f"{place.path}/update")
    stage.check("Atualizar: versão", updated["version"]["number"], 2)
