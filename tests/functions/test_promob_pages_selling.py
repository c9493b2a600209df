"""The way of a shop assistant through the pages: from a customer to the purchase orders, each step the one button."""

from __future__ import annotations

import re

import pytest

from tests.invented import written
from tests.promob_on_aws import CUSTOMERS, ONE, PROJECTS
from tests.promob_pages import Reader
from tests.promob_selling import BUDGETS, ORDERS, SELLER, Selling

CUBA = {
    "description": "Cuba de inox",
    "quantity.number": "2",
    "unit": "un",
    "cost.number": "189,90",
    "price.number": "349,50",
}


@pytest.fixture
def seller(selling: Selling) -> Reader:
    return Reader(selling.promob, SELLER)


def test_each_page_leads_to_the_next_from_a_new_customer_to_the_orders(selling: Selling, seller: Reader) -> None:
    network = selling.network
    customer = seller.goes(CUSTOMERS, CUSTOMERS, {"name": "Nara Luz"}, "name")
    assert seller.primary(customer) == ["Criar projeto"]
    project = seller.goes(customer, PROJECTS, {"name": "Casa"})
    assert seller.primary(project) == ["Criar ambientes"]
    environments = f"{project}/environments"
    assert seller.goes(project, environments, {"names.lines": "Cozinha\r\n\r\n Sala "}) == project
    assert seller.primary(project) == []
    assert "O Promob está recebendo o ambiente Cozinha." in seller.reads(project)
    assert 'id="next-step" data-live' in seller.main(project)
    network.work_off()
    kitchen, room = selling.environments(project)

    assert seller.primary(project) == ["Abrir no Promob"]
    for one in (kitchen, room, kitchen):
        selling.prepare(one, 4 if one == room else 5)
    assert "O ambiente Cozinha está desatualizado: há um novo orçamento do Promob." in seller.reads(project)
    assert seller.primary(project) == ["Atualizar"]
    assert seller.goes(project, f"{kitchen}/update") == project

    assert seller.primary(f"{kitchen}/versions") == ["O que mudou"]
    (changed,) = re.findall(rf'href="({kitchen}/versions/2/difference\?with=1)"', seller.main(f"{kitchen}/versions"))
    path, _, query = changed.partition("?")
    difference = seller.reads(path, **dict([query.split("=")]))
    assert "Da versão 1 para a versão 2" in difference
    assert re.search(r"(Mudou|Entrou|Saiu) (dimensões|acabamento|Preço)", difference)

    assert seller.primary(project) == ["Gerar orçamento"]
    ids = [one[-16:] for one in (kitchen, room)]
    budget = seller.goes(project, f"{project}/budgets", {"environments.list": ["", *ids], "validity_days.number": "3"})
    assert seller.primary(budget) == ["Aprovar o orçamento"]
    assert "Orçamento 1 Aberto Para Nara Luz , na loja" in seller.reads(budget)
    assert f'href="{budget}/print"' in seller.main(budget)
    assert seller.primary(project) == ["Ver o orçamento"]
    assert seller.goes(budget, f"{budget}/approval") == budget
    assert seller.primary(budget) == ["Ir para a revisão"]

    revision = f"{project}/revision"
    for step in (f"{revision}/release", f"{revision}/access", f"{kitchen}/update", f"{room}/update"):
        assert seller.goes(revision, step) == revision
    assert seller.goes(revision, f"{revision}/conclusion") == revision
    orders = re.findall(rf'href="({ORDERS}/[0-9a-f]+/lines)"', seller.main(revision))
    assert len(orders) > 1
    assert seller.reads(orders[0]).startswith("Pedidos de compra › Casa")
    assert seller.primary(project) == ["Ver os pedidos de compra"]


