"""Additional fields over HTTP: what a project asks of clients and specialists, each name once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CONNECTION, ONE, UNKNOWN, Asms, problem
from tests.meanwhile import Meanwhile, cancelled, die
from tests.office_on_aws import event
from tests.routes_on_aws import Answer

INVALID = "Requisição inválida"


@pytest.fixture
def project(asms: Asms) -> str:
    return asms.entry("projects", "Suporte")


def fields_of(project: str) -> str:
    return f"{ONE}/projects/{project}/fields"


def make(asms: Asms, project: str, *, role: str = "administrator", key: str = "", **what: Any) -> Answer:
    body = {"category": "clients", "name": "Setor", "type": "text"} | what
    return asms.call("POST", fields_of(project), role=role, key=key, body=body)


def made(asms: Asms, project: str, **what: Any) -> dict[str, Any]:
    answer = make(asms, project, **what)
    assert answer.status == 201, answer
    body: dict[str, Any] = answer.body
    return body


def change(asms: Asms, field: dict[str, Any], role: str = "administrator", **what: Any) -> Answer:
    return asms.patch(f"{fields_of(field['project'])}/{field['id']}", what, role=role)


def listed(asms: Asms, project: str) -> list[dict[str, Any]]:
    found = asms.get(fields_of(project))
    assert found.keys() == {"project", "project_name", "fields"}
    assert found["project"] == project
    fields: list[dict[str, Any]] = found["fields"]
    return fields


def keep(asms: Asms, project: str, name: str, kind: str, *, field_id: str, **more: Any) -> str:
    """What became of a new field of clients, kept straight in the store."""
    additional, store = asms.sandbox.of("asms.additional"), asms.sandbox.of("asms.store.fields")
    category = asms.sandbox.of("asms.catalogues").Category.CLIENTS
    field = additional.AdditionalField(field_id, project, category, name, additional.FieldType(kind), **more)
    return str(store.keep_field(CONNECTION, None, field))


def taken(name: str) -> dict[str, Any]:
    detail = (
        f"Já existe campo adicional com o nome “{name}”; maiúsculas, acentos e espaços não o distinguem. Escolha outro "
        "nome, ou altere o cadastro que já existe."
    )
    return problem(409, "Já existe", "asms.name_taken", detail)


@pytest.mark.parametrize("category", ["clients", "specialists"])
@pytest.mark.parametrize("kind", ["text", "number", "date", "yes_no", "choice"])
def test_a_field_is_made_changed_and_deactivated(asms: Asms, project: str, category: str, kind: str) -> None:
    options = {"options": ["Matriz", "Filial Sul"]} if kind == "choice" else {}
    field = made(asms, project, category=category, name="  Unidade ", type=kind, obligatory=True, **options)

    assert field == {
        "id": field["id"],
        "project": project,
        "category": category,
        "name": "Unidade",
        "type": kind,
        "obligatory": True,
        "options": options.get("options", []),
        "active": True,
        "version": 1,
    }
    assert listed(asms, project) == [field]

    answer = change(asms, field, name="Lotação", type=kind, obligatory=False, active=False)

    after = field | {"name": "Lotação", "obligatory": False, "active": False, "version": 2}
    assert (answer.status, answer.body) == (200, after)
    assert listed(asms, project) == [after]
    assert change(asms, field, active=True).body == after | {"active": True, "version": 3}


def test_options_are_given_anew_as_a_whole(asms: Asms, project: str) -> None:
    field = made(asms, project, type="choice", options=["P", " M ", "G"])
    assert field["options"] == ["P", "M", "G"]

    after = change(asms, field, options=["G", "GG"]).body

    assert after == field | {"options": ["G", "GG"], "version": 2}
    assert change(asms, field, obligatory=True).body == after | {"obligatory": True, "version": 3}
    assert change(asms, field, options=[str(number) for number in range(100)]).status == 200


def test_fields_are_listed_by_name_of_clients_first_and_of_one_project(asms: Asms, project: str) -> None:
    other = asms.entry("projects", "Vendas")
    for category, name in (
        ("specialists", "Área"),
        ("clients", "ramal"),
        ("clients", "Época"),
        ("clients", "andar"),
        ("specialists", "andar"),
    ):
        made(asms, project, category=category, name=name)
    made(asms, other, name="Andar")

    asms.calls()
    fields = listed(asms, project)
    calls = asms.calls()

    assert [(field["category"], field["name"]) for field in fields] == [
        ("clients", "andar"),
        ("clients", "Época"),
        ("clients", "ramal"),
        ("specialists", "andar"),
        ("specialists", "Área"),
    ]
    assert [field["name"] for field in listed(asms, other)] == ["Andar"]
    # The project is read, and then its fields, at once.
    assert {call: count for call, count in calls.items() if call.startswith("directory")} == {
        "directory GetItem": 1,
        "directory Query": 1,
    }


@pytest.mark.parametrize("written", ["Açaí", "AÇAÍ", "acai", "  Açaí ", "Ac\u0327ai\u0301"])
def test_a_name_is_one_fields_of_its_project_and_category(asms: Asms, project: str, written: str) -> None:
    first = made(asms, project, name="Açaí")
    other = made(asms, project, name="Outro")

    answer = make(asms, project, name=written, type="number")

    assert (answer.status, answer.body) == (409, taken(written.strip()))
    assert change(asms, other, name=written).body == taken(written.strip())
    assert listed(asms, project) == [first, other]
    assert made(asms, project, name=written, category="specialists")["name"] == written.strip()
    assert made(asms, asms.entry("projects", "Vendas"), name=written)["name"] == written.strip()
    assert change(asms, first, name=written).status == 200


def test_a_new_name_frees_the_one_before(asms: Asms, project: str) -> None:
    field = made(asms, project, name="Setor")
    change(asms, field, name="Área")
    assert made(asms, project, name="SETOR")["version"] == 1
    assert change(asms, field, name="setor").body == taken("setor")


def test_a_deactivated_field_holds_its_name(asms: Asms, project: str) -> None:
    change(asms, made(asms, project), active=False)
    assert make(asms, project).body == taken("Setor")


def test_a_change_that_changes_nothing_writes_nothing(asms: Asms, project: str) -> None:
    field = made(asms, project, type="choice", options=["P", "M"])
    asms.calls()

    same = {"name": " Setor ", "type": "choice", "obligatory": False, "options": ["P", "M"], "active": True}
    for what in ({}, same, {"name": None, "options": None}):
        assert change(asms, field, **what).body == field

    assert {call for call in asms.calls() if call.startswith("directory")} == {"directory GetItem"}


def test_the_type_of_a_field_stays(asms: Asms, project: str) -> None:
    field = made(asms, project)

    answer = change(asms, field, type="choice", options=["P"])

    detail = (
        "O tipo do campo adicional “Setor” é text e não muda, porque já pode haver valores desse tipo. Desative este "
        "campo e crie outro, com outro nome."
    )
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "asms.field_type_fixed", detail, field="type"))
    assert listed(asms, project) == [field]


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("choice", [], "asms.options_missing"),
        ("choice", ["Médio", "P", " MEDIO"], "asms.options_repeated"),
        ("text", ["P"], "asms.options_needless"),
        ("yes_no", ["yes", "no"], "asms.options_needless"),
    ],
)
def test_wrong_options_are_refused(asms: Asms, project: str, kind: str, options: list[str], code: str) -> None:
    field = made(asms, project, name="Outro", type=kind, **({"options": ["P"]} if kind == "choice" else {}))
    for answer in (make(asms, project, type=kind, options=options), change(asms, field, options=options)):
        assert (answer.status, answer.body["code"], answer.body["field"]) == (422, code, "options")
    assert listed(asms, project) == [field]


ONE_LINE = "não tem a forma esperada"


@pytest.mark.parametrize(
    ("what", "field", "sentence"),
    [
        ({"name": None}, "name", "deve ser um texto"),
        ({"name": " "}, "name", ONE_LINE),
        ({"name": "\u0301"}, "name", "deve ter ao menos um caractere que não seja espaço nem acento"),
        ({"category": "users"}, "category", "deve ser 'clients' ou 'specialists'"),
        ({"type": "phone"}, "type", "deve ser 'text', 'number', 'date', 'yes_no' ou 'choice'"),
        ({"obligatory": 1}, "obligatory", "deve ser true ou false"),
        ({"active": True}, "", "tem um campo que não existe"),
        ({"options": "P"}, "options", "deve ser uma lista JSON, entre colchetes"),
        ({"options": ["P", "x" * 101]}, "options.1", "deve ter no máximo 100 caracteres"),
        ({"options": ["P\nM"]}, "options.0", ONE_LINE),
        ({"options": [""]}, "options.0", "deve ter no mínimo 1 caracteres"),
        ({"options": [str(number) for number in range(101)]}, "options", "deve ter no máximo 100 itens"),
    ],
)
def test_a_wrong_field_of_the_request_is_named(
    asms: Asms, project: str, what: dict[str, Any], field: str, sentence: str
) -> None:
    answer = make(asms, project, **what)

    where = f"{field}: {sentence}" if field else sentence
    detail = f"A requisição tem campos que precisam de correção: {where}. Corrija e envie de novo."
    more = {"field": field} if field else {}
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "request_invalid", detail, **more))
    assert listed(asms, project) == []


def test_a_field_never_changes_its_category(asms: Asms, project: str) -> None:
    answer = change(asms, made(asms, project), category="specialists")
    assert (answer.status, answer.body["code"]) == (422, "request_invalid")


def test_a_project_has_so_many_fields_at_most(asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asms.sandbox.of("asms.additional").MOST_FIELDS == 100
    monkeypatch.setattr(asms.sandbox.of("asms.field_routes"), "MOST_FIELDS", 3)
    change(asms, made(asms, project, name="Um"), active=False)
    made(asms, project, name="Dois", category="specialists")
    made(asms, project, name="Três")

    answer = make(asms, project, name="Mais um")

    detail = "Um projeto tem no máximo 3 campos adicionais, contados os desativados. Altere um dos que já existem."
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "asms.fields_too_many", detail))
    assert len(listed(asms, project)) == 3
    assert make(asms, asms.entry("projects", "Vendas"), name="Mais um").status == 201


def test_only_an_administrator_makes_and_changes_fields(asms: Asms, project: str) -> None:
    field = made(asms, project)
    for role in ("reader", "operator"):
        for answer in (make(asms, project, role=role, name="Área"), change(asms, field, role=role, name="Área")):
            assert (answer.status, answer.body["code"]) == (403, "role_insufficient")
    assert listed(asms, project) == [field]


def test_what_is_not_there_is_named(asms: Asms, project: str) -> None:
    field, other = made(asms, project), asms.entry("projects", "Vendas")
    company = asms.entry("companies", "Aurora")

    def missing(title: str) -> dict[str, Any]:
        detail = f"Não há {title} com esta identificação neste diretório. Confira a identificação na lista."
        return problem(404, "Não encontrado", "asms.entry_missing", detail)

    for one in (UNKNOWN, company):
        assert asms.call("GET", fields_of(one), role="reader").body == missing("projeto")
        assert make(asms, one).body == missing("projeto")
    assert change(asms, field | {"id": UNKNOWN}, name="x").body == missing("campo adicional")
    assert change(asms, field | {"project": other}, name="x").body == missing("campo adicional")
    assert asms.call("GET", fields_of("x"), role="reader").body["field"] == "project"
    nowhere = f"{BASE}/nenhuma/projects/{project}/fields"
    body = {"category": "clients", "name": "Setor", "type": "text"}
    for answer in (
        asms.call("GET", nowhere, role="reader"),
        asms.call("POST", nowhere, role="administrator", body=body),
        asms.patch(f"{nowhere}/{field['id']}", {"name": "x"}, role="administrator"),
    ):
        assert (answer.status, answer.body["code"]) == (404, "connection_unknown")


def test_of_many_who_want_a_name_at_once_one_gets_it(asms: Asms, project: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(lambda number: keep(asms, project, "Setor", "text", field_id=f"{number:016x}"), range(8))
        assert sorted(kept) == ["done", *["name_taken"] * 7]
    assert [field["name"] for field in listed(asms, project)] == ["Setor"]


def by_another(asms: Asms, field: dict[str, Any], **what: Any) -> Any:
    """Somebody else's change of a field, straight in the store."""
    store, replace = asms.sandbox.of("asms.store.fields"), asms.sandbox.of("asms.changing").replace

    def change_it() -> None:
        before = store.stored_field(CONNECTION, field["project"], field["id"])
        assert store.keep_field(CONNECTION, before, replace(before, version=before.version + 1, **what)) == "done"

    return change_it


