"""The modules of a simulated Zoho CRM and their fields. API names and types are published, lengths ASSUMED."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

CONTACTS, TASKS, EVENTS = "Contacts", "Tasks", "Events"
SINGULAR = {CONTACTS: "Contact", TASKS: "Task", EVENTS: "Event"}

PRIVATE, COMPANY, START, UID = "Particular", "Empresa", "Inicio", "UID_do_Notes"
# The fields that this organization made for itself, by the names that a connection gives them in its settings.
CUSTOM_NAMES: Mapping[str, str] = {
    "contacts.company": COMPANY,
    "contacts.private": PRIVATE,
    "tasks.start_date": START,
    "tasks.private": PRIVATE,
    "events.uid": UID,
    "events.private": PRIVATE,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `type` as settings/fields names it; `length` in characters, 0: none is checked."""

    name: str
    type: str = "text"
    length: int = 255
    mandatory: bool = False
    read_only: bool = False
    custom: bool = False
    values: tuple[str, ...] = ()


_SHARED = (
    Field("Owner", "ownerlookup", 0),
    Field("Description", "textarea", 32_000),
    Field("Created_By", "ownerlookup", 0, read_only=True),
    Field("Modified_By", "ownerlookup", 0, read_only=True),
    Field("Created_Time", "datetime", 0, read_only=True),
    Field("Modified_Time", "datetime", 0, read_only=True),
    Field(PRIVATE, "boolean", 0, custom=True),
)
_PHONES = ("Phone", "Mobile", "Home_Phone", "Other_Phone", "Asst_Phone")
_ADDRESS = {"Street": 250, "City": 30, "State": 30, "Zip": 30, "Country": 30}
_RELATED = (Field("Who_Id", "lookup", 0), Field("What_Id", "lookup", 0))

FIELDS: Mapping[str, tuple[Field, ...]] = {
    CONTACTS: (
        Field("Salutation", "picklist", values=("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.")),
        Field("First_Name", length=40),
        Field("Last_Name", length=80, mandatory=True),
        Field("Full_Name", read_only=True),
        Field("Email", "email", 100),
        Field("Secondary_Email", "email", 100),
        *(Field(name, "phone", 30) for name in _PHONES),
        Field("Fax", length=30),
        Field("Title", length=100),
        Field("Department", length=30),
        Field("Account_Name", "lookup", 0),
        Field("Lead_Source", "picklist"),
        Field("Date_of_Birth", "date", 0),
        Field("Email_Opt_Out", "boolean", 0),
        *(Field(f"{kind}_{part}", length=most) for kind in ("Mailing", "Other") for part, most in _ADDRESS.items()),
        Field(COMPANY, custom=True),
        *_SHARED,
    ),
    TASKS: (
        Field("Subject", length=300, mandatory=True),
        Field("Due_Date", "date", 0),
        Field(
            "Status",
            "picklist",
            values=("Not Started", "Deferred", "In Progress", "Completed", "Waiting for Input"),
        ),
        Field("Priority", "picklist", values=("High", "Highest", "Low", "Lowest", "Normal")),
        Field("Closed_Time", "datetime", 0, read_only=True),
        Field("Remind_At", "ALARM", 0),
        Field("Recurring_Activity", "RRULE", 0),
        Field("Send_Notification_Email", "boolean", 0),
        *_RELATED,
        Field(START, "date", 0, custom=True),
        *_SHARED,
    ),
    EVENTS: (
        Field("Event_Title", mandatory=True),
        Field("Start_DateTime", "datetime", 0, mandatory=True),
        Field("End_DateTime", "datetime", 0, mandatory=True),
        Field("All_day", "boolean", 0),
        Field("Venue"),
        Field("Participants", "participants", 0),
        Field("Remind_At", "multireminder", 0),
        Field("Recurring_Activity", "RRULE", 0),
        Field("Remind_Participants", "multireminder", 0),
        Field("Check_In_Status", read_only=True),
        *_RELATED,
        Field(UID, custom=True),
        *_SHARED,
    ),
}
VENUE = "Meeting_Venue__s"  # of the newest edition, in which it is mandatory


def fields_by_name(*, newest: bool) -> dict[str, dict[str, Field]]:
    """Each module's fields. `newest`: events have Meeting_Venue__s, and contacts need one of their two names."""
    modules = {module: {field.name: field for field in fields} for module, fields in FIELDS.items()}
    if newest:
        modules[EVENTS][VENUE] = Field(VENUE, mandatory=True)
        modules[CONTACTS]["Last_Name"] = replace(modules[CONTACTS]["Last_Name"], mandatory=False)
    return modules
