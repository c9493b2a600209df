"""The columns of the workbooks that users are exported to and imported from: one schema for both directions.

The headers are this project's own: the vendor doesn't publish those of its template (seed 003 says what is in it).
Every cell is text. Dates are AAAA-MM-DD and numbers have a decimal point, so that what comes back is what went out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from asms.additional import LONGEST_TEXT, AdditionalField, FieldType
from asms.catalogues import RELATIONS, Catalogue, Category, Relation
from asms.passwords import LONGEST as LONGEST_PASSWORD
from asms.users import MOST_RELATED, MOST_SHIFTS, Culture, User
from sincronia.names import name_key

TEMPLATE_VERSION = 1  # rises when a header, or what a cell may hold, is no longer what it was
RECORDS_SHEET: Mapping[Category, str] = {Category.CLIENTS: "Clientes", Category.SPECIALISTS: "Especialistas"}
INFORMATION_SHEET = "Informações"
CHOICES_SHEET = "Opções"
LONGEST_CELL = 32_767  # UTF-16 units that a cell holds
TOO_LONG = "(não cabe em uma célula)"  # in place of what is longer; an import refuses it
ADDITIONAL_HEADER = "Adicional: {name}"

Names = Mapping[Catalogue, Mapping[str, str]]  # by id: what entries are called


class Layout(StrEnum):
    """The three formats of export (seed 003), by the name that the API has for them."""

    EMPTY = "empty"
    WITH_DATA = "with_data"
    WITH_DATA_WITHOUT_RELATIONS = "with_data_without_relations"


LAYOUT_TITLES: Mapping[Layout, str] = {
    Layout.EMPTY: "vazio",
    Layout.WITH_DATA: "com dados",
    Layout.WITH_DATA_WITHOUT_RELATIONS: "com dados, sem relacionamentos e turnos",
}


class Need(StrEnum):
    """Whether a cell has to be filled in, as people read it."""

    OBLIGATORY = "Obrigatório"
    OPTIONAL = "Opcional"
    READ_ONLY = "Só leitura"


class Kind(StrEnum):
    """What a cell holds, as people read it."""

    TEXT = "Texto"
    CHOICE = "Uma das opções"
    DATE = "Data, como AAAA-MM-DD"
    NUMBER = "Número, com ponto decimal"
    ENTRY = "Nome de um item de catálogo"
    ENTRIES = "Nomes de itens de catálogo, separados por ;"
    DATES = "Datas, como AAAA-MM-DD, separadas por ;"


class Section(StrEnum):
    """What of a user a column belongs to."""

    DETAILS = "details"
    RELATIONS = "relations"
    SHIFTS = "shifts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `cell` gives the text that an export writes; what `refers` gives has to have its name by then."""

    key: str  # what it is of the user; stays when the header changes
    header: str
    description: str
    example: str
    cell: Callable[[User, Names], str]
    kind: Kind = Kind.TEXT
    need: Need = Need.OPTIONAL
    section: Section = Section.DETAILS
    longest: int | None = None  # characters
    most: int | None = None  # items between semicolons
    choices: Mapping[str, str] = field(default_factory=dict)  # by what the cell says: the value that it means
    catalogue: Catalogue | None = None  # that its names are of
    refers: Callable[[User], Iterable[str]] = lambda _: ()  # ids of the catalogue's entries
    width: int = 20  # characters


def items(texts: Iterable[str]) -> str:
    """A cell that lists texts: between semicolons, in quotation marks where one holds a semicolon, as in a CSV file."""
    return "; ".join(map(_item, texts))


def _item(text: str) -> str:
    plain = not text.startswith(('"', " ")) and ";" not in text and "\n" not in text and not text.endswith(" ")
    return text if plain else '"' + text.replace('"', '""') + '"'


def fitting(text: str) -> str:
    """The text, if a cell has room for it. What a cell can't hold whole must not come back cut off."""
    if len(text) <= LONGEST_CELL // 2 or len(text.encode("utf-16-le")) <= LONGEST_CELL * 2:
        return text
    return TOO_LONG


