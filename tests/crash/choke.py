"""The two places that every I/O call passes, below all retries, and what can befall a call there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import botocore.exceptions
import botocore.httpsession
import pytest
import requests
import requests.adapters


class Death(BaseException):  # no error: nothing may catch it
    """The process is gone."""


class Fate(StrEnum):
    """What befalls the k-th call."""

    BEFORE = "before"  # death, and nothing was sent
    AFTER = "after"  # it took effect, then death
    LOST = "lost"  # it took effect, and the answer never came; the process lives


@dataclass
class Choke:
    """Counts the calls of the thread that is watched, and lets a fate befall the k-th."""

    at: int = 0
    fate: Fate = Fate.BEFORE
    pause: Callable[[], None] | None = None  # instead of a fate: called, unwatched, before the k-th call is sent
    count: int = 0
    dead: bool = False
    seen: list[str] = field(default_factory=list)
    thread: int | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What this thread calls in here is counted."""
        self.thread = threading.get_ident()
        try:
            yield
        finally:
            self.thread = None

    def revive(self) -> None:
        """A new process: it is alive, and nothing more befalls it."""
        self.dead = False

    def pass_through(self, name: str, send: Callable[[], Any], lost: Exception) -> Any:
        """One call: `send` does it, `lost` is how its library says that no answer came."""
        if self.thread != threading.get_ident():
            return send()
        if self.dead:
            raise Death
        self.count += 1
        self.seen.append(name)
        if self.count != self.at:
            return send()
        if self.pause:
            self.thread = None
            try:
                self.pause()
            finally:
                self.thread = threading.get_ident()
            return send()
        if self.fate == Fate.BEFORE:
            self.dead = True
            raise Death
        answer = send()
        if self.fate == Fate.AFTER:
            self.dead = True
            raise Death
        answer.raw.close()
        raise lost


@contextmanager
def choked(choke: Choke, monkeypatch: pytest.MonkeyPatch) -> Iterator[Choke]:
    """Puts the choke in place of both sends, and takes the waiting out of botocore's retries."""
    aws_send = botocore.httpsession.URLLib3Session.send
    vendor_send = requests.adapters.HTTPAdapter.send

    def send_to_aws(session: Any, request: Any) -> Any:
        lost = botocore.exceptions.ConnectionClosedError(endpoint_url=request.url)
        target = request.headers.get("X-Amz-Target", request.method)
        name = target.decode() if isinstance(target, bytes) else str(target)
        return choke.pass_through(name, lambda: aws_send(session, request), lost)

    def send_to_vendor(adapter: Any, request: Any, **options: Any) -> Any:
        lost = requests.exceptions.ConnectionError("lost")
        return choke.pass_through(f"vendor {request.method}", lambda: vendor_send(adapter, request, **options), lost)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.httpsession.URLLib3Session, "send", send_to_aws)
        patch.setattr(requests.adapters.HTTPAdapter, "send", send_to_vendor)
        patch.setattr(time, "sleep", lambda _: None)
        yield choke
