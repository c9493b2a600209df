"""An import as work in steps: its file is taken, all its rows are planned, and then they are applied, block by block.

The run's cursor counts rows in the order of the file; in `plan`, its lane counts steps. What a block changes is
committed with the cursor: users, their logins and identities, outcomes with what was there before. Who comes after
somebody who died reads the file from its beginning, notes the rows that are done, and goes on; rows are decided anew,
by what the directory then has.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asms.catalogues import Catalogue
from asms.columns import RECORDS_SHEET, Layout, columns_of
from asms.importing.block import ACTIONS, Block
from asms.importing.cell_names import cell_name
from asms.importing.decided import Decided, Deciding
from asms.importing.deciding import Rules
from asms.importing.header import Header, Unknown, header_of
from asms.importing.masking import masked
from asms.importing.model import Asked, Decision, Entries, Fault, Place, Row, asked_by
from asms.importing.plan_lines import action_of, agreed, label_of
from asms.importing.reading import tables
from asms.importing.undoing import undoing_key
from asms.store.catalogues import all_entries, stored_entry
from asms.store.fields import stored_fields
from asms.store.imported import copied, copy_here, copy_key
from asms.store.imports import ImportDirectory, check_turn, imported_before
from asms.store.policies import stored_policy
from asms.store.users import changing, image_of
from asms.user_details import with_password
from asms.users import User
from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError, problem_out
from sincronia.engine.applying import CAREFUL_AFTER, GIVE_UP_AFTER
from sincronia.engine.flow import BrakeLimits
from sincronia.engine.lines import (
    Manifest,
    Part,
    StoredActions,
    key_of,
    line_from_action,
    read_manifest,
    write_manifest,
)
from sincronia.engine.plan import Action
from sincronia.engine.ports import Objects
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Result, Rows, Run, RunKey, Step, Tally
from sincronia.ids import new_id
from sincronia.names import name_key
from sincronia.store.runs import stored_run
from sincronia.store.writing import Writes

PLANNED_TOGETHER = 2_000  # rows
DONE_TOGETHER = 500  # rows; only of those that change nothing does a block hold so many
_NAMED = 5  # of those whom a file would deactivate
OVERTAKEN_TRIES = 6  # at one block; the later ones hold one row
_FEWER = "The file has fewer rows than it had."
_WRITTEN = {OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.DEACTIVATED}


@dataclass(slots=True)
class Importing:
    """The step of sincronia.engine.tasks.SteppedTask that imports."""

    objects: Objects
    session: _Session | None = None
    tries: Counter[tuple[str, int]] = field(default_factory=Counter)  # at the same block, by lease and position

    def step(self, run: Run, deadline: float) -> Step:
        """What follows the cursor. Raises ProblemError, and OutOfTimeError where nothing was done by the deadline."""
        if clock.now() >= deadline:
            if self.session is not None:
                self.session.close()
            raise OutOfTimeError
        if run.phase == Phase.READ:
            return self._taken(run)
        session = self._session_of(run)
        return (
            self._planned(run, session, deadline) if run.phase == Phase.PLAN else self._applied(run, session, deadline)
        )

    # ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _taken(self, run: Run) -> Step:
        """Makes the file the run's own, and reads it once: how many rows it has, and that it can be read at all."""
        asked, key = asked_by(run), run.key
        _check_project(key.connection, asked)
        if run.mode == Mode.APPLY:
            check_turn(key, asked.project, asked.category)
        copy = copy_key(RunKey(key.connection, run.preview) if run.preview else key)
        if not run.preview:
            copied(asked.key, asked.etag, copy)
        with copy_here(copy) as (path, digest):
            rules = _rules(key.connection, asked)
            if run.mode == Mode.APPLY:
                _check_new(run, asked, digest)
            headers = list[Header]()
            number = sum(1 for _ in _rows(path, asked, rules, headers))
        if not number:
            raise ProblemError(Problem("asms.file_without_rows"))
        ignored = dict.fromkeys(_shown(one) for header in headers for one in header.ignored)
        missing = dict.fromkeys(column.header for header in headers for column in header.missing)
        return Step(
            replace(
                run,
                phase=Phase.PLAN,
                position=0,
                tallies={asked.category.value: Tally(received=number, planned=number)},
                progress={"copy": copy, "ignored": [*ignored], "missing": [*missing], "planned": 0},
            )
        )

    def _session_of(self, run: Run) -> _Session:
        """The file, read as far as the cursor, and what rows are decided by."""
        session = self.session
        if session is not None and session.stands_at(run):
            return session
        if session is not None:
            session.close()
        if session is not None and session.began_at(run):  # the block that it gave was overtaken
            self.tries[run.lease, run.position] += 1
            time.sleep(random.uniform(0.01, 0.05) * 2 ** self.tries[run.lease, run.position])  # noqa: S311
        else:
            self.tries.clear()
        self.session = _Session.opened(run, self.objects)
        return self.session

    # ── the plan ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _planned(self, run: Run, session: _Session, deadline: float) -> Step:
        """Decides the next rows; of a preview, keeps what would be done, and what is wrong."""
        plan = _Planned(run, session.rules)
        while not plan.is_full and (one := session.next(deadline)):
            plan.add(one)
        session.moved(run, plan.number, deadline)
        after = plan.after(self.objects)
        if _place(after) < after.planned:
            return Step(after, plan.rows)
        return Step(self._planned_whole(after), plan.rows)

    def _planned_whole(self, run: Run) -> Run:
        (entity, tally), progress = next(iter(run.tallies.items())), run.progress
        counted = {OutcomeKind(kind): number for kind, number in progress["counted"].items()}
        reason = _brake(counted.get(OutcomeKind.DEACTIVATED, 0), progress["active"], progress["leaving"])
        kept = {name: progress[name] for name in ("copy", "ignored", "missing")}
        after = replace(run, phase=Phase.APPLY, lane=0, progress=kept, brakes=(reason,) if reason else ())
        if run.mode == Mode.APPLY:
            return replace(after, phase=Phase.BRAKE if reason else Phase.APPLY, problem=reason)
        key = key_of(run, f"plan-{entity}-manifest")
        parts = tuple(Part(part, number) for part, number in progress["parts"])
        write_manifest(self.objects, key, Manifest(parts, complete=True))
        return replace(
            after,
            plan_manifests={entity: key},
            tallies={entity: Tally(received=tally.received, counters=counted)},
        )

    # ── the rows ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _applied(self, run: Run, session: _Session, deadline: float) -> Step:
        tries = self.tries[run.lease, run.position]
        careful = run.attempts > CAREFUL_AFTER or tries > OVERTAKEN_TRIES // 2
        block = _Block(run=run, rules=session.rules, careful=careful)
        if run.attempts > GIVE_UP_AFTER:
            block.give_up(session.needed(), Problem("attempts_exhausted", {"attempts": str(run.attempts)}))
        elif tries > OVERTAKEN_TRIES:
            block.give_up(session.needed(), Problem("asms.row_overtaken"))
        else:
            while (one := session.next(deadline)) is not None:
                if not block.takes(one, session.agreed):
                    session.put_back(one)
                    break
        session.moved(run, block.number, deadline)
        return block.step()


