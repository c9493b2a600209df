"""The bench's results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench import contract_claims, listings
from bench.claims import pairs
from bench.exports import MeasuredExport
from bench.exports import Way as WayOut
from bench.imports import MeasuredImport
from bench.imports import Way as WayIn
from bench.listings import MeasuredListing
from bench.measured import Measured
from bench.on_light_hints import MeasuredContracts
from bench.starts import Start
from bench.two_way import MeasuredSync
from bench.two_way import Way as WayOfSync


def _table(title: str, *columns: str, left: int = 1) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position < left else "right", no_wrap=True)
    return table


def runs(rows: Sequence[Measured]) -> Table:
    """One row a run; all are of one flow."""
    flow = rows[0].flow
    table = _table(
        f"Runs of {flow.title}; N counts {flow.of}",
        *("store", "N", "changed", "received", "Questor\nreads", "target\nreads", "vendor\nwrites"),
        *("Query", "Get\nItem", "Update\nItem", "Trans-\nact", "link\nwrites", "outcome\nwrites", "notif.\nwrites"),
        *("S3\ncalls", "all\ncalls", "wall\ns", "CPU\ns", "peak\nMB"),
    )
    before = 0
    for row in rows:
        if before not in {0, row.number}:
            table.add_section()
        before = row.number
        calls = (row.dynamodb.get(name, 0) for name in ("Query", "GetItem", "UpdateItem", "TransactWriteItems"))
        written = (row.rows.get(name, 0) for name in ("links", "outcomes", "notifications"))
        vendors = (row.questor_reads, row.target_reads, row.vendor_writes)
        table.add_row(
            "light" if row.light_store else "moto",
            f"{row.number:,}",
            row.changed.value,
            *(f"{number:,}" for number in (row.expected.received, *vendors, *calls, *written, row.objects, row.calls)),
            f"{row.seconds:.1f}",
            f"{row.processor_seconds:.1f}",
            f"{row.peak_megabytes:.0f}",
        )
    return table


def growth(rows: Iterable[Measured]) -> Table:
    """How calls, time and memory grow from one N to the next."""
    table = _table(
        "Growth from the smaller N",
        *("N counts", "store", "changed", "N", "N ×", "calls ×", "wall ×", "CPU ×", "peak ×"),
        left=4,
    )
    for smaller, larger in pairs(rows):
        table.add_row(
            larger.flow.of,
            "light" if larger.light_store else "moto",
            larger.changed.value,
            f"{smaller.number:,} → {larger.number:,}",
            f"{larger.number / smaller.number:.0f}",
            f"{larger.calls / smaller.calls:.1f}",
            f"{larger.seconds / smaller.seconds:.1f}",
            f"{larger.processor_seconds / smaller.processor_seconds:.1f}",
            f"{larger.peak_megabytes / smaller.peak_megabytes:.2f}",
        )
    return table


def hints(rows: Sequence[MeasuredContracts]) -> Table:
    """One row for each sweep with its hints, or for webhooks' hints."""
    table = _table(
        "Hints and sweeps of SGP → OZmap, on the light store; N counts contracts",
        *("N", "what happened", "compared", "hints", "SGP\npages", "SGP one\nby one", "SGP\nsplitters"),
        *("OZmap\nreads", "OZmap\nwrites", "Query", "Get\nItem", "Put\nItem", "Trans-\nact", "link\nwrites"),
        *("all\ncalls", "wall\ns", "CPU\ns", "hints\n/ s", "CPU ms\n/ hint", "peak\nMB"),
        left=2,
    )
    for before, row in zip([None, *rows], rows, strict=False):
        if before and before.number != row.number:
            table.add_section()
        vendors = (row.pages, row.consulted, row.splitter_calls, row.ozmap_reads, row.ozmap_writes)
        store = (*row.dynamodb.values(), row.store.get("link writes", 0))
        only_hints = row.hints and not row.sweeps
        table.add_row(
            f"{row.number:,}",
            row.happening.value,
            *(f"{number:,}" for number in (row.compared, row.hints, *vendors, *store, row.calls)),
            f"{row.seconds:.1f}",
            f"{row.processor_seconds:.1f}",
            f"{row.hints / row.seconds:.0f}" if only_hints else "",
            f"{row.processor_seconds / row.hints * 1000:.1f}" if only_hints else "",
            f"{row.peak_megabytes:.0f}",
        )
    return table


def growth_of_hints(rows: Iterable[MeasuredContracts]) -> Table:
    """How calls, time and memory grow from one number of contracts to the next."""
    table = _table(
        "Growth from the fewer contracts",
        *("what happened", "N", "N ×", "calls ×", "wall ×", "CPU ×", "peak ×"),
        left=2,
    )
    for smaller, larger in contract_claims.pairs(rows):
        table.add_row(
            larger.happening.value,
            f"{smaller.number:,} → {larger.number:,}",
            f"{larger.number / smaller.number:.0f}",
            f"{larger.calls / smaller.calls:.1f}",
            f"{larger.seconds / smaller.seconds:.1f}",
            f"{larger.processor_seconds / max(smaller.processor_seconds, 0.01):.1f}",
            f"{larger.peak_megabytes / smaller.peak_megabytes:.2f}",
        )
    return table


