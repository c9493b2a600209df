"""The one-minute tick of IBM Notes ↔ Zoho CRM: EventBridge Scheduler → due runs and waiting runs to the queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from notes.flow_names import INTEGRATION
from sincronia.engine.measures import measure_tick
from sincronia.engine.tick import tick
from sincronia.store.aws import SqsRunQueue
from sincronia.store.scheduling import DynamoSchedule

logger = Logger()
schedule, queue = DynamoSchedule(), SqsRunQueue()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001  # the decorator takes it
    """The event's time is for people who read logs; what is due is judged by the clock."""
    ticked = tick(INTEGRATION, {}, schedule, queue)
    measure_tick(ticked)
    logger.info("tick", scheduled_at=event.get("time"), started=ticked.started, queued=ticked.queued)
