"""What Zoho's answers hold, as the types that they should have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter

from sincronia.answers import Problem
from sincronia.vendor_answers import Part

Row = Mapping[str, Any]


Id = Annotated[str, StringConstraints(pattern=r"^\d{1,25}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,60}$")]


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record. `version` is its Modified_Time in UTC; `fields` are those asked for, as Zoho told them."""

    id: str
    version: str
    fields: Row


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page of a listing. `next` is where the one behind it goes on, for 24 hours; empty where it is the last."""

    records: tuple[CrmRecord, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class DeletedRecord:
    """A record that was deleted. `permanent`: it isn't in the recycle bin any more."""

    id: str
    at: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A record, in the version that was read."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be set in a record of the version that was read."""

    known: Known
    fields: Row


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that Zoho, or we, left as it was."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class CrmUser:
    """A user of the organization."""

    id: str
    name: str
    email: str
    active: bool


@dataclass(frozen=True, slots=True)
class CrmField:
    """A field of a module. `type` as Zoho calls it, for example `boolean`."""

    name: str
    label: str
    type: str
    mandatory: bool
    read_only: bool
    custom: bool


class Token(Part):
    """An access token. `scope` isn't told everywhere."""

    access_token: Annotated[str, StringConstraints(pattern=r"^[!-~]+$")]  # what a header can hold
    api_domain: str
    expires_in: Annotated[int, Field(gt=0)] = 3600
    scope: str = ""


class TokenError(Part):
    """Why the accounts server gives none; it says so with 200 too."""

    error: str


class ListedHead(Part):
    """What every record is asked for."""

    id: Id
    modified: AwareDatetime = Field(alias="Modified_Time")


class DeletedRow(Part):
    """A line of the list of what was deleted."""

    id: Id
    type: str
    deleted_time: AwareDatetime


class Info(Part):
    """Where a page stands."""

    count: int
    more_records: bool
    next_page_token: str | None = None


class Listing(Part):
    """A page, its rows as they came."""

    data: list[dict[str, Any]]
    info: Info


class Rows(Part):
    """Records, as they came."""

    data: list[dict[str, Any]]


class UserRow(Part):
    """A user."""

    id: Id
    full_name: str | None = None
    email: str | None = None
    status: str | None = None


class UserListing(Part):
    """Users; Zoho tells no `info` with a single one."""

    users: list[UserRow]
    info: Info | None = None


class FieldRow(Part):
    """A field."""

    api_name: Annotated[str, StringConstraints(min_length=1)]
    data_type: str
    field_label: str | None = None
    system_mandatory: bool | None = False
    read_only: bool | None = False
    custom_field: bool | None = False


class FieldListing(Part):
    """The fields of a module."""

    fields: list[FieldRow]


class Failure(Part):
    """Why something was not done, of a request or of one record in it."""

    code: Code
    details: dict[str, Any] = Field(default_factory=dict)


class WrittenDetails(Part):
    """What tells of a record that was written."""

    id: Id
    modified: AwareDatetime = Field(alias="Modified_Time")


class DeletedDetails(Part):
    """What tells of a record that was deleted."""

    id: Id


class RowAnswers(Part):
    """The answers to a write, one for each record, in order."""

    data: list[Failure]


TOKEN = TypeAdapter(Token)
TOKEN_ERROR = TypeAdapter(TokenError)
LISTING = TypeAdapter(Listing)
LISTED_HEADS = TypeAdapter(list[ListedHead])
DELETED_ROWS = TypeAdapter(list[DeletedRow])
ROWS = TypeAdapter(Rows)
USERS = TypeAdapter(UserListing)
FIELDS = TypeAdapter(FieldListing)
FAILURE = TypeAdapter(Failure)
ROW_ANSWERS = TypeAdapter(RowAnswers)
WRITTEN = TypeAdapter(WrittenDetails)
DELETED = TypeAdapter(DeletedDetails)


def version_of(at: datetime) -> str:
    """A moment as versions have it: ISO 8601 in UTC, whatever offset Zoho told it with."""
    return at.astimezone(UTC).isoformat()
