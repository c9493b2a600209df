"""What the client of Promob, and the test of a connection, say where something is not there or is not done."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _correct(sentence: str, advice: str) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


CLIENT: Answers = {
    "promob.webhook_secrets_missing": _correct(
        "A conexão não tem segredo de webhook, e por isso nada do que é salvo no Promob é aceito aqui.",
        "Grave um segredo na conexão, no campo webhook_secrets, e o mesmo no Portal do Promob.",
    ),
    "promob.credentials_wrong": _correct(
        "O Promob não reconheceu o login e a senha informados.",
        "Confira-os entrando no Promob e vincule o usuário de novo.",
    ),
    "promob.link_expired": _correct(
        "O vínculo do usuário com o Promob não vale mais, porque a senha dele no Promob foi alterada.",
        "Em Meu Perfil, use Vincular usuário Promob de novo, com a senha atual.",
    ),
    "promob.account_unknown": _correct(
        "O Portal do Promob não tem conta com o AccountID da loja, ou a chave da conexão não dá acesso a ela.",
        "Confira o AccountID na configuração da loja e, no Portal do Promob, de que contas é a chave.",
    ),
    "promob.customer_gone": _correct(
        "O cliente não existe mais no Promob.",
        "Confira o cliente no Promob; se foi excluído por engano, peça ao Promob que o recupere.",
    ),
    "promob.project_gone": _correct(
        "O projeto não existe mais no Promob.",
        "Confira a lista de projetos no Connect; se ele foi excluído por engano, peça ao Promob que o recupere.",
    ),
    "promob.version_gone": _correct(
        "O Promob não guarda mais o projeto como ele estava nesta versão.",
        "Abra a versão atual do ambiente.",
    ),
    "promob.customer_doubled": _correct(
        "O Promob tem {number} clientes que podem ser este, e não há como saber qual deles é: {ids}.",
        "Deixe no Promob um só deles; depois, repita este aviso.",
    ),
    "promob.project_doubled": _correct(
        "O Promob tem {number} projetos criados para este ambiente: {ids}.",
        "Deixe no Connect só o que está em uso; depois, repita este aviso.",
    ),
}
