"""`make bench`: calls, time and memory of Sincronizar Usuários for 100 to 100,000 users. See bench/README.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.status import Status

from bench import function_process, imports, tables
from bench.imports import Start
from bench.measured import Changed, Measured
from bench.on_light_store import OfficeOnLightStore
from bench.on_stack import MeasurementError, OfficeOnStack
from bench.vendors import Vendors
from local import processes
from local.stack import Stack

ON_STACK = (100, 1_000, 10_000)
ON_LIGHT_STORE = (10_000, 100_000)
WIDTH = 144  # characters that the widest table takes
DIRECTORY = processes.ROOT / ".bench"


def measured(changes: tuple[Changed, ...], status: Status) -> Iterator[Measured]:
    """All rows, in the table's order; `changes` are those of the light store."""
    for users in ON_STACK:
        status.update(f"{users:,} users: the stack comes up …")
        with Vendors(users, DIRECTORY / "logs") as vendors, Stack(directory=DIRECTORY) as stack:
            office = OfficeOnStack(users, stack, vendors, DIRECTORY)
            for changed in Changed:
                status.update(f"{users:,} users, changed: {changed.value} …")
                yield office.measure(changed)
    for users in ON_LIGHT_STORE:
        status.update(f"{users:,} users on the light store: links are prepared …")
        with (
            Vendors(users, DIRECTORY / "logs") as vendors,
            Stack(directory=DIRECTORY) as stack,
            OfficeOnLightStore(users, stack, vendors) as light_office,
        ):
            for changed in changes:
                status.update(f"{users:,} users on the light store, changed: {changed.value} …")
                yield light_office.measure(changed)


def started(status: Status) -> list[Start]:
    """What starting each function costs."""
    status.update("Imports of the functions …")
    with Stack(directory=DIRECTORY) as stack:
        return imports.starts(stack.provisioned, stack.region)


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
    arguments.add_argument("--full", action="store_true", help="100,000 users with 100 % changed too")
    full = arguments.parse_args().full
    if not function_process.PROCESSES.is_dir():
        sys.exit("make bench reads the functions' memory from /proc, so it needs Linux.")
    os.environ["ALLOWED_NETWORKS"] = "127.0.0.0/8"  # links are prepared here, from what the simulator lists
    console = Console()
    console.width = max(console.width, WIDTH)
    DIRECTORY.mkdir(exist_ok=True)
    changes = (Changed.NONE, Changed.SOME, Changed.ALL) if full else (Changed.NONE, Changed.SOME)
    try:
        with console.status("") as status:
            starts = started(status)
            rows = list(measured(changes, status))
    except MeasurementError as error:
        sys.exit(str(error))
    shown, all_hold = tables.claims(rows)
    console.print(machine())
    for table in (tables.runs(rows), tables.growth(rows), tables.imports(starts), shown):
        console.print(table)
    sys.exit(0 if all_hold else 1)


if __name__ == "__main__":
    main()
