"""The queue of hints, on the AWS server: what a message holds, what keeps its order, and what is queued once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sincronia.engine.hints import Cause, Decision, Hint, Period
from sincronia.store import hint_queue
from sincronia.store.hint_queue import HintsNotQueuedError, SqsHintQueue
from sincronia.store.hints import hint_in
from tests.office_on_aws import AwsServer

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

HINT = Hint(
    connection="provedor-modelo",
    id="20261123T090000000Z-0123456789abcdef",
    entity="contract",
    record="308",
    cause=Cause.WEBHOOK,
    received_at=1795424400.25,
    event_id="msg_1",
    body_hash="00ff",
)
SWEEP = replace(
    HINT,
    entity="conferir",
    record="",
    cause=Cause.DECISION,
    event_id="",
    by="token:ana",
    period=Period(1.0, 2.5),
    day="20261123T030000000Z-0123456789abcdef",
    decision=Decision.APPROVED,
)


@pytest.fixture
def queue(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty FIFO queue's address."""
    made = aws.sqs.create_queue(
        QueueName="hints.fifo",
        Attributes={
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        },
    )
    url = made["QueueUrl"]
    monkeypatch.setattr(hint_queue, "sqs", lambda: aws.sqs)
    monkeypatch.setattr("sincronia.settings.hint_queue_url", lambda: url)
    yield url
    aws.sqs.delete_queue(QueueUrl=url)


def _messages(aws: AwsServer, url: str) -> list[MessageTypeDef]:
    """Takes all messages, in their order."""
    found: list[MessageTypeDef] = []
    while messages := aws.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0, MessageSystemAttributeNames=["All"]
    ).get("Messages"):
        for message in messages:
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += messages
    return found


def _group(message: MessageTypeDef) -> str:
    return message["Attributes"]["MessageGroupId"]


@pytest.mark.parametrize("hint", [HINT, SWEEP])
def test_a_message_holds_the_whole_hint(aws: AwsServer, queue: str, hint: Hint) -> None:
    SqsHintQueue().send(hint)
    (message,) = _messages(aws, queue)

    assert hint_in(json.loads(message["Body"])) == hint
    assert _group(message) == f"provedor-modelo#{hint.record or 'conferir'}"


def test_a_hint_is_queued_once_for_each_of_its_turns(aws: AwsServer, queue: str) -> None:
    sent = SqsHintQueue()
    for turn in ("", "", "2", "2", "3"):
        sent.send(HINT, turn)
    sent.send(replace(HINT, body_hash="01"))
    sent.send(replace(HINT, id="20261123T090000001Z-0123456789abcdef"))
    sent.send_many([HINT, replace(HINT, record="309")])

    assert [_group(message)[-3:] for message in _messages(aws, queue)] == ["308"] * 5 + ["309"]


def test_a_group_that_sqs_would_not_take_has_another_name(aws: AwsServer, queue: str) -> None:
    records = ["x" * 112, "x" * 113, "y" * 500, "com espaço", "com espaco ", "á"]
    for number, record in enumerate(records):
        SqsHintQueue().send(replace(HINT, record=record, id=str(number)))
    groups = [_group(message) for message in _messages(aws, queue)]

    assert groups[0] == f"provedor-modelo#{'x' * 112}"
    assert len(groups[0]) == 128
    assert {len(group) for group in groups[1:]} == {32}
    assert len(set(groups)) == len(records)


def test_many_are_sent_ten_at_once(aws: AwsServer, queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hints = [replace(HINT, id=f"{number:04}", record=str(number % 4)) for number in range(23)]
    batches: list[int] = []
    monkeypatch.setattr(hint_queue, "sqs", lambda: _Watched(aws, batches))

    SqsHintQueue().send_many(iter(hints))
    SqsHintQueue().send_many([])

    assert batches == [10, 10, 3]
    received = [hint_in(json.loads(message["Body"])) for message in _messages(aws, queue)]
    assert {record: [hint.id for hint in received if hint.record == record] for record in "0123"} == {
        record: [hint.id for hint in hints if hint.record == record] for record in "0123"
    }
    assert len(received) == 23


class _Watched:
    """SQS that notes how many entries come at once, and leaves out those whose number it is told, as often as told."""

    def __init__(self, aws: AwsServer, batches: list[int], left_out: dict[str, int] | None = None) -> None:
        self.aws, self.batches, self.left_out = aws, batches, left_out or {}

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803  # AWS's names
        self.batches.append(len(Entries))
        failed = {entry["Id"] for entry in Entries if self.left_out.get(entry["Id"], 0) > 0}
        self.left_out = {name: times - 1 for name, times in self.left_out.items()}
        taken = [entry for entry in Entries if entry["Id"] not in failed]
        if taken:
            self.aws.sqs.send_message_batch(QueueUrl=QueueUrl, Entries=taken)
        return {"Failed": [{"Id": name} for name in failed]} if failed else {}


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_a_batch_leaves_out_is_sent_again_and_then_told(
    aws: AwsServer, queue: str, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    batches: list[int] = []
    watched = _Watched(aws, batches, {"1": times, "3": 1})
    monkeypatch.setattr(hint_queue, "sqs", lambda: watched)
    monkeypatch.setattr(hint_queue, "sleep", lambda _: None)
    hints = [replace(HINT, id=str(number), record=str(number)) for number in range(5)]

    if times < 3:
        SqsHintQueue().send_many(hints)
    else:
        with pytest.raises(HintsNotQueuedError):
            SqsHintQueue().send_many(hints)

    assert batches == [5, 2, 1][: times + 1]
    records = sorted(hint_in(json.loads(message["Body"])).record for message in _messages(aws, queue))
    assert records == (list("01234") if times < 3 else list("0234"))
