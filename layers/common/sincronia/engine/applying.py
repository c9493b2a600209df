"""The phase `apply`: a block of the plan is written to the target, and its outcomes are made ready to commit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice

from sincronia import clock
from sincronia.answers import Answers, AnswerUnknownError, OutOfTimeError, Problem, ProblemError, Retry
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.flow import Flow, Identity, Target, TargetGoneError
from sincronia.engine.lines import StoredActions
from sincronia.engine.plan import Action, link_after, most_rows
from sincronia.engine.state import Link, Outcome, OutcomeKind, Rows, Run, Step

BLOCK_SIZE = 30  # records in one block at most
BLOCK_ROWS = 98  # a transaction holds 100; the run and the notification take two
CAREFUL_AFTER = 3  # attempts without progress, then one record at a time
GIVE_UP_AFTER = 5  # attempts at one record, then it is left behind as failed
CREATE_TRIES = 3  # in one process, looking before each but the first


def apply(run: Run, flow: Flow, answers: Answers, actions: StoredActions) -> Step:
    """Writes the next block of the plan to the target, one record after the other, until something stops it."""
    entity, block = _block(actions, run)
    if not block:
        return Step(run)
    done = _Done(run, entity)
    target = flow.lane(entity).target
    stop: ProblemError | OutOfTimeError | None = None
    for position, action in enumerate(block, start=run.position):
        if run.attempts > GIVE_UP_AFTER:
            done.add(position, action, _given_up(run))
            continue
        look = run.attempts > 1 or position < run.look_until
        try:
            done.add(position, action, _perform(action, target, look=look))
        except ProblemError as error:
            retry = answers[error.problem.code].retry
            if retry in {Retry.PUT_OFF, Retry.STOP}:
                stop = error
                break
            kind = OutcomeKind.REJECTED if retry == Retry.AFTER_CORRECTION else OutcomeKind.FAILED
            done.add(position, action, _Ended(kind, action.target_id, error.problem))
        except OutOfTimeError as error:
            stop = error
            break
    return done.step(stop)


def _block(actions: StoredActions, run: Run) -> tuple[str, list[Action]]:
    """As many whole records of one lane as fit in one transaction; one where earlier attempts kept dying here."""
    block, rows, lane = list[Action](), 0, ""
    for entity, action in islice(
        actions.from_position(run.position), 1 if run.attempts > CAREFUL_AFTER else BLOCK_SIZE
    ):
        rows += most_rows(action)
        if block and (rows > BLOCK_ROWS or entity != lane):
            break
        block.append(action)
        lane = entity
    return lane, block


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one action ended."""

    kind: OutcomeKind
    target_id: str
    problem: Problem | None = None


def _perform(action: Action, target: Target, *, look: bool) -> _Ended:
    target_id = action.target_id
    match action.kind:
        case OutcomeKind.CREATED:
            target_id = _create(action, target, look=look)
        case OutcomeKind.UPDATED:
            try:
                target.update(target_id, action.content)
            except TargetGoneError:  # deleted there by hand; the source still has it
                target_id = _create(action, target, look=look)
        case OutcomeKind.DEACTIVATED:
            target.deactivate(target_id)
    return _Ended(action.kind, target_id, action.problem)


def _create(action: Action, target: Target, *, look: bool) -> str:
    """Creates the record once, however often it is tried: after an unknown answer it looks for it first."""
    for attempt in range(1, CREATE_TRIES + 1):
        if look and (found := target.find(action.natural_key)):
            if fingerprint(found.content) != action.fingerprint:
                target.update(found.target_id, action.content)
            return found.target_id
        try:
            return target.create(action.content)
        except AnswerUnknownError:
            look = True
            if attempt == CREATE_TRIES:
                raise
    raise AssertionError


def _given_up(run: Run) -> _Ended:
    return _Ended(OutcomeKind.FAILED, "", Problem("attempts_exhausted", {"attempts": str(run.attempts)}))


@dataclass(slots=True)
class _Done:
    """What the block has done so far: outcomes, links and identities, ready to commit."""

    run: Run
    entity: str
    links: list[Link] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    known_by: list[tuple[str, Identity]] = field(default_factory=list)
    forgotten: list[tuple[str, Identity]] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)
    counted: Counter[OutcomeKind] = field(default_factory=Counter)

    def add(self, position: int, action: Action, ended: _Ended) -> None:
        self.counted[ended.kind] += 1
        link = link_after(action, ended.kind, ended.target_id, clock.moment())
        if link:
            self.links.append(link)
            before = action.link.identities if action.link else ()
            self.known_by += [(link.source_id, new) for new in link.identities if new not in before]
            self.forgotten += [(link.source_id, old) for old in before if old not in link.identities]
            if gone := action.takes_over:
                self.unlinked.append(gone.source_id)
                self.forgotten += [(gone.source_id, old) for old in gone.identities]
        if ended.kind != OutcomeKind.UNCHANGED:
            self.outcomes.append(
                Outcome(
                    seq=f"{position:08}",
                    entity=self.entity,
                    kind=ended.kind,
                    source_id=action.source_id,
                    label=action.label,
                    problem=ended.problem,
                    changed=action.changed,
                    target_id=ended.target_id,
                    known_by=() if link or action.link else action.identities,
                )
            )

    def step(self, stop: ProblemError | OutOfTimeError | None) -> Step:
        position = self.run.position + self.counted.total()
        tally = self.run.tallies[self.entity]
        tally = replace(tally, counters=dict(Counter(tally.counters) + self.counted))
        run = replace(self.run, position=position, tallies={**self.run.tallies, self.entity: tally})
        if stop:  # the record that stopped it may have been written without telling
            run = replace(run, look_until=max(run.look_until, position + 1))
        rows = Rows(
            entity=self.entity,
            links=tuple(self.links),
            outcomes=tuple(self.outcomes),
            known_by=tuple(self.known_by),
            forgotten=tuple(self.forgotten),
            unlinked=tuple(self.unlinked),
        )
        return Step(run, rows, stop)
