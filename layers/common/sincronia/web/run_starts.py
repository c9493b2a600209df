"""Routes that make runs: of a flow, of what a preview showed, of what another run rejected or failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import uuid4

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import AliasChoices, BaseModel, Field

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.agreed import deselected_object
from sincronia.engine.starting import QUEUED_SECONDS, Apart, start
from sincronia.engine.state import Mode, Notification, OutcomeKind, Phase, Result, Run, RunKey, ScheduledFlow
from sincronia.store.asked import asked_before, asked_for, digest
from sincronia.store.aws import S3Objects, SqsRunQueue
from sincronia.store.runs import stored_run
from sincronia.store.scheduling import DynamoSchedule
from sincronia.store.selections import deselected_records, keep_selection
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath, run_url
from sincronia.web.integration import RunIntegration
from sincronia.web.run_answers import RequestProblemError
from sincronia.web.run_forms import RunAnswer, RunInPath, run_answer

_TRIES = 3  # to make a run while others change the same rows
MOST_DESELECTED = 5000  # that a preview's row has room for beside all else
PREVIEW_DAYS = 7  # how long a preview can be applied
SourceId = Annotated[str, Field(min_length=1, max_length=200)]


class NewRun(Input):
    """Which flow is to run, for what, and narrowed to what."""

    flow: str = Field(description="O fluxo, como em flows da conexão.")
    mode: Mode
    filters: dict[str, Any] | None = Field(
        default=None, description="Sem isso, os filtros que a conexão guarda para o fluxo."
    )


class Deselected(Input):
    """A record that a person deselected in a preview."""

    lane: str = Field(validation_alias=AliasChoices("lane", "entity"), min_length=1, max_length=100)
    source_id: SourceId


Chosen = Annotated[list[Deselected], Field(max_length=1000)]


class Selection(Input):
    """What of a preview is to be left out."""

    deselected: list[Deselected] = Field(default_factory=list)
    shown: Chosen = Field(
        default_factory=list,
        description="Como um formulário diz o mesmo: tudo o que mostrou; fica de fora o que não estiver em selected.",
    )
    selected: Chosen = Field(default_factory=list, description="O que volta a ser sincronizado.")

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """Lanes and source ids of what is deselected here."""
        return frozenset(map(_named_by, (*self.deselected, *self.shown))) - self.taken

    @property
    def taken(self) -> frozenset[tuple[str, str]]:
        """The same, of what is selected here."""
        return frozenset(map(_named_by, self.selected))

    def check_lanes(self, preview: Run) -> None:
        """Raises where a record is of a lane that the preview hasn't."""
        for name in ("deselected", "shown", "selected"):
            for number, record in enumerate(getattr(self, name)):
                if record.lane not in preview.tallies:
                    raise lane_unknown(preview, name, str(number), "lane")


class SelectionAnswer(BaseModel):
    """How many of a preview's records are deselected."""

    deselected: int


def _named_by(record: Deselected) -> tuple[str, str]:
    return record.lane, record.source_id


