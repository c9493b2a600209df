"""The test of a connection: whether Promob can be reached from here, and whether it can be heard."""

from __future__ import annotations

from promob import promob_client
from promob.connection import Secret, promob_of
from sincronia.answers import COMMON, Problem, ProblemError
from sincronia.connection_checks import Check, soon, tried
from sincronia.connection_fields import parsed
from sincronia.engine.flow import Opening

WEBHOOKS = "Webhooks"


def checks(opening: Opening) -> tuple[Check, ...]:
    """Tries the portal, and looks for what webhooks are signed with. Raises OutOfTimeError."""
    return tried(
        (
            (promob_client.VENDOR, lambda: promob_of(soon(opening)).check()),
            (WEBHOOKS, lambda: _check_webhooks(opening)),
        )
    )


def _check_webhooks(opening: Opening) -> None:
    if not parsed(Secret, opening.secret, COMMON).webhook_secrets:
        raise ProblemError(Problem("promob.webhook_secrets_missing"))
