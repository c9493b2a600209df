"""Kinds of fields that several forms of a network share: texts, documents, tokens."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from sincronia import identities
from sincronia.identities import IdentityError
from sincronia.ids import ID_FORM

_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_EMAIL = r"^([^\x00-\x1f\x7f\s@]+@[^\x00-\x1f\x7f\s@]+)?$"


def normal_document(text: str) -> str:
    """The normal form of a CPF or CNPJ, empty of nothing. Raises ValueError, whose text is for people."""
    if not text.strip():
        return ""
    try:
        return identities.cpf_or_cnpj(text)
    except IdentityError:
        message = "deve ser um CPF ou CNPJ válido: o tamanho ou os dígitos verificadores não conferem"
        raise ValueError(message) from None


def _cnpj(text: str) -> str:
    try:
        return identities.cnpj(text)
    except IdentityError:
        message = "deve ser um CNPJ válido: o tamanho ou os dígitos verificadores não conferem"
        raise ValueError(message) from None


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_ONE_LINE)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_ONE_LINE)]
PromobId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_ONE_LINE)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_EMAIL)]
Cnpj = Annotated[str, Field(max_length=30, description="Com ou sem pontuação."), AfterValidator(_cnpj)]
Document = Annotated[
    str,
    Field(max_length=30, description="CPF ou CNPJ, com ou sem pontuação; vazio, nenhum."),
    AfterValidator(normal_document),
]
StoreId = Annotated[str, Field(pattern=ID_FORM, description="A identificação de uma loja.")]
TokenId = Annotated[str, Field(pattern=ID_FORM, description="A identificação de um token de integração.")]
Truth = Annotated[bool, Field(strict=True)]