@dataclass(slots=True)
class _Session:
    """An import's file, read as far as the cursor is."""

    lease: str
    phase: Phase
    began: int  # where the last step began, and
    place: int  # where the next one does
    rules: Rules
    source: Generator[tuple[Header, Row], None, None]
    decided: Iterator[Decided]
    seen: Iterator[Action] | None  # what a preview has shown, from the cursor on
    waiting: Decided | None = None
    agreed: Action | None = None  # what a preview has shown of the row that was given last

    @classmethod
    def opened(cls, run: Run, objects: Objects) -> _Session:
        """At the run's cursor."""
        asked = asked_by(run)
        rules = _rules(run.key.connection, asked)
        finish = _Finish(run, rules)
        directory = ImportDirectory(run.key.connection)
        deciding = Deciding(rules, directory, finish.hashed if run.phase == Phase.APPLY else finish.named)
        source = _copied_rows(run.progress["copy"], asked, rules)
        for _, (header, row) in zip(range(_place(run)), source, strict=False):
            deciding.passed(header, row)
        return cls(
            lease=run.lease,
            phase=run.phase,
            began=-1,
            place=_place(run),
            rules=rules,
            source=source,
            decided=deciding.decided(source),
            seen=_seen(run, objects) if run.preview and run.phase == Phase.APPLY else None,
        )

    def stands_at(self, run: Run) -> bool:
        """Whether the next row is the one that the cursor has before it."""
        return (self.lease, self.phase, self.place) == (run.lease, run.phase, _place(run))

    def began_at(self, run: Run) -> bool:
        """Whether the last step began where the cursor still is."""
        return (self.lease, self.phase, self.began) == (run.lease, run.phase, _place(run))

    def next(self, deadline: float) -> Decided | None:
        """The next row; None where there is none, or no time for it."""
        waiting, self.waiting = self.waiting, None
        if waiting is not None or clock.now() >= deadline:
            return waiting
        one = next(self.decided, None)
        if self.seen is not None and one is not None:
            self.agreed = next(self.seen)
        return one

    def needed(self) -> Decided:
        """The next row, which is there."""
        one = self.next(float("inf"))
        if one is None:
            raise RuntimeError(_FEWER)
        return one

    def put_back(self, one: Decided) -> None:
        """Gives a row again the next time."""
        self.waiting = one

    def moved(self, run: Run, number: int, deadline: float) -> None:
        """Notes that a step has so many rows; where it is the last one, nothing more is read."""
        if not number and clock.now() < deadline:
            raise RuntimeError(_FEWER)
        self.began, self.place = _place(run), _place(run) + number
        if self.place == run.planned:
            self.close()

    def close(self) -> None:
        """Ends the reader, and removes the file."""
        self.source.close()


