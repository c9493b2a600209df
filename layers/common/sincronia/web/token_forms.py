"""An integration token as people ask for it and as they read it; the token itself is shown once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from sincronia.auth import Role, Token
from sincronia.web.application import Input
from sincronia.web.fields import Line

NOTE = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo."
NOTE_REPLAYED = (
    "O token só aparece na primeira resposta. Se ela não chegou, revogue este token e crie outro, com outra "
    "Idempotency-Key."
)


class NewToken(Input):
    """What a token is for, what it may do, and for how long."""

    description: Line
    role: Annotated[Role, Field(description="Nunca acima do papel de quem cria.")] = Role.READER
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None


class TokenAnswer(BaseModel):
    """What is kept of a token."""

    id: str
    description: str
    role: Role
    created_at: str
    created_by: str = Field(description="A identificação do token que o criou, ou operator:<nome> no comando.")
    responsible: str | None = Field(
        description="De quem é, onde não é de quem o criou: um especialista, como asms:<conexão>:<usuário>."
    )
    expires_at: str | None
    revoked_at: str | None
    revoked_by: str | None
    last_four: str


class MadeToken(TokenAnswer):
    """A token at the only time that it is shown."""

    token: str | None = Field(description="Nulo na resposta repetida de uma Idempotency-Key.")
    note: str


def token_answer(token: Token) -> TokenAnswer:
    """A token as people read it."""
    return TokenAnswer(
        id=token.id,
        description=token.description,
        role=token.role,
        created_at=token.created_at,
        created_by=token.created_by,
        responsible=token.responsible or None,
        expires_at=token.expires_at or None,
        revoked_at=token.revoked_at or None,
        revoked_by=token.revoked_by or None,
        last_four=token.last_four,
    )


def made_token(token: Token, text: str) -> MadeToken:
    """A token that has just been made, with its text."""
    return MadeToken(**token_answer(token).model_dump(), token=text, note=NOTE)


def without_secret(body: dict[str, Any]) -> dict[str, Any]:
    """What of the answer may be kept for who asks again with the same Idempotency-Key."""
    return {**body, "token": None, "note": NOTE_REPLAYED}
