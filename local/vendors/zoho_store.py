"""What a simulated Zoho CRM keeps: its users, the records of its modules, and what was deleted of them."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.vendors.people import email, person
from local.vendors.zoho_modules import CONTACTS, EVENTS, FIELDS, TASKS, fields_by_name

Row = dict[str, Any]

KINDS = {module.lower(): module for module in FIELDS}
DOMAIN = "crm.exemplo.example"
TIME_ZONE = ZoneInfo("America/Sao_Paulo")
RECYCLE, PERMANENT = "recycle", "permanent"

_FIRST_ID = 3_652_397_000_009_851_001
_BLANK: Row = {"boolean": False, "participants": []}  # of types, where it isn't null
_DEFAULTS: dict[str, Row] = {CONTACTS: {}, TASKS: {"Status": "Not Started", "Priority": "Normal"}, EVENTS: {}}
_TITLES = {CONTACTS: "Full_Name", TASKS: "Subject", EVENTS: "Event_Title"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many users there are, and how many records of each module the organization begins with."""

    users: int
    contacts: int
    tasks: int
    events: int


@dataclass
class Deleted:
    """A deleted record: in the recycle bin with all it was, or gone for good."""

    type: str
    row: Row
    at: datetime
    by: Row


class ZohoStore:
    """The organization's data; whoever calls holds the simulator's lock.

    No two changes of one record have the same Modified_Time, and none is earlier than one before it in any record.
    """

    def __init__(self, sizes: Sizes, seed: int, now: Callable[[], datetime], *, newest: bool) -> None:
        self._now = now
        self._last = datetime(1970, 1, 1, tzinfo=UTC).astimezone(TIME_ZONE)
        self._next = _FIRST_ID
        self.fields = fields_by_name(newest=newest)
        self.unique: set[tuple[str, str]] = set()  # module and field
        self.users: dict[str, Row] = {}
        self.records: dict[str, dict[str, Row]] = {module: {} for module in FIELDS}
        self.deleted: dict[str, dict[str, Deleted]] = {module: {} for module in FIELDS}
        self.written: Counter[str] = Counter()  # records, by module and what was done
        for number in range(1, sizes.users + 1):
            self._add_user(person(number + 50, seed))
        self._seed_records(sizes, seed)

    @property
    def admin(self) -> Row:
        """Who authorized the application."""
        return next(iter(self.users.values()))

    def new_id(self) -> str:
        """An id that was never given."""
        self._next += 1_000
        return str(self._next)

    def time(self) -> datetime:
        """The vendor's clock, in whole seconds, in the organization's zone."""
        return self._now().astimezone(TIME_ZONE).replace(microsecond=0)

    def moment(self, before: str | None = None) -> str:
        """The time of a change: now, later than `before`, and not earlier than the change before it."""
        at = max(self.time(), self._last)
        if before is not None:
            at = max(at, (datetime.fromisoformat(before) + timedelta(seconds=1)).astimezone(TIME_ZONE))
        self._last = at
        return at.isoformat()

    def person(self, number: str) -> Row:
        """A user as records name them. Raises KeyError."""
        user = self.users[number]
        return {"name": user["full_name"], "id": number, "email": user["email"]}

    def create(self, module: str, fields: Row, by: Row | None = None) -> Row:
        """A new record of checked fields."""
        author = by or self.person(self.admin["id"])
        at = self.moment()
        row: Row = {name: _BLANK.get(field.type) for name, field in self.fields[module].items()}
        row |= {"id": self.new_id(), "Owner": author, "Created_By": author, "Modified_By": author}
        row |= {"Created_Time": at, "Modified_Time": at, **_DEFAULTS[module]}
        row |= fields
        self._derive(module, row, None)
        self.records[module][row["id"]] = row
        self.written[f"{module}.create"] += 1
        return row

    def change(self, module: str, number: str, fields: Row, by: Row | None = None) -> Row:
        """Sets checked fields of a record; without any only its Modified_Time moves. Raises KeyError."""
        before = self.records[module][number]
        row = {**before, **fields, "Modified_By": by or self.person(self.admin["id"])}
        row["Modified_Time"] = self.moment(before["Modified_Time"])
        self._derive(module, row, before)
        self.records[module][number] = row
        self.written[f"{module}.update"] += 1
        return row

    def delete(self, module: str, number: str, by: Row | None = None) -> None:
        """Puts a record into the recycle bin. Raises KeyError."""
        row = self.records[module].pop(number)
        at = datetime.fromisoformat(self.moment(row["Modified_Time"]))
        self.deleted[module][number] = Deleted(RECYCLE, row, at, by or self.person(self.admin["id"]))
        self.written[f"{module}.delete"] += 1

    def restore(self, module: str, number: str, *, modified: bool) -> None:
        """Takes a record out of the recycle bin. Raises KeyError."""
        kept = self.deleted[module][number]
        if kept.type == PERMANENT:
            raise KeyError(number)
        del self.deleted[module][number]
        row = kept.row
        if modified:
            row = {**row, "Modified_Time": self.moment(kept.at.isoformat())}
        self.records[module][number] = row

    def purge(self, module: str, number: str) -> None:
        """Deletes for good what is in the recycle bin. Raises KeyError."""
        self.deleted[module][number].type = PERMANENT

    def title(self, module: str, row: Row) -> str:
        """What a record is called."""
        return str(row.get(_TITLES[module]) or "")

    def rows(self, kind: str) -> list[Row]:
        """All rows of a kind: contacts, tasks, events, users or deleted. Raises KeyError."""
        if kind == "users":
            return [dict(user) for user in self.users.values()]
        if kind == "deleted":
            return [
                {"module": module, "id": number, "type": one.type, "deleted_time": one.at.isoformat()}
                for module, kept in self.deleted.items()
                for number, one in kept.items()
            ]
        return copy.deepcopy(list(self.records[KINDS[kind]].values()))

    def same_value(self, module: str, name: str, value: Any, but: str | None) -> Row | None:
        """The record that holds the value of a unique field, if one other than `but` does."""
        wanted = str(value).casefold()
        for row in self.records[module].values():
            if row["id"] != but and row.get(name) not in {None, ""} and str(row[name]).casefold() == wanted:
                return row
        return None

    def _derive(self, module: str, row: Row, before: Row | None) -> None:
        """What Zoho says of a record by itself."""
        if module == CONTACTS:
            parts = [row.get("First_Name"), row.get("Last_Name")]
            row["Full_Name"] = " ".join(part for part in parts if part) or None
        if module == TASKS:
            was = before is not None and before.get("Status") == "Completed"
            if row.get("Status") != "Completed":
                row["Closed_Time"] = None
            elif not was:
                row["Closed_Time"] = row["Modified_Time"]

    def _add_user(self, name: str) -> None:
        first, last = name.split(" ", 1)
        number = self.new_id()
        admin = not self.users
        self.users[number] = {
            "id": number,
            "full_name": name,
            "first_name": first,
            "last_name": last,
            "email": email(name, DOMAIN),
            "role": {"name": "CEO" if admin else "Manager", "id": str(_FIRST_ID - 1)},
            "profile": {"name": "Administrator" if admin else "Standard", "id": str(_FIRST_ID - 2)},
            "status": "active",
            "confirm": True,
            "time_zone": TIME_ZONE.key,
            "locale": "pt_BR",
            "language": "pt_BR",
            "zuid": str(int(number) // 1_000),
        }

    def _seed_records(self, sizes: Sizes, seed: int) -> None:
        owners = [self.person(number) for number in self.users]
        for index in range(sizes.contacts):
            name = person(index + 9_000, seed)
            first, last = name.split(" ", 1)
            fields = {"First_Name": first, "Last_Name": last, "Email": email(name, "cliente.example")}
            self.create(CONTACTS, {**fields, "Owner": owners[index % len(owners)]})
        today = self.time().replace(hour=9, minute=0, second=0)
        for index in range(sizes.tasks):
            due = (today + timedelta(days=index + 1)).date().isoformat()
            self.create(TASKS, {"Subject": f"Ligar {index + 1}", "Due_Date": due, "Owner": owners[index % len(owners)]})
        for index in range(sizes.events):
            start = today + timedelta(days=index)
            times = {
                "Start_DateTime": start.isoformat(),
                "End_DateTime": (start + timedelta(hours=1)).isoformat(),
            }
            title = {"Event_Title": f"Apresentação {index + 1}", "Owner": owners[index % len(owners)]}
            self.create(EVENTS, {**title, **times})
        self.written.clear()
