"""The flows that are measured: the office that each is measured over, and what a run of it must find and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import Any

from stdnum.br import cpf

from local.vendors.office import Office
from local.vendors.questor_rows import CONSULTATIONS, Key
from zen import flow_names
from zen.flows import FLOWS
from zen.questor_client import COMPANY, PAGE_LENGTH, Branches, Employees

UNBRAKED = {name: {"percent": 100, "number": 1_000_000} for name in ("changes", "deactivations")}


class Changed(StrEnum):
    """How many of the records differ from what was synced last, and what is done about it."""

    PREVIEW = "preview"  # no record has a link, and what would be done is shown
    FIRST = "first"  # no record has a link
    NONE = "0"
    SOME = "1 %"
    ALL = "100 %"
    NEW = "1 new"  # one record that the source did not have; the last case of an office, whose N it changes

    @property
    def unlinked(self) -> bool:
        """Whether no record has a link yet."""
        return self in {Changed.PREVIEW, Changed.FIRST}

    def of(self, records: int) -> int:
        """How many of so many records that the office begins with are to be written to each target."""
        return {Changed.FIRST: records, Changed.SOME: records // 100, Changed.ALL: records}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Listed:
    """One of Questor's consultations as a flow reads it."""

    kind: str  # as the simulator calls it
    name_column: str  # what is changed
    targets: int = 1  # how many vendors its records go to
    reads: Callable[[Key], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run must come to, if it reads each page once and writes each record that differs once."""

    received: int  # records, once for each target
    writes: int
    questor_reads: int
    target_reads: int


@dataclass(frozen=True, slots=True)
class MeasuredFlow:
    """A flow, over offices of N; nobody in them has a peculiarity, so all can be sent."""

    name: str
    of: str  # what N counts
    office: Callable[[int], Office]
    listings: tuple[Listed, ...]
    newcomer: tuple[str, Mapping[str, Any]]  # by kind: a row more, as Simulator.edit adds it; it goes to one target
    options: Mapping[str, Any] = field(default_factory=dict)  # filters beside the defaults

    @property
    def title(self) -> str:
        """As people call it."""
        return FLOWS[self.name].title

    @property
    def filters(self) -> dict[str, Any]:
        """The schedule's, with the brake lifted."""
        return {**FLOWS[self.name].default_filters, **self.options, "brake": UNBRAKED}

    def keys(self, number: int) -> dict[str, list[Key]]:
        """By kind: the codes of the records that the flow reads."""
        office = self.office(number)
        return {
            listed.kind: [key for key in CONSULTATIONS[listed.kind].all_keys(office) if listed.reads(key)]
            for listed in self.listings
        }

    def expected(self, number: int, changed: Changed) -> Expected:
        """What a run over an office of N must come to."""
        counts = {kind: len(keys) for kind, keys in self.keys(number).items()}
        known, written = counts[self.newcomer[0]], 0
        if changed == Changed.NEW:
            counts[self.newcomer[0]], written = known + 1, 1
        each = [(counts[listed.kind], listed.targets) for listed in self.listings]
        lanes = sum(targets for _, targets in each)
        target_reads = {Changed.NEW: _pages(known)} | dict.fromkeys((Changed.PREVIEW, Changed.FIRST), lanes)
        return Expected(
            received=sum(count * targets for count, targets in each),
            writes=written + sum(changed.of(count) * targets for count, targets in each),
            questor_reads=sum(_pages(count) for count, _ in each),
            target_reads=target_reads.get(changed, 0),  # an empty target is one page
        )

    def edits(self, number: int, changed: Changed) -> dict[str, dict[str, Any]]:
        """By kind: what to change by hand in Questor, so that so many records differ from what was synced before."""
        if changed.unlinked:
            return {}
        if changed == Changed.NEW:
            kind, row = self.newcomer
            return {kind: {"add": [row]}}
        keys = self.keys(number)
        return {
            listed.kind: {
                "change": {
                    "/".join(map(str, key)): {listed.name_column: f"Nome {changed.name} {key[-1]}"}
                    for key in keys[listed.kind][: changed.of(len(keys[listed.kind]))]
                }
            }
            for listed in self.listings
        }


def _pages(records: int) -> int:
    """Of Questor's listings, and of the targets'."""
    return ceil(records / PAGE_LENGTH)


_NEWCOMERS_CPF = next(number for last in range(100) if cpf.is_valid(number := f"529982247{last:02}"))

USERS = MeasuredFlow(
    flow_names.USERS,
    "users",
    lambda number: Office(number, without_email=0, sharing_pairs=0),
    (Listed("users", "NOMEUSUARIO"),),
    ("users", {"name": "Pessoa Nova", "email": "pessoa.nova@contabilaurora.example", "group": 2}),
)
COMPANIES = MeasuredFlow(
    flow_names.COMPANIES,
    "companies",
    lambda number: Office(1, without_email=0, sharing_pairs=0, companies=number),
    (
        Listed("companies", "NOMEEMPRESA", targets=2),
        Listed("establishments", "NOMEESTAB", reads=lambda key: key[1] != Branches.HEAD_OFFICE),
        Listed("org_units", "DESCRICAO"),
        Listed("partners", "NOMESOCIO"),
        Listed("employees", "NOMEFUNC"),
    ),
    (
        "employees",
        {
            COMPANY: 1,
            Employees.NAME: "Pessoa Nova",
            Employees.CPF: _NEWCOMERS_CPF,
            Employees.EMAIL: "pessoa.nova@padariaaurora.example",
        },
    ),
    {"partners": True, "org_chart": True, "tareffa": True},
)
