"""Any history of a mailbox, of people on both sides, and of settings, ends in step; whole runs, on ports in memory.

Who carries out a run dies at any call of a port; the run is gone on with, or given up. A model that knows no rule of
the decision looks at each write: whose words are lost by it, whether it was allowed, and whether it was made before.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from notes.ports import Shown, Write
from notes.records import Contact, Module, Record
from notes.side_names import side_name
from notes.sync_settings import CRM, NOTES, Direction, SyncSettings, Winner
from notes.syncing.lanes import settings_of
from notes.syncing.sync_sentences import NOTHING_TO_SYNC
from sincronia import clock
from sincronia.engine.decisions import approved
from sincronia.engine.report import closed
from sincronia.engine.state import OutcomeKind, Phase, Run
from sincronia.engine.two_way import Pair, Side
from tests.notes_in_memory import Death, Mailbox, Row, contact

NAMES = st.sampled_from(["x", "y", "z", "w"])
SIDES = st.sampled_from(list(Side))
WHICH = st.integers(0, 5)
FUSES = st.none() | st.integers(1, 40)
DIRECTIONS, WINNERS = st.sampled_from(list(Direction)), st.sampled_from(list(Winner))
DAYS = st.sampled_from(["new", "edit", "edit", "delete", "turn"])


class SyncMachine(RuleBasedStateMachine):
    """A user's contacts in Notes and in the CRM. What is drawn as a number is taken modulo what there is."""

    @initialize(direction=DIRECTIONS, winner=WINNERS)
    def open(self, direction: Direction, winner: Winner) -> None:
        self.patch = pytest.MonkeyPatch()
        self.box = self.mailbox()
        self.patch.setattr(clock, "now", lambda: self.box.now)
        self.run_under_way: Run | None = None
        self.count = 0
        self.ever: dict[Side, set[Record]] = {side: set() for side in Side}
        self.own = set[tuple[Side, str]]()  # what is there was last typed by a person
        for side in Side:
            self.box.side(side).on_write = partial(self._may_write, side)
        self.box.mailboxes.saved = SyncSettings(frozenset({Module.CONTACTS}))
        self.settings_change(direction, winner)

    def mailbox(self) -> Mailbox:
        """Both sides, with nobody in them."""
        return Mailbox()

    def teardown(self) -> None:
        if hasattr(self, "box"):
            try:
                self.ends_in_step()
            finally:
                self.patch.undo()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(direction=DIRECTIONS, winner=WINNERS)
    def settings_change(self, direction: Direction, winner: Winner) -> None:
        version = self.box.mailboxes.saved.version + 1
        self.box.mailboxes.saved = SyncSettings(
            self.box.mailboxes.saved.modules, direction=direction, winner=winner, version=version
        )

    @rule()
    def contacts_are_switched_off_or_on(self) -> None:
        saved = self.box.mailboxes.saved
        modules = frozenset({Module.CONTACTS}) - saved.modules
        self.box.mailboxes.saved = replace(saved, modules=modules, version=saved.version + 1)

    @rule(side=SIDES, which=WHICH)
    def exclude(self, side: Side, which: int) -> None:
        if self.run_under_way is None and (row := self._row(side, which)):
            self._exclusions(self._excluded | {self._name(side, row.id)})

    @rule()
    def include_all(self) -> None:
        if self.run_under_way is None:
            self._exclusions(frozenset())

    @rule(side=SIDES, name=NAMES, private=st.sampled_from([False, False, False, True]))
    def create(self, side: Side, name: str, *, private: bool) -> None:
        content = self._words(name)
        self._typed(side, self.box.side(side).typed(content, private=private), content)

    @rule(name=NAMES, same=st.booleans())
    def create_on_both(self, name: str, *, same: bool) -> None:
        content = self._words(name)
        for side in Side:
            mine = content if same else replace(content, description=f"{content.description}{side}")
            self._typed(side, self.box.side(side).typed(mine), mine)

    @rule(side=SIDES, which=WHICH, name=st.none() | NAMES)
    def edit(self, side: Side, which: int, name: str | None) -> None:
        if row := self._row(side, which):
            assert isinstance(row.content, Contact)
            content = self._words(name or row.content.last_name)
            self.box.side(side).edited(row.id, content=content)
            self._typed(side, row.id, content)

    @rule(which=WHICH)
    def edit_both(self, which: int) -> None:
        pairs = [pair for pair in self.box.pairs() if all(self._of(pair, side) for side in Side)]
        if pairs:
            for side in Side:
                self._edited(side, pairs[which % len(pairs)])

    @rule(side=SIDES, which=WHICH)
    def delete(self, side: Side, which: int) -> None:
        if row := self._row(side, which):
            self.box.side(side).deleted(row.id)

    @rule(side=SIDES, which=WHICH)
    def turn(self, side: Side, which: int) -> None:
        if row := self._row(side, which):
            self.box.side(side).edited(row.id, private=not row.private)

    @rule(side=SIDES)
    def stamps_move(self, side: Side) -> None:
        for row in list(self.box.side(side).rows.values()):
            self.box.side(side).edited(row.id)

    # ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(fuse=FUSES, gives_up=st.booleans())
    def sync(self, fuse: int | None, *, gives_up: bool) -> None:
        """A run that is under way is gone on with."""
        run = self.run_under_way or self.box.started()
        self.run_under_way = run
        self.box.fuse.left = fuse
        try:
            run = self.box.worked(run)
            while run.phase is Phase.BRAKE:
                self.box.store.runs[run.key] = approved(run, "ana")
                run = self.box.worked(run)
        except Death:
            run = self.box.store.runs[run.key]
            if gives_up and run.phase is not Phase.DONE:
                self.box.store.runs[run.key] = closed(run)
                self.run_under_way = None
            return
        finally:
            self.box.fuse.left = None
        self.run_under_way = None
        assert run.phase is Phase.DONE
        if run.problem:
            assert run.problem.code == NOTHING_TO_SYNC, run.problem
            assert not run.progress, "what is switched off has no lane"
            return
        for tally in run.tallies.values():
            assert tally.received == sum(tally.counters.values()), "what was received is counted"
        assert not run.counters.get(OutcomeKind.FAILED), "nothing fails"

    @rule(days=st.lists(st.tuples(DAYS, SIDES, WHICH, FUSES, st.booleans()), min_size=2, max_size=4))
    def days_go_by(self, days: list[tuple[str, Side, int, int | None, bool]]) -> None:
        for what, side, which, fuse, gives_up in days:
            match what:
                case "new":
                    self.create(side, "xyz"[which % 3], private=False)
                case "edit":
                    self.edit(side, which, None)
                case "delete":
                    self.delete(side, which)
                case _:
                    self.turn(side, which)
            self.sync(fuse, gives_up=gives_up)

    @rule(side=SIDES, which=WHICH, fuse=st.integers(4, 24), new=st.booleans())
    def dies_and_is_gone_on_with(self, side: Side, which: int, fuse: int, *, new: bool) -> None:
        """A run dies midway; the other side's people edit on before it is gone on with."""
        self.sync(None, gives_up=False)
        pairs = [pair for pair in self.box.pairs() if all(self._of(pair, one) for one in Side)]
        if new or not pairs:
            self.create(side, f"n{self.count}", private=False)
        else:
            self._edited(side, pairs[which % len(pairs)])
        self.sync(fuse, gives_up=False)
        if pairs and not new:
            self._edited(side.other, pairs[which % len(pairs)])
        self.sync(None, gives_up=False)

    def _edited(self, side: Side, pair: Pair) -> None:
        if row := self._of(pair, side):
            assert isinstance(row.content, Contact)
            content = self._words(row.content.last_name)
            self.box.side(side).edited(row.id, content=content)
            self._typed(side, row.id, content)

    @rule(side=SIDES, which=WHICH)
    def a_deletion_is_carried(self, side: Side, which: int) -> None:
        """Of two that are in step, and whose key is nobody else's, one is deleted where its word counts."""
        for _ in range(2):  # a run that was under way, and one that sees all
            self.sync(None, gives_up=False)
        rows = [(on, row) for on in Side for row in self.box.side(on).rows.values()]
        keys = [(on, self._key(row)) for on, row in rows]
        equal = [
            (row, other)
            for on, row in rows
            for there, other in rows
            if on is side
            and there is side.other
            and row.content == other.content
            and not (row.private or other.private)
            if self._excluded.isdisjoint({self._name(on, row.id), self._name(there, other.id)})
            if keys.count((on, self._key(row))) == keys.count((there, self._key(row))) == 1
            if all((pair.held(on).id == row.id) is (pair.held(there).id == other.id) for pair in self.box.pairs())
        ]
        saved = self.box.mailboxes.saved
        if equal and saved.modules and saved.policy.source is not side.other:
            row, other = equal[which % len(equal)]
            self.box.side(side).deleted(row.id)
            self.sync(None, gives_up=False)
            assert other.id not in self.box.side(side.other).rows, "a deletion is carried"

    # ── what must hold at each write ────────────────────────────────────────────────────────────────────────────────
    def _may_write(self, on: Side, kind: str, what: Write | Shown) -> None:
        assert self.run_under_way
        policy = settings_of(self.box.store.runs[self.run_under_way.key]).policy
        assert policy.writes(on), "one way never writes the other way"
        held = what.held if isinstance(what, Write) else what
        if isinstance(what, Write):
            origins = [row for row in self.box.side(on.other).rows.values() if row.content == what.content]
            carried = [row for row in origins if not row.private and self._name(on.other, row.id) not in self._excluded]
            assert carried, "only what is there, neither private nor excluded, is carried"
        if held is None:
            assert isinstance(what, Write)
            linked = {pair.held(on).id for pair in self.box.pairs()}
            rows = self.box.side(on).rows.values()
            same = [row for row in rows if row.content == what.content and row.id not in linked and not row.private]
            assert not same, "nothing is made twice"
            self.ever[on].add(what.content)
            return
        row = self.box.side(on).rows.get(held.id)
        if row is None:
            return
        takes_back = kind == "remove" and self._was_turned(on, row.id)
        assert takes_back or self._name(on, row.id) not in self._excluded, "what is excluded stays as it is"
        assert kind == "remove" or not row.private, "what is private is not changed"
        kept = {(one.side, one.record_id, one.content) for one in self.box.mailboxes.losers.values()}
        known = row.content in self.ever[on.other] or row.private
        assert known or (on, row.id, row.content) in kept, "no edit is lost without an entry in the history"
        self.own.discard((on, row.id))
        if isinstance(what, Write):
            assert row.content != what.content, "nothing is written that is there"
            self.ever[on].add(what.content)

    # ── what must hold at the end ───────────────────────────────────────────────────────────────────────────────────
    def ends_in_step(self) -> None:
        self.sync(None, gives_up=False)
        self._exclusions(frozenset())
        if not self.box.mailboxes.saved.modules:
            self.contacts_are_switched_off_or_on()
        for _ in range(2):
            self.sync(None, gives_up=False)
        self._agrees()
        writes, pairs = self._writes(), self.box.pairs()
        self.sync(None, gives_up=False)
        assert self._writes() == writes, "the third run writes nothing"
        assert self.box.pairs() == pairs, "nor has it a version to note"

    def _agrees(self) -> None:
        policy = self.box.mailboxes.saved.policy
        rows = [(side, row) for side in Side for row in self.box.side(side).rows.values()]
        whole = set[tuple[Side, str]]()
        linked = set[tuple[Side, str]]()
        for pair in self.box.pairs():
            there = {side: row for side in Side if (row := self._of(pair, side))}
            assert there, "of what is gone on both sides nothing is kept"
            linked |= {(side, row.id) for side, row in there.items()}
            if len(there) < 2:
                assert policy.source or any(row.private for row in there.values()) or self._shares(there), "one is gone"
                continue
            whole |= {(side, row.id) for side, row in there.items()}
            if any(row.private for row in there.values()) or there[NOTES].content == there[CRM].content:
                continue
            assert policy.source, "both sides agree"
            assert (policy.source.other, there[policy.source.other].id) in self.own, "only a person's edit stands apart"
        for side, row in rows:
            key = self._key(row)
            same = [(on, one) for on, one in rows if self._key(one) == key]
            alone = [one for on, one in same if on is side]
            others = [(on, one) for on, one in same if on is not side]
            if row.private or (side, row.id) in linked or not policy.writes(side.other) or len(alone) > 1 or others:
                continue
            raise AssertionError(f"what is on one side is on the other: {side} {row}")

    @property
    def _excluded(self) -> frozenset[str]:
        return self.box.mailboxes.people[0].excluded.get(Module.CONTACTS, frozenset())

    def _exclusions(self, names: frozenset[str]) -> None:
        (person,) = self.box.mailboxes.people
        self.box.mailboxes.people = [replace(person, excluded={Module.CONTACTS: names})]

    @staticmethod
    def _name(side: Side, row_id: str) -> str:
        return f"{side_name(side)}:{row_id}"

    def _was_turned(self, on: Side, row_id: str) -> bool:
        """Whether it is the copy of what is private now: no exclusion keeps that."""
        others = [self._of(pair, on.other) for pair in self.box.pairs() if pair.held(on).id == row_id]
        return any(row is not None and row.private for row in others)

    def _shares(self, there: dict[Side, Row]) -> bool:
        """Whether somebody else has its key, so that nobody could tell who is who."""
        (row,) = there.values()
        rows = [one for side in Side for one in self.box.side(side).rows.values()]
        return sum(self._key(one) == self._key(row) for one in rows) > 1

    @staticmethod
    def _key(row: Row) -> str:
        assert isinstance(row.content, Contact)
        return row.content.email

    def _of(self, pair: Pair, side: Side) -> Row | None:
        return self.box.side(side).rows.get(pair.held(side).id)

    def _row(self, side: Side, which: int) -> Row | None:
        rows = list(self.box.side(side).rows.values())
        return rows[which % len(rows)] if rows else None

    def _typed(self, side: Side, row_id: str, content: Contact) -> None:
        self.ever[side].add(content)
        self.own.add((side, row_id))

    def _words(self, name: str) -> Contact:
        self.count += 1
        return contact(name, f"t{self.count}")

    def _writes(self) -> int:
        return sum(self.box.side(side).writes for side in Side)
