"""The lanes of Zen's flows, in the order in which they are carried: parents before what belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sincronia.engine.flow import Lane, Record, Target, as_it_is
from zen import tareffa_client, zen_client
from zen.companies import company_for_tareffa, company_for_zen
from zen.office_users import for_tareffa
from zen.tareffa_client import Tareffa
from zen.zen_client import Zen

OFFICE_USER, TAREFFA_USER = "usuario_escritorio", "tareffa.usuario"
COMPANY, TAREFFA_COMPANY = "empresa", "tareffa.empresa"
BRANCH, ORG_UNIT, PARTNER, CLIENT_USER = "filial", "organograma", "socio", "usuario_cliente"

CONNECTION_STEP, USERS_STEP, COMPANIES_STEP = "Configurações Zen", "Usuários", "Empresas e Funcionários"

# The listings, by what people call what is read.
USERS, COMPANIES, BRANCHES = "usuarios", "empresas", "filiais"
ORG_UNITS, PARTNERS, EMPLOYEES = "organogramas", "socios", "funcionarios"
LISTINGS = {
    USERS: "Usuários",
    COMPANIES: "Empresas",
    BRANCHES: "Filiais",
    ORG_UNITS: "Organogramas",
    PARTNERS: "Sócios",
    EMPLOYEES: "Funcionários",
}


@dataclass(frozen=True, slots=True)
class LaneKind:
    """A lane before it is opened for a connection: the fields are those of Lane."""

    entity: str
    title: str
    listing: str
    resource: zen_client.Resource | tareffa_client.Resource
    shared_key_code: str
    step: str = COMPANIES_STEP
    shape: Callable[[Record], Record] = as_it_is
    parent: str = ""

    @property
    def target_name(self) -> str:
        """What people call its target."""
        return zen_client.VENDOR if isinstance(self.resource, zen_client.Resource) else tareffa_client.VENDOR

    def opened(self, zen: Zen, tareffa: Tareffa | None) -> Lane | None:
        """The lane of a connection; None where it goes to Tareffa and the office doesn't."""
        target: Target
        if isinstance(self.resource, zen_client.Resource):
            target = zen.records(self.resource)
        elif tareffa:
            target = tareffa.records(self.resource)
        else:
            return None
        return Lane(
            entity=self.entity,
            title=self.title,
            target_name=self.target_name,
            listing=self.listing,
            target=target,
            shared_key_code=self.shared_key_code,
            step=self.step,
            shape=self.shape,
            parent=self.parent,
        )


LANES = (
    LaneKind(
        OFFICE_USER, "Usuários do Escritório", USERS, zen_client.OFFICE_USERS, "zen.email_shared", step=USERS_STEP
    ),
    LaneKind(
        TAREFFA_USER,
        "Usuários",
        USERS,
        tareffa_client.USERS,
        "zen.email_shared",
        step=USERS_STEP,
        shape=for_tareffa,
    ),
    LaneKind(COMPANY, "Empresas", COMPANIES, zen_client.COMPANIES, "zen.cnpj_shared", shape=company_for_zen),
    LaneKind(
        TAREFFA_COMPANY, "Empresas", COMPANIES, tareffa_client.COMPANIES, "zen.cnpj_shared", shape=company_for_tareffa
    ),
    LaneKind(BRANCH, "Filiais", BRANCHES, zen_client.BRANCHES, "zen.branch_shared", parent=COMPANY),
    LaneKind(ORG_UNIT, "Organogramas", ORG_UNITS, zen_client.ORG_UNITS, "zen.classification_shared", parent=COMPANY),
    LaneKind(PARTNER, "Sócios", PARTNERS, zen_client.PARTNERS, "zen.partner_shared", parent=COMPANY),
    LaneKind(
        CLIENT_USER, "Usuários do Cliente", EMPLOYEES, zen_client.CLIENT_USERS, "zen.employee_shared", parent=COMPANY
    ),
)
ENTITIES = tuple(kind.entity for kind in LANES)
