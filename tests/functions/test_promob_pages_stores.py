"""The pages of a network's stores: what each lacks, its rules, who works there, their link to Promob, its customers."""

from __future__ import annotations

import json

from tests.invented import invented_cpf, written
from tests.office_on_aws import event
from tests.promob_on_aws import CUSTOMERS, ONE, STORES, USERS, PromobHttp
from tests.promob_pages import Reader

CPF = written(invented_cpf("390533447"))
TOKENS = f"{ONE}/tokens"


def new_store(promob: PromobHttp, machines: str = "Recepção\r\nProjetos") -> str:
    """The path of a store that an administrator has typed into the page."""
    account = promob.network.account
    typed = {"name": "Loja Centro", "cnpj": account.cnpj, "account": account.id, "serial": account.serials[0]}
    return Reader(promob, "administrator").goes(STORES, STORES, typed | {"machines.lines": machines})


def test_a_store_is_made_checked_declared_and_concluded_from_its_pages(promob: PromobHttp) -> None:
    administrator, reader = Reader(promob, "administrator"), Reader(promob, "reader")
    assert "Um administrador cadastra as lojas da rede." in reader.reads(STORES)
    store = new_store(promob)
    assert administrator.primary(store) == ["Pré-requisitos"]
    checklist = f"{store}/checklist"
    assert administrator.primary(checklist) == ["Consultar o Portal"]
    assert "webStart desinstalado de cada máquina Falta Recepção Declarar desinstalado" in administrator.reads(
        checklist
    )

    assert administrator.goes(checklist, f"{store}/verification") == checklist
    for name in ("Recepção", "Projetos"):
        assert administrator.goes(checklist, f"{store}/declarations", holding=name) == checklist
    administrator.goes(checklist, f"{store}/declarations", {"evaluation": "Loja pronta"}, "evaluation")
    told = administrator.reads(checklist)
    assert "Recepção: declarado por Painel (administrator) em" in told
    assert "Loja pronta: declarado por" in told
    assert Reader(promob, "operator").primary(checklist) == []  # only who answers for the store concludes
    assert administrator.primary(checklist) == ["Concluir a configuração"]
    assert administrator.goes(checklist, f"{store}/activation") == checklist
    assert "Integração ativa" in administrator.reads(checklist)
    assert reader.forms(checklist) == []
    assert "Loja Centro" in reader.reads(STORES)

    changed = {"name": "Loja do Centro", "validity_days.number": "20", "machines.lines": "Recepção"}
    assert administrator.goes(store, store, changed) == store
    now = promob.get(store)
    assert (now["name"], now["validity_days"], now["machines"]) == ("Loja do Centro", 20, ["Recepção"])
    wrong = administrator.sends(store, store, {"validity_days.number": "muitos"})
    assert wrong.status == 422


def test_the_rules_of_a_store_are_changed_as_a_table(promob: PromobHttp) -> None:
    administrator = Reader(promob, "administrator")
    rules = f"{STORES}/{promob.active_store().id}/rules"
    assert "Sem regras, valem os preços de venda do próprio Promob" in administrator.reads(rules)
    first = {"rules#0/category": "Puxadores", "rules#0/markup.number": "85", "rules#0/discount_limit.number": "5,5"}
    assert administrator.goes(rules, rules, first | {"rules#0/rounding": ""}) == rules
    assert "categoria Puxadores 85% sobre o custo até 5,5% ao mais próximo, a R$ 0,01" in administrator.reads(rules)

    administrator.goes(rules, rules, {"rules#0/markup.number": "90", "rules#1/rounding": ""})
    administrator.goes(rules, rules, {"rules#1/supplier": "Metal Sul", "rules#1/rounding": "up"})
    kept = [(one["category"], one["supplier"], one["markup"]) for one in promob.get(rules)["rules"]]
    assert kept == [("Puxadores", "", "90"), ("", "Metal Sul", None)]
    left = {"rules#0/_left_out": "on", "rules#2/rounding": ""}
    administrator.goes(rules, rules, left)
    assert [one["supplier"] for one in promob.get(rules)["rules"]] == ["Metal Sul"]
    administrator.goes(rules, rules, {"rules#0/_left_out": "on", "rules#1/rounding": ""})
    assert promob.get(rules)["rules"] == []
    assert Reader(promob, "operator").forms(rules) == []