@dataclass(frozen=True, slots=True)
class _Finish:
    """How decided users are to be kept."""

    run: Run
    rules: Rules

    def named(self, before: User | None, decision: Decision) -> User:
        """For a plan: with an id, and as if it were kept."""
        user = _of(decision)
        return replace(user, id=user.id or new_id(), version=(before.version if before else 0) + 1)

    def hashed(self, before: User | None, decision: Decision) -> User:
        """With its new password, and when and by what it was changed."""
        user, moment = self.named(before, decision), clock.moment()
        if decision.password:
            user = with_password(user, decision.password, self.rules.policy)
        return replace(
            user,
            created_at=user.created_at or moment,
            changed_at=moment,
            changed_by=f"import:{self.run.key.run_id}",
        )


@dataclass(slots=True)
class _Planned:
    """Rows that were decided together."""

    run: Run
    rules: Rules
    number: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    active: int = 0  # of those whom the rows name
    leaving: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether what is there is enough for one step."""
        return self.number == PLANNED_TOGETHER or len(self.outcomes) == ACTIONS

    def add(self, one: Decided) -> None:
        kind = one.decision.kind
        self.counted[kind.value] += 1
        self.active += one.before is not None and one.before.active
        if kind == OutcomeKind.DEACTIVATED:
            self.leaving.append(label_of(one))
        if self.run.mode == Mode.PREVIEW:
            self.actions.append(action_of(one, self.rules))
            if kind == OutcomeKind.REJECTED:
                self.outcomes.append(_outcome(self.run, _place(self.run) + self.number, one))
        self.number += 1

    def after(self, objects: Objects) -> Run:
        """The run behind these rows."""
        before = self.run.progress
        progress = {
            **before,
            "counted": dict(Counter(before.get("counted", {})) + self.counted),
            "active": before.get("active", 0) + self.active,
            "leaving": [*before.get("leaving", ()), *self.leaving][:_NAMED],
            "planned": before["planned"] + self.number,
        }
        if self.actions:
            (entity,) = self.run.tallies
            key = key_of(self.run, f"plan-{entity}-{before['planned']:08}")
            objects.write_lines(key, map(line_from_action, self.actions))
            progress["parts"] = [*before.get("parts", ()), [key, len(self.actions)]]
        return replace(self.run, lane=self.run.lane + 1, progress=progress)

    @property
    def rows(self) -> Rows:
        """What is kept of a preview's rows that are wrong."""
        (entity,) = self.run.tallies
        return Rows(entity=entity, outcomes=tuple(self.outcomes))


