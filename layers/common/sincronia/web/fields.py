"""Kinds of fields and addresses that several functions' routes share."""

from __future__ import annotations

import re
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

CONNECTION_FORM = r"^[a-z0-9][a-z0-9-]{1,60}$"
_LINE_FORM = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"
_YEAR = re.compile(r"[0-9]{4}-")


def _begins_with_a_year(value: Any) -> Any:
    """Pydantic takes a number for seconds since 1970, which the API doesn't offer."""
    if isinstance(value, str) and _YEAR.match(value):
        return value
    raise PydanticCustomError("string_pattern_mismatch", "no moment")


Line = Annotated[
    str, Field(min_length=1, max_length=200, pattern=_LINE_FORM, description="Um texto de uma linha, que não é vazio.")
]
Instant = Annotated[AwareDatetime, BeforeValidator(_begins_with_a_year)]  # a moment in ISO 8601, with its zone
ConnectionInPath = Annotated[str, Path(pattern=CONNECTION_FORM, description="A identificação da conexão.")]
ConnectionInQuery = Annotated[str, Query(pattern=CONNECTION_FORM, description="Só as desta conexão.")]
Month = Annotated[
    str,
    Query(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="O mês, como em 2026-11, no horário de São Paulo; sem ele, o mês atual.",
    ),
]


def connection_url(integration: str, connection: str) -> str:
    """Where a connection is read."""
    return f"/integrations/{integration}/connections/{connection}"


def run_url(integration: str, connection: str, run_id: str) -> str:
    """Where a run is read."""
    return f"{connection_url(integration, connection)}/runs/{run_id}"
