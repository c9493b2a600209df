"""The directory's pages: clients and specialists with all their sections, and the password policy."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.asms_on_aws import CLIENTS, CONNECTION, ONE, SPECIALISTS, UNKNOWN, Asms
from tests.asms_pages import drawn, led_to, read, sent
from tests.office_on_aws import event

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def project(asms: Asms) -> str:
    return asms.entry("projects", "Suporte")


@pytest.fixture
def carolina(asms: Asms, project: str) -> str:
    """A client's address."""
    return f"{CLIENTS}/{asms.user('clients', 'Carolina Vergara', projects=frozenset({project}))}"


@pytest.fixture
def bruno(asms: Asms, project: str) -> str:
    """A specialist's address."""
    return f"{SPECIALISTS}/{asms.user('specialists', 'Bruno Prado', projects=frozenset({project}))}"


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_example_of_a_page_is_drawn_for_who_has_a_session(asms: Asms, carolina: str) -> None:
    happening = event("asms/on_http/list_users_page")
    assert asms.handled(dict(happening)).status == 303
    page = read(asms, asms.handled(happening | {"cookies": [asms.session("reader")]}), "reader")
    assert "Carolina Vergara carolina.vergara" in page.text
    assert f'<a href="{carolina}">Carolina Vergara</a>' in page.answer.body


def test_clients_and_specialists_are_tabs_of_their_connection_among_the_others(asms: Asms, bruno: str) -> None:
    page = drawn(asms, SPECIALISTS)
    (tabs,) = re.findall(r'<nav class="tabs".*?</nav>', page.answer.body, re.DOTALL)
    found = dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', tabs))
    assert (found[CLIENTS], found[SPECIALISTS]) == ("Clientes", "Especialistas")
    assert found[f"{ONE}/password-policy"] == "Política de senha"
    assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [SPECIALISTS]


def test_a_list_says_who_is_in_which_project_and_who_has_no_e_mail(asms: Asms, carolina: str, project: str) -> None:
    other = asms.entry("projects", "Antigo", active=False)
    asms.user("clients", "Davi Reis", email="davi@m.example", active=False, projects=frozenset({project, other}))

    page = drawn(asms, CLIENTS, "reader")

    assert "Carolina Vergara carolina.vergara sem e-mail Suporte Ativo" in page.text
    assert "Davi Reis davi.reis davi@m.example Suporte e mais 1 projeto Inativo" in page.text
    assert "Novo cliente" not in page.text
    assert "Novo cliente" in drawn(asms, CLIENTS).text
    narrowed = drawn(asms, CLIENTS, project=project)
    assert "Os associados ao projeto Suporte" in narrowed.text
    assert f'href="{ONE}/projects/{project}/users/clients/association"' in narrowed.answer.body
    assert f'href="{CLIENTS}/new?project={project}"' in narrowed.answer.body


def test_an_empty_list_says_what_to_do_and_a_search_without_result_what_to_check(asms: Asms) -> None:
    assert "Ainda não há especialistas Crie o primeiro aqui, ou traga muitos" in drawn(asms, SPECIALISTS).text
    asms.user("clients", "Ana")
    assert "Ninguém encontrado Nenhum nome começa assim." in drawn(asms, CLIENTS, name="zz").text


def test_a_long_list_is_turned_page_by_page(asms: Asms) -> None:
    for number in range(3):
        asms.user("clients", f"Pessoa {number}")
    first = drawn(asms, CLIENTS, limit=2)
    (following,) = re.findall(r'rel="next" href="[^"]*cursor=([^"&]+)', first.answer.body)
    second = drawn(asms, CLIENTS, limit=2, cursor=following.replace("%3D", "="))
    assert ("Pessoa 2" in first.text, "Pessoa 2" in second.text) == (False, True)
    assert "Voltar ao início" in second.text


