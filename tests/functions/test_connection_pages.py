"""The page of a connection, of a new one and of the test of one: the same for every integration."""

from __future__ import annotations

import pytest

from tests.drawn_forms import form_to
from tests.functions.test_sgp_on_http_connections import NEW, definition
from tests.sgp_http_on_aws import BASE, ONE, SgpHttp


def test_a_connection_that_is_saved_as_it_is_drawn_stays_as_it_is(sgp: SgpHttp) -> None:
    sgp.call("POST", BASE, role="administrator", body=definition(sgp))
    before = sgp.get(f"{BASE}/{NEW}")

    fields = form_to(sgp.page(f"{BASE}/{NEW}", "administrator").body, f"{BASE}/{NEW}", "PATCH").fields
    answer = sgp.sent(f"{BASE}/{NEW}", "administrator", **fields)

    assert (answer.status, answer.headers["Location"]) == (303, f"{BASE}/{NEW}")
    after = sgp.get(f"{BASE}/{NEW}")
    assert after == before | {"flows": after["flows"]}
    assert [flow["every_minutes"] for flow in after["flows"].values()] == [10, 360]


def test_an_administrator_changes_settings_and_when_it_works(sgp: SgpHttp) -> None:
    fields = form_to(sgp.page(ONE, "administrator").body, ONE, "PATCH").fields
    fields |= {
        "name": ["Outro nome"],
        "settings/cancel_clients.flag": [""],
        "settings/projects_by_pop.groups": ["POP Sul: Anel, Centro"],
        "flows/conferir_contratos/every_minutes.json": ["null"],
        "enabled.flag": [""],
    }
    assert sgp.sent(ONE, "administrator", **fields).status == 303

    after = sgp.get(ONE)
    assert (after["name"], after["enabled"]) == ("Outro nome", False)
    assert after["settings"]["cancel_clients"] is False
    assert after["settings"]["projects_by_pop"] == {"POP Sul": ["Anel", "Centro"]}
    assert after["flows"]["conferir_contratos"]["every_minutes"] is None
    page = sgp.drawn(ONE, "administrator")
    assert "Desativada" in page
    assert "Só quando alguém pedir" in page


def test_who_may_not_change_reads_and_no_page_shows_a_secret(sgp: SgpHttp) -> None:
    for role in ("reader", "operator", "administrator"):
        page = sgp.drawn(ONE, role)
        assert sgp.town.sgp.token not in page
        assert ('name="_method" value="PATCH"' in page) is (role == "administrator")
        assert ("Excluir esta conexão" in page) is (role == "administrator")
        assert ("Testar a conexão" in page) is (role != "reader")
    assert "TOKEN do SGP</dt><dd>preenchido</dd>" in sgp.drawn(ONE, "reader")


def test_what_is_wrong_in_a_form_is_said_with_its_field_and_a_way_back(sgp: SgpHttp) -> None:
    fields = form_to(sgp.page(ONE, "administrator").body, ONE, "PATCH").fields | {"name": ["x" * 201]}

    answer = sgp.sent(ONE, "administrator", **fields)

    assert answer.status == 422
    assert "name: deve ter no máximo 200 caracteres." in answer.body
    assert f'href="{ONE}">Voltar</a>' in answer.body


def test_a_new_connection_is_made_by_its_form_and_leads_to_its_page(sgp: SgpHttp) -> None:
    page = sgp.page(BASE, "administrator").body
    fields = form_to(page, BASE).fields | {
        "id": ["provedor-sul"],
        "name": ["Provedor Sul"],
        "responsible": ["lia"],
        "settings/sgp_address": [sgp.town.sgp.url],
        "settings/sgp_app": ["sincronia"],
        "settings/ozmap_address": [sgp.town.ozmap.url],
        "secret/sgp_token": [sgp.town.sgp.token],
    }
    answer = sgp.sent(BASE, "administrator", **fields)

    assert (answer.status, answer.headers["Location"]) == (303, f"{BASE}/provedor-sul")
    made = sgp.get(f"{BASE}/provedor-sul")
    assert (made["enabled"], made["secret_fields"]["sgp_token"]) == (True, True)
    assert [flow["every_minutes"] for flow in made["flows"].values()] == [10, 360]
    assert sgp.page(BASE, "operator").status == 403


def test_the_test_of_a_connection_says_part_by_part_what_works(sgp: SgpHttp) -> None:
    right = sgp.sent(f"{ONE}/test")
    assert right.status == 200
    assert "Tudo funciona" in right.body

    sgp.call("PATCH", ONE, role="administrator", body={"secret": {"sgp_token": "errado"}})
    wrong = sgp.sent(f"{ONE}/test")
    assert "Há o que corrigir" in wrong.body
    assert "Não funciona" in wrong.body
    assert "errado" not in wrong.body


def test_a_connection_is_deleted_by_its_form(sgp: SgpHttp) -> None:
    sgp.call("POST", BASE, role="administrator", body=definition(sgp))

    answer = sgp.sent(f"{BASE}/{NEW}", "administrator", _method="DELETE", next="/connections")

    assert (answer.status, answer.headers["Location"]) == (303, "/connections")
    assert sgp.page(f"{BASE}/{NEW}", "administrator").status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "nada"])
def test_a_form_is_sent_as_nothing_else(sgp: SgpHttp, method: str) -> None:
    assert sgp.sent(ONE, "administrator", _method=method, name="x").status == 405
