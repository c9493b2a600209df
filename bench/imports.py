"""What importing users takes, beside the reader alone and others: `python -m bench.imports WAY ROWS DIRECTORY`.

Each is a process of its own. All read one workbook of 40 columns, as an export writes it, without passwords; in one of
a hundred rows the phone is another than that of the user that there is. Users are made when they are asked for, which
isn't timed.
"""

from __future__ import annotations

import gzip
import json
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from asms.catalogues import Catalogue, Category, Entry
from asms.columns import LAYOUT_TITLES, RECORDS_SHEET, Column, Kind, Layout, columns_of
from asms.formats import About, write_workbook
from asms.importing.decided import Deciding
from asms.importing.deciding import Rules
from asms.importing.header import Header, header_of
from asms.importing.model import Decision, Entries, Row
from asms.importing.plan_lines import action_of
from asms.importing.reading import tables
from asms.passwords import Policy
from asms.users import User
from bench.exports import ENVIRONMENT, MadeDirectory, made_rows, made_user
from local import processes
from sincronia import clock
from sincronia.engine.lines import line_from_action
from sincronia.engine.state import OutcomeKind
from sincronia.names import name_key

MOST_MEGABYTES = 256
MOST_MEGABYTES_OF_CHILD = 512
TIMES_DJANGO = 20
TIMES_READER = 3
ONE_IN = 100  # so many rows, one says something else
DJANGO_PYTHON = processes.ROOT / ".venv-bench" / "bin" / "python"
_TOGETHER = 2_000  # rows that a file of the plan has
_PROJECT = "projeto"
_KINDS = {Kind.NUMBER: "number", Kind.ENTRY: "entry", Kind.ENTRIES: "entries"}  # to Django; all else is text
_SHEET = RECORDS_SHEET[Category.CLIENTS]
_NUMBER = re.compile(r"\d+$")


class Way(StrEnum):
    """By what the workbook is read, and what is done with its rows."""

    IMPORT = "import"
    READER = "reader alone"
    OPENPYXL = "openpyxl"
    DJANGO = "django-import-export"
    DJANGO_LEAN = "the same, made lean"

    @property
    def is_django(self) -> bool:
        """Whether it runs in the peers' environment."""
        return self in {Way.DJANGO, Way.DJANGO_LEAN}


@dataclass(frozen=True, slots=True)
class MeasuredImport:
    """One row."""

    way: Way
    rows: int  # that the workbook has
    seconds: float
    processor_seconds: float  # of the process and its children
    peak_megabytes: float  # of the process, resident
    child_megabytes: float  # of the greatest child; 0 where there is none
    read: int
    changed: int  # rows that would change somebody; 0 where nothing is compared


