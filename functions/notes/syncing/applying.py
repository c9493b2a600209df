"""The phase `apply`: blocks of one lane, kind and side. First it is kept what a write takes away, then it is written.

The position counts acts, the lane counts steps: announcing a block moves only the latter. Whatever a block writes is
read once more just before; what has moved since it was decided on is left, and decided anew by the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from notes.fields import compared
from notes.ports import Left, Loser, Mailboxes, Shown, StoredPair, Write, Written
from notes.records import Module, Record
from notes.sync_settings import NOTES
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.catalogue import print_of
from notes.syncing.counts import Key, with_counts
from notes.syncing.lanes import Lane, LaneError
from notes.syncing.planning import ids_of, keys_of, kind_of, known_by, label_of
from notes.syncing.sync_sentences import MOVED
from sincronia import clock
from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError, Retry
from sincronia.engine import two_way
from sincronia.engine.applying import CAREFUL_AFTER, CREATE_TRIES, GIVE_UP_AFTER
from sincronia.engine.state import Outcome, OutcomeKind, Rows, Run, Step
from sincronia.engine.two_way import Act, ActKind, Pair

BLOCK_SIZE = 30  # acts
BLOCK_ROWS = 96  # a transaction holds 100
_REMOVING = {ActKind.REMOVE, ActKind.TAKE_BACK}
_WHY = {ActKind.UPDATE: "conflict", ActKind.REMOVE: "removed", ActKind.TAKE_BACK: "taken_back"}


def block_of(acts: Sequence[Act], *, alone: bool) -> list[Act]:
    """The first acts of a kind and side, as many as one transaction holds."""
    block, rows = list[Act](), 0
    for act in acts:
        rows += 4 + 2 * len(act.case.replaces)  # an outcome, what it is known by, and two for each pair
        if block and (alone or len(block) == BLOCK_SIZE or rows > BLOCK_ROWS):
            break
        if block and (act.kind, act.on) != (block[0].kind, block[0].on):
            break
        block.append(act)
    return block


@dataclass(frozen=True, slots=True)
class _Ended:
    """How an act ended. `left`: the other side's record was surely not touched by it."""

    kind: OutcomeKind
    problem: Problem | None = None
    written: Written | None = None
    left: bool = False


