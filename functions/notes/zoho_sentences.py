"""What the client of Zoho CRM, and its part of the test of a connection, say."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _mend(sentence: str, advice: str) -> Answer:
    return Answer(Retry.STOP, Fault.PERSON, sentence, advice)


def _correct(sentence: str, advice: str) -> Answer:
    """One record is left as it is."""
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


def _again(sentence: str, advice: str) -> Answer:
    return Answer(Retry.NEXT_RUN, Fault.PERSON, sentence, advice)


_AUTHORIZE = (
    "No console de API do Zoho (api-console), gere uma nova autorização com os escopos pedidos e grave o Refresh "
    "Token na conexão."
)

ZOHO: Answers = {
    "notes.crm_data_centre_unknown": _mend(
        "O data center do Zoho informado na conexão não existe.",
        "Escolha um destes: {data_centres}.",
    ),
    "notes.crm_data_centre_wrong": _mend(
        "A conta do Zoho CRM fica no data center {actual}, e a conexão está configurada para {data_centre}.",
        "Troque o data center da conexão para {actual}.",
    ),
    "notes.crm_client_unknown": _mend(
        "O Zoho ({host}) não conhece o Client ID da conexão no data center {data_centre}.",
        "Veja em que endereço você entra no Zoho (por exemplo, zoho.com ou zoho.eu) e escolha o data center dele; se "
        "já for este, confira o Client ID no console de API do Zoho.",
    ),
    "notes.crm_secret_wrong": _mend(
        "O Zoho ({host}) não aceitou o Client Secret da conexão.",
        "Copie-o de novo do console de API do Zoho, do mesmo cliente que o Client ID, e grave a conexão.",
    ),
    "notes.crm_token_revoked": _mend(
        "O Zoho ({host}, data center {data_centre}) não aceitou o Refresh Token da conexão: a autorização foi "
        "revogada, venceu, ou foi dada em outro data center.",
        _AUTHORIZE,
    ),
    "notes.crm_token_refused": _mend(
        "O Zoho CRM ({host}) não aceitou o token de acesso que o próprio Zoho acabou de dar.",
        "Confira se o usuário que autorizou a conexão ainda está ativo no Zoho CRM; depois, gere uma nova "
        "autorização no console de API do Zoho.",
    ),
    "notes.crm_scope_missing": _mend(
        "A autorização do Zoho CRM não inclui {place}: falta o escopo {scope}.",
        _AUTHORIZE,
    ),
    "notes.crm_permission_missing": _mend(
        "O usuário que autorizou a conexão não tem, no Zoho CRM, permissão para esta operação em {place}.",
        "No Zoho CRM, em Configurar > Segurança > Perfis, dê ao perfil dele acesso ao módulo, ou gere a autorização "
        "com um administrador.",
    ),
    "notes.crm_api_off": _mend(
        "O acesso pela API do Zoho CRM não está habilitado para o usuário que autorizou a conexão ({place}).",
        "No Zoho CRM, em Configurar > Segurança > Perfis, habilite o acesso à API no perfil dele; se não houver essa "
        "opção, a edição contratada do Zoho CRM não tem API.",
    ),
    "notes.crm_module_missing": _mend(
        "O Zoho CRM não tem o módulo {place}, ou ele está oculto.",
        "No Zoho CRM, em Configurar > Personalização > Módulos e Campos, mostre o módulo, ou desligue-o nas "
        "Configurações de Sincronização.",
    ),
    "notes.crm_fields_missing": _mend(
        "O módulo {place} do Zoho CRM não tem os campos {fields}.",
        "Confira os nomes de API em Configurar > Espaço do Desenvolvedor > APIs do Zoho CRM, e os que a conexão "
        "configura; o usuário que autorizou a conexão também precisa poder vê-los.",
    ),
    "notes.crm_private_unset": _correct(
        "Não é possível verificar quais registros de {place} são privados no Zoho CRM: a conexão não diz em que campo "
        "isso está.",
        "Crie no módulo um campo do tipo caixa de seleção e informe o nome de API dele na conexão; sem ele, nenhum "
        "registro do Zoho CRM é tido por privado.",
    ),
    "notes.crm_private_unusable": _correct(
        "Não é possível verificar quais registros de {place} são privados no Zoho CRM: o campo {fields} não existe ou "
        "não é uma caixa de seleção.",
        "Informe na conexão o nome de API de um campo do tipo caixa de seleção.",
    ),
    "notes.crm_credits_used": Answer(
        Retry.PUT_OFF,
        Fault.PERSON,
        "Os créditos de API do Zoho CRM das últimas 24 horas acabaram.",
        "A sincronização continua sozinha quando houver créditos; se acontecer com frequência, sincronize menos vezes "
        "por dia ou contrate mais créditos.",
    ),
    "notes.crm_listing_expired": Answer(
        Retry.STOP,
        Fault.OURS,
        "A leitura de {place} no Zoho CRM ficou parada por mais de 24 horas, e o Zoho não a continua.",
        "A próxima sincronização lê do começo; não é preciso fazer nada.",
    ),
    "notes.crm_too_many": _mend(
        "O Zoho CRM não lista tantos registros de {place} de uma vez.",
        "Arquive no Zoho CRM os registros antigos que não precisam ser sincronizados.",
    ),
    "notes.crm_record_changed": _again(
        "O registro foi alterado no Zoho CRM enquanto era sincronizado.",
        "A próxima sincronização o lê de novo; não é preciso fazer nada.",
    ),
    "notes.crm_record_gone": _again(
        "O registro não existe mais no Zoho CRM.",
        "A próxima sincronização trata a exclusão; não é preciso fazer nada.",
    ),
    "notes.crm_record_failed": Answer(
        Retry.NEXT_RUN,
        Fault.VENDOR,
        "O Zoho CRM teve um erro interno ao gravar o registro ({reason}).",
        "A próxima sincronização tenta de novo; não é preciso fazer nada.",
    ),
    "notes.crm_record_locked": _correct(
        "O registro está bloqueado no Zoho CRM, ou espera uma aprovação ou revisão ({reason}).",
        "Desbloqueie-o ou conclua a aprovação no Zoho CRM; a próxima sincronização tenta de novo.",
    ),
    "notes.crm_record_forbidden": _correct(
        "O usuário que autorizou a conexão não pode gravar este registro no Zoho CRM ({reason}).",
        "Dê a ele acesso ao registro nas regras de compartilhamento do Zoho CRM.",
    ),
    "notes.crm_field_mandatory": _correct(
        "O Zoho CRM exige o campo {field}, que o registro não preenche.",
        "Preencha-o na origem; se não houver esse campo no IBM Notes, deixe-o facultativo no Zoho CRM.",
    ),
    "notes.crm_duplicate": _correct(
        "O Zoho CRM já tem outro registro com o mesmo valor no campo {field}, que não pode se repetir.",
        "Junte os dois registros no Zoho CRM, ou corrija um deles.",
    ),
    "notes.crm_value_refused": _correct(
        "O Zoho CRM não aceitou o valor do campo {field} ({reason}).",
        "Corrija o campo na origem; a próxima sincronização tenta de novo.",
    ),
    "notes.crm_record_refused": _correct(
        "O Zoho CRM não aceitou o registro ({reason}).",
        "Confira o registro na origem e as regras de validação no Zoho CRM; a próxima sincronização tenta de novo.",
    ),
}