def test_lists_say_names_and_what_to_do_where_there_is_nothing(selling: Selling, seller: Reader) -> None:
    empty = {name: seller.reads(f"{ONE}/{name}") for name in ("projects", "customers", "budgets", "orders")}
    project, _ = selling.concluded()

    assert "Nenhum projeto ainda" in empty["projects"]
    assert "Nenhum cliente ainda" in empty["customers"]
    assert "Nenhum orçamento ainda" in empty["budgets"]
    assert "Nenhum pedido de compra ainda" in empty["orders"]
    store, named = selling.store.name, seller.reads(PROJECTS)
    assert f"Casa Nara Luz {store} 1 1 convertido Revisão concluída" in named
    assert "Orçamento 1 Casa Cozinha até" in seller.reads(BUDGETS)
    assert f"Casa {store}" in seller.reads(ORDERS)
    document = written(selling.network.stored("customer", selling.customer).document)
    assert f"Nara Luz {document} – {store} Está no Promob" in seller.reads(CUSTOMERS)
    for page in (PROJECTS, BUDGETS, ORDERS, project, f"{project}/history"):
        assert not re.search(r"(?<![0-9a-z/])[0-9a-f]{16}(?![0-9a-f])", seller.reads(page)), page


def test_long_lists_are_turned(selling: Selling, seller: Reader) -> None:
    for number in range(3):
        selling.project(name=f"Casa {number}")

    first = seller.main(PROJECTS, limit=2)
    (cursor,) = re.findall(r'rel="next" href="[^"]*cursor=([^"&]+)"', first)
    second = seller.reads(PROJECTS, limit=2, cursor=cursor.replace("%3D", "="))

    assert ("Casa 2" in first, "Casa 0" in first, "Casa 0" in second) == (True, False, True)
    assert "Voltar aos mais recentes" in second


def test_items_by_hand_are_made_changed_and_taken_out(selling: Selling, seller: Reader) -> None:
    _, environment = selling.environment()
    items = f"{environment}/items"

    assert seller.goes(items, items, CUBA) == items
    (made,) = [one["manual"] for one in selling.promob.get(items)["items"] if one["manual"]]
    item = f"{items}/{made['id']}"
    assert (made["total_cost"], made["total_price"]) == ("379.80", "699.00")
    assert "Cuba de inox 2 un R$ 699,00" in seller.reads(items)
    assert seller.goes(items, item, {"quantity.number": "3", "supplier.text": "Inox Bento"}, "PATCH") == items
    (changed,) = [one["manual"] for one in selling.promob.get(items)["items"] if one["manual"]]
    assert (changed["quantity"], changed["supplier"], changed["total_price"]) == ("3", "Inox Bento", "1048.50")
    assert "Itens do Promob" in seller.reads(items)
    assert "Itens do Promob" not in seller.reads(items, which="manual")
    assert seller.goes(items, item, holding="DELETE") == items
    assert "Nenhum item manual." in seller.reads(items)
    wrong = seller.sends(items, items, CUBA | {"price.number": "muito"})
    assert (wrong.status, "muito" in wrong.body) == (422, False)


def test_a_project_of_promobs_is_taken_in_and_a_technical_assistance_is_opened(
    selling: Selling, seller: Reader
) -> None:
    project, environment = selling.concluded()
    other, _ = selling.environment()
    legacy = selling.network.drawn
    nothing = seller.reads(f"{other}/assistance")

    taken = seller.sends(other, f"{other}/legacy", {"promob_id": legacy.id, "name": "Área de serviço"})
    assistance = f"{project}/assistance"
    assert "Uma assistência técnica é aberta depois de concluída a revisão do projeto." in nothing
    assert seller.goes(assistance, f"{environment}/assistance", {"source": "none"}) == assistance
    (occurrence,) = selling.promob.get(assistance)["items"]
    of_occurrence = f"{project}/environments/{occurrence['id']}"
    assert "Cozinha ocorrência: 1 Só itens manuais" in seller.reads(assistance)
    assert seller.goes(assistance, f"{of_occurrence}/assistance/software", {"source": "blank"}) == assistance
    selling.network.work_off()

    assert (taken.status, "Área de serviço" in seller.reads(other)) == (303, True)
    assert "Ocorrência 1 com arquivo em branco" in seller.reads(of_occurrence)
    assert seller.primary(of_occurrence) == ["Abrir no Promob"]
