"""What ASMS's integration can run into, beside what every integration shares."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.answers import COMMON, Answer, Answers, Fault, Retry
from sincronia.web.answers import WebAnswer, refused

_UNKNOWN = "Não encontrado"
_CONFLICT = "Não é possível agora"
_INVALID = "Requisição inválida"

# What its routes refuse.
REFUSALS: Mapping[str, WebAnswer] = {
    "asms.user_unknown": refused(
        404,
        _UNKNOWN,
        "Não há usuário com esta identificação nesta categoria do diretório.",
        "Confira a identificação na lista da categoria: clientes e especialistas têm listas separadas.",
    ),
    "asms.login_taken": refused(
        409,
        "Já existe",
        "O login {login} já é de outro usuário deste diretório; maiúsculas, acentos e espaços não o distinguem.",
        "Escolha outro login ou altere o do outro usuário.",
    ),
    "asms.user_changed": refused(
        409,
        _CONFLICT,
        "Outra pessoa alterou este usuário ao mesmo tempo, e a sua alteração não foi gravada.",
        "Leia o usuário de novo e repita a alteração.",
    ),
    "asms.too_many": refused(
        422,
        _INVALID,
        "Um usuário tem no máximo {most} {what}.",
        "Retire os que não são mais usados e tente de novo.",
    ),
    "asms.shift_empty": refused(
        422,
        _INVALID,
        "O turno termina (Até) no dia em que começa (Desde), ou antes dele.",
        "Informe em Até um dia depois de Desde.",
    ),
    "asms.shifts_overlap": refused(
        422,
        _INVALID,
        "O turno se sobrepõe a outro do mesmo especialista, de {since} até {until}.",
        "Mude os dias de um dos dois; um turno pode começar no dia em que o outro termina.",
    ),
}

# What doesn't keep anybody from being saved.
WARNINGS: Answers = {
    "asms.email_missing": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O usuário está sem e-mail, e as notificações não chegarão a ele.",
        "Informe um e-mail nos detalhes do usuário.",
    ),
    "asms.email_shared": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O e-mail também é de outros usuários deste diretório: {number}.",
        "Confira se eles devem mesmo receber as mesmas notificações.",
    ),
}

ANSWERS: Answers = {**COMMON, **WARNINGS, **REFUSALS}
