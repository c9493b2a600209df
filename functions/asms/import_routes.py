"""Routes of imports: the form that sends a file, what is decided of an import, what it came to, and what comes back.

Seed 003, “Formato de importação para clientes e especialistas”. A file that S3 has becomes a run (asms.on_upload).
"""

from __future__ import annotations

import io
import re
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Depends, Request, Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from asms.catalogue_routes import entry_of
from asms.catalogues import Catalogue, Category
from asms.choices import offered_projects
from asms.columns import RECORDS_SHEET
from asms.importing.all_sentences import ALL_SENTENCES
from asms.importing.faults import faults_of
from asms.importing.keys import Uploaded, file_of, metadata_out, upload_key
from asms.importing.model import IMPORT, MOST_BYTES, MOST_ROWS, UNDOING, Asked, asked_by
from asms.importing.sentences import said
from asms.importing.told import told
from asms.importing.undoing import taken_back, undoing_key
from asms.paths import ProjectInPath
from asms.store.imported import copy_here
from asms.store.upload_forms import files_origin, signed_form
from asms.user_forms import Named
from asms.users import Culture
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.report import TO_CORRECT
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Result, Run, RunKey
from sincronia.ids import ID_FORM
from sincronia.store.asked import asked_before, digest
from sincronia.store.aws import SqsRunQueue
from sincronia.store.beginning import begun
from sincronia.store.outcomes import outcomes_of, stored_outcomes
from sincronia.store.results import keep_result
from sincronia.store.runs import newest_runs, stored_run
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.browsers import own_origin
from sincronia.web.fields import ConnectionInPath, Line, connection_url, run_url
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
from sincronia.web.run_answers import RequestProblemError
from sincronia.web.run_decisions import Decision, decided
from sincronia.web.run_forms import RunAnswer, RunInPath, run_answer
from sincronia.web.run_starts import applicable, applied_key, asked_run

_LONGEST_NAME = 1_500  # bytes of a file's name in an upload's metadata, which have two thousand
_LEFT = (OutcomeKind.REJECTED, OutcomeKind.FAILED)

_NEWEST = 50  # runs among which the import of a file is looked for that has just been sent
_FIRST_ROWS = 10  # that the details show
_RANDOM = re.compile(r"^[0-9a-f]{8}-")  # before the file's name in its key


def _own_origin(request: Request) -> str:
    return own_origin(request.headers)


OwnOrigin = Annotated[str, Depends(_own_origin)]
ChosenProject = Annotated[str, Query(pattern=ID_FORM, description="O projeto; sem ele, o único que houver.")]
KeyInQuery = Annotated[str, Query(max_length=1024, description="A chave do arquivo, um dos campos do formulário.")]
SaidByS3 = Annotated[str, Query(max_length=1024, description="O que S3 diz do envio além da chave; não é usado.")]
LeftKind = Annotated[
    Literal["rejected", "failed", "skipped"],
    Query(description="As que precisam de correção, as que não puderam ser gravadas, ou as que ficaram de fora."),
]


class NewImport(Input):
    """The file that is to be imported, and whether first to be shown what would be done."""

    category: Category
    file: Line = Field(description="O nome do arquivo, como as pessoas o conhecem.")
    mode: Mode = Field(default=Mode.APPLY, description="preview: só mostra o que seria feito; apply: faz.")
    leads_back: bool = Field(
        default=False,
        strict=True,
        description="true: quem envia o formulário é levado à página que acompanha o arquivo (303, e não 204).",
    )


class ImportForm(BaseModel):
    """What can be imported, and into which projects."""

    projects: list[Named] = Field(description="Os primeiros projetos ativos, na ordem dos nomes.")
    project: Named | None = Field(description="O projeto em que se importaria; nulo, onde falta escolher.")
    most_bytes: int = Field(description="O tamanho do maior arquivo.")
    most_rows: int = Field(description="As linhas que ele pode ter, no máximo.")


class SentFile(BaseModel):
    """What has become of a file that was sent."""

    file: str
    import_url: str | None = Field(description="Onde a importação é lida; nulo, enquanto ela não começou.")


