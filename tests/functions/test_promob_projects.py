"""Projects and environments over HTTP: made, in Promob soon after, integrated, assigned, followed by other software."""

from __future__ import annotations

from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.promob_on_aws import BASE, ONE, PROJECTS, UNKNOWN
from tests.promob_selling import MANAGER, RESPONSIBLE, SELLER, Selling

ENVIRONMENTS = f"{ONE}/environments"
AT = "2026-11-23T09:00:0{}.000Z"


def fresh(selling: Selling, project: str, **more: Any) -> dict[str, Any]:
    """An environment that the seller made two seconds after START, as nobody has touched it yet."""
    return {
        "project": project.rpartition("/")[2],
        "origin": "here",
        "created_at": AT.format(2),
        "worked_by": selling.seller,
        "promob_id": None,
        "code": None,
        "reason": "",
        "advice": "",
        "mark": "none",
        "need": None,
        "action": "",
        "situation": "Não convertido",
        "stage": "Projeto",
        "saved": 0,
        "budget": None,
        "current": None,
        "manual_cost": "0.00",
        "manual_price": "0.00",
        "gross": "0.00",
        "price": "0.00",
        "discount": None,
        "converted": None,
        "reviewed": False,
        "occurrence": None,
    } | more


def test_a_project_is_made_once(selling: Selling) -> None:
    customer = selling.customer
    form = {"store": selling.store.id, "customer": customer, "name": "Casa"}

    made = selling.promob.post(PROJECTS, form, role=SELLER, key="k1")

    line = {
        "id": made.body["id"],
        **form,
        "created_at": AT.format(0),
        "created_by": selling.seller,
        "changed_at": AT.format(0),
        "changed_by": selling.seller,
        "version": 1,
        "revision": "not_released",
        "total": 0,
        "out_of_date": 0,
        "converted": 0,
        "url": f"{PROJECTS}/{made.body['id']}",
    }
    named = {selling.store.id: selling.store.name, customer: "Nara Luz"}
    people = {selling.seller: selling.network.stored("user", selling.seller).name}
    step = {"code": "environments", "of": None}
    step["text"] = "Crie os ambientes do projeto. O Promob os recebe sozinho, em instantes."
    whole = line | {"environments": [], "budgets": [], "step": step, "names": named | people}
    assert (made.status, made.body) == (201, whole)
    assert selling.promob.post(PROJECTS, form, role=SELLER, key="k1").body == made.body
    assert selling.promob.get(f"{PROJECTS}/{made.body['id']}") == made.body
    assert selling.promob.get(PROJECTS) == {"items": [line], "next": None, "names": named}
    assert selling.promob.get(f"{PROJECTS}/{made.body['id']}/history") == {
        "items": [
            {
                "at": AT.format(0),
                "by": selling.seller,
                "code": "project_created",
                "title": "Projeto criado",
                "environment": None,
                "details": {},
            }
        ],
        "next": None,
        "names": people,
        "project": "Casa",
    }


def test_many_environments_are_made_at_once_and_in_promob_in_the_background(selling: Selling) -> None:
    project = selling.project()
    names = {"names": ["Cozinha", "Sala", "Quarto"]}

    made = selling.did(f"{project}/environments", names, key="k1")

    assert made["items"] == [
        fresh(selling, project, id=one["id"], name=name)
        for one, name in zip(made["items"], names["names"], strict=True)
    ]
    again = selling.did(f"{project}/environments", names, key="k1")
    selling.network.work_off()
    assert again == made
    there = {one["name"]: one for one in selling.network.promob.rows("projects") if one["external_id"]}
    assert sorted(there) == ["Cozinha", "Quarto", "Sala"]
    (kitchen, *_) = selling.promob.get(project)["environments"]
    assert kitchen == made["items"][0] | {"promob_id": there["Cozinha"]["id"]}
    assert (there["Cozinha"]["situation"], there["Cozinha"]["stage"]) == ("Não convertido", "Projeto")


def test_who_died_before_the_answer_finds_the_environments(selling: Selling, monkeypatch: pytest.MonkeyPatch) -> None:
    project = selling.project()
    routes = selling.promob.sandbox.of("promob.environment_routes")
    with monkeypatch.context() as dying:
        dying.setattr(routes, "environment_answer", lambda *_: 1 / 0)
        died = selling.promob.post(f"{project}/environments", {"names": ["Cozinha"]}, role=SELLER, key="k1")

    again = selling.did(f"{project}/environments", {"names": ["Cozinha"]}, key="k1")

    assert died.status == 500
    assert [one["id"] for one in again["items"]] == [one["id"] for one in selling.promob.get(project)["environments"]]


