"""What users are related to by name: locations, companies, groups, roles, services, calendars, projects (seed 003)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class Category(StrEnum):
    """The two categories of users, by the name that addresses have."""

    CLIENTS = "clients"
    SPECIALISTS = "specialists"


class Catalogue(StrEnum):
    """A catalogue, by the name that addresses have."""

    LOCATIONS = "locations"
    COMPANIES = "companies"
    CLIENT_GROUPS = "client-groups"
    SPECIALIST_GROUPS = "specialist-groups"
    ROLES = "roles"
    SERVICES = "services"
    CALENDARS = "calendars"
    PROJECTS = "projects"


class Relation(StrEnum):
    """What a user may be related to, besides projects."""

    COMPANIES = "companies"
    GROUPS = "groups"
    SERVICES = "services"
    ROLES = "roles"


RELATIONS: Mapping[Category, Mapping[Relation, Catalogue]] = {
    Category.CLIENTS: {
        Relation.COMPANIES: Catalogue.COMPANIES,
        Relation.GROUPS: Catalogue.CLIENT_GROUPS,
        Relation.SERVICES: Catalogue.SERVICES,
    },
    Category.SPECIALISTS: {
        Relation.GROUPS: Catalogue.SPECIALIST_GROUPS,
        Relation.ROLES: Catalogue.ROLES,
    },
}
"""Which relations each category of users has, and the catalogue that each is chosen from."""

GROUPS = frozenset({Catalogue.CLIENT_GROUPS, Catalogue.SPECIALIST_GROUPS})
TITLES: Mapping[Catalogue, str] = {  # of one entry, as people call it
    Catalogue.LOCATIONS: "localização",
    Catalogue.COMPANIES: "empresa",
    Catalogue.CLIENT_GROUPS: "grupo de clientes",
    Catalogue.SPECIALIST_GROUPS: "grupo de especialistas",
    Catalogue.ROLES: "papel",
    Catalogue.SERVICES: "serviço",
    Catalogue.CALENDARS: "calendário",
    Catalogue.PROJECTS: "projeto",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is, or a location; what isn't known is empty."""

    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Geolocation:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a catalogue. Names are unique in it, however they are written (names.name_key)."""

    id: str
    catalogue: Catalogue
    name: str
    active: bool = True  # one that isn't can't be chosen any more, and stays where it was chosen
    address: Address = Address()  # of a location
    projects: frozenset[str] = frozenset()  # of a group: ids of the projects that it works in
    version: int = 1
    geolocation: Geolocation | None = None  # of a location
