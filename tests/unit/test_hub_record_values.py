"""What a text that somebody looks for may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from hub.record_stories import hint_before
from hub.record_values import ANSWERS, LONGEST, ValueKind, doubt_about, identities_of
from sincronia.answers import ProblemError, explain
from tests.invented import invented_cpf, written

CPF = invented_cpf("104938271")
CNPJ = "12ABC34501DE" + cnpj.calc_check_digits("12ABC34501DE")


def kinds(text: str) -> dict[str, str]:
    return {one.kind: one.value for one in identities_of(text, None)}


def wrong(digits: str, place: int) -> str:
    """The same number with another digit at a place."""
    at = place % len(digits)
    return digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]


def code_of(text: str, kind: ValueKind | None = None) -> str:
    with pytest.raises(ProblemError) as refused:
        identities_of(text, kind)
    assert text.strip() == "" or text not in explain(refused.value.problem, ANSWERS)
    return refused.value.problem.code


def test_a_cpf_or_cnpj_is_known_whatever_its_punctuation() -> None:
    assert kinds(written(CPF)) == {"cpf": CPF}
    assert kinds(f" {CPF} ")["cpf"] == CPF
    assert kinds(cnpj.format(CNPJ).lower()) == {"cnpj": CNPJ}
    assert kinds(CNPJ)["cnpj"] == CNPJ
    assert [one.value for one in identities_of(written(CPF), ValueKind.CPF)] == [CPF]


def test_an_email_is_known_by_its_at_sign_in_the_form_that_is_kept() -> None:
    assert kinds("Ana.Lima@Cliente.Example")["email"] == "ana.lima@cliente.example"
    assert code_of("ana@") == "record_email_malformed"
    assert code_of("ana lima", ValueKind.EMAIL) == "record_email_malformed"


def test_a_number_may_be_a_contract_and_a_login_may_be_anything() -> None:
    assert kinds("4411")["contract"] == "4411"
    assert "contract" not in kinds("joao.lima")
    logins = [one.value for one in identities_of("João LIMA", ValueKind.LOGIN) if one.kind == "login"]
    assert logins == ["João LIMA", "joao lima"]  # SGP's as it is, ASMS's as it is compared
    assert code_of("44-11", ValueKind.CONTRACT) == "record_contract_malformed"


def test_nothing_is_nothing_to_look_for() -> None:
    assert code_of("") == code_of("\t ", ValueKind.CPF) == "record_value_missing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (wrong(CPF, 9), "record_first_digit_wrong"),
        (wrong(CPF, 10), "record_second_digit_wrong"),
        ("5" * 11, "record_digit_repeated"),
        (CPF[:10], "record_length_wrong"),
        (f"{CPF[:10]}x", "record_characters_wrong"),
        (invented_cpf("001938271").lstrip("0"), "record_zero_lost"),
    ],
)
def test_what_is_said_to_be_a_cpf_is_told_what_is_wrong(text: str, code: str) -> None:
    assert code_of(text, ValueKind.CPF) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [(wrong(CNPJ, -2), "record_first_digit_wrong"), (wrong(CNPJ, -1), "record_second_digit_wrong")],
)
def test_what_is_said_to_be_a_cnpj_is_told_what_is_wrong(text: str, code: str) -> None:
    assert code_of(text, ValueKind.CNPJ) == code
    assert code_of(cnpj.format(text)) == code  # by its punctuation it is one


def test_who_is_not_found_by_a_number_hears_of_its_digits_and_by_a_name_does_not() -> None:
    doubt = doubt_about(wrong(CPF, 10))
    assert doubt is not None
    assert doubt.code == "record_second_digit_wrong"
    for text in (CPF, "4411", "joao.lima", "joao@cliente.example", "Sala de estar da Ana"):
        assert doubt_about(text) is None


@given(st.text(max_size=LONGEST), st.sampled_from([None, *ValueKind]))
def test_whatever_is_typed_is_looked_for_or_refused_with_a_sentence(text: str, kind: ValueKind | None) -> None:
    try:
        found = identities_of(text, kind)
    except ProblemError as error:
        explain(error.problem, ANSWERS)  # KeyError without one
        return
    assert found
    assert len(found) == len(set(found)) <= 8
    assert all(one.kind and one.value for one in found)
    doubt_about(text)


@given(st.integers(0, 999_999_999))
def test_each_wrong_check_digit_is_told_apart(base: int) -> None:
    digits = f"{base:09}"
    right = next((f"{digits}{end:02}" for end in range(100) if cpf.is_valid(f"{digits}{end:02}")), "")
    if len(set(right)) < 2:
        return
    assert code_of(wrong(right, 9), ValueKind.CPF) == "record_first_digit_wrong"
    assert code_of(wrong(right, 10), ValueKind.CPF) == "record_second_digit_wrong"


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("0af")), max_size=6), st.integers(0, 3), st.text("0af#R"))
def test_the_hints_before_a_place_are_those_whose_places_come_before_it(
    hints: list[tuple[int, str]], at: int, rest: str
) -> None:
    moments = [f"2026-11-23T09:00:00.00{number}Z" for number in range(4)]
    ids = {moment: moment.translate(str.maketrans("", "", "-:.")) for moment in moments}
    place = f"{moments[at]}#{rest}"
    for number, digest in hints:
        hint = f"{ids[moments[number]]}-{digest}"
        assert (hint < hint_before(place)) == (f"{moments[number]}#{hint}" < place)
    assert hint_before("") == ""
