"""The act `promob`, of budgets: printed, refused and approved, and a conversion that is taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from local.demo_api import Browser, Json
from local.demo_promob_network import Network, Place, reais
from local.demo_promob_sales import KITCHEN, chosen
from local.processes import ROOT

_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def printed(network: Network, places: Mapping[str, Place]) -> Json:
    """A budget over chosen environments, and its page, which is kept as a file; gives the budget."""
    stage = network.stage
    stage.scene("O orçamento impresso", "A vendedora escolhe os ambientes, e imprime o orçamento para a cliente.")
    budget: Json = network.seller.post(f"{places[KITCHEN].project}/budgets", {"environments": chosen(places, KITCHEN)})
    page = _page(network, budget)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    day = "/".join(reversed(budget["valid_until"].split("-")))
    stage.check("Orçamento", budget["number"], 1)
    for wanted in (f"Válido até {day}", f"Total {reais(budget['price'])}"):
        stage.holds(f"A página diz: {wanted}", truth=wanted in text)
    file = ROOT / ".local" / "orcamento.html"
    file.parent.mkdir(exist_ok=True)
    file.write_text(page, encoding="utf-8")
    stage.say(f"A página fica em {file.relative_to(ROOT)}.")
    return budget


def _page(network: Network, budget: Json) -> str:
    """A budget's page as a browser gets it, with its styles in it: it has to be read when the stack is gone."""
    browser = Browser(network.administrator.url)
    browser.sign_in(network.stage.stack.token)
    answer = browser.page(budget["print"])
    network.stage.check(
        "No navegador", f"{answer.status_code} {answer.headers['Content-Type']}", "200 text/html; charset=utf-8"
    )
    return _STYLES.sub(lambda found: f"<style>\n{browser.page(found[1]).text}</style>", answer.text)
