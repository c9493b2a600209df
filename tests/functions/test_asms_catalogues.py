"""Catalogues over HTTP: entries made, listed, changed and deactivated, each name once, and nothing ever deleted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CATALOGUES, CONNECTION, UNKNOWN, Asms, problem
from tests.meanwhile import Meanwhile, cancelled, die
from tests.office_on_aws import event
from tests.routes_on_aws import Answer

PLAIN = ("companies", "roles", "services", "calendars", "projects")
GROUPS = ("client-groups", "specialist-groups")
TITLES = {
    "locations": "localização",
    "companies": "empresa",
    "client-groups": "grupo de clientes",
    "specialist-groups": "grupo de especialistas",
    "roles": "papel",
    "services": "serviço",
    "calendars": "calendário",
    "projects": "projeto",
}
NO_ADDRESS = dict.fromkeys(("street", "number", "complement", "district", "city", "state", "postcode", "country"), "")
AGAINST_REPEATING = (
    "maiúsculas, acentos e espaços não o distinguem. Escolha outro nome, ou altere o cadastro que já existe."
)


def make(asms: Asms, catalogue: str, name: Any, *, role: str = "administrator", key: str = "", **more: Any) -> Answer:
    return asms.call("POST", f"{CATALOGUES}/{catalogue}", role=role, key=key, body={"name": name, **more})


def made(asms: Asms, catalogue: str, name: str, **more: Any) -> dict[str, Any]:
    answer = make(asms, catalogue, name, **more)
    assert answer.status == 201, answer
    body: dict[str, Any] = answer.body
    return body


def change(asms: Asms, entry: dict[str, Any], role: str = "administrator", **what: Any) -> Answer:
    return asms.patch(f"{CATALOGUES}/{entry['catalogue']}/{entry['id']}", what, role=role)


def read(asms: Asms, entry: dict[str, Any]) -> Any:
    found = asms.get(f"{CATALOGUES}/{entry['catalogue']}/{entry['id']}")
    assert (found.pop("offered") is None) == (entry["catalogue"] not in GROUPS)
    return found


def names(asms: Asms, catalogue: str, **query: Any) -> list[str]:
    return [entry["name"] for entry in asms.get(f"{CATALOGUES}/{catalogue}", **query)["items"]]


def taken(catalogue: str, name: str) -> dict[str, Any]:
    detail = f"Já existe {TITLES[catalogue]} com o nome “{name}”; {AGAINST_REPEATING}"
    return problem(409, "Já existe", "asms.name_taken", detail)


@pytest.mark.parametrize("catalogue", TITLES)
def test_an_entry_is_made_read_and_deactivated(asms: Asms, catalogue: str) -> None:
    entry = made(asms, catalogue, "  Primavera  ")

    assert entry == {
        "id": entry["id"],
        "catalogue": catalogue,
        "name": "Primavera",
        "active": True,
        "address": NO_ADDRESS if catalogue == "locations" else None,
        "geolocation": None,
        "projects": [] if catalogue in GROUPS else None,
        "version": 1,
    }
    assert len(entry["id"]) == 16
    assert read(asms, entry) == entry

    answer = change(asms, entry, active=False)

    after = entry | {"active": False, "version": 2}
    assert (answer.status, answer.body) == (200, after)
    assert read(asms, entry) == after
    projects: list[object] | None = [] if catalogue in GROUPS else None
    assert asms.get(f"{CATALOGUES}/{catalogue}") == {"items": [after], "next": None, "projects": projects}
    assert (make(asms, catalogue, "primavera").status, names(asms, catalogue)) == (409, ["Primavera"])
    assert change(asms, entry, active=True).body == entry | {"version": 3}


def test_nothing_of_a_catalogue_can_be_deleted(asms: Asms) -> None:
    entry = made(asms, "roles", "Atendimento")
    answer = asms.call("DELETE", f"{CATALOGUES}/roles/{entry['id']}", role="administrator")
    assert (answer.status, answer.body["code"], answer.headers["Allow"]) == (405, "method_unknown", "GET, PATCH")


def test_parts_of_a_location_s_address_change_alone(asms: Asms) -> None:
    address = {"street": "Rua das Araucárias", "number": "101", "city": " Chapecó ", "state": "SC"}
    entry = made(asms, "locations", "Matriz", address=address)
    assert entry["address"] == NO_ADDRESS | address | {"city": "Chapecó"}

    after = change(asms, entry, address={"number": "102", "complement": "Sala 3", "state": ""}).body

    changed = entry["address"] | {"number": "102", "complement": "Sala 3", "state": ""}
    assert after == entry | {"address": changed, "version": 2}
    assert change(asms, entry, name="Sede").body == after | {"name": "Sede", "version": 3}
    assert read(asms, entry)["address"] == changed


@pytest.mark.parametrize("catalogue", GROUPS)
def test_a_group_works_in_projects(asms: Asms, catalogue: str) -> None:
    one, two, three = (asms.entry("projects", name) for name in ("Um", "Dois", "Três"))
    entry = made(asms, catalogue, "Norte", projects=[two, one, two])
    assert entry["projects"] == sorted([one, two])

    assert change(asms, entry, projects=[two, three]).body == entry | {"projects": sorted([two, three]), "version": 2}
    assert change(asms, entry, name="Sul").body["projects"] == sorted([two, three])
    assert change(asms, entry, projects=[]).body["projects"] == []
    assert read(asms, entry) == entry | {"name": "Sul", "projects": [], "version": 4}


def test_a_group_keeps_a_deactivated_project_and_takes_no_new_one(asms: Asms) -> None:
    kept, ended, other = (made(asms, "projects", name) for name in ("Um", "Dois", "Três"))
    entry = made(asms, "client-groups", "Norte", projects=[kept["id"], ended["id"]])
    for project in (ended, other):
        change(asms, project, active=False)

    answer = change(asms, entry, projects=[kept["id"], ended["id"], other["id"]])

    assert (answer.status, answer.body) == (
        422,
        problem(
            422,
            "Requisição inválida",
            "asms.entry_inactive",
            "Três (projeto) está desativado no catálogo e não pode mais ser escolhido. Escolha outro, ou ative este "
            "no catálogo antes.",
            field="projects",
        ),
    )
    assert read(asms, entry) == entry
    assert change(asms, entry, name="Sul", projects=[ended["id"]]).body["projects"] == [ended["id"]]
    assert change(asms, entry, projects=[ended["id"], kept["id"]]).status == 200


@pytest.mark.parametrize("catalogue", GROUPS)
def test_a_group_s_projects_must_be_there(asms: Asms, catalogue: str) -> None:
    company, group = asms.entry("companies", "Aurora"), made(asms, catalogue, "Norte")
    unknown = problem(
        422,
        "Requisição inválida",
        "asms.entry_unknown",
        "O que foi escolhido não está no catálogo desta conexão (projeto). Confira a identificação na lista do "
        "catálogo.",
        field="projects",
    )
    for wrong in (UNKNOWN, company):
        assert make(asms, catalogue, "Sul", projects=[wrong]).body == unknown
        assert change(asms, group, projects=[wrong]).body == unknown
    assert names(asms, catalogue) == ["Norte"]
    assert read(asms, group) == group


@pytest.mark.parametrize(
    "written", ["Açaí & Cia", "AÇAÍ & CIA", "acai & cia", " Açaí   &  Cia ", "Ac\u0327ai\u0301 & Cia"]
)
def test_a_name_is_one_entry_s_however_it_is_written(asms: Asms, written: str) -> None:
    made(asms, "companies", "Açaí & Cia")
    other = made(asms, "companies", "Outra")

    answer = make(asms, "companies", written)

    assert (answer.status, answer.body) == (409, taken("companies", written.strip()))
    assert change(asms, other, name=written).body == taken("companies", written.strip())
    assert names(asms, "companies") == ["Açaí & Cia", "Outra"]
    assert made(asms, "services", written)["name"] == written.strip()


def test_another_directory_has_names_of_its_own(asms: Asms) -> None:
    entry = made(asms, "companies", "Aurora")
    asms.connect("outra-empresa")
    elsewhere = f"{BASE}/outra-empresa/catalogues/companies"

    assert asms.call("GET", f"{elsewhere}/{entry['id']}", role="reader").status == 404
    assert asms.get(elsewhere)["items"] == []
    assert asms.call("POST", elsewhere, role="administrator", body={"name": "Aurora"}).status == 201


def test_a_new_name_frees_the_one_before(asms: Asms) -> None:
    entry = made(asms, "calendars", "comercial")
    assert change(asms, entry, name="Comercial").body == entry | {"name": "Comercial", "version": 2}
    assert change(asms, entry, name="Plantão").body == entry | {"name": "Plantão", "version": 3}

    other = made(asms, "calendars", "COMERCIAL")

    assert change(asms, entry, name="Comercial").body == taken("calendars", "Comercial")
    assert change(asms, other, name="Noturno").status == 200
    assert change(asms, entry, name="Comercial").body == entry | {"name": "Comercial", "version": 4}
    assert names(asms, "calendars") == ["Comercial", "Noturno"]


def test_a_change_that_changes_nothing_writes_nothing(asms: Asms) -> None:
    project = asms.entry("projects", "Um")
    location = made(asms, "locations", "Matriz", address={"city": "Chapecó"})
    group = made(asms, "client-groups", "Norte", projects=[project])
    asms.calls()

    for entry, same in (
        (location, {}),
        (location, {"name": " Matriz ", "active": True, "address": {"city": "Chapecó", "street": ""}}),
        (group, {"name": None, "projects": [project]}),
    ):
        assert change(asms, entry, **same).body == entry

    assert {call for call in asms.calls() if call.startswith("directory")} == {"directory GetItem"}


def test_entries_are_listed_by_name_page_by_page(asms: Asms) -> None:
    for name in ("Érica", "amanda", "Zélia", "ÁGATA", "Eliana", "erasmo"):
        asms.entry("services", name)
    asms.entry("services", "Edu", active=False)
    asms.entry("companies", "Esmeralda")

    assert names(asms, "services") == ["ÁGATA", "amanda", "Edu", "Eliana", "erasmo", "Érica", "Zélia"]
    assert names(asms, "services", name=" é") == ["Edu", "Eliana", "erasmo", "Érica"]
    assert names(asms, "services", name="ERA") == ["erasmo"]
    assert names(asms, "services", name="x") == []

    asms.calls()
    first = asms.get(f"{CATALOGUES}/services", name="e", limit=3)
    calls = asms.calls()
    assert {call: count for call, count in calls.items() if call.startswith("directory")} == {
        "directory/by_name Query": 1
    }
    rest = asms.get(f"{CATALOGUES}/services", name="e", limit=3, cursor=first["next"])
    assert [one["name"] for one in first["items"] + rest["items"]] == ["Edu", "Eliana", "erasmo", "Érica"]
    assert rest["next"] is None
    answer = asms.call("GET", f"{CATALOGUES}/services", role="reader", cursor="x")
    assert (answer.status, answer.body["code"]) == (400, "cursor_invalid")


ONE_LINE = "não tem a forma esperada"
TOO_LONG_A_KEY = "fica longo demais na forma em que os nomes são comparados; encurte-o"


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({}, "name", "falta este campo"),
        ({"name": ""}, "name", "deve ter no mínimo 1 caracteres"),
        ({"name": "   "}, "name", ONE_LINE),
        ({"name": "Duas\nlinhas"}, "name", ONE_LINE),
        ({"name": " \u0301\u0327"}, "name", "deve ter ao menos um caractere que não seja espaço nem acento"),
        ({"name": "x" * 201}, "name", "deve ter no máximo 200 caracteres"),
        ({"name": "\ufdfa" * 200}, "name", TOO_LONG_A_KEY),
        ({"name": 7}, "name", "deve ser um texto"),
        ({"name": "Sul", "active": "true"}, "active", "deve ser true ou false"),
        ({"name": "Sul", "adress": {}}, "", "tem um campo que não existe"),
        ({"name": "Sul", "address": []}, "address", "deve ser um objeto JSON, entre chaves"),
        ({"name": "Sul", "address": {"rua": "A"}}, "address", "tem um campo que não existe"),
        ({"name": "Sul", "address": {"street": "A\nB"}}, "address.street", ONE_LINE),
        ({"name": "Sul", "address": {"city": "x" * 201}}, "address.city", "deve ter no máximo 200 caracteres"),
        ({"name": "Sul", "projects": "x"}, "projects", "deve ser uma lista JSON, entre colchetes"),
        ({"name": "Sul", "projects": ["x"]}, "projects.0", ONE_LINE),
        ({"name": "Sul", "projects": [UNKNOWN] * 51}, "projects", "deve ter no máximo 50 itens"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(
    asms: Asms, body: dict[str, Any], field: str, sentence: str
) -> None:
    answer = asms.call("POST", f"{CATALOGUES}/locations", role="administrator", body=body)

    where = f"{field}: {sentence}" if field else sentence
    detail = f"A requisição tem campos que precisam de correção: {where}. Corrija e envie de novo."
    more = {"field": field} if field else {}
    assert (answer.status, answer.body) == (422, problem(422, "Requisição inválida", "request_invalid", detail, **more))
    assert asms.rows() == []


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"name": "x" * 201}, "name", "deve ter no máximo 200 caracteres"),
        ({"name": "\ufdfa" * 200}, "name", TOO_LONG_A_KEY),
        ({"limit": 101}, "limit", "deve ser no máximo 100"),
        ({"active": "true"}, "", "há na consulta um parâmetro que não existe aqui"),
    ],
)
def test_a_wrong_query_is_named(asms: Asms, query: dict[str, Any], field: str, sentence: str) -> None:
    answer = asms.call("GET", f"{CATALOGUES}/locations", role="reader", **query)
    where = f"{field}: {sentence}" if field else sentence
    assert (answer.status, answer.body["code"], answer.body.get("field", "")) == (422, "request_invalid", field)
    assert f": {where}." in answer.body["detail"]


@pytest.mark.parametrize("catalogue", [*PLAIN, *GROUPS])
def test_only_a_location_has_an_address(asms: Asms, catalogue: str) -> None:
    expected = problem(
        422,
        "Requisição inválida",
        "asms.entry_without",
        f"Em {TITLES[catalogue]} não há endereço: só há em localização. Retire o campo, ou use o catálogo que o tem.",
        field="address",
    )
    assert make(asms, catalogue, "Norte", address={"city": "Chapecó"}).body == expected
    assert asms.rows() == []
    assert change(asms, made(asms, catalogue, "Norte"), address={}).body == expected


@pytest.mark.parametrize("catalogue", [*PLAIN, "locations"])
def test_only_a_group_has_projects(asms: Asms, catalogue: str) -> None:
    project = asms.entry("projects", "Um")
    expected = problem(
        422,
        "Requisição inválida",
        "asms.entry_without",
        f"Em {TITLES[catalogue]} não há projetos: só há em grupo de clientes e grupo de especialistas. Retire o "
        "campo, ou use o catálogo que o tem.",
        field="projects",
    )
    assert make(asms, catalogue, "Norte", projects=[project]).body == expected
    assert change(asms, made(asms, catalogue, "Norte"), projects=[]).body == expected


def test_only_an_administrator_makes_and_changes_entries(asms: Asms) -> None:
    entry = made(asms, "companies", "Aurora")
    for role in ("reader", "operator"):
        for answer in (make(asms, "companies", "Sul", role=role), change(asms, entry, role=role, name="Sul")):
            assert (answer.status, answer.body["code"]) == (403, "role_insufficient")
    assert asms.get(f"{CATALOGUES}/companies")["items"] == [entry]


def test_what_is_not_there_is_named(asms: Asms) -> None:
    company = made(asms, "companies", "Aurora")
    detail = "Não há papel com esta identificação neste diretório. Confira a identificação na lista."
    missing = problem(404, "Não encontrado", "asms.entry_missing", detail)
    for one in (UNKNOWN, company["id"]):
        assert asms.call("GET", f"{CATALOGUES}/roles/{one}", role="reader").body == missing
        assert asms.patch(f"{CATALOGUES}/roles/{one}", {"name": "x"}, role="administrator").body == missing
    assert asms.call("GET", f"{CATALOGUES}/roles/x", role="reader").body["field"] == "entry"
    assert asms.call("GET", f"{CATALOGUES}/cities", role="reader").body["field"] == "catalogue"
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{UNKNOWN}"), ("PATCH", f"/{UNKNOWN}")):
        body = None if method == "GET" else {"name": "x"}
        answer = asms.call(method, f"{BASE}/nenhuma/catalogues/roles{path}", role="administrator", body=body)
        assert (answer.status, answer.body["code"]) == (404, "connection_unknown")


def test_of_two_who_make_the_same_at_once_one_is_refused(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    Meanwhile(asms, monkeypatch).before = [lambda: asms.entry("companies", "AURORA")]

    answer = make(asms, "companies", "Aurora")

    assert (answer.status, answer.body) == (409, taken("companies", "Aurora"))
    assert names(asms, "companies") == ["AURORA"]


def test_of_many_who_want_a_name_at_once_one_gets_it(asms: Asms) -> None:
    catalogues, store = asms.sandbox.of("asms.catalogues"), asms.sandbox.of("asms.store.catalogues")

    def wants(number: int) -> str:
        entry = catalogues.Entry(f"{number:016x}", catalogues.Catalogue.ROLES, "Plantão")
        return str(store.keep_entry(CONNECTION, None, entry))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(wants, range(8))) == ["done", *["name_taken"] * 7]
    assert names(asms, "roles") == ["Plantão"]


def by_another(asms: Asms, entry: dict[str, Any], **what: Any) -> Any:
    """Somebody else's change of an entry, straight in the store."""
    catalogues, store = asms.sandbox.of("asms.catalogues"), asms.sandbox.of("asms.store.catalogues")
    replace = asms.sandbox.of("asms.changing").replace

    def change_it() -> None:
        before = store.stored_entry(CONNECTION, catalogues.Catalogue(entry["catalogue"]), entry["id"])
        assert store.keep_entry(CONNECTION, before, replace(before, version=before.version + 1, **what)) == "done"

    return change_it


