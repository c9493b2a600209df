"""The histories of tests/notes_machine.py through the real sides, over HTTP to both simulators.

People edit in the simulators; what is carried, and by whose word, is judged as in memory. Tokens expire, the CRM has no
time, and answers are lost, beside the deaths. Notes tells versions in whole seconds: time moves on with each act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from local.vendors.domino import DominoSimulator
from local.vendors.faults import Fault, Kind
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import CUSTOM_NAMES, PRIVATE
from notes.connection import open_records
from notes.crm_content import CrmContent
from notes.domino_answers import Document
from notes.fields import CrmNames
from notes.mailbox_users import MailboxUser
from notes.notes_content import FLAG_ON, FORMS, PRIVATE_ITEM, NotesContent
from notes.ports import Left, News, Records, Shown, Write, Written
from notes.records import Contact, Module, Record
from notes.sync_settings import CRM, NOTES
from sincronia.engine.flow import Opening
from sincronia.engine.two_way import Side
from tests.notes_in_memory import START, Fuse, Mailbox, Row
from tests.notes_machine import SyncMachine
from tests.notes_vendors import Vendors, vendors

CONTACTS = Module.CONTACTS
NAMES = CrmNames(dict(CUSTOM_NAMES))


class Time:
    """What all clocks show: that of the mailbox which is looked at."""

    box: Mailbox | None = None

    def moves(self) -> None:
        if self.box:
            self.box.now += 2

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.box.now if self.box else START, UTC)


@dataclass
class PeopleInNotes:
    """What the mailbox's owner does, and sees."""

    both: Vendors

    @property
    def rows(self) -> dict[str, Row]:
        content = NotesContent(self.both.user.owner, NAMES)
        documents = self.both.domino.store.mailboxes[self.both.mailbox].documents.values()
        found = dict[str, Row]()
        for one in documents:
            if one.form == FORMS[CONTACTS]:
                items = {name: value for name, value in one.items.items() if name != PRIVATE_ITEM}
                read = content.contact(Document(one.unid, one.form, "", items)).content
                assert read is not None
                found[one.unid] = Row(one.unid, 0, read, private=one.items.get(PRIVATE_ITEM) == FLAG_ON)
        return found

    def typed(self, content: Contact, *, private: bool) -> str:
        before = set(self.rows)
        items = NotesContent(self.both.user.owner, NAMES).items(content, None, None)
        marked = {PRIVATE_ITEM: FLAG_ON} if private else {}
        self.both.domino.edit("contacts", {"add": [{"mailbox": self.both.mailbox, **items, **marked}]})
        (made,) = set(self.rows) - before
        return made

    def edited(self, row_id: str, content: Contact | None, private: bool | None) -> None:
        items = NotesContent(self.both.user.owner, NAMES).items(content, None, None) if content else {}
        if private is not None:
            items[PRIVATE_ITEM] = FLAG_ON if private else None
        self.both.domino.edit("contacts", {"change": {row_id: items}})

    def deleted(self, row_id: str) -> None:
        self.both.domino.edit("contacts", {"remove": [row_id]})


@dataclass
class PeopleInCrm:
    """What people do in the CRM, and see."""

    both: Vendors

    @property
    def rows(self) -> dict[str, Row]:
        content, found = CrmContent(self.both.user.owner, NAMES), dict[str, Row]()
        for row in self.both.zoho.rows("contacts"):
            read = content.reading(CONTACTS, {**row, PRIVATE: False}).content
            assert read is not None
            found[row["id"]] = Row(row["id"], 0, read, private=row.get(PRIVATE) is True)
        return found

    def typed(self, content: Contact, *, private: bool) -> str:
        fields = CrmContent(self.both.user.owner, NAMES).fields(content, None)
        owner = {"id": self.both.user.crm_owner}
        return self.both.zoho.add("contacts", **fields, **{PRIVATE: private}, Owner=owner)

    def edited(self, row_id: str, content: Contact | None, private: bool | None) -> None:
        fields = CrmContent(self.both.user.owner, NAMES).fields(content, None) if content else {}
        if private is not None:
            fields[PRIVATE] = private
        self.both.zoho.change("contacts", row_id, **fields)

    def deleted(self, row_id: str) -> None:
        self.both.zoho.remove("contacts", row_id)


