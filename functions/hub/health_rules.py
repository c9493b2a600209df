"""What is wrong with a connection, a queue, a token: pure rules over what was read of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.health_sentences import CREDENTIALS, SENTENCES, WORST_FIRST, Sentence
from sincronia.answers import Problem
from sincronia.auth import Token
from sincronia.connection_checks import LastCheck
from sincronia.engine.erasing import DELETION
from sincronia.engine.hints import HintState, StoredHint
from sincronia.engine.state import Connection, Mode, OutcomeKind, Phase, Result, Run, ScheduledFlow

LATE_SECONDS = 600  # ticks come each minute, and are tried again for five
STUCK_SECONDS = 900  # longer than a message takes to come again after its worker died
HINT_SECONDS = 900  # how long a hint may wait before it is worth a word
REMEMBERED_SECONDS = 7 * 86400  # how long a failure of what nobody schedules is worth one
EXPIRY_SECONDS = 14 * 86400  # how long before its end a token is told of

QUEUES = {  # of dead letters, by name: as the template's outputs call them
    "zen": "ZenDeadLetters",
    "sgp": "SgpDeadLetters",
    "promob": "PromobDeadLetters",
    "asms": "AsmsDeadLetters",
    "uploads": "AsmsUploadDeadLetters",
    "notes": "NotesDeadLetters",
    "schedule": "ScheduleDeadLetters",
}

_DONE_WELL = frozenset({Result.SUCCESS, Result.PARTIAL})
_HINT_DONE_BADLY = frozenset({OutcomeKind.REJECTED, OutcomeKind.FAILED})


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """What is kept of a connection that says how it is. Runs and hints are the newest ones, the newest first.

    `begun` are the sweeps that its flows have begun last; `waiting` and `working` the oldest hints that are so.
    """

    connection: Connection
    flows: tuple[ScheduledFlow, ...] = ()
    runs: tuple[Run, ...] = ()
    hints: tuple[StoredHint, ...] = ()
    begun: tuple[StoredHint, ...] = ()
    waiting: StoredHint | None = None
    working: StoredHint | None = None
    checked: LastCheck | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say of a connection. `at` is seconds since 1970; `title` the flow's, where it has one.

    run: which the finding is of. state: by which its hints are found in the log. problems: why. reason: why, said.
    """

    code: str
    at: float = 0.0
    title: str = ""
    run: Run | None = None
    state: str = ""
    problems: tuple[Problem, ...] = ()
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def meaning(self) -> Sentence:
        """What it means."""
        return SENTENCES[self.code]


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """Records of a run that wait for a person to correct them."""

    run: Run
    number: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a connection is: the worst finding first, and at least one."""

    findings: tuple[Finding, ...]
    last_success_at: float | None  # seconds since 1970; None: not among what was looked at
    next_at: float | None
    to_correct: tuple[ToCorrect, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """Those that something is said of."""
        return (*(finding.run for finding in self.findings if finding.run), *(one.run for one in self.to_correct))


def judged(facts: ConnectionFacts, now: float) -> Judgement:
    """How a connection is at a moment, in seconds since 1970."""
    runs = [run for run in facts.runs if run.mode == Mode.APPLY and run.flow != DELETION]
    scheduled = {flow.flow for flow in facts.flows if flow.every_minutes is not None}
    latest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: run.started_at, reverse=True):
        latest.setdefault(run.flow, run)
    relevant = [run for run in latest.values() if run.flow in scheduled or now - _moved_at(run) <= REMEMBERED_SECONDS]
    found = [Finding("brake", _moved_at(run), run=run, problems=run.brakes) for run in runs if run.phase == Phase.BRAKE]
    found += [finding for run in relevant if (finding := _of_run(run, now)) is not None]
    found += _of_flows(facts, now) if facts.connection.enabled else []
    found += _of_hints(facts, now)
    success = _last_success(runs, (*facts.hints, *facts.begun))
    found += _of_check(facts.checked, success)
    if not facts.connection.enabled:
        found.append(Finding("disabled"))
    elif not found and not facts.runs and not facts.hints:
        found.append(Finding("never_ran"))
    if not found:
        found.append(Finding("well"))
    due = [flow.wake_at for flow in facts.flows if flow.wake_at is not None and flow.wake_at > now]
    return Judgement(
        findings=tuple(sorted(found, key=lambda finding: WORST_FIRST.index(finding.meaning.tone))),
        last_success_at=success,
        next_at=min(due, default=None) if facts.connection.enabled else None,
        to_correct=tuple(
            ToCorrect(run, number) for run in relevant if (number := run.counters.get(OutcomeKind.REJECTED, 0))
        ),
    )


def _problems(problem: Problem | None) -> tuple[Problem, ...]:
    return (problem,) if problem else ()


def _moved_at(run: Run) -> float:
    return run.concluded_at if run.concluded_at is not None else run.started_at


def _of_run(run: Run, now: float) -> Finding | None:
    """What is to be said of a flow's newest run."""
    if run.phase == Phase.BRAKE:
        return None
    if run.phase == Phase.DONE:
        if run.result != Result.FAILURE:
            return None
        refused = run.problem is not None and run.problem.code in CREDENTIALS
        code = "credentials_refused" if refused else "run_failed"
        return Finding(code, _moved_at(run), run=run, problems=_problems(run.problem))
    goes_on = max(run.wake_at or 0.0, run.lease_until)
    if now - goes_on > STUCK_SECONDS:
        return Finding("run_stuck", goes_on, run=run)
    if run.problem is not None and run.wake_at is not None and run.wake_at > now:
        return Finding("run_waiting", run.wake_at, run=run, problems=_problems(run.problem))
    return None


