"""All that is kept of a directory, to be erased: users with what is theirs, files, catalogues, connection."""

from __future__ import annotations

from collections.abc import Iterator

from pynamodb.models import Model

from asms.catalogues import Catalogue, Category
from asms.store.catalogues import entries_scope
from asms.store.comments import comments_scope
from asms.store.fields import fields_scope
from asms.store.imports import files_scope, turns_scope
from asms.store.named_rows import names_scope
from asms.store.policies import policy_scope
from asms.store.rows import DirectoryRow
from asms.store.users import members_scope, user_in, users_scope
from asms.users import User
from sincronia import clock
from sincronia.engine.erasing import RUN_ID
from sincronia.engine.flow import Identity
from sincronia.engine.state import RunKey
from sincronia.store.identities import identity_out, lock_out
from sincronia.store.remains import DynamoRemains, deleted, objects_deleted
from sincronia.store.runs import stored_run
from sincronia.store.tokens import revoke_token


class DirectoryRemains(DynamoRemains):
    """Implements sincronia.engine.erasing.Remains where there is a directory."""

    def __init__(self) -> None:
        super().__init__(entities=())  # nothing is synced, so there are no links

    def erased(self, connection: str) -> Iterator[None]:
        by = _who_deletes(connection)
        for category in Category:
            yield from deleted(_users_with_what_is_theirs(connection, category, by))
        for place in ("photos", "exports", "imports", "imported"):
            yield from objects_deleted(f"{place}/{connection}/")
        for project in _rows(entries_scope(connection, Catalogue.PROJECTS)):
            yield from _named_deleted(fields_scope(connection, project.item))
        for catalogue in Catalogue:
            yield from _named_deleted(entries_scope(connection, catalogue))
        for scope in (policy_scope, turns_scope, files_scope):
            yield from deleted(_rows(scope(connection)))
        yield from super().erased(connection)


def _who_deletes(connection: str) -> str:
    """The id of the token that asked for the deletion."""
    run = stored_run(RunKey(connection, RUN_ID))
    return run.trigger.removeprefix("token:") if run else ""


def _users_with_what_is_theirs(connection: str, category: Category, by: str) -> Iterator[Model]:
    """Each user after all that is known by it alone. Its tokens end, and their rows stay: they are the audit trail."""
    for row in _rows(users_scope(connection, category)):
        user = user_in(row)
        for token in user.tokens:
            revoke_token(token, clock.moment(), by)
        yield from _rows(comments_scope(connection, user.id))
        yield from _known_by(connection, user)
        yield row


def _known_by(connection: str, user: User) -> Iterator[Model]:
    for project in user.projects:
        yield DirectoryRow(members_scope(connection, project, user.category), user.id)
    for identity in user.identities:
        yield identity_out(identity, connection, user.category.value, user.id)
    yield lock_out(Identity("login", user.login_key), connection, user.category.value, user.id)


def _named_deleted(scope: str) -> Iterator[None]:
    """Names first: they are known by their scope's rows."""
    yield from deleted(_rows(names_scope(scope)))
    yield from deleted(_rows(scope))


def _rows(scope: str) -> Iterator[DirectoryRow]:
    yield from DirectoryRow.query(scope, consistent_read=True)
