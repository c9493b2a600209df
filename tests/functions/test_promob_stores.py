"""The stores of a network over HTTP: configured, verified at Promob's portal, declared, activated once."""

from __future__ import annotations

from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.asms_on_aws import problem
from tests.office_on_aws import event
from tests.promob_on_aws import BASE, LOGS, MOMENT, ONE, STORES, UNKNOWN, USERS, PromobHttp
from tests.promob_worker_on_aws import CONNECTION

TITLES = {
    "account": "Conta no Portal do Promob (CNPJ × AccountID)",
    "serial": "Promob (número de série) vinculado à conta",
    "users": "Usuários do Promob vinculados à conta",
    "webstart": "webStart desinstalado de cada máquina",
    "evaluation": "Avaliação do Consultor de Implantação",
}
NEVER = ["o Portal do Promob ainda não foi consultado"]
LOGIN = ["login no Promob do usuário responsável"]


def form(promob: PromobHttp, **more: Any) -> dict[str, Any]:
    """A store as an administrator types it, of the simulator's first account."""
    account = promob.network.account
    known = {"name": "Loja Centro", "cnpj": account.cnpj, "account": account.id, "serial": account.serials[0]}
    return known | {"responsible": promob.person("ana"), "machines": ["PROJETO-1", "PROJETO-2"]} | more


def made(promob: PromobHttp, **more: Any) -> str:
    """A store that is configured over HTTP; gives its path."""
    answer = promob.post(STORES, form(promob, **more), role="administrator")
    assert answer.status == 201, answer
    return f"{STORES}/{answer.body['id']}"


def missing(checklist: dict[str, Any]) -> dict[str, list[str]]:
    """What is missing of each prerequisite that isn't met."""
    assert {one["prerequisite"]: one["title"] for one in checklist["items"]} == TITLES
    assert all(one["met"] == (not one["missing"]) for one in checklist["items"])
    return {one["prerequisite"]: one["missing"] for one in checklist["items"] if one["missing"]}


