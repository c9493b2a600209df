"""CPF and CNPJ in the one form that is kept and compared: text without punctuation, letters upper-case.

Check digits and the alphanumeric CNPJ (in force since July 2026) are python-stdnum's. A number is refused, whatever
its digits: whoever kept one as a number has lost its leading zeros. A lost zero is suggested and never assumed.
"""

from __future__ import annotations

from collections.abc import Callable

from stdnum.br import cnpj as _cnpj
from stdnum.br import cpf as _cpf

from sincronia.answers import Answer, Answers, Fault, Problem, Retry

_CPF_LENGTH, _CNPJ_LENGTH = 11, 14
_ZEROS_LOST = 3  # so many leading zeros at most can be taken for lost

ANSWERS: Answers = {
    "identity_missing": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro {code} está sem {kind} na origem.",
        "Informe o {kind} no cadastro; a próxima sincronização o envia.",
    ),
    "identity_invalid": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O {kind} do cadastro {code} não é válido: o tamanho ou os dígitos verificadores não conferem.",
        "Corrija o {kind} no cadastro; a próxima sincronização o envia.",
    ),
    "identity_zero_lost": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O {kind} do cadastro {code} parece ter perdido zeros à esquerda, como acontece em planilhas: com eles, "
        "os dígitos verificadores conferem.",
        "Confira o {kind} e, se for esse o caso, complete os zeros no cadastro; a próxima sincronização o envia.",
    ),
    "identity_as_number": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O {kind} do cadastro {code} veio da origem como número, e um número perde os zeros à esquerda.",
        "Guarde o {kind} como texto na origem; a próxima sincronização o envia.",
    ),
}


class IdentityError(ValueError):
    """The value is no identity. `kind` is what was expected, for people; nothing here quotes the value."""

    def __init__(self, code: str, kind: str) -> None:
        super().__init__(code)
        self.code = code
        self.kind = kind

    def problem(self, code: str) -> Problem:
        """The problem of the record that people know by that code."""
        return Problem(self.code, {"code": code, "kind": self.kind})


def cpf(value: object) -> str:
    """The 11 digits of a CPF, punctuated or not. Raises IdentityError."""
    return _normal(_text(value, "CPF"), "CPF", _CPF_LENGTH, _is_cpf)


def cnpj(value: object) -> str:
    """The 14 characters of a CNPJ, punctuated or not, letters in upper case. Raises IdentityError."""
    return _normal(_text(value, "CNPJ"), "CNPJ", _CNPJ_LENGTH, _is_cnpj)


def cpf_or_cnpj(value: object) -> str:
    """The normal form of either; their lengths tell them apart. Raises IdentityError."""
    text = _text(value, "CPF ou CNPJ")
    if len(text) == _CPF_LENGTH and _is_cpf(text):
        return text
    for kind, length, valid in (("CPF", _CPF_LENGTH, _is_cpf), ("CNPJ", _CNPJ_LENGTH, _is_cnpj)):
        if len(text) <= length:
            return _normal(text, kind, length, valid)
    raise IdentityError("identity_invalid", "CPF ou CNPJ")


def kind_of(normal: str) -> str:
    """`cpf` or `cnpj`: which of the two a normal form is."""
    return "cpf" if len(normal) == _CPF_LENGTH else "cnpj"


def punctuated(normal: str) -> str:
    """The form that people write, of a normal form: 000.000.000-00, 00.AAA.000/0000-00."""
    return _cpf.format(normal) if kind_of(normal) == "cpf" else _cnpj.format(normal)


def _text(value: object, kind: str) -> str:
    """The value without punctuation."""
    if value is None or value == "":
        raise IdentityError("identity_missing", kind)
    if not isinstance(value, str):
        raise IdentityError("identity_as_number", kind)
    text = _cnpj.compact(value)
    if not text:
        raise IdentityError("identity_missing", kind)
    return text


def _normal(text: str, kind: str, length: int, valid: Callable[[str], bool]) -> str:
    if valid(text):
        return text
    short = length - _ZEROS_LOST <= len(text) < length and text.isdecimal()
    raise IdentityError("identity_zero_lost" if short and valid(text.zfill(length)) else "identity_invalid", kind)


def _is_cpf(text: str) -> bool:
    """No CPF is one digit eleven times, though the check digits of such a one agree."""
    return text.isascii() and _cpf.is_valid(text) and len(set(text)) > 1


def _is_cnpj(text: str) -> bool:
    return text.isascii() and _cnpj.is_valid(text)
