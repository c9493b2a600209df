"""What a person may look a record up by: a text, and the identities that it may be. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from stdnum.br import cnpj as _cnpj
from stdnum.br import cpf as _cpf

from sincronia import identities
from sincronia.answers import Answers, Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.identities import IdentityError
from sincronia.names import name_key
from sincronia.web.answers import refused

LONGEST = 200  # characters

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NUMBER = re.compile(r"[0-9]{1,20}")
_PUNCTUATED = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9A-Z]{2}(\.[0-9A-Z]{3}){2}/[0-9A-Z]{4}-[0-9]{2}")
_LENGTHS = {"cpf": 11, "cnpj": 14}
_TITLE = "Confira o que você procura"
_FIELD = {"field": "value"}

ANSWERS: Answers = {
    "record_value_missing": refused(
        422,
        _TITLE,
        "Falta dizer o que procurar.",
        "Escreva um CNPJ, um CPF, um e-mail, o número de um contrato, um login ou um projeto.",
    ),
    "record_email_malformed": refused(
        422,
        _TITLE,
        "O que foi escrito não é um e-mail completo.",
        "Escreva-o inteiro: o nome, a arroba e o domínio, sem espaços.",
    ),
    "record_contract_malformed": refused(
        422, _TITLE, "O número de um contrato só tem algarismos.", "Confira o número no sistema de origem."
    ),
    "record_length_wrong": refused(
        422,
        _TITLE,
        "Um {kind} tem {length} caracteres sem a pontuação, e o que foi escrito tem {found}.",
        "Confira se falta ou sobra algum; zeros à esquerda também contam.",
    ),
    "record_characters_wrong": refused(
        422,
        _TITLE,
        "O que foi escrito tem um caractere que nenhum {kind} tem.",
        "Confira o número no documento e escreva-o de novo.",
    ),
    "record_digit_repeated": refused(
        422,
        _TITLE,
        "Nenhum {kind} é um só algarismo repetido.",
        "Confira o número no documento e escreva-o de novo.",
    ),
    "record_first_digit_wrong": refused(
        422,
        _TITLE,
        "Este {kind} não é válido: o primeiro dígito verificador (o penúltimo algarismo) não confere com o que vem "
        "antes dele.",
        "Algum algarismo foi trocado: confira o número no documento e escreva-o de novo.",
    ),
    "record_second_digit_wrong": refused(
        422,
        _TITLE,
        "Este {kind} não é válido: o segundo dígito verificador (o último algarismo) não confere com o que vem antes "
        "dele.",
        "Algum algarismo foi trocado: confira o número no documento e escreva-o de novo.",
    ),
    "record_zero_lost": refused(
        422,
        _TITLE,
        "Isto parece um {kind} que perdeu zeros à esquerda, como acontece em planilhas.",
        "Confira o número e, se for esse o caso, escreva-o com os zeros.",
    ),
}


class ValueKind(StrEnum):
    """What a person says that a text is."""

    CPF = "cpf"
    CNPJ = "cnpj"
    EMAIL = "email"
    CONTRACT = "contract"
    LOGIN = "login"
    PROJECT = "project"


# By the kind of an identity: what people call it. Each is looked up as it is.
TITLES: Mapping[str, str] = {
    "cpf": "CPF",
    "cnpj": "CNPJ",
    "email": "E-mail",
    "contract": "Contrato",
    "login": "Login",
    "project": "Projeto",
    "promob_project": "Projeto do Promob",
    "promob_customer": "Cliente do Promob",
    "promob_user": "Usuário do Promob",
}
KINDS: Mapping[ValueKind, str] = {kind: TITLES[kind.value] for kind in ValueKind}


def identities_of(text: str, kind: ValueKind | None) -> tuple[Identity, ...]:
    """The identities that a text may be, each in the form that it is kept in; of that kind, where it is said.

    Raises ProblemError where it can be none.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise ProblemError(Problem("record_value_missing", _FIELD))
    if kind is not None:
        return tuple(dict.fromkeys(_OF_KIND[kind](text)))
    if "@" in text:
        return tuple(dict.fromkeys((*_emails(text), *_logins(text))))
    if _PUNCTUATED.fullmatch(text.upper()):
        return _numbers(text)
    try:
        number = _numbers(text)
    except ProblemError:
        number = ()
    contract = _contracts(text) if _NUMBER.fullmatch(text) else ()
    return tuple(dict.fromkeys((*number, *contract, *_logins(text), *_projects(text), *_customers(text))))


