"""A session's cookie: ours, whole and not too old, or none."""

from __future__ import annotations

import pytest

from sincronia import clock, settings
from sincronia.web import session

TOKEN_ID = "0123456789abcdef"


class Keys:
    """The secret, which a test may change."""

    key = "k" * 64

    def fields(self, name: str) -> dict[str, str]:
        assert name == "the-secret"
        return {"key": self.key}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Keys:
    kept = Keys()
    monkeypatch.setattr(session, "_secrets", kept)
    monkeypatch.setattr(settings, "session_key_secret", lambda: "the-secret")
    monkeypatch.setattr(clock, "now", lambda: 1_795_424_400.7)
    return kept


@pytest.mark.usefixtures("kept")
def test_a_session_carries_its_token_id(monkeypatch: pytest.MonkeyPatch) -> None:
    value = session.begun(TOKEN_ID).value

    assert session.token_id_of(value) == TOKEN_ID
    monkeypatch.setattr(clock, "now", lambda: 1_795_424_400.0 + session.SECONDS)
    assert session.token_id_of(value) == TOKEN_ID
    monkeypatch.setattr(clock, "now", lambda: 1_795_424_401.0 + session.SECONDS)
    assert session.token_id_of(value) is None


@pytest.mark.usefixtures("kept")
def test_a_value_with_one_other_character_is_no_session() -> None:
    value = session.begun(TOKEN_ID).value

    for place, character in enumerate(value):
        other = "A" if character != "A" else "B"
        changed = value[:place] + other + value[place + 1 :]
        # base64's last character has two bits that mean nothing
        if place < len(value) - 1:
            assert session.token_id_of(changed) is None
    for text in ("", ".", "..", TOKEN_ID, f"{TOKEN_ID}.x", "ção", "\0"):
        assert session.token_id_of(text) is None


def test_what_another_key_signed_is_no_session(kept: Keys) -> None:
    value = session.begun(TOKEN_ID).value
    brought = session.form_token(value)
    kept.key = "q" * 64

    assert session.token_id_of(value) is None
    assert not session.is_form_token(brought, value)


@pytest.mark.usefixtures("kept")
def test_a_form_token_is_its_sessions_alone_and_no_session() -> None:
    value, other = (session.begun(token_id).value for token_id in (TOKEN_ID, TOKEN_ID[::-1]))
    brought = session.form_token(value)

    assert session.is_form_token(brought, value)
    assert not session.is_form_token(brought, other)
    assert not session.is_form_token("", value)
    assert not session.is_form_token(value.rpartition(".")[2], value)
    assert session.token_id_of(f"{value}.{brought}") is None


def test_the_cookie_is_found_by_its_whole_name() -> None:
    assert session.value_in([f"x{session.COOKIE}=a", "b=c", f"{session.COOKIE}=d.e=", "f=g"]) == "d.e="
    assert session.value_in([session.COOKIE]) == ""
    assert session.value_in([]) == ""
