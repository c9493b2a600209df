"""Faults on demand: what a simulator does wrong, when, and how often."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What goes wrong. Those of the transport befall any request, those of a listing only its pages."""

    LATENCY = "latency"  # the answer comes `seconds` later
    BUSY = "busy"  # 429, with `retry_after` as its header where there is one
    ERROR = "error"  # `status`, without effect; with `retry_after` too
    RESET = "reset"  # the connection breaks before anything is done
    LOST_ANSWER = "lost_answer"  # it is done, and then the connection breaks
    REDIRECT = "redirect"  # 302 to `location`
    WRONG_CONTENT_TYPE = "wrong_content_type"  # it is done, and a page of HTML comes back
    CUT_SHORT = "cut_short"  # rows end after `keep`, while the total still counts all
    EMPTY = "empty"  # no rows, and a total of 0
    MALFORMED_RECORD = "malformed_record"  # the row at `position` of a page lacks what it must have


TRANSPORT = frozenset({Kind.BUSY, Kind.ERROR, Kind.RESET, Kind.LOST_ANSWER, Kind.REDIRECT, Kind.WRONG_CONTENT_TYPE})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It befalls requests of `method`, `operation` and `subject` (None: all), after the first `after`.

    It does so `times` times; None: until it is cleared. A subject is a consultation of Questor, a resource of others.
    """

    kind: Kind
    times: int | None = 1
    after: int = 0
    method: str | None = None
    operation: str | None = None
    subject: str | None = None
    seconds: float = 0.0
    retry_after: str | None = None
    status: int = 500
    location: str = "/"
    keep: int = 0
    position: int = 0

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Fault:
        """The fault that a control request describes. Raises TypeError and ValueError where it describes none."""
        return Fault(**{**values, "kind": Kind(values["kind"])})


class Faults:
    """The faults that wait for requests. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def set(self, *faults: Fault) -> None:
        """Adds faults behind those that wait."""
        with self._lock:
            self._waiting.extend(faults)

    def clear(self) -> None:
        """Forgets all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, kinds: Iterable[Kind], method: str, operation: str, subject: str = "") -> Fault | None:
        """The first fault of these kinds that befalls the request; it counts as used."""
        wanted = frozenset(kinds)
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.kind not in wanted or not _matches(fault, method, operation, subject):
                    continue
                if fault.after > 0:
                    self._waiting[index] = replace(fault, after=fault.after - 1)
                    continue
                if fault.times is not None:
                    left = fault.times - 1
                    self._waiting[index : index + 1] = [replace(fault, times=left)] if left > 0 else []
                return fault
        return None

    def waiting(self) -> int:
        """How many faults wait."""
        with self._lock:
            return len(self._waiting)


def _matches(fault: Fault, method: str, operation: str, subject: str) -> bool:
    meant = ((fault.method, method), (fault.operation, operation), (fault.subject, subject))
    return all(wanted in {None, actual} for wanted, actual in meant)
