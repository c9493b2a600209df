"""The org units of a company and its employees' contracts: what Zen is told of them. Employees get access by e-mail."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from sincronia import identities
from sincronia.answers import Problem
from sincronia.engine.flow import Identity, Record
from zen import zen_client
from zen.questor_client import Employees, OrgUnits
from zen.rows import (
    Code,
    CompanyKnown,
    CompanysRow,
    Email,
    Name,
    RejectedError,
    Text,
    identity,
    is_email,
    label_of,
    read,
    rejected,
)

_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")


class _OrgUnitCodes(CompanysRow):
    kind: ClassVar[str] = "organograma"

    code: Code = Field(alias=OrgUnits.CODE)


class _OrgUnit(_OrgUnitCodes, CompanyKnown):
    classification: Annotated[str, Field(min_length=1, max_length=60)] = Field(alias=OrgUnits.CLASSIFICATION)
    name: Name = Field(alias=OrgUnits.NAME)


def _day(value: Any) -> Any:
    """Questor writes days as DD/MM/AAAA; what is no day stays as it is, and is malformed."""
    text = value.strip() if isinstance(value, str) else value
    written = _DAY.fullmatch(text) if isinstance(text, str) else None
    return f"{written[3]}-{written[2]}-{written[1]}" if written else text or None


class _ContractCodes(CompanysRow):
    kind: ClassVar[str] = "contrato"

    code: Code = Field(alias=Employees.CODE)


class _Contract(_ContractCodes, CompanyKnown):
    name: Name = Field(alias=Employees.NAME)
    cpf: Any = Field(alias=Employees.CPF)
    email: Email = Field(alias=Employees.EMAIL)
    classification: Text = Field(alias=Employees.CLASSIFICATION)
    dismissed: Annotated[date | None, BeforeValidator(_day)] = Field(alias=Employees.DISMISSED)


def org_unit_of(row: Any) -> Record:
    """A row of Questor's org units as what Zen is told of it. Pure."""
    unit = read(_OrgUnit, _OrgUnitCodes, row)
    if isinstance(unit, Record):
        return unit
    try:
        company_cnpj = unit.cnpj_of_company
    except RejectedError as error:
        return rejected(unit, unit.name, error.problem)
    content = {
        zen_client.COMPANY_CNPJ: company_cnpj,
        zen_client.CLASSIFICATION: unit.classification,
        zen_client.DESCRIPTION: unit.name,
        zen_client.STATE: zen_client.ACTIVE,
    }
    natural_key = f"{company_cnpj}/{unit.classification.upper()}"
    return Record(unit.source_id, label_of(unit, unit.name), content, natural_key, parent=unit.parent)


def employee_of(row: Any, today: date) -> Record:
    """A row of Questor's contracts as what Zen is told of it. Pure.

    Who was dismissed by today, in São Paulo, has left, whatever else is wrong with the row.
    """
    contract = read(_Contract, _ContractCodes, row)
    if isinstance(contract, Record):
        return contract
    if contract.dismissed and contract.dismissed <= today:
        label = label_of(contract, contract.name)
        return Record(contract.source_id, label, {}, "", parent=contract.parent, left=True)
    try:
        company_cnpj = contract.cnpj_of_company
        cpf = identity(identities.cpf, contract, contract.cpf)
    except RejectedError as error:
        return rejected(contract, contract.name, error.problem)
    email = contract.email.lower()
    if not is_email(email):
        code = "zen.employee_email_invalid" if email else "zen.employee_email_missing"
        return rejected(contract, contract.name, Problem(code, {"code": contract.source_id}), Identity("cpf", cpf))
    content = {
        zen_client.COMPANY_CNPJ: company_cnpj,
        zen_client.CPF: cpf,
        zen_client.NAME: contract.name,
        zen_client.EMAIL: email,
        zen_client.ORG_UNIT: contract.classification or None,
        zen_client.STATE: zen_client.ACTIVE,
    }
    return Record(
        contract.source_id,
        label_of(contract, contract.name),
        content,
        f"{company_cnpj}/{cpf}",
        identities=(Identity("cpf", cpf), Identity("email", email)),
        parent=contract.parent,
    )
