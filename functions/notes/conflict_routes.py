"""Routes of the conflict history: what the sync has overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from notes.conflict_answers import ConflictAnswer, ConflictLine, conflict_answer, conflict_line
from notes.mailbox_access import ACCESS_REFUSES, ModuleInQuery, UserInQuery, seen_users
from notes.ports import Loser
from notes.store.losers import losers_page, stored_loser
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

EntryInPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,200}$", description="A identificação no histórico.")]
ENTRY_REFUSES = (*ACCESS_REFUSES, "notes.conflict_unknown")


@dataclass(frozen=True, slots=True)
class ConflictRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Histórico de conflitos")
        entries = f"{self.integration.connection_path}/conflicts"
        one = f"{entries}/<entry>"
        reader: dict[str, Any] = {"role": Role.READER}
        routes.get(
            entries,
            summary="Lista o que a sincronização sobrescreveu, o mais recente primeiro",
            refuses=ACCESS_REFUSES,
            page="notes/conflicts.html",
            menu="Conflitos",
            **reader,
        )(self.list_conflicts)
        routes.get(
            one,
            summary="Lê um conteúdo que foi sobrescrito",
            refuses=ENTRY_REFUSES,
            page="notes/conflict.html",
            **reader,
        )(self.read_conflict)
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
        return conflict_answer(entry_of(connection, entry, caller), connection, users)


def entry_of(connection: str, entry: str, caller: Token) -> Loser:
    """An entry that the caller may see. Raises ProblemError(notes.conflict_unknown)."""
    found = stored_loser(connection, entry)
    if found is None or not (caller.role.covers(Role.ADMINISTRATOR) or found.user == caller.id):
        raise ProblemError(Problem("notes.conflict_unknown"))
    return found
