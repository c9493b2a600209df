"""All runs, of whatever integration, by month; each is read where its integration is."""

from __future__ import annotations

from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.auth import Role
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run
from sincronia.store.runs import recent_runs, runs_of
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInQuery, Month, run_url
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

routes = Routes("Execuções")


class ListedRun(BaseModel):
    """A run, in brief."""

    connection: str
    run_id: str
    integration: str
    flow: str
    mode: Mode
    trigger: str = Field(description="schedule, webhook, ou quem pediu.")
    phase: Phase
    result: Result | None
    started_at: str
    concluded_at: str | None
    received: int
    counters: dict[OutcomeKind, int]
    url: str


@routes.get("/runs", role=Role.READER, summary="Lista as execuções de um mês")
def list_runs(
    month: Month = "", connection: ConnectionInQuery = "", limit: Limit = 50, cursor: Cursor = ""
) -> Page[ListedRun]:
    """The newest first."""
    month, after = month or clock.month(clock.now()), after_of(cursor)
    found = runs_of(connection, month, limit, after) if connection else recent_runs(month, limit, after)
    return page(found, _answer)


def _answer(run: Run) -> ListedRun:
    return ListedRun(
        connection=run.key.connection,
        run_id=run.key.run_id,
        integration=run.integration,
        flow=run.flow,
        mode=run.mode,
        trigger=run.trigger,
        phase=run.phase,
        result=run.result,
        started_at=clock.iso(run.started_at),
        concluded_at=clock.iso(run.concluded_at) if run.concluded_at is not None else None,
        received=run.received,
        counters=dict(run.counters),
        url=run_url(run.integration, run.key.connection, run.key.run_id),
    )
