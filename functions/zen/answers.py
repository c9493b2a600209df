"""What Zen's flows can run into, beside what every integration shares."""

from __future__ import annotations

from sincronia import identities
from sincronia.answers import COMMON, Answer, Answers, Fault, Retry

_AS_QUESTOR_SAYS = (
    "(no Questor, uma Chave de Acesso vazia ou incorreta também aparece como “Host not Found - Socket Error #11001”)"
)
_KEY_AGAIN = (
    "Obtenha a chave novamente com um usuário que tenha permissão de Administrador (no Zen: Minha Conta > Token API "
    "Questor Zen) e atualize-a na conexão."
)
_NEXT = "a próxima sincronização o envia."


def _stop(sentence: str, advice: str, fault: Fault = Fault.PERSON) -> Answer:
    """The whole run ends."""
    return Answer(Retry.STOP, fault, sentence, advice)


def _correct(sentence: str, advice: str) -> Answer:
    """One record is rejected, until a person has corrected it."""
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


_CONNECTION: Answers = {
    "zen.access_key_refused": _stop(f"O Zen recusou a Chave de Acesso (TOKEN) {_AS_QUESTOR_SAYS}.", _KEY_AGAIN),
    "zen.access_key_missing": _stop(
        f"A Chave de Acesso (TOKEN) do Zen não está preenchida na conexão {_AS_QUESTOR_SAYS}.", _KEY_AGAIN
    ),
    "zen.administrator_key_missing": _stop(
        "O usuário 0 – Administrador está sem o campo Chave de Acesso preenchido, e nada pode ser sincronizado sem "
        f"ela {_AS_QUESTOR_SAYS}.",
        "Acesse o Zen com um usuário que tenha permissão de Administrador, vá em Minha Conta, clique no botão Token "
        "API Questor Zen, copie a chave, cole-a no campo Chave de Acesso do cadastro do usuário 0 – Administrador e "
        "clique em Salvar; depois, informe-a também na conexão.",
    ),
    "zen.questor_query_missing": _stop(
        "Esta versão do Questor não oferece o objeto {query}, por onde os cadastros são lidos ou corrigidos.",
        "Atualize o Questor; se já estiver atualizado, avise o suporte do Sincronia.",
        Fault.VENDOR,
    ),
    "zen.questor_query_refused": _stop(
        "O Questor respondeu com um erro à consulta {query}.",
        "Confira os filtros da sincronização; se estiverem certos, avise o suporte do Sincronia.",
        Fault.VENDOR,
    ),
    "zen.selector_invalid": _stop(
        "O filtro {field} não pôde ser entendido na posição {position}{piece}.",
        "Use códigos de até 9 algarismos: “..” para uma sequência, do menor para o maior (1..10) ou sem fim (1..), e "
        "“;” entre códigos ou sequências (1;3;9).",
    ),
    "zen.branch_is_head_office": _stop(
        "O filtro Filial só tem o código 1, que é a matriz: ela é sincronizada como a própria empresa.",
        "Informe códigos de filiais a partir de 2, ou deixe o filtro vazio para sincronizar todas.",
    ),
}

_PEOPLE: Answers = {
    "zen.email_missing": _correct(
        "O usuário de código {code} não tem e-mail informado no Questor.",
        f"Informe o e-mail no cadastro do usuário; {_NEXT}",
    ),
    "zen.email_invalid": _correct(
        "O e-mail do usuário de código {code} não é um endereço válido no Questor.",
        f"Corrija o e-mail no cadastro do usuário; {_NEXT}",
    ),
    "zen.email_shared": _correct(
        "O usuário de código {code} tem o mesmo e-mail que o usuário de código {others} no Questor.",
        "Deixe cada usuário com o seu próprio e-mail; a próxima sincronização os envia.",
    ),
    "zen.email_taken": _correct(
        "Já existe no Zen outro usuário com o e-mail deste cadastro.",
        "Confira o e-mail em Configurações > Usuários do Escritório, no Zen, e no cadastro do usuário, no Questor; "
        "a próxima sincronização tenta de novo.",
    ),
    "zen.employee_email_missing": _correct(
        "O empregado do contrato {code} (empresa/contrato) não tem e-mail informado no Questor, e é por ele que "
        "recebe o acesso ao Zen.",
        f"Informe o e-mail no cadastro do empregado; {_NEXT}",
    ),
    "zen.employee_email_invalid": _correct(
        "O e-mail do empregado do contrato {code} (empresa/contrato) não é um endereço válido no Questor.",
        f"Corrija o e-mail no cadastro do empregado; {_NEXT}",
    ),
    "zen.employee_shared": _correct(
        "O contrato {code} (empresa/contrato) tem o mesmo CPF que o contrato {others} da mesma empresa.",
        "Encerre no Questor o contrato que não vale mais ou corrija o CPF; a próxima sincronização envia o que ficar.",
    ),
    "zen.employee_taken": _correct(
        "Já existe no Zen outro usuário do cliente com o CPF deste contrato na mesma empresa.",
        "Confira o CPF em Configurações > Usuários do Cliente, no Zen, e no cadastro do empregado, no Questor; "
        "a próxima sincronização tenta de novo.",
    ),
    "zen.partner_email_invalid": _correct(
        "O e-mail do sócio {code} (empresa/sócio) não é um endereço válido no Questor.",
        f"Corrija o e-mail no cadastro do sócio, ou deixe-o vazio; {_NEXT}",
    ),
    "zen.partner_shared": _correct(
        "O sócio {code} (empresa/sócio) tem o mesmo CPF ou CNPJ que o sócio {others} da mesma empresa.",
        "Deixe um só cadastro para cada sócio no Questor; a próxima sincronização o envia.",
    ),
    "zen.partner_taken": _correct(
        "Já existe no Zen outro sócio com o CPF ou CNPJ deste cadastro na mesma empresa.",
        "Confira o sócio no Zen (CRM > Listar) e no Questor; a próxima sincronização tenta de novo.",
    ),
    "zen.tareffa_user_taken": _correct(
        "Já existe no Tareffa outro usuário com o e-mail deste cadastro.",
        "Confira o e-mail no Tareffa e no cadastro do usuário, no Questor; a próxima sincronização tenta de novo.",
    ),
}

