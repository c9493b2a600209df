"""SGP's pages in Chromium: the log of a provider's contracts with its acts, and what each status and switch means."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.over_http import Caller
from tests.e2e.pages_browser import Person
from tests.e2e.provider_over_http import LOGS, STATUSES, Provider

pytestmark = pytest.mark.sweep

NOWHERE = 99_999  # no contract of SGP's


@pytest.fixture
def provider(administrator_at_api: Caller) -> Provider:
    """A contract suspended and one that doesn't exist; that is, a line of each tone but the brake's."""
    provider = Provider(administrator_at_api)
    first = provider.mapped()[0]
    provider.suspend(first)
    provider.told(first)
    provider.told(first)
    provider.told(NOWHERE)
    return provider


def test_an_operator_reads_why_and_asks_again(person: Callable[..., Person], provider: Provider) -> None:
    somebody = person()
    page = somebody.signs_in(provider.operator.token, f"{LOGS}?connection={provider.id}")
    expect(page.locator("article")).to_have_count(3)
    somebody.looks("log")

    changed = page.locator("article").filter(has=page.get_by_text("Antes e depois"))
    changed.locator("summary").click()
    expect(changed.get_by_role("row", name="Situação OK ERRO")).to_be_visible()
    somebody.looks("difference")

    changed.get_by_role("button", name="Repetir").click()
    expect(changed.get_by_role("button")).to_have_text("Repetição pedida")
    expect(page.get_by_role("status")).to_have_text("Repetição pedida")
    provider.until(
        provider.lines,
        lambda lines: len(lines) == 4 and not {"working", "waiting"} & {line["outcome"] for line in lines},
    )
    page.reload()
    expect(page.locator("article").first).to_contain_text("Sem alteração")

    page.get_by_label("Contrato", exact=True).fill(str(NOWHERE))
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("article")).to_have_count(1)
    page.get_by_role("link", name="Limpar").click()
    expect(page.locator("article")).to_have_count(4)
    page.get_by_label("Resultado").select_option("Removido")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.get_by_role("heading", name="Nada com estes filtros")).to_be_visible()
    somebody.looks("nothing")


def test_a_reader_has_nothing_to_press(person: Callable[..., Person], provider: Provider) -> None:
    reader = provider.administrator.with_role("reader")
    page = person().signs_in(reader.token, f"{LOGS}?connection={provider.id}")
    expect(page.locator("article")).to_have_count(3)
    expect(page.get_by_role("button", name="Repetir")).to_have_count(0)


def test_the_table_says_what_each_status_and_switch_does(person: Callable[..., Person], provider: Provider) -> None:
    somebody = person()
    page = somebody.signs_in(provider.operator.token, f"{STATUSES}?connection={provider.id}")
    expect(page.get_by_role("row", name="Suspenso")).to_contain_text("ERRO")
    switches = {switch["title"] for switch in provider.operator.get(STATUSES, connection=provider.id)["switches"]}
    assert len(switches) == 6
    assert switches < set(somebody.headings())
    somebody.looks("statuses")
