"""Contacts and tasks of Domino's data service, and events of its calendar service, as neutral content and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notes import normal_forms, recurrence, reminders, rich_text, zones
from notes.domino_answers import CalendarEvent, Document, Row
from notes.fields import CrmNames, Field, Kind, to_write
from notes.record_readings import moment_text, name_parts, reading_of, unreadable
from notes.records import Contact, Event, Module, Owner, Participant, Priority, Reading, Task
from sincronia import clock
from sincronia.answers import Problem, ProblemError

FORMS: Mapping[Module, str] = {Module.CONTACTS: "Person", Module.TASKS: "Task"}
FLAG_ON = "1"
PRIVATE_ITEM = "OrgConfidential"  # ASSUMED for contacts; `$PublicAccess` can't be set from here, so says nothing

_NEW: Mapping[Module, Row] = {Module.CONTACTS: {"Type": "Person"}, Module.TASKS: {"TaskType": FLAG_ON}}
_IMPORTANCE = {"1": Priority.HIGH, "3": Priority.LOW}
_IMPORTANCES = {Priority.HIGH: "1", Priority.NORMAL: "2", Priority.LOW: "3"}
_RICH = "Body"
_SET_BY_DOMINO = {"href", "id", "links", "last-modified"}
_CHANGED_DAYS = ("exceptDates", "recurrenceDates")


@dataclass(frozen=True, slots=True)
class EventWrite:
    """The body of a write of an event: all its fields, and the zones that they name."""

    fields: Row
    timezones: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NotesContent:
    """Reads and writes one mailbox's records. `names` says which fields the CRM has: the others aren't carried."""

    owner: Owner
    names: CrmNames

    def contact(self, document: Document) -> Reading:
        """A contact, of a document read with its hidden items."""
        texts = {row.name: self._text(row, document.items) for row in self.names.rows(Module.CONTACTS)}
        first, last = name_parts(texts.pop("first_name"), texts.pop("last_name"))
        contact = Contact(last, first, **texts)
        return reading_of(lambda: contact, contact, private=_is_private(document.items))

    def task(self, document: Document) -> Reading:
        """A task, of a document read with its hidden items."""
        items = document.items
        named = Task(_single(items.get("Subject")), self._named_day(items.get("DueDateTime")))
        return reading_of(lambda: self._task(items), named, private=_is_private(items))

    def event(self, event: CalendarEvent) -> Reading:
        """An event, or a series; one with exceptions has a problem."""
        parts = (event.fields, *event.exceptions)
        private = any(str(part.get("class", "")).lower() not in {"", "public"} for part in parts)
        subject = _single(event.fields.get("summary"))
        try:
            starts = self._when(event.fields, "start")
        except ProblemError:
            starts = date.min
        named = Event(subject, starts, starts)
        return reading_of(lambda: self._event(event), named, private=private, uid=event.id)

    def items(self, record: Contact | Task, changed: Collection[str] | None, held: Row | None) -> dict[str, Any]:
        """The items to set: of a PATCH those that changed, of a new document (`changed` None) all that say something.

        `held` are the document's items as they are now. Raises ProblemError(notes.body_with_files).
        """
        module = Module.CONTACTS if isinstance(record, Contact) else Module.TASKS
        wanted, there = to_write(record, changed), held or {}
        items: dict[str, Any] = {}
        for row in self.names.rows(module):
            if row.name in wanted:
                items |= self._written(row, record, there)
        if changed is not None:
            return items
        return {**_NEW[module], **{name: value for name, value in items.items() if value != ""}}

    def event_write(self, event: Event, changed: Collection[str] | None, held: CalendarEvent | None) -> EventWrite:
        """The whole event: as it is now (`held`), with the fields that changed; None: a new one.

        Raises ProblemError(notes.not_organizer, notes.recurrence_exceptions, notes.zone_changes).
        """
        wanted = to_write(event, changed)
        fields: dict[str, Any] = dict(held.fields if held else {"class": "public", "transparency": "opaque"})
        if held is not None and changed is not None:
            self._check(held, wanted)
        for name in _SET_BY_DOMINO:
            fields.pop(name, None)
        declared: dict[str, Row] = {str(zone.get("tzid")): zone for zone in held.timezones} if held else {}
        if "starts" in wanted:
            self._set_times(fields, event)
        for name, value in (("subject", event.subject), ("place", event.place), ("description", event.description)):
            if name in wanted:
                _set(fields, _PROPERTIES[name], value)
        if "participants" in wanted:
            self._set_participants(fields, event.participants)
        if "reminder_minutes" in wanted:
            _set(fields, "alarm", reminders.alarms(event.reminder_minutes))
        used = {str(named) for name in ("start", "end") if (named := fields.get(name, {}).get("tzid"))}
        return EventWrite(fields, tuple(declared.get(name) or self._declared(name, event) for name in sorted(used)))

    def _text(self, row: Field, items: Row) -> str:
        values = [text for name in row.notes if (text := _single(items.get(name)))]
        if row.kind is Kind.EMAIL:
            values = [value for value in values if normal_forms.is_email(value)]
        return values[0] if values else ""

    def _task(self, items: Row) -> Task:
        rows = {row.name for row in self.names.rows(Module.TASKS)}
        try:
            description = rich_text.plain(items.get(_RICH))
        except ValueError as error:
            raise unreadable(_RICH) from error
        completed = items.get("CompletedDateTime")
        return Task(
            _single(items.get("Subject")),
            self._day(items, "DueDateTime"),
            self._day(items, "StartDateTime") if "start_date" in rows else None,
            bool(_single(completed)),
            _IMPORTANCE.get(_single(items.get("Importance")), Priority.NORMAL),
            description,
            _moment(_single(completed)),
        )

    def _day(self, items: Row, name: str) -> date | None:
        text = _single(items.get(name))
        if not text:
            return None
        try:
            at = _moment(text)
            return at.astimezone(self.owner.zone).date() if at else date.fromisoformat(text)
        except (ValueError, OverflowError) as error:
            raise unreadable(name) from error

    def _named_day(self, value: Any) -> date | None:
        try:
            return self._day({"DueDateTime": value}, "DueDateTime")
        except ProblemError:
            return date.min  # no key comes of it

    def _event(self, event: CalendarEvent) -> Event:
        fields = event.fields
        if event.exceptions or any(fields.get(name) for name in _CHANGED_DAYS):
            raise ProblemError(Problem("notes.recurrence_exceptions"))
        starts = self._when(fields, "start")
        ends = self._ends(fields, starts)
        rule = fields.get("recurrenceRule")
        all_day = not isinstance(starts, datetime)
        return Event(
            _single(fields.get("summary")),
            starts,
            ends,
            _single(fields.get("location")),
            _single(fields.get("description")),
            self._participants(fields),
            None if all_day else reminders.of_alarms(fields.get("alarm")),
            self._recurrence(rule, fields["start"], starts) if rule else "",
        )

    def _recurrence(self, rule: Any, start: Row, starts: date) -> str:
        zone = self.owner.zone
        text = rule[0] if isinstance(rule, list) and len(rule) == 1 else rule
        if not isinstance(text, str):
            raise ProblemError(Problem("notes.recurrence_rule"))
        if not isinstance(starts, datetime):
            return recurrence.whole(text, starts, None, zone)
        own = _zone_of(start, zone)
        local = starts.astimezone(own)
        at = local.time()
        whole = recurrence.whole(text, local.date(), at, own)
        if not zones.same_hours(own, zone, recurrence.days_of(whole, local.date()), at):
            raise ProblemError(Problem("notes.zone_differs", {"zone": own.key}))
        return whole

    def _when(self, fields: Row, name: str) -> date:
        when = fields.get(name)
        try:
            if not isinstance(when, Mapping):
                raise unreadable(name)
            day = date.fromisoformat(when["date"])
            if not when.get("time"):
                return day
            local = datetime.combine(day, time.fromisoformat(when["time"]).replace(microsecond=0, tzinfo=None))
            return local.replace(tzinfo=_zone_of(when, self.owner.zone)).astimezone(UTC)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise unreadable(name) from error

    def _ends(self, fields: Row, starts: date) -> date:
        """The end; of what lasts all day the last day, where iCalendar has the day after it."""
        length = reminders.duration(str(fields.get("duration", "")))
        if isinstance(starts, datetime):
            if "end" not in fields:
                return starts + (length or timedelta(0))
            ends = self._when(fields, "end")
            if not isinstance(ends, datetime):
                raise unreadable("end")
            return ends
        after = self._when(fields, "end") if "end" in fields else starts + (length or timedelta(days=1))
        if isinstance(after, datetime):
            raise unreadable("end")
        return max(starts, after - timedelta(days=1))

    def _participants(self, fields: Row) -> tuple[Participant, ...]:
        attendees = fields.get("attendees")
        rows = [*(attendees if isinstance(attendees, list) else []), fields.get("organizer")]
        found: dict[str, Participant] = {}
        for row in rows:
            address = _address(row)
            if address and not self._is_owner(address):
                found.setdefault(normal_forms.email(address), Participant(address, str(row.get("displayName") or "")))
        return tuple(found.values())

    def _is_owner(self, address: str) -> bool:
        return normal_forms.email(address) == normal_forms.email(self.owner.email)

    def _check(self, held: CalendarEvent, wanted: Collection[str]) -> None:
        if held.exceptions or any(held.fields.get(name) for name in _CHANGED_DAYS):
            raise ProblemError(Problem("notes.recurrence_exceptions"))
        organizer = held.fields.get("organizer")
        address = _address(organizer)
        if address and not self._is_owner(address) and not set(wanted) <= {"reminder_minutes"}:
            name = str(organizer.get("displayName") or "") if isinstance(organizer, Mapping) else ""
            told = "—" if not name or "@" in name else name  # no address in a sentence
            raise ProblemError(Problem("notes.not_organizer", {"organizer": told}))

    def _declared(self, name: str, event: Event) -> Row:
        """A zone that an event names, as Domino wants it told: an unknown `tzid` is refused."""
        zone = zones.zone_named(name)
        first = event.starts.astimezone(zone) if isinstance(event.starts, datetime) else None
        day, at = (first.date(), first.time()) if first else (event.starts, time())
        days = recurrence.days_of(event.recurrence, day) if event.recurrence else [day]
        return {**zones.entry(zone, days, at), "tzid": name}

    def _set_times(self, fields: dict[str, Any], event: Event) -> None:
        """Sets start, end and rule. What repeats is told in the mailbox's zone, or its days would be others in UTC."""
        fields.pop("duration", None)
        _set(fields, "recurrenceRule", "")
        if not (isinstance(event.starts, datetime) and isinstance(event.ends, datetime)):
            fields["start"] = {"date": event.starts.isoformat()}
            fields["end"] = {"date": (event.ends + timedelta(days=1)).isoformat()}
            if event.recurrence:
                rule = recurrence.for_notes(event.recurrence, None, self.owner.zone)
                fields["recurrenceRule"] = rule
            return
        if not event.recurrence:
            fields["start"], fields["end"] = _utc(event.starts), _utc(event.ends)
            return
        zone = self.owner.zone
        first = event.starts.astimezone(zone)
        at = first.time()
        fields["recurrenceRule"] = recurrence.for_notes(event.recurrence, at, zone)
        fields["start"], fields["end"] = _local(event.starts, zone), _local(event.ends, zone)

    def _set_participants(self, fields: dict[str, Any], participants: tuple[Participant, ...]) -> None:
        """Who is there stays as they are, with their answers; who is new is invited by the mailbox's owner."""
        wanted = {normal_forms.email(one.email): one for one in participants}
        attendees = fields.get("attendees")
        there: set[str] = set()
        kept = []
        for row in attendees if isinstance(attendees, list) else []:
            address = normal_forms.email(_address(row))
            if not address or self._is_owner(address) or address in wanted:
                kept.append(row)
                there.add(address)
        new = [_invited(one) for address, one in wanted.items() if address not in there]
        _set(fields, "attendees", [*kept, *new])
        if new and not _address(fields.get("organizer")):
            fields["organizer"] = {"displayName": self.owner.name or self.owner.email, "email": self.owner.email}
            fields.setdefault("sequence", 0)

    def _written(self, row: Field, record: Contact | Task, held: Row) -> dict[str, Any]:
        value = getattr(record, row.name)
        match row.kind:
            case Kind.EMAIL:
                was = self._text(row, held)
                names = [name for name in row.notes if was and _single(held.get(name)) == was] or row.notes[:1]
                return {name: _replaced(held.get(name), value) for name in names}
            case Kind.DAY:
                return {row.notes[0]: self._written_day(value, _single(held.get(row.notes[0])))}
            case Kind.PRIORITY:
                return {row.notes[0]: _IMPORTANCES[value]}
            case Kind.COMPLETED if isinstance(record, Task):
                at = record.completed_at or datetime.fromtimestamp(clock.now(), UTC)
                return {row.notes[0]: _typed(moment_text(at)) if value else ""}
            case Kind.LONG_TEXT if row.notes[0] == _RICH:
                if rich_text.holds_files(held.get(_RICH)):
                    raise ProblemError(Problem("notes.body_with_files"))
                return {_RICH: rich_text.written(value) if value or held else ""}
        return {row.notes[0]: _replaced(held.get(row.notes[0]), value)}

    def _written_day(self, day: date | None, was: str) -> Any:
        """A day keeps the time that people gave it in Notes."""
        if day is None:
            return ""
        try:
            at = _moment(was)
        except ValueError:
            at = None
        if at is None:
            return _typed(day.isoformat())
        local = datetime.combine(day, at.astimezone(self.owner.zone).time(), tzinfo=self.owner.zone)
        return _typed(moment_text(local))


