"""The users of a network's stores over HTTP, and who may act: linked to Promob by themselves, once (seed 002)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.office_on_aws import event
from tests.promob_on_aws import BASE, CUSTOMERS, MOMENT, UNKNOWN, USERS, PromobHttp

NOT_LINKED = {
    "linked": False,
    "linked_at": None,
    "why": "Ainda não foi vinculado ao Promob.",
    "advice": "Em Meu Perfil, use Vincular usuário Promob.",
}
GREEN = {"linked": True, "linked_at": MOMENT, "why": None, "advice": None}


def form(promob: PromobHttp, store: Any, name: str = "bia", number: int = 0, **more: Any) -> dict[str, Any]:
    """A person as an administrator types it, with the login of one of the account's users."""
    one = promob.network.promob_user(number)
    return {"token": promob.person(name), "store": store.id, "name": one.name, "login": one.login} | more


def made(promob: PromobHttp, store: Any, name: str = "bia", number: int = 0, **more: Any) -> str:
    """A user who is kept over HTTP; gives the path."""
    answer = promob.post(USERS, form(promob, store, name, number, **more), role="administrator")
    assert answer.status == 201, answer
    return f"{USERS}/{answer.body['id']}"


def link(promob: PromobHttp, path: str, password: str, name: str = "bia", **more: Any) -> Any:
    """What somebody is answered who links a user."""
    return promob.post(f"{path}/promob-link", {"password": password}, role=name, **more)


def made_customer(promob: PromobHttp, store: Any, name: str) -> Any:
    """What somebody is answered who acts on a store."""
    return promob.post(CUSTOMERS, {"store": store.id, "name": "Nara Luz"}, role=name)


def test_a_person_is_linked_once_and_again_after_the_password_changed(promob: PromobHttp) -> None:
    store, theirs = promob.active_store(), promob.network.promob_user()

    answer = promob.post(USERS, form(promob, store), role="administrator")

    user = {
        "id": promob.ids["bia"],
        "store": store.id,
        "name": theirs.name,
        "login": theirs.login,
        "is_manager": False,
        "is_responsible": False,
        **NOT_LINKED,
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "changed_by": promob.ids["administrator"],
    }
    path = f"{USERS}/{user['id']}"
    assert (answer.status, answer.body) == (201, user)
    assert promob.post(USERS, form(promob, store), role="administrator").body == user
    assert promob.get(USERS) == {"items": [user], "next": None, "names": {store.id: store.name}}
    assert promob.refusal(made_customer(promob, store, "bia")) == (
        403,
        "promob.user_not_linked",
        f"O usuário {theirs.name} não está vinculado ao Promob nesta loja. Em Meu Perfil, use Vincular usuário Promob; "
        "depois de alterar a senha do Promob, vincule de novo.",
    )

    wrong = link(promob, path, "senha-errada")
    assert promob.refusal(wrong) == (
        422,
        "promob.credentials_wrong",
        "O Promob não reconheceu o login e a senha informados. "
        "Confira-os entrando no Promob e vincule o usuário de novo.",
    )
    assert promob.get(path) == user | {"stores": [{"id": store.id, "name": store.name}]}
    linked = link(promob, path, theirs.password, key="k1")
    assert (linked.status, linked.body) == (200, user | GREEN | {"changed_by": promob.ids["bia"]})
    assert link(promob, path, theirs.password, key="k1").body == linked.body
    assert len(promob.network.promob.store.links) == 1
    assert made_customer(promob, store, "bia").status == 200

    promob.network.promob.designer.change_password(theirs.id, "outra-senha-98")
    promob.network.work_off()
    ended = {"why": "A senha do Promob foi alterada depois do vínculo."}
    now = user | NOT_LINKED | ended | {"changed_by": ""}
    assert now.items() <= promob.get(path).items()
    assert promob.refusal(made_customer(promob, store, "bia"))[:2] == (403, "promob.user_not_linked")
    assert link(promob, path, theirs.password).status == 422
    assert link(promob, path, "outra-senha-98").body == linked.body


