"""Values that a simulated Zoho CRM takes for a field, as it will keep them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from local.vendors.zoho_answers import RowRefusedError
from local.vendors.zoho_modules import CONTACTS, EVENTS, Field
from local.vendors.zoho_store import TIME_ZONE, Row, ZohoStore

_EMAIL = re.compile(r"[^@\s<>/\"]+@[^@\s<>/\"]+\.[^@\s<>/\".]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PERIODS = {"minutes", "hours", "days", "weeks"}
_KINDS_INVITED = {"email", "contact", "lead", "user"}
_TEXTS = {"text", "textarea", "email", "phone", "picklist"}


class Values:
    """Checks what a write sends. Names that no field has are left out without a word (ASSUMED)."""

    def __init__(self, store: ZohoStore) -> None:
        self._store = store

    def checked(self, module: str, sent: Row, held: Row | None) -> Row:
        """The fields to keep; `held`: the record as it is, None for a new one. Raises RowRefusedError."""
        fields = self._store.fields[module]
        kept = {
            name: self._value(field, sent[name])
            for name, field in fields.items()
            if name in sent and not field.read_only
        }
        self._check_mandatory(module, kept, held)
        if module == EVENTS:
            after = {**(held or {}), **kept}
            if datetime.fromisoformat(after["End_DateTime"]) < datetime.fromisoformat(after["Start_DateTime"]):
                raise RowRefusedError("INVALID_DATA", "invalid data", api_name="End_DateTime")
        self._check_unique(module, kept, held)
        return kept

    def _check_mandatory(self, module: str, kept: Row, held: Row | None) -> None:
        for name, field in self._store.fields[module].items():
            if field.mandatory and (name in kept or held is None) and kept.get(name) is None:
                raise RowRefusedError("MANDATORY_NOT_FOUND", "required field not found", api_name=name)
        names = {**(held or {}), **kept}
        if module == CONTACTS and not (names.get("First_Name") or names.get("Last_Name")):
            raise RowRefusedError("MANDATORY_NOT_FOUND", "required field not found", api_name="Last_Name")

    def _check_unique(self, module: str, kept: Row, held: Row | None) -> None:
        for name, value in kept.items():
            if (module, name) not in self._store.unique or value is None:
                continue
            other = self._store.same_value(module, name, value, held["id"] if held else None)
            if other is not None:
                owner = {key: other["Owner"][key] for key in ("name", "id")}
                held_by = {"id": other["id"], "Owner": owner, "module": {"api_name": module, "id": module_id(module)}}
                raise RowRefusedError(
                    "DUPLICATE_DATA",
                    "duplicate data",
                    api_name=name,
                    id=other["id"],
                    duplicate_record=held_by,
                    more_records=False,
                )

    def _value(self, field: Field, value: Any) -> Any:
        if value is None or value == "":
            return [] if field.type == "participants" else False if field.type == "boolean" else None
        if field.type in _TEXTS:
            return _text(field, value)
        takes: Mapping[str, Callable[[Field, Any], Any]] = {
            "date": _day,
            "datetime": _moment,
            "boolean": _flag,
            "ownerlookup": self._owner,
            "lookup": self._lookup,
            "participants": self._participants,
            "multireminder": _reminders,
            "ALARM": _alarm,
            "RRULE": _rule,
        }
        return takes[field.type](field, value)

    def _owner(self, field: Field, value: Any) -> Row:
        number = value.get("id") if isinstance(value, dict) else value
        try:
            return self._store.person(str(number))
        except KeyError:
            raise _invalid(field, "jsonobject") from None

    def _lookup(self, field: Field, value: Any) -> Row:
        number = value.get("id") if isinstance(value, dict) else value
        if not isinstance(number, str | int) or isinstance(number, bool):
            raise _invalid(field, "jsonobject")
        if field.name != "Who_Id":
            return {"name": value.get("name") if isinstance(value, dict) else None, "id": str(number)}
        contact = self._store.records[CONTACTS].get(str(number))
        if contact is None:
            raise RowRefusedError("INVALID_DATA", "the related id given seems to be invalid", api_name=field.name)
        return {"name": contact["Full_Name"], "id": contact["id"]}

    def _participants(self, field: Field, value: Any) -> list[Row]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise _invalid(field, "jsonarray")
        return [self._participant(field, one) for one in value]

    def _participant(self, field: Field, one: Row) -> Row:
        kind, told = one.get("type"), str(one.get("participant") or "")
        shown = {"invited": one.get("invited") is True, "status": "not_known", "type": kind, "participant": told}
        if kind not in _KINDS_INVITED or not told:
            raise _invalid(field, "jsonarray")
        if kind == "email":
            if not _EMAIL.fullmatch(told):
                raise _invalid(field, "email")
            return {**shown, "name": one.get("name"), "Email": told}
        if kind == "user" and told in self._store.users:
            user = self._store.users[told]
            return {**shown, "name": user["full_name"], "Email": user["email"]}
        contact = self._store.records[CONTACTS].get(told)
        if kind == "user" or (kind == "contact" and contact is None):
            raise RowRefusedError("INVALID_DATA", "the participant id given seems to be invalid", api_name=field.name)
        held = contact or {}
        return {**shown, "name": held.get("Full_Name") or one.get("name"), "Email": held.get("Email")}


def module_id(module: str) -> str:
    """A module's own number."""
    return {CONTACTS: "3652397000000002179", EVENTS: "3652397000000002195"}.get(module, "3652397000000002193")


def _invalid(field: Field, expected: str) -> RowRefusedError:
    return RowRefusedError("INVALID_DATA", "invalid data", expected_data_type=expected, api_name=field.name)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _invalid(field, "text" if field.type == "picklist" else field.type)
    if len(value) > field.length:
        raise RowRefusedError("INVALID_DATA", "invalid data", maximum_length=field.length, api_name=field.name)
    if field.type == "email" and not _EMAIL.fullmatch(value):
        raise _invalid(field, "email")
    return value


def _day(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise _invalid(field, "date")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise _invalid(field, "date") from None


def _moment(field: Field, value: Any) -> str:
    """As it comes back: with the organization's offset."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise _invalid(field, "datetime")
    try:
        return datetime.fromisoformat(value).astimezone(TIME_ZONE).isoformat()
    except (ValueError, OverflowError):
        raise _invalid(field, "datetime") from None


def _flag(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _invalid(field, "boolean")
    return value


def _reminders(field: Field, value: Any) -> list[Row] | None:
    rows = value if isinstance(value, list) else None
    if rows is None:
        raise _invalid(field, "jsonarray")
    for one in rows:
        unit = one.get("unit") if isinstance(one, dict) else None
        if not isinstance(unit, int) or isinstance(unit, bool) or unit < 0 or one.get("period") not in _PERIODS:
            raise _invalid(field, "jsonarray")
    return [{"unit": one["unit"], "period": one["period"]} for one in rows] or None


def _alarm(field: Field, value: Any) -> Row:
    if not isinstance(value, dict) or not str(value.get("ALARM", "")).startswith("FREQ="):
        raise _invalid(field, "jsonobject")
    return {"ALARM": value["ALARM"]}


def _rule(field: Field, value: Any) -> Row:
    if not isinstance(value, dict) or not str(value.get("RRULE", "")).startswith("FREQ="):
        raise _invalid(field, "jsonobject")
    return {name: value[name] for name in ("RRULE", "EXDATE") if value.get(name)}