@dataclass(slots=True, kw_only=True)
class _Block(Block):
    """Rows that are applied in one transaction."""

    rules: Rules
    careful: bool  # one row alone

    def takes(self, one: Decided, shown: Action | None) -> bool:
        """Adds a row, if the transaction has room for it."""
        kind = one.decision.kind
        if self.number and (self.careful or self.number == DONE_TOGETHER):
            return False
        if kind == OutcomeKind.UNCHANGED:
            self.count(kind)
            return True
        outcome = _outcome(self.run, self.run.position + self.number, one)
        if kind not in _WRITTEN:
            return self.adds(outcome, Writes())
        if shown is not None and not agreed(one, shown, self.rules):
            return self.adds(_ended(outcome, OutcomeKind.SKIPPED, Problem("asms.row_stale")), Writes())
        after = _of(one.decision)
        before = image_of(one.before) if one.before else None
        outcome = replace(outcome, kept={**outcome.kept, "before": before, "version": after.version})
        size = 3 * len(str(image_of(after)))
        return self.adds(outcome, changing(self.run.key.connection, one.before, after), size)

    def give_up(self, one: Decided, problem: Problem) -> None:
        """Leaves a row behind as failed."""
        outcome = _outcome(self.run, self.run.position + self.number, one)
        self.adds(_ended(outcome, OutcomeKind.FAILED, problem), Writes())


def _place(run: Run) -> int:
    """How many rows of the file are behind the run: planned, or applied."""
    return int(run.progress["planned"]) if run.phase == Phase.PLAN else run.position


def _outcome(run: Run, position: int, one: Decided) -> Outcome:
    """What becomes of a row, with where it stands and all that is wrong with it; what was typed is masked."""
    (entity,) = run.tallies
    decision, place = one.decision, one.row.place
    user = decision.user or one.before
    return Outcome(
        seq=f"{position:08}",
        entity=entity,
        kind=decision.kind,
        source_id=user.id if user else "",
        label=label_of(one),
        problem=decision.faults[0].problem if decision.faults else None,
        changed=tuple(column.header for column in decision.changed),
        target_id=user.id if user else "",
        kept={
            "file": place.file,
            "sheet": place.sheet,
            "row": place.number,
            **({"faults": [_fault_out(fault, place) for fault in decision.faults]} if decision.faults else {}),
        },
    )


def _fault_out(fault: Fault, place: Place) -> dict[str, Any]:
    return {
        "cell": cell_name(fault.place, place.number) if fault.place is not None else "",
        "column": fault.column.header if fault.column else "",
        "value": masked(fault.column.key, fault.value) if fault.column else "",
        "problem": problem_out(fault.problem),
    }


def _ended(outcome: Outcome, kind: OutcomeKind, problem: Problem) -> Outcome:
    """A row that comes to something else than was decided."""
    fault = {"cell": "", "column": "", "value": "", "problem": problem_out(problem)}
    return replace(outcome, kind=kind, problem=problem, changed=(), kept={**outcome.kept, "faults": [fault]})


