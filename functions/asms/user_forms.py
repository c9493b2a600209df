"""Users as the API shows them: whole, and as a line of a list. No password, and no hash of one, is ever among it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, Field

from asms.answers import ANSWERS
from asms.catalogues import RELATIONS, Address, Catalogue, Category, Relation
from asms.store.catalogues import stored_entries
from asms.users import Culture, Geolocation, User
from sincronia.answers import Problem, explain


class Named(BaseModel):
    """An entry of a catalogue that a user is related to."""

    id: str
    name: str


class Warned(BaseModel):
    """Something that people should know, and that keeps nothing from being saved."""

    code: str
    detail: str


class ShiftAnswer(BaseModel):
    """A shift. It ends on the day `until`, on which another may begin."""

    id: str
    since: date
    until: date
    calendar: Named


class UserLine(BaseModel):
    """A user in a list."""

    id: str
    category: Category
    name: str
    login: str
    email: str
    active: bool
    projects: list[str] = Field(description="As identificações dos projetos a que está associado.")


class UserAnswer(BaseModel):
    """A client or a specialist. What only the other category has is null."""

    id: str
    category: Category
    name: str
    login: str
    email: str
    identification: str
    phone: str
    active: bool
    culture: Culture
    has_password: bool
    has_photo: bool
    location: Named | None
    address: Address
    additional: dict[str, str] = Field(description="Os campos adicionais preenchidos, pela identificação do campo.")
    geolocation: Geolocation | None
    projects: list[Named]
    relations: dict[Relation, list[Named]] = Field(description="Empresas, grupos e serviços; grupos e papéis.")
    shifts: list[ShiftAnswer]
    created_at: str
    changed_at: str
    version: int
    warnings: list[Warned]


def line_of(user: User) -> UserLine:
    """A user in a list."""
    return UserLine(
        id=user.id,
        category=user.category,
        name=user.name,
        login=user.login,
        email=user.email,
        active=user.active,
        projects=sorted(user.projects),
    )


def answer_of(connection: str, user: User, warned: Iterable[Problem] = ()) -> UserAnswer:
    """A user with the names of all that it is related to; `warned` is what people should know."""
    locations = _named(connection, Catalogue.LOCATIONS, [user.location] if user.location else [])
    calendars = {one.id: one for one in _named(connection, Catalogue.CALENDARS, [one.calendar for one in user.shifts])}
    return UserAnswer(
        id=user.id,
        category=user.category,
        name=user.name,
        login=user.login,
        email=user.email,
        identification=user.identification,
        phone=user.phone,
        active=user.active,
        culture=user.culture,
        has_password=bool(user.password),
        has_photo=bool(user.photo),
        location=locations[0] if locations else None,
        address=user.address,
        additional=dict(user.additional),
        geolocation=user.geolocation,
        projects=_named(connection, Catalogue.PROJECTS, user.projects),
        relations={
            relation: _named(connection, catalogue, user.relations.get(relation, ()))
            for relation, catalogue in RELATIONS[user.category].items()
        },
        shifts=[
            ShiftAnswer(id=one.id, since=one.since, until=one.until, calendar=calendars[one.calendar])
            for one in user.shifts
        ],
        created_at=user.created_at,
        changed_at=user.changed_at,
        version=user.version,
        warnings=[Warned(code=one.code, detail=explain(one, ANSWERS)) for one in warned],
    )


def _named(connection: str, catalogue: Catalogue, ids: Iterable[str]) -> list[Named]:
    """In the order of names. Entries are never deleted."""
    found = stored_entries(connection, catalogue, ids)
    return sorted((Named(id=one.id, name=one.name) for one in found.values()), key=lambda one: one.name)