@dataclass
class HttpSide:
    """A side as the machine looks at it (tests.notes_in_memory.MemoryRecords)."""

    people: PeopleInNotes | PeopleInCrm
    time: Time
    writes: int = 0
    on_write: Callable[[str, Any], None] = lambda kind, write: None

    @property
    def rows(self) -> dict[str, Row]:
        return self.people.rows

    def typed(self, content: Record, *, private: bool = False) -> str:
        assert isinstance(content, Contact)
        self.time.moves()
        return self.people.typed(content, private=private)

    def edited(self, row_id: str, *, content: Record | None = None, private: bool | None = None) -> None:
        assert content is None or isinstance(content, Contact)
        self.time.moves()
        self.people.edited(row_id, content, private)

    def deleted(self, row_id: str) -> None:
        self.time.moves()
        self.people.deleted(row_id)


@dataclass
class Watched:
    """Implements notes.ports.Records: the real ones, with the fuse and whoever looks at each write."""

    records: Records
    side: HttpSide
    fuse: Fuse

    def news(self, known: Mapping[str, str], cursor: str, days: tuple[Any, Any] | None) -> News:
        self.fuse.burn()
        return self.records.news(known, cursor, days)

    def read(self, ids: Sequence[str]) -> Iterator[Shown]:
        self.fuse.burn()
        return self.records.read(ids)

    def found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        self.fuse.burn()
        return self.records.found(key, uid, since)

    def create(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        for write in writes:
            self.side.on_write("create", write)
        return self._done(lambda: self.records.create(writes))

    def update(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        for write in writes:
            if self._stands(write.held):
                self.side.on_write("update", write)
        return self._done(lambda: self.records.update(writes))

    def remove(self, held: Sequence[Shown]) -> Sequence[Written | Left]:
        for one in held:
            if self._stands(one):
                self.side.on_write("remove", one)
        return self._done(lambda: self.records.remove(held))

    def _stands(self, held: Shown | None) -> bool:
        """Whether it still is of the version that the write is meant for."""
        now = next(iter(self.records.read([held.id])), None) if held else None
        return bool(now and held and now.version == held.version)

    def _done(self, write: Callable[[], Sequence[Written | Left]]) -> Sequence[Written | Left]:
        self.fuse.burn()
        self.side.time.moves()
        results = write()
        self.side.writes += sum(isinstance(one, Written) for one in results)
        self.fuse.burn()
        return results


@dataclass
class HttpMailbox(Mailbox):
    """The connection of the simulators, its store in memory."""

    both: Vendors = field(kw_only=True)
    time: Time = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.time.box = self
        self.mailboxes.people = [replace(self.both.user, id="u1")]
        self.people = {
            NOTES: HttpSide(PeopleInNotes(self.both), self.time),
            CRM: HttpSide(PeopleInCrm(self.both), self.time),
        }

    def side(self, side: Side, user_id: str = "u1", module: Module = CONTACTS) -> Any:
        return self.people[side]

    def open(self, who: MailboxUser, module: Module, side: Side, deadline: float) -> Any:
        opening = Opening(self.both.settings, self.both.secret, {}, deadline)
        records = open_records(opening, self.both.secrets)(who, module, side, deadline)
        return Watched(records, self.people[side], self.fuse)


class HttpSyncMachine(SyncMachine):
    """The same, with what only a wire can do. The simulators are shared by all examples."""

    both: ClassVar[Vendors]
    time: ClassVar[Time]

    def mailbox(self) -> Mailbox:
        self.both.domino.lay_out()
        self.both.zoho.lay_out()
        self.both.quiet()
        return HttpMailbox(both=self.both, time=self.time)

    @rule(side=st.sampled_from(list(Side)), method=st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]))
    def an_answer_is_lost(self, side: Side, method: str) -> None:
        vendor = self.both.domino if side is NOTES else self.both.zoho
        vendor.faults.set(Fault(Kind.LOST_ANSWER, method=method))

    @rule()
    def the_token_expires(self) -> None:
        self.both.zoho.expire_tokens()

    @rule(times=st.integers(1, 4))
    def the_crm_has_no_time(self, times: int) -> None:
        self.both.zoho.throttle(times)

    def ends_in_step(self) -> None:
        """Once nothing goes wrong any more."""
        self.both.domino.faults.clear()
        self.both.zoho.faults.clear()
        super().ends_in_step()


@contextmanager
def over_http() -> Iterator[type[HttpSyncMachine]]:
    """The machine, with both simulators serving."""
    time = Time()
    domino = DominoSimulator(contacts=0, tasks=0, events=0, now=time.moment)
    zoho = ZohoSimulator(contacts=0, tasks=0, events=0, now=time.moment)
    with vendors(domino, zoho) as both:
        both.zoho.set_limits(refreshes=None)
        yield type("OverHttp", (HttpSyncMachine,), {"both": both, "time": time})
