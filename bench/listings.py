"""What a budget of Promob's takes to be read, kept and priced: `python -m bench.listings BODY`.

A process of its own, with all that Promob's worker loads and AWS's clients, does what the worker does with a body that
the webhook kept: unpacks it, reads the listing through, keeps its items, and makes the first version of them, by a
store's rules. S3 is a directory. The body is made before, by the simulator.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.exports import ENVIRONMENT
from local import processes
from local.vendors.promob_listing import drawn, written_xml

MOST_MEGABYTES = 256
SIZES = (1_000, 5_000, 10_000, 25_000, 50_000)  # items of all kinds; three of seven have a price of their own
_TABLES = ("connections", "hints", "identities", "links", "notifications", "outcomes", "privacy", "projects", "runs")


@dataclass(frozen=True, slots=True)
class MeasuredListing:
    """One row. Seconds are of all steps together, then of the steps: read, kept, priced."""

    items: int  # of all kinds
    counted: int
    megabytes: float  # of the listing
    seconds: float
    processor_seconds: float
    reading_seconds: float  # of a processor, as all that follow
    keeping_seconds: float
    pricing_seconds: float
    peak_megabytes: float  # of the process, resident
    kept_megabytes: float  # objects, compressed
    sums_equal: bool  # those that were read and those of the version, with what the drawing comes to


def measure(items: int) -> MeasuredListing:
    """Measures in a fresh process."""
    drawing = drawn(-(-items * 3 // 7))
    counted = list(drawing.counted())
    document = written_xml(drawing)
    with TemporaryDirectory() as place:
        body = Path(place) / "body"
        project = {"id": "P-1", "name": "Cozinha", "sequence": 1}
        event = {"type": "budget.prepared", "account": "A-1", "project": project, "listing_xml": document}
        body.write_bytes(gzip.compress(json.dumps(event, ensure_ascii=False).encode()))
        done = subprocess.run(
            [sys.executable, "-m", "bench.listings", str(body)],
            cwd=processes.ROOT,
            env={
                **processes.base_environment(),
                **ENVIRONMENT,
                **{f"{name.upper()}_TABLE": "none" for name in _TABLES},
            },
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    cost = sum((piece.order or Decimal(0) for piece in counted), Decimal(0))
    price = sum((piece.budget or Decimal(0) for piece in counted), Decimal(0))
    due = [len(counted), str(cost), str(price)]
    return MeasuredListing(
        items=found["items"],
        counted=len(counted),
        megabytes=len(document.encode()) / 2**20,
        seconds=found["seconds"],
        processor_seconds=sum(found["processor"]),
        reading_seconds=found["processor"][0],
        keeping_seconds=found["processor"][1],
        pricing_seconds=found["processor"][2],
        peak_megabytes=found["peak"],
        kept_megabytes=found["kept"],
        sums_equal=found["read"] == due and found["version"] == due,
    )


def pairs(rows: Sequence[MeasuredListing]) -> Iterator[tuple[MeasuredListing, MeasuredListing]]:
    """Each row with the one of the next size."""
    return pairwise(sorted(rows, key=lambda row: row.items))


def broken(rows: Sequence[MeasuredListing]) -> list[tuple[str, list[str]]]:
    """What sums and memory must show, as sentences, with the rows where one does not hold."""
    return [
        (
            "Budgets of Promob's, as read and as a version, come to what was drawn, to the cent",
            [f"{row.items:,} items" for row in rows if not row.sums_equal],
        ),
        (
            f"A budget of Promob's is read, kept and priced below {MOST_MEGABYTES} MB",
            [f"{row.items:,} items" for row in rows if row.peak_megabytes >= MOST_MEGABYTES],
        ),
    ]


class FileItems:
    """Implements promob.ports.ItemObjects in a directory, as S3Items does in a bucket."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, kind: str, lines: Iterable[Mapping[str, Any]]) -> str:
        digest = blake2b(digest_size=20)
        with gzip.open(self.directory / kind, "wb", compresslevel=3) as packed:
            for line in lines:
                text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(text)
                packed.write(text)
        name = f"{kind}-{digest.hexdigest()}"
        (self.directory / kind).rename(self.directory / name)
        return name

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        with gzip.open(self.directory / name) as unpacked:
            yield from map(json.loads, unpacked)


def main(body: Path) -> None:
    """Prints what MeasuredListing needs."""
    import promob.on_queue  # noqa: F401, PLC0415  # what the worker holds before the first message
    from promob.environments import Environment, StoredBudget  # noqa: PLC0415
    from promob.events import BudgetMade, event_of  # noqa: PLC0415
    from promob.listings import lines_of, sums_of  # noqa: PLC0415
    from promob.pricing import Rule  # noqa: PLC0415
    from promob.versions import version_of  # noqa: PLC0415
    from sincronia.store.aws import s3  # noqa: PLC0415

    s3()
    objects = FileItems(body.parent)
    start, processor = time.perf_counter(), [time.process_time()]
    event = event_of(body.read_bytes())
    assert isinstance(event, BudgetMade)
    sums = sums_of(event)
    processor.append(time.process_time())
    kept = objects.keep("items", lines_of(event))
    processor.append(time.process_time())
    budget = StoredBudget(
        sequence=1,
        option=event.project.name,
        received_at=0,
        items=kept,
        count=sums.count,
        unpriced=sums.unpriced,
        cost=sums.cost,
        price=sums.price,
    )
    rules = [
        Rule(markup=Decimal(110)),
        Rule(supplier="Ferragens Campeiras", markup=Decimal(90), discount_limit=Decimal(5)),
        Rule(category="Tampos", discount_limit=Decimal(10), step=Decimal("1.00")),
        Rule(reference="BAL800", markup=Decimal("121.5"), step=Decimal("0.05")),
    ]
    version = version_of(Environment(id="0" * 16, name="Cozinha"), budget, rules, objects, "")
    seconds = time.perf_counter() - start
    processor.append(time.process_time())
    with Path("/proc/self/status").open(encoding="ascii") as status:
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(
        json.dumps(
            {
                "items": sum(1 for _ in objects.lines(kept)),
                "seconds": seconds,
                "processor": [later - earlier for earlier, later in pairwise(processor)],
                "peak": int(peak) / 1024,
                "kept": sum((body.parent / name).stat().st_size for name in (kept, version.items)) / 2**20,
                "read": [sums.count, str(sums.cost), str(sums.price)],
                "version": [version.count, str(version.cost), str(version.promob_price)],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
