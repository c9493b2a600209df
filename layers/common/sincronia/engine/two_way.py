"""The two-way decision: what to do with two records that are one, from what each side shows and what was agreed last.

Pure, and without a word of what is kept in step. A record has *changed* where its version moved and its content is not
what its side held at the last agreement: a stamp that moved by itself is no edit, nor is what we wrote ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sincronia.answers import Problem
from sincronia.engine.brake import Judged


class Side(StrEnum):
    """One of the two systems."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Side:
        """The one opposite."""
        return Side.B if self is Side.A else Side.A


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as a side shows it now. Whoever is not seen is known to be gone; who may be there is out of scope.

    `fingerprint` is of the neutral content, so those of two sides can be compared; where the version is still the one
    of the pair, content and key need not be read: they are the pair's.
    """

    id: str
    version: str
    fingerprint: str
    key: str  # what finds it on the other side the first time, in normal form; empty where it has none
    label: str = ""
    private: bool = False
    in_scope: bool = True  # within the window, and known whole
    problem: Problem | None = None  # why it is carried nowhere and never overwritten
    doubt: Problem | None = None  # why nothing may be made of it on the other side; set by the matching


@dataclass(frozen=True, slots=True)
class Held:
    """What a side held at the last agreement. The version is empty where the side didn't tell it after our write."""

    id: str
    version: str
    fingerprint: str
    key: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are one. `made_on`: the side whose record is a copy that we made; none where both were there.

    `writing` and `meant` are kept from before a write until it is committed, for where nobody came back to commit it:
    the side, and the fingerprint that it was to hold, empty for none at all.
    """

    a: Held
    b: Held
    made_on: Side | None = None
    writing: Side | None = None
    meant: str = ""

    def held(self, side: Side) -> Held:
        """What this side held."""
        return self.a if side is Side.A else self.b


@dataclass(frozen=True, slots=True)
class Policy:
    """Which way content goes, and whose word stands where both sides changed."""

    source: Side | None  # one way: the side that is never written; None for both ways
    winner: Side

    def writes(self, side: Side) -> bool:
        """Whether this side may be written at all."""
        return side is not self.source

    @property
    def prevails(self) -> Side:
        """Whose content stands where they differ."""
        return self.source or self.winner


class ActKind(StrEnum):
    """What is to be done. Those from LINK on write to no side."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    TAKE_BACK = "take_back"  # a copy of what is private now goes
    LINK = "link"  # they are one, and equal: only the pair is written
    RELINK = "relink"  # they agree as they now stand: only the pair is written
    UNLINK = "unlink"  # there is nothing left to keep in step: only the pair goes
    SKIP = "skip"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided on: two records, or one. `replaces` are pairs whose remaining record is matched anew."""

    a: Seen | None
    b: Seen | None
    pair: Pair | None = None
    replaces: tuple[Pair, ...] = ()

    def seen(self, side: Side) -> Seen | None:
        """The record of this side."""
        return self.a if side is Side.A else self.b

    @property
    def agreed(self) -> Pair | None:
        """The pair, with a write taken in that nobody came back to commit, where it is still to be seen."""
        pair, written = self.pair, self.seen(self.pair.writing) if self.pair and self.pair.writing else None
        if pair is None or written is None or written.fingerprint != pair.meant:
            return pair
        version = {pair.writing: written.version}  # of the other: the one before, so that its content is looked at
        a, b = (
            Held(held.id, version.get(side, held.version), written.fingerprint, written.key)
            for side, held in ((Side.A, pair.a), (Side.B, pair.b))
        )
        return Pair(a, b, made_on=pair.made_on)

    def changed(self, side: Side) -> bool:
        """Whether a person edited this side's record since the last agreement; what we wrote ourselves is no edit."""
        seen, pair = self.seen(side), self.agreed
        if seen is None or pair is None:
            return False
        held = pair.held(side)
        return seen.version != held.version and seen.fingerprint != held.fingerprint


