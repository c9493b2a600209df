"""Routes of the catalogues: their entries listed, made, read, changed, deactivated, and never deleted.

What users refer to stays readable: an entry that is no longer wanted is deactivated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, Field

from asms.brazil import MAP
from asms.catalogues import GROUPS, TITLES, Address, Catalogue, Entry, Geolocation
from asms.changing import changed_named, made_named
from asms.choosing import chosen
from asms.form_fields import AddressForm, Beginning, EntryId, GeolocationForm, Name
from asms.paths import CatalogueInPath, EntryInPath
from asms.store.catalogues import entries_by_name, keep_entry, stored_entries, stored_entry
from asms.users import MOST_PROJECTS
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath, connection_url
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of
from sincronia.web.run_answers import RequestProblemError

Active = Annotated[
    bool, Field(strict=True, description="O que está desativado fica onde já foi escolhido e não é escolhido de novo.")
]
Projects = Annotated[
    list[EntryId], Field(max_length=MOST_PROJECTS, description="Só de grupos: os projetos em que o grupo atua.")
]


class NewEntry(Input):
    """An entry that is to be made."""

    name: Name
    active: Active = True
    address: AddressForm | None = Field(default=None, description="Só de localizações.")
    geolocation: GeolocationForm | None = Field(default=None, description="Só de localizações.")
    projects: Projects | None = None


class EntryChange(Input):
    """What of an entry is to change; what isn't named stays."""

    name: Name | None = None
    active: Active | None = None
    address: AddressForm | None = Field(default=None, description="Só de localizações; só as partes que mudam.")
    geolocation: GeolocationForm | None = Field(default=None, description="Só de localizações; null a apaga.")
    projects: Projects | None = Field(default=None, description="Só de grupos: todos os projetos, por inteiro.")


class ActiveProject(BaseModel):
    """A project that a group can work in."""

    id: str
    name: str


class EntryAnswer(BaseModel):
    """An entry of a catalogue."""

    id: str
    catalogue: Catalogue
    name: str
    active: bool
    address: Address | None = Field(description="Nulo, onde o catálogo não é o de localizações.")
    geolocation: Geolocation | None = Field(description="Só de localizações.")
    projects: list[str] | None = Field(description="As identificações; nulo, onde o catálogo não é de grupos.")
    version: int


class CatalogueLine(BaseModel):
    """A catalogue."""

    catalogue: Catalogue
    title: str = Field(description="Como as pessoas chamam um item dele.")
    url: str


class CataloguesAnswer(BaseModel):
    """All catalogues."""

    items: list[CatalogueLine]


class EntryPage(Page[EntryAnswer]):
    """A page of a catalogue; of groups, also the projects that they can work in."""

    projects: list[ActiveProject] | None = Field(description="Só de grupos: os primeiros projetos ativos.")


class EntryRead(EntryAnswer):
    """An entry, and of a group the projects that it can work in."""

    offered: list[ActiveProject] | None = Field(description="Só de grupos: os primeiros projetos, e os que ele tem.")


