"""SGP as its routes offer it: its sweeps and forms, and its contracts as people know them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from sgp import actions, flow_names
from sgp.answers import ANSWERS
from sgp.connection import Secret, Settings
from sgp.connection_test import checks
from sgp.flows import DAYS, FLOWS, KIND
from sgp.records import open_contracts
from sincronia.web.hint_forms import HintIntegration
from sincronia.web.integration import LaneTitle


class NoFilters(BaseModel):
    """A sweep goes through all that there is."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


INTEGRATION = HintIntegration(
    name=KIND.integration,
    flows=FLOWS,
    days=DAYS,
    filters=dict.fromkeys(FLOWS, NoFilters),
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes={flow_names.CONTRACT: LaneTitle("Contratos", "OZmap", "")},
    listings={},
    check=checks,
    kind=KIND,
    open=open_contracts,
    actions=actions.TITLES,
    collection="contracts",
    record_form=r"[0-9]{1,12}",
)
