"""Promob's screens in Chromium: from a yellow environment to an approved budget, each step by the page's own button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.e2e.over_http import Caller, Document
from tests.e2e.pages_browser import Person
from tests.e2e.promob_over_http import SELLER, Network

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def network(stack: Stack, document: Document) -> Network:
    """One network for all tests here."""
    return Network(Caller(stack, document, stack.token))


def test_a_seller_goes_from_a_yellow_environment_to_the_revision(
    person: Callable[..., Person], network: Network
) -> None:
    (place,) = network.places("Cozinha")
    network.does("prepare", place)
    network.does("prepare", place, n_items=60)
    somebody = person()
    page = somebody.signs_in(network.people[SELLER].token, place.project)
    expect(page.get_by_role("row", name="Cozinha")).to_contain_text("Desatualizado")
    somebody.looks("yellow")
    page.get_by_role("button", name="Atualizar").first.click()
    expect(page.get_by_role("row", name="Cozinha")).to_contain_text("Atualizado")
    page.get_by_role("button", name="Gerar orçamento").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Orçamento")
    somebody.looks("budget")
    with page.expect_navigation():
        page.get_by_role("link", name="Imprimir").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Orçamento")
    page.go_back()
    page.get_by_role("button", name="Aprovar o orçamento").click()
    page.get_by_role("link", name="Ir para a revisão").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Revisão")
    somebody.looks("revision")
    assert network.operator.get(place.environment)["converted"]
