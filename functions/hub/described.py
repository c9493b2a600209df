"""The OpenAPI document of all functions, as it is committed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response, content_types

from sincronia.web.application import Routes

routes = Routes("Documento")


@cache
def _document() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


@routes.get("/openapi.json", role=None, summary="Lê este documento", answered="O documento OpenAPI.")
def read_document() -> Response[Any]:
    """Without a token."""
    return Response(status_code=200, content_type=content_types.APPLICATION_JSON, body=_document())
