"""The whole stack on this machine, for tests, demo, bench and `make dev`:

with Stack() as stack:
    stack.fire_schedule("ZenOnSchedule")
    stack.calls().named("dynamodb")
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import boto3
from botocore.config import Config

from local import processes
from local.calls import CALLS_PATH, Record
from local.event_sources import CALLER as POLLER
from local.event_sources import QueuePoller
from local.first_token import first_token
from local.functions import Functions
from local.http_api import HttpFront
from local.invoke_api import InvokeServer
from local.provision import provision
from local.provisioned import Clients, Provisioned
from local.sandbox import Answer
from local.scheduler import Scheduler
from local.template import Resolver, translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

REGION = "sa-east-1"
OPERATOR = "operator"  # the access key of whoever stands outside: tests, demo, make dev
_LOCAL_PARAMETERS = {"AllowedNetworks": "127.0.0.0/8"}
_NEVER_LONGER = Config(retries={"max_attempts": 0}, read_timeout=30)


class Stack:
    """template.yaml, standing: services, functions, queues, schedules. Everything that it started ends with it.

    parameters: of the template; AllowedNetworks is 127.0.0.0/8 unless given. scheduler: whether schedules fire by
    themselves (fire_schedule works either way). vendors: simulators to start beside it, by their modules' names in
    local/vendors; a mapping gives each the options of its command, as {"questor": ("--companies", "300"), "zen": ()}.
    directory: where logs go. template, code: another template and another source root of functions, for
    tests of the stack itself.
    """

    def __init__(
        self,
        *,
        parameters: Mapping[str, str] | None = None,
        scheduler: bool = False,
        vendors: Sequence[str] | Mapping[str, Sequence[str]] = (),
        name: str = "sincronia-local",
        directory: Path = processes.ROOT / ".local",
        template: Path = processes.ROOT / "template.yaml",
        code: Path = processes.ROOT / "functions",
    ) -> None:
        self.name = name
        self.region = REGION
        self.logs = directory / "logs"
        self._parameters = {**_LOCAL_PARAMETERS, **(parameters or {})}
        self._fires = scheduler
        self._vendor_options = vendors if isinstance(vendors, Mapping) else dict.fromkeys(vendors, ())
        self.vendors: dict[str, dict[str, Any]] = {}  # by name: url and credentials
        self._template = template
        self._code = code
        self._open = ExitStack()
        self._clients = ExitStack()
        self._pollers: list[QueuePoller] = []
        self.aws_endpoint = ""
        self.lambda_url = ""
        self.api_url = ""  # without a slash at its end; empty where the template has no API
        self.template: dict[str, Any] = {}
        self.provisioned = Provisioned()

    @property
    def outputs(self) -> Mapping[str, str]:
        """The template's outputs, by name."""
        return self.provisioned.outputs

    @property
    def aws(self) -> Mapping[str, str]:
        """Where the services are, as stack.json says it."""
        return {"endpoint": self.aws_endpoint, "region": self.region}

    @cached_property
    def token(self) -> str:
        """The first administrator's token for the API, made when it is first asked for."""
        return first_token(self.aws, self.outputs)

    def __enter__(self) -> Self:
        try:
            self._bring_up()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def invoke(self, logical_id: str, event: object) -> Answer:
        """A function's answer to an event (anything that JSON can hold)."""
        return self.functions.invoke(logical_id, json.dumps(event).encode())

    def fire_schedule(self, logical_id: str, at: datetime | None = None) -> Answer:
        """Fires a schedule now, by its logical id or its function's; `at` is the time that the function is told."""
        return self.scheduler.fire(logical_id, at)

    def calls(self, *, reset: bool = False) -> Record:
        """Every AWS call so far, counted by caller; a function's caller is its logical id."""
        method = "DELETE" if reset else "GET"
        request = urllib.request.Request(self.aws_endpoint + CALLS_PATH, method=method)  # noqa: S310  # our own server
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return Record.from_json(response.read().decode())

    @overload
    def client(self, service: Literal["dynamodb"], caller: str = OPERATOR) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["s3"], caller: str = OPERATOR) -> S3Client: ...
    @overload
    def client(self, service: Literal["sqs"], caller: str = OPERATOR) -> SQSClient: ...
    @overload
    def client(self, service: Literal["secretsmanager"], caller: str = OPERATOR) -> SecretsManagerClient: ...
    def client(self, service: Any, caller: str = OPERATOR) -> Any:
        """A boto3 client of the stack's services; it is closed with the stack."""
        client = boto3.session.Session().client(
            service,
            endpoint_url=self.aws_endpoint,
            region_name=self.region,
            aws_access_key_id=caller,
            aws_secret_access_key="local",  # noqa: S106  # not a secret: nothing checks it
            config=_NEVER_LONGER,
        )
        self._clients.callback(client.close)
        return client

    def _bring_up(self) -> None:
        self._open.enter_context(self._clients)
        self._open.callback(self._join_pollers)  # after the server's end, which wakes them
        services = {"aws": "local.aws_server"} | {name: f"local.vendors.{name}" for name in self._vendor_options}
        started = {
            name: self._start(name, module, self._vendor_options.get(name, ())) for name, module in services.items()
        }
        self.template = translated(self._template, self._parameters, self.region)
        resolver = Resolver(self.template, self._parameters, stack_name=self.name, region=self.region)
        said = {
            name: processes.announcement(process, services[name], self.logs / f"{name}.log")
            for name, process in started.items()
        }
        self.aws_endpoint = str(said.pop("aws")["endpoint"])
        self.vendors = said
        clients = Clients(self.client("dynamodb"), self.client("s3"), self.client("sqs"), self.client("secretsmanager"))
        front = HttpFront()
        self._open.callback(front.server_close)
        self.provisioned = provision(
            self.template, resolver, clients, stack_name=self.name, region=self.region, api_url=front.url
        )
        api = self.provisioned.api
        self.functions = Functions(
            self.provisioned.functions,
            endpoint=self.aws_endpoint,
            region=self.region,
            code=self._code,
            layer=processes.ROOT / "layers" / "common",
            logs=self.logs,
            answering={route.function_arn for route in api.routes} if api else (),
        )
        self._open.callback(self.functions.close)
        if api:
            front.serve(api, self.functions)
            self._open.callback(front.stop)
            self.api_url = front.url
        for spec in self.provisioned.mappings:
            poller = QueuePoller(spec, self.functions, self.client("sqs", POLLER), region=self.region)
            self._pollers.append(poller)
            self._open.callback(poller.stop)
            poller.start()
        self.scheduler = Scheduler(self.provisioned.schedules, self.functions)
        self._open.callback(self.scheduler.stop)
        if self._fires:
            self.scheduler.start()
        invoke = InvokeServer(self.functions)
        self._open.callback(invoke.close)
        self.lambda_url = invoke.url

    def _start(self, name: str, module: str, options: Sequence[str]) -> subprocess.Popen[bytes]:
        environment = {**processes.base_environment(), "PYTHONPATH": f"{processes.ROOT}"}
        log = self.logs / f"{name}.log"
        process = processes.start(module, "--port", "0", *options, environment=environment, log=log, announces=True)
        self._open.callback(processes.end, process)
        return process

    def _join_pollers(self) -> None:
        for poller in self._pollers:
            poller.join(5)
