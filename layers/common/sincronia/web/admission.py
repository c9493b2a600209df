"""Who calls: by the token of a program, or by the session of a person whose form or script sends what changes."""

from __future__ import annotations

import re

from sincronia import auth, clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Token
from sincronia.store.tokens import stored_token
from sincronia.web import browsers
from sincronia.web.forms import FORM_TOKEN, FORM_TOKEN_HEADER
from sincronia.web.visit import Visit

_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)


def caller_of(visit: Visit) -> Token:
    """The token that calls; a session's is read anew each time. Raises ProblemError(token_…, session_ended, …)."""
    authorization = visit.headers.get("authorization", "").strip()
    if not authorization and visit.event.get("cookies"):
        return _of_session(visit)
    if not authorization:
        raise ProblemError(Problem("token_missing"))
    bearer = _BEARER.fullmatch(authorization)
    if bearer is None:
        raise ProblemError(Problem("token_malformed"))
    return bearer_of(bearer[1])


def bearer_of(text: str) -> Token:
    """The token that a text is. Raises ProblemError(token_malformed, token_unknown, token_revoked, token_expired)."""
    token_id = auth.token_id(text)
    if token_id is None:
        raise ProblemError(Problem("token_malformed"))
    token = stored_token(token_id)
    code = auth.refusal(token, text, clock.moment())
    if token is None or code is not None:
        raise ProblemError(Problem(code or "token_unknown"))
    return token


def _of_session(visit: Visit) -> Token:
    from sincronia.web import session  # noqa: PLC0415  # brings itsdangerous, which programs' requests don't need

    value = session.value_in(visit.event["cookies"])
    if not value:
        raise ProblemError(Problem("token_missing"))
    token_id = session.token_id_of(value)
    token = stored_token(token_id) if token_id else None
    if token is None or auth.lapsed(token, clock.moment()):
        raise ProblemError(Problem("session_ended"))
    if not visit.is_safe:
        brought = visit.form.text(FORM_TOKEN) or visit.headers.get(FORM_TOKEN_HEADER, "")
        if not browsers.is_own_origin(visit.headers) or not session.is_form_token(brought, value):
            raise ProblemError(Problem("form_untrusted"))
    visit.session = value
    return token