@dataclass(frozen=True, slots=True)
class CatalogueRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Catálogos")
        catalogue = f"{self.integration.connection_path}/catalogues/<catalogue>"
        routes.get(
            f"{self.integration.connection_path}/catalogues",
            role=Role.READER,
            summary="Lista os catálogos",
            refuses=("connection_unknown",),
            page="asms/catalogues.html",
            menu="Catálogos",
        )(self.list_catalogues)
        routes.get(
            catalogue,
            role=Role.READER,
            summary="Lista os itens de um catálogo, na ordem dos nomes",
            refuses=("connection_unknown",),
            page="asms/catalogue.html",
        )(self.list_entries)
        routes.post(
            catalogue,
            role=Role.ADMINISTRATOR,
            summary="Cria um item de um catálogo",
            status=201,
            answered="O item.",
            refuses=(
                *("connection_unknown", "asms.name_taken"),
                *("asms.entry_without", "asms.entry_unknown", "asms.entry_inactive"),
            ),
        )(self.create_entry)
        routes.get(
            f"{catalogue}/<entry>",
            role=Role.READER,
            summary="Lê um item de um catálogo",
            refuses=("connection_unknown", "asms.entry_missing"),
            page="asms/entry.html",
            drawn_with={"map": MAP},
        )(self.read_entry)
        routes.patch(
            f"{catalogue}/<entry>",
            role=Role.ADMINISTRATOR,
            summary="Altera, desativa ou ativa um item de um catálogo; nenhum é excluído",
            refuses=(
                *("connection_unknown", "asms.entry_missing", "asms.name_taken", "asms.entry_changed"),
                *("asms.entry_without", "asms.entry_unknown", "asms.entry_inactive"),
            ),
        )(self.change_entry)
        return routes

    def list_catalogues(self, connection: ConnectionInPath) -> CataloguesAnswer:
        """In the order that people fill them in."""
        self.integration.connection(connection)
        at = f"{connection_url(self.integration.name, connection)}/catalogues"
        return CataloguesAnswer(
            items=[
                CatalogueLine(catalogue=one, title=TITLES[one], url=f"{at}/{one.value}") for one in reversed(Catalogue)
            ]
        )

    def list_entries(
        self,
        connection: ConnectionInPath,
        catalogue: CatalogueInPath,
        name: Beginning = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> EntryPage:
        """The deactivated among them. An index is read: what has just been made may take a moment to be there."""
        self.integration.connection(connection)
        found = entries_by_name(connection, catalogue, name, limit, after_of(cursor))
        return EntryPage(
            items=[_answer(one) for one in found.values],
            next=cursor_of(found.after),
            projects=_offered(connection, ()) if catalogue in GROUPS else None,
        )

    def create_entry(
        self,
        connection: ConnectionInPath,
        catalogue: CatalogueInPath,
        new: NewEntry,
        caller: Caller,
        idempotency_key: IdempotencyKey,
    ) -> EntryAnswer:
        """Asked again after a lost answer, with the same key: what was made; without one: that the name is taken."""
        self.integration.connection(connection)
        _check_parts(catalogue, new)
        entry_id = id_for(caller, idempotency_key, new, connection, catalogue.value)
        made = stored_entry(connection, catalogue, entry_id) if idempotency_key else None
        if made:
            return _answer(made)
        entry = Entry(
            id=entry_id,
            catalogue=catalogue,
            name=new.name,
            active=new.active,
            address=new.address.typed_over(Address()) if new.address else Address(),
            geolocation=new.geolocation.place if new.geolocation else None,
            projects=_projects(connection, new.projects or (), known=frozenset()),
        )
        return _answer(made_named(keep_entry(connection, None, entry), entry, TITLES[catalogue]))

    def read_entry(self, connection: ConnectionInPath, catalogue: CatalogueInPath, entry: EntryInPath) -> EntryRead:
        """Also one that is deactivated."""
        self.integration.connection(connection)
        found = entry_of(connection, catalogue, entry)
        offered = _offered(connection, found.projects) if catalogue in GROUPS else None
        return EntryRead(**_answer(found).model_dump(), offered=offered)

    def change_entry(
        self, connection: ConnectionInPath, catalogue: CatalogueInPath, entry: EntryInPath, change: EntryChange
    ) -> EntryAnswer:
        """What isn't named stays, also where somebody else changes it at the same time."""
        self.integration.connection(connection)
        _check_parts(catalogue, change)

        def changed(before: Entry) -> Entry:
            return replace(
                before,
                name=before.name if change.name is None else change.name,
                active=before.active if change.active is None else change.active,
                address=before.address if change.address is None else change.address.typed_over(before.address),
                geolocation=_geolocation(before, change),
                projects=before.projects
                if change.projects is None
                else _projects(connection, change.projects, known=before.projects),
            )

        return _answer(
            changed_named(
                lambda: entry_of(connection, catalogue, entry),
                changed,
                lambda before, after: keep_entry(connection, before, after),
                TITLES[catalogue],
            )
        )


def entry_of(connection: str, catalogue: Catalogue, entry_id: str) -> Entry:
    """An entry that an address names. Raises ProblemError(asms.entry_missing)."""
    found = stored_entry(connection, catalogue, entry_id)
    if found is None:
        raise ProblemError(Problem("asms.entry_missing", {"title": TITLES[catalogue]}))
    return found


def _offered(connection: str, present: Iterable[str]) -> list[ActiveProject]:
    """The first active projects, and those that a group has already, in the order of names."""
    found = {one.id: one for one in entries_by_name(connection, Catalogue.PROJECTS, "", 100, None).values if one.active}
    found |= stored_entries(connection, Catalogue.PROJECTS, present)
    return [ActiveProject(id=one.id, name=one.name) for one in sorted(found.values(), key=lambda one: one.name)]


def _check_parts(catalogue: Catalogue, form: NewEntry | EntryChange) -> None:
    """Raises RequestProblemError(asms.entry_without) for what entries of the catalogue don't have."""
    if form.address is not None and catalogue != Catalogue.LOCATIONS:
        raise _without(catalogue, "address", "endereço", (Catalogue.LOCATIONS,))
    if form.geolocation is not None and catalogue != Catalogue.LOCATIONS:
        raise _without(catalogue, "geolocation", "geolocalização", (Catalogue.LOCATIONS,))
    if form.projects is not None and catalogue not in GROUPS:
        raise _without(catalogue, "projects", "projetos", (Catalogue.CLIENT_GROUPS, Catalogue.SPECIALIST_GROUPS))


def _geolocation(before: Entry, change: EntryChange) -> Geolocation | None:
    if "geolocation" not in change.model_fields_set:
        return before.geolocation
    return change.geolocation.place if change.geolocation else None


def _without(catalogue: Catalogue, field: str, what: str, has: Iterable[Catalogue]) -> RequestProblemError:
    details = {"title": TITLES[catalogue], "what": what, "where": " e ".join(TITLES[one] for one in has)}
    return RequestProblemError(Problem("asms.entry_without", details), field=field)


def _projects(connection: str, ids: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """The projects, of which those that weren't known before have to be active."""
    after = frozenset(ids)
    chosen(connection, Catalogue.PROJECTS, sorted(after - known), "projects")
    return after


def _answer(entry: Entry) -> EntryAnswer:
    return EntryAnswer(
        id=entry.id,
        catalogue=entry.catalogue,
        name=entry.name,
        active=entry.active,
        address=entry.address if entry.catalogue == Catalogue.LOCATIONS else None,
        geolocation=entry.geolocation,
        projects=sorted(entry.projects) if entry.catalogue in GROUPS else None,
        version=entry.version,
    )