_PROPERTIES = {"subject": "summary", "place": "location", "description": "description"}


def _is_private(items: Row) -> bool:
    return _single(items.get(PRIVATE_ITEM)) == FLAG_ON


def _single(value: Any) -> str:
    """An item's text; of several values the first that says something."""
    if isinstance(value, list):
        return next((text for one in value if (text := _single(one))), "")
    if isinstance(value, Mapping):
        return _single(value.get("data"))
    return "" if value is None or isinstance(value, bool) else str(value)


def _replaced(held: Any, text: str) -> Any:
    """The text in the place of the value that is read; others beside it stay."""
    if not isinstance(held, list):
        return text
    place = next((index for index, one in enumerate(held) if _single(one)), len(held))
    return [*held[:place], *([text] if text else []), *held[place + 1 :]]


def _moment(text: str) -> datetime | None:
    """The moment of a text of the data service; None for a day and for nothing. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC) if "T" in text else None


def _typed(text: str) -> dict[str, str]:
    return {"data": text, "type": "datetime"}


def _set(fields: dict[str, Any], name: str, value: Any) -> None:
    """Sets a property; one that would be empty goes."""
    if value:
        fields[name] = value
    else:
        fields.pop(name, None)


def _zone_of(when: Row, own: ZoneInfo) -> ZoneInfo:
    """The zone that a time is told in: the mailbox's, where none is said."""
    if when.get("utc"):
        return ZoneInfo("UTC")
    named = when.get("tzid")
    return zones.zone_named(str(named)) if named else own


def _utc(at: datetime) -> dict[str, Any]:
    told = at.astimezone(UTC)
    return {"date": f"{told:%Y-%m-%d}", "time": f"{told:%H:%M:%S}", "utc": True}


def _local(at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    told = at.astimezone(zone)
    return {"date": f"{told:%Y-%m-%d}", "time": f"{told:%H:%M:%S}", "tzid": zone.key}


def _address(row: Any) -> str:
    """The e-mail of an attendee or organizer; empty where there is none, as of a room."""
    text = str(row.get("email") or "").strip() if isinstance(row, Mapping) else ""
    bare = text[7:] if text.lower().startswith("mailto:") else text
    return bare if normal_forms.is_email(bare) else ""


def _invited(one: Participant) -> dict[str, Any]:
    return {
        "role": "req-participant",
        "status": "needs-action",
        "rsvp": True,
        "displayName": one.name or one.email,
        "email": one.email,
    }
