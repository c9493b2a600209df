"""What Promob's integration can run into, beside what every integration shares."""

from __future__ import annotations

from collections.abc import Mapping

from promob.client_sentences import CLIENT
from promob.event_sentences import EVENTS
from promob.listing_sentences import LISTING
from promob.project_sentences import PROJECTS
from promob.route_sentences import ROUTES
from promob.store_sentences import STORE
from sincronia.answers import COMMON, Answer, Answers
from sincronia.web.answers import WebAnswer

_UNKNOWN = (404, "Não encontrado")
_THERE = (409, "Já existe")
_CONFLICT = (409, "Não é possível agora")
_INVALID = (422, "Requisição inválida")
_STATUSES: Mapping[str, tuple[int, str]] = {  # of what is asked for, and not of what its address names
    "promob.user_not_linked": (403, "Sem permissão"),
    "promob.credentials_wrong": _INVALID,
    "promob.account_unknown": _INVALID,
    "promob.nothing_chosen": _INVALID,
}


def _over_http(code: str, answer: Answer) -> WebAnswer:
    """A refusal of the rules, the store or Promob's client, as routes give it."""
    status, title = _STATUSES.get(code, _CONFLICT)
    if code not in _STATUSES and code.endswith("_unknown"):
        status, title = _UNKNOWN
    elif code.endswith(("_taken", "_exists")):
        status, title = _THERE
    return WebAnswer(answer.retry, answer.fault, answer.sentence, answer.advice, status, title)


_RULES: Answers = {**CLIENT, **STORE, **PROJECTS, **EVENTS, **LISTING}

ANSWERS: Answers = {**COMMON, **{code: _over_http(code, answer) for code, answer in _RULES.items()}, **ROUTES}

# In the worker, which also meets a connection that goes while a change of its is written.
WORKED: Answers = {**ANSWERS, "connection_unknown": ANSWERS["connection_missing"]}
