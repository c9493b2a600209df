"""What both sides' records come to: labels, match keys, and reasons why one is carried nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from notes import normal_forms
from notes.records import Contact, Event, Reading, Record, Task
from sincronia.answers import Problem, ProblemError


def unreadable(field: str) -> ProblemError:
    """That a field's value could not be read; the value is not quoted."""
    return ProblemError(Problem("notes.value_unreadable", {"field": field}))


def name_parts(first: str, last: str) -> tuple[str, str]:
    """First and last name, a lone one as the last."""
    first, last = normal_forms.text(first), normal_forms.text(last)
    return (first, last) if last else ("", first)


def moment_text(at: date) -> str:
    """A moment as ISO 8601 in UTC, a day as its date."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(at, datetime) else at.isoformat()


def reading_of(read: Callable[[], Record], named: Record, *, private: bool, uid: str = "") -> Reading:
    """What `read` gives, or why it could not be read. `named` tells label and key where the rest can't be read."""
    if private:
        return Reading(None, key=_key(named), uid=uid, private=True)
    try:
        record = read()
    except ProblemError as error:
        return Reading(None, _label(named), _key(named), uid, problem=error.problem)
    problem = _missing(record)
    return Reading(None if problem else record, _label(record), _key(record), uid, problem=problem)


def _label(record: Record) -> str:
    if isinstance(record, Contact):
        return normal_forms.text(f"{record.first_name} {record.last_name}") or record.email
    return normal_forms.text(record.subject)


def _key(record: Record) -> str:
    """A task without a due date is known by its subject: without one it is as good as any."""
    match record:
        case Contact():
            return normal_forms.email(record.email)
        case Task():
            subject, at = normal_forms.key(record.subject), record.due_date.isoformat() if record.due_date else "-"
        case Event():
            subject, at = normal_forms.key(record.subject), moment_text(record.starts)
    return f"{at} {subject}" if subject and at != moment_text(date.min) else ""


def _missing(record: Record) -> Problem | None:
    if isinstance(record, Contact):
        return None if record.last_name else Problem("notes.name_missing")
    return None if normal_forms.text(record.subject) else Problem("notes.subject_missing")
