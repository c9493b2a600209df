"""What the API itself answers with where it can't do what was asked: code → status, title, sentence, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sincronia.answers import Answer, Fault, Retry

PROBLEM_JSON = "application/problem+json"
BODY_LIMIT = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class WebAnswer(Answer):
    """An answer with its HTTP status and the short title of its problem."""

    status: int
    title: str


def refused(status: int, title: str, sentence: str, advice: str) -> WebAnswer:
    """The answer to a request that its caller has to change."""
    return WebAnswer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice, status, title)


_AUTHENTICATION = "Não autenticado"
_INVALID = "Requisição inválida"

ANSWERS: Mapping[str, WebAnswer] = {
    "token_missing": refused(
        401,
        _AUTHENTICATION,
        "A requisição não traz um token de integração.",
        "Envie o cabeçalho Authorization: Bearer <token>.",
    ),
    "token_malformed": refused(
        401,
        _AUTHENTICATION,
        "O que veio no cabeçalho Authorization não é um token de integração do Sincronia.",
        "Confira se o token foi copiado por inteiro, sem espaços, depois de “Bearer ”.",
    ),
    "token_unknown": refused(
        401,
        _AUTHENTICATION,
        "O token de integração não existe.",
        "Peça um token novo a um administrador.",
    ),
    "token_expired": refused(
        401,
        _AUTHENTICATION,
        "O token de integração venceu.",
        "Peça um token novo a um administrador.",
    ),
    "token_revoked": refused(
        401,
        _AUTHENTICATION,
        "O token de integração foi revogado.",
        "Peça um token novo a um administrador.",
    ),
    "session_ended": refused(
        401,
        _AUTHENTICATION,
        "A sua sessão terminou.",
        "Entre de novo, em /sign-in, com um token de integração que esteja valendo.",
    ),
    "form_untrusted": refused(
        403,
        "Envio não confirmado",
        "O envio não veio de uma página aberta nesta sessão, e por isso nada foi feito.",
        "Recarregue a página e envie de novo.",
    ),
    "role_insufficient": refused(
        403,
        "Sem permissão",
        "Esta operação pede um token com o papel {needed}, e o seu tem o papel {role}.",
        "Use um token com esse papel ou peça a um administrador.",
    ),
    "path_unknown": refused(
        404,
        "Não encontrado",
        "Não há nada neste endereço.",
        "Confira o caminho; GET /openapi.json lista os que existem.",
    ),
    "method_unknown": refused(
        405,
        "Método não permitido",
        "Este endereço existe, mas não aceita este método.",
        "Use um dos métodos do cabeçalho Allow da resposta.",
    ),
    "body_too_large": refused(
        413,
        "Corpo grande demais",
        "O corpo da requisição passa de 1 MB.",
        "Divida o pedido em partes menores.",
    ),
    "content_type_unsupported": refused(
        415,
        "Formato não aceito",
        "O corpo da requisição não veio como JSON.",
        "Envie JSON em UTF-8, com o cabeçalho Content-Type: application/json.",
    ),
    "body_malformed": refused(
        400,
        _INVALID,
        "O corpo da requisição não é um texto JSON válido em UTF-8.",
        "Corrija o texto e envie de novo.",
    ),
    "cursor_invalid": refused(
        400,
        _INVALID,
        "O cursor da lista não vale para esta consulta.",
        "Use o valor de next da página anterior, com os mesmos filtros, ou comece sem cursor.",
    ),
    "request_invalid": refused(
        422,
        _INVALID,
        "A requisição tem campos que precisam de correção: {wrong}.",
        "Corrija e envie de novo.",
    ),
    "idempotency_key_invalid": refused(
        400,
        _INVALID,
        "O cabeçalho Idempotency-Key não tem a forma esperada.",
        "Use de 1 a 128 caracteres ASCII visíveis, como um UUID.",
    ),
    "idempotency_key_reused": refused(
        422,
        "Chave já usada",
        "Esta Idempotency-Key já foi usada com outro conteúdo.",
        "Use uma chave nova para cada pedido diferente.",
    ),
    "idempotency_in_progress": refused(
        409,
        "Em andamento",
        "O primeiro pedido com esta Idempotency-Key ainda está em andamento.",
        "Aguarde alguns segundos e repita o pedido.",
    ),
    "unexpected": WebAnswer(
        Retry.NEXT_RUN,
        Fault.OURS,
        "O Sincronia não conseguiu atender o pedido por uma falha interna.",
        "Tente de novo em instantes; se acontecer outra vez, avise o suporte do Sincronia.",
        500,
        "Falha interna",
    ),
}

ROLES = {
    "reader": "leitor (reader)",
    "operator": "operador (operator)",
    "administrator": "administrador (administrator)",
}

FIELD_CODES: Mapping[str, str] = {  # pydantic's kinds of error → ours; its own texts are English and may quote input
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "query_unknown": "field_unknown",
    "query_repeated": "field_repeated",
    "enum": "field_not_listed",
    "literal_error": "field_not_listed",
    "string_too_short": "field_too_short",
    "string_too_long": "field_too_long",
    "too_short": "field_too_short",
    "too_long": "field_too_long",
    "greater_than": "field_too_small",
    "greater_than_equal": "field_too_small",
    "less_than": "field_too_large",
    "less_than_equal": "field_too_large",
    "string_pattern_mismatch": "field_malformed",
    "period_empty": "field_too_small",
}

_NUMBER = "deve ser um número inteiro"
_TEXT = "deve ser um texto"
_OBJECT = "deve ser um objeto JSON, entre chaves"
_LIST = "deve ser uma lista JSON, entre colchetes"
_TRUTH = "deve ser true ou false"
FIELD_SENTENCES: Mapping[str, str] = {  # by pydantic's kind of error; the placeholders are its limits, never its input
    "missing": "falta este campo",
    "extra_forbidden": "tem um campo que não existe",
    "query_repeated": "veio mais de uma vez",
    "period_empty": "deve vir depois do início do período, e o início não pode estar no futuro",
    "query_unknown": "há na consulta um parâmetro que não existe aqui",
    "enum": "deve ser {expected}",
    "literal_error": "deve ser {expected}",
    "string_too_short": "deve ter no mínimo {min_length} caracteres",
    "string_too_long": "deve ter no máximo {max_length} caracteres",
    "too_short": "deve ter no mínimo {min_length} itens",
    "too_long": "deve ter no máximo {max_length} itens",
    "greater_than": "deve ser maior que {gt}",
    "greater_than_equal": "deve ser no mínimo {ge}",
    "less_than": "deve ser menor que {lt}",
    "less_than_equal": "deve ser no máximo {le}",
    "string_pattern_mismatch": "não tem a forma esperada",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "float_type": "deve ser um número",
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "value_error": "{error}",  # a rule of our own models, whose text is a Portuguese sentence
}
FIELD_OTHERWISE = ("field_invalid", "tem um valor inválido")