class UploadAnswer(BaseModel):
    """The form that sends the file. What is sent by it becomes a run within seconds."""

    url: str = Field(description="Para onde o formulário (multipart/form-data) é enviado por POST.")
    fields: dict[str, str] = Field(description="Os campos do formulário; o arquivo vem depois deles, no campo file.")
    expires_at: str = Field(description="Até quando o formulário vale.")
    notifications: str = Field(description="Onde a importação aparece depois do envio.")


class Explained(BaseModel):
    """A problem, in the importer's language."""

    code: str
    reason: str
    advice: str


class RelatedRun(BaseModel):
    """A run that came of an import."""

    run_id: str
    phase: Phase
    result: Result | None
    url: str


class FaultAnswer(BaseModel):
    """What is wrong with a cell, or with the whole row, in the importer's language."""

    cell: str | None = Field(description="A célula, como C17; null onde o arquivo não tem a coluna.")
    column: str | None = Field(description="A coluna; null no que é da linha inteira.")
    value: str = Field(description="O que foi digitado, encoberto onde é pessoal.")
    code: str
    reason: str
    advice: str


class RowAnswer(BaseModel):
    """A row of the file that wasn't imported."""

    seq: str
    label: str
    kind: OutcomeKind
    file: str = Field(description="O arquivo dentro do zip; vazio onde o arquivo não é um zip.")
    sheet: str = Field(description="A planilha do arquivo; vazio em um CSV.")
    row: int
    faults: list[FaultAnswer]


class ImportAnswer(BaseModel):
    """What people see of an import; sentences are in the importer's language."""

    run_id: str
    title: str
    text: str = Field(description="Como na notificação.")
    file: str
    project: str
    project_name: str = Field(description="Como o projeto se chamava quando o arquivo chegou.")
    category: Category
    mode: Mode
    importer: str
    culture: Culture
    phase: Phase
    result: Result | None
    started_at: str
    concluded_at: str | None
    position: int = Field(description="Quantas das linhas planejadas já passaram.")
    planned: int
    received: int = Field(description="As linhas do arquivo.")
    counters: dict[OutcomeKind, int]
    ignored: list[str] = Field(description="As colunas que não foram consideradas.")
    missing: list[str] = Field(description="As colunas obrigatórias que o arquivo não tem.")
    problem: Explained | None = Field(description="Por que espera, ou por que terminou antes.")
    brakes: list[Explained] = Field(description="O que o freio encontrou.")
    corrections: str | None = Field(description="O endereço da planilha a corrigir; null onde nada há a corrigir.")
    preview: str | None = Field(description="A pré-visualização que ela aplica.")
    applied: RelatedRun | None = Field(description="De uma pré-visualização: a importação que a aplica.")
    undone: RelatedRun | None = Field(description="A execução que a desfaz.")
    can_be_undone: bool = Field(description="Se terminou e gravou algum usuário, e ninguém a desfez ainda.")
    rows: list[RowAnswer] = Field(description="As primeiras linhas que precisam de correção.")
    url: str = Field(description="O endereço da execução.")


