"""What becomes of a row of an import: nothing, where it says what an export would; what it says; or what is wrong.

The directory of these tests has one client and one specialist, and small catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asms.additional import LONGEST_TEXT, AdditionalField, FieldType
from asms.catalogues import RELATIONS, Address, Catalogue, Category, Entry, Geolocation, Relation
from asms.columns import LONGEST_CELL, TOO_LONG, Column, Layout, columns_of, fitting
from asms.importing.deciding import Rules, decide, named
from asms.importing.header import Header, header_of
from asms.importing.masking import masked
from asms.importing.model import Decision, Entries, Found, Place, Row
from asms.importing.row_sentences import ROW_SENTENCES
from asms.importing.sentences import said
from asms.passwords import LONGEST, Policy, Rule, hashed
from asms.users import MOST_PROJECTS, MOST_RELATED, MOST_SHIFTS, Culture, Shift, User
from sincronia.engine.state import OutcomeKind
from sincronia.names import name_key

TODAY = date(2026, 11, 28)
PROJECT, OTHER_PROJECT = "a" * 16, "b" * 16
PASSWORD = "Correta-cavalo-9"
POLICY = Policy(min_length=10, upper=True, lower=True, digit=True, symbol=True, history=2)


def entry_id(number: int) -> str:
    return f"{number:016x}"


def entries(
    catalogue: Catalogue, *names: str, inactive: str = "", addresses: Mapping[str, Address] | None = None
) -> Entries:
    """With ids in the order of names, from 1 on."""
    made = [
        Entry(entry_id(number), catalogue, name, name != inactive, (addresses or {}).get(name, Address()))
        for number, name in enumerate(names, 1)
    ]
    return Entries({one.id: one for one in made}, {name_key(one.name): one for one in made})


BRANCH = Address("Rua da Filial", "7", "", "Centro", "Campinas", "SP", "13010-000", "Brasil")
CATALOGUES = {
    **{one: entries(one, "Água", "Zelo; dia", '"Aspas"', "Antigo", inactive="Antigo") for one in Catalogue},
    Catalogue.LOCATIONS: entries(
        *(Catalogue.LOCATIONS, "Matriz", "Filial", "Galpão", "Fechada"),
        inactive="Fechada",
        addresses={"Filial": BRANCH},
    ),
}
KINDS = {
    FieldType.TEXT: "Observação",
    FieldType.NUMBER: "Velocidade",
    FieldType.DATE: "Vencimento",
    FieldType.YES_NO: "Portal",
    FieldType.CHOICE: "Plano",
}


def fields(category: Category) -> list[AdditionalField]:
    """One of each type, and a text that is obligatory."""
    made = [
        AdditionalField(name, PROJECT, category, name, kind, options=("Ouro", "Prata") if name == "Plano" else ())
        for kind, name in KINDS.items()
    ]
    return [*made, AdditionalField("Contrato", PROJECT, category, "Contrato", FieldType.TEXT, obligatory=True)]


def rules_of(category: Category) -> Rules:
    columns = columns_of(category, fields(category), Layout.WITH_DATA)
    return Rules(category, PROJECT, columns, fields(category), CATALOGUES, POLICY, TODAY)


RULES = {category: rules_of(category) for category in Category}
CAROLINA = User(
    "c" * 16,
    Category.CLIENTS,
    "Carolina Vergara",
    "carolina.vergara",
    email="carolina@modelo.example",
    identification="RG 12.345",
    phone="(11) 5550-0142",
    location=entry_id(1),
    address=Address("Rua das Acácias", "142", "Bloco B", "Vila Nova", "São Paulo", "SP", "01310-100", "Brasil"),
    additional={"Contrato": "C-1", "Plano": "Bronze", "Velocidade": "600"},
    geolocation=Geolocation(-23.561414, -46.655881),
    relations={Relation.GROUPS: frozenset({entry_id(1), entry_id(4)})},
    projects=frozenset({PROJECT}),
    password=hashed(PASSWORD),
    version=3,
)
BRUNO = User(
    "d" * 16,
    Category.SPECIALISTS,
    "Bruno Prado",
    "bruno",
    additional={"Contrato": "C-2"},
    projects=frozenset({PROJECT}),
    shifts=(
        Shift("1" * 16, date(2026, 11, 1), date(2026, 11, 15), entry_id(4)),
        Shift("2" * 16, date(2026, 11, 20), date(2026, 12, 20), entry_id(1)),
        Shift("3" * 16, date(2027, 1, 4), date(2027, 2, 1), entry_id(2)),
    ),
    tokens=("token",),
    version=2,
)
NEW = {"Nome": "Ana Souza", "Login": "ana", "Adicional: Contrato": "C-3"}


def exported(user: User) -> dict[str, str]:
    """The cells of a user in an export, by header."""
    rules = RULES[user.category]
    return {one.header: fitting(one.cell(user, rules.names)) for one in rules.columns}


def table(category: Category, cells: Mapping[str, str]) -> tuple[Row, Header]:
    header = header_of(Row(Place("", "Clientes", 1), [*cells]), RULES[category].columns)
    texts = [*cells.values()]
    while texts and not texts[-1]:
        del texts[-1]
    return Row(Place("", "Clientes", 2), texts), header


def found_for(user: User) -> Found:
    return Found(user, (user.category, user.id))


def decided(category: Category, cells: Mapping[str, str], found: Found, rules: Rules | None = None) -> Decision:
    """What becomes of cells by header; all that is wrong with them can be told."""
    decision = decide(*table(category, cells), found, rules or RULES[category])
    for fault in decision.faults:
        for culture in Culture:
            told = said(fault.problem, ROW_SENTENCES, culture)
            assert told.sentence
            assert told.advice
    assert (decision.user is None) == bool(decision.faults) == (decision.kind == OutcomeKind.REJECTED)
    return decision


def changed(user: User, **cells: str) -> Decision:
    """What becomes of a user's export with some other cells; names of headers without spaces."""
    known = {re.sub(r"\W", "", header): header for header in exported(user)}
    others = {known[name]: text for name, text in cells.items()}
    return decided(user.category, {**exported(user), **others}, found_for(user))


