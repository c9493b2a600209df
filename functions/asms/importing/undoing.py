"""Taking an import back: users are put back as they were before it; those whom it created go.

Who was changed since is left as it is, and named. Tokens that ended with a deactivation stay ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from asms.catalogues import Category
from asms.importing.block import Block
from asms.importing.model import asked_by
from asms.store.comments import comments_of
from asms.store.imports import check_turn
from asms.store.users import changing, removing, stored_users, user_of_image, users_of_logins
from asms.users import User
from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.engine.state import Outcome, OutcomeKind, Phase, Run, RunKey, Step, Tally
from sincronia.store.outcomes import outcomes_after
from sincronia.store.runs import stored_run
from sincronia.store.writing import Writes

TOGETHER = 100  # outcomes that are read at once
_TAKEN_BACK = (OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.DEACTIVATED)


def undoing_key(imported: RunKey) -> RunKey:
    """The key of the one run that takes an import back."""
    return RunKey(imported.connection, f"{imported.run_id}-desfeita")


def imported_key(undoing: RunKey) -> RunKey:
    """The key of the import that a run takes back."""
    return RunKey(undoing.connection, undoing.run_id.removesuffix("-desfeita"))


def taken_back(imported: Run) -> int:
    """How many users an import has changed or created."""
    return sum(imported.counters.get(kind, 0) for kind in _TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Undoing:
    """The step of sincronia.engine.tasks.SteppedTask that takes an import back."""

    def step(self, run: Run, deadline: float) -> Step:
        """What follows the cursor. Raises ProblemError, and OutOfTimeError where nothing was done by the deadline."""
        if clock.now() >= deadline:
            raise OutOfTimeError
        if run.phase == Phase.READ:
            return _begun(run)
        block = _Block(run=run, after=run.progress["after"])
        found = [outcome for outcome, _ in outcomes_after(imported_key(run.key).run_id, block.after, TOGETHER)]
        if not found:
            return Step(run.with_remaining(OutcomeKind.FAILED))
        users = stored_users(
            run.key.connection, asked_by(run).category, [one.target_id for one in found if _changed(one)]
        )
        images = {one.seq: _before(one) for one in found}
        holders = users_of_logins(run.key.connection, [image.login_key for image in images.values() if image])
        for outcome in found:
            if not block.takes(outcome, users.get(outcome.target_id), images[outcome.seq], holders):
                break
        return block.step()


def _begun(run: Run) -> Step:
    """Raises ProblemError(asms.import_waits) where it isn't the run's turn."""
    asked, imported = asked_by(run), stored_run(imported_key(run.key))
    if imported is None:
        raise ProblemError(Problem("connection_missing"))
    check_turn(run.key, asked.project, asked.category)
    number = taken_back(imported)
    tallies = {asked.category.value: Tally(received=number, planned=number)}
    return Step(replace(run, phase=Phase.APPLY, position=0, tallies=tallies, progress={"after": ""}))


@dataclass(slots=True, kw_only=True)
class _Block(Block):
    """Users who are put back in one transaction."""

    after: str  # the outcome of the import that was looked at last

    @property
    def progress(self) -> Mapping[str, Any]:
        """See Block."""
        return {"after": self.after}

    def takes(
        self, imported: Outcome, user: User | None, before: User | None, holders: Mapping[str, tuple[Category, str]]
    ) -> bool:
        """Adds what becomes of one outcome of the import, if the transaction has room for it."""
        if _changed(imported):
            problem, writes = self._put_back(imported, user, before, holders)
            kind = OutcomeKind.SKIPPED if problem else OutcomeKind.UPDATED if before else OutcomeKind.REMOVED
            if not self.adds(replace(imported, kind=kind, problem=problem, kept={}), writes):
                return False
        self.after = imported.seq
        return True

    def _put_back(
        self, imported: Outcome, user: User | None, before: User | None, holders: Mapping[str, tuple[Category, str]]
    ) -> tuple[Problem | None, Writes]:
        connection = self.run.key.connection
        if user is None or user.version != imported.kept["version"]:
            return Problem("asms.undo_edited"), Writes()
        if before is None:
            if comments_of(connection, user.id, 1, None).values:
                return Problem("asms.undo_commented"), Writes()
            return None, removing(connection, user)
        if holders.get(before.login_key, (user.category, user.id)) != (user.category, user.id):
            return Problem("asms.undo_login_taken"), Writes()
        after = replace(
            before,
            tokens=tuple(token for token in before.tokens if token in user.tokens),
            version=user.version + 1,
            changed_at=clock.moment(),
            changed_by=f"import:{self.run.key.run_id}",
        )
        return None, changing(connection, user, after)


def _changed(outcome: Outcome) -> bool:
    return outcome.kind in _TAKEN_BACK


def _before(outcome: Outcome) -> User | None:
    """Who a user was before the import; None of one that it created."""
    image = outcome.kept.get("before")
    return user_of_image(Category(outcome.entity), outcome.target_id, image) if image else None
