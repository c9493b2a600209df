"""Whose mailboxes a request may see and act on: everybody their own, an administrator all of the connection's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from notes.mailbox_users import MailboxUser
from notes.records import Module
from notes.store.users import stored_user, stored_users
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.ids import ID_FORM

ACCESS_REFUSES = ("connection_unknown", "notes.mailbox_missing", "notes.mailbox_of_other", "notes.user_unknown")

UserInQuery = Annotated[
    str,
    Query(
        pattern=rf"^$|{ID_FORM}",
        description="Só os deste usuário; sem ele, os de todos que a pessoa pode ver: os seus, ou os de todos, se ela "
        "for administradora.",
    ),
]
ModuleInQuery = Annotated[Module | None, Query(description="Só os deste módulo.")]


def seen_users(connection: str, caller: Token, user: str = "") -> Mapping[str, MailboxUser]:
    """By id the users whose mailboxes the caller may see; `user` narrows it to one.

    Raises ProblemError(ACCESS_REFUSES).
    """
    if caller.role.covers(Role.ADMINISTRATOR) and not user:
        return {each.id: each for each in stored_users(connection)}
    found = acting_user(connection, caller, user)
    return {found.id: found}


def acting_user(connection: str, caller: Token, user: str = "") -> MailboxUser:
    """The user in whose name the caller acts: themselves, or for an administrator whom they name.

    Raises ProblemError(ACCESS_REFUSES, notes.mailbox_unnamed).
    """
    wanted = user or caller.id
    if wanted != caller.id and not caller.role.covers(Role.ADMINISTRATOR):
        raise ProblemError(Problem("notes.mailbox_of_other"))
    found = stored_user(connection, wanted)
    if found is None and user:
        raise ProblemError(Problem("notes.user_unknown"))
    if found is None:
        is_administrator = caller.role.covers(Role.ADMINISTRATOR)
        raise ProblemError(Problem("notes.mailbox_unnamed" if is_administrator else "notes.mailbox_missing"))
    return found