@dataclass(frozen=True, slots=True)
class ImportRoutes:
    """The routes of one integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Importações")
        base = self.integration.connection_path
        run = f"{base}/runs/<run_id>"
        operator: dict[str, Any] = {"role": Role.OPERATOR}
        made: dict[str, Any] = {**operator, "status": 201, "answered": "A execução, que está na fila."}
        of_run = ("connection_unknown", "run_unknown")
        acts = (*of_run, "connection_disabled")
        routes.get(
            f"{base}/imports",
            summary="Lê o que se pode importar: os projetos ativos e os limites de um arquivo",
            refuses=("connection_unknown", "asms.entry_missing"),
            page="asms/imports.html",
            menu="Importar",
            elsewhere=files_origin,
            **operator,
        )(self.read_import_form)
        routes.get(
            f"{base}/imports/sent",
            summary="Acha a importação de um arquivo que acaba de ser enviado",
            refuses=("connection_unknown",),
            page="asms/sent_file.html",
            role=Role.READER,
        )(self.read_sent_file)
        routes.post(
            f"{base}/projects/<project>/imports",
            summary="Prepara o envio de um arquivo a importar",
            status=201,
            answered="O formulário com que o arquivo é enviado; cada um serve para um arquivo.",
            refuses=("connection_unknown", "connection_disabled", "asms.entry_missing", "asms.project_inactive"),
            idempotent=False,  # it makes nothing, and an old form is no longer good
            page="asms/upload.html",
            elsewhere=files_origin,
            **operator,
        )(self.start_import)
        routes.post(
            f"{run}/apply",
            summary="Importa o que uma pré-visualização mostrou",
            refuses=(*acts, "run_not_preview", "preview_not_ready", "preview_expired", "preview_applied"),
            **made,
        )(self.apply_preview)
        routes.post(
            f"{run}/decision",
            summary="Aprova ou rejeita uma importação que espera no freio",
            refuses=(*of_run, "nothing_to_decide", "decided_before"),
            **operator,
        )(self.decide_run)
        routes.post(
            f"{run}/undo",
            summary="Desfaz uma importação",
            refuses=(*acts, "asms.run_not_import", "asms.nothing_to_undo", "asms.import_undone"),
            **made,
        )(self.undo_import)
        reader: dict[str, Any] = {"role": Role.READER, "refuses": ("run_unknown", "asms.run_not_import")}
        routes.get(f"{run}/import", summary="Lê os detalhes de uma importação", page="asms/import.html", **reader)(
            self.read_import
        )
        routes.get(
            f"{run}/rows",
            summary="Lista as linhas que não foram importadas, e por quê",
            page="asms/import_rows.html",
            **reader,
        )(self.list_rows)
        routes.get(
            f"{run}/files/{TO_CORRECT}",
            summary="Baixa a planilha das linhas a corrigir, para corrigir e enviar de novo",
            status=303,
            answered="O endereço da planilha, no cabeçalho Location; ele vale por 5 minutos.",
            refuses=("run_unknown", "run_not_concluded", "file_unknown"),
            **operator,  # what was typed is in it, passwords of new users among it
        )(self.download_corrections)
        return routes

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────────────────
    def read_import_form(self, connection: ConnectionInPath, project: ChosenProject = "") -> ImportForm:
        """Of the project that is named, or of the only one that there is."""
        self.integration.connection(connection)
        projects, one = offered_projects(connection, project)
        return ImportForm(projects=projects, project=one, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)

    def read_sent_file(
        self,
        connection: ConnectionInPath,
        key: KeyInQuery,
        bucket: SaidByS3 = "",  # noqa: ARG002  # S3 leads browsers here with it
        etag: SaidByS3 = "",  # noqa: ARG002  # as above
    ) -> SentFile:
        """By the key alone, among the newest runs: who has just sent a file is led here by S3."""
        self.integration.connection(connection)
        runs = newest_runs(connection, _NEWEST)
        found = next((run for run in runs if run.flow == IMPORT and run.filters["key"] == key), None)
        return SentFile(
            file=asked_by(found).file if found else _RANDOM.sub("", file_of(key)),
            import_url=f"{self._url(found.key)}/import" if found else None,
        )

    def start_import(  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        new: NewImport,
        caller: Caller,
        origin: OwnOrigin,
    ) -> UploadAnswer:
        """The run comes of the file, when S3 has it: what it is called is known by then."""
        self.integration.enabled(connection)
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        if not entry.active:
            raise ProblemError(Problem("asms.project_inactive", {"name": entry.name}))
        key = upload_key(connection, project, new.category, new.file)
        sent = f"{origin}{connection_url(self.integration.name, connection)}/imports/sent" if new.leads_back else ""
        form = signed_form(key, metadata_out(Uploaded(new.mode, caller.id, _in_metadata(new.file))), sent)
        return UploadAnswer(
            url=form.url,
            fields=dict(form.fields),
            expires_at=clock.iso(form.expires_at),
            notifications=f"/notifications?connection={connection}",
        )

    def apply_preview(
        self, connection: ConnectionInPath, run_id: RunInPath, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """A preview is applied once; what has changed since it is left out."""
        self.integration.enabled(connection)
        preview = self.integration.run(connection, run_id)
        applicable(preview)
        made = self._run(applied_key(preview), preview, IMPORT, caller, preview=preview.key.run_id)
        return self._made(made, "preview_applied", caller, idempotency_key)

    def decide_run(
        self, connection: ConnectionInPath, run_id: RunInPath, wanted: Decision, caller: Caller
    ) -> RunAnswer:
        """Once: who comes second is told so."""
        self.integration.connection(connection)
        run = self.integration.run(connection, run_id)
        return run_answer(decided(run, wanted, caller, told), self.integration)

    def undo_import(
        self, connection: ConnectionInPath, run_id: RunInPath, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """An import is taken back once; who was changed since is left as they are."""
        self.integration.enabled(connection)
        run = self._import(connection, run_id)
        if run.mode != Mode.APPLY or run.phase != Phase.DONE or not taken_back(run):
            raise ProblemError(Problem("asms.nothing_to_undo"))
        undoing = self._run(undoing_key(run.key), run, UNDOING, caller)
        return self._made(undoing, "asms.import_undone", caller, idempotency_key)

    # ── what people read ────────────────────────────────────────────────────────────────────────────────────────────
    def read_import(self, connection: ConnectionInPath, run_id: RunInPath) -> ImportAnswer:
        """As it stands."""
        run = self._import(connection, run_id)
        asked, shown, progress = asked_by(run), told(run), run.progress
        undone = self._related(undoing_key(run.key)) if run.mode == Mode.APPLY else None
        rejected = run.counters.get(OutcomeKind.REJECTED, 0)
        found = outcomes_of(run_id, OutcomeKind.REJECTED, _FIRST_ROWS, None).values if rejected else ()
        return ImportAnswer(
            run_id=run.key.run_id,
            title=shown.title,
            text=shown.text,
            file=asked.file,
            project=asked.project,
            project_name=asked.project_name,
            category=asked.category,
            mode=run.mode,
            importer=asked.importer,
            culture=asked.culture,
            phase=run.phase,
            result=run.result,
            started_at=shown.created_at,
            concluded_at=shown.concluded_at or None,
            position=run.position,
            planned=run.planned,
            received=run.received,
            counters=dict(run.counters),
            ignored=progress.get("ignored", []),
            missing=progress.get("missing", []),
            problem=_explained(run.problem, asked) if run.problem else None,
            brakes=[_explained(problem, asked) for problem in run.brakes],
            corrections=f"{self._url(run.key)}/files/{TO_CORRECT}" if TO_CORRECT in shown.files else None,
            preview=run.preview or None,
            applied=self._related(applied_key(run)) if run.mode == Mode.PREVIEW else None,
            undone=undone,
            can_be_undone=run.mode == Mode.APPLY and run.phase == Phase.DONE and bool(taken_back(run)) and not undone,
            rows=[_row(outcome, asked.culture) for outcome in found],
            url=self._url(run.key),
        )

    def list_rows(
        self,
        connection: ConnectionInPath,
        run_id: RunInPath,
        kind: LeftKind = "rejected",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[RowAnswer]:
        """In the order of the file."""
        run = self._import(connection, run_id)
        culture = asked_by(run).culture
        found = outcomes_of(run_id, OutcomeKind(kind), limit, after_of(cursor))
        return page(found, lambda outcome: _row(outcome, culture))

    def download_corrections(self, connection: ConnectionInPath, run_id: RunInPath) -> Response[None]:
        """Made anew with each request, out of the copy that the import read: it is kept for thirty days."""
        run = self.integration.run(connection, run_id)
        if run.phase != Phase.DONE:
            raise ProblemError(Problem("run_not_concluded"))
        copy = run.progress.get("copy")
        if run.flow != IMPORT or not copy:
            raise ProblemError(Problem("file_unknown"))
        link = keep_result(connection, run_id, TO_CORRECT, *_corrections(run, copy))
        return Response(status_code=303, headers={"Location": link})

    def _import(self, connection: str, run_id: str) -> Run:
        run = self.integration.run(connection, run_id)
        if run.flow != IMPORT:
            raise ProblemError(Problem("asms.run_not_import"))
        return run

    def _run(self, key: RunKey, of: Run, flow: str, caller: Token, preview: str = "") -> Run:
        """A run that goes on from another one, and is of the same file."""
        return replace(asked_run(key, self.integration.name, flow, of.filters, caller), preview=preview)

    def _made(self, run: Run, code: str, caller: Token, idempotency_key: str) -> RunAnswer:
        """Makes and queues the run. Raises ProblemError(code) where it was made before, by another request."""
        key, here_before = run.key, False
        if idempotency_key:
            here_before = asked_before(digest(caller.id, key.connection, key.run_id, idempotency_key), key.run_id)
        if not begun(run, told(run)):
            made = stored_run(key)
            if made is None or not here_before:
                raise RequestProblemError(Problem(code, {"run": key.run_id}), run_url=self._url(key))
            run = made  # by this very request, whose first answer nobody heard
        SqsRunQueue().send(key)  # once more where it was made before: perhaps nobody came to queue it
        return run_answer(run, self.integration)

    def _related(self, key: RunKey) -> RelatedRun | None:
        run = stored_run(key)
        if run is None:
            return None
        return RelatedRun(run_id=key.run_id, phase=run.phase, result=run.result, url=self._url(key))

    def _url(self, key: RunKey) -> str:
        return run_url(self.integration.name, key.connection, key.run_id)


def _in_metadata(name: str) -> str:
    """As much of a file's name as an upload's metadata have room for."""
    while len(quote(name, safe="")) > _LONGEST_NAME:
        name = name[:-1]
    return name


def _explained(problem: Problem, asked: Asked) -> Explained:
    each = said(problem, ALL_SENTENCES, asked.culture)
    return Explained(code=problem.code, reason=each.sentence, advice=each.advice)


def _row(outcome: Outcome, culture: Culture) -> RowAnswer:
    return RowAnswer(
        seq=outcome.seq,
        label=outcome.label,
        kind=outcome.kind,
        file=outcome.kept["file"],
        sheet=outcome.kept["sheet"],
        row=outcome.kept["row"],
        faults=[
            FaultAnswer(
                cell=fault.cell or None,
                column=fault.column or None,
                value=fault.value,
                code=fault.code,
                reason=fault.reason,
                advice=fault.advice,
            )
            for fault in faults_of(outcome, culture)
        ],
    )


def _corrections(run: Run, copy: str) -> tuple[bytes, str]:
    """The workbook that comes back, and its type. Raises ProblemError(file_unknown)."""
    from asms.formats import CONTENT_TYPE  # noqa: PLC0415  # only who asks needs XlsxWriter
    from asms.importing.reading import tables  # noqa: PLC0415
    from asms.importing.returned import sheets, write_workbook, wrong_rows  # noqa: PLC0415

    asked, file = asked_by(run), io.BytesIO()
    rejected, failed, skipped = (stored_outcomes(run.key.run_id, kind) for kind in (*_LEFT, OutcomeKind.SKIPPED))
    wrong = wrong_rows(run, asked.culture, rejected, [*failed], skipped if run.preview else ())
    made_at = datetime.fromtimestamp(run.concluded_at or run.started_at, clock.SAO_PAULO)
    with ExitStack() as stack:
        try:
            path, _ = stack.enter_context(copy_here(copy))
        except ProblemError:
            raise ProblemError(Problem("file_unknown")) from None
        found = stack.enter_context(closing(tables(path, asked.file, RECORDS_SHEET[asked.category])))
        number = write_workbook(file, asked.category, made_at, sheets(found, wrong))
    if not number:
        raise ProblemError(Problem("file_unknown"))
    return file.getvalue(), CONTENT_TYPE
