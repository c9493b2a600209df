"""The queues of what no worker could carry out: how much lies in each."""

from __future__ import annotations

from sincronia import settings
from sincronia.store.aws import sqs


def dead_letters() -> dict[str, int]:
    """About how many messages each queue holds, by its name; SQS counts them a little late."""
    return {name: _held(url) for name, url in settings.dead_letter_queue_urls().items()}


def _held(url: str) -> int:
    answer = sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
