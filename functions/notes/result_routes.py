"""The route of the panel of results (seed 001: “os detalhes correspondentes serão exibidos no painel”)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from notes.fields import CrmNames
from notes.flow_names import SYNC
from notes.mailbox_access import ACCESS_REFUSES, UserInQuery, seen_users
from notes.result_answers import PanelAnswer, Period, last_run, module_results
from notes.side_names import MODULE_TITLES
from notes.store.settings import stored_settings
from notes.syncing.counts import Counted, counted
from sincronia import clock
from sincronia.answers import Problem
from sincronia.auth import Role
from sincronia.engine.state import Connection, Mode, Run, RunKey
from sincronia.store.listing import After
from sincronia.store.runs import runs_of, stored_run
from sincronia.store.scheduling import DynamoSchedule
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_forms import problem_answer

_PAGE = 100  # runs read at once

Days = Annotated[int, Query(ge=1, le=31, description="De quantos dias, até agora, os números são somados.")]


@dataclass(frozen=True, slots=True)
class ResultRoutes:
    """The route of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Resultados")
        routes.get(
            f"{self.integration.connection_path}/results",
            role=Role.READER,
            summary="Lê o painel: o que a sincronização fez, por módulo e lado",
            refuses=ACCESS_REFUSES,
            page="notes/results.html",
            menu="Resultados",
        )(self.read_results)
        return routes

    def read_results(
        self, connection: ConnectionInPath, caller: Caller, user: UserInQuery = "", days: Days = 7
    ) -> PanelAnswer:
        """Of the last run, and of all runs of the last days together."""
        configured = self.integration.connection(connection).connection
        users = seen_users(connection, caller, user).keys()
        flow = DynamoSchedule().flow(connection, SYNC)
        last = stored_run(RunKey(connection, flow.active_run)) if flow and flow.active_run else None
        since = clock.now() - days * 86400
        runs = list(_applied(connection, since))
        answers = self.integration.answers
        return PanelAnswer(
            last=last_run(last, _counted(last, users), answers) if last else None,
            period=Period(
                days=days,
                since=clock.iso(since),
                runs=len(runs),
                modules=module_results((count for run in runs for count in _counted(run, users)), answers),
            ),
            hints=[hint for problem in _unchecked(configured) if (hint := problem_answer(problem, answers))],
        )


def _counted(run: Run, users: Collection[str]) -> Iterator[Counted]:
    """What a run has counted of these users."""
    return (count for count in counted(run) if count.user in users)


def _applied(connection: str, since: float) -> Iterator[Run]:
    """Runs that have written, started since then: the newest first."""
    month, until = clock.month(clock.now()), clock.month(since)
    while month >= until:
        after: After | None = None
        while True:
            found = runs_of(connection, month, _PAGE, after)
            yield from (
                run for run in found.values if run.flow == SYNC and run.mode is Mode.APPLY and run.started_at >= since
            )
            after = found.after
            if after is None or found.values[-1].started_at < since:
                break
        month = _before(month)


def _before(month: str) -> str:
    """The month before one, yyyy-mm."""
    return (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()[:7]


def _unchecked(connection: Connection) -> Iterator[Problem]:
    """Of each module that is kept in step, whether the CRM can't say which of its records are private."""
    names = CrmNames(connection.settings.get("crm_fields", {}))
    for module in sorted(stored_settings(connection.id).modules):
        if not names.private_checkable(module):
            yield Problem("notes.crm_private_unset", {"place": MODULE_TITLES[module]})
