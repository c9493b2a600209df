"""What additional fields take, which of them are missing, and what options a field may have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asms.additional import LONGEST_TEXT, AdditionalField, FieldType, missing, options_wrong, wrong
from asms.answers import ANSWERS
from asms.catalogues import Category
from sincronia.answers import explain
from sincronia.names import name_key

SIZES = ("P", "M", "G", "Extra grande")


def field(kind: FieldType, *, number: int = 1, obligatory: bool = False, active: bool = True) -> AdditionalField:
    return AdditionalField(
        id=f"{number:016x}",
        project="9" * 16,
        category=Category.CLIENTS,
        name="Tamanho",
        type=kind,
        obligatory=obligatory,
        options=SIZES if kind == FieldType.CHOICE else (),
        active=active,
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.TEXT, "Qualquer texto, de uma linha\nou mais."),
        (FieldType.TEXT, "x" * LONGEST_TEXT),
        (FieldType.NUMBER, "0"),
        (FieldType.NUMBER, "-12.5"),
        (FieldType.NUMBER, "123456789012345.123456"),
        (FieldType.DATE, "2028-02-29"),
        (FieldType.YES_NO, "yes"),
        (FieldType.YES_NO, "no"),
        (FieldType.CHOICE, "P"),
        (FieldType.CHOICE, "Extra grande"),
    ],
)
def test_a_value_of_the_fields_own_is_taken(kind: FieldType, value: str) -> None:
    assert wrong(field(kind), value) is None


SENTENCES = {
    FieldType.TEXT: ("O campo adicional “Tamanho” tem um texto longo demais. Encurte-o para até 1.000 caracteres."),
    FieldType.NUMBER: (
        "O campo adicional “Tamanho” pede um número. Informe só algarismos, com ponto antes dos decimais (até seis), "
        "como em 1234.5."
    ),
    FieldType.DATE: (
        "O campo adicional “Tamanho” pede uma data que exista. Informe-a como AAAA-MM-DD, como em 2026-11-23."
    ),
    FieldType.YES_NO: "O campo adicional “Tamanho” pede sim ou não. Informe yes ou no.",
    FieldType.CHOICE: (
        "O campo adicional “Tamanho” pede uma das opções dele: P, M, G, Extra grande. Informe uma delas, escrita assim."
    ),
}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.TEXT, "x" * (LONGEST_TEXT + 1)),
        *((FieldType.NUMBER, value) for value in ("", "1,5", "1e3", "NaN", "١٢", " 1", "1.", "1" * 16, "1.1234567")),
        *((FieldType.DATE, value) for value in ("", "23/11/2026", "20261123", "2026-W48-1", "2027-02-29")),
        *((FieldType.YES_NO, value) for value in ("", "sim", "Yes", "true")),
        *((FieldType.CHOICE, value) for value in ("", "p", "GG", "P, M", "extra grande")),
    ],
)
def test_another_value_is_refused_in_one_sentence(kind: FieldType, value: str) -> None:
    problem = wrong(field(kind), value)
    assert problem is not None
    assert explain(problem, ANSWERS) == SENTENCES[kind]


@given(st.sampled_from(FieldType), st.text(min_size=1))
def test_what_is_refused_is_never_quoted(kind: FieldType, value: str) -> None:
    asked = replace(field(kind), name="§")
    problem = wrong(asked, value)
    others = wrong(asked, "?" * (LONGEST_TEXT + 1))
    assert problem is None or problem == others


def test_only_obligatory_fields_that_are_active_can_be_missing() -> None:
    given_no_value = field(FieldType.TEXT, number=1, obligatory=True)
    given_an_empty_one = field(FieldType.DATE, number=2, obligatory=True)
    filled = field(FieldType.YES_NO, number=3, obligatory=True)
    deactivated = field(FieldType.TEXT, number=4, obligatory=True, active=False)
    optional = field(FieldType.TEXT, number=5)
    fields = (given_no_value, given_an_empty_one, filled, deactivated, optional)
    assert missing(fields, {given_an_empty_one.id: "", filled.id: "no"}) == (given_no_value, given_an_empty_one)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        (FieldType.CHOICE, SIZES, None),
        (FieldType.TEXT, (), None),
        (
            FieldType.CHOICE,
            (),
            "Um campo adicional de escolha (choice) precisa de opções, e não veio nenhuma. Informe em options de 1 a "
            "100 textos.",
        ),
        (
            FieldType.YES_NO,
            ("Sim", "Não"),
            "Só um campo adicional de escolha (choice) tem opções, e este é de outro tipo (yes_no). Retire o campo "
            "options, ou crie o campo adicional com o tipo choice.",
        ),
        (
            FieldType.CHOICE,
            ("Médio", "Grande", " MEDIO"),
            "A 3ª opção é igual à 1ª; maiúsculas, acentos e espaços não as distinguem. Deixe só uma das duas.",
        ),
    ],
)
def test_only_a_choice_has_options_and_each_of_them_once(
    kind: FieldType, options: tuple[str, ...], sentence: str | None
) -> None:
    problem = options_wrong(kind, options)
    assert (problem and explain(problem, ANSWERS)) == sentence


@given(st.lists(st.sampled_from(["a", "A", "á", "b", " b ", "c"]), min_size=1))
def test_options_are_right_when_all_of_them_differ(options: list[str]) -> None:
    differ = len({name_key(option) for option in options}) == len(options)
    assert (options_wrong(FieldType.CHOICE, options) is None) == differ
