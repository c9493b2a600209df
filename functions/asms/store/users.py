"""Users in DynamoDB. All that belongs to one change is written in one transaction: user, login, projects, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from asms.catalogues import Address, Category, Geolocation, Relation
from asms.store.rows import DirectoryRow
from asms.users import MOST_COUNTED, Culture, Shift, User
from sincronia.auth import Token
from sincronia.engine.flow import Identity
from sincronia.names import name_key
from sincronia.store.identities import IdentityItem, holders_of, identity_out, lock_out
from sincronia.store.listing import After, Listed, listed
from sincronia.store.tokens import TokenItem, revoking, token_out
from sincronia.store.writing import Writes, written

_BY_NAME = frozenset({"name_key", "item"})


class Kept(StrEnum):
    """What became of a change."""

    DONE = "done"
    LOGIN_TAKEN = "login_taken"
    OVERTAKEN = "overtaken"  # somebody else has changed the user since it was read, or it was never there


def users_scope(connection: str, category: Category) -> str:
    """The scope of a directory's users of one category."""
    return f"{connection}#{category.value}"


def members_scope(connection: str, project: str, category: Category) -> str:
    """The scope of those who are in a project."""
    return f"{connection}#member#{project}#{category.value}"


def stored_user(connection: str, category: Category, user_id: str) -> User | None:
    """A user, read consistently."""
    try:
        return user_in(DirectoryRow.get(users_scope(connection, category), user_id, consistent_read=True))
    except DirectoryRow.DoesNotExist:
        return None


def keep_user(connection: str, before: User | None, after: User, new_token: Token | None = None) -> Kept:
    """Writes a user with all that belongs to it, if it still is as it was read; None before: if there is none yet.

    Its tokens that `after` no longer has are revoked by who changes it; a new one is kept with it.
    """

    def write(transaction: TransactWrite) -> None:
        _write(transaction, connection, before, after)
        if new_token:
            transaction.save(token_out(new_token), condition=TokenItem.token_id.does_not_exist())

    return written(write, Kept.DONE, lambda: _refused(connection, before, after))


def stored_users(connection: str, category: Category, ids: Iterable[str]) -> dict[str, User]:
    """Those of the ids that there are, by id, read consistently."""
    return {user.id: user for user in _users(connection, category, ids)}


def changing(connection: str, before: User | None, after: User) -> Writes:
    """What keep_user would write, for a transaction of more than that."""
    writes = Writes()
    _write(writes, connection, before, after)
    return writes


def removing(connection: str, user: User) -> Writes:
    """What takes a user out of the directory, if it still is as it was read. It has neither tokens nor comments."""
    writes = Writes()
    writes.delete(user_out(connection, user), condition=DirectoryRow.version == user.version)
    writes.delete(_lock(connection, user))
    for identity in user.identities:
        writes.delete(identity_out(identity, connection, user.category.value, user.id))
    for project in user.projects:
        writes.delete(_member(connection, project, user))
    return writes


def user_of_image(category: Category, user_id: str, image: Mapping[str, Any]) -> User:
    """Who a user was, of what image_of gave."""
    value = {**image}
    return user_in(DirectoryRow(users_scope("", category), user_id, version=value.pop("version"), value=value))


def image_of(user: User) -> dict[str, Any]:
    """A user as JSON, its version among it."""
    return {**user_out("", user).value, "version": user.version}


def users_with_email(connection: str, email: str) -> list[str]:
    """Those who have an e-mail, as category#id: one and as many others as are counted, at most."""
    return holders_of(Identity("email", email.casefold()), connection, MOST_COUNTED + 1)


def users_of_logins(connection: str, login_keys: Iterable[str]) -> dict[str, tuple[Category, str]]:
    """Whose logins are, by User.login_key: category and id; read consistently."""
    keys = [(f"login#{key}", f"{connection}#login") for key in dict.fromkeys(login_keys)]
    rows = IdentityItem.batch_get(keys, consistent_read=True) if keys else ()
    found = {}
    for row in rows:
        category, _, user_id = str(row.record).partition("#")
        found[row.identity.removeprefix("login#")] = (Category(category), user_id)
    return found


def user_of_login(connection: str, login: str) -> tuple[Category, str] | None:
    """Whose a login is: category and id."""
    for holder in holders_of(Identity("login", name_key(login)), connection, 1):
        category, _, user_id = holder.partition("#")
        return Category(category), user_id
    return None


def users_by_name(
    connection: str, category: Category, beginning: str, limit: int, after: After | None, *, project: str = ""
) -> Listed[User]:
    """Users whose name begins so, in the order of names: the directory's, or those of one project."""
    scope = members_scope(connection, project, category) if project else users_scope(connection, category)
    key = name_key(beginning)
    condition = DirectoryRow.name_key.startswith(key) if key else None
    rows = listed(
        lambda start: DirectoryRow.by_name.query(scope, condition, limit=limit, last_evaluated_key=start),
        lambda row: row,
        after,
        partition={"scope": scope},
        names=_BY_NAME,
    )
    if not project:
        return Listed(tuple(map(user_in, rows.values)), rows.after)
    found = {user.id: user for user in _users(connection, category, [row.item for row in rows.values])}
    return Listed(tuple(found[row.item] for row in rows.values if row.item in found), rows.after)


