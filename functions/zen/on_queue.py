"""The worker of Questor → Zen: a queue message names a run, and the run is moved on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from sincronia.engine.erasing import DELETION, Erasing
from sincronia.engine.measures import measure_run
from sincronia.engine.privacy_task import PRIVACY, PrivacyWork
from sincronia.engine.state import RunKey
from sincronia.engine.tasks import Task
from sincronia.engine.worker import Outside, work
from sincronia.store.aws import S3Objects, SecretsManagerSecrets, SqsRunQueue
from sincronia.store.privacy import DynamoHeld, DynamoRequests, PrivacyFiles
from sincronia.store.remains import DynamoRemains
from sincronia.store.working import DynamoStore
from zen.flows import FLOWS
from zen.lanes import ENTITIES
from zen.privacy import HOLDINGS

SPARE_SECONDS = 20  # what is left of the function's time to commit and to queue the rest

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
store, queue = DynamoStore(), SqsRunQueue()
tasks: Mapping[str, Task] = {
    DELETION: Erasing(store, queue, DynamoRemains(ENTITIES)),
    PRIVACY: PrivacyWork(store, queue, PrivacyFiles(), DynamoRequests(), DynamoHeld(), HOLDINGS),
}
outside = Outside(store, S3Objects(), queue, SecretsManagerSecrets(), FLOWS, tasks)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Moves each message's run on. A message comes again only for what nobody expected."""

    def move_on(record: SQSRecord) -> None:
        key = RunKey(record.json_body["connection"], record.json_body["run_id"])
        logger.set_correlation_id(record.message_id)
        logger.append_keys(connection=key.connection, run_id=key.run_id)
        run = work(key, outside, context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS)
        if run is not None:
            measure_run(run)

    return process_partial_response(event=event, record_handler=move_on, processor=processor, context=context)
