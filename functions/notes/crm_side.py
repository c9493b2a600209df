"""One user's contacts, tasks or events in Zoho CRM, as the sync asks for them (ports.Records).

The first reading, and one a week, lists the ids and versions of the whole module, other users' too; those between ask
for what was modified, and for what was deleted. Bodies are read by 100.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from notes import side_moments, zoho_answers
from notes.crm_content import CrmContent
from notes.ports import Left, News, Shown, Write, Written
from notes.records import Module
from notes.zoho_answers import Change, CrmRecord, Refused
from notes.zoho_client import BATCH, PAGE, Outcomes, Zoho
from sincronia.answers import AnswerUnknownError, Problem, ProblemError

OWNER = "Owner"

_OVERLAP = timedelta(minutes=10)  # what is committed a little after the moment that it bears
# After so long all is listed: who was restored with its old moment, or left the list of what was deleted, shows then.
_WHOLE = timedelta(days=7)
_MOVED = {"notes.crm_record_changed", "notes.crm_record_gone"}


@dataclass(slots=True)
class CrmRecords:
    """Implements ports.Records, of the records that one of the CRM's users owns; what they make is theirs too."""

    zoho: Zoho
    content: CrmContent
    module: Module
    owner: str
    _made: dict[str, tuple[Shown, ...]] = field(default_factory=dict)  # what `found` read, until something is made

    def news(self, known: Mapping[str, str], cursor: str, days: tuple[Any, Any] | None) -> News:  # noqa: ARG002
        """See Records.news. A window plays no part: what lies outside is told apart by its content."""
        asked_at, kept = side_moments.now(), _Cursor.read(cursor)
        since = None if kept is None or asked_at - kept.whole_at >= _WHOLE else kept.since - _OVERLAP
        listed = {one.id: one for one in self._listed((OWNER,), since)}
        lately = asked_at - side_moments.SKEW
        deleted = {one.id: one.at for one in self.zoho.deleted(self.module, since or lately)}
        if len(listed) > PAGE and any(datetime.fromisoformat(at) >= lately for at in deleted.values()):
            # Who goes meanwhile can push another one over the edge of a page.
            listed |= {one.id: one for one in self._listed((OWNER,), since)}
        newest = max((one.version for one in listed.values()), default="")
        changed = tuple(
            one.id
            for one in listed.values()
            if known.get(one.id) != one.version and (one.id in known or self._is_mine(one))
        )
        if since is None:
            missing = [one for one in known if one not in listed]
        else:
            missing = [one for one in deleted if one in known]
            newest = max([newest, *deleted.values()])
        there = self.zoho.records(self.module, missing)
        gone = tuple(one for one in missing if one not in there)
        restored = tuple(one for one in there if known[one] != there[one].version and one not in changed)
        number = len(listed) if since is None else len({*known, *changed}) - len(gone)
        return News(changed + restored, gone, number, _Cursor.after(kept, newest, asked_at, whole=since is None))

    def read(self, ids: Sequence[str]) -> Iterator[Shown]:
        """See Records.read."""
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            there = self.zoho.records(self.module, batch, self._fields)
            yield from (self._shown(there[one]) for one in batch if one in there)

    def found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        """See Records.found. Zoho's search lags, so all that was modified since is listed, once until one is made."""
        if since not in self._made:
            edge = datetime.fromisoformat(since) - side_moments.SKEW
            self._made[since] = tuple(self._shown(one) for one in self._listed(self._fields, edge))
        return tuple(shown for shown in self._made[since] if shown.mine and _is_it(shown, key, uid))

    def create(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """See Records.create."""
        self._made.clear()
        rows: list[dict[str, Any] | Left] = [self._row(write) for write in writes]
        sent = [row for row in rows if not isinstance(row, Left)]
        outcomes = iter(self._created(sent))
        return [row if isinstance(row, Left) else next(outcomes) for row in rows]

    def update(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        """See Records.update."""
        changes = [self._change(write) for write in writes]
        sent = [change for change in changes if isinstance(change, Change)]
        outcomes = iter(
            outcome
            for start in range(0, len(sent), BATCH)
            for outcome in _outcomes(self.zoho.update(self.module, sent[start : start + BATCH]))
        )
        return [next(outcomes) if isinstance(change, Change) else change for change in changes]

    def remove(self, held: Sequence[Shown]) -> Sequence[Written | Left]:
        """See Records.remove: into the recycle bin."""
        known = [zoho_answers.Known(one.id, one.version) for one in held]
        return [
            outcome
            for start in range(0, len(known), BATCH)
            for outcome in _outcomes(self.zoho.remove(self.module, known[start : start + BATCH]))
        ]

    @property
    def _fields(self) -> tuple[str, ...]:
        return (*self.content.names.wanted(self.module), OWNER)

    def _listed(self, fields: Sequence[str], since: datetime | None) -> Iterator[CrmRecord]:
        return (one for page in self.zoho.listed(self.module, fields, since) for one in page.records)

    def _is_mine(self, record: CrmRecord) -> bool:
        owner = record.fields.get(OWNER)
        return isinstance(owner, Mapping) and owner.get("id") == self.owner

    def _shown(self, record: CrmRecord) -> Shown:
        reading = self.content.reading(self.module, record.fields)
        return Shown(record.id, record.version, reading, record.fields, self._is_mine(record))

    def _row(self, write: Write) -> dict[str, Any] | Left:
        try:
            return {**self.content.fields(write.content, None, None, write.uid), OWNER: {"id": self.owner}}
        except ProblemError as error:
            return Left(error.problem)

    def _created(self, rows: Sequence[Mapping[str, Any]]) -> list[Written | Left]:
        made: list[Written | Left] = []
        for start in range(0, len(rows), BATCH):
            try:
                made += _outcomes(self.zoho.create(self.module, rows[start : start + BATCH]))
            except ProblemError as error:
                if not made or isinstance(error, AnswerUnknownError):
                    raise
                failed = error
            else:
                continue
            raise AnswerUnknownError(failed.problem, failed.retry_at)
        return made

    def _change(self, write: Write) -> Change | Written | Left:
        if write.held is None:
            message = "who is changed was read before"
            raise ValueError(message)
        held = write.held
        try:
            fields = self.content.fields(write.content, write.changed or (), held.raw)
        except ProblemError as error:
            return Left(error.problem)
        return Change(zoho_answers.Known(held.id, held.version), fields) if fields else Written(held.id, held.version)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the next reading begins by Zoho's clock, and when by ours the whole module was listed last."""

    since: datetime
    whole_at: datetime

    @classmethod
    def read(cls, text: str) -> _Cursor | None:
        since, _, whole_at = text.partition(" ")
        return cls(datetime.fromisoformat(since), datetime.fromisoformat(whole_at)) if since else None

    @staticmethod
    def after(kept: _Cursor | None, newest: str, asked_at: datetime, *, whole: bool) -> str:
        """As text, after a reading that told this as the newest change."""
        since = side_moments.next_beginning(newest, asked_at) if newest or kept is None else kept.since.isoformat()
        return f"{since} {(asked_at if kept is None or whole else kept.whole_at).isoformat()}"


def _is_it(shown: Shown, key: str, uid: str) -> bool:
    """By the UID where both know it, or else by the key."""
    if uid and shown.reading.uid:
        return shown.reading.uid == uid
    return bool(key) and shown.reading.key == key


def _outcomes(told: Outcomes) -> list[Written | Left]:
    return [_left(one.problem) if isinstance(one, Refused) else Written(one.id, one.version) for one in told]


def _left(problem: Problem) -> Left:
    return Left(problem, moved=problem.code in _MOVED)