@dataclass(slots=True)
class Applying:
    """Works on the acts from the cursor on. `again`: how often this very step was overtaken."""

    run: Run
    lane: Lane
    acts: Sequence[Act]  # of the lane, from the cursor on
    mailboxes: Mailboxes
    again: int = 0
    made: dict[tuple[str, str], Written] = field(default_factory=dict)  # under this lease, by lane and source
    unsure: bool = field(init=False)  # whether an earlier attempt may have written
    reach: int = 0  # below this position one may have
    linked: set[str] | None = None  # ids of the written side that have a pair
    fresh: list[Pair] | None = None  # of events: the pairs as they are before this attempt

    def __post_init__(self) -> None:
        self.unsure = self.run.attempts > 1 or self.run.position < self.run.look_until or self.again > 0

    def step(self) -> Step:
        """Announces the next block, or writes it. Raises ProblemError and OutOfTimeError."""
        block = block_of(self.acts, alone=self.run.attempts > CAREFUL_AFTER or self.again > 0)
        if self.again > GIVE_UP_AFTER:  # a pair is no longer as it was planned on
            return self._done(block[:1], [_moved()], frozenset(), no_pairs=True)
        if self.run.attempts > GIVE_UP_AFTER:
            problem = Problem("attempts_exhausted", {"attempts": str(self.run.attempts)})
            return self._done(block[:1], [_Ended(OutcomeKind.FAILED, problem)], frozenset(), no_pairs=True)
        if block[0].on is None:
            return self._done(block, [_Ended(kind_of(act), act.problem) for act in block], frozenset())
        announced = self.run.progress.get("announced")
        if block[0].kind is ActKind.CREATE:
            kept = frozenset[int]()
        elif announced is None or announced["position"] != self.run.position:
            return self._announced(block)
        else:
            block = block[: announced["number"]]
            kept = frozenset(announced["kept"])
        return self._written(block, kept)

    # ── before it is written ────────────────────────────────────────────────────────────────────────────────────────
    def _announced(self, block: list[Act]) -> Step:
        """Keeps what is about to be lost, and what is about to be written."""
        on = _side(block[0])
        losing = {
            seen.id: (place, act)
            for place, act in enumerate(block)
            if (act.conflict or act.kind is ActKind.REMOVE) and (seen := act.case.seen(on))
        }
        kept, beside = list[int](), list[Any]()
        try:
            shown = self.lane.asked(on, lambda records: list(records.read(list(losing)))) if losing else []
            winning = self._read([act for _, act in losing.values()], on.other)
        except LaneError as error:
            return self._done(block, [_failed(error.problem) for _ in block], frozenset(), no_pairs=True)
        for one in shown:
            place, act = losing[one.id]
            if one.reading.content is not None and _as_decided(one, act):
                position = self.run.position + place
                kept.append(position)
                winner = winning.get(_id(act, on.other))
                stands = winner.reading.content if winner else None
                loser = self._loser(position, act, one, one.reading.content, stands)
                beside.append(self.mailboxes.loser_kept(self.run.key.connection, loser))
        for act in block:
            before = two_way.pair_before(act)
            if before is not None and before != act.case.pair:
                beside += self._pair(act.case.pair, before, act)
        announced = {"position": self.run.position, "number": len(block), "kept": kept}
        after = replace(self.run, lane=self.run.lane + 1, progress={**self.run.progress, "announced": announced})
        return Step(after, Rows(entity=self.lane.entity, beside=tuple(beside)))

    def _loser(self, position: int, act: Act, shown: Shown, content: Record, stands: Record | None) -> Loser:
        return Loser(
            id=f"{self.run.key.run_id}-{position:08}",
            user=self.lane.user.id,
            module=self.lane.module,
            side=_side(act),
            record_id=shown.id,
            label=shown.reading.label,
            content=content,
            why=_WHY[act.kind],
            at=clock.moment(),
            run_id=self.run.key.run_id,
            stands=stands,
        )

    # ── the writes ──────────────────────────────────────────────────────────────────────────────────────────────────
    def _written(self, block: list[Act], kept: frozenset[int]) -> Step:
        self.reach = max(self.reach, self.run.position + len(block))
        for attempt in range(1, CREATE_TRIES + 1):
            try:
                return self._done(block, self._tried(block, kept), kept)
            except LaneError as error:
                return self._done(block, [_failed(error.problem) for _ in block], kept)
            except AnswerUnknownError as error:
                self.unsure = True
                if attempt == CREATE_TRIES:
                    return self._stopped(block, kept, error)
            except (ProblemError, OutOfTimeError) as error:
                return self._stopped(block, kept, error)
        raise AssertionError

    def _stopped(self, block: list[Act], kept: frozenset[int], stop: ProblemError | OutOfTimeError) -> Step:
        """What befalls all waits, or ends the run; what befalls one record is left behind with it."""
        if isinstance(stop, ProblemError):
            retry = ALL_SENTENCES[stop.problem.code].retry
            if retry not in {Retry.PUT_OFF, Retry.STOP}:
                if len(block) == 1:
                    return self._done(block, [_failed(stop.problem)], kept)
                self.unsure = True
                return self._written(block[:1], kept)
        after = replace(self.run, look_until=max(self.run.look_until, self.run.position + len(block)))
        return Step(after, stop=stop)

    def _tried(self, block: list[Act], kept: frozenset[int]) -> list[_Ended]:
        """Reads what is written from, and what is written to, and writes what is still as it was decided on."""
        kind, on = block[0].kind, _side(block[0])
        sources = self._read(block, on.other)
        self.linked = self.fresh = None
        targets = self._read(block, on) if kind is not ActKind.CREATE else {}
        ended: dict[int, _Ended] = {}
        todo: dict[int, tuple[Write | None, Shown | None]] = {}
        for place, act in enumerate(block):
            source, target = sources.get(_id(act, on.other)), targets.get(_id(act, on))
            if kind is ActKind.CREATE:
                one = self._creating(act, source)
            elif kind is ActKind.UPDATE:
                one = self._updating(act, source, target)
            else:
                one = self._removing(act, source, target)
            if isinstance(one, _Ended):
                ended[place] = one
            elif self._may_be_lost(act, self.run.position + place in kept):
                todo[place] = one
            else:
                ended[place] = _moved()
        if todo:
            results = self.lane.asked(on, lambda records: _write(records, kind, list(todo.values())))
            for place, result in zip(todo, results, strict=True):
                ended[place] = _ended(kind_of(block[place]), result)
                if kind is ActKind.CREATE and isinstance(result, Written):
                    self.made[self.lane.entity, _id(block[place], on.other)] = result
        return [ended[place] for place in range(len(block))]

    def _read(self, block: list[Act], side: two_way.Side) -> Mapping[str, Shown]:
        ids = [one for act in block if (one := _id(act, side))]
        return {one.id: one for one in self.lane.asked(side, lambda records: list(records.read(ids)))} if ids else {}

    def _creating(self, act: Act, source: Shown | None) -> _Ended | tuple[Write | None, Shown | None]:
        on = _side(act)
        if source is None or source.reading.content is None or not _as_decided(source, act):
            return _moved()
        uid = source.reading.uid if on is not NOTES else ""
        if self.lane.module is Module.EVENTS and self._linked_meanwhile(act, source):
            return _moved()
        if self.unsure:
            key, since = source.reading.key, clock.iso(self.run.started_at)
            found = self.lane.asked(on, lambda records: records.found(key, source.reading.uid, since))
            linked = self._linked(act)
            free = [one for one in found if one.id not in linked]
            if len(free) > 1 or any(print_of(one) != print_of(source) for one in free):
                return _moved()
            if free:
                return _Ended(OutcomeKind.CREATED, None, Written(free[0].id, free[0].version))
        return Write(source.reading.content, uid=uid), None

    def _linked_meanwhile(self, act: Act, source: Shown) -> bool:
        """Whether a meeting has linked it since it was planned. What was made beside it goes, while untouched."""
        on = _side(act)
        pairs = self.fresh = self.fresh if self.fresh is not None else self._pairs()
        ours = (act.case.pair, *act.case.replaces)
        if all(pair.held(on.other).id != source.id or pair in ours for pair in pairs):
            return False
        made = self.made.pop((self.lane.entity, source.id), None)
        if made is not None and made.id not in {pair.held(on).id for pair in pairs}:
            shown = self.lane.asked(on, lambda records: list(records.read([made.id])))
            extra = [one for one in shown if one.version == made.version and print_of(one) == print_of(source)]
            if extra:
                self.lane.asked(on, lambda records: records.remove(extra))
        return True

    def _linked(self, act: Act) -> set[str]:
        if self.linked is None:
            self.linked = {pair.held(_side(act)).id for pair in self._pairs()}
        return self.linked

    def _pairs(self) -> list[Pair]:
        stored = self.mailboxes.pairs(self.run.key.connection, self.lane.user.id, self.lane.module)
        return [one.pair for one in stored]

    def _updating(
        self, act: Act, source: Shown | None, target: Shown | None
    ) -> _Ended | tuple[Write | None, Shown | None]:
        if source is None or target is None or source.reading.content is None or target.reading.content is None:
            return _moved()
        if not _as_decided(source, act) or not target.mine:
            return _moved()
        if print_of(target) == print_of(source):  # written by an earlier attempt, or typed the same meanwhile
            return _Ended(OutcomeKind.UPDATED, None, Written(target.id, target.version))
        if not _as_decided(target, act):
            return _moved()
        new, old = compared(source.reading.content), compared(target.reading.content)
        changed = [name for name, value in new.items() if old[name] != value]
        return Write(source.reading.content, changed, target), target

    def _removing(
        self, act: Act, source: Shown | None, target: Shown | None
    ) -> _Ended | tuple[Write | None, Shown | None]:
        """Asks first if the other one is really gone, or private."""
        if act.kind is ActKind.REMOVE and source is not None:
            return _moved()
        if act.kind is ActKind.TAKE_BACK and (source is None or not source.reading.private):
            return _moved()
        if target is None:
            return _Ended(OutcomeKind.REMOVED)
        return (None, target) if _as_decided(target, act) else _moved()

    def _may_be_lost(self, act: Act, kept: bool) -> bool:
        """Whether what the other side's person typed is kept before it goes."""
        seen = act.case.seen(act.conflict) if act.conflict else None
        return kept or seen is None or not seen.fingerprint

    # ── what is committed ───────────────────────────────────────────────────────────────────────────────────────────
    def _done(self, block: list[Act], ended: list[_Ended], kept: frozenset[int], *, no_pairs: bool = False) -> Step:
        run, entity = self.run, self.lane.entity
        outcomes, beside = list[Outcome](), list[Any]()
        counts, kinds = Counter[Key](), Counter[OutcomeKind]()
        for position, (act, one) in enumerate(zip(block, ended, strict=True), start=run.position):
            kinds[one.kind] += 1
            counts.update(keys_of(act, one.kind, one.problem))
            if one.kind is not OutcomeKind.UNCHANGED:
                outcomes.append(self._outcome(position, act, one, kept=position in kept))
            if not no_pairs:
                beside += self._pairs_after(act, one)
        tally = run.tallies[entity]
        tally = replace(tally, counters=dict(Counter(tally.counters) + kinds))
        progress = with_counts(run.progress, entity, counts)
        announced = progress.get("announced")
        position = run.position + len(block)
        if announced and announced["position"] == run.position and announced["number"] > len(block):
            progress["announced"] = {**announced, "position": position, "number": announced["number"] - len(block)}
        else:
            progress["announced"] = None
        after = replace(
            run,
            position=position,
            tallies={**run.tallies, entity: tally},
            progress=progress,
        )
        if self.unsure and position < self.reach:
            after = replace(after, look_until=max(run.look_until, self.reach))
        return Step(after, Rows(entity=entity, outcomes=tuple(outcomes), beside=tuple(beside)))

    def _outcome(self, position: int, act: Act, one: _Ended, *, kept: bool) -> Outcome:
        notes_id, crm_id = ids_of(act)
        if one.written and act.kind is ActKind.CREATE:
            notes_id, crm_id = (one.written.id, crm_id) if act.on is NOTES else (notes_id, one.written.id)
        told: dict[str, Any] = {"on": act.on.value} if act.on else {}
        if kept:
            told["loser"] = f"{self.run.key.run_id}-{position:08}"
        return Outcome(
            seq=f"{position:08}",
            entity=self.lane.entity,
            kind=one.kind,
            source_id=notes_id,
            label=label_of(act),
            problem=one.problem,
            target_id=crm_id,
            kept=told,
            known_by=known_by(act) if self.lane.module is Module.CONTACTS and notes_id else (),
        )

    def _pairs_after(self, act: Act, one: _Ended) -> list[Any]:
        """The pair as it is now; of what was left surely untouched, as it was before it was announced."""
        before = two_way.pair_before(act) if act.on else act.case.pair
        if act.on and one.kind is not kind_of(act):
            restores = one.left and not self.unsure and before != act.case.pair
            return self._pair(before, act.case.pair, act) if restores else []
        written = one.written or Written("")
        after = two_way.pair_after(act, written.id, written.version)
        olds = [pair for pair in (before, *act.case.replaces) if pair]
        same = next((pair for pair in olds if after and pair.a.id == after.a.id), None)
        beside = list[Any]()
        for old in olds:
            if old is not same:
                beside += self._pair(old, after if after and same is None and old is olds[0] else None, act)
        if same is not None:
            beside += [] if same == after else self._pair(same, after, act)
        elif after is not None and not olds:
            beside += self._pair(None, after, act)
        return beside

    def _pair(self, before: Pair | None, after: Pair | None, act: Act) -> list[Any]:
        stored = StoredPair(after, label_of(act)) if after else None
        return [*self.mailboxes.pair_kept(self.run.key.connection, self.lane.user.id, self.lane.module, before, stored)]


