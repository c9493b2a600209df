"""SGP's routes: its connections, the log of hints, what people ask of them, and the table of statuses."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from sgp.offered import INTEGRATION
from sgp.status_routes import StatusRoutes
from sincronia.web.connections import Connections
from sincronia.web.hint_acts import HintActs
from sincronia.web.hint_reads import HintReads
from sincronia.web.integrated import application_of
from sincronia.web.run_reads import Corrections, RunReads
from sincronia.web.webhook_addresses import WebhookAddresses

logger = Logger()
application = application_of(
    INTEGRATION,
    (Connections, WebhookAddresses, HintReads, HintActs, RunReads, Corrections, StatusRoutes),
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
