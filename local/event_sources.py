"""Lambda's SQS event source mapping: takes messages, invokes the function, deletes what it did.

What failed stays in the queue, comes back when its visibility timeout ends, and goes to the dead letters by redrive.
Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.functions import SANDBOXES, Functions
from local.provisioned import MappingSpec
from local.sandbox import Answer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

CALLER = "event-source"  # the access key that polls; the calls aren't the function's
_LONGEST_WAIT_SECONDS = 20
_log = logging.getLogger(__name__)


class QueuePoller:
    """One mapping. A thread receives; each batch is carried out in a thread of its own."""

    def __init__(self, spec: MappingSpec, functions: Functions, sqs: SQSClient, *, region: str) -> None:
        self._spec = spec
        self._functions = functions
        self._sqs = sqs
        self._region = region
        self._url = sqs.get_queue_url(QueueName=spec.queue_arn.rpartition(":")[2])["QueueUrl"]
        self._free = threading.Semaphore(min(spec.concurrency, SANDBOXES))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, name=spec.logical_id, daemon=True)

    def start(self) -> None:
        """Begins to take messages."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no more; what was received and isn't done comes back by its visibility timeout."""
        self._stopping.set()

    def join(self, seconds: float) -> None:
        """Waits for the thread that receives to end."""
        self._thread.join(seconds)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._free.acquire()
            messages: Sequence[MessageTypeDef] = []
            try:
                messages = self._received()
            except (BotoCoreError, ClientError):
                if not self._stopping.wait(1):
                    _log.exception("%s: a fila não respondeu", self._spec.logical_id)
            if not messages or self._stopping.is_set():
                self._free.release()
                continue
            threading.Thread(target=self._carry_out, args=(messages,), name="batch", daemon=True).start()

    def _received(self) -> Sequence[MessageTypeDef]:
        return self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._spec.batch_size,
            WaitTimeSeconds=_LONGEST_WAIT_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])

    def _carry_out(self, messages: Sequence[MessageTypeDef]) -> None:
        try:
            event = {"Records": [self._record(message) for message in messages]}
            answer = self._functions.invoke(self._spec.function_name, json.dumps(event).encode())
            for message in _done(messages, answer, reports_failures=self._spec.reports_failures):
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        except Exception:
            if not self._stopping.is_set():
                _log.exception("%s: o lote fica na fila", self._spec.logical_id)
        finally:
            self._free.release()

    def _record(self, message: MessageTypeDef) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._spec.queue_arn,
            "awsRegion": self._region,
        }


def _done(messages: Sequence[MessageTypeDef], answer: Answer, *, reports_failures: bool) -> list[MessageTypeDef]:
    """The messages to delete. An answer that isn't a valid report fails the whole batch, as on AWS."""
    if answer.failed:
        return []
    report = answer.value() if reports_failures else None
    if not report:
        return list(messages)
    if not isinstance(report, dict):
        return []
    failures = report.get("batchItemFailures") or []
    if not isinstance(failures, list) or not all(isinstance(failure, dict) for failure in failures):
        return []
    failed = {failure.get("itemIdentifier") for failure in failures}
    if not failed <= {message["MessageId"] for message in messages}:
        return []
    return [message for message in messages if message["MessageId"] not in failed]
