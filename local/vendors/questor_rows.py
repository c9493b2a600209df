"""What Questor's consultations hold: the rows of an office, changed by hand or by the pencil.

ASSUMPTION, all of CONSULTATIONS: the objects' names, their columns, and those that can be filtered and corrected.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stdnum.br import cnpj, cpf

from local.vendors import selectors
from local.vendors.clients import Clients
from local.vendors.office import Office

Key = tuple[int, ...]  # a code, or a company's and its own
Row = dict[str, Any]
Filters = tuple[tuple[str, str], ...]  # column and codes as Questor writes them

COMPANY, DOCUMENT, EMAIL, GROUP, GROUP_NAME = (
    "CODIGOEMPRESA", "INSCRFEDERAL", "EMAIL", "CODIGOGRUPOUSUARIO", "NOMEGRUPOUSUARIO",
)  # fmt: skip
ORG_UNIT, ESTABLISHMENT, CPF, CLASSIFICATION = "CODIGOORGANOGRAMA", "CODIGOESTAB", "CPF", "CLASSIFICACAO"
COMPANY_DOCUMENT = "INSCRFEDERALEMPRESA"
_FILTERS_REMEMBERED = 64


@dataclass(frozen=True)
class Consultation:
    """One object of Questor: its columns begin with `keys` codes; `broken` is what a malformed row has instead.

    `joined` are columns behind its own that come from elsewhere: see QuestorSimulator.row. `correction` is the process
    that the pencil runs, and `correctable` the columns that it takes beside the codes.
    """

    action: str
    keys: int
    columns: tuple[str, ...]
    filtered: tuple[str, ...]
    broken: Mapping[str, Any]
    all_keys: Callable[[Office], Iterator[Key]]
    values: Callable[..., tuple[Any, ...]]
    joined: tuple[str, ...]
    correction: str = ""
    correctable: tuple[str, ...] = ()

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the codes."""
        return self.columns[: self.keys]


def _of_companies(count: Callable[[Clients, int], int]) -> Callable[[Office], Iterator[Key]]:
    def keys(office: Office) -> Iterator[Key]:
        for company in range(1, office.companies + 1):
            for code in range(1, count(office.clients, company) + 1):
                yield company, code

    return keys


def _user(office: Office, code: int) -> tuple[Any, ...]:
    user = office.user(code)
    return code, user.name, user.email or None, user.group


def _company(office: Office, code: int) -> tuple[Any, ...]:
    company = office.clients.company(code)
    return code, company.name, company.trade_name, cnpj.format(company.cnpj), company.regime or None


def _establishment(office: Office, company: int, code: int) -> tuple[Any, ...]:
    place = office.clients.establishment(company, code)
    return company, code, place.name, cnpj.format(place.cnpj), place.city


def _partner(office: Office, company: int, code: int) -> tuple[Any, ...]:
    partner = office.clients.partner(company, code)
    written = (cpf if len(partner.document) == 11 else cnpj).format(partner.document)
    return company, code, partner.name, written, partner.email or None, partner.share


def _org_unit(office: Office, company: int, code: int) -> tuple[Any, ...]:
    unit = office.clients.org_unit(company, code)
    return company, code, unit.classification, unit.description


def _employee(office: Office, company: int, code: int) -> tuple[Any, ...]:
    employee = office.clients.employee(company, code)
    return (
        company,
        code,
        employee.name,
        cpf.format(employee.cpf),
        employee.email or None,
        employee.org_unit,
        employee.establishment,
        f"{employee.admitted:%d/%m/%Y}",
        f"{employee.dismissed:%d/%m/%Y}" if employee.dismissed else None,
    )


CONSULTATIONS = {
    "users": Consultation(
        "TnGlbDMUsuario",
        1,
        ("CODIGOUSUARIO", "NOMEUSUARIO", EMAIL, GROUP),
        ("CODIGOUSUARIO", GROUP),
        {"NOMEUSUARIO": None, GROUP: "x"},
        lambda office: ((code,) for code in range(office.users)),
        _user,
        (GROUP_NAME,),
        "TnGlbDPAlterarUsuario",
        (EMAIL, "NOMEUSUARIO", GROUP),
    ),
    "companies": Consultation(
        "TnGlbDMEmpresa",
        1,
        (COMPANY, "NOMEEMPRESA", "NOMEFANTASIA", DOCUMENT, "REGIMETRIBUTARIO"),
        (COMPANY,),
        {"NOMEEMPRESA": None, DOCUMENT: 12345678000195},
        lambda office: ((code,) for code in range(1, office.companies + 1)),
        _company,
        (),
        "TnGlbDPAlterarEmpresa",
        ("REGIMETRIBUTARIO", "NOMEEMPRESA", DOCUMENT),
    ),
    "establishments": Consultation(
        "TnGlbDMEstab",
        2,
        (COMPANY, ESTABLISHMENT, "NOMEESTAB", DOCUMENT, "NOMECIDADE"),
        (COMPANY, ESTABLISHMENT),
        {"NOMEESTAB": None, DOCUMENT: 12345678000195},
        _of_companies(Clients.establishments_of),
        _establishment,
        (COMPANY_DOCUMENT,),
    ),
    "partners": Consultation(
        "TnGlbDMSocio",
        2,
        (COMPANY, "CODIGOSOCIO", "NOMESOCIO", DOCUMENT, EMAIL, "PERCENTUALPARTICIPACAO"),
        (COMPANY, "CODIGOSOCIO"),
        {"NOMESOCIO": None, DOCUMENT: 1234567890},
        _of_companies(Clients.partners_of),
        _partner,
        (COMPANY_DOCUMENT,),
        "TnGlbDPAlterarSocio",
        (EMAIL, "NOMESOCIO", DOCUMENT),
    ),
    "org_units": Consultation(
        "TnFopDMOrganograma",
        2,
        (COMPANY, ORG_UNIT, CLASSIFICATION, "DESCRICAO"),
        (COMPANY, ORG_UNIT),
        {CLASSIFICATION: 1, "DESCRICAO": None},
        _of_companies(Clients.org_units_of),
        _org_unit,
        (COMPANY_DOCUMENT,),
    ),
    "employees": Consultation(
        "TnFopDMFuncContrato",
        2,
        (
            COMPANY, "CODIGOFUNCCONTR", "NOMEFUNC", CPF, EMAIL, ORG_UNIT, ESTABLISHMENT, "DATAADMISSAO", "DATADEMISSAO",
        ),
        (COMPANY, "CODIGOFUNCCONTR", ORG_UNIT, ESTABLISHMENT),
        {"NOMEFUNC": None, CPF: 1234567890},
        _of_companies(Clients.employees_of),
        _employee,
        (COMPANY_DOCUMENT, CLASSIFICATION),
        "TnFopDPAlterarFuncContrato",
        (EMAIL, "NOMEFUNC", CPF),
    ),
}  # fmt: skip


