"""What Zen's flows can run into, beside what every integration shares."""

from __future__ import annotations

from sincronia.answers import COMMON, Answer, Answers, Fault, Retry

ANSWERS: Answers = {
    **COMMON,
    "vendor_refused_token": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O {vendor} recusou a Chave de Acesso (no Questor, isso também aparece como “Host not Found - Socket Error "
        "#11001”).",
        "Obtenha a chave novamente com um usuário que tenha permissão de Administrador (no Zen: Minha Conta > Token "
        "API Questor Zen) e atualize-a na conexão.",
    ),
    "zen.administrator_key_missing": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O usuário 0 – Administrador está sem o campo Chave de Acesso preenchido, e nada pode ser sincronizado "
        "sem ela.",
        "Acesse o Zen com um usuário que tenha permissão de Administrador, vá em Minha Conta, clique no botão Token "
        "API Questor Zen, copie a chave, cole-a no campo Chave de Acesso do cadastro do usuário 0 – Administrador e "
        "clique em Salvar.",
    ),
    "zen.email_missing": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O usuário de código {code} não tem e-mail informado no Questor.",
        "Informe o e-mail no cadastro do usuário; a próxima sincronização o envia.",
    ),
    "zen.email_invalid": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O e-mail do usuário de código {code} não é um endereço válido no Questor.",
        "Corrija o e-mail no cadastro do usuário; a próxima sincronização o envia.",
    ),
    "zen.email_shared": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O usuário de código {code} tem o mesmo e-mail que o usuário de código {others} no Questor.",
        "Deixe cada usuário com o seu próprio e-mail; a próxima sincronização os envia.",
    ),
    "zen.email_taken": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "Já existe no Zen outro usuário com o e-mail deste cadastro.",
        "Confira o e-mail em Configurações > Usuários do Escritório, no Zen, e no cadastro do usuário, no Questor; "
        "a próxima sincronização tenta de novo.",
    ),
    "zen.questor_query_missing": Answer(
        Retry.STOP,
        Fault.VENDOR,
        "Esta versão do Questor não oferece a consulta {query}, de onde os cadastros são lidos.",
        "Atualize o Questor; se já estiver atualizado, avise o suporte do Sincronia.",
    ),
    "zen.questor_query_refused": Answer(
        Retry.STOP,
        Fault.VENDOR,
        "O Questor respondeu com um erro à consulta {query}.",
        "Confira os filtros da sincronização; se estiverem certos, avise o suporte do Sincronia.",
    ),
}
