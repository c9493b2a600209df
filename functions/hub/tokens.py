"""Integration tokens over HTTP: made, listed, revoked. Shown once; only a hash is kept."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from sincronia import auth, clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token, TokenState
from sincronia.store.tokens import keep_token, revoke_token, tokens_by_state
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import Line
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

NOTE = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo."
NOTE_REPLAYED = (
    "O token só aparece na primeira resposta. Se ela não chegou, revogue este token e crie outro, com outra "
    "Idempotency-Key."
)

routes = Routes("Tokens")


class TokenAnswer(BaseModel):
    """What is kept of a token."""

    id: str
    description: str
    role: Role
    created_at: str
    created_by: str = Field(description="A identificação do token que o criou, ou operator:<nome> no comando.")
    expires_at: str | None
    revoked_at: str | None
    revoked_by: str | None
    last_four: str


class NewToken(Input):
    """What a token is for, what it may do, and for how long."""

    description: Line
    role: Annotated[Role, Field(description="Nunca acima do papel de quem cria.")] = Role.READER
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None


class MadeToken(TokenAnswer):
    """A token at the only time that it is shown."""

    token: str | None = Field(description="Nulo na resposta repetida de uma Idempotency-Key.")
    note: str


@routes.get("/tokens", role=Role.ADMINISTRATOR, summary="Lista os tokens de integração")
def list_tokens(
    state: Annotated[TokenState, Query(description="Os revogados ficam como trilha de auditoria.")] = TokenState.ACTIVE,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[TokenAnswer]:
    """The newest first."""
    return page(tokens_by_state(state, limit, after_of(cursor)), _answer)


@routes.get("/tokens/current", role=Role.READER, summary="Lê o próprio token", page="hub/current_token.html")
def read_current_token(caller: Caller) -> TokenAnswer:
    """Who the caller is to us."""
    return _answer(caller)


def _without_secret(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "token": None, "note": NOTE_REPLAYED}


@routes.post(
    "/tokens",
    role=Role.ADMINISTRATOR,
    summary="Cria um token de integração",
    status=201,
    answered="O token, que não será mostrado de novo.",
    kept=_without_secret,
)
def create_token(new: NewToken, caller: Caller) -> MadeToken:
    """An administrator may give any role: none is above."""
    text, token = auth.made(new.description, new.role, new.expires_in_days, caller.id)
    keep_token(token)
    return MadeToken(**_answer(token).model_dump(), token=text, note=NOTE)


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


def _answer(token: Token) -> TokenAnswer:
    return TokenAnswer(
        id=token.id,
        description=token.description,
        role=token.role,
        created_at=token.created_at,
        created_by=token.created_by,
        expires_at=token.expires_at or None,
        revoked_at=token.revoked_at or None,
        revoked_by=token.revoked_by or None,
        last_four=token.last_four,
    )
