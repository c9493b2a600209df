"""Webhooks as a simulated vendor sends them: signed as Standard Webhooks has it, packed where they are large."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import requests

PACKED_FROM = 64 * 1024  # bytes; what is larger is sent as gzip
SECONDS = 30.0

# Posts a body with its headers to an address; gives status and body of the answer. Raises OSError where none comes.
Post = Callable[[str, bytes, Mapping[str, str]], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of an event, and what it was answered. `status` 0: no answer came."""

    event: str
    type: str
    status: int
    answer: Any  # the JSON of the answer; None where it had none

    def as_row(self) -> dict[str, Any]:
        """As the control path gives it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Event:
    type: str
    body: bytes  # as it is sent, each time
    packed: bool


def posted(address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Posts over HTTP; see Post."""
    response = requests.post(address, data=body, headers=dict(headers), timeout=SECONDS, allow_redirects=False)
    return response.status_code, response.content


class WebhookSender:
    """Sends events to one address; without an address they are kept, and count as unanswered.

    What was sent can be sent again by its id. `secret`: `whsec_…`.
    """

    def __init__(self, address: str = "", secret: str = "", post: Post = posted) -> None:
        self.address, self.secret = address, secret
        self.post = post
        self.deliveries: list[Delivery] = []
        self._events: dict[str, _Event] = {}

    def forget(self) -> None:
        """Forgets what was sent."""
        self.deliveries.clear()
        self._events.clear()

    def send(self, event: Mapping[str, Any], event_id: str = "") -> Delivery:
        """Sends an event under a new id, or under the one given."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        packed = len(body) > PACKED_FROM
        if packed:
            body = gzip.compress(body, mtime=0)
        event_id = event_id or f"msg_{uuid.uuid4().hex}"
        self._events[event_id] = _Event(str(event.get("type", "")), body, packed)
        return self.redeliver(event_id)

    def redeliver(self, event_id: str) -> Delivery:
        """Sends an event once more: the same id and body, signed anew. Raises KeyError."""
        event = self._events[event_id]
        status, content = 0, b""
        if self.address:
            with contextlib.suppress(OSError):  # requests' own errors are of this kind too
                status, content = self.post(self.address, event.body, self._headers(event_id, event))
        delivery = Delivery(event_id, event.type, status, _json(content))
        self.deliveries.append(delivery)
        return delivery

    def _headers(self, event_id: str, event: _Event) -> dict[str, str]:
        packed = {"Content-Encoding": "gzip"} if event.packed else {}
        signed = signature_headers(self.secret, event_id, int(time.time()), event.body)
        return {"Content-Type": "application/json", "User-Agent": "Promob/5.60", **packed, **signed}


def signature_headers(secret: str, event_id: str, moment: int, body: bytes) -> dict[str, str]:
    """The headers of a signed body. `moment`: seconds since 1970.

    Signed here, because the standard's library signs texts alone, and a packed body is none.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
