"""Routes of the catalogues: their entries listed, made, read, changed, deactivated, and never deleted.

What users refer to stays readable: an entry that is no longer wanted is deactivated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, Field

from asms.catalogues import GROUPS, TITLES, Address, Catalogue, Entry, Geolocation
from asms.changing import changed_named, made_named
from asms.choosing import chosen
from asms.form_fields import AddressForm, Beginning, EntryId, GeolocationForm, Name
from asms.paths import CatalogueInPath, EntryInPath, connection_path
from asms.store.catalogues import entries_by_name, keep_entry, stored_entry
from asms.users import MOST_PROJECTS
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.new_ids import id_for
from sincronia.web.paging import Cursor, Limit, Page, after_of, page
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


@dataclass(frozen=True, slots=True)
class CatalogueRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Catálogos")
        catalogue = f"{connection_path(self.integration)}/catalogues/<catalogue>"
        routes.get(
            catalogue,
            role=Role.READER,
            summary="Lista os itens de um catálogo, na ordem dos nomes",
            refuses=("connection_unknown",),
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

    def list_entries(
        self,
        connection: ConnectionInPath,
        catalogue: CatalogueInPath,
        name: Beginning = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Page[EntryAnswer]:
        """The deactivated among them. An index is read: what has just been made may take a moment to be there."""
        self.integration.connection(connection)
        return page(entries_by_name(connection, catalogue, name, limit, after_of(cursor)), _answer)

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

    def read_entry(self, connection: ConnectionInPath, catalogue: CatalogueInPath, entry: EntryInPath) -> EntryAnswer:
        """Also one that is deactivated."""
        self.integration.connection(connection)
        return _answer(entry_of(connection, catalogue, entry))

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
