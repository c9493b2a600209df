"""A POST that is sent twice with the same Idempotency-Key acts once; Powertools keeps the first answer for 24 hours.

Imported with the first such request: Powertools brings boto3 along.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.serialization.custom_dict import CustomDictSerializer
from aws_lambda_powertools.utilities.typing import LambdaContext

from sincronia.answers import Problem, ProblemError
from sincronia.settings import table
from sincronia.store.connected import dynamodb

KEPT_SECONDS = 24 * 3600
_FORM = re.compile(r"[!-~]{1,128}")

Kept = Callable[[Any], Any]


@cache
def _rows() -> DynamoDBPersistenceLayer:
    client: Any = dynamodb.client
    return DynamoDBPersistenceLayer(table_name=table("requests"), boto3_client=client)


def once(
    *, key: str, scope: list[str], body: Any, act: Callable[[], Response[Any]], kept: Kept, context: LambdaContext
) -> Response[Any]:
    """Acts, or gives the answer that it gave before, marked `Idempotency-Replayed: true`.

    scope: the caller and what is called, which the key belongs to; kept: what of the answer's body may be kept.
    A problem is not kept: the same key may try again. Raises ProblemError.
    """
    if not _FORM.fullmatch(key):
        raise ProblemError(Problem("idempotency_key_invalid"))

    def out(response: Response[Any]) -> dict[str, Any]:
        return {"status": response.status_code, "headers": dict(response.headers), "body": kept(response.body)}

    def replayed(answer: dict[str, Any]) -> Response[Any]:
        headers = {**answer["headers"], "Idempotency-Replayed": "true"}
        return Response(status_code=answer["status"], headers=headers, body=answer["body"])

    def acting(*, request: dict[str, Any]) -> Response[Any]:  # noqa: ARG001  # Powertools takes key and payload from it
        return act()

    acts_once = idempotent_function(
        acting,
        data_keyword_argument="request",
        persistence_store=_rows(),
        config=IdempotencyConfig(
            event_key_jmespath="scope",
            payload_validation_jmespath="body",
            expires_after_seconds=KEPT_SECONDS,
            hash_function="sha256",
            lambda_context=context,
        ),
        output_serializer=CustomDictSerializer(out, replayed),
        key_prefix="http",
    )
    try:
        response: Response[Any] = acts_once(request={"scope": [*scope, key], "body": {"sent": body}})
    except IdempotencyValidationError:
        raise ProblemError(Problem("idempotency_key_reused")) from None
    except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
        raise ProblemError(Problem("idempotency_in_progress")) from None
    return response