def alone(user: User, **cells: str) -> Decision:
    """What becomes of a file with the Id and these columns alone."""
    known = {re.sub(r"\W", "", header): header for header in exported(user)}
    return decided(
        user.category, {"Id": user.id, **{known[name]: text for name, text in cells.items()}}, found_for(user)
    )


def created(category: Category = Category.CLIENTS, **cells: str) -> Decision:
    known = {re.sub(r"\W", "", one.header): one.header for one in RULES[category].columns}
    return decided(category, {**NEW, **{known[name]: text for name, text in cells.items()}}, Found())


def after(decision: Decision) -> User:
    assert decision.faults == ()
    assert decision.user
    return decision.user


def headers(columns: Iterable[Column]) -> list[str]:
    return [column.header for column in columns]


def codes(decision: Decision) -> list[tuple[str, str]]:
    """Header and code of each fault, without asms."""
    return [
        (one.column.header if one.column else "", one.problem.code.removeprefix("asms.")) for one in decision.faults
    ]


# ── whom a row is about ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("user_id", "login", "names"),
    [
        ("c" * 16, "Ána  Souza ", ("c" * 16, "ana souza")),
        (f" {'c' * 16} ", "", ("c" * 16, "")),
        ("C" * 16, "ana", ("", "ana")),
        ("1.23E+15", "", ("", "")),
        ("c" * 16 + "\n", "", ("c" * 16, "")),
        ("", "ﷺ" * 100, ("", "")),
    ],
)
def test_a_row_names_an_id_and_a_login_that_could_be_somebodys(
    user_id: str, login: str, names: tuple[str, str]
) -> None:
    row, header = table(Category.CLIENTS, {"Nome": "x", "Id": user_id, "Login": login})
    assert named(row, header) == names


def test_a_row_without_the_columns_or_the_cells_names_nobody() -> None:
    _, header = table(Category.CLIENTS, {"Nome": "x", "Login": "ana"})
    assert named(Row(Place("", "", 2), ["x"]), header) == ("", "")


def test_an_id_that_nobody_has_creates_nobody() -> None:
    decision = decided(Category.CLIENTS, {**NEW, "Id": "e" * 16}, Found(None, (Category.CLIENTS, "c" * 16)))
    assert codes(decision) == [("Id", "cell_id_unknown")]
    assert decision.faults[0].value == "e" * 16
    assert decision.faults[0].place == 3
    assert codes(decided(Category.CLIENTS, {**NEW, "Id": "e" * 16}, found_for(CAROLINA))) == [("Id", "cell_id_unknown")]


@pytest.mark.parametrize("user_id", ["1", "C" * 16, "1.23E+15", "novo"])
def test_what_is_no_id_is_told(user_id: str) -> None:
    assert codes(decided(Category.CLIENTS, {**NEW, "Id": user_id}, Found())) == [("Id", "cell_id_malformed")]
    assert codes(changed(CAROLINA, Id=user_id)) == [("Id", "cell_id_malformed")]


def test_who_is_found_by_the_login_is_updated_and_keeps_the_id() -> None:
    decision = decided(Category.CLIENTS, {"Login": "CAROLINA.vergara", "Telefone": "1"}, found_for(CAROLINA))
    assert after(decision) == replace(CAROLINA, login="CAROLINA.vergara", phone="1")
    assert headers(decision.changed) == ["Login", "Telefone"]


@pytest.mark.parametrize(
    "holder", [(Category.SPECIALISTS, "d" * 16), (Category.SPECIALISTS, "c" * 16), (Category.CLIENTS, "e" * 16)]
)
def test_nobody_gets_the_login_of_somebody_else(holder: tuple[Category, str]) -> None:
    cells = {"Id": CAROLINA.id, "Login": "bruno"}
    assert codes(decided(Category.CLIENTS, cells, Found(CAROLINA, holder))) == [("Login", "cell_login_taken")]
    assert codes(decided(Category.CLIENTS, NEW, Found(None, holder))) == [("Login", "cell_login_taken")]


