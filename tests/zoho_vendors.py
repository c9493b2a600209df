"""Zoho's client for tests: against the simulator, or against a server that answers what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.vendors.zoho import ZohoSimulator
from notes.zoho_client import Zoho
from notes.zoho_sentences import ZOHO
from notes.zoho_session import Credentials, ZohoSession
from sincronia import clock
from sincronia.answers import COMMON, Problem, ProblemError, explain
from tests.sgp_vendors import answering

SECRETS = ("segredo-do-cliente-98", "1000.renovar.98765", "1000.acesso.12345")


class Clock:
    """The vendor's clock, set by tests."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def zoho(simulator: ZohoSimulator, *, seconds: float = 60, **changed: str) -> Zoho:
    """The simulator's client, some of its credentials changed."""
    credentials = Credentials(**{**simulator.credentials, "address": simulator.url, **changed})
    return Zoho(ZohoSession(credentials, clock.now() + seconds))


@contextmanager
def zoho_saying(
    *bodies: Response | object, token: Response | Mapping[str, Any] | None = None
) -> Iterator[tuple[Zoho, list[Request]]]:
    """One answer after the other, the last one for ever, behind a token. With it, the requests that came."""
    left, came = list(bodies), list[Request]()

    def answer(request: Request) -> Response:
        request.get_data(cache=True)
        if request.path == "/oauth/v2/token":
            given = {"access_token": SECRETS[2], "api_domain": request.host_url, "expires_in": 3600}
            return token if isinstance(token, Response) else Response(json.dumps({**given, **(token or {})}))
        came.append(request)
        body = left.pop(0) if len(left) > 1 else left[0]
        return body if isinstance(body, Response) else Response(json.dumps(body))

    with answering(answer) as url:
        yield Zoho(ZohoSession(Credentials("1000.A", SECRETS[0], SECRETS[1], "us", url), clock.now() + 60)), came


def refused(code: str, **details: object) -> dict[str, Any]:
    """A body that says no, of a request or of a record."""
    return {"code": code, "status": "error", "message": "", "details": details}


def problem(action: Callable[[], Any], kind: type[ProblemError] = ProblemError) -> Problem:
    """The problem that the action ends in; nothing secret is in it, nor behind it."""
    with pytest.raises(ProblemError) as raised:
        action()
    error = raised.value
    assert type(error) is kind
    assert error.__context__ is None
    told = f"{error!r} {error.problem} {explain(error.problem, {**COMMON, **ZOHO})}"
    assert not [secret for secret in SECRETS if secret in told]
    return error.problem
