"""The act `promob`, of budgets: a discount, the printed page, an approval refused and done, and one taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

from local.demo_api import Browser, Json
from local.demo_promob_network import MANAGER, Network, Place, reais
from local.demo_promob_sales import BEDROOM, CLOSET, KITCHEN
from local.demo_view import rows
from local.model_network import LIMIT, PATH
from local.processes import ROOT

_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_DISCOUNT = "12"  # percent
_BEDROOM_ITEMS = 40
_REASON = "A cliente trocou a forma de pagamento"


def discount(network: Network, places: Mapping[str, Place]) -> None:
    """A discount above the rules' limit waits for a manager."""
    stage, kitchen = network.stage, places[KITCHEN]
    stage.scene(
        "Um desconto", f"A vendedora dá {_DISCOUNT}% na cozinha. Sem um gerente, as regras da loja deixam dar {LIMIT}%."
    )
    given = network.seller.post(f"{kitchen.path}/discount", {"percent": _DISCOUNT})
    stage.check("Preço, sem e com o desconto", f"{reais(given['gross'])}, {reais(given['price'])}", _both(given))
    stage.holds("Espera a liberação de um gerente", truth=given["discount"]["needs_approval"])
    network.refused(
        "A vendedora o libera",
        network.seller.refused("POST", f"{kitchen.path}/discount/approval", {"percent": _DISCOUNT}),
        "403 promob.not_manager",
    )


