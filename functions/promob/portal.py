"""Promob's portal, as a request asks it while somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from promob.connection import promob_of
from promob.promob_client import Promob
from sincronia.answers import COMMON, OutOfTimeError, Problem, ProblemError
from sincronia.web.integration import Integration

ASKING_SECONDS = 20  # API Gateway waits for 30

# What every route that asks the portal can run into.
PORTAL_REFUSES = (
    *("connection_unknown", "connection_disabled", "vendors_slow", "secret_missing", "settings_invalid"),
    *(code for code in COMMON if code.startswith("vendor_")),
)


@contextmanager
def portal_of(integration: Integration, connection: str) -> Iterator[Promob]:
    """The network's portal, for so long as a request may ask it. Raises ProblemError(PORTAL_REFUSES)."""
    try:
        yield promob_of(integration.opening(integration.enabled(connection), {}, ASKING_SECONDS))
    except OutOfTimeError:
        raise ProblemError(Problem("vendors_slow")) from None
