"""The functions in this process, on the AWS server and the vendors' simulators over real HTTP.

A `Sandbox` is a freshly imported copy of the product's modules, as a new Lambda execution environment would have it;
who dies is replaced by a new one. Time is the office's clock; the queue is delivered by hand.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import urllib.request
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3
from botocore.config import Config

from local import processes
from local.contents import CONTENTS_PATH
from local.provision import provision
from local.provisioned import Clients, Provisioned
from local.template import Resolver, translated
from local.vendors.office import Office as QuestorOffice
from local.vendors.questor import QuestorSimulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from tests.modules_at_birth import AtBirth

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

ROOT = processes.ROOT
REGION = "sa-east-1"
START = 1795424400.0  # 2026-11-23T09:00:00Z
CONNECTION = "escritorio-modelo"
SECRET_PREFIX = "sincronia/test/"
FLOW = "sincronizar_usuarios"
PARAMETERS = {"AllowedNetworks": "127.0.0.0/8"}
TABLES = ("connections", "links", "identities", "runs", "outcomes", "notifications", "tokens", "requests")
PRODUCT = ("sincronia", "asms", "hub", "notes", "promob", "sgp", "zen")
_PARENTS = (ROOT / "functions", ROOT / "layers" / "common")


def event(name: str) -> dict[str, Any]:
    """An example from events/, such as `zen/on_queue/run`."""
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return found


class Context:
    """What the functions use of Lambda's context."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:sa-east-1:123456789012:function:test"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda says it."""
        return int(self._seconds * 1000)


@cache
def product_names() -> frozenset[str]:
    """The names of all of the product's modules."""
    files = ((parent, file) for parent in _PARENTS for name in PRODUCT for file in (parent / name).rglob("*.py"))
    paths = (file.relative_to(parent).with_suffix("") for parent, file in files)
    return frozenset(".".join(path.parts).removesuffix(".__init__") for path in paths).union(PRODUCT)


def product_modules() -> dict[str, ModuleType]:
    """The product's modules that are imported now."""
    return {name: sys.modules[name] for name in product_names() & sys.modules.keys()}


@contextmanager
def in_place_of_the_tests_own(modules: dict[str, ModuleType]) -> Iterator[None]:
    """These are the product's modules, and no others; what is imported meanwhile comes to them."""
    others = product_modules()
    for name in others:
        del sys.modules[name]
    sys.modules |= modules
    try:
        yield
    finally:
        modules |= product_modules()
        for name in product_modules():
            del sys.modules[name]
        sys.modules |= others


class Sandbox:
    """A fresh copy of the product's modules, or those that are given, with the test's clock."""

    def __init__(
        self,
        now: Callable[[], float],
        changes: Callable[[Sandbox], None] | None = None,
        integration: str = "zen",
        modules: dict[str, ModuleType] | None = None,
    ) -> None:
        self.modules = modules or self._fresh(integration)
        self.of("sincronia.clock").now = now
        self.of("sincronia.vendor_http").sleep = lambda _: None
        self.on_schedule = self.of(f"{integration}.on_schedule")
        self.on_queue = self.of(f"{integration}.on_queue")
        self.registering = self.of("sincronia.store.registering")
        self.flows = self.of(f"{integration}.flows").FLOWS
        if changes:
            changes(self)

    @staticmethod
    def _fresh(integration: str) -> dict[str, ModuleType]:
        loggers = logging.root.manager.loggerDict
        for logger in [loggers.pop(name) for name in list(loggers) if name.split(".")[0] in PRODUCT]:
            # Under another name: of who is not here at all, logging would not notice that its level changes.
            loggers[f"replaced.{id(logger)}"] = logger
        modules: dict[str, ModuleType] = {}
        with in_place_of_the_tests_own(modules):
            for name in ("on_schedule", "on_queue", "flows"):
                importlib.import_module(f"{integration}.{name}")
            for name in ("clock", "vendor_http", "store.registering"):
                importlib.import_module(f"sincronia.{name}")
        return modules

    def of(self, name: str) -> Any:
        """One of the product's modules as this sandbox has it."""
        return self.modules[name]

    def imported(self, name: str) -> Any:
        """Imports one more of the product's modules into this sandbox, unless it has it."""
        if name not in self.modules:
            with in_place_of_the_tests_own(self.modules):
                importlib.import_module(name)
        return self.modules[name]