def _side(act: Act) -> two_way.Side:
    """The side that an act writes to; what writes to none has ended before."""
    if act.on is None:
        raise AssertionError
    return act.on


def _id(act: Act, side: two_way.Side) -> str:
    seen = act.case.seen(side)
    if seen:
        return seen.id
    # Of an act that makes it again, the one that is gone is asked for nowhere.
    return act.case.pair.held(side).id if act.case.pair and act.kind in _REMOVING else ""


def _as_decided(shown: Shown, act: Act) -> bool:
    """Whether it still says what was decided on; a stamp may have moved. What has no content goes by its version."""
    seen = next((one for one in (act.case.a, act.case.b) if one and one.id == shown.id), None)
    if seen is None or not shown.mine or print_of(shown) != seen.fingerprint:
        return False
    if shown.reading.private != seen.private:
        return False
    return bool(seen.fingerprint) or shown.version == seen.version


def _write(records: Any, kind: ActKind, todo: list[tuple[Write | None, Shown | None]]) -> Sequence[Written | Left]:
    if kind in _REMOVING:
        removed: Sequence[Written | Left] = records.remove([held for _, held in todo])
        return removed
    writes = [write for write, _ in todo]
    written: Sequence[Written | Left] = records.create(writes) if kind is ActKind.CREATE else records.update(writes)
    return written


def _ended(kind: OutcomeKind, result: Written | Left) -> _Ended:
    if isinstance(result, Written):
        return _Ended(kind, None, result)
    if result.moved or result.problem is None:
        return _moved()
    return replace(_failed(result.problem), left=True)


def _moved() -> _Ended:
    return _Ended(OutcomeKind.SKIPPED, Problem(MOVED), left=True)


def _failed(problem: Problem) -> _Ended:
    corrected = ALL_SENTENCES[problem.code].retry is Retry.AFTER_CORRECTION
    return _Ended(OutcomeKind.REJECTED if corrected else OutcomeKind.FAILED, problem)