def measure(way: Way, rows: int, directory: Path) -> MeasuredImport:
    """Measures in a fresh process; the workbook is kept in the directory for the next one."""
    workbook, existing = _files(rows, directory)
    if not existing.exists():
        make(rows, directory)
    command = [sys.executable, "-m", "bench.imports", way.value, str(rows), str(directory)]
    if way.is_django:
        how = "lean" if way == Way.DJANGO_LEAN else "plain"
        command = [str(DJANGO_PYTHON), "-m", "bench.django_import", str(workbook), str(existing), how]
    done = subprocess.run(
        command,
        cwd=processes.ROOT,
        env={**processes.base_environment(), **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    return MeasuredImport(way, rows, *json.loads(done.stdout))


def make(rows: int, directory: Path) -> None:
    """Writes the workbook, and what there is already: lines of JSON, the headers and their kinds before the users."""
    workbook, existing = _files(rows, directory)
    columns, cells = made_rows(rows)
    phone = [column.key for column in columns].index("phone")
    about = About(
        _SHEET, "Projeto Modelo", LAYOUT_TITLES[Layout.WITH_DATA], datetime(2026, 11, 1, tzinfo=clock.SAO_PAULO)
    )
    unfinished = existing.with_suffix(".part")

    def typed() -> Iterator[list[str]]:
        for number, row in enumerate(cells):
            kept.write(json.dumps(row) + "\n")
            yield [*row[:phone], f"+55 21 5550-{number % 10000:04}", *row[phone + 1 :]] if number % ONE_IN == 0 else row

    with unfinished.open("w", encoding="utf-8") as kept, workbook.open("wb") as file:
        kinds = [_KINDS.get(column.kind, "text") for column in columns]
        kept.write(json.dumps([[column.header for column in columns], kinds]) + "\n")
        write_workbook(file, about, columns, typed())
    unfinished.rename(existing)


def broken(rows: Sequence[MeasuredImport]) -> list[tuple[str, list[str]]]:
    """What ratios, counts and memory must show, as sentences, with the rows where one does not hold."""
    by_way = {(row.way, row.rows): row.processor_seconds for row in rows}
    own = [row for row in rows if row.way == Way.IMPORT]

    def where(found: Iterable[MeasuredImport]) -> list[str]:
        return [f"{row.way.value}, {row.rows:,} rows" for row in found]

    return [
        (
            "Each way reads every row, and those that compare find each that differs",
            where(row for row in rows if (row.read, row.changed) != (row.rows, _due(row))),
        ),
        (
            f"An import takes {TIMES_DJANGO} times less of a processor than django-import-export",
            where(
                row
                for row in own
                if by_way.get((Way.DJANGO, row.rows), float("inf")) < TIMES_DJANGO * row.processor_seconds
            ),
        ),
        (
            f"An import takes at most {TIMES_READER} times what the reader alone takes",
            where(
                row
                for row in own
                if row.processor_seconds > TIMES_READER * by_way.get((Way.READER, row.rows), float("inf"))
            ),
        ),
        (
            f"Imports stay below {MOST_MEGABYTES} MB, and their readers below {MOST_MEGABYTES_OF_CHILD} MB",
            where(
                row
                for row in own
                if row.peak_megabytes > MOST_MEGABYTES or row.child_megabytes > MOST_MEGABYTES_OF_CHILD
            ),
        ),
    ]


def _due(row: MeasuredImport) -> int:
    return -(-row.rows // ONE_IN) if row.way == Way.IMPORT or row.way.is_django else 0


def _files(rows: int, directory: Path) -> tuple[Path, Path]:
    return directory / f"{rows}.xlsx", directory / f"{rows}.jsonl"


@dataclass(slots=True)
class _Watch:
    """Time that isn't an import's."""

    seconds: float = 0.0
    processor_seconds: float = 0.0

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What is done within isn't counted."""
        start, processor = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - start
        self.processor_seconds += time.process_time() - processor


class _Directory:
    """Implements asms.importing.decided.Directory: so many users, each made when it is asked for."""

    def __init__(self, users: int, watch: _Watch) -> None:
        self.number, self.watch = users, watch
        self.fields = MadeDirectory(users).fields("", _PROJECT)

    def users(self, category: Category, ids: Iterable[str]) -> Mapping[str, User]:
        with self.watch.stopped():
            numbers = (int(one, 16) for one in ids)
            return {user.id: user for number in numbers if (user := self._user(number, category)) is not None}

    def holders(self, logins: Iterable[str]) -> Mapping[str, tuple[Category, str]]:
        with self.watch.stopped():
            found = {}
            for login in logins:
                number = _NUMBER.search(login)
                user = self._user(int(number[0]), Category.CLIENTS) if number else None
                if user is not None and user.login_key == login:
                    found[login] = user.category, user.id
            return found

    def _user(self, number: int, category: Category) -> User | None:
        if number >= self.number:
            return None
        return replace(made_user(number, category, self.fields), projects=frozenset({_PROJECT}), version=1)


def _rules(users: int, columns: Sequence[Column], directory: _Directory) -> Rules:
    made = [made_user(number, Category.CLIENTS, ()) for number in range(min(users, 1_200))]  # whose entries are all
    ids = {
        column.catalogue: {one for user in made for one in column.refers(user)}
        for column in columns
        if column.catalogue
    }
    return Rules(
        category=Category.CLIENTS,
        project=_PROJECT,
        columns=columns,
        fields=directory.fields,
        catalogues={catalogue: _entries(catalogue, found) for catalogue, found in ids.items()},
        policy=Policy(),
        today=clock.today(),
    )


def _entries(catalogue: Catalogue, ids: Iterable[str]) -> Entries:
    found = [Entry(one, catalogue, f"{catalogue.value} {one}") for one in ids]
    return Entries({one.id: one for one in found}, {name_key(one.name): one for one in found})


def _import(rows: int, workbook: Path, watch: _Watch) -> tuple[int, int]:
    """As a preview does it, but for S3: every row has a line in the plan."""
    with watch.stopped():
        directory = _Directory(rows, watch)
        columns = columns_of(Category.CLIENTS, directory.fields, Layout.WITH_DATA)
        rules = _rules(rows, columns, directory)
    counted: Counter[OutcomeKind] = Counter()
    with closing(_read(workbook, columns)) as source:
        decided = Deciding(rules, directory, _kept).decided(source)
        for number in range(-(-rows // _TOGETHER)):
            part = workbook.parent / f"plan-{number:04}.jsonl.gz"
            with gzip.open(part, "wt", encoding="utf-8", compresslevel=3, newline="\n") as text:
                for one in islice(decided, _TOGETHER):
                    counted[one.decision.kind] += 1
                    line = line_from_action(action_of(one, rules))
                    text.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return counted.total(), counted.total() - counted[OutcomeKind.UNCHANGED]


def _read(workbook: Path, columns: Sequence[Column]) -> Generator[tuple[Header, Row], None, None]:
    with closing(tables(workbook, workbook.name, _SHEET)) as read:
        for table in read:
            header = header_of(table.header, columns)
            for row in table.rows:
                yield header, row


def _kept(before: User | None, decision: Decision) -> User:
    assert before is not None  # nobody is new
    assert decision.user is not None
    return replace(decision.user, version=before.version + 1)


def _reader(rows: int, workbook: Path, watch: _Watch) -> tuple[int, int]:  # noqa: ARG001
    with closing(tables(workbook, workbook.name, _SHEET)) as read:
        return sum(1 for table in read for _ in table.rows), 0


def _openpyxl(rows: int, workbook: Path, watch: _Watch) -> tuple[int, int]:  # noqa: ARG001
    from openpyxl import load_workbook  # noqa: PLC0415  # the memory of one way is none of the other's

    book = load_workbook(workbook, read_only=True, data_only=True)
    read = sum(1 for _ in book[_SHEET].iter_rows(min_row=2, values_only=True))
    book.close()
    return read, 0


_WAYS = {Way.IMPORT: _import, Way.READER: _reader, Way.OPENPYXL: _openpyxl}


def main(way: str, rows: int, directory: Path) -> None:
    """Prints what MeasuredImport has from its seconds on."""
    watch = _Watch()
    start, processor = time.perf_counter(), time.process_time()
    read, changed = _WAYS[Way(way)](rows, _files(rows, directory)[0], watch)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor += children.ru_utime + children.ru_stime - watch.processor_seconds
    with Path("/proc/self/status").open(encoding="ascii") as status:
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(json.dumps([seconds - watch.seconds, processor, int(peak) / 1024, children.ru_maxrss / 1024, read, changed]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
