"""“Por que este registro está assim?” in Chromium: looked for, told, found to be nobody, and never in the address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.over_http import USERS, Caller, Office
from tests.e2e.pages_browser import Person
from tests.invented import invented_cpf

pytestmark = pytest.mark.sweep

RECORDS = "/records"
WANTED = "O que você procura"


@pytest.fixture
def office(administrator_at_api: Caller) -> Office:
    return Office(administrator_at_api)


def test_who_is_looked_for_is_told_of_and_stands_in_no_address(person: Callable[..., Person], office: Office) -> None:
    run = office.sync(USERS)
    user = next(row for row in office.zen.rows("users") if row["Email"])
    somebody = person()
    page = somebody.page
    somebody.signs_in(office.operator.token, RECORDS)
    somebody.looks("records-asked")

    page.get_by_label(WANTED).fill(user["Email"].upper())
    page.get_by_role("button", name="Procurar", exact=True).click()

    expect(page.get_by_role("heading", level=2, name="encontrado")).to_be_visible()
    expect(page.get_by_role("article").first).to_contain_text("Criado no Zen")
    expect(page.get_by_label(WANTED)).to_have_value(user["Email"].upper())
    assert somebody.place == RECORDS
    somebody.looks("records-told")
    expect(page.get_by_role("link", name="Ver a execução").first).to_have_attribute(
        "href", f"{office.path}/runs/{run['run_id']}"
    )


def test_a_wrong_cpf_is_said_at_its_field_and_who_is_unknown_is_said_to_be(
    person: Callable[..., Person], office: Office
) -> None:
    number = invented_cpf("104938271")
    somebody = person()
    page = somebody.page
    somebody.signs_in(office.operator.token, RECORDS)
    page.get_by_label(WANTED).fill(f"{number[:10]}{(int(number[10]) + 1) % 10}")
    with somebody.refused(422):
        page.get_by_label(WANTED).press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("o segundo dígito verificador")
    expect(page.get_by_label(WANTED)).to_be_focused()
    somebody.looks("records-refused")

    page.get_by_label(WANTED).fill(number)
    page.get_by_label(WANTED).press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("Nenhum registro com este valor")
    somebody.looks("records-nobody")
