"""The one table of fields: neutral name ↔ item of Notes ↔ API name of Zoho, and the kind that says how each is read.

Not carried, for one side can't hold or take it: reminders of tasks (Domino takes no item with `$`), a task's status
beyond open and done, the CRM's lookups (Account_Name, Who_Id, What_Id), and what only Zoho or only Domino sets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from notes import normal_forms
from notes.records import Contact, Event, Module, Record, Task
from sincronia.engine.fingerprint import fingerprint


class Kind(StrEnum):
    """How a field is read, compared and written."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    DAY = "day"
    COMPLETED = "completed"
    PRIORITY = "priority"
    TIME = "time"
    PARTICIPANTS = "participants"
    REMINDER = "reminder"
    RECURRENCE = "recurrence"


@dataclass(frozen=True, slots=True)
class Field:
    """A row. `notes`: items, or properties of the calendar service, the first that holds something is read.

    `crm`: API names; empty where Zoho has no such field of its own, and a connection may name one.
    """

    name: str
    kind: Kind
    notes: tuple[str, ...]
    crm: tuple[str, ...]
    configurable: bool = False


_TEXT, _PHONE = Kind.TEXT, Kind.PHONE

TABLE: Mapping[Module, tuple[Field, ...]] = {
    Module.CONTACTS: (
        Field("first_name", _TEXT, ("FirstName",), ("First_Name",)),
        Field("last_name", _TEXT, ("LastName",), ("Last_Name",)),
        Field("email", Kind.EMAIL, ("MailAddress", "InternetAddress"), ("Email",)),
        Field("phone", _PHONE, ("OfficePhoneNumber",), ("Phone",)),
        Field("mobile", _PHONE, ("CellPhoneNumber",), ("Mobile",)),
        Field("home_phone", _PHONE, ("PhoneNumber",), ("Home_Phone",)),
        Field("fax", _PHONE, ("OfficeFAXPhoneNumber",), ("Fax",)),
        Field("company", _TEXT, ("CompanyName",), (), configurable=True),
        Field("title", _TEXT, ("JobTitle",), ("Title",)),
        Field("department", _TEXT, ("Department",), ("Department",)),
        Field("street", Kind.LONG_TEXT, ("OfficeStreetAddress",), ("Mailing_Street",)),
        Field("city", _TEXT, ("OfficeCity",), ("Mailing_City",)),
        Field("state", _TEXT, ("OfficeState",), ("Mailing_State",)),
        Field("zip_code", _TEXT, ("OfficeZIP",), ("Mailing_Zip",)),
        Field("country", _TEXT, ("OfficeCountry",), ("Mailing_Country",)),
        Field("description", Kind.LONG_TEXT, ("Comment",), ("Description",)),
    ),
    Module.TASKS: (
        Field("subject", _TEXT, ("Subject",), ("Subject",)),
        Field("due_date", Kind.DAY, ("DueDateTime",), ("Due_Date",)),
        Field("start_date", Kind.DAY, ("StartDateTime",), (), configurable=True),
        Field("completed", Kind.COMPLETED, ("CompletedDateTime",), ("Status", "Closed_Time")),
        Field("priority", Kind.PRIORITY, ("Importance",), ("Priority",)),
        Field("description", Kind.LONG_TEXT, ("Body",), ("Description",)),
    ),
    Module.EVENTS: (
        Field("subject", _TEXT, ("summary",), ("Event_Title",)),
        Field("starts", Kind.TIME, ("start",), ("Start_DateTime", "All_day")),
        Field("ends", Kind.TIME, ("end", "duration"), ("End_DateTime",)),
        Field("recurrence", Kind.RECURRENCE, ("recurrenceRule",), ("Recurring_Activity",)),
        Field("place", _TEXT, ("location",), ("Venue",), configurable=True),
        Field("description", Kind.LONG_TEXT, ("description",), ("Description",)),
        Field("participants", Kind.PARTICIPANTS, ("attendees", "organizer"), ("Participants",)),
        Field("reminder_minutes", Kind.REMINDER, ("alarm",), ("Remind_At",)),
    ),
}

# Of these, one alone would say something else: whoever writes one writes them all.
_TOGETHER: Mapping[Module, frozenset[str]] = {
    Module.CONTACTS: frozenset({"first_name", "last_name"}),
    Module.TASKS: frozenset(),
    Module.EVENTS: frozenset({"starts", "ends", "recurrence"}),
}

PRIVATE, UID = "private", "uid"  # what a connection may name beside the rows that are configurable


class CrmNames:
    """A connection's own API names, by `module.field`: those of configurable rows, `private`, and `events.uid`."""

    def __init__(self, configured: Mapping[str, str]) -> None:
        self._configured = configured

    def configured(self, module: Module, name: str) -> str:
        """The API name that the connection gives a field; empty where it gives none."""
        return self._configured.get(f"{module}.{name}", "")

    def rows(self, module: Module) -> tuple[Field, ...]:
        """The rows that are carried, with the names that hold for this connection."""
        rows = (self._row(module, row) for row in TABLE[module])
        return tuple(row for row in rows if row.crm)

    def private_checkable(self, module: Module) -> bool:
        """Whether the CRM can say of a record that it is private."""
        return bool(self.configured(module, PRIVATE))

    def wanted(self, module: Module) -> tuple[str, ...]:
        """The API names to ask Zoho for."""
        own = [name for field in (PRIVATE, UID) if (name := self.configured(module, field))]
        names = [name for row in self.rows(module) for name in row.crm]
        return tuple(dict.fromkeys([*names, *own, "Modified_Time"]))

    def _row(self, module: Module, row: Field) -> Field:
        name = self.configured(module, row.name) if row.configurable else ""
        return replace(row, crm=(name,)) if name else row


def module_of(record: Record) -> Module:
    """Which module a record is of."""
    match record:
        case Contact():
            return Module.CONTACTS
        case Task():
            return Module.TASKS
        case Event():
            return Module.EVENTS


def to_write(record: Record, changed: Collection[str] | None) -> frozenset[str]:
    """The fields to write where these have changed; None: all of them, of a new record."""
    module = module_of(record)
    if changed is None:
        return frozenset(row.name for row in TABLE[module])
    together = _TOGETHER[module]
    return frozenset(changed) | (together if together & frozenset(changed) else frozenset())


def compared(record: Record) -> dict[str, str | int | bool | None]:
    """A record's fields in normal form: equal ones say the same. The engine makes fingerprints of it."""
    return {row.name: _compared(row.kind, getattr(record, row.name)) for row in TABLE[module_of(record)]}


def record_fingerprint(record: Record) -> str:
    """The fingerprint of what a record says."""
    return fingerprint(compared(record))


def _compared(kind: Kind, value: object) -> str | int | bool | None:
    match kind:
        case Kind.PARTICIPANTS if isinstance(value, tuple):
            return " ".join(sorted({normal_forms.email(one.email) for one in value}))
        case Kind.COMPLETED | Kind.REMINDER if isinstance(value, int):
            return value
    if value is None:
        return None
    form = _FORMS.get(kind)
    return form(str(value)) if form else str(value)


_FORMS = {
    Kind.TEXT: normal_forms.text,
    Kind.LONG_TEXT: normal_forms.long_text,
    Kind.EMAIL: normal_forms.email,
    Kind.PHONE: normal_forms.phone,
}