def _of(decision: Decision) -> User:
    if decision.user is None:
        message = "A row that is rejected is nobody's."
        raise ValueError(message)
    return decision.user


def _rows(path: Path, asked: Asked, rules: Rules, headers: list[Header]) -> Iterator[tuple[Header, Row]]:
    """The rows of all tables of a file, each with its table's header; headers are noted as they come."""
    for table in tables(path, asked.file, RECORDS_SHEET[asked.category]):
        header = header_of(table.header, rules.columns)
        headers.append(header)
        for row in table.rows:
            yield header, row


def _copied_rows(copy: str, asked: Asked, rules: Rules) -> Generator[tuple[Header, Row], None, None]:
    """The same of a copy on S3. The file is here as long as the generator is."""
    with copy_here(copy) as (path, _):
        yield from _rows(path, asked, rules, [])


def _shown(unknown: Unknown) -> str:
    """A column that was ignored, with the one that may have been meant."""
    return f"{unknown.text} ({unknown.near}?)" if unknown.near else unknown.text


def _rules(connection: str, asked: Asked) -> Rules:
    """What all rows are decided by, as it is now."""
    fields = [one for one in stored_fields(connection, asked.project) if one.category == asked.category]
    columns = columns_of(asked.category, fields, Layout.WITH_DATA)
    catalogues = {
        catalogue: _entries(connection, catalogue)
        for catalogue in dict.fromkeys(column.catalogue for column in columns if column.catalogue)
    }
    return Rules(
        category=asked.category,
        project=asked.project,
        columns=columns,
        fields=fields,
        catalogues=catalogues,
        policy=stored_policy(connection),
        today=clock.today(),
    )


def _entries(connection: str, catalogue: Catalogue) -> Entries:
    found = all_entries(connection, catalogue)
    return Entries({one.id: one for one in found}, {name_key(one.name): one for one in found})


def _seen(run: Run, objects: Objects) -> Iterator[Action]:
    """What the run's preview has shown, from the cursor on. Raises ProblemError(preview_missing)."""
    preview = stored_run(RunKey(run.key.connection, run.preview))
    if preview is None:
        raise ProblemError(Problem("preview_missing"))
    manifests = {entity: read_manifest(objects, key) for entity, key in preview.plan_manifests.items()}
    for _, action in StoredActions(objects, manifests).from_position(run.position):
        yield action


def _check_project(connection: str, asked: Asked) -> None:
    entry = stored_entry(connection, Catalogue.PROJECTS, asked.project)
    if entry is None or not entry.active:
        raise ProblemError(Problem("asms.upload_project_inactive", {"project": asked.project_name}))


def _check_new(run: Run, asked: Asked, digest: str) -> None:
    """Raises ProblemError(asms.file_imported) where this very file was imported, and that still stands."""

    def stands(earlier: Run) -> bool:
        if earlier.key == run.key:
            return True
        if earlier.result in {Result.FAILURE, Result.CANCELLED}:
            return False
        return stored_run(undoing_key(earlier.key)) is None

    earlier = imported_before(run.key, asked.project, asked.category, digest, counts=stands)
    if earlier is not None:
        at = datetime.fromtimestamp(earlier.started_at, clock.SAO_PAULO).strftime("%d/%m/%Y %H:%M")
        raise ProblemError(Problem("asms.file_imported", {"at": at}))


def _brake(leaving: int, active: int, names: list[str]) -> Problem | None:
    """Why a person has to be asked first: a file that deactivates many of those whom it names."""
    limit = BrakeLimits().deactivations
    if leaving <= limit.number or leaving * 100 <= limit.percent * active:
        return None
    shown = ", ".join(names[:_NAMED]) + (", …" if leaving > _NAMED else "")
    return Problem("asms.brake_deactivations", {"number": str(leaving), "known": str(active), "names": shown})
