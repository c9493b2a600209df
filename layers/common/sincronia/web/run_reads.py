"""Routes that read runs: how they stand, what they did; of some, what is to be corrected, their messages and plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine.agreed import corrected_record
from sincronia.engine.lines import StoredActions, read_manifest
from sincronia.engine.plan import Action
from sincronia.engine.report import TO_CORRECT
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Run
from sincronia.store.aws import S3Objects
from sincronia.store.listing import After, Listed
from sincronia.store.outcomes import outcomes_after, outcomes_of, stored_outcomes
from sincronia.store.results import keep_result
from sincronia.store.runs import runs_of
from sincronia.store.selections import deselected_records
from sincronia.web import messages as live
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath, Month
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
from sincronia.web.run_details import RunDetails, run_details
from sincronia.web.run_forms import (
    CorrectableField,
    OutcomeAnswer,
    PlannedRecord,
    RunAnswer,
    RunInPath,
    correctable_fields,
    outcome_answer,
    planned_record,
    run_answer,
)
from sincronia.web.run_starts import PREVIEW_DAYS

_LOOKED_AT = 5000  # planned records that one request looks at for those of a kind; the next page goes on from there
_KEPT_DAYS = 89  # what was planned is gone after 90
_UNFINISHED = (OutcomeKind.REJECTED, OutcomeKind.FAILED)
_SITUATIONS = {OutcomeKind.REJECTED: "Precisa de correção", OutcomeKind.FAILED: "Não enviado"}

Kind = Annotated[OutcomeKind | None, Query(description="Só os que terminaram assim.")]
Lane = Annotated[str, Query(max_length=100, description="Só os deste tipo de cadastro e destino.")]
Seen = Annotated[str, Query(pattern=live.FORM, description="O seq da última mensagem vista.")]


class MessageAnswer(BaseModel):
    """A line of the area Mensagem."""

    seq: str
    at: str
    text: str


class Messages(BaseModel):
    """The messages after one that was seen."""

    title: str
    mode: Mode
    items: list[MessageAnswer]
    more: bool = Field(description="true, onde outras já vêm depois destas.")
    latest: str | None = Field(description="De onde ler só as mais recentes, em after; null onde todas estão aqui.")
    concluded: bool = Field(description="true, onde não virá mais nenhuma.")


@dataclass(frozen=True, slots=True)
class RunReads:
    """The routes of any integration. `page` is the template of one run: its own, where it tells more of them."""

    integration: Integration
    page: str = "run.html"

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        runs = f"{self.integration.connection_path}/runs"
        reader: dict[str, Any] = {"role": Role.READER}
        routes.get(
            runs,
            summary="Lista as execuções de uma conexão em um mês",
            refuses=("connection_unknown",),
            page="runs.html",
            menu="Execuções",
            **reader,
        )(self.list_connection_runs)
        one = {**reader, "refuses": ("run_unknown",)}
        routes.get(f"{runs}/<run_id>", summary="Lê uma execução", page=self.page, **one)(self.read_run)
        routes.get(
            f"{runs}/<run_id>/outcomes",
            summary="Lista o que uma execução fez a cada cadastro",
            page="outcomes.html",
            **one,
        )(self.list_outcomes)
        return routes

    def list_connection_runs(
        self, connection: ConnectionInPath, month: Month = "", limit: Limit = 50, cursor: Cursor = ""
    ) -> Page[RunAnswer]:
        """The newest first."""
        self.integration.connection(connection)
        month = month or clock.month(clock.now())
        return page(runs_of(connection, month, limit, after_of(cursor)), lambda run: run_answer(run, self.integration))

    def read_run(self, connection: ConnectionInPath, run_id: RunInPath) -> RunDetails:
        """As it stands."""
        return run_details(self.integration.run(connection, run_id), self.integration)

    def list_outcomes(
        self,
        connection: ConnectionInPath,
        run_id: RunInPath,
        kind: Kind = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[OutcomeAnswer]:
        """In the order of the plan."""
        self.integration.run(connection, run_id)
        found = outcomes_of(run_id, kind, limit, after_of(cursor))
        return page(found, lambda outcome: outcome_answer(outcome, self.integration))


@dataclass(frozen=True, slots=True)
class Corrections:
    """The route of an integration whose runs leave records to correct, which people correct in another system."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        routes.get(
            f"{self.integration.connection_path}/runs/<run_id>/files/{TO_CORRECT}",
            role=Role.READER,
            summary="Baixa a planilha dos cadastros a corrigir",
            status=303,
            answered="O endereço da planilha, no cabeçalho Location; ele vale por 5 minutos.",
            refuses=("run_unknown", "run_not_concluded", "file_unknown", "plan_gone"),
        )(self.download_corrections)
        return routes

    def download_corrections(self, connection: ConnectionInPath, run_id: RunInPath) -> Response[None]:
        """Made anew with each request."""
        from sincronia import workbooks  # noqa: PLC0415  # only who asks for a workbook needs its library

        run = self.integration.run(connection, run_id)
        if run.phase != Phase.DONE:
            raise ProblemError(Problem("run_not_concluded"))
        if not any(run.counters.get(kind) for kind in _UNFINISHED):
            raise ProblemError(Problem("file_unknown"))
        columns = (
            workbooks.Column("Cadastro", 50),
            workbooks.Column("Tipo", 24),
            workbooks.Column("Destino", 12),
            workbooks.Column("Situação", 20),
            workbooks.Column("O que está errado", 70),
            workbooks.Column("O que fazer", 70),
        )
        file = workbooks.workbook("Cadastros a corrigir", columns, self._rows(run))
        link = keep_result(connection, run_id, TO_CORRECT, file, workbooks.CONTENT_TYPE)
        return Response(status_code=303, headers={"Location": link})

    def _rows(self, run: Run) -> Iterator[Sequence[str]]:
        if run.mode == Mode.PREVIEW:
            for _, entity, action in _planned(run, "", 0):
                if action.kind in _UNFINISHED:
                    yield self._row(entity, action)
            return
        for kind in _UNFINISHED:
            for outcome in stored_outcomes(run.key.run_id, kind):
                yield self._row(outcome.entity, outcome)

    def _row(self, entity: str, record: Action | Outcome) -> Sequence[str]:
        lane, wrong, advice = self.integration.lanes[entity], "", ""
        if record.problem:
            answer = self.integration.answers[record.problem.code]
            wrong = answer.sentence.format_map(record.problem.details)
            advice = answer.advice.format_map(record.problem.details)
        return record.label, lane.title, lane.target, _SITUATIONS[record.kind], wrong, advice


