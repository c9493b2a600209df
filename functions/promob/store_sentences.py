"""What the store of projects, customers, stores and users says where something is another's, or is not there."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _refused(sentence: str, advice: str) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


STORE: Answers = {
    "promob.integrated_before": _refused(
        "O projeto do Promob já está integrado ao ambiente {name}.",
        "Use esse ambiente, ou escolha outro projeto do Promob.",
    ),
    "promob.document_taken": _refused(
        "O CPF ou CNPJ já é do cliente {name}.", "Use esse cliente, ou corrija o CPF ou CNPJ."
    ),
    "promob.customer_integrated_before": _refused(
        "O cliente do Promob já está integrado ao cliente {name}.",
        "Use esse cliente; se forem a mesma pessoa, confira o CPF ou CNPJ nos dois sistemas.",
    ),
    "promob.account_taken": _refused(
        "O AccountID já é da loja {name}.",
        "Cada loja tem a sua conta no Portal do Promob; confira o AccountID.",
    ),
    "promob.token_taken": _refused(
        "O token já é do usuário {name}.", "Use esse usuário, ou crie outro token para a outra pessoa."
    ),
    "promob.promob_user_taken": _refused(
        "O usuário do Promob já está vinculado ao usuário {name}.",
        "Cada pessoa usa o seu próprio usuário do Promob; confira o login.",
    ),
    "promob.customer_unknown": _refused(
        "Não há cliente com esta identificação.", "Confira a identificação na lista de clientes."
    ),
    "promob.store_unknown": _refused(
        "Não há loja com esta identificação.", "Confira a identificação na lista de lojas da conexão."
    ),
    "promob.user_unknown": _refused(
        "Não há usuário com esta identificação nas lojas da conexão.",
        "Confira a identificação na lista de usuários; um administrador cadastra quem ainda não está nela.",
    ),
    "promob.order_unknown": _refused(
        "Não há pedido de compra com esta identificação.", "Confira a identificação na lista de pedidos de compra."
    ),
    "promob.changed_meanwhile": Answer(
        Retry.PUT_OFF,
        Fault.OURS,
        "O cadastro foi alterado por outra pessoa ou pelo Promob ao mesmo tempo.",
        "Leia o cadastro de novo e repita o que queria fazer.",
    ),
    "promob.rules_changed": _refused(
        "As regras comerciais da loja foram alteradas por outra pessoa depois que foram lidas.",
        "Leia as regras de novo e repita a alteração.",
    ),
}
