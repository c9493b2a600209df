"""Routes of clients and specialists: listed, made, read, changed (seed 003, “Detalhes”, “Endereço”, “Adicional”)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from asms.catalogues import Address, Catalogue, Category
from asms.changing import changed_user, made_user, user_of
from asms.choices import RuleAnswer, choices, offered_projects, rules_of
from asms.choosing import chosen
from asms.columns import RECORDS_SHEET
from asms.field_routes import FieldAnswer, field_answer
from asms.form_fields import Beginning
from asms.paths import CategoryInPath, UserInPath, user_path, users_path
from asms.store.fields import stored_fields
from asms.store.policies import stored_policy
from asms.store.upload_forms import files_origin
from asms.store.users import stored_user, users_by_name
from asms.user_details import with_additional, with_password, wrong_additional
from asms.user_forms import DetailsForm, Named, NewUser, UserAnswer, UserChange, UserLine, answer_of, line_of
from asms.users import User, deactivated, with_location
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.ids import ID_FORM
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of
from sincronia.web.run_answers import RequestProblemError

ProjectInQuery = Annotated[
    str, Query(pattern=ID_FORM, description="Só os associados a este projeto; sem ele, os do diretório inteiro.")
]
ProjectOfNew = Annotated[
    str, Query(pattern=ID_FORM, description="O projeto em que o usuário seria criado; sem ele, o único que houver.")
]
_OPTIONAL = ("email", "identification", "phone")
_CHOSEN = ("asms.entry_unknown", "asms.entry_inactive")
_ADDITIONAL = (
    *("asms.additional_unknown", "asms.additional_empty", "asms.additional_text", "asms.additional_number"),
    *("asms.additional_date", "asms.additional_yes_no", "asms.additional_choice", "asms.additional_too_long"),
)
_DETAILS = ("asms.login_taken", "asms.password_refused", *_CHOSEN, *_ADDITIONAL)


class UserPage(Page[UserLine]):
    """A page of users, and the projects that the list can be narrowed to."""

    projects: list[Named] = Field(description="Os primeiros projetos ativos, na ordem dos nomes.")


class NewUserForm(BaseModel):
    """What a new user is made with."""

    category: Category
    projects: list[Named] = Field(description="Os primeiros projetos ativos, na ordem dos nomes.")
    project: Named | None = Field(description="O projeto em que o usuário seria criado; nulo, onde falta escolher.")
    fields: list[FieldAnswer] = Field(description="Os campos adicionais que o projeto pede da categoria.")
    locations: list[Named]
    password_rules: list[RuleAnswer]


@dataclass(frozen=True, slots=True)
class UserRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Usuários")
        users, one = users_path(self.integration), user_path(self.integration)
        routes.get(
            users,
            role=Role.READER,
            summary="Lista os clientes ou os especialistas, na ordem dos nomes",
            refuses=("connection_unknown",),
            page="asms/users.html",
            menu={category.value: title for category, title in RECORDS_SHEET.items()},
        )(self.list_users)
        routes.get(
            f"{users}/new",
            role=Role.OPERATOR,
            summary="Lê o que se preenche de um usuário novo: projetos, campos adicionais, localizações, senha",
            refuses=("connection_unknown", "asms.entry_missing"),
            page="asms/new_user.html",
        )(self.read_new_user_form)
        routes.post(
            users,
            role=Role.OPERATOR,
            summary="Cria um cliente ou um especialista em um projeto",
            status=201,
            answered="O usuário, com avisos do que não impediu que fosse gravado.",
            refuses=("connection_unknown", *_DETAILS),
            compared=_without_password,
        )(self.create_user)
        routes.get(
            one,
            role=Role.READER,
            summary="Lê um cliente ou um especialista",
            refuses=("connection_unknown", "asms.user_unknown"),
            page="asms/user.html",
            elsewhere=files_origin,
        )(self.read_user)
        routes.patch(
            one,
            role=Role.OPERATOR,
            summary="Altera os detalhes, o endereço e os campos adicionais de um usuário",
            answered="O usuário; desativar um especialista encerra os seus tokens e os seus turnos futuros.",
            refuses=(
                *("connection_unknown", "asms.user_unknown", "asms.user_changed", "asms.section_missing"),
                *_DETAILS,
            ),
        )(self.change_user)
        return routes

    def list_users(  # noqa: PLR0917  # Powertools calls it by name
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        project: ProjectInQuery = "",
        name: Beginning = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> UserPage:
        """Those whose name begins so."""
        self.integration.connection(connection)
        found = users_by_name(connection, category, name, limit, after_of(cursor), project=project)
        return UserPage(
            items=[line_of(connection, user) for user in found.values],
            next=cursor_of(found.after),
            projects=choices(connection, Catalogue.PROJECTS),
        )

    def read_new_user_form(
        self, connection: ConnectionInPath, category: CategoryInPath, project: ProjectOfNew = ""
    ) -> NewUserForm:
        """In the project that is named, or in the only one that there is."""
        self.integration.connection(connection)
        projects, one = offered_projects(connection, project)
        fields = stored_fields(connection, one.id) if one else ()
        return NewUserForm(
            category=category,
            projects=projects,
            project=one,
            fields=[field_answer(one) for one in fields if one.active and one.category == category],
            locations=choices(connection, Catalogue.LOCATIONS),
            password_rules=rules_of(stored_policy(connection)),
        )

    def create_user(
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        new: NewUser,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> UserAnswer:
        """Whoever died before the answer, and is asked again with the same key, finds the user that was made."""
        self.integration.connection(connection)
        user_id = id_for(caller, idempotency_key, new, connection, category.value)
        made = stored_user(connection, category, user_id) if idempotency_key else None
        if made:
            return answer_of(connection, made)
        chosen(connection, Catalogue.PROJECTS, [new.project], "project")
        user = User(user_id, category, new.name, new.login, projects=frozenset({new.project}))
        user = _with_details(connection, user, new)
        user = _with_additional(connection, user, new.additional or {})
        return answer_of(connection, made_user(connection, user, caller.id))

    def read_user(self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath) -> UserAnswer:
        """With the names of all that it is related to."""
        self.integration.connection(connection)
        return answer_of(connection, user_of(connection, category, user))

    def change_user(
        self,
        connection: ConnectionInPath,
        category: CategoryInPath,
        user: UserInPath,
        change: UserChange,
        caller: Caller,
    ) -> UserAnswer:
        """What isn't named stays, and what is there already is no change: repeating is safe."""
        self.integration.connection(connection)
        if "geolocation" in change.model_fields_set and category != Category.CLIENTS:
            details = {"section": "geolocalização", "whose": "clientes"}
            raise RequestProblemError(Problem("asms.section_missing", details), field="geolocation")
        after = changed_user(connection, category, user, caller.id, lambda before: _changed(connection, before, change))
        return answer_of(connection, after)