@dataclass(frozen=True, slots=True)
class RunStarts:
    """The routes of one integration."""

    integration: RunIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        runs = f"{self.integration.connection_path}/runs"
        made: dict[str, Any] = {"role": Role.OPERATOR, "status": 201, "answered": "A execução, que está na fila."}
        refuses = ("connection_unknown", "connection_disabled", "run_active", "run_not_made")
        routes.post(runs, summary="Inicia uma pré-visualização ou uma sincronização", refuses=refuses, **made)(
            self.start_run
        )
        of_run = (*refuses, "run_unknown")
        routes.post(
            f"{runs}/<run_id>/apply",
            summary="Sincroniza o que uma pré-visualização mostrou",
            refuses=(*of_run, "run_not_preview", "preview_not_ready", "preview_expired", "preview_applied"),
            **made,
        )(self.apply_preview)
        routes.post(
            f"{runs}/<run_id>/selection",
            role=Role.OPERATOR,
            summary="Guarda o que uma pré-visualização deixa de fora",
            answered="Quantos cadastros ficam de fora.",
            refuses=(
                *("connection_unknown", "run_unknown", "run_not_preview", "preview_not_ready", "preview_expired"),
                *("preview_applied", "selection_too_large"),
            ),
        )(self.select_records)
        routes.post(
            f"{runs}/<run_id>/retry",
            summary="Tenta de novo os rejeitados e os com falha",
            refuses=(*of_run, "nothing_to_retry", "run_retried"),
            **made,
        )(self.retry_run)
        return routes

    def start_run(
        self, connection: ConnectionInPath, wanted: NewRun, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """A run of a flow, one at a time."""
        config = self.integration.enabled(connection)
        self.integration.kind(wanted.flow, "flow")
        filters = self._flow(connection, wanted.flow).filters if wanted.filters is None else wanted.filters
        self.integration.opened(config, wanted.flow, filters)
        run_id = new_run_id(connection, wanted.flow)
        if idempotency_key:
            body = json.dumps(wanted.model_dump(mode="json"), sort_keys=True)
            run_id = asked_for(digest(caller.id, connection, idempotency_key, body), run_id)
        run = self._run(RunKey(connection, run_id), wanted.flow, filters, caller)
        run = replace(run, mode=wanted.mode)
        if not self._made(run):
            # Only this very request knows the id: it is here again, and nobody heard its first answer.
            return run_answer(stored_run(run.key) or run, self.integration)
        return run_answer(run, self.integration)

    def apply_preview(
        self,
        connection: ConnectionInPath,
        run_id: RunInPath,
        selection: Selection,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> RunAnswer:
        """A preview is applied once; what is deselected, here or before, is left out."""
        config = self.integration.enabled(connection)
        preview = self.integration.run(connection, run_id)
        key = applied_key(preview)
        applicable(preview)
        selection.check_lanes(preview)
        deselected = (deselected_records(preview.key) - selection.taken) | selection.left_out
        object_key, lines = deselected_object(key, deselected)
        here_before = self._here_before(caller, key, idempotency_key)
        made = stored_run(key)
        if made is None:
            self.integration.opened(config, preview.flow, preview.filters)
            if object_key:
                S3Objects().write_lines(object_key, lines)
            run = self._run(key, preview.flow, preview.filters, caller)
            run = replace(run, preview=preview.key.run_id, deselected=object_key)
            if self._made(run):
                return run_answer(run, self.integration)
            made = stored_run(key)
        if here_before and made is not None and made.deselected == object_key:
            return self._again(made)
        raise self._named("preview_applied", key)

    def select_records(self, connection: ConnectionInPath, run_id: RunInPath, selection: Selection) -> SelectionAnswer:
        """Page by page, until the preview is applied; what isn't named stays as it was."""
        self.integration.connection(connection)
        preview = self.integration.run(connection, run_id)
        key = applied_key(preview)
        applicable(preview)
        selection.check_lanes(preview)
        deselected = (deselected_records(preview.key) - selection.taken) | selection.left_out
        if len(deselected) > MOST_DESELECTED:
            raise ProblemError(Problem("selection_too_large", {"most": str(MOST_DESELECTED)}))
        if not keep_selection(preview.key, key, selection.left_out, selection.taken):
            raise self._named("preview_applied", key)
        return SelectionAnswer(deselected=len(deselected))

    def retry_run(
        self, connection: ConnectionInPath, run_id: RunInPath, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """What a run rejected or failed is tried again once; nothing else is."""
        config = self.integration.enabled(connection)
        run = self.integration.run(connection, run_id)
        if run.mode != Mode.APPLY or run.phase != Phase.DONE or not unfinished(run):
            raise ProblemError(Problem("nothing_to_retry"))
        key = retried_key(run)
        here_before = self._here_before(caller, key, idempotency_key)
        made = stored_run(key)
        if made is None:
            self.integration.opened(config, run.flow, run.filters)
            again = replace(self._run(key, run.flow, run.filters, caller), retried=run_id)
            if self._made(again):
                return run_answer(again, self.integration)
            made = stored_run(key)
        if here_before and made is not None:
            return self._again(made)
        raise self._named("run_retried", key)

    def _here_before(self, caller: Token, key: RunKey, idempotency_key: str) -> bool:
        """Whether this very request came before, and died before it could answer."""
        if not idempotency_key:
            return False
        return asked_before(digest(caller.id, key.connection, key.run_id, idempotency_key), key.run_id)

    def _again(self, made: Run) -> RunAnswer:
        """The answer that nobody heard; the run is queued once more, for perhaps nobody came to that either."""
        SqsRunQueue().send(made.key)
        return run_answer(made, self.integration)

    def _run(self, key: RunKey, flow: str, filters: Any, caller: Token) -> Run:
        return asked_run(key, self.integration.name, flow, filters, caller)

    def _made(self, run: Run) -> bool:
        """Makes and queues the run; False where that very run was made before. Raises ProblemError(run_active)."""
        unknown = self._unscheduled(run.key.connection, run.flow)
        return made(run, unknown, self.integration.apart)

    def _flow(self, connection: str, name: str) -> ScheduledFlow:
        """The connection's flow; one that was never put has its kind's title and filters, and no schedule."""
        return DynamoSchedule().flow(connection, name) or self._unscheduled(connection, name)

    def _unscheduled(self, connection: str, name: str) -> ScheduledFlow:
        kind = self.integration.flows[name]
        return ScheduledFlow(
            connection=connection,
            integration=self.integration.name,
            flow=name,
            title=kind.title,
            filters=kind.default_filters,
            every_minutes=None,
            wake_at=None,
            active_run="",
        )

    def _named(self, code: str, key: RunKey) -> ProblemError:
        return _named(code, self.integration.name, key)


def asked_run(key: RunKey, integration: str, flow: str, filters: Mapping[str, Any], caller: Token) -> Run:
    """A run that somebody asks for, as it begins."""
    now = clock.now()
    return Run(
        key=key,
        integration=integration,
        flow=flow,
        trigger=f"token:{caller.id}",
        filters=filters,
        audience=key.connection,
        started_at=now,
        wake_at=now + QUEUED_SECONDS,
    )


def made(run: Run, unknown: ScheduledFlow, apart: Apart, notification: Notification | None = None) -> bool:
    """Makes and queues a run; False where that very run was made before.

    unknown: its flow, as it is where nothing is kept of it yet; one run of it is at work at a time. notification: as
    people first see it; a sync's where there is none. Raises ProblemError(run_active, run_not_made).
    """
    schedule = DynamoSchedule()
    for _ in range(_TRIES):
        flow = schedule.flow(unknown.connection, unknown.flow) or unknown
        refused = start(run, flow, apart, schedule, notification=notification)
        if refused is None or refused.made_before:
            SqsRunQueue().send(run.key)  # once more where it was made before: perhaps nobody came to queue it
            return refused is None
        active = stored_run(refused.run) if refused.run.run_id else None
        if active is not None and active.phase != Phase.DONE:
            raise _named("run_active", run.integration, active.key)
    raise ProblemError(Problem("run_not_made"))


def _named(code: str, integration: str, key: RunKey) -> ProblemError:
    url = run_url(integration, key.connection, key.run_id)
    return RequestProblemError(Problem(code, {"run": key.run_id}), run_url=url)


def applied_key(preview: Run) -> RunKey:
    """The key of the one run that applies a preview."""
    return RunKey(preview.key.connection, f"{preview.key.run_id}-aplicada")


def retried_key(run: Run) -> RunKey:
    """The key of the one run that tries again what a run rejected or failed."""
    return RunKey(run.key.connection, f"{run.key.run_id}-repetida")


def unfinished(run: Run) -> bool:
    """Whether a run has rejected or failed records."""
    return any(run.counters.get(kind) for kind in (OutcomeKind.REJECTED, OutcomeKind.FAILED))


def applicable(preview: Run) -> None:
    """Raises ProblemError where the run is no preview that can be corrected or applied."""
    if preview.mode != Mode.PREVIEW:
        raise ProblemError(Problem("run_not_preview"))
    if preview.phase != Phase.DONE or preview.result in {Result.FAILURE, Result.CANCELLED}:
        raise ProblemError(Problem("preview_not_ready"))
    if clock.now() - (preview.concluded_at or 0) > PREVIEW_DAYS * 86400:
        raise ProblemError(Problem("preview_expired", {"days": str(PREVIEW_DAYS)}))


def lane_unknown(run: Run, *at: str) -> RequestValidationError:
    """The refusal of a lane that a run does not have; `at` is the field that names it."""
    expected = ", ".join(run.tallies)
    return RequestValidationError([{"type": "enum", "loc": ("body", *at), "ctx": {"expected": expected}}])


def new_run_id(connection: str, flow: str) -> str:
    """As the tick's: sortable by time."""
    at = clock.moment().replace("-", "").replace(":", "").replace(".", "")
    return f"{at}-{digest(connection, flow, uuid4().hex)}"
