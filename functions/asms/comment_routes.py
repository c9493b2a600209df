"""Routes of comments on clients and specialists (seed 003, “Realimentação”): written once, never changed or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from pydantic import BaseModel, Field

from asms.changing import user_of
from asms.paths import CategoryInPath, UserInPath, user_path
from asms.store.comments import Comment, comments_of, keep_comment
from asms.store.upload_forms import files_origin
from asms.user_forms import UserHead, head_of
from sincronia import clock
from sincronia.auth import Role
from sincronia.store.asked import asked_for, digest
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of

_ANY = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"  # and so line breaks and tabs, too
_VISIBLE = r"[^\x00-\x1f\x7f\s]"

Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=5000,
        pattern=rf"^{_ANY}*{_VISIBLE}{_ANY}*$",
        description="Um texto que não é vazio, de uma ou mais linhas.",
    ),
]


class NewComment(Input):
    """What is to be noted."""

    text: Text


class CommentAnswer(BaseModel):
    """A comment."""

    id: str
    at: str
    by: str = Field(description="A identificação do token de quem comentou.")
    author: str = Field(description="A descrição que o token tinha.")
    text: str


class CommentPage(Page[CommentAnswer]):
    """A page of comments, and on whom they are."""

    user: UserHead


@dataclass(frozen=True, slots=True)
class CommentRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Realimentação")
        comments = f"{user_path(self.integration)}/comments"
        refuses = ("connection_unknown", "asms.user_unknown")
        routes.get(
            comments,
            role=Role.READER,
            summary="Lista os comentários sobre um usuário, os mais novos primeiro",
            refuses=refuses,
            page="asms/comments.html",
            elsewhere=files_origin,
        )(self.list_comments)
        routes.post(
            comments,
            role=Role.OPERATOR,
            summary="Comenta sobre um usuário",
            status=201,
            answered="O comentário, que não se altera nem se exclui.",
            refuses=refuses,
        )(self.add_comment)
        return routes

    def list_comments(
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        user: UserInPath,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> CommentPage:
        """The newest first."""
        self.integration.connection(connection)
        about = user_of(connection, category, user)
        found = comments_of(connection, user, limit, after_of(cursor))
        return CommentPage(
            items=[_answer(comment) for comment in found.values],
            next=cursor_of(found.after),
            user=head_of(connection, about),
        )

    def add_comment(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        user: UserInPath,
        new: NewComment,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> CommentAnswer:
        """Whoever died before the answer finds the comment that was made, not a second one."""
        self.integration.connection(connection)
        user_of(connection, category, user)
        name = f"{clock.moment()}#{uuid4().hex[:16]}"
        if idempotency_key:
            name = asked_for(digest(caller.id, connection, user, idempotency_key, new.text), name)
        comment = Comment(name, caller.id, caller.description, new.text)
        keep_comment(connection, user, comment)
        return _answer(comment)


def _answer(comment: Comment) -> CommentAnswer:
    return CommentAnswer(id=comment.id, at=comment.at, by=comment.by, author=comment.author, text=comment.text)