def exports(rows: Sequence[MeasuredExport]) -> Table:
    """What exporting users takes, beside what others take to write the same cells."""
    table = _table(
        "Export of ASMS's users, 40 columns",
        *("written by", "users", "wall s", "CPU s", "users / s", "times openpyxl", "peak MB", "file MB"),
        left=1,
    )
    slowest = {row.users: row.processor_seconds for row in rows if row.way == WayOut.OPENPYXL}
    for row in rows:
        times = slowest.get(row.users, 0) / row.processor_seconds
        table.add_row(
            row.way.value,
            f"{row.users:,}",
            f"{row.seconds:.1f}",
            f"{row.processor_seconds:.2f}",
            f"{row.users / row.seconds:,.0f}",
            f"{times:.1f}" if times else "",
            f"{row.peak_megabytes:.0f}",
            f"{row.file_megabytes:.1f}",
        )
    return table


def imports(rows: Sequence[MeasuredImport]) -> Table:
    """What importing users takes, beside what others take to read the same file, and to compare it."""
    table = _table(
        "Import of ASMS's users, 40 columns, 1 % of them changed",
        *("read by", "rows", "changed", "wall s", "CPU s", "rows / s", "times django-i-e", "times the reader"),
        *("peak MB", "child MB"),
        left=1,
    )
    taken = {(row.way, row.rows): row.processor_seconds for row in rows}
    for row in rows:
        slow, bare = taken.get((WayIn.DJANGO, row.rows)), taken.get((WayIn.READER, row.rows))
        table.add_row(
            row.way.value,
            f"{row.rows:,}",
            f"{row.changed:,}",
            f"{row.seconds:.1f}",
            f"{row.processor_seconds:.2f}",
            f"{row.rows / row.seconds:,.0f}",
            f"{slow / row.processor_seconds:.1f}" if slow else "",
            f"{row.processor_seconds / bare:.1f}" if bare else "",
            f"{row.peak_megabytes:.0f}",
            f"{row.child_megabytes:.0f}" if row.child_megabytes else "",
        )
    return table


def of_listings(rows: Sequence[MeasuredListing]) -> Table:
    """What budgets of Promob's take to be read, kept and priced."""
    table = _table(
        "Budgets of Promob's; N counts items",
        *("N", "with a price", "XML MB", "wall s", "CPU s", "items / s", "read s", "kept s", "priced s", "peak MB"),
        "kept MB",
        left=0,
    )
    for row in rows:
        table.add_row(
            f"{row.items:,}",
            f"{row.counted:,}",
            f"{row.megabytes:.1f}",
            f"{row.seconds:.1f}",
            f"{row.processor_seconds:.2f}",
            f"{row.items / row.seconds:,.0f}",
            *(f"{one:.2f}" for one in (row.reading_seconds, row.keeping_seconds, row.pricing_seconds)),
            f"{row.peak_megabytes:.0f}",
            f"{row.kept_megabytes:.2f}",
        )
    return table


def syncs(rows: Sequence[MeasuredSync]) -> Table:
    """What two sides of contacts take to be held against each other, beside vdirsyncer's engine."""
    table = _table(
        "Two-way syncs of contacts in memory",
        *("decided by", "contacts", "changed", "wall s", "CPU s", "CPU µs / contact", "times vdirsyncer"),
        *("read", "written", "calls / change", "peak MB"),
        left=1,
    )
    taken = {row.changed: row.processor_seconds for row in rows if row.way == WayOfSync.VDIRSYNCER}
    for row in rows:
        times = taken.get(row.changed, 0) / row.processor_seconds
        table.add_row(
            row.way.value,
            *(f"{number:,}" for number in (row.contacts, row.changed)),
            f"{row.seconds:.2f}",
            f"{row.processor_seconds:.2f}",
            f"{row.processor_seconds / row.contacts * 1e6:.0f}",
            f"{times:.1f}" if times else "",
            *(f"{number:,}" for number in (row.read, row.written)),
            f"{(row.read + row.written) / row.changed:.1f}" if row.changed else "",
            f"{row.peak_megabytes:.0f}",
        )
    return table


def growth_of_listings(rows: Sequence[MeasuredListing]) -> Table:
    """How time and memory grow from one budget to the next."""
    table = _table("Growth from the smaller budget", *("N", "N ×", "wall ×", "CPU ×", "peak ×"), left=1)
    for smaller, larger in listings.pairs(rows):
        table.add_row(
            f"{smaller.items:,} → {larger.items:,}",
            f"{larger.items / smaller.items:.1f}",
            f"{larger.seconds / smaller.seconds:.1f}",
            f"{larger.processor_seconds / smaller.processor_seconds:.1f}",
            f"{larger.peak_megabytes / smaller.peak_megabytes:.2f}",
        )
    return table


def starts(rows: Iterable[Start]) -> Table:
    """What starting each function costs."""
    table = _table(
        "Start of a function (medians of fresh interpreters)",
        *("handler", "clients", "import ms", "boto3 + clients ms", "ratio", "import MB", "boto3 + clients MB"),
        left=2,
    )
    for start in rows:
        table.add_row(
            start.handler,
            ", ".join(start.services),
            f"{start.import_seconds * 1000:.0f}",
            f"{start.clients_seconds * 1000:.0f}",
            f"{start.import_seconds / start.clients_seconds:.2f}",
            f"{start.import_megabytes:.0f}",
            f"{start.clients_megabytes:.0f}",
        )
    return table


def claims(found: Iterable[tuple[str, list[str]]]) -> Table:
    """What the counts must show, each with the rows where it does not hold."""
    table = _table("What the counts show", "claim", "", left=2)
    for sentence, where in found:
        table.add_row(sentence, f"[red]not so: {', '.join(where)}" if where else "[green]holds")
    return table