# ── a new one ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_client_is_made_by_the_form_of_the_page_in_the_only_project(asms: Asms, project: str) -> None:
    of = asms.sandbox.of
    field = of("asms.additional").AdditionalField(
        asms.new_id(),
        project,
        of("asms.catalogues").Category("clients"),
        "Setor",
        of("asms.additional").FieldType("text"),
    )
    assert of("asms.store.fields").keep_field(CONNECTION, None, field) == "done"
    place = asms.entry("locations", "Fábrica", address={"street": "Rua das Acácias", "city": "Campinas"})

    page = drawn(asms, f"{CLIENTS}/new")
    additional: dict[str, Any] = {f"additional__{field.id}_clearable": "Compras"}
    answer = page.sends(
        CLIENTS,
        name="Carolina Vergara",
        login="carol",
        email="carol@modelo.example",
        password="Jacarandá-97-azul",
        location=place,
        culture="es",
        **additional,
    )

    made = asms.get(CLIENTS, name="carol")["items"][0]
    assert led_to(answer) == made["url"]
    user = asms.get(made["url"])
    assert {name: user[name] for name in ("login", "culture", "active", "has_password", "additional")} == {
        "login": "carol",
        "culture": "es",
        "active": True,
        "has_password": True,
        "additional": {field.id: "Compras"},
    }
    assert user["address"]["street"] == "Rua das Acácias"


def test_of_several_projects_one_is_chosen_first_and_without_any_people_are_told(asms: Asms) -> None:
    assert "Ainda não há projetos" in drawn(asms, f"{CLIENTS}/new").text
    asms.entry("projects", "Suporte")
    second = asms.entry("projects", "Vendas")
    page = drawn(asms, f"{CLIENTS}/new")
    assert [form.action for form in page.forms] == [f"{CLIENTS}/new"]
    assert ("project", second) in drawn(asms, f"{CLIENTS}/new", project=second).form(CLIENTS).fields
    assert asms.page(f"{CLIENTS}/new", project=UNKNOWN).status == 404


def test_a_password_that_breaks_the_policy_is_not_kept_and_the_rules_are_said(asms: Asms, project: str) -> None:
    page = drawn(asms, f"{CLIENTS}/new")
    assert "O que se pede da senha: Regra A senha deve ter no mínimo 8 caracteres." in page.text
    refused = read(asms, page.sends(CLIENTS, name="Ana Lima", login="ana", password="curta"), status=422)
    assert "A senha deve ter no mínimo 8 caracteres." in refused.text
    assert "curta" not in refused.answer.body
    assert asms.get(CLIENTS)["items"] == []


def test_the_hint_s_check_takes_what_the_script_sends_and_says_each_rule(asms: Asms, project: str) -> None:
    page = drawn(asms, f"{CLIENTS}/new")
    (check,) = re.findall(r'data-rules="([^"]+)"', page.answer.body)
    shown = set(re.findall(r'data-rule="([^"]+)"', page.answer.body))
    typed = {"password.text": "ana.silva", "login.text": "ana.silva", "name.text": ""}
    answer = sent(asms, check, typed, accept="application/json")
    kept = {rule["rule"]: rule["kept"] for rule in answer.body["rules"]}
    assert kept == {"min_length": True, "max_length": True, "no_login": False, "no_name": True}
    assert set(kept) | {"history"} == shown


# ── one of them ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_a_user_is_stands_on_one_page_with_the_ways_to_all_sections(asms: Asms, carolina: str, bruno: str) -> None:
    page = drawn(asms, carolina)
    assert "O usuário está sem e-mail, e as notificações não chegarão a ele." in page.text
    assert "Projetos Suporte Empresas vazio Grupos vazio Serviços vazio" in page.text
    sections = {}
    for role, user in (("operator", carolina), ("administrator", bruno), ("operator", bruno), ("reader", carolina)):
        (ways,) = re.findall(r'<nav class="tabs inner".*?</nav>', drawn(asms, user, role).answer.body, re.DOTALL)
        sections[role, user] = re.findall(r">([^<>]+)</a>", ways)
    assert sections == {
        ("operator", carolina): [
            *("Resumo", "Detalhes", "Endereço", "Adicional", "Empresas", "Grupos", "Serviços", "Realimentação")
        ],
        ("administrator", bruno): [
            *("Resumo", "Detalhes", "Endereço", "Adicional", "Grupos", "Papéis", "Realimentação", "Turnos"),
            "Tokens de integração",
        ],
        ("operator", bruno): [
            *("Resumo", "Detalhes", "Endereço", "Adicional", "Grupos", "Papéis", "Realimentação", "Turnos")
        ],
        ("reader", carolina): [*("Resumo", "Endereço", "Adicional", "Empresas", "Grupos", "Serviços", "Realimentação")],
    }


@pytest.mark.parametrize(
    "section", ["", "/address", "/additional", "/relations/companies", "/relations/groups", "/comments"]
)
def test_a_reader_sees_every_section_and_is_offered_no_change(asms: Asms, carolina: str, section: str) -> None:
    page = drawn(asms, f"{carolina}{section}", "reader")
    assert page.text.startswith("C Clientes Carolina Vergara carolina.vergara Ativo")
    assert [form.action for form in page.forms if form.method == "post"] == []


