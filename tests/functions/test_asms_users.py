"""Clients and specialists over HTTP: made, listed, read and changed; each login once, and no password ever shown."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests import invented
from tests.asms_on_aws import BASE, CLIENTS, CONNECTION, SPECIALISTS, UNKNOWN, USERS, Asms, problem
from tests.meanwhile import Meanwhile, cancelled
from tests.office_on_aws import event
from tests.routes_on_aws import Answer

INVALID = "Requisição inválida"
NO_ADDRESS = dict.fromkeys(("street", "number", "complement", "district", "city", "state", "postcode", "country"), "")
PLANT = {"street": "Rua das Acácias", "number": "100", "city": "Campinas", "state": "SP"}
EMAIL_MISSING = {
    "code": "asms.email_missing",
    "detail": (
        "O usuário está sem e-mail, e as notificações não chegarão a ele. Informe um e-mail nos detalhes do usuário."
    ),
}
CPF = invented.written(invented.invented_cpf("390533447"))
PASSWORD = "Jacarandá-97-azul"
MOMENT = "2026-11-23T09:00:00.000Z"
EXAMPLES = {
    "create_user": ("operator", 201),
    "list_users": ("reader", 200),
    "read_user": ("reader", 200),
    "change_user": ("operator", 200),
}
ROLES = ("reader", "operator", "administrator")


@pytest.fixture
def project(asms: Asms) -> str:
    return asms.entry("projects", "Suporte")


def form(project: str, name: str = "Carolina Vergara", **more: Any) -> dict[str, Any]:
    return {"project": project, "name": name, "login": name.lower().replace(" ", "."), **more}


def made(asms: Asms, path: str, body: dict[str, Any], **more: Any) -> Any:
    answer = asms.post(path, body, **more)
    assert answer.status == 201, answer
    return answer.body


def changed(asms: Asms, path: str, **change: Any) -> Any:
    answer = asms.patch(path, change)
    assert answer.status == 200, answer
    return answer.body


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.body["code"], answer.body.get("field", "")


def wrong_field(answer: Answer) -> str:
    """What the answer says of the only field that is wrong."""
    assert (answer.status, answer.body["code"]) == (422, "request_invalid"), answer
    assert "errors" not in answer.body, answer
    where, sentence, _ = re.fullmatch(
        r"A requisição tem campos que precisam de correção: (?:([\w.?]+): )?(.*)\. (Corrija e envie de novo\.)",
        answer.body["detail"],
    ).groups()  # type: ignore[union-attr]  # it says so always
    assert answer.body.get("field") == where
    return f"{where}: {sentence}" if where else str(sentence)


def shared(number: str) -> dict[str, str]:
    return {
        "code": "asms.email_shared",
        "detail": (
            f"O e-mail também é de outros usuários deste diretório: {number}. "
            "Confira se eles devem mesmo receber as mesmas notificações."
        ),
    }


def names(asms: Asms, path: str, **query: Any) -> list[str]:
    return [line["name"] for line in asms.get(path, **query)["items"]]


def field(asms: Asms, project: str, name: str, kind: str = "text", category: str = "clients", **more: Any) -> str:
    """A new additional field; gives its id."""
    additional, of = asms.sandbox.of("asms.additional"), asms.sandbox.of
    new = additional.AdditionalField(
        asms.new_id(),
        project,
        of("asms.catalogues").Category(category),
        name,
        additional.FieldType(kind),
        **more,
    )
    assert of("asms.store.fields").keep_field(CONNECTION, None, new) == "done"
    return str(new.id)


# ── the examples ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_examples_of_events_are_answered_to_who_has_the_role(asms: Asms) -> None:
    asms.made = 0xA0
    asms.entry("projects", "Suporte")
    asms.made = 0xC0
    asms.user("clients", "Davi Prado")
    for name, (role, status) in EXAMPLES.items():
        happening = event(f"asms/on_http/{name}")
        for lower in ROLES[: ROLES.index(role)]:
            refused = asms.send(happening, lower)
            assert (refused.status, refused.body["code"]) == (403, "role_insufficient"), name
        assert asms.send(happening, None).status == 401
        answer = asms.send(happening, role)
        assert answer.status == status, (name, answer)


# ── made ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_client_is_made_with_details_address_and_additional_fields(asms: Asms, project: str) -> None:
    location = asms.entry("locations", "Fábrica", address=PLANT)
    sector = field(asms, project, "Setor")
    body = form(
        project,
        login="Carolina.Vergara",
        email="Carolina@modelo.example",
        password=PASSWORD,
        identification=CPF,
        phone="(11) 4002-8922",
        culture="es",
        location=location,
        address={"number": "102", "complement": "Sala 3"},
        additional={sector: "Compras"},
    )

    answer = asms.post(CLIENTS, body)

    expected = {
        "id": answer.body["id"],
        "url": f"{CLIENTS}/{answer.body['id']}",
        "category": "clients",
        "name": "Carolina Vergara",
        "login": "Carolina.Vergara",
        "email": "Carolina@modelo.example",
        "identification": CPF,
        "phone": "(11) 4002-8922",
        "active": True,
        "culture": "es",
        "has_password": True,
        "has_photo": False,
        "location": {"id": location, "name": "Fábrica"},
        "address": {**NO_ADDRESS, **PLANT, "number": "102", "complement": "Sala 3"},
        "additional": {sector: "Compras"},
        "geolocation": None,
        "projects": [{"id": project, "name": "Suporte"}],
        "relations": {"companies": [], "groups": [], "services": []},
        "shifts": [],
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "version": 1,
        "warnings": [],
    }
    assert (answer.status, answer.body) == (201, expected)
    assert asms.get(f"{CLIENTS}/{expected['id']}") == expected
    assert asms.stored("clients", expected["id"]).changed_by == asms.ids["operator"]


def test_a_specialist_is_made_of_what_is_obligatory_alone_and_warned_about(asms: Asms, project: str) -> None:
    answer = asms.post(SPECIALISTS, form(project, "Bruno Prado"))

    assert (answer.status, answer.body) == (
        201,
        {
            "id": answer.body["id"],
            "url": f"{SPECIALISTS}/{answer.body['id']}",
            "category": "specialists",
            "name": "Bruno Prado",
            "login": "bruno.prado",
            "email": "",
            "identification": "",
            "phone": "",
            "active": True,
            "culture": "pt",
            "has_password": False,
            "has_photo": False,
            "location": None,
            "address": NO_ADDRESS,
            "additional": {},
            "geolocation": None,
            "projects": [{"id": project, "name": "Suporte"}],
            "relations": {"groups": [], "roles": []},
            "shifts": [],
            "created_at": MOMENT,
            "changed_at": MOMENT,
            "version": 1,
            "warnings": [EMAIL_MISSING],
        },
    )
    assert asms.get(f"{SPECIALISTS}/{answer.body['id']}") == answer.body


def test_all_that_a_user_is_found_by_is_kept_with_it(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, email="Carol@Modelo.Example", identification=CPF))["id"]

    assert {(row["identity"], row["holder"], row.get("record")) for row in asms.rows("identities")} == {
        ("login#carolina.vergara", f"{CONNECTION}#login", f"clients#{user}"),
        ("email#carol@modelo.example", f"{CONNECTION}#clients#{user}", None),
        (f"cpf#{invented.invented_cpf('390533447')}", f"{CONNECTION}#clients#{user}", None),
    }
    members = [row for row in asms.rows() if "#member#" in row["scope"]]
    assert members == [
        {"scope": f"{CONNECTION}#member#{project}#clients", "item": user, "name_key": "carolina vergara"}
    ]


def test_a_user_may_be_made_inactive(asms: Asms, project: str) -> None:
    assert made(asms, SPECIALISTS, form(project, active=False))["active"] is False


def test_what_is_not_saved_yet_has_no_sections(asms: Asms, project: str) -> None:
    before = asms.rows()

    for section in ("geolocation", "relations", "shifts", "tokens", "comments", "photo", "projects"):
        assert wrong_field(asms.post(CLIENTS, form(project) | {section: None})) == "tem um campo que não existe"

    assert asms.rows() == before


MALFORMED = "não tem a forma esperada"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name: deve ter no mínimo 1 caracteres"),
    ({"name": "a" * 201}, "name: deve ter no máximo 200 caracteres"),
    ({"name": "Ana\nMaria"}, f"name: {MALFORMED}"),
    ({"name": "   "}, f"name: {MALFORMED}"),
    ({"name": "\u0301"}, "name: deve ter ao menos um caractere que não seja espaço nem acento"),
    ({"name": 7}, "name: deve ser um texto"),
    ({"login": ""}, "login: deve ter no mínimo 1 caracteres"),
    ({"login": " ana"}, f"login: {MALFORMED}"),
    ({"login": "ana "}, f"login: {MALFORMED}"),
    ({"login": "ana\tmaria"}, f"login: {MALFORMED}"),
    ({"login": "a" * 101}, "login: deve ter no máximo 100 caracteres"),
    ({"login": "\ufdfa" * 60}, "login: fica longo demais na forma em que os nomes são comparados; encurte-o"),
    ({"login": "\u0301"}, "login: deve ter ao menos um caractere que não seja espaço nem acento"),
    ({"email": "ana"}, f"email: {MALFORMED}"),
    ({"email": ""}, f"email: {MALFORMED}"),
    ({"email": "ana@"}, f"email: {MALFORMED}"),
    ({"email": "ana maria@modelo.example"}, f"email: {MALFORMED}"),
    ({"email": "ana@modelo.example\n"}, f"email: {MALFORMED}"),
    ({"email": "a@b@modelo.example"}, f"email: {MALFORMED}"),
    ({"email": f"{'a' * 243}@modelo.example"}, "email: deve ter no máximo 254 caracteres"),
    ({"password": ""}, "password: deve ter no mínimo 1 caracteres"),
    ({"password": "a" * 1001}, "password: deve ter no máximo 1000 caracteres"),
    ({"identification": "1" * 51}, "identification: deve ter no máximo 50 caracteres"),
    ({"identification": "  "}, "identification: deve ter no mínimo 1 caracteres"),
    ({"identification": 390_533_447}, "identification: deve ser um texto"),
    ({"phone": "1" * 41}, "phone: deve ter no máximo 40 caracteres"),
    ({"phone": "11\n4002"}, f"phone: {MALFORMED}"),
    ({"active": "true"}, "active: deve ser true ou false"),
    ({"culture": "fr"}, "culture: deve ser 'pt', 'en' ou 'es'"),
    ({"location": "Fábrica"}, f"location: {MALFORMED}"),
    ({"address": {"street": "a" * 201}}, "address.street: deve ter no máximo 200 caracteres"),
    ({"address": {"avenue": "a"}}, "address: tem um campo que não existe"),
    ({"address": "Rua das Acácias"}, "address: deve ser um objeto JSON, entre chaves"),
    ({"additional": []}, "additional: deve ser um objeto JSON, entre chaves"),
    ({"additional": {UNKNOWN: "a" * 1001}}, f"additional.{UNKNOWN}: deve ter no máximo 1000 caracteres"),
    ({"additional": {UNKNOWN: 7}}, f"additional.{UNKNOWN}: deve ser um texto"),
]


def test_a_wrong_field_is_named_when_a_user_is_made_and_when_it_is_changed(asms: Asms, project: str) -> None:
    user = asms.user("clients", "Davi Prado", projects=frozenset({project}))
    before = asms.rows()

    for wrong, sentence in WRONG:
        for answer in (asms.post(CLIENTS, form(project) | wrong), asms.patch(f"{CLIENTS}/{user}", wrong)):
            assert wrong_field(answer) == sentence, wrong

    assert asms.rows() == before


def test_what_is_obligatory_is_asked_for(asms: Asms, project: str) -> None:
    for missing in ("project", "name", "login"):
        body = form(project)
        del body[missing]
        assert wrong_field(asms.post(CLIENTS, body)) == f"{missing}: falta este campo"


@pytest.mark.parametrize(("catalogue", "title"), [("projects", "projeto"), ("locations", "localização")])
def test_only_what_is_active_in_a_catalogue_is_chosen(asms: Asms, project: str, catalogue: str, title: str) -> None:
    name = catalogue.removesuffix("s")
    closed = asms.entry(catalogue, "Antigo", active=False)

    unknown = asms.post(CLIENTS, form(project) | {name: UNKNOWN})
    inactive = asms.post(CLIENTS, form(project) | {name: closed})

    detail = f"O que foi escolhido não está no catálogo desta conexão ({title}). Confira a identificação na lista do"
    assert unknown.body == problem(422, INVALID, "asms.entry_unknown", f"{detail} catálogo.", field=name)
    detail = f"Antigo ({title}) está desativado no catálogo e não pode mais ser escolhido. Escolha outro, ou ative este"
    assert inactive.body == problem(422, INVALID, "asms.entry_inactive", f"{detail} no catálogo antes.", field=name)


# ── logins and e-mails ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", [CLIENTS, SPECIALISTS])
def test_a_login_is_of_one_user_of_the_directory_however_it_is_written(asms: Asms, project: str, path: str) -> None:
    asms.user("clients", "José Prado", login="José.Prado")

    answer = asms.post(path, form(project, login="JOSE.prado"))

    detail = (
        "O login JOSE.prado já é de outro usuário deste diretório; maiúsculas, acentos e espaços não o distinguem. "
        "Escolha outro login ou altere o do outro usuário."
    )
    assert (answer.status, answer.body) == (409, problem(409, "Já existe", "asms.login_taken", detail))
    assert names(asms, path, name="carol") == []


def test_a_login_is_free_in_another_directory_and_once_it_is_given_up(asms: Asms, project: str) -> None:
    first = made(asms, CLIENTS, form(project))
    changed(asms, f"{CLIENTS}/{first['id']}", login="carol")

    second = made(asms, SPECIALISTS, form(project))

    assert refusal(asms.patch(f"{CLIENTS}/{first['id']}", {"login": "Carolina.Vergara"}))[1] == "asms.login_taken"
    asms.connect("outra-empresa")
    elsewhere = asms.call("GET", f"{BASE}/outra-empresa/users/specialists/{second['id']}", role="reader")
    assert (elsewhere.status, elsewhere.body["code"]) == (404, "asms.user_unknown")


def test_of_two_who_take_a_login_at_once_one_gets_it(
    asms: Asms, elsewhere: Asms, monkeypatch: pytest.MonkeyPatch, project: str
) -> None:
    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before.append(lambda: made(elsewhere, SPECIALISTS, form(project, "Davi Prado", login="Pessoa")))

    answer = asms.post(CLIENTS, form(project, "Bia Prado", login="pessoa"))

    assert refusal(answer)[1] == "asms.login_taken"
    assert (names(asms, CLIENTS), names(asms, SPECIALISTS)) == ([], ["Davi Prado"])


def test_an_email_of_others_is_a_warning(asms: Asms, project: str) -> None:
    asms.user("specialists", "Bruno Prado", email="FAMILIA@modelo.example")
    asms.user("clients", "Davi Prado", email="familia@modelo.example")

    user = made(asms, CLIENTS, form(project, email="Familia@modelo.example"))

    assert user["warnings"] == [shared("2")]
    assert changed(asms, f"{CLIENTS}/{user['id']}", email="carol@modelo.example")["warnings"] == []
    assert changed(asms, f"{CLIENTS}/{user['id']}", email=None)["warnings"] == [EMAIL_MISSING]


@pytest.mark.parametrize(("others", "number"), [(1, "1"), (9, "9"), (10, "10 ou mais"), (12, "10 ou mais")])
def test_those_who_share_an_email_are_counted_to_ten(asms: Asms, project: str, others: int, number: str) -> None:
    for one in range(others):
        asms.user("clients", f"Pessoa {one}", email="todos@modelo.example")

    user = made(asms, SPECIALISTS, form(project, email="todos@modelo.example"))

    assert user["warnings"] == [shared(number)]


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_location_fills_the_address_in_which_stays_editable(asms: Asms, project: str) -> None:
    plant = asms.entry("locations", "Fábrica", address=PLANT)
    office = asms.entry("locations", "Escritório", address={"city": "Santos"})
    nowhere = asms.entry("locations", "A definir")
    one = f"{CLIENTS}/{made(asms, CLIENTS, form(project, address={'city': 'Recife'}))['id']}"

    def address(**change: Any) -> dict[str, str]:
        shown = changed(asms, one, **change)["address"]
        return {name: text for name, text in shown.items() if text}

    assert address() == {"city": "Recife"}
    assert address(location=plant) == PLANT
    assert address(address={"number": "7"}) == PLANT | {"number": "7"}
    assert address(location=plant) == PLANT | {"number": "7"}  # chosen already
    assert address(location=nowhere) == PLANT | {"number": "7"}  # nothing is known of it
    assert address(location=office, address={"street": "Rua A"}) == {"city": "Santos", "street": "Rua A"}
    assert address(address={"street": ""}) == {"city": "Santos"}
    assert address(location=None) == {"city": "Santos"}
    assert changed(asms, one)["location"] is None
    assert address(address=None) == {}


def test_a_location_that_was_deactivated_stays_where_it_was_chosen(asms: Asms, project: str) -> None:
    plant = asms.entry("locations", "Fábrica")
    one = f"{CLIENTS}/{made(asms, CLIENTS, form(project, location=plant))['id']}"
    store, catalogues = asms.sandbox.of("asms.store.catalogues"), asms.sandbox.of("asms.catalogues")
    entry = store.stored_entry(CONNECTION, catalogues.Catalogue.LOCATIONS, plant)
    assert store.keep_entry(CONNECTION, entry, replace(entry, active=False, version=2)) == "done"

    again = asms.patch(one, {"location": plant, "phone": "11"})

    assert (again.status, again.body["location"]) == (200, {"id": plant, "name": "Fábrica"})
    changed(asms, one, location=None)
    assert refusal(asms.patch(one, {"location": plant})) == (422, "asms.entry_inactive", "location")


def test_a_client_has_a_place_on_the_map_and_a_specialist_has_none(asms: Asms) -> None:
    client = f"{CLIENTS}/{asms.user('clients', 'Ana')}"
    specialist = f"{SPECIALISTS}/{asms.user('specialists', 'Bruno')}"
    place = {"latitude": -22.9056, "longitude": -47}

    assert changed(asms, client, geolocation=place)["geolocation"] == place
    assert changed(asms, client, phone="11")["geolocation"] == place
    assert changed(asms, client, geolocation=None)["geolocation"] is None
    detail = "A seção geolocalização é só de clientes. Retire o campo, ou confira a categoria do usuário."
    assert asms.patch(specialist, {"geolocation": place}).body == problem(
        422, INVALID, "asms.section_missing", detail, field="geolocation"
    )


def test_a_place_that_is_nowhere_is_refused(asms: Asms) -> None:
    one = f"{CLIENTS}/{asms.user('clients', 'Ana')}"
    places: list[tuple[dict[str, Any], str]] = [
        ({"latitude": 90.5, "longitude": 0}, "geolocation.latitude: deve ser no máximo 90.0"),
        ({"latitude": 0, "longitude": -180.5}, "geolocation.longitude: deve ser no mínimo -180.0"),
        ({"latitude": "1", "longitude": 0}, "geolocation.latitude: deve ser um número"),
        ({"latitude": 1}, "geolocation.longitude: falta este campo"),
    ]
    for place, sentence in places:
        assert wrong_field(asms.patch(one, {"geolocation": place})) == sentence


# ── additional fields ────────────────────────────────────────────────────────────────────────────────────────────────
def test_values_are_of_the_fields_of_the_users_projects_for_its_category(asms: Asms, project: str) -> None:
    other = asms.entry("projects", "Obras")
    size = field(asms, project, "Tamanho", "choice", options=("P", "M"))
    elsewhere = field(asms, other, "Obra")
    specialists = field(asms, project, "Ramal", category="specialists")
    closed = field(asms, project, "Antigo", active=False)

    for name in (elsewhere, specialists, closed, UNKNOWN):
        answer = asms.post(CLIENTS, form(project, additional={name: "x"}))
        assert refusal(answer) == (422, "asms.additional_unknown", f"additional.{name}")
    answer = asms.post(CLIENTS, form(project, additional={size: "G"}))
    detail = "O campo adicional “Tamanho” pede uma das opções dele: P, M. Informe uma delas, escrita assim."
    assert answer.body == problem(422, INVALID, "asms.additional_choice", detail, field=f"additional.{size}")
    assert made(asms, CLIENTS, form(project, additional={size: "M"}))["additional"] == {size: "M"}
    assert made(asms, SPECIALISTS, form(project, "Bia", additional={specialists: "12"}))["additional"] == {
        specialists: "12"
    }


@pytest.mark.parametrize("given", [{}, {"additional": {}}, {"additional": None}])
def test_an_obligatory_field_is_asked_for_when_a_user_is_made(asms: Asms, project: str, given: dict[str, Any]) -> None:
    sector = field(asms, project, "Setor", obligatory=True)

    answer = asms.post(CLIENTS, form(project) | given)

    detail = "O campo adicional “Setor” é obrigatório e ficaria vazio. Informe um valor."
    assert answer.body == problem(422, INVALID, "asms.additional_empty", detail, field=f"additional.{sector}")


def test_values_change_one_by_one_and_what_became_wrong_meanwhile_keeps_nobody(asms: Asms, project: str) -> None:
    sector, note = field(asms, project, "Setor", obligatory=True), field(asms, project, "Nota")
    one = f"{CLIENTS}/{made(asms, CLIENTS, form(project, additional={sector: 'Compras', note: 'a'}))['id']}"
    late = field(asms, project, "Novo", obligatory=True)

    assert changed(asms, one, phone="11")["additional"] == {sector: "Compras", note: "a"}
    assert refusal(asms.patch(one, {"additional": {note: "b"}})) == (
        422,
        "asms.additional_empty",
        f"additional.{late}",
    )
    assert changed(asms, one, additional={note: None, late: "x"})["additional"] == {sector: "Compras", late: "x"}
    assert refusal(asms.patch(one, {"additional": {sector: ""}}))[1:] == (
        "asms.additional_empty",
        f"additional.{sector}",
    )
    store = asms.sandbox.of("asms.store.fields")
    kept = store.stored_field(CONNECTION, project, sector)
    store.keep_field(CONNECTION, kept, replace(kept, active=False, version=2))
    assert changed(asms, one, additional={sector: "Compras", note: "c"})["additional"] == {
        sector: "Compras",
        late: "x",
        note: "c",
    }


def test_no_more_text_is_taken_than_a_row_holds(asms: Asms, project: str) -> None:
    fields = [field(asms, project, f"Campo {number}") for number in range(21)]

    answer = asms.post(CLIENTS, form(project, additional=dict.fromkeys(fields, "🌳" * 1000)))

    assert refusal(answer) == (422, "asms.additional_too_long", "additional")
    assert made(asms, CLIENTS, form(project, additional=dict.fromkeys(fields[:20], "🌳" * 1000)))["version"] == 1


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────────────────────
def refused_password(*rules: str) -> dict[str, Any]:
    whole = " ".join(("A senha não está de acordo com a política de senha do diretório.", *rules))
    return problem(422, INVALID, "asms.password_refused", f"{whole} Escolha outra senha.", field="password")


SHORT = "A senha deve ter no mínimo 8 caracteres."
NO_LOGIN = "A senha não pode conter o login."
NO_NAME = "A senha não pode conter nenhuma palavra do nome que tenha três letras ou mais."


def test_each_rule_that_a_password_breaks_is_told(asms: Asms, project: str) -> None:
    answer = asms.post(CLIENTS, form(project, "Ana", password="Aná1"))

    assert (answer.status, answer.body) == (422, refused_password(SHORT, NO_LOGIN, NO_NAME))
    assert asms.rows("identities") == []


def test_a_password_is_measured_by_the_name_and_login_after_the_change(asms: Asms) -> None:
    one = f"{CLIENTS}/{asms.user('clients', 'Marina Lopes')}"

    refused = asms.patch(one, {"name": "Jacaranda Lopes", "password": PASSWORD})
    assert refused.body == refused_password(NO_NAME)
    assert asms.patch(one, {"login": "jacaranda", "password": PASSWORD}).body == refused_password(NO_LOGIN)
    assert changed(asms, one, name="Ana", login="ana", password="marina.lopes.1")["has_password"] is True


def test_a_password_is_kept_as_a_hash_alone_and_earlier_ones_do_not_come_again(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, password=PASSWORD), key="chave-1")["id"]
    one, passwords = f"{CLIENTS}/{user}", asms.sandbox.of("asms.passwords")
    first = asms.stored("clients", user)
    assert passwords.is_password(first.password, PASSWORD)

    for number in range(3):
        changed(asms, one, password=f"outra-senha-{number}")
    after = asms.stored("clients", user)

    assert len(after.earlier_passwords) == 3
    assert after.earlier_passwords[0] == after.password
    assert passwords.is_password(after.password, "outra-senha-2")
    repeated = asms.patch(one, {"password": "outra-senha-1"})
    assert repeated.body == refused_password("A senha não pode repetir uma anterior; o diretório lembra até 3.")
    assert changed(asms, one, password=PASSWORD)["version"] == 5  # four passwords ago
    everything = json.dumps([asms.aws.items(), asms.answered], ensure_ascii=False)
    assert [text for text in (PASSWORD, "outra-senha", "argon2") if text in "".join(asms.answered)] == []
    assert [text for text in (PASSWORD, "outra-senha") if text in everything] == []


def test_the_present_password_again_is_no_change(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, password=PASSWORD))
    before = asms.rows()

    assert changed(asms, f"{CLIENTS}/{user['id']}", password=PASSWORD) == user
    assert asms.rows() == before


# ── changed ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_not_named_stays_and_null_empties(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, email="carol@modelo.example", phone="11", identification=CPF))
    one = f"{CLIENTS}/{user['id']}"
    asms.now += 60

    after = changed(asms, one, name="Carol Vergara", phone=None, identification=None, active=False, culture="en")

    assert after == user | {
        "name": "Carol Vergara",
        "phone": "",
        "identification": "",
        "active": False,
        "culture": "en",
        "changed_at": "2026-11-23T09:01:00.000Z",
        "version": 2,
    }
    assert asms.get(one) == after
    assert names(asms, CLIENTS, project=project) == ["Carol Vergara"]
    assert {row["identity"].partition("#")[0] for row in asms.rows("identities")} == {"login", "email"}


def test_a_change_that_changes_nothing_writes_nothing(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, email="carol@modelo.example"))
    before = asms.rows()
    asms.now += 60

    nothing = {
        "name": user["name"],
        "email": user["email"],
        "phone": None,
        "address": {"city": ""},
        "geolocation": None,
    }
    assert changed(asms, f"{CLIENTS}/{user['id']}", **nothing) == user
    assert asms.rows() == before


def test_a_version_that_is_not_the_present_one_is_refused_where_something_would_change(asms: Asms) -> None:
    one = f"{CLIENTS}/{asms.user('clients', 'Ana')}"
    changed(asms, one, phone="11", version=1)

    answer = asms.patch(one, {"phone": "12", "version": 1})

    detail = (
        "O usuário foi alterado depois que você o leu, e a sua alteração não foi gravada. "
        "Leia o usuário de novo e repita a alteração."
    )
    assert (answer.status, answer.body) == (409, problem(409, "Não é possível agora", "asms.user_changed", detail))
    assert changed(asms, one, phone="11", version=1)["version"] == 2  # its first answer was lost
    assert changed(asms, one, phone="12", version=2)["phone"] == "12"


def test_two_who_change_a_user_at_once_both_do(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    user = asms.user("clients", "Ana")
    one = f"{CLIENTS}/{user}"
    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before.append(lambda: changed(asms, one, email="ana@modelo.example"))

    after = changed(asms, one, phone="11")

    assert (after["phone"], after["email"], after["version"]) == ("11", "ana@modelo.example", 3)


def test_who_is_overtaken_every_time_is_told(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    one = f"{CLIENTS}/{asms.user('clients', 'Ana')}"
    numbers = iter(range(100))
    keep = asms.sandbox.of("asms.changing").keep_user

    def overtaken(connection: str, before: Any, after: Any, token: Any = None) -> Any:
        other = replace(before, phone=f"9{next(numbers)}", version=before.version + 1)
        assert keep(connection, before, other) == "done"
        return keep(connection, before, after, token)

    monkeypatch.setattr(asms.sandbox.of("asms.changing"), "keep_user", overtaken)

    assert refusal(asms.patch(one, {"phone": "11"})) == (409, "asms.user_changed", "")


# ── deactivated ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_specialist_who_is_deactivated_loses_tokens_and_what_is_ahead(asms: Asms) -> None:
    users = asms.sandbox.of("asms.users")
    calendar = asms.entry("calendars", "Comercial")
    asms.token("reader")
    days = [("01", "2026-01-01", "2026-02-01"), ("02", "2026-11-01", "2026-12-01"), ("03", "2027-01-01", "2027-02-01")]
    shifts = tuple(
        users.Shift(name * 8, date.fromisoformat(since), date.fromisoformat(until), calendar)
        for name, since, until in days
    )
    user = asms.user("specialists", "Bruno", shifts=shifts, tokens=(asms.ids["reader"],))
    one = f"{SPECIALISTS}/{user}"

    after = changed(asms, one, active=False)

    assert [(shift["since"], shift["until"]) for shift in after["shifts"]] == [
        ("2026-01-01", "2026-02-01"),
        ("2026-11-01", "2026-11-23"),
    ]
    refused = asms.call("GET", one, role="reader")
    assert (refused.status, refused.body["code"]) == (401, "token_revoked")
    (token,) = [row for row in asms.rows("tokens") if row["token_id"] == asms.ids["reader"]]
    assert (token["revoked_at"], token["revoked_by"]) == (MOMENT, asms.ids["operator"])
    asms.now += 86400
    assert changed(asms, one, active=False) == after
    back = changed(asms, one, active=True)
    assert back == after | {"active": True, "version": 3, "changed_at": "2026-11-24T09:00:00.000Z"}
    assert asms.stored("specialists", user).tokens == ()


def test_the_day_of_a_deactivation_is_sao_paulos(asms: Asms) -> None:
    users, calendar = asms.sandbox.of("asms.users"), asms.entry("calendars", "Comercial")
    shift = users.Shift("0" * 16, date(2026, 11, 1), date(2026, 12, 1), calendar)
    one = f"{SPECIALISTS}/{asms.user('specialists', 'Bruno', shifts=(shift,))}"
    asms.now += 17 * 3600 + 1800  # 2026-11-24T02:30Z

    assert changed(asms, one, active=False)["shifts"][0]["until"] == "2026-11-23"


def test_a_client_who_is_deactivated_keeps_everything(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, email="carol@modelo.example", password=PASSWORD))

    after = changed(asms, f"{CLIENTS}/{user['id']}", active=False)

    assert after == user | {"active": False, "version": 2}


# ── listed ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_users_are_listed_in_the_order_of_names_by_their_beginning(asms: Asms) -> None:
    for name in ("Ângela Reis", "ana maria", "Ana  Luiza", "Bruno", "Érica"):
        asms.user("clients", name)
    asms.user("specialists", "Ana Especialista")

    assert names(asms, CLIENTS) == ["Ana  Luiza", "ana maria", "Ângela Reis", "Bruno", "Érica"]
    assert names(asms, CLIENTS, name=" ÁNA ") == ["Ana  Luiza", "ana maria"]
    assert names(asms, CLIENTS, name="angela r") == ["Ângela Reis"]
    assert names(asms, CLIENTS, name="luiza") == []
    assert names(asms, SPECIALISTS) == ["Ana Especialista"]


def test_a_line_of_a_list_shows_what_tells_users_apart(asms: Asms, project: str) -> None:
    user = made(asms, CLIENTS, form(project, email="carol@modelo.example", password=PASSWORD, identification=CPF))

    line = {name: user[name] for name in ("id", "category", "name", "login", "email", "active", "url")} | {
        "projects": [project]
    }
    projects = [{"id": project, "name": "Suporte"}]
    assert asms.get(CLIENTS) == {"items": [line], "next": None, "projects": projects}
    assert asms.get(CLIENTS, project=project) == {"items": [line], "next": None, "projects": projects}


@pytest.mark.parametrize("in_project", [False, True])
def test_pages_follow_each_other_without_gap_or_repetition(asms: Asms, project: str, in_project: bool) -> None:
    expected = [f"Pessoa {number:02}" for number in range(7)]
    for name in reversed(expected):
        asms.user("clients", name, projects=frozenset({project}))
    asms.user("clients", "Outra Pessoa")
    query = {"name": "pessoa", "limit": 3} | ({"project": project} if in_project else {})

    pages, cursor = [], ""
    while cursor is not None:
        answer = asms.get(CLIENTS, **query, **({"cursor": cursor} if cursor else {}))
        pages.append([line["name"] for line in answer["items"]])
        cursor = answer["next"]

    assert pages == [expected[:3], expected[3:6], expected[6:]]


def test_a_cursor_of_something_else_is_refused(asms: Asms) -> None:
    for cursor in ("x", "e30=", "eyJuYW1lX2tleSI6ImEifQ=="):
        answer = asms.call("GET", CLIENTS, role="reader", cursor=cursor)
        assert (answer.status, answer.body["code"]) == (400, "cursor_invalid"), cursor


def test_a_projects_list_has_its_own_and_follows_their_names(asms: Asms, project: str) -> None:
    other = asms.entry("projects", "Obras")
    user = made(asms, CLIENTS, form(project))["id"]
    made(asms, CLIENTS, form(other, "Davi Prado"))

    assert names(asms, CLIENTS, project=project) == ["Carolina Vergara"]
    changed(asms, f"{CLIENTS}/{user}", name="Zuleica Vergara")
    assert names(asms, CLIENTS, project=project, name="zu") == ["Zuleica Vergara"]
    assert names(asms, CLIENTS, project=project, name="carol") == []
    assert names(asms, SPECIALISTS, project=project) == []
    assert names(asms, CLIENTS, project=UNKNOWN) == []


def test_a_wrong_query_is_named(asms: Asms) -> None:
    queries: list[tuple[dict[str, Any], str]] = [
        ({"project": "Suporte"}, "project: não tem a forma esperada"),
        ({"limit": 0}, "limit: deve ser no mínimo 1"),
        ({"limit": 101}, "limit: deve ser no máximo 100"),
        ({"login": "a"}, "há na consulta um parâmetro que não existe aqui"),
    ]
    for query, sentence in queries:
        assert wrong_field(asms.call("GET", CLIENTS, role="reader", **query)) == sentence


# ── whose ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nobody_is_found_in_another_category_or_directory(asms: Asms, project: str) -> None:
    user = asms.user("clients", "Ana")
    asms.connect("outra-empresa")

    for path in (f"{SPECIALISTS}/{user}", f"{CLIENTS}/{UNKNOWN}", f"{BASE}/outra-empresa/users/clients/{user}"):
        detail = (
            "Não há usuário com esta identificação nesta categoria do diretório. Confira a identificação na lista da "
            "categoria: clientes e especialistas têm listas separadas."
        )
        expected = problem(404, "Não encontrado", "asms.user_unknown", detail)
        for answer in (asms.call("GET", path, role="reader"), asms.patch(path, {"phone": "11"})):
            assert (answer.status, answer.body) == (404, expected)
    for method, body in (("GET", None), ("POST", form(project))):
        answer = asms.call(method, f"{BASE}/nunca-houve/users/clients", body=body)
        assert (answer.status, answer.body["code"]) == (404, "connection_unknown")
    assert asms.call("GET", f"{USERS}/everybody", role="reader").status == 422


# ── once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_request_that_is_sent_twice_with_a_key_makes_one_user(asms: Asms, project: str) -> None:
    body = form(project, password=PASSWORD)
    first = asms.post(CLIENTS, body, key="chave-1")

    again = asms.post(CLIENTS, body, key="chave-1")

    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    assert refusal(asms.post(CLIENTS, body | {"name": "Outra"}, key="chave-1"))[1] == "idempotency_key_reused"


def test_a_request_is_known_again_without_its_password_of_which_no_quick_hash_is_kept(asms: Asms, project: str) -> None:
    first = asms.post(CLIENTS, form(project, password=PASSWORD), key="chave-1")
    kept = asms.rows("requests")

    for other in ({"password": "outra-senha-1"}, {}):
        assert asms.post(CLIENTS, form(project) | other, key="chave-1").body == first.body
        answer_lost(asms)
        assert asms.post(CLIENTS, form(project) | other, key="chave-1").body == first.body
    assert {row["id"] for row in asms.rows("requests")} == {row["id"] for row in kept}


def test_who_died_before_the_answer_finds_the_user_that_was_made(asms: Asms, project: str) -> None:
    body = form(project, password=PASSWORD)
    first = asms.post(CLIENTS, body, key="chave-1")
    answer_lost(asms)
    asms.now += 60

    again = asms.post(CLIENTS, body, key="chave-1")

    assert (again.status, again.body) == (201, first.body)
    answer_lost(asms)
    assert refusal(asms.post(CLIENTS, body, key="chave-2"))[1] == "asms.login_taken"


def test_who_died_before_the_user_was_kept_makes_it_when_asked_again(
    asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before.append(die)
    with pytest.raises(KeyboardInterrupt):
        asms.post(CLIENTS, form(project), key="chave-1")
    assert names(asms, CLIENTS) == []
    answer_lost(asms)

    assert asms.post(CLIENTS, form(project), key="chave-1").status == 201
    assert names(asms, CLIENTS) == ["Carolina Vergara"]


def test_a_conflict_with_another_transaction_is_waited_for(
    asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before += [cancelled("TransactionConflict")] * 2

    user = made(asms, CLIENTS, form(project))

    assert changed(asms, f"{CLIENTS}/{user['id']}", phone="11")["version"] == 2


def test_a_correction_goes_under_the_same_key(asms: Asms, project: str) -> None:
    asms.user("clients", "Outra", login="carolina.vergara")
    assert asms.post(CLIENTS, form(project), key="chave-1").status == 409

    assert asms.post(CLIENTS, form(project, login="carol"), key="chave-1").status == 201


def answer_lost(asms: Asms) -> None:
    """Nobody came to keep the answer."""
    for row in asms.rows("requests"):
        if row["id"].startswith("http#"):  # Powertools' row
            asms.aws.dynamodb.delete_item(TableName=os.environ["REQUESTS_TABLE"], Key={"id": {"S": row["id"]}})


# ── what it costs, and what it says ──────────────────────────────────────────────────────────────────────────────────
ADMITTED = {"tokens GetItem": 1, "connections GetItem": 1}


def test_a_page_is_one_query_besides_the_projects_and_of_a_project_one_batch_more(asms: Asms, project: str) -> None:
    for number in range(12):
        asms.user("clients", f"Pessoa {number}", projects=frozenset({project}))
    asms.token("reader")
    asms.calls()

    asms.get(CLIENTS)
    assert asms.calls() == ADMITTED | {"directory/by_name Query": 2}
    asms.get(CLIENTS, project=project, name="pessoa")
    assert asms.calls() == ADMITTED | {"directory/by_name Query": 2, "directory BatchGetItem": 1}


def test_making_reading_and_changing_a_user_cost_the_same_however_many_there_are(asms: Asms, project: str) -> None:
    for number in range(30):
        asms.user("clients", f"Pessoa {number}", email="todos@modelo.example", projects=frozenset({project}))
    location = asms.entry("locations", "Fábrica", address=PLANT)
    asms.token("operator")
    asms.calls()

    body = form(project, email="todos@modelo.example", identification=CPF, password=PASSWORD, location=location)
    user = made(asms, CLIENTS, body)
    assert asms.calls() == ADMITTED | {
        "directory BatchGetItem": 4,  # project and location, chosen and shown
        "directory GetItem": 1,  # the policy
        "directory Query": 1,  # the project's fields
        "directory PutItem": 2,  # the user, in its project
        "identities PutItem": 3,
        "identities Query": 1,
    }
    changed(asms, f"{CLIENTS}/{user['id']}", phone="11", email="carol@modelo.example")
    assert asms.calls() == ADMITTED | {
        "directory BatchGetItem": 2,
        "directory GetItem": 1,
        "directory PutItem": 1,
        "identities PutItem": 1,
        "identities DeleteItem": 1,
        "identities Query": 1,
    }


@pytest.fixture
def said(asms: Asms) -> Iterator[io.StringIO]:
    """What the function's log says."""
    loggers = [asms.sandbox.of(module).logger for module in ("asms.on_http", "sincronia.web.application")]
    handler, stream = loggers[0].registered_handler, io.StringIO()
    before = handler.setStream(stream)
    for logger in loggers:
        logger.setLevel("INFO")
    yield stream
    handler.setStream(before)
    for logger in loggers:
        logger.setLevel("CRITICAL")


def test_the_log_says_nothing_of_anybody(asms: Asms, project: str, said: io.StringIO) -> None:
    body = form(project, email="carol@modelo.example", identification=CPF, phone="4002-8922", password=PASSWORD)

    user = made(asms, CLIENTS, body, key="chave-1")["id"]
    assert asms.post(CLIENTS, body).status == 409
    assert asms.post(CLIENTS, form(project, "Ana", password="aná")).status == 422
    changed(asms, f"{CLIENTS}/{user}", email="vergara@modelo.example", password="outra-senha-1")
    asms.get(CLIENTS, name="carolina")

    assert said.getvalue().count('"message":"request"') == 5
    private = ("carol", "vergara", CPF, "4002-8922", PASSWORD.lower(), "outra-senha", "aná", "argon2")
    assert [text for text in private if text in said.getvalue().lower()] == []
