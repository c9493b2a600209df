"""The home page in Chromium: work that is seen to end without being asked, and what waits for a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.over_http import USERS, Caller, Office
from tests.e2e.pages_browser import Person

pytestmark = pytest.mark.sweep

HOME = "/notifications"
MINUTE = 60_000  # milliseconds


@pytest.fixture
def office(administrator_at_api: Caller) -> Office:
    return Office(administrator_at_api)


def asked(page: Page) -> list[str]:
    """What the page will ask for from now on."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


def test_pending_becomes_concluded_before_ones_eyes_and_nothing_is_asked_any_more(
    person: Callable[..., Person], office: Office
) -> None:
    office.questor.misbehave(kind="latency", seconds=3, operation="list")
    run = office.start(USERS, "apply")
    somebody = person()
    page = somebody.page
    page.clock.install()
    somebody.signs_in(office.operator.token, f"{HOME}?connection={office.id}")
    (card,) = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3)).all()
    expect(card).to_contain_text("Pendente")
    somebody.looks("pending")
    office.ended(run)
    page.clock.run_for(MINUTE)
    expect(card).to_contain_text("Concluído em")
    expect(page.get_by_role("status")).to_have_text("Concluído.")
    somebody.looks("concluded")
    addresses = asked(page)
    page.clock.run_for(10 * MINUTE)
    page.wait_for_timeout(300)
    assert addresses == []


def test_what_is_pending_is_asked_for_less_and_less_often(person: Callable[..., Person], office: Office) -> None:
    office.sync(USERS)
    office.questor.misbehave(kind="empty", operation="list", times=None)
    office.sync(USERS)  # waits at the brake for as long as nobody decides
    somebody = person()
    page = somebody.page
    page.clock.install()
    somebody.signs_in(office.operator.token, f"{HOME}?connection={office.id}&state=Pendente")
    addresses = asked(page)
    seen = []
    for _ in range(5):
        for _ in range(30):
            page.clock.run_for(2_000)
            page.wait_for_timeout(20)  # what was asked for comes
        seen.append(len(addresses))
    per_minute = [later - earlier for earlier, later in zip([0, *seen], seen, strict=False)]
    assert per_minute[0] > per_minute[-1] >= 1, per_minute
    assert per_minute[-1] <= 3, per_minute


def test_home_says_what_waits_first_and_narrows(person: Callable[..., Person], office: Office) -> None:
    office.sync(USERS)
    office.questor.misbehave(kind="empty", operation="list", times=None)
    office.sync(USERS)
    somebody = person()
    page = somebody.signs_in(office.operator.token)
    assert somebody.place == HOME
    page.get_by_role("searchbox", name="Conexão").or_(page.get_by_label("Conexão")).fill(office.id)
    page.get_by_role("button", name="Filtrar").click()
    headings = somebody.headings()
    assert [word for word in headings if word in {"Pendentes", "Concluídas"}] == ["Pendentes", "Concluídas"]
    expect(page.get_by_role("main")).to_contain_text("a origem não devolveu nenhum cadastro")
    page.get_by_role("link", name="Concluídas").click()
    expect(page.get_by_text("Pendente", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Pendentes").click()
    expect(page.get_by_text("Concluído em")).to_have_count(0)
    page.get_by_label("Mês").fill("2020-01")
    page.get_by_role("button", name="Filtrar").click()
    somebody.looks("nothing")
