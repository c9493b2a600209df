"""ASMS's pages in Chromium: a client and a specialist with all their sections, an import from file to details."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.directory_over_http import Directory
from tests.e2e.over_http import Caller
from tests.e2e.pages_browser import Person

pytestmark = pytest.mark.sweep

PEOPLE = "Nome;Login;E-mail\r\nAna Lima;ana.lima;ana@modelo.example\r\n;sem.nome;torto\r\n"
FILE: FilePayload = {"name": "março.csv", "mimeType": "text/csv", "buffer": b"\xef\xbb\xbf" + PEOPLE.encode()}
MINUTE = 60_000  # milliseconds


@pytest.fixture
def directory(administrator_at_api: Caller) -> Directory:
    return Directory(administrator_at_api)


def colours(page: Page) -> dict[str, tuple[str, str]]:
    """The word of each of a password's rules, and its colour."""
    rules = page.locator("[data-rule]").all()
    colour = "one => getComputedStyle(one).color"
    return {
        str(rule.get_attribute("data-rule")): (rule.locator(".state").inner_text(), rule.evaluate(colour))
        for rule in rules
    }


def test_a_client_is_made_while_the_password_s_rules_change_their_colour(
    person: Callable[..., Person], directory: Directory
) -> None:
    somebody = person()
    page = somebody.signs_in(directory.operator.token, f"{directory.path}/users/clients")
    somebody.looks("nobody")
    page.get_by_role("link", name="Novo cliente").click()
    page.get_by_label("Nome", exact=True).fill("Carolina Vergara")
    page.get_by_label("Login").fill("carol.vergara")
    page.get_by_label("Senha").fill("vergara")
    expect(page.locator("[data-rule=min_length]")).to_contain_text("Falta")
    expect(page.locator("[data-rule=no_name]")).to_contain_text("Falta")
    somebody.looks("broken-rules")
    broken = colours(page)
    page.get_by_role("button", name="Salvar").click()
    with somebody.refused(422):
        expect(page.get_by_role("alert")).to_contain_text("A senha deve ter no mínimo 8 caracteres.")
    page.get_by_label("Senha").fill("Jacarandá-97-azul")
    expect(page.locator("[data-rule=no_name]")).to_contain_text("Cumprida")
    kept = colours(page)
    assert broken["min_length"][1] != kept["min_length"][1]
    assert {word for word, _ in kept.values()} == {"Cumprida", "Ao salvar"}
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Carolina Vergara")
    somebody.looks("client")


def test_a_client_s_place_follows_what_is_typed_and_clicked(
    person: Callable[..., Person], directory: Directory
) -> None:
    client = directory.user("clients")
    directory.entry("locations", "Fábrica de Campinas", geolocation={"latitude": -22.9, "longitude": -47.06})
    somebody = person()
    page = somebody.signs_in(directory.operator.token, f"{client}/address")
    latitude, longitude, point = (
        page.get_by_role("spinbutton", name="Latitude"),
        page.get_by_role("spinbutton", name="Longitude"),
        page.locator("[data-point]"),
    )
    latitude.fill("-15.79")
    longitude.fill("-47.88")
    expect(point).to_have_attribute("cx", re.compile(r"^271\.[12]"))
    page.locator("[data-map] svg").click(position={"x": 100, "y": 100})
    assert float(longitude.input_value()) < -50
    page.get_by_role("button", name="Salvar o lugar").click()
    expect(page.get_by_role("button", name="Tirar do mapa")).to_be_visible()
    page.get_by_label("Buscar nas localizações salvas").fill("fab")
    page.get_by_role("button", name="Buscar", exact=True).click()
    somebody.looks("map")
    page.get_by_role("button", name=re.compile("Usar este lugar.*Fábrica de Campinas")).click()
    expect(latitude).to_have_value("-22.9")