def _users(connection: str, category: Category, ids: Iterable[str]) -> Iterator[User]:
    keys = [(users_scope(connection, category), one) for one in ids]
    yield from map(user_in, DirectoryRow.batch_get(keys, consistent_read=True)) if keys else ()


def _write(transaction: TransactWrite | Writes, connection: str, before: User | None, after: User) -> None:
    condition: Condition = (
        DirectoryRow.item.does_not_exist() if before is None else DirectoryRow.version == before.version
    )
    transaction.save(user_out(connection, after), condition=condition)
    if before is None or before.login_key != after.login_key:
        ours = IdentityItem.record == f"{after.category.value}#{after.id}"
        transaction.save(_lock(connection, after), condition=IdentityItem.identity.does_not_exist() | ours)
        if before is not None:
            transaction.delete(_lock(connection, before), condition=ours)
    had, has = set(before.identities) if before else set(), set(after.identities)
    for identity in has - had:
        transaction.save(identity_out(identity, connection, after.category.value, after.id))
    for identity in had - has:
        transaction.delete(identity_out(identity, connection, after.category.value, after.id))
    renamed = before is None or name_key(before.name) != name_key(after.name)
    was_in = before.projects if before else frozenset()
    for project in after.projects if renamed else after.projects - was_in:
        transaction.save(_member(connection, project, after))
    for project in was_in - after.projects:
        transaction.delete(_member(connection, project, after))
    for token in before.tokens if before else ():
        if token not in after.tokens:
            transaction.update(
                TokenItem(token), revoking(after.changed_at, after.changed_by), condition=TokenItem.token_id.exists()
            )


def _refused(connection: str, before: User | None, after: User) -> Kept | None:
    """Why the transaction was cancelled; None where it met another one, and can be tried again."""
    now = stored_user(connection, after.category, after.id)
    if now == after:
        return Kept.DONE  # a first try went through, and its answer was lost
    if (now.version if now else 0) != (before.version if before else 0):
        return Kept.OVERTAKEN
    if user_of_login(connection, after.login) not in {None, (after.category, after.id)}:
        return Kept.LOGIN_TAKEN
    return None


def _lock(connection: str, user: User) -> IdentityItem:
    return lock_out(Identity("login", user.login_key), connection, user.category.value, user.id)


def _member(connection: str, project: str, user: User) -> DirectoryRow:
    return DirectoryRow(members_scope(connection, project, user.category), user.id, name_key=name_key(user.name))


def user_out(connection: str, user: User) -> DirectoryRow:
    """The row of a user; what is empty is left out."""
    value: dict[str, Any] = {
        name: getattr(user, name)
        for name in (
            *("name", "login", "email", "identification", "phone", "active", "location", "photo"),
            *("password", "created_at", "changed_at", "changed_by"),
        )
    }
    value |= {
        "culture": user.culture.value,
        "address": {name: text for name in Address.__slots__ if (text := getattr(user.address, name))},
        "additional": dict(user.additional),
        "geolocation": [user.geolocation.latitude, user.geolocation.longitude] if user.geolocation else None,
        "relations": {relation.value: sorted(ids) for relation, ids in user.relations.items() if ids},
        "projects": sorted(user.projects),
        "shifts": [
            {"id": one.id, "since": f"{one.since}", "until": f"{one.until}", "calendar": one.calendar}
            for one in user.shifts
        ],
        "tokens": list(user.tokens),
        "earlier_passwords": list(user.earlier_passwords),
    }
    kept = {name: one for name, one in value.items() if one not in ("", None, [], {})}
    return DirectoryRow(
        users_scope(connection, user.category), user.id, name_key=name_key(user.name), value=kept, version=user.version
    )


def user_in(row: DirectoryRow) -> User:
    """The user of a row."""
    value: dict[str, Any] = {**row.value}
    geolocation = value.pop("geolocation", None)
    return User(
        id=row.item,
        category=Category(row.scope.rpartition("#")[2]),
        version=int(row.version),
        culture=Culture(value.pop("culture")),
        address=Address(**value.pop("address", {})),
        geolocation=Geolocation(*geolocation) if geolocation else None,
        relations={Relation(name): frozenset(ids) for name, ids in value.pop("relations", {}).items()},
        projects=frozenset(value.pop("projects", ())),
        shifts=tuple(
            Shift(one["id"], date.fromisoformat(one["since"]), date.fromisoformat(one["until"]), one["calendar"])
            for one in value.pop("shifts", ())
        ),
        tokens=tuple(value.pop("tokens", ())),
        earlier_passwords=tuple(value.pop("earlier_passwords", ())),
        **value,
    )