def test_a_store_is_configured_from_its_form_to_its_activation(promob: PromobHttp) -> None:
    account = promob.network.account

    answer = promob.post(STORES, form(promob), role="administrator", key="k1")

    store = {
        "id": answer.body["id"],
        "name": "Loja Centro",
        "cnpj": account.cnpj,
        "account": account.id,
        "serial": account.serials[0],
        "responsible": promob.ids["ana"],
        "validity_days": 10,
        "supplier": "Fábrica",
        "machines": ["PROJETO-1", "PROJETO-2"],
        "active": False,
        "activated_at": None,
        "activated_by": None,
        "verified_at": None,
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "changed_by": promob.ids["administrator"],
        "url": f"{STORES}/{answer.body['id']}",
    }
    assert (answer.status, answer.body) == (201, store)
    assert promob.post(STORES, form(promob), role="administrator", key="k1").body == store
    one = f"{STORES}/{store['id']}"
    ana, names = promob.ids["ana"], {promob.ids["ana"]: "Ana"}
    whole = store | {"people": [{"id": ana, "name": "Ana"}]}
    assert promob.get(one) == whole | {"names": names | {promob.ids["administrator"]: "Painel (administrator)"}}
    assert promob.get(STORES) == {"items": [store], "next": None, "names": names}
    asked = promob.get(f"{one}/checklist")
    assert (asked["store"], asked["ready"], asked["active"], asked["verified_at"]) == (store["id"], False, False, None)
    machines, evaluation = ["PROJETO-1", "PROJETO-2"], ["avaliação do Consultor de Implantação"]
    left = {"users": LOGIN, "webstart": machines, "evaluation": evaluation}
    assert missing(asked) == left | {"account": NEVER, "serial": NEVER}

    promob.network.now += 60
    verified = promob.post(f"{one}/verification")
    assert (verified.status, verified.body["verified_at"]) == (200, "2026-11-23T09:01:00.000Z")
    assert missing(verified.body) == left
    refused = promob.post(f"{one}/activation", role="ana")
    sentence = (
        "A configuração da loja Loja Centro ainda não pode ser concluída. Falta: webStart desinstalado de cada máquina "
        "(PROJETO-1, PROJETO-2); Avaliação do Consultor de Implantação (avaliação do Consultor de Implantação). "
        "Providencie o que falta, consulte o Portal do Promob de novo e conclua a configuração."
    )
    assert (refused.status, refused.body) == (
        409,
        problem(409, "Não é possível agora", "promob.store_not_ready", sentence),
    )

    for declared in ({"webstart": "PROJETO-1"}, {"webstart": "PROJETO-2"}, {"evaluation": "Apta à integração"}):
        answer = promob.post(f"{one}/declarations", declared, role="ana")
        assert answer.status == 200
    promob.network.now += 60
    repeated = promob.post(f"{one}/declarations", {"webstart": "PROJETO-1"})
    at = "2026-11-23T09:01:00.000Z"
    assert repeated.body == answer.body | {"ready": True}
    assert missing(repeated.body) == {"users": LOGIN}  # what keeps only people from working
    by = {"by": promob.ids["ana"], "at": at}
    assert [one["declared"] for one in repeated.body["items"]] == [
        *([], [], []),
        [{"what": "PROJETO-1", **by}, {"what": "PROJETO-2", **by}],
        [{"what": "Apta à integração", **by}],
    ]

    other = promob.post(f"{one}/activation", role="administrator")
    assert promob.refusal(other) == (
        403,
        "promob.not_responsible",
        "A configuração da loja Loja Centro só é concluída pelo usuário responsável pela integração. Peça a essa "
        "pessoa que a conclua com o seu próprio token, ou a um administrador que altere o responsável.",
    )
    active = promob.post(f"{one}/activation", role="ana")
    moment = "2026-11-23T09:02:00.000Z"
    assert (active.status, active.body) == (
        200,
        store
        | {"active": True, "activated_at": moment, "activated_by": promob.ids["ana"], "verified_at": at}
        | {"changed_at": moment, "changed_by": promob.ids["ana"]},
    )
    promob.network.now += 60
    assert promob.post(f"{one}/activation", role="ana").body == active.body  # once
    there = promob.network.promob_user(2)
    person = {"token": promob.ids["ana"], "store": store["id"], "name": there.name, "login": there.login}
    assert promob.post(USERS, person, role="administrator").status == 201
    last = promob.get(f"{one}/checklist")
    assert (last["active"], missing(last)) == (True, {})


def test_what_the_portal_says_is_held_against_what_was_typed(promob: PromobHttp) -> None:
    first, second = promob.network.promob.store.accounts.values()
    path = made(promob, cnpj=second.cnpj, serial="PB-0")
    path_of_none = made(promob, account="7999")
    promob.seller(promob.network.stored("store", path.rpartition("/")[2]), "bia")

    verified = promob.post(f"{path}/verification").body
    of_none = promob.post(f"{path_of_none}/verification").body

    assert {name: missing(verified)[name] for name in ("account", "serial")} == {
        "account": ["o CNPJ da conta no Portal do Promob é outro"],
        "serial": ["número de série PB-0"],
    }
    assert missing(of_none)["account"] == ["conta no Portal do Promob com este AccountID"]
    changed = promob.patch(path, {"cnpj": first.cnpj, "serial": first.serials[1]}, role="administrator")
    assert (changed.status, changed.body["verified_at"]) == (200, None)  # to be verified anew
    verified = promob.post(f"{path}/verification").body
    assert missing(verified) == {
        "users": LOGIN,
        "webstart": ["PROJETO-1", "PROJETO-2"],
        "evaluation": missing(of_none)["evaluation"],
    }
    of_first = promob.network.promob_user()
    name = of_first.name
    promob.network.promob.edit("users", {"change": {of_first.id: {"account": second.id}}})
    verified = promob.post(f"{path}/verification").body
    assert missing(verified)["users"] == [name, *LOGIN]


