"""What the routes of results, conflicts, meetings and links refuse."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.web.answers import WebAnswer, refused

_FORBIDDEN = "Sem permissão"
_UNKNOWN = "Não encontrado"
_CONFLICT = "Não é possível agora"

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
    "notes.mailbox_unnamed": refused(
        422,
        "Requisição inválida",
        "O seu token é de um administrador que não tem caixa postal na sincronização, e o pedido não diz de qual "
        "usuário ele é.",
        "Informe em user a identificação do usuário.",
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
