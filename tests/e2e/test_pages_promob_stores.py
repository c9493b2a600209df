"""More of Promob's screens in Chromium: a store is set up and a person linked; versions, items, orders, assistance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.e2e.over_http import Caller, Document
from tests.e2e.pages_browser import Person
from tests.e2e.promob_over_http import MACHINE, PASSWORD, RESPONSIBLE, SELLER, Network, last

pytestmark = pytest.mark.sweep


@pytest.fixture
def network(stack: Stack, document: Document) -> Network:
    """A network whose store each test sets up for itself."""
    return Network(Caller(stack, document, stack.token))


def test_a_store_is_concluded_and_a_person_links_himself(person: Callable[..., Person], network: Network) -> None:
    store = network.new_store()
    responsible = person()
    page = responsible.signs_in(network.people[RESPONSIBLE].token, f"{store}/checklist")
    page.get_by_role("button", name="Consultar o Portal").click()
    expect(page.get_by_text("Atendido").first).to_be_visible()
    page.get_by_role("button", name=f"Declarar desinstalado de {MACHINE}").click()
    expect(page.get_by_text(f"{MACHINE}: declarado por")).to_be_visible()
    page.get_by_label("O que o Consultor de Implantação concluiu").fill("Loja pronta")
    page.get_by_role("button", name="Declarar a avaliação").click()
    expect(page.get_by_text("Loja pronta: declarado por")).to_be_visible()
    responsible.looks("checklist")
    page.get_by_role("button", name="Concluir a configuração").click()
    expect(page.get_by_text("Integração ativa")).to_be_visible()

    administrator = person()
    page = administrator.signs_in(network.administrator.token, f"{store}/rules")
    page.get_by_label("Categoria").fill("Cozinha")
    page.get_by_label("Desconto sem um gerente, em %").fill("5,5")
    page.get_by_role("button", name="Gravar as regras").click()
    expect(page.get_by_role("row", name="categoria Cozinha")).to_contain_text("até 5,5%")
    administrator.looks("rules")
    user = network.new_user(store, SELLER)
    for screen in ("stores", "users", "tokens", "customers", "projects", "budgets", "orders"):
        administrator.opens(f"{network.path}/{screen}")
        administrator.looks(screen)

    seller = person()
    page = seller.signs_in(network.people[SELLER].token, user)
    with seller.refused(422):
        page.get_by_label("Senha do Promob").fill("errada")
        page.get_by_role("button", name="Vincular usuário Promob").click()
        expect(page.get_by_role("alert")).to_contain_text("O Promob não reconheceu o login e a senha")
    page.get_by_label("Senha do Promob").fill(PASSWORD)
    page.get_by_role("button", name="Vincular usuário Promob").click()
    expect(page.get_by_text("Vinculado ao Promob", exact=True)).to_be_visible()
    seller.looks("profile")
    assert network.operator.get(user)["linked"]


def test_versions_items_and_orders_are_reached_by_keyboard_and_looked_at(
    person: Callable[..., Person], network: Network
) -> None:
    (place,) = network.places("Cozinha")
    network.does("prepare", place)
    network.does("prepare", place, n_items=60)
    somebody = person()
    page = somebody.signs_in(network.people[SELLER].token, place.environment)
    somebody.looks("environment")
    page.get_by_role("button", name="Atualizar").press("Enter")
    page.get_by_role("link", name="O que mudou desde a versão 1").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Da versão 1 para a versão 2")
    somebody.looks("difference")
    page.get_by_role("navigation", name="Do ambiente").get_by_role("link", name="Versões").click()
    somebody.looks("versions")
    page.get_by_role("navigation", name="Do ambiente").get_by_role("link", name="Itens").click()
    page.get_by_text("Incluir item").first.click()
    for label, value in (("Descrição", "Cuba de inox"), ("Custo", "189,90"), ("Preço", "349,50")):
        page.get_by_label(label).first.fill(value)
    page.get_by_role("button", name="Incluir item").click()
    expect(page.get_by_role("heading", name="Cuba de inox")).to_be_visible()
    somebody.looks("items")

    new = network.operator.post(f"{place.project}/budgets", {"environments": [last(place.environment)]})
    network.operator.post(f"{new['url']}/approval", {}, 200)
    page = somebody.opens(f"{place.project}/revision")
    for name in ("Liberar o contrato", "Acessar a revisão", "Atualizar Cozinha"):
        page.get_by_role("button", name=name).click()
    page.get_by_text("Concluir a revisão").click()
    page.get_by_role("button", name="Concluir e gerar os pedidos").click()
    expect(page.get_by_text("Pedidos de compra gerados:")).to_be_visible()
    somebody.looks("concluded")
    page.get_by_role("region", name="Pedidos de compra").get_by_role("link").nth(1).click()
    somebody.looks("order")
    page = somebody.opens(f"{place.project}/assistance")
    page.get_by_text("Abrir ocorrência").first.click()
    page.get_by_role("button", name="Abrir ocorrência de Cozinha").click()
    expect(page.get_by_role("link", name="Cozinha ocorrência: ")).to_be_visible()
    somebody.looks("assistance")
    somebody.opens(f"{place.project}/history")
    somebody.looks("history")
    somebody.opens(place.project)
    somebody.looks("project")