def test_two_changes_at_once_are_both_kept(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = made(asms, "companies", "Aurora")
    Meanwhile(asms, monkeypatch).before = [by_another(asms, entry, name="Aurora e Filhos")]

    assert change(asms, entry, active=False).body == entry | {
        "name": "Aurora e Filhos",
        "active": False,
        "version": 3,
    }


def test_whoever_is_always_overtaken_is_told(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = made(asms, "companies", "Aurora")
    turns = [by_another(asms, entry, name=f"Aurora {number}") for number in range(5)]
    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before = [step for turn in turns for step in (turn, lambda: None)]  # the other's own writing is one, too

    answer = change(asms, entry, active=False)

    assert (answer.status, answer.body) == (
        409,
        problem(
            409,
            "Não é possível agora",
            "asms.entry_changed",
            "Outras pessoas alteraram este cadastro (empresa) ao mesmo tempo, e a sua alteração não foi gravada. Leia "
            "o cadastro de novo e repita a alteração.",
        ),
    )
    assert meanwhile.before == []
    assert read(asms, entry) == entry | {"name": "Aurora 4", "version": 6}


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_answer_that_is_lost_and_a_transaction_that_is_met_change_nothing(
    asms: Asms, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    meanwhile = Meanwhile(asms, monkeypatch)
    setattr(meanwhile, lost, [cancelled("TransactionConflict")])
    entry = made(asms, "companies", "Aurora")
    assert entry["version"] == 1
    setattr(meanwhile, lost, [cancelled("TransactionConflict")])

    answer = change(asms, entry, name="Sul")

    assert (answer.status, answer.body) == (200, entry | {"name": "Sul", "version": 2})
    assert asms.get(f"{CATALOGUES}/companies") == {"items": [answer.body], "next": None, "projects": None}
    assert made(asms, "companies", "Aurora")["version"] == 1


def test_a_repetition_with_its_key_makes_nothing_twice(asms: Asms) -> None:
    first = make(asms, "companies", "Aurora", key="chave-1")
    again = make(asms, "companies", "Aurora", key="chave-1")

    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert names(asms, "companies") == ["Aurora"]


@pytest.mark.parametrize("key", ["", "chave-1"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_death_asking_again_leaves_one_entry(
    asms: Asms, monkeypatch: pytest.MonkeyPatch, moment: str, key: str
) -> None:
    setattr(Meanwhile(asms, monkeypatch), moment, [die])
    assert make(asms, "companies", "Aurora", key=key).status == 500
    left = asms.get(f"{CATALOGUES}/companies")["items"]
    assert len(left) == {"before": 0, "after": 1}[moment]

    answer = make(asms, "companies", "Aurora", key=key)

    if left and not key:
        assert answer.body == taken("companies", "Aurora")
    else:
        assert (answer.status, answer.body["version"]) == (201, 1)
        assert left in ([], [answer.body])
    assert names(asms, "companies") == ["Aurora"]
    assert make(asms, "companies", "Aurora", key="chave-2").body == taken("companies", "Aurora")
    assert len(asms.rows()) == 2


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xB1
    asms.entry("locations", "Filial")

    created = asms.send(event("asms/on_http/create_entry"), "administrator")
    changed = asms.send(event("asms/on_http/change_entry"), "administrator")
    read_it = asms.send(event("asms/on_http/read_entry"), "reader")
    entries = asms.send(event("asms/on_http/list_entries"), "reader")

    assert [created.status, changed.status, read_it.status, entries.status] == [201, 200, 200, 200]
    assert (read_it.body["name"], read_it.body["active"], changed.body | {"offered": None}) == (
        *("Filial", False),
        read_it.body,
    )
    assert entries.body == {"items": [created.body], "next": None, "projects": None}