def test_a_specialist_s_token_is_shown_once_and_copied(
    person: Callable[..., Person], administrator_at_api: Caller, directory: Directory
) -> None:
    directory.entry("calendars", "Comercial")
    specialist = directory.user("specialists")
    somebody = person()
    page = somebody.signs_in(administrator_at_api.token, f"{specialist}/shifts")
    page.get_by_label("Desde").fill("2026-12-01")
    page.get_by_label("Até").fill("2026-12-24")
    page.get_by_label("Calendário").select_option("Comercial")
    page.get_by_role("button", name="Definir o turno").click()
    expect(page.get_by_role("row")).to_have_count(2)
    somebody.looks("shifts")
    page.get_by_role("link", name="Tokens de integração").click()
    page.get_by_label("Descrição").fill("Painel da recepção")
    page.get_by_role("button", name="Gerar o token").click()
    token = page.locator("#token").inner_text()
    somebody.looks("token")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copiar").click()
    expect(page.get_by_role("status")).to_have_text("Copiado.")
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.get_by_role("link", name="Guardei o token").click()
    assert token not in page.content()
    page.get_by_text("Revogar", exact=True).click()
    page.get_by_role("button", name="Revogar o token Painel da recepção").click()
    expect(page.get_by_role("heading", name="Nenhum token")).to_be_visible()
    page.get_by_role("link", name="Realimentação").click()
    page.get_by_label("Novo comentário").fill("Prefere ser chamado à tarde.")
    page.get_by_role("button", name="Comentar").click()
    expect(page.get_by_role("main")).to_contain_text("Prefere ser chamado à tarde.")
    somebody.looks("comments")


def test_all_of_a_page_are_associated_at_once(person: Callable[..., Person], directory: Directory) -> None:
    other = directory.entry("projects", "Vendas")
    for _ in range(3):
        directory.user("clients")
    somebody = person()
    association = f"{directory.path}/projects/{other}/users/clients/association"
    page = somebody.signs_in(directory.operator.token, association)
    page.get_by_label("Todos desta página").check()
    somebody.looks("association")
    page.get_by_role("button", name="Associar os marcados", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("3 associados")
    somebody.looks("associated")
    page.get_by_role("link", name="Voltar ao Modo Associado").click()
    expect(page.get_by_text("Associado", exact=True)).to_have_count(3)


def choose(page: Page, field: str, file: Path) -> None:
    """Chooses a file where no script runs, in which Playwright would wait for ever."""
    chromium = page.context.new_cdp_session(page)
    root = chromium.send("DOM.getDocument")["root"]["nodeId"]
    found = chromium.send("DOM.querySelector", {"nodeId": root, "selector": field})["nodeId"]
    chromium.send("DOM.setFileInputFiles", {"nodeId": found, "files": [str(file)]})


@pytest.mark.parametrize("with_script", [True, False])
def test_a_file_is_imported_from_the_browser_to_the_details(
    person: Callable[..., Person], directory: Directory, tmp_path: Path, with_script: bool
) -> None:
    somebody = person(with_script=with_script)
    page = somebody.signs_in(directory.operator.token, f"{directory.path}/imports")
    page.get_by_label("Importar", exact=True).check()
    if with_script:
        somebody.looks("import")
        page.get_by_label("Planilha").set_input_files(FILE)
        page.get_by_role("button", name="Enviar o arquivo").click()
        page.wait_for_url("**/runs/*/import", timeout=MINUTE)
    else:
        page.get_by_label("Como chamar este arquivo").fill("março.csv")
        page.get_by_role("button", name="Continuar").click()
        page.get_by_label("Planilha").set_input_files(FILE)
        page.get_by_role("button", name="Enviar o arquivo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Arquivo recebido")
        found = page.get_by_role("link", name="Ver a importação")
        while not found.is_visible():
            page.get_by_role("link", name="Ver se já começou").click()
        found.click()
        while page.get_by_text("Pendente").is_visible():
            page.reload()
    expect(page.get_by_role("main")).to_contain_text("Concluído em", timeout=MINUTE)
    expect(page.get_by_role("main")).to_contain_text("1 precisa de correção")
    expect(page.get_by_role("heading", level=1)).to_have_text("março.csv")
    if with_script:
        somebody.looks("imported")
    else:
        page.get_by_text("Desfazer", exact=True).click()
        expect(page.get_by_role("button", name="Sim, desfazer a importação")).to_be_visible()


def test_the_policy_is_tried_before_it_is_kept(
    person: Callable[..., Person], administrator_at_api: Caller, directory: Directory
) -> None:
    somebody = person()
    page = somebody.signs_in(administrator_at_api.token, f"{directory.path}/password-policy")
    page.get_by_label("Um símbolo").check()
    page.get_by_role("button", name="Salvar a política").click()
    expect(page.locator("[data-rule=symbol]")).to_be_visible()
    page.get_by_label("Uma senha qualquer").fill("sem nenhum")
    expect(page.locator("[data-rule=symbol]")).to_contain_text("Falta")
    somebody.looks("policy")
