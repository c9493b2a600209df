"""The hub's routes: tokens, and what is asked of all integrations at once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from hub import connections, described, health, notifications, privacy, receipts, records, runs, signing_in, tokens
from hub.answers import ANSWERS
from sincronia.web.application import Application

logger = Logger()
application = Application(
    [
        described.routes,
        signing_in.routes,
        tokens.routes,
        connections.routes,
        runs.routes,
        notifications.routes,
        records.routes,
        health.routes,
        receipts.routes,
        privacy.routes,
    ],
    ANSWERS,
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