def columns_of(category: Category, fields: Iterable[AdditionalField], layout: Layout) -> tuple[Column, ...]:
    """The columns of a category's workbooks; `fields` are what the project asks for."""
    own = (_additional(one) for one in fields if one.active and one.category == category)
    whole = (*_DETAILS, *_GEOLOCATION[category], *own, *_relations(category), *_SHIFTS[category])
    if layout != Layout.WITH_DATA_WITHOUT_RELATIONS:
        return whole
    return tuple(column for column in whole if column.section == Section.DETAILS)


HEADINGS = ("Coluna", "Preenchimento", "Tipo", "Limite", "Opções", "Exemplo", "Descrição")


def described(column: Column) -> tuple[str, ...]:
    """What people are told of a column, under HEADINGS."""
    limits = []
    if column.longest:
        limits.append(f"{column.longest} caracteres")
    if column.most:
        limits.append(f"{column.most} itens")
    return (
        column.header,
        column.need.value,
        column.kind.value,
        ", ".join(limits),
        ", ".join(column.choices),
        column.example,
        column.description,
    )


RULES = (
    "Cada linha é um usuário. Com o Id, ou com o Login de alguém que já existe, a linha atualiza o usuário; sem os "
    "dois, cria um. De linhas com o mesmo Id ou Login só a primeira vale.",
    "Ao atualizar, uma célula vazia apaga o que havia, menos a da Senha, que mantém a atual; uma coluna que não está "
    "no arquivo não muda nada. Nome, Login, Status, Cultura e o que é obrigatório não se apagam: a linha precisa de "
    "correção.",
    "As colunas podem vir em outra ordem. Os nomes das colunas não mudam; as que têm outro nome não são consideradas, "
    "nem “Situação” e “O que fazer”, de uma planilha que voltou para correção.",
    "Em uma lista, um item que contém ; vem entre aspas. Desde, Até e Calendário têm um item por turno, na mesma "
    "ordem.",
    "Quem é importado entra no projeto da importação, e só nele: um grupo não traz os outros projetos em que atua.",
    "A senha nunca é exportada.",
)
"""What holds for all columns, one sentence or two each."""


def _text(name: str) -> Callable[[User, Names], str]:
    return lambda user, _: str(getattr(user, name))


def _of_address(key: str, header: str, example: str, description: str, width: int = 20) -> Column:
    return Column(
        key=f"address.{key}",
        header=header,
        description=description,
        example=example,
        cell=lambda user, _: str(getattr(user.address, key)),
        longest=200,
        width=width,
    )


_STATUSES = {"Ativo": "true", "Inativo": "false"}
_CULTURES = {"Português": Culture.PT.value, "Inglês": Culture.EN.value, "Espanhol": Culture.ES.value}
_CULTURE_NAMES = {value: label for label, value in _CULTURES.items()}
_YES_NO = {"Sim": "yes", "Não": "no"}
_YES_NO_NAMES = {value: label for label, value in _YES_NO.items()}

