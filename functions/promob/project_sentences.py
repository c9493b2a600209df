"""What the rules of projects, environments, budgets and revisions say where something may not be."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _refused(sentence: str, advice: str) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


PROJECTS: Answers = {
    "promob.project_unknown": _refused(
        "Não há projeto com esta identificação.", "Confira a identificação na lista de projetos."
    ),
    "promob.environment_unknown": _refused(
        "O projeto não tem ambiente com esta identificação.",
        "Confira a identificação na lista de ambientes do projeto.",
    ),
    "promob.environment_exists": _refused(
        "O projeto já tem um ambiente com o nome {name}.", "Use outro nome, ou o ambiente que já existe."
    ),
    "promob.too_many_environments": _refused(
        "O projeto já tem {most} ambientes, contadas as ocorrências de assistência, e não cabem mais.",
        "Crie outro projeto para o cliente.",
    ),
    # What Promob tells waits for its turn: a save that got lost would let an out-of-date environment be approved.
    "promob.project_changed": Answer(
        Retry.PUT_OFF,
        Fault.OURS,
        "O projeto foi alterado por outra pessoa ou pelo Promob ao mesmo tempo, várias vezes seguidas.",
        "Leia o projeto de novo e repita o que queria fazer; o que vem do Promob é repetido sozinho.",
    ),
    "promob.in_promob_before": _refused(
        "O ambiente {name} já está ligado a outro projeto do Promob.",
        "Use o ambiente como está, ou crie outro ambiente.",
    ),
    "promob.prepare_again": _refused(
        "O ambiente {name} foi alterado no Promob depois do último orçamento recebido.",
        "Abra o ambiente no Promob, use Preparar para Negociação ou Negociar, e depois atualize aqui.",
    ),
    "promob.nothing_received": _refused(
        "O Promob ainda não enviou nenhum orçamento do ambiente {name}.",
        "Abra o ambiente no Promob e use Preparar para Negociação ou Negociar.",
    ),
    "promob.no_discount": _refused(
        "O ambiente {name} não tem desconto.", "Informe o desconto antes de pedir a liberação."
    ),
    "promob.discount_changed": _refused(
        "O desconto do ambiente {name} não é mais o que foi visto: era {seen}, e agora é {now}.",
        "Leia o ambiente de novo; se o desconto de agora também puder ser dado, libere esse.",
    ),
    "promob.nothing_chosen": _refused(
        "Nenhum ambiente foi escolhido para o orçamento.", "Escolha pelo menos um ambiente do projeto."
    ),
    "promob.nothing_to_budget": _refused(
        "O ambiente {name} ainda não tem versão nem itens manuais, ou é uma ocorrência de assistência técnica.",
        "Prepare o ambiente no Promob ou inclua itens; ocorrências não entram em orçamentos.",
    ),
    "promob.out_of_date": _refused(
        "Há ambientes desatualizados: {name}.",
        "Atualize cada um deles; onde a notificação pedir, use antes Preparar para Negociação no Promob.",
    ),
    "promob.budget_superseded": _refused(
        "O orçamento não vale mais para estes ambientes, que mudaram depois dele: {name}.",
        "Gere um novo orçamento do projeto e aprove esse.",
    ),
    "promob.budget_expired": _refused(
        "O orçamento {number} venceu em {day}.", "Gere um novo orçamento do projeto e aprove esse."
    ),
    "promob.budget_decided": _refused(
        "O orçamento {number} já foi aprovado, ou a sua aprovação foi desfeita.",
        "Gere um novo orçamento do projeto, se precisar de outra aprovação.",
    ),
    "promob.budget_unknown": _refused(
        "Não há orçamento com esta identificação.", "Confira a identificação na lista de orçamentos."
    ),
    "promob.discount_unapproved": _refused(
        "O desconto destes ambientes passa do limite e não foi liberado por um gerente: {name}.",
        "Peça a liberação a um gerente, ou diminua o desconto.",
    ),
    "promob.converted_before": _refused(
        "Já foram convertidos estes ambientes: {name}.", "Se a conversão estiver errada, desfaça-a antes da revisão."
    ),
    "promob.not_converted": _refused(
        "O ambiente {name} não está convertido.",
        "Confira o ambiente; só se desfaz a conversão de um orçamento aprovado.",
    ),
    "promob.revision_begun": _refused(
        "O contrato do projeto já foi liberado para a revisão.",
        "O que mudou entra na revisão; ambientes novos pedem outro projeto.",
    ),
    "promob.nothing_converted": _refused(
        "O projeto não tem nenhum ambiente convertido.", "Aprove um orçamento antes de liberar a revisão."
    ),
    "promob.not_released": _refused(
        "O contrato do projeto ainda não foi liberado para a revisão.",
        "Faça a liberação financeira do projeto primeiro.",
    ),
    "promob.not_accessed": _refused(
        "O revisor ainda não acessou a revisão do projeto.",
        "Acesse a revisão e atualize cada ambiente antes de concluir.",
    ),
    "promob.not_reviewed": _refused(
        "Estes ambientes ainda não foram atualizados na revisão: {name}.",
        "Atualize cada um deles; onde nada mudou, a atualização apenas confirma.",
    ),
    "promob.revision_concluded": _refused(
        "A revisão do projeto foi concluída e os pedidos de compra foram gerados; nenhuma alteração é mais aceita.",
        "Para o que ainda precisar mudar, abra uma assistência técnica.",
    ),
    "promob.not_revised": _refused(
        "A assistência técnica do ambiente {name} só pode ser aberta depois de concluída a revisão do projeto.",
        "Conclua a revisão do projeto primeiro.",
    ),
    "promob.not_in_promob": _refused(
        "O ambiente {name} não está no Promob.",
        "Aguarde a criação do ambiente no Promob; o motivo de uma falha aparece no ambiente.",
    ),
    "promob.item_unknown": _refused(
        "O ambiente não tem item manual com esta identificação.",
        "Confira a identificação na lista de itens; itens do Promob só mudam no Promob.",
    ),
    "promob.too_many_items": _refused(
        "O ambiente já tem {most} itens manuais, e não cabem mais.",
        "Junte itens iguais em um só, com a quantidade, ou crie outro ambiente.",
    ),
    "promob.no_occurrence": _refused(
        "O ambiente {name} não é uma ocorrência de assistência técnica.",
        "Abra uma assistência técnica do ambiente revisado primeiro.",
    ),
    "promob.version_unknown": _refused(
        "O ambiente não tem versão com este número.", "Confira o número na lista de versões."
    ),
    "promob.too_many_suppliers": _refused(
        "Os itens da revisão têm {number} fornecedores; cabem no máximo {most} pedidos de compra em um projeto.",
        "Divida os ambientes em mais de um projeto.",
    ),
}
