"""One user's contacts, tasks or events in Notes, as the sync asks for them (ports.Records).

Contacts and tasks are documents that a view lists; events are the calendar's. A listing may miss who moves over the
edge of a page meanwhile, so nobody is called gone before the server was asked for them once more.
ASSUMED: what comes from another replica bears a moment within the last day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from notes import side_moments
from notes.connection_sentences import WRITING_CUT
from notes.content_sentences import CONTENT
from notes.domino_answers import CalendarEvent, Document
from notes.domino_client import Domino
from notes.notes_content import FORMS, NotesContent
from notes.ports import Left, News, Shown, Write, Written
from notes.records import Contact, Event, Module, Reading, Task
from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError

# Where events have no window: from before there were calendars of Notes until long after us.
SINCE, BEFORE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_OVERLAP = timedelta(days=1)  # that are asked for again
_FIRST = timedelta(days=7)  # that are asked for at first, to learn the server's time
_FEW = 100  # up to here, who is missing from a listing is asked for without listing all again
_MANY = 1_000  # and up to here they are asked for at all
_DAY = timedelta(days=1)
_MOVED = {"notes.document_changed", "notes.document_gone", "notes.event_changed", "notes.event_gone"}
_LEFT = CONTENT.keys() | {"vendor_rejected"}  # what befalls one record, and not the mailbox


@dataclass(slots=True)
class MailboxRecords:
    """Implements ports.Records. `view` lists the documents; events have none. A version is the server's moment.

    `invites`: Domino invites the participants of a meeting that is made. Of changes and removals it always tells them.
    """

    domino: Domino
    content: NotesContent
    module: Module
    database: str
    view: str
    invites: bool = False
    _made: dict[str, tuple[Shown, ...]] = field(default_factory=dict)  # what `found` read, until something is made

    def news(self, known: Mapping[str, str], cursor: str, days: tuple[Any, Any] | None) -> News:
        """See Records.news. An event that a window leaves out is known to be there by the whole calendar's listing."""
        if self.module is Module.EVENTS:
            return self._news_of_events(known, days)
        asked_at = side_moments.now()
        since = datetime.fromisoformat(cursor) - _OVERLAP if cursor else asked_at - _FIRST
        modified = self.domino.modified_since(self.database, since)
        listed = list(self.domino.view(self.database, self.view))
        changed = tuple(unid for unid in listed if _moved(unid, known, modified.versions))
        gone, hidden = self._gone(known, listed, lambda: self.domino.view(self.database, self.view))
        following = side_moments.next_beginning(modified.newest, asked_at) if modified.newest or not cursor else cursor
        return News(changed, gone, len(listed), following, hidden)

    def read(self, ids: Sequence[str]) -> Iterator[Shown]:
        """See Records.read. A document of another form, as a group among contacts, is nobody's of ours."""
        for one in ids:
            shown = self._shown(one)
            if shown is not None:
                yield shown

    def found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        """See Records.found. Of events by their UID or their day; of documents all that were modified are read once."""
        if self.module is Module.EVENTS:
            return self._events_found(key, uid, since)
        if not key:
            return ()
        if since not in self._made:
            modified = self.domino.modified_since(self.database, _moment(since) - side_moments.SKEW)
            there = set(self.domino.view(self.database, self.view)) if modified.versions else set()
            self._made[since] = tuple(self.read([unid for unid in modified.versions if unid in there]))
        return tuple(shown for shown in self._made[since] if shown.mine and shown.reading.key == key)

    def create(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """See Records.create. What ends a block when some are made leaves it unknown what there is of all of them."""
        self._made.clear()
        made: list[Written | Left] = []
        for write in writes:
            try:
                made.append(_left_or(partial(self._created, write)))
            except OutOfTimeError:
                if not made:
                    raise
                problem, retry_at = Problem(WRITING_CUT), None
            except ProblemError as error:
                if not made or isinstance(error, AnswerUnknownError):
                    raise
                problem, retry_at = error.problem, error.retry_at
            else:
                continue
            raise AnswerUnknownError(problem, retry_at)
        return made

    def update(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """See Records.update. A document's new version isn't told."""
        return [_left_or(partial(self._updated, write)) for write in writes]

    def remove(self, held: Sequence[Shown]) -> Sequence[Written | Left]:
        """See Records.remove. Who was invited to a meeting is told by Domino."""
        return [_left_or(partial(self._removed, one)) for one in held]

    def _news_of_events(self, known: Mapping[str, str], days: tuple[date, date] | None) -> News:
        # The version of a series is that of the whole calendar's listing, or it would move with the window.
        listed = {one.id: one.version for one in self.domino.events(self.database, SINCE, BEFORE)}
        inside = set(listed)
        if days is not None:
            since, before = self._midnight(days[0]), self._midnight(days[1] + _DAY)
            inside &= {one.id for one in self.domino.events(self.database, since, before)}
        changed = tuple(uid for uid in listed if uid in inside and known.get(uid) != listed[uid])
        gone, hidden = self._gone(known, listed, self._all_events)
        outside = frozenset(uid for uid in known if uid in listed and uid not in inside)
        return News(changed, gone, len(listed), "", outside | hidden)

    def _all_events(self) -> Iterator[str]:
        return (one.id for one in self.domino.events(self.database, SINCE, BEFORE))

    def _gone(
        self, known: Collection[str], listed: Collection[str], again: Callable[[], Iterator[str]]
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Whom of those that a listing lacks the server no longer has, and whom it has elsewhere.

        Many at once are looked for by a second listing. Where it lacks most of a mailbox too it is believed: the brake
        stands before what follows from it, and each is asked for before it is removed anywhere.
        """
        missing = set(known) - set(listed)
        asked = missing - set(again()) if len(missing) > _FEW else missing
        if len(asked) <= _MANY:
            asked = {one for one in asked if self._raw(one) is None}
        return tuple(one for one in known if one in asked), frozenset(missing - asked)

    def _events_found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        if uid:
            shown = self._shown(uid)
            return () if shown is None else (shown,)
        starts, _, subject = key.partition(" ")
        if not subject:
            return ()
        day = self._midnight(datetime.fromisoformat(starts).date())
        listed = self.domino.events(self.database, day - _DAY, day + 2 * _DAY)
        edge = _moment(since) - side_moments.SKEW
        ids = [one.id for one in listed if _modified(one.version) >= edge]
        return tuple(shown for shown in self.read(ids) if shown.reading.key == key)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.content.owner.zone).astimezone(UTC)

    def _raw(self, record_id: str) -> Document | CalendarEvent | None:
        if self.module is Module.EVENTS:
            return self.domino.event(self.database, record_id)
        return self.domino.document(self.database, record_id)

    def _shown(self, record_id: str) -> Shown | None:
        match self._raw(record_id):
            case None:
                return None
            case CalendarEvent() as event:
                return Shown(event.id, event.version, self.content.event(event), event)
            case document:
                ours = document.form == FORMS[self.module]
                return Shown(document.unid, document.version, self._reading(document, ours), document, ours)

    def _reading(self, document: Document, ours: bool) -> Reading:
        if not ours:
            return Reading(None)
        return self.content.contact(document) if self.module is Module.CONTACTS else self.content.task(document)

    def _created(self, write: Write) -> Written:
        match write.content:
            case Event() as event:
                body = self.content.event_write(event, None, None)
                made = self.domino.create_event(
                    self.database, body.fields, timezones=body.timezones, invite=self.invites
                )
                return Written(made.id, made.version)
            case record:
                items = self.content.items(record, None, None)
                return Written(self.domino.create_document(self.database, FORMS[self.module], items))

    def _updated(self, write: Write) -> Written | Left:
        held, changed = _held(write), write.changed or ()
        match write.content:
            case Event() as event:
                # The calendar takes no version: it is looked at as shortly before as can be.
                now = self.domino.event(self.database, held.id)
                if now is None or now.version != held.version:
                    return _moved_on("notes.event_gone" if now is None else "notes.event_changed")
                body = self.content.event_write(event, changed, now)
                put = self.domino.put_event(self.database, held.id, body.fields, timezones=body.timezones)
                return Written(put.id, put.version)
            case Contact() | Task() as record:
                items = self.content.items(record, changed, held.raw.items)
                if items:
                    self.domino.patch_document(self.database, held.id, items, held.version)
                return Written(held.id, "" if items else held.version)

    def _removed(self, held: Shown) -> Written | Left:
        if self.module is not Module.EVENTS:
            self.domino.delete_document(self.database, held.id, held.version)
            return Written(held.id)
        now = self.domino.event(self.database, held.id)
        if now is not None and now.version != held.version:
            return _moved_on("notes.event_changed")
        if now is not None:
            self.domino.delete_event(self.database, held.id)
        return Written(held.id)


def _moved(unid: str, known: Mapping[str, str], versions: Mapping[str, str]) -> bool:
    """Whether a listed document is new, or of another version than the one that is known."""
    version = known.get(unid, "")
    return not version or versions.get(unid, version) != version


def _moved_on(code: str) -> Left:
    return Left(Problem(code), moved=True)


def _left_or(write: Callable[[], Written | Left]) -> Written | Left:
    """What became of a record; raises what befalls all of them."""
    try:
        return write()
    except AnswerUnknownError:
        raise
    except ProblemError as error:
        if error.problem.code not in _MOVED | _LEFT:
            raise
        return Left(error.problem, moved=error.problem.code in _MOVED)


def _held(write: Write) -> Shown:
    if write.held is None:
        message = "who is changed was read before"
        raise ValueError(message)
    return write.held


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _modified(version: str) -> datetime:
    """The newest moment of an event's version (domino_answers.version_of); of one that can't be read, now."""
    try:
        return max(_moment(part.rpartition("=")[2]) for part in version.split())
    except ValueError:
        return side_moments.now()
