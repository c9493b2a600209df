"""EventBridge Scheduler: invokes functions at a fixed rate, and on request at once by the same path.

Source: EventBridge Scheduler User Guide, "Schedule types" (rate) and "Adding context attributes".
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from local.functions import Functions
from local.provisioned import ScheduleSpec
from local.sandbox import Answer
from local.template import TemplateError

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_log = logging.getLogger(__name__)


class Scheduler:
    """The schedules of a stack. Nothing fires by itself before `start`."""

    def __init__(self, schedules: Mapping[str, ScheduleSpec], functions: Functions) -> None:
        self._schedules = schedules
        self._functions = functions
        self._periods = {spec.logical_id: period(spec) for spec in schedules.values()}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Fires each schedule once per period from now on; the first time after one period."""
        for spec in self._schedules.values():
            threading.Thread(target=self._tick, args=(spec,), name=spec.logical_id, daemon=True).start()

    def stop(self) -> None:
        """Fires no more."""
        self._stopping.set()

    def fire(self, logical_id: str, at: datetime | None = None) -> Answer:
        """Invokes what a schedule (its logical id, or its function's) targets, and waits for the answer.

        `at` is the scheduled time that the function is told; now, when it isn't given.
        """
        return self._fire(self._found(logical_id), at or datetime.now(UTC))

    def _found(self, logical_id: str) -> ScheduleSpec:
        if logical_id in self._schedules:
            return self._schedules[logical_id]
        arn = self._functions.find(logical_id).spec.arn
        targeting = [spec for spec in self._schedules.values() if spec.function_arn == arn]
        if len(targeting) != 1:
            raise LookupError(f"{logical_id} tem {len(targeting)} agendamentos; diga qual: {sorted(self._schedules)}.")
        return targeting[0]

    def _fire(self, spec: ScheduleSpec, at: datetime) -> Answer:
        words = {
            "scheduled-time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "schedule-arn": spec.arn,
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }
        event = spec.input
        for word, value in words.items():
            event = event.replace(f"<aws.scheduler.{word}>", value)
        return self._functions.invoke(spec.function_arn, event.encode())

    def _tick(self, spec: ScheduleSpec) -> None:
        every = self._periods[spec.logical_id]
        due = datetime.now(UTC) + every
        while not self._stopping.wait(max(0.0, (due - datetime.now(UTC)).total_seconds())):
            try:
                answer = self._fire(spec, due)
            except Exception:
                if not self._stopping.is_set():
                    _log.exception("%s: o disparo falhou", spec.logical_id)
            else:
                if answer.failed:
                    _log.error("%s: a função terminou em erro; veja o registro dela", spec.logical_id)
            due += every


def period(spec: ScheduleSpec) -> timedelta:
    """The time between two firings. Raises TemplateError for an expression that isn't a rate."""
    found = _RATE.fullmatch(spec.expression)
    if found is None:
        raise TemplateError(
            f"Resources.{spec.logical_id}.ScheduleExpression: o agendador local só conhece rate(…), "
            f"e não {spec.expression}; ensine-o em local/scheduler.py."
        )
    number, unit = int(found[1]), found[2]
    return timedelta(**{f"{unit}s": number})
