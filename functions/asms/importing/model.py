"""What an import is made of: what was asked for, rows, what is wrong with one, what becomes of it. Pure.

Source: seed 003, “Formato de importação para clientes e especialistas”.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asms.catalogues import Catalogue, Category, Entry
from asms.columns import Column
from asms.users import Culture, User
from sincronia.answers import Problem
from sincronia.engine.state import OutcomeKind, Run

IMPORT = "importar"  # the flow that such runs are kept under
UNDOING = "desfazer"  # and those that take an import back

MOST_ROWS = 100_000  # of one import, over all its workbooks
MOST_COLUMNS = 252  # of one sheet; two of them come with a workbook that comes back
MOST_BYTES = 64 * 2**20  # of the file that is dropped


@dataclass(frozen=True, slots=True)
class Asked:
    """What an import is of, as its run keeps it among its filters. The project's name is the one that it had then."""

    project: str
    project_name: str
    category: Category
    file: str  # its name, as people gave it
    key: str  # where it was dropped
    etag: str  # of what was dropped
    culture: Culture  # the language of the result
    importer: str  # who asked for it, as people read it: a token's description, or an e-mail

    def out(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {
            "project": self.project,
            "project_name": self.project_name,
            "category": self.category.value,
            "file": self.file,
            "key": self.key,
            "etag": self.etag,
            "culture": self.culture.value,
            "importer": self.importer,
        }


def asked_by(run: Run) -> Asked:
    """What a run imports."""
    kept = dict(run.filters)
    return Asked(**kept | {"category": Category(kept["category"]), "culture": Culture(kept["culture"])})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: in a workbook of a zip, where the file is one; in a sheet, where it is no CSV file."""

    file: str
    sheet: str
    number: int  # counted from 1, as people see it


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read: the text of each cell, empty ones at its end left out."""

    place: Place
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of users. Its rows are read as they are asked for, and before the next table is."""

    header: Row
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Entries:
    """A catalogue as an import looks things up in it, inactive entries among them."""

    by_id: Mapping[str, Entry]
    by_name: Mapping[str, Entry]  # by names.name_key

    @property
    def names(self) -> dict[str, str]:
        """What entries are called, by id."""
        return {one.id: one.name for one in self.by_id.values()}


@dataclass(frozen=True, slots=True)
class Found:
    """Whom the directory has for a row, and whether an earlier row of the import is about the same user."""

    user: User | None = None  # of the category: by the Id, or else by the login
    holder: tuple[Category, str] | None = None  # whose the row's login is: category and id
    earlier: Place | None = None  # of the row that named the same Id or login before


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a row. `value` is what was typed: it may be personal, and is masked before it is shown."""

    problem: Problem
    column: Column | None = None  # None: it is about the whole row
    place: int | None = None  # the column's place in the row, counted from 0; None where the file has no such column
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row: created, updated, deactivated, unchanged, or rejected with what is wrong.

    `user` is as it is to be kept, but for its password, which is hashed last; None where the row is rejected.
    """

    kind: OutcomeKind
    user: User | None = None
    changed: tuple[Column, ...] = ()
    faults: tuple[Fault, ...] = ()
    password: str = field(default="", repr=False)  # a new one, in the clear; empty where it stays


Catalogues = Mapping[Catalogue, Entries]
