"""Contacts, tasks and events of Zoho CRM as neutral content and back. Sources: Zoho's published description of v8.

ASSUMED: what lasts all day begins at midnight and ends at 23:59 of its last day; each day of a series that isn't its
first is no record to carry.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from notes import normal_forms, recurrence, reminders
from notes.domino_answers import Row
from notes.fields import PRIVATE, UID, CrmNames, Field, Kind, module_of, to_write
from notes.record_readings import name_parts, reading_of, unreadable
from notes.records import Contact, Event, Module, Owner, Participant, Priority, Reading, Record, Task
from sincronia.answers import Problem, ProblemError

_COMPLETED, _NOT_STARTED = "Completed", "Not Started"
_PRIORITIES = {"High": Priority.HIGH, "Highest": Priority.HIGH, "Low": Priority.LOW, "Lowest": Priority.LOW}
_PRIORITY_NAMES = {Priority.HIGH: "High", Priority.NORMAL: "Normal", Priority.LOW: "Low"}
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class CrmContent:
    """Reads and writes the CRM's records of one user, whose mailbox's zone and e-mail count here too."""

    owner: Owner
    names: CrmNames

    def reading(self, module: Module, row: Row) -> Reading:
        """A record of a module."""
        private = row.get(self.names.configured(module, PRIVATE)) is True
        match module:
            case Module.CONTACTS:
                texts = {field.name: _text(row.get(field.crm[0])) for field in self.names.rows(module)}
                first, last = name_parts(texts.pop("first_name"), texts.pop("last_name"))
                contact = Contact(last, first, **texts)
                return reading_of(lambda: contact, contact, private=private)
            case Module.TASKS:
                named: Record = Task(_text(row.get("Subject")), _named(row, "Due_Date"))
                return reading_of(lambda: self._task(row), named, private=private)
            case Module.EVENTS:
                uid = _text(row.get(self.names.configured(module, UID)))
                try:
                    starts = self._times(row)[0]
                except ProblemError:
                    starts = date.min
                named = Event(_text(row.get("Event_Title")), starts, starts)
                return reading_of(lambda: self._event(row), named, private=private, uid=uid)

    def fields(
        self, record: Record, changed: Collection[str] | None, held: Row | None = None, uid: str = ""
    ) -> dict[str, Any]:
        """The fields to send: those that changed, or of a new record (None) all that say something.

        `held` is the record as it is now: of `Participants` something is taken from it. `uid`: the event's in Notes.
        """
        module = module_of(record)
        wanted = to_write(record, changed)
        sent: dict[str, Any] = {}
        for field in self.names.rows(module):
            if field.name in wanted:
                sent |= self._sent(field, record, held or {})
        if changed is not None:
            return sent
        named = self.names.configured(module, UID) if uid else ""
        own = {named: uid} if named else {}
        return {**{name: value for name, value in sent.items() if value not in (None, [])}, **own}

    def _task(self, row: Row) -> Task:
        start = next((field.crm[0] for field in self.names.rows(Module.TASKS) if field.name == "start_date"), "")
        closed = _text(row.get("Closed_Time"))
        return Task(
            _text(row.get("Subject")),
            _day(row, "Due_Date"),
            _day(row, start) if start else None,
            row.get("Status") == _COMPLETED,
            _PRIORITIES.get(_text(row.get("Priority")), Priority.NORMAL),
            _text(row.get("Description")),
            _moment(row, "Closed_Time").astimezone(UTC) if closed else None,
        )

    def _event(self, row: Row) -> Event:
        starts, ends = self._times(row)
        place = next(field.crm[0] for field in self.names.rows(Module.EVENTS) if field.name == "place")
        return Event(
            _text(row.get("Event_Title")),
            starts,
            ends,
            _text(row.get(place)),
            _text(row.get("Description")),
            self._participants(row),
            self._reminder(row, starts),
            self._recurrence(row, starts),
        )

    def _times(self, row: Row) -> tuple[date, date]:
        start, end = _moment(row, "Start_DateTime"), _moment(row, "End_DateTime")
        if row.get("All_day") is not True:
            return start.astimezone(UTC), end.astimezone(UTC)
        first = self._day_of(start)
        return first, max(first, self._day_of(end - timedelta(seconds=1), last=True))

    def _day_of(self, at: datetime, *, last: bool = False) -> date:
        """The day of a moment: where it is told in, if it is a day's edge there, or else in the mailbox's zone."""
        edge = at.time() >= _LAST_MINUTE.replace(minute=58) if last else at.time() == time()
        return at.date() if edge else at.astimezone(self.owner.zone).date()

    def _participants(self, row: Row) -> tuple[Participant, ...]:
        found: dict[str, Participant] = {}
        for one in _invited(row):
            address = _address(one)
            if address and normal_forms.email(address) != normal_forms.email(self.owner.email):
                found.setdefault(normal_forms.email(address), Participant(address, _text(one.get("name"))))
        return tuple(found.values())

    def _reminder(self, row: Row, starts: date) -> int | None:
        if not isinstance(starts, datetime):
            return None
        try:
            return reminders.of_remind_at(row.get("Remind_At"), starts)
        except (ValueError, TypeError) as error:
            raise unreadable("Remind_At") from error

    def _recurrence(self, row: Row, starts: date) -> str:
        told = row.get("Recurring_Activity")
        rule = told.get("RRULE") if isinstance(told, Mapping) else told
        if not rule:
            return ""
        local = starts.astimezone(self.owner.zone) if isinstance(starts, datetime) else None
        first = local.date() if local else starts
        begins = recurrence.first_day_told(str(rule))
        if begins not in {None, first}:
            raise ProblemError(Problem("notes.recurrence_occurrence"))
        return recurrence.whole(str(rule), first, local.time() if local else None, self.owner.zone)

    def _sent(self, field: Field, record: Record, held: Row) -> dict[str, Any]:
        name, value = field.crm[0], getattr(record, field.name)
        match field.kind:
            case Kind.DAY:
                return {name: value.isoformat() if value else None}
            case Kind.COMPLETED:
                return {name: _COMPLETED if value else _NOT_STARTED}
            case Kind.PRIORITY:
                return {name: _PRIORITY_NAMES[value]}
            case Kind.REMINDER:
                return {name: reminders.remind_at(value)}
            case Kind.TIME | Kind.RECURRENCE | Kind.PARTICIPANTS if isinstance(record, Event):
                return self._sent_of_event(field, record, held)
        return {name: value or None}

    def _sent_of_event(self, field: Field, event: Event, held: Row) -> dict[str, Any]:
        zone = self.owner.zone
        match field.name:
            case "starts":
                return {"Start_DateTime": self._told(event.starts, time()), "All_day": event.all_day}
            case "ends":
                return {"End_DateTime": self._told(event.ends, _LAST_MINUTE)}
            case "participants":
                return {"Participants": _sent_participants(event.participants, held, self.owner)}
        if not event.recurrence:
            return {"Recurring_Activity": None}
        first = event.starts.astimezone(zone).date() if isinstance(event.starts, datetime) else event.starts
        return {"Recurring_Activity": {"RRULE": recurrence.for_crm(event.recurrence, first)}}

    def _told(self, at: date, of_day: time) -> str:
        zone = self.owner.zone
        moment = at if isinstance(at, datetime) else datetime.combine(at, of_day, tzinfo=zone)
        return moment.astimezone(zone).isoformat(timespec="seconds")


def _text(value: Any) -> str:
    """A field's text; of a lookup its name."""
    if isinstance(value, Mapping):
        return _text(value.get("name"))
    return "" if value is None or isinstance(value, bool) else str(value)