def test_details_are_changed_by_the_form_that_holds_them(asms: Asms, carolina: str) -> None:
    page = drawn(asms, f"{carolina}/details")
    answer = page.sends(
        carolina, email_clearable="carol@modelo.example", phone_clearable="(11) 4002-8922", culture="en"
    )
    assert led_to(answer) == carolina
    user = asms.get(carolina)
    assert (user["email"], user["phone"], user["culture"], user["name"]) == (
        *("carol@modelo.example", "(11) 4002-8922", "en"),
        "Carolina Vergara",
    )
    assert led_to(drawn(asms, f"{carolina}/details").sends(carolina, email_clearable="")) == carolina
    assert asms.get(carolina)["email"] == ""
    late = read(asms, page.sends(carolina, name="Outra"), status=409)
    assert "alterado" in late.text
    assert asms.page(f"{carolina}/details", "reader").status == 403


def test_a_specialist_is_deactivated_by_taking_the_tick_away(asms: Asms, bruno: str) -> None:
    page = drawn(asms, f"{bruno}/details")
    assert "Desativar encerra os tokens e os turnos futuros." in page.text
    assert led_to(page.sends(bruno, active_flag="")) == bruno
    assert asms.get(bruno)["active"] is False
    assert "está inativo, e por isso não recebe novos turnos" in drawn(asms, f"{bruno}/shifts").text


def test_a_location_fills_the_address_in_which_is_then_adjusted(asms: Asms, carolina: str) -> None:
    place = asms.entry("locations", "Fábrica", address={"street": "Rua das Acácias", "number": "100"})
    drawn(asms, f"{carolina}/details").sends(carolina, location_clearable=place)
    page = drawn(asms, f"{carolina}/address")
    assert "Localização: Fábrica . O endereço veio dela" in page.text
    answer = page.sends(carolina, "address/street.text", address__number_text="102", address__street_text="")
    assert led_to(answer) == f"{carolina}/address"
    assert {name: text for name, text in asms.get(carolina)["address"].items() if text} == {"number": "102"}


def test_a_photo_is_sent_by_a_form_seen_from_the_bucket_s_origin_and_taken_away(asms: Asms, carolina: str) -> None:
    page = drawn(asms, carolina)
    assert page.form(f"{carolina}/photo").names() == ["content"]
    assert 'enctype="multipart/form-data"' in page.answer.body
    assert led_to(sent(asms, f"{carolina}/photo", {"next": carolina}, files={"content": PNG})) == carolina
    shown = drawn(asms, carolina)
    assert f'src="{carolina}/photo"' in shown.answer.body
    where = asms.page(f"{carolina}/photo").headers["Location"]
    (origin,) = re.findall(r"img-src 'self' (\S+);", shown.answer.headers["Content-Security-Policy"])
    assert where.startswith(f"{origin}/")
    refused = sent(asms, f"{carolina}/photo", {"next": carolina}, files={"content": b"GIF89a"})
    assert "não é uma imagem PNG, JPEG ou WebP" in read(asms, refused, status=422).text
    deleting = [form for form in shown.forms if ("_method", "DELETE") in form.fields]
    assert [form.action for form in deleting] == [f"{carolina}/photo"]
    answer = asms.sent(
        f"{carolina}/photo", **{name: value for name, value in deleting[0].fields if name != "form_token"}
    )
    assert led_to(answer) == carolina
    assert asms.get(carolina)["has_photo"] is False


# ── geolocation ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_client_is_put_on_the_map_by_coordinates_and_taken_off_it(asms: Asms, carolina: str, bruno: str) -> None:
    page = drawn(asms, f"{carolina}/address")
    assert "Ainda sem lugar no mapa." in page.text
    answer = page.sends(
        carolina, "geolocation/latitude.json", geolocation__latitude_json="-22.9056", geolocation__longitude_json="-47"
    )
    assert led_to(answer) == f"{carolina}/address"
    assert asms.get(carolina)["geolocation"] == {"latitude": -22.9056, "longitude": -47}
    placed = drawn(asms, f"{carolina}/address")
    assert "com o lugar de Carolina Vergara em latitude -22.9056 e longitude -47.0" in placed.answer.body
    assert 'data-point cx="280.0" cy="294.1"' in placed.answer.body
    placed.sends(carolina, "geolocation.json")
    assert asms.get(carolina)["geolocation"] is None
    assert "Geolocalização" not in drawn(asms, f"{bruno}/address").text


