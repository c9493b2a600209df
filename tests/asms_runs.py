"""What brings ASMS's runs on in tests: the tick, and the worker with one message after the other."""

from __future__ import annotations

import os
import urllib.request
from collections import Counter
from contextlib import suppress

from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from local.calls import CALLS_PATH, Record, Right
from tests.asms_on_aws import Asms
from tests.office_on_aws import Context, event


def tick(asms: Asms) -> None:
    """One tick."""
    asms.sandbox.on_schedule.handler(event("asms/on_schedule/tick"), Context(60))


def delivered(asms: Asms, seconds: float = 300) -> bool:
    """Delivers one message, which is spent then, whatever becomes of it; False where none waits."""
    queue = os.environ["RUN_QUEUE_URL"]
    waiting = asms.aws.sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, WaitTimeSeconds=0).get("Messages", [])
    if not waiting:
        return False
    asms.aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=waiting[0]["ReceiptHandle"])
    happening = event("asms/on_queue/deletion")
    happening["Records"][0] |= {"body": waiting[0]["Body"], "messageId": waiting[0]["MessageId"]}
    with suppress(BatchProcessingError):
        asms.sandbox.on_queue.handler(happening, Context(seconds))
    return True


def called(asms: Asms) -> Counter[Right]:
    """The AWS calls since the last time."""
    request = urllib.request.Request(f"{asms.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return Record.from_json(answer.read()).rights
