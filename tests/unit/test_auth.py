"""Tokens: their form, their checksum, who gets in; roles and their order."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia import auth
from sincronia.auth import Role, Token, TokenState

NOW = "2026-11-23T09:00:00.000Z"
BEFORE = "2026-11-23T08:59:59.999Z"
AFTER = "2026-11-23T09:00:00.001Z"


def row(text: str) -> Token:
    """What is kept of a token that works."""
    return Token(
        id=auth.token_id(text) or "",
        description="Painel",
        role=Role.READER,
        created_at=BEFORE,
        created_by="operator:ana",
        last_four=text[-4:],
        hash=auth.token_hash(text),
    )


def test_a_new_token_has_the_documented_form_and_names_its_id() -> None:
    text = auth.new_token()

    assert re.fullmatch(r"sin_[0-9a-f]{16}_[0-9A-Za-z]{49}", text)
    assert auth.token_id(text) == text[4:20]
    assert auth.is_token_id(text[4:20])


def test_no_two_tokens_are_alike() -> None:
    assert len({auth.new_token() for _ in range(100)}) == 100


def test_the_checksum_is_the_crc_of_all_before_it() -> None:
    text = f"sin_0123456789abcdef_{'a' * 43}"

    # zlib.crc32 of that text is 1744213934, which is 1u2Xio in base 62
    assert auth.token_id(f"{text}1u2Xio") == "0123456789abcdef"


@given(st.integers(min_value=0, max_value=69), st.characters(codec="utf-8"))
def test_one_wrong_character_is_no_token(place: int, character: str) -> None:
    text = f"sin_0123456789abcdef_{'a' * 43}1u2Xio"
    changed = text[:place] + character + text[place + 1 :]

    assert (auth.token_id(changed) is None) == (changed != text)


@given(st.text())
def test_no_text_is_taken_for_a_token_by_chance(text: str) -> None:
    assert auth.token_id(text) is None


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "{}{}", "SIN{}"])
def test_nothing_may_stand_around_a_token(around: str) -> None:
    assert auth.token_id(around.replace("{}", auth.new_token())) is None


@pytest.mark.parametrize("text", ["", "0123456789ABCDEF", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg"])
def test_what_is_no_id_is_not_looked_up(text: str) -> None:
    assert not auth.is_token_id(text)


def test_who_gets_in() -> None:
    text = auth.new_token()
    kept = row(text)

    assert auth.refusal(kept, text, NOW) is None
    assert auth.refusal(replace(kept, expires_at=AFTER), text, NOW) is None
    assert auth.refusal(None, text, NOW) == "token_unknown"
    assert auth.refusal(replace(kept, hash=auth.token_hash("another")), text, NOW) == "token_unknown"
    assert auth.refusal(replace(kept, expires_at=NOW), text, NOW) == "token_expired"
    assert auth.refusal(replace(kept, revoked_at=BEFORE), text, NOW) == "token_revoked"
    assert auth.refusal(replace(kept, revoked_at=BEFORE, expires_at=BEFORE), text, NOW) == "token_revoked"


def test_a_token_that_has_expired_is_active_until_somebody_revokes_it() -> None:
    kept = row(auth.new_token())

    assert replace(kept, expires_at=BEFORE).state == TokenState.ACTIVE
    assert replace(kept, revoked_at=NOW).state == TokenState.REVOKED


def test_a_role_covers_itself_and_those_below() -> None:
    covered = {(role, needed) for role, needed in product(Role, Role) if role.covers(needed)}

    assert covered == {
        (Role.READER, Role.READER),
        (Role.OPERATOR, Role.READER),
        (Role.OPERATOR, Role.OPERATOR),
        (Role.ADMINISTRATOR, Role.READER),
        (Role.ADMINISTRATOR, Role.OPERATOR),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR),
    }
