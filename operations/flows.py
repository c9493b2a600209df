"""The flows of every integration, as the commands know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import asms.flows
import sgp.answers
import sgp.connection
import sgp.flows
import zen.flows
from sincronia.connection_fields import parsed
from sincronia.engine.flow import FlowKind, Opening

FLOWS: Mapping[str, Mapping[str, FlowKind]] = {
    "asms": asms.flows.FLOWS,
    "sgp": sgp.flows.FLOWS,
    "zen": zen.flows.FLOWS,
}


def _open_zen(flow: str, opening: Opening) -> None:
    zen.flows.FLOWS[flow].open(opening)


def _open_sgp(_: str, opening: Opening) -> None:
    parsed(sgp.connection.Settings, opening.settings, sgp.answers.ANSWERS)
    parsed(sgp.connection.Secret, opening.secret, sgp.answers.ANSWERS)
    sgp.connection.sgp_of(opening)
    sgp.connection.ozmap_of(opening)


# By integration: opens a flow without a call to a vendor. Raises ProblemError where it can't run.
OPEN: Mapping[str, Callable[[str, Opening], None]] = {"sgp": _open_sgp, "zen": _open_zen}
