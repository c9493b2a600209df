"""Zen's routes: its connections, and runs with what they did."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from sincronia.web.connections import Connections
from sincronia.web.integrated import application_of
from sincronia.web.run_decisions import RunCancels, RunDecisions
from sincronia.web.run_reads import Corrections, RunMessages, RunPlans, RunReads
from sincronia.web.run_starts import RunStarts
from zen.flow_routes import FlowRoutes
from zen.offered import INTEGRATION

logger = Logger()
application = application_of(
    INTEGRATION,
    (
        Connections,
        FlowRoutes,
        RunStarts,
        partial(RunReads, page="zen/run.html"),
        Corrections,
        RunMessages,
        RunPlans,
        RunCancels,
        RunDecisions,
    ),
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
