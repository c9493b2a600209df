"""Tokens in Chromium: made, shown once and copied; whoever has one comes in until it is revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.over_http import Caller
from tests.e2e.pages_browser import Person

pytestmark = pytest.mark.sweep


def test_a_token_is_shown_once_copied_and_lets_in_until_it_is_revoked(
    person: Callable[..., Person], administrator_at_api: Caller
) -> None:
    administrator, other = person(), person()
    page = administrator.signs_in(administrator_at_api.token, "/tokens")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Para quem, ou para quê").fill("Bia Prado")
    page.get_by_label("Papel").select_option("Operador")
    page.get_by_role("button", name="Criar o token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bia Prado")
    page.get_by_role("button", name="Copiar").click()
    expect(page.get_by_role("status")).to_have_text("Copiado.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    administrator.looks("shown-once")
    assert page.locator("#token").inner_text() == copied

    other.signs_in(copied, "/tokens/current")
    expect(other.page.get_by_role("main")).to_contain_text("Operador")

    page.get_by_role("link", name="Voltar aos tokens").click()
    assert copied not in page.content()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Bia Prado"))
    card.get_by_text("Revogar", exact=True).click()
    administrator.looks("revoking")
    card.get_by_role("button", name="Revogar Bia Prado").click()
    expect(card).to_have_count(0)
    other.opens("/tokens/current")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Entrar no Sincronia")
