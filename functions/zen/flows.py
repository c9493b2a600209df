"""Zen's flows, by the name that connections and runs keep them under: what each reads, and the lanes in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Flow, LinkStatus, Listing, Opening, RunFlow
from zen import connection_test, flow_names, lanes
from zen.answers import ANSWERS
from zen.companies import branch_of, company_of
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
from zen.office_users import record_of
from zen.partners import partner_of
from zen.questor_client import Branches, Companies, Employees, OrgUnits, Partners, Questor, Users
from zen.selectors import Selector, parse
from zen.tareffa_client import Tareffa
from zen.zen_client import Zen

# All that is no matriz. Who types "1.." for the branches means all of them, too.
_BEYOND_HEAD_OFFICE = parse(f"{Branches.HEAD_OFFICE + 1}..")


@dataclass(frozen=True, slots=True)
class _Vendors:
    questor: Questor
    zen: Zen
    tareffa: Tareffa | None  # None where "Sincronizar Tareffa" is off


def open_users(opening: Opening) -> Flow:
    """Opens "Sincronizar Usuários". Raises ProblemError where the settings, the secret or the filters don't do."""
    check_administrator_key(opening.secret)
    filters = parsed(UsersFilters, opening.filters)
    vendors = _vendors(opening, tareffa=filters.tareffa)
    return _flow(vendors, _users(vendors.questor, filters), filters)


def open_companies(opening: Opening) -> Flow:
    """Opens "Sincronizar Empresas e Funcionários". Raises as `open_users` does."""
    check_administrator_key(opening.secret)
    filters = parsed(CompaniesFilters, opening.filters)
    vendors = _vendors(opening, tareffa=filters.tareffa)
    return _flow(vendors, _companies(vendors.questor, filters), filters)


def open_initial(opening: Opening) -> Flow:
    """Opens "Sincronização Inicial": the connection is tested, then come users, then companies. Raises as the others.

    Each step is what its own flow would be, without anything that narrows it.
    """
    check_administrator_key(opening.secret)
    filters = parsed(InitialFilters, opening.filters)
    vendors = _vendors(opening, tareffa=filters.tareffa)
    users = _users(vendors.questor, UsersFilters())
    options = CompaniesFilters(partners=filters.partners, org_chart=filters.org_chart)
    companies = _companies(vendors.questor, options)
    return _flow(vendors, (*users, *companies), filters, check=partial(connection_test.check, opening))


FLOWS: Mapping[str, RunFlow] = {
    flow_names.USERS: RunFlow(
        title="Sincronizar Usuários",
        answers=ANSWERS,
        open=open_users,
        default_filters=USERS_DEFAULTS,
        steps=(lanes.USERS_STEP,),
    ),
    flow_names.COMPANIES: RunFlow(
        title="Sincronizar Empresas e Funcionários",
        answers=ANSWERS,
        open=open_companies,
        default_filters=COMPANIES_DEFAULTS,
        steps=(lanes.COMPANIES_STEP,),
    ),
    flow_names.INITIAL: RunFlow(
        title="Sincronização Inicial",
        answers=ANSWERS,
        open=open_initial,
        default_filters=INITIAL_DEFAULTS,
        steps=(lanes.CONNECTION_STEP, lanes.USERS_STEP, lanes.COMPANIES_STEP),
        check_step=lanes.CONNECTION_STEP,
    ),
}


def _vendors(opening: Opening, *, tareffa: bool) -> _Vendors:
    return _Vendors(questor_of(opening), zen_of(opening), tareffa_of(opening) if tareffa else None)


def _flow(
    vendors: _Vendors,
    listings: tuple[Listing, ...],
    filters: UsersFilters | CompaniesFilters | InitialFilters,
    check: partial[None] | None = None,
) -> Flow:
    """The lanes of what is read, to where the office has something to send it."""
    read = {listing.name for listing in listings}
    opened = (kind.opened(vendors.zen, vendors.tareffa) for kind in lanes.LANES if kind.listing in read)
    return Flow(
        listings=listings,
        lanes=tuple(lane for lane in opened if lane),
        statuses=filters.statuses or frozenset(LinkStatus),
        force=filters.force,
        brake=filters.brake,
        check=check,
    )


def _users(questor: Questor, filters: UsersFilters) -> tuple[Listing, ...]:
    groups = {Users.GROUP: ";".join(str(group) for group in filters.groups)} if filters.groups else {}
    source = questor.listing(Users.CONSULTATION, groups, record_of)
    return (Listing(lanes.USERS, source, narrowed=bool(groups)),)


def _companies(questor: Questor, filters: CompaniesFilters) -> tuple[Listing, ...]:
    """Companies and what belongs to them; what is switched off is neither read nor sent."""
    companies = {Companies.CODE: filters.companies}
    branches = _beyond_head_office(filters.branches)
    units = {**companies, OrgUnits.CODE: filters.org_units}
    contracts = {**units, Employees.CODE: filters.contracts}
    company_narrowed = filters.companies is not None

    read = [
        Listing(
            lanes.COMPANIES, questor.listing(Companies.CONSULTATION, _sent(companies), company_of), company_narrowed
        ),
        Listing(
            lanes.BRANCHES,
            questor.listing(Branches.CONSULTATION, _sent({**companies, Branches.CODE: branches}), branch_of),
            company_narrowed or branches != _BEYOND_HEAD_OFFICE,
        ),
    ]
    if filters.org_chart:
        source = questor.listing(OrgUnits.CONSULTATION, _sent(units), org_unit_of)
        read.append(Listing(lanes.ORG_UNITS, source, _any(units)))
        employees = partial(employee_of, today=clock.today())
        source = questor.listing(Employees.CONSULTATION, _sent(contracts), employees)
        read.append(Listing(lanes.EMPLOYEES, source, _any(contracts)))
    if filters.partners:
        source = questor.listing(Partners.CONSULTATION, _sent(companies), partner_of)
        read.append(Listing(lanes.PARTNERS, source, company_narrowed))
    return tuple(read)


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