def test_a_second_row_about_the_same_user_is_told_where_the_first_is() -> None:
    earlier = Place("", "Clientes", 17)
    decision = decided(Category.CLIENTS, exported(CAROLINA), replace(found_for(CAROLINA), earlier=earlier))
    assert codes(decision) == [("", "row_repeated")]
    assert decision.faults[0].problem.details == {"line": "17"}


# ── what changes nothing ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("user", [CAROLINA, BRUNO])
def test_what_was_exported_changes_nothing(user: User) -> None:
    assert changed(user) == Decision(OutcomeKind.UNCHANGED, user)


def test_columns_that_are_not_in_the_file_change_nothing() -> None:
    assert alone(CAROLINA, Telefone=CAROLINA.phone) == Decision(OutcomeKind.UNCHANGED, CAROLINA)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Nome", f"  {CAROLINA.name} "),
        ("Login", "carolina.vergara "),
        ("Status", " ATIVO"),
        ("Cultura", "portugues"),
        ("Localização", "MATRIZ"),
        ("Latitude", "-23,561414"),
        ("Grupos", "antigo;agua;"),
        ("AdicionalPlano", "Bronze "),
        ("AdicionalVelocidade", " 600"),
        ("Id", f" {CAROLINA.id} "),
        ("Id", ""),
        ("Senha", "  "),
        ("Senha", PASSWORD),
    ],
)
def test_the_same_said_otherwise_changes_nothing(name: str, text: str) -> None:
    assert changed(CAROLINA, **{name: text}) == Decision(OutcomeKind.UNCHANGED, CAROLINA)


def test_a_text_that_no_cell_holds_stays_while_its_place_holder_does() -> None:
    user = replace(CAROLINA, additional={"Contrato": "1", "Observação": "x" * (LONGEST_CELL + 1)})
    assert exported(user)["Adicional: Observação"] == TOO_LONG
    assert changed(user).kind == OutcomeKind.UNCHANGED
    assert after(changed(user, Telefone="1")).additional == user.additional


def test_an_entry_that_is_younger_than_the_catalogues_stops_no_import() -> None:
    user = replace(CAROLINA, location="9" * 16)
    assert alone(user, Telefone=user.phone).kind == OutcomeKind.UNCHANGED
    assert after(alone(user, Localização="Filial")).location == entry_id(2)
    assert codes(alone(user, Localização="Nova")) == [("Localização", "cell_entry_unknown")]


# ── what is created ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_row_of_nobody_creates_somebody_in_the_project() -> None:
    decision = created()
    assert decision == Decision(
        OutcomeKind.CREATED,
        User("", Category.CLIENTS, "Ana Souza", "ana", additional={"Contrato": "C-3"}, projects=frozenset({PROJECT})),
        decision.changed,
    )
    assert headers(decision.changed) == ["Nome", "Login", "Status", "Cultura", "Adicional: Contrato"]


def test_all_that_a_new_user_may_have_is_read() -> None:
    wanted = replace(
        CAROLINA, additional={"Contrato": "1", "Plano": "Ouro", "Portal": "yes", "Vencimento": "2026-12-31"}
    )
    cells = {**exported(wanted), "Id": "", "Login": "outra", "Grupos": "Água", "Senha": PASSWORD}
    decision = decided(Category.CLIENTS, cells, Found())
    made = {"id": "", "login": "outra", "password": "", "version": 0}
    relations = {Relation.GROUPS: frozenset({entry_id(1)})}
    assert after(decision) == replace(wanted, **made, relations=relations)  # type: ignore[arg-type]
    assert decision.password == PASSWORD
    assert PASSWORD not in repr(decision)


def test_a_new_specialist_has_shifts_in_their_order() -> None:
    decision = created(
        Category.SPECIALISTS, Desde="2027-01-01; 01/12/2026", Até="2027-02-01; 31/12/2026", Calendário="água; zelo"
    )
    assert codes(decision) == [("Calendário", "cell_entry_unknown")]
    decision = created(
        Category.SPECIALISTS,
        Desde="2027-01-01; 01/12/2026",
        Até="2027-02-01; 31/12/2026",
        Calendário='água; "ZELO; dia"',
    )
    shifts = after(decision).shifts
    assert [(one.since, one.until, one.calendar) for one in shifts] == [
        (date(2026, 12, 1), date(2026, 12, 31), entry_id(2)),
        (date(2027, 1, 1), date(2027, 2, 1), entry_id(1)),
    ]
    assert len({one.id for one in shifts} - {""}) == 2


def test_a_new_user_may_be_inactive_and_read_another_language() -> None:
    decision = created(Status="inativo", Cultura="ESPANHOL")
    assert decision.kind == OutcomeKind.CREATED
    assert (after(decision).active, after(decision).culture) == (False, Culture.ES)