def _both(given: Json) -> str:
    """The price before and after the discount, reckoned here."""
    gross = Decimal(given["gross"])
    net = (gross * (100 - Decimal(_DISCOUNT)) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{reais(gross)}, {reais(net)}"


def printed(network: Network, places: Mapping[str, Place]) -> Json:
    """A budget over chosen environments, and its page, which is kept as a file; gives the budget."""
    stage, project = network.stage, places[KITCHEN].project
    stage.scene(
        "O orçamento impresso",
        "O dormitório também é preparado. A vendedora escolhe os dois ambientes, e imprime o orçamento para a cliente.",
    )
    network.refused(
        "Um orçamento do closet, de que nada veio ainda",
        network.seller.refused("POST", f"{project}/budgets", {"environments": [places[CLOSET].id]}),
        "409 promob.nothing_to_budget",
    )
    network.does("prepare", project=places[BEDROOM].promob_id, n_items=_BEDROOM_ITEMS)
    budget = _budget(network, places)
    stage.check("Orçamento", budget["number"], 1)
    prices = [Decimal(network.environment(places[name])["price"]) for name in (KITCHEN, BEDROOM)]
    stage.check("Total dos dois ambientes", reais(budget["price"]), reais(sum(prices, Decimal(0))))
    page = _page(network, budget)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    day = "/".join(reversed(budget["valid_until"].split("-")))
    for wanted in (f"Válido até {day}", f"{_DISCOUNT}%", f"Total {reais(budget['price'])}"):
        stage.holds(f"A página diz: {wanted}", truth=wanted in text)
    file = ROOT / ".local" / "orcamento.html"
    file.parent.mkdir(exist_ok=True)
    file.write_text(page, encoding="utf-8")
    stage.say(f"A página fica em {file.relative_to(ROOT)}.")
    return budget


def approval(network: Network, places: Mapping[str, Place], budget: Json) -> Json:
    """A budget is approved once nothing stands in the way of it, which is named each time; gives the approved one."""
    stage, api, kitchen = network.stage, network.seller, places[KITCHEN]
    stage.scene("A aprovação", "A cliente aceita. Mas o desconto não foi liberado, e alguém acaba de salvar a cozinha.")
    approve = f"{PATH}/budgets/{budget['id']}/approval"
    network.refused("Aprovar, sem a liberação", api.refused("POST", approve), "409 promob.discount_unapproved")
    _let_through(network, kitchen)
    network.does("save", project=kitchen.promob_id)
    network.refused("Aprovar, salva a cozinha", api.refused("POST", approve), "409 promob.out_of_date", KITCHEN)
    network.does("prepare", project=kitchen.promob_id)
    network.refused("Aprovar, preparada de novo", api.refused("POST", approve), "409 promob.out_of_date")
    stage.check("Atualizar: versão", api.post(f"{kitchen.path}/update")["version"]["number"], 3)
    network.refused("Aprovar o orçamento de antes", api.refused("POST", approve), "409 promob.budget_superseded")
    stage.check("Convertidos", api.get(kitchen.project)["converted"], 0)
    stage.say("O que foi liberado valia para a versão 2; a versão 3 pede de novo.", "dim")
    _let_through(network, kitchen)
    return approved(network, places)


def _let_through(network: Network, place: Place) -> None:
    path = f"{place.path}/discount/approval"
    given = network.people[MANAGER].api.post(path, {"percent": network.environment(place)["discount"]["percent"]})
    network.stage.holds(
        f"{network.people[MANAGER].name}, gerente, libera o desconto", truth=not given["discount"]["needs_approval"]
    )


def approved(network: Network, places: Mapping[str, Place]) -> Json:
    """A new budget of both environments is approved, and Promob is told."""
    stage, api = network.stage, network.seller
    budget = _budget(network, places)
    done: Json = api.post(f"{PATH}/budgets/{budget['id']}/approval")
    stage.holds(f"O orçamento {budget['number']} está aprovado", truth=done["state"] == "approved")
    for name in (KITCHEN, BEDROOM):
        network.until_told(places[name], "Convertido, Aprovado")
    network.until_told(places[CLOSET], "Não convertido, Projeto")
    marked = [str(one["number"]) for one in api.every(f"{places[KITCHEN].path}/versions") if one["is_converted"]]
    stage.check("A versão convertida da cozinha", ", ".join(marked), "3")
    return done


def undone(network: Network, places: Mapping[str, Place]) -> None:
    """A conversion is taken back with a reason, which the history keeps; then all is approved again."""
    stage, api, kitchen = network.stage, network.seller, places[KITCHEN]
    stage.scene("Desfazer a conversão", "Até a revisão, uma conversão ainda se desfaz, e o motivo fica no histórico.")
    path = f"{kitchen.path}/conversion/undo"
    network.refused("Sem motivo", api.refused("POST", path, {"reason": " "}), "422 request_invalid")
    for name in (KITCHEN, BEDROOM):
        api.post(f"{places[name].path}/conversion/undo", {"reason": _REASON})
        network.until_told(places[name], "Não convertido, Orçamento")
    approved(network, places)
    history = list(api.every(f"{kitchen.project}/history"))
    told = [one for one in history if one["code"] in {"converted", "conversion_undone"}]
    by = {person.token: person.name for person in network.people.values()}
    network.console.print(rows(("No histórico", "Por"), ((one["title"], by[one["by"]]) for one in told)))
    stage.check("Conversões e desfeitas, no histórico", len(told), 6)
    stage.check("Com o motivo", sum(_REASON in one["title"] for one in told), 2)


def _budget(network: Network, places: Mapping[str, Place]) -> Json:
    """A new budget of the kitchen and the bedroom."""
    made: Json = network.seller.post(
        f"{places[KITCHEN].project}/budgets", {"environments": [places[name].id for name in (KITCHEN, BEDROOM)]}
    )
    return made


def _page(network: Network, budget: Json) -> str:
    """A budget's page as a browser gets it, with its styles in it: it has to be read when the stack is gone."""
    browser = Browser(network.administrator.url)
    browser.sign_in(network.stage.stack.token)
    answer = browser.page(budget["print"])
    kind = answer.headers["Content-Type"].partition(";")[0]
    network.stage.check("No navegador", f"{answer.status_code} {kind}", "200 text/html")
    return _STYLES.sub(lambda found: f"<style>\n{browser.page(found[1]).text}</style>", answer.text)
