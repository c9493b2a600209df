"""The hub over HTTP: who gets in and what that costs, and whatever else comes; the real handler, whole answers."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from typing import Any

import pytest

from tests.hub_on_aws import CHALLENGE, NO_STORE, ONE_TOKEN, PLAIN_PROBLEM, PROBLEM, Answer, Hub, problem
from tests.office_on_aws import event


def wrong_character(token: str) -> str:
    return token[:30] + ("a" if token[30] != "a" else "b") + token[31:]


def test_without_a_token_nothing_is_read(hub: Hub) -> None:
    hub.calls()

    answer = hub.call("GET", "/connections", None)

    assert answer == Answer(
        401,
        CHALLENGE,
        problem(
            401,
            "Não autenticado",
            "token_missing",
            "A requisição não traz um token de integração. Envie o cabeçalho Authorization: Bearer <token>.",
        ),
    )
    assert hub.calls() == Counter()


@pytest.mark.parametrize(
    "spoilt",
    [
        wrong_character,
        str.upper,
        lambda token: token[:-1],
        lambda token: f"{token}A",
        lambda token: token[:-6] + "000000",
        lambda _: "lixo",
        lambda token: f"{token},Bearer {token}",
        lambda _: "ção",
    ],
)
def test_what_is_no_token_costs_no_call(hub: Hub, spoilt: Any) -> None:
    token = hub.token()
    hub.calls()

    answer = hub.call("GET", "/connections", spoilt(token))

    assert answer == Answer(
        401,
        CHALLENGE,
        problem(
            401,
            "Não autenticado",
            "token_malformed",
            "O que veio no cabeçalho Authorization não é um token de integração do Sincronia. Confira se o token foi "
            "copiado por inteiro, sem espaços, depois de “Bearer ”.",
        ),
    )
    assert hub.calls() == Counter()


def _forged(hub: Hub) -> str:
    """The id of a token that there is, with another secret and the right checksum."""
    auth = hub.of("sincronia.auth")
    text = auth.new_token()
    changed = hub.token()[:20] + text[20:-6]
    return str(changed + auth._checksum(changed))


def _made_up(hub: Hub) -> str:
    return str(hub.of("sincronia.auth").new_token())


def _expired(hub: Hub) -> str:
    token = hub.token(days=1)
    hub.now += 86400
    return token


def _revoked(hub: Hub) -> str:
    token = hub.token()
    assert hub.call("DELETE", f"/tokens/{token[4:20]}", token).status == 204
    return token


@pytest.mark.parametrize(
    ("bring", "code", "sentence"),
    [
        (_forged, "token_unknown", "O token de integração não existe."),
        (_made_up, "token_unknown", "O token de integração não existe."),
        (_expired, "token_expired", "O token de integração venceu."),
        (_revoked, "token_revoked", "O token de integração foi revogado."),
    ],
)
@pytest.mark.parametrize("example", ["list_connections", "create_token"])
def test_a_token_that_does_not_hold_costs_one_read_of_tokens(
    hub: Hub, bring: Any, code: str, sentence: str, example: str
) -> None:
    token = bring(hub)
    hub.calls()

    answer = hub.send(event(f"hub/on_http/{example}"), token)

    detail = f"{sentence} Peça um token novo a um administrador."
    assert answer == Answer(401, CHALLENGE, problem(401, "Não autenticado", code, detail))
    assert hub.calls() == ONE_TOKEN


@pytest.mark.parametrize("role", ["reader", "operator"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/tokens", None), ("POST", "/tokens", {"description": ""}), ("DELETE", "/tokens/0123456789abcdef", None)],
)
def test_a_role_that_does_not_do_costs_one_read_of_tokens(
    hub: Hub, role: str, method: str, path: str, body: Any
) -> None:
    token = hub.token(role)
    hub.calls()

    answer = hub.call(method, path, token, body=body, headers={"idempotency-key": "k"})

    name = {"reader": "leitor (reader)", "operator": "operador (operator)"}[role]
    detail = (
        f"Esta operação pede um token com o papel administrador (administrator), e o seu tem o papel {name}. "
        "Use um token com esse papel ou peça a um administrador."
    )
    headers = PLAIN_PROBLEM if method == "DELETE" else PROBLEM
    assert answer == Answer(403, headers, problem(403, "Sem permissão", "role_insufficient", detail))
    assert hub.calls() == ONE_TOKEN


def test_a_wrong_form_is_told_after_the_token_and_before_any_table(hub: Hub) -> None:
    token = hub.token()
    hub.calls()

    answer = hub.call("POST", "/tokens", token, body={"description": " ", "expires_in_days": "9", "segredo": "x"})

    assert answer.status == 422
    assert answer.body == problem(
        422,
        "Requisição inválida",
        "request_invalid",
        "A requisição tem campos que precisam de correção: description: não tem a forma esperada; expires_in_days: "
        "deve ser um número inteiro; tem um campo que não existe. Corrija e envie de novo.",
        errors=[
            {"field": "description", "code": "field_malformed", "detail": "não tem a forma esperada"},
            {"field": "expires_in_days", "code": "field_type", "detail": "deve ser um número inteiro"},
            {"field": "", "code": "field_unknown", "detail": "tem um campo que não existe"},
        ],
    )
    assert hub.calls() == ONE_TOKEN


def test_the_document_is_everybody_s_and_costs_no_call(hub: Hub) -> None:
    hub.calls()

    answer = hub.send(event("hub/on_http/read_document"), None)

    assert (answer.status, answer.headers) == (200, NO_STORE | {"Content-Type": "application/json"})
    assert answer.body["paths"].keys() >= {"/tokens", "/runs"}
    assert hub.calls() == Counter()


def test_a_failure_of_ours_tells_nothing_of_the_inside(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = hub.another()  # it is spoilt for others
    reader = hub.token("reader")
    text = io.StringIO()
    logger = hub.of("hub.on_http").logger
    for each in (logger, hub.of("sincronia.web.application").logger):
        each.setLevel(logging.ERROR)
    (stream,) = logger.handlers
    monkeypatch.setattr(stream, "stream", text)  # which may be an earlier test's that is closed by now

    def fail(*_: Any) -> None:
        raise ValueError("o CPF de ana@escritorio.example")

    hub.of("hub.connections").connections_by_name = fail
    answer = hub.call("GET", "/connections", reader)

    assert answer == Answer(
        500,
        PROBLEM,
        problem(
            500,
            "Falha interna",
            "unexpected",
            "O Sincronia não conseguiu atender o pedido por uma falha interna. Tente de novo em instantes; se "
            "acontecer outra vez, avise o suporte do Sincronia.",
        ),
    )
    (line,) = (json.loads(line) for line in text.getvalue().splitlines())
    assert (line["code"], line["error"], line["route"]) == ("unexpected", "ValueError", "/connections")
    assert line["at"][-1].endswith(" fail")
    assert "escritorio.example" not in text.getvalue()
    assert reader not in text.getvalue()
