"""What the routes of results, conflicts, meetings and links refuse, and what the panel of results points at."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.answers import Answer, Answers, Fault, Retry
from sincronia.web.answers import WebAnswer, refused

PRIVATE_UNCHECKED = "notes.crm_private_unchecked"
_FORBIDDEN = "Sem permissão"
_UNKNOWN = "Não encontrado"
_CONFLICT = "Não é possível agora"

PANEL: Answers = {
    PRIVATE_UNCHECKED: Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "{modules}: o Zoho CRM não tem um campo configurado que diga o que é privado, e por isso a regra de que dados "
        "privados do CRM não são sincronizados não pode ser verificada ali. No IBM Notes ela é verificada sempre.",
        "Crie no Zoho CRM uma caixa de seleção em cada um desses módulos e informe o nome de API dela nas configurações "
        "da conexão.",
    ),
}

HISTORY: Mapping[str, WebAnswer] = {
    "notes.mailbox_missing": refused(
        403,
        _FORBIDDEN,
        "O seu token não é de nenhum usuário da sincronização do IBM Notes.",
        "Peça a um administrador que o cadastre em Gerenciar Usuários, ou use o token de um administrador, que vê os "
        "dados de todos.",
    ),
    "notes.mailbox_of_other": refused(
        403,
        _FORBIDDEN,
        "Estes dados são da caixa postal de outro usuário, e cada um vê e altera só o que é da sua.",
        "Tire o usuário da consulta para ver os seus, ou peça a um administrador.",
    ),
    "notes.conflict_unknown": refused(
        404,
        _UNKNOWN,
        "Não há no histórico de conflitos um registro com esta identificação que você possa ver.",
        "Confira a identificação na lista de conflitos da conexão.",
    ),
    "notes.conflict_brought_back": refused(
        409,
        _CONFLICT,
        "Este conteúdo já foi devolvido em {at}, e nada foi feito de novo.",
        "Se o registro mudou outra vez, procure no histórico o registro dessa mudança.",
    ),
}
