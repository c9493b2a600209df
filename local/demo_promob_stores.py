"""The act `promob`, of the stores: their configuration, what is missing of it, and users who link themselves."""

from __future__ import annotations

from local.demo_api import Json
from local.demo_promob_network import MANAGER, RESPONSIBLE, SELLER, Network, Person
from local.demo_view import rows
from local.model_network import CONNECTIONS, NAME, PATH, RULES, definition

_MACHINES = ("Recepção", "Projetos")


def the_network(network: Network) -> None:
    """The connection is made; the API tells where Promob's webhooks come to, and Promob is told so."""
    stage, api = network.stage, network.administrator
    stage.scene(
        "A rede",
        "Uma rede inventada de duas lojas de móveis planejados, cada uma com a sua conta no Portal do Promob. O "
        "Promob é simulado; a sua API e os seus webhooks são suposições, e o XML do orçamento é o do Promob.",
    )
    stage.check("Contas no Portal do Promob", len(network.accounts), 2)
    made = api.post(CONNECTIONS, definition(stage.stack.vendors["promob"], network.secret))
    stage.check("Conexão", made["name"], NAME)
    stage.holds("Ela não devolve o segredo dos webhooks", truth=network.secret not in str(made))
    tested = api.post(f"{PATH}/test")
    stage.check(
        "Testada, funcionam", ", ".join(one["what"] for one in tested["checks"] if one["ok"]), "Promob, Webhooks"
    )
    webhook = api.get(f"{PATH}/webhook")
    network.address = webhook["url"]
    network.promob.act("webhook", address=network.address, secret=network.secret)
    path = str(webhook["path"])
    stage.say(f"Endereço informado ao Promob: {path[: path.rindex('/') + 5]}… (o resto é secreto)", "dim")


def stores(network: Network) -> None:
    """Both stores, their users and rules; what is missing is named, and done; then the integration is active."""
    stage, api = network.stage, network.administrator
    stage.scene(
        "As lojas", "Cada loja tem CNPJ, AccountID e número de série; e uma pessoa que responde pela integração."
    )
    _store(network, 0, network.people[RESPONSIBLE])
    _store(network, 1, network.neighbour)
    for role, person in network.people.items():
        user = {"token": person.token, "store": _id(network, 0), "name": person.name, "login": person.user["login"]}
        api.post(f"{PATH}/users", {**user, "is_manager": role == MANAGER})
    stage.check("Lojas", len(list(api.every(f"{PATH}/stores"))), 2)
    stage.check("Usuários na primeira", len(list(api.every(f"{PATH}/users"))), 3)
    rules = api.patch(f"{network.stores[0]}/rules", {"rules": list(RULES)})
    cells = (
        (
            rule["category"] or "todas",
            rule["supplier"] or "todos",
            f"custo + {rule['markup']}%" if rule["markup"] else "o preço do Promob",
            rule["step"],
            f"{rule['discount_limit']}%",
        )
        for rule in rules["rules"]
    )
    titles = ("Categoria", "Fornecedor", "Vende por", "Arredonda a R$", "Desconto sem gerente")
    network.console.print(rows(titles, cells))
    stage.check("Regras comerciais", len(rules["rules"]), 3)
    _configured(network, 0, network.people[RESPONSIBLE])
    _configured(network, 1, network.neighbour)


def _store(network: Network, number: int, responsible: Person) -> None:
    account = network.accounts[number]
    made = network.administrator.post(
        f"{PATH}/stores",
        {
            "name": account["name"],
            "cnpj": account["cnpj"],
            "account": account["id"],
            "serial": account["serials"][0],
            "responsible": responsible.token,
            "machines": list(_MACHINES[: 2 - number]),
        },
    )
    network.stores.append(f"{PATH}/stores/{made['id']}")


def _configured(network: Network, number: int, responsible: Person) -> None:
    """A store's checklist from all that is missing to the activation, each step by who answers for it."""
    stage, store, api = network.stage, network.stores[number], responsible.api
    name = network.accounts[number]["name"]
    stage.say(f"A configuração da loja {name}, por {responsible.name}:")
    before = api.get(f"{store}/checklist")
    verified = api.post(f"{store}/verification")
    if number == 0:
        titles = ("Pré-requisito", "Falta", "Falta, consultado o Portal")
        pairs = zip(before["items"], verified["items"], strict=True)
        cells = ((one["title"], _missing(one), _missing(after)) for one, after in pairs)
        network.console.print(rows(titles, cells))
        stage.check("Faltam, de início", _lacking(before), 5)
        network.refused(
            "Concluir a configuração",
            api.refused("POST", f"{store}/activation"),
            "409 promob.store_not_ready",
        )
    for machine in _MACHINES[: 2 - number]:
        api.post(f"{store}/declarations", {"webstart": machine})
    declared = api.post(f"{store}/declarations", {"evaluation": "Loja pronta para a integração"})
    evaluation = declared["items"][-1]["declared"][0]
    stage.holds(
        f"A avaliação do consultor foi declarada por {responsible.name}", truth=evaluation["by"] == responsible.token
    )
    if number == 0:
        network.refused(
            "Quem não é o responsável conclui",
            network.seller.refused("POST", f"{store}/activation"),
            "403 promob.not_responsible",
        )
    stage.holds(f"A integração da loja {name} está ativa", truth=api.post(f"{store}/activation")["active"])


def linking(network: Network) -> None:
    """Each user links themselves, once, with Promob's password; until then they are refused, and told why."""
    stage, person, store = network.stage, network.people[SELLER], network.stores[0]
    stage.scene(
        "Vincular usuário Promob",
        f"{person.name} vende na primeira loja, e vincula o seu usuário do Promob em Meu Perfil. Antes, nada faz.",
    )
    new = {"store": _id(network, 0), "customer": "f" * 16, "name": "Casa"}
    network.refused(
        "Um projeto, sem o vínculo",
        person.api.refused("POST", f"{PATH}/projects", new),
        "403 promob.user_not_linked",
    )
    link = f"{person.path}/promob-link"
    network.refused(
        "Com outra senha",
        person.api.refused("POST", link, {"password": "não é esta"}),
        "422 promob.credentials_wrong",
    )
    network.refused(
        "Por outra pessoa",
        network.people[MANAGER].api.refused("POST", link, {"password": person.user["password"]}),
        "403 promob.not_yourself",
    )
    for role in (SELLER, MANAGER):
        one = network.people[role]
        one.api.post(f"{one.path}/promob-link", {"password": one.user["password"]})
    users = list(network.administrator.every(f"{PATH}/users"))
    cells = (
        (
            one["name"],
            "sim" if one["is_manager"] else "–",
            "sim" if one["is_responsible"] else "–",
            "● verde" if one["linked"] else "○",
        )
        for one in users
    )
    network.console.print(rows(("Usuário", "Gerente", "Responsável", "Vinculado"), cells))
    stage.check("Vinculados", sum(one["linked"] for one in users), 2)
    lacking = network.administrator.get(f"{store}/checklist")
    stage.check("O que falta à loja", _lacking(lacking), 0)
    stage.say("Quem responde pela integração não precisa de vínculo.", "dim")


def _id(network: Network, number: int) -> str:
    return network.stores[number].rpartition("/")[2]


def _lacking(checklist: Json) -> int:
    return sum(not one["met"] for one in checklist["items"])


def _missing(item: Json) -> str:
    return ", ".join(item["missing"]) or "–"