class Rows:
    """The rows of one consultation, in the order of their codes. Those that nobody changed are made when asked for."""

    def __init__(self, consultation: Consultation, office: Office) -> None:
        self.consultation = consultation
        self._office = office
        self._listed: list[Key] | None = None
        self._changed: dict[Key, Row] = {}
        self._matching: dict[Filters, list[Key]] = {}  # forgotten with every change

    @property
    def keys(self) -> list[Key]:
        """The codes of all rows, in order."""
        if self._listed is None:
            self._listed = list(self.consultation.all_keys(self._office))
        return self._listed

    def __contains__(self, key: Key) -> bool:
        place = bisect_left(self.keys, key)
        return place < len(self.keys) and self.keys[place] == key

    def row(self, key: Key) -> Row:
        """A row's own columns. Raises KeyError."""
        changed = self._changed.get(key)
        if changed is not None:
            return changed
        if key not in self:
            raise KeyError(key)
        return dict(zip(self.consultation.columns, self.consultation.values(self._office, *key), strict=True))

    def add(self, columns: Row) -> Key:
        """A new row. Its code is the next one unless it is given; other columns that are not given are null.

        Raises ValueError where the codes are taken, KeyError where the company's is missing.
        """
        *above, own = self.consultation.key_columns
        prefix = tuple(int(columns[column]) for column in above)
        key = (*prefix, int(columns[own]) if own in columns else self._next(prefix))
        if key in self:
            raise ValueError(key)
        self._known(columns)
        codes = dict(zip(self.consultation.key_columns, key, strict=True))
        self._changed[key] = dict.fromkeys(self.consultation.columns) | columns | codes
        insort(self.keys, key)
        self._matching.clear()
        return key

    def change(self, key: Key, columns: Row) -> None:
        """Changes columns of a row, never its codes. Raises KeyError and ValueError."""
        self._known(columns)
        if not set(columns).isdisjoint(self.consultation.key_columns):
            raise ValueError(columns)
        self._changed[key] = self.row(key) | columns
        self._matching.clear()

    def remove(self, *keys: Key) -> None:
        """Takes rows away: a company's code alone, `(12,)`, stands for all rows of the company."""
        gone = set(keys)
        self._listed = [key for key in self.keys if key not in gone and key[:1] not in gone]
        for key in [key for key in self._changed if key in gone or key[:1] in gone]:
            del self._changed[key]
        self._matching.clear()

    def matching(self, filters: Filters) -> list[Key]:
        """The codes of the rows that all filters let through. Raises ValueError where one can't be."""
        if not filters:
            return self.keys
        if filters not in self._matching:
            if len(self._matching) >= _FILTERS_REMEMBERED:
                self._matching.clear()
            self._matching[filters] = self._found(filters)
        return self._matching[filters]

    def _found(self, filters: Filters) -> list[Key]:
        first, *others = self.consultation.key_columns
        keys = self.keys
        for column, text in filters:
            if column not in self.consultation.filtered:
                raise ValueError(column)
            ranges = selectors.parsed(text)
            if column == first:
                ends = ((bisect_left(keys, (low,)), bisect_left(keys, (high + 1,))) for low, high in ranges)
                keys = [key for start, end in ends for key in keys[start:end]]
            elif column in others:
                keys = [key for key in keys if selectors.within(ranges, key[1])]
            else:
                keys = [key for key in keys if selectors.within(ranges, self.row(key)[column])]
        return keys

    def _next(self, prefix: Key) -> int:
        start, end = bisect_left(self.keys, prefix), bisect_left(self.keys, (*prefix, sys.maxsize))
        return self.keys[end - 1][-1] + 1 if end > start else 1

    def _known(self, columns: Row) -> None:
        if not set(columns) <= set(self.consultation.columns):
            raise ValueError(sorted(columns))
