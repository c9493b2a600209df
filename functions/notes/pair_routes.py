"""The route of links: which records of IBM Notes and of the CRM are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from notes.flow_names import entity, lane_of
from notes.mailbox_access import ACCESS_REFUSES, ModuleInQuery, UserInQuery, seen_users
from notes.mailbox_users import MailboxUser
from notes.ports import StoredPair
from notes.records import Module
from notes.side_names import SideName, record_name, side_name
from notes.store.pairs import pairs_page
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine.two_way import Side
from sincronia.store.listing import After, Listed
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page


class PairAnswer(BaseModel):
    """Two records that are one."""

    module: Module
    user: str
    user_name: str
    label: str
    notes_id: str
    crm_id: str
    made_on: SideName | None = Field(
        description="O lado em que a sincronização criou a cópia; null, se já havia os dois."
    )
    status: Literal["linked", "writing"] = Field(
        description="writing: uma gravação começou e ainda não foi confirmada; a próxima execução a confere."
    )
    excluded: bool = Field(description="Se uma pessoa o tirou da sincronização.")


@dataclass(frozen=True, slots=True)
class PairRoutes:
    """The route of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Vínculos")
        routes.get(
            f"{self.integration.connection_path}/pairs",
            role=Role.READER,
            summary="Lista os registros vinculados, por usuário e módulo",
            refuses=ACCESS_REFUSES,
            page="notes/pairs.html",
            menu="Vínculos",
        )(self.list_pairs)
        return routes

    def list_pairs(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        caller: Caller,
        user: UserInQuery = "",
        module: ModuleInQuery = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[PairAnswer]:
        """User by user and module by module. A page may hold fewer than `limit`, and the list still go on."""
        self.integration.connection(connection)
        users = seen_users(connection, caller, user)
        lanes = [
            entity(each, user_id) for user_id in sorted(users) for each in sorted(Module) if module in {None, each}
        ]
        return page(_listed(connection, lanes, limit, after_of(cursor), users), lambda answer: answer)


def _listed(
    connection: str, lanes: list[str], limit: int, after: After | None, users: Mapping[str, MailboxUser]
) -> Listed[PairAnswer]:
    """Lane after lane, until a page is full. Raises ProblemError(cursor_invalid)."""
    start, within = _start(lanes, after)
    found: list[PairAnswer] = []
    for number in range(start, len(lanes)):
        module, user_id = lane_of(lanes[number])
        read = pairs_page(connection, user_id, module, limit - len(found), within)
        found += [_answer(pair, module, users[user_id]) for pair in read.values]
        if read.after:
            return Listed(tuple(found), {"lane": lanes[number], **read.after})
        if len(found) == limit and number + 1 < len(lanes):
            return Listed(tuple(found), {"lane": lanes[number + 1]})
        within = None
    return Listed(tuple(found), None)


def _start(lanes: list[str], after: After | None) -> tuple[int, After | None]:
    """The lane that a cursor goes on in, and the key in it; None for its beginning."""
    if after is None:
        return 0, None
    if after.get("lane") not in lanes:
        raise ProblemError(Problem("cursor_invalid"))
    return lanes.index(after["lane"]), {name: value for name, value in after.items() if name != "lane"} or None


def _answer(stored: StoredPair, module: Module, user: MailboxUser) -> PairAnswer:
    pair = stored.pair
    out = user.excluded.get(module, frozenset())
    return PairAnswer(
        module=module,
        user=user.id,
        user_name=user.name,
        label=stored.label,
        notes_id=pair.a.id,
        crm_id=pair.b.id,
        made_on=side_name(pair.made_on) if pair.made_on else None,
        status="writing" if pair.writing else "linked",
        excluded=bool(out & {record_name(side_name(side), pair.held(side).id) for side in Side}),
    )