def test_what_keeps_an_environment_out_of_promob_is_told(selling: Selling) -> None:
    selling.network.promob.faults.set(Fault(Kind.ERROR, status=422, operation="create", subject="projects"))

    project = selling.project()
    made = selling.did(f"{project}/environments", {"names": ["Cozinha"]})
    selling.network.work_off()

    environment = f"{project}/environments/{made['items'][0]['id']}"
    told = selling.promob.get(environment)
    assert (told["promob_id"], told["code"]) == (None, "vendor_rejected")
    assert told["reason"].startswith("O Promob ")
    assert told["advice"]
    assert selling.refused(f"{environment}/opening") == (
        409,
        "promob.not_in_promob",
        "O ambiente Cozinha não está no Promob. Aguarde a criação do ambiente no Promob; o motivo de uma falha "
        "aparece no ambiente.",
    )


def test_what_is_saved_in_promob_is_yellow_until_it_is_prepared_and_updated(selling: Selling) -> None:
    project, environment = selling.environment()
    marks = list[tuple[Any, ...]]()

    def seen() -> None:
        one, line = selling.promob.get(environment), selling.promob.get(PROJECTS)["items"][0]
        marks.append((one["mark"], one["need"], one["action"], one["stage"], line["out_of_date"]))

    seen()
    selling.save(environment)
    seen()
    refused = selling.refused(f"{environment}/update")
    selling.prepare(environment)
    seen()
    updated = selling.did(f"{environment}/update")
    seen()

    prepare = "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar."
    update = "Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão."
    assert marks == [
        ("green", None, "", "Orçamento", 0),
        ("yellow", "prepare", prepare, "Orçamento", 1),
        ("yellow", "update", update, "Orçamento", 1),
        ("green", None, "", "Orçamento", 0),
    ]
    assert refused == (
        409,
        "promob.prepare_again",
        "O ambiente Cozinha foi alterado no Promob depois do último orçamento recebido. Abra o ambiente no Promob, "
        "use Preparar para Negociação ou Negociar, e depois atualize aqui.",
    )
    assert (updated["made"], updated["version"]["number"]) == (True, 2)
    assert updated["environment"].items() <= selling.promob.get(environment).items()
    confirmed = selling.did(f"{environment}/update")
    assert confirmed == updated | {"made": False}
    titles = [one["title"] for one in selling.promob.get(f"{project}/history", limit=2)["items"]]
    assert titles == ["Ambiente Cozinha: versão 2 gerada", "Ambiente Cozinha: versão 1 gerada"]


def test_a_legacy_project_of_promob_is_integrated_into_one_project(selling: Selling) -> None:
    project, other = selling.project(), selling.project(name="Outra")
    drawn = selling.network.drawn

    made = selling.did(f"{project}/legacy", {"promob_id": drawn.id}, key="k1")

    need = "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar."
    legacy = {"id": made["id"], "name": drawn.name, "origin": "legacy", "promob_id": drawn.id}
    saved = {"saved": drawn.sequence, "mark": "yellow", "need": "prepare", "action": need}
    assert made == fresh(selling, project, created_at=AT.format(3), **legacy, **saved)
    assert selling.did(f"{project}/legacy", {"promob_id": drawn.id}, key="k1") == made
    selling.prepare(f"{project}/environments/{made['id']}")
    assert selling.promob.get(f"{project}/environments/{made['id']}")["mark"] == "green"
    assert selling.refused(f"{other}/legacy", {"promob_id": drawn.id, "name": "Sala"}) == (
        409,
        "promob.integrated_before",
        f"O projeto do Promob já está integrado ao ambiente Casa – {drawn.name}. Use esse ambiente, ou escolha outro "
        "projeto do Promob.",
    )


def test_a_project_that_promob_lacks_or_that_is_of_another_account_is_not_integrated(selling: Selling) -> None:
    project, before = selling.project(), selling.network.rows("projects")
    drawn = selling.network.promob.store.projects.values()
    elsewhere = next(one for one in drawn if one.account != selling.store.account)

    unknown = selling.asked(f"{project}/legacy", {"promob_id": "P-1"})
    of_another = selling.asked(f"{project}/legacy", {"promob_id": elsewhere.id})

    assert [(answer.status, answer.body["code"], answer.body["field"]) for answer in (unknown, of_another)] == [
        (422, "promob.legacy_unknown", "promob_id"),
        (422, "promob.legacy_elsewhere", "promob_id"),
    ]
    assert selling.network.rows("projects")[: len(before)]
    assert selling.promob.get(project)["environments"] == []


