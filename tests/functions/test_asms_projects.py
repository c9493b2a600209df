"""Users who come into a project and leave it, over HTTP: one, many, or all whose name begins so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CLIENTS, CONNECTION, ONE, UNKNOWN, USERS, Asms, problem
from tests.meanwhile import Meanwhile
from tests.office_on_aws import event
from tests.routes_on_aws import Answer

INVALID, CONFLICT = "Requisição inválida", "Não é possível agora"
TOO_MANY = "Um usuário tem no máximo 50 projetos. Retire os que não são mais usados e tente de novo."
NOBODY = (
    "Não há usuário com esta identificação nesta categoria do diretório. Confira a identificação na lista da "
    "categoria: clientes e especialistas têm listas separadas."
)


@pytest.fixture
def west(asms: Asms) -> str:
    return asms.entry("projects", "Oeste")


def move(asms: Asms, project: str, what: str, category: str = "clients", /, **body: Any) -> Answer:
    """What an operator is answered who brings users into a project, or out of it."""
    return asms.post(f"{ONE}/projects/{project}/users/{category}/{what}", body)


def moved(changed: int, unchanged: int = 0, **more: Any) -> dict[str, Any]:
    """An answer's body."""
    return {"changed": changed, "unchanged": unchanged, "refused": [], "warnings": [], "next": None} | more


def members(asms: Asms, project: str, category: str = "clients") -> list[str]:
    """The names of those who are in a project, as the lists have them, and as each user's own row says."""
    found = [one["name"] for one in asms.get(f"{USERS}/{category}", project=project, limit=100)["items"]]
    everybody = asms.get(f"{USERS}/{category}", limit=100)["items"]
    assert found == [one["name"] for one in everybody if project in one["projects"]]
    return found


def people(asms: Asms, names: Iterable[str], category: str = "clients", **fields: Any) -> list[str]:
    """Users of these names; gives their ids."""
    return [asms.user(category, name, **fields) for name in names]


def many(asms: Asms, number: int, projects: Iterable[str] = ()) -> list[str]:
    """Clients Pessoa 000, Pessoa 001 and so on, whose logins nobody asks for; gives their ids."""
    of = asms.sandbox.of
    row, store, category = of("asms.store.rows").DirectoryRow, of("asms.store.users"), of("asms.catalogues").Category
    whole, ids = frozenset(projects), [asms.new_id() for _ in range(number)]
    with row.batch_write() as batch:
        for place, user_id in enumerate(ids):
            name = f"Pessoa {place:03}"
            user = of("asms.users").User(user_id, category.CLIENTS, name, user_id, projects=whole, version=1)
            batch.save(store.user_out(CONNECTION, user))
            for project in whole:
                scope = store.members_scope(CONNECTION, project, category.CLIENTS)
                batch.save(row(scope, user_id, name_key=name.lower()))
    return ids


@pytest.mark.parametrize("category", ["clients", "specialists"])
def test_users_come_into_a_project_and_leave_it(asms: Asms, west: str, category: str) -> None:
    ana, bia, _ = people(asms, ("Ana", "Bia", "Caio"), category)

    assert move(asms, west, "association", category, users=[ana, bia, ana]).body == moved(2)
    assert members(asms, west, category) == ["Ana", "Bia"]
    assert asms.stored(category, ana).changed_by == asms.ids["operator"]

    assert move(asms, west, "dissociation", category, users=[ana]).body == moved(1)
    assert members(asms, west, category) == ["Bia"]


def test_other_projects_of_a_user_stay(asms: Asms, west: str) -> None:
    east = asms.entry("projects", "Leste")
    (ana,) = people(asms, ("Ana",), projects=frozenset({east}))

    move(asms, west, "association", users=[ana])
    assert (members(asms, east), members(asms, west)) == (["Ana"], ["Ana"])

    move(asms, east, "dissociation", users=[ana])
    assert (members(asms, east), members(asms, west)) == ([], ["Ana"])


