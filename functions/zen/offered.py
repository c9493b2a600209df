"""Zen as its routes offer it: its flows and forms, and its lanes and listings as people know them."""

from __future__ import annotations

from sincronia.web.integration import Integration, LaneTitle
from zen import flow_names, flows, tareffa_client, zen_client
from zen.answers import ANSWERS
from zen.connection import Secret, Settings
from zen.connection_test import checks
from zen.corrections import correct
from zen.filters import CompaniesFilters, InitialFilters, UsersFilters
from zen.flows import COMPANIES_STEP, FLOWS, USERS_STEP

INTEGRATION = Integration(
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
    lanes={
        flows.OFFICE_USER: LaneTitle("Usuários do Escritório", zen_client.VENDOR, USERS_STEP),
        flows.TAREFFA_USER: LaneTitle("Usuários", tareffa_client.VENDOR, USERS_STEP),
        flows.COMPANY: LaneTitle("Empresas", zen_client.VENDOR, COMPANIES_STEP),
        flows.TAREFFA_COMPANY: LaneTitle("Empresas", tareffa_client.VENDOR, COMPANIES_STEP),
        flows.BRANCH: LaneTitle("Filiais", zen_client.VENDOR, COMPANIES_STEP),
        flows.ORG_UNIT: LaneTitle("Organogramas", zen_client.VENDOR, COMPANIES_STEP),
        flows.PARTNER: LaneTitle("Sócios", zen_client.VENDOR, COMPANIES_STEP),
        flows.CLIENT_USER: LaneTitle("Usuários do Cliente", zen_client.VENDOR, COMPANIES_STEP),
    },
    listings={
        "usuarios": "Usuários",
        "empresas": "Empresas",
        "filiais": "Filiais",
        "organogramas": "Organogramas",
        "socios": "Sócios",
        "funcionarios": "Funcionários",
    },
    check=checks,
    correct=correct,
)
