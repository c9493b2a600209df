"""Zen's pages in Chromium: filters, preview, tick and pencil, sync, messages, Concluir; and the brake (seed 000)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.over_http import COMPANIES, USERS, Caller, Office
from tests.e2e.pages_browser import TIMEOUT_MS, Person

pytestmark = pytest.mark.sweep


@pytest.fixture
def office(administrator_at_api: Caller) -> Office:
    """An office whose Zen is empty."""
    return Office(administrator_at_api)


def concluded(page: Page) -> None:
    """Waits until the run that the page shows is at its end, without going anywhere."""
    expect(page.locator(".states")).to_contain_text("Concluído em", timeout=TIMEOUT_MS)


def test_a_clerk_previews_leaves_one_out_corrects_one_and_synchronizes(
    person: Callable[..., Person], office: Office
) -> None:
    somebody = person()
    page = somebody.signs_in(office.operator.token, f"{office.path}/flows/{USERS}")
    somebody.looks("filters")
    page.get_by_label("Código Grupo").fill("x")
    with somebody.refused(422):
        page.get_by_role("button", name="Pré-visualizar", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Código Grupo").fill("")
    page.get_by_role("button", name="Pré-visualizar", exact=True).click()
    page.wait_for_url(re.compile(r"/runs/"))
    concluded(page)
    somebody.looks("preview")

    page.get_by_role("link", name="Conferir e sincronizar").click()
    left_out, mended = office.sendable()[0], next(user for user in office.questor.users() if not user["EMAIL"])
    page.get_by_role("checkbox", name=f"Enviar {left_out['NOMEUSUARIO']}").uncheck()
    row = page.get_by_role("row", name=mended["NOMEUSUARIO"])
    row.locator("summary", has_text="Corrigir").click()
    somebody.looks("pencil")
    row.get_by_label("Nome").fill(f"{mended['NOMEUSUARIO']} Filho")
    row.get_by_role("button", name="Gravar a correção").click()
    expect(row.get_by_role("alert")).to_contain_text("ainda não basta")
    row.get_by_label("E-mail").fill("encontrada@contabilaurora.example")
    row.get_by_role("button", name="Gravar a correção").click()
    expect(row.get_by_role("button", name="Corrigido na origem")).to_be_disabled()

    page.get_by_role("button", name="Sincronizar", exact=True).click()
    page.wait_for_url(re.compile(r"-aplicada$"))
    concluded(page)
    somebody.looks("synchronized")
    names = {user["Nome"] for user in office.zen.rows("users")}
    assert f"{mended['NOMEUSUARIO']} Filho" in names
    assert left_out["NOMEUSUARIO"] not in names
    page.get_by_role("link", name="Mensagem").click()
    expect(page.locator(".messages")).to_contain_text("Criado no Zen")
    somebody.looks("messages")
    page.get_by_role("link", name="Cadastros", exact=True).click()
    page.get_by_label("Resultado").select_option("Deixado de fora")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("tbody tr")).to_contain_text([left_out["NOMEUSUARIO"]])
    somebody.looks("records")
    page.get_by_role("link", name="Resumo").click()
    page.get_by_role("link", name="Concluir").click()
    assert somebody.place == "/notifications"


def test_without_the_script_companies_are_kept_unticked_from_page_to_page(
    person: Callable[..., Person], office: Office
) -> None:
    somebody = person(with_script=False)
    page = somebody.signs_in(office.operator.token, f"{office.path}/flows/{COMPANIES}")
    page.get_by_label("Enviar Sócios da Empresa").check()
    page.get_by_role("button", name="Pré-visualizar", exact=True).click()
    run = office.ended(office.runs()[0])
    page.goto(f"{run['url']}/plan?limit=2&lane=empresa")
    first = page.get_by_role("checkbox").first
    label = str(first.evaluate("box => box.labels[0].textContent"))
    first.uncheck()
    page.get_by_role("button", name="Guardar e ver os próximos").click()
    expect(page.get_by_text("1 desmarcado até agora")).to_be_visible()
    page.goto(f"{run['url']}/plan?limit=2&lane=empresa")
    expect(page.get_by_role("checkbox", name=label.strip())).not_to_be_checked()
    page.get_by_role("link", name=re.compile("^Sócios")).click()
    expect(page.get_by_role("link", name=re.compile("^Sócios"))).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("checkbox", name=label.strip())).to_have_count(0)


def test_a_person_decides_at_the_brake(person: Callable[..., Person], office: Office) -> None:
    office.sync(USERS)
    office.questor.misbehave(kind="empty", operation="list", times=None)
    run = office.sync(USERS)
    office.questor.reset()
    somebody = person()
    page = somebody.signs_in(office.operator.token, run["url"])
    expect(page.get_by_role("heading", name="O freio espera a sua decisão")).to_be_visible()
    somebody.looks("brake")
    page.locator("summary", has_text="Rejeitar").click()
    page.get_by_role("button", name="Sim, rejeitar").click()
    concluded(page)
    expect(page.get_by_text("Quem decidiu")).to_be_visible()
    page.get_by_role("link", name="Execuções").click()
    expect(page.locator(".card")).to_have_count(2)
    somebody.looks("runs")
