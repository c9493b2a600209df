"""Users in DynamoDB, each with a secret of their own that holds the password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from notes.flow_names import entity
from notes.mailbox_users import MailboxUser, user_in, user_out
from notes.records import Module
from notes.store.pairs import has_pairs
from notes.store.rows import MailboxRow, all_rows, scope_of, stored_row
from sincronia import settings
from sincronia.answers import Problem, ProblemError
from sincronia.engine.privacy_task import PRIVACY
from sincronia.engine.state import Phase
from sincronia.store.connections import ConnectionItem, registered, stands
from sincronia.store.runs import RunItem
from sincronia.store.secrets import delete_secret, keep_secret
from sincronia.store.writing import written

_DONE = Problem("done")
_ROSTER = "USERS"


def stored_user(connection: str, user_id: str) -> MailboxUser | None:
    """A user, read consistently."""
    row = stored_row(connection, "users", user_id)
    return user_in(row.value) if row else None


def stored_users(connection: str) -> list[MailboxUser]:
    """All users in the order of their ids, read consistently."""
    return [user_in(row.value) for row in all_rows(connection, "users")]


def users_to_sync(connection: str) -> Sequence[MailboxUser]:
    """The same, but for those whose removal is under way: no run begins with them."""
    return [user_in(row.value) for row in all_rows(connection, "users") if not row.leaving]


def made_user(connection: str, new: MailboxUser, password: str, licence: int) -> MailboxUser:
    """Adds a user while there are fewer than the licence allows; gives them with their secret's name.

    Who dies between leaves a user whose runs say that the password is missing; change_password brings it. Raises
    ProblemError(notes.user_exists, notes.licence_full, connection_unknown).
    """
    named = replace(new, secret_name=f"{settings.secret_prefix()}{uuid4().hex}", version=1)

    def write(transaction: TransactWrite) -> None:
        transaction.condition_check(ConnectionItem, connection, "CONFIG", stands())
        transaction.save(_row(connection, named), condition=MailboxRow.id.does_not_exist())
        fewer = MailboxRow.version.does_not_exist() | (MailboxRow.version < licence)
        roster = MailboxRow(scope_of(connection, "roster"), _ROSTER)
        transaction.update(roster, [MailboxRow.version.add(1)], condition=fewer)

    def refused() -> Problem | None:
        there = stored_user(connection, new.id)
        if there is not None:
            return _DONE if there == named else Problem("notes.user_exists", {"name": there.name})
        roster = stored_row(connection, "roster", _ROSTER)
        if roster is not None and int(roster.version or 0) >= licence:
            return Problem("notes.licence_full", {"licence": str(licence)})
        return _unknown(connection)

    _raise(written(write, _DONE, refused))
    _keep_password(connection, named, password)
    return named


def changed_user(connection: str, user_id: str, rule: Callable[[MailboxUser], MailboxUser]) -> MailboxUser:
    """A user after a rule, which may be asked again where somebody else changes them meanwhile.

    Raises ProblemError(notes.user_unknown, notes.user_changed, connection_unknown), and what the rule raises.
    """
    for _ in range(5):
        before = stored_user(connection, user_id)
        if before is None:
            raise ProblemError(Problem("notes.user_unknown"))
        after = rule(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        problem = written(_changing(connection, before, after), _DONE, _refusing(connection, before, after))
        if problem.code != "notes.user_changed":
            _raise(problem)
            return after
    raise ProblemError(Problem("notes.user_changed"))


def change_password(connection: str, user_id: str, email: str, password: str) -> MailboxUser:
    """Another e-mail and password of a user, whose links stay. Raises what changed_user raises."""
    user = changed_user(connection, user_id, lambda now: replace(now, email=email))
    _keep_password(connection, user, password)
    return user


def exclude(connection: str, user_id: str, module: Module, record: str) -> MailboxUser:
    """Takes a record (`notes:<id>` or `crm:<id>`) out of the sync."""
    return changed_user(connection, user_id, lambda user: _with(user, module, _of(user, module) | {record}))


def include(connection: str, user_id: str, module: Module, record: str) -> MailboxUser:
    """Takes it in again."""
    return changed_user(connection, user_id, lambda user: _with(user, module, _of(user, module) - {record}))


def remove_user(connection: str, user_id: str) -> None:
    """Removes a user with nothing linked, and their password. Who dies between is asked again, and goes on.

    They are marked first, and from then on no run begins with them; only then are runs and pairs looked at, so that
    none comes in between. Raises ProblemError(notes.user_unknown, notes.user_linked, notes.user_in_run).
    """
    user = stored_user(connection, user_id)
    if user is None:
        raise ProblemError(Problem("notes.user_unknown"))
    _mark(connection, user, leaving=True)
    in_run = any(
        run.phase != Phase.DONE.value and run.flow != PRIVACY  # a request of the LGPD keeps nobody in step
        for run in RunItem.query(connection, consistent_read=True)
    )
    if in_run or has_pairs(connection, user_id):
        _mark(connection, user, leaving=False)
        raise ProblemError(Problem("notes.user_in_run" if in_run else "notes.user_linked", {"name": user.name}))
    delete_secret(user.secret_name)

    def write(transaction: TransactWrite) -> None:
        row = MailboxRow(scope_of(connection, "users"), user_id)
        marked = (MailboxRow.version == user.version) & MailboxRow.leaving.exists()
        transaction.delete(row, condition=marked)
        transaction.update(MailboxRow(scope_of(connection, "roster"), _ROSTER), [MailboxRow.version.add(-1)])
        for module in Module:
            transaction.delete(MailboxRow(scope_of(connection, "lanes"), entity(module, user_id)))

    def refused() -> Problem | None:
        row = stored_row(connection, "users", user_id)
        if row is None:
            return _DONE
        stands_marked = row.leaving and int(row.version or 0) == user.version
        return None if stands_marked else Problem("notes.user_changed")

    _raise(written(write, _DONE, refused))


def _mark(connection: str, user: MailboxUser, *, leaving: bool) -> None:
    row = MailboxRow(scope_of(connection, "users"), user.id)
    action = MailboxRow.leaving.set(True) if leaving else MailboxRow.leaving.remove()
    try:
        row.update([action], condition=MailboxRow.version == user.version)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        if leaving:
            raise ProblemError(Problem("notes.user_changed")) from None


def _changing(connection: str, before: MailboxUser, after: MailboxUser) -> Callable[[TransactWrite], None]:
    def write(transaction: TransactWrite) -> None:
        transaction.condition_check(ConnectionItem, connection, "CONFIG", stands())
        transaction.save(_row(connection, after), condition=MailboxRow.version == before.version)

    return write


def _refusing(connection: str, before: MailboxUser, after: MailboxUser) -> Callable[[], Problem | None]:
    def refused() -> Problem | None:
        there = stored_user(connection, before.id)
        if there is None:
            return Problem("notes.user_unknown")
        if there == after:
            return _DONE  # a first try went through, and its answer was lost
        return Problem("notes.user_changed") if there.version != before.version else _unknown(connection)

    return refused


def _unknown(connection: str) -> Problem | None:
    now = registered(connection)
    return Problem("connection_unknown") if now is None or now.deleting else None


def _keep_password(connection: str, user: MailboxUser, password: str) -> None:
    """Keeps the password; of who was removed meanwhile, nothing."""
    keep_secret(user.secret_name, {"password": password})
    if stored_user(connection, user.id) is None:
        delete_secret(user.secret_name)


def _row(connection: str, user: MailboxUser) -> MailboxRow:
    return MailboxRow(scope_of(connection, "users"), user.id, value=user_out(user), version=user.version)


def _of(user: MailboxUser, module: Module) -> frozenset[str]:
    return user.excluded.get(module, frozenset())


def _with(user: MailboxUser, module: Module, records: frozenset[str]) -> MailboxUser:
    return replace(user, excluded={**user.excluded, module: records})


def _raise(problem: Problem) -> None:
    if problem is not _DONE:
        raise ProblemError(problem)