@dataclass(frozen=True, slots=True)
class Act:
    """What to do in a case. `conflict`: the side whose content is lost by it, and so must be kept in history before."""

    kind: ActKind
    case: Case
    on: Side | None = None  # the side that is written
    conflict: Side | None = None
    problem: Problem | None = None  # of a skip: why

    @property
    def label(self) -> str:
        """What people call it."""
        return next((seen.label for seen in (self.case.a, self.case.b) if seen and seen.label), "")


def decide(case: Case, policy: Policy) -> Act:
    """What to do. Who is there alone on the side that is only written is that side's own, and no matter of ours."""
    there = [seen for seen in (case.a, case.b) if seen]
    alone = case.a is None or case.b is None
    if case.pair is None and alone and not any(policy.writes(side.other) for side in Side if case.seen(side)):
        return Act(ActKind.NOTHING, case)
    # Turned private: before all else. No window that moved on and no exclusion keeps a copy of it on the other side.
    if any(seen.private and seen.in_scope for seen in there):
        return _private(case, policy)
    # Outside the window, or not to be seen for sure: it is there, and nothing that we know of it is news.
    if any(not seen.in_scope for seen in there):
        return _skip(case, "two_way_out_of_scope")
    # Excluded by a person, or with a recurrence that can't be carried whole: left as it is rather than mangled.
    if problem := next((seen.problem for seen in there if seen.problem), None):
        return Act(ActKind.SKIP, case, problem=problem)
    if case.pair is None:
        return _first_time(case, policy)
    return _one_gone(case, policy) if alone else _both_there(case, case.pair, policy)


def _private(case: Case, policy: Policy) -> Act:
    pair = case.pair
    copy = pair.made_on if pair else None
    original = case.seen(copy.other) if copy else None
    if copy and original and original.private and original.in_scope:
        # Its copy has gone: taken back by us, or deleted by somebody. Once it is public again it is a new record.
        if case.seen(copy) is None:
            return Act(ActKind.UNLINK, case)
        # Somebody made private what we had copied: the copy goes; what was typed into the copy since is kept.
        if policy.writes(copy):
            return Act(ActKind.TAKE_BACK, case, on=copy, conflict=copy if case.changed(copy) else None)
    # The other one is no copy of ours, but somebody's own record; or its side is not written. It stays, unfollowed.
    return _skip(case, "two_way_private")


def _first_time(case: Case, policy: Policy) -> Act:
    if case.a is None or case.b is None:
        return _create(case, Side.A if case.a is None else Side.B)
    # The same person on both sides, typed the same: nobody need write anything.
    if case.a.fingerprint == case.b.fingerprint:
        return Act(ActKind.LINK, case)
    # The same person, typed differently: the source's word, or the winner's, and the other's is kept in history.
    loser = policy.prevails.other
    return Act(ActKind.UPDATE, case, on=loser, conflict=loser)


def _create(case: Case, on: Side) -> Act:
    seen = case.seen(on.other)
    # Without a key nobody could tell, after a fault, whether it was made already; with a doubtful one, whether it is
    # somebody else.
    if seen and not seen.key:
        return _skip(case, "two_way_key_missing", id=seen.id)
    if seen and seen.doubt:
        return Act(ActKind.SKIP, case, problem=seen.doubt)
    return Act(ActKind.CREATE, case, on=on)


def _both_there(case: Case, pair: Pair, policy: Policy) -> Act:
    a, b = case.changed(Side.A), case.changed(Side.B)
    # Nobody edited anything, or both typed the same: at most stamps moved, or our own write is seen for the first time.
    if not (a or b) or _equal(case):
        stands = pair_after(Act(ActKind.RELINK, case)) == pair
        return Act(ActKind.NOTHING if stands else ActKind.RELINK, case)
    # Edited here and there, differently: the source's or the winner's stands, and the other's is kept in history.
    if a and b:
        loser = policy.prevails.other
        return Act(ActKind.UPDATE, case, on=loser, conflict=loser)
    edited = Side.A if a else Side.B
    # Edited where only we should write: that side's own, until its source has something to say.
    if not policy.writes(edited.other):
        return _skip(case, "two_way_target_edited")
    # Edited on one side: the other follows.
    return Act(ActKind.UPDATE, case, on=edited.other)


