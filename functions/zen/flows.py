"""Zen's flows, by the name that connections and runs keep them under: what each reads, and the lanes in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Flow, FlowKind, Lane, LinkStatus, Listing, Opening
from zen import connection_test, flow_names, tareffa_client, zen_client
from zen.answers import ANSWERS
from zen.companies import branch_of, company_for_tareffa, company_for_zen, company_of
from zen.connection import check_administrator_key, parsed, questor_of, tareffa_of, zen_of
from zen.employees import employee_of, org_unit_of
from zen.filters import (
    COMPANIES_DEFAULTS,
    INITIAL_DEFAULTS,
    USERS_DEFAULTS,
    CompaniesFilters,
    InitialFilters,
    UsersFilters,
)
from zen.office_users import for_tareffa, record_of
from zen.partners import partner_of
from zen.questor_client import Branches, Companies, Employees, OrgUnits, Partners, Questor, Users
from zen.selectors import Selector, parse
from zen.tareffa_client import Tareffa
from zen.zen_client import Zen

OFFICE_USER, TAREFFA_USER = "usuario_escritorio", "tareffa.usuario"
COMPANY, TAREFFA_COMPANY = "empresa", "tareffa.empresa"
BRANCH, ORG_UNIT, PARTNER, CLIENT_USER = "filial", "organograma", "socio", "usuario_cliente"
ENTITIES = (OFFICE_USER, TAREFFA_USER, COMPANY, TAREFFA_COMPANY, BRANCH, ORG_UNIT, PARTNER, CLIENT_USER)

CONNECTION_STEP, USERS_STEP, COMPANIES_STEP = "Configurações Zen", "Usuários", "Empresas e Funcionários"

_USERS, _COMPANIES, _BRANCHES = "usuarios", "empresas", "filiais"
_ORG_UNITS, _PARTNERS, _EMPLOYEES = "organogramas", "socios", "funcionarios"

# All that is no matriz. Who types "1.." for the branches means all of them, too.
_BEYOND_HEAD_OFFICE = parse(f"{Branches.HEAD_OFFICE + 1}..")


@dataclass(frozen=True, slots=True)
class _Vendors:
    questor: Questor
    zen: Zen
    tareffa: Tareffa | None  # None where "Sincronizar Tareffa" is off


_Sides = tuple[tuple[Listing, ...], tuple[Lane, ...]]


def open_users(opening: Opening) -> Flow:
    """Opens "Sincronizar Usuários". Raises ProblemError where the settings, the secret or the filters don't do."""
    check_administrator_key(opening.secret)
    filters = parsed(UsersFilters, opening.filters)
    listings, lanes = _users(_vendors(opening, tareffa=filters.tareffa), filters)
    return _flow(listings, lanes, filters)


def open_companies(opening: Opening) -> Flow:
    """Opens "Sincronizar Empresas e Funcionários". Raises as `open_users` does."""
    check_administrator_key(opening.secret)
    filters = parsed(CompaniesFilters, opening.filters)
    listings, lanes = _companies(_vendors(opening, tareffa=filters.tareffa), filters)
    return _flow(listings, lanes, filters)


def open_initial(opening: Opening) -> Flow:
    """Opens "Sincronização Inicial": the connection is tested, then come users, then companies. Raises as the others.

    Each step is what its own flow would be, without anything that narrows it.
    """
    check_administrator_key(opening.secret)
    filters = parsed(InitialFilters, opening.filters)
    vendors = _vendors(opening, tareffa=filters.tareffa)
    users, user_lanes = _users(vendors, UsersFilters())
    options = CompaniesFilters(partners=filters.partners, org_chart=filters.org_chart)
    companies, company_lanes = _companies(vendors, options)
    return _flow(
        (*users, *companies), (*user_lanes, *company_lanes), filters, check=partial(connection_test.check, opening)
    )


FLOWS: Mapping[str, FlowKind] = {
    flow_names.USERS: FlowKind("Sincronizar Usuários", ANSWERS, open_users, USERS_DEFAULTS, (USERS_STEP,)),
    flow_names.COMPANIES: FlowKind(
        "Sincronizar Empresas e Funcionários", ANSWERS, open_companies, COMPANIES_DEFAULTS, (COMPANIES_STEP,)
    ),
    flow_names.INITIAL: FlowKind(
        "Sincronização Inicial",
        ANSWERS,
        open_initial,
        INITIAL_DEFAULTS,
        steps=(CONNECTION_STEP, USERS_STEP, COMPANIES_STEP),
        check_step=CONNECTION_STEP,
    ),
}


def _vendors(opening: Opening, *, tareffa: bool) -> _Vendors:
    return _Vendors(questor_of(opening), zen_of(opening), tareffa_of(opening) if tareffa else None)


def _flow(
    listings: tuple[Listing, ...],
    lanes: tuple[Lane, ...],
    filters: UsersFilters | CompaniesFilters | InitialFilters,
    check: partial[None] | None = None,
) -> Flow:
    return Flow(
        listings=listings,
        lanes=lanes,
        statuses=filters.statuses or frozenset(LinkStatus),
        force=filters.force,
        brake=filters.brake,
        check=check,
    )


