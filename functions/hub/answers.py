"""What the hub's routes can run into, beside what every route can."""

from __future__ import annotations

from hub import privacy, record_values
from sincronia.answers import Answers
from sincronia.web.answers import ANSWERS as WEB
from sincronia.web.answers import refused

ANSWERS: Answers = {
    **WEB,
    **record_values.ANSWERS,
    **privacy.ANSWERS,
    "sign_in_malformed": refused(
        422,
        "Não foi possível entrar",
        "Isto não é um token de integração do Sincronia.",
        "Confira se ele foi copiado por inteiro, desde sin_, sem espaços.",
    ),
    "token_not_found": refused(
        404,
        "Não encontrado",
        "Não há token de integração com esta identificação.",
        "Confira a identificação em GET /tokens.",
    ),
    "notification_not_found": refused(
        404,
        "Não encontrado",
        "Não há notificação com esta identificação nesta conexão; elas são guardadas por 400 dias.",
        "Confira a identificação em GET /notifications.",
    ),
}