_COMPANIES: Answers = {
    "zen.tax_regime_missing": _correct(
        "A empresa de código {code} está sem o regime tributário informado no Questor, e sem ele o Tareffa não a "
        "recebe.",
        f"Informe o regime tributário no cadastro da empresa; {_NEXT}",
    ),
    "zen.cnpj_shared": _correct(
        "A empresa de código {code} tem o mesmo CNPJ que a empresa de código {others} no Questor.",
        "Deixe cada empresa com o seu próprio CNPJ; a próxima sincronização as envia.",
    ),
    "zen.company_taken": _correct(
        "Já existe no Zen outra empresa com o CNPJ deste cadastro.",
        "Confira o CNPJ no Zen (CRM > Listar) e no cadastro da empresa, no Questor; a próxima sincronização tenta de "
        "novo.",
    ),
    "zen.tareffa_company_taken": _correct(
        "Já existe no Tareffa outra empresa com o CNPJ deste cadastro.",
        "Confira o CNPJ no Tareffa e no cadastro da empresa, no Questor; a próxima sincronização tenta de novo.",
    ),
    "zen.company_missing": _correct(
        "O Zen não tem a empresa a que este cadastro pertence.",
        "Sincronize a empresa com a opção Enviar também os sincronizados, que a cria de novo no Zen, e depois este "
        "cadastro.",
    ),
    "zen.company_cnpj_invalid": _correct(
        "O cadastro {code} pertence à empresa de código {company}, cujo CNPJ está vazio ou não é válido no Questor.",
        "Corrija o CNPJ no cadastro da empresa; a próxima sincronização a envia, e o que pertence a ela.",
    ),
    "zen.branch_shared": _correct(
        "A filial {code} (empresa/filial) tem o mesmo CNPJ que a filial {others} no Questor.",
        "Deixe cada filial com o seu próprio CNPJ; a próxima sincronização as envia.",
    ),
    "zen.branch_taken": _correct(
        "Já existe no Zen outra filial com o CNPJ deste cadastro.",
        "Confira o CNPJ no Zen (CRM > Listar) e no cadastro da filial, no Questor; a próxima sincronização tenta de "
        "novo.",
    ),
    "zen.classification_shared": _correct(
        "O organograma {code} (empresa/organograma) tem a mesma classificação que o organograma {others} da mesma "
        "empresa.",
        "Deixe cada organograma com a sua própria classificação; a próxima sincronização os envia.",
    ),
    "zen.classification_taken": _correct(
        "Já existe no Zen outro organograma com a classificação deste cadastro na mesma empresa.",
        "Confira a classificação no Zen e no Questor; a próxima sincronização tenta de novo.",
    ),
}

_CORRECTIONS: Answers = {
    "zen.not_correctable": _correct(
        "Este cadastro não pode ser corrigido por aqui.", "Corrija-o no Questor e faça a prévia de novo."
    ),
    "zen.correction_empty": _correct("Nenhum campo foi corrigido.", "Informe pelo menos um campo."),
    "zen.correction_invalid": _correct(
        "O campo {field} não pode ser corrigido para esse valor.", "Confira o valor e tente de novo."
    ),
    "zen.correction_refused": _correct(
        "O Questor não aceitou a correção, e o cadastro ficou como estava.",
        "Confira os valores e se o cadastro ainda existe no Questor; se preferir, corrija-o lá.",
    ),
    "zen.record_gone": _correct(
        "O cadastro {code} não está mais no Questor.", "Faça a prévia de novo para ver os cadastros de agora."
    ),
}

ANSWERS: Answers = {
    **COMMON,
    **identities.ANSWERS,
    **_CONNECTION,
    **_PEOPLE,
    **_COMPANIES,
    **_CORRECTIONS,
}
