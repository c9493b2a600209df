"""Contacts, tasks and events as neither side has them: what Notes and the CRM are compared by. Plain values, no I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sincronia.answers import Problem


class Module(StrEnum):
    """What is kept in step."""

    CONTACTS = "contacts"
    TASKS = "tasks"
    EVENTS = "events"


class Priority(StrEnum):
    """How urgent a task is, as far as both sides can say."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person; empty where nothing was typed. A first name alone stands as `last_name`, which the CRM asks for."""

    last_name: str
    first_name: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    home_phone: str = ""
    fax: str = ""
    company: str = ""
    title: str = ""
    department: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    country: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do. Days are those of the mailbox's zone. `completed_at` is never compared: the CRM sets its own."""

    subject: str
    due_date: date | None = None
    start_date: date | None = None
    completed: bool = False
    priority: Priority = Priority.NORMAL
    description: str = ""
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody invited, beside the mailbox's owner. They are compared by e-mail."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An appointment or a meeting. All day: `starts` and `ends` are its first and last day; otherwise moments in UTC.

    `recurrence` is a rule as `recurrence.whole` gives it, its days those of the mailbox's zone; empty for one event.
    """

    subject: str
    starts: date
    ends: date
    place: str = ""
    description: str = ""
    participants: tuple[Participant, ...] = ()
    reminder_minutes: int | None = None  # before the start
    recurrence: str = ""

    @property
    def all_day(self) -> bool:
        """Whether it has days, and no times."""
        return not isinstance(self.starts, datetime)


Record = Contact | Task | Event


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is: the e-mail, the name that invitations bear, and the zone that days are counted in."""

    email: str
    name: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Reading:
    """A record of a side as it was read. What can't be carried whole has a problem, and no content.

    A private one has neither content nor label: only the key, so that nothing is made of it by mistake.
    """

    content: Record | None
    label: str = ""
    key: str = ""  # e-mail; subject and due date; subject and start. Empty where it has none
    uid: str = ""  # of an event: its iCal UID, where the side knows it
    private: bool = False
    problem: Problem | None = None


def match_key(reading: Reading, shared_uids: Collection[str] = ()) -> str:
    """What finds the record on the other side: its iCal UID where both sides know that one, or else its key."""
    return f"uid {reading.uid}" if reading.uid in shared_uids else reading.key
