"""The people whose mailboxes are kept in step. Their passwords are kept apart, each in a secret of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from notes.records import Module, Owner


@dataclass(frozen=True, slots=True)
class MailboxUser:
    """A user. Links are theirs: a changed e-mail or password leaves the id, and so the links, as they are.

    `databases`: by module the path of the Notes database, `views`: the view that lists it (none for events, which the
    calendar service gives). `crm_owner`: the id of the CRM's user whose records these are. `excluded`: single records
    that a person took out of the sync, by module, as `notes:<id>` or `crm:<id>`.
    """

    id: str
    name: str
    email: str  # in Notes
    login: str  # that Domino is asked with
    zone: ZoneInfo
    databases: Mapping[Module, str]
    views: Mapping[Module, str]
    crm_owner: str
    secret_name: str
    excluded: Mapping[Module, frozenset[str]]
    version: int = 1

    @property
    def owner(self) -> Owner:
        """Whose mailbox it is, as contents ask it."""
        return Owner(self.email, self.name, self.zone)


def user_out(user: MailboxUser) -> dict[str, Any]:
    """As stored."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "login": user.login,
        "zone": user.zone.key,
        "databases": dict(user.databases),
        "views": dict(user.views),
        "crm_owner": user.crm_owner,
        "secret_name": user.secret_name,
        "excluded": {module: sorted(ids) for module, ids in user.excluded.items()},
        "version": user.version,
    }


def user_in(stored: Mapping[str, Any]) -> MailboxUser:
    """From what `user_out` gave."""
    return MailboxUser(
        id=stored["id"],
        name=stored["name"],
        email=stored["email"],
        login=stored["login"],
        zone=ZoneInfo(stored["zone"]),
        databases={Module(module): path for module, path in stored["databases"].items()},
        views={Module(module): view for module, view in stored["views"].items()},
        crm_owner=stored["crm_owner"],
        secret_name=stored["secret_name"],
        excluded={Module(module): frozenset(ids) for module, ids in stored["excluded"].items()},
        version=int(stored["version"]),
    )
