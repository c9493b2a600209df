"""Any history of two sides, of the people on both, and of what a connection is set to, ends in step.

Two sides in memory, a run as the worker would carry it out (plan, then look, keep, write, commit, act by act), and
people who edit in between. Who runs dies before or after any write; the run is gone on with, or given up. A model that
knows no rule of the decision looks at each write: whose words are lost by it, and whether it was allowed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sincronia.answers import Problem
from sincronia.engine import two_way, two_way_matching
from sincronia.engine.two_way import Act, ActKind, Pair, Policy, Seen, Side

Where = tuple[Side, str]  # a record


class Death(BaseException):
    """Who carries out the run is gone."""


@dataclass(frozen=True)
class Row:
    """A record in memory. `key` and `text` are its content; each text that a person types is like no other."""

    id: str
    version: int
    key: str
    text: str
    private: bool = False
    outside: bool = False
    excluded: bool = False

    @property
    def content(self) -> str:
        return f"{self.key}|{self.text}"

    @property
    def plain(self) -> bool:
        return not (self.private or self.outside or self.excluded)


@dataclass
class Plan:
    """A run that is not at its end: what it set out to do, on what it had read, and how far it came."""

    policy: Policy
    acts: list[Act]
    rows: dict[Where, Row]
    cursor: int = 0
    resumed: bool = False


@dataclass
class Model:
    """What is known of the records without any rule: who typed what where, who deleted, what was made of what."""

    ever: dict[Side, set[str]] = field(default_factory=lambda: {side: set() for side in Side})
    touched: set[Where] = field(default_factory=set)  # edited by a person since its pair was last committed
    own: set[Where] = field(default_factory=set)  # what is there was last typed by a person
    deleted: set[Where] = field(default_factory=set)  # by a person
    partners: dict[Where, set[Where]] = field(default_factory=dict)  # all that it was ever linked to
    matched: set[Where] = field(default_factory=set)  # written at a first match that nobody came back to commit
    announced: set[Where] = field(default_factory=set)  # to be taken back; if it goes then, nobody can tell by whom
    copies: dict[Where, Where] = field(default_factory=dict)  # made by a run, of which original


KEYS = st.sampled_from(["x", "y", "z", "x", "y", "z", "w", ""])
SIDES = st.sampled_from(list(Side))
WHICH = st.integers(0, 5)
DAYS = st.sampled_from(["new", "edit", "edit", "delete", "turn"])
FUSES = st.none() | st.integers(1, 12)


class TwoWayMachine(RuleBasedStateMachine):
    """Two sides, and whatever happens to them. What is drawn as a number is taken modulo what there is."""

    looks_before = True  # before creating, whether it was made already
    keeps_before = True  # the loser's content, before it is overwritten

    @initialize(source=st.none() | SIDES, winner=SIDES, known=st.booleans())
    def open(self, source: Side | None, winner: Side, *, known: bool) -> None:
        self.policy = Policy(source, winner)
        self.rows: dict[Where, Row] = {}
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.history: set[tuple[Where, str]] = set()
        self.model = Model()
        self.plan: Plan | None = None
        self.fuse: int | None = None
        self.count = 0
        self.writes = 0
        if known:  # one on each side, and one on both, and a first run
            self.create(Side.A, "x", private=False)
            self.create(Side.B, "y", private=False)
            self.create_on_both("z", same=True)
            self.sync(None, gives_up=False)

    def teardown(self) -> None:
        if hasattr(self, "plan"):
            self.ends_in_step()

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(side=SIDES, key=KEYS, private=st.sampled_from([False, False, False, True]))
    def create(self, side: Side, key: str, *, private: bool) -> None:
        self._typed(side, Row(f"{side}{self._number()}", 1, key, self._text(), private=private))

    @rule(key=KEYS, same=st.booleans())
    def create_on_both(self, key: str, *, same: bool) -> None:
        """The same person is known to both before the first run."""
        text = self._text()
        for side in Side:
            self._typed(side, Row(f"{side}{self._number()}", 1, key, text if same else f"{text}{side}"))

    @rule(side=SIDES, which=WHICH, key=st.none() | KEYS)
    def edit(self, side: Side, which: int, key: str | None) -> None:
        if row := self._row(side, which):
            self._typed(side, replace(row, key=row.key if key is None else key, text=self._text()))

    @rule(which=WHICH, same=st.booleans())
    def edit_both(self, which: int, *, same: bool) -> None:
        """The two of a pair are edited between two runs, to the same or not."""
        pairs = [pair for pair in self.pairs.values() if all((s, pair.held(s).id) in self.rows for s in Side)]
        if pairs:
            text = self._text()
            for side in Side:
                row = self.rows[side, pairs[which % len(pairs)].held(side).id]
                self._typed(side, replace(row, key="x" if same else row.key, text=text if same else f"{text}{side}"))

    @rule(side=SIDES, which=WHICH)
    def delete(self, side: Side, which: int) -> None:
        if row := self._row(side, which):
            del self.rows[side, row.id]
            self.model.deleted.add((side, row.id))

    @rule(side=SIDES, which=WHICH)
    def delete_and_type_anew(self, side: Side, which: int) -> None:
        if row := self._row(side, which):
            self.delete(side, which)
            self._typed(side, Row(f"{side}{self._number()}", 1, row.key, self._text()))

    @rule(side=SIDES, which=WHICH, what=st.sampled_from(["private", "private", "outside", "excluded"]))
    def turn(self, side: Side, which: int, what: str) -> None:
        """Private or public, outside the window or within, excluded or not: the version moves, the content doesn't."""
        if row := self._row(side, which):
            turned = {
                "private": replace(row, private=not row.private),
                "outside": replace(row, outside=not row.outside),
                "excluded": replace(row, excluded=not row.excluded),
            }
            self.rows[side, row.id] = replace(turned[what], version=row.version + 1)

    @rule(side=SIDES)
    def stamps_move(self, side: Side) -> None:
        for where, row in self.rows.items():
            if where[0] is side:
                self.rows[where] = replace(row, version=row.version + 1)

    @rule(source=st.none() | SIDES, winner=SIDES)
    def settings_change(self, source: Side | None, winner: Side) -> None:
        self.policy = Policy(source, winner)

    # ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule()
    def read_and_plan(self) -> None:
        """A run that is under way stays; people go on while it has read and not written yet."""
        if self.plan is None:
            cases = two_way_matching.matched(self._seen(Side.A), self._seen(Side.B), list(self.pairs.values()))
            self._each_in_one_case(cases)
            acts = [two_way.decide(case, self.policy) for case in cases]
            self._conflicts_differ(acts)
            self.plan = Plan(self.policy, acts, dict(self.rows))

    @rule(fuse=FUSES, gives_up=st.booleans())
    def go_on(self, fuse: int | None, *, gives_up: bool) -> None:
        """Where who runs dies, the run is gone on with later, or given up: what was written stays written."""
        if self.plan is None:
            return
        self.fuse = fuse
        try:
            while self.plan.cursor < len(self.plan.acts):
                self._carry_out(self.plan, self.plan.acts[self.plan.cursor])
        except Death:
            self.plan.resumed = True
            if not gives_up:
                return
        self.plan = None

    @rule(fuse=FUSES, gives_up=st.booleans())
    def sync(self, fuse: int | None, *, gives_up: bool) -> None:
        self.read_and_plan()
        self.go_on(fuse, gives_up=gives_up)

    @rule(days=st.lists(st.tuples(DAYS, SIDES, WHICH, FUSES, st.booleans()), min_size=2, max_size=4))
    def days_go_by(self, days: list[tuple[str, Side, int, int | None, bool]]) -> None:
        """Somebody does something, the run comes, and again."""
        for what, side, which, fuse, gives_up in days:
            if what == "new":
                self.create(side, "xyz"[which % 3], private=False)
            elif what == "edit":
                self.edit(side, which, None)
            elif what == "delete":
                self.delete(side, which)
            else:
                self.turn(side, which, "private")
            self.sync(fuse, gives_up=gives_up)

    @rule(what=st.sampled_from(["edit", "turn"]), side=SIDES, which=WHICH, fuse=st.integers(3, 8))
    def twice(self, what: str, side: Side, which: int, fuse: int) -> None:
        """A person does the same again after a run that was given up half-way: our own traces are nobody's word."""
        for dies_at in (fuse, None):
            if what == "edit":
                self.edit(side, which, None)
            else:
                self.turn(side, which, "private")
            self.sync(dies_at, gives_up=True)

    @rule()
    def quiet(self) -> None:
        self.ends_in_step()

    # ── a run, act by act ─────────────────────────────────────────────────────────────────────────────────────────────
    def _carry_out(self, plan: Plan, act: Act) -> None:
        if act.kind in {ActKind.SKIP, ActKind.NOTHING}:
            self._goes_on(plan)
            return
        written, version = "", ""
        if act.on:
            found = self._found(plan, act, act.on)
            if found is None:
                self._goes_on(plan)  # put off: the next run decides it anew
                return
            written, version, done = found
            if not done:
                if self.keeps_before:
                    self._keep(act)
                written, version = self._write(plan, act, act.on)
        self._commit(plan, act, written, version)
        if not self.keeps_before:
            self._keep(act)

    def _goes_on(self, plan: Plan) -> None:
        plan.cursor += 1
        plan.resumed = False

    def _found(self, plan: Plan, act: Act, on: Side) -> tuple[str, str, bool] | None:
        """Id and version of what is there, and whether the act was done before; None where somebody was faster."""
        target, source = act.case.seen(on), act.case.seen(on.other)
        if target is None:
            assert source is not None
            linked = {pair.held(on).id for pair in self.pairs.values()}
            same_key = [row for (side, id_), row in self.rows.items() if side is on and row.key == source.key]
            there = [row for row in same_key if row.id not in linked]
            if not self.looks_before or not there:
                return "", "", False
            made = plan.resumed and len(there) == 1 and there[0].content == source.fingerprint
            return (there[0].id, str(there[0].version), True) if made else None
        row = self.rows.get((on, target.id))
        gone_is_done = act.kind in {ActKind.REMOVE, ActKind.TAKE_BACK}
        if row is None:
            return ("", "", True) if gone_is_done else None
        if not gone_is_done and source and row.content == source.fingerprint:
            return row.id, str(row.version), True
        return (row.id, str(row.version), False) if str(row.version) == target.version else None

    def _keep(self, act: Act) -> None:
        """In one transaction: what is lost, and what is about to be written."""
        self._io()
        if act.conflict and (loser := act.case.seen(act.conflict)):
            self.history.add(((act.conflict, loser.id), loser.fingerprint))
        if act.kind is ActKind.TAKE_BACK and act.on and (copy := act.case.seen(act.on)):
            self.model.announced.add((act.on, copy.id))
        before = two_way.pair_before(act)
        if act.case.pair and before and self._key(act.case.pair) in self.pairs:
            self.pairs[self._key(act.case.pair)] = before
        self._io()

    def _write(self, plan: Plan, act: Act, on: Side) -> tuple[str, str]:
        self._io()
        self._may_write(plan, act, on)
        self.writes += 1
        target, source = act.case.seen(on), act.case.seen(on.other)
        if act.kind in {ActKind.REMOVE, ActKind.TAKE_BACK}:
            assert target
            del self.rows[on, target.id]
            self._io()
            return "", ""
        assert source
        origin = plan.rows[on.other, source.id]
        if target:
            row = self.rows[on, target.id]
            if act.case.pair is None:
                self.model.matched.add((on, row.id))
            row = replace(row, version=row.version + 1, key=origin.key, text=origin.text)
        else:
            row = Row(f"{on}{self._number()}", 1, origin.key, origin.text)
        self.rows[on, row.id] = row
        self.model.ever[on].add(row.content)
        self.model.own.discard((on, row.id))
        self._io()
        return row.id, str(row.version) if self._number() % 2 else ""  # not each side tells the version that it gave

    def _commit(self, plan: Plan, act: Act, written: str, version: str) -> None:
        """In one transaction: the pair, and the cursor."""
        self._io()
        after = two_way.pair_after(act, written, version)
        for pair in (act.case.pair, *act.case.replaces):
            if pair:
                self.pairs.pop(self._key(pair), None)
        if after:
            self.pairs[self._key(after)] = after
            self._linked(act, after)
        self._goes_on(plan)
        self._io()

    def _io(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise Death

    # ── what must hold at each write ──────────────────────────────────────────────────────────────────────────────────
    def _may_write(self, plan: Plan, act: Act, on: Side) -> None:
        target, source = act.case.seen(on), act.case.seen(on.other)
        assert plan.policy.source is not on, "one way never writes the other way"
        before = self.rows[on, target.id] if target else None
        origin = plan.rows[on.other, source.id] if source else None
        read = plan.rows[on, target.id] if target else None
        removing = act.kind in {ActKind.REMOVE, ActKind.TAKE_BACK}
        if read:
            taken = act.kind is ActKind.TAKE_BACK  # of what is private, a copy that is outside goes as well
            assert taken or not read.outside, "what is out of scope is neither changed nor deleted"
            assert removing or read.plain, "what is private or excluded is not changed"
        if before and origin and not removing:
            assert before.content != origin.content, "nothing is written that is there"
        if before:
            kept = ((on, before.id), before.content) in self.history
            carried = before.content in self.model.ever[on.other]
            assert kept or carried, "no edit is lost without an entry in the history"
        if removing:
            assert target
            self._may_remove(plan, (on, target.id))
            return
        assert origin
        assert origin.plain, "nothing private, out of scope or excluded is carried"
        if act.case.pair:
            edited = (on.other, origin.id) in self.model.touched
            gone = (on, act.case.pair.held(on).id)
            taken_back = not target and gone not in self.model.deleted - self.model.announced  # and public again
            assert edited or taken_back, "only what a person edited is carried"
        if not target:
            self._may_create(on, origin)

    def _may_remove(self, plan: Plan, where: Where) -> None:
        deleted = self.model.partners.get(where, set()) & self.model.deleted
        original = self.model.copies.get(where)
        private = original in plan.rows and plan.rows[original].private if original else False
        assert deleted or private, "only what a person deleted or made private is removed"

    def _may_create(self, on: Side, origin: Row) -> None:
        assert origin.key, "nothing is made that can't be found again"
        same = [row for where, row in self.rows.items() if where[0] is on and row.content == origin.content]
        linked = {pair.held(on).id for pair in self.pairs.values()}
        assert not [row for row in same if row.id not in linked], "nothing is made twice"

    def _each_in_one_case(self, cases: list[two_way.Case]) -> None:
        ids = [(side, seen.id) for case in cases for side in Side if (seen := case.seen(side))]
        assert sorted(ids) == sorted(self.rows), "each record is in one case"
        pairs = [self._key(pair) for case in cases for pair in (case.pair, *case.replaces) if pair]
        assert sorted(pairs) == sorted(self.pairs), "each pair is in one case"

    def _conflicts_differ(self, acts: list[Act]) -> None:
        for act in acts:
            a, b = act.case.a, act.case.b
            if act.conflict and a and b and act.kind is ActKind.UPDATE:
                assert a.fingerprint != b.fingerprint, "who typed the same has no conflict"

    # ── what must hold at the end ─────────────────────────────────────────────────────────────────────────────────────
    def ends_in_step(self) -> None:
        """What is under way ends; then two quiet runs bring the sides in step, and the third writes nothing."""
        self.go_on(None, gives_up=False)
        for _ in range(2):
            self.sync(None, gives_up=False)
        self._agrees()
        writes = self.writes
        self.sync(None, gives_up=False)
        assert self.writes == writes, "the third run writes nothing"
        self.read_and_plan()
        assert self.plan
        busy = [act for act in self.plan.acts if act.kind not in {ActKind.SKIP, ActKind.NOTHING}]
        assert not busy, "the next has not even a version to note"
        self.go_on(None, gives_up=False)

    def _agrees(self) -> None:
        source = self.policy.source
        linking = [
            (pair, {side: self.rows.get((side, pair.held(side).id)) for side in Side}) for pair in self.pairs.values()
        ]
        linked = {(side, row.id) for _, rows in linking for side, row in rows.items() if row}
        whole = {(side, row.id) for _, rows in linking if all(rows.values()) for side, row in rows.items() if row}
        for pair, rows in linking:
            self._pair_agrees(pair, rows, source, whole)
        for where, row in self.rows.items():
            if where not in linked and where[0].other is not source:
                assert self._excused(where[0], row, linked), "what is on one side is on the other"
        for copy, original in self.model.copies.items():
            there = self.rows.get(original)
            if copy in self.rows and there and there.private and not there.outside and copy[0] is not source:
                paired = any((s, p.held(s).id) == copy for p in self.pairs.values() for s in Side)
                assert not paired, "what is private is taken back"

    def _pair_agrees(self, pair: Pair, rows: dict[Side, Row | None], source: Side | None, whole: set[Where]) -> None:
        there = {side: row for side, row in rows.items() if row}
        assert there, "of what is gone on both sides nothing is kept"
        if not all(row.plain for row in there.values()):
            return
        if len(there) == 2:
            a, b = there[Side.A], there[Side.B]
            if a.content == b.content:
                return
            assert source, "both ways, the two are equal"
            target = source.other
            assert (target, there[target].id) in self.model.own, "one way, the target is as its source, or its own"
            assert there[source].content in self.model.ever[target], "one way, the source's word was carried"
            return
        [(side, row)] = there.items()
        gone = (side.other, pair.held(side.other).id)
        carried = row.content in self.model.ever[side.other]
        doubtful = self._excused(side, row, whole)
        if source is None:
            assert doubtful, "both ways, nobody is left alone"
            wanted = (side, row.id) in self.model.touched | self.model.matched
            taken_back = gone not in self.model.deleted - self.model.announced
            assert wanted or taken_back, "both ways, what nobody edited since goes with the other"
        else:
            assert side is source, "one way, what the source deleted goes"
            assert carried or doubtful, "one way, the target's deletion stands until the source is edited"

    def _excused(self, side: Side, row: Row, linked: set[Where]) -> bool:
        """Whether there is a reason to have it on one side only: its own state, or a key that says too little."""
        others = [(where, one) for where, one in self.rows.items() if one.key == row.key and one is not row]
        facing = [where for where, one in others if where[0] is not side and one.plain and where not in linked]
        return not (row.plain and row.key) or (bool(others) and not (len(others) == len(facing) == 1))

    # ── small things ──────────────────────────────────────────────────────────────────────────────────────────────────
    def _typed(self, side: Side, row: Row) -> None:
        where = (side, row.id)
        self.rows[where] = replace(row, version=row.version + 1)
        self.model.ever[side].add(row.content)
        self.model.touched.add(where)
        self.model.own.add(where)

    def _linked(self, act: Act, pair: Pair) -> None:
        a, b = (Side.A, pair.a.id), (Side.B, pair.b.id)
        self.model.partners.setdefault(a, set()).add(b)
        self.model.partners.setdefault(b, set()).add(a)
        for side in Side:
            where = (side, pair.held(side).id)
            row = self.rows.get(where)
            self.model.matched.discard(where)
            if row and row.content == pair.held(side).fingerprint:
                self.model.touched.discard(where)
        if act.kind is ActKind.CREATE and act.on:
            self.model.copies[act.on, pair.held(act.on).id] = (act.on.other, pair.held(act.on.other).id)

    def _seen(self, side: Side) -> list[Seen]:
        excluded = Problem("excluded")
        return [
            Seen(
                row.id,
                str(row.version),
                row.content,
                row.key,
                private=row.private,
                in_scope=not row.outside,
                problem=excluded if row.excluded else None,
            )
            for (where, _), row in self.rows.items()
            if where is side
        ]

    def _row(self, side: Side, which: int) -> Row | None:
        rows = [row for (where, _), row in self.rows.items() if where is side]
        return rows[which % len(rows)] if rows else None

    def _key(self, pair: Pair) -> tuple[str, str]:
        return pair.a.id, pair.b.id

    def _text(self) -> str:
        return f"t{self._number()}"

    def _number(self) -> int:
        self.count += 1
        return self.count
