"""The pages that Promob opens after Negociar, and that notifications lead to: Ambiente, and Revisão once converted."""

from __future__ import annotations

from tests.promob_pages import Reader
from tests.promob_selling import MANAGER, RESPONSIBLE, SELLER, Selling

CUBA = {"description": "Cuba de inox", "cost": "189.90", "price": "1349.00"}


def test_a_browser_sees_what_an_environment_needs_in_words_and_colours(selling: Selling) -> None:
    seller = Reader(selling.promob, SELLER)
    _, environment = selling.environment(prepared=False)
    nothing, drawn = seller.reads(environment), seller.primary(environment)
    selling.prepare(environment)
    selling.did(f"{environment}/items", CUBA)
    selling.did(f"{environment}/discount", {"percent": "12.5"})
    made, ready = seller.reads(environment), seller.primary(environment)
    selling.prepare(environment, 5)
    prepared, yellow = seller.reads(environment), seller.primary(environment)
    selling.save(environment)
    saved = seller.reads(environment)

    assert nothing.startswith("Projetos › Casa Cozinha Nada recebido do Promob Não convertido · Projeto")
    assert "Abra o ambiente Cozinha no Promob e use Preparar para Negociação ou Negociar." in nothing
    assert "Cozinha Atualizado Não convertido · Orçamento" in made
    assert "com desconto de 12,5%; sem ele, R$ " in made
    assert "Itens manuais R$ 1.349,00 Versão atual 1 de 23/11/2026 às 06:00 , pelo Promob" in made
    assert "Cozinha Desatualizado" in prepared
    assert "Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão." in prepared
    assert "Houve alterações no Promob. Abra o ambiente no Promob" in saved
    buttons = (["Abrir no Promob"], ["Gerar orçamento deste ambiente"], ["Atualizar"])
    assert (drawn, ready, yellow) == buttons
    reader = Reader(selling.promob, "reader")
    assert (reader.forms(environment), reader.primary(environment)) == ([], [])


def test_the_button_atualizar_makes_the_version_and_leads_back(selling: Selling) -> None:
    seller = Reader(selling.promob, SELLER)
    _, environment = selling.environment()
    selling.prepare(environment, 5)

    assert seller.goes(environment, f"{environment}/update") == environment
    assert selling.promob.get(environment)["current"]["number"] == 2
    selling.save(environment)
    refused = selling.promob.sent(f"{environment}/update", SELLER, next=environment, idempotency_key="l" * 16)
    assert refused.status == 409
    assert "foi alterado no Promob depois do último orçamento recebido" in refused.body


def test_an_environment_is_passed_on_discounted_and_opened_from_its_page(selling: Selling) -> None:
    seller, manager = Reader(selling.promob, SELLER), Reader(selling.promob, MANAGER)
    rules = f"/integrations/promob/connections/rede-modelo/stores/{selling.store.id}/rules"
    limited = {"rules": [{"discount_limit": "5"}]}
    assert selling.promob.patch(rules, limited, role="administrator").status == 200
    _, environment = selling.environment()

    asked = seller.goes(environment, f"{environment}/discount", {"percent.number": "7,5"}, "percent.number")
    assert asked == environment
    assert "O vendedor dá até 5%" in seller.reads(environment)
    refused = seller.sends(environment, f"{environment}/discount/approval")
    assert (refused.status, "Só um gerente da loja" in refused.body) == (403, True)
    manager.goes(environment, f"{environment}/discount/approval")
    assert "7,5% liberado por" in seller.reads(environment)
    seller.goes(environment, f"{environment}/discount", holding="DELETE")
    assert "Sem desconto." in seller.reads(environment)

    seller.goes(environment, environment, {"worked_by": selling.manager})
    assert selling.promob.get(environment)["worked_by"] == selling.manager
    opened = seller.sends(environment, f"{environment}/opening")
    assert (opened.status, "Ir para o Promob" in opened.body) == (200, True)
    selling.network.promob.store.change_password(selling.network.promob_user().id, "outra-senha")
    ended = seller.sends(environment, f"{environment}/opening")
    assert ended.status >= 400
    assert 'role="alert"' in ended.body


def test_a_conversion_is_taken_back_with_its_reason(selling: Selling) -> None:
    seller = Reader(selling.promob, SELLER)
    project, environment = selling.converted()
    undo = f"{environment}/conversion/undo"

    assert seller.goes(environment, undo, {"reason": "O cliente desistiu"}) == environment

    assert "Conversão do ambiente Cozinha na versão 1 desfeita: O cliente desistiu" in seller.reads(
        f"{project}/history"
    )
    assert undo not in seller.forms(environment)


def test_a_browser_sees_what_a_revision_still_needs(selling: Selling) -> None:
    seller = Reader(selling.promob, SELLER)
    unsold, _ = selling.environment(prepared=False)
    nothing = seller.reads(f"{unsold}/revision")
    project, environment = selling.converted()
    revision = f"{project}/revision"
    steps, told = list[list[str]](), list[str]()

    def seen() -> None:
        steps.append(seller.primary(revision))
        told.append(seller.reads(revision))

    seen()
    seller.goes(revision, f"{revision}/release")
    seen()
    seller.goes(revision, f"{revision}/access")
    seen()
    selling.save(environment)
    seen()
    selling.prepare(environment, 5)
    seller.goes(revision, f"{environment}/update")
    seen()
    seller.goes(revision, f"{revision}/conclusion")
    seen()

    assert "Aprove um orçamento: nenhum ambiente do projeto está convertido." in nothing
    assert "Revisão Contrato não liberado" in told[0]
    assert "Cozinha 1 1 Como convertido Atualize o ambiente; onde nada mudou" in told[2]
    assert "Cozinha 1 1 Desatualizado Houve alterações no Promob." in told[3]
    assert "Conclua a revisão; os pedidos de compra são gerados." in told[4]
    assert "Cozinha 1 2 o que mudou em Cozinha desde a conversão Revisado" in told[4]
    assert "Pedidos de compra gerados:" in told[5]
    assert steps == [
        ["Liberar o contrato"],
        ["Acessar a revisão"],
        ["Atualizar"],
        ["Abrir no Promob"],
        ["Concluir a revisão"],
        [],
    ]
    assert Reader(selling.promob, "reader").forms(revision) == []
    assert seller.primary(environment) == ["Ver a revisão"]


def test_a_page_of_items_by_hand_alone_names_no_version(selling: Selling) -> None:
    seller = Reader(selling.promob, SELLER)
    project, environment = selling.environment(prepared=False)
    selling.did(f"{environment}/items", CUBA)
    selling.did(f"{selling.budget(project, [environment])}/approval")

    assert "Convertido só itens manuais em " in seller.reads(environment)
    assert "Cozinha só itens manuais só itens manuais Como convertido" in seller.reads(f"{project}/revision")


def test_who_answers_for_a_store_may_take_an_environment_over(selling: Selling) -> None:
    _, environment = selling.environment()
    workers = [one["id"] for one in selling.promob.get(environment)["workers"]]

    assert sorted(workers) == sorted([selling.seller, selling.manager, selling.promob.ids[RESPONSIBLE]])