_DETAILS = (
    Column(
        key="id",
        header="Id",
        description="Identifica o usuário ao atualizar. Fica vazia ao criar, e não se altera.",
        example="9f2c4be10a7d3358",
        cell=_text("id"),
        need=Need.READ_ONLY,
        longest=16,
    ),
    Column(
        key="name",
        header="Nome",
        description="O nome completo.",
        example="Carolina Vergara",
        cell=_text("name"),
        need=Need.OBLIGATORY,
        longest=200,
        width=34,
    ),
    Column(
        key="login",
        header="Login",
        description="Único no diretório, entre clientes e especialistas; maiúsculas, acentos e espaços não contam.",
        example="carolina.vergara",
        cell=_text("login"),
        need=Need.OBLIGATORY,
        longest=100,
        width=24,
    ),
    Column(
        key="email",
        header="E-mail",
        description="Sem ele, as notificações não chegam ao usuário.",
        example="carolina.vergara@empresa.example",
        cell=_text("email"),
        longest=254,
        width=34,
    ),
    Column(
        key="password",
        header="Senha",
        description="Conforme a política de senha do diretório. Nunca é exportada; vazia, a atual fica.",
        example="",
        cell=lambda user, _: "",  # noqa: ARG005  # of nobody
        longest=LONGEST_PASSWORD,
        width=16,
    ),
    Column(
        key="identification",
        header="Identificação",
        description="O documento. Por um CPF ou um CNPJ, o usuário também pode ser buscado.",
        example="123.456.789-00",
        cell=_text("identification"),
        longest=50,
    ),
    Column(
        key="phone",
        header="Telefone",
        description="Com o código da cidade.",
        example="(11) 5550-0142",
        cell=_text("phone"),
        longest=40,
    ),
    Column(
        key="active",
        header="Status",
        description="Um especialista que fica inativo perde os tokens e os turnos futuros. Ao criar, vazia é Ativo.",
        example="Ativo",
        cell=lambda user, _: "Ativo" if user.active else "Inativo",
        kind=Kind.CHOICE,
        choices=_STATUSES,
        width=10,
    ),
    Column(
        key="culture",
        header="Cultura",
        description="O idioma em que o usuário lê. Ao criar, vazia é Português.",
        example="Português",
        cell=lambda user, _: _CULTURE_NAMES[user.culture.value],
        kind=Kind.CHOICE,
        choices=_CULTURES,
        width=12,
    ),
    Column(
        key="location",
        header="Localização",
        description="Uma localização nova preenche as partes do endereço cujas colunas estão vazias.",
        example="Matriz São Paulo",
        cell=lambda user, names: names[Catalogue.LOCATIONS][user.location] if user.location else "",
        kind=Kind.ENTRY,
        catalogue=Catalogue.LOCATIONS,
        refers=lambda user: (user.location,) if user.location else (),
        longest=200,
    ),
    _of_address("street", "Logradouro", "Rua das Acácias", "A rua ou avenida.", 30),
    _of_address("number", "Número", "142", "Da casa ou do prédio.", 10),
    _of_address("complement", "Complemento", "Bloco B, sala 31", "O que falta para achar a porta."),
    _of_address("district", "Bairro", "Vila Nova", "O bairro."),
    _of_address("city", "Cidade", "São Paulo", "O município."),
    _of_address("state", "Estado", "SP", "A sigla ou o nome.", 10),
    _of_address("postcode", "CEP", "01310-100", "O código postal, como texto.", 12),
    _of_address("country", "País", "Brasil", "O país.", 12),
)


def _degrees(key: str, header: str, example: str, limit: int) -> Column:
    return Column(
        key=f"geolocation.{key}",
        header=header,
        description=f"Em graus, de -{limit} a {limit}. Latitude e longitude vêm juntas.",
        example=example,
        cell=lambda user, _: repr(getattr(user.geolocation, key)) if user.geolocation else "",
        kind=Kind.NUMBER,
        width=14,
    )


_GEOLOCATION: Mapping[Category, tuple[Column, ...]] = {
    Category.CLIENTS: (
        _degrees("latitude", "Latitude", "-23.561414", 90),
        _degrees("longitude", "Longitude", "-46.655881", 180),
    ),
    Category.SPECIALISTS: (),
}

_ADDITIONAL_KINDS: Mapping[FieldType, tuple[Kind, str, str]] = {  # kind, example, description
    FieldType.TEXT: (Kind.TEXT, "", "Campo adicional do projeto."),
    FieldType.NUMBER: (Kind.NUMBER, "12.5", "Campo adicional do projeto; até 15 algarismos, e até 6 depois do ponto."),
    FieldType.DATE: (Kind.DATE, "2026-12-31", "Campo adicional do projeto."),
    FieldType.YES_NO: (Kind.CHOICE, "Sim", "Campo adicional do projeto."),
    FieldType.CHOICE: (Kind.CHOICE, "", "Campo adicional do projeto."),
}