@pytest.mark.parametrize("whom", [{"users": True}, {"search": ""}])
@pytest.mark.parametrize("what", ["association", "dissociation"])
def test_again_changes_nothing(asms: Asms, west: str, what: str, whom: dict[str, Any]) -> None:
    users = people(asms, ("Ana", "Bia"), projects=frozenset({west} if what == "dissociation" else ()))
    body = {"users": users} if "users" in whom else whom
    assert move(asms, west, what, **body).body == moved(2)
    before = asms.rows()
    asms.now += 60

    # a search for those who are in the project finds nobody any more
    again = moved(0, 0 if what == "dissociation" and "search" in whom else 2)
    assert move(asms, west, what, **body).body == again
    assert asms.rows() == before


@pytest.mark.parametrize("search", ["jo", "JÓ", "Jo"])
def test_all_that_a_search_by_name_shows_are_brought_in(asms: Asms, west: str, search: str) -> None:
    people(asms, ("Ana", "João da Silva", "Joana", "josé", "Zé João"))
    asms.user("specialists", "João Prado")

    assert move(asms, west, "association", search=search).body == moved(3)

    assert members(asms, west) == ["Joana", "João da Silva", "josé"]
    assert members(asms, west, "specialists") == []


def test_all_are_brought_in_and_those_of_the_project_alone_taken_out(asms: Asms, west: str) -> None:
    east = asms.entry("projects", "Leste")
    people(asms, ("Ana", "Bia"), projects=frozenset({east}))
    people(asms, ("Caio",))

    assert move(asms, west, "association", search="").body == moved(3)
    assert move(asms, east, "dissociation", search="").body == moved(2)

    assert (members(asms, east), members(asms, west)) == ([], ["Ana", "Bia", "Caio"])
    assert move(asms, west, "dissociation", search="b").body == moved(1)
    assert members(asms, west) == ["Ana", "Caio"]


def test_who_cannot_be_moved_is_named_and_the_others_go_on(asms: Asms, west: str) -> None:
    full = frozenset(f"{number:016x}" for number in range(10_000, 10_050))
    ana, caio = people(asms, ("Ana", "Caio"))
    bia = asms.user("clients", "Bia", projects=full)
    specialist = asms.user("specialists", "Davi")
    refused = {"user": bia, "name": "Bia", "code": "asms.too_many", "detail": TOO_MANY}
    nobody = [{"user": one, "name": "", "code": "asms.user_unknown", "detail": NOBODY} for one in (UNKNOWN, specialist)]

    named = move(asms, west, "association", users=[UNKNOWN, bia, ana, specialist])
    found = move(asms, west, "association", search="")

    assert (named.status, named.body) == (200, moved(1, refused=[nobody[0], refused, nobody[1]]))
    assert (found.status, found.body) == (200, moved(1, 1, refused=[refused]))
    assert members(asms, west) == ["Ana", "Caio"]
    assert [asms.stored("clients", one).version for one in (ana, bia, caio)] == [2, 1, 2]
    assert move(asms, west, "dissociation", users=[UNKNOWN, bia]).body == moved(0, 1, refused=nobody[:1])


def test_obligatory_fields_without_a_value_are_a_warning(asms: Asms, west: str) -> None:
    def ask(name: str, **more: Any) -> str:
        field = {"category": "clients", "name": name, "type": "text", "obligatory": True} | more
        answer = asms.call("POST", f"{ONE}/projects/{west}/fields", role="administrator", body=field)
        assert answer.status == 201
        return str(answer.body["id"])

    unit, floor = ask("Unidade"), ask("Andar")
    ask("Observação", obligatory=False)
    ask("Turno", category="specialists")
    closed = ask("Antigo")
    path = f"{ONE}/projects/{west}/fields/{closed}"
    assert asms.call("PATCH", path, role="administrator", body={"active": False}).status == 200
    asms.user("clients", "Ana", additional={unit: "Sul", floor: "3"})
    bia, caio = asms.user("clients", "Bia", additional={unit: "Sul"}), asms.user("clients", "Caio")

    def warned(user: str, name: str, fields: str) -> dict[str, str]:
        detail = f"O projeto Oeste pede campos adicionais que o usuário não tem preenchidos: {fields}. Preencha-os na "
        return {
            "user": user,
            "name": name,
            "code": "asms.additional_missing",
            "detail": f"{detail}seção Adicional do usuário.",
        }

    warnings = [warned(bia, "Bia", "Andar"), warned(caio, "Caio", "Andar, Unidade")]

    assert move(asms, west, "association", search="").body == moved(3, warnings=warnings)
    assert members(asms, west) == ["Ana", "Bia", "Caio"]
    assert move(asms, west, "association", search="").body == moved(0, 3, warnings=warnings)
    assert move(asms, west, "dissociation", search="").body == moved(3)