def test_a_project_that_promob_has_for_somebody_else_is_not_integrated(selling: Selling) -> None:
    project, network, promob = selling.project(), selling.network, selling.network.promob.store
    account, ours = selling.store.account, network.stored("customer", selling.customer).promob_id
    somebody = next(one.id for one in promob.customers.values() if one.account == account and one.id != ours)
    drawn = promob.create_project(account, {"customer_id": somebody, "name": "Sala"})
    asked = (f"{project}/legacy", {"promob_id": drawn.id})

    by_id = selling.refused(*asked)
    network.customer(selling.store, name="Rui Serra", document="", promob_id=somebody)
    by_name = selling.refused(*asked)

    advice = (
        "Integre-o a um projeto do cliente que ele tem no Promob; se forem a mesma pessoa, confira o CPF ou CNPJ nos "
        "dois sistemas."
    )
    assert [by_id, by_name] == [
        (
            422,
            "promob.legacy_of_another",
            f"O projeto {drawn.id} do Promob é do cliente {other}, e o projeto da loja é do cliente Nara Luz. {advice}",
        )
        for other in (somebody, "Rui Serra")
    ]
    assert selling.promob.get(project)["environments"] == []


def test_who_works_on_an_environment_gets_its_open_notification(selling: Selling) -> None:
    _, environment = selling.environment()
    selling.save(environment)

    def opened() -> list[str]:
        rows = selling.network.rows("notifications")
        return [row["audience"] for row in rows if row.get("page") == environment and not row.get("concluded_at")]

    before = opened()
    assigned = selling.promob.patch(environment, {"worked_by": selling.manager}, role=SELLER)

    assert before == [selling.seller]
    assert (assigned.status, assigned.body["worked_by"], opened()) == (200, selling.manager, [selling.manager])
    wrong = selling.asked(environment, {"worked_by": UNKNOWN}, method="PATCH")
    assert (wrong.status, wrong.body["code"], wrong.body["field"]) == (422, "promob.worker_unknown", "worked_by")
    responsible = selling.promob.patch(environment, {"worked_by": selling.store.responsible}, role=SELLER)
    assert responsible.body["worked_by"] == selling.store.responsible


def test_any_version_opens_in_promob_by_the_link_of_who_asks(selling: Selling) -> None:
    _, environment = selling.environment()
    selling.prepare(environment)
    opened = selling.network.promob._opened

    first = selling.did(f"{environment}/opening", {"version": 1})
    selling.did(f"{environment}/opening")
    selling.did(f"{environment}/opening", role=RESPONSIBLE)

    users = [selling.network.promob_user().id, selling.network.promob_user().id, None]
    assert [one.get("user") for one in opened.values()] == users
    assert [one["sequence"] for one in opened.values()] == [1, 2, 2]
    assert first == {
        "url": f"{selling.network.promob.url}/open/{next(iter(opened))}",
        "expires_at": "2026-11-23T09:05:05.000Z",
    }
    assert not any("/open/" in str(row) for row in selling.network.rows("requests"))
    assert selling.refused(f"{environment}/opening", {"version": 7})[:2] == (404, "promob.version_unknown")


def test_a_password_that_changed_in_promob_ends_the_link_and_the_act_is_refused_clearly(selling: Selling) -> None:
    _, environment = selling.environment()
    promob = selling.network.promob
    promob.store.change_password(selling.network.promob_user().id, "outra-senha")  # and the webhook is still to come

    expired = selling.refused(f"{environment}/opening")
    refused = selling.refused(f"{environment}/update")

    advice = "Em Meu Perfil, use Vincular usuário Promob"
    assert expired == (
        409,
        "promob.link_expired",
        f"O vínculo do usuário com o Promob não vale mais, porque a senha dele no Promob foi alterada. {advice} de "
        "novo, com a senha atual.",
    )
    assert refused[:2] == (403, "promob.user_not_linked")
    assert advice in refused[2]
    user = selling.network.stored("user", selling.seller)
    assert (user.is_linked, user.unlinked_why) == (False, "password")
    assert selling.did(f"{environment}/update", role=RESPONSIBLE)["made"] is False  # who needs no link