def test_what_a_new_user_can_not_be_without_is_told_whether_the_column_is_there_or_not() -> None:
    assert codes(decided(Category.CLIENTS, {"E-mail": "a@b", "Login": " ", "Nome": ""}, Found())) == [
        ("Login", "cell_empty"),
        ("Nome", "cell_empty"),
        ("Adicional: Contrato", "column_missing"),
    ]


# ── what is updated ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("Nome", " Ana ", {"name": "Ana"}),
        ("Login", "ana", {"login": "ana"}),
        ("Email", "ana@modelo.example ", {"email": "ana@modelo.example"}),
        ("Email", "", {"email": ""}),
        ("Identificação", "", {"identification": ""}),
        ("Telefone", " 1 ", {"phone": "1"}),
        ("Cultura", "inglês", {"culture": Culture.EN}),
        ("Localização", "", {"location": ""}),
        ("Localização", "galpao", {"location": entry_id(3)}),
        ("Cidade", "", {"address": replace(CAROLINA.address, city="")}),
        ("Cidade", " Santos", {"address": replace(CAROLINA.address, city="Santos")}),
        ("Latitude", "1e-05", {"geolocation": Geolocation(1e-05, -46.655881)}),
        ("Longitude", "180", {"geolocation": Geolocation(-23.561414, 180.0)}),
        ("AdicionalPlano", "prata", {"additional": {**CAROLINA.additional, "Plano": "Prata"}}),
        ("AdicionalPlano", "", {"additional": {"Contrato": "C-1", "Velocidade": "600"}}),
        ("AdicionalVelocidade", "1.234,5", {"additional": {**CAROLINA.additional, "Velocidade": "1234.5"}}),
        ("AdicionalVencimento", "1/2/2027", {"additional": {**CAROLINA.additional, "Vencimento": "2027-02-01"}}),
        ("AdicionalPortal", "nao", {"additional": {**CAROLINA.additional, "Portal": "no"}}),
        ("AdicionalObservação", " a\nb ", {"additional": {**CAROLINA.additional, "Observação": " a\nb "}}),
        ("Grupos", "", {"relations": {}}),
        ("Grupos", '"zelo; DIA"; """Aspas"""', {"relations": {Relation.GROUPS: frozenset({entry_id(2), entry_id(3)})}}),
        ("Serviços", "Água", {"relations": {**CAROLINA.relations, Relation.SERVICES: frozenset({entry_id(1)})}}),
    ],
)
def test_one_cell_changes_one_thing(name: str, text: str, values: dict[str, object]) -> None:
    for decision in (changed(CAROLINA, **{name: text}), alone(CAROLINA, **{name: text})):
        assert decision.kind == OutcomeKind.UPDATED
        assert after(decision) == replace(CAROLINA, **values)  # type: ignore[arg-type]
        assert [re.sub(r"\W", "", header) for header in headers(decision.changed)] == [name]


def test_who_is_not_in_the_project_joins_it() -> None:
    elsewhere = replace(CAROLINA, projects=frozenset({OTHER_PROJECT}))
    decision = changed(elsewhere)
    assert decision == Decision(OutcomeKind.UPDATED, replace(elsewhere, projects=frozenset({PROJECT, OTHER_PROJECT})))


def test_who_is_in_as_many_projects_as_there_may_be_joins_no_other() -> None:
    everywhere = replace(CAROLINA, projects=frozenset(map(entry_id, range(MOST_PROJECTS))))
    assert codes(changed(everywhere)) == [("", "row_projects_too_many")]
    assert changed(replace(everywhere, projects=everywhere.projects | {PROJECT})).kind == OutcomeKind.UNCHANGED


def test_values_that_other_projects_ask_for_stay() -> None:
    user = replace(CAROLINA, additional={**CAROLINA.additional, "other": "1"})
    assert after(changed(user, AdicionalPlano="Ouro")).additional == {**user.additional, "Plano": "Ouro"}


def test_an_obligatory_field_that_was_empty_may_stay_so() -> None:
    user = replace(CAROLINA, additional={})
    assert after(changed(user, Telefone="1")).additional == {}


def test_both_halves_of_a_place_on_the_map_go_together() -> None:
    assert after(changed(CAROLINA, Latitude="", Longitude="")).geolocation is None
    nowhere = replace(CAROLINA, geolocation=None)
    assert after(changed(nowhere, Latitude="-90", Longitude=" 12.5 ")).geolocation == Geolocation(-90, 12.5)
    assert codes(changed(CAROLINA, Longitude="")) == [("Longitude", "cell_degrees_half")]
    assert codes(changed(nowhere, Latitude="1")) == [("Longitude", "cell_degrees_half")]
    (fault,) = alone(nowhere, Latitude="1").faults
    assert (fault.problem.code, fault.place, fault.problem.details) == (
        "asms.cell_degrees_half",
        None,
        {"column": "Latitude"},
    )


