"""Routes of specialists' integration tokens: the tokens that the API takes (seed 003, “Tokens de integração”)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from asms.catalogues import Category
from asms.changing import changed_user, user_of
from asms.paths import UserInPath, user_path
from asms.store.upload_forms import files_origin
from asms.user_forms import UserHead, head_of
from asms.users import with_token, without_tokens
from sincronia import auth
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, TokenState
from sincronia.ids import ID_FORM
from sincronia.store.tokens import stored_token, stored_tokens
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Page
from sincronia.web.token_forms import MadeToken, NewToken, TokenAnswer, made_token, token_answer, without_secret

TokenInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do token.")]


class UserTokens(Page[TokenAnswer]):
    """The tokens of a specialist, and whose they are."""

    user: UserHead


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Tokens de especialistas")
        tokens = f"{user_path(self.integration, Category.SPECIALISTS)}/tokens"
        refuses = ("connection_unknown", "asms.user_unknown")
        routes.get(
            tokens,
            role=Role.ADMINISTRATOR,
            summary="Lista os tokens de integração de um especialista",
            answered="Os que não foram revogados, os mais novos primeiro; os vencidos ficam até que sejam revogados.",
            refuses=refuses,
            page="asms/tokens.html",
            elsewhere=files_origin,
        )(self.list_specialist_tokens)
        routes.post(
            tokens,
            role=Role.ADMINISTRATOR,
            summary="Gera um token de integração, de que o especialista é o responsável",
            status=201,
            answered="O token, que não será mostrado de novo.",
            kept=without_secret,
            page="asms/token_made.html",
            refuses=(*refuses, "asms.user_changed", "asms.specialist_inactive", "asms.too_many"),
        )(self.create_specialist_token)
        routes.delete(
            f"{tokens}/<token>",
            role=Role.ADMINISTRATOR,
            summary="Revoga um token de integração de um especialista",
            status=204,
            answered="O token não vale mais e saiu da lista; repetir não muda nada.",
            refuses=(*refuses, "asms.user_changed", "asms.token_unknown"),
        )(self.revoke_specialist_token)
        return routes

    def list_specialist_tokens(self, connection: ConnectionInPath, user: UserInPath) -> UserTokens:
        """All of them: there are few. Those that were revoked among the other tokens aren't there either."""
        self.integration.connection(connection)
        whose = user_of(connection, Category.SPECIALISTS, user)
        active = [token for token in stored_tokens(whose.tokens).values() if token.state == TokenState.ACTIVE]
        active.sort(key=lambda token: (token.created_at, token.id), reverse=True)
        return UserTokens(items=[token_answer(token) for token in active], next=None, user=head_of(connection, whose))

    def create_specialist_token(
        self, connection: ConnectionInPath, user: UserInPath, new: NewToken, caller: Caller
    ) -> MadeToken:
        """Kept together with the specialist's list: a deactivation at the same time ends it, or keeps it from being."""
        self.integration.connection(connection)
        before = user_of(connection, Category.SPECIALISTS, user)
        tokens = stored_tokens(before.tokens).values()
        revoked = frozenset(token.id for token in tokens if token.state == TokenState.REVOKED)
        text, token = auth.made(new.description, new.role, new.expires_in_days, caller.id)
        token = replace(token, responsible=_responsible(connection, user))
        changed_user(
            connection,
            Category.SPECIALISTS,
            user,
            caller.id,
            lambda found: with_token(found, token.id, revoked),
            new_token=token,
        )
        return made_token(token, text)

    def revoke_specialist_token(
        self, connection: ConnectionInPath, user: UserInPath, token: TokenInPath, caller: Caller
    ) -> None:
        """It stays among the revoked of all tokens, as their trail."""
        self.integration.connection(connection)
        user_of(connection, Category.SPECIALISTS, user)
        kept = stored_token(token)
        if kept is None or kept.responsible != _responsible(connection, user):
            raise ProblemError(Problem("asms.token_unknown"))
        changed_user(
            connection,
            Category.SPECIALISTS,
            user,
            caller.id,
            lambda found: without_tokens(found, frozenset({token})),
        )


def _responsible(connection: str, user: str) -> str:
    return f"asms:{connection}:{user}"
