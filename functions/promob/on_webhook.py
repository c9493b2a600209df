"""Promob's webhooks: API Gateway → the bodies that are kept → the queue of hints. Promob is not called.

Negociar is answered with the page that Promob opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from promob.pages import page_to_open
from promob.webhook_body import LOOKED_FOR, MOST_UNPACKED, NEGOTIATED, record_of
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.store.webhook_bodies import keep_body
from sincronia.web.webhooks import Accepted, Webhooks

# In bytes. Lambda takes 6 MB with all that is around a body; of gzip, which is base64 there, 4 MB come through.
MOST_SENT = 5632 * 1024

logger = Logger()


def _answered(connection: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"open": page_to_open(connection, body["project"]["id"])} if body["type"] == NEGOTIATED else {}


webhooks = Webhooks(
    integration="promob",
    record_of=record_of,
    looked_for=LOOKED_FOR,
    queue=SqsHintQueue(),
    accepted=Accepted(most=MOST_SENT, most_unpacked=MOST_UNPACKED, signed_only=True),
    hashed=keep_body,
    answered=_answered,
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001  # the decorator takes it
    """Answers a request of API Gateway (payload 2.0)."""
    return webhooks.answer(event)
