"""Routes of exports: the three formats of a project's clients or specialists, and the files to download (seed 003)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, Field

from asms.catalogue_routes import entry_of
from asms.catalogues import Catalogue, Category
from asms.choices import offered_projects
from asms.columns import LAYOUT_TITLES, RECORDS_SHEET, Layout, columns_of
from asms.exports import EXPORT, RECORDS, Wanted, export_key, file_name, told, wanted_by
from asms.paths import CategoryInPath, ProjectInPath
from asms.store.fields import stored_fields
from asms.user_forms import Named
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.state import Phase, Result, Run, RunKey, ScheduledFlow
from sincronia.ids import ID_FORM
from sincronia.store.asked import asked_for, digest
from sincronia.store.results import keep_result, link_to
from sincronia.store.runs import stored_run
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath, connection_url, run_url
from sincronia.web.integration import Integration
from sincronia.web.run_forms import RunAnswer, RunInPath, run_answer
from sincronia.web.run_starts import asked_run, made, new_run_id

_KEPT_SECONDS = 7 * 86400  # the files of exports, by the bucket's rule
_FILE_FORM = r"^[a-z0-9-]{1,80}\.zip$"
ChosenProject = Annotated[str, Query(pattern=ID_FORM, description="O projeto; sem ele, o único que houver.")]
FileInPath = Annotated[str, Path(pattern=_FILE_FORM, description="O nome do arquivo, como na notificação.")]


class NewExport(Input):
    """Whom to export, and in which of the formats."""

    category: Category
    format: Layout = Field(
        description="empty: sem usuários, para criar; with_data: com os usuários do projeto; "
        "with_data_without_relations: o mesmo, sem relacionamentos e turnos."
    )


class ExportAnswer(BaseModel):
    """An export: of the empty format the file is there at once, of the others when the run is concluded."""

    category: Category
    format: Layout
    file: str = Field(description="O endereço em que o arquivo é baixado.")
    run: RunAnswer | None = Field(description="A execução que faz o arquivo; null no formato vazio.")


class ExportForm(BaseModel):
    """What can be exported, and of which projects."""

    projects: list[Named] = Field(description="Os primeiros projetos ativos, na ordem dos nomes.")
    project: Named | None = Field(description="O projeto que se exportaria; nulo, onde falta escolher.")


@dataclass(frozen=True, slots=True)
class ExportRoutes:
    """The routes of one integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Exportações")
        base = self.integration.connection_path
        found = ("connection_unknown", "asms.entry_missing")
        routes.get(
            f"{base}/exports",
            role=Role.READER,
            summary="Lê o que se pode exportar: os projetos ativos",
            refuses=found,
            page="asms/exports.html",
            menu="Exportar",
            drawn_with={"records": RECORDS},
        )(self.read_export_form)
        routes.post(
            f"{base}/projects/<project>/exports",
            role=Role.OPERATOR,
            summary="Exporta os clientes ou especialistas de um projeto",
            status=201,
            answered="A exportação; com dados, ela está na fila.",
            refuses=(*found, "connection_disabled", "run_active", "run_not_made"),
            page="asms/export.html",
        )(self.start_export)
        link: dict[str, Any] = {
            "role": Role.READER,
            "status": 303,
            "answered": "O endereço do arquivo, no cabeçalho Location; ele vale por 5 minutos.",
        }
        routes.get(
            f"{base}/projects/<project>/formats/<category>",
            summary="Baixa o formato vazio de um projeto",
            refuses=found,
            **link,
        )(self.download_empty_format)
        routes.get(
            f"{base}/runs/<run_id>/export",
            role=Role.READER,
            summary="Lê uma exportação, com o endereço do arquivo dela",
            refuses=("run_unknown", "asms.run_not_export"),
            page="asms/export.html",
        )(self.read_export)
        routes.get(
            f"{base}/runs/<run_id>/files/<file>",
            summary="Baixa o arquivo de uma exportação",
            refuses=("run_unknown", "run_not_concluded", "file_unknown"),
            **link,
        )(self.download_export)
        return routes

    def read_export_form(self, connection: ConnectionInPath, project: ChosenProject = "") -> ExportForm:
        """Of the project that is named, or of the only one that there is."""
        self.integration.connection(connection)
        projects, one = offered_projects(connection, project)
        return ExportForm(projects=projects, project=one)

    def start_export(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        new: NewExport,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> ExportAnswer:
        """One at a time of a project's clients, and of its specialists."""
        self.integration.connection(connection)
        wanted = self._wanted(connection, project, new.category, new.format)
        if new.format == Layout.EMPTY:
            at = connection_url(self.integration.name, connection)
            return self._answer(wanted, f"{at}/projects/{project}/formats/{new.category.value}", None)
        self.integration.enabled(connection)
        run_id = new_run_id(connection, wanted.flow)
        if idempotency_key:
            run_id = asked_for(digest(caller.id, connection, idempotency_key, *map(str, wanted.out().values())), run_id)
        run = self._run(RunKey(connection, run_id), wanted, caller)
        if not made(run, self._flow(connection, wanted), {}, told(run)):
            # Only this very request knows the id: it is here again, and nobody heard its first answer.
            run = stored_run(run.key) or run
        return self._answer(wanted_by(run), _file_url(run), run)

    def read_export(self, connection: ConnectionInPath, run_id: RunInPath) -> ExportAnswer:
        """As it stands; the file is there when its run has succeeded, and for a week."""
        run = self.integration.run(connection, run_id)
        if run.flow != EXPORT:
            raise ProblemError(Problem("asms.run_not_export"))
        return self._answer(wanted_by(run), _file_url(run), run)

    def download_empty_format(
        self, connection: ConnectionInPath, project: ProjectInPath, category: CategoryInPath
    ) -> Response[None]:
        """Made anew with each request."""
        from asms.formats import CONTENT_TYPE, About, write_workbook  # noqa: PLC0415  # only who asks needs XlsxWriter

        self.integration.connection(connection)
        wanted = self._wanted(connection, project, category, Layout.EMPTY)
        columns = columns_of(category, stored_fields(connection, project), wanted.layout)
        now = datetime.fromtimestamp(clock.now(), clock.SAO_PAULO)
        about = About(RECORDS_SHEET[category], wanted.project_name, LAYOUT_TITLES[wanted.layout], now)
        file = io.BytesIO()
        write_workbook(file, about, columns, ())
        link = keep_result(connection, project, f"{wanted.name}.xlsx", file.getvalue(), CONTENT_TYPE)
        return Response(status_code=303, headers={"Location": link})

    def download_export(self, connection: ConnectionInPath, run_id: RunInPath, file: FileInPath) -> Response[None]:
        """For a week."""
        run = self.integration.run(connection, run_id)
        if run.flow != EXPORT or file != file_name(wanted_by(run)):
            raise ProblemError(Problem("file_unknown"))
        if run.phase != Phase.DONE:
            raise ProblemError(Problem("run_not_concluded"))
        if run.result != Result.SUCCESS or clock.now() > (run.concluded_at or 0) + _KEPT_SECONDS:
            raise ProblemError(Problem("file_unknown"))
        return Response(status_code=303, headers={"Location": link_to(export_key(run))})

    def _wanted(self, connection: str, project: str, category: Category, layout: Layout) -> Wanted:
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        return Wanted(project, entry.name, category, layout)

    def _run(self, key: RunKey, wanted: Wanted, caller: Token) -> Run:
        return asked_run(key, self.integration.name, EXPORT, wanted.out(), caller)

    def _flow(self, connection: str, wanted: Wanted) -> ScheduledFlow:
        return ScheduledFlow(
            connection=connection,
            integration=self.integration.name,
            flow=wanted.flow,
            title=wanted.title,
            filters={},
            every_minutes=None,
            wake_at=None,
            active_run="",
        )

    def _answer(self, wanted: Wanted, file: str, run: Run | None) -> ExportAnswer:
        return ExportAnswer(
            category=wanted.category,
            format=wanted.layout,
            file=file,
            run=run_answer(run, self.integration) if run else None,
        )


def _file_url(run: Run) -> str:
    at = run_url(run.integration, run.key.connection, run.key.run_id)
    return f"{at}/files/{file_name(wanted_by(run))}"
