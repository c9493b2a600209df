"""What S3 tells queues of objects, as AWS sends it, in the place of moto's.

moto 5.2.5 sends an event in the midst of the request: of an uploaded form before the object has its metadata, and of a
multipart upload twice, as if it had been put too. Here: when the request is done, as the caller (aws_server) says, and
of each kind of event only the last; with the key as AWS encodes it, and a sequencer, by which a key's events have an
order.

Source: Amazon S3 User Guide, "Event message structure" and "Supported event types".
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote_plus

from moto.s3 import notifications
from moto.s3.models import FakeBucket
from moto.s3.notifications import S3NotificationEvent

from local.moto_replaced import Replacement, replace

_SEQUENCE = count(1)


@dataclass(frozen=True)
class _Event:
    account_id: str
    name: S3NotificationEvent
    bucket: FakeBucket
    key: Any


@dataclass
class _Request(threading.local):
    """What the request of this thread has come to so far, by bucket, key, and what kind of event it is."""

    events: dict[tuple[str, str, str], _Event] = field(default_factory=dict)


_request = _Request()


def install() -> None:
    """Puts this module's function in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or the replaced function's signature differs.
    """
    replace(
        (
            Replacement(
                notifications,
                "send_event",
                "(account_id: str, event_name: moto.s3.notifications.S3NotificationEvent, bucket: Any, key: Any) "
                "-> None",
                send_event,
            ),
        ),
        module="local/object_events.py",
        tests="tests/contract/test_local_object_events.py",
    )


def send_event(account_id: str, event_name: S3NotificationEvent, bucket: Any, key: Any) -> None:
    """Keeps an event until its request is done; a later one of its kind takes its place."""
    if bucket.notification_configuration is not None:
        _request.events[bucket.name, key.name, event_name.split(":")[1]] = _Event(account_id, event_name, bucket, key)


def send_all() -> None:
    """Sends what the request of this thread has come to."""
    events, _request.events = _request.events, {}
    for event in events.values():
        configured = event.bucket.notification_configuration
        for told in configured.queue if configured else ():
            if told.matches(event.name, event.key.name):
                body = notifications._get_s3_event(event.name, event.bucket, event.key, told.id)
                body["Records"][0]["s3"]["object"] |= {
                    "key": quote_plus(event.key.name, safe="/"),
                    "sequencer": f"{next(_SEQUENCE):016X}",
                }
                region, _, queue = told.arn.split(":")[3:]
                notifications._send_sqs_message(event.account_id, body, queue, region)