# ── locations ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_location_fills_what_nothing_is_typed_in() -> None:
    decision = changed(CAROLINA, Localização="filial", Número="", Complemento="", Cidade="Sorocaba")
    typed = replace(CAROLINA.address, number=BRANCH.number, complement="", city="Sorocaba")
    assert after(decision) == replace(CAROLINA, location=entry_id(2), address=typed)
    assert headers(decision.changed) == ["Localização", "Número", "Complemento", "Cidade"]


def test_a_new_location_fills_columns_that_the_file_lacks() -> None:
    assert after(alone(CAROLINA, Localização="Filial")).address == BRANCH
    assert after(alone(CAROLINA, Localização="Filial", Cidade="Santos")).address == replace(BRANCH, city="Santos")


def test_a_location_without_an_address_fills_nothing() -> None:
    assert after(alone(CAROLINA, Localização="Galpão")).address == CAROLINA.address
    assert after(changed(CAROLINA, Localização="Galpão", Cidade="")).address == replace(CAROLINA.address, city="")


def test_a_location_that_the_user_has_keeps_what_it_filled_and_fills_nothing_again() -> None:
    user = replace(CAROLINA, location=entry_id(2), address=replace(BRANCH, city="Sorocaba"))
    assert after(changed(user, Cidade="", Logradouro="")).address == replace(BRANCH, city="")
    assert after(alone(user, Logradouro="")).address == replace(user.address, street="")
    assert after(changed(user, Localização="", Logradouro="")).address == replace(user.address, street="")


def test_only_what_the_user_has_already_may_be_inactive() -> None:
    assert codes(changed(CAROLINA, Localização="Fechada")) == [("Localização", "cell_entry_inactive")]
    assert changed(replace(CAROLINA, location=entry_id(4))).kind == OutcomeKind.UNCHANGED
    assert codes(changed(CAROLINA, Serviços="Água; antigo")) == [("Serviços", "cell_entry_inactive")]
    assert after(changed(CAROLINA, Grupos="Antigo")).relations == {Relation.GROUPS: frozenset({entry_id(4)})}


# ── status and shifts ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_client_is_deactivated_with_whatever_else_the_row_says() -> None:
    decision = changed(CAROLINA, Status="Inativo", Telefone="1")
    assert decision.kind == OutcomeKind.DEACTIVATED
    assert after(decision) == replace(CAROLINA, active=False, phone="1")
    assert headers(decision.changed) == ["Telefone", "Status"]


def test_a_specialist_who_is_deactivated_loses_tokens_and_shifts() -> None:
    decision = changed(BRUNO, Status="inativo")
    assert decision.kind == OutcomeKind.DEACTIVATED
    first, second, _ = BRUNO.shifts
    assert after(decision) == replace(BRUNO, active=False, tokens=(), shifts=(first, replace(second, until=TODAY)))
    assert headers(decision.changed) == ["Status", "Desde", "Até", "Calendário"]


def test_who_is_active_again_is_updated() -> None:
    decision = changed(replace(CAROLINA, active=False), Status="Ativo")
    assert (decision.kind, after(decision)) == (OutcomeKind.UPDATED, CAROLINA)


def test_shifts_that_stay_are_the_same_ones() -> None:
    decision = changed(
        BRUNO,
        Desde="2027-01-04; 2026-11-20; 2026-12-20",
        Até="2027-02-01; 20/12/2026; 2026-12-31",
        Calendário='"Zelo; dia"; água; água',
    )
    _, second, third = BRUNO.shifts
    kept, new, last = after(decision).shifts
    assert (kept, last) == (second, third)
    assert (new.since, new.until, new.calendar) == (date(2026, 12, 20), date(2026, 12, 31), entry_id(1))
    assert re.fullmatch("[0-9a-f]{16}", new.id)
    assert headers(decision.changed) == ["Desde", "Até", "Calendário"]


def test_all_shifts_may_go() -> None:
    assert after(changed(BRUNO, Desde="", Até="", Calendário="")).shifts == ()


def test_shifts_in_another_order_are_no_change() -> None:
    decision = changed(
        BRUNO,
        Desde="2027-01-04; 2026-11-20; 2026-11-01",
        Até="2027-02-01; 2026-12-20; 2026-11-15",
        Calendário='"Zelo; dia"; Água; Antigo',
    )
    assert decision == Decision(OutcomeKind.UNCHANGED, BRUNO)