def _users(vendors: _Vendors, filters: UsersFilters) -> _Sides:
    groups = {Users.GROUP: ";".join(str(group) for group in filters.groups)} if filters.groups else {}
    source = vendors.questor.listing(Users.CONSULTATION, groups, record_of)
    lanes = [
        Lane(
            entity=OFFICE_USER,
            title="Usuários do Escritório",
            target_name=zen_client.VENDOR,
            listing=_USERS,
            target=vendors.zen.records(zen_client.OFFICE_USERS),
            shared_key_code="zen.email_shared",
            step=USERS_STEP,
        )
    ]
    if vendors.tareffa:
        lanes.append(
            Lane(
                entity=TAREFFA_USER,
                title="Usuários",
                target_name=tareffa_client.VENDOR,
                listing=_USERS,
                target=vendors.tareffa.records(tareffa_client.USERS),
                shared_key_code="zen.email_shared",
                step=USERS_STEP,
                shape=for_tareffa,
            )
        )
    return (Listing(_USERS, source, narrowed=bool(groups)),), tuple(lanes)


def _companies(vendors: _Vendors, filters: CompaniesFilters) -> _Sides:
    """Companies before what belongs to them; what is switched off is neither read nor sent."""
    questor = vendors.questor
    companies = {Companies.CODE: filters.companies}
    branches = _beyond_head_office(filters.branches)
    units = {**companies, OrgUnits.CODE: filters.org_units}
    contracts = {**units, Employees.CODE: filters.contracts}
    employees = partial(employee_of, today=clock.today())
    company_narrowed = filters.companies is not None

    read = [
        Listing(_COMPANIES, questor.listing(Companies.CONSULTATION, _sent(companies), company_of), company_narrowed),
        Listing(
            _BRANCHES,
            questor.listing(Branches.CONSULTATION, _sent({**companies, Branches.CODE: branches}), branch_of),
            company_narrowed or branches != _BEYOND_HEAD_OFFICE,
        ),
    ]
    lanes = [*_company_lanes(vendors), _child(vendors, BRANCH, "Filiais", _BRANCHES, zen_client.BRANCHES)]
    if filters.org_chart:
        read.append(Listing(_ORG_UNITS, questor.listing(OrgUnits.CONSULTATION, _sent(units), org_unit_of), _any(units)))
        lanes.append(_child(vendors, ORG_UNIT, "Organogramas", _ORG_UNITS, zen_client.ORG_UNITS))
    if filters.partners:
        source = questor.listing(Partners.CONSULTATION, _sent(companies), partner_of)
        read.append(Listing(_PARTNERS, source, company_narrowed))
        lanes.append(_child(vendors, PARTNER, "Sócios", _PARTNERS, zen_client.PARTNERS))
    if filters.org_chart:
        source = questor.listing(Employees.CONSULTATION, _sent(contracts), employees)
        read.append(Listing(_EMPLOYEES, source, _any(contracts)))
        lanes.append(_child(vendors, CLIENT_USER, "Usuários do Cliente", _EMPLOYEES, zen_client.CLIENT_USERS))
    return tuple(read), tuple(lanes)


def _company_lanes(vendors: _Vendors) -> list[Lane]:
    lanes = [
        Lane(
            entity=COMPANY,
            title="Empresas",
            target_name=zen_client.VENDOR,
            listing=_COMPANIES,
            target=vendors.zen.records(zen_client.COMPANIES),
            shared_key_code="zen.cnpj_shared",
            step=COMPANIES_STEP,
            shape=company_for_zen,
        )
    ]
    if vendors.tareffa:
        lanes.append(
            Lane(
                entity=TAREFFA_COMPANY,
                title="Empresas",
                target_name=tareffa_client.VENDOR,
                listing=_COMPANIES,
                target=vendors.tareffa.records(tareffa_client.COMPANIES),
                shared_key_code="zen.cnpj_shared",
                step=COMPANIES_STEP,
                shape=company_for_tareffa,
            )
        )
    return lanes


_SHARED = {
    BRANCH: "zen.branch_shared",
    ORG_UNIT: "zen.classification_shared",
    PARTNER: "zen.partner_shared",
    CLIENT_USER: "zen.employee_shared",
}


def _child(vendors: _Vendors, entity: str, title: str, listing: str, resource: zen_client.Resource) -> Lane:
    """The lane of what belongs to a company."""
    return Lane(
        entity=entity,
        title=title,
        target_name=zen_client.VENDOR,
        listing=listing,
        target=vendors.zen.records(resource),
        shared_key_code=_SHARED[entity],
        step=COMPANIES_STEP,
        parent=COMPANY,
    )


def _beyond_head_office(selector: Selector | None) -> Selector:
    """The branches that are asked for; the matriz travels as the company itself. Raises where nothing else is."""
    if selector is None:
        return _BEYOND_HEAD_OFFICE
    branches = selector.above(Branches.HEAD_OFFICE + 1)
    if branches is None:
        raise ProblemError(Problem("zen.branch_is_head_office"))
    return branches


def _sent(selectors: Mapping[str, Selector | None]) -> dict[str, str]:
    return {column: str(selector) for column, selector in selectors.items() if selector}


def _any(selectors: Mapping[str, Selector | None]) -> bool:
    return any(selector is not None for selector in selectors.values())
