"""SGP's webhooks: API Gateway → the queue of hints. Nothing that they say is acted on; the worker asks SGP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from sgp.flow_names import CONTRACT
from sgp.webhook_body import LOOKED_FOR, contract_in
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.web.webhooks import About, Webhooks

logger = Logger()


def _record_of(body: Mapping[str, Any]) -> About | None:
    contract = contract_in(body)
    return About(CONTRACT, contract) if contract else None


webhooks = Webhooks(integration="sgp", record_of=_record_of, looked_for=LOOKED_FOR, queue=SqsHintQueue())


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001  # the decorator takes it
    """Answers a request of API Gateway (payload 2.0)."""
    return webhooks.answer(event)
