"""The worker of IBM Notes ↔ Zoho CRM: a queue message names a run, and the run is moved on.

Runs keep mailboxes and the CRM in step, schedule meetings, bring edits back, and delete connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from notes import bringing_back, meeting
from notes.answers import ANSWERS
from notes.bringing_back import BringingBack
from notes.flow_names import BRINGING_BACK, MEETING, SYNC
from notes.meeting import Meeting
from notes.opened_work import OpenedWork
from notes.privacy import HOLDINGS
from notes.store.mailboxes import DynamoMailboxes
from notes.store.remains import MailboxRemains
from notes.syncing.task import Syncing
from notes.syncing.told import told
from sincronia.engine.erasing import DELETION, Erasing
from sincronia.engine.measures import measure_run
from sincronia.engine.privacy_task import PRIVACY, PrivacyWork
from sincronia.engine.state import RunKey
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask, Task
from sincronia.engine.worker import Outside, work
from sincronia.store.aws import S3Objects, SecretsManagerSecrets, SqsRunQueue
from sincronia.store.privacy import DynamoHeld, DynamoRequests, PrivacyFiles
from sincronia.store.working import DynamoStore

SPARE_SECONDS = 20  # what is left of the function's time to queue the rest

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
store, queue, secrets = DynamoStore(), SqsRunQueue(), SecretsManagerSecrets()
mailboxes, objects = DynamoMailboxes(), S3Objects()
syncing = OpenedWork(store, secrets, SecretsManagerSecrets, ANSWERS, lambda opened: Syncing(mailboxes, objects, opened))
meetings = OpenedWork(
    store, secrets, SecretsManagerSecrets, ANSWERS, lambda opened: Meeting(mailboxes, opened), invites=True
)
returns = OpenedWork(store, secrets, SecretsManagerSecrets, ANSWERS, lambda opened: BringingBack(mailboxes, opened))
tasks: Mapping[str, Task] = {
    SYNC: SteppedTask(Steps(store, queue, ANSWERS, told), syncing.step),
    MEETING: SteppedTask(Steps(store, queue, ANSWERS, meeting.told), meetings.step),
    BRINGING_BACK: SteppedTask(Steps(store, queue, ANSWERS, bringing_back.told), returns.step),
    DELETION: Erasing(store, queue, MailboxRemains()),
    PRIVACY: PrivacyWork(store, queue, PrivacyFiles(), DynamoRequests(), DynamoHeld(), HOLDINGS),
}
outside = Outside(store, objects, queue, secrets, {}, tasks)


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
