"""The queue of hints on SQS: a message holds the whole hint, and the hints of one record keep their order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import blake2b
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING

from sincronia import settings
from sincronia.engine.hints import Hint
from sincronia.store.aws import sqs

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_AT_ONCE = 10  # the most that SendMessageBatch takes
_PAUSES = (0.1, 0.4)  # seconds before what a batch left out is sent again
_GROUP_FORM = re.compile(r"[!-~]{1,128}")  # what SQS takes as the name of a group


class HintsNotQueuedError(Exception):
    """SQS did not take all of the hints; those that it took are queued once, however often they are sent again."""


class SqsHintQueue:
    """Implements sincronia.engine.hint_ports.HintQueue. What is sent again within five minutes is queued once."""

    def send(self, hint: Hint, turn: str = "") -> None:
        sqs().send_message(
            QueueUrl=settings.hint_queue_url(),
            MessageBody=_body(hint),
            MessageGroupId=_group(hint),
            MessageDeduplicationId=_once(hint, turn),
        )

    def send_many(self, hints: Iterable[Hint]) -> None:
        """Raises HintsNotQueuedError."""
        remaining = iter(hints)
        while batch := tuple(islice(remaining, _AT_ONCE)):
            _send_batch(batch)


def _send_batch(hints: Iterable[Hint]) -> None:
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {
            "Id": str(number),
            "MessageBody": _body(hint),
            "MessageGroupId": _group(hint),
            "MessageDeduplicationId": _once(hint, ""),
        }
        for number, hint in enumerate(hints)
    ]
    for pause in (0, *_PAUSES):
        sleep(pause)
        answer = sqs().send_message_batch(QueueUrl=settings.hint_queue_url(), Entries=entries)
        failed = {one["Id"] for one in answer.get("Failed", ())}
        entries = [entry for entry in entries if entry["Id"] in failed]
        if not entries:
            return
    raise HintsNotQueuedError


def _body(hint: Hint) -> str:
    return json.dumps(asdict(hint), separators=(",", ":"))


def _group(hint: Hint) -> str:
    """One for each record, and for each sweep of a connection."""
    name = f"{hint.connection}#{hint.record or hint.entity}"
    return name if _GROUP_FORM.fullmatch(name) else _digest(name)


def _once(hint: Hint, turn: str) -> str:
    """What SQS knows a hint's turn by."""
    return _digest("\n".join((hint.id, hint.body_hash, turn)))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
