"""What one run called, how long it took and how much memory its function had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.flows import Changed, Expected, MeasuredFlow
from local.calls import Record

FUNCTIONS = frozenset({"ZenOnSchedule", "ZenOnQueue", "SgpOnQueue"})
TABLES = ("links", "outcomes", "notifications", "runs")


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: a run of a flow over an office of N; what is measured of a process is of the worker's."""

    flow: MeasuredFlow
    number: int
    changed: Changed
    expected: Expected
    light_store: bool
    questor_reads: int
    target_reads: int
    vendor_writes: int
    dynamodb: Mapping[str, int]  # calls by operation
    rows: Mapping[str, int]  # rows written, by table
    objects: int  # calls to S3
    others: int  # calls to SQS and Secrets Manager
    seconds: float  # from the tick to the run's end
    processor_seconds: float  # of the worker's process, in user and system time
    peak_megabytes: float  # of the worker's process, resident

    @property
    def calls(self) -> int:
        """All calls that the functions made."""
        vendors = self.questor_reads + self.target_reads + self.vendor_writes
        return vendors + sum(self.dynamodb.values()) + self.objects + self.others


def written(record: Record, tables: Mapping[str, str]) -> dict[str, int]:
    """Rows that functions wrote, one by one or in transactions, by table. `tables`: physical name → table."""
    rows: Counter[str] = Counter()
    for right, number in record.rights.items():
        table = tables.get(right.resource.partition(":table/")[2])
        writes = right.action in {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
        if table and writes and right.caller in FUNCTIONS:
            rows[table] += number
    return dict(rows)


def called(record: Record, service: str) -> dict[str, int]:
    """Calls of a service by operation, those of the functions alone."""
    callers = {operation.caller for operation in record.operations}
    return dict(record.named(service, without=frozenset(callers - FUNCTIONS)))
