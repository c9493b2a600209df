"""Routes by which people decide of runs: at the brake, that one is to end, and what a record is to be corrected to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from sincronia.answers import OutOfTimeError, Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.agreed import correction_of
from sincronia.engine.decisions import approved, rejected
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.flow import Record
from sincronia.engine.report import told
from sincronia.engine.state import Notification, Phase, Rows, Run
from sincronia.store.aws import SqsRunQueue
from sincronia.store.corrections import note_corrections
from sincronia.store.runs import stored_run
from sincronia.store.working import DynamoStore
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath, run_url
from sincronia.web.integration import Integration, RunIntegration
from sincronia.web.run_answers import RequestProblemError
from sincronia.web.run_forms import ProblemAnswer, RunAnswer, RunInPath, Value, problem_answer, run_answer
from sincronia.web.run_starts import SourceId, applicable, applied_key, lane_unknown

CORRECTION_SECONDS = 20  # API Gateway waits for 30


class Decision(Input):
    """What is to become of a run that waits at the brake."""

    decision: Literal["approve", "reject"]


class Correction(Input):
    """What a person corrects of a record that a preview shows."""

    lane: str = Field(min_length=1, max_length=100)
    source_id: SourceId
    fields: Annotated[dict[str, Any], Field(min_length=1, max_length=20)]


class CorrectedRecord(BaseModel):
    """A record as it reads back from the source after its correction, as the lane's target would be told of it."""

    lane: str
    source_id: str
    label: str
    content: dict[str, Value]
    problem: ProblemAnswer | None = Field(description="O que ainda precisa de correção.")


@dataclass(frozen=True, slots=True)
class RunCancels:
    """The routes of any integration that runs work for."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        run = f"{self.integration.connection_path}/runs/<run_id>"
        routes.post(
            f"{run}/cancel",
            role=Role.OPERATOR,
            summary="Cancela uma execução",
            status=202,
            answered="A execução; ela termina assim que o que está em curso estiver gravado.",
            refuses=("connection_unknown", "run_unknown", "run_concluded"),
        )(self.cancel_run)
        return routes

    def cancel_run(self, connection: ConnectionInPath, run_id: RunInPath, caller: Caller) -> RunAnswer:
        """What was written stays written."""
        self.integration.connection(connection)
        run = self.integration.run(connection, run_id)
        if run.phase == Phase.DONE or not DynamoStore().ask_to_cancel(run.key, name_of(caller)):
            raise ProblemError(Problem("run_concluded"))
        SqsRunQueue().send(run.key)
        return run_answer(stored_run(run.key) or run, self.integration)


@dataclass(frozen=True, slots=True)
class RunDecisions:
    """The routes of one integration."""

    integration: RunIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        run = f"{self.integration.connection_path}/runs/<run_id>"
        routes.post(
            f"{run}/decision",
            role=Role.OPERATOR,
            summary="Aprova ou rejeita uma execução que espera no freio",
            refuses=("connection_unknown", "run_unknown", "nothing_to_decide", "decided_before"),
        )(self.decide_run)
        routes.post(
            f"{run}/corrections",
            role=Role.OPERATOR,
            summary="Corrige na origem um cadastro que a pré-visualização mostra",
            page="corrected.html",
            answered="O cadastro como está agora.",
            refuses=(
                *("connection_unknown", "connection_disabled", "run_unknown", "run_not_preview", "preview_not_ready"),
                *("preview_expired", "preview_applied", "vendors_slow"),
            ),
        )(self.correct_record)
        return routes

    def decide_run(
        self, connection: ConnectionInPath, run_id: RunInPath, wanted: Decision, caller: Caller
    ) -> RunAnswer:
        """Once: who comes second is told so."""
        self.integration.connection(connection)
        run = self.integration.run(connection, run_id)
        title, answers = self.integration.described(run.flow).title, self.integration.answers
        after = decided(run, wanted, caller, lambda after: told(after, title, answers))
        return run_answer(after, self.integration)

    def correct_record(self, connection: ConnectionInPath, run_id: RunInPath, wanted: Correction) -> CorrectedRecord:
        """The pencil: written to the source, read back, and accepted by the preview as it then is."""
        config = self.integration.enabled(connection)
        preview = self.integration.run(connection, run_id)
        applicable(preview)
        if wanted.lane not in preview.tallies:
            raise lane_unknown(preview, "lane")
        applied = applied_key(preview)
        if stored_run(applied) is not None:
            raise self._applied(preview)
        opening = self.integration.opening(config, preview.filters, CORRECTION_SECONDS)
        flow = self.integration.opened(config, preview.flow, preview.filters)
        try:
            record = self.integration.correct(opening, wanted.lane, wanted.source_id, wanted.fields)
        except OutOfTimeError:
            raise ProblemError(Problem("vendors_slow")) from None
        except ProblemError as error:
            known = "field" in error.problem.details and len(wanted.fields) == 1
            field = f"fields.{next(iter(wanted.fields))}" if known else ""
            raise RequestProblemError(error.problem, field=field) from None
        corrected = flow.lane(wanted.lane)
        shaped = {lane.entity: lane.shape(record) for lane in flow.lanes if lane.listing == corrected.listing}
        accepted = {
            correction_of(entity, each.source_id, fingerprint(each.content))
            for entity, each in shaped.items()
            if each.problem is None
        }
        if not note_corrections(preview.key, applied, accepted):
            raise self._applied(preview)
        return self._answer(wanted.lane, shaped[wanted.lane])

    def _answer(self, lane: str, record: Record) -> CorrectedRecord:
        return CorrectedRecord(
            lane=lane,
            source_id=record.source_id,
            label=record.label,
            content=dict(record.content),
            problem=problem_answer(record.problem, self.integration.answers),
        )

    def _applied(self, preview: Run) -> ProblemError:
        key = applied_key(preview)
        url = run_url(self.integration.name, key.connection, key.run_id)
        return RequestProblemError(Problem("preview_applied", {"run": key.run_id}), run_url=url)


def decided(run: Run, wanted: Decision, caller: Token, tell: Callable[[Run], Notification]) -> Run:
    """A run at the brake after what a person decided, which is kept; `tell` is its notification.

    Raises ProblemError(nothing_to_decide, decided_before).
    """
    if run.phase != Phase.BRAKE:
        raise ProblemError(Problem("decided_before" if run.decided_by else "nothing_to_decide"))
    after = (approved if wanted.decision == "approve" else rejected)(run, name_of(caller))
    if not DynamoStore().commit(run, after, Rows(notification=tell(after))):
        raise ProblemError(Problem("decided_before"))
    if after.phase != Phase.DONE:
        SqsRunQueue().send(after.key)
    return after


def name_of(caller: Token) -> str:
    """What people read of who decided; the id leads to the audit trail."""
    return f"{caller.description} (token {caller.id})"
