"""The client companies of an invented accounting office, and their branches, partners, org units and employees.

The same for the same seed, and made when they are asked for: 10,000 companies cost nothing until then. CNPJ and CPF
are invented; their check digits are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from stdnum.br import cnpj, cpf

from local.vendors import people

SIMPLES, PRESUMIDO, REAL = "Simples Nacional", "Lucro Presumido", "Lucro Real"
MEI, IMUNE, ISENTO = "MEI", "Imune", "Isento"
REGIMES = (SIMPLES, PRESUMIDO, REAL, MEI, IMUNE, ISENTO)

# Twenty companies in a row: the regime, and the employees in halves of the mean (None: at most one, as the law gives a
# MEI; the company behind has those that it lacks). Ten in a row have ten times the mean, and no MEI has branches.
_CYCLE: tuple[tuple[str, int | None], ...] = (
    (SIMPLES, 2), (SIMPLES, 1), (SIMPLES, 3), (PRESUMIDO, 2), (PRESUMIDO, 2),
    (MEI, None), (REAL, 4), (SIMPLES, 1), (SIMPLES, 3), (REAL, 2),
    (SIMPLES, 2), (SIMPLES, 2), (PRESUMIDO, 1), (PRESUMIDO, 3), (SIMPLES, 2),
    (MEI, None), (REAL, 4), (ISENTO, 2), (IMUNE, 2), (PRESUMIDO, 2),
)  # fmt: skip
_BRANCHES_EVERY = 5
_ACTIVITIES = (
    "Padaria", "Mercado", "Farmácia", "Autopeças", "Transportes", "Construtora", "Papelaria", "Confecções", "Clínica",
    "Restaurante", "Marcenaria", "Metalúrgica", "Laticínios", "Calçados", "Gráfica", "Informática", "Pousada",
    "Agropecuária", "Móveis", "Óptica", "Lavanderia", "Academia", "Livraria",
)  # fmt: skip
_COMPANIES = len(_ACTIVITIES) * len(people.MIDDLE) * len(people.LAST)
_CITIES = ("Chapecó", "Joinville", "Londrina", "Maringá", "Blumenau", "Cascavel", "Curitiba", "Florianópolis")
_ORG_UNITS = (("01", "Administração"), ("01.01", "Financeiro"), ("01.02", "Comercial"), ("02", "Operação"))
_SHARES = {1: (100.0,), 2: (60.0, 40.0), 3: (50.0, 30.0, 20.0)}
_LETTERS = "ABCDEFGHJK"


@dataclass(frozen=True, slots=True)
class Company:
    """A client company. `cnpj`: 14 characters; `regime` is empty where nobody filled it in."""

    code: int
    cnpj: str
    name: str
    trade_name: str
    regime: str


@dataclass(frozen=True, slots=True)
class Establishment:
    """One of a company's places; code 1 is the matriz and has the company's CNPJ."""

    company: int
    code: int
    cnpj: str
    name: str
    city: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner. `document`: a CPF (11 characters) or a CNPJ (14). `share` in per cent."""

    company: int
    code: int
    document: str
    name: str
    email: str
    share: float


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A department. `classification` such as "01.02" tells where it hangs."""

    company: int
    code: int
    classification: str
    description: str


@dataclass(frozen=True, slots=True)
class Employee:
    """An employee's contract. `cpf`: 11 characters; `email` is empty where nobody filled it in."""

    company: int
    code: int
    name: str
    cpf: str
    email: str
    org_unit: int
    establishment: int
    admitted: date
    dismissed: date | None


