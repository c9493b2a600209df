"""ASMS as its routes offer it."""

from __future__ import annotations

from asms.answers import ANSWERS
from asms.catalogues import Category
from asms.columns import RECORDS_SHEET
from asms.connection import Secret, Settings
from asms.flows import FLOWS, TASKS
from sincronia.web.integration import Integration, LaneTitle

INTEGRATION = Integration(
    name="asms",
    flows=FLOWS,
    tasks=TASKS,
    filters={},
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes={category.value: LaneTitle(RECORDS_SHEET[category], "Diretório", "Importar") for category in Category},
    listings={},
)
