"""Notes' screens in Chromium: a sync is begun from its settings, and what a conflict overwrote is brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.mailbox_over_http import Mail
from tests.e2e.over_http import Caller, until
from tests.e2e.pages_browser import Person

pytestmark = pytest.mark.sweep


@pytest.fixture
def mail(administrator_at_api: Caller) -> Mail:
    """One mailbox, of which nothing is synced yet."""
    mail = Mail(administrator_at_api)
    mail.start_over()
    return mail


def test_a_sync_begins_at_its_settings_and_a_conflict_is_brought_back(
    person: Callable[..., Person], mail: Mail
) -> None:
    somebody = person()
    page = somebody.signs_in(mail.administrator.token, f"{mail.path}/sync-settings")
    expect(page.get_by_role("main")).to_contain_text("Ainda não foram salvas")
    for module in ("Contatos", "Tarefas", "Eventos"):
        page.get_by_label(module, exact=True).check()
    page.get_by_label("Nos dois sentidos").check()
    page.get_by_label("Os dados do CRM sempre prevalecem").check()
    page.get_by_role("button", name="Iniciar Sincronização").click()
    expect(page.get_by_role("main")).not_to_contain_text("Ainda não foram salvas")
    until(
        lambda: mail.administrator.get(f"{mail.path}/runs")["items"],
        lambda runs: any(run["phase"] == "done" for run in runs),
    )

    entry = mail.conflict()
    somebody.opens(f"{mail.path}/results")
    somebody.looks("results")
    somebody.opens(f"{mail.path}/conflicts")
    page.get_by_role("link", name=entry["label"]).first.click()
    expect(page.get_by_role("row", name="Diretora")).to_contain_text("Gerente")
    page.get_by_text("Trazer de volta", exact=True).click()
    somebody.looks("bringing-back")
    with page.expect_navigation():
        page.get_by_role("button", name="Sim, trazer de volta").click()
    somebody.opens(f"{mail.path}/conflicts/{entry['id']}")
    expect(page.get_by_role("main")).to_contain_text("Trazido de volta")
    assert "Diretora" in str(mail.mine("contacts"))
