"""What a directory holds about a person: their row with all that is known by it alone, comments, their photo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asms.catalogues import Category
from asms.store.comments import comments_scope
from asms.store.rows import DirectoryRow
from asms.store.users import removing, stored_user, user_out, users_of_logins
from asms.users import User
from sincronia import clock
from sincronia.engine.privacy import ERASED, Finding, KnownBy, Named, Person, Seen, Subject
from sincronia.names import name_key
from sincronia.store.identities import holders_of
from sincronia.store.privacy_objects import delete_objects
from sincronia.store.privacy_places import deleting, updating
from sincronia.store.tokens import TokenItem, revoking

_MOST = 1000  # users that share an e-mail
_BY = "lgpd"  # who ends their tokens
_USER = ("cadastro de cliente ou especialista", "cadastros de clientes ou especialistas")
_COMMENT = ("comentário", "comentários")
_HASHES = frozenset({"password", "earlier_passwords"})  # that nobody is to have, the person neither


def records_of(connection: str, subject: Subject) -> Iterator[Named]:
    """The users who have the e-mail, CPF or login."""
    holders = {
        holder for one in subject.identities if one.kind != "login" for holder in holders_of(one, connection, _MOST)
    }
    if subject.known_by in {KnownBy.EMAIL, KnownBy.LOGIN}:
        by_login = users_of_logins(connection, [name_key(subject.value)])
        holders |= {f"{category.value}#{user_id}" for category, user_id in by_login.values()}
    for holder in sorted(holders):
        category, _, user_id = holder.partition("#")
        user = stored_user(connection, Category(category), user_id)
        if user:
            yield Named(category, user_id, user.name)


def comments(person: Person, after: str) -> Iterator[Seen]:
    """What people noted about the person."""
    for user in _users(person):
        first = f"{user.category.value}\n{user.id}\n"
        if first < after and not after.startswith(first):
            continue
        last = after.removeprefix(first) if after.startswith(first) else ""
        scope = comments_scope(person.connection, user.id)
        for row in DirectoryRow.query(scope, DirectoryRow.item > last if last else None, consistent_read=True):
            data = {"quando": row.item.partition("#")[0], "de": row.value["author"], "texto": row.value["text"]}
            yield Seen(f"{first}{row.item}", Finding(_COMMENT, data, (deleting(row),)))


def users(person: Person, after: str) -> Iterator[Seen]:
    """The person's row, with login, identities and places in projects; their tokens end. The last of the places."""
    for user in _users(person):
        key = f"{user.category.value}\n{user.id}"
        if key > after:
            yield Seen(key, _user(person.connection, user))


def _users(person: Person) -> Iterator[User]:
    categories = {category.value for category in Category}
    for record in person.records:
        user = (
            stored_user(person.connection, Category(record.entity), record.id) if record.entity in categories else None
        )
        if user:
            yield user


def _user(connection: str, user: User) -> Finding:
    value: dict[str, Any] = user_out(connection, user).value
    ended = [*revoking(clock.moment(), _BY), TokenItem.description.set(ERASED)]
    tokens = (updating(TokenItem(token), ended, TokenItem.token_id.exists()) for token in user.tokens)
    photo = user.photo
    return Finding(
        what=_USER,
        data={name: one for name, one in value.items() if name not in _HASHES},
        erase=(*removing(connection, user).actions, *tokens),
        first=(lambda: delete_objects([photo])) if photo else None,
    )