def _of_flows(facts: ConnectionFacts, now: float) -> list[Finding]:
    """Flows that should have begun, and sweeps that failed."""
    found = [
        Finding("late", flow.wake_at, flow.title)
        for flow in facts.flows
        if flow.wake_at is not None and now - flow.wake_at > LATE_SECONDS
    ]
    titles = {flow.active_run: flow.title for flow in facts.flows}
    for sweep in facts.begun:
        if not _ended_badly(sweep):
            continue
        code = "credentials_refused" if _was_refused(sweep) else "sweep_failed"
        why = _problems(sweep.effect.problem if sweep.effect else None)
        found.append(Finding(code, sweep.hint.received_at, titles[sweep.hint.id], state="failed", problems=why))
    return found


def _of_hints(facts: ConnectionFacts, now: float) -> list[Finding]:
    found = []
    waiting, working = facts.waiting, facts.working
    if waiting is not None and now - waiting.hint.received_at > HINT_SECONDS:
        late = waiting.wake_at is not None and now - waiting.wake_at > STUCK_SECONDS
        code, why = "hints_stuck" if late else "hints_waiting", _problems(waiting.problem)
        found.append(Finding(code, waiting.hint.received_at, state="waiting", problems=why))
    if working is not None and now - working.hint.received_at > STUCK_SECONDS:
        found.append(Finding("hints_stuck", working.hint.received_at, state="working"))
    newest = next((stored for stored in facts.hints if stored.hint.record and stored.state == HintState.DONE), None)
    if newest is not None and _was_refused(newest):
        title = newest.effect.label if newest.effect else ""
        found.append(
            Finding("credentials_refused", newest.hint.received_at, title or newest.hint.record, state="failed")
        )
    return found


def _of_check(checked: LastCheck | None, success: float | None) -> list[Finding]:
    """The last test, unless something has succeeded since."""
    if checked is None or not checked.failed or (success is not None and success > checked.at):
        return []
    return [Finding("check_failed", checked.at, checked.failed, reason=checked.reason)]


def _ended_badly(stored: StoredHint) -> bool:
    return stored.state == HintState.DONE and stored.effect is not None and stored.effect.kind in _HINT_DONE_BADLY


def _was_refused(stored: StoredHint) -> bool:
    effect = stored.effect
    return (
        _ended_badly(stored)
        and effect is not None
        and effect.problem is not None
        and effect.problem.code in CREDENTIALS
    )


def _last_success(runs: Iterable[Run], hints: Iterable[StoredHint]) -> float | None:
    """When a run, or a hint, last came to a good end."""
    ended = [run.concluded_at for run in runs if run.result in _DONE_WELL and run.concluded_at is not None]
    told = [
        stored.hint.received_at
        for stored in hints
        if stored.state == HintState.DONE and stored.effect is not None and not _ended_badly(stored)
    ]
    return max([*ended, *told], default=None)


def of_token(token: Token, expires_at: float, now: float) -> Finding:
    """What is to be said of a token that expires soon, or has."""
    return Finding("token_expired" if expires_at <= now else "token_expiring", expires_at, token.description)


def of_queue(name: str, number: int) -> Finding:
    """What is to be said of a queue of dead letters."""
    if not number:
        return Finding("queue_empty")
    counted = f"{number} mensagem" if number == 1 else f"{number} mensagens"
    code = "ticks_lost" if name == "schedule" else "messages_lost"
    return Finding(code, details={"number": counted, "queue": QUEUES[name]})
