"""The worker of Promob: a message is a hint from it or to it, a sweep, or the run that deletes a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from promob.flows import KIND
from promob.privacy import HOLDINGS
from promob.records import open_promob
from promob.store.remains import ProjectRemains
from sincronia.engine.erasing import DELETION, Erasing
from sincronia.engine.hint_worker import HintOutside, work_hint
from sincronia.engine.measures import measure_hint
from sincronia.engine.privacy_task import PRIVACY, PrivacyWork
from sincronia.engine.state import RunKey
from sincronia.engine.tasks import Task
from sincronia.engine.worker import Outside, work
from sincronia.store.aws import S3Objects, SecretsManagerSecrets, SqsRunQueue
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.store.hinting import DynamoHintStore
from sincronia.store.hints import hint_in
from sincronia.store.privacy import DynamoHeld, DynamoRequests, PrivacyFiles
from sincronia.store.working import DynamoStore

SPARE_SECONDS = 20  # what is left of the function's time to commit and to queue the rest

logger = Logger()
processor = SqsFifoPartialProcessor()
objects, secrets = S3Objects(), SecretsManagerSecrets()
outside = HintOutside(DynamoHintStore(KIND.integration), objects, SqsHintQueue(), secrets, KIND, open_promob)
store, queue = DynamoStore(), SqsRunQueue()
tasks: Mapping[str, Task] = {
    DELETION: Erasing(store, queue, ProjectRemains()),
    PRIVACY: PrivacyWork(store, queue, PrivacyFiles(), DynamoRequests(), DynamoHeld(), HOLDINGS),
}
deletions = Outside(store, objects, queue, secrets, {}, tasks)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Brings each message's work on. A message comes again only for what nobody expected."""

    def move_on(record: SQSRecord) -> None:
        body, seconds = record.json_body, context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS
        logger.set_correlation_id(record.message_id)
        logger.append_keys(connection=body["connection"])
        if "run_id" in body:
            work(RunKey(body["connection"], body["run_id"]), deletions, seconds)
            return
        hint = hint_in(body)
        logger.append_keys(hint=hint.id, cause=hint.cause)
        stored = work_hint(hint, outside, seconds)
        if stored is not None:
            measure_hint(stored, KIND.day_flow)

    return process_partial_response(event=event, record_handler=move_on, processor=processor, context=context)
