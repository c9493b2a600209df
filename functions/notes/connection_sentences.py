"""What is said of a connection and its users before a vendor says anything."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry

PASSWORD_MISSING, USERS_NONE, NOT_TRIED = "notes.password_missing", "notes.users_none", "notes.not_tried"
OWNER_UNKNOWN = "notes.crm_owner_unknown"
WRITING_CUT = "notes.writing_cut"

CONNECTION: Answers = {
    PASSWORD_MISSING: Answer(
        Retry.STOP,
        Fault.PERSON,
        "A senha do IBM Notes de {user} não está guardada.",
        "Em Gerenciar Usuários, use Alterar Senha com o e-mail e a senha; os vínculos do usuário continuam como estão.",
    ),
    USERS_NONE: Answer(
        Retry.STOP,
        Fault.PERSON,
        "A conexão ainda não tem usuários, e sem eles o servidor Domino não pode ser testado.",
        "Cadastre em Gerenciar Usuários ao menos um usuário, com o e-mail e a senha do IBM Notes.",
    ),
    OWNER_UNKNOWN: Answer(
        Retry.STOP,
        Fault.PERSON,
        "O usuário do Zoho CRM escolhido para {user} não existe ou não está ativo.",
        "Escolha em Gerenciar Usuários o usuário do Zoho CRM a quem pertencem os registros dessa pessoa.",
    ),
    NOT_TRIED: Answer(
        Retry.NEXT_RUN,
        Fault.NETWORK,
        "Não houve tempo de testar tudo: {what}.",
        "Teste a conexão outra vez; se acontecer sempre, confira se o servidor está lento.",
    ),
    WRITING_CUT: Answer(
        Retry.PUT_OFF,
        Fault.OURS,
        "O tempo acabou no meio de uma gravação, e não se sabe o que foi gravado.",
        "A sincronização procura o que já existe e continua sozinha; não é preciso fazer nada.",
    ),
}
