"""What a connection's sync holds about a person: a mailbox of theirs, and what others have kept of them.

Of somebody whose mailbox is kept in step all of it goes, and the records on both sides stay, no longer synced.
Of a contact in others' mailboxes the pair stays without name and e-mail: it keeps the sync from making them twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pynamodb.exceptions import UpdateError

from notes.flow_names import entity
from notes.mailbox_users import user_in, user_out
from notes.records import Module
from notes.store.rows import MailboxRow, all_rows, scope_of
from notes.store.users import stored_users
from sincronia.engine.privacy import ERASED, Finding, KnownBy, Named, Person, Seen, Subject
from sincronia.store.links import LinkItem
from sincronia.store.privacy_places import deleting, updating
from sincronia.store.secrets import delete_secret

_USER = ("caixa postal sincronizada", "caixas postais sincronizadas")
_PAIR = ("par de registros", "pares de registros")
_LOSER = ("edição guardada de um conflito", "edições guardadas de conflitos")
_MAILBOX = "mailbox"  # the entity of a user, among a person's records
_KEYS = ("a_key", "b_key")  # of a pair: what it was found by
_ROSTER = "USERS"


def records_of(connection: str, subject: Subject) -> Iterator[Named]:
    """The mailboxes of the e-mail, and the contacts that others have of it."""
    if subject.known_by != KnownBy.EMAIL:
        return
    for user in stored_users(connection):
        if user.email.casefold() == subject.value:
            yield Named(_MAILBOX, user.id, user.name)
        lane = entity(Module.CONTACTS, user.id)
        for item in LinkItem.query(f"{connection}#{lane}", consistent_read=True):
            if subject.value in {str(text).casefold() for text in _keys(item.kept).values()}:
                yield Named(lane, item.source_id, item.label)


def losers(person: Person, after: str) -> Iterator[Seen]:
    """Overwritten contents of the person's mailbox, and those of others that name the person."""
    mailboxes, mentions = _mailboxes(person), person.mentions
    scope = scope_of(person.connection, "losers")
    for row in MailboxRow.query(scope, MailboxRow.id > after if after else None, consistent_read=True):
        theirs = row.user in mailboxes or mentions.are_in(row.value)
        yield Seen(row.id, Finding(_LOSER, dict(row.value), (deleting(row),)) if theirs else None)


def pairs(person: Person, after: str) -> Iterator[Seen]:
    """The pairs of the person's mailbox, and those of others that the person is a contact of."""
    mailboxes, keys, mentions = _mailboxes(person), person.keys, person.mentions
    for lane, user_id in sorted(_lanes(person.connection)):
        first = f"{lane}\n"
        beyond = after.removeprefix(first) if after.startswith(first) else ""
        if not beyond and first < after:
            continue
        condition = LinkItem.source_id > beyond if beyond else None
        for item in LinkItem.query(f"{person.connection}#{lane}", condition, consistent_read=True):
            finding = None
            if user_id in mailboxes:
                finding = _own_pair(person.connection, user_id, item)
            elif (lane, item.source_id) in keys or mentions.are_in([item.label, _keys(item.kept)]):
                finding = _others_pair(item)
            yield Seen(f"{first}{item.source_id}", finding)


def _lanes(connection: str) -> Iterator[tuple[str, str]]:
    """Each user's modules, by the entity that links are kept by."""
    for user in stored_users(connection):
        for module in Module:
            yield entity(module, user.id), user.id


def _own_pair(connection: str, user_id: str, item: LinkItem) -> Finding:
    def leave() -> None:
        _mark_leaving(connection, user_id)

    return Finding(_PAIR, _pair_data(item), (deleting(item, LinkItem.at == item.at),), first=leave)


def _others_pair(item: LinkItem) -> Finding:
    kept = {name: text for name, text in (item.kept or {}).items() if name not in _KEYS}
    actions = [LinkItem.label.set(ERASED), LinkItem.kept.set(kept) if kept else LinkItem.kept.remove()]
    still = LinkItem.at == item.at
    return Finding(_PAIR, _pair_data(item), (updating(LinkItem(item.scope, item.source_id), actions, still),))


def mailboxes(person: Person, after: str) -> Iterator[Seen]:
    """The person as a user, with the password; the last of the places."""
    wanted = _mailboxes(person)
    for row in all_rows(person.connection, "users"):
        if row.id in wanted and row.id > after:
            yield Seen(row.id, _mailbox(person.connection, row))


def _mailbox(connection: str, row: MailboxRow) -> Finding:
    user = user_in(row.value)
    roster = MailboxRow(scope_of(connection, "roster"), _ROSTER)

    def leave() -> None:
        _mark_leaving(connection, user.id)
        delete_secret(user.secret_name)

    data = {name: value for name, value in user_out(user).items() if name != "secret_name"}
    return Finding(
        what=_USER,
        data=data,
        erase=(
            deleting(MailboxRow(row.scope, row.id), MailboxRow.version == user.version),
            updating(roster, [MailboxRow.version.add(-1)], MailboxRow.version >= 1),
            *(deleting(MailboxRow(scope_of(connection, "lanes"), entity(module, user.id))) for module in Module),
        ),
        first=leave,
    )


def _mark_leaving(connection: str, user_id: str) -> None:
    """From now on no run begins with the user."""
    row = MailboxRow(scope_of(connection, "users"), user_id)
    try:
        row.update([MailboxRow.leaving.set(True)], condition=MailboxRow.id.exists())
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def _mailboxes(person: Person) -> frozenset[str]:
    return frozenset(record.id for record in person.records if record.entity == _MAILBOX)


def _keys(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: text for name, text in (kept or {}).items() if name in _KEYS}


def _pair_data(item: LinkItem) -> dict[str, Any]:
    return {
        "registro": item.label,
        "código no Notes": item.source_id,
        "código no CRM": item.target_id or "",
        "conhecido por": sorted(_keys(item.kept).values()),
    }
