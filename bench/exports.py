"""What exporting users takes, beside XlsxWriter alone and openpyxl: `python -m bench.exports WAY USERS` measures one.

Each is a process of its own. All write the same cells of 40 columns, in workbooks of 7,000 users, from users that are
made when they are asked for; files go to a temporary directory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from asms import exports
from asms.additional import AdditionalField, FieldType
from asms.catalogues import Address, Catalogue, Category, Geolocation, Relation
from asms.columns import Column, Layout, columns_of
from asms.exporting import Exporting
from asms.users import User
from local import processes
from sincronia import clock
from sincronia.engine.state import Phase, Run, RunKey
from sincronia.store.listing import After, Listed

COLUMNS = 40
MOST_MEGABYTES = 256
_PROJECT = exports.Wanted("projeto", "Projeto Modelo", Category.CLIENTS, Layout.WITH_DATA)


class Way(StrEnum):
    """By what users are written."""

    EXPORT = "export"
    XLSXWRITER = "XlsxWriter"
    OPENPYXL = "openpyxl"


@dataclass(frozen=True, slots=True)
class MeasuredExport:
    """One row."""

    way: Way
    users: int
    seconds: float
    processor_seconds: float
    peak_megabytes: float  # of the process, resident
    file_megabytes: float


def measure(way: Way, users: int) -> MeasuredExport:
    """Measures in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.exports", way.value, str(users)],
        cwd=processes.ROOT,
        env={**processes.base_environment(), **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    return MeasuredExport(way, users, *json.loads(done.stdout))


def broken(rows: Sequence[MeasuredExport]) -> list[tuple[str, list[str]]]:
    """What the memory must show, as a sentence, with the rows where it does not hold."""
    own = [row for row in rows if row.way == Way.EXPORT]
    least = min((row.peak_megabytes for row in own), default=0)
    found = [f"{row.users:,} users" for row in own if row.peak_megabytes > min(MOST_MEGABYTES, least * 1.25)]
    return [(f"Exports stay below {MOST_MEGABYTES} MB, however many users there are", found)]


ENVIRONMENT = {
    "PYTHONPATH": f"{processes.ROOT}:{processes.ROOT / 'functions'}:{processes.ROOT / 'layers' / 'common'}",
    "DIRECTORY_TABLE": "none",
    "AWS_DEFAULT_REGION": "sa-east-1",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
}


class MadeDirectory:
    """Implements asms.exporting.Directory: so many users, each made when its page is read."""

    def __init__(self, users: int) -> None:
        self.users = users

    def fields(self, connection: str, project: str) -> list[AdditionalField]:  # noqa: ARG002  # there is one
        fixed = len(columns_of(Category.CLIENTS, (), Layout.WITH_DATA))
        return [
            AdditionalField(f"{number:016}", project, Category.CLIENTS, f"Campo {number}", FieldType.TEXT)
            for number in range(COLUMNS - fixed)
        ]

    def members(
        self, connection: str, project: str, category: Category, limit: int, after: After | None
    ) -> Listed[User]:
        start = int(after["item"]) if after else 0
        end = min(start + limit, self.users)
        fields = self.fields(connection, project)
        users = tuple(made_user(number, category, fields) for number in range(start, end))
        return Listed(users, {"item": str(end)} if end < self.users else None)

    def names(self, connection: str, catalogue: Catalogue, ids: Iterable[str]) -> Mapping[str, str]:  # noqa: ARG002
        return {one: f"{catalogue.value} {one}" for one in ids}


def made_user(number: int, category: Category, fields: Sequence[AdditionalField]) -> User:
    return User(
        id=f"{number:016x}",
        category=category,
        name=f"Carolina Vergara de Souza {number}",
        login=f"carolina.vergara.{number}",
        email=f"carolina.{number}@empresa.example",
        identification=f"{number:011}",
        phone=f"+55 11 5550-{number % 10000:04}",
        location=f"{number % 40:016x}",
        address=Address(
            "Rua das Acácias", str(number), "Sala 3", "Vila Nova", "São Paulo", "SP", "01310-100", "Brasil"
        ),
        additional={field.id: f"Valor {number} de {field.name}" for field in fields},
        geolocation=Geolocation(-23.5 - number / 1e6, -46.6 + number / 1e6),
        relations={Relation.COMPANIES: frozenset({f"{number % 300:016x}"}), Relation.GROUPS: frozenset({"a", "b"})},
    )


class _Files:
    """Implements asms.exporting.Files in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def writing(self, key: str, content_type: str) -> AbstractContextManager[IO[bytes]]:  # noqa: ARG002
        return self._path(key).open("wb")

    def chunks(self, key: str) -> Iterator[bytes]:
        with self._path(key).open("rb") as file:
            while chunk := file.read(2**20):
                yield chunk

    def _path(self, key: str) -> Path:
        return self.directory / key.rpartition("/")[2]


def _export(users: int, directory: Path) -> None:
    exporting, now = Exporting(MadeDirectory(users), _Files(directory)), clock.now()
    run = Run(RunKey("bench", "export"), "asms", exports.EXPORT, "bench", _PROJECT.out(), "bench", now)
    while run.phase == Phase.READ:
        run = exporting.step(run, now + 3600).run
    for part in directory.glob("*.xlsx"):
        part.unlink()


def made_rows(users: int) -> tuple[Sequence[Column], Iterator[list[str]]]:
    """The same cells, and their columns."""
    source = MadeDirectory(users)
    columns = columns_of(Category.CLIENTS, source.fields("", ""), Layout.WITH_DATA)

    def rows() -> Iterator[list[str]]:
        after: After | None = {"item": "0"}
        while after:
            page = source.members("", "", Category.CLIENTS, 500, after)
            ids = {
                one.catalogue: {i for user in page.values for i in one.refers(user)} for one in columns if one.catalogue
            }
            names = {catalogue: source.names("", catalogue, found) for catalogue, found in ids.items()}
            for user in page.values:
                yield [column.cell(user, names) for column in columns]
            after = page.after

    return columns, rows()


def _xlsxwriter(users: int, directory: Path) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415  # the memory of one way is none of the other's

    columns, rows = made_rows(users)
    for number, some in _parts(rows, users):
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(directory / f"{number}.xlsx", options) as book:
            text, page = book.add_format({"num_format": "@"}), book.add_worksheet()
            for at, cells in enumerate(chain([[column.header for column in columns]], some)):
                for place, cell in enumerate(cells):
                    page.write_string(at, place, cell, text)


def _openpyxl(users: int, directory: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415

    columns, rows = made_rows(users)
    for number, some in _parts(rows, users):
        book = Workbook(write_only=True)
        page = book.create_sheet()
        page.append([column.header for column in columns])
        for cells in some:
            page.append(cells)
        book.save(directory / f"{number}.xlsx")


def _parts(rows: Iterator[list[str]], users: int) -> Iterator[tuple[int, Iterator[list[str]]]]:
    for number in range(-(-users // exports.RECORDS)):
        yield number, islice(rows, exports.RECORDS)


_WAYS = {Way.EXPORT: _export, Way.XLSXWRITER: _xlsxwriter, Way.OPENPYXL: _openpyxl}


def main(way: str, users: int) -> None:
    """Prints seconds, seconds of the processor, the peak in MB, and the size of what was written."""
    with TemporaryDirectory() as kept:
        directory = Path(kept)
        start, processor = time.perf_counter(), time.process_time()
        _WAYS[Way(way)](users, directory)
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        written = sum(path.stat().st_size for path in directory.iterdir())
    with Path("/proc/self/status").open(encoding="ascii") as status:
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(json.dumps([seconds, processor, int(peak) / 1024, written / 2**20]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
