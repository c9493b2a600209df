"""IBM Notes ↔ Zoho CRM on plain values: both sides' records with people's acts, what is kept, and a run's worker.

Each call of a port can die, before or after it did what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from local.light_store import LightObjects, LightQueue, LightStore
from notes.flow_names import INTEGRATION, SYNC
from notes.mailbox_users import MailboxUser
from notes.ports import LaneState, Left, Loser, News, Shown, StoredPair, Write, Written
from notes.record_readings import reading_of
from notes.records import Contact, Module, Record
from notes.sync_settings import SyncSettings
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.task import Syncing
from notes.syncing.told import told
from sincronia.answers import ProblemError
from sincronia.engine.ports import RowsOvertakenError
from sincronia.engine.state import Connection, Phase, Rows, Run, RunKey
from sincronia.engine.steps import Steps
from sincronia.engine.tasks import SteppedTask
from sincronia.engine.two_way import Pair, Side

CONNECTION = "casa"
START = 1_795_000_000.0


class Death(BaseException):
    """Who carries out the run is gone."""


@dataclass
class Fuse:
    """Burns down with each call of a port; at nought who calls is gone."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise Death


@dataclass
class Row:
    """A record of a side."""

    id: str
    version: int
    content: Record
    private: bool = False
    uid: str = ""

    @property
    def shown(self) -> Shown:
        content = self.content
        reading = reading_of(lambda: content, content, private=self.private, uid=self.uid)
        return Shown(self.id, str(self.version), reading, self)


