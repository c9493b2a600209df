"""What is dropped at imports/ in the data bucket: S3 → a queue → a run for each file, which the worker carries out."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from asms.importing.intake import dropped_in, take_in
from sincronia.engine.measures import measure_run
from sincronia.store.aws import SqsRunQueue

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
queue = SqsRunQueue()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Takes each message's files in. A message comes again only for what nobody expected."""

    def take_all_in(record: SQSRecord) -> None:
        logger.set_correlation_id(record.message_id)
        for dropped in dropped_in(record.json_body):
            run = take_in(dropped, queue)
            if run is not None:
                measure_run(run)

    return process_partial_response(event=event, record_handler=take_all_in, processor=processor, context=context)
