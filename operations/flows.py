"""The flows of every integration, as the commands know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import asms.flows
import notes.answers
import notes.connection
import notes.flows
import promob.answers
import promob.connection
import promob.flows
import sgp.answers
import sgp.connection
import sgp.flows
import zen.answers
import zen.flows
from sincronia.answers import Answers
from sincronia.connection_fields import parsed
from sincronia.engine.flow import FlowKind, Opening

FLOWS: Mapping[str, Mapping[str, FlowKind]] = {
    "asms": asms.flows.FLOWS,
    "notes": notes.flows.FLOWS,
    "promob": promob.flows.FLOWS,
    "sgp": sgp.flows.FLOWS,
    "zen": zen.flows.FLOWS,
}


def _open_zen(flow: str, opening: Opening) -> None:
    zen.flows.FLOWS[flow].open(opening)


def _open_notes(_: str, opening: Opening) -> None:
    notes.connection.names_of(opening)
    notes.connection.zoho_of(opening)


def _open_promob(_: str, opening: Opening) -> None:
    parsed(promob.connection.Settings, opening.settings, promob.answers.ANSWERS)
    parsed(promob.connection.Secret, opening.secret, promob.answers.ANSWERS)
    promob.connection.promob_of(opening)


def _open_sgp(_: str, opening: Opening) -> None:
    parsed(sgp.connection.Settings, opening.settings, sgp.answers.ANSWERS)
    parsed(sgp.connection.Secret, opening.secret, sgp.answers.ANSWERS)
    sgp.connection.sgp_of(opening)
    sgp.connection.ozmap_of(opening)


# By integration that calls vendors: opens a flow, or the connection where none is scheduled, without a call to them.
# Raises ProblemError where it can't run.
OPEN: Mapping[str, Callable[[str, Opening], None]] = {
    "notes": _open_notes,
    "promob": _open_promob,
    "sgp": _open_sgp,
    "zen": _open_zen,
}

# By integration of OPEN: the sentences of what it raises.
ANSWERS: Mapping[str, Answers] = {
    "notes": notes.answers.ANSWERS,
    "promob": promob.answers.ANSWERS,
    "sgp": sgp.answers.ANSWERS,
    "zen": zen.answers.ANSWERS,
}
