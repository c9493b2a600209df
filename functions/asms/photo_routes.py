"""Routes of clients' and specialists' photos: PNG, JPEG or WebP, whatever they are claimed to be."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, Field

from asms.catalogues import Category
from asms.changing import changed_user, user_of
from asms.paths import CategoryInPath, UserInPath, user_path
from asms.store.photos import content_type_of, delete_photo, holds, keep_photo, photo_key
from asms.users import User
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.store.results import link_to
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration

LONGEST_CONTENT = 700_000  # characters of base64: what fits into a request


class NewPhoto(Input):
    """A photo."""

    content: Annotated[str, Field(max_length=LONGEST_CONTENT, description="O arquivo da imagem, em base64.")]


class PhotoAnswer(BaseModel):
    """What was kept."""

    content_type: str
    size: int = Field(description="Em bytes.")


@dataclass(frozen=True, slots=True)
class PhotoRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Fotos")
        photo = f"{user_path(self.integration)}/photo"
        refuses = ("connection_unknown", "asms.user_unknown")
        routes.get(
            photo,
            role=Role.READER,
            summary="Baixa a foto de um usuário",
            status=303,
            answered="O endereço da foto, no cabeçalho Location; ele vale por 5 minutos.",
            refuses=(*refuses, "asms.photo_missing"),
        )(self.download_photo)
        routes.post(
            photo,
            role=Role.OPERATOR,
            summary="Guarda a foto de um usuário, no lugar da que houver",
            status=201,
            answered="O que a imagem é.",
            refuses=(*refuses, "asms.user_changed", "asms.photo_unreadable"),
        )(self.change_photo)
        routes.delete(
            photo,
            role=Role.OPERATOR,
            summary="Exclui a foto de um usuário",
            status=204,
            answered="O usuário não tem foto; repetir não muda nada.",
            refuses=(*refuses, "asms.user_changed"),
        )(self.remove_photo)
        return routes

    def download_photo(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath
    ) -> Response[None]:
        """By a link of its own each time."""
        self.integration.connection(connection)
        found = user_of(connection, category, user)
        if not found.photo:
            raise ProblemError(Problem("asms.photo_missing"))
        return Response(status_code=303, headers={"Location": link_to(found.photo)})

    def change_photo(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath, new: NewPhoto, caller: Caller
    ) -> PhotoAnswer:
        """The same once more changes nothing."""
        self.integration.connection(connection)
        content = _decoded(new.content)
        key = photo_key(connection, user, content, _kind_of(content))
        answer = PhotoAnswer(content_type=content_type_of(key), size=len(content))
        if holds(user_of(connection, category, user).photo, content):
            return answer
        keep_photo(key, content)
        _name_photo(connection, category, user, caller.id, key)
        return answer

    def remove_photo(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath, caller: Caller
    ) -> None:
        """The object after the user's row."""
        self.integration.connection(connection)
        _name_photo(connection, category, user, caller.id, "")


def _name_photo(connection: str, category: Category, user: str, by: str, key: str) -> None:
    """Makes an object the user's photo, or none where the key is empty, and deletes what was it before."""
    before: set[str] = set()

    def named(found: User) -> User:
        before.add(found.photo)
        return replace(found, photo=key)

    changed_user(connection, category, user, by, named)
    for earlier in before - {"", key}:
        delete_photo(earlier)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, and what isn't ASCII
        raise ProblemError(Problem("asms.photo_unreadable")) from None


def _kind_of(content: bytes) -> str:
    """By its first bytes: `png`, `jpg` or `webp`. Raises ProblemError(asms.photo_unreadable)."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    raise ProblemError(Problem("asms.photo_unreadable"))
