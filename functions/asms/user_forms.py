"""Users as the API takes them, and as it shows them: whole, and as a line of a list.

No password, and no hash of one, is ever among what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from asms.answers import ANSWERS
from asms.catalogues import RELATIONS, Address, Catalogue, Category, Geolocation, Relation
from asms.form_fields import AddressForm, EntryId, GeolocationForm, Name, comparable
from asms.paths import user_url
from asms.store.catalogues import stored_entries
from asms.store.users import users_with_email
from asms.text_forms import EMAIL, LINES, ONE_LINE
from asms.users import Culture, User, warnings
from sincronia.answers import explain
from sincronia.ids import ID_FORM
from sincronia.web.application import Input

_NO_SPACES_AROUND = r"^[^\x00-\x1f\x7f\s]([^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s])?$"

Login = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern=_NO_SPACES_AROUND,
        description="Único no diretório, entre clientes e especialistas; maiúsculas, acentos e espaços não contam.",
    ),
    AfterValidator(comparable),
]
Email = Annotated[
    str, Field(max_length=254, pattern=EMAIL, description="Sem ele, as notificações não chegam ao usuário.")
]
Identification = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=ONE_LINE),
    Field(description="O documento; por um CPF ou um CNPJ, o usuário também pode ser buscado."),
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=ONE_LINE)]
Active = Annotated[bool, Field(strict=True)]
Password = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Conforme a política de senha do diretório; nunca é mostrada. A que já é a atual não muda nada.",
    ),
]
AdditionalValues = Annotated[
    dict[
        Annotated[str, Field(pattern=ID_FORM)],
        Annotated[str, Field(max_length=1000, pattern=LINES)] | None,
    ],
    Field(max_length=1000, description="Os campos adicionais, pela identificação do campo; null apaga um valor."),
]


class DetailsForm(Input):
    """What may be given of any user. Null empties an optional text, and an address."""

    name: Name | None = None
    login: Login | None = None
    email: Email | None = None
    password: Password | None = Field(default=None, repr=False, exclude=True)  # no form is kept or shown with it
    identification: Identification | None = None
    phone: Phone | None = None
    active: Active | None = None
    culture: Culture | None = Field(default=None, description="O idioma em que o usuário lê.")
    location: EntryId | None = Field(
        default=None, description="A localização; o endereço dela passa a ser o do usuário, e continua editável."
    )
    address: AddressForm | None = Field(default=None, description="Só as partes que mudam.")
    additional: AdditionalValues | None = None


class NewUser(DetailsForm):
    """A user that is to be made. The other sections are a user's that there is."""

    project: EntryId
    name: Name
    login: Login


class UserChange(DetailsForm):
    """What of a user is to change; what isn't named stays."""

    geolocation: GeolocationForm | None = Field(default=None, description="Só de clientes; null a apaga.")
    version: int | None = Field(
        default=None, strict=True, description="A versão que foi lida: se já for outra, nada é alterado."
    )


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


class UserHead(BaseModel):
    """Who a user is, above whatever is read of it."""

    id: str
    category: Category
    name: str
    login: str
    active: bool
    has_photo: bool
    url: str = Field(description="O endereço do usuário.")


class UserLine(BaseModel):
    """A user in a list."""

    id: str
    category: Category
    name: str
    login: str
    email: str
    active: bool
    projects: list[str] = Field(description="As identificações dos projetos a que está associado.")
    url: str = Field(description="O endereço do usuário.")


class UserAnswer(UserHead):
    """A client or a specialist. What only the other category has is null."""

    email: str
    identification: str
    phone: str
    culture: Culture
    has_password: bool
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


def head_of(connection: str, user: User) -> UserHead:
    """Who a user is."""
    return UserHead(
        id=user.id,
        category=user.category,
        name=user.name,
        login=user.login,
        active=user.active,
        has_photo=bool(user.photo),
        url=user_url(connection, user.category.value, user.id),
    )


def line_of(connection: str, user: User) -> UserLine:
    """A user in a list."""
    return UserLine(
        id=user.id,
        category=user.category,
        name=user.name,
        login=user.login,
        email=user.email,
        active=user.active,
        projects=sorted(user.projects),
        url=user_url(connection, user.category.value, user.id),
    )


def answer_of(connection: str, user: User) -> UserAnswer:
    """A user with the names of all that it is related to, and what people should know of it."""
    holders = users_with_email(connection, user.email) if user.email else []
    others = [one for one in holders if one != f"{user.category.value}#{user.id}"]
    locations = named(connection, Catalogue.LOCATIONS, [user.location] if user.location else [])
    return UserAnswer(
        **head_of(connection, user).model_dump(),
        email=user.email,
        identification=user.identification,
        phone=user.phone,
        culture=user.culture,
        has_password=bool(user.password),
        location=locations[0] if locations else None,
        address=user.address,
        additional=dict(user.additional),
        geolocation=user.geolocation,
        projects=named(connection, Catalogue.PROJECTS, user.projects),
        relations={
            relation: named(connection, catalogue, user.relations.get(relation, ()))
            for relation, catalogue in RELATIONS[user.category].items()
        },
        shifts=shifts_of(connection, user),
        created_at=user.created_at,
        changed_at=user.changed_at,
        version=user.version,
        warnings=[Warned(code=one.code, detail=explain(one, ANSWERS)) for one in warnings(user, len(others))],
    )


def shifts_of(connection: str, user: User) -> list[ShiftAnswer]:
    """A specialist's shifts, with the names of their calendars."""
    calendars = {one.id: one for one in named(connection, Catalogue.CALENDARS, [one.calendar for one in user.shifts])}
    return [
        ShiftAnswer(id=one.id, since=one.since, until=one.until, calendar=calendars[one.calendar])
        for one in user.shifts
    ]


def named(connection: str, catalogue: Catalogue, ids: Iterable[str]) -> list[Named]:
    """Entries that a user is related to, in the order of names. None is ever deleted."""
    found = stored_entries(connection, catalogue, ids)
    return sorted((Named(id=one.id, name=one.name) for one in found.values()), key=lambda one: one.name)