def test_other_software_follows_projects_and_environments(selling: Selling) -> None:
    customer = selling.customer
    paths = list[str]()
    for name in ("Ana", "Bia", "Caio"):
        selling.network.now += 60
        new = {"store": selling.store.id, "customer": customer, "name": name}
        paths.append(f"{PROJECTS}/{selling.did(PROJECTS, new)['id']}")
        selling.did(f"{paths[-1]}/environments", {"names": [f"Sala {name}", f"Copa {name}"]})
    selling.network.now += 60
    selling.did(f"{paths[0]}/environments", {"names": ["Cozinha"]})

    def listed(path: str, **query: Any) -> list[str]:
        found, cursor = list[str](), ""
        while cursor is not None:
            page = selling.promob.get(path, **query, **({"cursor": cursor} if cursor else {}))
            found += [one["name"] for one in page["items"]]
            cursor = page["next"]
        return found

    assert listed(PROJECTS, limit=2) == ["Ana", "Caio", "Bia"]  # what changed last comes first
    assert listed(PROJECTS, changed_since="2026-11-23T06:03:00-03:00") == ["Caio", "Ana"]
    assert listed(PROJECTS, changed_since="2026-11-23T10:00:00Z") == []
    since = "2026-11-23T09:03:00Z"
    assert listed(ENVIRONMENTS, limit=1, changed_since=since) == [
        *("Sala Caio", "Copa Caio"),
        *("Sala Ana", "Copa Ana", "Cozinha"),
    ]


def test_a_moment_is_written_with_its_date_and_no_number_is_taken_for_one(selling: Selling) -> None:
    for text in ("0.5", "1764000000", "ontem"):
        refused = selling.promob.call("GET", PROJECTS, changed_since=text)
        assert (refused.status, refused.body["code"]) == (422, "request_invalid")
        assert "changed_since: não tem a forma esperada" in refused.body["detail"]


WRONG: list[tuple[str, str, Any, str, int, str, str | None]] = [
    ("POST", PROJECTS, {"customer": UNKNOWN}, SELLER, 404, "promob.customer_unknown", None),
    ("POST", PROJECTS, {"store": UNKNOWN}, SELLER, 404, "promob.store_unknown", None),
    ("POST", PROJECTS, {"name": " "}, SELLER, 422, "request_invalid", "name"),
    ("POST", PROJECTS, {}, "operator", 403, "promob.user_not_of_store", None),
    ("POST", PROJECTS, {}, "reader", 403, "role_insufficient", None),
    ("GET", f"{PROJECTS}/{UNKNOWN}", None, "reader", 404, "promob.project_unknown", None),
    ("GET", f"{PROJECTS}/{UNKNOWN}/history", None, "reader", 404, "promob.project_unknown", None),
    ("GET", f"{BASE}/outra-rede/projects", None, "reader", 404, "connection_unknown", None),
    ("GET", "{project}/environments/" + UNKNOWN, None, "reader", 404, "promob.environment_unknown", None),
    ("POST", "{project}/environments", {"names": []}, SELLER, 422, "request_invalid", "names"),
    ("POST", "{project}/environments", {"names": ["Sala", "sala"]}, SELLER, 409, "promob.environment_exists", None),
    ("POST", "{project}/environments", {"names": ["cozinha"]}, SELLER, 409, "promob.environment_exists", None),
    ("POST", "{project}/environments", {"names": ["x"]}, "operator", 403, "promob.user_not_of_store", None),
    ("POST", "{project}/environments", {"names": list("a" * 41)}, SELLER, 422, "request_invalid", "names"),
    ("POST", "{environment}/update", {}, SELLER, 409, "promob.nothing_received", None),
    ("POST", "{environment}/update", {}, "reader", 403, "role_insufficient", None),
    ("PATCH", "{environment}", {"worked_by": "x"}, SELLER, 422, "request_invalid", "worked_by"),
    ("POST", "{environment}/opening", {"version": 0}, SELLER, 422, "request_invalid", "version"),
]


def test_what_is_wrong_is_refused_and_changes_nothing(selling: Selling) -> None:
    project, environment = selling.environment(prepared=False)
    form = {"store": selling.store.id, "customer": selling.promob.get(project)["customer"], "name": "Casa"}
    before = selling.network.rows("projects")

    for method, path, body, role, *expected in WRONG:
        where = path.format(project=project, environment=environment)
        answer = selling.asked(where, form | body if path == PROJECTS else body, role, method)
        assert [answer.status, answer.body["code"], answer.body.get("field")] == expected, (method, path, body)
    assert selling.network.rows("projects") == before


def test_who_is_of_the_store_but_not_linked_is_told_what_to_do(selling: Selling) -> None:
    project = selling.project()
    selling.promob.seller(selling.store, "caio", 2, link="")

    refused = selling.refused(f"{project}/environments", {"names": ["Sala"]}, role="caio")

    name = selling.network.promob_user(2).name
    assert refused == (
        403,
        "promob.user_not_linked",
        f"O usuário {name} não está vinculado ao Promob nesta loja. Em Meu Perfil, use Vincular usuário Promob; depois "
        "de alterar a senha do Promob, vincule de novo.",
    )
    assert selling.did(f"{project}/environments", {"names": ["Sala"]}, role=RESPONSIBLE)["items"]
    assert selling.did(f"{project}/environments", {"names": ["Copa"]}, role=MANAGER)["items"]
