"""CPF and CNPJ: one form, refusals that quote nothing, and a lost zero that is suggested."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj as stdnum_cnpj

from sincronia.answers import explain
from sincronia.identities import ANSWERS, IdentityError, cnpj, cpf, cpf_or_cnpj, kind_of, punctuated
from tests import invented

CPF, CPF_WITH_ZEROS = invented.invented_cpf("390533447"), invented.invented_cpf("001234567")
CNPJ, CNPJ_WITH_ZERO, CNPJ_ALPHANUMERIC = "16727230000197", "01234567000195", "12ABC34501DE35"


def refusal(read: Callable[[object], str], value: object) -> IdentityError:
    with pytest.raises(IdentityError) as raised:
        read(value)
    return raised.value


@pytest.mark.parametrize(
    ("read", "written", "normal"),
    [
        (cpf, invented.written(CPF), CPF),
        (cpf, f" {CPF} ", CPF),
        (cpf, invented.written(CPF_WITH_ZEROS), CPF_WITH_ZEROS),
        (cnpj, "16.727.230/0001-97", CNPJ),
        (cnpj, "01.234.567/0001-95", CNPJ_WITH_ZERO),
        (cnpj, "12.abc.345/01de-35", CNPJ_ALPHANUMERIC),
        (cpf_or_cnpj, invented.written(CPF), CPF),
        (cpf_or_cnpj, "16.727.230/0001-97", CNPJ),
        (cpf_or_cnpj, "12.ABC.345/01DE-35", CNPJ_ALPHANUMERIC),
    ],
)
def test_identity_has_one_form(read: Callable[[object], str], written: str, normal: str) -> None:
    assert read(written) == normal
    assert read(punctuated(normal)) == normal


def test_lengths_tell_the_kinds_apart() -> None:
    assert [kind_of(one) for one in (CPF, CNPJ, CNPJ_ALPHANUMERIC)] == ["cpf", "cnpj", "cnpj"]


@pytest.mark.parametrize(
    ("read", "value", "code", "kind"),
    [
        (cpf, None, "identity_missing", "CPF"),
        (cpf, "", "identity_missing", "CPF"),
        (cnpj, "  ", "identity_missing", "CNPJ"),
        (cnpj, " . / - ", "identity_missing", "CNPJ"),
        (cpf_or_cnpj, None, "identity_missing", "CPF ou CNPJ"),
        (cpf, int(CPF), "identity_as_number", "CPF"),
        (cnpj, 16727230000197.0, "identity_as_number", "CNPJ"),
        (cpf_or_cnpj, True, "identity_as_number", "CPF ou CNPJ"),
        (cpf, "390.533.447-06", "identity_invalid", "CPF"),
        (cpf, "111.111.111-11", "identity_invalid", "CPF"),
        (cpf, "000.000.000-00", "identity_invalid", "CPF"),
        (cpf, CNPJ, "identity_invalid", "CPF"),
        (cpf, "3905334470x", "identity_invalid", "CPF"),
        (cpf, "".join(chr(0x660 + int(digit)) for digit in CPF), "identity_invalid", "CPF"),
        (cnpj, "16.727.230/0001-98", "identity_invalid", "CNPJ"),
        (cnpj, "00.000.000/0000-00", "identity_invalid", "CNPJ"),
        (cnpj, "12.ABC.345/01DE-3X", "identity_invalid", "CNPJ"),
        (cnpj, CPF, "identity_invalid", "CNPJ"),
        (cpf_or_cnpj, "123456789012345", "identity_invalid", "CPF ou CNPJ"),
        (cpf, "0123456797", "identity_zero_lost", "CPF"),
        (cpf, "123456797", "identity_zero_lost", "CPF"),
        (cnpj, "1234567000195", "identity_zero_lost", "CNPJ"),
        (cnpj, "1.234.567/0001-95", "identity_zero_lost", "CNPJ"),
        (cpf_or_cnpj, "123456797", "identity_zero_lost", "CPF"),
        (cpf_or_cnpj, "1234567000195", "identity_zero_lost", "CNPJ"),
        (cpf, "9053344705", "identity_invalid", "CPF"),
        (cnpj, "2ABC34501DE35", "identity_invalid", "CNPJ"),
    ],
)
def test_what_is_none_is_named_and_not_quoted(
    read: Callable[[object], str], value: object, code: str, kind: str
) -> None:
    error = refusal(read, value)
    assert (error.code, error.kind) == (code, kind)
    sentence = explain(error.problem("12/3"), ANSWERS)
    assert "12/3" in sentence
    assert kind in sentence
    assert str(error) == code
    if isinstance(value, str) and value.strip(" ./-"):
        assert value not in sentence


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12))
def test_every_cnpj_with_its_check_digits_is_one(base: str) -> None:
    number = base + stdnum_cnpj.calc_check_digits(base)
    if base != "0" * 12:
        assert cnpj(punctuated(number).lower()) == number


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.none(), st.booleans()))
def test_anything_else_is_refused_as_an_identity(value: object) -> None:
    for read in (cpf, cnpj, cpf_or_cnpj):
        wrong: IdentityError | None = None
        try:
            assert read(read(value)) == read(value)
        except IdentityError as error:
            wrong = error
        assert wrong is None or wrong.code in ANSWERS
