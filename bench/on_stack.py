"""Scheduled runs of a flow on the whole local stack: real trigger, queue, runtime, handlers; moto behind."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from bench import function_process
from bench.flows import Changed, Expected, MeasuredFlow
from bench.light_function import MeasurementError
from bench.measured import TABLES, Measured, called, written
from bench.vendors import Vendors
from local import dev, processes
from local.stack import Stack

CONNECTION = "escritorio-medido"
WORKER, HANDLER = "ZenOnQueue", "zen.on_queue.handler"
EVENT = processes.ROOT / "events" / "zen" / "on_queue" / "run.json"
PATIENCE_SECONDS = 1800


def message_of(run_id: str) -> dict[str, Any]:
    """The worker's event for a run."""
    event: dict[str, Any] = json.loads(EVENT.read_text(encoding="utf-8"))
    event["Records"][0]["body"] = json.dumps({"connection": CONNECTION, "run_id": run_id})
    return event


class OfficeOnStack:
    """One office of N, connected. `measure` runs a sync; its first run is the seed of the others."""

    def __init__(self, flow: MeasuredFlow, number: int, stack: Stack, vendors: Vendors, directory: Path) -> None:
        self._flow = flow
        self._number = number
        self._stack = stack
        self._vendors = vendors
        self._dynamodb = stack.client("dynamodb")
        self._tables = {name: stack.outputs[f"{name.title()}Table"] for name in ("connections", *TABLES)}
        self._due = count(int(time.time()) - 3600)  # a run's id tells seconds apart
        self._connect(directory)

    def measure(self, changed: Changed) -> Measured:
        """Changes so many records, and runs one sync in a fresh process of the function that is already warm."""
        for kind, change in self._flow.edits(self._number, changed).items():
            self._vendors.questor.edit(kind, change)
        function_process.end_all(HANDLER)
        self._warm()
        self._due_now()
        self._vendors.reset()
        self._stack.calls(reset=True)
        begun = function_process.processor_seconds(HANDLER)
        if self._stack.fire_schedule("ZenOnSchedule").failed:
            raise MeasurementError("The tick failed; see .bench/logs/ZenOnSchedule.log.")
        run = self._concluded()
        expected = self._flow.expected(self._number, changed)
        _check(run, changed, expected)
        record = self._stack.calls()
        questor_reads, target_reads, writes = self._vendors.counted()
        return Measured(
            flow=self._flow,
            number=self._number,
            changed=changed,
            expected=expected,
            light_store=False,
            questor_reads=questor_reads,
            target_reads=target_reads,
            vendor_writes=writes,
            dynamodb=called(record, "dynamodb"),
            rows=written(record, {self._tables[name]: name for name in TABLES}),
            objects=sum(called(record, "s3").values()),
            others=sum(called(record, "sqs").values()) + sum(called(record, "secretsmanager").values()),
            seconds=float(run["concluded_at"]["N"]) - float(run["started_at"]["N"]),
            processor_seconds=function_process.processor_seconds(HANDLER) - begun,
            peak_megabytes=function_process.peak_megabytes(HANDLER),
        )

    def _connect(self, directory: Path) -> None:
        """Puts the connection as an operator does."""
        definition = {
            "connection": CONNECTION,
            "integration": "zen",
            "name": "Escritório medido",
            "responsible": "ana",
            "settings": self._vendors.settings,
            "flows": {self._flow.name: {"every_minutes": 60, "filters": self._flow.filters}},
        }
        stack_file, file = directory / "stack.json", directory / "connection.json"
        stack_file.write_text(json.dumps(dev.describe(self._stack)), encoding="utf-8")
        file.write_text(json.dumps(definition), encoding="utf-8")
        python_path = f"{processes.ROOT}:{processes.ROOT / 'functions'}"
        done = subprocess.run(
            [sys.executable, "-m", "operations.put_connection", str(stack_file), str(file)],
            input=json.dumps(self._vendors.secret),
            env={**processes.base_environment(), "PYTHONPATH": python_path, "ALLOWED_NETWORKS": "127.0.0.0/8"},
            cwd=processes.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise MeasurementError(done.stderr)

    def _warm(self) -> None:
        """Starts the function's process: a run that isn't there is left alone."""
        if self._stack.invoke(WORKER, message_of("none")).failed:
            raise MeasurementError(f"The worker does not start; see .bench/logs/{WORKER}.log.")

    def _due_now(self) -> None:
        self._dynamodb.update_item(
            TableName=self._tables["connections"],
            Key={"connection": {"S": CONNECTION}, "item": {"S": f"FLOW#{self._flow.name}"}},
            UpdateExpression="SET wake_at = :now",
            ExpressionAttributeValues={":now": {"N": str(next(self._due))}},
        )

    def _concluded(self) -> dict[str, Any]:
        """The newest run's row, once it is done."""
        for _ in range(PATIENCE_SECONDS * 5):
            (run,) = self._dynamodb.query(
                TableName=self._tables["runs"],
                KeyConditionExpression="#connection = :connection",
                ExpressionAttributeNames={"#connection": "connection"},
                ExpressionAttributeValues={":connection": {"S": CONNECTION}},
                ScanIndexForward=False,
                Limit=1,
                ConsistentRead=True,
            )["Items"]
            if run["phase"]["S"] in {"done", "brake"}:
                return dict(run)
            time.sleep(0.2)
        raise MeasurementError(f"The run did not end in {PATIENCE_SECONDS} seconds.")


def _check(run: dict[str, Any], changed: Changed, expected: Expected) -> None:
    counted = Counter[str]()
    for tally in json.loads(run["tallies"]["S"]).values():
        counted.update(tally["counters"])
    check_counters(run["phase"]["S"], counted, changed, expected)


def check_counters(phase: str, found: Mapping[str, int], changed: Changed, expected: Expected) -> None:
    """Raises MeasurementError where a run is not done, or did anything else than it had to."""
    if changed == Changed.PREVIEW:
        due = {"created": expected.received}
    else:
        kind = "created" if changed in {Changed.FIRST, Changed.NEW} else "updated"
        due = {kind: expected.writes, "unchanged": expected.received - expected.writes}
    due = {name: number for name, number in due.items() if number}
    if phase != "done" or dict(found) != due:
        raise MeasurementError(f"The run ended as {phase}, {dict(found)}; expected {due}.")
