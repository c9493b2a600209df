"""Domino's calendar service, simulated: events of a mailbox, series with their exceptions, and meetings that invite.

ASSUMED: a series stands once in a listing, where any day of it may fall into the window; its exceptions follow it under
the same id with `recurrenceId`. Left out: `action`, instances that were never changed, and iCalendar as a format.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from werkzeug.wrappers import Request, Response

from local.vendors.domino_answers import (
    LIMIT,
    NEWER_EVENT,
    UNKNOWN_EVENT,
    RefusedError,
    flag,
    instant,
    invalid,
    nothing,
    whole,
)
from local.vendors.domino_store import DominoStore, Mailbox, Row, compact
from local.vendors.server import Simulator, answered

TIME_ZONE = ZoneInfo("America/Sao_Paulo")  # of the mailboxes

_DEFAULT_COUNT = 50
_CLASSES = {"public", "private", "confidential"}
_UNTIL = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE)
_WHEN = ("start", "end", "recurrenceRule", "exceptDates")  # a change of these is a new sequence
_SET_BY_SERVER = {"href", "id", "last-modified", "links"}


class CalendarService:
    """Answers for one request each; `simulator` cuts pages as its faults have it."""

    def __init__(self, simulator: Simulator, store: DominoStore) -> None:
        self._simulator = simulator
        self._store = store

    def handle(self, box: Mailbox, parts: tuple[str, ...], request: Request, method: str) -> Response:
        """What is asked of a mailbox; `parts` stand behind `/api/calendar/`. Raises RefusedError."""
        if not parts:
            raise RefusedError(404, "Database context not allowed.")
        if parts == ("events",):
            if method == "GET":
                return self._list(box, request)
            if method == "POST":
                return self._create(box, request)
        if parts[0] != "events" or len(parts) not in {2, 3}:
            raise RefusedError(404, "The URI must refer to an existing resource.")
        event = box.events.get(parts[1])
        if event is None:
            raise _unknown()
        if len(parts) == 3:
            return self._exception(box, event, parts[2], request, method)
        if method == "GET":
            return answered(_wrapped(box, event, *box.exceptions.get(event["id"], {}).values()))
        if method == "PUT":
            return self._put(box, event, request)
        if method == "DELETE":
            return self._delete(box, event, request)
        raise RefusedError(405)

    def _list(self, box: Mailbox, request: Request) -> Response:
        since, before = _window(request, self._store.moment())
        count = whole(request, "count", _DEFAULT_COUNT, "Invalid count parameter: {}")
        start = whole(request, "start", 0, "Invalid start parameter: {}")
        if not 1 <= count <= LIMIT:
            raise invalid(f"Invalid count parameter: {count}")
        found = [
            entry
            for event in sorted(box.events.values(), key=lambda one: (_start_of(one), one["id"]))
            if _falls_into(event, since, before)
            for entry in (event, *box.exceptions.get(event["id"], {}).values())
        ]
        page, declared, broken = self._simulator.page(found, start, count, request)
        if start >= declared:
            return nothing()
        wanted = {name for name in request.args.get("fields", "").split(",") if name}
        rows = [
            {name: value for name, value in _shown(box, one).items() if not wanted or name in wanted | {"href"}}
            for one in page
        ]
        if broken is not None:
            del rows[broken]["id"]
        headers = {"Content-Range": f"items {start}-{min(start + count, declared) - 1}"}
        return answered({"events": rows}, headers=headers)

    def _create(self, box: Mailbox, request: Request) -> Response:
        fields = _event_of(request)
        event = self._store.create_event(box.path, fields)
        if _is_meeting(event) and flag(request, "workflow", default=True):
            self._store.invite("invite", box.path, event)
        headers = {"Location": f"{self._simulator.url}{_address(box, event['id'])}"}
        return answered(_wrapped(box, event), 201, headers)

    def _put(self, box: Mailbox, event: Row, request: Request) -> Response:
        fields = _event_of(request)
        _check_sequence(fields, event, request)
        moved = any(fields.get(name) != event.get(name) for name in _WHEN)
        fields["sequence"] = max(fields.get("sequence", 0), event["sequence"]) + int(moved)
        changed = self._store.replace_event(box.path, event, fields)
        if flag(request, "workflow", default=True) and _is_meeting(changed):
            self._store.invite("update", box.path, changed)
        return answered(_wrapped(box, changed))

    def _delete(self, box: Mailbox, event: Row, request: Request) -> Response:
        del box.events[event["id"]]
        box.exceptions.pop(event["id"], None)
        if flag(request, "workflow", default=True) and _is_meeting(event):
            self._store.invite("cancel", box.path, event)
        return nothing()

    def _exception(self, box: Mailbox, event: Row, recurrence: str, request: Request, method: str) -> Response:
        kept = box.exceptions.setdefault(event["id"], {})
        if method == "PUT" and "recurrenceRule" in event:
            stamp = compact(self._store.moment())
            kept[recurrence] = {
                "sequence": event["sequence"],
                **_event_of(request),
                "id": event["id"],
                "recurrenceId": recurrence,
                "last-modified": stamp,
            }
            return answered(_wrapped(box, kept[recurrence]))
        if recurrence not in kept:
            raise _unknown()
        if method == "GET":
            return answered(_wrapped(box, kept[recurrence]))
        if method == "DELETE":
            del kept[recurrence]
            return nothing()
        raise RefusedError(405)


def _unknown() -> RefusedError:
    message = "Error getting calendar event. Identifier not found."
    return RefusedError(404, message, cserror=UNKNOWN_EVENT, exception="ServiceException")


def _check_sequence(fields: Row, event: Row, request: Request) -> None:
    if flag(request, "strictsequence") and fields.get("sequence", 0) < event["sequence"]:
        message = "A newer version of the calendar entry exists."
        raise RefusedError(409, message, cserror=NEWER_EVENT, exception="ServiceException")


def _window(request: Request, now: datetime) -> tuple[datetime, datetime]:
    """Between which moments events begin. ASSUMED: from now on, and without end, where nothing is said."""
    arguments = request.args
    for pair in (("since", "sincenow"), ("before", "days")):
        if set(pair) <= set(arguments):
            raise invalid(f"{pair[0]} and {pair[1]} cannot be used together.")
    since, before = now, datetime.max.replace(tzinfo=UTC)
    if "since" in arguments:
        since = instant(arguments["since"], "Invalid since parameter: " + arguments["since"])
    elif "sincenow" in arguments:
        since = now + timedelta(days=_days(arguments["sincenow"], "sincenow"))
    if "before" in arguments:
        before = instant(arguments["before"], "Invalid before parameter: " + arguments["before"])
    elif "days" in arguments:
        before = since + timedelta(days=_days(arguments["days"], "days"))
    if before <= since:
        raise invalid("The before parameter must be later than the since parameter.")
    return since, before


def _days(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        pass
    raise invalid(f"Invalid {name} parameter: {text}")


def _falls_into(event: Row, since: datetime, before: datetime) -> bool:
    start = _start_of(event)
    rule = event.get("recurrenceRule")
    if rule is None:
        return since <= start < before
    until = _UNTIL.search(str(rule))
    ended = until is not None and datetime.strptime(until[1], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1) < since
    return start < before and not ended


def _start_of(event: Row) -> datetime:
    return _instant_of(event["start"])


def _instant_of(when: Row) -> datetime:
    text = f"{when['date']}T{when.get('time', '00:00:00')}"
    zone = ZoneInfo("UTC") if when.get("utc") else _zone(when.get("tzid"))
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name) if name else TIME_ZONE
    except (ZoneInfoNotFoundError, ValueError):
        return TIME_ZONE  # one of Notes' own names


def _event_of(request: Request) -> Row:
    """The one event of a body. Raises RefusedError."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        body = {}
    events = body.get("events")
    if not (isinstance(events, list) and len(events) == 1 and isinstance(events[0], dict)):
        raise invalid("Error while parsing the JSON content.")
    zones = {zone.get("tzid") for zone in body.get("timezones", ()) if isinstance(zone, dict)}
    event: Row = {name: value for name, value in events[0].items() if name not in _SET_BY_SERVER}
    if "start" not in event:
        raise invalid("The start property is missing.")
    for name in ("start", "end"):
        if name in event:
            _check_when(event[name], zones)
    if str(event.get("class", "public")).lower() not in _CLASSES:
        raise invalid("Invalid iCalendar data.")
    if "class" in event:
        event["class"] = event["class"].lower()
    return event


def _check_when(when: Any, zones: set[Any]) -> None:
    if not isinstance(when, dict) or "date" not in when:
        raise invalid("The date property is missing.")
    if when.get("utc") and "tzid" in when:
        raise invalid("utc and tzid cannot be used together.")
    if "tzid" in when and when["tzid"] not in zones:
        raise invalid("The Timezone ID is not found")
    try:
        _instant_of(when)
    except (TypeError, ValueError):
        pass
    else:
        return
    raise invalid("Invalid date or time.")


def _is_meeting(event: Row) -> bool:
    return bool(event.get("attendees")) and bool(event.get("organizer"))


def _wrapped(box: Mailbox, *events: Row) -> Row:
    return {"events": [_shown(box, event) for event in events]}


def _shown(box: Mailbox, event: Row) -> Row:
    address = _address(box, event["id"])
    if "recurrenceId" in event:
        return {"href": f"{address}/{event['recurrenceId']}", **event}
    links = {"links": [{"rel": "instances", "href": f"{address}/instances"}]} if "recurrenceRule" in event else {}
    return {"href": address, **event, **links}


def _address(box: Mailbox, event_id: str) -> str:
    return f"/{quote(box.path)}/api/calendar/events/{quote(event_id, safe='')}"
