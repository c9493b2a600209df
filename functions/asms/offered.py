"""ASMS as its routes offer it."""

from __future__ import annotations

from asms.answers import ANSWERS
from asms.connection import Secret, Settings
from asms.flows import FLOWS, TASKS
from sincronia.web.integration import Integration

INTEGRATION = Integration(
    name="asms",
    flows=FLOWS,
    tasks=TASKS,
    filters={},
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes={},
    listings={},
)
