"""What Questor Zen keeps: its resources, their fields, and by what each is unique.

ASSUMPTION, all of it: the vendor publishes the operations' names only. That clients are named by their CNPJ is from
the one call of version 1 that its callers show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any

CODE, NAME, EMAIL, GROUP, STATE = "Codigo", "Nome", "Email", "CodigoGrupo", "Situacao"
DOCUMENT, COMPANY, CPF, CLASSIFICATION = "InscricaoFederal", "InscricaoFederalEmpresa", "Cpf", "Classificacao"
ACTIVE, INACTIVE = "Ativo", "Inativo"

_CNPJ = r"[0-9A-Z]{12}[0-9]{2}"
_TYPES: dict[str, type | UnionType] = {GROUP: int, "Participacao": int | float}  # others are texts
_FORMS = {
    "empresas": re.compile(_CNPJ, re.ASCII),
    "filiais": re.compile(_CNPJ, re.ASCII),
    "socios": re.compile(rf"{_CNPJ}|[0-9]{{11}}", re.ASCII),
    "usuarioscliente": re.compile(r"[0-9]{11}", re.ASCII),
}


@dataclass(frozen=True)
class Resource:
    """One resource: the last segment of its path, its fields beside the code, those that it must have, its unique key.

    What belongs to a company has COMPANY, the company's CNPJ, among its fields.
    """

    name: str
    fields: tuple[str, ...]
    required: tuple[str, ...]
    natural: tuple[str, ...]
    taken: str

    @property
    def of_company(self) -> bool:
        """Whether its rows belong to a company."""
        return COMPANY in self.fields

    def wrong(self, row: Mapping[str, Any]) -> str | None:
        """The first field whose value Zen doesn't take; None where all are right."""
        for field in self.fields:
            value = row.get(field)
            if not value and field in self.required:
                return field
            if value is not None and not isinstance(value, _TYPES.get(field, str)):
                return field
        form, document = _FORMS.get(self.name), row.get(DOCUMENT if DOCUMENT in self.fields else CPF)
        if form and not form.fullmatch(str(document)):
            return DOCUMENT if DOCUMENT in self.fields else CPF
        return None if row[STATE] in {ACTIVE, INACTIVE} else STATE


RESOURCES = {
    "users": Resource(
        "usuariosescritorio",
        (NAME, EMAIL, GROUP, STATE),
        (NAME, EMAIL),
        (EMAIL,),
        "Já existe um usuário com este e-mail.",
    ),
    "companies": Resource(
        "empresas",
        (DOCUMENT, "RazaoSocial", "NomeFantasia", STATE),
        (DOCUMENT, "RazaoSocial"),
        (DOCUMENT,),
        "Já existe uma empresa com esta inscrição federal.",
    ),
    "establishments": Resource(
        "filiais",
        (COMPANY, DOCUMENT, NAME, "Cidade", STATE),
        (COMPANY, DOCUMENT, NAME),
        (DOCUMENT,),
        "Já existe uma filial com esta inscrição federal.",
    ),
    "org_units": Resource(
        "organogramas",
        (COMPANY, CLASSIFICATION, "Descricao", STATE),
        (COMPANY, CLASSIFICATION, "Descricao"),
        (COMPANY, CLASSIFICATION),
        "Já existe um organograma com esta classificação na empresa.",
    ),
    "partners": Resource(
        "socios",
        (COMPANY, DOCUMENT, NAME, EMAIL, "Participacao", STATE),
        (COMPANY, DOCUMENT, NAME),
        (COMPANY, DOCUMENT),
        "Já existe um sócio com esta inscrição federal na empresa.",
    ),
    "employees": Resource(
        "usuarioscliente",
        (COMPANY, CPF, NAME, EMAIL, "Organograma", STATE),
        (COMPANY, CPF, NAME),
        (COMPANY, CPF),
        "Já existe um usuário com este CPF na empresa.",
    ),
}
