"""How a user is changed: read, changed by a rule, kept as it was read; again where somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from asms.catalogues import Category
from asms.store.users import Kept, keep_user, stored_user
from asms.users import User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Token

_TRIES = 5


def user_of(connection: str, category: Category, user_id: str) -> User:
    """A user of the directory. Raises ProblemError(asms.user_unknown)."""
    found = stored_user(connection, category, user_id)
    if found is None:
        raise ProblemError(Problem("asms.user_unknown"))
    return found


def changed_user(
    connection: str,
    category: Category,
    user_id: str,
    by: str,
    rule: Callable[[User], User],
    *,
    new_token: Token | None = None,
) -> User:
    """The user after a rule, which may be asked several times; nothing is written where it changes nothing.

    `by`: the id of the token that asks. Raises ProblemError(asms.user_unknown, asms.login_taken, asms.user_changed),
    and what the rule raises.
    """
    for _ in range(_TRIES):
        before = user_of(connection, category, user_id)
        after = rule(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1, changed_at=clock.moment(), changed_by=by)
        kept = keep_user(connection, before, after, new_token)
        if kept == Kept.DONE:
            return after
        if kept == Kept.LOGIN_TAKEN:
            raise ProblemError(Problem("asms.login_taken", {"login": after.login}))
    raise ProblemError(Problem("asms.user_changed"))
