"""The route of one call that brings a content back which the sync has overwritten."""

from __future__ import annotations

from dataclasses import dataclass

from notes.bringing_back import asked_of, told
from notes.conflict_routes import ENTRY_REFUSES, EntryInPath, entry_of
from notes.flow_names import BRINGING_BACK
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine.state import Phase, Result, Run, RunKey
from sincronia.store.asked import asked_for, digest
from sincronia.store.aws import SqsRunQueue
from sincronia.store.beginning import begun
from sincronia.store.runs import stored_run
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_forms import RunAnswer, run_answer
from sincronia.web.run_starts import asked_run, new_run_id


@dataclass(frozen=True, slots=True)
class BringingBackRoutes:
    """The route of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Histórico de conflitos")
        routes.post(
            f"{self.integration.connection_path}/conflicts/<entry>/bring-back",
            role=Role.OPERATOR,
            summary="Devolve ao seu lado um conteúdo que foi sobrescrito",
            status=201,
            answered="A execução que o devolve; pedir de novo responde com a mesma, até que ela falhe.",
            refuses=(*ENTRY_REFUSES, "connection_disabled", "notes.conflict_brought_back"),
        )(self.bring_back)
        return routes

    def bring_back(self, connection: ConnectionInPath, entry: EntryInPath, caller: Caller) -> RunAnswer:
        """Once, whoever asks and however often; after a run that failed, anew."""
        self.integration.enabled(connection)
        entry_of(connection, entry, caller)
        key, run = _attempt(connection, entry)
        if run is None:
            loser = entry_of(connection, entry, caller)  # after the run: whatever one has done to it is seen now
            if loser.brought_back_at:
                raise ProblemError(Problem("notes.conflict_brought_back", {"at": loser.brought_back_at}))
            run = asked_run(key, self.integration.name, BRINGING_BACK, asked_of(loser), caller)
            if not begun(run, told(run)):
                run = stored_run(key) or run
        if run.phase != Phase.DONE:
            SqsRunQueue().send(key)  # once more where it was made before: perhaps nobody came to queue it
        return run_answer(run, self.integration)


def _attempt(connection: str, entry: str) -> tuple[RunKey, Run | None]:
    """The key of the run that brings an entry back, and the run where it was made before: none of those that failed."""
    number = 1
    while True:
        request = digest(BRINGING_BACK, connection, entry, str(number))
        key = RunKey(connection, asked_for(request, new_run_id(connection, BRINGING_BACK)))
        run = stored_run(key)
        if run is None or run.phase != Phase.DONE or run.result is Result.SUCCESS:
            return key, run
        number += 1