@dataclass(frozen=True)
class Clients:
    """`companies` clients, with codes from 1, and `employees_per_company` employees in the mean.

    `without_regime` have no tax regime; `shared_cnpj_pairs` pairs of codes have one CNPJ together; of all employees
    `employees_without_email` have none, and `dismissed` others are dismissed.
    """

    companies: int
    employees_per_company: int
    without_regime: int
    shared_cnpj_pairs: int
    employees_without_email: int
    dismissed: int
    seed: int

    def __post_init__(self) -> None:
        counts = (self.without_regime, self.shared_cnpj_pairs, self.employees_without_email, self.dismissed)
        if (
            not 0 <= self.companies <= _COMPANIES
            or min(self.employees_per_company, *counts) < 0
            or self.without_regime + 2 * self.shared_cnpj_pairs > self.companies
            or self.employees_without_email + self.dismissed > self.employees
        ):
            message = f"An office has 0 to {_COMPANIES} companies, and no more peculiar ones than it has."
            raise ValueError(message)

    @property
    def employees(self) -> int:
        """How many employees all companies have together."""
        return self._employees_before(self.companies + 1)

    def company(self, code: int) -> Company:
        """The company of that code, 1 to `companies`."""
        regime, _ = self._kind(code)
        name, trade_name = self._names(code, regime)
        shown = "" if code in self.codes_without_regime else regime
        return Company(code, self._cnpj(code, 1), name, trade_name, shown)

    def establishments_of(self, company: int) -> int:
        """How many establishments a company has, the matriz among them."""
        return 1 if company % _BRANCHES_EVERY else 2 + company // _BRANCHES_EVERY % 3

    def establishment(self, company: int, code: int) -> Establishment:
        """The establishment of that code, from 1."""
        city = _CITIES[(company * 3 + code + self.seed) % len(_CITIES)]
        name = "Matriz" if code == 1 else f"Filial {code - 1} - {city}"
        return Establishment(company, code, self._cnpj(company, code), name, city)

    def partners_of(self, company: int) -> int:
        """How many partners a company has."""
        return 1 if self._kind(company)[0] == MEI else 1 + company % 3

    def partner(self, company: int, code: int) -> Partner:
        """The partner of that code, from 1. In some companies the last one is a company itself."""
        count = self.partners_of(company)
        share = _SHARES[count][code - 1]
        if count > 1 and code == count and company % 8 == 0:
            root = self._root(self.companies + company)
            name = f"{people.person(company, self.seed).split()[-1]} Participações Ltda"
            return Partner(company, code, _completed(root, 1), name, f"contato@{_domain(name)}", share)
        number = company * 3 + code
        name = people.person(number + people.NAMES // 2, self.seed)
        email = people.email(name, self._domain(company))
        return Partner(company, code, self._cpf(2 * number + 1), name, email, share)

    def org_units_of(self, company: int) -> int:
        """How many org units a company has."""
        return 2 + company % 3

    def org_unit(self, company: int, code: int) -> OrgUnit:
        """The org unit of that code, from 1."""
        return OrgUnit(company, code, *_ORG_UNITS[code - 1])

    def employees_of(self, company: int) -> int:
        """How many employees a company has; contract codes count from 1."""
        _, halves = self._kind(company)
        mean = self.employees_per_company
        few, half = min(1, mean), mean // 2
        return {None: few, 1: mean - half, 2: mean, 3: mean + half, 4: 2 * mean - few}[halves]

    def employee(self, company: int, code: int) -> Employee:
        """The employee of that contract code, from 1."""
        number = self._employees_before(company) + code
        name = people.person(number, self.seed)
        email = "" if number in self._without_email else people.email(name, self._domain(company))
        admitted = date(2012, 1, 2) + timedelta(days=(number * 37 + self.seed) % 5_000)
        left = date(2026, 1, 5) + timedelta(days=number % 280) if number in self._dismissed else None
        return Employee(
            company,
            code,
            name,
            self._cpf(2 * number),
            email,
            1 + code % self.org_units_of(company),
            1 + code % self.establishments_of(company),
            admitted,
            left,
        )

    @cached_property
    def codes_without_regime(self) -> frozenset[int]:
        """The companies without a tax regime."""
        return frozenset(self._peculiar[2 * self.shared_cnpj_pairs :])

    @cached_property
    def sharing_cnpj(self) -> tuple[tuple[int, int], ...]:
        """The pairs of codes with one CNPJ."""
        shared = self._peculiar[: 2 * self.shared_cnpj_pairs]
        return tuple(zip(shared[::2], shared[1::2], strict=True))

    @cached_property
    def _employees_in_cycle(self) -> list[int]:
        """How many employees the first companies of a cycle have together: of none, of one, of two …"""
        return [0, *accumulate(self.employees_of(code) for code in range(1, len(_CYCLE) + 1))]

    @cached_property
    def _peculiar(self) -> list[int]:
        return people.spread(self.without_regime + 2 * self.shared_cnpj_pairs, self.companies)

    @cached_property
    def _cnpj_of(self) -> dict[int, int]:
        return {later: first for first, later in self.sharing_cnpj}

    @cached_property
    def _peculiar_employees(self) -> list[int]:
        return people.spread(self.employees_without_email + self.dismissed, self.employees)

    @cached_property
    def _without_email(self) -> frozenset[int]:
        return frozenset(self._peculiar_employees[: self.employees_without_email])

    @cached_property
    def _dismissed(self) -> frozenset[int]:
        return frozenset(self._peculiar_employees[self.employees_without_email :])

    def _kind(self, code: int) -> tuple[str, int | None]:
        return _CYCLE[(code - 1) % len(_CYCLE)]

    def _employees_before(self, company: int) -> int:
        cycles, rest = divmod(company - 1, len(_CYCLE))
        return cycles * len(_CYCLE) * self.employees_per_company + self._employees_in_cycle[rest]

    def _names(self, code: int, regime: str) -> tuple[str, str]:
        number = (code * 7_717 + self.seed * 7_919) % _COMPANIES  # shares no factor with the number of companies
        number, activity = divmod(number, len(_ACTIVITIES))
        last, middle = divmod(number, len(people.MIDDLE))
        business, family, other = _ACTIVITIES[activity], people.MIDDLE[middle], people.LAST[last]
        names = {
            REAL: (f"{business} {family} {other} S.A.", f"{business} {family}"),
            MEI: (people.person(code, self.seed), f"{business} {family}"),
            IMUNE: (f"Instituto {family} {other}", f"Instituto {family}"),
            ISENTO: (f"Associação {family} {other}", f"Associação {family}"),
        }
        return names.get(regime, (f"{business} {family} & {other} Ltda", f"{business} {family}"))

    def _domain(self, company: int) -> str:
        return _domain(self._names(company, self._kind(company)[0])[1])

    def _cnpj(self, company: int, order: int) -> str:
        return _completed(self._root(self._cnpj_of.get(company, company)), order)

    def _root(self, number: int) -> str:
        """A CNPJ's first eight characters; every ninth has letters, in the form in force since July 2026."""
        digits = f"{(number * 7_368_787 + self.seed * 15_485_863) % 10**8:08d}"
        if number % 9 != 7:
            return digits
        return digits[:2] + "".join(_LETTERS[int(digit)] for digit in digits[2:5]) + digits[5:]

    def _cpf(self, number: int) -> str:
        return invented_cpf(number, self.seed)


def invented_cpf(number: int, seed: int) -> str:
    """The CPF (11 digits) of the person of that number: another one for each of a thousand million."""
    digits = f"{(number * 73_687_867 + seed * 15_485_863) % 10**9:09d}"
    return digits + cpf._calc_check_digits(digits)  # the library shows it in no other way


def _completed(root: str, order: int) -> str:
    base = f"{root}{order:04d}"
    return base + cnpj.calc_check_digits(base)


def _domain(name: str) -> str:
    return f"{people.plain(name).replace(' ', '')}.example"
