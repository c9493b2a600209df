"""The test of a connection: Zoho CRM, and each user's mailbox on the Domino server, as far as the settings need them.

An answer must be given within the 29 seconds of HTTP: each vendor, and each user, is waited for only so long, and who
could not be tried is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notes import domino_checks, zoho_checks
from notes.connection import domino_of, names_of, zoho_of
from notes.connection_sentences import NOT_TRIED, OWNER_UNKNOWN, USERS_NONE
from notes.domino_checks import Need
from notes.domino_client import VENDOR
from notes.mailbox_users import MailboxUser
from notes.records import Module
from notes.sync_settings import CRM, SyncSettings
from notes.zoho_checks import NOT_CHECKABLE
from notes.zoho_client import Zoho
from notes.zoho_sentences import ZOHO
from notes.zoho_session import VENDOR as ZOHO_VENDOR
from sincronia import clock
from sincronia.answers import OutOfTimeError, Problem, ProblemError, explain
from sincronia.connection_checks import Check, soon
from sincronia.engine.flow import Opening
from sincronia.engine.ports import Secrets


def checks(
    opening: Opening, settings: SyncSettings, users: Sequence[MailboxUser], secrets: Secrets
) -> tuple[Check, ...]:
    """Tries all that the enabled modules need, whatever is wrong with the rest; never raises.

    As nothing is enabled yet: the server, each user's password, and the CRM's authorization.
    """
    return (*_of_crm(opening, settings, users), *_of_mailboxes(opening, settings, users, secrets))


def _of_crm(opening: Opening, settings: SyncSettings, users: Sequence[MailboxUser]) -> Sequence[Check]:
    quick, writing = soon(opening), settings.policy.writes(CRM)
    try:
        zoho = zoho_of(quick)
        tried = zoho_checks.checks(zoho, names_of(quick), settings.modules, writing=writing)
        if all(check.problem is None for check in tried[:2]):  # the authorization, and the list of users
            tried += tuple(_of_owners(zoho, users))
    except ProblemError as error:
        return [Check(ZOHO_VENDOR, error.problem)]
    except OutOfTimeError:
        return [Check(ZOHO_VENDOR, Problem(NOT_TRIED, {"what": ZOHO_VENDOR}))]
    return [_told(check) for check in tried]


def _of_owners(zoho: Zoho, users: Sequence[MailboxUser]) -> Iterator[Check]:
    """Whether the CRM's user whose records are kept in step with a mailbox is there and active."""
    active = {one.id for one in zoho.users() if one.active} if users else set()
    for user in users:
        problem = None if user.crm_owner in active else Problem(OWNER_UNKNOWN, {"user": user.name})
        yield Check(f"Usuário do {ZOHO_VENDOR} de {user.name}", problem)


def _told(check: Check) -> Check:
    """What can't be checked in the CRM is told, and hinders nothing."""
    if check.problem is None or check.problem.code not in NOT_CHECKABLE:
        return check
    return Check(f"{check.what}: {explain(check.problem, ZOHO)}", None)


def _of_mailboxes(
    opening: Opening, settings: SyncSettings, users: Sequence[MailboxUser], secrets: Secrets
) -> Iterator[Check]:
    if not users:
        yield Check(VENDOR, Problem(USERS_NONE))
    for user in users:
        yield from _of_mailbox(opening, settings, user, secrets)


def _of_mailbox(opening: Opening, settings: SyncSettings, user: MailboxUser, secrets: Secrets) -> Sequence[Check]:
    needs = [_need(user, module) for module in Module if module in settings.modules]
    what = f"{VENDOR} de {user.name}"
    if clock.now() >= opening.deadline:
        return [Check(what, Problem(NOT_TRIED, {"what": what}))]
    try:
        tried = domino_checks.checks(domino_of(soon(opening), user, secrets), needs)
    except ProblemError as error:
        return [Check(what, error.problem)]
    except OutOfTimeError:
        return [Check(what, Problem(NOT_TRIED, {"what": what}))]
    return [Check(what if check.what == VENDOR else f"{check.what} ({user.name})", check.problem) for check in tried]


def _need(user: MailboxUser, module: Module) -> Need:
    return Need(user.databases[module], user.views.get(module, ""), calendar=module is Module.EVENTS)
