"""What is said of webhooks: why one is not let in, and how one is sent."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.answers import Fault, Retry
from sincronia.web import answers
from sincronia.web.answers import WebAnswer, refused

_UNAUTHENTICATED, _TOO_LARGE, _UNSUPPORTED = "Não autenticado", "Corpo grande demais", "Formato não aceito"

ANSWERS: Mapping[str, WebAnswer] = {
    "method_unknown": answers.ANSWERS["method_unknown"],
    "webhook_unknown": refused(
        404,
        "Não encontrado",
        "Não há nada neste endereço.",
        "Confira se o endereço do webhook foi copiado por inteiro da conexão.",
    ),
    "webhook_too_large": refused(
        413,
        _TOO_LARGE,
        "O corpo do webhook passa de {limit}.",
        "Envie só o que identifica o registro; o resto é lido na origem.",
    ),
    "webhook_packed_too_large": refused(
        413,
        _TOO_LARGE,
        "O corpo do webhook passa de {limit}.",
        "Envie-o comprimido, com o cabeçalho Content-Encoding: gzip; se já está, divida o que ele traz.",
    ),
    "webhook_unpacked_too_large": refused(
        413,
        _TOO_LARGE,
        "O corpo do webhook, depois de descomprimido, passa de {limit}.",
        "Divida o que ele traz.",
    ),
    "webhook_type_unsupported": refused(
        415,
        _UNSUPPORTED,
        "O corpo do webhook não veio como JSON nem como formulário.",
        "Use o cabeçalho Content-Type: application/json ou application/x-www-form-urlencoded.",
    ),
    "webhook_json_expected": refused(
        415,
        _UNSUPPORTED,
        "O corpo do webhook não veio como JSON.",
        "Use o cabeçalho Content-Type: application/json.",
    ),
    "webhook_encoding_unsupported": refused(
        415,
        _UNSUPPORTED,
        "O corpo do webhook veio com um Content-Encoding que não é aceito aqui.",
        "Envie-o sem compressão; onde o corpo é grande, também vale Content-Encoding: gzip.",
    ),
    "webhook_without_secrets": refused(
        401,
        _UNAUTHENTICATED,
        "A conexão não tem segredo de webhook, e sem ele nenhum webhook é aceito.",
        "Grave o segredo na conexão, no campo webhook_secrets, e no sistema que envia. Um segredo gravado há pouco "
        "pode levar 5 minutos para valer.",
    ),
    "webhook_unsigned": refused(
        401,
        _UNAUTHENTICATED,
        "O webhook veio sem assinatura e sem o segredo.",
        "Assine-o (Standard Webhooks), ou envie o segredo em Authorization: Bearer, em X-Webhook-Secret ou no campo "
        "token do corpo.",
    ),
    "webhook_signature_missing": refused(
        401,
        _UNAUTHENTICATED,
        "O webhook veio sem assinatura.",
        "Assine-o conforme Standard Webhooks, com um dos segredos gravados no campo webhook_secrets da conexão.",
    ),
    "webhook_signature_wrong": refused(
        401,
        _UNAUTHENTICATED,
        "A assinatura do webhook não confere, ou o horário dela está a mais de 5 minutos do atual.",
        "Confira o segredo e o relógio do sistema que envia; a assinatura vale para o corpo exato que foi enviado.",
    ),
    "webhook_secret_wrong": refused(
        401,
        _UNAUTHENTICATED,
        "O segredo que veio com o webhook não é o da conexão.",
        "Confira se ele foi copiado por inteiro. Um segredo trocado há pouco pode levar 5 minutos para valer.",
    ),
    "webhook_malformed": refused(
        400,
        "Requisição inválida",
        "O corpo do webhook não é um objeto JSON válido em UTF-8, nem um formulário.",
        "Corrija o corpo e envie de novo.",
    ),
    "webhook_json_malformed": refused(
        400,
        "Requisição inválida",
        "O corpo do webhook não é um objeto JSON válido em UTF-8.",
        "Corrija o corpo e envie de novo; se veio comprimido, confira se o gzip está inteiro.",
    ),
    "webhook_record_missing": refused(
        422,
        "Registro não identificado",
        "O corpo do webhook não diz, ou não diz sem dúvida, de que registro se trata.",
        "Envie {fields}.",
    ),
    "webhook_connection_unknown": refused(
        404,
        "Não encontrado",
        "A conexão deste endereço não existe mais, ou o endereço não é o dela.",
        "Use o endereço de webhook que a conexão mostra.",
    ),
    "webhook_connection_disabled": refused(
        409,
        "Conexão desativada",
        "A conexão está desativada, e o webhook não foi aceito.",
        "Ative a conexão; a conferência periódica encontra o que mudou enquanto isso.",
    ),
    "webhook_not_queued": WebAnswer(
        Retry.NEXT_RUN,
        Fault.OURS,
        "O webhook não pôde ser guardado por uma falha interna.",
        "Envie-o de novo em instantes, como diz o cabeçalho Retry-After.",
        503,
        "Indisponível",
    ),
}

_CHANGING_SECRETS = (
    "Para trocar o segredo sem perder nada, grave o novo ao lado do antigo, separados por um espaço, mude o sistema "
    "que envia depois de 5 minutos, e só então retire o antigo. O que se grava ou se retira vale em até 5 minutos."
)
HOW_TO_SEND = (
    "POST com JSON ou formulário. Assine conforme Standard Webhooks com um dos segredos de webhook_secrets; se o "
    "sistema não assina, envie o segredo em Authorization: Bearer, em X-Webhook-Secret ou no campo token do corpo. "
    + _CHANGING_SECRETS
)
HOW_TO_SIGN = (
    "POST com JSON, que pode vir comprimido (Content-Encoding: gzip). Assine os bytes enviados conforme Standard "
    "Webhooks, com um dos segredos de webhook_secrets. " + _CHANGING_SECRETS
)
