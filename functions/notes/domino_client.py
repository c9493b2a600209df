"""A Domino server's data service and calendar service (Domino Access Services), as one user who signs in.

Sources: HCL's documentation and the implementation's published source. ASSUMED, here and in the simulator alone: a
server with session authentication answers with its login form, and 200; a user who may not see a database is answered
401; a series stands once in a listing of events, its exceptions follow under the same id with `recurrenceId`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NoReturn
from urllib.parse import quote, unquote

import requests
from pydantic import TypeAdapter, ValidationError

from notes import domino_answers as answers
from notes.domino_answers import CalendarEvent, Document, ListedEvent, ModifiedDocuments, Row
from sincronia import clock
from sincronia.answers import AnswerUnknownError, Problem, ProblemError
from sincronia.vendor_answers import received
from sincronia.vendor_http import VendorSession

VENDOR = "IBM Notes"
DATA, CALENDAR = "Data", "Calendar"  # the services, by the names that the server gives them
PAGE = 100  # what a server allows at most, unless its administrator set less

_NOBODY = "0" * 32  # a document that no database has
_LIMIT = re.compile(r"Cannot read more than (\d+) entries")
_VIEW_RANGE = re.compile(r"items (\d+)-(\d+)/(\d+)")
_EVENT_RANGE = re.compile(r"items (\d+)-(\d+)")
_UNID = re.compile(r"/unid/([0-9A-Fa-f]{32})$")
_LISTED_FIELDS = "id,last-modified,recurrenceId,class"
_OFF: Mapping[str, str] = {  # how the message of a 403 begins → our code
    "The Domino data service is not enabled for this database": "notes.database_off",
    "The Domino data service is not enabled for this view": "notes.view_off",
    "Cannot access resource": "notes.views_only",
}
_DENIED = "notes.access_denied"
_TOLD: Mapping[str, str] = {  # what the session tells of every vendor → what is to be done about it here
    "vendor_unreachable": "notes.server_unreachable",
    "vendor_host_unknown": "notes.server_unknown",
}


class DominoSession(VendorSession):
    """A session with a Domino server, whose 403 says what is off."""

    def refusal(self, answer: requests.Response, problem: Problem) -> Problem:
        """See VendorSession.refusal."""
        if problem.code != "vendor_forbidden":
            return problem
        told = _refusal(answer)
        if told is not None and not told.message:
            services = CALENDAR if "/api/calendar/" in (answer.request.path_url or "") else DATA
            return self.problem("notes.services_off", services=services)
        message = "" if told is None else told.message
        return self.problem(next((code for words, code in _OFF.items() if message.startswith(words)), _DENIED))


class Domino:
    """One user's mailbox on a Domino server. Every method raises ProblemError and OutOfTimeError.

    Nothing that creates or changes is repeated: where its answer never came, AnswerUnknownError says so, and whoever
    asks again looks first for what may be there. A `database` is the path of a file, as `mail/nara.nsf`.
    """

    def __init__(self, session: DominoSession, user: str, password: str) -> None:
        self._session = session
        key = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {key}", "Accept": "application/json"}
        self._page = PAGE

    def check_services(self, needed: Collection[str]) -> None:
        """Sees that the server answers, takes the password, and has these services on. GET /api.

        Raises ProblemError(notes.services_off), which names those that are off.
        """
        response = self._call("GET", "/api", {}, repeatable=True)
        if response.status_code == 404:
            self._refuse("notes.services_off", services=", ".join(sorted(needed)))
        told = self._read(response, answers.SERVICES)
        off = set(needed) - {one.name for one in told.services if one.enabled}
        if off:
            self._refuse("notes.services_off", services=", ".join(sorted(off)))

    def check_database(self, database: str) -> None:
        """Sees that a database is there and open to the data service. GET …/collections."""
        where = {"database": database}
        response = self._call("GET", f"{_data(database)}/collections", where, repeatable=True)
        self._found(response, "notes.database_unknown", where)
        self._decoded(response)

    def check_view(self, database: str, view: str) -> None:
        """Sees that a view is there and open to the data service; one line of it is asked for."""
        self._view_page(database, view, 0, 1)

    def check_documents(self, database: str) -> None:
        """Sees that documents can be read, and not views alone: one is asked for that nobody has."""
        self.document(database, _NOBODY)

    def check_calendar(self, database: str) -> None:
        """Sees that a mailbox's calendar answers: the events of a day are asked for."""
        today = datetime.fromtimestamp(clock.now(), UTC)
        self._events_page(database, today, today + timedelta(days=1), 0)

    def view(self, database: str, view: str) -> Iterator[str]:
        """The UNIDs of a view's documents, each once, by pages of 100. GET …/collections/name/{view}.

        One that moves over the edge of a page meanwhile can be missing: whoever takes it for gone asks for it first.
        Raises ProblemError(notes.view_unknown, notes.view_off, notes.database_off).
        """
        seen: set[str] = set()
        read = 0
        while True:
            entries, total = self._view_page(database, view, read, self._page)
            read += len(entries)
            fresh = {one.unid: None for one in entries if one.unid and not one.category and one.unid not in seen}
            seen.update(fresh)
            yield from fresh
            if total is None or read >= total:
                return
            # A page that brings nothing while there is more would be asked for without end; and who is cut out of
            # a listing must not be taken for removed.
            self._require(bool(entries), "Content-Range")

    def modified_since(self, database: str, since: datetime) -> ModifiedDocuments:
        """The documents of a database modified at that moment or later, by the server's clock. GET …/documents?since=.

        They come all at once, mail too: whoever has read nothing yet reads a view instead. Deletions are not told.
        Raises ProblemError(notes.database_off).
        """
        where = {"database": database}
        params = {"compact": "true", "since": _moment(since)}
        response = self._call("GET", f"{_data(database)}/documents", where, repeatable=True, params=params)
        self._found(response, "notes.database_unknown", where)
        listed = self._read(response, answers.MODIFIED)
        return ModifiedDocuments({one.unid: one.modified for one in listed})

    def document(self, database: str, unid: str) -> Document | None:
        """A document, with its hidden items; None where it is gone. It is not marked as read."""
        params = {"hidden": "true", "markread": "false", "compact": "true"}
        where = {"database": database}
        response = self._call("GET", _document(database, unid), where, repeatable=True, params=params)
        if response.status_code == 404 and _refusal(response) is not None:
            return None
        self._found(response, "notes.database_unknown", where)
        body = self._decoded(response)
        head = received(self._session, response, body, answers.HEAD)
        self._require(head.unid == unid.upper(), "@unid")
        items = {name: value for name, value in body.items() if not name.startswith("@")}
        return Document(head.unid, head.form, head.modified, items)

    def create_document(self, database: str, form: str, items: Row) -> str:
        """Makes a document and gives its UNID. POST …/documents?form=.

        Date/times are written as `{"data": …, "type": "datetime"}`; names that begin with `$` are ignored by Domino.
        """
        path, params = f"{_data(database)}/documents", {"form": form, "computewithform": "true"}
        response = self._call("POST", path, {"database": database}, params=params, json=dict(items))
        self._accepted(response, "notes.database_unknown", {"database": database})
        made = _UNID.search(unquote(response.headers.get("Location", "")))
        if response.status_code != 201 or made is None:
            raise self._session.malformed(response, "Location")
        return made[1].upper()

    def patch_document(self, database: str, unid: str, items: Row, version: str) -> None:
        """Sets some items of a document and leaves the others. PATCH …/unid/{unid}; the new version isn't told.

        Nothing is done where it no longer is the version that was read: Raises ProblemError(notes.document_changed,
        notes.document_gone).
        """
        headers = {"If-Unmodified-Since": _http_date(version)}
        where = {"database": database}
        response = self._call("PATCH", _document(database, unid), where, json=dict(items), headers=headers)
        self._accepted(response, "notes.document_gone", where)

    def delete_document(self, database: str, unid: str, version: str) -> None:
        """Removes a document of that version; one that is gone is no error. DELETE …/unid/{unid}.

        Raises ProblemError(notes.document_changed).
        """
        headers = {"If-Unmodified-Since": _http_date(version)}
        where = {"database": database}
        response = self._call("DELETE", _document(database, unid), where, repeatable=True, headers=headers)
        if response.status_code != 404 or _refusal(response) is None:
            self._accepted(response, "notes.database_unknown", where)

    def events(self, database: str, since: datetime, before: datetime) -> tuple[ListedEvent, ...]:
        """The events that begin in a window, each once, without what they hold. GET …/calendar/events.

        The version of a series is made of what lies in the window.
        """
        heads: dict[str, list[answers.EventHead]] = {}
        start, last = 0, False
        while not last:
            page, last = self._events_page(database, since, before, start)
            for head in page:
                if head not in heads.setdefault(head.id, []):
                    heads[head.id].append(head)
            start += len(page)
            last = last or not page
        return tuple(
            ListedEvent(uid, answers.version_of(parts), any(part.kind != "public" for part in parts))
            for uid, parts in heads.items()
        )

    def event(self, database: str, uid: str) -> CalendarEvent | None:
        """An event, or a series with its exceptions; None where it is gone. GET …/calendar/events/{id}."""
        where = {"database": database}
        response = self._call("GET", _event(database, uid), where, repeatable=True)
        if response.status_code == 404 and _refusal(response) is not None:
            return None
        self._found(response, "notes.database_unknown", where)
        event = self._event_in(response)
        self._require(event.id == uid, "events.id")
        return event

    def create_event(
        self, database: str, fields: Row, *, timezones: Sequence[Row] = (), invite: bool = True
    ) -> CalendarEvent:
        """Makes an event. POST …/calendar/events.

        With `organizer`, `attendees` and `sequence` 0 it is a meeting, and with `invite` Domino invites the attendees.
        A `tzid` in it needs its entry in `timezones`.
        """
        path, where = f"{_calendar(database)}/events", {"database": database}
        response = self._call("POST", path, where, params=_workflow(invite), json=_wrapped(fields, timezones))
        self._accepted(response, "notes.database_unknown", where)
        return self._event_in(response)

    def put_event(
        self, database: str, uid: str, fields: Row, *, timezones: Sequence[Row] = (), invite: bool = True
    ) -> CalendarEvent:
        """Replaces an event: what `fields` leave out is dropped. PUT …/calendar/events/{id}.

        The `sequence` of what was read must stand among them. Raises ProblemError(notes.event_changed,
        notes.event_gone).
        """
        params = {**_workflow(invite), "strictsequence": "true"}
        where = {"database": database}
        body = _wrapped(fields, timezones)
        response = self._call("PUT", _event(database, uid), where, params=params, json=body)
        self._accepted(response, "notes.event_gone", where)
        return self._event_in(response)

    def delete_event(self, database: str, uid: str, *, invite: bool = True) -> None:
        """Removes an event; one that is gone is no error. DELETE …/calendar/events/{id}.

        With `invite`, those invited are told.
        """
        where = {"database": database}
        response = self._call("DELETE", _event(database, uid), where, repeatable=True, params=_workflow(invite))
        if response.status_code != 404 or _refusal(response) is None:
            self._accepted(response, "notes.database_unknown", where)

    def _view_page(self, database: str, view: str, start: int, count: int) -> tuple[list[answers.Entry], int | None]:
        """A page of a view, and how many lines it has; None where the page is behind its end."""
        path, where = f"{_data(database)}/collections/name/{_part(view)}", {"database": database, "view": view}
        params = {"start": str(start), "count": str(count), "compact": "true"}
        response = self._call("GET", path, where, repeatable=True, params=params)
        if response.status_code == 400:
            fewer = _LIMIT.search(_message(response))
            if fewer is not None and 0 < int(fewer[1]) < count:
                self._page = int(fewer[1])
                return self._view_page(database, view, start, self._page)
        refusal = _refusal(response) if response.status_code == 404 else None
        self._found(response, "notes.view_unknown" if refusal is not None else "notes.database_unknown", where)
        entries = self._read(response, answers.ENTRIES)
        told = _VIEW_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        self._require(told is not None or not entries, "Content-Range")
        return entries, None if told is None else int(told[3])

    def _events_page(
        self, database: str, since: datetime, before: datetime, start: int
    ) -> tuple[list[answers.EventHead], bool]:
        """A page of a listing, and whether it is the last: an empty one, or a short one that says that it is all."""
        window = {"since": _moment(since), "before": _moment(before)}
        params = {**window, "start": str(start), "count": str(PAGE), "fields": _LISTED_FIELDS}
        where = {"database": database}
        response = self._call("GET", f"{_calendar(database)}/events", where, repeatable=True, params=params)
        self._found(response, "notes.database_unknown", where)
        if response.status_code == 200 and not response.content:
            return [], True
        events = self._read(response, answers.EVENTS).events
        heads = received(self._session, response, events, answers.EVENT_HEADS)
        told = _EVENT_RANGE.match(response.headers.get("Content-Range", ""))
        whole = told is not None and int(told[2]) - int(told[1]) + 1 == len(events)
        return heads, whole and len(heads) < PAGE

    def _event_in(self, response: requests.Response) -> CalendarEvent:
        """The event of an answer to a read or a write."""
        told = received(self._session, response, self._decoded(response), answers.EVENTS)
        heads = received(self._session, response, told.events, answers.EVENT_HEADS)
        together = list(zip(heads, told.events, strict=True))
        series = [fields for head, fields in together if not head.recurrence]
        if len(series) != 1 or len({head.id for head in heads}) != 1:
            raise self._session.malformed(response, "events")
        exceptions = tuple(fields for head, fields in together if head.recurrence)
        return CalendarEvent(heads[0].id, answers.version_of(heads), series[0], exceptions, tuple(told.timezones))

    def _read(self, response: requests.Response, kind: TypeAdapter[Any]) -> Any:
        return received(self._session, response, self._decoded(response), kind)

    def _decoded(self, response: requests.Response) -> Any:
        if response.status_code not in {200, 201}:
            raise self._session.malformed(response, f"código {response.status_code}")
        return self._session.decoded(response)

    def _found(self, response: requests.Response, missing: str, where: Mapping[str, str]) -> None:
        """Raises where a read found nothing, or was refused."""
        if response.status_code == 404:
            self._refuse(missing, **where)
        if response.status_code >= 400:
            self._refuse("vendor_rejected", status=str(response.status_code))

    def _accepted(self, response: requests.Response, missing: str, where: Mapping[str, str]) -> None:
        """Raises where Domino refused a write."""
        status = response.status_code
        if status == 404:
            self._refuse(missing if _refusal(response) is not None else "notes.database_unknown", **where)
        if status == 412:
            self._refuse("notes.document_changed")
        if status == 409:
            self._refuse("notes.event_changed")
        if status >= 400:
            self._refuse("vendor_rejected", status=str(status))

    def _refuse(self, code: str, **details: str) -> NoReturn:
        raise ProblemError(self._session.problem(code, **details))

    def _require(self, sound: bool, where: str) -> None:
        """Raises where an answer to a read isn't what was asked for."""
        if not sound:
            self._refuse("vendor_answer_malformed", where=where)

    def _call(
        self,
        method: str,
        path: str,
        where: Mapping[str, str],
        *,
        repeatable: bool = False,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """An answer of Domino Access Services; `where` names the database and the view that it is about."""
        sent = {**self._headers, **(headers or {})}
        try:
            response = self._session.call(method, path, repeatable=repeatable, params=params, json=json, headers=sent)
        except ProblemError as error:
            failed = error
        else:
            return self._own(response)
        # Outside of `except`: what the libraries raise holds addresses.
        raise type(failed)(self._told(failed.problem, where), failed.retry_at)

    def _own(self, response: requests.Response) -> requests.Response:
        """The answer, seen not to be a page for people that some other server, or the login, gives in its place."""
        if response.status_code >= 400 or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        problem = self._session.problem("notes.login_page")
        # What stands behind such a page may still have done a write.
        raise (ProblemError if response.request.method == "GET" else AnswerUnknownError)(problem)

    def _told(self, problem: Problem, where: Mapping[str, str]) -> Problem:
        """What went wrong, with the place that was asked."""
        if problem.code == "vendor_refused_token":
            return self._session.problem("notes.database_refused" if where else "notes.credentials_wrong", **where)
        if problem.code == _DENIED:
            return self._session.problem(_DENIED, place=where.get("database") or self._session.host)
        if problem.code in _OFF.values():
            return self._session.problem(problem.code, **where)
        return Problem(_TOLD.get(problem.code, problem.code), problem.details)


def _refusal(response: requests.Response) -> answers.Refusal | None:
    """What Domino Access Services say of a refusal; None where the answer is not theirs."""
    try:
        return answers.REFUSAL.validate_json(response.content)
    except ValidationError:
        return None


def _message(response: requests.Response) -> str:
    refusal = _refusal(response)
    return "" if refusal is None else refusal.message


def _part(value: str) -> str:
    return quote(value, safe="")


def _database(database: str) -> str:
    return "/" + "/".join(_part(part) for part in database.replace("\\", "/").strip("/").split("/"))


def _data(database: str) -> str:
    return f"{_database(database)}/api/data"


def _calendar(database: str) -> str:
    return f"{_database(database)}/api/calendar"


def _document(database: str, unid: str) -> str:
    return f"{_data(database)}/documents/unid/{_part(unid)}"


def _event(database: str, uid: str) -> str:
    return f"{_calendar(database)}/events/{_part(uid)}"


def _workflow(invite: bool) -> dict[str, str]:
    return {} if invite else {"workflow": "false"}


def _wrapped(fields: Row, timezones: Sequence[Row]) -> dict[str, Any]:
    zones = {"timezones": [dict(zone) for zone in timezones]} if timezones else {}
    return {**zones, "events": [dict(fields)]}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _http_date(version: str) -> str:
    """The moment of a document's version, as headers have it (RFC 9110)."""
    return format_datetime(datetime.fromisoformat(version), usegmt=True)
