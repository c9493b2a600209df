"""What is said of an event of Promob's that is not let in, and of what Promob is not told."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _refused(sentence: str, advice: str, fault: Fault = Fault.PERSON) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, fault, sentence, advice)


EVENTS: Answers = {
    "promob.event_malformed": _refused(
        "O aviso do Promob veio com o campo {field} vazio ou inválido.",
        "Avise o suporte do Promob; o que o aviso trazia não foi considerado.",
        Fault.VENDOR,
    ),
    "promob.body_gone": _refused(
        "O conteúdo do aviso não está mais guardado.",
        "Repita no Promob o que foi feito: salve o projeto, ou use Preparar para Negociação ou Negociar.",
    ),
    "promob.account_without_store": _refused(
        "Nenhuma loja da conexão tem o AccountID {account}, de que veio o aviso do Promob.",
        "Confira o AccountID na configuração da loja, ou cadastre a loja.",
    ),
    "promob.store_wrong": _refused(
        "O aviso do Promob veio da conta da loja {store}, e o que ele altera é de outra loja.",
        "Confira no Portal do Promob em que conta está o projeto ou o cliente.",
    ),
    "promob.project_not_integrated": _refused(
        "O projeto {promob_id} do Promob não está integrado a nenhum projeto daqui.",
        "Integre o projeto já existente no Promob a um projeto da loja; depois, use no Promob Preparar para Negociação "
        "ou Negociar.",
    ),
    "promob.store_not_active": _refused(
        "A integração da loja {name} com o Promob ainda não foi ativada.",
        "O responsável pela integração conclui a configuração da loja; a lista de pré-requisitos diz o que falta.",
    ),
    "promob.responsible_without_login": _refused(
        "O orçamento é do usuário {name} do Promob, que não está vinculado; se é o responsável pela integração, falta "
        "cadastrar aqui o login dele no Promob.",
        "Cadastre o usuário responsável na loja, com o login do Promob, ou peça que {name} se vincule; depois, prepare "
        "de novo no Promob.",
    ),
    "promob.user_not_linked": _refused(
        "O usuário {name} não está vinculado ao Promob nesta loja.",
        "Em Meu Perfil, use Vincular usuário Promob; depois de alterar a senha do Promob, vincule de novo.",
    ),
}