def test_two_changes_at_once_are_both_kept(asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = made(asms, project)
    Meanwhile(asms, monkeypatch).before = [by_another(asms, field, name="Área", obligatory=True)]

    answer = change(asms, field, active=False)

    assert answer.body == field | {"name": "Área", "obligatory": True, "active": False, "version": 3}


def test_whoever_is_always_overtaken_is_told(asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = made(asms, project)
    turns = [by_another(asms, field, name=f"Área {number}") for number in range(5)]
    meanwhile = Meanwhile(asms, monkeypatch)
    meanwhile.before = [step for turn in turns for step in (turn, lambda: None)]  # the other's own writing is one, too

    answer = change(asms, field, active=False)

    detail = (
        "Outras pessoas alteraram este cadastro (campo adicional) ao mesmo tempo, e a sua alteração não foi gravada. "
        "Leia o cadastro de novo e repita a alteração."
    )
    assert (answer.status, answer.body) == (
        409,
        problem(409, "Não é possível agora", "asms.entry_changed", detail),
    )
    assert listed(asms, project) == [field | {"name": "Área 4", "version": 6}]


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_answer_that_is_lost_and_a_transaction_that_is_met_change_nothing(
    asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    meanwhile = Meanwhile(asms, monkeypatch)
    setattr(meanwhile, lost, [cancelled("TransactionConflict")])
    field = made(asms, project, type="choice", options=["P", "M"])
    setattr(meanwhile, lost, [cancelled("TransactionConflict")])

    answer = change(asms, field, name="Área")

    assert (answer.status, answer.body) == (200, field | {"name": "Área", "version": 2})
    assert listed(asms, project) == [answer.body]
    assert made(asms, project)["version"] == 1


@pytest.mark.parametrize("key", ["", "chave-1"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_death_asking_again_leaves_one_field(
    asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch, moment: str, key: str
) -> None:
    setattr(Meanwhile(asms, monkeypatch), moment, [die])
    assert make(asms, project, key=key).status == 500
    left = listed(asms, project)
    assert len(left) == {"before": 0, "after": 1}[moment]

    answer = make(asms, project, key=key)

    if left and not key:
        assert answer.body == taken("Setor")
    else:
        assert (answer.status, answer.body["version"]) == (201, 1)
        assert left in ([], [answer.body])
    assert len(listed(asms, project)) == 1
    assert make(asms, project, key="chave-2").body == taken("Setor")


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xA0
    project = asms.entry("projects", "Suporte")
    keep(asms, project, "Período", "choice", field_id="00000000000000c3", options=("Manhã", "Tarde"))

    created = asms.send(event("asms/on_http/create_field"), "administrator")
    changed = asms.send(event("asms/on_http/change_field"), "administrator")
    fields = asms.send(event("asms/on_http/list_fields"), "reader")

    assert [created.status, changed.status, fields.status] == [201, 200, 200]
    assert changed.body["options"] == ["Manhã", "Tarde", "Noite"]
    assert fields.body == {"project": project, "project_name": "Suporte", "fields": [changed.body, created.body]}