def test_a_person_is_made_a_user_and_links_himself(promob: PromobHttp) -> None:
    administrator, bia = Reader(promob, "administrator"), Reader(promob, "bia")
    store, theirs = promob.active_store(), promob.network.promob_user()
    promob.person("bia")
    assert administrator.primary(USERS) == ["Novo usuário"]
    assert Reader(promob, "operator").primary(USERS) == []

    typed = {"token": promob.ids["bia"], "name": theirs.name, "login": theirs.login, "is_manager.flag": ["", "on"]}
    assert administrator.goes(TOKENS, USERS, typed) == USERS
    listed = administrator.main(TOKENS)
    assert ">Bia<" not in listed
    assert ">Ana<" in listed
    profile = f"{USERS}/{promob.ids['bia']}"
    assert f"{theirs.name} você gerente {store.name}" in bia.reads(USERS)
    assert "Não vinculado Ainda não foi vinculado ao Promob. Vincular usuário Promob" in bia.reads(USERS)
    assert bia.primary(profile) == ["Vincular usuário Promob"]
    assert f"{profile}/promob-link" not in administrator.forms(profile)

    wrong = bia.sends(profile, f"{profile}/promob-link", {"password": "errada-123"})
    assert (wrong.status, "errada-123" in wrong.body) == (422, False)
    assert "O Promob não reconheceu o login e a senha informados." in wrong.body
    assert bia.goes(profile, f"{profile}/promob-link", {"password": theirs.password}) == profile
    assert "Meu Perfil Vinculado ao Promob" in bia.reads(profile)
    assert "Vinculado" in administrator.reads(USERS)
    assert administrator.goes(profile, profile, {"name": "Bia Reis"}, "PATCH") == profile
    assert promob.get(profile)["name"] == "Bia Reis"
    assert promob.get(profile)["linked"]
    refused = administrator.sends(profile, profile, holding="DELETE")
    assert (refused.status, "já foi vinculado ao Promob" in refused.body) == (409, True)


def test_a_customer_is_looked_up_made_and_changed(promob: PromobHttp) -> None:
    store = promob.active_store()
    ana = Reader(promob, "ana")
    nobody = ana.reads(CUSTOMERS, document=CPF)
    made = ana.goes(CUSTOMERS, CUSTOMERS, {"name": "Nara Luz", "document": CPF}, "name")
    again = ana.goes(CUSTOMERS, CUSTOMERS, {"name": "Outra", "document": CPF}, "name")

    assert "Ninguém com este CPF ou CNPJ" in nobody
    assert made == again
    assert f"Nara Luz {CPF} – {store.name} Sendo enviado" in ana.reads(CUSTOMERS)
    assert 'id="customer" data-live' in ana.main(made)
    promob.network.work_off()
    assert "Está no Promob" in ana.reads(made)
    assert "data-live" not in ana.main(made)
    assert ana.goes(made, made, {"phone.text": "(49) 3000-0000"}, "PATCH") == made
    assert promob.get(made)["phone"] == "(49) 3000-0000"
    assert ana.goes(made, made, {"phone.text": ""}, "PATCH") == made
    assert promob.get(made)["phone"] == ""
    wrong = ana.sends(CUSTOMERS, CUSTOMERS, {"name": "Nara", "document": "123"}, "name")
    assert (wrong.status, "deve ser um CPF ou CNPJ válido" in wrong.body) == (422, True)


def test_tokens_that_a_user_may_have_are_listed_to_administrators_alone(promob: PromobHttp) -> None:
    store = promob.active_store()
    promob.seller(store)

    answer = promob.send(json.loads(json.dumps(event("promob/on_http/list_store_tokens"))), "administrator")

    assert answer.status == 200
    users = {one["description"]: one["user"] for one in answer.body["items"]}
    assert users["Ana"] is None
    assert users["Bia"] == promob.network.stored("user", promob.ids["bia"]).name
    assert answer.body["stores"] == [{"id": store.id, "name": store.name}]
    assert promob.call("GET", TOKENS).status == 403
