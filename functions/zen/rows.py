"""What the rows of all of Questor's consultations have in common, and how a row that can't be sent becomes a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sincronia import identities
from sincronia.answers import Problem
from sincronia.engine.flow import Identity, Record
from sincronia.identities import IdentityError
from zen.questor_client import COMPANY, COMPANY_CNPJ, place_of

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)

_PRIVATE = re.compile(r"\S+@\S+|(?<!\d)\d{2,3}\.?\d{3}\.?\d{3}([-/]?\d{2,4}(-?\d{2})?)?(?!\d)")


def is_email(text: str) -> bool:
    """Whether lower-case text is an address that a mail server could take: dotted local part, a real domain."""
    local = text.partition("@")[0]
    return len(text) <= 254 and len(local) <= 64 and _EMAIL.fullmatch(text) is not None


def _text(value: Any) -> Any:
    """Questor's empty column is null."""
    return "" if value is None else value


Code = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, BeforeValidator(_text)]
Email = Annotated[str, BeforeValidator(_text), Field(max_length=1000)]


class Row(BaseModel):
    """A row with a code of its own: what people call its place."""

    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)

    kind: ClassVar[str] = "código"

    code: Code

    @property
    def source_id(self) -> str:
        """The record's source id."""
        return str(self.code)

    @property
    def parent(self) -> str:
        """The source id of the record that it belongs to; empty for none."""
        return ""

    @property
    def place(self) -> str:
        """What the record is called by its codes."""
        return f"{self.kind} {self.code}"


class CompanysRow(Row):
    """A row that belongs to a company, and has a code within it."""

    company: Code = Field(alias=COMPANY)

    @property
    def source_id(self) -> str:
        """The company's code and its own."""
        return f"{self.company}/{self.code}"

    @property
    def parent(self) -> str:
        """The company's source id."""
        return str(self.company)

    @property
    def place(self) -> str:
        """What the record is called by its codes."""
        return f"empresa {self.company}, {self.kind} {self.code}"


class RejectedError(ValueError):
    """The row can't be sent as it is; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class CompanyKnown(CompanysRow):
    """A whole row that belongs to a company; what Zen knows that company by comes with it."""

    company_number: Any = Field(alias=COMPANY_CNPJ)

    @property
    def cnpj_of_company(self) -> str:
        """The company's CNPJ in normal form. Raises RejectedError, which speaks of the company."""
        try:
            return identities.cnpj(self.company_number)
        except IdentityError:
            problem = Problem("zen.company_cnpj_invalid", {"code": self.source_id, "company": self.parent})
        raise RejectedError(problem)


def identity(form: Callable[[object], str], row: Row, value: object) -> str:
    """A row's own CPF or CNPJ in normal form. Raises RejectedError."""
    try:
        return form(value)
    except IdentityError as error:
        problem = error.problem(row.source_id)
    raise RejectedError(problem)


_AnyRow = TypeVar("_AnyRow", bound=Row)


def read(whole: type[_AnyRow], codes: type[Row], row: Any) -> _AnyRow | Record:
    """The row, or the record that says which column is malformed.

    `codes` is the row's codes alone: a row that has not even those has no source id either.
    """
    try:
        return whole.model_validate(row)
    except ValidationError as error:
        problem = Problem("record_malformed", {"field": place_of(error)})
    try:
        known = codes.model_validate(row)
    except ValidationError:
        return Record("", "cadastro sem código", {}, "", problem=problem)
    return Record(known.source_id, known.place, {}, "", problem=problem, parent=known.parent)


def rejected(row: Row, name: str, problem: Problem, *known_by: Identity) -> Record:
    """The record of a row that can't be sent as it is; `known_by` is what people can look it up by all the same."""
    return Record(row.source_id, label_of(row, name), {}, "", identities=known_by, problem=problem, parent=row.parent)


def label_of(row: Row, name: str) -> str:
    """What people call the record: never a CPF, CNPJ or e-mail, though some names have one in them, as MEIs' do."""
    return f"{_PRIVATE.sub('…', name)} ({row.place})"
