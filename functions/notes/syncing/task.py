"""A sync as work in steps (sincronia.engine.tasks.SteppedTask): read, planned, let through by the brake, applied.

A lane is a user's module. Settings and lanes are frozen as the run begins; of secrets nothing is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from notes import flow_names
from notes.mailbox_users import MailboxUser
from notes.ports import Mailboxes, Open, Written
from notes.sync_settings import NOTES, settings_out
from notes.syncing.act_lines import act_from_line
from notes.syncing.applying import Applying
from notes.syncing.lanes import Lane, aside
from notes.syncing.planning import Planning, left_aside
from notes.syncing.reading import Catalogues, Reading, next_lane
from notes.syncing.sync_sentences import NOTHING_TO_SYNC, USER_GONE
from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError, problem_out
from sincronia.engine.state import Phase, Run, Step
from sincronia.engine.two_way import Act


@dataclass(slots=True)
class Syncing:
    """The step of SteppedTask that keeps mailboxes and the CRM in step."""

    mailboxes: Mailboxes
    objects: Catalogues
    open: Open
    _users: tuple[str, dict[str, MailboxUser]] = ("", {})  # by lease
    _acts: tuple[str, list[Act]] = ("", [])  # of the plan that was read last
    _made: tuple[str, dict[tuple[str, str], Written]] = ("", {})  # by lease
    _given: Counter[tuple[object, ...]] = field(default_factory=Counter)  # how often this very step was asked for

    def step(self, run: Run, deadline: float) -> Step:
        """What follows the cursor. Raises ProblemError, and OutOfTimeError where nothing was done by the deadline."""
        if clock.now() >= deadline:
            raise OutOfTimeError
        if "lanes" not in run.progress:
            return self._begun(run)
        if run.phase is Phase.READ:
            return self._read(run, deadline)
        return self._planned(run, deadline) if run.phase is Phase.PLAN else self._applied(run, deadline)

    def _begun(self, run: Run) -> Step:
        """Freezes what the run is about. Raises ProblemError where that is nothing."""
        settings = self.mailboxes.settings(run.key.connection)
        users = list(self.mailboxes.users(run.key.connection))
        lanes = [
            flow_names.entity(module, user.id)
            for user in users
            for module in sorted(settings.modules)
            if module in user.databases
        ]
        if not lanes:
            raise ProblemError(Problem(NOTHING_TO_SYNC))
        progress = {
            "settings": settings_out(settings),
            "lanes": lanes,
            "names": {user.id: user.name for user in users},
            "side": NOTES.value,
        }
        return Step(replace(run, position=run.position + 1, progress=progress))

    def _read(self, run: Run, deadline: float) -> Step:
        entity = run.progress["lanes"][run.lane]
        lane = self._lane(run, entity, deadline)
        if lane is None:
            put = {**aside(run), entity: problem_out(Problem(USER_GONE))}
            return Step(next_lane(run, {"aside": put}))
        return Reading(run, lane, self.mailboxes, self.objects).step()

    def _planned(self, run: Run, deadline: float) -> Step:
        entity = run.progress["lanes"][run.lane]
        lane = None if entity in aside(run) else self._lane(run, entity, deadline)
        if lane is None:
            put = {entity: problem_out(Problem(USER_GONE)), **aside(run)}
            return left_aside(replace(run, progress={**run.progress, "aside": put}), entity)
        return Planning(run, lane, self.mailboxes, self.objects).step()

    def _applied(self, run: Run, deadline: float) -> Step:
        first = 0
        for entity, tally in run.tallies.items():
            if run.position < first + tally.planned:
                return self._block(run, entity, run.position - first, deadline)
            first += tally.planned
        return Step(run)

    def _block(self, run: Run, entity: str, start: int, deadline: float) -> Step:
        lane = self._lane(run, entity, deadline)
        if lane is None:
            raise ProblemError(Problem(USER_GONE))
        acts = self._acts_of(run.plan_manifests[entity])[start:]
        asked = (run.key, run.lease, run.lane, run.position)
        if asked not in self._given:
            self._given.clear()
        self._given[asked] += 1
        if self._made[0] != run.lease:
            self._made = (run.lease, {})
        return Applying(run, lane, acts, self.mailboxes, self._given[asked] - 1, self._made[1]).step()

    def _acts_of(self, key: str) -> Sequence[Act]:
        if self._acts[0] != key:
            self._acts = (key, [act_from_line(line) for line in self.objects.read_lines(key)])
        return self._acts[1]

    def _lane(self, run: Run, entity: str, deadline: float) -> Lane | None:
        """None where the user is no longer there."""
        module, user_id = flow_names.lane_of(entity)
        if self._users[0] != run.lease:
            self._users = (run.lease, {user.id: user for user in self.mailboxes.users(run.key.connection)})
        user = self._users[1].get(user_id)
        return Lane(user, module, self.open, deadline) if user and module in user.databases else None
