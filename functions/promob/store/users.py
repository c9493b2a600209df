"""Users in DynamoDB: each is known by its token's id, and one at most by a user of Promob's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import TypeAdapter

from promob.store.keeping import Kept
from promob.store.records import Records
from promob.stores import User
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.store.listing import After, Listed


def _identities(user: User) -> Iterator[Identity]:
    if user.promob_user:
        yield Identity("promob_user", user.promob_user)


USERS = Records(
    entity="user",
    place="users",
    form=TypeAdapter(User),
    identities=_identities,
    taken={"promob_user": "promob.promob_user_taken"},
    unknown="promob.user_unknown",
)


def stored_user(connection: str, token_id: str) -> User | None:
    """A user, read consistently."""
    return USERS.stored(connection, token_id)


def user_of_promob(connection: str, promob_user: str) -> User | None:
    """The user who is, or was last, linked to a user of Promob's."""
    return USERS.having(connection, Identity("promob_user", promob_user))


def all_users(connection: str) -> list[User]:
    """All users of a network, read consistently."""
    return USERS.all(connection)


def made_user(connection: str, new: User, by: str) -> tuple[User, bool]:
    """A new user, and that it is; or the one who has that token already."""
    return USERS.made(connection, new, by)


def changed_user(connection: str, token_id: str, by: str, rule: Callable[[User], User]) -> User:
    """A user after a rule. Raises what Records.changed raises."""
    return USERS.changed(connection, token_id, by, rule)


def remove_user(connection: str, user: User) -> None:
    """Takes a user out, if it still is as it was read. Raises ProblemError(promob.changed_meanwhile)."""
    if USERS.remove(connection, user) != Kept.DONE:
        raise ProblemError(Problem("promob.changed_meanwhile"))


def users_page(connection: str, limit: int, after: After | None) -> Listed[User]:
    """A page of a network's users, in the order of their tokens' ids."""
    return USERS.page(connection, limit, after)
