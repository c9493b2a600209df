"""SQS's delivery of messages as AWS documents it, in the place of moto's.

moto 5.2.5 forgets a deduplication id with its message and knows no scope for it; a receive that waits goes by the
groups that were in flight when it began, and spins until its end where one of them has more; and a message that is
sent while another is deleted may be lost. Here: one lock per queue, and a receive that looks again when something
changed. A message of a group waits while an earlier one is in flight, failed ones until they are visible again, and
goes before it only when that one is buried.

Nothing here ages: no queue on this machine lives for days.

Source: Amazon SQS Developer Guide, "FIFO queue delivery logic", "Using the message deduplication ID" and "Using
dead-letter queues"; API Reference, SetQueueAttributes (DeduplicationScope).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from copy import deepcopy
from typing import Any

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend, _filter_message_attributes

from local.moto_replaced import Replacement, replace

DEDUPLICATION_MILLISECONDS = 300_000
_LOOKS_AGAIN_SECONDS = 1.0  # a visibility timeout ends without a call that could tell of it


def install() -> None:
    """Puts this module's methods in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or a replaced method's signature differs.
    """
    replace(
        (
            Replacement(Queue, "add_message", "(self, message: moto.sqs.models.Message) -> None", add_message),
            Replacement(Queue, "delete_message", "(self, receipt_handle: str) -> None", delete_message),
            Replacement(
                SQSBackend,
                "receive_message",
                "(self, queue_name: str, count: int, wait_seconds_timeout: int, visibility_timeout: int, "
                "message_attribute_names: list[str] | None = None) -> list[moto.sqs.models.Message]",
                receive_message,
            ),
        ),
        module="local/queues.py",
        tests="tests/contract/test_local_queues.py",
    )


def add_message(queue: Queue, message: Message) -> None:
    """Takes a message; one whose deduplication id was sent within five minutes is accepted, and never delivered."""
    with queue._messages_lock:
        if queue.fifo_queue and _was_sent(queue, message):
            return
        queue._messages.append(message)
        queue._messages_lock.notify_all()


def delete_message(queue: Queue, receipt_handle: str) -> None:
    """Deletes the message that was ever received under this handle; once more is no error.

    Raises moto's ReceiptHandleIsInvalid for a handle that the queue never gave.
    """
    with queue._messages_lock:
        if receipt_handle in queue.deleted_messages:
            return
        for position, message in enumerate(queue._messages):
            if message.had_receipt_handle(receipt_handle):
                queue.deleted_messages.update(handle for handle in message.all_receipt_handles if handle)
                del queue._messages[position]
                queue._messages_lock.notify_all()  # its group may go on
                return
        raise ReceiptHandleIsInvalid


def receive_message(  # noqa: PLR0917  # moto's own signature
    backend: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    """Up to `count` messages, which are in flight for `visibility_timeout` seconds; waits for the first one."""
    queue = backend.get_queue(queue_name)
    end = time.monotonic() + wait_seconds_timeout
    with queue._messages_lock:
        while not (received := _received(queue, count, visibility_timeout)) and (left := end - time.monotonic()) > 0:
            queue._messages_lock.wait(min(left, _LOOKS_AGAIN_SECONDS))
    for message in received:
        _filter_message_attributes(message, message_attribute_names or [])
    return received


def _received(queue: Queue, count: int, visibility_timeout: int) -> list[Message]:
    in_flight = {message.group_id for message in queue._messages if queue.fifo_queue and not message.visible}
    policy: dict[str, Any] = queue.redrive_policy or {}
    received: list[Message] = []
    for message in queue.messages:
        if len(received) == count:
            break
        if queue.fifo_queue and message.group_id in in_flight:
            continue
        if policy and message.approximate_receive_count >= policy["maxReceiveCount"]:
            _bury(queue, message)
            continue
        message.mark_received(visibility_timeout=visibility_timeout)
        received.append(deepcopy(message))
    return received


def _bury(queue: Queue, message: Message) -> None:
    """To the dead letters; there no deduplication id is looked at."""
    dead_letters = queue.dead_letter_queue
    if dead_letters is None:
        raise RuntimeError(f"{queue.name} has a redrive policy and no dead letter queue")
    queue._messages.remove(message)
    with dead_letters._messages_lock:
        dead_letters._messages.append(message)
        dead_letters._messages_lock.notify_all()


def _was_sent(queue: Queue, message: Message) -> bool:
    """Whether its id was sent lately, in its group or in the whole queue; remembered though the message be deleted."""
    sent: OrderedDict[tuple[str | None, str | None], int] = vars(queue).setdefault("_sent_lately", OrderedDict())
    now = message.sent_timestamp or 0
    while sent and next(iter(sent.values())) <= now - DEDUPLICATION_MILLISECONDS:
        sent.popitem(last=False)
    by_group = vars(queue)["deduplication_scope"] == "messageGroup"
    key = (message.group_id if by_group else None, message.deduplication_id)
    if key in sent:
        return True
    sent[key] = now
    return False
