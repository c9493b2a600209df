"""The partners of a company: what Zen is told of them. They get no access, so an e-mail is no must."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from sincronia import identities
from sincronia.answers import Problem
from sincronia.engine.flow import Identity, Record
from zen import zen_client
from zen.questor_client import Partners
from zen.rows import (
    Code,
    CompanyKnown,
    CompanysRow,
    Email,
    Name,
    RejectedError,
    identity,
    is_email,
    label_of,
    read,
    rejected,
)


def _number(value: Any) -> Any:
    """A share written the Brazilian way, as 33,33."""
    return value.replace(",", ".") if isinstance(value, str) else value


_Share = Annotated[float, Field(ge=0, le=100)]  # per cent


class _Codes(CompanysRow):
    kind: ClassVar[str] = "sócio"

    code: Code = Field(alias=Partners.CODE)


class _Partner(_Codes, CompanyKnown):
    name: Name = Field(alias=Partners.NAME)
    cpf_or_cnpj: Any = Field(alias=Partners.CPF_OR_CNPJ)
    email: Email = Field(alias=Partners.EMAIL)
    share: Annotated[_Share | None, BeforeValidator(_number)] = Field(alias=Partners.SHARE)


def partner_of(row: Any) -> Record:
    """A row of Questor's partners as what Zen is told of it. Pure."""
    partner = read(_Partner, _Codes, row)
    if isinstance(partner, Record):
        return partner
    try:
        company_cnpj = partner.cnpj_of_company
        number = identity(identities.cpf_or_cnpj, partner, partner.cpf_or_cnpj)
    except RejectedError as error:
        return rejected(partner, partner.name, error.problem)
    known_by = Identity(identities.kind_of(number), number)
    email = partner.email.lower()
    if email and not is_email(email):
        problem = Problem("zen.partner_email_invalid", {"code": partner.source_id})
        return rejected(partner, partner.name, problem, known_by)
    content = {
        zen_client.COMPANY_CNPJ: company_cnpj,
        zen_client.CNPJ: number,
        zen_client.NAME: partner.name,
        zen_client.EMAIL: email or None,
        zen_client.SHARE: partner.share,
        zen_client.STATE: zen_client.ACTIVE,
    }
    return Record(
        partner.source_id,
        label_of(partner, partner.name),
        content,
        f"{company_cnpj}/{number}",
        identities=(known_by, Identity("email", email)) if email else (known_by,),
        parent=partner.parent,
    )