@pytest.mark.parametrize(
    ("since", "until", "calendar", "found"),
    [
        ("2026-12-01", "", "Água", [("Desde", "cell_shifts_uneven")]),
        ("2026-12-01", "2026-12-02;2026-12-04", "Água", [("Desde", "cell_shifts_uneven")]),
        ("2026-12-01", "2026-12-01", "Água", [("Até", "cell_shift_empty")]),
        ("2026-12-01", "2026-11-30", "Água", [("Até", "cell_shift_empty")]),
        ("2026-12-01; 2026-12-09", "2026-12-10; 2026-12-12", "Água; Água", [("Desde", "cell_shifts_overlap")]),
        (
            "2026-12-01; 2026-12-02; 2026-12-08",
            "2026-12-10; 2026-12-03; 2026-12-09",
            "Água; Água; Água",
            [("Desde", "cell_shifts_overlap")] * 2,
        ),
        (
            "2026-02-30; 9",
            "amanhã",
            "Nada; Zelo",
            [
                *[("Desde", "cell_date")] * 2,
                ("Até", "cell_date"),
                *[("Calendário", "cell_entry_unknown")] * 2,
            ],
        ),
        ("#REF!", "x", "y", [("Desde", "cell_error")]),
        ("1;" * (MOST_SHIFTS + 1), "", "", [("Desde", "cell_items_too_many")]),
    ],
)
def test_shifts_that_can_not_be_are_told(since: str, until: str, calendar: str, found: list[tuple[str, str]]) -> None:
    assert codes(changed(BRUNO, Desde=since, Até=until, Calendário=calendar)) == found


def test_a_shift_may_begin_on_the_day_that_another_ends() -> None:
    decision = changed(BRUNO, Desde="2026-12-01; 2026-12-10", Até="2026-12-10; 2026-12-11", Calendário="Água; Água")
    assert len(after(decision).shifts) == 2


def test_shifts_change_with_their_three_columns_alone() -> None:
    decision = alone(BRUNO, Desde="2026-12-01", Calendário="Água")
    assert codes(decision) == [("Desde", "cell_shifts_columns"), ("Calendário", "cell_shifts_columns")]
    assert decision.faults[0].problem.details == {"columns": "Até"}
    assert alone(BRUNO, Desde=exported(BRUNO)["Desde"]).kind == OutcomeKind.UNCHANGED


def test_an_inactive_specialist_gets_no_new_shift_that_is_not_over() -> None:
    away = replace(BRUNO, active=False, shifts=BRUNO.shifts[:1], tokens=())
    ahead = {"Desde": "2026-11-01; 2026-11-27", "Até": "2026-11-15; 2026-11-29", "Calendário": "Antigo; Água"}
    assert codes(changed(away, **ahead)) == [("Até", "cell_shift_inactive")]
    assert len(after(changed(away, **(ahead | {"Até": "2026-11-15; 2026-11-28"}))).shifts) == 2  # it is over
    assert len(after(changed(away, Status="Ativo", **ahead)).shifts) == 2
    assert codes(
        created(Category.SPECIALISTS, Status="Inativo", Desde="2027-01-01", Até="2027-01-02", Calendário="Água")
    ) == [("Até", "cell_shift_inactive")]


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Ab1!", [Rule.MIN_LENGTH]),
        ("x", [Rule.MIN_LENGTH, Rule.UPPER, Rule.DIGIT, Rule.SYMBOL]),
        ("X" * (LONGEST + 1), [Rule.MAX_LENGTH, Rule.LOWER, Rule.DIGIT, Rule.SYMBOL]),
        ("Com-vergara-9", [Rule.NO_NAME]),
        ("Novo.Login-9", [Rule.NO_LOGIN]),
        ("Antiga-senha-1", [Rule.HISTORY]),
    ],
)
def test_each_rule_that_a_password_does_not_keep_is_told_apart(text: str, rules: list[Rule]) -> None:
    user = replace(CAROLINA, earlier_passwords=(CAROLINA.password, hashed("Antiga-senha-1")))
    decision = changed(user, Login="novo.login", Senha=text)
    assert codes(decision) == [("Senha", f"password_{rule.value}") for rule in rules]
    assert {fault.value for fault in decision.faults} == {""}
    assert text not in repr([fault.problem for fault in decision.faults])


def test_every_rule_of_passwords_can_be_told() -> None:
    assert {f"asms.password_{rule.value}" for rule in Rule} <= ROW_SENTENCES.keys()


