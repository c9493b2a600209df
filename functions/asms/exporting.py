"""The export as work in slices: a workbook for each 7,000 users, and in the end one zip of them all.

Each slice is committed under the run's lease, with where the next one begins. Whoever dies is followed by somebody who
writes the same file again; which one counts, the run's row says. Users are read by pages, in the order of their names:
who is in the project all the while, under one name, is in the export once, as they were at some moment of it; who
joins, leaves or is renamed meanwhile may be in it or not, or twice. Additional fields are those of when a workbook is
begun.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from asms import exports
from asms.additional import AdditionalField
from asms.catalogues import Catalogue, Category
from asms.columns import LAYOUT_TITLES, RECORDS_SHEET, Column, columns_of, fitting
from asms.exports import Wanted, file_name, object_key, wanted_by, workbook_name
from asms.users import User
from sincronia import clock
from sincronia.answers import OutOfTimeError
from sincronia.engine.state import Phase, Run, Step
from sincronia.store.listing import After, Listed

if TYPE_CHECKING:
    from asms.formats import Writable

ZIP_TYPE = "application/zip"
_PAGE = 500  # users that are held in memory
_WORKBOOKS, _ZIP = 0, 1  # the run's lanes; within the first, its position counts workbooks


class Directory(Protocol):
    """What an export reads."""

    def fields(self, connection: str, project: str) -> Sequence[AdditionalField]:
        """What a project asks for."""
        ...

    def members(
        self, connection: str, project: str, category: Category, limit: int, after: After | None
    ) -> Listed[User]:
        """A page of a project's users, in the order of names."""
        ...

    def names(self, connection: str, catalogue: Catalogue, ids: Iterable[str]) -> Mapping[str, str]:
        """What entries are called, by id."""
        ...


class Files(Protocol):
    """Where an export's files are kept."""

    def writing(self, key: str, content_type: str) -> AbstractContextManager[Writable]:
        """A file that is written from beginning to end, and is there once it is whole."""
        ...

    def chunks(self, key: str) -> Iterator[bytes]:
        """What a file holds, some at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Exporting:
    """The step of sincronia.engine.tasks.SteppedTask that exports."""

    directory: Directory
    files: Files

    def step(self, run: Run, deadline: float) -> Step:
        """One more file of the run. Raises OutOfTimeError where the deadline came before the file's end."""
        if run.lane == _ZIP:
            self._bundle(run, deadline)
            done = {**run.progress, "zip": run.lease}
            return Step(replace(run, phase=Phase.APPLY, position=0, progress=done))  # of nothing: the run ends
        return Step(self._next_workbook(run, deadline))

    def _next_workbook(self, run: Run, deadline: float) -> Run:
        from asms.formats import CONTENT_TYPE, About, write_workbook  # noqa: PLC0415  # deletions need no XlsxWriter

        wanted, connection = wanted_by(run), run.key.connection
        columns = columns_of(wanted.category, self.directory.fields(connection, wanted.project), wanted.layout)
        members = _Members(self.directory, connection, wanted, columns, deadline, run.progress.get("after"))
        rows, number = members.rows(), run.position
        leases = [*run.progress.get("workbooks", ())]  # under which each was written
        about = About(RECORDS_SHEET[wanted.category], wanted.project_name, LAYOUT_TITLES[wanted.layout], _made_at(run))
        first = list(next(rows, ()))
        if first or number == 0:  # the last full one may have none behind it; a project without users has an empty one
            key = object_key(run, run.lease, workbook_name(wanted, number))
            with self.files.writing(key, CONTENT_TYPE) as file:
                write_workbook(file, about, columns, chain([first] if first else [], rows))
            leases.append(run.lease)
        progress = {"records": run.progress.get("records", 0) + members.number, "workbooks": leases}
        if members.after is None:
            return replace(run, lane=_ZIP, position=len(leases), progress=progress)
        return replace(run, position=len(leases), progress={**progress, "after": dict(members.after)})

    def _bundle(self, run: Run, deadline: float) -> None:
        """The zip: stored, for workbooks are compressed already."""
        wanted = wanted_by(run)
        with (
            self.files.writing(object_key(run, run.lease, file_name(wanted)), ZIP_TYPE) as file,
            ZipFile(file, "w", ZIP_STORED) as bundle,
        ):
            for number, lease in enumerate(run.progress["workbooks"]):
                name = workbook_name(wanted, number)
                member = ZipInfo(name, _made_at(run).timetuple()[:6])
                with bundle.open(member, "w") as copied:
                    for chunk in self.files.chunks(object_key(run, lease, name)):
                        _check(deadline)
                        copied.write(chunk)


@dataclass(slots=True)
class _Members:
    """The users of one workbook: how many there were so far, and what the next workbook begins after."""

    directory: Directory
    connection: str
    wanted: Wanted
    columns: Sequence[Column]
    deadline: float
    after: After | None
    number: int = 0
    names: dict[Catalogue, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def rows(self) -> Iterator[list[str]]:
        """A row of cells for each; as many as a workbook holds."""
        while self.number < exports.RECORDS:
            _check(self.deadline)
            limit = min(_PAGE, exports.RECORDS - self.number)
            page = self.directory.members(self.connection, self.wanted.project, self.wanted.category, limit, self.after)
            self._learn(page.values)
            for user in page.values:
                self.number += 1
                yield [fitting(column.cell(user, self.names)) for column in self.columns]
            self.after = page.after
            if self.after is None:
                return

    def _learn(self, users: Iterable[User]) -> None:
        """Reads what entries are called that the users refer to, each once for a workbook."""
        wanted = defaultdict[Catalogue, set[str]](set)
        for user in users:
            for column in self.columns:
                if column.catalogue:
                    wanted[column.catalogue].update(column.refers(user))
        for catalogue, ids in wanted.items():
            if new := ids - self.names[catalogue].keys():
                self.names[catalogue].update(self.directory.names(self.connection, catalogue, sorted(new)))


def _check(deadline: float) -> None:
    if clock.now() >= deadline:
        raise OutOfTimeError


def _made_at(run: Run) -> datetime:
    return datetime.fromtimestamp(run.started_at, clock.SAO_PAULO)
