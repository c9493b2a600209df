"""Routes of users' sections Detalhes, Endereço and Adicional, and of what they are filled in with (seed 003)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

from asms.brazil import MAP
from asms.catalogues import Address, Catalogue, Geolocation
from asms.changing import user_of
from asms.choices import MOST_CHOICES, RuleAnswer, choices, rules_of
from asms.field_routes import FieldAnswer, field_answer
from asms.form_fields import Beginning
from asms.paths import CategoryInPath, UserInPath, user_path
from asms.store.catalogues import entries_by_name
from asms.store.fields import stored_fields
from asms.store.policies import stored_policy
from asms.store.upload_forms import files_origin
from asms.user_forms import Named, UserAnswer, UserHead, answer_of, head_of, named
from sincronia.auth import Role
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration


class DetailsAnswer(BaseModel):
    """A user's details, and what they are filled in with."""

    user: UserAnswer
    locations: list[Named] = Field(description="As primeiras localizações que podem ser escolhidas.")
    password_rules: list[RuleAnswer] = Field(description="O que se pede de uma senha nova.")


class Place(BaseModel):
    """A location of the catalogue that is on the map."""

    id: str
    name: str
    geolocation: Geolocation


class AddressAnswer(BaseModel):
    """Where a user is, and what that can be filled in with."""

    user: UserHead
    location: Named | None
    address: Address
    geolocation: Geolocation | None = Field(description="Só de clientes.")
    places: list[Place] = Field(description="As primeiras localizações buscadas que têm latitude e longitude.")
    version: int


class AskedField(FieldAnswer):
    """An additional field that a project asks for, and what the user has in it."""

    value: str


class AskingProject(BaseModel):
    """What one of a user's projects asks for."""

    project: Named
    fields: list[AskedField]


class AdditionalAnswer(BaseModel):
    """What a user's projects ask for beside the details."""

    user: UserHead
    projects: list[AskingProject]
    version: int


@dataclass(frozen=True, slots=True)
class SectionRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Usuários")
        one, refuses = user_path(self.integration), ("connection_unknown", "asms.user_unknown")
        routes.get(
            f"{one}/details",
            role=Role.OPERATOR,
            summary="Lê os detalhes de um usuário com o que se preenche neles: localizações, política de senha",
            refuses=refuses,
            page="asms/details.html",
            elsewhere=files_origin,
        )(self.read_details)
        routes.get(
            f"{one}/address",
            role=Role.READER,
            summary="Lê onde um usuário está: localização, endereço e, de clientes, geolocalização",
            refuses=refuses,
            page="asms/address.html",
            elsewhere=files_origin,
            drawn_with={"map": MAP},
        )(self.read_address)
        routes.get(
            f"{one}/additional",
            role=Role.READER,
            summary="Lê os campos adicionais que os projetos de um usuário pedem, com o que ele tem neles",
            refuses=refuses,
            page="asms/additional.html",
            elsewhere=files_origin,
        )(self.read_additional)
        return routes

    def read_details(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath, name: Beginning = ""
    ) -> DetailsAnswer:
        """`name` searches the locations."""
        self.integration.connection(connection)
        return DetailsAnswer(
            user=answer_of(connection, user_of(connection, category, user)),
            locations=choices(connection, Catalogue.LOCATIONS, name),
            password_rules=rules_of(stored_policy(connection)),
        )

    def read_address(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath, name: Beginning = ""
    ) -> AddressAnswer:
        """`name` searches the locations; without it, none is looked for."""
        self.integration.connection(connection)
        whose = user_of(connection, category, user)
        found = entries_by_name(connection, Catalogue.LOCATIONS, name, MOST_CHOICES, None).values if name else ()
        locations = named(connection, Catalogue.LOCATIONS, [whose.location] if whose.location else [])
        return AddressAnswer(
            user=head_of(connection, whose),
            location=locations[0] if locations else None,
            address=whose.address,
            geolocation=whose.geolocation,
            places=[
                Place(id=one.id, name=one.name, geolocation=one.geolocation)
                for one in found
                if one.geolocation and one.active
            ],
            version=whose.version,
        )

    def read_additional(
        self, connection: ConnectionInPath, category: CategoryInPath, user: UserInPath
    ) -> AdditionalAnswer:
        """By project, in the order of names; the deactivated fields aren't asked for any more."""
        self.integration.connection(connection)
        whose = user_of(connection, category, user)
        return AdditionalAnswer(
            user=head_of(connection, whose),
            projects=[
                AskingProject(
                    project=project,
                    fields=[
                        AskedField(**field_answer(field).model_dump(), value=whose.additional.get(field.id, ""))
                        for field in stored_fields(connection, project.id)
                        if field.active and field.category == category
                    ],
                )
                for project in named(connection, Catalogue.PROJECTS, whose.projects)
            ],
            version=whose.version,
        )
