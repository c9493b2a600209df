"""The test of a connection: both vendors, each asked once."""

from __future__ import annotations

from sgp import ozmap_client, sgp_client
from sgp.connection import ozmap_of, sgp_of
from sincronia.connection_checks import Check, soon, tried
from sincronia.engine.flow import Opening


def checks(opening: Opening) -> tuple[Check, ...]:
    """Tries both vendors, whatever is wrong with the other. Raises OutOfTimeError."""
    return tried(
        (
            (sgp_client.VENDOR, lambda: sgp_of(soon(opening)).check()),
            (ozmap_client.VENDOR, lambda: ozmap_of(soon(opening)).check()),
        )
    )
