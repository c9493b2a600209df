"""The door in Chromium: who comes in, where it leads, how one leaves; and what nobody finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from sincronia.auth import new_token
from tests.e2e.over_http import Caller, Document
from tests.e2e.pages_browser import Person
from tests.e2e.provider_over_http import LOGS, Provider

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def wanted(stack: Stack, document: Document) -> str:
    """A page with a filter."""
    return f"{LOGS}?connection={Provider(Caller(stack, document, stack.token)).id}&outcome=failed"


def test_a_person_comes_in_by_keyboard_finds_what_he_wanted_and_leaves(
    person: Callable[..., Person], administrator_at_api: Caller, wanted: str
) -> None:
    reader = administrator_at_api.with_role("reader")
    somebody = person()
    page = somebody.opens(wanted)
    somebody.looks("door")
    page.get_by_label("Token de integração").focus()
    page.keyboard.type(reader.token)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")
    (cookie,) = somebody.cookies()
    assert {name: cookie[name] for name in ("name", "httpOnly", "secure", "sameSite", "path")} == {
        "name": "__Host-sincronia",
        "httpOnly": True,
        "secure": True,
        "sameSite": "Lax",
        "path": "/",
    }
    assert reader.token not in cookie["value"]

    page.get_by_role("link", name="Teste (reader)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Teste (reader)")
    expect(page.get_by_role("main")).to_contain_text("Leitor")
    somebody.looks("session")
    page.get_by_role("button", name="Sair").click()
    assert somebody.cookies() == []
    somebody.opens("/tokens/current")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrar no Sincronia")


def test_at_the_door_a_person_reads_why_he_stays_outside(
    person: Callable[..., Person], administrator_at_api: Caller, wanted: str
) -> None:
    revoked = administrator_at_api.with_role("reader")
    token = revoked.id
    somebody = person()
    somebody.signs_in(revoked.token, wanted)
    answer = administrator_at_api.says("DELETE", f"/tokens/{token}")
    assert answer.status in {200, 204}
    page = somebody.opens(wanted)
    told = []
    for typed in ("sin_nada", new_token(), revoked.token):
        with somebody.refused(401, 422):
            page.get_by_label("Token de integração").fill(typed)
            page.get_by_role("button", name="Entrar").click()
            page.wait_for_load_state()
        told.append(page.get_by_role("alert").inner_text())
        expect(page.get_by_label("Token de integração")).to_be_focused()
    somebody.looks("refused")
    assert len(set(told)) == len(told)
    assert "revogado" in told[-1]
    assert not any(typed in page.content() for typed in (revoked.token, "sin_nada"))


def test_pages_work_without_script(person: Callable[..., Person], administrator_at_api: Caller, wanted: str) -> None:
    somebody = person(with_script=False)
    page = somebody.signs_in(administrator_at_api.token, wanted)
    assert somebody.place == wanted
    page.get_by_role("button", name="Sair").click()
    assert somebody.cookies() == []


def test_who_is_lost_is_told_the_way(person: Callable[..., Person], administrator_at_api: Caller) -> None:
    somebody = person()
    page = somebody.signs_in(administrator_at_api.token, "/tokens/current")
    with somebody.refused(404):
        somebody.opens("/integrations/sgp/statuses?connection=nenhuma")
    somebody.looks("lost")
    expect(page.get_by_role("link", name="Ir para o início")).to_be_visible()
