"""What Promob's answers hold, as the types that they should have. All of it is ASSUMPTION: see promob_client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, AwareDatetime, BeforeValidator, Field, TypeAdapter

from sincronia.identities import IdentityError, cpf_or_cnpj
from sincronia.vendor_answers import Part

Row = TypeVar("Row")


def _text(value: Any) -> Any:
    """A text without blanks around it; nothing is an empty one."""
    return "" if value is None else value.strip() if isinstance(value, str) else value


def _document(value: Any) -> Any:
    """The normal form of a CPF or CNPJ; empty where it is none."""
    try:
        return cpf_or_cnpj(value)
    except IdentityError:
        return ""


Id = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=100)]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=1_000)]
Document = Annotated[str, BeforeValidator(_document)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A store's account. `cnpj` is in normal form, empty where it is none; `serials`: of the Promobs linked to it."""

    id: Id
    cnpj: Document
    serials: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromobUser:
    """A user who is linked to an account."""

    id: Id
    login: Text
    name: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link that was just made, and the user whom login and password are of."""

    id: Id
    user: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLink:
    """A link; it is active until the user's password changes."""

    id: Id
    user: Id
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromobCustomer:
    """A customer. `document` is in normal form, empty where it is none; `external_id` is ours, or empty."""

    id: Id
    name: Text
    document: Document = ""
    email: Text = ""
    phone: Text = ""
    external_id: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromobProject:
    """A line of the Connect list. `sequence` rises with each save; `external_id` is ours, or empty."""

    id: Id
    name: Text
    external_id: Text = ""
    customer_id: Text = ""
    situation: Text = ""
    stage: Text = ""
    sequence: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVersion:
    """Where a version opens in Promob, and until when."""

    url: Annotated[str, Field(pattern=r"^(https?|promob)://[^\s\"'<>]+$", max_length=2_000)]
    expires_at: AwareDatetime


class Made(Part):
    """What was made."""

    id: Id


class Refusal(Part):
    """Why Promob did not do what it was asked to; no code where it doesn't say. Its message may quote a record."""

    code: Text = ""
    id: Text = ""  # of what stands in the way


class Page(Part, Generic[Row]):
    """A page of a listing; `next` is the number of the one behind it, `total` counts the rows of all."""

    rows: list[Row] = Field(validation_alias=AliasChoices("users", "customers", "projects"))
    next: int | None
    total: Annotated[int, Field(ge=0)]


ACCOUNT = TypeAdapter(Account)
USERS = TypeAdapter(Page[PromobUser])
MADE_LINK = TypeAdapter(MadeLink)
USER_LINK = TypeAdapter(UserLink)
CUSTOMERS = TypeAdapter(Page[PromobCustomer])
PROJECTS = TypeAdapter(Page[PromobProject])
PROJECT = TypeAdapter(PromobProject)
OPENED = TypeAdapter(OpenedVersion)
MADE = TypeAdapter(Made)
REFUSAL = TypeAdapter(Refusal)