def _day(row: Row, name: str) -> date | None:
    value = row.get(name)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise unreadable(name) from error


def _named(row: Row, name: str) -> date | None:
    try:
        return _day(row, name)
    except ProblemError:
        return date.min  # no key comes of it


def _moment(row: Row, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(str(row.get(name)))
    except ValueError as error:
        raise unreadable(name) from error
    if at.tzinfo is None:
        raise unreadable(name)
    return at.replace(microsecond=0)


def _invited(row: Row) -> list[Mapping[str, Any]]:
    rows = row.get("Participants") or []
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        raise unreadable("Participants")
    return rows


def _address(one: Mapping[str, Any]) -> str:
    """The e-mail of somebody invited; empty where the CRM tells none."""
    told = [_text(one.get("Email")), _text(one.get("participant")) if one.get("type") == "email" else ""]
    return next((text.strip() for text in told if normal_forms.is_email(text)), "")


def _sent_participants(participants: tuple[Participant, ...], held: Row, owner: Owner) -> list[dict[str, str]]:
    """Who is there stays what they are to the CRM (a contact, a lead, a user), who has no e-mail too."""
    wanted = {normal_forms.email(one.email): one for one in participants}
    there: set[str] = set()
    kept = []
    for one in _invited(held):
        address = normal_forms.email(_address(one))
        if not address or address == normal_forms.email(owner.email) or address in wanted:
            kept.append({"type": _text(one.get("type")), "participant": _text(one.get("participant"))})
            there.add(address)
    new = [one for address, one in wanted.items() if address not in there]
    return [*kept, *({"type": "email", "participant": one.email} for one in new)]
