"""Tokens over HTTP: shown once, made once for each key, revoked at once, listed by pages."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.hub_on_aws import JSON, NO_STORE, ONE_TOKEN, PLAIN_PROBLEM, PROBLEM, Answer, Hub, problem
from tests.office_on_aws import event


def test_a_token_is_shown_once_and_only_its_hash_is_kept(hub: Hub) -> None:
    administrator = hub.token()
    happening = event("hub/on_http/create_token")
    del happening["headers"]["idempotency-key"]

    answer = hub.send(happening, administrator)

    text = answer.body["token"]
    item = {
        "id": text[4:20],
        "description": "Painel da diretoria",
        "role": "reader",
        "created_at": "2026-11-23T09:00:00.000Z",
        "created_by": administrator[4:20],
        "responsible": None,
        "expires_at": "2027-02-21T09:00:00.000Z",
        "revoked_at": None,
        "revoked_by": None,
        "last_four": text[-4:],
    }
    note = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo."
    assert answer == Answer(201, JSON, {**item, "token": text, "note": note})
    assert hub.send(event("hub/on_http/read_current_token"), text) == Answer(200, JSON, item)
    assert text[21:] not in json.dumps(hub.rows("tokens"))
    assert hub.rows("requests") == []


def test_a_token_is_a_reader_s_and_has_no_end_where_nothing_else_is_said(hub: Hub) -> None:
    answer = hub.call("POST", "/tokens", hub.token(), body={"description": "Robô"})

    assert (answer.status, answer.body["role"], answer.body["expires_at"]) == (201, "reader", None)


def test_a_post_that_is_sent_twice_makes_one_token_and_keeps_none(hub: Hub) -> None:
    administrator = hub.token()

    first = hub.send(event("hub/on_http/create_token"), administrator)
    hub.calls()
    second = hub.send(event("hub/on_http/create_token"), administrator)

    assert first.status == 201
    assert second.status == 201
    assert second.headers == JSON | {"Idempotency-Replayed": "true"}
    assert second.body == first.body | {
        "token": None,
        "note": "O token só aparece na primeira resposta. Se ela não chegou, revogue este token e crie outro, com "
        "outra Idempotency-Key.",
    }
    assert hub.calls() == ONE_TOKEN + Counter({("dynamodb:PutItem", "requests"): 1})
    assert len(hub.rows("tokens")) == 2
    (kept,) = hub.rows("requests")
    assert first.body["token"][21:] not in json.dumps(kept)
    assert administrator[21:] not in json.dumps(kept)


def test_a_key_belongs_to_who_sent_it_what_and_where(hub: Hub) -> None:
    administrator, other = hub.token(), hub.token()
    first = hub.send(event("hub/on_http/create_token"), administrator)
    changed = event("hub/on_http/create_token")
    changed["body"] = json.dumps({"description": "Outra coisa"})

    reused = hub.send(changed, administrator)
    others = hub.send(event("hub/on_http/create_token"), other)

    assert reused == Answer(
        422,
        PROBLEM,
        problem(
            422,
            "Chave já usada",
            "idempotency_key_reused",
            "Esta Idempotency-Key já foi usada com outro conteúdo. Use uma chave nova para cada pedido diferente.",
        ),
    )
    assert (others.status, "Idempotency-Replayed" in others.headers) == (201, False)
    assert first.body["id"] != others.body["id"]


def test_the_second_waits_while_the_first_is_at_work(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    administrator, second = hub.token(), hub.another()
    tokens = hub.of("hub.tokens")
    keep, meanwhile = tokens.keep_token, []

    def keep_slowly(token: Any) -> None:
        meanwhile.append(second.send(event("hub/on_http/create_token"), administrator))
        keep(token)

    monkeypatch.setattr(tokens, "keep_token", keep_slowly)
    assert hub.send(event("hub/on_http/create_token"), administrator).status == 201

    assert meanwhile == [
        Answer(
            409,
            PROBLEM,
            problem(
                409,
                "Em andamento",
                "idempotency_in_progress",
                "O primeiro pedido com esta Idempotency-Key ainda está em andamento. Aguarde alguns segundos e repita "
                "o pedido.",
            ),
        )
    ]
    assert len(hub.rows("tokens")) == 2


def test_what_failed_may_be_tried_again_with_the_same_key(hub: Hub) -> None:
    administrator = hub.token()
    tokens = hub.of("hub.tokens")
    keep = tokens.keep_token

    def fail(token: Any) -> None:
        raise RuntimeError(token)

    tokens.keep_token = fail
    failed = hub.send(event("hub/on_http/create_token"), administrator)
    tokens.keep_token = keep
    again = hub.send(event("hub/on_http/create_token"), administrator)

    assert (failed.status, again.status, "Idempotency-Replayed" in again.headers) == (500, 201, False)


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 129])
def test_a_key_of_another_form_is_refused(hub: Hub, key: str) -> None:
    answer = hub.call("POST", "/tokens", hub.token(), body={"description": "x"}, headers={"idempotency-key": key})

    assert (answer.status, answer.body["code"]) == (400, "idempotency_key_invalid")
    assert len(hub.rows("tokens")) == 1


def test_a_token_that_is_revoked_in_mid_use_ends_at_once_and_leaves_its_trail(hub: Hub) -> None:
    administrator, reader = hub.token(), hub.token("reader")
    assert hub.call("GET", "/connections", reader).status == 200
    hub.now += 60

    revoked = hub.call("DELETE", f"/tokens/{reader[4:20]}", administrator)
    refused = hub.call("GET", "/connections", reader)
    hub.now += 60
    again = hub.call("DELETE", f"/tokens/{reader[4:20]}", administrator)

    assert revoked == again == Answer(204, NO_STORE, None)
    assert (refused.status, refused.body["code"]) == (401, "token_revoked")
    active = hub.call("GET", "/tokens", administrator)
    assert [item["id"] for item in active.body["items"]] == [administrator[4:20]]
    trail = hub.call("GET", "/tokens", administrator, state="revoked")
    assert trail == Answer(
        200,
        JSON,
        {
            "items": [
                {
                    "id": reader[4:20],
                    "description": "Token de reader",
                    "role": "reader",
                    "created_at": "2026-11-23T09:00:00.000Z",
                    "created_by": "operator:ana",
                    "responsible": None,
                    "expires_at": None,
                    "revoked_at": "2026-11-23T09:01:00.000Z",
                    "revoked_by": administrator[4:20],
                    "last_four": reader[-4:],
                }
            ],
            "next": None,
        },
    )


def test_one_s_own_address_is_read_alone(hub: Hub) -> None:
    answer = hub.call("DELETE", "/tokens/current", hub.token())

    assert (answer.status, answer.headers["Allow"], answer.body["code"]) == (405, "GET", "method_unknown")


@pytest.mark.parametrize("token_id", ["0123456789abcdef", "x" * 3000, "é", "0123456789ABCDEF"])
def test_a_token_that_is_not_there_can_not_be_revoked(hub: Hub, token_id: str) -> None:
    answer = hub.call("DELETE", f"/tokens/{token_id}", hub.token())

    assert answer == Answer(
        404,
        PLAIN_PROBLEM,
        problem(
            404,
            "Não encontrado",
            "token_not_found",
            "Não há token de integração com esta identificação. Confira a identificação em GET /tokens.",
        ),
    )


def test_tokens_are_listed_by_pages_the_newest_first(hub: Hub) -> None:
    made = []
    for _ in range(5):
        made.append(hub.token())
        hub.now += 1
    administrator = made[0]

    first = hub.send(event("hub/on_http/list_tokens"), administrator)
    second = hub.call("GET", "/tokens", administrator, limit=2, cursor=first.body["next"])
    third = hub.call("GET", "/tokens", administrator, limit=2, cursor=second.body["next"])

    listed = [item["id"] for page in (first, second, third) for item in page.body["items"]]
    assert listed == [token[4:20] for token in reversed(made)]
    assert (len(first.body["items"]), len(second.body["items"]), third.body["next"]) == (2, 2, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "lixo",
        "é",
        "e30=",  # {}
        "W10=",  # []
        "bnVsbA==",  # null
        "eyJ0b2tlbl9pZCI6IngifQ==",  # {"token_id":"x"}
        "eyJjcmVhdGVkX2F0IjoiYSIsInN0YXRlIjoicmV2b2tlZCIsInRva2VuX2lkIjoiYiJ9",  # names the partition too
        "eyJjcmVhdGVkX2F0IjoiIiwidG9rZW5faWQiOiJ4In0=",  # {"created_at":"","token_id":"x"}
        "eyJjcmVhdGVkX2F0IjoxLCJ0b2tlbl9pZCI6MX0=",  # numbers
        "eyJjcmVhdGVkX2F0IjoiXHVkODAwIiwidG9rZW5faWQiOiJ4In0=",  # half a surrogate pair
    ],
)
def test_a_cursor_that_we_did_not_give_is_refused(hub: Hub, cursor: str) -> None:
    answer = hub.call("GET", "/tokens", hub.token(), cursor=cursor)

    assert answer == Answer(
        400,
        PROBLEM,
        problem(
            400,
            "Requisição inválida",
            "cursor_invalid",
            "O cursor da lista não vale para esta consulta. Use o valor de next da página anterior, com os mesmos "
            "filtros, ou comece sem cursor.",
        ),
    )
