"""Routes that read hints: the log, what was taken away, and what a record's truth would change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError, Retry
from sincronia.auth import Role
from sincronia.engine.hints import LOG_DAYS, Cause, Effect, Hint, HintState, Period, StoredHint, hint_id
from sincronia.engine.state import Connection, Link, OutcomeKind
from sincronia.store.aws import S3Objects
from sincronia.store.connections import connections_by_name
from sincronia.store.hints import (
    KeptValues,
    hints_between,
    hints_in_state,
    hints_of_record,
    stored_hint,
    stored_link,
)
from sincronia.store.listing import Listed
from sincronia.web.application import Routes
from sincronia.web.fields import CONNECTION_FORM, ConnectionInPath, Instant
from sincronia.web.hint_forms import (
    HintIntegration,
    LogLine,
    PreviewAnswer,
    has_image,
    log_line,
    outcome_of,
    preview_answer,
)
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
from sincronia.web.run_answers import RequestProblemError

PREVIEW_SECONDS = 20  # API Gateway waits for 30

HintInPath = Annotated[str, Path(pattern=r"^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{16}$", description="A linha do log.")]
RecordInPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,60}$", description="O cadastro na origem.")]
Moment = Annotated[Instant | None, Query(description="Um momento, em ISO 8601 com fuso; sem ele, sem limite.")]
Record = Annotated[str, Query(max_length=60, description="Só os deste cadastro.")]
OneConnection = Annotated[
    str, Query(pattern=f"{CONNECTION_FORM}|^$", description="A conexão; sem ela, a única desta integração.")
]

_STATES: dict[str, OutcomeKind | HintState] = {
    **{kind.value: kind for kind in OutcomeKind},
    **{state.value: state for state in HintState if state != HintState.DONE},
}
_MANY = 100  # connections that are looked at for the only one

Outcome = Annotated[
    str,
    Query(description="Só os que terminaram assim, ou estão assim.", json_schema_extra={"enum": list(_STATES)}),
]


class Image(BaseModel):
    """All that the target had of what was taken away."""

    record: str
    removed_at: str
    image: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HintReads:
    """The routes of one integration."""

    integration: HintIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        name = self.integration.name
        routes = Routes("Logs")
        one = self.integration.connection_path
        routes.get(
            f"/integrations/{name}/logs",
            role=Role.READER,
            summary="Lista o que foi feito de cada aviso e de cada conferência",
            refuses=("connection_unknown", "connection_unnamed"),
            page=f"{name}/logs.html",
            menu="Logs",
        )(self.list_logs)
        routes.get(
            f"{one}/hints/<hint>",
            role=Role.READER,
            summary="Lê uma linha do log",
            refuses=("connection_unknown", "hint_unknown"),
        )(self.read_hint)
        routes.get(
            f"{one}/hints/<hint>/image",
            role=Role.OPERATOR,
            summary="Lê tudo o que o destino tinha do que foi retirado",
            refuses=("connection_unknown", "hint_unknown", "image_gone"),
        )(self.read_image)
        routes.get(
            f"{one}/{self.integration.collection}/<record>/preview",
            role=Role.READER,
            summary="Mostra o que a situação atual de um cadastro na origem mudaria no destino",
            refuses=("connection_unknown", "connection_disabled", "vendors_slow"),
            page="record_preview.html",
        )(self.preview_record)
        return routes

    def list_logs(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: OneConnection = "",
        record: Record = "",
        outcome: Outcome = "",
        since: Moment = None,
        until: Moment = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[LogLine]:
        """The newest first. Of a record's with an outcome a page may hold fewer than `limit`, and the list go on."""
        connection = only_connection(connection, self.integration).id
        period = period_of(since, until, clock.now() + 86400, "query")  # nothing was received later
        if outcome and outcome not in _STATES:
            expected = ", ".join(_STATES)
            raise RequestValidationError([{"type": "enum", "loc": ("query", "outcome"), "ctx": {"expected": expected}}])
        state, after = _STATES.get(outcome), after_of(cursor)
        if record:
            entities = self.integration.kind.entities
            found = hints_of_record(connection, record, period, limit, after, entities=entities)
            found = Listed(tuple(one for one in found.values if state in (None, outcome_of(one))), found.after)
        elif state:
            found = hints_in_state(connection, state, period, limit, after)
        else:
            found = hints_between(connection, period, limit, after)
        return page(found, lambda stored: log_line(stored, self.integration))

    def read_hint(self, connection: ConnectionInPath, hint: HintInPath) -> LogLine:
        """As it stands."""
        return log_line(hint_of(connection, hint, self.integration), self.integration)

    def read_image(self, connection: ConnectionInPath, hint: HintInPath) -> Image:
        """For 90 days."""
        stored = hint_of(connection, hint, self.integration)
        if not has_image(stored):
            raise ProblemError(Problem("image_gone"))
        (image,) = S3Objects().read_lines(stored.image)
        return Image(record=stored.hint.record, removed_at=stored.at, image=image)

    def preview_record(self, connection: ConnectionInPath, record: RecordInPath) -> PreviewAnswer:
        """Both sides are asked now; nothing is written."""
        kind, config = self.integration.kind, self.integration.enabled(connection)
        check_record(record, self.integration)
        now = clock.now()
        asked = Hint(connection, hint_id(now, record), kind.entity, record, Cause.REPLAY, now)
        opening = self.integration.opening(config, {}, PREVIEW_SECONDS)
        link: Link | None = stored_link(connection, kind.entity, record)
        try:
            records = self.integration.open(opening, _ReadOnly(connection, kind.entity))
            change = records.change(asked, link)
        except OutOfTimeError:
            raise ProblemError(Problem("vendors_slow")) from None
        except ProblemError as error:
            if self.integration.answers[error.problem.code].retry != Retry.AFTER_CORRECTION:
                raise RequestProblemError(error.problem) from None
            effect = Effect(OutcomeKind.REJECTED, label=record, problem=error.problem)
            return preview_answer(record, effect, self.integration, removes=False)
        return preview_answer(record, change.effect, self.integration, removes=change.removes)