def test_a_network_has_several_stores_and_an_account_is_one_of_them(promob: PromobHttp) -> None:
    first, second = promob.network.promob.store.accounts.values()
    made(promob)
    path = made(promob, name="Loja Sul", cnpj=second.cnpj, account=second.id, serial=second.serials[0])

    doubled = promob.post(STORES, form(promob, name="Loja Norte"), role="administrator")
    moved = promob.patch(path, {"account": first.id}, role="administrator")

    sentence = (
        "O AccountID já é da loja Loja Centro. Cada loja tem a sua conta no Portal do Promob; confira o AccountID."
    )
    refusal = (409, problem(409, "Já existe", "promob.account_taken", sentence))
    assert (doubled.status, doubled.body) == (moved.status, moved.body) == refusal
    listed = promob.get(STORES, limit=1)
    names = [listed["items"][0]["name"], promob.get(STORES, cursor=listed["next"])["items"][0]["name"]]
    assert sorted(names) == ["Loja Centro", "Loja Sul"]


def test_a_store_changes_in_what_is_not_its_account_s_also_once_it_is_active(promob: PromobHttp) -> None:
    store = promob.active_store(machines=("A",))
    path = f"{STORES}/{store.id}"
    change = {"name": "Loja Nova", "validity_days": 15, "supplier": "Outra", "machines": ["B", "B"]}

    answer = promob.patch(path, change | {"responsible": promob.person("caio")}, role="administrator")

    named = {name: answer.body[name] for name in (*change, "responsible", "active")}
    assert named == change | {"machines": ["B"], "responsible": promob.ids["caio"], "active": True}
    refused = promob.patch(path, {"serial": "PB-0"}, role="administrator")
    assert promob.refusal(refused) == (
        409,
        "promob.store_active",
        "A configuração da loja Loja Nova já foi concluída, e o CNPJ, o AccountID e o número de série não mudam mais. "
        "Se a conta da loja no Portal do Promob mudou, cadastre-a como outra loja.",
    )
    assert answer.body.items() <= promob.get(path).items()


