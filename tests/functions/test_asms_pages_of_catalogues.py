"""The directory's pages of association, catalogues and additional fields."""

from __future__ import annotations

import re

import pytest

from tests.asms_on_aws import CATALOGUES, CLIENTS, CONNECTION, ONE, Asms
from tests.asms_pages import drawn, led_to, read


@pytest.fixture
def project(asms: Asms) -> str:
    return asms.entry("projects", "Suporte")


@pytest.fixture
def association(project: str) -> str:
    return f"{ONE}/projects/{project}/users/clients/association"


# ── association ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_marked_users_come_into_a_project_and_leave_it(asms: Asms, project: str, association: str) -> None:
    ana, davi = asms.user("clients", "Ana Lima"), asms.user("clients", "Davi Reis", projects=frozenset({project}))
    page = drawn(asms, association)
    assert "Ana Lima ana.lima Fora Davi Reis davi.reis Associado" in page.text
    form = page.form(association, "users.list")
    dissociation = association.replace("/association", "/dissociation")
    assert form.sent_to == [dissociation]
    told = read(asms, page.sends(association, "users.list", users_list=[ana, davi]))
    assert "Associação 1 associado 1 já estava assim" in told.text
    form.action = dissociation
    told = read(asms, page.sends(dissociation, "users.list", users_list=[ana]))
    assert "Desassociação 1 desassociado 0 já estavam assim" in told.text
    assert [line["name"] for line in asms.get(CLIENTS, project=project)["items"]] == ["Davi Reis"]


def test_all_of_a_search_come_in_whatever_the_page_shows(asms: Asms, project: str, association: str) -> None:
    for name in ("Ana Lima", "Ana Reis", "Bruna"):
        asms.user("clients", name)
    page = drawn(asms, association, name="ana", limit=1)
    assert "Ana Reis" not in page.text
    assert "Todos que começam com “ana”" in page.text
    assert "2 associados" in read(asms, page.sends(association, "search.text")).text
    assert len(asms.get(CLIENTS, project=project)["items"]) == 2
    everybody = drawn(asms, association)
    assert "1 associado 2 já estavam assim" in read(asms, everybody.sends(association, "search.text")).text


def test_who_marked_nobody_is_told_so(asms: Asms, association: str) -> None:
    asms.user("clients", "Ana")
    page = drawn(asms, association)
    assert "Marque ao menos uma pessoa" in read(asms, page.sends(association, "users.list"), status=422).text
    assert asms.page(association, "reader").status == 403


def test_what_a_project_still_asks_of_who_came_in_is_said(asms: Asms, project: str, association: str) -> None:
    asms.user("clients", "Ana")
    field = {"category": "clients", "name": "Setor", "type": "text", "obligatory": True}
    assert asms.post(f"{ONE}/projects/{project}/fields", field, role="administrator").status == 201
    told = read(asms, drawn(asms, association).sends(association, "search.text"))
    assert "Associados, com um aviso Ana : O projeto Suporte pede campos adicionais" in told.text


def test_a_search_that_takes_longer_goes_on_where_it_stopped(
    asms: Asms, association: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        asms.user("clients", f"Pessoa {number:02}")
    with monkeypatch.context() as slow:
        slow.setattr(asms.sandbox.of("asms.project_routes"), "_SECONDS", 0)
        begun = read(asms, drawn(asms, association).sends(association, "search.text"))
    assert "25 associados 0 já estavam assim A busca é grande" in begun.text
    assert "5 associados" in read(asms, begun.sends(association, "cursor")).text


# ── catalogues ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_catalogues_are_a_tab_that_leads_to_each(asms: Asms) -> None:
    page = drawn(asms, CATALOGUES, "reader")
    found = re.findall(rf'href="{CATALOGUES}/([\w-]+)">([^<]+)', page.answer.body)
    assert len(found) == 8
    assert all(title in drawn(asms, f"{CATALOGUES}/{name}", "reader").text for name, title in found)


def test_an_entry_is_made_and_changed_by_administrators(asms: Asms) -> None:
    path = f"{CATALOGUES}/locations"
    page = drawn(asms, path, "administrator")
    assert "Ainda vazio" in page.text
    assert led_to(page.sends(path, name="Fábrica", address__city_text="Campinas")) == path
    (entry,) = asms.get(path)["items"]
    one = f"{path}/{entry['id']}"
    assert f'href="{one}"' in drawn(asms, path).answer.body
    drawn(asms, one, "administrator").sends(one, "name", name="Fábrica Sul", active_flag="")
    drawn(asms, one, "administrator").sends(
        *(one, "geolocation/latitude.json"), geolocation__latitude_json="-22.9", geolocation__longitude_json="-47.06"
    )
    after = asms.get(one)
    assert (after["name"], after["active"], after["address"]["city"]) == ("Fábrica Sul", False, "Campinas")
    assert after["geolocation"] == {"latitude": -22.9, "longitude": -47.06}
    reading = drawn(asms, one, "reader")
    assert reading.forms == []
    assert "Cidade Campinas" in reading.text
    assert [form.method for form in drawn(asms, path).forms] == ["get"]


def test_a_group_works_in_the_projects_that_are_marked(asms: Asms, project: str) -> None:
    path = f"{CATALOGUES}/client-groups"
    drawn(asms, path, "administrator").sends(path, name="Região Sul", projects_list=[project])
    (entry,) = asms.get(path)["items"]
    assert entry["projects"] == [project]
    one = f"{path}/{entry['id']}"
    assert "Projetos Suporte" in drawn(asms, one, "reader").text
    drawn(asms, one, "administrator").sends(one, projects_list=[])
    assert asms.get(one)["projects"] == []


# ── additional fields ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_project_s_fields_are_made_and_changed(asms: Asms, project: str) -> None:
    path = f"{ONE}/projects/{project}/fields"
    page = drawn(asms, path, "administrator")
    sent = page.sends(path, category="specialists", name="Nível", type="choice", options_lines="Júnior\nSênior")
    assert led_to(sent) == path
    (field,) = asms.get(path)["fields"]
    assert (field["options"], field["category"]) == (["Júnior", "Sênior"], "specialists")
    one = f"{path}/{field['id']}"
    shown = drawn(asms, path, "administrator")
    assert "De especialistas Nível Uma das opções Ativo Júnior, Sênior" in shown.text
    assert led_to(shown.sends(one, obligatory_flag="on", options_lines="Júnior\nPleno\nSênior")) == path
    after = asms.get(path)["fields"][0]
    assert (after["obligatory"], after["active"], after["options"][1]) == (True, True, "Pleno")
    assert drawn(asms, path, "reader").forms == []
    assert page.sends(path, name="Outro", type="choice").status == 422


def test_pages_belong_to_their_connection(asms: Asms, project: str) -> None:
    assert asms.page(CATALOGUES.replace(CONNECTION, "outra")).status == 404