class _ReadOnly(KeptValues):
    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        """Nothing is written: it only saves a look at the next hint."""


def only_connection(named: str, integration: HintIntegration) -> Connection:
    """The connection that is asked about. Without a name it is the integration's only one. Raises ProblemError."""
    if named:
        return integration.connection(named).connection
    found = connections_by_name(_MANY, None)
    mine = [connection for connection in found.values if connection.integration == integration.name]
    if len(mine) != 1 or found.after:
        known = ", ".join(connection.id for connection in mine) or "nenhuma"
        raise ProblemError(Problem("connection_unnamed", {"known": known}))
    return mine[0]


def hint_of(connection: str, hint: str, integration: HintIntegration) -> StoredHint:
    """A hint of one of the integration's connections. Raises ProblemError(connection_unknown, hint_unknown)."""
    integration.connection(connection)
    stored = stored_hint(connection, hint)
    if stored is None:
        raise ProblemError(Problem("hint_unknown"))
    return stored


def check_record(record: str, integration: HintIntegration) -> None:
    """Raises where no record of the integration can have that id."""
    if not re.fullmatch(integration.record_form, record):
        raise RequestValidationError(
            [
                {
                    "type": "string_pattern_mismatch",
                    "loc": ("path", "record"),
                    "ctx": {"pattern": integration.record_form},
                }
            ]
        )


def period_of(since: datetime | None, until: datetime | None, latest: float, *at: str) -> Period:
    """From one moment to another, as far as the log goes back, and not beyond the latest; `at` holds the two fields.

    Raises what names `until` where it doesn't come after `since`.
    """
    first = clock.now() - LOG_DAYS * 86400
    begin = first if since is None else max(since.timestamp(), first)
    end = latest if until is None else min(until.timestamp(), latest)
    if begin >= end:
        raise RequestValidationError([{"type": "period_empty", "loc": (*at, "until")}])
    return Period(begin, end)
