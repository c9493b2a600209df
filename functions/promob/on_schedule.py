"""The one-minute tick of Promob: hints that waited or were never queued, days that are over."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from promob.flows import KIND
from sincronia.engine.hint_tick import hint_tick
from sincronia.engine.measures import measure_tick
from sincronia.store.aws import SqsRunQueue
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.store.hinting import DynamoHintSchedule

logger = Logger()
schedule, hints, runs = DynamoHintSchedule(KIND.integration), SqsHintQueue(), SqsRunQueue()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001  # the decorator takes it
    """The event's time is for people who read logs; what is due is judged by the clock."""
    ticked = hint_tick(KIND, schedule, hints, runs)
    measure_tick(ticked)
    logger.info("tick", scheduled_at=event.get("time"), started=ticked.started, queued=ticked.queued)