def _changed(connection: str, before: User, change: UserChange) -> User:
    after = _with_details(connection, before, change)
    if "geolocation" in change.model_fields_set:
        place = change.geolocation
        after = replace(after, geolocation=place.place if place else None)
    if change.additional is not None:
        after = _with_additional(connection, after, change.additional)
    if change.version not in {None, before.version} and after != before:
        raise ProblemError(Problem("asms.user_changed"))
    return after


def _with_details(connection: str, user: User, form: DetailsForm) -> User:
    """The user with the details and the address of a form; the password is measured by the login and name after it."""
    named: dict[str, Any] = {name: getattr(form, name) or "" for name in _OPTIONAL if name in form.model_fields_set}
    for name in ("name", "login", "active", "culture"):
        if (value := getattr(form, name)) is not None:
            named[name] = value
    after = replace(user, **named)
    if user.category == Category.SPECIALISTS and user.active and not after.active:
        after = deactivated(after, clock.today())
    after = _with_address(connection, after, form)
    return _with_password(connection, after, form.password) if form.password is not None else after


def _with_address(connection: str, user: User, form: DetailsForm) -> User:
    """At a location that is newly chosen, with its address; what is typed stays, until the next one is chosen."""
    location = form.location or ""
    if "location" in form.model_fields_set and location != user.location:
        filled = chosen(connection, Catalogue.LOCATIONS, [location], "location")[location].address if location else None
        user = with_location(user, location, filled or Address())
    if "address" in form.model_fields_set:
        user = replace(user, address=form.address.typed_over(user.address) if form.address else Address())
    return user


def _with_password(connection: str, user: User, password: str) -> User:
    try:
        return with_password(user, password, stored_policy(connection))
    except ProblemError as error:
        raise RequestProblemError(error.problem, field="password") from None


def _with_additional(connection: str, user: User, given: Mapping[str, str | None]) -> User:
    """With values of what its projects ask for."""
    fields = [field for project in sorted(user.projects) for field in stored_fields(connection, project)]
    found = wrong_additional(user, given, (field for field in fields if field.category == user.category))
    for name, problem in found.items():
        raise RequestProblemError(problem, field=f"additional.{name}")
    try:
        return with_additional(user, given)
    except ProblemError as error:
        raise RequestProblemError(error.problem, field="additional") from None


def _without_password(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request may be kept, even as a quick hash, which would give a password away to whoever guesses."""
    return {name: value for name, value in body.items() if name != "password"}