def test_a_saved_location_is_found_by_its_name_and_used(asms: Asms, carolina: str) -> None:
    body = {"name": "Fábrica de Campinas", "geolocation": {"latitude": -22.9, "longitude": -47.06}}
    assert asms.post(f"{ONE}/catalogues/locations", body, role="administrator").status == 201
    asms.entry("locations", "Fábrica sem lugar")
    page = drawn(asms, f"{carolina}/address", name="fáb")
    assert "1. Fábrica de Campinas -22.9, -47.06" in page.text
    assert "sem lugar" not in page.text.partition("Geolocalização")[2].replace("Ainda sem lugar no mapa", "")
    using = [form for form in page.forms if ("geolocation/longitude.json", "-47.06") in form.fields]
    assert led_to(sent(asms, using[0].action, dict(using[0].fields))) == f"{carolina}/address"
    assert asms.get(carolina)["geolocation"] == {"latitude": -22.9, "longitude": -47.06}
    assert "Nenhuma localização que começa assim" in drawn(asms, f"{carolina}/address", name="zz").text


def test_coordinates_that_are_none_are_refused(asms: Asms, carolina: str) -> None:
    page = drawn(asms, f"{carolina}/address")
    answer = page.sends(
        carolina, "geolocation/latitude.json", geolocation__latitude_json="-92", geolocation__longitude_json="-47"
    )
    assert answer.status == 422
    assert asms.get(carolina)["geolocation"] is None


# ── the other sections ───────────────────────────────────────────────────────────────────────────────────────────────
def test_what_projects_ask_for_is_filled_in_by_type(asms: Asms, carolina: str, project: str) -> None:
    path = f"{ONE}/projects/{project}/fields"
    asked: dict[str, dict[str, Any]] = {
        "Setor": {"type": "choice", "options": ["Compras", "Vendas"]},
        "Desde": {"type": "date"},
        "Fala inglês": {"type": "yes_no"},
        "Ramal": {"type": "number"},
    }
    ids = {}
    for name, more in asked.items():
        made = asms.post(path, {"category": "clients", "name": name, **more}, role="administrator")
        ids[name] = made.body["id"]
    page = drawn(asms, f"{carolina}/additional")
    filled = {"Setor": "Vendas", "Desde": "2026-11-02", "Fala inglês": "no", "Ramal": "12"}
    fields: dict[str, Any] = {f"additional__{ids[name]}_clearable": value for name, value in filled.items()}
    answer = page.sends(carolina, **fields)
    assert led_to(answer) == f"{carolina}/additional"
    assert asms.get(carolina)["additional"] == {ids[name]: value for name, value in filled.items()}
    reading = drawn(asms, f"{carolina}/additional", "reader").text
    assert "Suporte Desde 2026-11-02 Fala inglês não Ramal 12 Setor Vendas" in reading
    again = drawn(asms, f"{carolina}/additional").form(carolina)
    assert {value for name, value in again.fields if name.startswith("additional/")} >= {"2026-11-02", "no", "12"}


def test_companies_are_searched_added_and_taken_away(asms: Asms, carolina: str) -> None:
    first, second = asms.entry("companies", "Alfa"), asms.entry("companies", "Beta")
    path = f"{carolina}/relations/companies"
    assert led_to(drawn(asms, path, name="al").sends(path, "add.list", add_list=[first])) == path
    page = drawn(asms, path)
    assert "Marque o que retirar Alfa" in page.text
    assert page.form(path, "add.list").boxes == [("add.list", second)]
    assert led_to(page.sends(path, "remove.list", remove_list=[first])) == path
    assert asms.get(carolina)["relations"]["companies"] == []
    assert asms.page(f"{carolina}/relations/roles").status == 422


def test_groups_of_other_projects_open_a_window_that_asks_for_the_kind_of_association(
    asms: Asms, carolina: str
) -> None:
    sales = asms.entry("projects", "Vendas")
    group = asms.entry("client-groups", "Região Sul", projects=[sales])
    path = f"{carolina}/relations/groups"
    page = drawn(asms, path)
    asked = read(asms, page.sends(path, "add.list", add_list=[group]), status=409)
    assert asked.text.startswith("Associar também aos projetos?")
    assert "Vendas" in asked.text
    assert asms.get(carolina)["relations"]["groups"] == []

    assert led_to(asked.sends(path, button=("associate.json", "false"))) == path
    assert [one["name"] for one in asms.get(carolina)["projects"]] == ["Suporte"]
    asked.sends(path, button=("associate.json", "true"))
    assert [one["name"] for one in asms.get(carolina)["projects"]] == ["Suporte", "Vendas"]


