"""A person's session: a cookie that carries a signed token id, never the token, and what its forms must bring back.

A session ends 12 hours after sign-in, or with its token; the token's row is read on each request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from itsdangerous import BadSignature, Signer, TimestampSigner

from sincronia import clock, settings
from sincronia.answers import ProblemError
from sincronia.store.aws import SecretsManagerSecrets

COOKIE = "__Host-sincronia"
SECONDS = 12 * 60 * 60

_secrets = SecretsManagerSecrets()


class _SessionSigner(TimestampSigner):
    def get_timestamp(self) -> int:
        """Our clock's second."""
        return int(clock.now())


def begun(token_id: str) -> Cookie:
    """The cookie of a session that begins now."""
    return _cookie(_sessions().sign(token_id).decode(), SECONDS)


def ended() -> Cookie:
    """The cookie that ends a session in the browser."""
    return _cookie("", 0)


def value_in(cookies: Sequence[str]) -> str:
    """The session's value among a request's cookies (`name=value` each); empty where there is none."""
    prefix = f"{COOKIE}="
    return next((cookie.removeprefix(prefix) for cookie in cookies if cookie.startswith(prefix)), "")


def token_id_of(value: str) -> str | None:
    """The token id that a session's value carries; None where we didn't sign it, or where it is over."""
    try:
        return _sessions().unsign(value, max_age=SECONDS).decode()
    except BadSignature:
        return None


def form_token(value: str) -> str:
    """What the forms of a session's pages bring back."""
    return _forms().get_signature(value).decode()


def is_form_token(text: str, value: str) -> bool:
    """Whether a text is the form token of a session."""
    return _forms().verify_signature(value, text.encode())


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(COOKIE, value, path="/", secure=True, http_only=True, max_age=seconds, same_site=SameSite.LAX_MODE)


def _key() -> str:
    try:
        return _secrets.fields(settings.session_key_secret())["key"]
    except ProblemError as error:  # its sentence is about a connection's secret
        raise RuntimeError("The stack's session key is gone.") from error


def _sessions() -> TimestampSigner:
    return _SessionSigner(_key(), salt="session", key_derivation="hmac", digest_method=hashlib.sha256)


def _forms() -> Signer:
    return Signer(_key(), salt="form", key_derivation="hmac", digest_method=hashlib.sha256)
