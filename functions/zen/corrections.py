"""The pencil: a person corrects a record that a preview shows, and the correction is written back to Questor.

What Questor takes for it is ASSUMPTION, as `questor_client` says; so are the values of the tax regime.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from sincronia import clock, identities
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Opening, Record
from sincronia.identities import IdentityError
from zen import lanes
from zen.companies import company_of
from zen.connection import questor_of
from zen.employees import employee_of
from zen.office_users import record_of
from zen.partners import partner_of
from zen.questor_client import Companies, Employees, Partners, Users, place_of
from zen.rows import Name, is_email

_CODE = re.compile(r"[0-9]{1,9}")


class TaxRegime(StrEnum):
    """The tax regimes that a person can choose from."""

    SIMPLES = "Simples Nacional"
    PRESUMED = "Lucro Presumido"
    REAL = "Lucro Real"
    MEI = "MEI"
    IMMUNE = "Imune"
    EXEMPT = "Isento"


def _email(text: str) -> str:
    email = text.lower()
    if not is_email(email):
        raise PydanticCustomError("email", "no e-mail")
    return email


def _written(form: Callable[[object], str], value: Any) -> str:
    """A CPF or CNPJ as Questor keeps it, with punctuation."""
    try:
        return identities.punctuated(form(value))
    except IdentityError as error:
        code, kind = error.code, error.kind
    raise PydanticCustomError("identity", "no identity", {"code": code, "kind": kind})


_Email = Annotated[str, AfterValidator(_email)]


class _Correction(BaseModel):
    """What a person typed: the fields that they correct, and no others."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class UserCorrection(_Correction):
    """Of a user of the office."""

    name: Name = Field(default="", title="Nome", serialization_alias=Users.NAME)
    email: _Email = Field(default="", title="E-mail", serialization_alias=Users.EMAIL)
    group: Annotated[int, Field(ge=0)] = Field(default=0, title="Código Grupo", serialization_alias=Users.GROUP)


class CompanyCorrection(_Correction):
    """Of a company."""

    name: Name = Field(default="", title="Razão Social", serialization_alias=Companies.NAME)
    tax_regime: TaxRegime = Field(
        default=TaxRegime.SIMPLES, title="Regime Tributário", serialization_alias=Companies.TAX_REGIME
    )
    cnpj: Annotated[str, BeforeValidator(partial(_written, identities.cnpj))] = Field(
        default="", title="CNPJ", serialization_alias=Companies.CNPJ
    )


class PartnerCorrection(_Correction):
    """Of a company's partner."""

    name: Name = Field(default="", title="Nome", serialization_alias=Partners.NAME)
    email: _Email = Field(default="", title="E-mail", serialization_alias=Partners.EMAIL)
    cpf_or_cnpj: Annotated[str, BeforeValidator(partial(_written, identities.cpf_or_cnpj))] = Field(
        default="", title="CPF ou CNPJ", serialization_alias=Partners.CPF_OR_CNPJ
    )


class EmployeeCorrection(_Correction):
    """Of an employee's contract."""

    name: Name = Field(default="", title="Nome", serialization_alias=Employees.NAME)
    email: _Email = Field(default="", title="E-mail", serialization_alias=Employees.EMAIL)
    cpf: Annotated[str, BeforeValidator(partial(_written, identities.cpf))] = Field(
        default="", title="CPF", serialization_alias=Employees.CPF
    )


@dataclass(frozen=True, slots=True)
class Correctable:
    """Of one lane: what can be corrected, and how the record is found, written and read back."""

    fields: type[_Correction]
    consultation: str
    process: str
    codes: tuple[str, ...]  # the columns that a source id names, in its order
    record_of: Callable[[Any], Record]  # as the listing gives it, before a lane shapes it


def _employee_of(row: Any) -> Record:
    return employee_of(row, clock.today())


_USER = (UserCorrection, Users.CONSULTATION, Users.CORRECTION, (Users.CODE,))
_COMPANY = (CompanyCorrection, Companies.CONSULTATION, Companies.CORRECTION, (Companies.CODE,))

# By the lane's entity. Branches and org units are corrected in Questor itself.
CORRECTABLE: Mapping[str, Correctable] = {
    lanes.OFFICE_USER: Correctable(*_USER, record_of),
    lanes.TAREFFA_USER: Correctable(*_USER, record_of),
    lanes.COMPANY: Correctable(*_COMPANY, company_of),
    lanes.TAREFFA_COMPANY: Correctable(*_COMPANY, company_of),
    lanes.PARTNER: Correctable(
        PartnerCorrection, Partners.CONSULTATION, Partners.CORRECTION, (Companies.CODE, Partners.CODE), partner_of
    ),
    lanes.CLIENT_USER: Correctable(
        EmployeeCorrection, Employees.CONSULTATION, Employees.CORRECTION, (Companies.CODE, Employees.CODE), _employee_of
    ),
}


def correct(opening: Opening, entity: str, source_id: str, fields: Mapping[str, Any]) -> Record:
    """Writes the corrected fields to Questor, and gives the listing's record as it reads back.

    `entity` is the lane's and `source_id` one that a listing gave; the fields are those of CORRECTABLE. Raises
    ProblemError where a field doesn't do, or Questor doesn't take it: then nothing was changed. Raises
    AnswerUnknownError and OutOfTimeError as vendor calls do; writing it once more does no harm.
    """
    correctable, parts = CORRECTABLE.get(entity), source_id.split("/")
    known = correctable and len(parts) == len(correctable.codes) and all(map(_CODE.fullmatch, parts))
    if correctable is None or not known:  # a row without a code has a source id of the engine's
        raise ProblemError(Problem("zen.not_correctable"))
    columns = _columns(correctable, source_id, fields)
    codes = dict(zip(correctable.codes, parts, strict=True))
    questor = questor_of(opening)
    questor.change(correctable.process, {**{name: int(code) for name, code in codes.items()}, **columns})
    record = questor.listing(correctable.consultation, codes, correctable.record_of).first()
    if record is None or record.source_id != source_id:
        raise ProblemError(Problem("zen.record_gone", {"code": source_id}))
    return record


def _columns(correctable: Correctable, source_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write. Raises ProblemError, which names the field and quotes nothing."""
    try:
        correction = correctable.fields.model_validate(fields)
    except ValidationError as error:
        name = place_of(error)
        wrong = error.errors(include_input=False, include_url=False)[0]
    else:
        columns = correction.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if columns:
            return columns
        raise ProblemError(Problem("zen.correction_empty"))
    if wrong["type"] == "identity":
        raise ProblemError(Problem(wrong["ctx"]["code"], {"code": source_id, "kind": wrong["ctx"]["kind"]}))
    known = correctable.fields.model_fields.get(name)
    raise ProblemError(Problem("zen.correction_invalid", {"field": (known and known.title) or name}))