def test_an_inactive_project_takes_nobody_and_lets_everybody_go(asms: Asms) -> None:
    closed = asms.entry("projects", "Antigo", active=False)
    (ana,) = people(asms, ("Ana",), projects=frozenset({closed}))

    answer = move(asms, closed, "association", users=[ana])

    detail = (
        "O projeto Antigo está desativado e não recebe mais usuários. Ative o projeto no catálogo antes, ou escolha "
        "outro."
    )
    assert (answer.status, answer.body) == (409, problem(409, CONFLICT, "asms.project_inactive", detail))
    assert move(asms, closed, "dissociation", search="").body == moved(1)
    assert members(asms, closed) == []


@pytest.mark.parametrize("what", ["association", "dissociation"])
def test_what_an_address_names_must_be_there(asms: Asms, west: str, what: str) -> None:
    detail = "Não há projeto com esta identificação neste diretório. Confira a identificação na lista."
    answer = move(asms, UNKNOWN, what, search="")
    assert (answer.status, answer.body) == (404, problem(404, "Não encontrado", "asms.entry_missing", detail))
    company = asms.entry("companies", "Aurora")
    assert move(asms, company, what, search="").body["code"] == "asms.entry_missing"
    assert move(asms, west, what, "people", search="").status == 422
    path = f"projects/{west}/users/clients/{what}"
    assert asms.post(f"{BASE}/outra/{path}", {"search": ""}).body["code"] == "connection_unknown"
    denied = asms.call("POST", f"{ONE}/{path}", role="reader", body={"search": ""})
    assert (denied.status, denied.body["code"]) == (403, "role_insufficient")


ONE_OF_BOTH = "informe users ou search, e só um dos dois"
MALFORMED = "não tem a forma esperada"


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({}, "", ONE_OF_BOTH),
        ({"users": None, "search": None}, "", ONE_OF_BOTH),
        ({"users": [UNKNOWN], "search": ""}, "", ONE_OF_BOTH),
        ({"users": [UNKNOWN], "cursor": "x"}, "", "cursor só continua uma busca; informe search"),
        ({"users": []}, "users", "deve ter no mínimo 1 itens"),
        ({"users": [UNKNOWN] * 101}, "users", "deve ter no máximo 100 itens"),
        ({"users": ["ana"]}, "users.0", MALFORMED),
        ({"users": UNKNOWN}, "users", "deve ser uma lista JSON, entre colchetes"),
        ({"search": 7}, "search", "deve ser um texto"),
        ({"search": "x" * 201}, "search", "deve ter no máximo 200 caracteres"),
        (
            {"search": "\ufdfa" * 200},
            "search",
            "fica longo demais na forma em que os nomes são comparados; encurte-o",
        ),
        ({"search": "", "cursor": "x" * 1001}, "cursor", "deve ter no máximo 1000 caracteres"),
        ({"all": True}, "", "tem um campo que não existe"),
    ],
)
def test_a_wrong_field_is_named(asms: Asms, west: str, body: dict[str, Any], field: str, sentence: str) -> None:
    where = f"{field}: {sentence}" if field else sentence
    detail = f"A requisição tem campos que precisam de correção: {where}. Corrija e envie de novo."
    whole = problem(422, INVALID, "request_invalid", detail, **({"field": field} if field else {}))
    for what in ("association", "dissociation"):
        answer = move(asms, west, what, **body)

        assert (answer.status, answer.body) == (422, whole)