@dataclass(frozen=True, slots=True)
class RunMessages:
    """The route of an integration whose runs can be looked at while they act."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        routes.get(
            f"{self.integration.connection_path}/runs/<run_id>/messages",
            role=Role.READER,
            summary="Lê as mensagens de uma execução",
            page="messages.html",
            refuses=("run_unknown",),
        )(self.read_messages)
        return routes

    def read_messages(
        self, connection: ConnectionInPath, run_id: RunInPath, after: Seen = "", limit: Limit = 100
    ) -> Messages:
        """After one that was seen, in their order."""
        run = self.integration.run(connection, run_id)
        seen = live.outcomes_after(after)
        found = outcomes_after(run_id, seen, limit + 1) if seen is not None and run.mode == Mode.APPLY else []
        more = len(found) > limit
        described = self.integration.described(run.flow)
        lines = live.messages(
            run,
            described,
            [live.Told(outcome, at) for outcome, at in found[:limit]],
            more=more,
            targets={entity: lane.target for entity, lane in self.integration.lanes.items()},
            listings=self.integration.listings,
        )
        return Messages(
            title=described.title,
            mode=run.mode,
            more=more,
            latest=live.place_of(run.position - limit // 2) if more else None,
            items=[
                MessageAnswer(seq=line.seq, at=line.at, text=line.text)
                for line in lines
                if not after or line.seq > after
            ],
            concluded=run.phase == Phase.DONE and not more,
        )


class Plan(Page[PlannedRecord]):
    """What a preview would do, page by page, and what can be done of it."""

    run: RunDetails
    expires_at: str | None = Field(description="Até quando ela pode ser sincronizada; null enquanto não terminou.")
    deselected: int = Field(description="Quantos cadastros ficam de fora, ao todo.")
    fields: dict[str, list[CorrectableField]] = Field(
        description="O que pode ser corrigido de um cadastro, pelo tipo e destino (lane)."
    )


@dataclass(frozen=True, slots=True)
class RunPlans:
    """The route of an integration whose runs plan before they act. `page` is its template: its own, as of RunReads."""

    integration: Integration
    page: str = "plan.html"

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Execuções")
        routes.get(
            f"{self.integration.connection_path}/runs/<run_id>/plan",
            role=Role.READER,
            summary="Lista o que uma pré-visualização faria a cada cadastro",
            page=self.page,
            refuses=("run_unknown", "run_not_preview", "plan_gone"),
        )(self.list_planned)
        return routes

    def list_planned(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        run_id: RunInPath,
        lane: Lane = "",
        kind: Kind = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Plan:
        """In the order of the plan. A page may hold fewer than `limit`, and the list still go on."""
        run = self.integration.run(connection, run_id)
        if run.mode != Mode.PREVIEW:
            raise ProblemError(Problem("run_not_preview"))
        deselected, corrected = deselected_records(run.key), _corrected(run)
        start = _offset(after_of(cursor))
        records, end = list[PlannedRecord](), None
        for looked_at, (offset, entity, action) in enumerate(_planned(run, lane, start)):
            if len(records) == limit or looked_at == _LOOKED_AT:
                end = {"offset": str(offset)}
                break
            if kind in (None, action.kind):
                known = (entity, action.source_id)
                records.append(
                    planned_record(
                        *(offset, entity, action, self.integration),
                        deselected=known in deselected,
                        corrected=known in corrected,
                    )
                )
        fields = {entity: form for entity, form in self.integration.corrections.items() if entity in run.tallies}
        return Plan(
            **page(Listed(tuple(records), end), lambda record: record).model_dump(),
            run=run_details(run, self.integration),
            expires_at=clock.iso(run.concluded_at + PREVIEW_DAYS * 86400) if run.concluded_at is not None else None,
            deselected=len(deselected),
            fields={entity: correctable_fields(form) for entity, form in fields.items()},
        )


def _corrected(run: Run) -> Set[tuple[str, str]]:
    """Entities and source ids of the records of a preview that people have corrected since."""
    return {corrected_record(correction) for correction in run.corrections}


def _planned(run: Run, lane: str, start: int) -> Iterator[tuple[int, str, Action]]:
    """A plan's actions from an offset on, each with its offset and its lane's entity; `lane` narrows it to one."""
    if clock.now() - run.started_at > _KEPT_DAYS * 86400:
        raise ProblemError(Problem("plan_gone"))
    objects, first = S3Objects(), 0
    for entity in run.tallies:
        manifest = read_manifest(objects, run.plan_manifests.get(entity, ""))  # none where it ended before
        if lane in ("", entity):
            position = max(start - first, 0)
            actions = StoredActions(objects, {entity: manifest}).from_position(position)
            for offset, (_, action) in enumerate(actions, start=first + position):
                yield offset, entity, action
        first += manifest.received


def _offset(after: After | None) -> int:
    """The offset that a cursor names. Raises ProblemError(cursor_invalid)."""
    if after is None:
        return 0
    offset = after.get("offset", "")
    if after.keys() != {"offset"} or not offset.isascii() or not offset.isdigit() or len(offset) > 9:
        raise ProblemError(Problem("cursor_invalid"))
    return int(offset)