@dataclass
class MemoryRecords:
    """Implements notes.ports.Records. `tells`: whether a write tells the new version, as the CRM does."""

    name: str
    fuse: Fuse
    tells: bool = True
    rows: dict[str, Row] = field(default_factory=dict)
    made: int = 0
    writes: int = 0
    bodies_read: int = 0
    problem: Callable[[], Exception] | None = None  # raised by whatever is asked
    on_write: Callable[[str, Any], None] = lambda kind, write: None  # looks at each write

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def typed(self, content: Record, *, private: bool = False) -> str:
        self.made += 1
        row = Row(f"{self.name}{self.made}", 1, content, private=private)
        self.rows[row.id] = row
        return row.id

    def edited(self, row_id: str, **changes: Any) -> None:
        row = self.rows[row_id]
        self.rows[row_id] = replace(row, version=row.version + 1, **changes)

    def deleted(self, row_id: str) -> None:
        del self.rows[row_id]

    # ── the port ────────────────────────────────────────────────────────────────────────────────────────────────────
    def news(self, known: Mapping[str, str], cursor: str, days: tuple[Any, Any] | None) -> News:
        self._asked()
        changed = tuple(row.id for row in self.rows.values() if known.get(row.id) != str(row.version))
        return News(changed, tuple(one for one in known if one not in self.rows), len(self.rows), "now")

    def read(self, ids: Sequence[str]) -> Iterator[Shown]:
        self._asked()
        for one in ids:
            if one in self.rows:
                self.bodies_read += 1
                yield self.rows[one].shown

    def found(self, key: str, uid: str, since: str) -> tuple[Shown, ...]:
        self._asked()
        shown = [row.shown for row in self.rows.values()]
        return tuple(one for one in shown if one.reading.key == key)

    def create(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        self._asked()
        made = list[Written | Left]()
        for write in writes:
            self.on_write("create", write)
            self.writes += 1
            row_id = self.typed(write.content)
            made.append(Written(row_id, "1" if self.tells else ""))
            self.fuse.burn()
        return made

    def update(self, writes: Sequence[Write]) -> Sequence[Written | Left]:
        self._asked()
        done = list[Written | Left]()
        for write in writes:
            assert write.held is not None
            row = self.rows.get(write.held.id)
            if row is None or str(row.version) != write.held.version:
                done.append(Left(moved=True))
                continue
            self.on_write("update", write)
            self.writes += 1
            self.edited(row.id, content=write.content)
            done.append(Written(row.id, str(row.version + 1) if self.tells else ""))
            self.fuse.burn()
        return done

    def remove(self, held: Sequence[Shown]) -> Sequence[Written | Left]:
        self._asked()
        done = list[Written | Left]()
        for one in held:
            row = self.rows.get(one.id)
            if row is not None and str(row.version) != one.version:
                done.append(Left(moved=True))
                continue
            self.on_write("remove", one)
            self.writes += 1
            self.rows.pop(one.id, None)
            done.append(Written(one.id))
            self.fuse.burn()
        return done

    def _asked(self) -> None:
        self.fuse.burn()
        if self.problem:
            raise self.problem()


@dataclass
class MemoryMailboxes:
    """Implements notes.ports.Mailboxes; what is kept beside a step is looked at before any of it is written."""

    saved: SyncSettings = field(default_factory=SyncSettings)
    people: list[MailboxUser] = field(default_factory=list)
    lanes: dict[tuple[str, Module], LaneState] = field(default_factory=dict)
    stored: dict[tuple[str, Module], dict[str, StoredPair]] = field(default_factory=dict)
    losers: dict[str, Loser] = field(default_factory=dict)

    def settings(self, connection: str) -> SyncSettings:
        return self.saved

    def users(self, connection: str) -> Sequence[MailboxUser]:
        return self.people

    def lane(self, connection: str, user: str, module: Module) -> LaneState | None:
        return self.lanes.get((user, module))

    def pairs(self, connection: str, user: str, module: Module) -> Iterator[StoredPair]:
        yield from list(self.stored.get((user, module), {}).values())

    def lane_kept(self, connection: str, user: str, module: Module, state: LaneState) -> Callable[[Any], None]:
        def keep(writes: Any) -> None:
            writes.append(lambda: self.lanes.__setitem__((user, module), state))

        return keep

    def pair_kept(
        self, connection: str, user: str, module: Module, before: Pair | None, after: StoredPair | None
    ) -> Sequence[Callable[[Any], None]]:
        rows = self.stored.setdefault((user, module), {})

        def keep(writes: Any) -> None:
            there = rows.get(before.a.id) if before else None
            if before and (there is None or there.pair != before):
                raise RowsOvertakenError
            if after and (before is None or before.a.id != after.pair.a.id) and after.pair.a.id in rows:
                raise RowsOvertakenError

            def write() -> None:
                if before:
                    del rows[before.a.id]
                if after:
                    rows[after.pair.a.id] = after

            writes.append(write)

        return [keep]

    def loser_kept(self, connection: str, loser: Loser) -> Callable[[Any], None]:
        def keep(writes: Any) -> None:
            writes.append(lambda: self.losers.setdefault(loser.id, loser))

        return keep


@dataclass
class MemoryStore(LightStore):
    """The engine's store; a commit can die before and after."""

    fuse: Fuse = field(default_factory=Fuse)

    def commit(self, before: Run, after: Run, rows: Rows) -> bool:
        self.fuse.burn()
        writes = list[Callable[[], None]]()
        for beside in rows.beside:
            beside(writes)
        done = super().commit(before, after, replace(rows, beside=()))
        if done:
            for write in writes:
                write()
        self.fuse.burn()
        return done


def user(user_id: str = "u1", **changes: Any) -> MailboxUser:
    """Somebody with databases of all modules."""
    return MailboxUser(
        **{
            "id": user_id,
            "name": f"Pessoa {user_id}",
            "email": f"{user_id}@casa.example",
            "login": user_id,
            "zone": ZoneInfo("America/Sao_Paulo"),
            "databases": dict.fromkeys(Module, "mail/a.nsf"),
            "views": {},
            "crm_owner": "77",
            "secret_name": "secret",
            "excluded": {},
            **changes,
        }
    )


def contact(name: str, text: str = "") -> Contact:
    """A contact whose e-mail is made of its name."""
    return Contact(name, email=f"{name}@fora.example", description=text)


@dataclass
class Mailbox:
    """One connection, its users' records on both sides, and everything around a run."""

    users: tuple[str, ...] = ("u1",)
    fuse: Fuse = field(default_factory=Fuse)
    now: float = START
    runs: int = 0

    def __post_init__(self) -> None:
        self.store = MemoryStore(fuse=self.fuse)
        self.store.connections[CONNECTION] = Connection(
            CONNECTION, INTEGRATION, "Casa", {}, "secret", "ana", enabled=True
        )
        self.objects = LightObjects()
        self.mailboxes = MemoryMailboxes(people=[user(one) for one in self.users])
        self.sides: dict[tuple[str, Module, Side], MemoryRecords] = {}

    def side(self, side: Side, user_id: str = "u1", module: Module = Module.CONTACTS) -> MemoryRecords:
        """The records of a user's module on a side."""
        name = {Side.A: "n", Side.B: "c"}[side]
        key = (user_id, module, side)
        if key not in self.sides:
            self.sides[key] = MemoryRecords(name, self.fuse, tells=side is Side.B)
        return self.sides[key]

    def pairs(self, user_id: str = "u1", module: Module = Module.CONTACTS) -> list[Pair]:
        """The pairs of a lane."""
        return [stored.pair for stored in self.mailboxes.pairs(CONNECTION, user_id, module)]

    def open(self, who: MailboxUser, module: Module, side: Side, deadline: float) -> MemoryRecords:
        """Implements notes.ports.Open."""
        return self.side(side, who.id, module)

    def started(self, **changes: Any) -> Run:
        """A new run."""
        self.runs += 1
        run = Run(RunKey(CONNECTION, f"r{self.runs:04}"), INTEGRATION, SYNC, "ana", {}, "ana", self.now)
        run = replace(run, **changes)
        self.store.runs[run.key] = run
        return run

    def worked(self, run: Run, *, times: int = 50) -> Run:
        """The run, taken and carried on until it is done or waits for a person."""
        steps = Steps(self.store, LightQueue(), ALL_SENTENCES, told)
        for number in range(times):
            run = self.store.runs[run.key]
            if run.phase in {Phase.DONE, Phase.BRAKE}:
                return run
            held = replace(run, lease=f"l{run.attempts}{number}{self.runs}", attempts=run.attempts + 1, wake_at=None)
            assert self.store.take_lease(run, held)
            task = Syncing(self.mailboxes, self.objects, self.open)
            SteppedTask(steps, task.step).go_on(held, self.now + 240)
        return self.store.runs[run.key]

    def synced(self, **changes: Any) -> Run:
        """A whole run."""
        return self.worked(self.started(**changes))


def problem(error: ProblemError) -> Callable[[], Exception]:
    """For MemoryRecords.problem."""
    return lambda: error