def test_shifts_are_defined_listed_with_their_state_and_taken_away(asms: Asms, bruno: str) -> None:
    path = f"{bruno}/shifts"
    assert "Ainda não há calendários" in drawn(asms, path).text
    calendar = asms.entry("calendars", "Comercial")
    for since, until in (("2026-11-01", "2026-11-10"), ("2026-11-20", "2026-11-30"), ("2026-12-01", "2026-12-24")):
        assert led_to(drawn(asms, path).sends(path, since=since, until=until, calendar=calendar)) == path
    page = drawn(asms, path)
    assert re.findall(r"(Futuro|Em andamento|Encerrado)", page.text) == ["Futuro", "Em andamento", "Encerrado"]
    overlapping = page.sends(path, since="2026-11-29", until="2026-12-02", calendar=calendar)
    assert "O turno se sobrepõe a outro do mesmo especialista" in read(asms, overlapping, status=422).text
    assert asms.page(f"{carolina_path(asms)}/shifts").status == 404
    first = asms.get(bruno)["shifts"][0]["id"]
    assert led_to(page.sends(f"{path}/{first}")) == path
    assert len(asms.get(bruno)["shifts"]) == 2


def carolina_path(asms: Asms) -> str:
    """A client, who has no shifts."""
    return f"{CLIENTS}/{asms.user('clients', 'Davi Prado')}"


def test_comments_are_written_and_read_the_newest_first_by_day(asms: Asms, carolina: str) -> None:
    path = f"{carolina}/comments"
    assert "Nenhum comentário ainda" in drawn(asms, path).text
    assert led_to(drawn(asms, path).sends(path, text="Prefere\n<b>tarde</b>")) == path
    asms.now += 86400
    drawn(asms, path).sends(path, text="Ligou de novo")
    page = drawn(asms, path, "reader")
    assert (
        "terça-feira, 24 de novembro de 2026 Painel (operator) às 06:00 Ligou de novo "
        "segunda-feira, 23 de novembro de 2026 Painel (operator) às 06:00 Prefere <b>tarde</b>"
    ) in page.text


def test_a_token_is_shown_once_and_revoked(asms: Asms, bruno: str) -> None:
    path = f"{bruno}/tokens"
    page = drawn(asms, path, "administrator")
    form = {**dict(page.form(path).fields), "description": "Painel"}
    made = read(asms, sent(asms, path, form, "administrator"), "administrator", 201)
    (token,) = re.findall(r'<code id="token">(sin_\w+)</code>', made.answer.body)
    assert 'data-copy="#token"' in made.answer.body
    assert "ele não será mostrado de novo" in made.text

    again = read(asms, sent(asms, path, form, "administrator"), "administrator", 201)
    assert "O token já foi mostrado" in again.text
    assert token not in again.answer.body
    listed = drawn(asms, path, "administrator")
    assert token not in listed.answer.body
    assert f"Painel Leitor Termina em {token[-4:]}." in listed.text
    (kept,) = asms.call("GET", path, role="administrator").body["items"]
    assert led_to(listed.sends(f"{path}/{kept['id']}")) == path
    assert asms.call("GET", path, role="administrator").body["items"] == []
    wrong = read(asms, page.sends(path, description="x", expires_in_days_number="9999"), "administrator", 422)
    assert "O token não foi gerado" in wrong.text
    assert asms.page(path, "operator").status == 403


def test_the_policy_is_changed_by_administrators_and_read_by_all(asms: Asms) -> None:
    path = f"{ONE}/password-policy"
    page = drawn(asms, path, "administrator")
    answer = page.sends(path, min_length_number="12", upper_flag="on", history_number="0", no_name_flag="")
    assert led_to(answer) == path
    policy = asms.get(path)
    assert [policy[name] for name in ("min_length", "upper", "lower", "no_name", "history")] == [
        12,
        True,
        False,
        False,
        0,
    ]
    reading = drawn(asms, path, "reader")
    assert "A senha deve ter no mínimo 12 caracteres. A senha deve ter no máximo 128 caracteres." in reading.text
    assert reading.forms == []
    assert page.sends(path, min_length_number="0").status == 422
