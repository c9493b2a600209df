"""Programar Reunião as work in steps: a meeting is created in Notes, which invites, then in the CRM, and both are one.

Position 0 stands before the event in Notes, position 1 before the one in the CRM. Who may come after an attempt that
wrote without telling looks first, and takes what is there; so does who may come after a sync that has carried it over.
Limit: neither side keeps a mark of ours. Of two meetings that are asked for at the same time with the same subject,
times and participants one may be taken for the other, in Notes after a lost answer, in the CRM where it keeps no UID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notes import flow_names, normal_forms
from notes.fields import record_fingerprint
from notes.ports import Left, Mailboxes, Open, Records, Shown, StoredPair, Write
from notes.record_readings import reading_of
from notes.records import Event, Module, Participant, Record
from notes.sync_settings import CRM, NOTES
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.sync_sentences import MOVED, USER_GONE
from sincronia import clock
from sincronia.answers import (
    Answer,
    Answers,
    AnswerUnknownError,
    Fault,
    OutOfTimeError,
    Problem,
    ProblemError,
    Retry,
    explain,
    problem_in,
    problem_out,
)
from sincronia.engine.applying import CREATE_TRIES
from sincronia.engine.report import as_it_stands, started, waits
from sincronia.engine.state import Notification, Outcome, OutcomeKind, Phase, Rows, Run, Step, Tally
from sincronia.engine.two_way import Held, Pair

TITLE = "Programar Reunião"
GONE = "notes.meeting_gone"
MEETING_SENTENCES: Answers = {
    GONE: Answer(
        Retry.STOP,
        Fault.PERSON,
        "A reunião foi criada no IBM Notes, mas foi excluída ou marcada como particular antes de ir para o Zoho CRM.",
        "Se ela ainda vale, programe-a de novo.",
    ),
}
_SENTENCES: Answers = {**ALL_SENTENCES, **MEETING_SENTENCES}
_SIDES = (NOTES, CRM)
_LEFT = "left"  # in a run's progress: why it left the CRM as it was
_STAYS = (
    "Não a programe de novo: a próxima sincronização a leva ao Zoho CRM, se os Eventos são sincronizados do IBM Notes."
)


@dataclass(frozen=True, slots=True)
class AskedMeeting:
    """Whose calendar it is made in, and what it is."""

    user: str
    event: Event


def asked_by(filters: Mapping[str, Any]) -> AskedMeeting:
    """From what meeting_form.asked_of gave."""
    reminder = filters["reminder_minutes"]
    return AskedMeeting(
        filters["user"],
        Event(
            subject=filters["subject"],
            starts=datetime.fromisoformat(filters["starts"]),
            ends=datetime.fromisoformat(filters["ends"]),
            place=filters["place"],
            participants=tuple(map(Participant, filters["participants"])),
            reminder_minutes=None if reminder is None else int(reminder),
        ),
    )


@dataclass(slots=True)
class Meeting:
    """The step of SteppedTask that schedules a meeting."""

    mailboxes: Mailboxes
    open: Open
    _made: dict[str, str] = field(default_factory=dict)  # by run: the event that this process made in the CRM
    _begun_under: str = ""  # the lease of the run that has just begun here: nobody was before it in Notes

    def step(self, run: Run, deadline: float) -> Step:
        """What follows the cursor. Raises ProblemError, and OutOfTimeError where nothing was done by the deadline."""
        if clock.now() >= deadline:
            raise OutOfTimeError
        asked = asked_by(run.filters)
        users = self.mailboxes.users(run.key.connection)
        user = next((one for one in users if one.id == asked.user and Module.EVENTS in one.databases), None)
        if user is None:
            raise ProblemError(Problem(USER_GONE))
        side = self.open(user, Module.EVENTS, NOTES if run.phase is Phase.READ or not run.position else CRM, deadline)
        if run.phase is Phase.READ:
            return self._begun(run, asked, side)
        if not run.position:
            return self._in_notes(run, asked, side)
        return self._in_crm(run, asked, self.open(user, Module.EVENTS, NOTES, deadline), side)

    def _begun(self, run: Run, asked: AskedMeeting, notes: Records) -> Step:
        """Notes which such events are there already: none of those is ours."""
        there = [one.id for one in _found(run, notes, asked.event, "")]
        tallies = {_entity(asked): Tally(received=2, planned=2)}
        self._begun_under = run.lease
        return Step(replace(run, phase=Phase.APPLY, position=0, tallies=tallies, progress={"there": there}))

    def _in_notes(self, run: Run, asked: AskedMeeting, notes: Records) -> Step:
        there, first = run.progress["there"], self._begun_under == run.lease
        self._begun_under = ""
        for attempt in range(CREATE_TRIES):
            found: list[str] = []
            if attempt or not first:
                found = [one.id for one in _found(run, notes, asked.event, "") if one.id not in there]
            try:
                made = found[0] if found else _created(notes, Write(asked.event))
            except AnswerUnknownError:
                if attempt == CREATE_TRIES - 1:
                    raise
                continue
            if isinstance(made, Left):
                raise ProblemError(made.problem or Problem(MOVED))
            progress = {**run.progress, "notes": made}
            return _done(replace(run, progress=progress), asked, OutcomeKind.CREATED, notes=made)
        raise AssertionError

    def _in_crm(self, run: Run, asked: AskedMeeting, notes: Records, crm: Records) -> Step:
        made = str(run.progress["notes"])
        source = next(iter(notes.read([made])), None)
        paired = next((pair for pair in self._pairs(run, asked) if pair.a.id == made), None)
        if paired is not None:
            self._removed(run, asked, crm, source, paired.b.id)
            return _done(run, asked, OutcomeKind.CREATED, notes=made, crm=paired.b.id)
        if source is None or source.reading.private:
            return _left(run, asked, OutcomeKind.SKIPPED, Problem(GONE))
        content = source.reading.content
        if not isinstance(content, Event):
            return _left(run, asked, OutcomeKind.SKIPPED, source.reading.problem or Problem(MOVED))
        for attempt in range(CREATE_TRIES):
            free = self._free(run, asked, crm, content, source.reading.uid)
            if free:
                return self._joined(run, asked, source, free[0].id, free[0].reading.content or content)
            try:
                copy = _created(crm, Write(content, uid=source.reading.uid))
            except AnswerUnknownError:
                if attempt == CREATE_TRIES - 1:
                    raise
                continue
            if isinstance(copy, Left):
                return _left(run, asked, OutcomeKind.REJECTED, copy.problem or Problem(MOVED))
            self._made[run.key.run_id] = copy
            return self._joined(run, asked, source, copy, content)
        raise AssertionError

    def _joined(self, run: Run, asked: AskedMeeting, source: Shown, copy: str, agreed: Record) -> Step:
        """A pair that agrees in what the copy says: where Notes says more by now, the next sync carries that on.

        The copy's version is left open: the next sync looks at what it says.
        """
        content = source.reading.content
        same = content is not None and record_fingerprint(content) == record_fingerprint(agreed)
        held = Held(source.id, source.version if same else "", record_fingerprint(agreed), source.reading.key)
        pair = StoredPair(Pair(held, replace(held, id=copy, version=""), made_on=CRM), source.reading.label)
        beside = self.mailboxes.pair_kept(run.key.connection, asked.user, Module.EVENTS, None, pair)
        step = _done(run, asked, OutcomeKind.CREATED, notes=source.id, crm=copy)
        return replace(step, rows=replace(step.rows, beside=tuple(beside)))

    def _pairs(self, run: Run, asked: AskedMeeting) -> list[Pair]:
        return [one.pair for one in self.mailboxes.pairs(run.key.connection, asked.user, Module.EVENTS)]

    def _free(self, run: Run, asked: AskedMeeting, crm: Records, event: Event, uid: str) -> list[Shown]:
        """The CRM's events that may be this one, as it is or as it was asked for, and are no other's pair."""
        found = {one.id: one for wanted in (event, asked.event) for one in _found(run, crm, wanted, uid)}
        paired = {pair.b.id for pair in self._pairs(run, asked)} if found else set[str]()
        return [one for one in found.values() if one.id not in paired]

    def _removed(self, run: Run, asked: AskedMeeting, crm: Records, source: Shown | None, paired: str) -> None:
        """A sync was faster, and paired an event of its own: the one that this run made beside it goes."""
        content = source.reading.content if source is not None else None
        mine = {self._made[run.key.run_id]} if run.key.run_id in self._made else set[str]()
        if source is not None and isinstance(content, Event) and source.reading.uid:
            free = self._free(run, asked, crm, content, source.reading.uid)
            mine |= {one.id for one in free if one.reading.uid == source.reading.uid}
        extra = sorted(mine - {paired} - {pair.b.id for pair in self._pairs(run, asked)})
        if extra:
            crm.remove(list(crm.read(extra)))


def _found(run: Run, records: Records, event: Event, uid: str) -> list[Shown]:
    """Events of this UID, or of this subject, these times and participants, that were made since the run began."""
    key = reading_of(lambda: event, event, private=False).key
    found = records.found(key, uid, clock.iso(run.started_at))
    return [
        one
        for one in found
        if (uid and one.reading.uid == uid)
        or (
            isinstance(one.reading.content, Event)
            and one.reading.content.ends == event.ends
            and _invited(one.reading.content) == _invited(event)
        )
    ]


def _invited(event: Event) -> set[str]:
    return {normal_forms.email(one.email) for one in event.participants}


def _created(records: Records, write: Write) -> str | Left:
    """The id, or why the side refuses it."""
    (result,) = records.create([write])
    return result if isinstance(result, Left) else result.id


def _entity(asked: AskedMeeting) -> str:
    return flow_names.entity(Module.EVENTS, asked.user)


def _done(
    run: Run, asked: AskedMeeting, kind: OutcomeKind, problem: Problem | None = None, *, notes: str, crm: str = ""
) -> Step:
    entity = _entity(asked)
    outcome = Outcome(
        seq=f"{run.position:08}",
        entity=entity,
        kind=kind,
        source_id=notes,
        label=asked.event.subject,
        problem=problem,
        target_id=crm,
        kept={"on": _SIDES[run.position].value},
    )
    after = replace(run, position=run.position + 1, tallies={entity: run.tallies[entity].counting(kind, 1)})
    return Step(after, Rows(entity=entity, outcomes=(outcome,)))


def _left(run: Run, asked: AskedMeeting, kind: OutcomeKind, problem: Problem) -> Step:
    """The meeting is in Notes alone; why is told with the run."""
    after = replace(run, progress={**run.progress, _LEFT: problem_out(problem)})
    return _done(after, asked, kind, problem, notes=str(run.progress["notes"]))


def told(run: Run) -> Notification:
    """What became of the meeting, on which side, and what to do."""
    if run.result is None and run.problem is None:
        return replace(started(run, TITLE), text="A reunião está sendo programada.")
    in_notes, in_crm = "notes" in run.progress, run.counters.get(OutcomeKind.CREATED, 0) == len(_SIDES)
    problem = problem_in(run.progress[_LEFT]) if _LEFT in run.progress else run.problem
    created = "A reunião foi criada no IBM Notes" + (
        ", que convida os participantes" if run.filters["participants"] else ""
    )
    lost = problem is not None and problem.code == GONE
    parts = []
    if in_crm:
        parts.append(f"{created}, e está no Zoho CRM.")
    elif in_notes and not lost:
        parts.append(f"{created}; no Zoho CRM ela {'ainda ' * (run.result is None)}não está.")
    elif not in_notes and run.result is None:
        parts.append("A reunião ainda não consta como criada.")
    elif not in_notes:
        parts.append("A reunião não consta como criada; confira a agenda no IBM Notes antes de programá-la de novo.")
    if problem:
        parts.append(explain(problem, _SENTENCES))
    carried = run.result is not None and (problem is None or problem.code not in {GONE, USER_GONE})
    if in_notes and not in_crm and carried:
        parts.append(_STAYS)
    if run.result is None and run.wake_at is not None:
        parts.append(waits("execução", run.wake_at))
    return as_it_stands(run, TITLE, parts)