class Place(Protocol):
    """Who says what time it is."""

    now: float


def clock_of(place: Place) -> Callable[[], float]:
    """The place's clock, which doesn't keep it: who is gone leaves the clock standing."""
    found, last = weakref.ref(place), [place.now]

    def now() -> float:
        if (alive := found()) is not None:
            last[0] = alive.now
        return last[0]

    return now


_free: dict[str, list[tuple[dict[str, ModuleType], AtBirth]]] = {}  # by integration; whose sandbox nobody holds


def sandbox_as_new(
    now: Callable[[], float], changes: Callable[[Sandbox], None] | None = None, integration: str = "zen"
) -> Sandbox:
    """A sandbox that nobody else has: of modules that no sandbox has any more, where there are some.

    Who needs what modules read when they are imported, such as the level of logs, makes a `Sandbox`.
    """
    free = _free.setdefault(integration, [])
    if free:
        modules, at_birth = free.pop()
        at_birth.restore()
    else:
        # In a thread of its own: pydantic keeps the frames in which types are made, and what those hold never goes.
        with ThreadPoolExecutor(1) as alone:
            modules, at_birth = alone.submit(_born, integration).result()
    sandbox = Sandbox(now, changes, integration, modules)
    weakref.finalize(sandbox, free.append, (modules, at_birth))
    return sandbox


def _born(integration: str) -> tuple[dict[str, ModuleType], AtBirth]:
    made = Sandbox(lambda: START, integration=integration)
    for name in sorted(product_names()):
        if name.startswith((f"{integration}.", "sincronia.")):
            made.imported(name)
    return made.modules, AtBirth(made.modules)


