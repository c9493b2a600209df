"""How the directory is changed: read, changed by a rule, kept as it was read; again where somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from asms.additional import AdditionalField
from asms.catalogues import Category, Entry
from asms.store.named_rows import KeptNamed
from asms.store.users import Kept, keep_user, stored_user
from asms.users import User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Token

Named = TypeVar("Named", Entry, AdditionalField)

_TRIES = 5


def user_of(connection: str, category: Category, user_id: str) -> User:
    """A user of the directory. Raises ProblemError(asms.user_unknown)."""
    found = stored_user(connection, category, user_id)
    if found is None:
        raise ProblemError(Problem("asms.user_unknown"))
    return found


def made_user(connection: str, new: User, by: str) -> User:
    """A user that is new, as it is kept; `by`: the id of the token that asks. Raises ProblemError(asms.login_taken)."""
    moment = clock.moment()
    new = replace(new, version=1, created_at=moment, changed_at=moment, changed_by=by)
    kept = keep_user(connection, None, new)
    if kept == Kept.LOGIN_TAKEN:
        raise ProblemError(Problem("asms.login_taken", {"login": new.login}))
    return new if kept == Kept.DONE else user_of(connection, new.category, new.id)  # the same request was faster


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


def made_named(kept: KeptNamed, made: Named, title: str) -> Named:
    """What was made, if it was kept; `title` is what people call it. Raises ProblemError(asms.name_taken)."""
    if kept == KeptNamed.DONE:
        return made
    raise ProblemError(Problem("asms.name_taken", {"title": title, "name": made.name}))


def changed_named(
    read: Callable[[], Named],
    rule: Callable[[Named], Named],
    keep: Callable[[Named, Named], KeptNamed],
    title: str,
) -> Named:
    """An entry or a field after a rule, which may be asked several times; nothing is written where it changes nothing.

    title: what people call it. Raises ProblemError(asms.name_taken, asms.entry_changed), and what read and rule raise.
    """
    for _ in range(_TRIES):
        before = read()
        after = rule(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        kept = keep(before, after)
        if kept != KeptNamed.OVERTAKEN:
            return made_named(kept, after, title)
    raise ProblemError(Problem("asms.entry_changed", {"title": title}))