def test_a_new_password_is_given_in_the_clear_and_touches_no_hash() -> None:
    decision = changed(CAROLINA, Senha="Outra-senha-77")
    assert decision == Decision(OutcomeKind.UPDATED, CAROLINA, (*decision.changed,), password="Outra-senha-77")
    assert headers(decision.changed) == ["Senha"]
    assert "Outra" not in repr(decision)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("Nome", "", "cell_empty"),
        ("Nome", "  ", "cell_empty"),
        ("Login", "", "cell_empty"),
        ("Status", "", "cell_choice_empty"),
        ("Cultura", " ", "cell_choice_empty"),
        ("AdicionalContrato", "", "cell_empty"),
        ("Nome", "a\nb", "cell_one_line"),
        ("Nome", "a\tb", "cell_one_line"),
        ("Nome", "a" * 201, "cell_too_long"),
        ("Nome", "\u0301", "cell_not_comparable"),
        ("Login", "ﷺ" * 100, "cell_key_too_long"),
        ("Login", "a" * 101, "cell_too_long"),
        ("Login", "a\x00b", "cell_one_line"),
        ("Email", "carolina", "cell_email"),
        ("Email", "a@b; c@d", "cell_email"),
        ("Email", "a@@b", "cell_email"),
        ("Email", f"{'a' * 250}@b.cd", "cell_too_long"),
        ("Identificação", "1" * 51, "cell_too_long"),
        ("Telefone", "1\r2", "cell_one_line"),
        ("Cidade", "a" * 201, "cell_too_long"),
        ("CEP", "a\x7f", "cell_one_line"),
        ("Status", "Sim", "cell_choice"),
        ("Status", "true", "cell_choice"),
        ("Cultura", "pt", "cell_choice"),
        ("Localização", "Lua", "cell_entry_unknown"),
        ("Localização", "Matriz; Filial", "cell_entry_unknown"),
        ("Latitude", "norte", "cell_degrees"),
        ("Latitude", "90.1", "cell_degrees"),
        ("Latitude", "nan", "cell_degrees"),
        ("Latitude", "1_0", "cell_degrees"),
        ("Longitude", "-180.5", "cell_degrees"),
        ("AdicionalObservação", "a\x01", "cell_characters"),
        ("AdicionalObservação", "a" * (LONGEST_TEXT + 1), "cell_too_long"),
        ("AdicionalVelocidade", "muita", "cell_number"),
        ("AdicionalVelocidade", "1e5", "cell_number"),
        ("AdicionalVelocidade", "1,234", "cell_number_ambiguous"),
        ("AdicionalVelocidade", "-999,000", "cell_number_ambiguous"),
        ("AdicionalVelocidade", "٣", "cell_number"),
        ("AdicionalVelocidade", "1.2.3", "cell_number"),
        ("AdicionalVelocidade", "0.30000000000000004", "cell_number_digits"),
        ("AdicionalVelocidade", "1234567890123456", "cell_number_digits"),
        ("AdicionalVencimento", "31/02/2026", "cell_date"),
        ("AdicionalVencimento", "20261231", "cell_date"),
        ("AdicionalVencimento", "12/31/2026", "cell_date"),
        ("AdicionalVencimento", "0000-01-01", "cell_date"),
        ("AdicionalPortal", "talvez", "cell_choice"),
        ("AdicionalPlano", "Platina", "cell_choice"),
        ("Grupos", "Nenhum", "cell_entry_unknown"),
        ("Grupos", '"Aspas"', "cell_entry_unknown"),  # quotation marks of the name itself are doubled
        ("Grupos", "Água; AGUA", "cell_entry_repeated"),
        ("Grupos", "Água\nAntigo", "cell_list"),
        ("Grupos", "x;" * (MOST_RELATED + 1), "cell_items_too_many"),
        ("Nome", TOO_LONG, "cell_placeholder"),
        ("AdicionalObservação", f" {TOO_LONG}", "cell_placeholder"),
        ("Nome", "#N/A", "cell_error"),
        ("Telefone", "#n/d", "cell_error"),
        ("Email", "#VALOR!", "cell_error"),
        ("Grupos", "#¿NOMBRE?", "cell_error"),
        ("Senha", "#REF!", "cell_error"),
        ("Nome", "a\ud800", "cell_characters"),
        ("Senha", "A-senha-1\udfff", "cell_characters"),
    ],
)
def test_what_a_cell_can_not_say_is_told(name: str, text: str, code: str) -> None:
    decision = changed(CAROLINA, **{name: text})
    (fault,) = decision.faults
    assert fault.problem.code == f"asms.{code}"
    assert fault.column
    assert fault.place == [*exported(CAROLINA)].index(fault.column.header)
    assert re.sub(r"\W", "", fault.column.header) == name
    assert fault.value in ({""} if name == "Senha" else {text, *text.replace('"', "").split("; ")})
    assert text not in fault.problem.details.values() or code.startswith("cell_entry")


def test_all_that_is_wrong_with_a_row_is_told_in_the_order_of_its_columns() -> None:
    cells = {"Grupos": "Nada; Água; agua; Lixo", "E-mail": "x", "Status": "?", "Login": "", "Senha": "Aaaaa-aaaaa"}
    decision = decided(Category.CLIENTS, cells, Found(earlier=Place("", "Clientes", 1)))
    assert codes(decision) == [
        ("", "row_repeated"),
        ("Grupos", "cell_entry_repeated"),
        ("Grupos", "cell_entry_unknown"),
        ("Grupos", "cell_entry_unknown"),
        ("E-mail", "cell_email"),
        ("Status", "cell_choice"),
        ("Login", "cell_empty"),
        ("Senha", "password_digit"),
        ("Nome", "column_missing"),
        ("Adicional: Contrato", "column_missing"),
    ]
    assert [fault.value for fault in decision.faults][1:4] == ["Água", "Nada", "Lixo"]


def test_more_additional_text_than_a_user_has_room_for_is_told() -> None:
    user = replace(CAROLINA, additional={"Contrato": "1", "other": "x" * 249_900})
    assert codes(changed(user, AdicionalObservação="x" * 200)) == [("", "row_additional_too_long")]


