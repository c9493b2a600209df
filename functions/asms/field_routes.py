"""Routes of additional fields: what a project asks of its clients and specialists beside the details (seed 003)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import AfterValidator, BaseModel, Field

from asms.additional import MOST_FIELDS, MOST_OPTIONS, AdditionalField, FieldType, options_wrong
from asms.catalogue_routes import entry_of
from asms.catalogues import Catalogue, Category
from asms.changing import changed_named, made_named
from asms.form_fields import Name, comparable
from asms.paths import ProjectInPath
from asms.store.fields import keep_field, stored_field, stored_fields
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.ids import ID_FORM
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath, Line
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.run_answers import RequestProblemError

TITLE = "campo adicional"

FieldInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do campo adicional.")]
Options = Annotated[
    list[Annotated[Line, Field(max_length=100), AfterValidator(comparable)]],
    Field(max_length=MOST_OPTIONS, description="Só do tipo choice: entre o que se escolhe, na ordem."),
]
Obligatory = Annotated[bool, Field(strict=True, description="Se ninguém é salvo sem ele.")]
Active = Annotated[bool, Field(strict=True, description="O que está desativado não é mais pedido a ninguém.")]


class NewField(Input):
    """A field that is to be made."""

    category: Category
    name: Name
    type: FieldType
    obligatory: Obligatory = False
    options: Options = Field(default_factory=list)


class FieldChange(Input):
    """What of a field is to change; what isn't named stays."""

    name: Name | None = None
    type: FieldType | None = Field(default=None, description="Não muda: só o que o campo já tem é aceito.")
    obligatory: Obligatory | None = None
    options: Options | None = Field(default=None, description="Todas, por inteiro; os valores preenchidos ficam.")
    active: Active | None = None


class FieldAnswer(BaseModel):
    """An additional field."""

    id: str
    project: str
    category: Category
    name: str
    type: FieldType
    obligatory: bool
    options: list[str]
    active: bool
    version: int


class ProjectFields(BaseModel):
    """What a project asks for: of clients first, in the order of names."""

    project: str
    project_name: str
    fields: list[FieldAnswer]


@dataclass(frozen=True, slots=True)
class FieldRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Campos adicionais")
        fields = f"{self.integration.connection_path}/projects/<project>/fields"
        routes.get(
            fields,
            role=Role.READER,
            summary="Lista os campos adicionais de um projeto",
            refuses=("connection_unknown", "asms.entry_missing"),
            page="asms/fields.html",
        )(self.list_fields)
        routes.post(
            fields,
            role=Role.ADMINISTRATOR,
            summary="Cria um campo adicional de um projeto, para clientes ou para especialistas",
            status=201,
            answered="O campo.",
            refuses=(
                *("connection_unknown", "asms.entry_missing", "asms.name_taken", "asms.fields_too_many"),
                *("asms.options_missing", "asms.options_needless", "asms.options_repeated"),
            ),
        )(self.create_field)
        routes.patch(
            f"{fields}/<field>",
            role=Role.ADMINISTRATOR,
            summary="Altera, desativa ou ativa um campo adicional; categoria e tipo não mudam",
            refuses=(
                *("connection_unknown", "asms.entry_missing", "asms.name_taken", "asms.entry_changed"),
                *("asms.field_type_fixed",),
                *("asms.options_missing", "asms.options_needless", "asms.options_repeated"),
            ),
        )(self.change_field)
        return routes

    def list_fields(self, connection: ConnectionInPath, project: ProjectInPath) -> ProjectFields:
        """All of them, the deactivated too: there are never many."""
        self.integration.connection(connection)
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        return ProjectFields(
            project=project,
            project_name=entry.name,
            fields=[field_answer(one) for one in stored_fields(connection, project)],
        )

    def create_field(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        new: NewField,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> FieldAnswer:
        """Asked again after a lost answer as catalogues are.

        The limit keeps the list short: those who make fields at the same moment may pass it by one or two.
        """
        self.integration.connection(connection)
        entry_of(connection, Catalogue.PROJECTS, project)
        _check_options(new.type, new.options)
        field_id = id_for(caller, idempotency_key, new, connection, project)
        made = stored_field(connection, project, field_id) if idempotency_key else None
        if made:
            return field_answer(made)
        if len(stored_fields(connection, project)) >= MOST_FIELDS:
            raise ProblemError(Problem("asms.fields_too_many", {"most": str(MOST_FIELDS)}))
        field = AdditionalField(
            id=field_id,
            project=project,
            category=new.category,
            name=new.name,
            type=new.type,
            obligatory=new.obligatory,
            options=tuple(new.options),
        )
        return field_answer(made_named(keep_field(connection, None, field), field, TITLE))

    def change_field(
        self, connection: ConnectionInPath, project: ProjectInPath, field: FieldInPath, change: FieldChange
    ) -> FieldAnswer:
        """Users keep the values that they have, whatever becomes of the field."""
        self.integration.connection(connection)
        after = changed_named(
            lambda: _field_of(connection, project, field),
            lambda before: _changed(before, change),
            lambda before, after: keep_field(connection, before, after),
            TITLE,
        )
        return field_answer(after)


def _field_of(connection: str, project: str, field_id: str) -> AdditionalField:
    found = stored_field(connection, project, field_id)
    if found is None:
        raise ProblemError(Problem("asms.entry_missing", {"title": TITLE}))
    return found


def _changed(before: AdditionalField, change: FieldChange) -> AdditionalField:
    if change.type not in {None, before.type}:
        details = {"name": before.name, "type": before.type.value}
        raise RequestProblemError(Problem("asms.field_type_fixed", details), field="type")
    if change.options is not None:
        _check_options(before.type, change.options)
    return replace(
        before,
        name=before.name if change.name is None else change.name,
        obligatory=before.obligatory if change.obligatory is None else change.obligatory,
        options=before.options if change.options is None else tuple(change.options),
        active=before.active if change.active is None else change.active,
    )


def _check_options(kind: FieldType, options: Sequence[str]) -> None:
    problem = options_wrong(kind, options)
    if problem is not None:
        raise RequestProblemError(problem, field="options")


def field_answer(field: AdditionalField) -> FieldAnswer:
    """A field as people read it."""
    return FieldAnswer(
        id=field.id,
        project=field.project,
        category=field.category,
        name=field.name,
        type=field.type,
        obligatory=field.obligatory,
        options=list(field.options),
        active=field.active,
        version=field.version,
    )
