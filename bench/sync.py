"""`make bench`: what Questor → Zen's runs take, SGP → OZmap's hints, ASMS's files, Promob's budgets, two-way syncs.

See bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.status import Status

from bench import claims, contract_claims, exports, function_process, imports, listings, starts, tables, two_way
from bench.contracts import Happening
from bench.exports import MeasuredExport
from bench.exports import Way as WayOut
from bench.flows import COMPANIES, USERS, Changed, MeasuredFlow
from bench.imports import MeasuredImport
from bench.imports import Way as WayIn
from bench.light_function import MeasurementError
from bench.listings import MeasuredListing
from bench.measured import Measured
from bench.on_light_hints import MeasuredContracts, ProviderOnLightStore
from bench.on_light_store import OfficeOnLightStore
from bench.on_stack import OfficeOnStack
from bench.starts import Start
from bench.two_way import MeasuredSync
from bench.vendors import Vendors
from local import processes
from local.stack import Stack

WIDTH = 170  # characters that the widest table takes
CONTRACTS = (1_000, 10_000)
EXPORTS = (*((way, 7_000) for way in WayOut), (WayOut.EXPORT, 70_000))
ALL_EXPORTS = tuple((way, users) for users in (7_000, 70_000) for way in WayOut)
IMPORTS = (*((way, 7_000) for way in WayIn), (WayIn.IMPORT, 70_000), (WayIn.READER, 70_000))
ALL_IMPORTS = tuple((way, rows) for rows in (7_000, 70_000) for way in WayIn)
DIRECTORY = processes.ROOT / ".bench"


@dataclass(frozen=True, slots=True)
class Series:
    """What is measured on one office: a flow, N, and cases one after the other."""

    flow: MeasuredFlow
    number: int
    light_store: bool
    cases: tuple[Changed, ...]


_REST = (Changed.NONE, Changed.SOME, Changed.NEW)
_REST_AND_ALL = (Changed.NONE, Changed.SOME, Changed.ALL, Changed.NEW)
_FIRST = (Changed.FIRST, *_REST)
_LIGHT_USERS = (10_000, 100_000)
_SMALL = (
    *(Series(COMPANIES, number, False, _FIRST) for number in (100, 1_000)),
    *(Series(COMPANIES, number, True, (Changed.PREVIEW, *_FIRST)) for number in (100, 1_000)),
    *(Series(USERS, number, False, (Changed.FIRST, *_REST_AND_ALL)) for number in (100, 1_000)),
)
PLAIN = (
    *_SMALL,
    Series(USERS, 10_000, False, _FIRST),
    *(Series(USERS, number, True, _REST) for number in _LIGHT_USERS),
)
FULL = (
    *_SMALL,
    Series(USERS, 10_000, False, (Changed.FIRST, *_REST_AND_ALL)),
    *(Series(USERS, number, True, _REST_AND_ALL) for number in _LIGHT_USERS),
    Series(COMPANIES, 10_000, True, (Changed.PREVIEW, *_FIRST)),
)


def measured(all_series: tuple[Series, ...], status: Status) -> Iterator[Measured]:
    """All rows, in the table's order."""
    for series in all_series:
        store = " on the light store" if series.light_store else ""
        what = f"{series.flow.title}, {series.number:,} {series.flow.of}{store}"
        status.update(f"{what}: the stack comes up …")
        office = series.flow.office(series.number)
        with (
            Vendors(office, DIRECTORY / "logs") as vendors,
            Stack(directory=DIRECTORY) as stack,
            ExitStack() as opening,
        ):
            measure = OfficeOnStack(series.flow, series.number, stack, vendors, DIRECTORY).measure
            if series.light_store:
                light = opening.enter_context(OfficeOnLightStore(series.flow, series.number, stack, vendors))
                measure = light.measure
                if not series.cases[0].unlinked:
                    light.link_users()
            for changed in series.cases:
                status.update(f"{what}, changed: {changed.value} …")
                yield measure(changed)


def contracts_measured(status: Status) -> Iterator[MeasuredContracts]:
    """All rows of SGP's, in the table's order."""
    for number in CONTRACTS:
        what = f"SGP → OZmap, {number:,} contracts on the light store"
        status.update(f"{what}: the stack comes up …")
        with (
            Stack(directory=DIRECTORY) as stack,
            ProviderOnLightStore(number, stack, DIRECTORY / "logs") as provider,
        ):
            for happening in Happening:
                status.update(f"{what}: {happening.value} …")
                yield provider.measure(happening)


def exports_measured(cases: Iterable[tuple[WayOut, int]], status: Status) -> Iterator[MeasuredExport]:
    """All rows of ASMS's exports, in the table's order."""
    for way, users in cases:
        status.update(f"Export of {users:,} users by {way.value} …")
        yield exports.measure(way, users)