# ── always ───────────────────────────────────────────────────────────────────────────────────────────────────────────
TEXTS = st.one_of(
    st.text(st.characters(), max_size=40),
    st.sampled_from(
        ["", " ", "Água", "Água; Antigo", "Inativo", "Filial", "2026-12-01", "1,5", "Sim", "Ouro", '"', ";"]
    ),
    st.text("0123456789-/.,;#! aeE", max_size=20),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(str.strip)
DAYS = st.integers(0, 300).map(lambda days: TODAY + timedelta(days=days))


@pytest.mark.parametrize("user", [CAROLINA, BRUNO])
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_text_in_any_cell_is_read_or_told(user: User, data: st.DataObject) -> None:
    cells = exported(user)
    del cells["Senha"]  # argon2 takes its time on purpose
    wanted = data.draw(st.dictionaries(st.sampled_from([*cells]), TEXTS, max_size=6))
    found = data.draw(st.sampled_from([Found(), found_for(user)]))
    decision = decided(user.category, cells | wanted, found)
    for fault in decision.faults:
        assert masked(fault.column.key if fault.column else "", fault.value) is not None
    if decision.user:  # what was read is what an export says of it, so that the same file changes nothing any more
        kept = replace(decision.user, id=user.id)
        assert decided(user.category, exported(kept), found_for(kept)) == Decision(OutcomeKind.UNCHANGED, kept)
        again = decided(user.category, cells | wanted | {"Id": kept.id}, found_for(kept))
        if kept.active or user is CAROLINA:  # shifts that a deactivation has ended are new ones
            assert again == Decision(OutcomeKind.UNCHANGED, kept)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_names_in_lists_are_told_apart_whatever_they_are(data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES.filter(name_key), min_size=1, max_size=6, unique_by=name_key))
    many = entries(Catalogue.CLIENT_GROUPS, *names)
    rules = replace(RULES[Category.CLIENTS], catalogues={**CATALOGUES, Catalogue.CLIENT_GROUPS: many})
    wanted = frozenset(data.draw(st.sets(st.sampled_from([*many.by_id]))))
    user = replace(CAROLINA, relations={Relation.GROUPS: wanted} if wanted else {})
    (column,) = (one for one in rules.columns if one.key == "relations.groups")
    cells = {"Id": CAROLINA.id, column.header: column.cell(user, rules.names)}
    bare = replace(user, relations={})
    assert (decided(Category.CLIENTS, cells, found_for(bare), rules).user or bare).relations == user.relations


def test_sentences_name_the_same_in_every_language() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for code, one in ROW_SENTENCES.items():
        told = [one.of(culture) for culture in Culture]
        assert len({frozenset(names(each.sentence) | names(each.advice)) for each in told}) == 1, code
        assert len({each.sentence for each in told}) == len(told), code
        assert all(text.endswith((".", "}.")) for each in told for text in (each.sentence, each.advice)), code


def test_every_relation_of_users_has_a_column_that_is_read() -> None:
    for category, relations in RELATIONS.items():
        known = {one.key for one in RULES[category].columns}
        assert {f"relations.{relation.value}" for relation in relations} <= known


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("name", "Carolina de Vergara Lima", "C… d… V…"),
        ("login", "carolina.vergara", "car…"),
        ("login", "ana", "a…"),
        ("email", "carolina@empresa.example", "c…@e….example"),
        ("email", "carolina", "car…"),
        ("email", "a@b", "a…@b…"),
        ("identification", "123.456.789-00", "••••00"),
        ("identification", "123", "••••"),
        ("phone", "(11) 5550-0142", "••••42"),
        ("password", "", "••••"),
        ("password", PASSWORD, "••••"),
        ("address.street", "Rua das Acácias", "Rua…"),
        ("address.number", "7", "…"),
        ("geolocation.latitude", "-23.561414", "-23…"),
        ("additional.1", "31/02/2026", "31/…"),
        ("id", "c" * 16, "c" * 16),
        ("id", "123.456.789-00", "123…"),
        ("active", "Talvez", "Talvez"),
        ("relations.groups", "Suporte", "Suporte"),
        ("relations.groups", "carolina@empresa.example", "c…@e….example"),
        ("location", "123.456.789-00", "••••00"),
        ("shifts.since", "2026-02-30", "2026-02-30"),
        ("shifts.since", "2026-02-30; 2026-03-01; 31/12/2026", "2026-02-30; 2026-03-01; 31/12/2026"),
        ("culture", "a\nb\x00c", "a b c"),
        ("culture", "x" * 100, "x" * 59 + "…"),
        ("name", "", ""),
    ],
)
def test_what_is_shown_of_a_cell_is_too_little_to_pass_on(key: str, value: str, shown: str) -> None:
    assert masked(key, value) == shown


@given(st.sampled_from([one.key for rules in RULES.values() for one in rules.columns]), st.text())
def test_no_cell_is_shown_at_length_or_with_what_can_not_be_seen(key: str, value: str) -> None:
    shown = masked(key, value)
    assert len(shown) <= 60
    assert shown.isprintable()
