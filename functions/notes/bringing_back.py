"""Bringing an overwritten content back as work in steps: to its side, as if a person had typed it there again.

The pair is left as it is, so the next sync carries it on as it does any edit. What it overwrites in turn is kept in
history first. The lane counts steps; position 1 stands after the only record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from notes import flow_names
from notes.fields import compared, record_fingerprint
from notes.mailbox_users import MailboxUser
from notes.ports import Left, Loser, Open, Records, Shown, Write, Written
from notes.record_readings import reading_of
from notes.side_names import SIDE_TITLES
from notes.sync_settings import CRM
from notes.syncing.all_sentences import ALL_SENTENCES
from notes.syncing.catalogue import print_of
from notes.syncing.sync_sentences import USER_GONE
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
)
from sincronia.engine.applying import CREATE_TRIES
from sincronia.engine.report import as_it_stands, started, waits
from sincronia.engine.state import Notification, Outcome, OutcomeKind, Phase, Rows, Run, Step, Tally

TITLE = "Devolver conteúdo sobrescrito"
ENTRY_GONE, PRIVATE, OTHERS, UNREADABLE, IN_MOTION = (
    "notes.conflict_gone",
    "notes.conflict_private",
    "notes.conflict_others_record",
    "notes.conflict_unreadable",
    "notes.conflict_in_motion",
)


def _refused(sentence: str, advice: str) -> Answer:
    return Answer(Retry.STOP, Fault.PERSON, sentence, advice)


BRINGING_BACK_SENTENCES: Answers = {
    ENTRY_GONE: _refused(
        "O conteúdo já não está no histórico de conflitos, ou já foi devolvido.",
        "Abra o histórico e veja o que há nele.",
    ),
    PRIVATE: _refused(
        "O conteúdo é de um registro que se tornou particular, e por isso não volta ao Zoho CRM.",
        "Tire a marca de particular no IBM Notes; a próxima sincronização leva o registro de novo.",
    ),
    OTHERS: _refused(
        "O registro passou a ser de outra pessoa, e por isso não foi alterado.",
        "Peça a quem o tem agora, ou digite o conteúdo do histórico à mão.",
    ),
    UNREADABLE: _refused(
        "O registro contém agora algo que não pode ser guardado antes de ser sobrescrito, e por isso não foi alterado.",
        "Abra o registro, veja o que há nele e digite o conteúdo do histórico à mão.",
    ),
    IN_MOTION: _refused(
        "O registro mudou enquanto o conteúdo era devolvido, e foi deixado como está.",
        "Veja o registro e devolva o conteúdo de novo, se ainda for o caso.",
    ),
}
_SENTENCES: Answers = {**ALL_SENTENCES, **BRINGING_BACK_SENTENCES}


class History(Protocol):
    """What is asked of the store."""

    def users(self, connection: str) -> Any:
        """The users, as ports.Mailboxes has them."""
        ...

    def loser(self, connection: str, entry: str) -> Loser | None:
        """An entry of the conflict history."""
        ...

    def loser_kept(self, connection: str, loser: Loser) -> Callable[[Any], None]:
        """Keeps an entry, beside a step."""
        ...

    def loser_brought_back(self, connection: str, loser: Loser, by: str, at: str) -> Callable[[Any], None]:
        """Marks an entry beside a step, while it is as it was read."""
        ...


def asked_of(loser: Loser) -> dict[str, Any]:
    """The filters of the run; names of the record stay in the history."""
    return {"loser": loser.id, "user": loser.user, "module": loser.module.value, "side": loser.side.value}


@dataclass(slots=True)
class BringingBack:
    """The step of SteppedTask that brings an entry of the conflict history back."""

    history: History
    open: Open

    def step(self, run: Run, deadline: float) -> Step:
        """What follows the cursor. Raises ProblemError, and OutOfTimeError where nothing was done by the deadline."""
        if clock.now() >= deadline:
            raise OutOfTimeError
        loser = self.history.loser(run.key.connection, str(run.filters["loser"]))
        if loser is None or loser.brought_back_at:
            raise ProblemError(Problem(ENTRY_GONE))
        if loser.why == "taken_back" and loser.side is CRM:
            raise ProblemError(Problem(PRIVATE))
        records = self.open(self._user(run, loser), loser.module, loser.side, deadline)
        now = next(iter(records.read([loser.record_id])), None)
        if now is not None and not now.mine:
            raise ProblemError(Problem(OTHERS))
        if now is not None and print_of(now) == record_fingerprint(loser.content):
            return self._done(run, loser, OutcomeKind.UPDATED, now.id)
        if now is not None and run.progress.get("over") != now.version:
            return self._announced(run, loser, now)
        if now is not None:
            return self._over(run, loser, records, now)
        if run.phase is Phase.READ:
            return Step(_applying(run, loser, ""))
        return self._anew(run, loser, records)

    def _user(self, run: Run, loser: Loser) -> MailboxUser:
        found = next((one for one in self.history.users(run.key.connection) if one.id == loser.user), None)
        if found is None or loser.module not in found.databases:
            raise ProblemError(Problem(USER_GONE))
        user: MailboxUser = found
        return user

    def _announced(self, run: Run, loser: Loser, now: Shown) -> Step:
        """Keeps what is about to be overwritten, in the version that it has now."""
        if now.reading.content is None:
            raise ProblemError(Problem(PRIVATE if now.reading.private else UNREADABLE))
        entry = replace(
            loser,
            id=f"{run.key.run_id}-{run.lane:08}",
            label=now.reading.label,
            content=now.reading.content,
            why="conflict",
            at=clock.moment(),
            run_id=run.key.run_id,
            version=1,
        )
        return Step(
            _applying(run, loser, now.version),
            Rows(beside=(self.history.loser_kept(run.key.connection, entry),)),
        )

    def _over(self, run: Run, loser: Loser, records: Records, now: Shown) -> Step:
        content = now.reading.content
        if content is None:
            raise ProblemError(Problem(UNREADABLE))
        new, old = compared(loser.content), compared(content)
        changed = [name for name, value in new.items() if old[name] != value]
        (result,) = records.update([Write(loser.content, changed, now)])
        return self._written(run, loser, OutcomeKind.UPDATED, result)

    def _anew(self, run: Run, loser: Loser, records: Records) -> Step:
        """Makes the record again; what an earlier attempt made is found first."""
        content = loser.content
        key = reading_of(lambda: content, content, private=False).key
        for attempt in range(1, CREATE_TRIES + 1):
            found = [
                one
                for one in records.found(key, "", clock.iso(run.started_at))
                if print_of(one) == record_fingerprint(content)
            ]
            if found:
                return self._done(run, loser, OutcomeKind.CREATED, found[0].id)
            try:
                (result,) = records.create([Write(content)])
            except AnswerUnknownError:
                if attempt == CREATE_TRIES:
                    raise
            else:
                return self._written(run, loser, OutcomeKind.CREATED, result)
        raise AssertionError

    def _written(self, run: Run, loser: Loser, kind: OutcomeKind, result: Written | Left) -> Step:
        if isinstance(result, Left):
            raise ProblemError(Problem(IN_MOTION) if result.moved or result.problem is None else result.problem)
        return self._done(run, loser, kind, result.id)

    def _done(self, run: Run, loser: Loser, kind: OutcomeKind, record_id: str) -> Step:
        if run.phase is Phase.READ:
            run = _applying(run, loser, "")
        entity = flow_names.entity(loser.module, loser.user)
        on_crm = loser.side is CRM
        outcome = Outcome(
            seq="00000000",
            entity=entity,
            kind=kind,
            source_id="" if on_crm else record_id,
            label=loser.label,
            target_id=record_id if on_crm else "",
            kept={"on": loser.side.value, "loser": loser.id},
        )
        after = replace(run, position=1, tallies={entity: run.tallies[entity].counting(kind, 1)})
        marked = self.history.loser_brought_back(run.key.connection, loser, run.trigger, clock.moment())
        return Step(after, Rows(entity=entity, outcomes=(outcome,), beside=(marked,)))


def _applying(run: Run, loser: Loser, over: str) -> Run:
    """The run before its write; `over`: the version of the record that is overwritten."""
    entity = flow_names.entity(loser.module, loser.user)
    return replace(
        run,
        phase=Phase.APPLY,
        lane=run.lane + 1,
        position=0,
        tallies={entity: Tally(received=1, planned=1)},
        progress={"over": over},
    )


def told(run: Run) -> Notification:
    """What became of the content, on which side, and what to do."""
    if run.result is None and run.problem is None:
        return replace(started(run, TITLE), text="O conteúdo está sendo devolvido.")
    side = next(title for one, title in SIDE_TITLES.items() if one.value == run.filters["side"])
    counters: Mapping[OutcomeKind, int] = run.counters
    parts = []
    if counters.get(OutcomeKind.UPDATED):
        parts.append(f"O conteúdo voltou ao registro no {side}; a próxima sincronização trata dele como de uma edição.")
    elif counters.get(OutcomeKind.CREATED):
        parts.append(f"O registro tinha sido excluído e foi criado de novo no {side}, com o conteúdo do histórico.")
    if run.problem:
        parts.append(explain(run.problem, _SENTENCES))
    if run.result is None and run.wake_at is not None:
        parts.append(waits("execução", run.wake_at))
    return as_it_stands(run, TITLE, parts)
