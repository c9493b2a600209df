"""An integration whose worker takes hints, in this process: its queue delivered by hand, its tables, its log."""

from __future__ import annotations

import json
import os
from typing import Any, cast

from tests.office_on_aws import AwsServer, Context, Sandbox, event, plain


class HintsOnAws:
    """The worker, the tick, and what they leave behind. Whoever is one has `aws`, `sandbox` and `integration`."""

    aws: AwsServer
    sandbox: Sandbox
    integration: str

    @property
    def queue_url(self) -> str:
        """Where its hints wait."""
        return os.environ["HINT_QUEUE_URL"]

    def tick(self, sandbox: Sandbox | None = None) -> None:
        """EventBridge Scheduler's call, as events/ has it."""
        (sandbox or self.sandbox).on_schedule.handler(event(f"{self.integration}/on_schedule/tick"), Context(60))

    def message(self) -> tuple[dict[str, Any], str] | None:
        """The next message as an SQS event, and its receipt; it stays in the queue until it is deleted."""
        received = self.aws.sqs.receive_message(QueueUrl=self.queue_url, VisibilityTimeout=0, WaitTimeSeconds=0)
        if not received.get("Messages"):
            return None
        message = received["Messages"][0]
        happening = event(f"{self.integration}/on_queue/hint")
        happening["Records"][0] |= {"body": message["Body"], "messageId": message["MessageId"]}
        return happening, message["ReceiptHandle"]

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """The worker's answer to an event: whether the message is spent."""
        answer = (sandbox or self.sandbox).on_queue.handler(happening, Context(seconds))
        return not answer["batchItemFailures"]

    def spend(self, receipt: str) -> None:
        """Deletes a message."""
        self.aws.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=receipt)

    def deliver(self) -> bool:
        """Delivers one message; False where none waits."""
        waiting = self.message()
        if waiting is None:
            return False
        if self.handle(waiting[0]):
            self.spend(waiting[1])
        return True

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as plain values."""
        pages = self.aws.dynamodb.get_paginator("scan").paginate(
            TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True
        )
        found = (item for page in pages for item in page["Items"])
        return [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]

    def log(self) -> list[dict[str, Any]]:
        """The hints of the log, the oldest first, with hint, effect and problem read."""
        rows = [row for row in self.rows("hints") if row["id"][0].isdigit()]
        read = ("hint", "effect", "problem")
        return [
            row | {name: json.loads(row[name]) for name in read if row.get(name)}
            for row in sorted(rows, key=lambda row: str(row["id"]))
        ]

    def last(self, record: int | str) -> dict[str, Any]:
        """The newest line of a record."""
        return [row for row in self.log() if row["hint"].get("record") == str(record)][-1]
