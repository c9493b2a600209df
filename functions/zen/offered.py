"""Zen as its routes offer it: its flows and forms, and its lanes and listings as people know them."""

from __future__ import annotations

from sincronia.web.integration import LaneTitle, RunIntegration
from zen import flow_names
from zen.answers import ANSWERS
from zen.connection import Secret, Settings
from zen.connection_test import checks
from zen.corrections import CORRECTABLE, correct
from zen.filters import CompaniesFilters, InitialFilters, UsersFilters
from zen.flows import FLOWS
from zen.lanes import LANES, LISTINGS

INTEGRATION = RunIntegration(
    name="zen",
    flows=FLOWS,
    filters={
        flow_names.USERS: UsersFilters,
        flow_names.COMPANIES: CompaniesFilters,
        flow_names.INITIAL: InitialFilters,
    },
    apart=flow_names.APART,
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes={kind.entity: LaneTitle(kind.title, kind.target_name, kind.step) for kind in LANES},
    listings=LISTINGS,
    corrections={entity: correctable.fields for entity, correctable in CORRECTABLE.items()},
    check=checks,
    correct=correct,
)