def _additional(of: AdditionalField) -> Column:
    kind, example, description = _ADDITIONAL_KINDS[of.type]
    choices = _YES_NO if of.type == FieldType.YES_NO else {option: option for option in of.options}
    shown = _YES_NO_NAMES if of.type == FieldType.YES_NO else {}

    def cell(user: User, _: Names) -> str:
        value = user.additional.get(of.id, "")
        return shown.get(value, value)

    return Column(
        key=f"additional.{of.id}",
        header=ADDITIONAL_HEADER.format(name=of.name),
        description=description,
        example=of.options[0] if of.options else example,
        cell=cell,
        kind=kind,
        need=Need.OBLIGATORY if of.obligatory else Need.OPTIONAL,
        longest=LONGEST_TEXT if of.type == FieldType.TEXT else None,
        choices=choices,
    )


_RELATION_TEXTS: Mapping[Relation, tuple[str, str, str]] = {  # header, example, description
    Relation.COMPANIES: ("Empresas", "Acme Ltda.", "As empresas a que o cliente pertence."),
    Relation.GROUPS: ("Grupos", "Suporte; Plantão", "Os grupos de que o usuário faz parte."),
    Relation.SERVICES: ("Serviços", "Internet 600 Mb", "Os serviços que são prestados ao cliente."),
    Relation.ROLES: ("Papéis", "Agente; Supervisor", "Os papéis do especialista."),
}


def _relations(category: Category) -> tuple[Column, ...]:
    return tuple(_relation(relation, catalogue) for relation, catalogue in RELATIONS[category].items())


def _relation(relation: Relation, catalogue: Catalogue) -> Column:
    header, example, description = _RELATION_TEXTS[relation]

    def refers(user: User) -> Iterable[str]:
        return user.relations.get(relation, ())

    return Column(
        key=f"relations.{relation.value}",
        header=header,
        description=description,
        example=example,
        cell=lambda user, names: items(sorted((names[catalogue][one] for one in refers(user)), key=name_key)),
        kind=Kind.ENTRIES,
        section=Section.RELATIONS,
        most=MOST_RELATED,
        catalogue=catalogue,
        refers=refers,
        width=30,
    )


_SHIFTS: Mapping[Category, tuple[Column, ...]] = {
    Category.CLIENTS: (),
    Category.SPECIALISTS: (
        Column(
            key="shifts.since",
            header="Desde",
            description="O primeiro dia de cada turno.",
            example="2026-12-01; 2027-01-04",
            cell=lambda user, _: items(shift.since.isoformat() for shift in user.shifts),
            kind=Kind.DATES,
            section=Section.SHIFTS,
            most=MOST_SHIFTS,
        ),
        Column(
            key="shifts.until",
            header="Até",
            description="O dia em que cada turno termina, depois de Desde; outro turno pode começar nele.",
            example="2026-12-24; 2027-01-31",
            cell=lambda user, _: items(shift.until.isoformat() for shift in user.shifts),
            kind=Kind.DATES,
            section=Section.SHIFTS,
            most=MOST_SHIFTS,
        ),
        Column(
            key="shifts.calendar",
            header="Calendário",
            description="O calendário de cada turno.",
            example="Horário comercial; Plantão",
            cell=lambda user, names: items(names[Catalogue.CALENDARS][shift.calendar] for shift in user.shifts),
            kind=Kind.ENTRIES,
            section=Section.SHIFTS,
            most=MOST_SHIFTS,
            catalogue=Catalogue.CALENDARS,
            refers=lambda user: [shift.calendar for shift in user.shifts],
        ),
    ),
}


def additional_examples(category: Category) -> Sequence[Column]:
    """A column of each type of additional field, for the documentation."""
    return [
        _additional(
            AdditionalField(
                id=kind.value,
                project="",
                category=category,
                name="<nome do campo>",
                type=kind,
                options=("opções", "do", "campo") if kind == FieldType.CHOICE else (),
            )
        )
        for kind in FieldType
    ]
