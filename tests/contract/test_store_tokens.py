"""The table of tokens: a row is never replaced, and an answer that was lost is no failure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from tests.hub_on_aws import Hub


def made(hub: Hub) -> Any:
    auth = hub.of("sincronia.auth")
    return auth.made("Painel", auth.Role.OPERATOR, 30, "operator:ana")[1]


def test_a_token_is_read_as_it_was_kept(hub: Hub) -> None:
    tokens, token = hub.of("sincronia.store.tokens"), made(hub)

    tokens.keep_token(token)

    assert tokens.stored_token(token.id) == token
    assert tokens.stored_token("0" * 16) is None


def test_keeping_again_what_was_kept_is_no_failure(hub: Hub) -> None:
    tokens, token = hub.of("sincronia.store.tokens"), made(hub)

    tokens.keep_token(token)
    tokens.keep_token(token)

    assert len(hub.rows("tokens")) == 1


def test_no_token_takes_another_s_row(hub: Hub) -> None:
    tokens, token = hub.of("sincronia.store.tokens"), made(hub)
    tokens.keep_token(token)

    with pytest.raises(PutError):
        tokens.keep_token(replace(token, hash="0" * 64))

    assert tokens.stored_token(token.id) == token


def test_the_first_revocation_stays_written(hub: Hub) -> None:
    tokens, token = hub.of("sincronia.store.tokens"), made(hub)
    tokens.keep_token(token)

    assert tokens.revoke_token(token.id, "2026-11-23T09:00:00.000Z", "ana") is True
    assert tokens.revoke_token(token.id, "2026-11-24T09:00:00.000Z", "rui") is True
    assert tokens.revoke_token("0" * 16, "2026-11-24T09:00:00.000Z", "rui") is False

    assert tokens.stored_token(token.id) == replace(token, revoked_at="2026-11-23T09:00:00.000Z", revoked_by="ana")
    assert len(hub.rows("tokens")) == 1


def test_several_tokens_are_read_at_once_and_one_that_is_not_there_is_left_out(hub: Hub) -> None:
    tokens, first, second = hub.of("sincronia.store.tokens"), made(hub), made(hub)
    tokens.keep_token(first)
    tokens.keep_token(second)
    hub.calls()

    found = tokens.stored_tokens([first.id, second.id, first.id, "0" * 16])

    assert found == {first.id: first, second.id: second}
    assert hub.calls() == {("dynamodb:BatchGetItem", "tokens"): 1}
    assert tokens.stored_tokens([]) == {}
    assert not hub.calls()