class AwsServer:
    """The AWS server as a process, with the template's resources made anew for each test."""

    def __init__(self) -> None:
        log = ROOT / ".local" / "logs" / f"tests-aws-{os.getpid()}.log"
        environment = {**processes.base_environment(), "PYTHONPATH": str(ROOT)}
        self.process = processes.start(
            "local.aws_server", "--port", "0", environment=environment, log=log, announces=True
        )
        self.endpoint = str(processes.announcement(self.process, "local.aws_server", log)["endpoint"])
        os.environ["AWS_ENDPOINT_URL"] = self.endpoint
        config = Config(retries={"max_attempts": 0})
        self.dynamodb: DynamoDBClient = boto3.client("dynamodb", config=config)
        self.s3: S3Client = boto3.client("s3", config=config)
        self.sqs: SQSClient = boto3.client("sqs", config=config)
        self.secretsmanager: SecretsManagerClient = boto3.client("secretsmanager", config=config)
        self._template = translated(ROOT / "template.yaml", PARAMETERS, REGION)
        self.provisioned = Provisioned()
        self.tables: set[str] = set()  # the integration's

    def renew(self, integration: str = "zen") -> None:
        """Forgets everything, makes the template's resources, and sets the integration's environment."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")  # noqa: S310  # our own server
        urllib.request.urlopen(request).close()  # noqa: S310
        resolver = Resolver(self._template, PARAMETERS, stack_name="test", region=REGION)
        clients = Clients(self.dynamodb, self.s3, self.sqs, self.secretsmanager)
        self.provisioned = provision(self._template, resolver, clients, stack_name="test", region=REGION)
        self._set_environment(integration)

    def emptied(self, integration: str = "zen") -> None:
        """As `renew`, but what is made already is emptied: a tenth of the time, for who makes no resources."""
        if not self.provisioned.functions:
            self.renew(integration)
            return
        self.clear()
        for bucket in self.s3.list_buckets()["Buckets"]:
            for each in self.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
                self.s3.delete_object(Bucket=bucket["Name"], Key=each["Key"])
        for secret in self.secretsmanager.list_secrets()["SecretList"]:
            if secret["Name"].startswith(SECRET_PREFIX):
                self.secretsmanager.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
        self._set_environment(integration)

    def _set_environment(self, integration: str) -> None:
        environment: dict[str, str] = {}
        for function in self.provisioned.functions.values():
            if function.handler.split(".")[0] in {integration, "hub"}:
                environment |= function.environment
        os.environ |= environment | {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}
        self.tables = {value for variable, value in environment.items() if variable.endswith("_TABLE")}

    def clear(self) -> None:
        """Forgets all items and messages; quicker than making everything anew."""
        request = urllib.request.Request(f"{self.endpoint}{CONTENTS_PATH}", method="DELETE")  # noqa: S310  # our own server
        urllib.request.urlopen(request).close()  # noqa: S310

    def items(self) -> dict[str, list[dict[str, Any]]]:
        """All items of the integration's tables, by the name of their table, as DynamoDB writes them."""
        return {
            name: cast("list[dict[str, Any]]", self.dynamodb.scan(TableName=name, ConsistentRead=True)["Items"])
            for name in self.tables
        }

    def put(self, items: dict[str, list[dict[str, Any]]]) -> None:
        """Puts items back that `items` gave."""
        for table, rows in items.items():
            self._write(table, [{"PutRequest": {"Item": row}} for row in rows])

    def _write(self, table: str, requests: list[Any]) -> None:
        for start in range(0, len(requests), 25):  # as many as DynamoDB takes at once
            self.dynamodb.batch_write_item(RequestItems={table: requests[start : start + 25]})

    def close(self) -> None:
        """Ends the process."""
        for client in (self.dynamodb, self.s3, self.sqs):
            client.close()
        processes.end(self.process)


