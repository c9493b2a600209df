"""What users are related to, over HTTP: chosen from catalogues, kept whole; groups' projects are asked about."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CATALOGUES, ONE, UNKNOWN, USERS, Asms, problem
from tests.meanwhile import Meanwhile, cancelled
from tests.routes_on_aws import Answer

INVALID, CONFLICT = "Requisição inválida", "Não é possível agora"
EACH = [
    ("clients", "companies", "companies"),
    ("clients", "groups", "client-groups"),
    ("clients", "services", "services"),
    ("specialists", "groups", "specialist-groups"),
    ("specialists", "roles", "roles"),
]
UNDECIDED = (
    "Os grupos incluídos atuam em projetos a que o usuário não está associado ({}), e nada foi gravado. Envie de novo "
    "com associate true, para associá-lo também aos projetos, ou false, para incluí-lo só nos grupos."
)


@pytest.fixture
def carolina(asms: Asms) -> str:
    return asms.user("clients", "Carolina Vergara", email="carolina@empresa.example")


def relate(asms: Asms, user: str, relation: str, category: str = "clients", /, **body: Any) -> Answer:
    """What an operator is answered who changes a relation."""
    return asms.post(f"{USERS}/{category}/{user}/relations/{relation}", body)


def relations(asms: Asms, user: str, category: str = "clients") -> dict[str, list[str]]:
    """What the store has."""
    found = asms.stored(category, user).relations
    return {relation.value: sorted(ids) for relation, ids in found.items()}


def undecided(names: str) -> dict[str, Any]:
    """The body of the question."""
    return problem(409, "Falta confirmar", "asms.association_undecided", UNDECIDED.format(names), field="associate")


@pytest.mark.parametrize(("category", "relation", "catalogue"), EACH)
def test_entries_are_added_and_removed(asms: Asms, category: str, relation: str, catalogue: str) -> None:
    user = asms.user(category, "Bruno Prado", email="bruno@empresa.example")
    south, north = asms.entry(catalogue, "Sul"), asms.entry(catalogue, "Norte")
    path = f"{USERS}/{category}/{user}"
    before = asms.get(path)

    both = relate(asms, user, relation, category, add=[south, north, south])

    named = {"id": north, "name": "Norte"}, {"id": south, "name": "Sul"}
    whole = before | {"relations": before["relations"] | {relation: list(named)}, "version": 2}
    assert (both.status, both.body) == (200, whole)
    assert asms.get(path) == whole
    assert asms.stored(category, user).changed_by == asms.ids["operator"]

    one = relate(asms, user, relation, category, remove=[north])

    assert one.body == whole | {"relations": before["relations"] | {relation: [named[1]]}, "version": 3}

    swapped = relate(asms, user, relation, category, add=[north], remove=[south])

    assert swapped.body == whole | {"relations": before["relations"] | {relation: [named[0]]}, "version": 4}
    assert relate(asms, user, relation, category, remove=[north]).body == before | {"version": 5}


def test_relations_do_not_touch_each_other(asms: Asms, carolina: str) -> None:
    company, service = asms.entry("companies", "Aurora"), asms.entry("services", "Impressão")

    relate(asms, carolina, "companies", add=[company])
    relate(asms, carolina, "services", add=[service])
    relate(asms, carolina, "companies", remove=[company])

    assert relations(asms, carolina) == {"services": [service]}


@pytest.mark.parametrize("body", [{"add": True}, {"remove": True}, {}])
def test_what_changes_nothing_writes_nothing(asms: Asms, carolina: str, body: dict[str, Any]) -> None:
    had, other = asms.entry("companies", "Aurora"), asms.entry("companies", "Boreal")
    relate(asms, carolina, "companies", add=[had])
    before = asms.rows()
    asms.now += 60

    answer = relate(asms, carolina, "companies", **{name: [had if name == "add" else other] for name in body})

    assert (answer.status, answer.body["version"]) == (200, 2)
    assert asms.rows() == before


@pytest.mark.parametrize(
    ("category", "relation", "section", "whose"),
    [
        ("specialists", "companies", "empresas", "clientes"),
        ("specialists", "services", "serviços", "clientes"),
        ("clients", "roles", "papéis", "especialistas"),
    ],
)
def test_a_section_of_the_other_category_is_refused(
    asms: Asms, category: str, relation: str, section: str, whose: str
) -> None:
    user = asms.user(category, "Bruno Prado")

    answer = relate(asms, user, relation, category, add=[])

    detail = f"A seção {section} é só de {whose}. Retire o campo, ou confira a categoria do usuário."
    assert (answer.status, answer.body) == (
        422,
        problem(422, INVALID, "asms.section_missing", detail, field="relation"),
    )


@pytest.mark.parametrize("name", ["add", "remove"])
def test_what_is_not_in_the_catalogue_is_refused(asms: Asms, carolina: str, name: str) -> None:
    known, elsewhere = asms.entry("companies", "Aurora"), asms.entry("services", "Impressão")
    detail = (
        "O que foi escolhido não está no catálogo desta conexão (empresa). Confira a identificação na lista do "
        "catálogo."
    )
    for wrong in (UNKNOWN, elsewhere):
        answer = relate(asms, carolina, "companies", **{name: [known, wrong]})

        assert (answer.status, answer.body) == (
            422,
            problem(422, INVALID, "asms.entry_unknown", detail, field=name),
        )
    assert relations(asms, carolina) == {}


def test_only_an_active_entry_is_newly_chosen_and_what_was_chosen_stays(asms: Asms, carolina: str) -> None:
    company = asms.entry("companies", "Aurora", active=False)

    answer = relate(asms, carolina, "companies", add=[company])

    detail = (
        "Aurora (empresa) está desativado no catálogo e não pode mais ser escolhido. Escolha outro, ou ative este no "
        "catálogo antes."
    )
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "asms.entry_inactive", detail, field="add"))
    assert relations(asms, carolina) == {}

    chosen = asms.entry("companies", "Boreal")
    relate(asms, carolina, "companies", add=[chosen])
    deactivation = asms.call("PATCH", f"{CATALOGUES}/companies/{chosen}", role="administrator", body={"active": False})
    assert deactivation.status == 200

    assert relate(asms, carolina, "companies", add=[chosen]).status == 200
    assert relations(asms, carolina) == {"companies": [chosen]}
    assert relate(asms, carolina, "companies", remove=[chosen]).status == 200
    assert relations(asms, carolina) == {}


def test_a_relation_has_two_hundred_entries_at_most(asms: Asms) -> None:
    relation = asms.sandbox.of("asms.catalogues").Relation.COMPANIES
    full = frozenset(f"{number:016x}" for number in range(10_000, 10_200))
    user = asms.user("clients", "Carolina Vergara", relations={relation: full})
    one_more = asms.entry("companies", "Aurora")

    answer = relate(asms, user, "companies", add=[one_more])

    detail = "Um usuário tem no máximo 200 itens desta associação. Retire os que não são mais usados e tente de novo."
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "asms.too_many", detail))


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"add": ["x"]}, "add.0", "não tem a forma esperada"),
        ({"remove": [1]}, "remove.0", "deve ser um texto"),
        ({"add": "x"}, "add", "deve ser uma lista JSON, entre colchetes"),
        ({"add": [UNKNOWN] * 101}, "add", "deve ter no máximo 100 itens"),
        ({"associate": "true"}, "associate", "deve ser true ou false"),
        ({"associate": 1}, "associate", "deve ser true ou false"),
        ({"set": []}, "", "tem um campo que não existe"),
        (
            {"add": [UNKNOWN], "remove": [UNKNOWN]},
            "",
            "um mesmo item está em add e em remove; deixe-o só em um dos dois",
        ),
    ],
)
def test_a_wrong_field_is_named(asms: Asms, carolina: str, body: dict[str, Any], field: str, sentence: str) -> None:
    answer = relate(asms, carolina, "companies", **body)

    where = f"{field}: {sentence}" if field else sentence
    detail = f"A requisição tem campos que precisam de correção: {where}. Corrija e envie de novo."
    more = {"field": field} if field else {}
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "request_invalid", detail, **more))
    assert relations(asms, carolina) == {}


def test_what_an_address_names_must_be_there(asms: Asms, carolina: str) -> None:
    assert relate(asms, UNKNOWN, "companies").body["code"] == "asms.user_unknown"
    assert relate(asms, carolina, "groups", "specialists").body["code"] == "asms.user_unknown"
    assert relate(asms, carolina, "projects").status == 422
    assert asms.post(f"{BASE}/outra/users/clients/{carolina}/relations/groups", {}).body["code"] == "connection_unknown"


def test_a_reader_changes_nothing(asms: Asms, carolina: str) -> None:
    answer = asms.call("POST", f"{USERS}/clients/{carolina}/relations/groups", role="reader", body={})

    assert (answer.status, answer.body["code"]) == (403, "role_insufficient")


# Groups and their projects.


@pytest.mark.parametrize(
    ("category", "catalogue"), [("clients", "client-groups"), ("specialists", "specialist-groups")]
)
def test_a_group_s_projects_are_asked_about_and_nothing_is_written(asms: Asms, category: str, catalogue: str) -> None:
    there, west, east = (asms.entry("projects", name) for name in ("Matriz", "Oeste", "Leste"))
    user = asms.user(category, "Bruno Prado", projects=frozenset({there}))
    support = asms.entry(catalogue, "Suporte", projects=(there, west))
    network = asms.entry(catalogue, "Redes", projects=(east,))
    before = asms.rows()

    for body in ({}, {"associate": None}):
        answer = relate(asms, user, "groups", category, add=[support, network], **body)

        assert (answer.status, answer.body) == (409, undecided("Leste, Oeste"))
    assert asms.rows() == before


@pytest.mark.parametrize("associate", [True, False])
def test_a_group_is_added_with_its_projects_or_alone(asms: Asms, associate: bool) -> None:
    there, west = asms.entry("projects", "Matriz"), asms.entry("projects", "Oeste")
    user = asms.user("clients", "Carolina Vergara", projects=frozenset({there}), email="carolina@empresa.example")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    before = asms.get(f"{USERS}/clients/{user}")

    first = relate(asms, user, "groups", add=[group], associate=associate)

    joined = [{"id": west, "name": "Oeste"}] if associate else []
    whole = before | {
        "relations": before["relations"] | {"groups": [{"id": group, "name": "Suporte"}]},
        "projects": [{"id": there, "name": "Matriz"}, *joined],
        "version": 2,
    }
    assert (first.status, first.body) == (200, whole)
    members = asms.get(f"{USERS}/clients", project=west)["items"]
    assert [one["id"] for one in members] == ([user] if associate else [])
    kept = asms.rows()
    asms.now += 60

    for again in (associate, None):
        assert relate(asms, user, "groups", add=[group], associate=again).body == whole
    assert asms.rows() == kept


def test_whoever_rejected_the_projects_may_confirm_them_later(asms: Asms, carolina: str) -> None:
    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    relate(asms, carolina, "groups", add=[group], associate=False)

    answer = relate(asms, carolina, "groups", add=[group], associate=True)

    assert answer.body["projects"] == [{"id": west, "name": "Oeste"}]


def test_nothing_is_asked_where_there_is_nothing_to_decide(asms: Asms) -> None:
    there, closed = asms.entry("projects", "Matriz"), asms.entry("projects", "Antigo", active=False)
    user = asms.user("clients", "Carolina Vergara", projects=frozenset({there}))
    without, within, ended = (
        asms.entry("client-groups", name, projects=projects)
        for name, projects in (("Sem", ()), ("Da matriz", (there,)), ("Do antigo", (closed,)))
    )

    answer = relate(asms, user, "groups", add=[without, within])

    assert answer.status == 200
    assert relate(asms, user, "groups", add=[ended]).body["projects"] == [{"id": there, "name": "Matriz"}]
    assert relate(asms, user, "groups", add=[ended], associate=True).body["projects"] == [
        {"id": there, "name": "Matriz"}
    ]
    assert relations(asms, user) == {"groups": sorted((without, within, ended))}


def test_leaving_a_group_leaves_no_project(asms: Asms, carolina: str) -> None:
    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    relate(asms, carolina, "groups", add=[group], associate=True)

    answer = relate(asms, carolina, "groups", remove=[group])

    assert (answer.status, answer.body["projects"]) == (200, [{"id": west, "name": "Oeste"}])


def test_of_too_many_projects_neither_they_nor_the_group_are_kept(asms: Asms) -> None:
    full = frozenset(f"{number:016x}" for number in range(10_000, 10_050))
    user = asms.user("clients", "Carolina Vergara", projects=full)
    group = asms.entry("client-groups", "Suporte", projects=(asms.entry("projects", "Oeste"),))

    answer = relate(asms, user, "groups", add=[group], associate=True)

    detail = "Um usuário tem no máximo 50 projetos. Retire os que não são mais usados e tente de novo."
    assert (answer.status, answer.body) == (422, problem(422, INVALID, "asms.too_many", detail))
    assert relations(asms, user) == {}
    assert relate(asms, user, "groups", add=[group], associate=False).status == 200


def test_obligatory_fields_of_projects_that_are_joined_are_a_warning(asms: Asms) -> None:
    west = asms.entry("projects", "Oeste")
    unit = asms.call(
        "POST",
        f"{ONE}/projects/{west}/fields",
        role="administrator",
        body={"category": "clients", "name": "Unidade", "type": "text", "obligatory": True},
    )
    assert unit.status == 201
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    filled = asms.user("clients", "Ana", email="ana@empresa.example", additional={unit.body["id"]: "Sul"})
    lacking = asms.user("clients", "Bia", email="bia@empresa.example")
    warned = {
        "code": "asms.additional_missing",
        "detail": "O projeto Oeste pede campos adicionais que o usuário não tem preenchidos: Unidade. Preencha-os na "
        "seção Adicional do usuário.",
    }

    assert relate(asms, lacking, "groups", add=[group], associate=False).body["warnings"] == []
    for _ in range(2):
        assert relate(asms, lacking, "groups", add=[group], associate=True).body["warnings"] == [warned]
    assert relate(asms, filled, "groups", add=[group], associate=True).body["warnings"] == []


# Two at once, lost answers, deaths.


def test_two_administrators_at_once_are_both_heeded(asms: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch) -> None:
    west, east = asms.entry("projects", "Oeste"), asms.entry("projects", "Leste")
    first = asms.entry("client-groups", "Suporte", projects=(west,))
    second = asms.entry("client-groups", "Redes", projects=(east,))
    Meanwhile(asms, monkeypatch).before = [
        lambda: relate(asms, carolina, "groups", add=[second], associate=True),
    ]

    answer = relate(asms, carolina, "groups", add=[first], associate=True)

    assert (answer.status, answer.body["version"]) == (200, 3)
    assert relations(asms, carolina) == {"groups": sorted((first, second))}
    assert asms.stored("clients", carolina).projects == {west, east}
    for project in (west, east):
        assert [one["id"] for one in asms.get(f"{USERS}/clients", project=project)["items"]] == [carolina]


def test_what_another_decided_meanwhile_counts(asms: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch) -> None:
    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    company = asms.entry("companies", "Aurora")
    Meanwhile(asms, monkeypatch).before = [lambda: relate(asms, carolina, "groups", add=[group], associate=True)]

    answer = relate(asms, carolina, "companies", add=[company])

    assert answer.status == 200
    assert relations(asms, carolina) == {"companies": [company], "groups": [group]}
    assert asms.stored("clients", carolina).projects == {west}


def test_whoever_is_always_overtaken_is_told(asms: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch) -> None:
    companies = [asms.entry("companies", f"Aurora {number}") for number in range(6)]
    meanwhile = Meanwhile(asms, monkeypatch)

    def another(company: str) -> None:
        assert relate(asms, carolina, "companies", add=[company]).status == 200

    for company in companies[1:]:
        meanwhile.before += [partial(another, company), lambda: None]  # the other's own transaction

    answer = relate(asms, carolina, "companies", add=companies[:1])

    detail = (
        "O usuário foi alterado depois que você o leu, e a sua alteração não foi gravada. Leia o usuário de novo "
        "e repita a alteração."
    )
    assert (answer.status, answer.body) == (409, problem(409, CONFLICT, "asms.user_changed", detail))
    assert meanwhile.before == []
    assert relations(asms, carolina) == {"companies": sorted(companies[1:])}


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_lost_answer_and_a_transaction_that_is_met_change_nothing(
    asms: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    setattr(Meanwhile(asms, monkeypatch), lost, [cancelled("TransactionConflict")])

    answer = relate(asms, carolina, "groups", add=[group], associate=True)

    assert (answer.status, answer.body["version"]) == (200, 2)
    assert (relations(asms, carolina), asms.stored("clients", carolina).projects) == ({"groups": [group]}, {west})


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_after_a_death_or_a_failure_asking_again_brings_all_of_it(
    asms: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch, moment: str, end: type[BaseException]
) -> None:
    def die() -> None:
        raise end

    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    path, body = f"{USERS}/clients/{carolina}/relations/groups", {"add": [group], "associate": True}
    key = "chave-1" if end is RuntimeError else ""  # who died holds its key for as long as it might have lived
    setattr(Meanwhile(asms, monkeypatch), moment, [die])
    if end is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            asms.post(path, body, key=key)
    else:
        assert asms.post(path, body, key=key).status == 500
    there = asms.stored("clients", carolina)
    assert (bool(there.relations), bool(there.projects)) == ((moment == "after"),) * 2

    answer = asms.post(path, body, key=key)

    assert (answer.status, answer.body["version"]) == (200, 2)
    assert (relations(asms, carolina), asms.stored("clients", carolina).projects) == ({"groups": [group]}, {west})
    assert asms.post(path, body, key=key).body == answer.body


def test_what_a_change_costs(asms: Asms, carolina: str) -> None:
    west = asms.entry("projects", "Oeste")
    group = asms.entry("client-groups", "Suporte", projects=(west,))
    asms.token("operator")
    asms.calls()

    assert relate(asms, carolina, "groups", add=[group], associate=True).status == 200

    assert asms.calls() == Counter(
        {
            "tokens GetItem": 1,
            "connections GetItem": 1,
            "directory BatchGetItem": 2 + 2,  # groups, projects; for the answer again, by what the user has
            "directory GetItem": 1,
            "directory PutItem": 1 + 1,  # the user; that it is in the project: one transaction
            "directory Query": 1,  # what the project asks for
            "identities Query": 1,  # who else has the e-mail
        }
    )
