"""What Promob's webhooks say, parsed once into the types that it should have. What nobody here asks for is left out.

ASSUMPTION, all of it: the envelope is our own (see webhook_body); the listing in it is Promob's.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from promob.promob_answers import Document, Id, Text
from promob.webhook_body import MOST_UNPACKED
from sincronia.answers import Problem, ProblemError
from sincronia.packed import is_packed, unpacked

_Name = Annotated[Id, Field(max_length=200)]
_Sequence = Annotated[int, Field(strict=True, le=10**12)]


class _Part(BaseModel):
    """A part of an event. What it holds of people shows in no error."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)


class ToldProject(_Part):
    """A Promob project. `external_id` is what it was made under from here, or empty."""

    id: Id
    external_id: Text = ""


class NewProject(ToldProject):
    """One that was made in Promob; a copy may be saved already."""

    name: _Name
    sequence: Annotated[_Sequence, Field(ge=0)] = 0


class SavedProject(ToldProject):
    """One that was saved: `sequence` rises with every save."""

    sequence: Annotated[_Sequence, Field(ge=1)]


class BudgetedProject(SavedProject):
    """One that there is a budget of, made of what was saved under `sequence`."""

    name: _Name


class ToldCustomer(_Part):
    """A customer. `document` is in normal form, empty where there is no valid one; `external_id` is ours, or empty."""

    id: Id
    name: _Name
    document: Document = ""
    email: Text = ""
    phone: Text = ""
    external_id: Text = ""


class _Event(_Part):
    account: Id  # the store's AccountID
    user: Text = ""  # Promob's id of who did it


class ProjectCreated(_Event):
    """Somebody made a project in Promob."""

    type: Literal["project.created"]
    project: NewProject
    customer: ToldCustomer


class ProjectSaved(_Event):
    """Somebody saved a project."""

    type: Literal["project.saved"]
    project: SavedProject


class BudgetMade(_Event):
    """Preparar para Negociação, or Negociar. One of `listing_xml` (UTF-8) and `listing` is there."""

    type: Literal["budget.prepared", "budget.negotiated"]
    project: BudgetedProject
    listing_xml: bytes | None = None
    listing: Any = None


class CustomerTold(_Event):
    """Somebody made a customer in Promob, or changed one."""

    type: Literal["customer.created", "customer.changed"]
    occurred_at: AwareDatetime
    customer: ToldCustomer


class PasswordChanged(_Event):
    """A user's password is another one."""

    type: Literal["user.password_changed"]
    user: Id


Event = ProjectCreated | ProjectSaved | BudgetMade | CustomerTold | PasswordChanged
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def event_of(body: bytes) -> Event:
    """The event of a webhook's body, packed or not. Raises ProblemError(promob.event_malformed), naming the field."""
    try:
        event = _EVENT.validate_json(unpacked(body, MOST_UNPACKED) if is_packed(body) else body)
    except ValidationError as error:
        where = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    else:
        if not isinstance(event, BudgetMade) or (event.listing_xml is None) != (event.listing is None):
            return event
        where = (event.type, "listing_xml")
    # The type, by which the rest of an event is read, comes before each place in it.
    field = ".".join(str(part) for part in where[1:]) or "type"
    raise ProblemError(Problem("promob.event_malformed", {"field": field}))
