"""The lanes of a run, each a user's module: frozen with the settings as the run begins, names only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from notes import flow_names
from notes.mailbox_users import MailboxUser
from notes.ports import Open, Records
from notes.records import Module
from notes.sync_settings import NOTES, SyncSettings, settings_in
from notes.syncing.all_sentences import ALL_SENTENCES
from sincronia.answers import Problem, ProblemError, Retry
from sincronia.engine.state import Run
from sincronia.engine.two_way import Side

T = TypeVar("T")


class LaneError(Exception):
    """One user's mailbox can't be worked on; the others' can."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Lane:
    """A user's module, and what its records are asked by."""

    user: MailboxUser
    module: Module
    opened: Open
    deadline: float

    @property
    def entity(self) -> str:
        """What links and outcomes are kept by."""
        return flow_names.entity(self.module, self.user.id)

    def asked(self, side: Side, what: Callable[[Records], T]) -> T:
        """What a side answers. Raises LaneError where it is only this user's that doesn't."""
        try:
            return what(self.opened(self.user, self.module, side, self.deadline))
        except ProblemError as error:
            if side is NOTES and ALL_SENTENCES[error.problem.code].retry is Retry.STOP:
                raise LaneError(error.problem) from error
            raise


def settings_of(run: Run) -> SyncSettings:
    """The settings, as they were when the run began."""
    return settings_in(run.progress["settings"])


def days_of(run: Run, user: MailboxUser, module: Module) -> tuple[date, date] | None:
    """The window's days, by the run's start in the user's zone; only events have them."""
    if module is not Module.EVENTS:
        return None
    return settings_of(run).days(datetime.fromtimestamp(run.started_at, UTC), user.zone)


def aside(run: Run) -> Mapping[str, Mapping[str, Any]]:
    """By entity: why a lane was left aside."""
    put: Mapping[str, Mapping[str, Any]] = run.progress.get("aside", {})
    return put
