"""Promob's client for tests: against the simulator, or against a server that answers what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.vendors.promob import PromobSimulator
from local.vendors.promob_store import Account, User
from promob.answers import ANSWERS
from promob.promob_client import Promob
from sincronia import clock
from sincronia.answers import Problem, ProblemError, explain
from sincronia.vendor_http import VendorSession
from tests.sgp_vendors import answering

KEY, PASSWORD = "chave-da-rede-0123", "senha-de-pessoa-98"


def promob(url: str, key: str = KEY) -> Promob:
    return Promob(VendorSession("Promob", url, clock.now() + 60), key)


def first_account(simulator: PromobSimulator) -> Account:
    return next(iter(simulator.store.accounts.values()))


def first_user(simulator: PromobSimulator) -> User:
    return next(iter(simulator.store.users.values()))


@contextmanager
def promob_saying(*bodies: object, status: int = 200) -> Iterator[tuple[Promob, list[Request]]]:
    """One body after the other, the last one for ever; a text is no JSON. With it, the requests that came."""
    left, came = list(bodies), list[Request]()

    def answer(request: Request) -> Response:
        request.get_data(cache=True)
        came.append(request)
        body = left.pop(0) if len(left) > 1 else left[0]
        return Response(body if isinstance(body, str) else json.dumps(body), status)

    with answering(answer) as url:
        yield promob(url), came


def problem(action: Callable[[], Any], kind: type[ProblemError] = ProblemError) -> Problem:
    """The problem that the action ends in; nothing secret is in it, nor behind it."""
    with pytest.raises(ProblemError) as raised:
        action()
    error = raised.value
    assert type(error) is kind
    assert error.__context__ is None
    told = f"{error!r} {error.problem} {explain(error.problem, ANSWERS)}"
    assert not any(secret in told for secret in (KEY, PASSWORD))
    return error.problem
