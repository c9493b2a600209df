"""The companies of Questor and their branches: what Zen, and Tareffa, are told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from sincronia import identities
from sincronia.answers import Problem
from sincronia.engine.flow import Identity, Record
from zen import tareffa_client, zen_client
from zen.questor_client import Branches, Companies
from zen.rows import Code, CompanyKnown, CompanysRow, Name, RejectedError, Row, Text, identity, label_of, read, rejected


class _CompanyCodes(Row):
    kind: ClassVar[str] = "empresa"

    code: Code = Field(alias=Companies.CODE)


class _Company(_CompanyCodes):
    name: Name = Field(alias=Companies.NAME)
    trade_name: Text = Field(alias=Companies.TRADE_NAME)
    cnpj: Any = Field(alias=Companies.CNPJ)
    tax_regime: Text = Field(alias=Companies.TAX_REGIME)


class _BranchCodes(CompanysRow):
    kind: ClassVar[str] = "filial"

    code: Code = Field(alias=Branches.CODE)


class _Branch(_BranchCodes, CompanyKnown):
    name: Name = Field(alias=Branches.NAME)
    cnpj: Any = Field(alias=Branches.CNPJ)
    city: Text = Field(alias=Branches.CITY)


def company_of(row: Any) -> Record:
    """A row of Questor's companies: what Zen is told of it, and the tax regime for Tareffa. Pure."""
    company = read(_Company, _CompanyCodes, row)
    if isinstance(company, Record):
        return company
    try:
        cnpj = identity(identities.cnpj, company, company.cnpj)
    except RejectedError as error:
        return rejected(company, company.name, error.problem)
    content = {
        zen_client.CNPJ: cnpj,
        zen_client.LEGAL_NAME: company.name,
        zen_client.TRADE_NAME: company.trade_name or None,
        zen_client.STATE: zen_client.ACTIVE,
        tareffa_client.TAX_REGIME: company.tax_regime,
    }
    label = label_of(company, company.name)
    return Record(company.source_id, label, content, cnpj, identities=(Identity("cnpj", cnpj),))


def company_for_zen(record: Record) -> Record:
    """The company without what Zen isn't told. Pure."""
    content = {name: value for name, value in record.content.items() if name != tareffa_client.TAX_REGIME}
    return replace(record, content=content)


def company_for_tareffa(record: Record) -> Record:
    """The company as Tareffa is told of it; one without tax regime is rejected, for Tareffa alone. Pure."""
    if record.problem:
        return record
    regime = record.content[tareffa_client.TAX_REGIME]
    if not regime:
        problem = Problem("zen.tax_regime_missing", {"code": record.source_id})
        return replace(record, content={}, natural_key="", problem=problem)
    content = {
        tareffa_client.SOURCE_ID: record.source_id,
        tareffa_client.CNPJ: record.content[zen_client.CNPJ],
        tareffa_client.LEGAL_NAME: record.content[zen_client.LEGAL_NAME],
        tareffa_client.TAX_REGIME: regime,
        tareffa_client.ACTIVE: True,
    }
    return replace(record, content=content)


def branch_of(row: Any) -> Record:
    """A row of Questor's establishments, but for the matriz, which is the company itself. Pure."""
    branch = read(_Branch, _BranchCodes, row)
    if isinstance(branch, Record):
        return branch
    try:
        company_cnpj = branch.cnpj_of_company
        cnpj = identity(identities.cnpj, branch, branch.cnpj)
    except RejectedError as error:
        return rejected(branch, branch.name, error.problem)
    content = {
        zen_client.COMPANY_CNPJ: company_cnpj,
        zen_client.CNPJ: cnpj,
        zen_client.NAME: branch.name,
        zen_client.CITY: branch.city or None,
        zen_client.STATE: zen_client.ACTIVE,
    }
    return Record(
        branch.source_id,
        label_of(branch, branch.name),
        content,
        cnpj,
        identities=(Identity("cnpj", cnpj),),
        parent=branch.parent,
    )
