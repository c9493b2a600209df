"""Routes of Gerenciar Usuários and Alterar Senha: the administrator manages users, everybody their own password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from notes.connection import Settings
from notes.mailbox_access import ACCESS_REFUSES, acting_user, seen_users
from notes.mailbox_users import MailboxUser
from notes.paths import UserInPath
from notes.side_names import record_name
from notes.store.users import (
    change_password,
    changed_user,
    exclude,
    include,
    made_user,
    remove_user,
    stored_user,
    stored_users,
)
from notes.user_forms import (
    ExcludedRecord,
    MailboxUserAnswer,
    MailboxUserChange,
    NewMailboxUser,
    PasswordChange,
    changes_of,
    user_answer,
    user_of,
    without_password,
)
from sincronia import clock
from sincronia.answers import COMMON, Problem, ProblemError
from sincronia.auth import Role, lapsed
from sincronia.connection_fields import parsed
from sincronia.store.tokens import stored_token
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_answers import RequestProblemError

_ONE = ("connection_unknown", "notes.user_unknown")
_CHANGED = (*_ONE, "notes.user_changed")


@dataclass(frozen=True, slots=True)
class UserRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Usuários da sincronização")
        users = f"{self.integration.connection_path}/users"
        one = f"{users}/<user>"
        routes.get(
            users,
            role=Role.READER,
            summary="Lista os usuários: um administrador vê todos, os outros só a si mesmos",
            refuses=ACCESS_REFUSES,
            page="notes/users.html",
            menu="Usuários",
        )(self.list_users)
        routes.post(
            users,
            role=Role.ADMINISTRATOR,
            summary="Cadastra um usuário, até o número da licença",
            status=201,
            answered="O usuário; repetir o mesmo cadastro só guarda a senha de novo.",
            refuses=(
                *("connection_unknown", "notes.token_unknown", "notes.user_exists", "notes.email_taken"),
                *("notes.licence_full", "notes.user_changed", "notes.user_unknown"),
            ),
            compared=without_password,
        )(self.create_user)
        routes.patch(
            one,
            role=Role.ADMINISTRATOR,
            summary="Altera um usuário; os vínculos dele ficam",
            refuses=(*_CHANGED, "notes.email_taken"),
        )(self.change_user)
        routes.delete(
            one,
            role=Role.ADMINISTRATOR,
            summary="Remove um usuário que não tem dados sincronizados",
            status=204,
            answered="O usuário não existe mais.",
            refuses=(*_CHANGED, "notes.user_linked", "notes.user_in_run"),
        )(self.remove_user)
        routes.post(
            f"{one}/password",
            role=Role.OPERATOR,
            summary="Altera a senha do IBM Notes: a própria, ou um administrador a de outro; os vínculos ficam",
            answered="O usuário.",
            refuses=(*_CHANGED, "notes.password_of_other", "notes.email_wrong"),
            compared=without_password,
        )(self.change_user_password)
        for act, summary, function in (
            ("exclude", "Deixa um registro fora da sincronização", self.exclude_record),
            ("include", "Volta a sincronizar um registro que estava fora", self.include_record),
        ):
            routes.post(
                f"{one}/{act}",
                role=Role.OPERATOR,
                summary=summary,
                answered="O usuário; repetir não muda nada.",
                refuses=(*ACCESS_REFUSES, "notes.user_changed"),
            )(function)
        return routes

    def list_users(self, connection: ConnectionInPath, caller: Caller) -> list[MailboxUserAnswer]:
        """In the order of their ids."""
        self.integration.connection(connection)
        return [user_answer(user) for _, user in sorted(seen_users(connection, caller).items())]

    def create_user(self, connection: ConnectionInPath, new: NewMailboxUser) -> MailboxUserAnswer:
        """Known by the token. Who asks again, because a first try died half-way, gets the password in."""
        configured = self.integration.connection(connection).connection
        _check_token(new.token)
        wanted = user_of(new)
        there = stored_user(connection, new.token)
        if there is not None:
            same = replace(wanted, secret_name=there.secret_name, excluded=there.excluded, version=there.version)
            if there != same:
                raise ProblemError(Problem("notes.user_exists", {"name": there.name}))
            return user_answer(change_password(connection, there.id, there.email, new.password))
        _check_email(connection, new.token, new.email)
        licence = parsed(Settings, configured.settings, COMMON).licence
        return user_answer(made_user(connection, wanted, new.password, licence))

    def change_user(
        self, connection: ConnectionInPath, user: UserInPath, change: MailboxUserChange
    ) -> MailboxUserAnswer:
        """What isn't named stays."""
        self._user(connection, user)
        if change.email is not None:
            _check_email(connection, user, change.email)
        named = changes_of(change)
        return user_answer(changed_user(connection, user, lambda before: replace(before, **named)))

    def remove_user(self, connection: ConnectionInPath, user: UserInPath) -> None:
        """Only who has nothing linked."""
        self._user(connection, user)
        remove_user(connection, user)

    def change_user_password(
        self, connection: ConnectionInPath, user: UserInPath, change: PasswordChange, caller: Caller
    ) -> MailboxUserAnswer:
        """It is not tried here: the test of the connection, and the next run, tell whether it does."""
        self.integration.connection(connection)
        if caller.id != user and not caller.role.covers(Role.ADMINISTRATOR):
            raise ProblemError(Problem("notes.password_of_other"))
        found = _stored(connection, user)
        if found.email.casefold() != change.email.casefold():
            raise RequestProblemError(Problem("notes.email_wrong"), field="email")
        return user_answer(change_password(connection, user, found.email, change.password))

    def exclude_record(
        self, connection: ConnectionInPath, user: UserInPath, record: ExcludedRecord, caller: Caller
    ) -> MailboxUserAnswer:
        """From the next run on it is neither changed nor removed, on either side."""
        self.integration.connection(connection)
        acting_user(connection, caller, user)
        return user_answer(exclude(connection, user, record.module, record_name(record.side, record.record_id)))

    def include_record(
        self, connection: ConnectionInPath, user: UserInPath, record: ExcludedRecord, caller: Caller
    ) -> MailboxUserAnswer:
        """From the next run on."""
        self.integration.connection(connection)
        acting_user(connection, caller, user)
        return user_answer(include(connection, user, record.module, record_name(record.side, record.record_id)))

    def _user(self, connection: str, user_id: str) -> MailboxUser:
        self.integration.connection(connection)
        return _stored(connection, user_id)


def _stored(connection: str, user_id: str) -> MailboxUser:
    found = stored_user(connection, user_id)
    if found is None:
        raise ProblemError(Problem("notes.user_unknown"))
    return found


def _check_token(token_id: str) -> None:
    token = stored_token(token_id)
    if token is None or lapsed(token, clock.moment()):
        raise RequestProblemError(Problem("notes.token_unknown"), field="token")


def _check_email(connection: str, user_id: str, email: str) -> None:
    """Raises where another user has that e-mail."""
    for other in stored_users(connection):
        if other.id != user_id and other.email.casefold() == email.casefold():
            raise RequestProblemError(Problem("notes.email_taken", {"name": other.name}), field="email")