@pytest.mark.parametrize(
    ("method", "path", "body", "role", "status", "code", "field"),
    [
        ("POST", STORES, {"cnpj": "11.111.111/1111-11"}, "administrator", 422, "request_invalid", "cnpj"),
        ("POST", STORES, {"machines": ["a\nb"]}, "administrator", 422, "request_invalid", "machines.0"),
        ("POST", STORES, {"validity_days": 0}, "administrator", 422, "request_invalid", "validity_days"),
        ("POST", STORES, {"responsible": UNKNOWN}, "administrator", 422, "promob.token_unknown", "responsible"),
        ("POST", STORES, {}, "operator", 403, "role_insufficient", None),
        ("POST", f"{BASE}/outra-rede/stores", {}, "administrator", 404, "connection_unknown", None),
        ("GET", f"{STORES}/{UNKNOWN}", None, "reader", 404, "promob.store_unknown", None),
        ("GET", f"{STORES}/{UNKNOWN}/checklist", None, "reader", 404, "promob.store_unknown", None),
        ("PATCH", f"{STORES}/{UNKNOWN}", {"name": "x"}, "administrator", 404, "promob.store_unknown", None),
        ("POST", f"{STORES}/{UNKNOWN}/verification", None, "operator", 404, "promob.store_unknown", None),
        ("POST", f"{STORES}/{UNKNOWN}/activation", None, "operator", 404, "promob.store_unknown", None),
        ("POST", "{store}/activation", None, "reader", 403, "role_insufficient", None),
        ("POST", "{store}/declarations", {"webstart": "C"}, "operator", 422, "promob.machine_unknown", "webstart"),
        ("POST", "{store}/declarations", {}, "operator", 422, "request_invalid", None),
        (
            "POST",
            "{store}/declarations",
            {"webstart": "A", "evaluation": "B"},
            "operator",
            422,
            "request_invalid",
            None,
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_changes_nothing(  # noqa: PLR0917  # one case each
    promob: PromobHttp, method: str, path: str, body: Any, role: str, status: int, code: str, field: str | None
) -> None:
    store = promob.active_store()
    whole = form(promob, account="7026") | body if path.endswith("/stores") else body
    before = promob.network.rows("projects")

    answer = promob.call(method, path.format(store=f"{STORES}/{store.id}"), body=whole, role=role)

    assert (answer.status, answer.body["code"], answer.body.get("field")) == (status, code, field), answer
    assert promob.network.rows("projects") == before


def test_a_portal_that_does_not_answer_leaves_what_it_said_before(promob: PromobHttp) -> None:
    path = made(promob)
    seen = promob.post(f"{path}/verification").body
    promob.network.promob.faults.set(Fault(Kind.ERROR, status=401, times=None))

    refused = promob.post(f"{path}/verification")

    assert (refused.status, refused.body["code"]) == (422, "vendor_refused_token")
    assert promob.get(f"{path}/checklist") == seen
    promob.patch(ONE, {"enabled": False}, role="administrator")
    assert promob.refusal(promob.post(f"{path}/verification"))[:2] == (409, "connection_disabled")


def test_a_store_that_changes_all_the_time_is_given_up(promob: PromobHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(promob)
    records = promob.sandbox.of("promob.store.records")
    monkeypatch.setattr(records.Records, "keep", lambda *_: promob.sandbox.of("promob.store.keeping").Kept.OVERTAKEN)

    refused = promob.patch(path, {"name": "Outra"}, role="administrator")

    assert promob.refusal(refused) == (
        409,
        "promob.changed_meanwhile",
        "O cadastro foi alterado por outra pessoa ou pelo Promob ao mesmo tempo. "
        "Leia o cadastro de novo e repita o que queria fazer.",
    )


def test_the_examples_of_events_do_what_they_say(promob: PromobHttp) -> None:
    account = promob.network.account
    example = event("promob/on_http/create_store")
    example["body"] = example["body"].replace("<cnpj>", account.cnpj)
    store = promob.send(example, "administrator").body["id"]

    def sent(name: str, role: str) -> Any:
        happening = event(f"promob/on_http/{name}")
        path = happening["rawPath"].replace("00000000000000a1", store)
        happening["rawPath"] = happening["requestContext"]["http"]["path"] = path
        answer = promob.send(happening, role)
        assert answer.status == 200, answer
        return answer.body

    assert [one["id"] for one in sent("list_stores", "reader")["items"]] == [store]
    assert sent("read_store", "reader")["responsible"] == promob.ids["administrator"]
    assert sent("change_store", "administrator")["validity_days"] == 15
    sent("verify_store", "operator")
    sent("declare_webstart", "operator")
    sent("declare_evaluation", "operator")
    assert missing(sent("read_checklist", "reader")) == {"users": LOGIN, "webstart": ["PROJETO-2"]}
    promob.post(f"{STORES}/{store}/declarations", {"webstart": "PROJETO-2"})
    assert sent("activate_store", "administrator")["active"] is True


def test_the_connection_and_its_log_are_there_as_every_integration_s(promob: PromobHttp) -> None:
    network = promob.network
    customer = network.customer(network.store(), promob_id="")
    network.work_off()

    (line,) = promob.get(LOGS, connection=CONNECTION)["items"]
    page = promob.page(LOGS)

    told = {name: line[name] for name in ("cause_title", "record", "label", "action_title", "outcome_title")}
    assert told == {
        "cause_title": "Pedido daqui",
        "record": customer.id,
        "label": customer.name,
        "action_title": "Cliente encontrado no Promob",
        "outcome_title": "Atualizado",
    }
    assert (page.status, "Logs do Promob" in page.body, f'Cadastro <a href="{LOGS}?' in page.body) == (200, True, True)
    assert promob.send(event("promob/on_http/list_logs"), "reader").body == {"items": [], "next": None}
    tested = promob.post(f"{ONE}/test").body
    checks = [{"what": what, "ok": True, "code": None, "detail": None} for what in ("Promob", "Webhooks")]
    assert tested == {"ok": True, "checks": checks}
    again = promob.post(f"{ONE}/hints/{line['id']}/replay")
    assert again.status == 202
    network.work_off()
    assert promob.get(again.body["url"])["outcome"] == "unchanged"
    preview = promob.get(f"{ONE}/environments/{UNKNOWN}-{UNKNOWN}/preview")
    assert (preview["outcome"], preview["code"]) == ("rejected", "promob.project_unknown")
