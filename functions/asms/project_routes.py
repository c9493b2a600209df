"""Routes by which users come into a project and leave it: one, many, or all that a search shows (seed 003)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from asms.answers import ANSWERS
from asms.association import unfilled
from asms.catalogue_routes import entry_of
from asms.catalogues import Catalogue, Category
from asms.changing import changed_user
from asms.form_fields import Beginning
from asms.paths import CategoryInPath, ProjectInPath
from asms.store.fields import stored_fields
from asms.store.users import users_by_name
from asms.user_forms import Named, UserLine, line_of
from asms.users import User, associated
from sincronia import clock
from sincronia.answers import Problem, ProblemError, explain
from sincronia.auth import Role
from sincronia.ids import ID_FORM
from sincronia.store.listing import After
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of

_BLOCK = 25  # users between two looks at the clock
_SECONDS = 20  # after which a request hands back where it is; API Gateway waits for 30
_MOST_NOTES = 200  # after which it does, too: the answer is kept for a repetition, and a row holds 400 KB

UserId = Annotated[str, Field(pattern=ID_FORM, description="A identificação de um usuário.")]


class Whom(Input):
    """Who comes in or leaves: users by id, or all whose name begins so."""

    users: list[UserId] | None = Field(default=None, min_length=1, max_length=100)
    search: Beginning | None = None
    cursor: str = Field(default="", max_length=1000, description="O next da resposta anterior à mesma busca.")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.users is None) == (self.search is None):
            message = "informe users ou search, e só um dos dois"
            raise ValueError(message)
        if self.cursor and self.search is None:
            message = "cursor só continua uma busca; informe search"
            raise ValueError(message)
        return self


class NoteAnswer(BaseModel):
    """What there is to know about one user."""

    user: str
    name: str = Field(description="Vazio, onde não há usuário com esta identificação.")
    code: str
    detail: str


class MembersAnswer(BaseModel):
    """What became of those who were meant."""

    changed: int
    unchanged: int = Field(description="Os que já estavam como foi pedido.")
    refused: list[NoteAnswer] = Field(description="Os que ficaram como estavam, e por quê.")
    warnings: list[NoteAnswer] = Field(description="O que não impede a associação, mas deve ser conhecido.")
    next: str | None = Field(description="O cursor com que a busca continua; nulo, onde ela terminou.")


class MemberLine(UserLine):
    """A user of the directory, and whether it is in the project."""

    member: bool


class AssociationPage(Page[MemberLine]):
    """A page of the directory beside one project."""

    project: Named


@dataclass(slots=True)
class _Moving:
    """Users who come in or leave, one after the other, and what became of them.

    warned: what people should know of who was moved; among: the project that is searched, empty for the directory.
    """

    connection: str
    category: Category
    by: str
    rule: Callable[[User], User]
    warned: Callable[[User], Problem | None]
    among: str
    answer: MembersAnswer = field(
        default_factory=lambda: MembersAnswer(changed=0, unchanged=0, refused=[], warnings=[], next=None)
    )

    def all_of(self, whom: Whom) -> MembersAnswer:
        """Moves all; of a search, those whom the time suffices for."""
        if whom.users is not None:
            for user_id in dict.fromkeys(whom.users):
                self._move(user_id)
            return self.answer
        until, after = clock.now() + _SECONDS, after_of(whom.cursor)
        while True:
            after = self._move_block(whom.search or "", after)
            notes = len(self.answer.refused) + len(self.answer.warnings)
            if after is None or notes >= _MOST_NOTES or clock.now() >= until:
                self.answer.next = cursor_of(after)
                return self.answer

    def _move_block(self, beginning: str, after: After | None) -> After | None:
        """Whoever leaves drops out of the list that is read; the next block follows a key, and so nobody is missed."""
        found = users_by_name(self.connection, self.category, beginning, _BLOCK, after, project=self.among)
        for user in found.values:
            self._move(user.id)
        return found.after

    def _move(self, user_id: str) -> None:
        read: list[User] = []

        def rule(user: User) -> User:
            read.append(user)
            return self.rule(user)

        try:
            after = changed_user(self.connection, self.category, user_id, self.by, rule)
        except ProblemError as error:
            self.answer.refused.append(_note(user_id, read[-1] if read else None, error.problem))
            return
        if after.version == read[-1].version:
            self.answer.unchanged += 1
        else:
            self.answer.changed += 1
        problem = self.warned(after)
        if problem:
            self.answer.warnings.append(_note(user_id, after, problem))


@dataclass(frozen=True, slots=True)
class ProjectRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Projetos")
        users = f"{self.integration.connection_path}/projects/<project>/users/<category>"
        refuses = ("connection_unknown", "asms.entry_missing", "cursor_invalid")
        answered = "O que foi feito; se next não é nulo, envie de novo com ele em cursor. Repetir não muda nada."
        routes.get(
            f"{users}/association",
            role=Role.OPERATOR,
            summary="Lista os usuários do diretório inteiro, e quais estão em um projeto (Modo Associado)",
            refuses=refuses,
            page="asms/association.html",
        )(self.list_association)
        routes.post(
            f"{users}/association",
            role=Role.OPERATOR,
            summary="Associa usuários do diretório a um projeto: um, muitos, ou todos os de uma busca por nome",
            answered=answered,
            refuses=(*refuses, "asms.project_inactive"),
            page="asms/members.html",
        )(self.associate_users)
        routes.post(
            f"{users}/dissociation",
            role=Role.OPERATOR,
            summary="Desassocia usuários de um projeto: um, muitos, ou todos os de uma busca por nome",
            answered=answered,
            refuses=refuses,
            page="asms/members.html",
        )(self.dissociate_users)
        return routes

    def list_association(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        category: CategoryInPath,
        name: Beginning = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> AssociationPage:
        """In the order of names."""
        self.integration.connection(connection)
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        found = users_by_name(connection, category, name, limit, after_of(cursor))
        return AssociationPage(
            items=[
                MemberLine(**line_of(connection, user).model_dump(), member=project in user.projects)
                for user in found.values
            ],
            next=cursor_of(found.after),
            project=Named(id=entry.id, name=entry.name),
        )

    def associate_users(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        category: CategoryInPath,
        whom: Whom,
        caller: Caller,
    ) -> MembersAnswer:
        """The whole directory is searched. An index is read: who has just been made may take a moment to be found."""
        self.integration.connection(connection)
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        if not entry.active:
            raise ProblemError(Problem("asms.project_inactive", {"name": entry.name}))
        asked = stored_fields(connection, project)
        return _Moving(
            connection,
            category,
            caller.id,
            rule=lambda user: associated(user, (project,)),
            warned=lambda user: unfilled(entry, asked, user),
            among="",
        ).all_of(whom)

    def dissociate_users(
        self,
        connection: ConnectionInPath,
        project: ProjectInPath,
        category: CategoryInPath,
        whom: Whom,
        caller: Caller,
    ) -> MembersAnswer:
        """Those of the project are searched, which may be inactive."""
        self.integration.connection(connection)
        entry_of(connection, Catalogue.PROJECTS, project)
        return _Moving(
            connection,
            category,
            caller.id,
            rule=lambda user: replace(user, projects=user.projects - {project}),
            warned=lambda _: None,
            among=project,
        ).all_of(whom)


def _note(user_id: str, user: User | None, problem: Problem) -> NoteAnswer:
    return NoteAnswer(user=user_id, name=user.name if user else "", code=problem.code, detail=explain(problem, ANSWERS))
