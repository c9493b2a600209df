"""Routes of the conflict history: what was overwritten, and the one call that brings it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from notes.bringing_back import asked_of, told
from notes.conflict_answers import ConflictAnswer, ConflictLine, conflict_answer, conflict_line
from notes.flow_names import BRINGING_BACK
from notes.mailbox_access import ACCESS_REFUSES, ModuleInQuery, UserInQuery, seen_users
from notes.paths import connection_path
from notes.ports import Loser
from notes.store.losers import losers_page, stored_loser
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.state import Phase, Result, Run, RunKey
from sincronia.store.asked import asked_for, digest
from sincronia.store.aws import SqsRunQueue
from sincronia.store.beginning import begun
from sincronia.store.runs import stored_run
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
from sincronia.web.run_forms import RunAnswer, run_answer
from sincronia.web.run_starts import asked_run, new_run_id

EntryInPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,200}$", description="A identificação no histórico.")]
_ONE = (*ACCESS_REFUSES, "notes.conflict_unknown")


@dataclass(frozen=True, slots=True)
class ConflictRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Histórico de conflitos")
        entries = f"{connection_path(self.integration)}/conflicts"
        one = f"{entries}/<entry>"
        reader: dict[str, Any] = {"role": Role.READER}
        routes.get(
            entries,
            summary="Lista o que a sincronização sobrescreveu, o mais recente primeiro",
            refuses=ACCESS_REFUSES,
            **reader,
        )(self.list_conflicts)
        routes.get(one, summary="Lê um conteúdo que foi sobrescrito", refuses=_ONE, **reader)(self.read_conflict)
        routes.post(
            f"{one}/bring-back",
            role=Role.OPERATOR,
            summary="Devolve ao seu lado um conteúdo que foi sobrescrito",
            status=201,
            answered="A execução que o devolve; pedir de novo responde com a mesma, até que ela falhe.",
            refuses=(*_ONE, "connection_disabled", "notes.conflict_brought_back"),
        )(self.bring_back)
        return routes

    def list_conflicts(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        caller: Caller,
        user: UserInQuery = "",
        module: ModuleInQuery = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[ConflictLine]:
        """A page may hold fewer than `limit`, and the list still go on."""
        self.integration.connection(connection)
        users = seen_users(connection, caller, user)
        of = "" if caller.role.covers(Role.ADMINISTRATOR) and not user else next(iter(users))
        found = losers_page(connection, limit, after_of(cursor), user=of, module=module)
        return page(found, lambda loser: conflict_line(loser, connection, users))

    def read_conflict(self, connection: ConnectionInPath, entry: EntryInPath, caller: Caller) -> ConflictAnswer:
        """With its content."""
        self.integration.connection(connection)
        users = seen_users(connection, caller)
        return conflict_answer(self._entry(connection, entry, caller), connection, users)

    def bring_back(self, connection: ConnectionInPath, entry: EntryInPath, caller: Caller) -> RunAnswer:
        """Once, whoever asks and however often; after a run that failed, anew."""
        self.integration.enabled(connection)
        self._entry(connection, entry, caller)
        key, run = _attempt(connection, entry)
        if run is None:
            loser = self._entry(connection, entry, caller)  # after the run: whatever one has done to it is seen now
            if loser.brought_back_at:
                raise ProblemError(Problem("notes.conflict_brought_back", {"at": loser.brought_back_at}))
            run = asked_run(key, self.integration.name, BRINGING_BACK, asked_of(loser), caller)
            if not begun(run, told(run)):
                run = stored_run(key) or run
        if run.phase != Phase.DONE:
            SqsRunQueue().send(key)  # once more where it was made before: perhaps nobody came to queue it
        return run_answer(run, self.integration)

    def _entry(self, connection: str, entry: str, caller: Token) -> Loser:
        """An entry that the caller may see. Raises ProblemError(notes.conflict_unknown)."""
        found = stored_loser(connection, entry)
        if found is None or not (caller.role.covers(Role.ADMINISTRATOR) or found.user == caller.id):
            raise ProblemError(Problem("notes.conflict_unknown"))
        return found


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