def imports_measured(cases: Iterable[tuple[WayIn, int]], status: Status) -> Iterator[MeasuredImport]:
    """All rows of ASMS's imports, in the table's order."""
    with TemporaryDirectory(dir=DIRECTORY) as kept:
        for way, rows in cases:
            status.update(f"Import of {rows:,} rows by {way.value} …")
            yield imports.measure(way, rows, Path(kept))


def listings_measured(status: Status) -> Iterator[MeasuredListing]:
    """All rows of Promob's budgets, in the table's order."""
    for items in listings.SIZES:
        status.update(f"Budget of Promob's, {items:,} items …")
        yield listings.measure(items)


def syncs_measured(status: Status) -> Iterator[MeasuredSync]:
    """All rows of the two-way decision and of vdirsyncer, in the table's order."""
    for changed in two_way.CHANGED:
        for way in two_way.Way:
            status.update(f"Two-way sync of {two_way.CONTACTS:,} contacts by {way.value} …")
            yield two_way.measure(way, two_way.CONTACTS, changed)


def started(status: Status) -> list[Start]:
    """What starting each function costs."""
    status.update("Imports of the functions …")
    with Stack(directory=DIRECTORY) as stack:
        return starts.starts(stack.provisioned, stack.region)


def machine() -> str:
    """Where the figures come from."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processors = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{os.cpu_count()} × {processors[0] if processors else os.uname().machine}, {memory:.0f} GiB, Python {python}"
    )


def main() -> None:
    """Prints the tables. Exit code 1 where a run ends otherwise than it must, or a count does not hold."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--full", action="store_true", help="10,000 companies too, and all of 10,000 and 100,000 users changed"
    )
    arguments.add_argument("--contracts", action="store_true", help="SGP → OZmap and the starts of functions alone")
    arguments.add_argument("--exports", action="store_true", help="ASMS's exports alone")
    arguments.add_argument("--imports", action="store_true", help="ASMS's imports alone; needs make .venv-bench/ready")
    arguments.add_argument("--listings", action="store_true", help="Promob's budgets alone")
    arguments.add_argument(
        "--two-way", action="store_true", help="two-way syncs alone; needs make .venv-vdirsyncer/ready"
    )
    chosen = arguments.parse_args()
    every = not (chosen.contracts or chosen.exports or chosen.imports or chosen.listings or chosen.two_way)
    if not function_process.PROCESSES.is_dir():
        sys.exit("make bench reads the functions' memory from /proc, so it needs Linux.")
    os.environ["ALLOWED_NETWORKS"] = "127.0.0.0/8"  # links are prepared here, from what the simulator lists
    console = Console()
    console.width = max(console.width, WIDTH)
    DIRECTORY.mkdir(exist_ok=True)
    try:
        with console.status("") as status:
            imported, exported = list[MeasuredImport](), list[MeasuredExport]()
            budgets = list(listings_measured(status)) if every or chosen.listings else []
            syncs = list(syncs_measured(status)) if every or chosen.two_way else []
            if every or chosen.imports:
                imported = list(imports_measured(ALL_IMPORTS if chosen.full else IMPORTS, status))
            if every or chosen.exports:
                exported = list(exports_measured(ALL_EXPORTS if chosen.full else EXPORTS, status))
            begun = started(status) if every or chosen.contracts else []
            hints = list(contracts_measured(status)) if every or chosen.contracts else []
            rows = list(measured(FULL if chosen.full else PLAIN, status)) if every else []
    except MeasurementError as error:
        sys.exit(str(error))
    found = [
        *(claims.broken(rows) if rows else ()),
        *(contract_claims.broken(hints) if hints else ()),
        *(exports.broken(exported) if exported else ()),
        *(imports.broken(imported) if imported else ()),
        *(listings.broken(budgets) if budgets else ()),
        *(two_way.broken(syncs) if syncs else ()),
    ]
    console.print(machine())
    by_flow = [tables.runs(of) for flow in (USERS, COMPANIES) if (of := [row for row in rows if row.flow == flow])]
    growth = [tables.growth(rows)] if rows else []
    of_hints = [tables.hints(hints), tables.growth_of_hints(hints)] if hints else []
    of_exports = [tables.exports(exported)] if exported else []
    of_imports = [tables.imports(imported)] if imported else []
    of_budgets = [tables.of_listings(budgets), tables.growth_of_listings(budgets)] if budgets else []
    of_syncs = [tables.syncs(syncs)] if syncs else []
    of_starts = [tables.starts(begun)] if begun else []
    of_all = (*by_flow, *growth, *of_hints, *of_exports, *of_imports, *of_budgets, *of_syncs, *of_starts)
    for table in (*of_all, tables.claims(found)):
        console.print(table)
    sys.exit(1 if any(where for _, where in found) else 0)


if __name__ == "__main__":
    main()
