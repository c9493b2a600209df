"""Routes of what users are related to: clients' companies, groups and services; specialists' groups and roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field, model_validator

from asms.answers import ANSWERS
from asms.association import regrouped, unfilled
from asms.catalogues import RELATIONS, Catalogue, Category, Entry, Relation
from asms.changing import changed_user, user_of
from asms.choosing import known
from asms.form_fields import Beginning, EntryId
from asms.paths import CategoryInPath, UserInPath, user_path
from asms.store.catalogues import entries_by_name, stored_entries
from asms.store.fields import stored_fields
from asms.store.upload_forms import files_origin
from asms.user_forms import Named, UserAnswer, UserHead, Warned, answer_of, head_of, named
from asms.users import User
from sincronia.answers import Problem, explain
from sincronia.auth import Role
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of
from sincronia.web.run_answers import RequestProblemError

SECTIONS: Mapping[Relation, str] = {
    Relation.COMPANIES: "empresas",
    Relation.GROUPS: "grupos",
    Relation.SERVICES: "serviços",
    Relation.ROLES: "papéis",
}
_PEOPLE: Mapping[Category, str] = {Category.CLIENTS: "clientes", Category.SPECIALISTS: "especialistas"}

RelationInPath = Annotated[Relation, Path(description="A seção do usuário.")]


class RelationChange(Input):
    """What of one relation is to change; what isn't named stays."""

    add: list[EntryId] = Field(default_factory=list, max_length=100)
    remove: list[EntryId] = Field(default_factory=list, max_length=100)
    associate: Annotated[bool, Field(strict=True)] | None = Field(
        default=None,
        description=(
            "Só ao incluir em grupos que atuam em projetos a que o usuário não está associado: se ele também é "
            "associado aos projetos (true) ou só incluído nos grupos (false)."
        ),
    )

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if set(self.add) & set(self.remove):
            message = "um mesmo item está em add e em remove; deixe-o só em um dos dois"
            raise ValueError(message)
        return self


class RelatedPage(Page[Named]):
    """What a user can be related to, and what it is."""

    user: UserHead
    relation: Relation
    related: list[Named] = Field(description="O que o usuário já tem, por inteiro, na ordem dos nomes.")


@dataclass(frozen=True, slots=True)
class RelationRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Associações")
        relation = f"{user_path(self.integration)}/relations/<relation>"
        routes.get(
            relation,
            role=Role.READER,
            summary="Lista o que pode ser incluído em um usuário: empresas, grupos, serviços ou papéis ativos",
            refuses=("connection_unknown", "asms.user_unknown", "asms.section_missing"),
            page="asms/relation.html",
            elsewhere=files_origin,
            drawn_with={"sections": SECTIONS},
        )(self.list_related)
        routes.post(
            relation,
            role=Role.OPERATOR,
            summary="Inclui e retira empresas, grupos, serviços ou papéis de um usuário",
            answered="O usuário; repetir não muda nada.",
            refuses=(
                *("connection_unknown", "asms.user_unknown", "asms.user_changed", "asms.section_missing"),
                *("asms.entry_unknown", "asms.entry_inactive", "asms.too_many", "asms.association_undecided"),
            ),
            page="asms/relation_refused.html",
        )(self.change_relation)
        return routes

    def list_related(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        user: UserInPath,
        relation: RelationInPath,
        name: Beginning = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> RelatedPage:
        """In the order of names; a page holds fewer than `limit` where entries are deactivated, or related already."""
        self.integration.connection(connection)
        whose = user_of(connection, category, user)
        catalogue = _catalogue_of(category, relation)
        related = named(connection, catalogue, whose.relations.get(relation, ()))
        found = entries_by_name(connection, catalogue, name, limit, after_of(cursor))
        left = (one for one in found.values if one.active and one.id not in {each.id for each in related})
        return RelatedPage(
            items=[Named(id=one.id, name=one.name) for one in left],
            next=cursor_of(found.after),
            user=head_of(connection, whose),
            relation=relation,
            related=related,
        )

    def change_relation(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        user: UserInPath,
        relation: RelationInPath,
        change: RelationChange,
        caller: Caller,
    ) -> UserAnswer:
        """Groups and their projects in one change: all of it, or nothing."""
        self.integration.connection(connection)
        catalogue = _catalogue_of(category, relation)
        add = known(connection, catalogue, change.add, "add")
        known(connection, catalogue, change.remove, "remove")
        projects = _projects_of(connection, add.values())
        after = changed_user(
            connection,
            category,
            user,
            caller.id,
            lambda before: regrouped(before, relation, add, change.remove, projects, associate=change.associate),
        )
        answer = answer_of(connection, after)
        if change.associate:
            answer.warnings += _warned(connection, projects.values(), after)
        return answer


def _catalogue_of(category: Category, relation: Relation) -> Catalogue:
    """What a category's relation is chosen from. Raises ProblemError(asms.section_missing)."""
    catalogue = RELATIONS[category].get(relation)
    if catalogue is None:
        (whose,) = (people for people, relations in RELATIONS.items() if relation in relations)
        details = {"section": SECTIONS[relation], "whose": _PEOPLE[whose]}
        raise RequestProblemError(Problem("asms.section_missing", details), field="relation")
    return catalogue


def _projects_of(connection: str, groups: Iterable[Entry]) -> dict[str, Entry]:
    """The groups' projects that can be chosen, by id."""
    found = stored_entries(connection, Catalogue.PROJECTS, {one for group in groups for one in group.projects})
    return {entry.id: entry for entry in found.values() if entry.active}


def _warned(connection: str, projects: Iterable[Entry], user: User) -> list[Warned]:
    """What the projects that a user has come into ask for, and it lacks."""
    found = (unfilled(project, stored_fields(connection, project.id), user) for project in projects)
    return [Warned(code=one.code, detail=explain(one, ANSWERS)) for one in found if one]
