"""How people come in and leave: an integration token at the door, then a session; and the pages' own files."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web import static
from sincronia.web.admission import bearer_of
from sincronia.web.application import Input, Routes
from sincronia.web.browsers import HOME, local_path

FOR_EVER = "public, max-age=31536000, immutable"

routes = Routes("Páginas")


class Door(BaseModel):
    """The form for signing in; `next` is where it leads."""

    next: str


class Key(Input):
    """What a person signs in with."""

    token: str = ""


@routes.get("/", role=None, summary="Leva ao início", described=False)
def go_home() -> Response[Any]:
    """What is typed without a path."""
    return Response(status_code=303, headers={"Location": HOME})


@routes.get("/sign-in", role=None, summary="Mostra o formulário de entrada", page="sign_in.html", described=False)
def show_sign_in(next: Annotated[str, Query(max_length=4000)] = "") -> Door:  # noqa: A002  # the parameter's name
    """To whoever comes."""
    return Door(next=local_path(next))


@routes.post(
    "/sign-in",
    role=None,
    summary="Entra",
    status=204,
    idempotent=False,
    page="sign_in.html",
    described=False,
)
def sign_in(key: Key) -> Response[Any]:
    """Begins a session."""
    from sincronia.web import session  # noqa: PLC0415  # brings itsdangerous, which programs' requests don't need

    try:
        token = bearer_of(key.token.strip())
    except ProblemError as error:
        if error.problem.code == "token_malformed":
            raise ProblemError(Problem("sign_in_malformed")) from None
        raise
    return Response(status_code=204, cookies=[session.begun(token.id)])


@routes.post("/sign-out", role=Role.READER, summary="Sai", status=204, idempotent=False, described=False)
def sign_out() -> Response[Any]:
    """Ends the session in this browser; the token goes on."""
    from sincronia.web import session  # noqa: PLC0415  # as above

    return Response(status_code=204, cookies=[session.ended()])


@routes.get("/static/<file>", role=None, summary="Lê um arquivo das páginas", described=False)
def read_static(file: str) -> Response[Any]:
    """Its address changes with it."""
    found = static.served(file)
    if found is None:
        raise ProblemError(Problem("path_unknown"))
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(status_code=200, content_type=found.content_type, body=found.text, headers=headers)