def doubt_about(text: str) -> Problem | None:
    """What may be wrong with a text that nobody is known by: a CPF or CNPJ that isn't valid."""
    normal = _cnpj.compact(text)
    if not normal.isascii() or not normal[:1].isdigit() or not 8 <= len(normal) <= 14:
        return None
    try:
        _numbers(text)
    except ProblemError as error:
        code = error.problem.code
        return None if code in {"record_length_wrong", "record_characters_wrong"} else error.problem
    return None


def _numbers(text: str) -> tuple[Identity, ...]:
    """A CPF or CNPJ. Raises ProblemError."""
    try:
        normal = identities.cpf_or_cnpj(text)
    except IdentityError as error:
        raise ProblemError(_why(text, "cpf" if error.kind == "CPF" else "cnpj", error)) from None
    return (Identity(identities.kind_of(normal), normal),)


def _number(text: str, kind: str) -> Iterator[Identity]:
    form = identities.cpf if kind == "cpf" else identities.cnpj
    try:
        yield Identity(kind, form(text))
    except IdentityError as error:
        raise ProblemError(_why(text, kind, error)) from None


def _why(text: str, kind: str, error: IdentityError) -> Problem:
    """Why a text is no CPF or CNPJ, for who has just typed it."""
    normal, details = _cnpj.compact(text), {"kind": TITLES[kind], **_FIELD}
    if error.code == "identity_zero_lost":
        return Problem("record_zero_lost", details)
    if not normal.isascii() or not normal.isalnum() or (kind == "cpf" and not normal.isdecimal()):
        return Problem("record_characters_wrong", details)
    if len(normal) != _LENGTHS[kind]:
        return Problem("record_length_wrong", {**details, "length": str(_LENGTHS[kind]), "found": str(len(normal))})
    if len(set(normal)) == 1:
        return Problem("record_digit_repeated", details)
    first = _check_digits(normal[:-2], kind)[0]
    return Problem("record_first_digit_wrong" if normal[-2] != first else "record_second_digit_wrong", details)


def _check_digits(base: str, kind: str) -> str:
    """The two digits that a number's own characters ask for."""
    if kind == "cnpj":
        return _cnpj.calc_check_digits(base)
    pairs = (f"{number:02}" for number in range(100))
    return next((digits for digits in pairs if _cpf.is_valid(f"{base}{digits}")), "00")  # of nothing but zeros


def _emails(text: str) -> Iterator[Identity]:
    if not _EMAIL.fullmatch(text):
        raise ProblemError(Problem("record_email_malformed", _FIELD))
    yield Identity("email", text.casefold())


def _contracts(text: str) -> Iterator[Identity]:
    if not _NUMBER.fullmatch(text):
        raise ProblemError(Problem("record_contract_malformed", _FIELD))
    yield Identity("contract", text)


def _logins(text: str) -> Iterator[Identity]:
    """SGP's are kept as they are, ASMS's in the form in which they are compared."""
    yield Identity("login", text)
    yield Identity("login", name_key(text))
    yield Identity("promob_user", text)


def _projects(text: str) -> Iterator[Identity]:
    yield Identity("project", text)
    yield Identity("promob_project", text)


def _customers(text: str) -> Iterator[Identity]:
    yield Identity("promob_customer", text)


_OF_KIND: Mapping[ValueKind, Callable[[str], Iterator[Identity]]] = {
    ValueKind.CPF: lambda text: _number(text, "cpf"),
    ValueKind.CNPJ: lambda text: _number(text, "cnpj"),
    ValueKind.EMAIL: _emails,
    ValueKind.CONTRACT: _contracts,
    ValueKind.LOGIN: _logins,
    ValueKind.PROJECT: _projects,
}