def _equal(case: Case) -> bool:
    return case.a is not None and case.b is not None and case.a.fingerprint == case.b.fingerprint


def _one_gone(case: Case, policy: Policy) -> Act:
    # Both deleted it: there is no more to say.
    if case.a is None and case.b is None:
        return Act(ActKind.UNLINK, case)
    gone = Side.A if case.a is None else Side.B
    # We took the copy back, died before saying so, and the record is public again: nobody deleted it.
    if case.pair and case.pair.writing is gone and not case.pair.meant:
        return _first_time(case, policy) if policy.writes(gone) else Act(ActKind.UNLINK, case)
    edited = case.changed(gone.other)
    # Deleted in the source: it goes from the target, edited there or not; what was typed there is kept in history.
    # Deleted on one of two equal sides, and untouched on the other: it goes there too.
    if policy.source is gone or (policy.source is None and not edited):
        return Act(ActKind.REMOVE, case, on=gone.other, conflict=gone.other if edited else None)
    # Deleted here, edited there: who edited it wants it, so it comes again.
    if edited:
        return _create(case, gone)
    # Deleted in the target, and the source has nothing new: one way doesn't undo what people did there.
    return _skip(case, "two_way_target_deleted")


def _skip(case: Case, code: str, **details: str) -> Act:
    return Act(ActKind.SKIP, case, problem=Problem(code, details))


def pair_before(act: Act) -> Pair | None:
    """The pair to keep before an act is written, together with the loser's content; None where there is none yet."""
    agreed = act.case.agreed
    if act.on is None or act.kind is ActKind.CREATE or agreed is None:  # what is made anew is found by its key
        return act.case.pair
    follows = act.case.seen(act.on.other) if act.kind is ActKind.UPDATE else None
    return replace(agreed, writing=act.on, meant=follows.fingerprint if follows else "")


def pair_after(act: Act, written: str = "", version: str = "") -> Pair | None:
    """The pair after an act was done, None where there is none; it takes the place of the one decided on.

    `written` is the id that a CREATE got, `version` what the written record has now, empty where it wasn't told.
    """
    case = act.case
    if act.kind in {ActKind.REMOVE, ActKind.TAKE_BACK, ActKind.UNLINK}:
        return None
    if act.kind in {ActKind.SKIP, ActKind.NOTHING}:
        return case.pair
    sides: dict[Side, Held] = {}
    for side in Side:
        seen = case.seen(side)
        follows = case.seen(side.other) if act.on is side else None
        if follows:
            content = Held(seen.id if seen else written, version, follows.fingerprint, follows.key)
        elif seen:
            content = Held(seen.id, seen.version, seen.fingerprint, seen.key)
        else:
            raise ValueError(f"{act.kind} with nobody on side {side}")
        sides[side] = content
    return Pair(sides[Side.A], sides[Side.B], made_on=act.on if act.kind is ActKind.CREATE else _made_on(case))


def _made_on(case: Case) -> Side | None:
    if case.pair:
        return case.pair.made_on
    for side in Side:  # a copy of ours whose original was deleted, and made again by a person
        seen = case.seen(side)
        if seen and any(pair.made_on is side and pair.held(side).id == seen.id for pair in case.replaces):
            return side
    return None


def judged(acts: Iterable[Act], on: Side, lane: str, listed: int, links: int, *, narrowed: bool) -> Judged:
    """What the brake looks at before a side is written. `listed` is the raw length of the other side's listing.

    Leaving is whatever is removed there, taken back or deleted; changes are of records that were linked before.
    """
    ours = [act for act in acts if act.on is on]
    return Judged(
        lane=lane,
        listed=listed,
        complete=True,  # a listing that was cut short shows as out of scope, and deletes nothing
        narrowed=narrowed,
        active_links=links,
        leaving=tuple(act.label for act in ours if act.kind in {ActKind.REMOVE, ActKind.TAKE_BACK}),
        changes=tuple(act.label for act in ours if act.kind is ActKind.UPDATE and act.case.pair),
    )