def test_a_password_is_kept_nowhere(promob: PromobHttp, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(promob, promob.active_store())
    password = promob.network.promob_user().password

    assert link(promob, path, password, key="k1").status == 200
    assert link(promob, path, f"x{password}", key="k2").status == 422
    assert link(promob, path, "x" * 201).body["code"] == "request_invalid"

    kept = [promob.network.rows(table) for table in ("projects", "identities", "requests", "hints", "tokens")]
    other = promob.sandbox.of("promob.user_forms").LinkPassword(password=password)
    told = json.dumps([kept, promob.answered], default=str) + repr(other) + "".join(capsys.readouterr())
    assert password not in told
    with_password, without = ({"password": one} for one in ("a", "b"))
    (operation,) = [one for one in promob.on_http.application.operations if one.handler.__name__ == "link_to_promob"]
    assert operation.compared(with_password) == operation.compared(without) == {}


def test_the_responsible_user_needs_no_link_and_everybody_else_has_to_be_the_store_s(promob: PromobHttp) -> None:
    store = promob.active_store(responsible="ana")
    second = list(promob.network.promob.store.accounts.values())[1]
    other = promob.active_store(responsible="caio", account=second)
    path = made(promob, store, "ana", is_manager=True)

    responsible = promob.get(path)

    named = {name: responsible[name] for name in ("is_responsible", "linked", "why", "advice")}
    assert named == {"is_responsible": True, "linked": False, "why": None, "advice": None}
    assert made_customer(promob, store, "ana").status == 200
    sentence = (
        f"O seu token não é de um usuário da loja {other.name}. Peça a um administrador que cadastre você nesta loja; "
        "depois, em Meu Perfil, use Vincular usuário Promob."
    )
    assert promob.refusal(made_customer(promob, other, "ana")) == (403, "promob.user_not_of_store", sentence)
    promob.person("duda")
    assert promob.refusal(made_customer(promob, store, "duda"))[:2] == (403, "promob.user_not_of_store")


def test_who_acts_is_known_by_link_and_rank(promob: PromobHttp) -> None:
    store = promob.active_store(responsible="ana")
    seller = promob.seller(store, "bia", 0)
    manager = promob.seller(store, "caio", 1, is_manager=True)
    actors, tokens = promob.sandbox.of("promob.actors"), promob.sandbox.of("sincronia.store.tokens")

    def acting(token_id: str) -> tuple[bool, bool]:
        with promob.network.inside():
            found = actors.actor("rede-modelo", tokens.stored_token(token_id), store.id)
        assert (found.id, found.store) == (token_id, store)
        return bool(found.link), found.is_manager

    assert acting(seller) == (True, False)
    assert acting(manager) == (True, True)
    assert acting(promob.ids["ana"]) == (False, False)
    promob.seller(store, "ana", 2, is_manager=True)
    assert acting(promob.ids["ana"]) == (False, True)


def test_nobody_acts_on_a_store_that_is_not_configured(promob: PromobHttp) -> None:
    store = promob.active_store(responsible="ana", activated_at=None)

    assert promob.refusal(made_customer(promob, store, "ana")) == (
        409,
        "promob.store_not_active",
        f"A integração da loja {store.name} com o Promob ainda não foi ativada. O responsável pela integração conclui "
        "a configuração da loja; a lista de pré-requisitos diz o que falta.",
    )


def test_another_login_or_store_ends_the_link(promob: PromobHttp) -> None:
    store, theirs = promob.active_store(), promob.network.promob_user()
    second = list(promob.network.promob.store.accounts.values())[1]
    other = promob.active_store(account=second)
    path = made(promob, store)
    link(promob, path, theirs.password)

    renamed = promob.patch(path, {"name": "Bia Prado", "is_manager": True}, role="administrator").body
    moved = promob.patch(path, {"store": other.id}, role="administrator").body

    assert (renamed["name"], renamed["is_manager"], renamed["linked"]) == ("Bia Prado", True, True)
    why = "A loja ou o login do Promob foi alterado depois do vínculo."
    assert (moved["store"], moved["linked"], moved["why"]) == (other.id, False, why)
    refused = promob.call("DELETE", path, role="administrator")
    assert promob.refusal(refused)[:2] == (409, "promob.user_was_linked")
    another = made(promob, store, "caio")
    assert link(promob, another, theirs.password, "caio").status == 200  # Promob's user is free again
    back = promob.patch(path, {"store": store.id, "login": theirs.login}, role="administrator")
    assert (back.status, back.body["linked"]) == (200, False)
    sentence = (
        f"O usuário do Promob já está vinculado ao usuário {theirs.name}. "
        "Cada pessoa usa o seu próprio usuário do Promob; confira o login."
    )
    taken = link(promob, path, theirs.password)
    assert promob.refusal(taken) == (409, "promob.promob_user_taken", sentence)


def test_who_was_never_linked_can_be_taken_out(promob: PromobHttp) -> None:
    path = made(promob, promob.active_store())

    answer = promob.call("DELETE", path, role="administrator")

    assert (answer.status, answer.body) == (204, None)
    assert promob.get(USERS)["items"] == []
    gone = promob.call("DELETE", path, role="administrator")
    assert promob.refusal(gone)[:2] == (404, "promob.user_unknown")


@pytest.mark.parametrize(
    ("method", "path", "body", "role", "status", "code", "field"),
    [
        ("POST", USERS, {"token": UNKNOWN}, "administrator", 422, "promob.token_unknown", "token"),
        ("POST", USERS, {"token": "x"}, "administrator", 422, "request_invalid", "token"),
        ("POST", USERS, {"store": UNKNOWN}, "administrator", 404, "promob.store_unknown", None),
        ("POST", USERS, {"name": "Outra"}, "administrator", 409, "promob.token_taken", None),
        ("POST", USERS, {}, "operator", 403, "role_insufficient", None),
        ("GET", f"{BASE}/outra-rede/users", None, "reader", 404, "connection_unknown", None),
        ("GET", f"{USERS}/{UNKNOWN}", None, "reader", 404, "promob.user_unknown", None),
        ("PATCH", f"{USERS}/{UNKNOWN}", {"name": "x"}, "administrator", 404, "promob.user_unknown", None),
        ("PATCH", "{user}", {"store": UNKNOWN}, "administrator", 404, "promob.store_unknown", None),
        ("POST", f"{USERS}/{UNKNOWN}/promob-link", {"password": "x"}, "operator", 404, "promob.user_unknown", None),
        ("POST", "{user}/promob-link", {"password": "x"}, "operator", 403, "promob.not_yourself", None),
        ("POST", "{user}/promob-link", {"password": ""}, "bia", 422, "request_invalid", "password"),
        ("DELETE", "{user}", None, "operator", 403, "role_insufficient", None),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(  # noqa: PLR0917  # one case each
    promob: PromobHttp, method: str, path: str, body: Any, role: str, status: int, code: str, field: str | None
) -> None:
    store = promob.active_store()
    user = made(promob, store)
    whole = form(promob, store) | body if path == USERS else body
    before = promob.network.rows("projects")

    answer = promob.call(method, path.format(user=user), body=whole, role=role)

    assert (answer.status, answer.body["code"], answer.body.get("field")) == (status, code, field), answer
    assert promob.network.rows("projects") == before


def test_an_answer_that_never_came_leaves_nobody_linked(promob: PromobHttp) -> None:
    path = made(promob, promob.active_store())
    promob.network.promob.faults.set(Fault(Kind.LOST_ANSWER, operation="create"))

    refused = link(promob, path, promob.network.promob_user().password)

    assert (refused.status, refused.body["code"]) == (422, "vendor_unreachable")
    assert promob.get(path)["linked"] is False
    assert link(promob, path, promob.network.promob_user().password).status == 200


def test_the_examples_of_events_do_what_they_say(promob: PromobHttp) -> None:
    store = promob.active_store()
    theirs = promob.network.promob_user()
    token = promob.person("bia")

    def sent(name: str, role: str, status: int = 200) -> Any:
        happening = event(f"promob/on_http/{name}")
        text = json.dumps(happening).replace("00000000000000a1", store.id).replace("00000000000000b1", token)
        text = text.replace("bia.prado.7013", theirs.login).replace("<password>", theirs.password)
        answer = promob.send(json.loads(text), role)
        assert answer.status == status, answer
        return answer.body

    assert sent("create_store_user", "administrator", 201)["id"] == token
    sent("remove_store_user", "administrator", 204)
    made(promob, store, name="bia")
    assert sent("change_store_user", "administrator")["is_manager"] is True
    assert sent("link_to_promob", "bia")["linked"] is True
    assert sent("read_store_user", "reader")["linked"] is True
    assert [one["id"] for one in sent("list_store_users", "reader")["items"]] == [token]