# What takes longer than a request.


def ticking(asms: Asms, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Lets each transaction take so long."""
    meanwhile = Meanwhile(asms, monkeypatch)

    def tick() -> None:
        asms.now += seconds

    meanwhile.after = [tick] * 1000


def through(asms: Asms, project: str, what: str, **body: Any) -> list[dict[str, Any]]:
    """The answers of a search that is gone on with until its end, without their cursors."""
    found, cursor = [], ""
    while cursor is not None:
        answer = move(asms, project, what, **body, cursor=cursor)
        assert answer.status == 200, answer
        cursor = answer.body.pop("next")
        found.append(answer.body)
    return found


def counts(answers: Iterable[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(one["changed"], one["unchanged"]) for one in answers]


@pytest.mark.sweep
@pytest.mark.sweep
def test_a_long_search_goes_on_by_its_cursor(asms: Asms, west: str, monkeypatch: pytest.MonkeyPatch) -> None:
    users = many(asms, 250)
    ticking(asms, monkeypatch, 0.25)  # 20 s are over after 80 of them, which is seen at the end of a block of 25

    came, left = (counts(through(asms, west, what, search="pessoa")) for what in ("association", "dissociation"))

    assert came == left == [(100, 0), (100, 0), (50, 0)]
    stored = [asms.stored("clients", one) for one in users[::10]]
    assert {(one.version, one.projects) for one in stored} == {(3, frozenset())}
    assert members(asms, west) == []


@pytest.mark.parametrize("what", ["association", "dissociation"])
def test_after_a_death_in_the_middle_asking_again_completes_it(
    asms: Asms, west: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = what == "dissociation"
    users = many(asms, 30, {west} if leaving else ())

    def die() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        Meanwhile(asms, patch).after = [*[lambda: None] * 14, die]  # the 15th is written, and nobody hears of it
        with pytest.raises(KeyboardInterrupt):
            move(asms, west, what, search="")
    done = [(asms.stored("clients", one).projects == set()) == leaving for one in users]
    assert done == [True] * 15 + [False] * 15

    assert move(asms, west, what, search="").body == moved(15, 0 if leaving else 15)

    assert members(asms, west) == ([] if leaving else [f"Pessoa {one:03}" for one in range(30)])
    assert {asms.stored("clients", one).version for one in users} == {2}


def test_a_cursor_of_something_else_is_refused(asms: Asms, west: str) -> None:
    detail = (
        "O cursor da lista não vale para esta consulta. Use o valor de next da página anterior, com os mesmos filtros, "
        "ou comece sem cursor."
    )
    for cursor in ("x", "e30="):  # {}
        answer = move(asms, west, "association", search="", cursor=cursor)

        assert (answer.status, answer.body) == (400, problem(400, INVALID, "cursor_invalid", detail))


def test_a_search_in_which_much_is_to_be_said_goes_on_by_its_cursor(
    asms: Asms, west: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asms.sandbox.of("asms.project_routes"), "_MOST_NOTES", 20)
    many(asms, 30, (f"{number:016x}" for number in range(10_000, 10_050)))

    answers = through(asms, west, "association", search="")

    assert counts(answers) == [(0, 0), (0, 0)]
    named = [[one["name"] for one in answer["refused"]] for answer in answers]
    assert named == [[f"Pessoa {one:03}" for one in places] for places in (range(25), range(25, 30))]


def test_a_repetition_with_its_key_gives_the_first_answer(asms: Asms, west: str) -> None:
    people(asms, ("Ana", "Bia"))
    path = f"{ONE}/projects/{west}/users/clients/association"

    first = asms.post(path, {"search": ""}, key="chave-1")
    again = asms.post(path, {"search": ""}, key="chave-1")

    assert (first.body, again.body) == (moved(2), moved(2))
    assert again.headers["Idempotency-Replayed"] == "true"


# Two at once.


def test_two_who_bring_users_into_different_projects_are_both_heeded(
    asms: Asms, west: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    east = asms.entry("projects", "Leste")
    users = people(asms, ("Ana", "Bia", "Caio"))
    Meanwhile(asms, monkeypatch).before = [lambda: move(asms, east, "association", search="")]

    assert move(asms, west, "association", search="").body == moved(3)

    assert [asms.stored("clients", one).projects for one in users] == [{west, east}] * 3
    assert members(asms, west) == members(asms, east) == ["Ana", "Bia", "Caio"]


def test_of_two_who_bring_the_same_users_in_the_second_changes_nothing(
    asms: Asms, west: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = people(asms, ("Ana", "Bia"))
    found: list[Any] = []

    def another() -> None:
        asms.now += 1
        found.append(move(asms, west, "association", search="").body)

    Meanwhile(asms, monkeypatch).before = [another]

    assert move(asms, west, "association", search="").body == moved(0, 2)

    assert found == [moved(2)]
    assert [asms.stored("clients", one).version for one in users] == [2, 2]


def renamed(asms: Asms, user: str, name: str) -> Callable[[], None]:
    """Somebody else's change of a name."""

    def rename() -> None:
        assert asms.patch(f"{CLIENTS}/{user}", {"name": name}).status == 200

    return rename


def test_who_is_renamed_meanwhile_leaves_by_the_new_name(
    asms: Asms, west: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ana,) = people(asms, ("Ana",), projects=frozenset({west}))
    Meanwhile(asms, monkeypatch).before = [renamed(asms, ana, "Zoé")]

    assert move(asms, west, "dissociation", users=[ana]).body == moved(1)

    assert members(asms, west) == []
    assert asms.stored("clients", ana).name == "Zoé"
    assert [row["scope"] for row in asms.rows() if row["item"] == ana] == [f"{CONNECTION}#clients"]


@pytest.mark.parametrize("what", ["association", "dissociation"])
def test_what_each_user_costs(asms: Asms, west: str, what: str) -> None:
    leaving = what == "dissociation"
    many(asms, 30, {west} if leaving else ())
    asms.token("operator")
    asms.calls()

    assert move(asms, west, what, search="").body == moved(30)

    blocks = 2  # of 25 users
    fixed = {"tokens GetItem": 1, "connections GetItem": 1, "directory/by_name Query": blocks}
    each = {"directory GetItem": 30 + 1, "directory PutItem": 30}  # one is the project's
    others = (
        {"directory BatchGetItem": blocks, "directory DeleteItem": 30}
        if leaving
        else {"directory Query": 1, "directory PutItem": 60}  # what the project asks for; who is in it
    )
    assert asms.calls() == Counter({**fixed, **each, **others})

    asms.calls()
    move(asms, west, what, search="")

    idle = {"tokens GetItem": 1, "connections GetItem": 1}
    assert asms.calls() == Counter(
        {**idle, "directory/by_name Query": 1, "directory GetItem": 1}
        if leaving
        else {**idle, "directory/by_name Query": blocks, "directory GetItem": 31, "directory Query": 1}
    )


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xA0
    project = asms.entry("projects", "Suporte")
    asms.made = 0xB0
    group = asms.entry("client-groups", "Rede", projects=(project,))
    asms.made = 0xC0
    user = asms.user("clients", "Carolina Vergara")

    answers = [
        asms.send(event(f"asms/on_http/{name}"), "operator")
        for name in ("associate_users", "dissociate_users", "change_relation")
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert [answer.body for answer in answers[:2]] == [moved(1), moved(1)]
    assert answers[2].body == asms.get(f"{CLIENTS}/{user}")
    assert answers[2].body["relations"]["groups"] == [{"id": group, "name": "Rede"}]
    assert members(asms, project) == ["Carolina Vergara"]
