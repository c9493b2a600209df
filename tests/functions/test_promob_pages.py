"""The pages that Promob opens after Negociar, and that notifications lead to: Ambiente, and Revisão once converted."""

from __future__ import annotations

import re

from tests.promob_selling import SELLER, Selling

FORM = re.compile(r'<form class="sending" method="post" action="([^"]+)"')
CUBA = {"description": "Cuba de inox", "cost": "189.90", "price": "1349.00"}


def shown(selling: Selling, path: str, role: str = SELLER) -> tuple[str, list[str]]:
    """What a page says, and the addresses of its forms."""
    page = selling.promob.page(path, role)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    (content,) = re.findall(r"<main.*</main>", page.body, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", content).split()), FORM.findall(content)


def test_a_browser_sees_what_an_environment_needs_in_words_and_colours(selling: Selling) -> None:
    _, environment = selling.environment(prepared=False)
    nothing = shown(selling, environment)
    selling.prepare(environment)
    selling.did(f"{environment}/items", CUBA)
    selling.did(f"{environment}/discount", {"percent": "12.5"})
    made = shown(selling, environment)
    selling.prepare(environment, 5)
    prepared = shown(selling, environment)
    reading = shown(selling, environment, "reader")

    assert nothing[0].startswith("Ambiente · Não convertido · Projeto Cozinha Nada recebido do Promob Preço R$ 0,00")
    assert "Não convertido · Orçamento Cozinha Atualizado Preço R$ " in made[0]
    assert "com desconto de 12,5%; sem ele, R$ " in made[0]
    assert "Itens manuais R$ 1.349,00 Versão atual 1 de 23/11/2026 às 06:00 Nome da opção Cozinha Itens 4" in made[0]
    assert "Desatualizado Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão." in prepared[0]
    assert [forms for _, forms in (nothing, made, prepared, reading)] == [[], [], [f"{environment}/update"], []]


def test_the_button_atualizar_makes_the_version_and_leads_back(selling: Selling) -> None:
    _, environment = selling.environment()
    selling.prepare(environment, 5)

    answer = selling.promob.sent(f"{environment}/update", SELLER, next=environment, idempotency_key="k" * 16)

    assert (answer.status, answer.headers["Location"]) == (303, environment)
    assert selling.promob.get(environment)["current"]["number"] == 2
    selling.save(environment)
    refused = selling.promob.sent(f"{environment}/update", SELLER, next=environment, idempotency_key="l" * 16)
    assert refused.status == 409
    assert "foi alterado no Promob depois do último orçamento recebido" in refused.body


def test_a_browser_sees_what_a_revision_still_needs(selling: Selling) -> None:
    unsold, _ = selling.environment(prepared=False)
    nothing = shown(selling, f"{unsold}/revision")
    project, environment = selling.converted()
    revision = f"{project}/revision"
    before = shown(selling, revision)
    converted = shown(selling, environment)
    selling.did(f"{revision}/release")
    selling.did(f"{revision}/access")
    accessed = shown(selling, revision)
    selling.save(environment)
    saved = shown(selling, revision)
    selling.prepare(environment, 5)
    selling.did(f"{environment}/update")
    reviewed = shown(selling, revision)
    selling.did(f"{revision}/conclusion")
    concluded = shown(selling, revision)

    assert "Casa Contrato não liberado Aprove um orçamento: nenhum ambiente do projeto está convertido." in nothing[0]
    assert "Convertido versão 1 em 23/11/2026" in converted[0]
    assert converted[0].endswith("Ver a revisão")
    assert "Contrato não liberado Faça a liberação financeira do contrato." in before[0]
    assert "Cozinha 1 1 Como convertido Atualize o ambiente; onde nada mudou" in accessed[0]
    assert "Cozinha 1 1 Desatualizado Houve alterações no Promob." in saved[0]
    assert "Conclua a revisão; os pedidos de compra são gerados." in reviewed[0]
    assert "Cozinha 1 2 Revisado" in reviewed[0]
    assert "Revisão concluída" in concluded[0]
    assert "Pedidos de compra gerados:" in concluded[0]
    forms = [forms for _, forms in (before, accessed, saved, reviewed, concluded)]
    assert forms == [[], [f"{environment}/update"], [], [], []]


def test_a_page_of_items_by_hand_alone_names_no_version(selling: Selling) -> None:
    project, environment = selling.environment(prepared=False)
    selling.did(f"{environment}/items", CUBA)
    selling.did(f"{selling.budget(project, [environment])}/approval")

    assert "Convertido só itens manuais em " in shown(selling, environment)[0]
    assert "Cozinha só itens manuais só itens manuais Como convertido" in shown(selling, f"{project}/revision")[0]