class OfficeOnAws:
    """One accounting office on the AWS server: its vendors simulated, one connection, one flow."""

    def __init__(
        self,
        aws: AwsServer,
        questor: QuestorSimulator,
        zen: ZenSimulator,
        tareffa: TareffaSimulator | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.aws = aws
        self.questor = questor
        self.zen = zen
        self.tareffa = tareffa  # None: the office doesn't use it
        self.now = START
        self.changes: Callable[[Sandbox], None] | None = None
        self.queue_url = os.environ["RUN_QUEUE_URL"]
        self.sandbox = sandbox or self.new_sandbox()
        self.sandbox.of("sincronia.clock").now = clock_of(self)

    def new_sandbox(self) -> Sandbox:
        """A new execution environment, with the mutant's changes where there is one."""
        return sandbox_as_new(clock_of(self), self.changes)

    def connect(
        self,
        *,
        settings: dict[str, str] | None = None,
        secret: dict[str, str] | None = None,
        filters: dict[str, Any] | None = None,
        flow: str = FLOW,
        every_minutes: int | None = 60,
    ) -> None:
        """Puts the connection, its flow due at START; what is given takes the place of what works."""
        addresses = {"questor_address": self.questor.url, "zen_address": self.zen.url}
        tokens = {"questor_token": self.questor.token, "zen_token": self.zen.token}
        if self.tareffa:
            addresses["tareffa_address"], tokens["tareffa_token"] = self.tareffa.url, self.tareffa.token
        state = self.sandbox.of("sincronia.engine.state")
        connection = state.Connection(
            CONNECTION,
            "zen",
            "Escritório Modelo",
            addresses | (settings or {}),
            "",
            "ana",
            enabled=True,
        )
        kind = self.sandbox.flows[flow]
        scheduled = state.ScheduledFlow(
            CONNECTION, "zen", flow, kind.title, {**kind.default_filters, **(filters or {})}, every_minutes, START, ""
        )
        fields = tokens | {"administrator_access_key": "chave-do-usuario-0"} | (secret or {})
        self.sandbox.registering.put_connection(connection, [scheduled], fields, "sincronia/test/")

    def tick(self, sandbox: Sandbox | None = None) -> None:
        """EventBridge Scheduler's call, as events/ has it."""
        (sandbox or self.sandbox).on_schedule.handler(event("zen/on_schedule/tick"), Context(60))

    def message(self) -> tuple[dict[str, Any], str] | None:
        """The next message as an SQS event, and its receipt; it stays in the queue until it is deleted."""
        received = self.aws.sqs.receive_message(QueueUrl=self.queue_url, VisibilityTimeout=0, WaitTimeSeconds=0)
        if not received.get("Messages"):
            return None
        message = received["Messages"][0]
        happening = event("zen/on_queue/run")
        happening["Records"][0] |= {"body": message["Body"], "messageId": message["MessageId"]}
        return happening, message["ReceiptHandle"]

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """The worker's answer to an event: whether the message is spent."""
        answer = (sandbox or self.sandbox).on_queue.handler(happening, Context(seconds))
        return not answer["batchItemFailures"]

    def spend(self, receipt: str) -> None:
        """Deletes a message."""
        self.aws.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=receipt)

    def deliver(self) -> bool:
        """Delivers one message; False where none waits."""
        waiting = self.message()
        if waiting is None:
            return False
        if self.handle(waiting[0]):
            self.spend(waiting[1])
        return True

    def sync(self) -> dict[str, Any]:
        """A whole scheduled run: the clock moves to the due time, the tick, then every message. Gives the run's row."""
        (flow,) = [row for row in self.rows("connections") if row["item"].startswith("FLOW#")]
        self.now = max(self.now, float(flow["wake_at"]))
        self.tick()
        while self.deliver():
            pass
        return self.run()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as plain values; a run's with `received` and `counters` over all its lanes."""
        found = self.aws.dynamodb.scan(TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True)["Items"]
        rows = [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]
        return [row | totals(row["tallies"]) if table == "runs" else row for row in rows]

    def run(self) -> dict[str, Any]:
        """The newest run's row."""
        return max(self.rows("runs"), key=lambda row: str(row["run_id"]))

    def outcomes(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """A run's outcomes in order."""
        found = [row for row in self.rows("outcomes") if row["run_id"] == run["run_id"]]
        return sorted(found, key=lambda row: str(row["seq"]))

    def notification(self, run: dict[str, Any]) -> dict[str, Any]:
        """A run's notification."""
        (found,) = [row for row in self.rows("notifications") if row["id"] == run["run_id"]]
        return found


def totals(tallies: str) -> dict[str, Any]:
    """What a run's tallies (JSON) come to."""
    counted, received = Counter[str](), 0
    for tally in json.loads(tallies).values():
        counted.update(tally["counters"])
        received += tally["received"]
    return {"received": received, "counters": dict(counted)}


def plain(value: dict[str, Any]) -> Any:
    """What a value is, as DynamoDB writes it."""
    (kind, inner), *_ = value.items()
    if kind == "N":
        return float(inner)
    if kind == "L":
        return [plain(part) for part in inner]
    return inner


@contextmanager
def office_on_aws(
    aws: AwsServer, users: int = 8, *, sandbox: Sandbox | None = None, **clients: int
) -> Iterator[OfficeOnAws]:
    """An office of `users` people: one without e-mail and two sharing one, where it has at least five.

    sandbox: an execution environment that is there already; quicker than a new one. clients: what the simulated office
    takes of its client companies.
    """
    aws.emptied()
    spoilt = (1, 1) if users >= 5 else (0, 0)
    office = QuestorOffice(users, *spoilt, **clients)
    with QuestorSimulator(office) as questor, ZenSimulator() as zen:
        yield OfficeOnAws(aws, questor, zen, sandbox=sandbox)
