"""The hints' worker: reads what is true of one record, acts on it, and tells it in one transaction.

Before it writes to the target it writes down what it is about to do; whoever comes after a death reads the truth again,
does what is left, and tells the whole. A sweep only queues hints, stretch by stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from itertools import chain

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError, Retry, explain
from sincronia.engine import days, sweeps
from sincronia.engine.flow import Identity, Opening, TargetGoneError
from sincronia.engine.hint_ports import Commit, HintQueue, HintStore
from sincronia.engine.hints import (
    Change,
    Decision,
    Effect,
    Hint,
    HintedRecords,
    HintKind,
    HintState,
    OpenRecords,
    StoredHint,
    Swept,
    merged,
)
from sincronia.engine.ports import Objects, Secrets
from sincronia.engine.state import Connection, Link, Outcome, OutcomeKind, Phase, RunKey

WORK_SECONDS = 240  # what one invocation works at most
PUT_OFF_SECONDS = 300  # until a vendor that is down is asked again, where it did not say when
REST_SECONDS = 10  # the least that a vendor is left in peace, whatever it says
HINT_HOURS = 24  # how long a hint waits for a vendor before it is given up
LOOKS = 3  # at a record that somebody else changes at the same time
RACES = 20  # lost to other workers, before the message has to come again

logger = Logger(child=True)


class _OvertakenError(Exception):
    """Somebody else has brought the hint to its end, or the connection is gone."""


@dataclass(frozen=True, slots=True)
class HintOutside:
    """What the hints' worker works with."""

    store: HintStore
    objects: Objects
    queue: HintQueue
    secrets: Secrets
    kind: HintKind
    open: OpenRecords
    # By connection: until when its vendors are left in peace, and why. It only saves calls, and dies with the process.
    resting: MutableMapping[str, tuple[float, Problem]] = field(default_factory=dict)


def work_hint(hint: Hint, outside: HintOutside, seconds_left: float) -> StoredHint | None:
    """Brings a hint to its end, or to where it waits; None where there was nothing to do."""
    deadline = clock.now() + min(WORK_SECONDS, seconds_left)
    stored = outside.store.hint(hint.connection, hint.id)
    if stored is not None and (stored.state == HintState.DONE or _still_held(stored, hint)):
        logger.info("hint_left_alone", state=stored.state)
        return None
    if stored is not None and hint.decision is None:
        hint = stored.hint  # a message from before a person decided knows nothing of it
    work = _Work(hint, stored or StoredHint(hint, HintState.WORKING), outside, deadline)
    try:
        try:
            return work.done()
        except OutOfTimeError:
            return work.go_on_later()
    except _OvertakenError:
        logger.info("hint_overtaken")
        return None


def _still_held(stored: StoredHint, hint: Hint) -> bool:
    return stored.state == HintState.HELD and hint.decision is None


def _left(effect: Effect, problem: Problem) -> Effect:
    """What was not done, and why."""
    return replace(effect, kind=OutcomeKind.SKIPPED, action="", problem=problem, freed=())


