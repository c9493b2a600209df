"""What Domino's answers hold, as the types that they should have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter

from sincronia.vendor_answers import Part

Row = Mapping[str, Any]

Unid = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{32}$", to_upper=True)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `version` is when it was modified; `items` are those of Notes, also the hidden ones, without @."""

    unid: str
    form: str
    version: str
    items: Row


@dataclass(frozen=True, slots=True)
class ModifiedDocuments:
    """Documents of a whole database, of every form: version by UNID. `newest` is the highest; empty where none is."""

    versions: Mapping[str, str]

    @property
    def newest(self) -> str:
        """The server's own time, which the next question can begin from."""
        return max(self.versions.values(), default="")


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event, or a series with its exceptions, without what they hold. `private`: one of them is."""

    id: str
    version: str
    private: bool


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event as it was read: the series, and its exceptions, each with a `recurrenceId`. `timezones` as they came."""

    id: str
    version: str
    fields: Row
    exceptions: tuple[Row, ...] = ()
    timezones: tuple[Row, ...] = ()


class Service(Part):
    """A service of the server."""

    name: str
    enabled: bool


class Services(Part):
    """What `GET /api` tells."""

    services: list[Service]


class Entry(Part):
    """A line of a view; one without a UNID is a category."""

    unid: Unid | None = Field(default=None, alias="@unid")
    category: bool = Field(default=False, alias="@category")


class Modified(Part):
    """A line of a database's documents."""

    unid: Unid = Field(alias="@unid")
    modified: Moment = Field(alias="@modified")


class Head(Part):
    """What every document has."""

    unid: Unid = Field(alias="@unid")
    modified: Moment = Field(alias="@modified")
    form: str = Field(default="", alias="@form")


class EventHead(Part):
    """What says which event it is, and which version."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    modified: str = Field(default="", alias="last-modified")
    recurrence: str = Field(default="", alias="recurrenceId")
    kind: str = Field(default="public", alias="class")


class Events(Part):
    """Events, each as it came."""

    events: list[dict[str, Any]]
    timezones: list[dict[str, Any]] = Field(default_factory=list)


class Refusal(Part):
    """A body of Domino Access Services that says why something was not done."""

    code: int
    message: str = ""
    cserror: int = 0


SERVICES = TypeAdapter(Services)
ENTRIES = TypeAdapter(list[Entry])
MODIFIED = TypeAdapter(list[Modified])
HEAD = TypeAdapter(Head)
EVENTS = TypeAdapter(Events)
EVENT_HEADS = TypeAdapter(list[EventHead])
REFUSAL = TypeAdapter(Refusal)


def version_of(heads: list[EventHead]) -> str:
    """The version of an event with its exceptions: the moments of all of them that were told."""
    series = [head.modified for head in heads if not head.recurrence]
    exceptions = sorted(f"{head.recurrence}={head.modified}" for head in heads if head.recurrence)
    return " ".join([*series, *exceptions])
