"""Queues of the local AWS server against what AWS writes of their delivery, FIFO queues above all."""

from __future__ import annotations

import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import pytest
from moto.sqs.models import Message, Queue

from local import queues
from local.moto_replaced import MotoChangedError
from tests.office_on_aws import AwsServer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

FIFO = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
NUMBERS = count()


class QueueOnAws:
    """One queue and its dead letters; a message is received for five minutes unless a test says otherwise."""

    def __init__(self, sqs: SQSClient, **attributes: str) -> None:
        self.sqs = sqs
        name, ending = f"queue-{next(NUMBERS)}", ".fifo" if "FifoQueue" in attributes else ""
        fifo: Any = {"FifoQueue": "true"} if ending else {}
        arn = f"arn:aws:sqs:{sqs.meta.region_name}:123456789012:{name}-dead{ending}"
        redrive = {"RedrivePolicy": f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 2}}'}
        self.dead: str = sqs.create_queue(QueueName=f"{name}-dead{ending}", Attributes=fifo)["QueueUrl"]
        wanted: Any = {"VisibilityTimeout": "300"} | redrive | attributes
        self.url: str = sqs.create_queue(QueueName=name + ending, Attributes=wanted)["QueueUrl"]

    def send(self, group: str, body: str, deduplication_id: str | None = None) -> None:
        self.sqs.send_message(
            QueueUrl=self.url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=deduplication_id or f"{group}-{body}",
        )

    def received(self, most: int = 1, *, wait: int = 0, url: str | None = None) -> list[MessageTypeDef]:
        answer = self.sqs.receive_message(
            QueueUrl=url or self.url,
            MaxNumberOfMessages=most,
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def bodies(self, most: int = 1, *, wait: int = 0) -> list[str]:
        return [message["Body"] for message in self.received(most, wait=wait)]

    def fails(self, message: MessageTypeDef) -> None:
        self.sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

    def delete(self, message: MessageTypeDef) -> None:
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def queue_of(aws: AwsServer) -> Iterator[Callable[..., QueueOnAws]]:
    made: list[QueueOnAws] = []

    def make(**attributes: str) -> QueueOnAws:
        made.append(QueueOnAws(aws.sqs, **attributes))
        return made[-1]

    yield make
    for each in made:
        for url in (each.url, each.dead):
            aws.sqs.delete_queue(QueueUrl=url)


def test_a_group_waits_while_one_of_it_is_in_flight_and_others_go_on(queue_of: Callable[..., QueueOnAws]) -> None:
    queue = queue_of(**FIFO)
    for group, body in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        queue.send(group, body)
    (first,) = queue.received()
    assert (first["Body"], first["Attributes"]["MessageGroupId"]) == ("a1", "a")
    assert queue.bodies(10) == ["b1"]
    assert queue.bodies(10) == []
    queue.delete(first)
    assert queue.bodies(10) == ["a2"]


def test_several_of_a_group_come_together_in_their_order(queue_of: Callable[..., QueueOnAws]) -> None:
    queue = queue_of(**FIFO)
    for number in range(4):
        queue.send("a", f"a{number}")
    assert queue.bodies(3) == ["a0", "a1", "a2"]
    assert queue.bodies(3) == []


def test_what_failed_comes_again_before_the_rest_of_its_group(queue_of: Callable[..., QueueOnAws]) -> None:
    queue = queue_of(**FIFO)
    queue.send("a", "a1")
    queue.send("a", "a2")
    (first,) = queue.received()
    queue.fails(first)
    (again,) = queue.received(10)[:1]
    assert (again["Body"], again["Attributes"]["ApproximateReceiveCount"]) == ("a1", "2")


def test_a_group_goes_on_once_its_message_is_buried(queue_of: Callable[..., QueueOnAws]) -> None:
    """Buried without a look at deduplication ids: those of two groups may be the same."""
    queue = queue_of(**FIFO)
    for group in ("a", "b"):
        queue.send(group, "poison", "same-id")
        queue.send(group, f"{group}2")
    for _ in range(2):
        for message in (queue.received()[0], queue.received()[0]):
            queue.fails(message)
    assert queue.bodies(10) == ["a2", "b2"]
    buried = queue.received(10, url=queue.dead)
    assert [(each["Body"], each["Attributes"]["MessageGroupId"]) for each in buried] == [
        ("poison", "a"),
        ("poison", "b"),
    ]


def test_a_receive_that_waits_hears_of_what_changes(queue_of: Callable[..., QueueOnAws]) -> None:
    """Of a message that is sent, and of a group that may go on: in both cases at once."""
    queue = queue_of(**FIFO)
    queue.send("a", "a1")
    (first,) = queue.received()
    queue.send("a", "a2")
    with ThreadPoolExecutor(1) as waiting:
        began = time.monotonic()
        for change, expected in ((partial(queue.delete, first), "a2"), (partial(queue.send, "b", "b1"), "b1")):
            coming = waiting.submit(queue.bodies, wait=10)
            time.sleep(0.1)
            assert not coming.done()
            change()
            assert coming.result() == [expected]
    assert time.monotonic() - began < 3


def test_an_id_is_remembered_though_its_message_is_deleted(queue_of: Callable[..., QueueOnAws]) -> None:
    queue = queue_of(**FIFO)
    queue.send("a", "once", "id")
    (first,) = queue.received()
    queue.send("a", "in-flight", "id")
    queue.delete(first)
    queue.send("a", "deleted", "id")
    assert queue.bodies(10) == []
    queue.send("a", "other", "other-id")
    assert queue.bodies(10) == ["other"]


@pytest.mark.parametrize(("scope", "expected"), [("messageGroup", ["a1", "b1"]), ("queue", ["a1"])])
def test_an_id_counts_within_its_scope(queue_of: Callable[..., QueueOnAws], scope: str, expected: list[str]) -> None:
    queue = queue_of(FifoQueue="true", DeduplicationScope=scope)
    queue.send("a", "a1", "id")
    queue.send("b", "b1", "id")
    assert queue.bodies(10) == expected


@pytest.mark.parametrize(("milliseconds", "expected"), [(299_999, ["first"]), (300_000, ["first", "again"])])
def test_an_id_is_remembered_for_five_minutes_from_its_first_sending(milliseconds: int, expected: list[str]) -> None:
    queue: Any = cast("Any", Queue)("sample.fifo", "sa-east-1", "123456789012", **FIFO)
    for body, sent_at in (("first", 0), ("between", 200_000), ("again", milliseconds)):
        message: Any = Message(body, body)
        message.group_id, message.deduplication_id, message.sent_timestamp = "a", "id", 1_795_424_400_000 + sent_at
        queues.add_message(queue, message)
    assert [message.body for message in queue._messages] == expected


@pytest.mark.parametrize("attributes", [FIFO, {}], ids=["fifo", "standard"])
def test_nothing_is_lost_or_doubled_where_many_send_and_receive(
    queue_of: Callable[..., QueueOnAws], attributes: dict[str, str]
) -> None:
    queue = queue_of(**attributes)
    groups, each = [f"g{number}" for number in range(6)], 15
    seen: dict[str, list[str]] = {group: [] for group in groups}
    at_work: list[str] = []
    together: list[str] = []  # groups that were met while one of their messages was at work
    lock, end = threading.Lock(), time.monotonic() + 20

    def send(group: str) -> None:
        for number in range(each):
            fifo: Any = {"MessageGroupId": group, "MessageDeduplicationId": f"{number}"} if attributes else {}
            queue.sqs.send_message(QueueUrl=queue.url, MessageBody=f"{group} {number}", **fifo)

    def work() -> None:
        while sum(map(len, seen.values())) < each * len(groups) and time.monotonic() < end:
            for message in queue.received():
                group, number = message["Body"].split()
                with lock:
                    together.extend([group] if group in at_work else [])
                    at_work.append(group)
                    seen[group].append(number)
                time.sleep(0.001)
                with lock:
                    at_work.remove(group)
                queue.delete(message)

    with ThreadPoolExecutor(10) as pool:
        for done in [pool.submit(send, group) for group in groups] + [pool.submit(work) for _ in range(4)]:
            done.result()
    wanted = [str(number) for number in range(each)]
    if attributes:
        assert seen == dict.fromkeys(groups, wanted)
        assert together == []
    else:
        assert {group: sorted(numbers) for group, numbers in seen.items()} == dict.fromkeys(groups, sorted(wanted))


def test_an_aws_that_was_cleared_takes_what_it_was_sent_before(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    aws.renew("sgp")
    queue = os.environ["HINT_QUEUE_URL"]
    before = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    for _ in range(2):
        aws.sqs.send_message(QueueUrl=queue, MessageBody="hint", MessageGroupId="a", MessageDeduplicationId="id")
        assert [each["Body"] for each in aws.sqs.receive_message(QueueUrl=queue)["Messages"]] == ["hint"]
        aws.clear()
    after = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    moved = {"CreatedTimestamp", "LastModifiedTimestamp"}
    assert {k: v for k, v in after.items() if k not in moved} == {k: v for k, v in before.items() if k not in moved}


def test_another_signature_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inspect.getattr_static(Queue, "add_message")

    def changed(self: Queue, message: Message, at: float) -> None:
        before(self, message)

    monkeypatch.setattr(Queue, "add_message", changed)
    with pytest.raises(MotoChangedError, match=r"Queue\.add_message"):
        queues.install()
    assert inspect.getattr_static(Queue, "add_message") is changed
