"""The OpenAPI document: what each operation takes and all that it can answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sincronia.answers import Answers
from sincronia.web.answers import PROBLEM_JSON, WebAnswer
from sincronia.web.browsers import SAFE_METHODS

if TYPE_CHECKING:
    from sincronia.web.application import Application, Operation

VERSION = "1.0.0"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ERROR = {
    "type": "object",
    "required": ["field", "code", "detail"],
    "properties": {
        "field": {"type": "string", "description": "Caminho do campo, com pontos; vazio, a requisição toda."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_SCHEMA = {
    "type": "object",
    "description": "O que deu errado (RFC 9457). O código é estável; a frase é para pessoas.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "O que está errado, onde, e o que fazer."},
        "field": {"type": "string", "description": "Caminho do campo, com pontos, onde há um só."},
        "errors": {"type": "array", "items": _ERROR, "description": "Os campos, onde são vários."},
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repetido com a mesma chave em até 24 horas, o pedido age uma vez só e recebe a primeira resposta.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_REPLAYED = {
    "description": "true, onde esta é a resposta de antes.",
    "required": False,
    "schema": {"type": "string", "const": "true"},
}
_MESSAGE = {"application/json": {"schema": {"type": "object", "properties": {"message": {"type": "string"}}}}}
_BY_THE_GATEWAY = {  # API Gateway's own answers: the request never gets here, or its answer never leaves
    "429": {"description": "Requisições demais por segundo; tente de novo em instantes.", "content": _MESSAGE},
    "431": {"description": "O endereço e os cabeçalhos passam de 10.240 bytes.", "content": _MESSAGE},
    "503": {"description": "A resposta demorou mais de 30 segundos.", "content": _MESSAGE},
}
_ELSEWHERE = {
    "description": "A um navegador, em Location: onde entrar, se falta a sessão; onde continuar, de um formulário."
}
_DESCRIPTION = (
    "Conexões, execuções e notificações do Sincronia. Cada requisição traz um token de integração no cabeçalho "
    "Authorization; as páginas, no lugar dele, o cookie de uma sessão, e com ele o token de um formulário. "
    "Horários são ISO 8601 em UTC. As listas vêm por páginas: o valor de next é o cursor da seguinte."
)


def responses_of(operation: Operation, answers: Answers) -> dict[int, Any]:
    """Every response that an operation can give, as Powertools takes them; KeyError for an unknown code."""
    by_status: dict[int, list[str]] = {}
    for code in (*_own_codes(operation), *operation.refuses):
        answer = answers[code]
        by_status.setdefault(answer.status if isinstance(answer, WebAnswer) else 422, []).append(code)
    success: dict[str, Any] = {"description": operation.answered}
    if operation.status in (HTTPStatus.NO_CONTENT, HTTPStatus.SEE_OTHER):
        success["content"] = {}
    if operation.idempotent:
        success["headers"] = {"Idempotency-Replayed": _REPLAYED}
    problems = {
        status: {
            "description": ", ".join(f"`{code}`" for code in sorted(set(codes))),
            "content": {PROBLEM_JSON: {"schema": _PROBLEM}},
        }
        for status, codes in by_status.items()
    }
    return {operation.status: success, **dict(sorted(problems.items()))}


def _own_codes(operation: Operation) -> Iterable[str]:
    """The problems that an operation can have by what it takes."""
    yield from ("request_invalid", "unexpected")
    if operation.role is not None:
        yield from ("token_missing", "token_malformed", "token_unknown", "token_expired", "token_revoked")
        yield from ("session_ended", "role_insufficient")
        if operation.method not in SAFE_METHODS:
            yield "form_untrusted"
    if operation.idempotent:
        yield from ("idempotency_key_invalid", "idempotency_key_reused", "idempotency_in_progress")
    if operation.method in ("POST", "PATCH"):
        yield from ("body_malformed", "body_too_large", "content_type_unsupported")
    if "cursor" in operation.handler.__annotations__:
        yield "cursor_invalid"


def document(application: Application) -> dict[str, Any]:
    """The document of one function's routes."""
    found: dict[str, Any] = json.loads(
        application.resolver.get_openapi_json_schema(
            title="Sincronia", version=VERSION, openapi_version="3.1.0", description=_DESCRIPTION
        )
    )
    for operation in (each for each in application.operations if each.described):
        path = operation.path.replace("<", "{").replace(">", "}")
        described = found["paths"][path][operation.method.lower()]
        if operation.role is None:
            described["security"] = []
        else:
            described["security"] = [{"token": []}]
            described["description"] = f"Papel necessário: {operation.role.value}."
        if operation.idempotent:
            described.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        for parameter in described.get("parameters", ()):
            if parameter["schema"].get("default") == "":  # not given is all that it means
                del parameter["schema"]["default"]
        described["responses"] |= {**_for_browsers(operation, described["responses"]), **_BY_THE_GATEWAY}
        if too_large := described["responses"].get("413"):  # what is larger still, API Gateway refuses
            too_large["content"] = {**too_large["content"], **_MESSAGE}
        for response in described["responses"].values():
            if not response.get("content"):
                response.pop("content", None)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        schema.pop("description", None)  # the classes' docstrings are for who reads the code
    schemas["Problem"] = _SCHEMA
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Token de integração (sin_…)."}
    }
    return found


def _for_browsers(operation: Operation, responses: Mapping[str, Any]) -> dict[str, Any]:
    """The responses that browsers get too: pages of what programs get, and where to go on to."""
    if not operation.page:
        return {}
    pages = {
        status: {**response, "content": {**response["content"], "text/html": {"schema": {"type": "string"}}}}
        for status, response in responses.items()
        if response.get("content")
    }
    return {**pages, "303": _ELSEWHERE}


def merged(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One document of several functions' documents. Raises ValueError where two of them differ about a name."""
    whole: dict[str, Any] = {}
    for each in documents:
        whole = _merge(whole, each, "")
    return whole


def _merge(one: Mapping[str, Any], other: Mapping[str, Any], where: str) -> dict[str, Any]:
    result = dict(one)
    for name, value in other.items():
        place = f"{where}/{name}"
        if name not in result:
            result[name] = value
        elif isinstance(value, Mapping) and isinstance(result[name], Mapping) and place.count("/") < 3:
            result[name] = _merge(result[name], value, place)
        elif result[name] != value:
            message = f"Two functions describe {place} differently."
            raise ValueError(message)
    return result