@dataclass(slots=True)
class _Work:
    """One hint in one worker's hands."""

    hint: Hint
    stored: StoredHint
    outside: HintOutside
    deadline: float
    settled: Effect | None = None  # what an attempt has set out to do, and perhaps done
    link: Link | None = None  # as it was read last

    def __post_init__(self) -> None:
        if self.stored.state != HintState.HELD:
            self.settled = self.stored.effect

    def done(self) -> StoredHint | None:
        """The hint at its end, or where it waits. Raises OutOfTimeError."""
        connection = self.outside.store.connection(self.hint.connection)
        if connection is None:
            raise _OvertakenError
        if self.hint.event_id and not self._is_new():
            return None
        if self.hint.record and self.hint.decision == Decision.REJECTED:
            refused = self.settled or self.stored.effect or Effect(OutcomeKind.SKIPPED)
            problem = Problem("removal_rejected", {"by": self.hint.by})
            return self._conclude(_left(refused, problem))
        try:
            return self._worked(connection)
        except ProblemError as error:
            return self._stopped(error)

    def _worked(self, connection: Connection) -> StoredHint | None:
        if self._sweeps(sweeps.DECIDE):  # its hints tell by themselves what stops them
            return self._decided()
        if not connection.enabled:
            raise ProblemError(Problem("connection_missing"))
        if self._sweeps(*sweeps.SWEEPS):
            return self._swept(
                sweeps.received_again(self.hint, self.stored.position, self.outside.store, self.outside.kind)
            )
        self._leave_in_peace()
        secret = self.outside.secrets.fields(connection.secret_name)
        kept = self.outside.store.kept(self.hint.connection, self.outside.kind.entity)
        records = self.outside.open(Opening(connection.settings, secret, {}, self.deadline), kept)
        if self.hint.record:
            return self._acted(records)
        return self._swept(records.sweep(self.hint, self.stored.position))

    def go_on_later(self) -> StoredHint | None:
        """Time is up: the hint is queued again at once; one about a record is given up after a day."""
        if not self.hint.record or not self._is_too_old():
            return self.wait(clock.now(), None)
        return self._given_up_for_age(Problem("record_too_slow", {"seconds": str(WORK_SECONDS)}))

    def wait(self, until: float, problem: Problem | None) -> StoredHint:
        """The hint is queued again at that time; at once where it has come."""
        waiting = replace(
            self.stored.told(HintState.WAITING, self.settled), hint=self.hint, problem=problem, wake_at=until
        )
        self._keep(waiting)
        if until <= clock.now():
            self.outside.queue.send(self.hint, turn=str(until))
        return waiting

    def _sweeps(self, *names: str) -> bool:
        return not self.hint.record and self.hint.entity in names

    def _is_new(self) -> bool:
        """Whether the sender's event is this hint's. Raises ProblemError through its end where its body is another."""
        event = self.outside.store.known(self.hint)
        if event.body_hash != self.hint.body_hash:
            problem = Problem("event_reused", {"event": self.hint.event_id})
            self._conclude(Effect(OutcomeKind.REJECTED, problem=problem))
            return False
        if event.hint_id != self.hint.id:
            logger.info("event_known")
        return event.hint_id == self.hint.id

    def _leave_in_peace(self) -> None:
        """Raises what keeps the hint waiting where its vendors were down, or busy, a moment ago."""
        until, why = self.outside.resting.get(self.hint.connection, (0.0, None))
        if why is not None and clock.now() < until and self.hint.entity not in self.outside.kind.goes_on:
            raise ProblemError(why, until)

    def _acted(self, records: HintedRecords) -> StoredHint | None:
        """What the record's truth asks for is done. Raises what stops it."""
        for _ in range(LOOKS):
            link = self.link = self.outside.store.link(self.hint.connection, self.hint.entity, self.hint.record)
            change = records.change(self.hint, link)
            if change.removes and link and self._is_held(link):
                problem = Problem("removal_held_before", {"hint": link.held})
                return self._conclude(_left(change.effect, problem))
            while change.removes and not self._may_remove():
                if (held := self._hold(change, link)) is not None:
                    return held
            try:
                after = self._carried_out(change)
            except TargetGoneError:
                continue
            begun = self.settled is not None and self.settled.goal == change.effect.goal
            if after and not after.target_id and begun:
                after = replace(after, target_id=self.stored.target_id)
            known_by = set(after.identities) if after else set[Identity]()
            forgotten = tuple(one for one in link.identities if one not in known_by) if link and after else ()
            return self._conclude(merged(self.settled, change.effect), after, forgotten)
        raise ProblemError(Problem("target_moving"))

    def _carried_out(self, change: Change) -> Link | None:
        """Takes the steps, after writing down what they are; gives the link as it is to stand."""
        if not change.steps:
            return change.link
        before, self.settled = self.settled, merged(self.settled, change.effect)
        working = self.stored.told(HintState.WORKING, self.settled)
        begun = before is not None and before.goal == change.effect.goal
        image = self.stored.image if begun and self.stored.image else self._keep_image(change)
        aimed_at = (self.stored.target_id if begun else "") or (change.link.target_id if change.link else "")
        self._keep(replace(working, hint=self.hint, image=image, target_id=aimed_at))
        target_id = ""
        for number, step in enumerate(change.steps):
            try:
                target_id = step()
            except AnswerUnknownError:
                raise
            except (ProblemError, OutOfTimeError, TargetGoneError):
                if number == 0:
                    self.settled = before  # nothing was done
                raise
        return replace(change.link, target_id=target_id) if change.link and target_id else change.link

    def _keep_image(self, change: Change) -> str:
        """All of what is taken away; what an attempt that died has begun to take away was kept by it."""
        if change.image is None:
            return self.stored.image
        name = f"hints/{self.hint.connection}/{self.hint.id}.json.gz"
        self.outside.objects.write_lines(name, [change.image])
        return name

    def _keep(self, stored: StoredHint) -> None:
        if not self.outside.store.keep(stored):
            raise _OvertakenError
        self.stored = stored

    def _may_remove(self) -> bool:
        """Whether the brake lets one more removal through today."""
        if self.hint.decision == Decision.APPROVED:
            return True
        kind, store, key = self.outside.kind, self.outside.store, self._open_day()
        if store.claim_removal(key, self.hint.record, kind.removals.number):
            return True
        allowed = days.allowance(kind.removals, store.count_links(key, kind.entity))
        return store.claim_removal(key, self.hint.record, allowed)

    def _is_held(self, link: Link) -> bool:
        """Whether a person is asked already, by another hint, if the record may be taken away."""
        if link.held in {"", self.hint.id}:
            return False
        held = self.outside.store.hint(self.hint.connection, link.held)
        return held is not None and held.state == HintState.HELD

    def _hold(self, change: Change, link: Link | None) -> StoredHint | None:
        """The brake holds the hint until a person decides; None where one has let the day's removals through."""
        kind, store, effect = self.outside.kind, self.outside.store, change.effect
        for _ in range(RACES):
            key = self._open_day()
            before = store.day(key)
            if before is None or before.run.phase == Phase.DONE:
                continue
            if before.approved:
                return None
            held = replace(self.stored.told(HintState.HELD, effect), hint=self.hint, run_id=key.run_id)
            now = replace(before, held=before.held | {self.hint.id})
            labels = [*self._labels(before.held), effect.label]
            problem = days.held_problem(kind, now, labels)
            after = replace(before.run, phase=Phase.BRAKE, brakes=(problem,), wake_at=None)
            if store.hold(held, before, after, days.told(after, kind), self._seen(change, link)):
                return held
        raise RuntimeError("the day of the hint never stood still")

    def _seen(self, change: Change, link: Link | None) -> Link | None:
        """The link while the brake holds the record: what the source says was seen, and nothing came of it yet."""
        if change.link is None:
            return None
        fresh = replace(change.link, target_id="", synced="", active=True, identities=(), version=0)
        return replace(link or fresh, seen=change.link.synced, held=self.hint.id, at=clock.moment())

    def _labels(self, held: frozenset[str]) -> list[str]:
        """What people call the first of what is held already."""
        found = (self.outside.store.hint(self.hint.connection, one) for one in sorted(held)[: days.NAMES])
        return [stored.effect.label for stored in found if stored and stored.effect]

    def _open_day(self) -> RunKey:
        kind = self.outside.kind
        key = days.day_key(self.hint.connection, kind, clock.now())
        if self.outside.store.day(key) is None:
            run = days.opened(key, kind, clock.now())
            if not self.outside.store.open_day(run, days.told(run, kind)):
                raise _OvertakenError
        return key

    def _stopped(self, error: ProblemError) -> StoredHint | None:
        """Where a problem leaves the hint: it waits, or comes to its end."""
        retry = self.outside.kind.answers[error.problem.code].retry
        if retry == Retry.PUT_OFF or isinstance(error, AnswerUnknownError):
            now = clock.now()
            later = now + PUT_OFF_SECONDS if error.retry_at is None else max(error.retry_at, now + REST_SECONDS)
            if retry == Retry.PUT_OFF:
                self.outside.resting[self.hint.connection] = (later, error.problem)
            return self._given_up_for_age(error.problem) if self._is_too_old() else self.wait(later, error.problem)
        kind = OutcomeKind.REJECTED if retry == Retry.AFTER_CORRECTION else OutcomeKind.FAILED
        return self._given_up(kind, error.problem)

    def _is_too_old(self) -> bool:
        return clock.now() >= self.hint.waits_since + HINT_HOURS * 3600

    def _given_up_for_age(self, last: Problem) -> StoredHint | None:
        cause = explain(last, self.outside.kind.answers)
        return self._given_up(OutcomeKind.FAILED, Problem("hint_too_old", {"hours": str(HINT_HOURS), "cause": cause}))

    def _given_up(self, kind: OutcomeKind, problem: Problem) -> StoredHint | None:
        label = self.stored.effect.label if self.stored.effect else ""
        return self._conclude(replace(self.settled or Effect(kind, label=label), kind=kind, problem=problem))

    def _swept(self, stretches: Iterator[Swept]) -> StoredHint | None:
        """The sweep is gone through, from where it was left."""
        queue, kind = self.outside.queue, self.outside.kind
        for stretch in stretches:
            found = (sweeps.hint_of(self.hint, record, kind.entity) for record in stretch.records)
            queue.send_many(chain(found, stretch.repeated))
            moved = replace(
                self.stored.told(HintState.WORKING, None),
                position=stretch.position,
                compared=self.stored.compared + stretch.compared,
                queued=self.stored.queued + len(stretch.records) + len(stretch.repeated),
            )
            self._keep(moved)
            if clock.now() >= self.deadline:
                raise OutOfTimeError
        told = {"Conferidos": self.stored.compared, "Avisos": self.stored.queued}
        return self._conclude(Effect(OutcomeKind.UNCHANGED, action=self.hint.entity, after=told))

    def _decided(self) -> StoredHint | None:
        """What the day holds goes on, each hint with the decision."""
        released = list[str]()
        for held, going_on in sweeps.decided_on(self.hint, self.outside.store):
            if going_on is not None:
                self.outside.queue.send(going_on, turn=self.hint.id)
            released.append(held)
            if clock.now() >= self.deadline:
                raise OutOfTimeError
        if released:  # told before the day forgets them
            self._keep(replace(self.stored.told(HintState.WORKING, None), queued=len(released)))
            self.outside.store.let_go(RunKey(self.hint.connection, self.hint.day), frozenset(released))
        told = {"Avisos": self.stored.queued}
        return self._conclude(Effect(OutcomeKind.UNCHANGED, action=self.hint.entity, after=told))

    def _conclude(
        self, effect: Effect, link: Link | None = None, forgotten: tuple[Identity, ...] = ()
    ) -> StoredHint | None:
        """The hint's end, with what belongs to it; None where there is nobody left to tell."""
        for _ in range(RACES):
            key = days.day_key(self.hint.connection, self.outside.kind, clock.now()) if self.hint.record else None
            ended = replace(self.stored.told(HintState.DONE, effect), hint=self.hint, run_id=key.run_id if key else "")
            commit = self.outside.store.conclude(ended, key, self._outcome(effect, link), link, forgotten)
            if commit == Commit.DONE:
                logger.info("hint_concluded", kind=effect.kind, problem=effect.problem.code if effect.problem else None)
                return ended
            if commit == Commit.ERASED:
                raise _OvertakenError
            self._open_day()
        raise RuntimeError("the day of the hint never stood still")

    def _outcome(self, effect: Effect, link: Link | None) -> Outcome | None:
        if not self.hint.record:
            return None
        kind, is_old_news = self.outside.kind, effect.kind == OutcomeKind.UNCHANGED
        return Outcome(
            seq=self.hint.id,
            entity=self.hint.entity,
            kind=effect.kind,
            source_id=self.hint.record,
            label=effect.label,
            problem=effect.problem,
            changed=tuple(effect.after),
            target_id=link.target_id if link else "",
            known_by=() if link or self.link or is_old_news else kind.known_by(self.hint.entity, self.hint.record),
        )
