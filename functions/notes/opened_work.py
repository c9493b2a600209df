"""Work in steps that needs its run's connection open: both sides' records, by its settings and its secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from notes.connection import open_records
from notes.ports import Open
from sincronia.answers import Answers
from sincronia.engine.flow import Opening
from sincronia.engine.ports import Secrets, Store
from sincronia.engine.state import Run, Step
from sincronia.engine.steps import going_on


class Work(Protocol):
    """What follows a run's cursor, as SteppedTask asks for it."""

    def step(self, run: Run, deadline: float) -> Step:
        """Raises ProblemError and OutOfTimeError."""
        ...


@dataclass(slots=True)
class OpenedWork:
    """The work of a run, made once for each lease: what it remembers is of that lease alone.

    `passwords` makes what reads users' secrets anew: work that begins after Alterar Senha has the new one. `made` is
    given what opens the records; `invites`: to a meeting that it makes in Notes participants are invited.
    """

    store: Store
    secrets: Secrets
    passwords: Callable[[], Secrets]
    answers: Answers
    made: Callable[[Open], Work]
    invites: bool = False
    _lease: str = ""
    _work: Work | None = None

    def step(self, run: Run, deadline: float) -> Step:
        """The run's next step. Raises ProblemError, also where its connection can't be opened, and OutOfTimeError."""
        if self._work is None or self._lease != run.lease:
            connection = going_on(run, self.answers, self.store)
            secret = self.secrets.fields(connection.secret_name)
            opening = Opening(connection.settings, secret, run.filters, deadline)
            self._work = self.made(open_records(opening, self.passwords(), invites=self.invites))
            self._lease = run.lease
        return self._work.step(run, deadline)
