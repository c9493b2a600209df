"""Promob as its routes offer it: nothing is scheduled, and its hints are about what Promob and the stores tell."""

from __future__ import annotations

from promob import actions, flow_names
from promob.answers import ANSWERS
from promob.connection import Secret, Settings
from promob.connection_test import checks
from promob.flows import DAYS, FLOWS, KIND
from promob.records import open_promob
from sincronia.web.hint_forms import HintIntegration
from sincronia.web.integration import LaneTitle

INTEGRATION = HintIntegration(
    name=KIND.integration,
    flows=FLOWS,
    days=DAYS,
    filters={},
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes={
        flow_names.ENVIRONMENT: LaneTitle("Ambientes", "Promob", ""),
        flow_names.CUSTOMER: LaneTitle("Clientes", "Promob", ""),
        flow_names.PROMOB_PROJECT: LaneTitle("Projetos do Promob", "Sincronia", ""),
        flow_names.PROMOB_CUSTOMER: LaneTitle("Clientes do Promob", "Sincronia", ""),
        flow_names.PROMOB_USER: LaneTitle("Usuários do Promob", "Sincronia", ""),
    },
    listings={},
    check=checks,
    kind=KIND,
    open=open_promob,
    actions=actions.TITLES,
    collection="environments",
    record_form=r"[0-9a-f]{16}-[0-9a-f]{16}",
)
