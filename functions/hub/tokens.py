"""Integration tokens over HTTP: made, listed, revoked. Shown once; only a hash is kept."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from sincronia import auth, clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, TokenState
from sincronia.store.tokens import keep_token, revoke_token, tokens_by_state
from sincronia.web.application import Caller, Routes
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
from sincronia.web.token_forms import MadeToken, NewToken, TokenAnswer, made_token, token_answer, without_secret

routes = Routes("Tokens")


@routes.get("/tokens", role=Role.ADMINISTRATOR, summary="Lista os tokens de integração", page="hub/tokens.html")
def list_tokens(
    state: Annotated[TokenState, Query(description="Os revogados ficam como trilha de auditoria.")] = TokenState.ACTIVE,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[TokenAnswer]:
    """The newest first."""
    return page(tokens_by_state(state, limit, after_of(cursor)), token_answer)


@routes.get("/tokens/current", role=Role.READER, summary="Lê o próprio token", page="hub/current_token.html")
def read_current_token(caller: Caller) -> TokenAnswer:
    """Who the caller is to us."""
    return token_answer(caller)


@routes.post(
    "/tokens",
    role=Role.ADMINISTRATOR,
    summary="Cria um token de integração",
    status=201,
    answered="O token, que não será mostrado de novo.",
    page="hub/new_token.html",
    kept=without_secret,
)
def create_token(new: NewToken, caller: Caller) -> MadeToken:
    """An administrator may give any role: none is above."""
    text, token = auth.made(new.description, new.role, new.expires_in_days, caller.id)
    keep_token(token)
    return made_token(token, text)


@routes.delete(
    "/tokens/<token_id>",
    role=Role.ADMINISTRATOR,
    summary="Revoga um token de integração",
    status=204,
    answered="O token não vale mais; repetir não muda nada.",
    refuses=("token_not_found",),
)
def revoke(token_id: str, caller: Caller) -> None:
    """It stays in the list of the revoked."""
    if not auth.is_token_id(token_id) or not revoke_token(token_id, clock.moment(), caller.id):
        raise ProblemError(Problem("token_not_found"))
