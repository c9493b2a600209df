"""Routes by which people act on hints: once more, a period once more, and what the brake holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import Field

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine import days, sweeps
from sincronia.engine.hints import Cause, Decision, Hint, hint_id, waiting
from sincronia.engine.state import Phase
from sincronia.store.hint_queue import SqsHintQueue
from sincronia.store.hinting import DynamoHintStore, decide_day, stored_day
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath, Instant
from sincronia.web.hint_forms import HintAnswer, HintIntegration
from sincronia.web.hint_reads import HintInPath, RecordInPath, check_record, hint_of, period_of
from sincronia.web.run_decisions import Decision as DecisionForm
from sincronia.web.run_decisions import name_of
from sincronia.web.run_forms import RunAnswer, RunInPath, run_answer


class Replay(Input):
    """What is to be looked at again."""

    since: Instant
    until: Annotated[Instant | None, Field(description="Sem ele, até agora.")] = None
    only: Annotated[Literal["all", "failed"], Field(description="failed: só o que terminou rejeitado ou com falha.")]


@dataclass(frozen=True, slots=True)
class HintActs:
    """The routes of one integration."""

    integration: HintIntegration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Logs")
        one = self.integration.connection_path
        queued: dict[str, Any] = {
            "role": Role.OPERATOR,
            "status": 202,
            "answered": "A linha do log em que o resultado vai aparecer.",
        }
        refuses = ("connection_unknown", "connection_disabled")
        routes.post(
            f"{one}/hints/<hint>/replay",
            summary="Trata de novo o cadastro de uma linha do log, pelo que é verdade agora",
            refuses=(*refuses, "hint_unknown", "hint_of_many"),
            **queued,
        )(self.replay_hint)
        routes.post(
            f"{one}/{self.integration.collection}/<record>/sync",
            summary="Trata um cadastro agora, pelo que é verdade dele",
            refuses=refuses,
            **queued,
        )(self.sync_record)
        routes.post(
            f"{one}/replays",
            summary="Trata de novo os cadastros de um período, ou só os que falharam nele",
            refuses=refuses,
            **queued,
        )(self.replay_period)
        routes.post(
            f"{one}/runs/<run_id>/decision",
            role=Role.OPERATOR,
            summary="Aprova ou rejeita o que o freio reteve em um dia",
            refuses=("connection_unknown", "run_unknown", "nothing_to_decide", "decided_before"),
        )(self.decide_day)
        return routes

    def replay_hint(self, connection: ConnectionInPath, hint: HintInPath, caller: Caller) -> HintAnswer:
        """A hint of its own: the one that is repeated stays as it is."""
        stored = hint_of(connection, hint, self.integration)
        self.integration.enabled(connection)
        if not stored.hint.record:
            raise ProblemError(Problem("hint_of_many"))
        asked = replace(self._asked(connection, stored.hint.record, caller), entity=stored.hint.entity)
        if self.integration.kind.keeps_bodies:
            asked = replace(asked, body_hash=stored.hint.body_hash)
        return self._queued(asked)

    def sync_record(self, connection: ConnectionInPath, record: RecordInPath, caller: Caller) -> HintAnswer:
        """As if a hint had come."""
        self.integration.enabled(connection)
        check_record(record, self.integration)
        return self._queued(self._asked(connection, record, caller))

    def replay_period(self, connection: ConnectionInPath, wanted: Replay, caller: Caller) -> HintAnswer:
        """By a sweep, which queues one hint after the other."""
        self.integration.enabled(connection)
        asked = self._asked(connection, "", caller)
        name = sweeps.REPLAY if wanted.only == "all" else sweeps.RETRY
        period = period_of(wanted.since, wanted.until, asked.received_at, "body")
        return self._queued(replace(asked, entity=name, period=period))

    def decide_day(
        self, connection: ConnectionInPath, run_id: RunInPath, wanted: DecisionForm, caller: Caller
    ) -> RunAnswer:
        """Once: who comes second is told so. What is approved is done by the worker, contract by contract."""
        self.integration.connection(connection)
        run = self.integration.run(connection, run_id)
        day = stored_day(run.key)
        if day is None or day.run.phase != Phase.BRAKE:
            raise ProblemError(Problem("decided_before" if run.decided_by else "nothing_to_decide"))
        after = days.decided(day, name_of(caller))
        decision = Decision.APPROVED if wanted.decision == "approve" else Decision.REJECTED
        asked = self._asked(connection, "", caller)
        sweep = replace(asked, entity=sweeps.DECIDE, cause=Cause.DECISION, day=run_id, decision=decision)
        told = days.told(after, self.integration.kind)
        if not decide_day(day, after, waiting(sweep), told, let_through=decision == Decision.APPROVED):
            raise ProblemError(Problem("decided_before"))
        SqsHintQueue().send(sweep)
        return run_answer(after, self.integration)

    def _asked(self, connection: str, record: str, caller: Caller) -> Hint:
        now = clock.now()
        return Hint(
            connection=connection,
            id=hint_id(now, uuid4().hex),
            entity=self.integration.kind.entity,
            record=record,
            cause=Cause.REPLAY,
            received_at=now,
            by=name_of(caller),
        )

    def _queued(self, hint: Hint) -> HintAnswer:
        """The hint, in the log before it is queued: whoever dies between leaves it to the tick."""
        DynamoHintStore(self.integration.name).keep(waiting(hint))
        SqsHintQueue().send(hint)
        url = f"/integrations/{self.integration.name}/connections/{hint.connection}/hints/{hint.id}"
        return HintAnswer(hint=hint.id, url=url)
